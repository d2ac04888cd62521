package entra

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

func (g *rig) tokenV1(t testing.TB, pairs ...string) result {
	t.Helper()
	return g.post(t, "/"+tenantID+"/oauth2/token", pairs...)
}

// members are the names of an answer's members, in their order.
func (r result) members() []string {
	var names []string
	for _, part := range strings.Split(strings.Trim(r.body(), "{}"), `,"`) {
		name, _, _ := strings.Cut(part, `":`)
		names = append(names, strings.Trim(name, `"`))
	}
	return names
}

func TestClientCredentialsV1(t *testing.T) {
	g := newRig(true)
	ask := func(change ...string) result {
		return g.tokenV1(t, with([]string{"grant_type", "client_credentials", "client_id", secretApp, "client_secret", theSecret,
			"resource", graphURL}, change...)...)
	}
	a := ask().ok()
	assert.Equal(t, []string{"token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"},
		a.members())
	for name, want := range map[string]string{"token_type": "Bearer", "expires_in": "3599", "ext_expires_in": "3599", "resource": graphURL,
		"expires_on": itoa(dawn.Unix() + 3599), "not_before": itoa(dawn.Unix())} {
		assert.Equal(t, want, a.text(name), name)
	}
	c := accessClaims(t, a.text("access_token"))
	assert.Equal(t, identity.STS(tenantID), c.Issuer)
	assert.Equal(t, graphURL, c.Audience)
	assert.Equal(t, []string{"EduRoster.Read.All"}, c.Roles)

	for sent, want := range map[string]string{graphURL + "/": graphURL + "/", "HTTPS://Graph.Microsoft.com/": graphURL + "/", graphID: graphID,
		graphID + "/": graphID, origin: graphURL, origin + "/beta": graphURL, "https://127.0.0.1:9443/": graphURL} {
		a := ask("resource", sent).ok()
		assert.Equal(t, want, a.text("resource"), sent)
		c := accessClaims(t, a.text("access_token"))
		assert.Equal(t, want, c.Audience, sent)
		assert.NotEmpty(t, c.Roles, sent)
	}
	ask("scope", graphDefault).ok() // it is ignored
	a = ask("resource", "").ok()
	assert.Equal(t, azureADGraph, a.text("resource"))
	assert.Empty(t, accessClaims(t, a.text("access_token")).Roles)
	assert.Contains(t, a.Outcome, "no resource was asked for")
	for _, resource := range []string{"https://graph.windows.net", "https://vault.azure.net/", "a b", "\"", "//", "https://x@y"} {
		ask("resource", resource).refused(400, "invalid_resource", 500011, "was not found in the tenant")
	}
	ask("client_secret", "").refused(401, "invalid_client", 7000216, "")
	ask("client_secret", "x").refused(401, "invalid_client", 7000215, "")
	ask("grant_type", "").refused(400, "invalid_request", 900144, "'grant_type'")
	ask("grant_type", "magic").refused(400, "unsupported_grant_type", 70003, "magic")
	g.get(t, "/common/oauth2/token").refused(400, "invalid_request", 900561, "Received a GET")

	g = newRig(false)
	a = g.tokenV1(t, "grant_type", "client_credentials", "client_id", strange, "client_secret", "x",
		"resource", "https://vault.azure.net/").ok()
	assert.Equal(t, "https://vault.azure.net/", accessClaims(t, a.text("access_token")).Audience)
	assert.NotEmpty(t, a.Advice)
}

func TestPasswordV1(t *testing.T) {
	g := newRig(true)
	ask := func(change ...string) result {
		return g.tokenV1(t, with([]string{"grant_type", "password", "client_id", publicApp, "userName", "Ann@contoso.edu", "password", "x",
			"resource", graphURL, "scope", "openid"}, change...)...)
	}
	a := ask().ok()
	assert.Equal(t, []string{"token_type", "scope", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token",
		"refresh_token", "id_token"}, a.members())
	assert.Equal(t, "EduAdministration.Read User.Read", a.text("scope"))
	c := accessClaims(t, a.text("access_token"))
	assert.Equal(t, []string{"EduAdministration.Read", "User.Read"}, c.Scopes)
	assert.Equal(t, "Ann@contoso.edu", c.User)
	id := idClaims(t, a.text("id_token"))
	assert.True(t, id.V1)
	assert.Equal(t, identity.STS(tenantID), id.Issuer)
	assert.Equal(t, []string{"Ann@contoso.edu", "Ann Ashe", ""}, []string{id.User, id.Name, id.Email})

	assert.NotContains(t, ask("scope", "").ok().members(), "id_token")
	assert.NotContains(t, ask("scope", "profile").ok().members(), "id_token")
	assert.Contains(t, ask("resource", "").refused(400, "invalid_request", 900144, "'resource'").body(), "in place of scopes")
	ask("resource", "https://vault.azure.net").refused(400, "invalid_resource", 500011, "")
}

