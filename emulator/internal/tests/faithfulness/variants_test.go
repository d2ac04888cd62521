package faithfulness

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// reading tests one reading of a variant, on a rig for which it is chosen.
type reading func(t *testing.T, g *rig.Rig)

// wantStatus checks an answer's status, and that it has a body or none.
func wantStatus(t *testing.T, a rig.Answer, status int, withBody bool) {
	t.Helper()
	assert.Equal(t, status, a.Status, a.Body)
	if withBody {
		assert.True(t, gjson.Valid(a.Body), a.Body)
	} else {
		rig.WantEmpty(t, a, status)
	}
}

func createIs(status int) reading {
	return func(t *testing.T, g *rig.Rig) {
		a := g.Post(t, rig.ProfilesAt, rig.CSVBody("North"))
		wantStatus(t, a, status, true)
		assert.Equal(t, "North", g.Found(t, rig.At(a.Text("id"))).Text("displayName"))
		assert.NotEmpty(t, a.Header.Get("Location"))
	}
}

func updateIs(status int, withBody bool) reading {
	return func(t *testing.T, g *rig.Rig) {
		wantStatus(t, g.Send(t, "PATCH", rig.At(waiting), `{"displayName": "South"}`), status, withBody)
		assert.Equal(t, "South", g.Found(t, rig.At(waiting)).Text("displayName"))
		wantStatus(t, g.Send(t, "PUT", rig.At(waiting), rig.CSVBody("West")), status, withBody)
		wantStatus(t, g.Send(t, "PUT", rig.ProfilesAt, rig.Edit(t, rig.CSVBody("East"), "id", waiting)), status, withBody)
		assert.Equal(t, "East", g.Found(t, rig.At(waiting)).Text("displayName"))
	}
}

func deleteIs(status int) reading {
	return func(t *testing.T, g *rig.Rig) {
		rig.WantEmpty(t, g.Send(t, "DELETE", rig.At(waiting), ""), status)
		assert.Equal(t, "deleting", g.Found(t, rig.At(waiting)).Text("state"))
	}
}

// startIs wants the messages with this status, and no sync either way.
func startIs(status int) reading {
	return func(t *testing.T, g *rig.Rig) {
		a := g.Post(t, rig.At(waiting)+"/start", "")
		assert.Equal(t, status, a.Status)
		assert.Equal(t, []string{"school.csv", "student.csv", "teacher.csv"}, a.Texts("value.#.fileName"))
		assert.Equal(t, "paused", g.Status(t, waiting))
		assert.Equal(t, 400, g.Post(t, rig.At(unprovisioned)+"/start", "").Status, "what may not start is 400 either way")
	}
}

func contextKeysAre(key func(id string) string) reading {
	return func(t *testing.T, g *rig.Rig) {
		base := g.URL + "/$metadata#education/synchronizationProfiles"
		assert.Equal(t, base+key(rig.Failed)+"/profileStatus/$entity", g.Found(t, rig.At(rig.Failed)+"/profileStatus").Text("@odata.context"))
		assert.Equal(t, base+key(rig.Failed)+"/errors", g.Found(t, rig.At(rig.Failed)+"/errors").Text("@odata.context"))
		assert.Equal(t, base+key(rig.Failed)+"/errors/$entity", g.Found(t, rig.At(rig.Failed)+"/errors/"+sampleError).Text("@odata.context"))
		a := g.Found(t, rig.At(rig.Failed)+"?$expand=profileStatus,errors")
		assert.Equal(t, base+"/$entity", a.Text("@odata.context"))
		assert.Equal(t, base+key(rig.Failed)+"/profileStatus/$entity", a.Text("profileStatus@odata.context"))
		assert.Equal(t, base+key(rig.Failed)+"/errors", a.Text("errors@odata.context"))
	}
}

