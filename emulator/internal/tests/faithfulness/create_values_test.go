package faithfulness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

var createValueStatements = []statement{
	{"profiles.create", "identity-matching", "Takes educationIdentityMatchingConfiguration; `targetDomain` may be null",
		"resource page educationIdentityMatchingConfiguration", documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.ProfileBody("North", rig.CSV, rig.IdentityMatching))
			assert.JSONEq(t, rig.IdentityMatching, a.Text("identitySynchronizationConfiguration"))
		}},
	{"profiles.create", "matching-names-exact", "Property names of a matching option are case-sensitive and kept letter by letter",
		"resource page educationIdentityMatchingOptions", documented, func(t *testing.T, g *rig.Rig) {
			b := strings.ReplaceAll(rig.ProfileBody("North", rig.CSV, rig.IdentityMatching), `"Username"`, `"uSERname"`)
			assert.Equal(t, "uSERname", answered(t, g, b).Text("identitySynchronizationConfiguration.matchingOptions.0.sourcePropertyName"))
		}},
	{"profiles.create", "required", "`displayName`, `dataProvider` and `identitySynchronizationConfiguration` are required",
		"resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig.Rig) {
			for _, p := range []string{"displayName", "dataProvider", "identitySynchronizationConfiguration"} {
				a := refused(t, g, rig.Edit(t, rig.CSVBody("North"), p, rig.Absent{}))
				assert.Contains(t, a.Text("error.message"), p)
			}
		}},
	{"profiles.create", "model-validation", "400 where the model's validation fails, and nothing is created",
		"create page of 2017: `if model validation fails`", documented, func(t *testing.T, g *rig.Rig) {
			for path, wrong := range map[string]any{
				"displayName": 7, "dataProvider": "csv", "licensesToAssign": map[string]any{}, "handleSpecialCharacterConstraint": "yes",
				"expirationDate": "tomorrow",
				"dataProvider.customizations.student.isSyncDeferred": "no", "dataProvider.customizations.student.optionalPropertiesToSync": "State ID",
			} {
				a := refused(t, g, rig.Edit(t, rig.CSVBody("North"), path, wrong))
				assert.Equal(t, "BadRequest", a.Text("error.code"), path)
			}
		}},
	{"profiles.create", "all-failures-told",
		"All that is wrong with a body is told at once, each with its JSON pointer and, for a misspelling, the nearest name",
		"graphemu: help in `error.details`", chosen, func(t *testing.T, g *rig.Rig) {
			a := refused(t, g, rig.Edit(t, rig.CSVBody("North"), "displayName", 7, "expiratonDate", "2027-01-01",
				"dataProvider.customizations.studnt", map[string]any{}))
			assert.ElementsMatch(t, []string{"/displayName", "/expiratonDate", "/dataProvider/customizations/studnt"},
				a.Texts("error.details.#.target"))
			help := strings.Join(a.Texts("error.details.#.message"), "\n")
			assert.Contains(t, help, `"expirationDate"`)
			assert.Contains(t, help, `"student"`)
		}},
	{"profiles.create", "display-name-length", "`displayName` has 1 to 256 characters", "graphemu: no limit is documented", chosen,
		func(t *testing.T, g *rig.Rig) {
			refused(t, g, rig.CSVBody(""))
			refused(t, g, rig.CSVBody(strings.Repeat("ö", 257)))
			answered(t, g, rig.CSVBody(strings.Repeat("ö", 256)))
		}},
	{"profiles.create", "property-names-any-case", "Property names of a body are case-insensitive", "traverse-the-graph page", documented,
		func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, strings.NewReplacer(`"displayName"`, `"DISPLAYNAME"`, `"dataProvider"`,
				`"dataprovider"`).Replace(rig.CSVBody("North")))
			assert.Equal(t, "North", a.Text("displayName"))
		}},
	{"profiles.create", "enum-any-case", "Members of enumerations are case-insensitive and answered in their own spelling",
		"traverse-the-graph page", documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, strings.Replace(rig.CSVBody("North"), `"student"`, `"Student"`, 1))
			assert.Equal(t, "student", a.Text("identitySynchronizationConfiguration.userDomains.0.appliesTo"))
		}},
	{"profiles.create", "applies-to", "`appliesTo` is `student` or `teacher`", "resource page educationIdentityDomain", documented,
		func(t *testing.T, g *rig.Rig) {
			refused(t, g, strings.Replace(rig.CSVBody("North"), `"student"`, `"janitor"`, 1))
			refused(t, g, strings.Replace(rig.CSVBody("North"), `"student"`, `"none"`, 1))
			a := answered(t, g, rig.CSVBody("North"))
			assert.Equal(t, []string{"student", "teacher"}, a.Texts("identitySynchronizationConfiguration.userDomains.#.appliesTo"))
		}},
	{"profiles.create", "applies-to-twice", "One entry a role: a second one is refused", "graphemu: two rules could not both hold", inferred,
		func(t *testing.T, g *rig.Rig) {
			a := refused(t, g, strings.ReplaceAll(rig.CSVBody("North"), `"teacher"`, `"student"`))
			assert.Equal(t, []string{"/identitySynchronizationConfiguration/userDomains/1/appliesTo"}, a.Texts("error.details.#.target"))
		}},
	{"profiles.create", "licences-need-creation", "Licences go only with identity creation", "resource page educationSynchronizationProfile",
		documented, func(t *testing.T, g *rig.Rig) {
			licences := []any{map[string]any{"appliesTo": "student", "skuIds": []string{"6fd2c87f-b296-42f0-b197-1e91e994b900"}}}
			a := refused(t, g, rig.Edit(t, rig.ProfileBody("North", rig.CSV, rig.IdentityMatching), "licensesToAssign", licences))
			assert.Equal(t, []string{"/licensesToAssign"}, a.Texts("error.details.#.target"))
			answered(t, g, rig.Edit(t, rig.ProfileBody("North", rig.CSV, rig.IdentityCreation), "licensesToAssign", licences))
		}},
	{"profiles.create", "licences-sku-text", "`skuIds` are texts, not GUIDs: one that is none of the tenant's is an error of the sync",
		serviceMetadata + "; no refusal was found", observed, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "licensesToAssign", licencesFor("student", "STANDARDWOFFPACK_STUDENT", "")))
			assert.Equal(t, []string{"STANDARDWOFFPACK_STUDENT", ""}, a.Texts("licensesToAssign.0.skuIds"))
		}},
	{"profiles.create", "licences-empty", "`skuIds` may be empty", "O365-EDU-Tools, two samples", documented, func(t *testing.T, g *rig.Rig) {
		a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "licensesToAssign", licencesFor("student")))
		assert.Equal(t, "[]", a.JSON("licensesToAssign.0.skuIds").Raw)
	}},
	{"profiles.create", "licences-faculty", "A licence's `appliesTo` may be `faculty` too", serviceMetadata, observed,
		func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "licensesToAssign",
				licencesFor("Faculty", "6fd2c87f-b296-42f0-b197-1e91e994b900")))
			assert.Equal(t, "faculty", a.Text("licensesToAssign.0.appliesTo"))
			assert.Equal(t, 400, g.Post(t, rig.ProfilesAt, rig.Edit(t, rig.CSVBody("South"), "licensesToAssign", licencesFor("janitor"))).Status)
		}},
	{"profiles.create", "no-minimum",
		"Lists of domains, matching rules, schools and columns may be empty, and so may a target domain and the names in them",
		"graphemu: no page has a minimum", chosen, func(t *testing.T, g *rig.Rig) {
			answered(t, g, rig.Edit(t, rig.CSVBody("North"), "identitySynchronizationConfiguration.userDomains", []any{},
				"dataProvider.customizations.student.optionalPropertiesToSync", []string{""}))
			answered(t, g, rig.Edit(t, rig.OneRosterBody("South"), "identitySynchronizationConfiguration.matchingOptions", []any{},
				"dataProvider.schoolsIds", []string{""}, "dataProvider.termIds", []string{}))
			answered(t, g, strings.Replace(rig.OneRosterBody("West"), `"testschool.edu"`, `""`, 1))
		}},
	{"profiles.create", "required-by-metadata",
		"What is not nullable is required: `connectionUrl`, `connectionSettings`, `clientId`, and `tokenUrl` of OAuth 2", serviceMetadata,
		observed, func(t *testing.T, g *rig.Rig) {
			for _, c := range []struct{ body, path string }{
				{rig.PowerSchoolBody("North"), "dataProvider.connectionUrl"}, {rig.PowerSchoolBody("North"), "dataProvider.clientId"},
				{rig.OneRosterBody("North"), "dataProvider.connectionUrl"},
				{rig.OneRosterBody("North"), "dataProvider.connectionSettings"},
				{rig.OneRosterBody("North"), "dataProvider.connectionSettings.clientId"},
				{rig.OneRosterBody("North"), "dataProvider.connectionSettings.tokenUrl"},
				{rig.CSVBody("North"), "identitySynchronizationConfiguration.userDomains"},
				{rig.OneRosterBody("North"), "identitySynchronizationConfiguration.matchingOptions"},
			} {
				for _, value := range []any{rig.Absent{}, nil} {
					assert.Equal(t, 400, g.Post(t, rig.ProfilesAt, rig.Edit(t, c.body, c.path, value)).Status, "%s: %v", c.path, value)
				}
			}
			assert.Empty(t, g.World().Profiles())
		}},
	{"profiles.create", "licences-optional", "`licensesToAssign` may be absent, and then does not come back",
		"create page, example (`might be shortened`)", inferred, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.CSVBody("North"))
			assert.Equal(t, []string{"@odata.context", "displayName", "state", "id", "dataProvider", "identitySynchronizationConfiguration"},
				a.Keys(""))
		}},
	{"profiles.create", "special-characters", "`handleSpecialCharacterConstraint` is kept", "resource page educationSynchronizationProfile",
		documented, func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, "true",
				answered(t, g, rig.Edit(t, rig.CSVBody("North"), "handleSpecialCharacterConstraint", true)).JSON(
					"handleSpecialCharacterConstraint").Raw)
		}},
	{"profiles.create", "expiration-date", "`expirationDate` is a date without a time and is kept",
		"resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, "2026-07-31", answered(t, g, rig.Edit(t, rig.CSVBody("North"), "expirationDate", "2026-07-31")).Text("expirationDate"))
			for _, wrong := range []string{"2026-07-31T00:00:00Z", "31.07.2026", "2026-02-30"} {
				assert.Equal(t, 400, g.Post(t, rig.ProfilesAt, rig.Edit(t, rig.CSVBody("South"), "expirationDate", wrong)).Status, wrong)
			}
		}},
	{"profiles.create", "expiration-date-maximum",
		"`expirationDate` is at most 18 months after the creation, on the world's clock; a later one is 400",
		"resource page educationSynchronizationProfile; what is answered is graphemu's", documented, func(t *testing.T, g *rig.Rig) {
			a := refused(t, g, rig.Edit(t, rig.CSVBody("South"), "expirationDate", "2027-07-06"))
			answered(t, g, rig.Edit(t, rig.CSVBody("North"), "expirationDate", "2027-07-05"))
			assert.Equal(t, "Invalid value specified for property 'expirationDate' of resource 'educationSynchronizationProfile'.",
				a.Text("error.message"))
			assert.Contains(t, a.Text("error.details.0.message"), "at most 2027-07-05")
			id := g.Create(t, rig.CSVBody("West"))
			g.Advance(t, 60*24*time.Hour) // it counts from the creation, whenever it is set
			assert.Equal(t, 400, g.Send(t, "PATCH", rig.At(id), `{"expirationDate": "2027-07-06"}`).Status)
			assert.Equal(t, 202, g.Send(t, "PATCH", rig.At(id), `{"expirationDate": "2027-07-05"}`).Status)
			assert.Equal(t, 202, g.Post(t, rig.ProfilesAt, rig.Edit(t, rig.CSVBody("East"), "expirationDate", "2027-09-06")).Status)
		}},
	{"profiles.create", "expiration-date-past", "An `expirationDate` that is reached already is refused",
		"graphemu: it would lock the profile at once", chosen, func(t *testing.T, g *rig.Rig) {
			for _, d := range []string{"2026-01-04", "2026-01-05"} {
				a := refused(t, g, rig.Edit(t, rig.CSVBody("North"), "expirationDate", d))
				assert.Equal(t, []string{"/expirationDate"}, a.Texts("error.details.#.target"), d)
			}
			answered(t, g, rig.Edit(t, rig.CSVBody("North"), "expirationDate", "2026-01-06"))
		}},
	{"profiles.create", "no-navigation", "`errors` and `profileStatus` are not part of a profile",
		"resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.CreateRequest)
			for _, b := range []rig.Answer{a, g.Found(t, rig.At(a.Text("id"))), g.Found(t, rig.ProfilesAt)} {
				assert.NotContains(t, b.Body, `"errors"`)
				assert.NotContains(t, b.Body, `"profileStatus"`)
			}
		}},
	{"profiles.create", "location", "`Location` is the profile's address, with the key in parentheses",
		"graph-wide header; its value here is a guess", chosen, func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.CSVBody("North"))
			assert.Equal(t, g.URL+"/education/synchronizationProfiles('"+a.Text("id")+"')", a.Header.Get("Location"))
			assert.Equal(t, a.Text("id"), g.Found(t, a.Header.Get("Location")).Text("id"))
		}},
	{"profiles.create", "return-minimal", "`Prefer: return=minimal` gives 204 without a body, and `Preference-Applied`",
		"best practices page; OData 4.0, part 1, 8.2.8.7", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Post(t, rig.ProfilesAt, rig.CSVBody("North"), "Prefer: return=minimal")
			rig.WantEmpty(t, a, 204)
			assert.Equal(t, "return=minimal", a.Header.Get("Preference-Applied"))
			assert.Equal(t, "North", g.Found(t, a.Header.Get("Location")).Text("displayName"))
			assert.Equal(t, a.Header.Get("Location"), a.Header.Get("OData-EntityId"))
		}},
	{"profiles.create", "gzip-body", "A request body may be gzip", "kiota-http-go: compresses every body", documented,
		func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, gzipped(t, rig.CreateRequest), "Content-Encoding: gzip", "Content-Type: application/json")
			assert.Equal(t, "Test Profile", a.Text("displayName"))
		}},
	{"profiles.create", "charset", "`Content-Type: application/json` may have parameters", "HTTP", inferred, func(t *testing.T, g *rig.Rig) {
		for _, with := range []string{"application/json; charset=utf-8", "Application/json;odata.metadata=minimal;IEEE754Compatible=true"} {
			assert.Equal(t, "North", answered(t, g, rig.CSVBody("North"), "Content-Type: "+with).Text("displayName"), with)
		}
	}},
	{"profiles.create", "max-profiles", "Beyond the limit of a world: 507, which names the flag", "errors page: 507; graphemu's limit", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{Limits: emulator.Limits{Profiles: 2}})
			g.Named(t, "a", "b")
			a := g.Post(t, rig.ProfilesAt, rig.CSVBody("c"))
			assert.Equal(t, 507, a.Status)
			assert.Contains(t, a.Text("error.details.0.message"), "--max-profiles")
			assert.Len(t, g.World().Profiles(), 2)
		}},
}

