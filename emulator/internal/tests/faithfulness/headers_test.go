package faithfulness

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// answersOf are answers of every kind: with a body and without, good and bad.
func answersOf(t *testing.T, g *rig.Rig, headers ...string) map[string]rig.Answer {
	t.Helper()
	id := g.Provisioned(t, rig.PowerSchoolBody("North"))
	return map[string]rig.Answer{
		"list": g.Get(t, rig.ProfilesAt, headers...), "get": g.Get(t, rig.At(id), headers...),
		"count":  g.Get(t, rig.ProfilesAt+"/$count", headers...),
		"status": g.Get(t, rig.At(id)+"/profileStatus", headers...), "errors": g.Get(t, rig.At(id)+"/errors", headers...),
		"create": g.Post(t, rig.ProfilesAt, rig.CSVBody("South"), headers...),
		"update": g.Send(t, "PATCH", rig.At(id), `{"displayName": "West"}`, headers...),
		"pause":  g.Post(t, rig.At(id)+"/pause", "", headers...), "start refused": g.Post(t, rig.At(id)+"/start", "", headers...),
		"metadata": g.Get(t, "/$metadata", headers...),
		"batch": g.Post(t, "/$batch", `{"requests": [{"id": "1", "method": "GET", "url": "/education/synchronizationProfiles"}]}`,
			headers...),
		"not found": g.Get(t, rig.At(rig.UnknownID), headers...), "no segment": g.Get(t, "/nonsense", headers...),
		"no method":  g.Send(t, "PUT", rig.At(id)+"/start", "", headers...),
		"no token":   g.Get(t, rig.ProfilesAt, append([]string{"Authorization:"}, headers...)...),
		"no version": g.Get(t, g.Root()+"/nonsense", headers...),
		"bad body":   g.Post(t, rig.ProfilesAt, "{", headers...), "delete": g.Send(t, "DELETE", rig.At(id), "", headers...),
	}
}

const capture = "captures of 2022 to 2025"

