package emulator_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/journal"
)

// tokenOf returns a token of the rig's default world.
func (g *rig) tokenOf(t *testing.T, o emulator.TokenOptions) string {
	t.Helper()
	token, err := g.World().Token(o)
	require.NoError(t, err)
	return token
}

// with sends a request with a token.
func (g *rig) with(t *testing.T, token, method, path, body string) answer {
	t.Helper()
	return g.send(t, method, path, body, "Authorization: Bearer "+token)
}

// Every 401 that graph-wire.md knows, word by word.
func TestStrictRefusals(t *testing.T) {
	g := strictRig(t)
	other := emulatortest.Start(t, emulator.Options{Auth: emulator.AuthStrict})
	foreign, err := other.Server.World(emulator.DefaultWorld)
	require.NoError(t, err)
	ofAnother, err := foreign.Token(emulator.TokenOptions{})
	require.NoError(t, err)
	const malformed = "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. " +
		"(JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'."
	for name, c := range map[string]struct{ token, code, message string }{
		"no JWT":               {"anything", "InvalidAuthenticationToken", malformed},
		"a world's name":       {"world-north", "InvalidAuthenticationToken", malformed},
		"form":                 {g.tokenOf(t, emulator.TokenOptions{Flaw: "form"}), "InvalidAuthenticationToken", malformed},
		"claims":               {g.tokenOf(t, emulator.TokenOptions{Flaw: "claims"}), "InvalidAuthenticationToken", "Access token validation failure."},
		"algorithm none":       {g.tokenOf(t, emulator.TokenOptions{Flaw: "algorithm"}), "InvalidAuthenticationToken", "Access token validation failure."},
		"key":                  {g.tokenOf(t, emulator.TokenOptions{Flaw: "key"}), "InvalidAuthenticationToken", "Invalid x5t claim."},
		"of another server":    {ofAnother, "InvalidAuthenticationToken", "Invalid x5t claim."},
		"signature":            {g.tokenOf(t, emulator.TokenOptions{Flaw: "signature"}), "InvalidAuthenticationToken", "Access token validation failure."},
		"issuer":               {g.tokenOf(t, emulator.TokenOptions{Flaw: "issuer"}), "InvalidAuthenticationToken", "Access token validation failure."},
		"audience":             {g.tokenOf(t, emulator.TokenOptions{Flaw: "audience"}), "InvalidAuthenticationToken", "Access token validation failure. Invalid audience."},
		"expired":              {g.tokenOf(t, emulator.TokenOptions{Expires: -time.Second}), "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."},
		"not yet":              {g.tokenOf(t, emulator.TokenOptions{After: time.Second}), "InvalidAuthenticationToken", "Access token has expired or is not yet valid."},
		"app of no fixture":    {g.tokenOf(t, emulator.TokenOptions{App: mintedID}), "Authorization_IdentityNotFound", "The identity of the calling application could not be established."},
		"larger than any":      {strings.Repeat("a.", 20<<10), "InvalidAuthenticationToken", malformed},
		"payload in plain":     {"e30." + `{"tid":"x"}` + ".e30", "InvalidAuthenticationToken", "Access token validation failure."},
		"header in many parts": {strings.Repeat("e30.", 9) + "e30", "InvalidAuthenticationToken", malformed},
	} {
		a := g.with(t, c.token, "GET", profilesAt, "")
		wantError(t, a, 401, c.code, c.message)
		assert.Equal(t, challenge, a.header.Get("WWW-Authenticate"), name)
		assert.Contains(t, []string{"token", "lifetime"}, a.text("error.details.0.code"), name)
		assert.NotContains(t, a.body, c.token, name)
	}
	assert.Len(t, g.Worlds(), 1, "a token that is not good makes no world")
}

