package entra

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

func TestAuthorizeErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change []string
		name   string
		code   int
		both   bool
	}{
		"response_type token":    {[]string{"response_type", "token"}, "unsupported_response_type", 700051, true},
		"response_type id_token": {[]string{"response_type", "id_token"}, "unsupported_response_type", 700054, true},
		"no response_type":       {[]string{"response_type", ""}, "invalid_request", 900144, true},
		"response_mode":          {[]string{"response_mode", "carrier_pigeon"}, "invalid_request", 70007, true},
		"prompt":                 {[]string{"prompt", "please"}, "invalid_request", 90023, true},
		"two prompts":            {[]string{"prompt", "select_account consent"}, "invalid_request", 90023, true},
		"nobody signed in":       {[]string{"login_hint", ""}, "login_required", 50058, true},
		"unknown user":           {[]string{"login_hint", "no@contoso.edu"}, "login_required", 50034, false},
		"disabled user":          {[]string{"login_hint", "gone@contoso.edu"}, "login_required", 50057, false},
		"no scope":               {[]string{"scope", ""}, "invalid_request", 900144, true},
		"malformed scope":        {[]string{"scope", `"`}, "invalid_scope", 70011, true},
		"no consent":             {[]string{"scope", "Mail.Read"}, "consent_required", 65001, false},
		"other resource":         {[]string{"scope", "api://x/y"}, "invalid_resource", 500011, false},
		"challenge method":       {[]string{"code_challenge_method", "S512"}, "invalid_request", 90023, true},
		"method alone":           {[]string{"code_challenge", ""}, "invalid_request", 501491, true},
		"short challenge":        {[]string{"code_challenge", "abc"}, "invalid_request", 501491, true},
		"claims":                 {[]string{"claims", "x"}, "invalid_request", 9002313, true},
		"request object":         {[]string{"request", "x.y.z"}, "invalid_request", 90023, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, strict := range []bool{true, false} {
				g := newRig(strict)
				v, a := g.authorize(t, c.change...)
				assert.True(t, strings.HasPrefix(a.Header.Get("Location"), callback))
				assert.Equal(t, "s t&a=te", v.Get("state"))
				if !strict && !c.both {
					assert.NotEmpty(t, v.Get("code"))
					assert.NotEmpty(t, a.Advice)
					continue
				}
				a.refused(302, c.name, c.code, "")
				assert.Equal(t, c.name, v.Get("error"))
				assert.Contains(t, v.Get("error_description"), "AADSTS")
				assert.Contains(t, v.Get("error_uri"), "https://login.microsoftonline.com/error?code=")
				assert.Empty(t, v.Get("code"))
			}
		})
	}
}

// Who asks must be known before anything is redirected.
func TestPagesInsteadOfRedirects(t *testing.T) {
	for name, c := range map[string]struct {
		strict bool
		change []string
		code   int
	}{
		"no client":      {false, []string{"client_id", ""}, 900144},
		"unknown client": {true, []string{"client_id", strange}, 700016},
		"no redirect":    {false, []string{"redirect_uri", ""}, 900971},
		"bad redirect":   {false, []string{"redirect_uri", "https://evil.example/"}, 50011},
		"long state":     {false, []string{"state", strings.Repeat("s", 5000)}, 90100},
	} {
		t.Run(name, func(t *testing.T) {
			a := newRig(c.strict).get(t, "/common/oauth2/v2.0/authorize", request(c.change...)...)
			assert.Empty(t, a.Header.Get("Location"))
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, c.code, a.Failure.Code)
			assert.Contains(t, a.Header.Get("Content-Type"), "text/html")
		})
	}
	g := newRig(false)
	a := g.do(t, posting("/common/oauth2/v2.0/authorize", "client_id="+publicApp+"&state=a&state=b"))
	assert.Equal(t, 9000411, a.Failure.Code)
	assert.Contains(t, a.body(), "The parameter &#39;state&#39; is duplicated.")
}

