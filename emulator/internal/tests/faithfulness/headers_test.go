package emulator_test

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
)

// answersOf are answers of every kind: with a body and without, good and bad.
func (g *rig) answersOf(t *testing.T, headers ...string) map[string]answer {
	t.Helper()
	id := g.provisioned(t, powerSchoolBody("North"))
	return map[string]answer{
		"list": g.get(t, profilesAt, headers...), "get": g.get(t, at(id), headers...), "count": g.get(t, profilesAt+"/$count", headers...),
		"status": g.get(t, at(id)+"/profileStatus", headers...), "errors": g.get(t, at(id)+"/errors", headers...),
		"create": g.post(t, profilesAt, csvBody("South"), headers...), "update": g.send(t, "PATCH", at(id), `{"displayName": "West"}`, headers...),
		"pause": g.post(t, at(id)+"/pause", "", headers...), "start refused": g.post(t, at(id)+"/start", "", headers...), "metadata": g.get(t, "/$metadata", headers...),
		"batch":     g.post(t, "/$batch", `{"requests": [{"id": "1", "method": "GET", "url": "/education/synchronizationProfiles"}]}`, headers...),
		"not found": g.get(t, at(mintedID), headers...), "no segment": g.get(t, "/nonsense", headers...), "no method": g.send(t, "PUT", at(id)+"/start", "", headers...),
		"no token": g.get(t, profilesAt, append([]string{"Authorization:"}, headers...)...), "no version": g.get(t, g.origin()+"/nonsense", headers...),
		"bad body": g.post(t, profilesAt, "{", headers...), "delete": g.send(t, "DELETE", at(id), "", headers...),
	}
}

const capture = "captures of 2022 to 2025"

