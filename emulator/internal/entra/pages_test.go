package entra

import (
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hidden is the sealed request that a page carries.
func (r result) hidden() string {
	r.t.Helper()
	found := regexp.MustCompile(`name="signin" value="([^"]+)"`).FindStringSubmatch(r.body())
	require.NotNil(r.t, found, r.body())
	return html.UnescapeString(found[1])
}

func TestSigninPage(t *testing.T) {
	g := newRig(true)
	path := "/" + tenantID + "/oauth2/v2.0/authorize"
	page := g.get(t, path, request("prompt", "select_account")...).ok()
	assert.Contains(t, page.body(), "graphemu sign-in: this is a local emulator")
	assert.Contains(t, page.body(), "Ann@contoso.edu")
	assert.NotContains(t, page.body(), "gone@contoso.edu")
	assert.Contains(t, page.body(), "Desktop")
	cookie := g.jar["graphemu-signin"]
	require.NotNil(t, cookie)
	assert.True(t, cookie.HttpOnly && cookie.Secure)
	assert.Contains(t, page.Header.Get("Set-Cookie"), "SameSite=Lax")
	assert.Equal(t, "/"+tenantID+"/", cookie.Path)
	for name, want := range map[string]string{"Referrer-Policy": "same-origin", "X-Frame-Options": "DENY", "Pragma": "no-cache"} {
		assert.Equal(t, want, page.Header.Get(name))
	}
	policy := page.Header.Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'")
	assert.Contains(t, policy, "frame-ancestors 'none'")
	assert.Contains(t, policy, "form-action 'self' http: https:")
	assert.NotContains(t, policy, "script-src")
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page.body())
	assert.Contains(t, policy, "style-src "+hashSource(style[1]))

	a := g.post(t, path, "signin", page.hidden(), "user", "bob@contoso.edu")
	require.Equal(t, 302, a.Status, a.body())
	at := must(url.Parse(a.Header.Get("Location")))
	given := g.redeem(t, at.Query().Get("code")).ok()
	assert.Equal(t, "bob@contoso.edu", accessClaims(t, given.text("access_token")).User)
	assert.Equal(t, "s t&a=te", at.Query().Get("state"))

	a = g.post(t, path, "signin", page.hidden(), "action", "cancel")
	assert.Contains(t, a.Header.Get("Location"), "error=access_denied")
	assert.Equal(t, 65004, a.Failure.Code)
	g.post(t, path, "signin", page.hidden(), "user", "nobody@contoso.edu").refused(400, "invalid_grant", 50034, "")
	g.post(t, path, "signin", page.hidden(), "user", "gone@contoso.edu").refused(400, "invalid_grant", 50057, "")
	g.advance(time.Hour)
	g.post(t, path, "signin", page.hidden(), "user", "bob@contoso.edu").refused(400, "invalid_request", 165000, "request tokens do not match")

	g = newRig(false)
	g.Users = nil
	page = g.get(t, "/common/oauth2/v2.0/authorize", request("prompt", "", "login_hint", "")...).ok()
	assert.Contains(t, page.body(), "someone@contoso.edu")
	require.Equal(t, 302, g.post(t, "/common/oauth2/v2.0/authorize", "signin", page.hidden(), "user", "someone@contoso.edu").Status)
	// The request itself may be posted.
	g.post(t, path, request("prompt", "login")...).ok()
	for range 150 {
		g.Users = append(g.Users, User{PrincipalName: "u@contoso.edu"})
	}
	assert.Contains(t, g.get(t, path, request("prompt", "login")...).ok().body(), "There are 50 more")
}

