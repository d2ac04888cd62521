package faithfulness

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// codeV1 is code at the endpoint of version 1.
func codeV1(t *testing.T, g *rig.Rig, more ...string) string {
	t.Helper()
	return g.CodeAt(t, "/common/oauth2/authorize", more...)
}

var tokenStatements = []statement{
	{"token.clientCredentials", "shape", "`token_type` Bearer, `expires_in` and `ext_expires_in` as numbers, `access_token`",
		"learn, client credentials; MSAL Go tokens.go", documented, func(t *testing.T, _ *rig.Rig) {
			a := rig.Strict(t).AsApp(t, rig.SampleSecret)
			require.Equal(t, 200, a.Status, a.Body)
			assert.Equal(t, []string{"token_type", "expires_in", "ext_expires_in", "access_token"}, a.Keys(""))
			assert.Equal(t, "Bearer", a.Text("token_type"))
			assert.EqualValues(t, 3599, a.JSON("expires_in").Num)
		}},
	{"token.clientCredentials", "claims",
		"The token has aud, tid, oid, appid, idtyp `app`, roles, nbf and exp, on the world's clock; the app's permissions of the fixture are the roles", "zachlima/ticketing-app#16", observed, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			c := rig.Claims(t, g.AsApp(t, rig.SampleSecret).Text("access_token"))
			for name, want := range map[string]any{"aud": "https://graph.microsoft.com", "tid": emulator.DefaultTenant, "appid": rig.SampleApp,
				"idtyp": "app",
				"nbf":   float64(1767592800), "exp": float64(1767592800 + 3599), "roles": []any{"EduAdministration.ReadWrite.All"}} {
				assert.Equal(t, want, c.Get(name).Value(), name)
			}
			assert.NotEmpty(t, c.Get("oid").String())
			assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, "Authorization: Bearer "+g.AsApp(t, rig.SampleSecret).Text("access_token")).Status)
		}},
	{"token.clientCredentials", "issuer",
		"`iss` is the issuer of the openid-configuration on the host that was asked; Graph's own tokens have sts.windows.net",
		"so that issuer checks hold", chosen, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			issuer := g.Get(t, g.Root()+"/common/v2.0/.well-known/openid-configuration").Text("issuer")
			c := rig.Claims(t, g.AsApp(t, rig.SampleSecret).Text("access_token"))
			assert.Equal(t, strings.ReplaceAll(issuer, "{tenantid}", emulator.DefaultTenant), c.Get("iss").String())
		}},
	{"token.clientCredentials", "secret", "A wrong secret is 401 `invalid_client`, AADSTS7000215; no secret 7000216",
		"Entra; azure-docs#30777", observed, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			rig.WantAADSTS(t, g.AsApp(t, "wrong"), 401, "invalid_client", 7000215)
			rig.WantAADSTS(t, g.AskToken(t, "common", "grant_type", "client_credentials", "client_id", rig.SampleApp, "scope", rig.GraphScope), 401,
				"invalid_client", 7000216)
		}},
	{"token.clientCredentials", "unknown-app", "An unknown app is 400 `unauthorized_client`, AADSTS700016", "Entra", observed,
		func(t *testing.T, _ *rig.Rig) {
			rig.WantAADSTS(t, rig.Strict(t).AskToken(t, "common", "grant_type", "client_credentials", "client_id", rig.UnknownID, "client_secret",
				"s", "scope", rig.GraphScope), 400, "unauthorized_client", 700016)
		}},
	{"token.clientCredentials", "lenient",
		"With lenient authentication unknown apps and wrong secrets get a token with EduAdministration.ReadWrite.All, and the journal tells what strict would refuse", "graphemu", chosen, func(t *testing.T, g *rig.Rig) {
			for _, id := range []string{rig.UnknownID, rig.SampleApp} {
				a := g.AskToken(t, "common", "grant_type", "client_credentials", "client_id", id, "client_secret", "guess", "scope", rig.GraphScope)
				require.Equal(t, 200, a.Status, a.Body)
				assert.Equal(t, []any{"EduAdministration.ReadWrite.All"}, rig.Claims(t, a.Text("access_token")).Get("roles").Value())
				entries := g.World().Journal().Entries(journal.Filter{Limit: 1})
				assert.Contains(t, entries[0].Advice, "AADSTS700")
				assert.NotContains(t, entries[0].RequestBody, "guess")
			}
		}},
	{"token.clientCredentials", "scope", "A scope without /.default is `invalid_scope`, AADSTS1002012", "phantom-artist/ms-email-reader#1",
		observed, func(t *testing.T, _ *rig.Rig) {
			rig.WantAADSTS(t, rig.Strict(t).AskToken(t, "common", "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret",
				rig.SampleSecret, "scope", "EduAdministration.ReadWrite"), 400, "invalid_scope", 1002012)
		}},
	{"token.clientCredentials", "worlds",
		"The tenant of the path decides the world: an id, `common` and `organizations` for the default one, a domain of the fixture, a world's name", "DESIGN of graphemu", chosen, func(t *testing.T, g *rig.Rig) {
			for tenant, want := range map[string]string{"common": emulator.DefaultTenant, "organizations": emulator.DefaultTenant,
				"TestSchool.edu": emulator.DefaultTenant, emulator.DefaultTenant: emulator.DefaultTenant,
				"6f1c1f2e-0000-4000-8000-000000000001": "6f1c1f2e-0000-4000-8000-000000000001"} {
				a := g.AskToken(t, tenant, "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope",
					rig.GraphScope)
				assert.Equal(t, want, rig.Claims(t, a.Text("access_token")).Get("tid").String(), tenant)
			}
			a := g.AskToken(t, "North", "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope",
				rig.GraphScope)
			assert.Equal(t, g.World("North").Tenant(), rig.Claims(t, a.Text("access_token")).Get("tid").String())
		}},
	{"token.password", "user", "The user's token has scp, upn, oid and idtyp `user`", "docs#16246", observed, func(t *testing.T, _ *rig.Rig) {
		g := rig.Strict(t)
		a := g.AsUser(t, "EduAdministration.ReadWrite")
		require.Equal(t, 200, a.Status, a.Body)
		c := rig.Claims(t, a.Text("access_token"))
		assert.Equal(t, "EduAdministration.ReadWrite", c.Get("scp").String())
		assert.Equal(t, rig.Ora, c.Get("upn").String())
		assert.Equal(t, "user", c.Get("idtyp").String())
		users := g.Get(t, "/users"+rig.Query("$filter", "userPrincipalName eq '"+rig.Ora+"'"), "Authorization: Bearer "+g.Bearer)
		assert.Equal(t, 403, users.Status, "another permission")
		assert.Equal(t, 202, g.Post(t, rig.ProfilesAt, rig.CSVBody("North"), "Authorization: Bearer "+a.Text("access_token")).Status)
	}},
	{"token.password", "refused", "An unknown user is `invalid_grant`, AADSTS50034; a scope that the app was not granted 65001",
		"learn, error codes", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			rig.WantAADSTS(t, g.AskToken(t, "common", "grant_type", "password", "client_id", rig.SampleApp, "username", "nobody@contoso.edu",
				"password", "x", "scope", "EduAdministration.Read"), 400, "invalid_grant", 50034)
			rig.WantAADSTS(t, g.AsUser(t, "Mail.Read"), 400, "invalid_grant", 65001)
		}},
	{"token.authorizationCode", "once", "A code is good once, for ten minutes; whoever replays it also loses what it gave",
		"RFC 6749, 4.1.2; Entra's AADSTS54005", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			redeem := func(code string) rig.Answer {
				return g.AskToken(t, "common", "grant_type", "authorization_code", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret,
					"redirect_uri", "http://localhost:8400", "code", code)
			}
			code := g.Code(t)
			a := redeem(code)
			require.Equal(t, 200, a.Status, a.Body)
			bearer := "Authorization: Bearer " + a.Text("access_token")
			assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, bearer).Status)
			rig.WantAADSTS(t, redeem(code), 400, "invalid_grant", 54005)
			revoked := g.Get(t, rig.ProfilesAt, bearer)
			assert.Equal(t, 401, revoked.Status)
			assert.Contains(t, revoked.Header.Get("WWW-Authenticate"), `claims="`)
			rig.WantAADSTS(t, g.AskToken(t, "common", "grant_type", "refresh_token", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret,
				"refresh_token", a.Text("refresh_token")), 400, "invalid_grant", 50173)
			late := g.Code(t)
			g.Advance(t, 10*time.Minute)
			rig.WantAADSTS(t, redeem(late), 400, "invalid_grant", 70008)
		}},
	{"token.authorizationCode", "pkce",
		"With a code_challenge only who has the code_verifier redeems the code, and without one a verifier is refused",
		"RFC 7636; RFC 9700, 2.1.1", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			// The example of RFC 7636, appendix B.
			const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
			redeem := func(code string, more ...string) rig.Answer {
				return g.AskToken(t, "common",
					append([]string{"grant_type", "authorization_code", "client_id", rig.SampleApp, "redirect_uri", "http://localhost:8400", "code", code},
						more...)...)
			}
			challenged := []string{"code_challenge", challenge, "code_challenge_method", "S256"}
			assert.Equal(t, 200, redeem(g.Code(t, challenged...), "code_verifier", verifier).Status)
			assert.Equal(t, 400, redeem(g.Code(t, challenged...), "code_verifier", "x"+verifier[1:]).Status)
			assert.Equal(t, 400, redeem(g.Code(t, challenged...)).Status)
			assert.Equal(t, 400, redeem(g.Code(t), "code_verifier", verifier).Status)
		}},
	{"token.refreshToken", "again", "offline_access gives a refresh token; it gives another token and another refresh token, and stays good",
		"learn, refresh tokens", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			first := g.AsUser(t, "offline_access EduAdministration.ReadWrite")
			refresh := func(tenant string, a rig.Answer) rig.Answer {
				return g.AskToken(t, tenant, "grant_type", "refresh_token", "client_id", rig.SampleApp, "refresh_token", a.Text("refresh_token"),
					"scope", "EduAdministration.ReadWrite")
			}
			g.Advance(t, 2*time.Hour)
			assert.Equal(t, 401, g.Get(t, rig.ProfilesAt, "Authorization: Bearer "+first.Text("access_token")).Status)
			for range 2 {
				second := refresh("common", first)
				require.Equal(t, 200, second.Status, second.Body)
				assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, "Authorization: Bearer "+second.Text("access_token")).Status)
				assert.NotEqual(t, first.Text("refresh_token"), second.Text("refresh_token"))
			}
			assert.Equal(t, 400, refresh("6f1c1f2e-0000-4000-8000-000000000001", first).Status, "of another tenant")
		}},
	{"token.device", "shape", "device_code, user_code, verification_uri, expires_in 900, interval 5 and message", "learn, device code",
		documented, func(t *testing.T, g *rig.Rig) {
			a := g.Form(t, g.Root()+"/common/oauth2/v2.0/devicecode", "client_id", rig.SampleApp, "scope", "EduAdministration.Read")
			require.Equal(t, 200, a.Status, a.Body)
			assert.Subset(t, a.Keys(""), []string{"user_code", "device_code", "verification_uri", "expires_in", "interval", "message"})
			assert.EqualValues(t, 900, a.JSON("expires_in").Num)
			assert.EqualValues(t, 5, a.JSON("interval").Num)
		}},
	{"token.deviceCode", "life",
		"`authorization_pending` until somebody signs in, then a token; `authorization_declined`; `expired_token` after 15 minutes",
		"RFC 8628; learn, device code", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			begin := func() rig.Answer {
				return g.Form(t, g.Root()+"/common/oauth2/v2.0/devicecode", "client_id", rig.SampleApp, "scope", "EduAdministration.ReadWrite")
			}
			poll := func(a rig.Answer) rig.Answer {
				return g.AskToken(t, "common", "grant_type", "urn:ietf:params:oauth:grant-type:device_code", "client_id", rig.SampleApp, "device_code",
					a.Text("device_code"))
			}
			a, declined, late := begin(), begin(), begin()
			rig.WantAADSTS(t, poll(a), 400, "authorization_pending", 70016)
			assert.Error(t, g.World().ApproveSignIn(a.Text("user_code"), "nobody@contoso.edu"))
			require.NoError(t, g.World().ApproveSignIn(a.Text("user_code"), rig.Ora))
			token := poll(a)
			require.Equal(t, 200, token.Status, token.Body)
			assert.Equal(t, rig.Ora, rig.Claims(t, token.Text("access_token")).Get("upn").String())
			require.NoError(t, g.World().DeclineSignIn(declined.Text("user_code")))
			assert.Equal(t, "authorization_declined", poll(declined).Text("error"))
			g.Advance(t, 15*time.Minute)
			assert.Equal(t, "expired_token", poll(late).Text("error"))
		}},
	{"token.devicePage", "page", "The page where a device's code is entered lists the fixture's users", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			for _, path := range []string{"/devicelogin", "/common/oauth2/deviceauth"} {
				a := g.Get(t, g.Root()+path, "Authorization:")
				assert.Equal(t, 200, a.Status)
				assert.Contains(t, a.Header.Get("Content-Type"), "text/html")
				assert.Contains(t, a.Body, rig.Ora)
			}
		}},
	{"token.authorize", "page", "The sign-in page lists the fixture's users, asks for no password, and may not be framed", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			a := g.Get(t, g.Root()+"/common/oauth2/v2.0/authorize"+
				rig.Query("client_id", rig.SampleApp, "response_type", "code", "redirect_uri", "http://localhost", "scope", "openid"), "Authorization:")
			assert.Equal(t, 200, a.Status, a.Body)
			assert.Contains(t, a.Body, rig.Ora)
			assert.NotContains(t, a.Body, `type="password"`)
			assert.Contains(t, a.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
		}},
	{"token.authorize", "no-open-redirect",
		"A redirect URI that is neither loopback nor registered gets a page with AADSTS50011, and is not followed", "Entra; RFC 6749, 3.1.2",
		documented, func(t *testing.T, g *rig.Rig) {
			for _, uri := range []string{"https://evil.example/", "http://localhost.evil.example/", "http://localhost@evil.example/",
				"//evil.example", "javascript:alert(1)", "http://localhost#x", "https://login.microsoftonline.com.evil.example/"} {
				a := g.Get(t, g.Root()+"/common/oauth2/v2.0/authorize"+
					rig.Query("client_id", rig.SampleApp, "response_type", "code", "redirect_uri", uri, "scope", "openid", "prompt", "none", "login_hint",
						rig.Ora), "Authorization:")
				assert.Equal(t, 400, a.Status, uri)
				assert.Empty(t, a.Header.Get("Location"), uri)
				assert.Contains(t, a.Body, "AADSTS50011", uri)
			}
		}},
	{"token.authorize", "none-without-a-user",
		"`prompt=none` without a user who could sign in is `login_required`, before consent is looked at",
		"OpenID Connect Core, 3.1.2.6; Entra's AADSTS50058", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			for _, hint := range []string{"", "nobody@contoso.edu"} {
				r, err := http.NewRequestWithContext(t.Context(), "GET",
					g.Root()+"/common/oauth2/v2.0/authorize"+rig.Query("client_id", rig.SampleApp, "response_type", "code",
						"redirect_uri", "http://localhost:8400", "scope", "Mail.Read", "prompt", "none", "login_hint", hint), nil)
				require.NoError(t, err)
				a, err := g.HTTP.Transport.RoundTrip(r)
				require.NoError(t, err)
				a.Body.Close()
				to, err := url.Parse(a.Header.Get("Location"))
				require.NoError(t, err)
				assert.Equal(t, "login_required", to.Query().Get("error"))
			}
		}},
	{"token.logout", "page", "Leads back to a loopback or registered address alone, else to a page", "learn, OpenID Connect; graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, g.Root()+"/common/oauth2/v2.0/logout"+rig.Query("post_logout_redirect_uri", "https://evil.example/"), "Authorization:")
			assert.Equal(t, 200, a.Status)
			assert.Empty(t, a.Header.Get("Location"))
		}},
	{"token.configuration", "document",
		"authorization_endpoint, token_endpoint, jwks_uri and issuer on the host that was asked; `{tenantid}` in the issuer of common",
		"Entra's own document; MSAL Go resolvers.go", observed, func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, g.Root()+"/common/v2.0/.well-known/openid-configuration", "Authorization:")
			for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri", "issuer", "device_authorization_endpoint",
				"end_session_endpoint"} {
				assert.True(t, strings.HasPrefix(a.Text(name), g.Root()+"/"), "%s: %s", name, a.Text(name))
			}
			assert.Equal(t, g.Root()+"/{tenantid}/v2.0", a.Text("issuer"))
			a = g.Get(t, g.Root()+"/"+emulator.DefaultTenant+"/v2.0/.well-known/openid-configuration", "Authorization:")
			assert.Equal(t, g.Root()+"/"+emulator.DefaultTenant+"/v2.0", a.Text("issuer"))
		}},
	{"token.configuration", "unknown-tenant", "An unknown tenant is 400 `invalid_tenant`, AADSTS90002", "Entra", observed,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			rig.WantAADSTS(t, g.Get(t, g.Root()+"/fabrikam.example/v2.0/.well-known/openid-configuration", "Authorization:"), 400,
				"invalid_tenant", 90002)
		}},
	{"token.configuration", "consumers", "Personal accounts are refused",
		"create page: `Delegated (personal Microsoft account): Not supported`", documented, func(t *testing.T, g *rig.Rig) {
			for _, tenant := range []string{"consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"} {
				assert.Equal(t, 400, g.Get(t, g.Root()+"/"+tenant+"/v2.0/.well-known/openid-configuration", "Authorization:").Status)
			}
		}},
	{"token.keys", "set",
		"A JSON Web Key Set with kty, use, kid, x5t, n, e and x5c of each RSA key, the newest first; graphemu's own ES256 key beside them",
		"Entra's own set; the last is graphemu's", observed, func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, g.Root()+"/common/discovery/v2.0/keys", "Authorization:")
			assert.Equal(t, []string{"kty", "use", "kid", "x5t", "n", "e", "x5c"}, a.Keys("keys.0"))
			assert.Equal(t, a.Text("keys.0.kid"), a.Text("keys.0.x5t"))
			assert.Equal(t, "EC", a.Text("keys.1.kty"))
		}},
	{"token.instance", "discovery",
		"Instance discovery knows this host and Entra's own, with tenant_discovery_endpoint, api-version and metadata; another is `invalid_instance`", "MSAL Go mock.go, resolvers.go", documented, func(t *testing.T, g *rig.Rig) {
			at := func(host string) rig.Answer {
				return g.Get(t, g.Root()+"/common/discovery/instance"+
					rig.Query("api-version", "1.1", "authorization_endpoint", "https://"+host+"/common/oauth2/v2.0/authorize"), "Authorization:")
			}
			a := at("login.microsoftonline.com")
			assert.Equal(t, 200, a.Status, a.Body)
			assert.NotEmpty(t, a.Text("tenant_discovery_endpoint"))
			assert.Contains(t, a.Texts("metadata.0.aliases"), "login.microsoftonline.com")
			rig.WantAADSTS(t, at("evil.example"), 400, "invalid_instance", 50049)
		}},
	{"token.userRealm", "managed", "Every account is managed here, none federated", "MSAL's request before the password grant", chosen,
		func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, g.Root()+"/common/UserRealm/"+rig.Ora+"?api-version=1.0", "Authorization:")
			assert.Equal(t, "Managed", a.Text("account_type"), a.Body)
		}},
	{"token.other", "refused", "No grant_type is AADSTS900144, an unknown one `unsupported_grant_type` 70003, a GET 900561", "Entra", observed,
		func(t *testing.T, g *rig.Rig) {
			rig.WantAADSTS(t, g.AskToken(t, "common", "client_id", rig.SampleApp), 400, "invalid_request", 900144)
			rig.WantAADSTS(t, g.AskToken(t, "common", "client_id", rig.SampleApp, "grant_type", "magic"), 400, "unsupported_grant_type", 70003)
			rig.WantAADSTS(t, g.Get(t, g.Root()+"/common/oauth2/v2.0/token", "Authorization:"), 400, "invalid_request", 900561)
		}},
	{"token.other", "per-request", "Signing in does not move a clock with `perRequest`, and the star in a scenario does not mean it",
		"graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{Clock: "",
				ScenarioText: "version: 1\nclock: {mode: frozen, start: 2026-01-05T06:00:00Z, perRequest: 10s}\nfaults: [{name: down, operation: '*', respond: {status: 503}}]"})
			before := g.World().Clock().Now()
			assert.Equal(t, 200, g.AsApp(t, rig.SampleSecret).Status)
			assert.Equal(t, before, g.World().Clock().Now())
			assert.Equal(t, 503, g.Get(t, rig.ProfilesAt).Status, "it means this")
		}},
	{"token.other", "faults", "A fault on `token.*` answers as the endpoints do", "graphemu; learn, AADSTS90033", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{ScenarioText: `version: 1
faults:
  - {name: busy, operation: token.clientCredentials, calls: first 1, where: {body: {client_id: ` + rig.SampleApp + `}}, respond: {status: 503, retryAfter: 2s}}
  - {name: again, operation: token.refreshToken, respond: {status: 400, error: interaction_required}}`})
			a := g.AsApp(t, rig.SampleSecret)
			rig.WantAADSTS(t, a, 503, "temporarily_unavailable", 90033)
			assert.Equal(t, "2", a.Header.Get("Retry-After"))
			assert.Equal(t, 200, g.AsApp(t, rig.SampleSecret).Status)
			assert.Equal(t, "interaction_required",
				g.AskToken(t, "common", "grant_type", "refresh_token", "client_id", rig.SampleApp, "refresh_token", "x").Text("error"))
		}},
}