func TestRedirectURIs(t *testing.T) {
	web := ofType(identity.Web, "https://app.example/cb?a=1", "http://localhost/only", "msal.web://auth")
	for uri, want := range map[string][4]bool{ // lenient and no app, strict and none registered, lenient and registered, strict and registered
		"http://localhost":                              {true, true, true, false},
		"http://localhost:5000/any/path?x=y":            {true, true, true, false},
		"https://LOCALHOST:5000/":                       {true, true, true, false},
		"http://127.0.0.1:1/x":                          {true, true, true, false},
		"http://[::1]:65535/x":                          {true, true, true, false},
		"http://localhost/only":                         {true, true, true, true},
		"http://localhost:7/only":                       {true, true, true, true},
		"http://localhost:7/only/more":                  {true, true, true, false},
		"https://localhost:7/only":                      {true, true, true, false},
		"https://app.example/cb?a=1":                    {false, false, true, true},
		"msal.web://auth":                               {false, false, true, true},
		"https://app.example/cb":                        {},
		"https://app.example/cb?a=1&b=2":                {},
		"https://app.example/cb/../x?a=1":               {},
		"https://app.example:443/cb?a=1":                {},
		"https://APP.example/cb?a=1":                    {},
		"https://app.example/cb?a=1#f":                  {},
		"http://localhost.evil.example/":                {},
		"http://localhost@evil.example/":                {},
		"http://localhost:80@evil.example/":             {},
		"http://user@localhost/":                        {},
		"http://evil.example\\@localhost/":              {},
		"http://localhost\\.evil.example/":              {},
		"http://evil.example#@localhost/":               {},
		"http://localhost/#fragment":                    {},
		"http://localhost/#":                            {},
		"http://localhost:/":                            {},
		"http://localhost:99999/":                       {},
		"http://localhost:0/":                           {},
		"http://localhost:x/":                           {},
		"http://localhost./":                            {},
		"http://127.1/":                                 {},
		"http://127.0.0.2/":                             {},
		"http://0x7f000001/":                            {},
		"http://2130706433/":                            {},
		"http://[::ffff:127.0.0.1]/":                    {},
		"http://[::1%25lo]/":                            {},
		"http://0.0.0.0/":                               {},
		"http:localhost/":                               {},
		"http:/localhost/":                              {},
		"http:///localhost/":                            {},
		"//localhost/":                                  {},
		"//evil.example":                                {},
		"/relative":                                     {},
		"localhost":                                     {},
		"localhost:5000/x":                              {},
		"javascript:alert(1)//localhost":                {},
		"javascript://localhost/%0aalert(1)":            {},
		"JaVaScRiPt:alert(1)":                           {},
		"data:text/html,x":                              {},
		"file:///etc/passwd":                            {},
		"ftp://localhost/":                              {},
		" http://localhost/":                            {},
		"http://localhost/\r\nSet-Cookie: a=b":          {},
		"http://localhost/\x00":                         {},
		"http://loc\u0430lhost/":                        {},
		"http://localhost\u3002evil.example/":           {},
		"http://localhost/<script>":                     {},
		"http://localhost/" + strings.Repeat("a", 3000): {},
	} {
		got := [4]bool{}
		for i := range got {
			app := &App{}
			if i >= 2 {
				app.RedirectURIs = web
			}
			if i == 0 {
				app = nil
			}
			got[i] = (&Tenant{Strict: i == 1 || i == 3}).maySend(app, uri)
		}
		assert.Equal(t, want, got, "%q", uri)
	}
	// What is registered is held to the same.
	bad := &App{RedirectURIs: ofType(identity.SPA, "javascript:alert(1)", "http://localhost/#f", "https://u:p@app.example/")}
	for _, r := range bad.RedirectURIs {
		assert.False(t, (&Tenant{}).maySend(bad, r.URI), r.URI)
	}
}

func TestResponseModes(t *testing.T) {
	g := newRig(true)
	_, a := g.authorize(t, "response_mode", "fragment")
	at := a.Header.Get("Location")
	assert.True(t, strings.HasPrefix(at, callback+"#"))
	assert.Contains(t, at, "state=s%20t%26a%3Dte")
	_, a = g.authorize(t, "client_id", webApp, "redirect_uri", "https://app.example/cb?a=1", "client_info", "1", "scope",
		"openid EduAdministration.Read")
	at = a.Header.Get("Location")
	assert.True(t, strings.HasPrefix(at, "https://app.example/cb?a=1&"))
	assert.Contains(t, at, "client_info=")
	_, a = g.authorize(t, "state", "", "response_type", "token")
	assert.True(t, strings.HasPrefix(a.Header.Get("Location"), callback+"#error"))
	assert.NotContains(t, a.Header.Get("Location"), "state=")

	page := g.get(t, "/"+tenantID+"/oauth2/v2.0/authorize",
		request("response_mode", "form_post", "state", `"><script>alert(1)</script>`)...).ok()
	assert.Contains(t, page.body(), `action="`+callback+`"`)
	assert.NotContains(t, page.body(), "<script>alert")
	assert.Contains(t, page.body(), `<button>Continue to the app</button>`)
	script := regexp.MustCompile(`<script>(.*)</script>`).FindStringSubmatch(page.body())
	assert.Contains(t, page.Header.Get("Content-Security-Policy"), "script-src "+hashSource(script[1]))
	assert.Contains(t, page.Header.Get("Content-Security-Policy"), "form-action 'self' http: https:;")
	code := regexp.MustCompile(`name="code" value="([^"]+)"`).FindStringSubmatch(page.body())
	g.redeem(t, code[1]).ok()
}