// authorizeV1 signs ann in at the endpoint of version 1, and returns the code.
func (g *rig) codeV1(t testing.TB, change ...string) string {
	t.Helper()
	a := g.get(t, "/"+tenantID+"/oauth2/authorize", request(append([]string{"scope", "", "resource", graphURL}, change...)...)...)
	require.Equal(t, 302, a.Status, a.body())
	at := must(url.Parse(a.Header.Get("Location")))
	require.NotEmpty(t, at.Query().Get("code"), at)
	return at.Query().Get("code")
}

func TestAuthorizationCodeV1(t *testing.T) {
	for _, strict := range []bool{true, false} {
		g := newRig(strict)
		redeem := func(code string, change ...string) result {
			return g.tokenV1(t, redemptionForm(code, append([]string{"scope", ""}, change...)...)...)
		}
		a := redeem(g.codeV1(t)).ok()
		assert.Equal(t, []string{"token_type", "scope", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token",
			"refresh_token", "id_token", "client_info"}, a.members())
		assert.Equal(t, graphURL, a.text("resource"))
		assert.Equal(t, "n1", idClaims(t, a.text("id_token")).Nonce)
		assert.True(t, idClaims(t, a.text("id_token")).V1)
		assert.Equal(t, identity.STS(tenantID), accessClaims(t, a.text("access_token")).Issuer)

		// The resource is asked for at either endpoint, or at both.
		assert.Equal(t, graphURL+"/", redeem(g.codeV1(t, "resource", ""), "resource", graphURL+"/").ok().text("resource"))
		assert.Equal(t, graphID, redeem(g.codeV1(t), "resource", graphID).ok().text("resource"))
		redeem(g.codeV1(t, "resource", "")).refused(400, "invalid_resource", 500013, "Resource identifier is not provided.")

		// What one version gave, the other redeems.
		v2 := g.redeem(t, g.codeV1(t), "scope", "").ok()
		assert.Equal(t, origin+"/"+tenantID+"/v2.0", accessClaims(t, v2.text("access_token")).Issuer)
		assert.NotEmpty(t, v2.text("refresh_token"))
		assert.Equal(t, graphURL, redeem(g.code(t)).ok().text("resource"))
		code := g.codeV1(t)
		redeem(code).ok()
		redeem(code).refused(400, "invalid_grant", 54005, "already redeemed")
	}
}

func TestRefreshV1(t *testing.T) {
	g := newRig(true)
	first := g.tokenV1(t, redemptionForm(g.codeV1(t), "scope", "")...).ok()
	refresh := func(change ...string) result {
		return g.tokenV1(t, with([]string{"grant_type", "refresh_token", "client_id", publicApp, "refresh_token", first.text("refresh_token")},
			change...)...)
	}
	a := refresh().ok()
	assert.Equal(t, graphURL, a.text("resource"))
	assert.NotEmpty(t, a.text("refresh_token"))
	assert.NotContains(t, a.members(), "id_token")
	assert.NotEmpty(t, refresh("scope", "openid").ok().text("id_token"))
	assert.Equal(t, graphID, refresh("resource", graphID).ok().text("resource"), "for another resource than before")
	refresh("resource", "https://vault.azure.net").refused(400, "invalid_resource", 500011, "")
	// A client that goes over to version 2.0 takes it along.
	a = g.token(t, "grant_type", "refresh_token", "client_id", publicApp, "refresh_token", first.text("refresh_token"),
		"scope", "EduAdministration.Read").ok()
	assert.Equal(t, "EduAdministration.Read", a.text("scope"))
	a = g.token(t, "grant_type", "refresh_token", "client_id", publicApp, "refresh_token", first.text("refresh_token")).ok()
	assert.Contains(t, a.text("scope"), graphURL+"/EduAdministration.Read")
	g.advance(refreshLifetime)
	refresh().refused(400, "invalid_grant", 700082, "")
}

func TestDeviceCodeV1(t *testing.T) {
	g := newRig(true)
	for name, a := range map[string]result{
		"POST": g.post(t, "/common/oauth2/devicecode", "client_id", publicApp, "resource", graphURL),
		"GET":  g.get(t, "/common/oauth2/devicecode", "client_id", publicApp, "resource", graphURL), // ADAL for .NET
	} {
		a.ok()
		assert.Equal(t, []string{"user_code", "device_code", "verification_url", "expires_in", "interval", "message"}, a.members(), name)
		assert.Equal(t, []string{"900", "5"}, []string{a.text("expires_in"), a.text("interval")})
		poll := func() result {
			return g.tokenV1(t, "grant_type", "device_code", "client_id", publicApp, "code", a.text("device_code"), "resource", graphURL)
		}
		poll().refused(400, "authorization_pending", 70016, "")
		require.NoError(t, g.Sessions.ApproveDevice(g.Now, a.text("user_code"), "ann@contoso.edu"))
		got := poll().ok()
		assert.Equal(t, graphURL, got.text("resource"))
		assert.NotEmpty(t, got.text("id_token"))
		assert.NotEmpty(t, got.text("refresh_token"))
	}
	g.post(t, "/common/oauth2/devicecode", "client_id", publicApp).refused(400, "invalid_request", 900144, "'resource'")
	g.get(t, "/common/oauth2/v2.0/devicecode", "client_id", publicApp).refused(400, "invalid_request", 900561, "")
	r := httptest.NewRequest("DELETE", origin+"/common/oauth2/devicecode", nil)
	a := g.do(t, r).refused(405, "invalid_request", 900561, "")
	assert.Equal(t, "GET, POST, OPTIONS", a.Header.Get("Allow"))
}

