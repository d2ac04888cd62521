package emulator_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
)

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, []byte(text)))
	return b.String()
}

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
func (g *rig) refused(t *testing.T, body string, headers ...string) answer {
	t.Helper()
	a := g.post(t, profilesAt, body, headers...)
	assert.Equal(t, 400, a.status, a.body)
	assert.Empty(t, g.World().Profiles(), "a refused create leaves nothing behind")
	return a
}

// answered creates a profile and returns what came back.
func (g *rig) answered(t *testing.T, body string, headers ...string) answer {
	t.Helper()
	a := g.post(t, profilesAt, body, headers...)
	require.Equal(t, 202, a.status, a.body)
	return a
}

const (
	booleansOnly = `{"isSyncDeferred":false,"allowDisplayNameUpdate":false}`
	mintedID     = "86904b1e-c7d0-4ead-b13a-98f11fc400ee" // the founding document's
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
	{"profiles.create", "founding-example", "The example's request gives exactly the example's response, in its order, plus `@odata.context` and an id of its own",
		"create page, example", documented, func(t *testing.T, g *rig) {
			a := g.answered(t, foundingRequest)
			want := strings.Replace(compact(t, foundingResponse), mintedID, a.text("id"), 1)
			want = `{"@odata.context":"` + g.URL + `/$metadata#education/synchronizationProfiles/$entity",` + want[1:]
			assert.Equal(t, want, a.body)
			assert.NotEqual(t, mintedID, a.text("id"))
		}},
	{"profiles.create", "status-202", "Answers 202 with the profile", "create page, text", documented, func(t *testing.T, g *rig) {
		a := g.post(t, profilesAt, csvBody("North"))
		assert.Equal(t, 202, a.status)
		assert.Equal(t, "North", a.text("displayName"))
	}},
	{"profiles.create", "state-provisioning", "A new profile is in the state `provisioning`", "create page, example", documented, func(t *testing.T, g *rig) {
		assert.Equal(t, "provisioning", g.answered(t, csvBody("North")).text("state"))
	}},
	{"profiles.create", "id-guid", "The service mints the id, a GUID; no two are alike", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		seen := map[string]bool{}
		for range 20 {
			id := g.create(t, csvBody("North"))
			assert.Regexp(t, guid, id)
			assert.False(t, seen[id])
			seen[id] = true
		}
	}},
	{"profiles.create", "id-of-client-ignored", "`id` and `state` are read-only: what a client sends for them is not used", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, edit(t, csvBody("North"), "id", mintedID, "state", "provisioned"))
		assert.NotEqual(t, mintedID, a.text("id"))
		assert.Equal(t, "provisioning", a.text("state"))
	}},
	{"profiles.create", "datasync-namespace", "Type names of the namespace `Microsoft.Education.DataSync` are taken and answered as `microsoft.graph`", "create page, example", documented, func(t *testing.T, g *rig) {
		const ns = "#Microsoft.Education.DataSync."
		a := g.answered(t, edit(t, oneRosterBody("North"), "dataProvider.@odata.type", ns+"educationOneRosterApiDataProvider",
			"dataProvider.connectionSettings.@odata.type", ns+"educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
			"identitySynchronizationConfiguration.@odata.type", ns+"educationIdentityMatchingConfiguration"))
		assert.Equal(t, "#microsoft.graph.educationOneRosterApiDataProvider", a.text("dataProvider.@odata.type"))
		assert.Equal(t, "#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings", a.text("dataProvider.connectionSettings.@odata.type"))
		assert.Equal(t, "#microsoft.graph.educationIdentityMatchingConfiguration", a.text("identitySynchronizationConfiguration.@odata.type"))
	}},
	{"profiles.create", "graph-namespace", "Type names of the namespace `microsoft.graph` are taken", "docs issue 17889, docs PR 19039", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, csvBody("North"))
		assert.Equal(t, "#microsoft.graph.educationCsvDataProvider", a.text("dataProvider.@odata.type"))
		assert.Equal(t, "#microsoft.graph.educationIdentityCreationConfiguration", a.text("identitySynchronizationConfiguration.@odata.type"))
	}},
	{"profiles.create", "old-type-names", "Type names of the pages of 2017 and 2018 are taken in any letter case and answered in today's spelling", "API pages of 2017 and 2018", documented, func(t *testing.T, g *rig) {
		for old, now := range map[string]string{
			"#microsoft.graph.csvDataProvider": "#microsoft.graph.educationCsvDataProvider",
			"educationcsvdataprovider":         "#microsoft.graph.educationCsvDataProvider",
			"#MICROSOFT.GRAPH.CSVDATAPROVIDER": "#microsoft.graph.educationCsvDataProvider",
		} {
			assert.Equal(t, now, g.answered(t, edit(t, csvBody("North"), "dataProvider.@odata.type", old)).text("dataProvider.@odata.type"), old)
		}
		a := g.answered(t, edit(t, body("North", powerSchool, identityMatching), "dataProvider.@odata.type", "powerSchoolDataProvider",
			"identitySynchronizationConfiguration.@odata.type", "identityMatchingConfiguration"))
		assert.Equal(t, "#microsoft.graph.educationPowerSchoolDataProvider", a.text("dataProvider.@odata.type"))
		assert.Equal(t, "#microsoft.graph.educationIdentityMatchingConfiguration", a.text("identitySynchronizationConfiguration.@odata.type"))
	}},
	{"profiles.create", "type-without-hash", "A type name is taken with and without `#`", "list page, example", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, edit(t, csvBody("North"), "dataProvider.@odata.type", "microsoft.graph.educationCsvDataProvider"))
		assert.Equal(t, "#microsoft.graph.educationCsvDataProvider", a.text("dataProvider.@odata.type"))
	}},
	{"profiles.create", "given-parts-kept", "Customizations that the client gives are kept as they are", "create page, example", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, edit(t, csvBody("North"), "dataProvider.customizations", map[string]any{
			"section": map[string]any{"optionalPropertiesToSync": []string{"Periods"}, "isSyncDeferred": true, "allowDisplayNameUpdate": true},
			"teacher": map[string]any{"optionalPropertiesToSync": []string{}},
		}))
		assert.JSONEq(t, `{"optionalPropertiesToSync": ["Periods"], "isSyncDeferred": true, "allowDisplayNameUpdate": true}`, a.text("dataProvider.customizations.section"))
		assert.Empty(t, a.texts("dataProvider.customizations.teacher.optionalPropertiesToSync"))
	}},
	{"profiles.create", "optional-properties-null", "A given part whose `optionalPropertiesToSync` is absent or null gets no list: every property is synchronised", "resource page educationSynchronizationCustomization", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, edit(t, csvBody("North"), "dataProvider.customizations", map[string]any{
			"section": map[string]any{"isSyncDeferred": true}, "teacher": map[string]any{"optionalPropertiesToSync": nil}}))
		for _, part := range []string{"section", "teacher"} {
			list := a.json("dataProvider.customizations." + part + ".optionalPropertiesToSync")
			assert.Equal(t, gjson.Null, list.Type, "%s: %s", part, list.Raw)
			assert.True(t, a.json("dataProvider.customizations."+part+".isSyncDeferred").Exists(), part)
		}
	}},
	{"profiles.create", "optional-properties", "`optionalPropertiesToSync` takes every name that the pages list, in the order given", "resource page educationSynchronizationCustomization; CSV file format page", documented, func(t *testing.T, g *rig) {
		parts := map[string]any{}
		for part, names := range optionalProperties {
			parts[part] = map[string]any{"optionalPropertiesToSync": strings.Split(names, ", ")}
		}
		a := g.answered(t, edit(t, csvBody("North"), "dataProvider.customizations", parts))
		for part, names := range optionalProperties {
			assert.Equal(t, strings.Split(names, ", "), a.texts("dataProvider.customizations."+part+".optionalPropertiesToSync"), part)
		}
	}},
	{"profiles.create", "absent-parts-filled", "Customizations that are absent come back filled with the defaults of the example", "create page, example", documented, func(t *testing.T, g *rig) {
		for _, b := range []string{csvBody("North"), edit(t, csvBody("North"), "dataProvider.customizations", map[string]any{}), edit(t, csvBody("North"), "dataProvider.customizations", nil)} {
			got := g.answered(t, b).json("dataProvider.customizations")
			want := gjson.Get(foundingResponse, "dataProvider.customizations")
			assert.Equal(t, keysOf(want), keysOf(got))
			for _, part := range []string{"school", "section", "teacher", "studentEnrollment", "teacherRoster"} {
				assert.Equal(t, compact(t, want.Get(part).Raw), got.Get(part).Raw, part)
			}
		}
	}},
	{"profiles.create", "student-absent", "An absent student part gets the two Booleans only", "graphemu: no page shows it", chosen, func(t *testing.T, g *rig) {
		assert.Equal(t, booleansOnly, g.answered(t, csvBody("North")).json("dataProvider.customizations.student").Raw)
	}},
	{"profiles.create", "start-date-default", "studentEnrollment's `synchronizationStartDate` is `0001-01-01T00:00:00Z` by default; a given one is kept", "resource page educationSynchronizationCustomization", documented, func(t *testing.T, g *rig) {
		const part = "dataProvider.customizations.studentEnrollment"
		a := g.answered(t, edit(t, csvBody("North"), part+".isSyncDeferred", true))
		assert.Equal(t, "0001-01-01T00:00:00Z", a.text(part+".synchronizationStartDate"))
		a = g.answered(t, edit(t, csvBody("North"), part+".synchronizationStartDate", "2026-09-01T00:00:00Z"))
		assert.Equal(t, "2026-09-01T00:00:00Z", a.text(part+".synchronizationStartDate"))
	}},
	{"profiles.create", "powerschool", "Takes educationPowerSchoolDataProvider with all its properties", "resource page educationPowerSchoolDataProvider", documented, func(t *testing.T, g *rig) {
		p := g.answered(t, powerSchoolBody("North")).json("dataProvider")
		assert.Equal(t, "https://ps.example.edu", p.Get("connectionUrl").String())
		assert.Equal(t, "abc", p.Get("clientId").String())
		assert.Equal(t, `["10","20"]`, p.Get("schoolsIds").Raw)
		assert.Equal(t, "2026", p.Get("schoolYear").String())
		assert.True(t, p.Get("allowTeachersInMultipleSchools").Bool())
		assert.Equal(t, []string{"school", "section", "student", "teacher", "studentEnrollment", "teacherRoster"}, keysOf(p.Get("customizations")))
	}},
	{"profiles.create", "oneroster", "Takes educationOneRosterApiDataProvider with all its properties", "resource page educationOneRosterApiDataProvider", documented, func(t *testing.T, g *rig) {
		p := g.answered(t, oneRosterBody("North")).json("dataProvider")
		assert.Equal(t, "https://sis.example.edu/v1p1", p.Get("connectionUrl").String())
		assert.Equal(t, "Made-up SIS", p.Get("providerName").String())
		assert.Equal(t, `["10"]`, p.Get("schoolsIds").Raw)
		assert.Equal(t, `["2026-1"]`, p.Get("termIds").Raw)
		assert.Equal(t, []string{"school", "section", "student", "teacher", "studentEnrollment", "teacherRoster"}, keysOf(p.Get("customizations")))
	}},
	{"profiles.create", "oauth1", "Takes OAuth 1 connection settings", "resource page educationSynchronizationOAuth1ConnectionSettings", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, body("North", oneRoster(oauth1), identityMatching))
		assert.JSONEq(t, `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth1ConnectionSettings", "clientId": "abc"}`, a.text("dataProvider.connectionSettings"))
	}},
	{"profiles.create", "oauth2", "Takes OAuth 2 client credentials connection settings", "resource page educationSynchronizationOAuth2ClientCredentialsConnectionSettings", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, body("North", oneRoster(oauth2), identityMatching))
		assert.JSONEq(t, `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings", "clientId": "abc",
			"tokenUrl": "https://sis.example.edu/token", "scope": "roster-core.readonly"}`, a.text("dataProvider.connectionSettings"))
	}},
	{"profiles.create", "secrets-kept-back", "A `clientSecret` is taken and never sent back", "graphemu: the pages do not say", chosen, func(t *testing.T, g *rig) {
		for _, b := range []string{powerSchoolBody("North"), oneRosterBody("North"), body("North", oneRoster(oauth1), identityMatching)} {
			a := g.answered(t, b)
			assert.NotContains(t, a.body+g.found(t, at(a.text("id"))).body+g.found(t, profilesAt).body, "hush-hush")
		}
	}},
	{"profiles.create", "identity-matching", "Takes educationIdentityMatchingConfiguration; `targetDomain` may be null", "resource page educationIdentityMatchingConfiguration", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, body("North", csv, identityMatching))
		assert.JSONEq(t, identityMatching, a.text("identitySynchronizationConfiguration"))
	}},
	{"profiles.create", "matching-names-exact", "Property names of a matching option are case-sensitive and kept letter by letter", "resource page educationIdentityMatchingOptions", documented, func(t *testing.T, g *rig) {
		b := strings.ReplaceAll(body("North", csv, identityMatching), `"Username"`, `"uSERname"`)
		assert.Equal(t, "uSERname", g.answered(t, b).text("identitySynchronizationConfiguration.matchingOptions.0.sourcePropertyName"))
	}},
	{"profiles.create", "required", "`displayName`, `dataProvider` and `identitySynchronizationConfiguration` are required", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		for _, p := range []string{"displayName", "dataProvider", "identitySynchronizationConfiguration"} {
			a := g.refused(t, edit(t, csvBody("North"), p, absent{}))
			assert.Contains(t, a.text("error.message"), p)
		}
	}},
	{"profiles.create", "model-validation", "400 where the model's validation fails, and nothing is created", "create page of 2017: `if model validation fails`", documented, func(t *testing.T, g *rig) {
		for path, wrong := range map[string]any{
			"displayName": 7, "dataProvider": "csv", "licensesToAssign": map[string]any{}, "handleSpecialCharacterConstraint": "yes", "expirationDate": "tomorrow",
			"dataProvider.customizations.student.isSyncDeferred": "no", "dataProvider.customizations.student.optionalPropertiesToSync": "State ID",
		} {
			a := g.refused(t, edit(t, csvBody("North"), path, wrong))
			assert.Equal(t, "BadRequest", a.text("error.code"), path)
		}
	}},
	{"profiles.create", "all-failures-told", "All that is wrong with a body is told at once, each with its JSON pointer and, for a misspelling, the nearest name", "graphemu: help in `error.details`", chosen, func(t *testing.T, g *rig) {
		a := g.refused(t, edit(t, csvBody("North"), "displayName", 7, "expiratonDate", "2027-01-01", "dataProvider.customizations.studnt", map[string]any{}))
		assert.ElementsMatch(t, []string{"/displayName", "/expiratonDate", "/dataProvider/customizations/studnt"}, a.texts("error.details.#.target"))
		help := strings.Join(a.texts("error.details.#.message"), "\n")
		assert.Contains(t, help, `"expirationDate"`)
		assert.Contains(t, help, `"student"`)
	}},
	{"profiles.create", "display-name-length", "`displayName` has 1 to 256 characters", "graphemu: no limit is documented", chosen, func(t *testing.T, g *rig) {
		g.refused(t, csvBody(""))
		g.refused(t, csvBody(strings.Repeat("ö", 257)))
		g.answered(t, csvBody(strings.Repeat("ö", 256)))
	}},
	{"profiles.create", "property-names-any-case", "Property names of a body are case-insensitive", "traverse-the-graph page", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, strings.NewReplacer(`"displayName"`, `"DISPLAYNAME"`, `"dataProvider"`, `"dataprovider"`).Replace(csvBody("North")))
		assert.Equal(t, "North", a.text("displayName"))
	}},
	{"profiles.create", "enum-any-case", "Members of enumerations are case-insensitive and answered in their own spelling", "traverse-the-graph page", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, strings.Replace(csvBody("North"), `"student"`, `"Student"`, 1))
		assert.Equal(t, "student", a.text("identitySynchronizationConfiguration.userDomains.0.appliesTo"))
	}},
	{"profiles.create", "applies-to", "`appliesTo` is `student` or `teacher`", "resource page educationIdentityDomain", documented, func(t *testing.T, g *rig) {
		g.refused(t, strings.Replace(csvBody("North"), `"student"`, `"janitor"`, 1))
		g.refused(t, strings.Replace(csvBody("North"), `"student"`, `"none"`, 1))
		a := g.answered(t, csvBody("North"))
		assert.Equal(t, []string{"student", "teacher"}, a.texts("identitySynchronizationConfiguration.userDomains.#.appliesTo"))
	}},
	{"profiles.create", "applies-to-twice", "One entry a role: a second one is refused", "graphemu: two rules could not both hold", inferred, func(t *testing.T, g *rig) {
		a := g.refused(t, strings.ReplaceAll(csvBody("North"), `"teacher"`, `"student"`))
		assert.Equal(t, []string{"/identitySynchronizationConfiguration/userDomains/1/appliesTo"}, a.texts("error.details.#.target"))
	}},
	{"profiles.create", "licences-need-creation", "Licences go only with identity creation", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		licences := []any{map[string]any{"appliesTo": "student", "skuIds": []string{"6fd2c87f-b296-42f0-b197-1e91e994b900"}}}
		a := g.refused(t, edit(t, body("North", csv, identityMatching), "licensesToAssign", licences))
		assert.Equal(t, []string{"/licensesToAssign"}, a.texts("error.details.#.target"))
		g.answered(t, edit(t, body("North", csv, identityCreation), "licensesToAssign", licences))
	}},
	{"profiles.create", "licences-sku-text", "`skuIds` are texts, not GUIDs: one that is none of the tenant's is an error of the sync",
		serviceMetadata + "; no refusal was found", observed, func(t *testing.T, g *rig) {
			a := g.answered(t, edit(t, csvBody("North"), "licensesToAssign", licencesFor("student", "STANDARDWOFFPACK_STUDENT", "")))
			assert.Equal(t, []string{"STANDARDWOFFPACK_STUDENT", ""}, a.texts("licensesToAssign.0.skuIds"))
		}},
	{"profiles.create", "licences-empty", "`skuIds` may be empty", "O365-EDU-Tools, two samples", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, edit(t, csvBody("North"), "licensesToAssign", licencesFor("student")))
		assert.Equal(t, "[]", a.json("licensesToAssign.0.skuIds").Raw)
	}},
	{"profiles.create", "licences-faculty", "A licence's `appliesTo` may be `faculty` too", serviceMetadata, observed,
		func(t *testing.T, g *rig) {
			a := g.answered(t, edit(t, csvBody("North"), "licensesToAssign", licencesFor("Faculty", "6fd2c87f-b296-42f0-b197-1e91e994b900")))
			assert.Equal(t, "faculty", a.text("licensesToAssign.0.appliesTo"))
			assert.Equal(t, 400, g.post(t, profilesAt, edit(t, csvBody("South"), "licensesToAssign", licencesFor("janitor"))).status)
		}},
	{"profiles.create", "no-minimum",
		"Lists of domains, matching rules, schools and columns may be empty, and so may a target domain and the names in them",
		"graphemu: no page has a minimum", chosen, func(t *testing.T, g *rig) {
			g.answered(t, edit(t, csvBody("North"), "identitySynchronizationConfiguration.userDomains", []any{},
				"dataProvider.customizations.student.optionalPropertiesToSync", []string{""}))
			g.answered(t, edit(t, oneRosterBody("South"), "identitySynchronizationConfiguration.matchingOptions", []any{},
				"dataProvider.schoolsIds", []string{""}, "dataProvider.termIds", []string{}))
			g.answered(t, strings.Replace(oneRosterBody("West"), `"testschool.edu"`, `""`, 1))
		}},
	{"profiles.create", "required-by-metadata",
		"What is not nullable is required: `connectionUrl`, `connectionSettings`, `clientId`, and `tokenUrl` of OAuth 2", serviceMetadata,
		observed, func(t *testing.T, g *rig) {
			for _, c := range []struct{ body, path string }{
				{powerSchoolBody("North"), "dataProvider.connectionUrl"}, {powerSchoolBody("North"), "dataProvider.clientId"},
				{oneRosterBody("North"), "dataProvider.connectionUrl"},
				{oneRosterBody("North"), "dataProvider.connectionSettings"}, {oneRosterBody("North"), "dataProvider.connectionSettings.clientId"},
				{oneRosterBody("North"), "dataProvider.connectionSettings.tokenUrl"},
				{csvBody("North"), "identitySynchronizationConfiguration.userDomains"},
				{oneRosterBody("North"), "identitySynchronizationConfiguration.matchingOptions"},
			} {
				for _, value := range []any{absent{}, nil} {
					assert.Equal(t, 400, g.post(t, profilesAt, edit(t, c.body, c.path, value)).status, "%s: %v", c.path, value)
				}
			}
			assert.Empty(t, g.World().Profiles())
		}},
	{"profiles.create", "licences-optional", "`licensesToAssign` may be absent, and then does not come back", "create page, example (`might be shortened`)", inferred, func(t *testing.T, g *rig) {
		a := g.answered(t, csvBody("North"))
		assert.Equal(t, []string{"@odata.context", "displayName", "state", "id", "dataProvider", "identitySynchronizationConfiguration"}, a.keys(""))
	}},
	{"profiles.create", "special-characters", "`handleSpecialCharacterConstraint` is kept", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		assert.Equal(t, "true", g.answered(t, edit(t, csvBody("North"), "handleSpecialCharacterConstraint", true)).json("handleSpecialCharacterConstraint").Raw)
	}},
	{"profiles.create", "expiration-date", "`expirationDate` is a date without a time and is kept", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		assert.Equal(t, "2026-07-31", g.answered(t, edit(t, csvBody("North"), "expirationDate", "2026-07-31")).text("expirationDate"))
		for _, wrong := range []string{"2026-07-31T00:00:00Z", "31.07.2026", "2026-02-30"} {
			assert.Equal(t, 400, g.post(t, profilesAt, edit(t, csvBody("South"), "expirationDate", wrong)).status, wrong)
		}
	}},
	{"profiles.create", "expiration-date-maximum",
		"`expirationDate` is at most 18 months after the creation, on the world's clock; a later one is 400",
		"resource page educationSynchronizationProfile; what is answered is graphemu's", documented, func(t *testing.T, g *rig) {
			a := g.refused(t, edit(t, csvBody("South"), "expirationDate", "2027-07-06"))
			g.answered(t, edit(t, csvBody("North"), "expirationDate", "2027-07-05"))
			assert.Equal(t, "Invalid value specified for property 'expirationDate' of resource 'educationSynchronizationProfile'.",
				a.text("error.message"))
			assert.Contains(t, a.text("error.details.0.message"), "at most 2027-07-05")
			id := g.create(t, csvBody("West"))
			g.advance(t, 60*24*time.Hour) // it counts from the creation, whenever it is set
			assert.Equal(t, 400, g.send(t, "PATCH", at(id), `{"expirationDate": "2027-07-06"}`).status)
			assert.Equal(t, 202, g.send(t, "PATCH", at(id), `{"expirationDate": "2027-07-05"}`).status)
			assert.Equal(t, 202, g.post(t, profilesAt, edit(t, csvBody("East"), "expirationDate", "2027-09-06")).status)
		}},
	{"profiles.create", "expiration-date-past", "An `expirationDate` that is reached already is refused", "graphemu: it would lock the profile at once", chosen, func(t *testing.T, g *rig) {
		for _, d := range []string{"2026-01-04", "2026-01-05"} {
			a := g.refused(t, edit(t, csvBody("North"), "expirationDate", d))
			assert.Equal(t, []string{"/expirationDate"}, a.texts("error.details.#.target"), d)
		}
		g.answered(t, edit(t, csvBody("North"), "expirationDate", "2026-01-06"))
	}},
	{"profiles.create", "no-navigation", "`errors` and `profileStatus` are not part of a profile", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, foundingRequest)
		for _, b := range []answer{a, g.found(t, at(a.text("id"))), g.found(t, profilesAt)} {
			assert.NotContains(t, b.body, `"errors"`)
			assert.NotContains(t, b.body, `"profileStatus"`)
		}
	}},
	{"profiles.create", "location", "`Location` is the profile's address, with the key in parentheses", "graph-wide header; its value here is a guess", chosen, func(t *testing.T, g *rig) {
		a := g.answered(t, csvBody("North"))
		assert.Equal(t, g.URL+"/education/synchronizationProfiles('"+a.text("id")+"')", a.header.Get("Location"))
		assert.Equal(t, a.text("id"), g.found(t, a.header.Get("Location")).text("id"))
	}},
	{"profiles.create", "return-minimal", "`Prefer: return=minimal` gives 204 without a body, and `Preference-Applied`", "best practices page; OData 4.0, part 1, 8.2.8.7", documented, func(t *testing.T, g *rig) {
		a := g.post(t, profilesAt, csvBody("North"), "Prefer: return=minimal")
		wantEmpty(t, a, 204)
		assert.Equal(t, "return=minimal", a.header.Get("Preference-Applied"))
		assert.Equal(t, "North", g.found(t, a.header.Get("Location")).text("displayName"))
		assert.Equal(t, a.header.Get("Location"), a.header.Get("OData-EntityId"))
	}},
	{"profiles.create", "gzip-body", "A request body may be gzip", "kiota-http-go: compresses every body", documented, func(t *testing.T, g *rig) {
		a := g.answered(t, gzipped(t, foundingRequest), "Content-Encoding: gzip", "Content-Type: application/json")
		assert.Equal(t, "Test Profile", a.text("displayName"))
	}},
	{"profiles.create", "charset", "`Content-Type: application/json` may have parameters", "HTTP", inferred, func(t *testing.T, g *rig) {
		for _, with := range []string{"application/json; charset=utf-8", "Application/json;odata.metadata=minimal;IEEE754Compatible=true"} {
			assert.Equal(t, "North", g.answered(t, csvBody("North"), "Content-Type: "+with).text("displayName"), with)
		}
	}},
	{"profiles.create", "max-profiles", "Beyond the limit of a world: 507, which names the flag", "errors page: 507; graphemu's limit", chosen, func(t *testing.T, _ *rig) {
		g := newRig(t, emulator.Options{Limits: emulator.Limits{Profiles: 2}})
		g.named(t, "a", "b")
		a := g.post(t, profilesAt, csvBody("c"))
		assert.Equal(t, 507, a.status)
		assert.Contains(t, a.text("error.details.0.message"), "--max-profiles")
		assert.Len(t, g.World().Profiles(), 2)
	}},

	{"profiles.get", "ok", "Answers 200 with the profile, as create did but for what time changed", "get page", documented, func(t *testing.T, g *rig) {
		created := g.answered(t, foundingRequest)
		got := g.found(t, at(created.text("id")))
		assert.Equal(t, created.body, got.body)
		g.advance(t, 2*time.Second)
		assert.Equal(t, strings.Replace(created.body, `"provisioning"`, `"provisioned"`, 1), g.found(t, at(created.text("id"))).body)
	}},
	{"profiles.get", "unknown-id", "An unknown id is 404 `NotFound`", "graphemu, in the style of the service's `InternalError` / `Failed to fetch profiles` (docs issue 7278)", chosen, func(t *testing.T, g *rig) {
		wantError(t, g.get(t, at(mintedID)), 404, "NotFound", fmt.Sprintf("Failed to find profile '%s'", mintedID))
	}},
	{"profiles.get", "id-case", "Ids are case-sensitive", "traverse-the-graph page", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		require.NotEqual(t, id, strings.ToUpper(id))
		assert.Equal(t, 404, g.get(t, at(strings.ToUpper(id))).status)
	}},
	{"profiles.get", "select", "`$select` gives exactly the named properties, and the context lists them", "query-parameters page; json-batching page, `$metadata#users(id,displayName)`", documented, func(t *testing.T, g *rig) {
		a := g.found(t, at(g.create(t, csvBody("North")))+"?$select=id,displayName")
		assert.ElementsMatch(t, []string{"@odata.context", "id", "displayName"}, a.keys(""))
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles(id,displayName)/$entity", a.text("@odata.context"))
	}},
	{"profiles.get", "expand", "`$expand=errors,profileStatus` adds the two navigation properties", "SDK v0.120.0 (`$expand` of the item)", documented, func(t *testing.T, g *rig) {
		a := g.found(t, at(g.create(t, csvBody("North")))+"?$expand=errors,profileStatus")
		assert.Equal(t, "paused", a.text("profileStatus.status"))
		assert.Equal(t, "[]", a.json("errors").Raw)
		assert.Equal(t, "North", a.text("displayName"))
	}},
	{"profiles.get", "head", "HEAD is GET without the body", "HTTP", inferred, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a, b := g.found(t, at(id)), g.send(t, "HEAD", at(id), "")
		assert.Equal(t, 200, b.status)
		assert.Empty(t, b.body)
		assert.Equal(t, a.header.Get("Content-Type"), b.header.Get("Content-Type"))
		assert.Equal(t, a.header.Get("Content-Length"), b.header.Get("Content-Length"))
	}},
}