func typesBegin(prefix string) reading {
	return func(t *testing.T, g *rig.Rig) {
		a := answered(t, g, rig.OneRosterBody("North"))
		for _, b := range []gjson.Result{gjson.Parse(a.Body), gjson.Parse(g.Found(t, rig.At(a.Text("id"))).Body),
			g.Found(t, rig.ProfilesAt+rig.Query("$filter", "displayName eq 'North'")).JSON("value.0")} {
			assert.Equal(t, prefix+"microsoft.graph.educationOneRosterApiDataProvider", b.Get(`dataProvider.\@odata\.type`).String())
			assert.Equal(t, prefix+"microsoft.graph.educationIdentityMatchingConfiguration",
				b.Get(`identitySynchronizationConfiguration.\@odata\.type`).String())
			assert.Equal(t, prefix+"microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
				b.Get(`dataProvider.connectionSettings.\@odata\.type`).String())
		}
		assert.Equal(t, []string{"North"}, filtered(t, g, "isof(dataProvider,'microsoft.graph.educationOneRosterApiDataProvider')"))
	}
}

func messagesAre(typeName string) reading {
	return func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, g.URL+"/$metadata#education/Collection(microsoft.graph."+typeName+")",
			g.Post(t, rig.At(waiting)+"/start", "").Text("@odata.context"))
	}
}

// teacherSchoolsAre starts a roster whose teacher is in two schools.
func teacherSchoolsAre(status int) reading {
	return func(t *testing.T, g *rig.Rig) {
		files := map[string]string{}
		for name, content := range rig.SmallRoster {
			files[name] = content
		}
		files["School.csv"] += "S2,South Elementary,Bergen\n"
		files["Teacher.csv"] = strings.Replace(files["Teacher.csv"], "T1,S1,", `T1,"S1,S2",`, 1)
		id := g.Uploaded(t, rig.CSVBody("North"), files)
		require.Equal(t, status, g.Post(t, rig.At(id)+"/start", "").Status)
		if status == 200 {
			g.Advance(t, time.Minute)
			teacher := g.Found(t, "/education/users"+rig.Query("$filter", "primaryRole eq 'teacher'")).Text("value.0.id")
			assert.Len(t, g.Found(t, "/education/users/"+teacher+"/schools").Names(), 2)
		}
	}
}

func uploadURLIs(status int) reading {
	return func(t *testing.T, g *rig.Rig) { assert.Equal(t, status, g.Get(t, rig.At(waiting)+"/uploadUrl").Status) }
}

func unmatchedIs(code, other string) reading {
	return func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, []string{code, code, "DuplicateTargetEntries", "None", "UnSpecified"},
			g.Found(t, rig.At(rig.Failed)+"/errors").Texts("value.#.errorCode"))
		assert.Equal(t, code, g.Found(t, rig.At(rig.Failed)+"/errors/"+sampleError).Text("errorCode"))
		assert.Equal(t, code, g.Found(t, rig.At(rig.Failed)+"?$expand=errors").Text("errors.0.errorCode"))
		assert.Equal(t, "2", g.Found(t, rig.At(rig.Failed)+"/errors/$count"+rig.Query("$filter", "errorCode eq '"+code+"'")).Body)
		assert.Equal(t, "0", g.Found(t, rig.At(rig.Failed)+"/errors/$count"+rig.Query("$filter", "errorCode eq '"+other+"'")).Body)
	}
}

