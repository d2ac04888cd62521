package faithfulness

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const batchPage = "json-batching page"

var batchStatements = []statement{
	{"batch", "max-batch", "Once its answer has 64 MiB, further parts are 507, which names the flag, and are not carried out",
		"graphemu's limit", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{Limits: emulator.Limits{Batch: 1000}})
			r := g.Batch(t, rig.Part("1", "GET", "/$metadata"), rig.WritePart("2", "POST", rig.ProfilesAt, rig.CSVBody("never")))
			assert.Equal(t, int64(507), r["2"].Get("status").Int())
			assert.Contains(t, r["2"].Get("body.error.details.0.message").String(), "--max-batch")
			assert.Empty(t, g.Found(t, rig.ProfilesAt).Names())
		}},
	{"batch", "ok", "Answers 200 with one response for each request, whatever becomes of them", batchPage, documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			a := g.Post(t, "/$batch",
				rig.BatchText(rig.Part("1", "GET", rig.At(id)), rig.Part("2", "GET", rig.At(rig.UnknownID)), rig.Part("3", "GET", "/nonsense")))
			assert.Equal(t, 200, a.Status)
			assert.Equal(t, []string{"responses"}, a.Keys(""))
			assert.ElementsMatch(t, []string{"1", "2", "3"}, a.Texts("responses.#.id"))
			assert.ElementsMatch(t, []string{"200", "404", "400"}, a.Texts("responses.#.status"))
		}},
	{"batch", "part-shape", "A response is `id`, `status`, `headers` and `body`; status is a number", batchPage, documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			r := g.Batch(t, rig.Part("1", "GET", rig.At(id)))["1"]
			assert.Equal(t, []string{"id", "status", "headers", "body"}, rig.KeysOf(r))
			assert.Equal(t, "200", r.Get("status").Raw)
			assert.Equal(t, g.Found(t, rig.At(id)).Body, r.Get("body").Raw)
		}},
	{"batch", "part-headers", "A part carries a reduced set of headers: `Content-Type`, in exactly that case, and on success `OData-Version`",
		"captures of 2026-02 (one_response.json); the Go SDK insists on the case", observed, func(t *testing.T, g *rig.Rig) {
			r := g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt), rig.Part("2", "GET", rig.At(rig.UnknownID)))
			assert.JSONEq(t, `{"Content-Type": "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8", "OData-Version": "4.0"}`, r["1"].Get("headers").Raw)
			assert.JSONEq(t, `{"Content-Type": "application/json"}`, r["2"].Get("headers").Raw)
		}},
	{"batch", "part-location", "A part carries `Location` where the answer has one", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		r := g.Batch(t, rig.WritePart("1", "POST", rig.ProfilesAt, rig.CSVBody("North")))["1"]
		assert.Equal(t, "202", r.Get("status").Raw)
		assert.Equal(t, g.URL+"/education/synchronizationProfiles('"+r.Get("body.id").String()+"')", r.Get("headers.Location").String())
	}},
	{"batch", "part-error-ids", "Ids in a part's error are those of the outer call", batchPage + ", sample", documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Post(t, "/$batch", rig.BatchText(rig.Part("1", "GET", rig.At(rig.UnknownID)), rig.Part("2", "GET", "/x")),
				"client-request-id: 11111111-2222-4333-8444-555555555555")
			for i := range 2 {
				inner := fmt.Sprintf("responses.%d.body.error.innerError.", i)
				assert.Equal(t, a.Header.Get("request-id"), a.Text(inner+"request-id"))
				assert.Equal(t, "11111111-2222-4333-8444-555555555555", a.Text(inner+"client-request-id"))
			}
		}},
	{"batch", "part-without-body", "A part that answers without a body has none", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		id := g.Provisioned(t, rig.PowerSchoolBody("North"))
		r := g.Batch(t, rig.Part("1", "POST", rig.At(id)+"/pause", "headers", map[string]string{"Content-Type": "application/json"}),
			rig.Part("2", "DELETE", rig.At(id)))
		assert.Equal(t, "200", r["1"].Get("status").Raw)
		assert.False(t, r["1"].Get("body").Exists())
		assert.Equal(t, "202", r["2"].Get("status").Raw)
		assert.False(t, r["2"].Get("body").Exists())
	}},
	{"batch", "non-json-body", "A body that is no JSON comes as a base64 string", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		g.Named(t, "a", "b")
		r := g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt+"/$count"), rig.Part("2", "GET", "/$metadata"))
		assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("2")), r["1"].Get("body").String())
		assert.Regexp(t, `^text/plain`, r["1"].Get("headers.Content-Type").String())
		b, err := base64.StdEncoding.DecodeString(r["2"].Get("body").String())
		require.NoError(t, err)
		assert.Contains(t, string(b), "EntityContainer")
	}},
	{"batch", "number-ids", "An id may be a number: it is taken as its text", "CLI for Microsoft 365, entra group member add", inferred,
		func(t *testing.T, g *rig.Rig) {
			a := g.Post(t, "/$batch", `{"requests":[{"id":1,"method":"GET","url":"/me"},{"id":2,"method":"GET","url":"/me","dependsOn":[1]}]}`)
			assert.Equal(t, []string{"1", "2"}, a.Texts("responses.#.id"))
			assert.Equal(t, []string{"200", "200"}, a.Texts("responses.#.status"))
			rig.WantError(t, g.Post(t, "/$batch", `{"requests":[{"id":1,"method":"GET","url":"/me"},{"id":"1","method":"GET","url":"/me"}]}`),
				400, "BadRequest", "Request Id 1 has to be unique in a batch.")
		}},
	{"batch", "relative-urls", "URLs are relative to the version, with and without a slash in front, and may have a query", batchPage,
		documented, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b")
			r := g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt+"?$select=displayName&$top=1"),
				rig.Part("2", "GET", strings.TrimPrefix(rig.ProfilesAt, "/")+"?$filter=displayName eq 'b'"))
			assert.Equal(t, "a", r["1"].Get("body.value.0.displayName").String())
			assert.Equal(t, "b", r["2"].Get("body.value.0.displayName").String())
			assert.Equal(t, "1", r["2"].Get("body.value.#").Raw)
		}},
	{"batch", "next-link", "A part's nextLink is absolute and leads on outside of the batch", "paging page", inferred,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b")
			r := g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt+"?$top=1"))["1"]
			assert.Equal(t, []string{"b"}, g.Found(t, r.Get(`body.\@odata\.nextLink`).String()).Names())
		}},
	{"batch", "part-prefer", "A part's own headers count: `Accept`, `Prefer`", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		id := g.Provisioned(t, rig.PowerSchoolBody("North"))
		r := g.Batch(t, rig.Part("1", "GET", rig.At(id)+"/profileStatus", "headers", map[string]string{"Prefer": "include-unknown-enum-members"}),
			rig.Part("2", "GET", rig.At(id)+"/profileStatus"),
			rig.Part("3", "GET", rig.At(id), "headers", map[string]string{"accept": "application/json;odata.metadata=none"}))
		assert.Equal(t, "extracting", r["1"].Get("body.status").String())
		assert.Equal(t, "include-unknown-enum-members", r["1"].Get("headers.Preference-Applied").String())
		assert.Equal(t, "unknownFutureValue", r["2"].Get("body.status").String())
		assert.NotContains(t, r["3"].Raw, "@odata.context")
	}},
	{"batch", "start-messages", "A part that starts a profile without files answers 400 with the messages as its body",
		"start page; " + batchPage, inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			r := g.Batch(t, rig.WritePart("1", "POST", rig.At(id)+"/start", `{}`))["1"]
			assert.Equal(t, "400", r.Get("status").Raw)
			assert.Equal(t, "school.csv", r.Get("body.value.0.fileName").String())
		}},
	{"batch", "gzip-body", "The batch may come as gzip", "msgraph-sdk-go-core batch_requests.go", documented, func(t *testing.T, g *rig.Rig) {
		a := g.Post(t, "/$batch", gzipped(t, rig.BatchText(rig.Part("1", "GET", rig.ProfilesAt))), "Content-Encoding: gzip")
		assert.Equal(t, 200, a.Status)
		assert.Equal(t, "200", a.JSON("responses.0.status").Raw)
	}},
	{"batch", "twenty", "Takes 20 requests", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		var parts []map[string]any
		for i := range 20 {
			parts = append(parts, rig.Part(fmt.Sprint(i), "GET", rig.ProfilesAt))
		}
		for id, r := range g.Batch(t, parts...) {
			assert.Equal(t, "200", r.Get("status").Raw, id)
		}
	}},
	{"batch", "twenty-one", "More than 20 requests: 400, and none is run", batchPage + "; code and words are not known, they are the SDK's",
		chosen, func(t *testing.T, g *rig.Rig) {
			var parts []map[string]any
			for i := range 21 {
				parts = append(parts, rig.WritePart(fmt.Sprint(i), "POST", rig.ProfilesAt, rig.CSVBody("North")))
			}
			badRequest(t, g.Post(t, "/$batch", rig.BatchText(parts...)), "Number of batch request steps exceeds the maximum value of 20.")
			assert.Empty(t, g.World().Profiles())
		}},
	{"batch", "malformed", "A malformed batch, or an empty list: 400 `Invalid batch payload format.`",
		"captures of 2026-02 (invalid_format.json)", observed, func(t *testing.T, g *rig.Rig) {
			for _, b := range []string{`{}`, `{"requests": []}`, `{"requests": {}}`, `{"requests": [1]}`,
				`{"requests": [{"id": "1", "method": "GET"}]}`, `{"requests": [{"method": "GET", "url": "/x"}]}`,
				`{"requests": [{"id": "1", "url": "/x"}]}`, `[]`, `{`, `{"requests": [{"id": "1", "method": "GET", "url": "/x", "headers": []}]}`} {
				badRequest(t, g.Post(t, "/$batch", b), "Invalid batch payload format.")
			}
		}},
	{"batch", "duplicate-id", "An id twice: 400 `Request Id 1 has to be unique in a batch.`", "captures of 2026-02 (non_unique_ids.json)",
		observed, func(t *testing.T, g *rig.Rig) {
			badRequest(t, g.Post(t, "/$batch", rig.BatchText(rig.Part("1", "GET", rig.ProfilesAt), rig.Part("1", "GET", rig.ProfilesAt))),
				"Request Id 1 has to be unique in a batch.")
		}},
	{"batch", "ids-any-case", "Ids are compared without regard to letter case", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		a := g.Post(t, "/$batch", rig.BatchText(rig.Part("one", "GET", rig.ProfilesAt), rig.Part("ONE", "GET", rig.ProfilesAt)))
		badRequest(t, a, "Request Id ONE has to be unique in a batch.")
		r := g.Batch(t, rig.Part("one", "GET", rig.ProfilesAt), rig.Part("2", "GET", rig.ProfilesAt, "dependsOn", []string{"ONE"}))
		assert.Equal(t, "200", r["2"].Get("status").Raw)
	}},
	{"batch", "content-type",
		"A write without Content-Type, with a body or without: the whole batch is 400 `Write request with id '1' does not contain a Content-Type header.`", "ms-365-mcp-server#677 (2026-09)", observed, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			const words = "Write request with id '1' does not contain a Content-Type header."
			for _, p := range []map[string]any{rig.Part("1", "POST", rig.ProfilesAt, "body", json.RawMessage(rig.CSVBody("South"))),
				rig.Part("1", "POST", rig.At(id)+"/start"),
				rig.Part("1", "PATCH", rig.At(id)), rig.Part("1", "PUT", rig.At(id), "headers", map[string]string{"Accept": "application/json"})} {
				badRequest(t, g.Post(t, "/$batch", rig.BatchText(rig.Part("0", "DELETE", rig.At(id)), p)), words)
			}
			assert.Equal(t, "provisioning", g.Found(t, rig.At(id)).Text("state"), "no part is run")
			assert.Len(t, g.World().Profiles(), 1)
		}},
	{"batch", "depends-on", "`dependsOn` runs a request after the ones it names", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		r := g.Batch(t, rig.WritePart("1", "POST", rig.ProfilesAt, rig.CSVBody("North")),
			rig.Part("2", "GET", rig.ProfilesAt, "dependsOn", []string{"1"}))
		assert.Equal(t, "North", r["2"].Get("body.value.0.displayName").String())
	}},
	{"batch", "failed-dependency", "A request whose dependency failed is not run: 424, and so is what depends on it", batchPage, documented,
		func(t *testing.T, g *rig.Rig) {
			r := g.Batch(t, rig.Part("1", "GET", rig.At(rig.UnknownID)),
				rig.WritePart("2", "POST", rig.ProfilesAt, rig.CSVBody("North"), "dependsOn", []string{"1"}),
				rig.Part("3", "GET", rig.ProfilesAt, "dependsOn", []string{"2"}))
			assert.Equal(t, []string{"404", "424", "424"}, []string{r["1"].Get("status").Raw, r["2"].Get("status").Raw, r["3"].Get("status").Raw})
			assert.Empty(t, g.World().Profiles())
		}},
	{"batch", "failed-dependency-body", "A 424 has the code `FailedDependency` and an empty message",
		"third-party fakes; the service's is not known", chosen, func(t *testing.T, g *rig.Rig) {
			r := g.Batch(t, rig.Part("1", "GET", rig.At(rig.UnknownID)), rig.Part("2", "GET", rig.ProfilesAt, "dependsOn", []string{"1"}))["2"]
			assert.Equal(t, "FailedDependency", r.Get("body.error.code").String())
			assert.Equal(t, `""`, r.Get("body.error.message").Raw)
		}},
	{"batch", "depends-on-later", "A request must come after those that it depends on, else the whole batch is 400 " +
		"`Invalid dependency for request Id 1.`: cycles and unknown ids too",
		"msgraph-sdk-java-core#71; msgraph-sdk-dotnet-core#891, which leaves out what follows Id", observed, func(t *testing.T, g *rig.Rig) {
			for _, parts := range [][]map[string]any{
				{rig.Part("1", "GET", rig.ProfilesAt, "dependsOn", []string{"2"}), rig.Part("2", "GET", rig.ProfilesAt, "dependsOn", []string{"1"})},
				{rig.Part("1", "GET", rig.ProfilesAt, "dependsOn", []string{"1"})}, {rig.Part("1", "GET", rig.ProfilesAt, "dependsOn", []string{"9"})},
				{rig.Part("0", "GET", rig.ProfilesAt), rig.Part("1", "GET", rig.ProfilesAt, "dependsOn", []string{"0", "2"}),
					rig.Part("2", "GET", rig.ProfilesAt, "dependsOn", []string{"0"})},
			} {
				badRequest(t, g.Post(t, "/$batch", rig.BatchText(parts...)), "Invalid dependency for request Id 1.")
			}
		}},
	{"batch", "all-parallel-or-one-sequence", "After the first request with `dependsOn` each must have one, else the whole batch is 400 " +
		"`Batch should be either fully sequential or fully parallel.`, and none is run",
		"docs issue 16280 (2022), whose sample is refused with these words", observed, func(t *testing.T, g *rig.Rig) {
			const words = "Batch should be either fully sequential or fully parallel."
			sample := rig.BatchText(rig.Part("1", "GET", rig.ProfilesAt), rig.Part("2", "GET", rig.ProfilesAt, "dependsOn", []string{"3"}),
				rig.Part("3", "GET", rig.ProfilesAt),
				rig.Part("4", "GET", rig.ProfilesAt, "dependsOn", []string{"2"}))
			badRequest(t, g.Post(t, "/$batch", sample), words)
			a := g.Post(t, "/$batch", rig.BatchText(rig.WritePart("1", "POST", rig.ProfilesAt, rig.CSVBody("North")),
				rig.Part("2", "GET", rig.ProfilesAt, "dependsOn", []string{"1"}), rig.Part("3", "GET", rig.ProfilesAt, "dependsOn", []string{})))
			badRequest(t, a, words)
			assert.Equal(t, "/requests/2/dependsOn", a.Text("error.details.0.target"))
			assert.Empty(t, g.World().Profiles())
		}},
	{"batch", "same-dependency", "Requests may depend on the same one, and several may come before the first that depends",
		"JS SDK, BatchRequestContent.ts", documented, func(t *testing.T, g *rig.Rig) {
			r := g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt), rig.Part("2", "GET", rig.ProfilesAt),
				rig.Part("3", "GET", rig.ProfilesAt, "dependsOn", []string{"1"}),
				rig.Part("4", "GET", rig.ProfilesAt, "dependsOn", []string{"1", "2"}))
			for id, part := range r {
				assert.Equal(t, "200", part.Get("status").Raw, id)
			}
		}},
	{"batch", "nested", "A batch holds no batch", batchPage, inferred, func(t *testing.T, g *rig.Rig) {
		r := g.Batch(t, rig.WritePart("1", "POST", "/$batch", rig.BatchText(rig.Part("1", "GET", rig.ProfilesAt))))["1"]
		assert.Equal(t, "400", r.Get("status").Raw)
	}},
	{"batch", "token", "The batch needs a token; its parts need none of their own", batchPage, documented, func(t *testing.T, g *rig.Rig) {
		rig.WantError(t, g.Post(t, "/$batch", rig.BatchText(rig.Part("1", "GET", rig.ProfilesAt)), "Authorization:"), 401,
			"InvalidAuthenticationToken", "Access token is empty.")
		assert.Equal(t, "200", g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt))["1"].Get("status").Raw)
	}},
	{"batch", "one-context", "Contexts of parts are those of the same call alone", batchPage, inferred, func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles",
			g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt))["1"].Get(`body.\@odata\.context`).String())
	}},
}