func TestForgedForms(t *testing.T) {
	path := "/" + tenantID + "/oauth2/v2.0/authorize"
	g := newRig(true)
	page := g.get(t, path, request("prompt", "login")...).ok()
	device := g.get(t, "/"+tenantID+"/oauth2/deviceauth").ok()
	for name, c := range map[string]struct {
		sealed  string
		headers []string
		jar     bool
		ok      bool
	}{
		"as by a browser":        {page.hidden(), []string{"Origin", origin, "Sec-Fetch-Site", "same-origin"}, true, true},
		"as by a script":         {page.hidden(), nil, true, true},
		"another of our origins": {page.hidden(), []string{"Origin", "https://127.0.0.1:9443"}, true, true},
		"no referrer":            {page.hidden(), []string{"Origin", "null", "Sec-Fetch-Site", "same-origin"}, true, true},
		"other origin":           {page.hidden(), []string{"Origin", "https://evil.example"}, true, false},
		"other port":             {page.hidden(), []string{"Origin", "https://localhost:1"}, true, false},
		"null":                   {page.hidden(), []string{"Origin", "null"}, true, false},
		"null, cross-site":       {page.hidden(), []string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, true, false},
		"same site":              {page.hidden(), []string{"Sec-Fetch-Site", "same-site"}, true, false},
		"no cookie":              {page.hidden(), nil, false, false},
		"other cookie":           {page.hidden(), []string{"Cookie", "graphemu-signin=AAAAAAAAAAAAAAAAAAAAAAAA"}, false, false},
		"another page's":         {device.hidden(), nil, true, false},
		"junk":                   {"junk", nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newRig(true)
			if c.jar {
				h.jar = g.jar
			}
			r := posting(path, form("signin", c.sealed, "user", "ann@contoso.edu").Encode())
			for i := 0; i+1 < len(c.headers); i += 2 {
				r.Header.Set(c.headers[i], c.headers[i+1])
			}
			a := h.do(t, r)
			if c.ok {
				assert.Equal(t, 302, a.Status, a.body())
				return
			}
			a.refused(400, "invalid_request", 165000, "")
			assert.Empty(t, a.Header.Get("Location"))
		})
	}
	r := httptest.NewRequest("GET", origin+path+"?"+form("signin", page.hidden(), "user", "ann@contoso.edu").Encode(), nil)
	g.do(t, r).refused(400, "invalid_request", 165000, "")
}

func TestDevicePage(t *testing.T) {
	g := newRig(true)
	path := "/" + tenantID + "/oauth2/deviceauth"
	a := g.post(t, "/common/oauth2/v2.0/devicecode", "client_id", publicApp, "scope", scopes).ok()
	page := g.get(t, path, "user_code", a.text("user_code")).ok()
	assert.Contains(t, page.body(), a.text("user_code"))
	assert.Contains(t, page.body(), "Desktop")
	assert.NotContains(t, page.body(), "gone@")
	g.post(t, path, "signin", page.hidden(), "user_code", "BCDFGHJKL", "user", "ann@contoso.edu", "action", "approve").refused(400,
		"bad_verification_code", 70018, "")
	g.post(t, path, "signin", page.hidden(), "user_code", a.text("user_code"), "user", "ann@contoso.edu").refused(400, "invalid_request",
		90100, "")
	g.post(t, path, "signin", page.hidden(), "user_code", a.text("user_code"), "other", "no@contoso.edu", "action", "approve").refused(400,
		"invalid_grant", 50034, "")
	g.post(t, path, "user_code", a.text("user_code"), "user", "ann@contoso.edu", "action", "approve").refused(400, "invalid_request",
		165000, "")
	done := g.post(t, path, "signin", page.hidden(), "user_code", a.text("user_code"), "user", "ann@contoso.edu", "other", "bob@contoso.edu",
		"action", "approve").ok()
	assert.Contains(t, done.body(), "You have signed in on the device")
	assert.Equal(t, "bob@contoso.edu", accessClaims(t, g.poll(t, a.text("device_code")).ok().text("access_token")).User)
	g.post(t, path, "signin", page.hidden(), "user_code", a.text("user_code"), "action", "decline").refused(400, "bad_verification_code",
		70018, "")

	a = g.post(t, "/common/oauth2/v2.0/devicecode", "client_id", publicApp, "scope", scopes).ok()
	page = g.get(t, "/devicelogin").ok()
	g.post(t, path, "signin", page.hidden(), "user_code", a.text("user_code"), "action", "decline").ok()
	g.poll(t, a.text("device_code")).refused(400, "authorization_declined", 65004, "")
}
