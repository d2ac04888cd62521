package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// reading tests one reading of a variant, on a rig for which it is chosen.
type reading func(t *testing.T, g *rig)

// wantStatus checks an answer's status, and that it has a body or none.
func wantStatus(t *testing.T, a answer, status int, withBody bool) {
	t.Helper()
	assert.Equal(t, status, a.status, a.body)
	if withBody {
		assert.True(t, gjson.Valid(a.body), a.body)
	} else {
		wantEmpty(t, a, status)
	}
}

func createIs(status int) reading {
	return func(t *testing.T, g *rig) {
		a := g.post(t, profilesAt, csvBody("North"))
		wantStatus(t, a, status, true)
		assert.Equal(t, "North", g.found(t, at(a.text("id"))).text("displayName"))
		assert.NotEmpty(t, a.header.Get("Location"))
	}
}

func updateIs(status int, withBody bool) reading {
	return func(t *testing.T, g *rig) {
		wantStatus(t, g.send(t, "PATCH", at(waiting), `{"displayName": "South"}`), status, withBody)
		assert.Equal(t, "South", g.found(t, at(waiting)).text("displayName"))
		wantStatus(t, g.send(t, "PUT", at(waiting), csvBody("West")), status, withBody)
		wantStatus(t, g.send(t, "PUT", profilesAt, edit(t, csvBody("East"), "id", waiting)), status, withBody)
		assert.Equal(t, "East", g.found(t, at(waiting)).text("displayName"))
	}
}

func deleteIs(status int) reading {
	return func(t *testing.T, g *rig) {
		wantEmpty(t, g.send(t, "DELETE", at(waiting), ""), status)
		assert.Equal(t, "deleting", g.found(t, at(waiting)).text("state"))
	}
}

// startIs wants the messages with this status, and no sync either way.
func startIs(status int) reading {
	return func(t *testing.T, g *rig) {
		a := g.post(t, at(waiting)+"/start", "")
		assert.Equal(t, status, a.status)
		assert.Equal(t, []string{"school.csv", "student.csv", "teacher.csv"}, a.texts("value.#.fileName"))
		assert.Equal(t, "paused", g.status(t, waiting))
		assert.Equal(t, 400, g.post(t, at(unprovisioned)+"/start", "").status, "what may not start is 400 either way")
	}
}

func contextKeysAre(key func(id string) string) reading {
	return func(t *testing.T, g *rig) {
		base := g.URL + "/$metadata#education/synchronizationProfiles"
		assert.Equal(t, base+key(failed)+"/profileStatus/$entity", g.found(t, at(failed)+"/profileStatus").text("@odata.context"))
		assert.Equal(t, base+key(failed)+"/errors", g.found(t, at(failed)+"/errors").text("@odata.context"))
		assert.Equal(t, base+key(failed)+"/errors/$entity", g.found(t, at(failed)+"/errors/"+sampleError).text("@odata.context"))
		a := g.found(t, at(failed)+"?$expand=profileStatus,errors")
		assert.Equal(t, base+"/$entity", a.text("@odata.context"))
		assert.Equal(t, base+key(failed)+"/profileStatus/$entity", a.text("profileStatus@odata.context"))
		assert.Equal(t, base+key(failed)+"/errors", a.text("errors@odata.context"))
	}
}

func typesBegin(prefix string) reading {
	return func(t *testing.T, g *rig) {
		a := g.answered(t, oneRosterBody("North"))
		for _, b := range []gjson.Result{gjson.Parse(a.body), gjson.Parse(g.found(t, at(a.text("id"))).body), g.found(t, profilesAt+query("$filter", "displayName eq 'North'")).json("value.0")} {
			assert.Equal(t, prefix+"microsoft.graph.educationOneRosterApiDataProvider", b.Get(`dataProvider.\@odata\.type`).String())
			assert.Equal(t, prefix+"microsoft.graph.educationIdentityMatchingConfiguration", b.Get(`identitySynchronizationConfiguration.\@odata\.type`).String())
			assert.Equal(t, prefix+"microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings", b.Get(`dataProvider.connectionSettings.\@odata\.type`).String())
		}
		assert.Equal(t, []string{"North"}, g.filtered(t, "isof(dataProvider,'microsoft.graph.educationOneRosterApiDataProvider')"))
	}
}

func messagesAre(typeName string) reading {
	return func(t *testing.T, g *rig) {
		assert.Equal(t, g.URL+"/$metadata#education/Collection(microsoft.graph."+typeName+")", g.post(t, at(waiting)+"/start", "").text("@odata.context"))
	}
}

