package entra

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConfiguration(t *testing.T) {
	g := newRig(true)
	for path, want := range map[string][2]string{
		"/" + tenantID + "/v2.0/.well-known/openid-configuration": {tenantID, tenantID},
		"/contoso.edu/v2.0/.well-known/openid-configuration":      {tenantID, tenantID},
		"/common/v2.0/.well-known/openid-configuration":           {"common", "{tenantid}"},
		"/Organizations/V2.0/.well-known/OpenID-Configuration":    {"organizations", "{tenantid}"},
	} {
		t.Run(path, func(t *testing.T) {
			g := newRig(!strings.Contains(path, "Org"))
			a := g.get(t, path).ok()
			m := a.JSON()
			assert.Equal(t, origin+"/"+want[1]+"/v2.0", m["issuer"])
			assert.Equal(t, origin+"/"+want[0]+"/oauth2/v2.0/token", m["token_endpoint"])
			assert.Equal(t, origin+"/"+want[0]+"/oauth2/v2.0/authorize", m["authorization_endpoint"])
			assert.Equal(t, origin+"/"+want[0]+"/oauth2/v2.0/devicecode", m["device_authorization_endpoint"])
			assert.Equal(t, origin+"/"+want[0]+"/oauth2/v2.0/logout", m["end_session_endpoint"])
			assert.Equal(t, origin+"/"+want[0]+"/discovery/v2.0/keys", m["jwks_uri"])
			assert.NotContains(t, a.body(), "microsoft.com")
			assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"))
		})
	}
	assert.JSONEq(t, `{"keys":[]}`, g.get(t, "/common/discovery/v2.0/keys").ok().body())
	assert.JSONEq(t, `{"keys":[]}`, g.get(t, "/"+tenantID+"/discovery/keys").ok().body())
	g.post(t, "/common/discovery/v2.0/keys").refused(405, "invalid_request", 900561, "only accepts GET")
}

func TestInstance(t *testing.T) {
	g := newRig(true)
	ask := func(endpoint string) result {
		return g.get(t, "/common/discovery/instance", "api-version", "1.1", "authorization_endpoint", endpoint)
	}
	m := ask(origin + "/contoso.edu/oauth2/v2.0/authorize").ok().JSON()
	assert.Equal(t, origin+"/contoso.edu/v2.0/.well-known/openid-configuration", m["tenant_discovery_endpoint"])
	assert.Equal(t, "1.1", m["api-version"])
	assert.Contains(t, ask("https://127.0.0.1:9443/common/oauth2/v2.0/authorize").ok().body(), `"127.0.0.1:9443"`)
	a := ask("https://login.microsoftonline.com/common/oauth2/authorize").ok()
	assert.Equal(t, origin+"/common/.well-known/openid-configuration", a.text("tenant_discovery_endpoint"))
	assert.Contains(t, a.body(), "login.windows.net")
	for _, bad := range []string{"https://evil.example/common/oauth2/v2.0/authorize", "https://localhost:9443@evil.example/common/x",
		"https://evil@localhost:9443/common/x", "localhost:9443/x", "https://localhost:9443/", "https://localhost:9443/a%22b/x", ":",
		"javascript:x"} {
		ask(bad).refused(400, "invalid_instance", 50049, "Unknown or invalid instance.")
	}
	ask("").refused(400, "invalid_request", 900144, "'authorization_endpoint'")
}

func TestUserRealm(t *testing.T) {
	g := newRig(true)
	m := g.get(t, "/common/UserRealm/ann@contoso.edu", "api-version", "1.0").ok().JSON()
	assert.Equal(t, map[string]any{"ver": "1.0", "account_type": "Managed", "domain_name": "contoso.edu",
		"cloud_instance_name": "microsoftonline.com", "cloud_audience_urn": "urn:federation:MicrosoftOnline"}, m)
	g.get(t, "/common/userrealm/ann").refused(400, "invalid_request", 90100, "")
}

func TestHeaders(t *testing.T) {
	g := newRig(false)
	path := "/" + tenantID + "/oauth2/v2.0/token"
	r := posting(path, "")
	id := "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	r.Header.Set("client-request-id", id)
	r.Header.Set("return-client-request-id", "true")
	a := g.do(t, r).refused(400, "invalid_request", 900144, "")
	assert.Equal(t, id, a.text("correlation_id"))
	assert.Equal(t, id, a.Header.Get("Client-Request-Id"))
	r = posting(path, "")
	r.Header.Set("client-request-id", "x\r\nSet-Cookie: a=b")
	a = g.do(t, r)
	assert.NotContains(t, a.body(), "Set-Cookie")
	assert.Empty(t, a.Header.Get("Client-Request-Id"))
	assert.Empty(t, a.Header.Get("Strict-Transport-Security"), "never for localhost")
	g.Origin = "https://graph.contoso.example"
	assert.NotEmpty(t, g.post(t, path).Header.Get("Strict-Transport-Security"))
	for _, mine := range []string{"https://10.1.2.3:9443", "https://host.docker.internal:9443", "https://a.localhost"} {
		g.Origin = mine
		assert.Empty(t, g.post(t, path).Header.Get("Strict-Transport-Security"), mine)
	}
	g.Origin = origin

	r = httptest.NewRequest("OPTIONS", origin+path, nil)
	r.Header.Set("Origin", "https://spa.example")
	r.Header.Set("Access-Control-Request-Headers", "x-client-sku")
	a = g.do(t, r)
	assert.Equal(t, 204, a.Status)
	assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "x-client-sku", a.Header.Get("Access-Control-Allow-Headers"))
	assert.Contains(t, a.Header.Get("Access-Control-Allow-Methods"), "POST")
	assert.Empty(t, a.Header.Get("Content-Type"))
}

func TestFail(t *testing.T) {
	g := newRig(false)
	for _, name := range ErrorNames() {
		c, _ := Parse(posting("/common/oauth2/v2.0/token", form("client_id", secretApp).Encode()))
		a := result{Fail(c, &g.Tenant, 400, name, ""), t}
		assert.Equal(t, name, a.text("error"))
		assert.NotEmpty(t, a.Failure.Message)
		assert.NotContains(t, a.body(), "%!")
	}
	c, _ := Parse(posting("/common/oauth2/v2.0/token", ""))
	for _, status := range []int{429, 500, 503} {
		a := result{Fail(c, &g.Tenant, status, "", ""), t}
		a.refused(status, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again.")
	}
	result{Fail(c, &g.Tenant, 401, "", "no way"), t}.refused(401, "invalid_client", 7000215, "no way")
	c, _ = Parse(httptest.NewRequest("GET", "/common/oauth2/v2.0/authorize?client_id=%3Cscript%3E", nil))
	a := Fail(c, &g.Tenant, 400, "unauthorized_client", "")
	assert.Contains(t, a.Header.Get("Content-Type"), "text/html")
	assert.NotContains(t, string(a.Body), "<script>")
}
