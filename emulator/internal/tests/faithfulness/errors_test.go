package faithfulness

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// The service's words. %s is where something of the request stands.
const (
	unreadable = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
	emptyBody  = "Empty Payload. JSON content expected."
	tooLarge   = "The maximum request length supported is 4MB."
	noType     = "A value without a type name was found and no expected type is available. When the model is specified, each value in the payload must have a type which can be either specified in the payload, explicitly by the caller or implicitly inferred from the parent value."
	notAllowed = "Specified HTTP method is not allowed for the request target."
)

// badRequest wants a 400 with the code BadRequest and these words.
func badRequest(t *testing.T, a rig.Answer, message string) {
	t.Helper()
	rig.WantError(t, a, 400, "BadRequest", message)
}

var errorStatements = []statement{
	{anyOperation, "error-envelope",
		"An error is `code`, `message`, `innerError` with `date`, `request-id`, `client-request-id`, in that order",
		"captures of 2026-02 (microslop_one_drive fixtures)", observed, func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, "/education/synchronizationProfile")
			assert.Equal(t, []string{"error"}, a.Keys(""))
			assert.Equal(t, []string{"date", "request-id", "client-request-id"}, a.Keys("error.innerError"))
			keys := a.Keys("error")
			assert.Equal(t, []string{"code", "message"}, keys[:2])
			assert.Equal(t, "innerError", keys[len(keys)-1])
		}},
	{anyOperation, "error-ids", "innerError's ids are those of the headers", "captures of 2026-02", observed, func(t *testing.T, g *rig.Rig) {
		a := g.Get(t, rig.At(rig.UnknownID), "client-request-id: 11111111-2222-4333-8444-555555555555")
		assert.Equal(t, a.Header.Get("request-id"), a.Text("error.innerError.request-id"))
		assert.Equal(t, "11111111-2222-4333-8444-555555555555", a.Text("error.innerError.client-request-id"))
		assert.NotEqual(t, a.Text("error.innerError.client-request-id"), a.Text("error.innerError.request-id"))
		a = g.Get(t, rig.At(rig.UnknownID))
		assert.Equal(t, a.Text("error.innerError.request-id"), a.Text("error.innerError.client-request-id"))
	}},
	{anyOperation, "error-date", "innerError's date is the time in seconds, without a zone", "docs issue 7278: `2020-03-04T20:54:38`",
		observed, func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, "2026-01-05T06:00:00", g.Get(t, rig.At(rig.UnknownID)).Text("error.innerError.date"))
			g.Advance(t, 90*time.Second)
			assert.Equal(t, "2026-01-05T06:01:30", g.Get(t, rig.At(rig.UnknownID)).Text("error.innerError.date"))
		}},
	{anyOperation, "error-content-type", "Errors are plain `application/json`, without OData's parameters and without OData-Version",
		"microsofthackathons/tdi#24; json-batching page", observed, func(t *testing.T, g *rig.Rig) {
			for _, a := range []rig.Answer{g.Get(t, rig.ProfilesAt, "Authorization:"), g.Get(t, rig.At(rig.UnknownID)), g.Get(t, "/nonsense"),
				g.Send(t, "PUT", rig.At(rig.UnknownID)+"/start", "{}"), g.Post(t, rig.ProfilesAt, "{")} {
				assert.GreaterOrEqual(t, a.Status, 400)
				assert.Equal(t, "application/json", a.Header.Get("Content-Type"))
				assert.NotContains(t, a.Header, "Odata-Version")
			}
		}},
	{anyOperation, "error-details", "graphemu's own help stands in `error.details` only; known words stay as they are",
		"SDK models declare `details`", chosen, func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, "/education/synchronizationProfile")
			badRequest(t, a, "Resource not found for the segment 'synchronizationProfile'.")
			assert.Contains(t, a.Text("error.details.0.message"), "synchronizationProfiles")
			assert.Subset(t, []string{"code", "message", "target"}, a.Keys("error.details.0"))
		}},

	{anyOperation, "unknown-segment", "400 `Resource not found for the segment 'x'.`", "docs issues 4900 and 21648", observed,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for path, segment := range map[string]string{
				"/education/syncProfiles": "syncProfiles", "/educaton/synchronizationProfiles": "educaton", "/mi": "mi", rig.At(id) + "/stop": "stop",
				rig.At(id) + "/start/now": "now", rig.At(id) + "/profileStatus/nonsense": "nonsense", rig.ProfilesAt + "/$count/x": "x",
			} {
				a := g.Get(t, path)
				assert.Equal(t, 400, a.Status, path)
				badRequest(t, a, "Resource not found for the segment '"+segment+"'.")
			}
		}},
	{anyOperation, "first-unknown-segment", "Of several unknown segments the first is named",
		"OData URL conventions, 4: a path is resolved from left to right", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for path, segment := range map[string]string{"/education/nonsense/more": "nonsense", "/nonsense/synchronizationProfiles": "nonsense",
				rig.At(id) + "/stop/now":                    "stop",
				rig.At(id) + "/profileStatus/nonsense/more": "nonsense", rig.At(id) + "/nonsense/more/and/more": "nonsense"} {
				badRequest(t, g.Get(t, path), "Resource not found for the segment '"+segment+"'.")
			}
		}},
	{anyOperation, "unknown-version", "Another version than beta and v1.0: 400 `Invalid version.`", "msgraph-sample-blazor-clientside#94",
		observed, func(t *testing.T, g *rig.Rig) {
			for _, path := range []string{"/v2.0" + rig.ProfilesAt, "/education/synchronizationProfiles", "/"} {
				badRequest(t, g.Get(t, g.Root()+path), "Invalid version.")
			}
		}},
	{anyOperation, "v1", "v1.0 does not have this API: 400 `Resource not found for the segment 'synchronizationProfiles'.`",
		"API pages (beta only); docs issue 4900", inferred, func(t *testing.T, g *rig.Rig) {
			for _, path := range []string{rig.ProfilesAt, rig.At(rig.UnknownID), rig.At(rig.UnknownID) + "/profileStatus"} {
				badRequest(t, g.Get(t, g.Root()+"/v1.0"+path), "Resource not found for the segment 'synchronizationProfiles'.")
			}
		}},
	{anyOperation, "not-json", "A body that is not JSON: 400 `Unable to read JSON request payload. …`", "docs-contrib issue 6337", observed,
		func(t *testing.T, g *rig.Rig) {
			for _, b := range []string{"{", "nonsense", `{"displayName": NaN}`, `[1]`, `"text"`, rig.CreateRequest + "{}",
				`{"displayName": "a", "displayName": "b"}`, "{\"displayName\": \"\xff\"}",
				strings.Repeat(`{"displayName":`, 10_000) + strings.Repeat("}", 10_000)} {
				badRequest(t, refused(t, g, b), unreadable)
			}
			badRequest(t, g.Send(t, "PATCH", rig.At(g.Create(t, rig.CSVBody("North"))), "{"), unreadable)
		}},
	{anyOperation, "no-content-type", "An absent Content-Type is the same: 400, and no 415", "docs-contrib issue 6337; msgraph-sdk-php#632",
		observed, func(t *testing.T, g *rig.Rig) {
			badRequest(t, refused(t, g, rig.CreateRequest, "Content-Type:"), unreadable)
			badRequest(t, refused(t, g, rig.CreateRequest, "Content-Type: text/plain"), unreadable)
		}},
	{anyOperation, "empty-payload", "No body where one is needed: 400 `Empty Payload. JSON content expected.`", "docs-contrib issue 7083",
		observed, func(t *testing.T, g *rig.Rig) {
			badRequest(t, g.Post(t, rig.ProfilesAt, ""), emptyBody)
			badRequest(t, g.Post(t, rig.ProfilesAt, "", "Content-Type: application/json"), emptyBody)
			id := g.Create(t, rig.CSVBody("North"))
			badRequest(t, g.Send(t, "PATCH", rig.At(id), ""), emptyBody)
			badRequest(t, g.Send(t, "PUT", rig.At(id), ""), emptyBody)
			badRequest(t, g.Send(t, "PUT", rig.ProfilesAt, ""), emptyBody)
		}},
	{anyOperation, "too-large", "A body over 4 MiB: 400 `The maximum request length supported is 4MB.`, decompressed too", "docs issue 11806",
		observed, func(t *testing.T, g *rig.Rig) {
			big := rig.CSVBody(strings.Repeat("x", 4<<20))
			badRequest(t, refused(t, g, big), tooLarge)
			badRequest(t, refused(t, g, gzipped(t, big), "Content-Encoding: gzip"), tooLarge)
			assert.Contains(t, refused(t, g, big).Text("error.details.0.message"), "--max-body")
		}},
	{anyOperation, "unknown-encoding", "An encoding that is not known: 415, on which the Go SDK sends the body again without gzip",
		"errors page; kiota-http-go compression_handler.go", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Post(t, rig.ProfilesAt, rig.CreateRequest, "Content-Encoding: br")
			rig.WantError(t, a, 415, a.Text("error.code"), a.Text("error.message"))
		}},
	{"profiles.create", "unknown-property", "400 `The property 'x' does not exist on type 'microsoft.graph.t'. Make sure …`",
		"msgraph-sdk-python#313; the code is a guess", observed, func(t *testing.T, g *rig.Rig) {
			const rest = " Make sure to only use property names that are defined by the type or mark the type as open type."
			badRequest(t, refused(t, g, rig.Edit(t, rig.CSVBody("North"), "nickname", "N")),
				"The property 'nickname' does not exist on type 'microsoft.graph.educationSynchronizationProfile'."+rest)
			badRequest(t, refused(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.url", "N")),
				"The property 'url' does not exist on type 'microsoft.graph.educationCsvDataProvider'."+rest)
			badRequest(t, refused(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.customizations.student.isSyncDefered", true)),
				"The property 'isSyncDefered' does not exist on type 'microsoft.graph.educationSynchronizationCustomization'."+rest)
		}},
	{"profiles.create", "unknown-type", "400 `Invalid OData type specified: \"Full.Type.Name\"`: in double quotes, without the `#`",
		"docs issue 17889", observed, func(t *testing.T, g *rig.Rig) {
			badRequest(t, refused(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.@odata.type", "#microsoft.graph.educationXmlDataProvider")),
				`Invalid OData type specified: "microsoft.graph.educationXmlDataProvider"`)
			badRequest(t, refused(t, g, rig.Edit(t, rig.CSVBody("North"), "identitySynchronizationConfiguration.@odata.type", "#Contoso.Type")),
				`Invalid OData type specified: "Contoso.Type"`)
			badRequest(t, refused(t, g,
				rig.Edit(t, rig.CSVBody("North"), "dataProvider.@odata.type", "#microsoft.graph.educationIdentityCreationConfiguration")),
				`Invalid OData type specified: "microsoft.graph.educationIdentityCreationConfiguration"`)
		}},
	{"profiles.create", "missing-type",
		"An abstract value without `@odata.type`: 400 `Request_BadRequest`, `A value without a type name was found …`",
		"docs-contrib issue 6272 (directory)", observed, func(t *testing.T, g *rig.Rig) {
			for _, path := range []string{"dataProvider.@odata.type", "identitySynchronizationConfiguration.@odata.type"} {
				rig.WantError(t, refused(t, g, rig.Edit(t, rig.CSVBody("North"), path, rig.Absent{})), 400, "Request_BadRequest", noType)
			}
			rig.WantError(t, refused(t, g, rig.Edit(t, rig.OneRosterBody("North"), "dataProvider.connectionSettings.@odata.type", rig.Absent{})),
				400, "Request_BadRequest", noType)
		}},

	{"profiles.list", "select-unknown", "400 `Parsing OData Select and Expand failed: Could not find a property named 'x' on type 't'.`",
		"msgraph-beta-sdk-dotnet#563", observed, func(t *testing.T, g *rig.Rig) {
			const words = "Parsing OData Select and Expand failed: Could not find a property named 'displayVersion' on type 'microsoft.graph.educationSynchronizationProfile'."
			badRequest(t, g.Get(t, rig.ProfilesAt+"?$select=displayVersion"), words)
			badRequest(t, g.Get(t, rig.ProfilesAt+"?$select=id,displayVersion"), words)
			badRequest(t, g.Get(t, rig.ProfilesAt+"?$expand=displayVersion"), words)
			badRequest(t, g.Get(t, rig.At(g.Create(t, rig.CSVBody("North")))+"?$select=displayVersion"), words)
		}},
	{"profiles.list", "filter-syntax", "400 `Invalid filter clause: Syntax error at position N in '…'.`, with the clause",
		"microsoft-graph-explorer-v4#3227 (2024)", observed, func(t *testing.T, g *rig.Rig) {
			for _, clause := range []string{"displayName eq 'a", "id eq 'a' displayName", "displayName eq eq 'a'", "(id eq 'a'", "and"} {
				a := g.Get(t, rig.ProfilesAt+rig.Query("$filter", clause))
				message := a.Text("error.message")
				badRequest(t, a, message)
				assert.Regexp(t, `^Invalid filter clause: Syntax error at position \d+ in '`+regexp.QuoteMeta(clause)+`'\.$`, message)
			}
		}},
	{"profiles.list", "filter-unknown", "A `$filter` on an unknown property is an `Invalid filter clause` that names it",
		"docs-contrib issue 727; wslyvh/paperweight#1", observed, func(t *testing.T, g *rig.Rig) {
			badRequest(t, g.Get(t, rig.ProfilesAt+rig.Query("$filter", "isJunk eq true")),
				"Invalid filter clause: Could not find a property named 'isJunk' on type 'microsoft.graph.educationSynchronizationProfile'.")
		}},
	{"profiles.get", "filter-unsupported", "`$filter` where there is nothing to filter: 400 `Filter not supported.`", "docs issue 128",
		observed, func(t *testing.T, g *rig.Rig) {
			badRequest(t, g.Get(t, rig.At(g.Create(t, rig.CSVBody("North")))+rig.Query("$filter", "displayName eq 'North'")),
				"Filter not supported.")
		}},
	{"profiles.list", "expand-unsupported",
		"400 `ExpandNotSupported`, `Expand is not allowed for property 'x' according to the entity schema.`", "query-parameters page", documented,
		func(t *testing.T, g *rig.Rig) {
			rig.WantError(t, g.Get(t, rig.ProfilesAt+"?$expand=dataProvider"), 400, "ExpandNotSupported",
				"Expand is not allowed for property 'dataProvider' according to the entity schema.")
		}},
	{"profiles.list", "top-too-big",
		"400 `The query specified in the URI is not valid. The limit of '999' for Top query has been exceeded. The value from the incoming request is '1000'.`", "OData docs PR 207", observed, func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, rig.ProfilesAt+"?$top=1000")
			rig.WantError(t, a, 400, a.Text("error.code"),
				"The query specified in the URI is not valid. The limit of '999' for Top query has been exceeded. The value from the incoming request is '1000'.")
		}},
	{anyOperation, "unknown-parameter", "400 `Query parameter api-version not allowed.`", "azure-sdk-for-js#4730 (2019)", observed,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			const words = "Query parameter api-version not allowed."
			for _, path := range []string{rig.ProfilesAt, rig.At(id), rig.At(id) + "/profileStatus", rig.At(id) + "/errors",
				rig.ProfilesAt + "/$count"} {
				badRequest(t, g.Get(t, path+"?api-version=1.6"), words)
			}
			badRequest(t, g.Post(t, rig.At(id)+"/start?api-version=1.6", ""), words)
			badRequest(t, g.Post(t, rig.ProfilesAt+"?api-version=1.6", rig.CSVBody("South")), words)
			badRequest(t, g.Send(t, "DELETE", rig.At(id)+"?api-version=1.6", ""), words)
			assert.Len(t, g.World().Profiles(), 1)
		}},
	{"profiles.list", "delta",
		"There is no change tracking: 400 `Unsupported request: Change tracking is not supported against 'microsoft.graph.educationS…`",
		"capture of an education resource; cut there", observed, func(t *testing.T, g *rig.Rig) {
			for _, path := range []string{"/delta", "/delta()", "/microsoft.graph.delta()"} {
				a := g.Get(t, rig.ProfilesAt+path)
				assert.Equal(t, 400, a.Status, path)
				assert.Equal(t, "BadRequest", a.Text("error.code"), path)
				assert.True(t, strings.HasPrefix(a.Text("error.message"),
					"Unsupported request: Change tracking is not supported against 'microsoft.graph.educationS"), a.Text("error.message"))
			}
		}},
	{anyOperation, "method",
		"A method that a path does not have: 405 `Request_BadRequest`, `Specified HTTP method is not allowed for the request target.`, with `Allow`", "json-batching page", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for _, c := range [][3]string{{"DELETE", rig.ProfilesAt, "GET, HEAD, POST, PUT"}, {"POST", rig.At(id), "GET, HEAD, PUT, PATCH, DELETE"},
				{"GET", rig.At(id) + "/start", "POST"},
				{"POST", rig.At(id) + "/uploadUrl", "GET, HEAD"}, {"POST", rig.At(id) + "/errors", "GET, HEAD"}, {"POST", "/$metadata", "GET, HEAD"}} {
				a := g.Send(t, c[0], c[1], "")
				rig.WantError(t, a, 405, "Request_BadRequest", notAllowed)
				assert.Equal(t, c[2], a.Header.Get("Allow"), c[1])
			}
			rig.WantError(t, g.Send(t, "BREW", rig.At(id), ""), 405, "Request_BadRequest", notAllowed)
		}},
	{"batch", "method", "Another method than POST: 405 `UnknownError`, `Method not allowed`", "davidmoten/odata-client#64", observed,
		func(t *testing.T, g *rig.Rig) {
			rig.WantError(t, g.Get(t, "/$batch"), 405, "UnknownError", "Method not allowed")
		}},
	{anyOperation, "no-redirect", "Unclean paths are answered, not redirected: `//` and a slash at the end mean what they mean without",
		"graphemu: clients of Graph follow no redirects", chosen, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for _, path := range []string{"//education//synchronizationProfiles/" + id, rig.At(id) + "/"} {
				assert.Equal(t, id, g.Found(t, path).Text("id"))
			}
		}},
	{anyOperation, "hostile-ids", "Ids are texts: quotes, `..` and escaped slashes in one find nothing and break nothing", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			for _, id := range []string{"..", "%2e%2e%2fx", "a%2Fb", "a'b", "%27", "(x)", "%00", "💥"} {
				a := g.Get(t, rig.ProfilesAt+"/"+id)
				assert.Contains(t, []int{400, 404}, a.Status, id)
				rig.WantError(t, a, a.Status, a.Text("error.code"), a.Text("error.message"))
			}
		}},
	{anyOperation, "max-worlds", "Beyond the limit of worlds: 507, which names the flag", "errors page: 507; graphemu's limit", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{Limits: emulator.Limits{Worlds: 2}})
			require.Equal(t, 200, g.Get(t, rig.ProfilesAt, "Authorization: Bearer world-a").Status)
			a := g.Get(t, rig.ProfilesAt, "Authorization: Bearer world-b")
			rig.WantError(t, a, 507, a.Text("error.code"), a.Text("error.message"))
			assert.Contains(t, a.Text("error.details.0.message"), "--max-worlds")
		}},
	{anyOperation, "max-memory", "Where all worlds keep as much together as they may, writes are 507, which names the flag, and reads go on",
		"errors page: 507; graphemu's limit", chosen, func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{Limits: emulator.Limits{Memory: 2 << 20}})
			g.Create(t, rig.BulkyBody(t, "a", 1_900_000))
			a := g.Post(t, rig.ProfilesAt, rig.BulkyBody(t, "b", 200_000))
			rig.WantError(t, a, 507, "quotaLimitReached", "The service is out of storage.")
			assert.Contains(t, a.Text("error.details.0.message"), "--max-memory")
			assert.Equal(t, []string{"a"}, g.Found(t, rig.ProfilesAt).Names())
		}},
}