// teacherSchoolsAre starts a roster whose teacher is in two schools.
func teacherSchoolsAre(status int) reading {
	return func(t *testing.T, g *rig) {
		files := map[string]string{}
		for name, content := range small {
			files[name] = content
		}
		files["School.csv"] += "S2,South Elementary,Bergen\n"
		files["Teacher.csv"] = strings.Replace(files["Teacher.csv"], "T1,S1,", `T1,"S1,S2",`, 1)
		id := g.uploaded(t, csvBody("North"), files)
		require.Equal(t, status, g.post(t, at(id)+"/start", "").status)
		if status == 200 {
			g.advance(t, time.Minute)
			teacher := g.found(t, "/education/users"+query("$filter", "primaryRole eq 'teacher'")).text("value.0.id")
			assert.Len(t, g.found(t, "/education/users/"+teacher+"/schools").names(), 2)
		}
	}
}

func uploadURLIs(status int) reading {
	return func(t *testing.T, g *rig) { assert.Equal(t, status, g.get(t, at(waiting)+"/uploadUrl").status) }
}

func unmatchedIs(code, other string) reading {
	return func(t *testing.T, g *rig) {
		assert.Equal(t, []string{code, code, "DuplicateTargetEntries", "None", "UnSpecified"}, g.found(t, at(failed)+"/errors").texts("value.#.errorCode"))
		assert.Equal(t, code, g.found(t, at(failed)+"/errors/"+sampleError).text("errorCode"))
		assert.Equal(t, code, g.found(t, at(failed)+"?$expand=errors").text("errors.0.errorCode"))
		assert.Equal(t, "2", g.found(t, at(failed)+"/errors/$count"+query("$filter", "errorCode eq '"+code+"'")).body)
		assert.Equal(t, "0", g.found(t, at(failed)+"/errors/$count"+query("$filter", "errorCode eq '"+other+"'")).body)
	}
}

// permissionsAre pauses a profile as an app, which lenient authentication lets pass;
// the journal tells whether strict authentication would have.
func permissionsAre(forApps bool) reading {
	return func(t *testing.T, g *rig) {
		app, err := g.World().Token(emulator.TokenOptions{Roles: []string{"EduAdministration.ReadWrite.All"}})
		require.NoError(t, err)
		for _, c := range [][2]string{{"GET", profilesAt}, {"DELETE", at(waiting)}} {
			require.Less(t, g.send(t, c[0], c[1], "", "Authorization: Bearer "+app).status, 300)
			entries := g.World().Journal().Entries(journal.Filter{Limit: 1})
			if forApps {
				assert.Empty(t, entries[0].Advice)
			} else {
				assert.Contains(t, entries[0].Advice, "is not supported with application permissions")
			}
		}
	}
}

