package faithfulness

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
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
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

func typedRig(t *testing.T, auth string) *rig.Rig {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fixture.json")
	require.NoError(t, os.WriteFile(file, []byte(typedFixture), 0o600))
	return newRig(t, emulator.Options{Auth: auth, Fixture: file})
}

// ask posts to the token endpoint as the app, with an Origin header unless it is "".
func askFrom(t *testing.T, g *rig.Rig, origin string, pairs ...string) rig.Answer {
	t.Helper()
	headers := []string{"Authorization:", "Content-Type: application/x-www-form-urlencoded"}
	if origin != "" {
		headers = append(headers, "Origin: "+origin)
	}
	body := strings.TrimPrefix(rig.Query(append(pairs, "client_id", typedApp)...), "?")
	return g.Post(t, g.Root()+"/organizations/oauth2/v2.0/token", body, headers...)
}

// landing signs a user in at a redirect URI, and returns what the app is sent.
func landing(t *testing.T, g *rig.Rig, uri string, more ...string) url.Values {
	t.Helper()
	pairs := append([]string{"client_id", typedApp, "response_type", "code", "redirect_uri", uri,
		"scope", "openid offline_access EduAdministration.ReadWrite", "prompt", "none", "login_hint", rig.Ora}, more...)
	r, err := http.NewRequestWithContext(t.Context(), "GET", g.Root()+"/common/oauth2/v2.0/authorize"+rig.Query(pairs...), nil)
	require.NoError(t, err)
	a, err := g.HTTP.Transport.RoundTrip(r)
	require.NoError(t, err)
	defer a.Body.Close()
	to, err := url.Parse(a.Header.Get("Location"))
	require.NoError(t, err)
	return to.Query()
}

// redeem signs in with PKCE at a redirect URI and redeems the code.
func redeem(t *testing.T, g *rig.Rig, origin, uri string, more ...string) rig.Answer {
	t.Helper()
	code := landing(t, g, uri, "code_challenge", pkceChallenge, "code_challenge_method", "S256").Get("code")
	return askFrom(t, g, origin, append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", uri,
		"code_verifier", pkceVerifier}, more...)...)
}

