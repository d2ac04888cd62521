package entra

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

const (
	typedApp  = "55555555-5555-4555-8555-555555555555" // has a redirect URI of each type, and a secret
	webURI    = "https://web.example/cb"
	spaURI    = "https://spa.example/cb"
	nativeURI = "msal.typed://auth"
	pageHost  = "https://spa.example" // an origin
)

func typedRig(strict bool) *rig {
	g := newRig(strict)
	g.Apps = append(g.Apps, App{ID: typedApp, DisplayName: "Typed", Secret: theSecret, Permissions: []string{"EduRoster.Read.All"},
		DelegatedPermissions: []string{"EduAdministration.Read"}, RedirectURIs: []RedirectURI{
			{webURI, identity.Web}, {spaURI, identity.SPA}, {nativeURI, identity.Native},
			{"http://localhost", identity.Web}, {"http://localhost:3000", identity.SPA}}})
	return g
}

// from posts to the token endpoint with an Origin header, "" for none.
func (g *rig) from(t testing.TB, origin string, pairs ...string) result {
	t.Helper()
	r := posting("/"+tenantID+"/oauth2/v2.0/token", form(pairs...).Encode())
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	return g.do(t, r)
}

// redeemTyped signs in at a redirect URI, and redeems the code.
func (g *rig) redeemTyped(t testing.TB, origin, uri, secret string) result {
	t.Helper()
	code := g.code(t, "client_id", typedApp, "redirect_uri", uri)
	return g.from(t, origin, redemptionForm(code, "client_id", typedApp, "redirect_uri", uri, "client_secret", secret)...)
}

func TestRedirectTypeDecidesWhoRedeems(t *testing.T) {
	for name, c := range map[string]struct {
		origin, uri, secret string
		status              int
		name                string
		code                int
	}{
		"web":                         {"", webURI, theSecret, 200, "", 0},
		"web, in a browser":           {pageHost, webURI, theSecret, 400, "invalid_request", notSPA},
		"web, in a browser, as MSAL":  {pageHost, webURI, "", 400, "invalid_request", notSPA},
		"web, in a sandboxed frame":   {"null", webURI, "", 400, "invalid_request", notSPA},
		"web, no secret":              {"", webURI, "", 401, "invalid_client", needsSecret},
		"spa":                         {pageHost, spaURI, "", 200, "", 0},
		"spa, of another origin":      {"https://other.example", spaURI, "", 200, "", 0},
		"spa, on a server":            {"", spaURI, "", 400, "invalid_request", spaOnly},
		"spa, on a server, a secret":  {"", spaURI, theSecret, 400, "invalid_request", spaOnly},
		"spa, with a secret":          {pageHost, spaURI, theSecret, 401, "invalid_client", publicClient},
		"native":                      {"", nativeURI, "", 200, "", 0},
		"native, in a browser":        {pageHost, nativeURI, "", 400, "invalid_request", notSPA},
		"native, with a secret":       {"", nativeURI, theSecret, 401, "invalid_client", publicClient},
		"a port of web":               {pageHost, "http://localhost:8080", "", 400, "invalid_request", notSPA},
		"a port of spa, letter by it": {pageHost, "http://localhost:3000", "", 200, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			strict := typedRig(true).redeemTyped(t, c.origin, c.uri, c.secret)
			lenient := typedRig(false).redeemTyped(t, c.origin, c.uri, c.secret).ok()
			if c.code == 0 {
				strict.ok()
				assert.Empty(t, lenient.Advice)
				return
			}
			strict.refused(c.status, c.name, c.code, "")
			assert.Equal(t, "*", strict.Header.Get("Access-Control-Allow-Origin"), "the page may read why")
			assert.Contains(t, lenient.Advice, "strict authentication would refuse this: "+refuse(c.code).words()[:20])
		})
	}
	typedRig(true).redeemTyped(t, pageHost, webURI, "").refused(400, "invalid_request", notSPA,
		"client-type. Request origin: 'https://spa.example'.")
}

// Which an app has not registered has no type, in lenient; a strict tenant has such
// URIs for an app alone that has registered none.
func TestUntypedRedirectIsNotChecked(t *testing.T) {
	for _, origin := range []string{"", pageHost} {
		assert.Empty(t, typedRig(false).redeemTyped(t, origin, "http://127.0.0.1:4000/cb", theSecret).ok().Advice)
		g := newRig(true)
		g.from(t, origin, redemptionForm(g.code(t))...).ok()
	}
}