// variants has a test for each reading of each variant.
var variants = map[string]map[string]reading{
	"createStatus":     {"202": createIs(202), "201": createIs(201)},
	"startErrorStatus": {"400": startIs(400), "200": startIs(200)},
	"deleteStatus":     {"202": deleteIs(202), "204": deleteIs(204)},
	"updateStatus":     {"202": updateIs(202, true), "200": updateIs(200, true), "204": updateIs(204, false)},
	"uploadUrlStatus":  {"200": uploadURLIs(200), "201": uploadURLIs(201)},
	"permissions":      {"2021": permissionsAre(true), "2018": permissionsAre(false)},
	"teacherSchools":   {"one": teacherSchoolsAre(400), "several": teacherSchoolsAre(200)},
	"contextKeys": {
		"quoted": contextKeysAre(func(id string) string { return "('" + id + "')" }),
		"plain":  contextKeysAre(func(id string) string { return "/" + id }),
	},
	"typeHash": {"with": typesBegin("#"), "without": typesBegin("")},
	"customizationDefaults": {
		"seed": func(t *testing.T, g *rig) {
			a := g.answered(t, foundingRequest)
			assert.Equal(t, compact(t, gjson.Get(foundingResponse, "dataProvider").Raw), a.json("dataProvider").Raw)
		},
		"legacy": func(t *testing.T, g *rig) {
			const date = `"synchronizationStartDate": "0001-01-01T00:00:00Z", "isSyncDeferred": false, "allowDisplayNameUpdate": false`
			const teacher = `["State ID", "Teacher Number", "Status", "Middle Name", "Secondary Email", "Title", "Qualification"]`
			assert.JSONEq(t, `{"student": {"optionalPropertiesToSync": ["State ID", "Middle Name"], `+date+`},
				"teacher": {"optionalPropertiesToSync": `+teacher+`, `+date+`},
				"studentEnrollment": {"optionalPropertiesToSync": [], `+date+`}, "teacherRoster": {"optionalPropertiesToSync": [], `+date+`}}`,
				g.answered(t, foundingRequest).text("dataProvider.customizations"))
			a := g.answered(t, edit(t, csvBody("North"), "dataProvider.customizations.school", map[string]any{"isSyncDeferred": true}))
			assert.JSONEq(t, `{"synchronizationStartDate": "0001-01-01T00:00:00Z", "isSyncDeferred": true, "allowDisplayNameUpdate": false}`,
				a.text("dataProvider.customizations.school"), "a given part is kept")
		},
	},
	"dataSyncNamespace": {
		"accepted": func(t *testing.T, g *rig) { g.answered(t, foundingRequest) },
		"refused": func(t *testing.T, g *rig) {
			before := len(g.World().Profiles())
			badRequest(t, g.post(t, profilesAt, foundingRequest), `Invalid OData type specified: "Microsoft.Education.DataSync.educationCsvDataProvider"`)
			badRequest(t, g.send(t, "PATCH", at(waiting), `{"identitySynchronizationConfiguration": `+
				strings.Replace(identityCreation, "microsoft.graph.", "Microsoft.Education.DataSync.", 1)+`}`),
				`Invalid OData type specified: "Microsoft.Education.DataSync.educationIdentityCreationConfiguration"`)
			assert.Len(t, g.World().Profiles(), before)
			g.answered(t, csvBody("North"))
		},
	},
	"messageType": {
		"verificationMessage":                             messagesAre("verificationMessage"),
		"educationFileSynchronizationVerificationMessage": messagesAre("educationFileSynchronizationVerificationMessage"),
	},
	"errorsCount": {
		"always": func(t *testing.T, g *rig) {
			assert.Equal(t, "5", g.found(t, at(failed)+"/errors").json("@odata.count").Raw)
			assert.Equal(t, "1", g.found(t, at(failed)+"/errors"+query("$filter", "entryType eq 'Teacher'")).json("@odata.count").Raw)
			assert.False(t, g.found(t, profilesAt).json("@odata.count").Exists(), "of errors only")
		},
		"asked": func(t *testing.T, g *rig) {
			assert.False(t, g.found(t, at(failed)+"/errors").json("@odata.count").Exists())
			assert.Equal(t, "5", g.found(t, at(failed)+"/errors?$count=true").json("@odata.count").Raw)
		},
	},
	"errorCode.unmatched": {
		"UnsynchronizableChange": unmatchedIs("UnsynchronizableChange", "UnmatchedEntry"),
		"UnmatchedEntry":         unmatchedIs("UnmatchedEntry", "UnsynchronizableChange"),
	},
	"retirement": {
		"off": func(t *testing.T, g *rig) { g.found(t, profilesAt) },
		"on": func(t *testing.T, g *rig) {
			const words = "Resource not found for the segment 'synchronizationProfiles'."
			for _, c := range [][3]string{{"GET", profilesAt}, {"POST", profilesAt, foundingRequest}, {"PUT", profilesAt, "{}"}, {"DELETE", profilesAt}, {"GET", profilesAt + "/$count"}, {"GET", at(waiting)}, {"GET", at(mintedID)},
				{"PATCH", at(waiting), "{}"}, {"PUT", at(waiting), "{}"}, {"DELETE", at(waiting)}, {"POST", at(waiting)}, {"POST", at(waiting) + "/start"}, {"POST", at(waiting) + "/pause"}, {"POST", at(waiting) + "/resume"}, {"POST", at(waiting) + "/reset"},
				{"GET", at(waiting) + "/uploadUrl"}, {"GET", at(waiting) + "/profileStatus"}, {"GET", at(waiting) + "/errors"}, {"GET", at(waiting) + "/errors/x"}, {"GET", at(waiting) + "/errors/$count"}, {"POST", at(waiting) + "/stop"}} {
				a := g.send(t, c[0], c[1], c[2])
				assert.Equal(t, 400, a.status, "%s %s", c[0], c[1])
				badRequest(t, a, words)
			}
			assert.Equal(t, words, g.batch(t, part("1", "GET", profilesAt))["1"].Get("body.error.message").String())
			wantError(t, g.get(t, profilesAt, "Authorization:"), 401, "InvalidAuthenticationToken", "Access token is empty.")
		},
	},
	"deprecationHeaders": {
		"off": func(t *testing.T, g *rig) {
			assert.NotContains(t, g.found(t, profilesAt).header, "Deprecation")
			assert.NotContains(t, g.found(t, profilesAt).header, "Sunset")
			assert.NotContains(t, g.found(t, profilesAt).header, "Link")
		},
		"on": func(t *testing.T, g *rig) {
			for _, a := range []answer{g.found(t, profilesAt), g.get(t, at(mintedID)), g.post(t, profilesAt, "{"), g.send(t, "DELETE", at(waiting), ""), g.get(t, at(failed)+"/profileStatus")} {
				assert.Regexp(t, `^\w{3}, \d\d Jun 2024 \d\d:\d\d:\d\d GMT$`, a.header.Get("Deprecation"))
				assert.Regexp(t, `^Tue, 31 Dec 2024 \d\d:\d\d:\d\d GMT$`, a.header.Get("Sunset"))
				assert.Equal(t, `<https://developer.microsoft-tst.com/en-us/graph/changes?$filterby=beta,Deprecated:SynchronizationProfiles&from=2024-06-01&to=2024-07-01>;rel="deprecation";type="text/html"`,
					a.header.Get("Link"))
			}
			assert.NotContains(t, g.get(t, "/me").header, "Deprecation", "of this API only")
		},
	},
}