var headerStatements = []statement{
	{anyOperation, "content-type",
		"`Content-Type` of a success is `application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8`",
		capture, observed, func(t *testing.T, g *rig.Rig) {
			answers := answersOf(t, g)
			for _, name := range []string{"list", "get", "status", "errors", "create", "update", "batch"} {
				assert.Equal(t, "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
					answers[name].Header.Get("Content-Type"), name)
			}
		}},
	{anyOperation, "request-id", "Every answer has a `request-id` of its own, a GUID", capture, observed, func(t *testing.T, g *rig.Rig) {
		seen := map[string]bool{}
		for name, a := range answersOf(t, g) {
			id := a.Header.Get("request-id")
			assert.Regexp(t, guid, id, name)
			assert.False(t, seen[id], name)
			seen[id] = true
		}
	}},
	{anyOperation, "client-request-id", "`client-request-id` comes back as it was sent", "captures of 2026-02", observed,
		func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g, "client-request-id: 0A1b2c3d-0000-4000-8000-000000000000") {
				assert.Equal(t, "0A1b2c3d-0000-4000-8000-000000000000", a.Header.Get("client-request-id"), name)
			}
		}},
	{anyOperation, "client-request-id-absent", "Where none was sent, `client-request-id` is the `request-id`",
		"captures of 2026-02 (drive_item_not_found)", observed, func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				assert.Equal(t, a.Header.Get("request-id"), a.Header.Get("client-request-id"), name)
			}
		}},
	{anyOperation, "diagnostic",
		"`x-ms-ags-diagnostic` is JSON: ServerInfo with DataCenter, Slice, Ring, ScaleUnit, RoleInstance; no Host or Duration as before 2019",
		"microsofthackathons/tdi#24 (2022)", observed, func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				v := gjson.Parse(a.Header.Get("x-ms-ags-diagnostic"))
				assert.Equal(t, []string{"ServerInfo"}, rig.KeysOf(v), name)
				assert.Equal(t, []string{"DataCenter", "Slice", "Ring", "ScaleUnit", "RoleInstance"}, rig.KeysOf(v.Get("ServerInfo")), name)
				assert.NotContains(t, a.Header, "Duration")
			}
		}},
	{anyOperation, "cache-control", "`Cache-Control: no-cache` on every answer, errors too", capture, observed,
		func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				assert.Equal(t, "no-cache", a.Header.Get("Cache-Control"), name)
			}
		}},
	{anyOperation, "hsts",
		"`Strict-Transport-Security: max-age=31536000` on every answer by https, errors too; never by http, where it has no place",
		capture + "; RFC 6797 7.2", observed, func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				assert.Equal(t, "max-age=31536000", a.Header.Get("Strict-Transport-Security"), name)
			}
			plain := newRig(t, emulator.Options{HTTP: "127.0.0.1:0"})
			for name, a := range answersOf(t, plain) {
				assert.NotContains(t, a.Header, "Strict-Transport-Security", name)
			}
		}},
	{anyOperation, "vary", "`Vary: Accept-Encoding` on every answer, errors too", capture, observed, func(t *testing.T, g *rig.Rig) {
		for name, a := range answersOf(t, g) {
			assert.Equal(t, "Accept-Encoding", a.Header.Get("Vary"), name)
		}
	}},
	{anyOperation, "odata-version", "`OData-Version: 4.0` on every success and on no error", capture, observed,
		func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				want := "4.0"
				if a.Status >= 400 {
					want = ""
				}
				assert.Equal(t, want, a.Header.Get("OData-Version"), name)
			}
		}},
	{anyOperation, "date", "`Date` is the time of the world's clock", capture, observed, func(t *testing.T, g *rig.Rig) {
		g.Advance(t, 90*time.Second)
		assert.Equal(t, "Mon, 05 Jan 2026 06:01:30 GMT", g.Found(t, rig.ProfilesAt).Header.Get("Date"))
		assert.Equal(t, "Mon, 05 Jan 2026 06:01:30 GMT", g.Get(t, rig.At(rig.UnknownID)).Header.Get("Date"))
	}},
	{anyOperation, "gzip", "Answers are gzip for clients that accept it, and only for them", capture, observed,
		func(t *testing.T, g *rig.Rig) {
			plain := g.Found(t, rig.ProfilesAt)
			assert.NotContains(t, plain.Header, "Content-Encoding")
			for _, accept := range []string{"gzip", "deflate, gzip;q=0.5", "GZIP"} {
				a := g.Found(t, rig.ProfilesAt, "Accept-Encoding: "+accept)
				require.Equal(t, "gzip", a.Header.Get("Content-Encoding"), accept)
				z, err := gzip.NewReader(strings.NewReader(a.Body))
				require.NoError(t, err)
				b, err := io.ReadAll(z)
				require.NoError(t, err)
				assert.Equal(t, plain.Body, string(b))
			}
			for _, accept := range []string{"br", "gzip;q=0", "identity"} {
				assert.NotContains(t, g.Found(t, rig.ProfilesAt, "Accept-Encoding: "+accept).Header, "Content-Encoding", accept)
			}
			assert.Equal(t, "gzip", g.Get(t, rig.At(rig.UnknownID), "Accept-Encoding: gzip").Header.Get("Content-Encoding"), "errors too")
		}},
	{anyOperation, "no-body-no-type", "An answer without a body has no `Content-Type`: the JavaScript client would parse it",
		"GraphResponseHandler.ts", documented, func(t *testing.T, g *rig.Rig) {
			answers := answersOf(t, g, "Accept-Encoding: gzip")
			rig.WantEmpty(t, answers["delete"], 202)
			rig.WantEmpty(t, answers["pause"], 200)
			assert.NotContains(t, answers["delete"].Header, "Content-Encoding")
		}},
	{anyOperation, "not-of-2016", "No `Server` and no `X-Powered-By`, which were seen in 2016 only",
		"android-java-meetingfeedback#11; captures since", observed, func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				assert.NotContains(t, a.Header, "Server", name)
				assert.NotContains(t, a.Header, "X-Powered-By", name)
			}
		}},
	{anyOperation, "not-of-directory", "No `x-ms-resource-unit`, which is the directory's", "throttling page", documented,
		func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				assert.NotContains(t, a.Header, "X-Ms-Resource-Unit", name)
			}
		}},
	{anyOperation, "cors", "With an `Origin` come `Access-Control-Allow-Origin: *` and the list of exposed headers, " +
		"graphemu's `x-graphemu-explain` at its end, on errors too",
		"dev-proxy ProxyUtils.cs", documented, func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g, "Origin: https://app.example.test") {
				assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"), name)
				assert.Equal(t, "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, "+
					"ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, Retry-After, x-graphemu-explain",
					a.Header.Get("Access-Control-Expose-Headers"), name)
			}
		}},
	{anyOperation, "no-cors", "Without an `Origin` there are no CORS headers", "dev-proxy ProxyUtils.cs", documented,
		func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				assert.NotContains(t, a.Header, "Access-Control-Allow-Origin", name)
			}
		}},
	{anyOperation, "preflight", "OPTIONS is answered without a token, with the methods of the path and what the browser asked for",
		"Fetch standard; Graph is called from browsers", inferred, func(t *testing.T, g *rig.Rig) {
			a := g.Send(t, "OPTIONS", rig.At(rig.UnknownID), "", "Authorization:", "Origin: https://app.example.test",
				"Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: authorization,content-type")
			rig.WantEmpty(t, a, 200)
			assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"))
			assert.Contains(t, a.Header.Get("Access-Control-Allow-Methods"), "PATCH")
			assert.Equal(t, "authorization,content-type", a.Header.Get("Access-Control-Allow-Headers"))
			assert.Equal(t, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS", a.Header.Get("Allow"))
		}},
	{anyOperation, "lower-case-ids", "`request-id`, `client-request-id` and `x-ms-ags-diagnostic` are in lower case on the wire", capture,
		observed, func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{HTTP: "127.0.0.1:0"})
			head := g.Exchange(t, "GET /beta"+rig.ProfilesAt+" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n")
			for _, h := range []string{"\r\nrequest-id: ", "\r\nclient-request-id: ", "\r\nx-ms-ags-diagnostic: ", "\r\nOData-Version: 4.0\r\n"} {
				assert.Contains(t, head, h)
			}
		}},
	{anyOperation, "no-deprecation", "No `Deprecation`, `Sunset` and `Link`, as before June 2024", "SDK v0.120.0: deprecated as of 2024-06",
		documented, func(t *testing.T, g *rig.Rig) {
			for name, a := range answersOf(t, g) {
				for _, h := range []string{"Deprecation", "Sunset", "Link"} {
					assert.NotContains(t, a.Header, h, name)
				}
			}
		}},
	{anyOperation, "length-required",
		"A POST over HTTP/1.1 with neither `Content-Length` nor chunks is 411 with a page of HTML, on Graph's paths alone",
		"graph-rs-sdk#524 (2026); msgraph-docs pull request 2262 (2018); the page: onedrive-api-docs#549", observed,
		func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{HTTP: "127.0.0.1:0"})
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			post := func(path string, more ...string) rig.Answer {
				return g.Raw(t, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"+strings.Join(more, "\r\n")+"\r\n\r\n")
			}
			token := "Authorization: Bearer " + g.Bearer
			for _, more := range [][]string{{token}, {token, "Content-Type: application/json"}, {"Accept: application/json"}} {
				a := post("/beta"+rig.At(id)+"/pause", more...)
				assert.Equal(t, 411, a.Status)
				assert.Equal(t, "text/html; charset=us-ascii", a.Header.Get("Content-Type"))
				assert.Contains(t, a.Body, "HTTP Error 411. The request must be chunked or have a content length.")
				assert.NotContains(t, a.Header, "Request-Id", "the gateway's answer is none of Graph's")
				entry, _ := g.World().Journal().Get(g.World().Journal().Position())
				assert.Equal(t, []any{411, "profiles.pause"}, []any{entry.Status, entry.Operation})
				assert.Contains(t, entry.Error.Details[0].Message, "curl sends with -d ''")
			}
			assert.Equal(t, "extracting", g.Status(t, id), "nothing was done")
			assert.Equal(t, 411, post("/v1.0/$batch", token).Status)
			assert.Equal(t, 200, post("/beta"+rig.At(id)+"/pause", token, "Content-Length: 0").Status)
			assert.Equal(t, 200, post("/beta"+rig.At(id)+"/resume", token, "Transfer-Encoding: chunked", "", "0").Status)
			r := g.Batch(t, rig.Part("1", "POST", rig.At(id)+"/pause", "headers", map[string]string{"Content-Type": "application/json"}))["1"]
			assert.Equal(t, "200", r.Get("status").Raw)
			for path, want := range map[string]int{"/_graphemu/worlds/default/reset": 200, "/" + emulator.DefaultTenant + "/oauth2/v2.0/token": 400,
				"/sdsstorage/x": 400, "/elsewhere": 400} {
				assert.Equal(t, want, post(path, token).Status, path)
			}
		}},
}