// An app with nothing but a page is complete: it has no secret to ask for.
func TestPageWithoutSecret(t *testing.T) {
	g := typedRig(true)
	g.Apps[4].Secret = ""
	g.redeemTyped(t, pageHost, spaURI, "").ok()
	g.redeemTyped(t, "", nativeURI, "").ok()
	g.redeemTyped(t, "", webURI, "").refused(401, "invalid_client", needsSecret, "")
}

func TestPageNeedsProof(t *testing.T) {
	no := []string{"client_id", typedApp, "redirect_uri", spaURI, "code_challenge", "", "code_challenge_method", ""}
	v, a := typedRig(true).authorize(t, no...)
	assert.Equal(t, "invalid_request", v.Get("error"))
	assert.Equal(t, proofRequired, a.Failure.Code)
	v, a = typedRig(false).authorize(t, no...)
	assert.NotEmpty(t, v.Get("code"))
	assert.Contains(t, a.Advice, "AADSTS9002325")
	_, a = typedRig(true).authorize(t, append(no, "redirect_uri", webURI)...)
	assert.Nil(t, a.Failure)
}

// No secret is taken from a browser, whatever the grant.
func TestNoSecretFromABrowser(t *testing.T) {
	for name, pairs := range map[string][]string{
		"client credentials": {"grant_type", "client_credentials", "client_id", secretApp, "client_secret", theSecret, "scope", graphDefault},
		"password": {"grant_type", "password", "client_id", secretApp, "client_secret", theSecret, "username", "ann@contoso.edu",
			"password", "x", "scope", "EduAdministration.Read"},
	} {
		t.Run(name, func(t *testing.T) {
			newRig(true).from(t, "", pairs...).ok()
			newRig(true).from(t, pageHost, pairs...).refused(400, "invalid_request", notSPA, pageHost)
			assert.Contains(t, newRig(false).from(t, pageHost, pairs...).ok().Advice, "AADSTS9002326")
		})
	}
}

func TestRefreshTokenOfAPage(t *testing.T) {
	ask := func(g *rig, origin, token string) result {
		return g.from(t, origin, "grant_type", "refresh_token", "client_id", typedApp, "refresh_token", token)
	}
	for _, strict := range []bool{true, false} {
		g := typedRig(strict)
		first := g.redeemTyped(t, pageHost, spaURI, "").ok().text("refresh_token")
		g.advance(23 * time.Hour)
		second := ask(g, pageHost, first).ok().text("refresh_token")
		if strict {
			ask(g, "", first).refused(400, "invalid_request", spaOnly, "cross-origin requests")
		}
		g.advance(time.Hour - time.Second)
		third := ask(g, pageHost, second).ok().text("refresh_token")
		g.advance(time.Second)
		for _, token := range []string{first, second, third} {
			a := ask(g, pageHost, token)
			if !strict {
				assert.Contains(t, a.ok().Advice, "AADSTS700084: The refresh token was issued to a single page app (SPA)")
				continue
			}
			a.refused(400, "invalid_grant", spaRefreshExpired, "lifetime of 1.00:00:00, which cannot be extended.")
			assert.Contains(t, a.Failure.Message, "The token was issued on 2026-03-04T05:06:07.0000000Z.", "the first one of the sign-in")
		}
	}
	// Of a server it lasts, and is none of a browser's.
	g := typedRig(true)
	token := g.redeemTyped(t, "", webURI, theSecret).ok().text("refresh_token")
	g.advance(25 * time.Hour)
	g.token(t, "grant_type", "refresh_token", "client_id", typedApp, "client_secret", theSecret, "refresh_token", token).ok()
	ask(g, pageHost, token).refused(400, "invalid_request", notSPA, pageHost)
}

// What a browser asks before it sends the form is answered for everyone: it names no app.
func TestPreflightNamesNoApp(t *testing.T) {
	r := posting("/"+tenantID+"/oauth2/v2.0/token", "")
	r.Method = http.MethodOptions
	r.Header.Set("Origin", pageHost)
	a := typedRig(true).do(t, r)
	assert.Equal(t, 204, a.Status)
	assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"))
}
