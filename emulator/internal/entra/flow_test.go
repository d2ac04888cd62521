package entra

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/ids"
)

const (
	verifier = "a-verifier-of-43-characters-at-the-very-least"
	scopes   = "openid profile email offline_access EduAdministration.Read"
)

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// with is pairs with some changed, "" for left out.
func with(pairs []string, change ...string) []string {
	v := form(pairs...)
	for i := 0; i+1 < len(change); i += 2 {
		if v.Set(change[i], change[i+1]); change[i+1] == "" {
			v.Del(change[i])
		}
	}
	var all []string
	for name := range v {
		all = append(all, name, v.Get(name))
	}
	return all
}

func request(change ...string) []string {
	return with([]string{"client_id", publicApp, "redirect_uri", callback, "response_type", "code", "scope", scopes, "state", "s t&a=te",
		"nonce", "n1",
		"code_challenge", s256(verifier), "code_challenge_method", "S256", "prompt", "none", "login_hint", "ann@contoso.edu"}, change...)
}

// authorize asks for a sign-in and returns what the app is sent.
func (g *rig) authorize(t testing.TB, change ...string) (url.Values, result) {
	t.Helper()
	a := g.get(t, "/"+tenantID+"/oauth2/v2.0/authorize", request(change...)...)
	require.Equal(t, 302, a.Status, a.body())
	at, err := url.Parse(a.Header.Get("Location"))
	require.NoError(t, err)
	if at.Fragment != "" {
		return must(url.ParseQuery(at.EscapedFragment())), a
	}
	return at.Query(), a
}

func (g *rig) code(t testing.TB, change ...string) string {
	t.Helper()
	v, _ := g.authorize(t, change...)
	require.NotEmpty(t, v.Get("code"), v.Encode())
	return v.Get("code")
}

func redemptionForm(code string, change ...string) []string {
	return with([]string{"grant_type", "authorization_code", "client_id", publicApp, "redirect_uri", callback, "code", code, "code_verifier",
		verifier, "scope", scopes, "client_info", "1"}, change...)
}

func (g *rig) redeem(t testing.TB, code string, change ...string) result {
	t.Helper()
	return g.token(t, redemptionForm(code, change...)...)
}

func TestAuthorizationCode(t *testing.T) {
	for _, strict := range []bool{true, false} {
		g := newRig(strict)
		v, _ := g.authorize(t)
		assert.Equal(t, "s t&a=te", v.Get("state"))
		assert.NotEmpty(t, v.Get("session_state"))
		a := g.redeem(t, v.Get("code")).ok()
		assert.Empty(t, a.Advice)
		m := a.JSON()
		assert.Equal(t, scopes, m["scope"])
		c := accessClaims(t, a.text("access_token"))
		assert.Equal(t, []string{"EduAdministration.Read", "openid", "profile", "email"}, c.Scopes)
		assert.Equal(t, ids.Derived("ann"), c.Object)
		assert.Equal(t, "Ann@contoso.edu", c.User)
		assert.Equal(t, "Ann Ashe", c.UserName)
		assert.Equal(t, "0", c.ClientAuth)
		assert.Equal(t, v.Get("session_state"), c.Session)
		id := idClaims(t, a.text("id_token"))
		assert.Equal(t, "n1", id.Nonce)
		assert.Equal(t, publicApp, id.App)
		assert.Equal(t, c.Issuer, id.Issuer)
		assert.Equal(t, c.Session, id.Session)
		assert.Equal(t, "ann@mail.example", id.Email)
		assert.Equal(t, "Ann@contoso.edu", id.User)
		info := must(base64.RawURLEncoding.DecodeString(a.text("client_info")))
		assert.JSONEq(t, `{"uid":"`+c.Object+`","utid":"`+tenantID+`"}`, string(info))
		assert.NotEmpty(t, m["refresh_token"])
	}
}