// A token is good to the second, on the world's clock.
func TestStrictTimes(t *testing.T) {
	g := strictRig(t)
	token := g.tokenOf(t, emulator.TokenOptions{Expires: time.Hour, After: time.Minute})
	status := func() int { return g.with(t, token, "GET", profilesAt, "").status }
	g.advance(t, 59*time.Second)
	assert.Equal(t, 401, status())
	g.advance(t, time.Second)
	assert.Equal(t, 200, status())
	g.advance(t, time.Hour-time.Second)
	assert.Equal(t, 200, status())
	g.advance(t, time.Second)
	assert.Equal(t, 401, status())
	assert.Equal(t, 200, g.get(t, profilesAt).status, "the convenience token is good on any clock")
	g.advance(t, 200*365*24*time.Hour)
	assert.Equal(t, 200, g.get(t, profilesAt).status)
}

// A token of one world leads nowhere else.
func TestStrictWorlds(t *testing.T) {
	g := strictRig(t)
	g.create(t, csvBody("Mine"))
	north, err := g.World("north").Token(emulator.TokenOptions{})
	require.NoError(t, err)
	a := g.with(t, north, "GET", profilesAt, "")
	assert.Equal(t, 200, a.status)
	assert.NotContains(t, a.names(), "Mine")
	// With its claims changed to the other tenant the signature is no longer good.
	parts := strings.Split(north, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.ReplaceAll(string(body), g.World("north").Tenant(), emulator.DefaultTenant)))
	wantError(t, g.with(t, strings.Join(parts, "."), "GET", profilesAt, ""), 401, "InvalidAuthenticationToken", "Access token validation failure.")
}

// call is an operation with what it asks for.
type permitted struct {
	method, path, body     string
	delegated, application []string // empty: not supported
}

// The permission table of the documentation: each row refuses who lacks the
// permission, with the documented words, and nobody else for that.
func TestPermissionTable(t *testing.T) {
	read, write := []string{"EduAdministration.Read", "EduAdministration.ReadWrite"}, []string{"EduAdministration.ReadWrite"}
	readAll, writeAll := []string{"EduAdministration.Read.All", "EduAdministration.ReadWrite.All"}, []string{"EduAdministration.ReadWrite.All"}
	rows := map[string]permitted{
		"create":       {"POST", profilesAt, csvBody("N"), write, nil},
		"update":       {"PATCH", at(mintedID), "{}", write, writeAll},
		"delete":       {"DELETE", at(mintedID), "", write, writeAll},
		"start":        {"POST", at(mintedID) + "/start", "", write, writeAll},
		"pause":        {"POST", at(mintedID) + "/pause", "", write, writeAll},
		"resume":       {"POST", at(mintedID) + "/resume", "", write, writeAll},
		"reset":        {"POST", at(mintedID) + "/reset", "", write, writeAll},
		"uploadUrl":    {"GET", at(mintedID) + "/uploadUrl", "", write, writeAll},
		"list":         {"GET", profilesAt, "", read, readAll},
		"count":        {"GET", profilesAt + "/$count", "", read, readAll},
		"get":          {"GET", at(mintedID), "", read, readAll},
		"status":       {"GET", at(mintedID) + "/profileStatus", "", read, readAll},
		"errors":       {"GET", at(mintedID) + "/errors", "", read, readAll},
		"errors count": {"GET", at(mintedID) + "/errors/$count", "", read, readAll},
		"error":        {"GET", at(mintedID) + "/errors/x", "", read, readAll},
	}
	all := append(append([]string{}, read...), append(readAll, "EduRoster.Read", "EduRoster.Read.All", "User.Read.All")...)
	for _, generation := range []string{"2021", "2018"} {
		g := newRig(t, emulator.Options{Auth: emulator.AuthStrict, Variants: map[string]string{"permissions": generation}})
		for name, row := range rows {
			if generation == "2018" {
				row.application = nil
			}
			for _, p := range all {
				a := g.with(t, g.tokenOf(t, emulator.TokenOptions{Scopes: []string{p}}), row.method, row.path, row.body)
				judge(t, a, has(row.delegated, p), "Required scp claim values are not provided.", generation, name, "delegated", p)
				a = g.with(t, g.tokenOf(t, emulator.TokenOptions{Roles: []string{p}}), row.method, row.path, row.body)
				words := "Required roles claim values are not provided."
				if row.application == nil {
					words = "Required scp claim values are not provided."
				}
				judge(t, a, has(row.application, p), words, generation, name, "application", p)
			}
		}
	}
}

