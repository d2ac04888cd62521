package state

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A snapshot from before there were objects is read: its accounts, schools, classes and
// education users become objects with the same ids, and its profiles still know theirs.
func TestSnapshotsFromBeforeObjects(t *testing.T) {
	old, err := os.ReadFile("testdata/before-objects.json")
	require.NoError(t, err)
	g := rig.New(t)
	require.NoError(t, g.World().Restore(old))
	check := func() {
		t.Helper()
		school := g.Found(t, "/education/schools").JSON("value.0")
		assert.Equal(t, []string{"af661521-e198-43e8-a46d-523fef950ef6", "North Elementary", "S1", "Oslo"},
			[]string{school.Get("id").Str, school.Get("displayName").Str, school.Get("externalId").Str, school.Get("address.city").Str})
		classes := g.Found(t, "/education/classes")
		assert.Equal(t, []string{"fa24b5b3-5a3c-4356-9028-d81fd87ca341", "bd5adf03-64b8-446b-ae82-d97aa70f3e5b"}, classes.Texts("value.#.id"))
		assert.Equal(t, []string{"Section_C1", "Section_C2"}, classes.Texts("value.#.mailNickname"))
		assert.Equal(t, []string{"Spring", "Spring"}, classes.Texts("value.#.term.displayName"))
		assert.Equal(t, []string{"Root", "Old", "Ada Lovelace", "Cy Young", "Tess Stone"}, g.Found(t, "/users").Names())
		users := g.Found(t, "/education/users"+rig.Query("$orderby", "displayName"))
		assert.Equal(t, []string{"Ada Lovelace", "Cy Young", "Old", "Tess Stone"}, users.Names())
		assert.Equal(t, []string{"1", "3", "2"}, users.Texts("value.#.student.externalId"))
		assert.Equal(t, "458c8b13-4cc8-47aa-b70c-10e19c36d931", users.Text("value.2.id"))
		assert.Equal(t, "false", users.JSON("value.2.accountEnabled").Raw)
		assert.Equal(t, []string{"Ada Lovelace", "Old", "Tess Stone"},
			g.Found(t, "/education/classes/fa24b5b3-5a3c-4356-9028-d81fd87ca341/members"+rig.Query("$orderby", "displayName")).Names())
		assert.Equal(t, []string{"Tess Stone"}, g.Found(t, "/education/classes/fa24b5b3-5a3c-4356-9028-d81fd87ca341/teachers").Names())
		assert.Len(t, g.Found(t, "/education/schools/af661521-e198-43e8-a46d-523fef950ef6/users").Names(), 4)
		assert.Equal(t, []string{"Maths 1", "Art 1"}, g.Found(t, "/education/schools/af661521-e198-43e8-a46d-523fef950ef6/classes").Names())
		assert.Equal(t, "6fd2c87f-b296-42f0-b197-1e91e994b900", g.Found(t, "/users/ada@contoso.edu").Text("assignedLicenses.0.skuId"))
	}
	check()
	id := g.Found(t, rig.ProfilesAt).Text("value.0.id")
	require.Equal(t, 200, g.Post(t, rig.At(id)+"/reset", "").Status)
	g.Advance(t, time.Minute)
	require.Equal(t, "success", g.Status(t, id))
	check()

	// What is saved now is read, too, and is the same again.
	now, err := g.World().Snapshot()
	require.NoError(t, err)
	require.NoError(t, rig.New(t).World().Restore(now))
	require.NoError(t, g.World().Restore(now))
	check()

	for spoiled, want := range map[string]string{
		`"account": 2`:      "/directory/users/0/account: 77",
		`"role": "teacher"`: `/directory/users/3/role: "head"`,
	} {
		name, _, _ := strings.Cut(spoiled, ":")
		bad := strings.Replace(string(old), spoiled, name+map[string]string{`"account"`: ": 77", `"role"`: `: "head"`}[name], 1)
		require.True(t, json.Valid([]byte(bad)))
		assert.ErrorContains(t, g.World().Restore([]byte(bad)), want)
	}
	check()
}

// In a snapshot from before the fixture's apps were objects, they become ones: an app goes
// on signing in, and what its token is of is there.
func TestSnapshotsFromBeforeAppsWereObjects(t *testing.T) {
	old, err := os.ReadFile("testdata/before-apps.json")
	require.NoError(t, err)
	g := rig.New(t)
	require.NoError(t, g.World().Restore(old))
	assert.Equal(t, []string{"Administrator", "Ann"}, g.Found(t, "/users").Names())
	id, secret := g.App()
	app := g.Found(t, "/servicePrincipals"+rig.Query("$filter", "appId eq '"+id+"'"))
	require.Len(t, app.Names(), 1)
	assert.NotEmpty(t, g.Found(t, "/servicePrincipals/"+app.Text("value.0.id")+"/appRoleAssignments").Texts("value.#.id"))
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
		"scope": {"https://graph.microsoft.com/.default"}}
	r, err := g.Client().PostForm(g.Root()+"/"+g.World().Tenant()+"/oauth2/v2.0/token", form)
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, http.StatusOK, r.StatusCode)

	now, err := g.World().Snapshot()
	require.NoError(t, err)
	again := rig.New(t)
	require.NoError(t, again.World().Restore(now))
	assert.Len(t, again.Found(t, "/applications").Names(), 1, "they are made once")
}
