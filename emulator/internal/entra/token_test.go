package entra

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/ids"
)

const graphDefault = "https://graph.microsoft.com/.default"

func TestClientCredentials(t *testing.T) {
	g := newRig(true)
	a := g.token(t, "grant_type", "client_credentials", "client_id", strings.ToUpper(secretApp), "client_secret", theSecret, "scope",
		graphDefault+" openid offline_access profile",
		"claims", `{"access_token":{"xms_cc":{"values":["cp1"]}}}`, "client_info", "1").ok()
	m := a.JSON()
	assert.Equal(t, "Bearer", m["token_type"])
	assert.EqualValues(t, 3599, m["expires_in"])
	assert.EqualValues(t, 3599, m["ext_expires_in"])
	assert.NotContains(t, m, "refresh_token")
	assert.NotContains(t, m, "scope")
	assert.Empty(t, a.Advice)
	c := accessClaims(t, a.text("access_token"))
	assert.Equal(t, tenantID, c.Tenant)
	assert.Equal(t, secretApp, c.App)
	assert.Equal(t, ids.Derived(tenantID, secretApp), c.Object)
	assert.Equal(t, []string{"EduRoster.Read.All"}, c.Roles)
	assert.Empty(t, c.Scopes)
	assert.Equal(t, "Roster", c.AppName)
	assert.Equal(t, dawn, c.IssuedAt)
	assert.Equal(t, dawn, c.NotBefore)
	assert.Equal(t, dawn.Add(3599*time.Second), c.Expires)
	assert.Equal(t, "https://graph.microsoft.com", c.Audience)
	assert.Equal(t, origin+"/"+tenantID+"/v2.0", c.Issuer)
	assert.EqualValues(t, 3, c.Revision)
	assert.Equal(t, []string{"cp1"}, c.Capabilities)
	assert.Equal(t, "1", c.ClientAuth)
	assert.Empty(t, c.Session)
	assert.Equal(t, "application/json; charset=utf-8", a.Header.Get("Content-Type"))
}

func TestLeniency(t *testing.T) {
	for name, c := range map[string]struct {
		app, secret, scope string
		roles              []string
		audience, advice   string
	}{
		"as registered":       {secretApp, theSecret, graphDefault, []string{"EduRoster.Read.All"}, graphURL, ""},
		"unknown app":         {strange, "x", graphDefault, []string{lenientRole}, graphURL, "AADSTS700016"},
		"app that is no GUID": {"my-app", "x", graphDefault, []string{lenientRole}, graphURL, "AADSTS700016"},
		"wrong secret":        {secretApp, "x", graphDefault, []string{lenientRole}, graphURL, "AADSTS7000215"},
		"public app":          {publicApp, "x", graphDefault, []string{lenientRole}, graphURL, "AADSTS700025"},
		"Graph by its id":     {secretApp, theSecret, graphID + "/.default", []string{"EduRoster.Read.All"}, graphID, ""},
		"our origin":          {secretApp, theSecret, origin + "/.default", []string{"EduRoster.Read.All"}, graphURL, ""},
		"another of ours":     {secretApp, theSecret, "https://127.0.0.1:9443/.default", []string{"EduRoster.Read.All"}, graphURL, ""},
		"without the port":    {secretApp, theSecret, "https://localhost/.default", []string{"EduRoster.Read.All"}, graphURL, ""},
		"two slashes":         {secretApp, theSecret, "https://graph.microsoft.com//.default", []string{"EduRoster.Read.All"}, graphURL, ""},
		"another resource":    {secretApp, theSecret, "api://other/.default", nil, "api://other", "AADSTS500011"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newRig(false).token(t, "grant_type", "client_credentials", "client_id", c.app, "client_secret", c.secret, "scope", c.scope).ok()
			claims := accessClaims(t, a.text("access_token"))
			assert.Equal(t, c.roles, claims.Roles)
			assert.Equal(t, c.audience, claims.Audience)
			assert.Contains(t, a.Advice, c.advice)
			assert.Equal(t, c.advice == "", a.Advice == "")
			assert.NotContains(t, a.Advice, "the-secret")
		})
	}
}

