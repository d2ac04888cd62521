package faithfulness

import (
	"bytes"
	"compress/gzip"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

// refused is a create that must be answered 400 and leave nothing behind.
func refused(t *testing.T, g *rig.Rig, body string, headers ...string) rig.Answer {
	t.Helper()
	a := g.Post(t, rig.ProfilesAt, body, headers...)
	assert.Equal(t, 400, a.Status, a.Body)
	assert.Empty(t, g.World().Profiles(), "a refused create leaves nothing behind")
	return a
}

// answered creates a profile and returns what came back.
func answered(t *testing.T, g *rig.Rig, body string, headers ...string) rig.Answer {
	t.Helper()
	a := g.Post(t, rig.ProfilesAt, body, headers...)
	require.Equal(t, 202, a.Status, a.Body)
	return a
}

const (
	booleansOnly = `{"isSyncDeferred":false,"allowDisplayNameUpdate":false}`
)

// optionalProperties are the CSV headers that may be chosen for each entity.
var optionalProperties = map[string]string{
	"school":  "School Number, School NCES_ID, State ID, Grade Low, Grade High, Principal SIS ID, Principal Name, Principal Secondary Email, Address, City, State, Country, Zip, Phone, Zone",
	"section": "Section Number, Term SIS ID, Term Name, Term StartDate, Term EndDate, Course SIS ID, Course Name, Course Description, Course Number, Course Subject, Periods, Status",
	"student": "State ID, Secondary Email, Student Number, Middle Name, Mailing Address, Mailing City, Mailing State, Mailing Zip, Mailing Latitude, Mailing Longitude, Mailing Country, " +
		"Residence Address, Residence City, Residence State, Residence Zip, Residence Latitude, Residence Longitude, Residence Country, Gender, Birthdate, Grade, ELL Status, FederalRace, Graduation Year, Status, Username",
	"teacher": "State ID, Teacher Number, Status, Middle Name, Secondary Email, Username, Title, Qualification",
}

// serviceMetadata is the description of this API that the service itself published.
const serviceMetadata = "the service's own beta metadata of 2021-07"

// licencesFor is a list with one assignment.
func licencesFor(role string, skus ...string) []any {
	return []any{map[string]any{"appliesTo": role, "skuIds": append([]string{}, skus...)}}
}

var createStatements = []statement{
	{"profiles.create", "founding-example",
		"The example's request gives exactly the example's response, in its order, plus `@odata.context` and an id of its own",
		"create page, example", documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.CreateRequest)
			want := strings.Replace(rig.Compact(t, rig.CreateResponse), rig.UnknownID, a.Text("id"), 1)
			want = `{"@odata.context":"` + g.URL + `/$metadata#education/synchronizationProfiles/$entity",` + want[1:]
			assert.Equal(t, want, a.Body)
			assert.NotEqual(t, rig.UnknownID, a.Text("id"))
		}},
	{"profiles.create", "status-202", "Answers 202 with the profile", "create page, text", documented, func(t *testing.T, g *rig.Rig) {
		a := g.Post(t, rig.ProfilesAt, rig.CSVBody("North"))
		assert.Equal(t, 202, a.Status)
		assert.Equal(t, "North", a.Text("displayName"))
	}},
	{"profiles.create", "state-provisioning", "A new profile is in the state `provisioning`", "create page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, "provisioning", answered(t, g, rig.CSVBody("North")).Text("state"))
		}},
	{"profiles.create", "id-guid", "The service mints the id, a GUID; no two are alike", "resource page educationSynchronizationProfile",
		documented, func(t *testing.T, g *rig.Rig) {
			seen := map[string]bool{}
			for range 20 {
				id := g.Create(t, rig.CSVBody("North"))
				assert.Regexp(t, guid, id)
				assert.False(t, seen[id])
				seen[id] = true
			}
		}},
	{"profiles.create", "id-of-client-ignored", "`id` and `state` are read-only: what a client sends for them is not used",
		"resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "id", rig.UnknownID, "state", "provisioned"))
			assert.NotEqual(t, rig.UnknownID, a.Text("id"))
			assert.Equal(t, "provisioning", a.Text("state"))
		}},
	{"profiles.create", "datasync-namespace",
		"Type names of the namespace `Microsoft.Education.DataSync` are taken and answered as `microsoft.graph`", "create page, example",
		documented, func(t *testing.T, g *rig.Rig) {
			const ns = "#Microsoft.Education.DataSync."
			a := answered(t, g, rig.Edit(t, rig.OneRosterBody("North"), "dataProvider.@odata.type", ns+"educationOneRosterApiDataProvider",
				"dataProvider.connectionSettings.@odata.type", ns+"educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
				"identitySynchronizationConfiguration.@odata.type", ns+"educationIdentityMatchingConfiguration"))
			assert.Equal(t, "#microsoft.graph.educationOneRosterApiDataProvider", a.Text("dataProvider.@odata.type"))
			assert.Equal(t, "#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
				a.Text("dataProvider.connectionSettings.@odata.type"))
			assert.Equal(t, "#microsoft.graph.educationIdentityMatchingConfiguration", a.Text("identitySynchronizationConfiguration.@odata.type"))
		}},
	{"profiles.create", "graph-namespace", "Type names of the namespace `microsoft.graph` are taken", "docs issue 17889, docs PR 19039",
		documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.CSVBody("North"))
			assert.Equal(t, "#microsoft.graph.educationCsvDataProvider", a.Text("dataProvider.@odata.type"))
			assert.Equal(t, "#microsoft.graph.educationIdentityCreationConfiguration", a.Text("identitySynchronizationConfiguration.@odata.type"))
		}},
	{"profiles.create", "old-type-names",
		"Type names of the pages of 2017 and 2018 are taken in any letter case and answered in today's spelling", "API pages of 2017 and 2018",
		documented, func(t *testing.T, g *rig.Rig) {
			for old, now := range map[string]string{
				"#microsoft.graph.csvDataProvider": "#microsoft.graph.educationCsvDataProvider",
				"educationcsvdataprovider":         "#microsoft.graph.educationCsvDataProvider",
				"#MICROSOFT.GRAPH.CSVDATAPROVIDER": "#microsoft.graph.educationCsvDataProvider",
			} {
				assert.Equal(t, now,
					answered(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.@odata.type", old)).Text("dataProvider.@odata.type"), old)
			}
			a := answered(t, g, rig.Edit(t, rig.ProfileBody("North", rig.PowerSchool, rig.IdentityMatching), "dataProvider.@odata.type",
				"powerSchoolDataProvider",
				"identitySynchronizationConfiguration.@odata.type", "identityMatchingConfiguration"))
			assert.Equal(t, "#microsoft.graph.educationPowerSchoolDataProvider", a.Text("dataProvider.@odata.type"))
			assert.Equal(t, "#microsoft.graph.educationIdentityMatchingConfiguration", a.Text("identitySynchronizationConfiguration.@odata.type"))
		}},
	{"profiles.create", "type-without-hash", "A type name is taken with and without `#`", "list page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.@odata.type", "microsoft.graph.educationCsvDataProvider"))
			assert.Equal(t, "#microsoft.graph.educationCsvDataProvider", a.Text("dataProvider.@odata.type"))
		}},
	{"profiles.create", "given-parts-kept", "Customizations that the client gives are kept as they are", "create page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.customizations", map[string]any{
				"section": map[string]any{"optionalPropertiesToSync": []string{"Periods"}, "isSyncDeferred": true, "allowDisplayNameUpdate": true},
				"teacher": map[string]any{"optionalPropertiesToSync": []string{}},
			}))
			assert.JSONEq(t, `{"optionalPropertiesToSync": ["Periods"], "isSyncDeferred": true, "allowDisplayNameUpdate": true}`,
				a.Text("dataProvider.customizations.section"))
			assert.Empty(t, a.Texts("dataProvider.customizations.teacher.optionalPropertiesToSync"))
		}},
	{"profiles.create", "optional-properties-null",
		"A given part whose `optionalPropertiesToSync` is absent or null gets no list: every property is synchronised",
		"resource page educationSynchronizationCustomization", documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.customizations", map[string]any{
				"section": map[string]any{"isSyncDeferred": true}, "teacher": map[string]any{"optionalPropertiesToSync": nil}}))
			for _, part := range []string{"section", "teacher"} {
				list := a.JSON("dataProvider.customizations." + part + ".optionalPropertiesToSync")
				assert.Equal(t, gjson.Null, list.Type, "%s: %s", part, list.Raw)
				assert.True(t, a.JSON("dataProvider.customizations."+part+".isSyncDeferred").Exists(), part)
			}
		}},
	{"profiles.create", "optional-properties", "`optionalPropertiesToSync` takes every name that the pages list, in the order given",
		"resource page educationSynchronizationCustomization; CSV file format page", documented, func(t *testing.T, g *rig.Rig) {
			parts := map[string]any{}
			for part, names := range optionalProperties {
				parts[part] = map[string]any{"optionalPropertiesToSync": strings.Split(names, ", ")}
			}
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.customizations", parts))
			for part, names := range optionalProperties {
				assert.Equal(t, strings.Split(names, ", "), a.Texts("dataProvider.customizations."+part+".optionalPropertiesToSync"), part)
			}
		}},
	{"profiles.create", "absent-parts-filled", "Customizations that are absent come back filled with the defaults of the example",
		"create page, example", documented, func(t *testing.T, g *rig.Rig) {
			for _, b := range []string{rig.CSVBody("North"), rig.Edit(t, rig.CSVBody("North"), "dataProvider.customizations", map[string]any{}),
				rig.Edit(t, rig.CSVBody("North"), "dataProvider.customizations", nil)} {
				got := answered(t, g, b).JSON("dataProvider.customizations")
				want := gjson.Get(rig.CreateResponse, "dataProvider.customizations")
				assert.Equal(t, rig.KeysOf(want), rig.KeysOf(got))
				for _, part := range []string{"school", "section", "teacher", "studentEnrollment", "teacherRoster"} {
					assert.Equal(t, rig.Compact(t, want.Get(part).Raw), got.Get(part).Raw, part)
				}
			}
		}},
	{"profiles.create", "student-absent", "An absent student part gets the two Booleans only", "graphemu: no page shows it", chosen,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, booleansOnly, answered(t, g, rig.CSVBody("North")).JSON("dataProvider.customizations.student").Raw)
		}},
	{"profiles.create", "start-date-default",
		"studentEnrollment's `synchronizationStartDate` is `0001-01-01T00:00:00Z` by default; a given one is kept",
		"resource page educationSynchronizationCustomization", documented, func(t *testing.T, g *rig.Rig) {
			const part = "dataProvider.customizations.studentEnrollment"
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), part+".isSyncDeferred", true))
			assert.Equal(t, "0001-01-01T00:00:00Z", a.Text(part+".synchronizationStartDate"))
			a = answered(t, g, rig.Edit(t, rig.CSVBody("North"), part+".synchronizationStartDate", "2026-09-01T00:00:00Z"))
			assert.Equal(t, "2026-09-01T00:00:00Z", a.Text(part+".synchronizationStartDate"))
		}},
	{"profiles.create", "powerschool", "Takes educationPowerSchoolDataProvider with all its properties",
		"resource page educationPowerSchoolDataProvider", documented, func(t *testing.T, g *rig.Rig) {
			p := answered(t, g, rig.PowerSchoolBody("North")).JSON("dataProvider")
			assert.Equal(t, "https://ps.example.edu", p.Get("connectionUrl").String())
			assert.Equal(t, "abc", p.Get("clientId").String())
			assert.Equal(t, `["10","20"]`, p.Get("schoolsIds").Raw)
			assert.Equal(t, "2026", p.Get("schoolYear").String())
			assert.True(t, p.Get("allowTeachersInMultipleSchools").Bool())
			assert.Equal(t, []string{"school", "section", "student", "teacher", "studentEnrollment", "teacherRoster"},
				rig.KeysOf(p.Get("customizations")))
		}},
	{"profiles.create", "oneroster", "Takes educationOneRosterApiDataProvider with all its properties",
		"resource page educationOneRosterApiDataProvider", documented, func(t *testing.T, g *rig.Rig) {
			p := answered(t, g, rig.OneRosterBody("North")).JSON("dataProvider")
			assert.Equal(t, "https://sis.example.edu/v1p1", p.Get("connectionUrl").String())
			assert.Equal(t, "Made-up SIS", p.Get("providerName").String())
			assert.Equal(t, `["10"]`, p.Get("schoolsIds").Raw)
			assert.Equal(t, `["2026-1"]`, p.Get("termIds").Raw)
			assert.Equal(t, []string{"school", "section", "student", "teacher", "studentEnrollment", "teacherRoster"},
				rig.KeysOf(p.Get("customizations")))
		}},
	{"profiles.create", "oauth1", "Takes OAuth 1 connection settings", "resource page educationSynchronizationOAuth1ConnectionSettings",
		documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.ProfileBody("North", rig.OneRoster(rig.OAuth1), rig.IdentityMatching))
			assert.JSONEq(t, `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth1ConnectionSettings", "clientId": "abc"}`,
				a.Text("dataProvider.connectionSettings"))
		}},
	{"profiles.create", "oauth2", "Takes OAuth 2 client credentials connection settings",
		"resource page educationSynchronizationOAuth2ClientCredentialsConnectionSettings", documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.ProfileBody("North", rig.OneRoster(rig.OAuth2), rig.IdentityMatching))
			assert.JSONEq(t, `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings", "clientId": "abc",
			"tokenUrl": "https://sis.example.edu/token", "scope": "roster-core.readonly"}`, a.Text("dataProvider.connectionSettings"))
		}},
	{"profiles.create", "secrets-kept-back", "A `clientSecret` is taken and never sent back", "graphemu: the pages do not say", chosen,
		func(t *testing.T, g *rig.Rig) {
			for _, b := range []string{rig.PowerSchoolBody("North"), rig.OneRosterBody("North"),
				rig.ProfileBody("North", rig.OneRoster(rig.OAuth1), rig.IdentityMatching)} {
				a := answered(t, g, b)
				assert.NotContains(t, a.Body+g.Found(t, rig.At(a.Text("id"))).Body+g.Found(t, rig.ProfilesAt).Body, "hush-hush")
			}
		}},
}
