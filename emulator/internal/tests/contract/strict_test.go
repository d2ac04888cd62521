package contract

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// tokenOf returns a token of the rig's default world.
func tokenOf(t *testing.T, g *rig.Rig, o emulator.TokenOptions) string {
	t.Helper()
	token, err := g.World().Token(o)
	require.NoError(t, err)
	return token
}

// Every 401 that graph-wire.md knows, word by word.
func TestStrictRefusals(t *testing.T) {
	g := rig.Strict(t)
	other := emulatortest.Start(t, emulator.Options{Auth: emulator.AuthStrict})
	foreign, err := other.Server.World(emulator.DefaultWorld)
	require.NoError(t, err)
	ofAnother, err := foreign.Token(emulator.TokenOptions{})
	require.NoError(t, err)
	const malformed = "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. " +
		"(JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'."
	for name, c := range map[string]struct{ token, code, message string }{
		"no JWT":         {"anything", "InvalidAuthenticationToken", malformed},
		"a world's name": {"world-north", "InvalidAuthenticationToken", malformed},
		"form":           {tokenOf(t, g, emulator.TokenOptions{Flaw: "form"}), "InvalidAuthenticationToken", malformed},
		"claims": {tokenOf(t, g, emulator.TokenOptions{Flaw: "claims"}), "InvalidAuthenticationToken",
			"Access token validation failure."},
		"algorithm none": {tokenOf(t, g, emulator.TokenOptions{Flaw: "algorithm"}), "InvalidAuthenticationToken",
			"Access token validation failure."},
		"key":               {tokenOf(t, g, emulator.TokenOptions{Flaw: "key"}), "InvalidAuthenticationToken", "Invalid x5t claim."},
		"of another server": {ofAnother, "InvalidAuthenticationToken", "Invalid x5t claim."},
		"signature": {tokenOf(t, g, emulator.TokenOptions{Flaw: "signature"}), "InvalidAuthenticationToken",
			"Access token validation failure."},
		"issuer": {tokenOf(t, g, emulator.TokenOptions{Flaw: "issuer"}), "InvalidAuthenticationToken",
			"Access token validation failure."},
		"audience": {tokenOf(t, g, emulator.TokenOptions{Flaw: "audience"}), "InvalidAuthenticationToken",
			"Access token validation failure. Invalid audience."},
		"expired": {tokenOf(t, g, emulator.TokenOptions{Expires: -time.Second}), "InvalidAuthenticationToken",
			"Lifetime validation failed, the token is expired."},
		"not yet": {tokenOf(t, g, emulator.TokenOptions{After: time.Second}), "InvalidAuthenticationToken",
			"Access token has expired or is not yet valid."},
		"app of no fixture": {tokenOf(t, g, emulator.TokenOptions{App: rig.UnknownID}), "Authorization_IdentityNotFound",
			"The identity of the calling application could not be established."},
		"larger than any":      {strings.Repeat("a.", 20<<10), "InvalidAuthenticationToken", malformed},
		"payload in plain":     {"e30." + `{"tid":"x"}` + ".e30", "InvalidAuthenticationToken", "Access token validation failure."},
		"header in many parts": {strings.Repeat("e30.", 9) + "e30", "InvalidAuthenticationToken", malformed},
	} {
		a := g.With(t, c.token, "GET", rig.ProfilesAt, "")
		rig.WantError(t, a, 401, c.code, c.message)
		assert.Equal(t, rig.Challenge, a.Header.Get("WWW-Authenticate"), name)
		assert.Contains(t, []string{"token", "lifetime"}, a.Text("error.details.0.code"), name)
		assert.NotContains(t, a.Body, c.token, name)
	}
	assert.Len(t, g.Worlds(), 1, "a token that is not good makes no world")
}

// A token is good to the second, on the world's clock.
func TestStrictTimes(t *testing.T) {
	g := rig.Strict(t)
	token := tokenOf(t, g, emulator.TokenOptions{Expires: time.Hour, After: time.Minute})
	status := func() int { return g.With(t, token, "GET", rig.ProfilesAt, "").Status }
	g.Advance(t, 59*time.Second)
	assert.Equal(t, 401, status())
	g.Advance(t, time.Second)
	assert.Equal(t, 200, status())
	g.Advance(t, time.Hour-time.Second)
	assert.Equal(t, 200, status())
	g.Advance(t, time.Second)
	assert.Equal(t, 401, status())
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status, "the convenience token is good on any clock")
	g.Advance(t, 200*365*24*time.Hour)
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
}