func has(list []string, p string) bool {
	for _, q := range list {
		if p == q {
			return true
		}
	}
	return false
}

func judge(t *testing.T, a answer, allowed bool, words string, about ...string) {
	t.Helper()
	if allowed {
		assert.NotContains(t, []int{401, 403}, a.status, "%v: %s", about, a.body)
		return
	}
	assert.Equal(t, 403, a.status, "%v", about)
	assert.Equal(t, "AccessDenied", a.text("error.code"), "%v", about)
	assert.Equal(t, words, a.text("error.message"), "%v", about)
}

// The words of other workloads, and of who has no permission at all.
func TestPermissionWords(t *testing.T) {
	g := strictRig(t)
	app := g.askToken(t, "common", "grant_type", "client_credentials", "client_id", sampleApp, "client_secret", sampleSecret, "scope", graphScope).text("access_token")
	wantError(t, g.with(t, app, "GET", "/users", ""), 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	wantError(t, g.with(t, app, "GET", "/subscribedSkus", ""), 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	wantError(t, g.with(t, app, "GET", "/education/users", ""), 403, "AccessDenied", "Required claim values are not provided.")
	wantError(t, g.with(t, app, "GET", "/education/schools", ""), 403, "AccessDenied", "Required roles claim values are not provided.")
	for scope, path := range map[string]string{"EduRoster.ReadBasic": "/education/schools", "EduRoster.Read": "/education/users", "User.Read.All": "/users", "Organization.Read.All": "/subscribedSkus"} {
		assert.Equal(t, 200, g.with(t, g.tokenOf(t, emulator.TokenOptions{Scopes: []string{scope}}), "GET", path, "").status, path)
	}
	none := g.tokenOf(t, emulator.TokenOptions{Scopes: []string{"Mail.Read"}})
	wantError(t, g.with(t, none, "GET", profilesAt, ""), 403, "AccessDenied", "Required scp claim values are not provided.")
}

// A part of a batch needs its own permission; the batch itself only a token.
func TestStrictBatch(t *testing.T) {
	g := strictRig(t)
	batch := `{"requests":[{"id":"1","method":"GET","url":"` + profilesAt + `"},{"id":"2","method":"POST","url":"` + profilesAt + `","headers":{"Content-Type":"application/json"},"body":` + csvBody("N") + `}]}`
	a := g.with(t, g.tokenOf(t, emulator.TokenOptions{Scopes: []string{"EduAdministration.Read"}}), "POST", "/$batch", batch)
	require.Equal(t, 200, a.status, a.body)
	assert.EqualValues(t, 200, a.json(`responses.#(id=="1").status`).Num)
	assert.EqualValues(t, 403, a.json(`responses.#(id=="2").status`).Num)
	assert.Equal(t, 401, g.with(t, "x", "POST", "/$batch", batch).status)
}

// In lenient everything passes, and the journal tells what strict would refuse.
func TestAdvice(t *testing.T) {
	g := newRig(t)
	for token, want := range map[string]string{
		"anything": `strict authentication would answer 401 InvalidAuthenticationToken, "IDX14100: JWT is not well formed, there are no dots (.).": the token is no JWT`,
		g.token:    "",
		g.tokenOf(t, emulator.TokenOptions{Expires: -time.Hour}):                           "the token has expired on this world's clock",
		g.tokenOf(t, emulator.TokenOptions{Scopes: []string{"EduRoster.Read"}}):            `403 AccessDenied, "Required scp claim values are not provided.": profiles.list needs the delegated permission EduAdministration.Read or EduAdministration.ReadWrite`,
		g.tokenOf(t, emulator.TokenOptions{Flaw: "audience"}):                              "the token is not for Graph",
		g.tokenOf(t, emulator.TokenOptions{Roles: []string{"EduAdministration.Read.All"}}): "",
	} {
		require.Equal(t, 200, g.with(t, token, "GET", profilesAt, "").status)
		e := g.World().Journal().Entries(journal.Filter{Limit: 1})[0]
		if want == "" {
			assert.Empty(t, e.Advice)
		} else {
			assert.Contains(t, e.Advice, want)
		}
	}
	off := newRig(t, emulator.Options{Auth: emulator.AuthOff})
	require.Equal(t, 200, off.with(t, "anything", "GET", profilesAt, "").status)
	assert.Empty(t, off.World().Journal().Entries(journal.Filter{Limit: 1})[0].Advice)
}

// A code that was redeemed twice takes back what it gave, after a restore as well.
func TestReplayIsSaved(t *testing.T) {
	g := strictRig(t)
	code := g.code(t)
	redeem := func() answer {
		return g.askToken(t, "common", "grant_type", "authorization_code", "client_id", sampleApp, "code", code, "redirect_uri", "http://localhost:8400")
	}
	given := redeem()
	require.Equal(t, 200, given.status, given.body)
	require.Equal(t, 400, redeem().status)
	revoked := func() {
		t.Helper()
		wantAADSTS(t, g.askToken(t, "common", "grant_type", "refresh_token", "client_id", sampleApp, "refresh_token", given.text("refresh_token")), 400, "invalid_grant", 50173)
		assert.Equal(t, 401, g.with(t, given.text("access_token"), "GET", profilesAt, "").status)
	}
	revoked()
	snapshot, err := g.World().Snapshot()
	require.NoError(t, err)
	require.NoError(t, g.World().Restore(snapshot))
	revoked()
	for _, bad := range []string{`"sessions":["x"]`, `"revoked":9007199254740993`} {
		text := strings.Replace(string(snapshot), "{", "{"+bad+",", 1)
		if name, _, _ := strings.Cut(bad, ":"); name == `"sessions"` {
			before, _, _ := strings.Cut(text, `"sessions": [`)
			text = strings.TrimRight(before, " \n,") + "}"
		}
		assert.ErrorContains(t, g.World().Restore([]byte(text)), "/"+strings.Split(bad, `"`)[1])
	}
	revoked()
}

// A verdict tells of calls that were refused for their token, but not of one whose
// time was over: a client gets another and goes on.
func TestVerdictOnRefusals(t *testing.T) {
	g := newRig(t, emulator.Options{Auth: emulator.AuthStrict, Verify: emulator.VerifyOff})
	g.with(t, g.tokenOf(t, emulator.TokenOptions{Expires: -time.Hour}), "GET", profilesAt, "")
	assert.Empty(t, g.Verify().Warnings)
	app := g.tokenOf(t, emulator.TokenOptions{Roles: []string{"EduAdministration.ReadWrite.All"}})
	for range 2 {
		g.with(t, app, "POST", profilesAt, csvBody("N"))
	}
	g.with(t, "x", "GET", profilesAt, "")
	warnings := g.Verify().Warnings
	require.Len(t, warnings, 2)
	assert.Equal(t, "2 calls were refused for the token: profiles.create is not supported with application permissions; "+
		"it needs the delegated permission EduAdministration.ReadWrite: "+
		"sign a user in (authorization code, device code or password), or take the token of graphemu token --scopes EduAdministration.ReadWrite",
		warnings[0].Message)
	assert.Equal(t, "1 call was refused for the token: the token is no JWT", warnings[1].Message)
	assert.Equal(t, []uint64{2, 3}, warnings[0].Entries)
}
