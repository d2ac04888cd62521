package contract

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Revoked tokens meet a claims challenge that a client can answer: the claims go
// to the token endpoint, and the new token is taken, though no time has passed.
func TestRevoke(t *testing.T) {
	for _, auth := range []string{emulator.AuthStrict, emulator.AuthLenient} {
		g := rig.New(t, emulator.Options{Auth: auth, Fixture: "contoso"})
		old := g.AsUser(t, "offline_access EduAdministration.ReadWrite")
		require.Equal(t, 200, g.With(t, old.Text("access_token"), "GET", rig.ProfilesAt, "").Status)
		assert.EqualValues(t, 1, g.World().Revoke())
		a := g.With(t, old.Text("access_token"), "GET", rig.ProfilesAt, "")
		rig.WantError(t, a, 401, "InvalidAuthenticationToken",
			"Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")
		header := a.Header.Get("WWW-Authenticate")
		require.True(t, strings.HasPrefix(header, rig.Challenge+`, error="insufficient_claims", claims="`), header)
		_, quoted, _ := strings.Cut(header, `claims="`)
		claim, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(quoted, `"`))
		require.NoError(t, err)
		assert.True(t, gjson.GetBytes(claim, "access_token.nbf.essential").Bool())

		// As a client that can do this sends it: merged with what it is capable of.
		var merged map[string]map[string]any
		require.NoError(t, json.Unmarshal(claim, &merged))
		merged["access_token"]["xms_cc"] = map[string]any{"values": []string{"cp1"}}
		whole, err := json.Marshal(merged)
		require.NoError(t, err)
		fresh := g.AskToken(t, "common", "grant_type", "refresh_token", "client_id", rig.SampleApp, "refresh_token", old.Text("refresh_token"),
			"scope", "EduAdministration.ReadWrite", "claims", string(whole))
		require.Equal(t, 200, fresh.Status, fresh.Body)
		assert.Equal(t, []any{"cp1"}, rig.Claims(t, fresh.Text("access_token")).Get("xms_cc").Value())
		assert.Equal(t, 200, g.With(t, fresh.Text("access_token"), "GET", rig.ProfilesAt, "").Status)
		assert.Equal(t, 401, g.With(t, old.Text("access_token"), "GET", rig.ProfilesAt, "").Status)
		assert.Equal(t, 200, g.With(t, tokenOf(t, g, emulator.TokenOptions{}), "GET", rig.ProfilesAt, "").Status)

		g.World().Reset()
		assert.Equal(t, 200, g.With(t, old.Text("access_token"), "GET", rig.ProfilesAt, "").Status, "a reset forgets it")
		assert.EqualValues(t, 2, g.World().Revoke())
		for _, token := range []string{old.Text("access_token"), fresh.Text("access_token")} {
			assert.Equal(t, 401, g.With(t, token, "GET", rig.ProfilesAt, "").Status, "and takes no token out of reach of the next")
		}
	}
}

// What was revoked stays so in a snapshot, which holds no token, key or secret.
func TestRevocationIsSaved(t *testing.T) {
	g := rig.Strict(t)
	old := g.AsUser(t, "offline_access EduAdministration.ReadWrite")
	g.World().Revoke()
	snapshot, err := g.World().Snapshot()
	require.NoError(t, err)
	for _, secret := range []string{old.Text("access_token"), old.Text("refresh_token"), rig.SampleSecret, g.Bearer} {
		assert.NotContains(t, string(snapshot), secret)
	}
	g.World().Reset()
	require.Equal(t, 200, g.With(t, old.Text("access_token"), "GET", rig.ProfilesAt, "").Status)
	require.NoError(t, g.World().Restore(snapshot))
	assert.Equal(t, 401, g.With(t, old.Text("access_token"), "GET", rig.ProfilesAt, "").Status)
}

// The scenario token-expires refuses the third call, and the token with it.
func TestTokenExpires(t *testing.T) {
	g := rig.New(t, emulator.Options{Scenario: "token-expires", Auth: emulator.AuthStrict})
	for range 2 {
		assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
	}
	for range 2 {
		a := g.Get(t, rig.ProfilesAt)
		assert.Equal(t, 401, a.Status)
		assert.Contains(t, a.Header.Get("WWW-Authenticate"), `, claims="`)
	}
	assert.Equal(t, 200, g.With(t, tokenOf(t, g, emulator.TokenOptions{}), "GET", rig.ProfilesAt, "").Status)
}

// What was found in a token does not outlive its key.
func TestRotateKeys(t *testing.T) {
	g := rig.Strict(t)
	token := g.AsApp(t, rig.SampleSecret).Text("access_token")
	status := func() int { return g.With(t, token, "GET", rig.ProfilesAt, "").Status }
	require.Equal(t, 200, status())
	require.NoError(t, g.RotateKeys(false))
	assert.Equal(t, 200, status(), "the key before stays published")
	require.NoError(t, g.RotateKeys(false))
	assert.Equal(t, 401, status())
	token = g.AsApp(t, rig.SampleSecret).Text("access_token")
	require.Equal(t, 200, status())
	require.NoError(t, g.RotateKeys(true))
	assert.Equal(t, 401, status())
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status, "graphemu's own key stays")
}