// Each variant works in each of its readings, and what no one chooses is its default.
func TestVariants(t *testing.T) {
	var names []string
	for _, v := range emulator.Variants() {
		names = append(names, v.Name)
		require.NotEmpty(t, v.Readings, v.Name)
		assert.GreaterOrEqual(t, len(v.Readings), 2, v.Name)
		assert.NotEmpty(t, v.Source, v.Name)
		for i, r := range v.Readings {
			test := variants[v.Name][r]
			if !assert.NotNil(t, test, "variant %s=%s has no test", v.Name, r) {
				continue
			}
			t.Run(v.Name+"="+r, func(t *testing.T) {
				t.Parallel()
				test(t, planted(t, emulator.Options{Variants: map[string]string{v.Name: r}}))
			})
			if i == 0 {
				t.Run(v.Name+" by default", func(t *testing.T) {
					t.Parallel()
					test(t, planted(t))
				})
			}
		}
		for r := range variants[v.Name] {
			assert.Contains(t, v.Readings, r, "%s has a test of a reading that there is not", v.Name)
		}
	}
	for name := range variants {
		assert.Contains(t, names, name, "a test of a variant that there is not")
	}
}

// Variants do not get in each other's way: each last reading works beside all others.
func TestVariantsTogether(t *testing.T) {
	together := map[string]string{}
	for _, v := range emulator.Variants() {
		if !slices.Contains([]string{"retirement", "createStatus", "dataSyncNamespace"}, v.Name) { // nothing could be created as the tests do it
			together[v.Name] = v.Readings[len(v.Readings)-1]
		}
	}
	for name, r := range together {
		t.Run(name+"="+r, func(t *testing.T) {
			t.Parallel()
			variants[name][r](t, planted(t, emulator.Options{Variants: together}))
		})
	}
}

func TestVariantsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		choice map[string]string
		words  []string
	}{
		"unknown variant":      {map[string]string{"creatStatus": "201"}, []string{`"creatStatus"`, "createStatus"}},
		"unknown reading":      {map[string]string{"createStatus": "200"}, []string{"createStatus", `"200"`, "202", "201"}},
		"empty reading":        {map[string]string{"createStatus": ""}, []string{"createStatus", "202", "201"}},
		"letter case":          {map[string]string{"retirement": "On"}, []string{"retirement", `"On"`, "on"}},
		"all that is wrong":    {map[string]string{"nonsense": "1", "deleteStatus": "200", "permissions": "2017"}, []string{"nonsense", "deleteStatus", "permissions"}},
		"one right, one wrong": {map[string]string{"createStatus": "201", "x": "y"}, []string{`"x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := emulator.New(emulator.Options{Variants: c.choice})
			if !assert.Error(t, err) {
				s.Close()
				return
			}
			assert.Nil(t, s)
			for _, w := range c.words {
				assert.ErrorContains(t, err, w)
			}
		})
	}
}
