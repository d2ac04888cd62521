package hostile

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// guess is what a client takes the secret for.
const guess = "Gu3ss-4242"

// secretQueries ask about secrets, at every place where a query may stand.
var secretQueries = []string{
	"/users?$filter=passwordProfile/password eq '" + guess + "'",
	"/users?$filter='" + guess + "' eq passwordProfile/password",
	"/users?$filter=startswith(passwordProfile/password,'" + guess + "')",
	"/users?$filter=passwordProfile/password in ('" + guess + "','x')",
	"/users?filter=displayName eq 'a' or passwordProfile/password ge '" + guess + "'",
	"/users/$count?$filter=passwordProfile/password eq '" + guess + "'",
	"/users?$count=true&$orderby=passwordProfile/password",
	"/me?$expand=directReports($filter=microsoft.graph.user/passwordProfile/password eq '" + guess + "')",
	"/groups?$expand=members($filter=microsoft.graph.user/passwordProfile/password eq '" + guess + "')",
	"/groups/{group}/members/microsoft.graph.user?$filter=passwordProfile/password eq '" + guess + "'",
	"/groups?$filter=members/any(m:m/microsoft.graph.user/passwordProfile/password eq '" + guess + "')",
	"/directoryObjects/microsoft.graph.user?$filter=passwordProfile/password eq '" + guess + "'",
	"/directory/deletedItems/microsoft.graph.user?$filter=passwordProfile/password eq '" + guess + "'",
	"/education/users?$filter=passwordProfile/password eq '" + guess + "'",
	"/applications?$filter=passwordCredentials/any(p:p/secretText eq '" + guess + "')",
	"/applications?$filter=passwordCredentials/all(p:startswith(p/secretText,'" + guess + "'))",
	"/applications?$filter=keyCredentials/any(k:k/key eq binary'" + guess + "')",
	"/servicePrincipals?$filter=passwordCredentials/any(p:p/secretText eq '" + guess + "')",
	"/applications/{app}/passwordCredentials?$filter=secretText eq '" + guess + "'",
	"/education/synchronizationProfiles?$filter=dataProvider/microsoft.graph.educationPowerSchoolDataProvider/clientSecret eq '" + guess + "'",
	"/education/synchronizationProfiles?$orderby=dataProvider/microsoft.graph.educationPowerSchoolDataProvider/clientSecret",
	"/users?$search=\"passwordProfile/password:" + guess + "\" OR \"password:" + guess + "\" nope:x",
	// What cannot even be read.
	"/users?$filter=passwordProfile/password eq " + guess,
	"/users?$filter=passwordProfile/password plus 1 eq '" + guess + "'",
	"/users?$filter=passwordProfile/password eq '" + guess,
	"/users?$fliter=passwordProfile/password eq '" + guess + "'",
}

// No query is an oracle of a secret, and what a client guessed is in no record.
func TestSecretsAreNotGuessed(t *testing.T) {
	log := new(sink)
	g := rig.New(t, emulator.Options{Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Fixture: "contoso"})
	made := g.Post(t, "/users", `{"accountEnabled":true,"displayName":"a","mailNickname":"a","userPrincipalName":"a@contoso.edu",`+
		`"passwordProfile":{"password":"`+guess+`"}}`)
	require.Equal(t, 201, made.Status, made.Body)
	app := g.Post(t, "/applications", `{"displayName":"a"}`).Text("id")
	require.Equal(t, 200, g.Post(t, "/applications/"+app+"/addPassword", "").Status)
	fill := strings.NewReplacer("{app}", app, "{group}", g.Found(t, "/groups?$top=1").Text("value.0.id"))
	for _, variant := range []string{"strict", "lenient"} {
		set := g.Control(t, "PUT", "/worlds/default/scenario", `{"version":1,"variants":{"directoryQueries":"`+variant+`"}}`)
		require.Equal(t, 200, set.Status, set.Body)
		for _, query := range secretQueries {
			path, raw, _ := strings.Cut(fill.Replace(query), "?")
			once := path + "?" + rig.Encoded(raw)
			for _, address := range []string{once, strings.ReplaceAll(once, "%20", "+"), strings.ReplaceAll(once, "$", "%24")} {
				for _, header := range []string{"X-None: x", "ConsistencyLevel: eventual"} {
					a := g.Get(t, address+"&$count=true", header)
					assert.GreaterOrEqual(t, a.Status, 400, "%s: %s", address, a.Body)
					assert.Less(t, a.Status, 500, "%s: %s", address, a.Body)
				}
			}
			part := g.Batch(t, rig.Part("1", "GET", once), rig.Part("2", "GET", path+"?$filter="+url.QueryEscape(raw)))
			assert.Equal(t, int64(400), part["1"].Get("status").Int(), once)
		}
	}
	// The journal and the log, from here on of all that was asked.
	entries := g.World().Journal().Entries(journal.Filter{})
	require.Greater(t, len(entries), len(secretQueries))
	for _, e := range entries {
		told, err := json.Marshal(e)
		require.NoError(t, err)
		assert.NotContains(t, string(told), guess)
		assert.NotContains(t, e.Explain(), guess)
	}
	snapshot, err := g.World().Snapshot()
	require.NoError(t, err)
	assert.NotContains(t, string(snapshot), guess)
	assert.NotContains(t, log.String(), guess)
}

// What selects a secret gets none.
func TestSecretsAreNotSelected(t *testing.T) {
	g := rig.New(t)
	made := g.Post(t, "/users", `{"accountEnabled":true,"displayName":"a","mailNickname":"a","userPrincipalName":"a@contoso.edu",`+
		`"passwordProfile":{"password":"`+guess+`"}}`)
	require.Equal(t, 201, made.Status, made.Body)
	assert.NotContains(t, made.Body, guess)
	at := "/users/" + made.Text("id")
	app := g.Post(t, "/applications", `{"displayName":"a"}`).Text("id")
	secret := g.Post(t, "/applications/"+app+"/addPassword", "").Text("secretText")
	require.NotEmpty(t, secret)
	for _, path := range []string{at, at + "?$select=passwordProfile", at + "?$select=passwordProfile/password", at + "?$select=*",
		"/users?$select=passwordProfile", at + "/passwordProfile", at + "/passwordProfile/password", at + "/passwordProfile/password/$value",
		"/education" + at + "?$select=passwordProfile", "/directoryObjects" + at[len("/users"):], "/applications/" + app,
		"/applications/" + app + "?$select=passwordCredentials", "/applications/" + app + "/passwordCredentials",
		"/applications?$select=passwordCredentials/secretText"} {
		a := g.Get(t, path)
		assert.Less(t, a.Status, 500, "%s: %s", path, a.Body)
		assert.NotContains(t, a.Body, guess, path)
		assert.NotContains(t, a.Body, secret, path)
		assert.NotContains(t, a.Body, `"#password"`, path)
		assert.NotContains(t, a.Body, `"#secrets"`, path)
	}
}
