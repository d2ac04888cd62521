package faithfulness

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const odataJSON = "OData JSON 4.0"

func accept(level string) string {
	return "Accept: application/json;odata.metadata=" + level + ";odata.streaming=true;IEEE754Compatible=false"
}

var odataStatements = []statement{
	{"profiles.get", "context", "The context is `$metadata#education/synchronizationProfiles/$entity`", "create and get pages, examples",
		documented, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles/$entity", g.Found(t, rig.At(id)).Text("@odata.context"))
			assert.Equal(t, "@odata.context", g.Found(t, rig.At(id)).Keys("")[0])
		}},
	{anyOperation, "dollar-optional", "The `$` of a system query option may be left out", "query-parameters page (beta)", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b", "c")
			for with, without := range map[string]string{
				"?$filter=displayName%20ne%20%27b%27": "?filter=displayName%20ne%20%27b%27",
				"?$top=9&$orderby=displayName%20desc": "?top=9&orderby=displayName%20desc",
				"?$select=id&$skip=1":                 "?select=id&skip=1", "?$count=true&$search=a": "?count=true&search=a",
				"?$expand=profileStatus": "?expand=profileStatus",
			} {
				assert.Equal(t, g.Found(t, rig.ProfilesAt+with).Body, g.Found(t, rig.ProfilesAt+without).Body, without)
			}
		}},
	{anyOperation, "dollar-escaped", "The `$` may come escaped, as `%24`", "Kiota's URL templates", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b")
			assert.Equal(t, []string{"b"}, g.Found(t, rig.ProfilesAt+"?%24filter=displayName%20eq%20%27b%27").Names())
			assert.Equal(t, "2", g.Found(t, rig.ProfilesAt+"/%24count").Body)
		}},
	{anyOperation, "options-any-case", "Names of query options are case-insensitive", "traverse-the-graph page", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b")
			assert.Equal(t, []string{"b"}, g.Found(t, rig.ProfilesAt+"?$FILTER=displayName%20eq%20%27b%27&$Top=5").Names())
			assert.Equal(t, []string{"b", "a"}, g.Found(t, rig.ProfilesAt+"?$orderBy=displayName%20DESC").Names())
		}},
	{anyOperation, "properties-any-case", "Property names in query options are case-insensitive", "traverse-the-graph page", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b")
			a := g.Found(t, rig.ProfilesAt+"?$select=DISPLAYNAME&$orderby=displayname%20desc")
			assert.Equal(t, []string{"b", "a"}, a.Names())
			assert.Equal(t, "paused", g.Found(t, rig.ProfilesAt+"?$expand=PROFILESTATUS").Text("value.0.profileStatus.status"))
		}},
	{anyOperation, "paths-any-case", "Segments are case-insensitive, actions and functions too", "traverse-the-graph page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			assert.Equal(t, id, g.Found(t, g.Root()+"/BETA/Education/SYNCHRONIZATIONPROFILES/"+id).Text("id"))
			assert.Equal(t, "1", g.Found(t, "/education/synchronizationprofiles/$COUNT").Body)
			assert.Equal(t, 200, g.Get(t, rig.At(id)+"/ProfileStatus").Status)
			assert.Equal(t, 200, g.Get(t, rig.At(id)+"/ERRORS").Status)
			rig.WantEmpty(t, g.Post(t, rig.At(id)+"/PAUSE", ""), 200)
			rig.WantEmpty(t, g.Post(t, rig.At(id)+"/Resume", ""), 200)
			assert.Equal(t, 200, g.Get(t, "/$METADATA").Status)
		}},
	{anyOperation, "key-in-parentheses", "A key may stand in parentheses and quotes, instead of a segment", "user-get page", documented,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			const paren = rig.ProfilesAt + "('" + rig.Failed + "')"
			for _, rest := range []string{"", "/profileStatus", "/errors", "/errors/$count", "/errors/" + sampleError} {
				assert.Equal(t, g.Found(t, rig.At(rig.Failed)+rest).Body, g.Found(t, paren+rest).Body, rest)
			}
			assert.Equal(t, g.Found(t, rig.At(rig.Failed)+"/errors/"+sampleError).Body, g.Found(t, paren+"/errors('"+sampleError+"')").Body)
			assert.Equal(t, 202, g.Send(t, "PATCH", paren, `{"displayName": "South"}`).Status)
			assert.Equal(t, 200, g.Post(t, paren+"/reset", "").Status)
			assert.Equal(t, 202, g.Send(t, "DELETE", rig.ProfilesAt+"(%27"+rig.Failed+"%27)", "").Status)
		}},
	{anyOperation, "namespace-prefix", "Actions and the function may carry the prefix `microsoft.graph.`", "nodejs-connect-rest-sample#35",
		observed, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			for _, action := range []string{"pause", "resume", "reset"} {
				rig.WantEmpty(t, g.Post(t, rig.At(id)+"/microsoft.graph."+action, ""), 200)
			}
			assert.Equal(t, 400, g.Post(t, rig.At(id)+"/microsoft.graph.start", "").Status)
			rig.WantEmpty(t, g.Post(t, rig.At(id)+"/Microsoft.Graph.Pause", ""), 200)
		}},
	{anyOperation, "format-option", "`$format` decides over `Accept`", "OData URL conventions, 5.1.7", inferred,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			assert.False(t, g.Found(t, rig.At(id)+"?$format=application/json;odata.metadata=none").JSON("@odata.context").Exists())
			assert.Equal(t, g.Found(t, rig.At(id)).Body, g.Found(t, rig.At(id)+"?$format=json", accept("full")).Body)
		}},
	{anyOperation, "any-accept", "Whatever a client accepts, the answer is JSON", "graphemu: a refusal was never seen", chosen,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for _, a := range []string{"Accept:", "Accept: */*", "Accept: application/json", "Accept: text/html",
				"Accept: application/json;odata.metadata=nonsense"} {
				assert.Equal(t, g.Found(t, rig.At(id)).Body, g.Found(t, rig.At(id), a).Body, a)
			}
		}},

	{anyOperation, "prefer-several", "Several preferences may stand in one `Prefer` header, or in several", "RFC 7240, 2", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			assert.Equal(t, 204, g.Send(t, "PATCH", rig.At(id), `{"displayName": "South"}`, "Prefer: respond-async, return=minimal").Status)
			a := g.Found(t, rig.At(id)+"/profileStatus", `Prefer: IdType="ImmutableId",include-unknown-enum-members`)
			assert.Equal(t, "extracting", a.Text("status"))
			r, err := http.NewRequestWithContext(t.Context(), "GET", g.URL+rig.At(id)+"/profileStatus", nil)
			require.NoError(t, err)
			r.Header = http.Header{"Authorization": {"Bearer x"}, "Prefer": {"return=minimal", "include-unknown-enum-members"}}
			a, err = rig.Receive(g.HTTP, r)
			require.NoError(t, err)
			assert.Equal(t, "extracting", a.Text("status"))
		}},

	{anyOperation, "metadata-minimal", "`odata.metadata=minimal` is the default: context, and types of the abstract parts",
		"martin-machacek.com, capture", observed, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CreateRequest)
			a := g.Found(t, rig.At(id), accept("minimal"))
			assert.Equal(t, g.Found(t, rig.At(id)).Body, a.Body)
			assert.Contains(t, a.Header.Get("Content-Type"), "odata.metadata=minimal")
		}},
	{anyOperation, "metadata-full",
		"`odata.metadata=full` adds `@odata.type`, `@odata.id` and `@odata.editLink`, both relative to the service's root",
		"go odata test data (users)", observed, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CreateRequest)
			a := g.Found(t, rig.At(id), accept("full"))
			assert.Equal(t, "#microsoft.graph.educationSynchronizationProfile", a.Text("@odata.type"))
			assert.Equal(t, "education/synchronizationProfiles('"+id+"')", a.Text("@odata.id"))
			assert.Equal(t, "education/synchronizationProfiles('"+id+"')", a.Text("@odata.editLink"))
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles/$entity", a.Text("@odata.context"))
			assert.Contains(t, a.Header.Get("Content-Type"), "odata.metadata=full")
			assert.Equal(t, "education/synchronizationProfiles('"+id+"')", g.Found(t, rig.ProfilesAt, accept("full")).Text("value.0.@odata.id"))
		}},
	{anyOperation, "metadata-full-types",
		"`odata.metadata=full` names the types that JSON does not tell, as `x@odata.type: #Collection(String)`", "go odata test data (users)",
		observed, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, rig.At(g.Create(t, rig.CreateRequest)), accept("full"))
			const section = "dataProvider.customizations.section."
			assert.Equal(t, "#Collection(String)", a.Text(section+"optionalPropertiesToSync@odata.type"))
			assert.Equal(t, "#microsoft.graph.educationSynchronizationCustomization", a.Text(section+"@odata.type"))
			assert.Equal(t, "#microsoft.graph.educationSynchronizationProfileState", a.Text("state@odata.type"))
			assert.Equal(t, "#Collection(microsoft.graph.educationSynchronizationLicenseAssignment)", a.Text("licensesToAssign@odata.type"))
		}},
	{anyOperation, "metadata-none", "`odata.metadata=none` leaves out context and types at any depth", odataJSON + ", 3.1.3", inferred,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CreateRequest)
			for _, path := range []string{rig.At(id), rig.ProfilesAt, rig.At(id) + "/profileStatus", rig.At(id) + "?$expand=profileStatus"} {
				a := g.Found(t, path, accept("none"))
				assert.NotContains(t, a.Body, "@odata.", path)
				assert.Contains(t, a.Header.Get("Content-Type"), "odata.metadata=none")
			}
			assert.Equal(t, "Test Profile", g.Found(t, rig.At(id), accept("none")).Text("displayName"))
		}},
	{anyOperation, "metadata-none-keeps", "`odata.metadata=none` keeps nextLink and count", odataJSON + ", 3.1.3", inferred,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b")
			a := g.Found(t, rig.ProfilesAt+"?$top=1&$count=true", accept("none"))
			assert.Equal(t, []string{"@odata.count", "@odata.nextLink", "value"}, a.Keys(""))
			assert.Equal(t, []string{"b"}, g.Found(t, a.Text("@odata.nextLink"), accept("none")).Names())
		}},
	{anyOperation, "int64-as-string", "With `IEEE754Compatible=true` counts are strings", odataJSON + ", 7.1", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a")
			assert.Equal(t, `"1"`,
				g.Found(t, rig.ProfilesAt+"?$count=true", "Accept: application/json;IEEE754Compatible=true").JSON("@odata.count").Raw)
		}},

	{"metadata", "document", "`$metadata` is a CSDL 4.0 document: the container with education, all types, the actions and the function",
		"OData CSDL 4.0; SDK v0.120.0", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, "/$metadata")
			assert.Regexp(t, `^application/xml`, a.Header.Get("Content-Type"))
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
			require.NoError(t, xml.Unmarshal([]byte(a.Body), &doc))
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
			assert.Subset(t, list(doc.Schema.Container.Singletons), []string{"education", "me", "directory"})
			assert.Subset(t, list(doc.Schema.Actions), []string{"start", "pause", "resume", "reset", "assignLicense", "addPassword"})
			assert.Subset(t, list(doc.Schema.Functions), []string{"delta", "uploadUrl"})
			assert.Subset(t, list(doc.Schema.Entities),
				[]string{"educationRoot", "educationSynchronizationProfile", "educationSynchronizationError", "educationSynchronizationProfileStatus"})
			assert.Subset(t, list(doc.Schema.Enums),
				[]string{"educationUserRole", "educationSynchronizationProfileState", "educationSynchronizationStatus"})
			assert.Subset(t, list(doc.Schema.Complexes),
				[]string{"educationSynchronizationDataProvider", "educationCsvDataProvider", "educationPowerSchoolDataProvider",
					"educationOneRosterApiDataProvider",
					"educationIdentitySynchronizationConfiguration", "educationIdentityCreationConfiguration", "educationIdentityMatchingConfiguration",
					"educationSynchronizationConnectionSettings", "educationSynchronizationOAuth1ConnectionSettings",
					"educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
					"educationSynchronizationLicenseAssignment", "educationSynchronizationCustomizations", "educationSynchronizationCustomization",
					"educationIdentityDomain",
					"educationIdentityMatchingOptions", "educationFileSynchronizationVerificationMessage"})
		}},
	{"metadata", "as-published", "What it says of profiles is what the service's own metadata says: states from 2 to 8, `faculty`, " +
		"what is not nullable, `skuIds` as texts, the bases of customizations and of `educationRoot`, " +
		"`me`, delta functions, 15 bindings, the alias `graph`",
		serviceMetadata + "; TestServiceMetadata compares all of it", observed, func(t *testing.T, g *rig.Rig) {
			document := g.Found(t, "/$metadata").Body
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
	{"metadata", "not-emulated", "What it declares and graphemu does not have is 501, never unknown: `assignments`, `rubrics`, " +
		"`delta`",
		"graphemu: correct code is never told that it is wrong", chosen, func(t *testing.T, g *rig.Rig) {
			for _, path := range []string{"/education/classes/x/assignments", "/education/users('x')/rubrics", "/education/users/x/Assignments",
				"/education/classes/delta", "/education/users/microsoft.graph.delta()", "/education/users?$expand=rubrics",
				"/education/classes?$select=modules", "/education/users?$filter=rubrics/any()"} {
				for _, version := range []string{g.URL, g.Root() + "/v1.0"} {
					a := g.Get(t, version+strings.ReplaceAll(path, " ", "%20"))
					assert.Equal(t, []any{501, "NotImplemented"}, []any{a.Status, a.Text("error.code")}, version+path)
				}
			}
			assert.Equal(t, 200, g.Get(t, "/education/users?$expand=*").Status, "all that there is")
		}},
	{"metadata", "enum-order", "extracting and validating stand after unknownFutureValue", "docs PR 13490; evolvable enums", documented,
		func(t *testing.T, g *rig.Rig) {
			_, status, _ := strings.Cut(g.Found(t, "/$metadata").Body, `"educationSynchronizationStatus"`)
			status, _, _ = strings.Cut(status, "</EnumType>")
			last := -1
			for _, m := range []string{"paused", "inProgress", "success", "error", "validationError", "quarantined", "unknownFutureValue",
				"extracting", "validating"} {
				i := strings.Index(status, `Name="`+m+`"`)
				assert.Greater(t, i, last, m)
				last = i
			}
		}},
	{"metadata", "where-contexts-lead", "It is what every context leads to, and is read without a token",
		"graph.microsoft.com/beta/$metadata is public", observed, func(t *testing.T, g *rig.Rig) {
			document, _, _ := strings.Cut(g.Found(t, rig.ProfilesAt).Text("@odata.context"), "#")
			assert.Contains(t, g.Found(t, document, "Authorization:").Body, "educationSynchronizationProfile")
		}},
	{"metadata", "v1", "v1.0 has `$metadata` and `$batch`, without this API", "API pages: beta only", documented,
		func(t *testing.T, g *rig.Rig) {
			assert.NotContains(t, g.Found(t, g.Root()+"/v1.0/$metadata").Body, "ynchronizationProfile")
			a := g.Post(t, g.Root()+"/v1.0/$batch", `{"requests": [{"id": "1", "method": "GET", "url": "/education/synchronizationProfiles"}]}`)
			assert.Equal(t, "400", a.JSON("responses.0.status").Raw)
		}},
}
