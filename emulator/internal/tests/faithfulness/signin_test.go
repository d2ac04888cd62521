package faithfulness

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// askTokenV1 posts a form to the token endpoint of version 1.
func askTokenV1(t *testing.T, g *rig.Rig, pairs ...string) rig.Answer {
	t.Helper()
	return g.Form(t, g.Root()+"/"+emulator.DefaultTenant+"/oauth2/token", pairs...)
}

// asAppV1 asks there for an app's own token.
func asAppV1(t *testing.T, g *rig.Rig, more ...string) rig.Answer {
	t.Helper()
	return askTokenV1(t, g, append([]string{"grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret},
		more...)...)
}

// asUserV1 asks there for a user's token.
func asUserV1(t *testing.T, g *rig.Rig, more ...string) rig.Answer {
	t.Helper()
	return askTokenV1(t, g,
		append([]string{"grant_type", "password", "client_id", rig.SampleApp, "username", rig.Ora, "password", "any"}, more...)...)
}

// signInStatements are about what all sign-in endpoints share, and about those of
// version 1.
var signInStatements = []statement{
	{"token.password", "names-in-any-case",
		"The names of parameters may be in any letter case; one that comes twice, in whatever case, is AADSTS9000411",
		"Microsoft's Postman collections send `userName`", observed, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			a := g.AskToken(t, "common", "Grant_Type", "password", "client_id", rig.SampleApp, "userName", rig.Ora, "password", "any",
				"scope", "EduAdministration.ReadWrite")
			assert.Equal(t, 200, a.Status, a.Body)
			rig.WantAADSTS(t, g.AskToken(t, "common", "grant_type", "password", "client_id", rig.SampleApp, "userName", rig.Ora, "username",
				rig.Ora), 400,
				"invalid_request", 9000411)
		}},
	{"token.other", "where-in-any-case", "A rule's `where: {body: …}` finds a form's parameters by their names in lower case", "graphemu",
		chosen, func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{ScenarioText: "version: 1\nfaults: [{name: down, operation: token.password, where: {body: {username: " +
				rig.Ora + "}}, respond: {status: 503}}]"})
			assert.Equal(t, 503,
				g.AskToken(t, "common", "grant_type", "password", "client_id", rig.SampleApp, "userName", rig.Ora, "password", "any",
					"scope", "openid").Status)
		}},
	{"token.other", "unclean-paths",
		"Doubled slashes and a slash at the end of a path mean nothing, on every surface; in the name of a blob they count",
		"`AZURE_AUTHORITY_HOST` ends in a slash; learn, naming blobs", chosen, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			for _, path := range rig.Unclean("/common/oauth2/v2.0/token") {
				a := g.Form(t, g.Root()+path, "grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret,
					"scope", rig.GraphScope)
				assert.Equal(t, 200, a.Status, a.Body)
			}
		}},
	{"token.configuration", "no-world",
		"Metadata, keys and pages before a sign-in are answered without making a world; the default one lends its scenario and journal",
		"graphemu", chosen, func(t *testing.T, g *rig.Rig) {
			for _, tenant := range []string{"20000000-0000-4000-8000-000000000001", "north"} {
				for _, path := range []string{"/v2.0/.well-known/openid-configuration", "/.well-known/openid-configuration", "/discovery/v2.0/keys",
					"/oauth2/deviceauth"} {
					assert.Equal(t, 200, g.Get(t, g.Root()+"/"+tenant+path, "Authorization:").Status, path)
				}
			}
			assert.Len(t, g.Worlds(), 1)
		}},
	{"token.clientCredentials", "many-hosts",
		"A token's issuer is the host that was asked; where tokens name 100 hosts already, the server's own. With `strict` each stays good",
		"graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			a := g.SignInAt(t, "https://mapped.example:31337")
			assert.Equal(t, "https://mapped.example:31337/"+emulator.DefaultTenant+"/v2.0", rig.Claims(t, a).Get("iss").String())
			assert.Equal(t, 200, g.With(t, a, "GET", rig.ProfilesAt, "").Status)
		}},
	{"token.clientCredentials", "v1-shape",
		"`/oauth2/token` takes `resource` in place of `scope` and answers with `resource`, `expires_on` and `not_before`, numbers as text",
		"azure-docs, v1-oauth2-client-creds-grant-flow; answers of 2019 to 2020 in Internet2's Grouper and AADInternals", observed,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			a := asAppV1(t, g, "resource", "https://graph.microsoft.com/")
			require.Equal(t, 200, a.Status, a.Body)
			assert.Equal(t, []string{"token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"},
				a.Keys(""))
			for name, want := range map[string]string{"expires_in": `"3599"`, "expires_on": `"1767596399"`, "not_before": `"1767592800"`,
				"resource": `"https://graph.microsoft.com/"`} {
				assert.Equal(t, want, a.JSON(name).Raw, name)
			}
			assert.Equal(t, 200, g.With(t, a.Text("access_token"), "GET", rig.ProfilesAt, "").Status)
		}},
	{"token.clientCredentials", "v1-claims",
		"Its token has the issuer https://sts.windows.net/{tenant}/, `ver` 1.0 and the resource as it was asked for as aud",
		"azure-docs, v1-protocols-oauth-code", documented, func(t *testing.T, _ *rig.Rig) {
			c := rig.Claims(t, asAppV1(t, rig.Strict(t), "resource", "https://graph.microsoft.com/").Text("access_token"))
			assert.Equal(t, "https://sts.windows.net/"+emulator.DefaultTenant+"/", c.Get("iss").String())
			assert.Equal(t, "https://graph.microsoft.com/", c.Get("aud").String())
			assert.Equal(t, "1.0", c.Get("ver").String())
		}},
	{"token.clientCredentials", "v1-no-resource",
		"Without a resource the token is for Azure AD Graph, and Microsoft Graph refuses its audience",
		"answers of 2019 and 2020 in Internet2's Grouper", observed, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			a := asAppV1(t, g, "scope", rig.GraphScope)
			assert.Equal(t, "00000002-0000-0000-c000-000000000000", a.Text("resource"), a.Body)
			rig.WantError(t, g.With(t, a.Text("access_token"), "GET", rig.ProfilesAt, ""), 401, "InvalidAuthenticationToken",
				"Access token validation failure. Invalid audience.")
		}},
	{"token.clientCredentials", "v1-unknown-resource", "With `strict` another resource than Graph is 400 `invalid_resource`, AADSTS500011",
		"salvoravida/react-adal#73", observed, func(t *testing.T, _ *rig.Rig) {
			rig.WantAADSTS(t, asAppV1(t, rig.Strict(t), "resource", "https://vault.azure.net"), 400, "invalid_resource", 500011)
		}},
	{"token.password", "v1-no-resource", "Without a resource the password grant of version 1 is AADSTS900144", "azure-docs#46696", observed,
		func(t *testing.T, g *rig.Rig) {
			rig.WantAADSTS(t, asUserV1(t, g), 400, "invalid_request", 900144)
		}},
	{"token.password", "v1-answer",
		"A user's answer has `scope` with the permissions that the app has, a refresh token always, and an ID token where openid is asked for",
		"speakerdeck of 2017; ADAL", inferred, func(t *testing.T, _ *rig.Rig) {
			a := asUserV1(t, rig.Strict(t), "resource", rig.GraphURL, "scope", "openid")
			assert.Equal(t, []string{"token_type", "scope", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token",
				"refresh_token", "id_token"}, a.Keys(""), a.Body)
			id := rig.Claims(t, a.Text("id_token"))
			assert.Equal(t, "https://sts.windows.net/"+emulator.DefaultTenant+"/", id.Get("iss").String())
			assert.Equal(t, []string{rig.Ora, rig.Ora, "1.0"},
				[]string{id.Get("upn").String(), id.Get("unique_name").String(), id.Get("ver").String()})
		}},
	{"token.authorizationCode", "v1",
		"At version 1 the resource is asked for at /oauth2/authorize or with the code; at neither it is `invalid_resource`, AADSTS500013",
		"azure-docs, v1-protocols-oauth-code; powerapps-docs#1161", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			redeem := func(more ...string) rig.Answer {
				return askTokenV1(t, g, append([]string{"grant_type", "authorization_code", "client_id", rig.SampleApp,
					"redirect_uri", "http://localhost:8400"}, more...)...)
			}
			asked := codeV1(t, g, "resource", rig.GraphURL)
			assert.Equal(t, rig.GraphURL, redeem("code", asked).Text("resource"))
			assert.Equal(t, rig.GraphURL, redeem("code", codeV1(t, g), "resource", rig.GraphURL).Text("resource"))
			rig.WantAADSTS(t, redeem("code", codeV1(t, g)), 400, "invalid_resource", 500013)
		}},
	{"token.refreshToken", "v1", "A refresh token is good for another resource, and at the endpoint of the other version",
		"azure-docs, v1-protocols-oauth-code; learn, from ADAL to MSAL", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			first := asUserV1(t, g, "resource", rig.GraphURL)
			a := askTokenV1(t, g, "grant_type", "refresh_token", "client_id", rig.SampleApp, "refresh_token", first.Text("refresh_token"),
				"resource", "00000003-0000-0000-c000-000000000000")
			assert.Equal(t, "00000003-0000-0000-c000-000000000000", a.Text("resource"), a.Body)
			a = g.AskToken(t, "common", "grant_type", "refresh_token", "client_id", rig.SampleApp, "refresh_token", first.Text("refresh_token"),
				"scope", "EduAdministration.ReadWrite")
			assert.Equal(t, 200, a.Status, a.Body)
		}},
	{"token.device", "v1-shape",
		"`/oauth2/devicecode` answers with `verification_url`, and `expires_in` and `interval` as text; it takes GET too",
		"AADInternals, 2020; ADAL for .NET", observed, func(t *testing.T, g *rig.Rig) {
			a := g.Form(t, g.Root()+"/common/oauth2/devicecode", "client_id", rig.SampleApp, "resource", rig.GraphURL)
			assert.Equal(t, []string{"user_code", "device_code", "verification_url", "expires_in", "interval", "message"}, a.Keys(""), a.Body)
			assert.Equal(t, `"900"`, a.JSON("expires_in").Raw)
			assert.Equal(t, 200, g.Get(t, g.Root()+"/common/oauth2/devicecode"+rig.Query("client_id", rig.SampleApp, "resource", rig.GraphURL),
				"Authorization:").Status)
		}},
	{"token.configuration", "v1-document", "The document of version 1 has the endpoints of version 1, the issuer " +
		"https://sts.windows.net/{tenantid}/ for common and `microsoft_multi_refresh_token`",
		"MSIdentityTools, a test's answer", observed, func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, g.Root()+"/common/.well-known/openid-configuration", "Authorization:")
			assert.Equal(t, "https://sts.windows.net/{tenantid}/", a.Text("issuer"))
			assert.Equal(t, g.Root()+"/common/oauth2/token", a.Text("token_endpoint"))
			assert.Equal(t, g.Root()+"/common/oauth2/authorize", a.Text("authorization_endpoint"))
			assert.True(t, a.JSON("microsoft_multi_refresh_token").Bool())
		}},
}