func TestCodeMisuse(t *testing.T) {
	for name, c := range map[string]struct {
		request, change []string
		code            int
		name            string
	}{
		"wrong verifier":             {nil, []string{"code_verifier", verifier + "x"}, 501481, "invalid_grant"},
		"short verifier":             {nil, []string{"code_verifier", "x"}, 501481, "invalid_grant"},
		"challenge as verifier":      {nil, []string{"code_verifier", s256(verifier)}, 501481, "invalid_grant"},
		"no verifier":                {nil, []string{"code_verifier", ""}, 50148, "invalid_grant"},
		"verifier without challenge": {[]string{"code_challenge", "", "code_challenge_method", ""}, nil, 501481, "invalid_grant"},
		"plain":                      {[]string{"code_challenge", verifier, "code_challenge_method", "plain"}, nil, 0, ""},
		"plain by default":           {[]string{"code_challenge", verifier, "code_challenge_method", ""}, nil, 0, ""},
		"plain, hashed":              {[]string{"code_challenge_method", "plain"}, nil, 501481, "invalid_grant"},
		"no proof at all":            {[]string{"code_challenge", "", "code_challenge_method", ""}, []string{"code_verifier", ""}, 0, ""},
		"other redirect":             {nil, []string{"redirect_uri", callback + "/"}, 500112, "invalid_grant"},
		"no redirect":                {nil, []string{"redirect_uri", ""}, 900144, "invalid_request"},
		"no code":                    {nil, []string{"code", ""}, 900144, "invalid_request"},
		"junk":                       {nil, []string{"code", "junk"}, 9002313, "invalid_grant"},
		"other client":               {nil, []string{"client_id", secretApp, "client_secret", theSecret}, 70000, "invalid_grant"},
		"secret of a public client":  {nil, []string{"client_secret", "x"}, 700025, "invalid_client"},
		"no secret":                  {[]string{"client_id", secretApp}, []string{"client_id", secretApp}, 7000218, "invalid_client"},
		"with a secret":              {[]string{"client_id", secretApp}, []string{"client_id", secretApp, "client_secret", theSecret}, 0, ""},
		"scope left out":             {nil, []string{"scope", ""}, 0, ""},
		"scope not granted":          {nil, []string{"scope", "Mail.Read"}, 65001, "invalid_grant"},
		"scopes of two resources":    {nil, []string{"scope", "User.Read api://x/y"}, 28000, "invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(true)
			code := g.code(t, c.request...)
			a := g.redeem(t, code, c.change...)
			if c.code == 0 {
				a.ok()
				return
			}
			a.refused(map[bool]int{true: 401, false: 400}[c.name == "invalid_client"], c.name, c.code, "")
			assert.NotContains(t, a.body(), code[:40])
			assert.NotContains(t, a.body(), verifier)
		})
	}
}

func TestCodeLifetime(t *testing.T) {
	g := newRig(true)
	code := g.code(t)
	g.advance(10*time.Minute - time.Second)
	early := g.redeem(t, code, "code_verifier", verifier+"x")
	early.refused(400, "invalid_grant", 501481, "")
	g.advance(time.Second)
	g.redeem(t, code).refused(400, "invalid_grant", 70008, "has expired due to inactivity")
	code = g.code(t)
	g.advance(10*time.Minute - time.Second)
	g.redeem(t, code).ok()
}

func TestCodeReplayRevokes(t *testing.T) {
	g := newRig(true)
	code := g.code(t)
	a := g.redeem(t, code).ok()
	session := accessClaims(t, a.text("access_token")).Session
	assert.False(t, g.Sessions.Revoked(session))
	g.token(t, "grant_type", "refresh_token", "client_id", publicApp, "refresh_token", a.text("refresh_token")).ok()
	g.redeem(t, code).refused(400, "invalid_grant", 54005, "OAuth2 Authorization code was already redeemed")
	assert.True(t, g.Sessions.Revoked(session))
	g.token(t, "grant_type", "refresh_token", "client_id", publicApp, "refresh_token", a.text("refresh_token")).refused(400, "invalid_grant",
		50173, "revoked")
}