var headerStatements = []statement{
	{anyOperation, "content-type", "`Content-Type` of a success is `application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8`", capture, observed, func(t *testing.T, g *rig) {
		answers := g.answersOf(t)
		for _, name := range []string{"list", "get", "status", "errors", "create", "update", "batch"} {
			assert.Equal(t, "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8", answers[name].header.Get("Content-Type"), name)
		}
	}},
	{anyOperation, "request-id", "Every answer has a `request-id` of its own, a GUID", capture, observed, func(t *testing.T, g *rig) {
		seen := map[string]bool{}
		for name, a := range g.answersOf(t) {
			id := a.header.Get("request-id")
			assert.Regexp(t, guid, id, name)
			assert.False(t, seen[id], name)
			seen[id] = true
		}
	}},
	{anyOperation, "client-request-id", "`client-request-id` comes back as it was sent", "captures of 2026-02", observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t, "client-request-id: 0A1b2c3d-0000-4000-8000-000000000000") {
			assert.Equal(t, "0A1b2c3d-0000-4000-8000-000000000000", a.header.Get("client-request-id"), name)
		}
	}},
	{anyOperation, "client-request-id-absent", "Where none was sent, `client-request-id` is the `request-id`", "captures of 2026-02 (drive_item_not_found)", observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			assert.Equal(t, a.header.Get("request-id"), a.header.Get("client-request-id"), name)
		}
	}},
	{anyOperation, "diagnostic", "`x-ms-ags-diagnostic` is JSON: ServerInfo with DataCenter, Slice, Ring, ScaleUnit, RoleInstance; no Host or Duration as before 2019", "microsofthackathons/tdi#24 (2022)", observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			v := gjson.Parse(a.header.Get("x-ms-ags-diagnostic"))
			assert.Equal(t, []string{"ServerInfo"}, keysOf(v), name)
			assert.Equal(t, []string{"DataCenter", "Slice", "Ring", "ScaleUnit", "RoleInstance"}, keysOf(v.Get("ServerInfo")), name)
			assert.NotContains(t, a.header, "Duration")
		}
	}},
	{anyOperation, "cache-control", "`Cache-Control: no-cache` on every answer, errors too", capture, observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			assert.Equal(t, "no-cache", a.header.Get("Cache-Control"), name)
		}
	}},
	{anyOperation, "hsts", "`Strict-Transport-Security: max-age=31536000` on every answer, errors too", capture, observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			assert.Equal(t, "max-age=31536000", a.header.Get("Strict-Transport-Security"), name)
		}
	}},
	{anyOperation, "vary", "`Vary: Accept-Encoding` on every answer, errors too", capture, observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			assert.Equal(t, "Accept-Encoding", a.header.Get("Vary"), name)
		}
	}},
	{anyOperation, "odata-version", "`OData-Version: 4.0` on every success and on no error", capture, observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			want := "4.0"
			if a.status >= 400 {
				want = ""
			}
			assert.Equal(t, want, a.header.Get("OData-Version"), name)
		}
	}},
	{anyOperation, "date", "`Date` is the time of the world's clock", capture, observed, func(t *testing.T, g *rig) {
		g.advance(t, 90*time.Second)
		assert.Equal(t, "Mon, 05 Jan 2026 06:01:30 GMT", g.found(t, profilesAt).header.Get("Date"))
		assert.Equal(t, "Mon, 05 Jan 2026 06:01:30 GMT", g.get(t, at(mintedID)).header.Get("Date"))
	}},
	{anyOperation, "gzip", "Answers are gzip for clients that accept it, and only for them", capture, observed, func(t *testing.T, g *rig) {
		plain := g.found(t, profilesAt)
		assert.NotContains(t, plain.header, "Content-Encoding")
		for _, accept := range []string{"gzip", "deflate, gzip;q=0.5", "GZIP"} {
			a := g.found(t, profilesAt, "Accept-Encoding: "+accept)
			require.Equal(t, "gzip", a.header.Get("Content-Encoding"), accept)
			z, err := gzip.NewReader(strings.NewReader(a.body))
			require.NoError(t, err)
			b, err := io.ReadAll(z)
			require.NoError(t, err)
			assert.Equal(t, plain.body, string(b))
		}
		for _, accept := range []string{"br", "gzip;q=0", "identity"} {
			assert.NotContains(t, g.found(t, profilesAt, "Accept-Encoding: "+accept).header, "Content-Encoding", accept)
		}
		assert.Equal(t, "gzip", g.get(t, at(mintedID), "Accept-Encoding: gzip").header.Get("Content-Encoding"), "errors too")
	}},
	{anyOperation, "no-body-no-type", "An answer without a body has no `Content-Type`: the JavaScript client would parse it", "GraphResponseHandler.ts", documented, func(t *testing.T, g *rig) {
		answers := g.answersOf(t, "Accept-Encoding: gzip")
		wantEmpty(t, answers["delete"], 202)
		wantEmpty(t, answers["pause"], 200)
		assert.NotContains(t, answers["delete"].header, "Content-Encoding")
	}},
	{anyOperation, "not-of-2016", "No `Server` and no `X-Powered-By`, which were seen in 2016 only", "android-java-meetingfeedback#11; captures since", observed, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			assert.NotContains(t, a.header, "Server", name)
			assert.NotContains(t, a.header, "X-Powered-By", name)
		}
	}},
	{anyOperation, "not-of-directory", "No `x-ms-resource-unit`, which is the directory's", "throttling page", documented, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			assert.NotContains(t, a.header, "X-Ms-Resource-Unit", name)
		}
	}},
	{anyOperation, "cors", "With an `Origin` come `Access-Control-Allow-Origin: *` and the list of exposed headers, " +
		"graphemu's `x-graphemu-explain` at its end, on errors too",
		"dev-proxy ProxyUtils.cs", documented, func(t *testing.T, g *rig) {
			for name, a := range g.answersOf(t, "Origin: https://app.example.test") {
				assert.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"), name)
				assert.Equal(t, "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, "+
					"ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, Retry-After, x-graphemu-explain",
					a.header.Get("Access-Control-Expose-Headers"), name)
			}
		}},
	{anyOperation, "no-cors", "Without an `Origin` there are no CORS headers", "dev-proxy ProxyUtils.cs", documented, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			assert.NotContains(t, a.header, "Access-Control-Allow-Origin", name)
		}
	}},
	{anyOperation, "preflight", "OPTIONS is answered without a token, with the methods of the path and what the browser asked for", "Fetch standard; Graph is called from browsers", inferred, func(t *testing.T, g *rig) {
		a := g.send(t, "OPTIONS", at(mintedID), "", "Authorization:", "Origin: https://app.example.test", "Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: authorization,content-type")
		wantEmpty(t, a, 200)
		assert.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"))
		assert.Contains(t, a.header.Get("Access-Control-Allow-Methods"), "PATCH")
		assert.Equal(t, "authorization,content-type", a.header.Get("Access-Control-Allow-Headers"))
		assert.Equal(t, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS", a.header.Get("Allow"))
	}},
	{anyOperation, "lower-case-ids", "`request-id`, `client-request-id` and `x-ms-ags-diagnostic` are in lower case on the wire", capture, observed, func(t *testing.T, _ *rig) {
		g := newRig(t, emulator.Options{HTTP: "127.0.0.1:0"})
		head := g.exchange(t, "GET /beta"+profilesAt+" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n")
		for _, h := range []string{"\r\nrequest-id: ", "\r\nclient-request-id: ", "\r\nx-ms-ags-diagnostic: ", "\r\nOData-Version: 4.0\r\n"} {
			assert.Contains(t, head, h)
		}
	}},
	{anyOperation, "no-deprecation", "No `Deprecation`, `Sunset` and `Link`, as before June 2024", "SDK v0.120.0: deprecated as of 2024-06", documented, func(t *testing.T, g *rig) {
		for name, a := range g.answersOf(t) {
			for _, h := range []string{"Deprecation", "Sunset", "Link"} {
				assert.NotContains(t, a.header, h, name)
			}
		}
	}},
	{anyOperation, "length-required",
		"A POST over HTTP/1.1 with neither `Content-Length` nor chunks is 411 with a page of HTML, on Graph's paths alone",
		"graph-rs-sdk#524 (2026); msgraph-docs pull request 2262 (2018); the page: onedrive-api-docs#549", observed, func(t *testing.T, _ *rig) {
			g := newRig(t, emulator.Options{HTTP: "127.0.0.1:0"})
			id := g.provisioned(t, powerSchoolBody("North"))
			post := func(path string, more ...string) answer {
				return g.raw(t, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"+strings.Join(more, "\r\n")+"\r\n\r\n")
			}
			token := "Authorization: Bearer " + g.token
			for _, more := range [][]string{{token}, {token, "Content-Type: application/json"}, {"Accept: application/json"}} {
				a := post("/beta"+at(id)+"/pause", more...)
				assert.Equal(t, 411, a.status)
				assert.Equal(t, "text/html; charset=us-ascii", a.header.Get("Content-Type"))
				assert.Contains(t, a.body, "HTTP Error 411. The request must be chunked or have a content length.")
				assert.NotContains(t, a.header, "Request-Id", "the gateway's answer is none of Graph's")
				entry, _ := g.World().Journal().Get(g.World().Journal().Position())
				assert.Equal(t, []any{411, "profiles.pause"}, []any{entry.Status, entry.Operation})
				assert.Contains(t, entry.Error.Details[0].Message, "curl sends with -d ''")
			}
			assert.Equal(t, "extracting", g.status(t, id), "nothing was done")
			assert.Equal(t, 411, post("/v1.0/$batch", token).status)
			assert.Equal(t, 200, post("/beta"+at(id)+"/pause", token, "Content-Length: 0").status)
			assert.Equal(t, 200, post("/beta"+at(id)+"/resume", token, "Transfer-Encoding: chunked", "", "0").status)
			r := g.batch(t, part("1", "POST", at(id)+"/pause", "headers", map[string]string{"Content-Type": "application/json"}))["1"]
			assert.Equal(t, "200", r.Get("status").Raw)
			for path, want := range map[string]int{"/_graphemu/worlds/default/reset": 200, "/" + emulator.DefaultTenant + "/oauth2/v2.0/token": 400,
				"/sdsstorage/x": 400, "/elsewhere": 400} {
				assert.Equal(t, want, post(path, token).status, path)
			}
		}},
}