// permissionsAre pauses a profile as an app, which lenient authentication lets pass;
// the journal tells whether strict authentication would have.
func permissionsAre(forApps bool) reading {
	return func(t *testing.T, g *rig.Rig) {
		app, err := g.World().Token(emulator.TokenOptions{Roles: []string{"EduAdministration.ReadWrite.All"}})
		require.NoError(t, err)
		for _, c := range [][2]string{{"GET", rig.ProfilesAt}, {"DELETE", rig.At(waiting)}} {
			require.Less(t, g.Send(t, c[0], c[1], "", "Authorization: Bearer "+app).Status, 300)
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
		"seed": func(t *testing.T, g *rig.Rig) {
			a := answered(t, g, rig.CreateRequest)
			assert.Equal(t, rig.Compact(t, gjson.Get(rig.CreateResponse, "dataProvider").Raw), a.JSON("dataProvider").Raw)
		},
		"legacy": func(t *testing.T, g *rig.Rig) {
			const date = `"synchronizationStartDate": "0001-01-01T00:00:00Z", "isSyncDeferred": false, "allowDisplayNameUpdate": false`
			const teacher = `["State ID", "Teacher Number", "Status", "Middle Name", "Secondary Email", "Title", "Qualification"]`
			assert.JSONEq(t, `{"student": {"optionalPropertiesToSync": ["State ID", "Middle Name"], `+date+`},
				"teacher": {"optionalPropertiesToSync": `+teacher+`, `+date+`},
				"studentEnrollment": {"optionalPropertiesToSync": [], `+date+`}, "teacherRoster": {"optionalPropertiesToSync": [], `+date+`}}`,
				answered(t, g, rig.CreateRequest).Text("dataProvider.customizations"))
			a := answered(t, g, rig.Edit(t, rig.CSVBody("North"), "dataProvider.customizations.school", map[string]any{"isSyncDeferred": true}))
			assert.JSONEq(t, `{"synchronizationStartDate": "0001-01-01T00:00:00Z", "isSyncDeferred": true, "allowDisplayNameUpdate": false}`,
				a.Text("dataProvider.customizations.school"), "a given part is kept")
		},
	},
	"dataSyncNamespace": {
		"accepted": func(t *testing.T, g *rig.Rig) { answered(t, g, rig.CreateRequest) },
		"refused": func(t *testing.T, g *rig.Rig) {
			before := len(g.World().Profiles())
			badRequest(t, g.Post(t, rig.ProfilesAt, rig.CreateRequest),
				`Invalid OData type specified: "Microsoft.Education.DataSync.educationCsvDataProvider"`)
			badRequest(t, g.Send(t, "PATCH", rig.At(waiting), `{"identitySynchronizationConfiguration": `+
				strings.Replace(rig.IdentityCreation, "microsoft.graph.", "Microsoft.Education.DataSync.", 1)+`}`),
				`Invalid OData type specified: "Microsoft.Education.DataSync.educationIdentityCreationConfiguration"`)
			assert.Len(t, g.World().Profiles(), before)
			answered(t, g, rig.CSVBody("North"))
		},
	},
	"messageType": {
		"verificationMessage":                             messagesAre("verificationMessage"),
		"educationFileSynchronizationVerificationMessage": messagesAre("educationFileSynchronizationVerificationMessage"),
	},
	"errorsCount": {
		"always": func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, "5", g.Found(t, rig.At(rig.Failed)+"/errors").JSON("@odata.count").Raw)
			assert.Equal(t, "1", g.Found(t, rig.At(rig.Failed)+"/errors"+rig.Query("$filter", "entryType eq 'Teacher'")).JSON("@odata.count").Raw)
			assert.False(t, g.Found(t, rig.ProfilesAt).JSON("@odata.count").Exists(), "of errors only")
		},
		"asked": func(t *testing.T, g *rig.Rig) {
			assert.False(t, g.Found(t, rig.At(rig.Failed)+"/errors").JSON("@odata.count").Exists())
			assert.Equal(t, "5", g.Found(t, rig.At(rig.Failed)+"/errors?$count=true").JSON("@odata.count").Raw)
		},
	},
	"errorCode.unmatched": {
		"UnsynchronizableChange": unmatchedIs("UnsynchronizableChange", "UnmatchedEntry"),
		"UnmatchedEntry":         unmatchedIs("UnmatchedEntry", "UnsynchronizableChange"),
	},
	"retirement": {
		"off": func(t *testing.T, g *rig.Rig) { g.Found(t, rig.ProfilesAt) },
		"on": func(t *testing.T, g *rig.Rig) {
			const words = "Resource not found for the segment 'synchronizationProfiles'."
			for _, c := range [][3]string{{"GET", rig.ProfilesAt}, {"POST", rig.ProfilesAt, rig.CreateRequest}, {"PUT", rig.ProfilesAt, "{}"},
				{"DELETE", rig.ProfilesAt}, {"GET", rig.ProfilesAt + "/$count"}, {"GET", rig.At(waiting)}, {"GET", rig.At(rig.UnknownID)},
				{"PATCH", rig.At(waiting), "{}"}, {"PUT", rig.At(waiting), "{}"}, {"DELETE", rig.At(waiting)}, {"POST", rig.At(waiting)},
				{"POST", rig.At(waiting) + "/start"}, {"POST", rig.At(waiting) + "/pause"}, {"POST", rig.At(waiting) + "/resume"},
				{"POST", rig.At(waiting) + "/reset"},
				{"GET", rig.At(waiting) + "/uploadUrl"}, {"GET", rig.At(waiting) + "/profileStatus"}, {"GET", rig.At(waiting) + "/errors"},
				{"GET", rig.At(waiting) + "/errors/x"}, {"GET", rig.At(waiting) + "/errors/$count"}, {"POST", rig.At(waiting) + "/stop"}} {
				a := g.Send(t, c[0], c[1], c[2])
				assert.Equal(t, 400, a.Status, "%s %s", c[0], c[1])
				badRequest(t, a, words)
			}
			assert.Equal(t, words, g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt))["1"].Get("body.error.message").String())
			rig.WantError(t, g.Get(t, rig.ProfilesAt, "Authorization:"), 401, "InvalidAuthenticationToken", "Access token is empty.")
		},
	},
	"directoryQueries": {
		"strict": func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, "/users?$skip=1")
			assert.Equal(t, []any{400, "'$skip' is not supported by the service."}, []any{a.Status, a.Text("error.message")})
			assert.Equal(t, 400, g.Get(t, "/users/$count").Status)
		},
		"lenient": func(t *testing.T, g *rig.Rig) {
			g.Found(t, "/users?$skip=1")
			assert.Regexp(t, `^\d+$`, g.Found(t, "/users/$count").Body)
		},
	},
	"deprecationHeaders": {
		"off": func(t *testing.T, g *rig.Rig) {
			assert.NotContains(t, g.Found(t, rig.ProfilesAt).Header, "Deprecation")
			assert.NotContains(t, g.Found(t, rig.ProfilesAt).Header, "Sunset")
			assert.NotContains(t, g.Found(t, rig.ProfilesAt).Header, "Link")
		},
		"on": func(t *testing.T, g *rig.Rig) {
			for _, a := range []rig.Answer{g.Found(t, rig.ProfilesAt), g.Get(t, rig.At(rig.UnknownID)), g.Post(t, rig.ProfilesAt, "{"),
				g.Send(t, "DELETE", rig.At(waiting), ""), g.Get(t, rig.At(rig.Failed)+"/profileStatus")} {
				assert.Regexp(t, `^\w{3}, \d\d Jun 2024 \d\d:\d\d:\d\d GMT$`, a.Header.Get("Deprecation"))
				assert.Regexp(t, `^Tue, 31 Dec 2024 \d\d:\d\d:\d\d GMT$`, a.Header.Get("Sunset"))
				assert.Equal(t, `<https://developer.microsoft-tst.com/en-us/graph/changes?$filterby=beta,Deprecated:SynchronizationProfiles&from=2024-06-01&to=2024-07-01>;rel="deprecation";type="text/html"`,
					a.Header.Get("Link"))
			}
			assert.NotContains(t, g.Get(t, "/me").Header, "Deprecation", "of this API only")
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
				test(t, rig.InEveryState(t, emulator.Options{Variants: map[string]string{v.Name: r}}))
			})
			if i == 0 {
				t.Run(v.Name+" by default", func(t *testing.T) {
					t.Parallel()
					test(t, rig.InEveryState(t))
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
			variants[name][r](t, rig.InEveryState(t, emulator.Options{Variants: together}))
		})
	}
}

func TestVariantsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		choice map[string]string
		words  []string
	}{
		"unknown variant": {map[string]string{"creatStatus": "201"}, []string{`"creatStatus"`, "createStatus"}},
		"unknown reading": {map[string]string{"createStatus": "200"}, []string{"createStatus", `"200"`, "202", "201"}},
		"empty reading":   {map[string]string{"createStatus": ""}, []string{"createStatus", "202", "201"}},
		"letter case":     {map[string]string{"retirement": "On"}, []string{"retirement", `"On"`, "on"}},
		"all that is wrong": {map[string]string{"nonsense": "1", "deleteStatus": "200", "permissions": "2017"},
			[]string{"nonsense", "deleteStatus", "permissions"}},
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