// The page of version 1 posts to its own endpoint.
func TestAuthorizePageV1(t *testing.T) {
	g := newRig(true)
	for _, prompt := range []string{"", "admin_consent", "select_account"} {
		a := g.get(t, "/common/oauth2/authorize", request("scope", "", "resource", graphURL, "prompt", prompt)...)
		require.Equal(t, 200, a.Status, a.body())
		assert.Contains(t, a.body(), `action="/common/oauth2/authorize"`)
		assert.Contains(t, a.body(), "<code>"+graphURL+"</code>")
	}
	page := g.get(t, "/common/oauth2/authorize", request("scope", "", "resource", "", "prompt", "")...)
	require.Equal(t, 200, page.Status, page.body())
	_, sealed, _ := strings.Cut(page.body(), `name="`+signinField+`" value="`)
	sealed, _, _ = strings.Cut(sealed, `"`)
	r := posting("/common/oauth2/authorize", form(signinField, sealed, "user", "Ann@contoso.edu").Encode())
	a := g.do(t, r)
	require.Equal(t, 302, a.Status, a.body())
	code := must(url.Parse(a.Header.Get("Location"))).Query().Get("code")
	assert.Equal(t, graphURL, g.tokenV1(t, redemptionForm(code, "scope", "", "resource", graphURL)...).ok().text("resource"))
	a = g.get(t, "/common/oauth2/v2.0/authorize", request("prompt", "admin_consent")...)
	assert.Contains(t, a.Header.Get("Location"), "AADSTS90023")
	g.get(t, "/common/oauth2/authorize", request("resource", "https://vault.azure.net",
		"redirect_uri", "https://evil.example")...).refused(400, "invalid_request", 50011, "")
	a = g.get(t, "/common/oauth2/authorize", request("resource", "https://vault.azure.net")...)
	assert.Contains(t, a.Header.Get("Location"), "AADSTS500011")
}

func TestConfigurationV1(t *testing.T) {
	g := newRig(true)
	for path, want := range map[string][2]string{
		"/" + tenantID + "/.well-known/openid-configuration": {tenantID, tenantID},
		"/contoso.edu/.well-known/openid-configuration":      {tenantID, tenantID},
		"/common/.well-known/openid-configuration":           {"common", "{tenantid}"},
	} {
		m := g.get(t, path).ok().JSON()
		assert.Equal(t, "https://sts.windows.net/"+want[1]+"/", m["issuer"])
		for name, end := range map[string]string{"token_endpoint": "oauth2/token", "authorization_endpoint": "oauth2/authorize",
			"device_authorization_endpoint": "oauth2/devicecode",
			"end_session_endpoint":          "oauth2/logout", "jwks_uri": "discovery/keys"} {
			assert.Equal(t, origin+"/"+want[0]+"/"+end, m[name], name)
			r := httptest.NewRequest("GET", m[name].(string), nil)
			_, ok := Parse(r)
			assert.True(t, ok, "%s is there", name)
		}
		assert.Equal(t, true, m["microsoft_multi_refresh_token"])
		assert.NotContains(t, m, "request_uri_parameter_supported")
	}
	assert.NotContains(t, g.get(t, "/common/v2.0/.well-known/openid-configuration").ok().JSON(), "microsoft_multi_refresh_token")
	assert.Equal(t, 200, g.get(t, "/common/oauth2/logout").Status)
}

// A client's assertion names either token endpoint of this tenant.
func TestAssertionV1(t *testing.T) {
	g := newRig(true)
	cert := rsaCertificate()
	said := map[string]any{"iss": certApp, "sub": certApp, "aud": origin + "/" + tenantID + "/oauth2/token",
		"exp": g.Real.Add(time.Minute).Unix()}
	g.tokenV1(t, "grant_type", "client_credentials", "client_id", certApp, "client_assertion_type", assertionType,
		"client_assertion", cert.assertion(map[string]string{"x5t": cert.x5t()}, said), "resource", graphURL).ok()
}
