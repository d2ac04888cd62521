package emulator_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// An app with a redirect URI of each type, its secret, and where its page is.
const (
	typedApp     = "33333333-4444-4555-8666-777777777777"
	typedWeb     = "https://web.school.example/cb"
	typedSPA     = "https://page.school.example/cb"
	typedNative  = "msal33333333-4444-4555-8666-777777777777://auth"
	typedSecret  = "made-up-secret"
	typedOrigin  = "https://page.school.example"
	typedFixture = `{"version": 1, "directory": {"domains": ["contoso.edu"], "users": [{"userPrincipalName": "ora.klein@contoso.edu"}],
		"apps": [{"appId": "` + typedApp + `", "displayName": "Typed", "secret": "` + typedSecret + `",
		"web": {"redirectUris": ["` + typedWeb + `"]}, "spa": {"redirectUris": ["` + typedSPA + `"]},
		"publicClient": {"redirectUris": ["` + typedNative + `"]},
		"permissions": ["EduAdministration.ReadWrite.All"], "delegatedPermissions": ["EduAdministration.ReadWrite"]}]}}`
	// The example of RFC 7636, appendix B.
	pkceVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	pkceChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func typedRig(t *testing.T, auth string) *rig {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fixture.json")
	require.NoError(t, os.WriteFile(file, []byte(typedFixture), 0o600))
	return newRig(t, emulator.Options{Auth: auth, Fixture: file})
}

// ask posts to the token endpoint as the app, with an Origin header unless it is "".
func (g *rig) askFrom(t *testing.T, origin string, pairs ...string) answer {
	t.Helper()
	headers := []string{"Authorization:", "Content-Type: application/x-www-form-urlencoded"}
	if origin != "" {
		headers = append(headers, "Origin: "+origin)
	}
	body := strings.TrimPrefix(query(append(pairs, "client_id", typedApp)...), "?")
	return g.post(t, g.origin()+"/organizations/oauth2/v2.0/token", body, headers...)
}

// landing signs a user in at a redirect URI, and returns what the app is sent.
func (g *rig) landing(t *testing.T, uri string, more ...string) url.Values {
	t.Helper()
	pairs := append([]string{"client_id", typedApp, "response_type", "code", "redirect_uri", uri,
		"scope", "openid offline_access EduAdministration.ReadWrite", "prompt", "none", "login_hint", ora}, more...)
	r, err := http.NewRequestWithContext(t.Context(), "GET", g.origin()+"/common/oauth2/v2.0/authorize"+query(pairs...), nil)
	require.NoError(t, err)
	a, err := g.client.Transport.RoundTrip(r)
	require.NoError(t, err)
	defer a.Body.Close()
	to, err := url.Parse(a.Header.Get("Location"))
	require.NoError(t, err)
	return to.Query()
}

// redeem signs in with PKCE at a redirect URI and redeems the code.
func (g *rig) redeem(t *testing.T, origin, uri string, more ...string) answer {
	t.Helper()
	code := g.landing(t, uri, "code_challenge", pkceChallenge, "code_challenge_method", "S256").Get("code")
	return g.askFrom(t, origin, append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", uri,
		"code_verifier", pkceVerifier}, more...)...)
}