func TestFormSource(t *testing.T) {
	for uri, want := range map[string]string{
		"": "", "http://localhost:5000/cb": " http: https:", "https://[::1]:5000/": " http: https:", "msal.x://auth": " msal.x:",
		"https://a b/": "", "://": "",
	} {
		assert.Equal(t, want, formSource(uri), uri)
	}
}

// Nothing that a client sends becomes markup.
func TestEscaping(t *testing.T) {
	const evil = `"><script>alert('x')</script><img src=x onerror=alert(1)>`
	g := newRig(false)
	for _, a := range []result{
		g.get(t, "/common/oauth2/v2.0/authorize", request("client_id", evil, "prompt", "login", "login_hint", evil, "state", evil)...),
		g.get(t, "/common/oauth2/v2.0/authorize", request("prompt", "login", "scope", "a<b>/c openid")...),
		g.get(t, "/common/oauth2/v2.0/authorize", request("client_id", evil, "redirect_uri", evil)...),
		g.get(t, "/common/oauth2/v2.0/authorize", evil, "x"),
		g.get(t, "/common/oauth2/deviceauth", "user_code", `"><script>`),
		g.get(t, "/common/oauth2/v2.0/logout", "post_logout_redirect_uri", evil, "state", evil),
	} {
		assert.NotContains(t, a.body(), "<script")
		assert.NotContains(t, a.body(), "<img")
		assert.NotContains(t, a.body(), "ZgotmplZ")
	}
	long := strings.Repeat("é", 120)
	a := g.token(t, "grant_type", long)
	assert.Contains(t, a.text("error_description"), "…")
	assert.Less(t, len(a.text("error_description")), 400)
}

func TestLogout(t *testing.T) {
	g := newRig(true)
	path := "/" + tenantID + "/oauth2/v2.0/logout"
	assert.Contains(t, g.get(t, path).ok().body(), "You are signed out")
	a := g.get(t, path, "post_logout_redirect_uri", "http://localhost:5000/bye", "state", "a b", "client_id", publicApp)
	assert.Equal(t, 302, a.Status)
	assert.Equal(t, "http://localhost:5000/bye?state=a%20b", a.Header.Get("Location"))
	a = g.get(t, path, "post_logout_redirect_uri", "http://localhost:5000/bye")
	assert.Equal(t, "http://localhost:5000/bye", a.Header.Get("Location"))
	hint, _ := signer{}.sign(map[string]any{"aud": webApp})
	a = g.post(t, path, "post_logout_redirect_uri", "https://app.example/cb?a=1", "id_token_hint", hint)
	assert.Equal(t, "https://app.example/cb?a=1", a.Header.Get("Location"))
	for _, bad := range []string{"https://evil.example/", "javascript:alert(1)", "//evil.example", "http://localhost@evil.example/"} {
		for _, pairs := range [][]string{{"client_id", publicApp}, {"id_token_hint", hint}, {"id_token_hint", "junk"}, {}} {
			a := g.get(t, path, append([]string{"post_logout_redirect_uri", bad}, pairs...)...).ok()
			assert.Empty(t, a.Header.Get("Location"))
			assert.NotContains(t, a.body(), "evil")
		}
	}
}

func TestAppThatChangedItsMind(t *testing.T) {
	g := newRig(true)
	page := g.get(t, "/"+tenantID+"/oauth2/v2.0/authorize",
		request("client_id", webApp, "redirect_uri", "msal.web://auth", "scope", "openid", "prompt", "login")...).ok()
	assert.Contains(t, page.body(), "Web &lt;app&gt;")
	assert.Contains(t, page.Header.Get("Content-Security-Policy"), "form-action 'self' msal.web:")
	g.Apps[3].RedirectURIs = ofType(identity.Web, "https://app.example/other")
	a := g.post(t, "/"+tenantID+"/oauth2/v2.0/authorize", "signin", page.hidden(), "user", "ann@contoso.edu")
	a.refused(400, "invalid_request", 50011,
		"The redirect URI 'msal.web://auth' specified in the request does not match the redirect URIs configured for the application '"+
			webApp+"'.")
	require.Empty(t, a.Header.Get("Location"))
	_, err := url.Parse(a.Header.Get("Location"))
	require.NoError(t, err)
}