var redirectStatements = []statement{
	{"token.authorizationCode", "cross-origin",
		"A code whose redirect URI is of type web or native is not redeemed with an `Origin` header: 400 `invalid_request`, AADSTS9002326",
		"umijs/umi-request#299", observed, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthStrict)
			for _, uri := range []string{typedWeb, typedNative} {
				a := redeem(t, g, typedOrigin, uri)
				rig.WantAADSTS(t, a, 400, "invalid_request", 9002326)
				assert.Contains(t, a.Text("error_description"), "Request origin: '"+typedOrigin+"'.")
			}
			assert.Equal(t, 200, redeem(t, g, "", typedWeb, "client_secret", typedSecret).Status)
			assert.Equal(t, 200, redeem(t, g, "", typedNative).Status, "it has no secret")
		}},
	{"token.authorizationCode", "spa",
		"A code whose redirect URI is of type spa is redeemed with an `Origin` header and without a secret; without that header 400 " +
			"`invalid_request`, AADSTS9002327",
		"msal-js#2482; sidebase/nuxt-auth#301", observed, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthStrict)
			a := redeem(t, g, typedOrigin, typedSPA)
			require.Equal(t, 200, a.Status, a.Body)
			assert.Equal(t, "0", rig.Claims(t, a.Text("access_token")).Get("appidacr").String())
			rig.WantAADSTS(t, redeem(t, g, "", typedSPA), 400, "invalid_request", 9002327)
			rig.WantAADSTS(t, redeem(t, g, "", typedSPA, "client_secret", typedSecret), 400, "invalid_request", 9002327)
		}},
	{"token.authorizationCode", "public-by-type",
		"A secret that comes with a code whose redirect URI is of type native or spa is 401 `invalid_client`, AADSTS700025",
		"Entra's words; that the type decides", inferred, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthStrict)
			rig.WantAADSTS(t, redeem(t, g, "", typedNative, "client_secret", typedSecret), 401, "invalid_client", 700025)
			rig.WantAADSTS(t, redeem(t, g, typedOrigin, typedSPA, "client_secret", typedSecret), 401, "invalid_client", 700025)
		}},
	{"token.authorizationCode", "cross-origin-readable",
		"Scripts of every origin may read what the token endpoint answers, AADSTS9002326 too, as pages were seen to; Entra's page " +
			"says that it lets redirect URIs of type spa alone",
		"ms-identity-javascript-angular-tutorial#37; learn, auth code flow", chosen, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthStrict)
			for _, uri := range []string{typedWeb, typedSPA} {
				assert.Equal(t, "*", redeem(t, g, typedOrigin, uri).Header.Get("Access-Control-Allow-Origin"))
			}
		}},
	{"token.authorizationCode", "untyped",
		"A loopback redirect URI that the app has not registered has no type, and is not checked",
		"graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthLenient)
			for _, origin := range []string{"", typedOrigin} {
				require.Equal(t, 200, redeem(t, g, origin, "http://localhost:5173/cb", "client_secret", typedSecret).Status)
				assert.Empty(t, g.World().Journal().Entries(journal.Filter{Limit: 1})[0].Advice)
			}
		}},
	{"token.authorizationCode", "types-lenient",
		"With lenient authentication the code is redeemed all the same, and the journal tells what strict would refuse",
		"graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthLenient)
			for want, origin := range map[string]string{"AADSTS9002326": typedOrigin, "AADSTS9002327": ""} {
				uri := map[string]string{"": typedSPA, typedOrigin: typedWeb}[origin]
				require.Equal(t, 200, redeem(t, g, origin, uri, "client_secret", typedSecret).Status)
				assert.Contains(t, g.World().Journal().Entries(journal.Filter{Limit: 1})[0].Advice, want)
			}
		}},
	{"token.authorize", "spa-proof",
		"A sign-in whose redirect URI is of type spa needs PKCE: AADSTS9002325",
		"azure-docs#93166", observed, func(t *testing.T, _ *rig.Rig) {
			v := landing(t, typedRig(t, emulator.AuthStrict), typedSPA)
			assert.Equal(t, "invalid_request", v.Get("error"))
			assert.Contains(t, v.Get("error_description"), "AADSTS9002325: Proof Key for Code Exchange is required")
		}},
	{"token.clientCredentials", "cross-origin",
		"A secret is never taken with an `Origin` header: AADSTS9002326",
		"learn, auth code flow: `prevents the use of client credentials in all flows in the presence of an Origin header`",
		documented, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthStrict)
			form := []string{"grant_type", "client_credentials", "client_secret", typedSecret, "scope", rig.GraphScope}
			assert.Equal(t, 200, askFrom(t, g, "", form...).Status)
			rig.WantAADSTS(t, askFrom(t, g, typedOrigin, form...), 400, "invalid_request", 9002326)
		}},
	{"token.refreshToken", "spa",
		"The refresh tokens of a redirect URI of type spa end 24 hours after the first one, `invalid_grant`, AADSTS700084: a later " +
			"one keeps that end",
		"learn, refresh tokens; microsoft/chat-copilot#538", documented, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthStrict)
			refresh := func(a rig.Answer) rig.Answer {
				return askFrom(t, g, typedOrigin, "grant_type", "refresh_token", "refresh_token", a.Text("refresh_token"))
			}
			first := redeem(t, g, typedOrigin, typedSPA)
			g.Advance(t, 23*time.Hour)
			second := refresh(first)
			require.Equal(t, 200, second.Status, second.Body)
			g.Advance(t, time.Hour)
			for _, a := range []rig.Answer{first, second} {
				rig.WantAADSTS(t, refresh(a), 400, "invalid_grant", 700084)
			}
		}},
	{"token.refreshToken", "cross-origin",
		"A refresh token is held to the type of the redirect URI as its code was: AADSTS9002326 and 9002327",
		"learn, auth code flow; the words speak of tokens", inferred, func(t *testing.T, _ *rig.Rig) {
			g := typedRig(t, emulator.AuthStrict)
			refresh := func(origin string, a rig.Answer) rig.Answer {
				return askFrom(t, g, origin, "grant_type", "refresh_token", "refresh_token", a.Text("refresh_token"))
			}
			rig.WantAADSTS(t, refresh("", redeem(t, g, typedOrigin, typedSPA)), 400, "invalid_request", 9002327)
			rig.WantAADSTS(t, refresh(typedOrigin, redeem(t, g, "", typedWeb, "client_secret", typedSecret)), 400, "invalid_request", 9002326)
		}},
}