// A token of one world leads nowhere else.
func TestStrictWorlds(t *testing.T) {
	g := rig.Strict(t)
	g.Create(t, rig.CSVBody("Mine"))
	north, err := g.World("north").Token(emulator.TokenOptions{})
	require.NoError(t, err)
	a := g.With(t, north, "GET", rig.ProfilesAt, "")
	assert.Equal(t, 200, a.Status)
	assert.NotContains(t, a.Names(), "Mine")
	// With its claims changed to the other tenant the signature is no longer good.
	parts := strings.Split(north, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	parts[1] = base64.RawURLEncoding.EncodeToString(
		[]byte(strings.ReplaceAll(string(body), g.World("north").Tenant(), emulator.DefaultTenant)))
	rig.WantError(t, g.With(t, strings.Join(parts, "."), "GET", rig.ProfilesAt, ""), 401, "InvalidAuthenticationToken",
		"Access token validation failure.")
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
		"create":       {"POST", rig.ProfilesAt, rig.CSVBody("N"), write, nil},
		"update":       {"PATCH", rig.At(rig.UnknownID), "{}", write, writeAll},
		"delete":       {"DELETE", rig.At(rig.UnknownID), "", write, writeAll},
		"start":        {"POST", rig.At(rig.UnknownID) + "/start", "", write, writeAll},
		"pause":        {"POST", rig.At(rig.UnknownID) + "/pause", "", write, writeAll},
		"resume":       {"POST", rig.At(rig.UnknownID) + "/resume", "", write, writeAll},
		"reset":        {"POST", rig.At(rig.UnknownID) + "/reset", "", write, writeAll},
		"uploadUrl":    {"GET", rig.At(rig.UnknownID) + "/uploadUrl", "", write, writeAll},
		"list":         {"GET", rig.ProfilesAt, "", read, readAll},
		"count":        {"GET", rig.ProfilesAt + "/$count", "", read, readAll},
		"get":          {"GET", rig.At(rig.UnknownID), "", read, readAll},
		"status":       {"GET", rig.At(rig.UnknownID) + "/profileStatus", "", read, readAll},
		"errors":       {"GET", rig.At(rig.UnknownID) + "/errors", "", read, readAll},
		"errors count": {"GET", rig.At(rig.UnknownID) + "/errors/$count", "", read, readAll},
		"error":        {"GET", rig.At(rig.UnknownID) + "/errors/x", "", read, readAll},
	}
	all := append(append([]string{}, read...), append(readAll, "EduRoster.Read", "EduRoster.Read.All", "User.Read.All")...)
	for _, generation := range []string{"2021", "2018"} {
		g := rig.New(t, emulator.Options{Auth: emulator.AuthStrict, Variants: map[string]string{"permissions": generation}})
		for name, row := range rows {
			if generation == "2018" {
				row.application = nil
			}
			for _, p := range all {
				a := g.With(t, tokenOf(t, g, emulator.TokenOptions{Scopes: []string{p}}), row.method, row.path, row.body)
				judge(t, a, has(row.delegated, p), "Required scp claim values are not provided.", generation, name, "delegated", p)
				a = g.With(t, tokenOf(t, g, emulator.TokenOptions{Roles: []string{p}}), row.method, row.path, row.body)
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

func judge(t *testing.T, a rig.Answer, allowed bool, words string, about ...string) {
	t.Helper()
	if allowed {
		assert.NotContains(t, []int{401, 403}, a.Status, "%v: %s", about, a.Body)
		return
	}
	assert.Equal(t, 403, a.Status, "%v", about)
	assert.Equal(t, "AccessDenied", a.Text("error.code"), "%v", about)
	assert.Equal(t, words, a.Text("error.message"), "%v", about)
}

// The words of other workloads, and of who has no permission at all.
func TestPermissionWords(t *testing.T) {
	g := rig.Strict(t)
	app := g.AskToken(t, "common", "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope",
		rig.GraphScope).Text("access_token")
	rig.WantError(t, g.With(t, app, "GET", "/users", ""), 403, "Authorization_RequestDenied",
		"Insufficient privileges to complete the operation.")
	rig.WantError(t, g.With(t, app, "GET", "/subscribedSkus", ""), 403, "Authorization_RequestDenied",
		"Insufficient privileges to complete the operation.")
	rig.WantError(t, g.With(t, app, "GET", "/education/users", ""), 403, "AccessDenied", "Required claim values are not provided.")
	rig.WantError(t, g.With(t, app, "GET", "/education/schools", ""), 403, "AccessDenied", "Required roles claim values are not provided.")
	for scope, path := range map[string]string{"EduRoster.ReadBasic": "/education/schools", "EduRoster.Read": "/education/users",
		"User.Read.All": "/users", "Organization.Read.All": "/subscribedSkus"} {
		assert.Equal(t, 200, g.With(t, tokenOf(t, g, emulator.TokenOptions{Scopes: []string{scope}}), "GET", path, "").Status, path)
	}
	none := tokenOf(t, g, emulator.TokenOptions{Scopes: []string{"Mail.Read"}})
	rig.WantError(t, g.With(t, none, "GET", rig.ProfilesAt, ""), 403, "AccessDenied", "Required scp claim values are not provided.")
}

// A part of a batch needs its own permission; the batch itself only a token.
func TestStrictBatch(t *testing.T) {
	g := rig.Strict(t)
	batch := `{"requests":[{"id":"1","method":"GET","url":"` + rig.ProfilesAt + `"},{"id":"2","method":"POST","url":"` + rig.ProfilesAt +
		`","headers":{"Content-Type":"application/json"},"body":` + rig.CSVBody("N") + `}]}`
	a := g.With(t, tokenOf(t, g, emulator.TokenOptions{Scopes: []string{"EduAdministration.Read"}}), "POST", "/$batch", batch)
	require.Equal(t, 200, a.Status, a.Body)
	assert.EqualValues(t, 200, a.JSON(`responses.#(id=="1").status`).Num)
	assert.EqualValues(t, 403, a.JSON(`responses.#(id=="2").status`).Num)
	assert.Equal(t, 401, g.With(t, "x", "POST", "/$batch", batch).Status)
}

// In lenient everything passes, and the journal tells what strict would refuse.
func TestAdvice(t *testing.T) {
	g := rig.New(t)
	for token, want := range map[string]string{
		"anything": `strict authentication would answer 401 InvalidAuthenticationToken, "IDX14100: JWT is not well formed, there are no dots (.).": the token is no JWT`,
		g.Bearer:   "",
		tokenOf(t, g, emulator.TokenOptions{Expires: -time.Hour}):                           "the token has expired on this world's clock",
		tokenOf(t, g, emulator.TokenOptions{Scopes: []string{"EduRoster.Read"}}):            `403 AccessDenied, "Required scp claim values are not provided.": profiles.list needs the delegated permission EduAdministration.Read or EduAdministration.ReadWrite`,
		tokenOf(t, g, emulator.TokenOptions{Flaw: "audience"}):                              "the token is not for Graph",
		tokenOf(t, g, emulator.TokenOptions{Roles: []string{"EduAdministration.Read.All"}}): "",
	} {
		require.Equal(t, 200, g.With(t, token, "GET", rig.ProfilesAt, "").Status)
		e := g.World().Journal().Entries(journal.Filter{Limit: 1})[0]
		if want == "" {
			assert.Empty(t, e.Advice)
		} else {
			assert.Contains(t, e.Advice, want)
		}
	}
	off := rig.New(t, emulator.Options{Auth: emulator.AuthOff})
	require.Equal(t, 200, off.With(t, "anything", "GET", rig.ProfilesAt, "").Status)
	assert.Empty(t, off.World().Journal().Entries(journal.Filter{Limit: 1})[0].Advice)
}

// A code that was redeemed twice takes back what it gave, after a restore as well.
func TestReplayIsSaved(t *testing.T) {
	g := rig.Strict(t)
	code := g.Code(t)
	redeem := func() rig.Answer {
		return g.AskToken(t, "common", "grant_type", "authorization_code", "client_id", rig.SampleApp, "code", code, "redirect_uri",
			"http://localhost:8400")
	}
	given := redeem()
	require.Equal(t, 200, given.Status, given.Body)
	require.Equal(t, 400, redeem().Status)
	revoked := func() {
		t.Helper()
		rig.WantAADSTS(t, g.AskToken(t, "common", "grant_type", "refresh_token", "client_id", rig.SampleApp, "refresh_token",
			given.Text("refresh_token")), 400, "invalid_grant", 50173)
		assert.Equal(t, 401, g.With(t, given.Text("access_token"), "GET", rig.ProfilesAt, "").Status)
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
	g := rig.New(t, emulator.Options{Auth: emulator.AuthStrict, Verify: emulator.VerifyOff})
	g.With(t, tokenOf(t, g, emulator.TokenOptions{Expires: -time.Hour}), "GET", rig.ProfilesAt, "")
	assert.Empty(t, g.Verify().Warnings)
	app := tokenOf(t, g, emulator.TokenOptions{Roles: []string{"EduAdministration.ReadWrite.All"}})
	for range 2 {
		g.With(t, app, "POST", rig.ProfilesAt, rig.CSVBody("N"))
	}
	g.With(t, "x", "GET", rig.ProfilesAt, "")
	warnings := g.Verify().Warnings
	require.Len(t, warnings, 2)
	assert.Equal(t, "2 calls were refused for the token: profiles.create is not supported with application permissions; "+
		"it needs the delegated permission EduAdministration.ReadWrite: "+
		"sign a user in (authorization code, device code or password), or take the token of graphemu token --scopes EduAdministration.ReadWrite",
		warnings[0].Message)
	assert.Equal(t, "1 call was refused for the token: the token is no JWT", warnings[1].Message)
	assert.Equal(t, []uint64{2, 3}, warnings[0].Entries)
}