func TestBasic(t *testing.T) {
	for name, secret := range map[string]string{"encoded": url.QueryEscape(theSecret), "plain": theSecret} {
		t.Run(name, func(t *testing.T) {
			g := newRig(true)
			r := posting("/"+tenantID+"/oauth2/v2.0/token", form("grant_type", "client_credentials", "scope", graphDefault).Encode())
			r.SetBasicAuth(secretApp, secret)
			a := g.do(t, r).ok()
			assert.Equal(t, secretApp, accessClaims(t, a.text("access_token")).App)
		})
	}
	r := posting("/"+tenantID+"/oauth2/v2.0/token", form("grant_type", "client_credentials", "scope", graphDefault).Encode())
	r.SetBasicAuth(secretApp, "wrong")
	a := newRig(true).do(t, r).refused(401, "invalid_client", 7000215, "Invalid client secret")
	assert.Contains(t, a.Header.Get("WWW-Authenticate"), "Basic")
	r = posting("/"+tenantID+"/oauth2/v2.0/token",
		form("grant_type", "client_credentials", "scope", graphDefault, "client_id", strange).Encode())
	r.SetBasicAuth(secretApp, theSecret)
	newRig(false).do(t, r).refused(400, "invalid_request", 90100, "not valid")
	r = posting("/"+tenantID+"/oauth2/v2.0/token",
		form("grant_type", "client_credentials", "scope", graphDefault, "client_secret", "another").Encode())
	r.SetBasicAuth(secretApp, theSecret)
	newRig(false).do(t, r).refused(400, "invalid_request", 9002313, "malformed")
}

func TestTokenErrors(t *testing.T) {
	good := []string{"grant_type", "client_credentials", "client_id", secretApp, "client_secret", theSecret, "scope", graphDefault}
	for name, c := range map[string]struct {
		lenient bool // refused there as well
		change  []string
		status  int
		name    string
		code    int
		words   string
	}{
		"no grant": {true, []string{"grant_type", ""}, 400, "invalid_request", 900144, "parameter: 'grant_type'."},
		"unsupported grant": {true, []string{"grant_type", "magic"}, 400, "unsupported_grant_type", 70003,
			"unsupported grant type 'magic'."},
		"on behalf of": {true, []string{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, 400, "unsupported_grant_type",
			70003, "unsupported grant type"},
		"no client": {true, []string{"client_id", ""}, 400, "invalid_request", 900144, "'client_id'"},
		"no secret": {true, []string{"client_secret", ""}, 401, "invalid_client", 7000216,
			"'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."},
		"no scope": {true, []string{"scope", ""}, 400, "invalid_request", 900144, "'scope'"},
		"scope without default": {true, []string{"scope", "https://graph.microsoft.com/User.Read"}, 400, "invalid_scope", 1002012,
			"scope https://graph.microsoft.com/User.Read is not valid"},
		"bare scope":          {true, []string{"scope", "User.Read"}, 400, "invalid_scope", 1002012, "scope User.Read"},
		"bare default":        {true, []string{"scope", ".default"}, 400, "invalid_scope", 1002012, "scope .default"},
		"OpenID alone":        {true, []string{"scope", "openid"}, 400, "invalid_scope", 1002012, "scope openid"},
		"malformed scope":     {true, []string{"scope", `a"b/.default`}, 400, "invalid_scope", 70011, `The scope a"b/.default is not valid.`},
		"scope without name":  {true, []string{"scope", "https://graph.microsoft.com/"}, 400, "invalid_scope", 70011, "is not valid"},
		"default with others": {true, []string{"scope", graphDefault + " User.Read"}, 400, "invalid_scope", 70011, "can't be combined"},
		"two resources": {true, []string{"scope", graphDefault + " api://x/.default"}, 400, "invalid_scope", 28000,
			"more than one resource"},
		"claims that are no JSON": {true, []string{"claims", "{"}, 400, "invalid_request", 9002313, "malformed"},
		"claims that are a list":  {true, []string{"claims", "[]"}, 400, "invalid_request", 9002313, "malformed"},
		"claims null":             {true, []string{"claims", "null"}, 400, "invalid_request", 9002313, "malformed"},
		"claims of other types": {true, []string{"claims", `{"access_token":{"xms_cc":{"values":[1]}}}`}, 400, "invalid_request", 9002313,
			"malformed"},
		"long parameter": {true, []string{"scope", strings.Repeat("a", 5000)}, 400, "invalid_request", 90100, "not valid"},
		"wrong secret": {false, []string{"client_secret", "wrong"}, 401, "invalid_client", 7000215,
			"Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" +
				secretApp + "'."},
		"unknown app": {false, []string{"client_id", strange}, 400, "unauthorized_client", 700016,
			"Application with identifier '" + strange + "' was not found in the directory '" + tenantID + "'."},
		"unknown resource": {false, []string{"scope", "https://vault.azure.net/.default"}, 400, "invalid_resource", 500011,
			"The resource principal named https://vault.azure.net was not found"},
		"secret of a public app": {false, []string{"client_id", publicApp}, 401, "invalid_client", 700025, "Client is public"},
		"secret and assertion": {true, []string{"client_assertion", "x", "client_assertion_type", assertionType}, 400, "invalid_request",
			9002313, "malformed"},
		"assertion without type": {true, []string{"client_assertion", "x", "client_secret", ""}, 400, "invalid_request", 900144,
			"'client_assertion_type'"},
		"assertion of saml": {true, []string{"client_assertion", "x", "client_secret", "", "client_assertion_type", "saml"}, 400,
			"invalid_request", 90100, "not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, strict := range []bool{true, false} {
				a := newRig(strict).token(t, append(append([]string{}, good...), c.change...)...)
				if !strict && !c.lenient {
					a.ok()
					continue
				}
				a.refused(c.status, c.name, c.code, c.words)
				assert.NotContains(t, a.body(), theSecret)
				assert.Less(t, len(a.Body), 3000)
			}
		})
	}
}