func TestTampering(t *testing.T) {
	g := newRig(true)
	code := g.code(t)
	parts := strings.Split(code, ".")
	for i := range code {
		if i%37 != 0 || code[i] == '.' {
			continue
		}
		changed := code[:i] + map[bool]string{true: "A", false: "B"}[code[i] != 'A'] + code[i+1:]
		assert.NotEqual(t, 200, g.redeem(t, changed).Status, i)
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","enc":"none"}`))
	for _, bad := range []string{none + "." + strings.Join(parts[1:], "."), "....", strings.Repeat(".", 400),
		g.redeem(t, code).ok().text("refresh_token")} {
		g.redeem(t, bad).refused(400, "invalid_grant", 9002313, "malformed")
	}
}

// What another tenant gave out is refused, under either's name.
func TestForeignTenant(t *testing.T) {
	g, other := newRig(true), newRig(true)
	other.ID = "0a1b2c3d-0000-4000-8000-000000000001"
	code := other.code(t)
	g.redeem(t, code).refused(400, "invalid_grant", 700005, "other tenant")
	refresh := other.redeem(t, code).ok().text("refresh_token")
	g.token(t, "grant_type", "refresh_token", "client_id", publicApp, "refresh_token", refresh).refused(400, "invalid_grant", 7000012,
		"different tenant")
	dc := other.post(t, "/common/oauth2/v2.0/devicecode", "client_id", publicApp, "scope", scopes).ok().text("device_code")
	g.poll(t, dc).refused(400, "invalid_grant", 7000012, "different tenant")
	// A header that lies of its tenant.
	parts := strings.Split(refresh, ".")
	head := strings.Replace(string(must(base64.RawURLEncoding.DecodeString(parts[0]))), other.ID, tenantID, 1)
	parts[0] = base64.RawURLEncoding.EncodeToString([]byte(head))
	g.token(t, "grant_type", "refresh_token", "client_id", publicApp, "refresh_token", strings.Join(parts, ".")).refused(400, "invalid_grant",
		9002313, "malformed")
}

func TestRefresh(t *testing.T) {
	g := newRig(true)
	a := g.redeem(t, g.code(t)).ok()
	old := a.text("refresh_token")
	ask := func(change ...string) result {
		return g.token(t, with([]string{"grant_type", "refresh_token", "client_id", publicApp, "refresh_token", old}, change...)...)
	}
	g.advance(time.Hour)
	again := ask().ok()
	assert.Equal(t, scopes, again.text("scope"))
	assert.NotEqual(t, old, again.text("refresh_token"))
	assert.Empty(t, idClaims(t, again.text("id_token")).Nonce)
	assert.Equal(t, accessClaims(t, a.text("access_token")).Session, accessClaims(t, again.text("access_token")).Session)
	one := ask("scope", "user.read").ok()
	assert.Equal(t, []string{"User.Read"}, accessClaims(t, one.text("access_token")).Scopes)
	assert.Equal(t, "user.read", one.text("scope"))
	assert.NotEmpty(t, one.text("refresh_token"))
	assert.Empty(t, one.text("id_token"))

	all := ask("scope", graphDefault).ok()
	assert.Equal(t, graphDefault+" https://graph.microsoft.com/EduAdministration.Read https://graph.microsoft.com/User.Read",
		all.text("scope"))

	ask("refresh_token", "").refused(400, "invalid_request", 900144, "'refresh_token'")
	ask("refresh_token", "junk").refused(400, "invalid_grant", 9002313, "")
	ask("client_id", secretApp, "client_secret", theSecret).refused(400, "invalid_grant", 70000, "")
	ask("client_id", secretApp).refused(401, "invalid_client", 7000218, "'client_assertion' or 'client_secret'.")
	ask("scope", "Mail.Read").refused(400, "invalid_grant", 65001,
		"has not consented to use the application with ID '"+publicApp+"' named 'Desktop'")
	g.Users[0].Disabled = true
	ask().refused(400, "invalid_grant", 50057, "")
	g.Users[0].Disabled = false
	g.advance(90*24*time.Hour - time.Hour - time.Second)
	ask().ok()
	g.advance(time.Second)
	ask().refused(400, "invalid_grant", 700082, "was issued on 2026-03-04T05:06:07.0000000Z and was inactive for 90.00:00:00.")
}

func TestLenientUsersAndScopes(t *testing.T) {
	g := newRig(false)
	code := g.code(t, "client_id", strange, "login_hint", "New.Body@else.where", "scope", ".default openid")
	a := g.redeem(t, code, "client_id", strange, "scope", ".default openid").ok()
	c := accessClaims(t, a.text("access_token"))
	assert.Equal(t, ids.Derived(tenantID, "new.body@else.where"), c.Object)
	assert.Equal(t, "New.Body@else.where", c.User)
	assert.Equal(t, []string{"EduAdministration.ReadWrite", "openid"}, c.Scopes)
	assert.Contains(t, a.Advice, "AADSTS700016")
	a = g.redeem(t, g.code(t, "scope", "Mail.Read"), "scope", "Mail.Read").ok()
	assert.Contains(t, a.Advice, "AADSTS65001")
	assert.Equal(t, []string{"Mail.Read"}, accessClaims(t, a.text("access_token")).Scopes)
	a = g.redeem(t, g.code(t, "scope", "api://x/read offline_access"), "scope", "api://x/read offline_access").ok()
	assert.Equal(t, "api://x", accessClaims(t, a.text("access_token")).Audience)
	a = g.redeem(t, g.code(t, "scope", "offline_access"), "scope", "offline_access").ok()
	assert.Equal(t, []string{"openid"}, accessClaims(t, a.text("access_token")).Scopes)
}

func TestPassword(t *testing.T) {
	good := []string{"grant_type", "password", "client_id", publicApp, "username", "bob@contoso.edu", "password", "bob's own", "scope",
		"EduAdministration.Read openid offline_access"}
	for name, c := range map[string]struct {
		change []string
		status int
		name   string
		code   int
		both   bool
	}{
		"right":                {nil, 200, "", 0, true},
		"any password":         {[]string{"username", "ann@contoso.edu", "password", "x"}, 200, "", 0, true},
		"wrong":                {[]string{"password", "x"}, 400, "invalid_grant", 50126, false},
		"unknown user":         {[]string{"username", "zoe@contoso.edu"}, 400, "invalid_grant", 50034, false},
		"disabled":             {[]string{"username", "gone@contoso.edu"}, 400, "invalid_grant", 50057, false},
		"no name":              {[]string{"username", ""}, 400, "invalid_request", 900144, true},
		"no password":          {[]string{"password", ""}, 400, "invalid_request", 900144, true},
		"no scope":             {[]string{"scope", ""}, 400, "invalid_request", 900144, true},
		"a name that is none":  {[]string{"username", "bob"}, 400, "invalid_grant", 50034, true},
		"confidential client":  {[]string{"client_id", secretApp}, 401, "invalid_client", 7000218, false},
		"with its secret":      {[]string{"client_id", secretApp, "client_secret", theSecret}, 200, "", 0, true},
		"secret where none is": {[]string{"client_secret", "x"}, 401, "invalid_client", 700025, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, strict := range []bool{true, false} {
				a := newRig(strict).token(t, with(good, c.change...)...)
				assert.NotContains(t, a.body(), "bob's own")
				if c.status == 200 || !strict && !c.both {
					a.ok()
					assert.Equal(t, c.status != 200, a.Advice != "")
					assert.NotEmpty(t, a.text("refresh_token"))
					continue
				}
				a.refused(c.status, c.name, c.code, "")
			}
		})
	}
}