var getStatements = []statement{
	{"profiles.get", "ok", "Answers 200 with the profile, as create did but for what time changed", "get page", documented,
		func(t *testing.T, g *rig.Rig) {
			created := answered(t, g, rig.CreateRequest)
			got := g.Found(t, rig.At(created.Text("id")))
			assert.Equal(t, created.Body, got.Body)
			g.Advance(t, 2*time.Second)
			assert.Equal(t, strings.Replace(created.Body, `"provisioning"`, `"provisioned"`, 1), g.Found(t, rig.At(created.Text("id"))).Body)
		}},
	{"profiles.get", "unknown-id", "An unknown id is 404 `NotFound`",
		"graphemu, in the style of the service's `InternalError` / `Failed to fetch profiles` (docs issue 7278)", chosen,
		func(t *testing.T, g *rig.Rig) {
			rig.WantError(t, g.Get(t, rig.At(rig.UnknownID)), 404, "NotFound", fmt.Sprintf("Failed to find profile '%s'", rig.UnknownID))
		}},
	{"profiles.get", "id-case", "Ids are case-sensitive", "traverse-the-graph page", documented, func(t *testing.T, g *rig.Rig) {
		id := g.Create(t, rig.CSVBody("North"))
		require.NotEqual(t, id, strings.ToUpper(id))
		assert.Equal(t, 404, g.Get(t, rig.At(strings.ToUpper(id))).Status)
	}},
	{"profiles.get", "select", "`$select` gives exactly the named properties, and the context lists them",
		"query-parameters page; json-batching page, `$metadata#users(id,displayName)`", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, rig.At(g.Create(t, rig.CSVBody("North")))+"?$select=id,displayName")
			assert.ElementsMatch(t, []string{"@odata.context", "id", "displayName"}, a.Keys(""))
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles(id,displayName)/$entity", a.Text("@odata.context"))
		}},
	{"profiles.get", "expand", "`$expand=errors,profileStatus` adds the two navigation properties", "SDK v0.120.0 (`$expand` of the item)",
		documented, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, rig.At(g.Create(t, rig.CSVBody("North")))+"?$expand=errors,profileStatus")
			assert.Equal(t, "paused", a.Text("profileStatus.status"))
			assert.Equal(t, "[]", a.JSON("errors").Raw)
			assert.Equal(t, "North", a.Text("displayName"))
		}},
	{"profiles.get", "head", "HEAD is GET without the body", "HTTP", inferred, func(t *testing.T, g *rig.Rig) {
		id := g.Create(t, rig.CSVBody("North"))
		a, b := g.Found(t, rig.At(id)), g.Send(t, "HEAD", rig.At(id), "")
		assert.Equal(t, 200, b.Status)
		assert.Empty(t, b.Body)
		assert.Equal(t, a.Header.Get("Content-Type"), b.Header.Get("Content-Type"))
		assert.Equal(t, a.Header.Get("Content-Length"), b.Header.Get("Content-Length"))
	}},
}