var redirectStatements = []statement{
	{"token.authorizationCode", "cross-origin",
		"A code whose redirect URI is of type web or native is not redeemed with an `Origin` header: 400 `invalid_request`, AADSTS9002326",
		"umijs/umi-request#299", observed, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthStrict)
			for _, uri := range []string{typedWeb, typedNative} {
				a := g.redeem(t, typedOrigin, uri)
				wantAADSTS(t, a, 400, "invalid_request", 9002326)
				assert.Contains(t, a.text("error_description"), "Request origin: '"+typedOrigin+"'.")
			}
			assert.Equal(t, 200, g.redeem(t, "", typedWeb, "client_secret", typedSecret).status)
			assert.Equal(t, 200, g.redeem(t, "", typedNative).status, "it has no secret")
		}},
	{"token.authorizationCode", "spa",
		"A code whose redirect URI is of type spa is redeemed with an `Origin` header and without a secret; without that header 400 " +
			"`invalid_request`, AADSTS9002327",
		"msal-js#2482; sidebase/nuxt-auth#301", observed, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthStrict)
			a := g.redeem(t, typedOrigin, typedSPA)
			require.Equal(t, 200, a.status, a.body)
			assert.Equal(t, "0", claims(t, a.text("access_token")).Get("appidacr").String())
			wantAADSTS(t, g.redeem(t, "", typedSPA), 400, "invalid_request", 9002327)
			wantAADSTS(t, g.redeem(t, "", typedSPA, "client_secret", typedSecret), 400, "invalid_request", 9002327)
		}},
	{"token.authorizationCode", "public-by-type",
		"A secret that comes with a code whose redirect URI is of type native or spa is 401 `invalid_client`, AADSTS700025",
		"Entra's words; that the type decides", inferred, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthStrict)
			wantAADSTS(t, g.redeem(t, "", typedNative, "client_secret", typedSecret), 401, "invalid_client", 700025)
			wantAADSTS(t, g.redeem(t, typedOrigin, typedSPA, "client_secret", typedSecret), 401, "invalid_client", 700025)
		}},
	{"token.authorizationCode", "cross-origin-readable",
		"Scripts of every origin may read what the token endpoint answers, AADSTS9002326 too, as pages were seen to; Entra's page " +
			"says that it lets redirect URIs of type spa alone",
		"ms-identity-javascript-angular-tutorial#37; learn, auth code flow", chosen, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthStrict)
			for _, uri := range []string{typedWeb, typedSPA} {
				assert.Equal(t, "*", g.redeem(t, typedOrigin, uri).header.Get("Access-Control-Allow-Origin"))
			}
		}},
	{"token.authorizationCode", "untyped",
		"A loopback redirect URI that the app has not registered has no type, and is not checked",
		"graphemu", chosen, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthLenient)
			for _, origin := range []string{"", typedOrigin} {
				require.Equal(t, 200, g.redeem(t, origin, "http://localhost:5173/cb", "client_secret", typedSecret).status)
				assert.Empty(t, g.World().Journal().Entries(journal.Filter{Limit: 1})[0].Advice)
			}
		}},
	{"token.authorizationCode", "types-lenient",
		"With lenient authentication the code is redeemed all the same, and the journal tells what strict would refuse",
		"graphemu", chosen, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthLenient)
			for want, origin := range map[string]string{"AADSTS9002326": typedOrigin, "AADSTS9002327": ""} {
				uri := map[string]string{"": typedSPA, typedOrigin: typedWeb}[origin]
				require.Equal(t, 200, g.redeem(t, origin, uri, "client_secret", typedSecret).status)
				assert.Contains(t, g.World().Journal().Entries(journal.Filter{Limit: 1})[0].Advice, want)
			}
		}},
	{"token.authorize", "spa-proof",
		"A sign-in whose redirect URI is of type spa needs PKCE: AADSTS9002325",
		"azure-docs#93166", observed, func(t *testing.T, _ *rig) {
			v := typedRig(t, emulator.AuthStrict).landing(t, typedSPA)
			assert.Equal(t, "invalid_request", v.Get("error"))
			assert.Contains(t, v.Get("error_description"), "AADSTS9002325: Proof Key for Code Exchange is required")
		}},
	{"token.clientCredentials", "cross-origin",
		"A secret is never taken with an `Origin` header: AADSTS9002326",
		"learn, auth code flow: `prevents the use of client credentials in all flows in the presence of an Origin header`",
		documented, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthStrict)
			form := []string{"grant_type", "client_credentials", "client_secret", typedSecret, "scope", graphScope}
			assert.Equal(t, 200, g.askFrom(t, "", form...).status)
			wantAADSTS(t, g.askFrom(t, typedOrigin, form...), 400, "invalid_request", 9002326)
		}},
	{"token.refreshToken", "spa",
		"The refresh tokens of a redirect URI of type spa end 24 hours after the first one, `invalid_grant`, AADSTS700084: a later " +
			"one keeps that end",
		"learn, refresh tokens; microsoft/chat-copilot#538", documented, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthStrict)
			refresh := func(a answer) answer {
				return g.askFrom(t, typedOrigin, "grant_type", "refresh_token", "refresh_token", a.text("refresh_token"))
			}
			first := g.redeem(t, typedOrigin, typedSPA)
			g.advance(t, 23*time.Hour)
			second := refresh(first)
			require.Equal(t, 200, second.status, second.body)
			g.advance(t, time.Hour)
			for _, a := range []answer{first, second} {
				wantAADSTS(t, refresh(a), 400, "invalid_grant", 700084)
			}
		}},
	{"token.refreshToken", "cross-origin",
		"A refresh token is held to the type of the redirect URI as its code was: AADSTS9002326 and 9002327",
		"learn, auth code flow; the words speak of tokens", inferred, func(t *testing.T, _ *rig) {
			g := typedRig(t, emulator.AuthStrict)
			refresh := func(origin string, a answer) answer {
				return g.askFrom(t, origin, "grant_type", "refresh_token", "refresh_token", a.text("refresh_token"))
			}
			wantAADSTS(t, refresh("", g.redeem(t, typedOrigin, typedSPA)), 400, "invalid_request", 9002327)
			wantAADSTS(t, refresh(typedOrigin, g.redeem(t, "", typedWeb, "client_secret", typedSecret)), 400, "invalid_request", 9002326)
		}},
}
