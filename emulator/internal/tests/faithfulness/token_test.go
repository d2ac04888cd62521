package emulator_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// The app of every built-in fixture, and an account of contoso's.
const (
	sampleApp    = "0a9e7c5d-1111-4222-8333-94445555aaaa"
	sampleSecret = "graphemu-sample-secret"
	ora          = "ora.klein@contoso.edu"
	graphScope   = "https://graph.microsoft.com/.default"
)

// strictRig is a rig that knows contoso's directory and checks all.
func strictRig(t *testing.T) *rig {
	t.Helper()
	return newRig(t, emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso"})
}

// askToken posts a form to the token endpoint of a tenant.
func (g *rig) askToken(t *testing.T, tenant string, pairs ...string) answer {
	t.Helper()
	return g.form(t, g.origin()+"/"+tenant+"/oauth2/v2.0/token", pairs...)
}

func (g *rig) form(t *testing.T, address string, pairs ...string) answer {
	t.Helper()
	return g.post(t, address, strings.TrimPrefix(query(pairs...), "?"), "Authorization:", "Content-Type: application/x-www-form-urlencoded")
}

// asApp asks for an app's own token.
func (g *rig) asApp(t *testing.T, secret string) answer {
	t.Helper()
	return g.askToken(t, emulator.DefaultTenant, "grant_type", "client_credentials", "client_id", sampleApp, "client_secret", secret, "scope", graphScope)
}

// asUser asks for a user's token.
func (g *rig) asUser(t *testing.T, scope string) answer {
	t.Helper()
	return g.askToken(t, "organizations", "grant_type", "password", "client_id", sampleApp, "username", ora, "password", "any", "scope", scope)
}

// claims are a token's, unchecked.
func claims(t *testing.T, token string) gjson.Result {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3, token)
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	return gjson.ParseBytes(b)
}

// wantAADSTS checks an error of the token endpoints.
func wantAADSTS(t *testing.T, a answer, status int, name string, code int) {
	t.Helper()
	assert.Equal(t, status, a.status, a.body)
	assert.Equal(t, name, a.text("error"), a.body)
	assert.Equal(t, int64(code), a.json("error_codes.0").Int(), a.body)
	assert.Equal(t, []string{"error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"}, a.keys("")[:7])
}

// code signs a user in without a page, and returns the authorization code.
func (g *rig) code(t *testing.T, more ...string) string {
	t.Helper()
	return g.codeAt(t, "/common/oauth2/v2.0/authorize", more...)
}

// codeV1 is code at the endpoint of version 1.
func (g *rig) codeV1(t *testing.T, more ...string) string {
	t.Helper()
	return g.codeAt(t, "/common/oauth2/authorize", more...)
}

func (g *rig) codeAt(t *testing.T, path string, more ...string) string {
	t.Helper()
	pairs := append([]string{"client_id", sampleApp, "response_type", "code", "redirect_uri", "http://localhost:8400", "scope", "openid offline_access EduAdministration.ReadWrite",
		"prompt", "none", "login_hint", ora, "state", "s1"}, more...)
	r, err := http.NewRequestWithContext(t.Context(), "GET", g.origin()+path+query(pairs...), nil)
	require.NoError(t, err)
	answer, err := g.client.Transport.RoundTrip(r) // a client would follow
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, 302, answer.StatusCode)
	to, err := url.Parse(answer.Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "s1", to.Query().Get("state"))
	return to.Query().Get("code")
}

