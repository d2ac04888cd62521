package emulator_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// askTokenV1 posts a form to the token endpoint of version 1.
func (g *rig) askTokenV1(t *testing.T, pairs ...string) answer {
	t.Helper()
	return g.form(t, g.origin()+"/"+emulator.DefaultTenant+"/oauth2/token", pairs...)
}

// asAppV1 asks there for an app's own token.
func (g *rig) asAppV1(t *testing.T, more ...string) answer {
	t.Helper()
	return g.askTokenV1(t, append([]string{"grant_type", "client_credentials", "client_id", sampleApp, "client_secret", sampleSecret},
		more...)...)
}

// asUserV1 asks there for a user's token.
func (g *rig) asUserV1(t *testing.T, more ...string) answer {
	t.Helper()
	return g.askTokenV1(t, append([]string{"grant_type", "password", "client_id", sampleApp, "username", ora, "password", "any"}, more...)...)
}

// signInStatements are about what all sign-in endpoints share, and about those of
// version 1.
var signInStatements = []statement{
	{"token.password", "names-in-any-case",
		"The names of parameters may be in any letter case; one that comes twice, in whatever case, is AADSTS9000411",
		"Microsoft's Postman collections send `userName`", observed, func(t *testing.T, _ *rig) {
			g := strictRig(t)
			a := g.askToken(t, "common", "Grant_Type", "password", "client_id", sampleApp, "userName", ora, "password", "any",
				"scope", "EduAdministration.ReadWrite")
			assert.Equal(t, 200, a.status, a.body)
			wantAADSTS(t, g.askToken(t, "common", "grant_type", "password", "client_id", sampleApp, "userName", ora, "username", ora), 400,
				"invalid_request", 9000411)
		}},
	{"token.other", "where-in-any-case", "A rule's `where: {body: …}` finds a form's parameters by their names in lower case", "graphemu",
		chosen, func(t *testing.T, _ *rig) {
			g := newRig(t, emulator.Options{ScenarioText: "version: 1\nfaults: [{name: down, operation: token.password, where: {body: {username: " +
				ora + "}}, respond: {status: 503}}]"})
			assert.Equal(t, 503, g.askToken(t, "common", "grant_type", "password", "client_id", sampleApp, "userName", ora, "password", "any",
				"scope", "openid").status)
		}},
	{"token.other", "unclean-paths",
		"Doubled slashes and a slash at the end of a path mean nothing, on every surface; in the name of a blob they count",
		"`AZURE_AUTHORITY_HOST` ends in a slash; learn, naming blobs", chosen, func(t *testing.T, _ *rig) {
			g := strictRig(t)
			for _, path := range unclean("/common/oauth2/v2.0/token") {
				a := g.form(t, g.origin()+path, "grant_type", "client_credentials", "client_id", sampleApp, "client_secret", sampleSecret,
					"scope", graphScope)
				assert.Equal(t, 200, a.status, a.body)
			}
		}},
	{"token.configuration", "no-world",
		"Metadata, keys and pages before a sign-in are answered without making a world; the default one lends its scenario and journal",
		"graphemu", chosen, func(t *testing.T, g *rig) {
			for _, tenant := range []string{"20000000-0000-4000-8000-000000000001", "north"} {
				for _, path := range []string{"/v2.0/.well-known/openid-configuration", "/.well-known/openid-configuration", "/discovery/v2.0/keys",
					"/oauth2/deviceauth"} {
					assert.Equal(t, 200, g.get(t, g.origin()+"/"+tenant+path, "Authorization:").status, path)
				}
			}
			assert.Len(t, g.Worlds(), 1)
		}},
	{"token.clientCredentials", "many-hosts",
		"A token's issuer is the host that was asked; where tokens name 100 hosts already, the server's own. With `strict` each stays good",
		"graphemu", chosen, func(t *testing.T, _ *rig) {
			g := strictRig(t)
			a := g.signInAt(t, "https://mapped.example:31337")
			assert.Equal(t, "https://mapped.example:31337/"+emulator.DefaultTenant+"/v2.0", claims(t, a).Get("iss").String())
			assert.Equal(t, 200, g.with(t, a, "GET", profilesAt, "").status)
		}},
	{"token.clientCredentials", "v1-shape",
		"`/oauth2/token` takes `resource` in place of `scope` and answers with `resource`, `expires_on` and `not_before`, numbers as text",
		"azure-docs, v1-oauth2-client-creds-grant-flow; answers of 2019 to 2020 in Internet2's Grouper and AADInternals", observed,
		func(t *testing.T, _ *rig) {
			g := strictRig(t)
			a := g.asAppV1(t, "resource", "https://graph.microsoft.com/")
			require.Equal(t, 200, a.status, a.body)
			assert.Equal(t, []string{"token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"},
				a.keys(""))
			for name, want := range map[string]string{"expires_in": `"3599"`, "expires_on": `"1767596399"`, "not_before": `"1767592800"`,
				"resource": `"https://graph.microsoft.com/"`} {
				assert.Equal(t, want, a.json(name).Raw, name)
			}
			assert.Equal(t, 200, g.with(t, a.text("access_token"), "GET", profilesAt, "").status)
		}},
	{"token.clientCredentials", "v1-claims",
		"Its token has the issuer https://sts.windows.net/{tenant}/, `ver` 1.0 and the resource as it was asked for as aud",
		"azure-docs, v1-protocols-oauth-code", documented, func(t *testing.T, _ *rig) {
			c := claims(t, strictRig(t).asAppV1(t, "resource", "https://graph.microsoft.com/").text("access_token"))
			assert.Equal(t, "https://sts.windows.net/"+emulator.DefaultTenant+"/", c.Get("iss").String())
			assert.Equal(t, "https://graph.microsoft.com/", c.Get("aud").String())
			assert.Equal(t, "1.0", c.Get("ver").String())
		}},
	{"token.clientCredentials", "v1-no-resource",
		"Without a resource the token is for Azure AD Graph, and Microsoft Graph refuses its audience",
		"answers of 2019 and 2020 in Internet2's Grouper", observed, func(t *testing.T, _ *rig) {
			g := strictRig(t)
			a := g.asAppV1(t, "scope", graphScope)
			assert.Equal(t, "00000002-0000-0000-c000-000000000000", a.text("resource"), a.body)
			wantError(t, g.with(t, a.text("access_token"), "GET", profilesAt, ""), 401, "InvalidAuthenticationToken",
				"Access token validation failure. Invalid audience.")
		}},
	{"token.clientCredentials", "v1-unknown-resource", "With `strict` another resource than Graph is 400 `invalid_resource`, AADSTS500011",
		"salvoravida/react-adal#73", observed, func(t *testing.T, _ *rig) {
			wantAADSTS(t, strictRig(t).asAppV1(t, "resource", "https://vault.azure.net"), 400, "invalid_resource", 500011)
		}},
	{"token.password", "v1-no-resource", "Without a resource the password grant of version 1 is AADSTS900144", "azure-docs#46696", observed,
		func(t *testing.T, g *rig) {
			wantAADSTS(t, g.asUserV1(t), 400, "invalid_request", 900144)
		}},
	{"token.password", "v1-answer",
		"A user's answer has `scope` with the permissions that the app has, a refresh token always, and an ID token where openid is asked for",
		"speakerdeck of 2017; ADAL", inferred, func(t *testing.T, _ *rig) {
			a := strictRig(t).asUserV1(t, "resource", graphURL, "scope", "openid")
			assert.Equal(t, []string{"token_type", "scope", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token",
				"refresh_token", "id_token"}, a.keys(""), a.body)
			id := claims(t, a.text("id_token"))
			assert.Equal(t, "https://sts.windows.net/"+emulator.DefaultTenant+"/", id.Get("iss").String())
			assert.Equal(t, []string{ora, ora, "1.0"}, []string{id.Get("upn").String(), id.Get("unique_name").String(), id.Get("ver").String()})
		}},
	{"token.authorizationCode", "v1",
		"At version 1 the resource is asked for at /oauth2/authorize or with the code; at neither it is `invalid_resource`, AADSTS500013",
		"azure-docs, v1-protocols-oauth-code; powerapps-docs#1161", documented, func(t *testing.T, _ *rig) {
			g := strictRig(t)
			redeem := func(more ...string) answer {
				return g.askTokenV1(t, append([]string{"grant_type", "authorization_code", "client_id", sampleApp,
					"redirect_uri", "http://localhost:8400"}, more...)...)
			}
			asked := g.codeV1(t, "resource", graphURL)
			assert.Equal(t, graphURL, redeem("code", asked).text("resource"))
			assert.Equal(t, graphURL, redeem("code", g.codeV1(t), "resource", graphURL).text("resource"))
			wantAADSTS(t, redeem("code", g.codeV1(t)), 400, "invalid_resource", 500013)
		}},
	{"token.refreshToken", "v1", "A refresh token is good for another resource, and at the endpoint of the other version",
		"azure-docs, v1-protocols-oauth-code; learn, from ADAL to MSAL", documented, func(t *testing.T, _ *rig) {
			g := strictRig(t)
			first := g.asUserV1(t, "resource", graphURL)
			a := g.askTokenV1(t, "grant_type", "refresh_token", "client_id", sampleApp, "refresh_token", first.text("refresh_token"),
				"resource", "00000003-0000-0000-c000-000000000000")
			assert.Equal(t, "00000003-0000-0000-c000-000000000000", a.text("resource"), a.body)
			a = g.askToken(t, "common", "grant_type", "refresh_token", "client_id", sampleApp, "refresh_token", first.text("refresh_token"),
				"scope", "EduAdministration.ReadWrite")
			assert.Equal(t, 200, a.status, a.body)
		}},
	{"token.device", "v1-shape",
		"`/oauth2/devicecode` answers with `verification_url`, and `expires_in` and `interval` as text; it takes GET too",
		"AADInternals, 2020; ADAL for .NET", observed, func(t *testing.T, g *rig) {
			a := g.form(t, g.origin()+"/common/oauth2/devicecode", "client_id", sampleApp, "resource", graphURL)
			assert.Equal(t, []string{"user_code", "device_code", "verification_url", "expires_in", "interval", "message"}, a.keys(""), a.body)
			assert.Equal(t, `"900"`, a.json("expires_in").Raw)
			assert.Equal(t, 200, g.get(t, g.origin()+"/common/oauth2/devicecode"+query("client_id", sampleApp, "resource", graphURL),
				"Authorization:").status)
		}},
	{"token.configuration", "v1-document", "The document of version 1 has the endpoints of version 1, the issuer " +
		"https://sts.windows.net/{tenantid}/ for common and `microsoft_multi_refresh_token`",
		"MSIdentityTools, a test's answer", observed, func(t *testing.T, g *rig) {
			a := g.get(t, g.origin()+"/common/.well-known/openid-configuration", "Authorization:")
			assert.Equal(t, "https://sts.windows.net/{tenantid}/", a.text("issuer"))
			assert.Equal(t, g.origin()+"/common/oauth2/token", a.text("token_endpoint"))
			assert.Equal(t, g.origin()+"/common/oauth2/authorize", a.text("authorization_endpoint"))
			assert.True(t, a.json("microsoft_multi_refresh_token").Bool())
		}},
}
