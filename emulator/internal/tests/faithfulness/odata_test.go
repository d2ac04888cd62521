package emulator_test

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const odataJSON = "OData JSON 4.0"

func accept(level string) string {
	return "Accept: application/json;odata.metadata=" + level + ";odata.streaming=true;IEEE754Compatible=false"
}

var odataStatements = []statement{
	{"profiles.get", "context", "The context is `$metadata#education/synchronizationProfiles/$entity`", "create and get pages, examples", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles/$entity", g.found(t, at(id)).text("@odata.context"))
		assert.Equal(t, "@odata.context", g.found(t, at(id)).keys("")[0])
	}},
	{anyOperation, "dollar-optional", "The `$` of a system query option may be left out", "query-parameters page (beta)", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		for with, without := range map[string]string{
			"?$filter=displayName%20ne%20%27b%27": "?filter=displayName%20ne%20%27b%27", "?$top=9&$orderby=displayName%20desc": "?top=9&orderby=displayName%20desc",
			"?$select=id&$skip=1": "?select=id&skip=1", "?$count=true&$search=a": "?count=true&search=a", "?$expand=profileStatus": "?expand=profileStatus",
		} {
			assert.Equal(t, g.found(t, profilesAt+with).body, g.found(t, profilesAt+without).body, without)
		}
	}},
	{anyOperation, "dollar-escaped", "The `$` may come escaped, as `%24`", "Kiota's URL templates", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b")
		assert.Equal(t, []string{"b"}, g.found(t, profilesAt+"?%24filter=displayName%20eq%20%27b%27").names())
		assert.Equal(t, "2", g.found(t, profilesAt+"/%24count").body)
	}},
	{anyOperation, "options-any-case", "Names of query options are case-insensitive", "traverse-the-graph page", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b")
		assert.Equal(t, []string{"b"}, g.found(t, profilesAt+"?$FILTER=displayName%20eq%20%27b%27&$Top=5").names())
		assert.Equal(t, []string{"b", "a"}, g.found(t, profilesAt+"?$orderBy=displayName%20DESC").names())
	}},
	{anyOperation, "properties-any-case", "Property names in query options are case-insensitive", "traverse-the-graph page", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b")
		a := g.found(t, profilesAt+"?$select=DISPLAYNAME&$orderby=displayname%20desc")
		assert.Equal(t, []string{"b", "a"}, a.names())
		assert.Equal(t, "paused", g.found(t, profilesAt+"?$expand=PROFILESTATUS").text("value.0.profileStatus.status"))
	}},
	{anyOperation, "paths-any-case", "Segments are case-insensitive, actions and functions too", "traverse-the-graph page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		assert.Equal(t, id, g.found(t, g.origin()+"/BETA/Education/SYNCHRONIZATIONPROFILES/"+id).text("id"))
		assert.Equal(t, "1", g.found(t, "/education/synchronizationprofiles/$COUNT").body)
		assert.Equal(t, 200, g.get(t, at(id)+"/ProfileStatus").status)
		assert.Equal(t, 200, g.get(t, at(id)+"/ERRORS").status)
		wantEmpty(t, g.post(t, at(id)+"/PAUSE", ""), 200)
		wantEmpty(t, g.post(t, at(id)+"/Resume", ""), 200)
		assert.Equal(t, 200, g.get(t, "/$METADATA").status)
	}},
	{anyOperation, "key-in-parentheses", "A key may stand in parentheses and quotes, instead of a segment", "user-get page", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		const paren = profilesAt + "('" + failed + "')"
		for _, rest := range []string{"", "/profileStatus", "/errors", "/errors/$count", "/errors/" + sampleError} {
			assert.Equal(t, g.found(t, at(failed)+rest).body, g.found(t, paren+rest).body, rest)
		}
		assert.Equal(t, g.found(t, at(failed)+"/errors/"+sampleError).body, g.found(t, paren+"/errors('"+sampleError+"')").body)
		assert.Equal(t, 202, g.send(t, "PATCH", paren, `{"displayName": "South"}`).status)
		assert.Equal(t, 200, g.post(t, paren+"/reset", "").status)
		assert.Equal(t, 202, g.send(t, "DELETE", profilesAt+"(%27"+failed+"%27)", "").status)
	}},
	{anyOperation, "namespace-prefix", "Actions and the function may carry the prefix `microsoft.graph.`", "nodejs-connect-rest-sample#35", observed, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		for _, action := range []string{"pause", "resume", "reset"} {
			wantEmpty(t, g.post(t, at(id)+"/microsoft.graph."+action, ""), 200)
		}
		assert.Equal(t, 400, g.post(t, at(id)+"/microsoft.graph.start", "").status)
		wantEmpty(t, g.post(t, at(id)+"/Microsoft.Graph.Pause", ""), 200)
	}},
	{anyOperation, "format-option", "`$format` decides over `Accept`", "OData URL conventions, 5.1.7", inferred, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		assert.False(t, g.found(t, at(id)+"?$format=application/json;odata.metadata=none").json("@odata.context").Exists())
		assert.Equal(t, g.found(t, at(id)).body, g.found(t, at(id)+"?$format=json", accept("full")).body)
	}},
	{anyOperation, "any-accept", "Whatever a client accepts, the answer is JSON", "graphemu: a refusal was never seen", chosen, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for _, a := range []string{"Accept:", "Accept: */*", "Accept: application/json", "Accept: text/html", "Accept: application/json;odata.metadata=nonsense"} {
			assert.Equal(t, g.found(t, at(id)).body, g.found(t, at(id), a).body, a)
		}
	}},

	{anyOperation, "prefer-several", "Several preferences may stand in one `Prefer` header, or in several", "RFC 7240, 2", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		assert.Equal(t, 204, g.send(t, "PATCH", at(id), `{"displayName": "South"}`, "Prefer: respond-async, return=minimal").status)
		a := g.found(t, at(id)+"/profileStatus", `Prefer: IdType="ImmutableId",include-unknown-enum-members`)
		assert.Equal(t, "extracting", a.text("status"))
		r, err := http.NewRequestWithContext(t.Context(), "GET", g.URL+at(id)+"/profileStatus", nil)
		require.NoError(t, err)
		r.Header = http.Header{"Authorization": {"Bearer x"}, "Prefer": {"return=minimal", "include-unknown-enum-members"}}
		a, err = receive(g.client, r)
		require.NoError(t, err)
		assert.Equal(t, "extracting", a.text("status"))
	}},

	{anyOperation, "metadata-minimal", "`odata.metadata=minimal` is the default: context, and types of the abstract parts", "martin-machacek.com, capture", observed, func(t *testing.T, g *rig) {
		id := g.create(t, foundingRequest)
		a := g.found(t, at(id), accept("minimal"))
		assert.Equal(t, g.found(t, at(id)).body, a.body)
		assert.Contains(t, a.header.Get("Content-Type"), "odata.metadata=minimal")
	}},
	{anyOperation, "metadata-full", "`odata.metadata=full` adds `@odata.type`, `@odata.id` and `@odata.editLink`, both relative to the service's root", "go odata test data (users)", observed, func(t *testing.T, g *rig) {
		id := g.create(t, foundingRequest)
		a := g.found(t, at(id), accept("full"))
		assert.Equal(t, "#microsoft.graph.educationSynchronizationProfile", a.text("@odata.type"))
		assert.Equal(t, "education/synchronizationProfiles('"+id+"')", a.text("@odata.id"))
		assert.Equal(t, "education/synchronizationProfiles('"+id+"')", a.text("@odata.editLink"))
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles/$entity", a.text("@odata.context"))
		assert.Contains(t, a.header.Get("Content-Type"), "odata.metadata=full")
		assert.Equal(t, "education/synchronizationProfiles('"+id+"')", g.found(t, profilesAt, accept("full")).text("value.0.@odata.id"))
	}},
	{anyOperation, "metadata-full-types", "`odata.metadata=full` names the types that JSON does not tell, as `x@odata.type: #Collection(String)`", "go odata test data (users)", observed, func(t *testing.T, g *rig) {
		a := g.found(t, at(g.create(t, foundingRequest)), accept("full"))
		const section = "dataProvider.customizations.section."
		assert.Equal(t, "#Collection(String)", a.text(section+"optionalPropertiesToSync@odata.type"))
		assert.Equal(t, "#microsoft.graph.educationSynchronizationCustomization", a.text(section+"@odata.type"))
		assert.Equal(t, "#microsoft.graph.educationSynchronizationProfileState", a.text("state@odata.type"))
		assert.Equal(t, "#Collection(microsoft.graph.educationSynchronizationLicenseAssignment)", a.text("licensesToAssign@odata.type"))
	}},
	{anyOperation, "metadata-none", "`odata.metadata=none` leaves out context and types at any depth", odataJSON + ", 3.1.3", inferred, func(t *testing.T, g *rig) {
		id := g.create(t, foundingRequest)
		for _, path := range []string{at(id), profilesAt, at(id) + "/profileStatus", at(id) + "?$expand=profileStatus"} {
			a := g.found(t, path, accept("none"))
			assert.NotContains(t, a.body, "@odata.", path)
			assert.Contains(t, a.header.Get("Content-Type"), "odata.metadata=none")
		}
		assert.Equal(t, "Test Profile", g.found(t, at(id), accept("none")).text("displayName"))
	}},
	{anyOperation, "metadata-none-keeps", "`odata.metadata=none` keeps nextLink and count", odataJSON + ", 3.1.3", inferred, func(t *testing.T, g *rig) {
		g.named(t, "a", "b")
		a := g.found(t, profilesAt+"?$top=1&$count=true", accept("none"))
		assert.Equal(t, []string{"@odata.count", "@odata.nextLink", "value"}, a.keys(""))
		assert.Equal(t, []string{"b"}, g.found(t, a.text("@odata.nextLink"), accept("none")).names())
	}},
	{anyOperation, "int64-as-string", "With `IEEE754Compatible=true` counts are strings", odataJSON + ", 7.1", documented, func(t *testing.T, g *rig) {
		g.named(t, "a")
		assert.Equal(t, `"1"`, g.found(t, profilesAt+"?$count=true", "Accept: application/json;IEEE754Compatible=true").json("@odata.count").Raw)
	}},

	{"metadata", "document", "`$metadata` is a CSDL 4.0 document: the container with education, all types, the actions and the function", "OData CSDL 4.0; SDK v0.120.0", documented, func(t *testing.T, g *rig) {
		a := g.found(t, "/$metadata")
		assert.Regexp(t, `^application/xml`, a.header.Get("Content-Type"))
		type named struct {
			Name string `xml:"Name,attr"`
		}
		var doc struct {
			XMLName xml.Name
			Version string `xml:"Version,attr"`
			Schema  struct {
				Namespace string  `xml:"Namespace,attr"`
				Entities  []named `xml:"EntityType"`
				Complexes []named `xml:"ComplexType"`
				Enums     []named `xml:"EnumType"`
				Actions   []named `xml:"Action"`
				Functions []named `xml:"Function"`
				Container struct {
					Singletons []named `xml:"Singleton"`
				} `xml:"EntityContainer"`
			} `xml:"DataServices>Schema"`
		}
		require.NoError(t, xml.Unmarshal([]byte(a.body), &doc))
		list := func(n []named) []string {
			var out []string
			for _, v := range n {
				out = append(out, v.Name)
			}
			return out
		}
		assert.Equal(t, "Edmx", doc.XMLName.Local)
		assert.Equal(t, "4.0", doc.Version)
		assert.Equal(t, "microsoft.graph", doc.Schema.Namespace)
		assert.Equal(t, []string{"education"}, list(doc.Schema.Container.Singletons))
		assert.ElementsMatch(t, []string{"start", "pause", "resume", "reset"}, list(doc.Schema.Actions))
		assert.Equal(t, []string{"delta", "delta", "delta", "uploadUrl"}, list(doc.Schema.Functions))
		assert.Subset(t, list(doc.Schema.Entities), []string{"educationRoot", "educationSynchronizationProfile", "educationSynchronizationError", "educationSynchronizationProfileStatus"})
		assert.Subset(t, list(doc.Schema.Enums), []string{"educationUserRole", "educationSynchronizationProfileState", "educationSynchronizationStatus"})
		assert.Subset(t, list(doc.Schema.Complexes), []string{"educationSynchronizationDataProvider", "educationCsvDataProvider", "educationPowerSchoolDataProvider", "educationOneRosterApiDataProvider",
			"educationIdentitySynchronizationConfiguration", "educationIdentityCreationConfiguration", "educationIdentityMatchingConfiguration",
			"educationSynchronizationConnectionSettings", "educationSynchronizationOAuth1ConnectionSettings", "educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
			"educationSynchronizationLicenseAssignment", "educationSynchronizationCustomizations", "educationSynchronizationCustomization", "educationIdentityDomain",
			"educationIdentityMatchingOptions", "educationFileSynchronizationVerificationMessage"})
	}},
	{"metadata", "as-published", "What it says of profiles is what the service's own metadata says: states from 2 to 8, `faculty`, " +
		"what is not nullable, `skuIds` as texts, the bases of customizations and of `educationRoot`, " +
		"`me`, delta functions, 15 bindings, the alias `graph`",
		serviceMetadata + "; TestServiceMetadata compares all of it", observed, func(t *testing.T, g *rig) {
			document := g.found(t, "/$metadata").body
			for _, says := range []string{`Namespace="microsoft.graph" Alias="graph"`, `<Member Name="deleting" Value="2">`,
				`<Member Name="unknownFutureValue" Value="8">`, `<Member Name="faculty" Value="4">`,
				`<Property Name="skuIds" Type="Collection(Edm.String)">`, `<Property Name="tokenUrl" Type="Edm.String" Nullable="false">`,
				`<Property Name="statusMessage" Type="Edm.String" Nullable="false">`,
				`<ComplexType Name="educationSynchronizationCustomizations" BaseType="microsoft.graph.educationSynchronizationCustomizationsBase">`,
				`<EntityType Name="educationRoot">`,
				`<NavigationProperty Name="me" Type="microsoft.graph.educationUser" ContainsTarget="true">`,
				`<NavigationPropertyBinding Path="users/user" Target="directoryObjects">`} {
				assert.Contains(t, document, says)
			}
			assert.Equal(t, 15, strings.Count(document, "<NavigationPropertyBinding "))
		}},
	{"metadata", "not-emulated", "What it declares and graphemu does not have is 501, never unknown: `/education/me`, `group`, " +
		"`administrativeUnit`, `taughtClasses`, `user`, `delta`",
		"graphemu: correct code is never told that it is wrong", chosen, func(t *testing.T, g *rig) {
			for _, path := range []string{"/education/me", "/education/Me/classes", "/education/classes/x/group",
				"/education/schools/x/administrativeUnit", "/education/users/x/taughtClasses", "/education/users('x')/user",
				"/education/classes/delta", "/education/users/microsoft.graph.delta()", "/education/users?$expand=taughtClasses",
				"/education/classes?$select=group", "/education/users?$filter=taughtClasses/any()", "/directoryObjects/x"} {
				for _, version := range []string{g.URL, g.origin() + "/v1.0"} {
					a := g.get(t, version+strings.ReplaceAll(path, " ", "%20"))
					assert.Equal(t, []any{501, "NotImplemented"}, []any{a.status, a.text("error.code")}, version+path)
				}
			}
			assert.Equal(t, 200, g.get(t, "/education/users?$expand=*").status, "all that there is")
		}},
	{"metadata", "enum-order", "extracting and validating stand after unknownFutureValue", "docs PR 13490; evolvable enums", documented, func(t *testing.T, g *rig) {
		_, status, _ := strings.Cut(g.found(t, "/$metadata").body, `"educationSynchronizationStatus"`)
		status, _, _ = strings.Cut(status, "</EnumType>")
		last := -1
		for _, m := range []string{"paused", "inProgress", "success", "error", "validationError", "quarantined", "unknownFutureValue", "extracting", "validating"} {
			i := strings.Index(status, `Name="`+m+`"`)
			assert.Greater(t, i, last, m)
			last = i
		}
	}},
	{"metadata", "where-contexts-lead", "It is what every context leads to, and is read without a token", "graph.microsoft.com/beta/$metadata is public", observed, func(t *testing.T, g *rig) {
		document, _, _ := strings.Cut(g.found(t, profilesAt).text("@odata.context"), "#")
		assert.Contains(t, g.found(t, document, "Authorization:").body, "educationSynchronizationProfile")
	}},
	{"metadata", "v1", "v1.0 has `$metadata` and `$batch`, without this API", "API pages: beta only", documented, func(t *testing.T, g *rig) {
		assert.NotContains(t, g.found(t, g.origin()+"/v1.0/$metadata").body, "ynchronizationProfile")
		a := g.post(t, g.origin()+"/v1.0/$batch", `{"requests": [{"id": "1", "method": "GET", "url": "/education/synchronizationProfiles"}]}`)
		assert.Equal(t, "400", a.json("responses.0.status").Raw)
	}},
}