// A token that one listener gave is good at the other, and not at a server that
// answers elsewhere, though it has the same keys.
func TestIssuersOfAServer(t *testing.T) {
	dir := t.TempDir()
	open := func() *emulatortest.Emulator {
		return emulatortest.Start(t,
			emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso", HTTP: "localhost:0", HTTPS: "localhost:0", DataDir: dir})
	}
	ask := func(g *emulatortest.Emulator, origin string) string {
		r, err := http.NewRequestWithContext(t.Context(), "POST", origin+"/common/oauth2/v2.0/token",
			strings.NewReader(strings.TrimPrefix(
				rig.Query("grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope",
					rig.GraphScope), "?")))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a, err := rig.Receive(g.Client(), r)
		require.NoError(t, err)
		return a.Text("access_token")
	}
	status := func(g *emulatortest.Emulator, origin, token string) int {
		r, err := http.NewRequestWithContext(t.Context(), "GET", origin+"/beta"+rig.ProfilesAt, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		a, err := rig.Receive(g.Client(), r)
		require.NoError(t, err)
		return a.Status
	}
	one, two := open(), open()
	token := ask(one, one.Origin("https"))
	byAddress := strings.Replace(one.Origin("http"), "localhost", "127.0.0.1", 1)
	for _, origin := range []string{one.Origin("https"), one.Origin("http"), byAddress} {
		assert.Equal(t, 200, status(one, origin, token), origin)
	}
	assert.Equal(t, 401, status(two, two.Origin("https"), token))
	assert.Equal(t, 200, status(two, two.Origin("https"), ask(two, two.Origin("http"))))
}

// Behind a mapped port the origin is known when it is asked for a token, however
// many others were asked, and whatever was found in the token before.
func TestIssuersBehindAMappedPort(t *testing.T) {
	const mapped = "https://mapped.example:31337"
	dir := t.TempDir()
	open := func() *rig.Rig {
		return rig.New(t, emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso", DataDir: dir})
	}
	one, two := open(), open()
	for i := range 120 {
		require.Equal(t, 200, one.Get(t, fmt.Sprintf("https://h%d.example/common/discovery/keys", i), "Authorization:").Status)
	}
	a := one.Form(t, mapped+"/common/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret",
		rig.SampleSecret, "scope", rig.GraphScope)
	require.Equal(t, 200, a.Status, a.Body)
	token := a.Text("access_token")
	assert.Equal(t, 200, one.With(t, token, "GET", rig.ProfilesAt, "").Status)

	require.Equal(t, 401, two.With(t, token, "GET", rig.ProfilesAt, "").Status, "it does not know yet where it is")
	require.Equal(t, 200, two.Get(t, mapped+"/common/discovery/keys", "Authorization:").Status)
	assert.Equal(t, 200, two.With(t, token, "GET", rig.ProfilesAt, "").Status)
}

// With a list of tenants strict authentication knows no other.
func TestTenantsOfAFixture(t *testing.T) {
	const north, south = "44444444-4444-4444-8444-444444444444", "55555555-5555-4555-8555-555555555555"
	file := t.TempDir() + "/fixture.json"
	require.NoError(t, os.WriteFile(file, []byte(`{"version": 1, "name": "x", "directory": {"domains": ["here.example"],
		"tenants": [{"id": "`+north+`", "displayName": "North", "domains": ["north.example"]}],
		"users": [{"userPrincipalName": "a@here.example"}],
		"apps": [{"appId": "`+rig.SampleApp+`", "displayName": "App", "secret": "`+rig.SampleSecret+
		`", "permissions": ["EduAdministration.Read.All"]}]}}`), 0o600))
	g := rig.New(t, emulator.Options{Auth: emulator.AuthStrict, Fixture: file})
	for tenant, want := range map[string]string{"here.example": emulator.DefaultTenant, "North.example": north, north: north,
		"common": emulator.DefaultTenant, emulator.DefaultTenant: emulator.DefaultTenant} {
		a := g.AskToken(t, tenant, "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope",
			rig.GraphScope)
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, want, rig.Claims(t, a.Text("access_token")).Get("tid").String(), tenant)
		assert.Equal(t, 200, g.With(t, a.Text("access_token"), "GET", rig.ProfilesAt, "").Status, tenant)
	}
	for _, tenant := range []string{south, "south.example", "south"} {
		rig.WantAADSTS(t, g.AskToken(t, tenant, "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret,
			"scope", rig.GraphScope), 400, "invalid_tenant", 90002)
	}
	assert.Len(t, g.Worlds(), 2)
}

// A tenant that no world can be is refused in lenient too, where another world
// would answer for it, and makes none.
func TestTenantsWithoutAWorld(t *testing.T) {
	for _, auth := range []string{emulator.AuthStrict, emulator.AuthLenient} {
		g := rig.New(t, emulator.Options{Auth: auth})
		for tenant, code := range map[string]int{strings.Repeat("a", 65): 90002, "-x": 90002, "_x": 90002, "a%20b": 900023, "%2e%2e": 900023,
			"consumers": 9002332, "Consumers": 9002332, "9188040d-6c67-4c5b-b112-36a304b66dad": 9002332} {
			a := g.Get(t, g.Root()+"/"+tenant+"/v2.0/.well-known/openid-configuration", "Authorization:")
			assert.EqualValues(t, code, a.JSON("error_codes.0").Int(), "%s: %s", tenant, a.Body)
		}
		assert.Len(t, g.Worlds(), 1)
	}
}

// Secrets reach neither the log nor the journal, by whatever way they come.
func TestNoSecretIsKept(t *testing.T) {
	var log strings.Builder
	g := rig.New(t, emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso",
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	const secret = "made-up-5ecret-value"
	g.AsApp(t, secret)
	g.AskToken(t, "common", "grant_type", "password", "client_id", rig.SampleApp, "username", rig.Ora, "password", secret, "scope",
		"EduAdministration.Read")
	for _, name := range []string{"code", "refresh_token", "device_code", "client_assertion", "code_verifier", "client_secret", "user_code",
		"signin"} {
		g.AskToken(t, "common", "grant_type", "authorization_code", "client_id", rig.SampleApp, "redirect_uri", "http://localhost", name, secret)
		g.Get(t, g.Root()+"/common/oauth2/v2.0/token?grant_type=client_credentials&"+name+"="+secret, "Authorization:")
		g.AskToken(t, "common", "grant_type", "refresh_token", "client_id", rig.SampleApp, name, secret)
	}
	g.Get(t, g.Root()+"/common/oauth2/v2.0/logout?id_token_hint="+secret, "Authorization:")
	g.Send(t, "POST", g.Root()+"/common/oauth2/v2.0/token", "grant_type=client_credentials&scope="+rig.GraphScope,
		"Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(rig.SampleApp+":"+secret)),
		"Content-Type: application/x-www-form-urlencoded")
	device := g.Form(t, g.Root()+"/common/oauth2/v2.0/devicecode", "client_id", rig.SampleApp, "scope", "openid")
	require.Equal(t, 200, device.Status, device.Body)
	a := g.AskToken(t, "common", "grant_type", "device_code", "client_id", rig.SampleApp, "device_code", device.Text("device_code"))
	assert.Contains(t, a.JSON("details").Raw, device.Text("user_code"), "the help says where to enter it")
	entries := g.World().Journal().Entries(journal.Filter{})
	require.Greater(t, len(entries), 15)
	text, err := json.Marshal(entries)
	require.NoError(t, err)
	for name, kept := range map[string]string{"journal": string(text), "log": log.String()} {
		for _, secret := range []string{"5ecret", device.Text("user_code"), device.Text("device_code")} {
			assert.False(t, strings.Contains(kept, secret), name) // not NotContains: it would print all
		}
	}
}

// The journal tells what came of a sign-in, and to whom.
func TestOutcomeOfSignIns(t *testing.T) {
	g := rig.Strict(t)
	last := func() journal.Entry { return g.World().Journal().Entries(journal.Filter{Limit: 1})[0] }
	g.AsApp(t, rig.SampleSecret)
	assert.Equal(t, "an access token was issued for the app "+rig.SampleApp+
		", with the roles EduAdministration.ReadWrite.All, good until 2026-01-05T06:59:59Z on this world's clock", last().Outcome)
	assert.Contains(t, last().Explain(), "What came of it: an access token was issued for the app")
	g.AsUser(t, "EduAdministration.ReadWrite")
	assert.Contains(t, last().Outcome,
		"an access token was issued for "+rig.Ora+" by the app "+rig.SampleApp+", with the scopes EduAdministration.ReadWrite, ")
	g.Code(t)
	assert.Equal(t, rig.Ora+" signed in, and an authorization code was sent to http://localhost:8400", last().Outcome)
	g.AsApp(t, "wrong")
	assert.Empty(t, last().Outcome)
}

// A browser asks before it calls, and finds out by the call itself that there can
// be no further world.
func TestPreflightMakesNoWorld(t *testing.T) {
	g := rig.New(t, emulator.Options{Limits: emulator.Limits{Worlds: 1}})
	require.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
	a := g.Send(t, "OPTIONS", g.Root()+"/north/oauth2/v2.0/token", "", "Authorization:", "Origin: http://spa.example",
		"Access-Control-Request-Method: POST")
	assert.Less(t, a.Status, 300)
	assert.NotEmpty(t, a.Header.Get("Access-Control-Allow-Origin"))
	assert.Len(t, g.Worlds(), 1)
	assert.Equal(t, 503, g.AskToken(t, "north", "grant_type", "client_credentials").Status)
}