var tokenStatements = []statement{
	{"token.clientCredentials", "shape", "`token_type` Bearer, `expires_in` and `ext_expires_in` as numbers, `access_token`", "learn, client credentials; MSAL Go tokens.go", documented, func(t *testing.T, _ *rig) {
		a := strictRig(t).asApp(t, sampleSecret)
		require.Equal(t, 200, a.status, a.body)
		assert.Equal(t, []string{"token_type", "expires_in", "ext_expires_in", "access_token"}, a.keys(""))
		assert.Equal(t, "Bearer", a.text("token_type"))
		assert.EqualValues(t, 3599, a.json("expires_in").Num)
	}},
	{"token.clientCredentials", "claims", "The token has aud, tid, oid, appid, idtyp `app`, roles, nbf and exp, on the world's clock; the app's permissions of the fixture are the roles", "zachlima/ticketing-app#16", observed, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		c := claims(t, g.asApp(t, sampleSecret).text("access_token"))
		for name, want := range map[string]any{"aud": "https://graph.microsoft.com", "tid": emulator.DefaultTenant, "appid": sampleApp, "idtyp": "app",
			"nbf": float64(1767592800), "exp": float64(1767592800 + 3599), "roles": []any{"EduAdministration.ReadWrite.All"}} {
			assert.Equal(t, want, c.Get(name).Value(), name)
		}
		assert.NotEmpty(t, c.Get("oid").String())
		assert.Equal(t, 200, g.get(t, profilesAt, "Authorization: Bearer "+g.asApp(t, sampleSecret).text("access_token")).status)
	}},
	{"token.clientCredentials", "issuer", "`iss` is the issuer of the openid-configuration on the host that was asked; Graph's own tokens have sts.windows.net", "so that issuer checks hold", chosen, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		issuer := g.get(t, g.origin()+"/common/v2.0/.well-known/openid-configuration").text("issuer")
		c := claims(t, g.asApp(t, sampleSecret).text("access_token"))
		assert.Equal(t, strings.ReplaceAll(issuer, "{tenantid}", emulator.DefaultTenant), c.Get("iss").String())
	}},
	{"token.clientCredentials", "secret", "A wrong secret is 401 `invalid_client`, AADSTS7000215; no secret 7000216", "Entra; azure-docs#30777", observed, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		wantAADSTS(t, g.asApp(t, "wrong"), 401, "invalid_client", 7000215)
		wantAADSTS(t, g.askToken(t, "common", "grant_type", "client_credentials", "client_id", sampleApp, "scope", graphScope), 401, "invalid_client", 7000216)
	}},
	{"token.clientCredentials", "unknown-app", "An unknown app is 400 `unauthorized_client`, AADSTS700016", "Entra", observed, func(t *testing.T, _ *rig) {
		wantAADSTS(t, strictRig(t).askToken(t, "common", "grant_type", "client_credentials", "client_id", mintedID, "client_secret", "s", "scope", graphScope), 400, "unauthorized_client", 700016)
	}},
	{"token.clientCredentials", "lenient", "With lenient authentication unknown apps and wrong secrets get a token with EduAdministration.ReadWrite.All, and the journal tells what strict would refuse", "graphemu", chosen, func(t *testing.T, g *rig) {
		for _, id := range []string{mintedID, sampleApp} {
			a := g.askToken(t, "common", "grant_type", "client_credentials", "client_id", id, "client_secret", "guess", "scope", graphScope)
			require.Equal(t, 200, a.status, a.body)
			assert.Equal(t, []any{"EduAdministration.ReadWrite.All"}, claims(t, a.text("access_token")).Get("roles").Value())
			entries := g.World().Journal().Entries(journal.Filter{Limit: 1})
			assert.Contains(t, entries[0].Advice, "AADSTS700")
			assert.NotContains(t, entries[0].RequestBody, "guess")
		}
	}},
	{"token.clientCredentials", "scope", "A scope without /.default is `invalid_scope`, AADSTS1002012", "phantom-artist/ms-email-reader#1", observed, func(t *testing.T, _ *rig) {
		wantAADSTS(t, strictRig(t).askToken(t, "common", "grant_type", "client_credentials", "client_id", sampleApp, "client_secret", sampleSecret, "scope", "EduAdministration.ReadWrite"), 400, "invalid_scope", 1002012)
	}},
	{"token.clientCredentials", "worlds", "The tenant of the path decides the world: an id, `common` and `organizations` for the default one, a domain of the fixture, a world's name", "DESIGN of graphemu", chosen, func(t *testing.T, g *rig) {
		for tenant, want := range map[string]string{"common": emulator.DefaultTenant, "organizations": emulator.DefaultTenant, "TestSchool.edu": emulator.DefaultTenant, emulator.DefaultTenant: emulator.DefaultTenant,
			"6f1c1f2e-0000-4000-8000-000000000001": "6f1c1f2e-0000-4000-8000-000000000001"} {
			a := g.askToken(t, tenant, "grant_type", "client_credentials", "client_id", sampleApp, "client_secret", sampleSecret, "scope", graphScope)
			assert.Equal(t, want, claims(t, a.text("access_token")).Get("tid").String(), tenant)
		}
		a := g.askToken(t, "North", "grant_type", "client_credentials", "client_id", sampleApp, "client_secret", sampleSecret, "scope", graphScope)
		assert.Equal(t, g.World("North").Tenant(), claims(t, a.text("access_token")).Get("tid").String())
	}},
	{"token.password", "user", "The user's token has scp, upn, oid and idtyp `user`", "docs#16246", observed, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		a := g.asUser(t, "EduAdministration.ReadWrite")
		require.Equal(t, 200, a.status, a.body)
		c := claims(t, a.text("access_token"))
		assert.Equal(t, "EduAdministration.ReadWrite", c.Get("scp").String())
		assert.Equal(t, ora, c.Get("upn").String())
		assert.Equal(t, "user", c.Get("idtyp").String())
		users := g.get(t, "/users"+query("$filter", "userPrincipalName eq '"+ora+"'"), "Authorization: Bearer "+g.token)
		assert.Equal(t, 403, users.status, "another permission")
		assert.Equal(t, 202, g.post(t, profilesAt, csvBody("North"), "Authorization: Bearer "+a.text("access_token")).status)
	}},
	{"token.password", "refused", "An unknown user is `invalid_grant`, AADSTS50034; a scope that the app was not granted 65001", "learn, error codes", documented, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		wantAADSTS(t, g.askToken(t, "common", "grant_type", "password", "client_id", sampleApp, "username", "nobody@contoso.edu", "password", "x", "scope", "EduAdministration.Read"), 400, "invalid_grant", 50034)
		wantAADSTS(t, g.asUser(t, "Mail.Read"), 400, "invalid_grant", 65001)
	}},
	{"token.authorizationCode", "once", "A code is good once, for ten minutes; whoever replays it also loses what it gave", "RFC 6749, 4.1.2; Entra's AADSTS54005", documented, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		redeem := func(code string) answer {
			return g.askToken(t, "common", "grant_type", "authorization_code", "client_id", sampleApp, "client_secret", sampleSecret, "redirect_uri", "http://localhost:8400", "code", code)
		}
		code := g.code(t)
		a := redeem(code)
		require.Equal(t, 200, a.status, a.body)
		bearer := "Authorization: Bearer " + a.text("access_token")
		assert.Equal(t, 200, g.get(t, profilesAt, bearer).status)
		wantAADSTS(t, redeem(code), 400, "invalid_grant", 54005)
		revoked := g.get(t, profilesAt, bearer)
		assert.Equal(t, 401, revoked.status)
		assert.Contains(t, revoked.header.Get("WWW-Authenticate"), `claims="`)
		wantAADSTS(t, g.askToken(t, "common", "grant_type", "refresh_token", "client_id", sampleApp, "client_secret", sampleSecret, "refresh_token", a.text("refresh_token")), 400, "invalid_grant", 50173)
		late := g.code(t)
		g.advance(t, 10*time.Minute)
		wantAADSTS(t, redeem(late), 400, "invalid_grant", 70008)
	}},
	{"token.authorizationCode", "pkce", "With a code_challenge only who has the code_verifier redeems the code, and without one a verifier is refused", "RFC 7636; RFC 9700, 2.1.1", documented, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		// The example of RFC 7636, appendix B.
		const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
		redeem := func(code string, more ...string) answer {
			return g.askToken(t, "common", append([]string{"grant_type", "authorization_code", "client_id", sampleApp, "redirect_uri", "http://localhost:8400", "code", code}, more...)...)
		}
		challenged := []string{"code_challenge", challenge, "code_challenge_method", "S256"}
		assert.Equal(t, 200, redeem(g.code(t, challenged...), "code_verifier", verifier).status)
		assert.Equal(t, 400, redeem(g.code(t, challenged...), "code_verifier", "x"+verifier[1:]).status)
		assert.Equal(t, 400, redeem(g.code(t, challenged...)).status)
		assert.Equal(t, 400, redeem(g.code(t), "code_verifier", verifier).status)
	}},
	{"token.refreshToken", "again", "offline_access gives a refresh token; it gives another token and another refresh token, and stays good", "learn, refresh tokens", documented, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		first := g.asUser(t, "offline_access EduAdministration.ReadWrite")
		refresh := func(tenant string, a answer) answer {
			return g.askToken(t, tenant, "grant_type", "refresh_token", "client_id", sampleApp, "refresh_token", a.text("refresh_token"), "scope", "EduAdministration.ReadWrite")
		}
		g.advance(t, 2*time.Hour)
		assert.Equal(t, 401, g.get(t, profilesAt, "Authorization: Bearer "+first.text("access_token")).status)
		for range 2 {
			second := refresh("common", first)
			require.Equal(t, 200, second.status, second.body)
			assert.Equal(t, 200, g.get(t, profilesAt, "Authorization: Bearer "+second.text("access_token")).status)
			assert.NotEqual(t, first.text("refresh_token"), second.text("refresh_token"))
		}
		assert.Equal(t, 400, refresh("6f1c1f2e-0000-4000-8000-000000000001", first).status, "of another tenant")
	}},
	{"token.device", "shape", "device_code, user_code, verification_uri, expires_in 900, interval 5 and message", "learn, device code", documented, func(t *testing.T, g *rig) {
		a := g.form(t, g.origin()+"/common/oauth2/v2.0/devicecode", "client_id", sampleApp, "scope", "EduAdministration.Read")
		require.Equal(t, 200, a.status, a.body)
		assert.Subset(t, a.keys(""), []string{"user_code", "device_code", "verification_uri", "expires_in", "interval", "message"})
		assert.EqualValues(t, 900, a.json("expires_in").Num)
		assert.EqualValues(t, 5, a.json("interval").Num)
	}},
	{"token.deviceCode", "life", "`authorization_pending` until somebody signs in, then a token; `authorization_declined`; `expired_token` after 15 minutes", "RFC 8628; learn, device code", documented, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		begin := func() answer {
			return g.form(t, g.origin()+"/common/oauth2/v2.0/devicecode", "client_id", sampleApp, "scope", "EduAdministration.ReadWrite")
		}
		poll := func(a answer) answer {
			return g.askToken(t, "common", "grant_type", "urn:ietf:params:oauth:grant-type:device_code", "client_id", sampleApp, "device_code", a.text("device_code"))
		}
		a, declined, late := begin(), begin(), begin()
		wantAADSTS(t, poll(a), 400, "authorization_pending", 70016)
		assert.Error(t, g.World().ApproveSignIn(a.text("user_code"), "nobody@contoso.edu"))
		require.NoError(t, g.World().ApproveSignIn(a.text("user_code"), ora))
		token := poll(a)
		require.Equal(t, 200, token.status, token.body)
		assert.Equal(t, ora, claims(t, token.text("access_token")).Get("upn").String())
		require.NoError(t, g.World().DeclineSignIn(declined.text("user_code")))
		assert.Equal(t, "authorization_declined", poll(declined).text("error"))
		g.advance(t, 15*time.Minute)
		assert.Equal(t, "expired_token", poll(late).text("error"))
	}},
	{"token.devicePage", "page", "The page where a device's code is entered lists the fixture's users", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		for _, path := range []string{"/devicelogin", "/common/oauth2/deviceauth"} {
			a := g.get(t, g.origin()+path, "Authorization:")
			assert.Equal(t, 200, a.status)
			assert.Contains(t, a.header.Get("Content-Type"), "text/html")
			assert.Contains(t, a.body, ora)
		}
	}},
	{"token.authorize", "page", "The sign-in page lists the fixture's users, asks for no password, and may not be framed", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		a := g.get(t, g.origin()+"/common/oauth2/v2.0/authorize"+query("client_id", sampleApp, "response_type", "code", "redirect_uri", "http://localhost", "scope", "openid"), "Authorization:")
		assert.Equal(t, 200, a.status, a.body)
		assert.Contains(t, a.body, ora)
		assert.NotContains(t, a.body, `type="password"`)
		assert.Contains(t, a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	}},
	{"token.authorize", "no-open-redirect", "A redirect URI that is neither loopback nor registered gets a page with AADSTS50011, and is not followed", "Entra; RFC 6749, 3.1.2", documented, func(t *testing.T, g *rig) {
		for _, uri := range []string{"https://evil.example/", "http://localhost.evil.example/", "http://localhost@evil.example/", "//evil.example", "javascript:alert(1)", "http://localhost#x", "https://login.microsoftonline.com.evil.example/"} {
			a := g.get(t, g.origin()+"/common/oauth2/v2.0/authorize"+query("client_id", sampleApp, "response_type", "code", "redirect_uri", uri, "scope", "openid", "prompt", "none", "login_hint", ora), "Authorization:")
			assert.Equal(t, 400, a.status, uri)
			assert.Empty(t, a.header.Get("Location"), uri)
			assert.Contains(t, a.body, "AADSTS50011", uri)
		}
	}},
	{"token.authorize", "none-without-a-user", "`prompt=none` without a user who could sign in is `login_required`, before consent is looked at", "OpenID Connect Core, 3.1.2.6; Entra's AADSTS50058", documented, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		for _, hint := range []string{"", "nobody@contoso.edu"} {
			r, err := http.NewRequestWithContext(t.Context(), "GET", g.origin()+"/common/oauth2/v2.0/authorize"+query("client_id", sampleApp, "response_type", "code",
				"redirect_uri", "http://localhost:8400", "scope", "Mail.Read", "prompt", "none", "login_hint", hint), nil)
			require.NoError(t, err)
			a, err := g.client.Transport.RoundTrip(r)
			require.NoError(t, err)
			a.Body.Close()
			to, err := url.Parse(a.Header.Get("Location"))
			require.NoError(t, err)
			assert.Equal(t, "login_required", to.Query().Get("error"))
		}
	}},
	{"token.logout", "page", "Leads back to a loopback or registered address alone, else to a page", "learn, OpenID Connect; graphemu", chosen, func(t *testing.T, g *rig) {
		a := g.get(t, g.origin()+"/common/oauth2/v2.0/logout"+query("post_logout_redirect_uri", "https://evil.example/"), "Authorization:")
		assert.Equal(t, 200, a.status)
		assert.Empty(t, a.header.Get("Location"))
	}},
	{"token.configuration", "document", "authorization_endpoint, token_endpoint, jwks_uri and issuer on the host that was asked; `{tenantid}` in the issuer of common", "Entra's own document; MSAL Go resolvers.go", observed, func(t *testing.T, g *rig) {
		a := g.get(t, g.origin()+"/common/v2.0/.well-known/openid-configuration", "Authorization:")
		for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri", "issuer", "device_authorization_endpoint", "end_session_endpoint"} {
			assert.True(t, strings.HasPrefix(a.text(name), g.origin()+"/"), "%s: %s", name, a.text(name))
		}
		assert.Equal(t, g.origin()+"/{tenantid}/v2.0", a.text("issuer"))
		a = g.get(t, g.origin()+"/"+emulator.DefaultTenant+"/v2.0/.well-known/openid-configuration", "Authorization:")
		assert.Equal(t, g.origin()+"/"+emulator.DefaultTenant+"/v2.0", a.text("issuer"))
	}},
	{"token.configuration", "unknown-tenant", "An unknown tenant is 400 `invalid_tenant`, AADSTS90002", "Entra", observed, func(t *testing.T, _ *rig) {
		g := strictRig(t)
		wantAADSTS(t, g.get(t, g.origin()+"/fabrikam.example/v2.0/.well-known/openid-configuration", "Authorization:"), 400, "invalid_tenant", 90002)
	}},
	{"token.configuration", "consumers", "Personal accounts are refused", "create page: `Delegated (personal Microsoft account): Not supported`", documented, func(t *testing.T, g *rig) {
		for _, tenant := range []string{"consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"} {
			assert.Equal(t, 400, g.get(t, g.origin()+"/"+tenant+"/v2.0/.well-known/openid-configuration", "Authorization:").status)
		}
	}},
	{"token.keys", "set", "A JSON Web Key Set with kty, use, kid, x5t, n, e and x5c of each RSA key, the newest first; graphemu's own ES256 key beside them", "Entra's own set; the last is graphemu's", observed, func(t *testing.T, g *rig) {
		a := g.get(t, g.origin()+"/common/discovery/v2.0/keys", "Authorization:")
		assert.Equal(t, []string{"kty", "use", "kid", "x5t", "n", "e", "x5c"}, a.keys("keys.0"))
		assert.Equal(t, a.text("keys.0.kid"), a.text("keys.0.x5t"))
		assert.Equal(t, "EC", a.text("keys.1.kty"))
	}},
	{"token.instance", "discovery", "Instance discovery knows this host and Entra's own, with tenant_discovery_endpoint, api-version and metadata; another is `invalid_instance`", "MSAL Go mock.go, resolvers.go", documented, func(t *testing.T, g *rig) {
		at := func(host string) answer {
			return g.get(t, g.origin()+"/common/discovery/instance"+query("api-version", "1.1", "authorization_endpoint", "https://"+host+"/common/oauth2/v2.0/authorize"), "Authorization:")
		}
		a := at("login.microsoftonline.com")
		assert.Equal(t, 200, a.status, a.body)
		assert.NotEmpty(t, a.text("tenant_discovery_endpoint"))
		assert.Contains(t, a.texts("metadata.0.aliases"), "login.microsoftonline.com")
		wantAADSTS(t, at("evil.example"), 400, "invalid_instance", 50049)
	}},
	{"token.userRealm", "managed", "Every account is managed here, none federated", "MSAL's request before the password grant", chosen, func(t *testing.T, g *rig) {
		a := g.get(t, g.origin()+"/common/UserRealm/"+ora+"?api-version=1.0", "Authorization:")
		assert.Equal(t, "Managed", a.text("account_type"), a.body)
	}},
	{"token.other", "refused", "No grant_type is AADSTS900144, an unknown one `unsupported_grant_type` 70003, a GET 900561", "Entra", observed, func(t *testing.T, g *rig) {
		wantAADSTS(t, g.askToken(t, "common", "client_id", sampleApp), 400, "invalid_request", 900144)
		wantAADSTS(t, g.askToken(t, "common", "client_id", sampleApp, "grant_type", "magic"), 400, "unsupported_grant_type", 70003)
		wantAADSTS(t, g.get(t, g.origin()+"/common/oauth2/v2.0/token", "Authorization:"), 400, "invalid_request", 900561)
	}},
	{"token.other", "per-request", "Signing in does not move a clock with `perRequest`, and the star in a scenario does not mean it", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := newRig(t, emulator.Options{Clock: "", ScenarioText: "version: 1\nclock: {mode: frozen, start: 2026-01-05T06:00:00Z, perRequest: 10s}\nfaults: [{name: down, operation: '*', respond: {status: 503}}]"})
		before := g.World().Clock().Now()
		assert.Equal(t, 200, g.asApp(t, sampleSecret).status)
		assert.Equal(t, before, g.World().Clock().Now())
	}},
	{"token.other", "faults", "A fault on `token.*` answers as the endpoints do", "graphemu; learn, AADSTS90033", chosen, func(t *testing.T, _ *rig) {
		g := newRig(t, emulator.Options{ScenarioText: `version: 1
faults:
  - {name: busy, operation: token.clientCredentials, calls: first 1, where: {body: {client_id: ` + sampleApp + `}}, respond: {status: 503, retryAfter: 2s}}
  - {name: again, operation: token.refreshToken, respond: {status: 400, error: interaction_required}}`})
		a := g.asApp(t, sampleSecret)
		wantAADSTS(t, a, 503, "temporarily_unavailable", 90033)
		assert.Equal(t, "2", a.header.Get("Retry-After"))
		assert.Equal(t, 200, g.asApp(t, sampleSecret).status)
		assert.Equal(t, "interaction_required", g.askToken(t, "common", "grant_type", "refresh_token", "client_id", sampleApp, "refresh_token", "x").text("error"))
	}},
}
