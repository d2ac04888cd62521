package emulator_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
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
func badRequest(t *testing.T, a answer, message string) {
	t.Helper()
	wantError(t, a, 400, "BadRequest", message)
}

var errorStatements = []statement{
	{anyOperation, "error-envelope", "An error is `code`, `message`, `innerError` with `date`, `request-id`, `client-request-id`, in that order", "captures of 2026-02 (microslop_one_drive fixtures)", observed, func(t *testing.T, g *rig) {
		a := g.get(t, "/education/synchronizationProfile")
		assert.Equal(t, []string{"error"}, a.keys(""))
		assert.Equal(t, []string{"date", "request-id", "client-request-id"}, a.keys("error.innerError"))
		keys := a.keys("error")
		assert.Equal(t, []string{"code", "message"}, keys[:2])
		assert.Equal(t, "innerError", keys[len(keys)-1])
	}},
	{anyOperation, "error-ids", "innerError's ids are those of the headers", "captures of 2026-02", observed, func(t *testing.T, g *rig) {
		a := g.get(t, at(mintedID), "client-request-id: 11111111-2222-4333-8444-555555555555")
		assert.Equal(t, a.header.Get("request-id"), a.text("error.innerError.request-id"))
		assert.Equal(t, "11111111-2222-4333-8444-555555555555", a.text("error.innerError.client-request-id"))
		assert.NotEqual(t, a.text("error.innerError.client-request-id"), a.text("error.innerError.request-id"))
		a = g.get(t, at(mintedID))
		assert.Equal(t, a.text("error.innerError.request-id"), a.text("error.innerError.client-request-id"))
	}},
	{anyOperation, "error-date", "innerError's date is the time in seconds, without a zone", "docs issue 7278: `2020-03-04T20:54:38`", observed, func(t *testing.T, g *rig) {
		assert.Equal(t, "2026-01-05T06:00:00", g.get(t, at(mintedID)).text("error.innerError.date"))
		g.advance(t, 90*time.Second)
		assert.Equal(t, "2026-01-05T06:01:30", g.get(t, at(mintedID)).text("error.innerError.date"))
	}},
	{anyOperation, "error-content-type", "Errors are plain `application/json`, without OData's parameters and without OData-Version", "microsofthackathons/tdi#24; json-batching page", observed, func(t *testing.T, g *rig) {
		for _, a := range []answer{g.get(t, profilesAt, "Authorization:"), g.get(t, at(mintedID)), g.get(t, "/nonsense"), g.send(t, "PUT", at(mintedID)+"/start", "{}"), g.post(t, profilesAt, "{")} {
			assert.GreaterOrEqual(t, a.status, 400)
			assert.Equal(t, "application/json", a.header.Get("Content-Type"))
			assert.NotContains(t, a.header, "Odata-Version")
		}
	}},
	{anyOperation, "error-details", "graphemu's own help stands in `error.details` only; known words stay as they are", "SDK models declare `details`", chosen, func(t *testing.T, g *rig) {
		a := g.get(t, "/education/synchronizationProfile")
		badRequest(t, a, "Resource not found for the segment 'synchronizationProfile'.")
		assert.Contains(t, a.text("error.details.0.message"), "synchronizationProfiles")
		assert.Subset(t, []string{"code", "message", "target"}, a.keys("error.details.0"))
	}},

	{anyOperation, "unknown-segment", "400 `Resource not found for the segment 'x'.`", "docs issues 4900 and 21648", observed, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for path, segment := range map[string]string{
			"/education/syncProfiles": "syncProfiles", "/educaton/synchronizationProfiles": "educaton", "/me": "me", at(id) + "/stop": "stop",
			at(id) + "/start/now": "now", at(id) + "/profileStatus/nonsense": "nonsense", profilesAt + "/$count/x": "x",
		} {
			a := g.get(t, path)
			assert.Equal(t, 400, a.status, path)
			badRequest(t, a, "Resource not found for the segment '"+segment+"'.")
		}
	}},
	{anyOperation, "first-unknown-segment", "Of several unknown segments the first is named", "OData URL conventions, 4: a path is resolved from left to right", inferred, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for path, segment := range map[string]string{"/education/nonsense/more": "nonsense", "/nonsense/synchronizationProfiles": "nonsense", at(id) + "/stop/now": "stop",
			at(id) + "/profileStatus/nonsense/more": "nonsense", at(id) + "/nonsense/more/and/more": "nonsense"} {
			badRequest(t, g.get(t, path), "Resource not found for the segment '"+segment+"'.")
		}
	}},
	{anyOperation, "unknown-version", "Another version than beta and v1.0: 400 `Invalid version.`", "msgraph-sample-blazor-clientside#94", observed, func(t *testing.T, g *rig) {
		for _, path := range []string{"/v2.0" + profilesAt, "/education/synchronizationProfiles", "/"} {
			badRequest(t, g.get(t, g.origin()+path), "Invalid version.")
		}
	}},
	{anyOperation, "v1", "v1.0 does not have this API: 400 `Resource not found for the segment 'synchronizationProfiles'.`", "API pages (beta only); docs issue 4900", inferred, func(t *testing.T, g *rig) {
		for _, path := range []string{profilesAt, at(mintedID), at(mintedID) + "/profileStatus"} {
			badRequest(t, g.get(t, g.origin()+"/v1.0"+path), "Resource not found for the segment 'synchronizationProfiles'.")
		}
	}},
	{anyOperation, "not-json", "A body that is not JSON: 400 `Unable to read JSON request payload. …`", "docs-contrib issue 6337", observed, func(t *testing.T, g *rig) {
		for _, b := range []string{"{", "nonsense", `{"displayName": NaN}`, `[1]`, `"text"`, foundingRequest + "{}", `{"displayName": "a", "displayName": "b"}`, "{\"displayName\": \"\xff\"}", strings.Repeat(`{"displayName":`, 10_000) + strings.Repeat("}", 10_000)} {
			badRequest(t, g.refused(t, b), unreadable)
		}
		badRequest(t, g.send(t, "PATCH", at(g.create(t, csvBody("North"))), "{"), unreadable)
	}},
	{anyOperation, "no-content-type", "An absent Content-Type is the same: 400, and no 415", "docs-contrib issue 6337; msgraph-sdk-php#632", observed, func(t *testing.T, g *rig) {
		badRequest(t, g.refused(t, foundingRequest, "Content-Type:"), unreadable)
		badRequest(t, g.refused(t, foundingRequest, "Content-Type: text/plain"), unreadable)
	}},
	{anyOperation, "empty-payload", "No body where one is needed: 400 `Empty Payload. JSON content expected.`", "docs-contrib issue 7083", observed, func(t *testing.T, g *rig) {
		badRequest(t, g.post(t, profilesAt, ""), emptyBody)
		badRequest(t, g.post(t, profilesAt, "", "Content-Type: application/json"), emptyBody)
		id := g.create(t, csvBody("North"))
		badRequest(t, g.send(t, "PATCH", at(id), ""), emptyBody)
		badRequest(t, g.send(t, "PUT", at(id), ""), emptyBody)
		badRequest(t, g.send(t, "PUT", profilesAt, ""), emptyBody)
	}},
	{anyOperation, "too-large", "A body over 4 MiB: 400 `The maximum request length supported is 4MB.`, decompressed too", "docs issue 11806", observed, func(t *testing.T, g *rig) {
		big := csvBody(strings.Repeat("x", 4<<20))
		badRequest(t, g.refused(t, big), tooLarge)
		badRequest(t, g.refused(t, gzipped(t, big), "Content-Encoding: gzip"), tooLarge)
		assert.Contains(t, g.refused(t, big).text("error.details.0.message"), "--max-body")
	}},
	{anyOperation, "unknown-encoding", "An encoding that is not known: 415, on which the Go SDK sends the body again without gzip", "errors page; kiota-http-go compression_handler.go", documented, func(t *testing.T, g *rig) {
		a := g.post(t, profilesAt, foundingRequest, "Content-Encoding: br")
		wantError(t, a, 415, a.text("error.code"), a.text("error.message"))
	}},
	{"profiles.create", "unknown-property", "400 `The property 'x' does not exist on type 'microsoft.graph.t'. Make sure …`", "msgraph-sdk-python#313; the code is a guess", observed, func(t *testing.T, g *rig) {
		const rest = " Make sure to only use property names that are defined by the type or mark the type as open type."
		badRequest(t, g.refused(t, edit(t, csvBody("North"), "nickname", "N")),
			"The property 'nickname' does not exist on type 'microsoft.graph.educationSynchronizationProfile'."+rest)
		badRequest(t, g.refused(t, edit(t, csvBody("North"), "dataProvider.url", "N")),
			"The property 'url' does not exist on type 'microsoft.graph.educationCsvDataProvider'."+rest)
		badRequest(t, g.refused(t, edit(t, csvBody("North"), "dataProvider.customizations.student.isSyncDefered", true)),
			"The property 'isSyncDefered' does not exist on type 'microsoft.graph.educationSynchronizationCustomization'."+rest)
	}},
	{"profiles.create", "unknown-type", "400 `Invalid OData type specified: \"Full.Type.Name\"`: in double quotes, without the `#`", "docs issue 17889", observed, func(t *testing.T, g *rig) {
		badRequest(t, g.refused(t, edit(t, csvBody("North"), "dataProvider.@odata.type", "#microsoft.graph.educationXmlDataProvider")),
			`Invalid OData type specified: "microsoft.graph.educationXmlDataProvider"`)
		badRequest(t, g.refused(t, edit(t, csvBody("North"), "identitySynchronizationConfiguration.@odata.type", "#Contoso.Type")),
			`Invalid OData type specified: "Contoso.Type"`)
		badRequest(t, g.refused(t, edit(t, csvBody("North"), "dataProvider.@odata.type", "#microsoft.graph.educationIdentityCreationConfiguration")),
			`Invalid OData type specified: "microsoft.graph.educationIdentityCreationConfiguration"`)
	}},
	{"profiles.create", "missing-type", "An abstract value without `@odata.type`: 400 `Request_BadRequest`, `A value without a type name was found …`", "docs-contrib issue 6272 (directory)", observed, func(t *testing.T, g *rig) {
		for _, path := range []string{"dataProvider.@odata.type", "identitySynchronizationConfiguration.@odata.type"} {
			wantError(t, g.refused(t, edit(t, csvBody("North"), path, absent{})), 400, "Request_BadRequest", noType)
		}
		wantError(t, g.refused(t, edit(t, oneRosterBody("North"), "dataProvider.connectionSettings.@odata.type", absent{})), 400, "Request_BadRequest", noType)
	}},

	{"profiles.list", "select-unknown", "400 `Parsing OData Select and Expand failed: Could not find a property named 'x' on type 't'.`", "msgraph-beta-sdk-dotnet#563", observed, func(t *testing.T, g *rig) {
		const words = "Parsing OData Select and Expand failed: Could not find a property named 'displayVersion' on type 'microsoft.graph.educationSynchronizationProfile'."
		badRequest(t, g.get(t, profilesAt+"?$select=displayVersion"), words)
		badRequest(t, g.get(t, profilesAt+"?$select=id,displayVersion"), words)
		badRequest(t, g.get(t, profilesAt+"?$expand=displayVersion"), words)
		badRequest(t, g.get(t, at(g.create(t, csvBody("North")))+"?$select=displayVersion"), words)
	}},
	{"profiles.list", "filter-syntax", "400 `Invalid filter clause: Syntax error at position N in '…'.`, with the clause", "microsoft-graph-explorer-v4#3227 (2024)", observed, func(t *testing.T, g *rig) {
		for _, clause := range []string{"displayName eq 'a", "id eq 'a' displayName", "displayName eq eq 'a'", "(id eq 'a'", "and"} {
			a := g.get(t, profilesAt+query("$filter", clause))
			message := a.text("error.message")
			badRequest(t, a, message)
			assert.Regexp(t, `^Invalid filter clause: Syntax error at position \d+ in '`+regexp.QuoteMeta(clause)+`'\.$`, message)
		}
	}},
	{"profiles.list", "filter-unknown", "A `$filter` on an unknown property is an `Invalid filter clause` that names it", "docs-contrib issue 727; wslyvh/paperweight#1", observed, func(t *testing.T, g *rig) {
		badRequest(t, g.get(t, profilesAt+query("$filter", "isJunk eq true")),
			"Invalid filter clause: Could not find a property named 'isJunk' on type 'microsoft.graph.educationSynchronizationProfile'.")
	}},
	{"profiles.get", "filter-unsupported", "`$filter` where there is nothing to filter: 400 `Filter not supported.`", "docs issue 128", observed, func(t *testing.T, g *rig) {
		badRequest(t, g.get(t, at(g.create(t, csvBody("North")))+query("$filter", "displayName eq 'North'")), "Filter not supported.")
	}},
	{"profiles.list", "expand-unsupported", "400 `ExpandNotSupported`, `Expand is not allowed for property 'x' according to the entity schema.`", "query-parameters page", documented, func(t *testing.T, g *rig) {
		wantError(t, g.get(t, profilesAt+"?$expand=dataProvider"), 400, "ExpandNotSupported", "Expand is not allowed for property 'dataProvider' according to the entity schema.")
	}},
	{"profiles.list", "top-too-big", "400 `The query specified in the URI is not valid. The limit of '999' for Top query has been exceeded. The value from the incoming request is '1000'.`", "OData docs PR 207", observed, func(t *testing.T, g *rig) {
		a := g.get(t, profilesAt+"?$top=1000")
		wantError(t, a, 400, a.text("error.code"), "The query specified in the URI is not valid. The limit of '999' for Top query has been exceeded. The value from the incoming request is '1000'.")
	}},
	{anyOperation, "unknown-parameter", "400 `Query parameter api-version not allowed.`", "azure-sdk-for-js#4730 (2019)", observed, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		const words = "Query parameter api-version not allowed."
		for _, path := range []string{profilesAt, at(id), at(id) + "/profileStatus", at(id) + "/errors", profilesAt + "/$count"} {
			badRequest(t, g.get(t, path+"?api-version=1.6"), words)
		}
		badRequest(t, g.post(t, at(id)+"/start?api-version=1.6", ""), words)
		badRequest(t, g.post(t, profilesAt+"?api-version=1.6", csvBody("South")), words)
		badRequest(t, g.send(t, "DELETE", at(id)+"?api-version=1.6", ""), words)
		assert.Len(t, g.World().Profiles(), 1)
	}},
	{"profiles.list", "delta", "There is no change tracking: 400 `Unsupported request: Change tracking is not supported against 'microsoft.graph.educationS…`", "capture of an education resource; cut there", observed, func(t *testing.T, g *rig) {
		for _, path := range []string{"/delta", "/delta()", "/microsoft.graph.delta()"} {
			a := g.get(t, profilesAt+path)
			assert.Equal(t, 400, a.status, path)
			assert.Equal(t, "BadRequest", a.text("error.code"), path)
			assert.True(t, strings.HasPrefix(a.text("error.message"), "Unsupported request: Change tracking is not supported against 'microsoft.graph.educationS"), a.text("error.message"))
		}
	}},
	{anyOperation, "method", "A method that a path does not have: 405 `Request_BadRequest`, `Specified HTTP method is not allowed for the request target.`, with `Allow`", "json-batching page", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for _, c := range [][3]string{{"DELETE", profilesAt, "GET, HEAD, POST, PUT"}, {"POST", at(id), "GET, HEAD, PUT, PATCH, DELETE"}, {"GET", at(id) + "/start", "POST"},
			{"POST", at(id) + "/uploadUrl", "GET, HEAD"}, {"POST", at(id) + "/errors", "GET, HEAD"}, {"POST", "/$metadata", "GET, HEAD"}} {
			a := g.send(t, c[0], c[1], "")
			wantError(t, a, 405, "Request_BadRequest", notAllowed)
			assert.Equal(t, c[2], a.header.Get("Allow"), c[1])
		}
		wantError(t, g.send(t, "BREW", at(id), ""), 405, "Request_BadRequest", notAllowed)
	}},
	{"batch", "method", "Another method than POST: 405 `UnknownError`, `Method not allowed`", "davidmoten/odata-client#64", observed, func(t *testing.T, g *rig) {
		wantError(t, g.get(t, "/$batch"), 405, "UnknownError", "Method not allowed")
	}},
	{anyOperation, "no-redirect", "Unclean paths are answered, not redirected: `//` and a slash at the end mean what they mean without", "graphemu: clients of Graph follow no redirects", chosen, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for _, path := range []string{"//education//synchronizationProfiles/" + id, at(id) + "/"} {
			assert.Equal(t, id, g.found(t, path).text("id"))
		}
	}},
	{anyOperation, "hostile-ids", "Ids are texts: quotes, `..` and escaped slashes in one find nothing and break nothing", "graphemu", chosen, func(t *testing.T, g *rig) {
		for _, id := range []string{"..", "%2e%2e%2fx", "a%2Fb", "a'b", "%27", "(x)", "%00", "💥"} {
			a := g.get(t, profilesAt+"/"+id)
			assert.Contains(t, []int{400, 404}, a.status, id)
			wantError(t, a, a.status, a.text("error.code"), a.text("error.message"))
		}
	}},
	{anyOperation, "max-worlds", "Beyond the limit of worlds: 507, which names the flag", "errors page: 507; graphemu's limit", chosen, func(t *testing.T, _ *rig) {
		g := newRig(t, emulator.Options{Limits: emulator.Limits{Worlds: 2}})
		require.Equal(t, 200, g.get(t, profilesAt, "Authorization: Bearer world-a").status)
		a := g.get(t, profilesAt, "Authorization: Bearer world-b")
		wantError(t, a, 507, a.text("error.code"), a.text("error.message"))
		assert.Contains(t, a.text("error.details.0.message"), "--max-worlds")
	}},
	{anyOperation, "max-memory", "Where all worlds keep as much together as they may, writes are 507, which names the flag, and reads go on",
		"errors page: 507; graphemu's limit", chosen, func(t *testing.T, _ *rig) {
			g := newRig(t, emulator.Options{Limits: emulator.Limits{Memory: 2 << 20}})
			g.create(t, bulky(t, "a", 1_900_000))
			a := g.post(t, profilesAt, bulky(t, "b", 200_000))
			wantError(t, a, 507, "quotaLimitReached", "The service is out of storage.")
			assert.Contains(t, a.text("error.details.0.message"), "--max-memory")
			assert.Equal(t, []string{"a"}, g.found(t, profilesAt).names())
		}},
}