func TestRequestsThatAreNone(t *testing.T) {
	g := newRig(false)
	path := "/" + tenantID + "/oauth2/v2.0/token"
	g.get(t, path).refused(400, "invalid_request", 900561, "The endpoint only accepts POST requests. Received a GET request.")
	a := g.do(t, httptest.NewRequest("DELETE", origin+path, nil)).refused(405, "invalid_request", 900561, "DELETE")
	assert.Equal(t, "POST, OPTIONS", a.Header.Get("Allow"))

	a = g.do(t, posting(path, "grant_type=client_credentials&scope=a&scope=b")).refused(400, "invalid_request", 9000411,
		"The parameter 'scope' is duplicated.")
	assert.Empty(t, a.Failure.Help)

	r := posting(path, `{"grant_type":"client_credentials"}`)
	r.Header.Set("Content-Type", "application/json")
	a = g.do(t, r).refused(400, "invalid_request", 900144, "'grant_type'")
	assert.Contains(t, a.body(), "x-www-form-urlencoded")

	g.do(t, posting(path, strings.Repeat("a", MaxForm+1))).refused(413, "invalid_request", 90100, "not valid")
	r = posting(path, "a="+strings.Repeat("a", MaxForm+1))
	r.ContentLength = -1
	g.do(t, r).refused(413, "invalid_request", 90100, "not valid")
	g.do(t, posting(path, strings.Repeat("a&", maxParams))).refused(400, "invalid_request", 9002313, "malformed")
	g.do(t, posting(path, "grant_type=%zz")).refused(400, "invalid_request", 9002313, "malformed")
	g.do(t, posting(path, "grant_type=%ff")).refused(400, "invalid_request", 90100, "not valid")
	g.do(t, posting(path, "client_id="+strings.Repeat("x", 300))).refused(400, "invalid_request", 90100, "not valid")
}

func TestTenants(t *testing.T) {
	for _, strict := range []bool{true, false} {
		g := newRig(strict)
		for _, path := range []string{"/consumers/oauth2/v2.0/token", "/9188040D-6c67-4c5b-b112-36a304b66dad/oauth2/v2.0/token"} {
			g.post(t, path, "grant_type", "client_credentials").refused(400, "invalid_request", 9002332, "Please do not use the /consumers endpoint")
		}
		g.post(t, "/a%20b/oauth2/v2.0/token").refused(400, "invalid_request", 900023, "Specified tenant identifier 'a b'")
		a := g.get(t, "/fabrikam.edu/v2.0/.well-known/openid-configuration")
		if strict {
			a.refused(400, "invalid_tenant", 90002, "Tenant 'fabrikam.edu' not found.")
			g.post(t, "/fabrikam.edu/oauth2/v2.0/token").refused(400, "invalid_tenant", 90002, "not found")
			g.get(t, "/fabrikam.edu/oauth2/v2.0/authorize").refused(400, "invalid_tenant", 90002, "not found")
			g.get(t, "/fabrikam.edu/discovery/v2.0/keys").refused(400, "invalid_tenant", 90002, "not found")
		} else {
			a.ok()
			g.Known = false
			g.get(t, "/fabrikam.edu/v2.0/.well-known/openid-configuration").refused(400, "invalid_tenant", 90002, "Tenant 'fabrikam.edu' not found.")
			g.get(t, "/common/v2.0/.well-known/openid-configuration").ok()
		}
	}
}

func TestNotBefore(t *testing.T) {
	at := func(d time.Duration, quote string) time.Time {
		n := dawn.Add(d).Unix()
		a := newRig(true).token(t, "grant_type", "client_credentials", "client_id", secretApp, "client_secret", theSecret, "scope", graphDefault,
			"claims", `{"access_token":{"nbf":{"essential":true,"value":`+quote+itoa(n)+quote+`}}}`).ok()
		c := accessClaims(t, a.text("access_token"))
		assert.Equal(t, c.IssuedAt, c.NotBefore)
		assert.True(t, c.Expires.Equal(dawn.Add(3599*time.Second)))
		return c.IssuedAt.UTC()
	}
	assert.Equal(t, dawn, at(-time.Hour, `"`))
	assert.Equal(t, dawn.Add(time.Second), at(time.Second, `"`))
	assert.Equal(t, dawn.Add(time.Minute), at(time.Minute, ``))
	assert.Equal(t, dawn, at(61*time.Second, `"`))
}
