package faithfulness

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// sampleAt is the service principal of the fixture's app, appOfSample its application.
const (
	sampleAt    = "/servicePrincipals(appId='" + rig.SampleApp + "')"
	appOfSample = "/applications(appId='" + rig.SampleApp + "')"
)

// asSample asks for the token of the fixture's app.
func asSample(t *testing.T, g *rig.Rig) rig.Answer {
	t.Helper()
	return asClient(t, g, rig.SampleApp, rig.SampleSecret)
}

// The apps of a fixture are objects of the directory, and what Graph makes of these is
// what signing in goes by.
var fixtureAppStatements = []statement{
	{"token.clientCredentials", "fixture-app",
		"An app of a fixture is an application with a service principal, whose id is the token's `oid`, " +
			"and whose app role assignments are its `roles`", oneTruth, inferred,
		func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			app, sp := g.Found(t, appOfSample), g.Found(t, sampleAt)
			assert.Equal(t, []string{fixtureApp, fixtureApp}, []string{app.Text("displayName"), sp.Text("displayName")})
			claims := rig.Claims(t, asSample(t, g).Text("access_token"))
			assert.Equal(t, sp.Text("id"), claims.Get("oid").String())
			graph, role := permission(t, g, "EduAdministration.ReadWrite.All")
			assigned := g.Found(t, sampleAt+"/appRoleAssignments")
			assert.Contains(t, assigned.Texts("value.#.appRoleId"), role)
			assert.Equal(t, graph, assigned.Text("value.0.resourceId"))
			assert.Len(t, claims.Get("roles").Array(), len(assigned.JSON("value").Array()))
			grant := g.Found(t, sampleAt+"/oauth2PermissionGrants")
			assert.Equal(t, []string{"AllPrincipals", "EduAdministration.ReadWrite"},
				[]string{grant.Text("value.0.consentType"), grant.Text("value.0.scope")})
			token, err := g.World().Token(emulator.TokenOptions{Roles: []string{"User.Read.All"}})
			require.NoError(t, err)
			assert.Equal(t, sp.Text("id"), rig.Claims(t, token).Get("oid").String(), "a token that graphemu gives out names it too")
		}},
	{"applications.get", "fixture-secret", "The secret of a fixture's app is a password credential with its hint, never the secret itself",
		"passwordCredential page", documented, func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			app := g.Found(t, appOfSample)
			assert.Len(t, app.JSON("passwordCredentials").Array(), 1)
			assert.Equal(t, rig.SampleSecret[:3], app.Text("passwordCredentials.0.hint"))
			assert.NotContains(t, app.Body, rig.SampleSecret)
			assert.Equal(t, 200, asSample(t, g).Status)
			rig.WantEmpty(t, g.Post(t, appOfSample+"/removePassword", `{"keyId":"`+app.Text("passwordCredentials.0.keyId")+`"}`), 204)
			rig.WantAADSTS(t, asSample(t, g), 401, "invalid_client", 7000215)
			another := g.Post(t, appOfSample+"/addPassword", "").Text("secretText")
			assert.Equal(t, 200, asClient(t, g, rig.SampleApp, another).Status)
		}},
	{"token.clientCredentials", "role-removed", "An app role assignment that is taken away is gone from the next token", oneTruth, inferred,
		func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			_, role := permission(t, g, "EduAdministration.ReadWrite.All")
			id := g.Found(t, sampleAt+"/appRoleAssignments").Text("value.#(appRoleId==" + role + ").id")
			require.NotEmpty(t, id)
			rig.WantEmpty(t, g.Send(t, "DELETE", sampleAt+"/appRoleAssignments/"+id, ""), 204)
			assert.NotContains(t, rig.Claims(t, asSample(t, g).Text("access_token")).Get("roles").String(), "EduAdministration.ReadWrite.All")
		}},
	{"token.clientCredentials", "disabled-app", "An app whose service principal has `accountEnabled` false is `unauthorized_client`, " +
		"AADSTS7000112", "troubleshooting page of 7000112", documented, func(t *testing.T, _ *rig.Rig) {
		g := administered(t)
		rig.WantEmpty(t, g.Send(t, "PATCH", sampleAt, `{"accountEnabled":false}`), 204)
		a := asSample(t, g)
		rig.WantAADSTS(t, a, 400, "unauthorized_client", 7000112)
		assert.Contains(t, a.Text("error_description"), "Application '"+rig.SampleApp+"'("+fixtureApp+") is disabled.")
	}},
	{"token.clientCredentials", "deleted-fixture-app", "An app of a fixture that a client deletes is AADSTS700016", "Entra", observed,
		func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			require.Equal(t, 200, asSample(t, g).Status)
			// Its own token names another app, which the tenant goes on to know.
			r, secret := withSecret(t, g, "Daemon", "")
			graph, role := permission(t, g, "Application.ReadWrite.All")
			created(t, g, r.principalAt+"/appRoleAssignments", `{"principalId":"`+r.principal+`","resourceId":"`+graph+`","appRoleId":"`+role+`"}`)
			token := asClient(t, g, r.appID, secret).Text("access_token")
			assert.Equal(t, 204, g.With(t, token, "DELETE", appOfSample, "").Status)
			rig.WantAADSTS(t, asSample(t, g), 400, "unauthorized_client", 700016)
			assert.Equal(t, 401, g.Get(t, "/users").Status, "its tokens are those of no app")
		}},
	{"token.password", "grant-changed", "The scopes of a fixture's app are its oauth2PermissionGrant: what is added there is given, what is " +
		"taken away is not", oneTruth, inferred, func(t *testing.T, _ *rig.Rig) {
		g := administered(t)
		account(t, g, "ann", "")
		scopes := func(scope string) rig.Answer { return signInTo(t, g, rig.SampleApp, "ann", firstPassword, scope) }
		require.Equal(t, 200, scopes("EduAdministration.ReadWrite").Status)
		rig.WantAADSTS(t, scopes("User.Read.All"), 400, "invalid_grant", 65001)
		grant := "/oauth2PermissionGrants/" + g.Found(t, sampleAt+"/oauth2PermissionGrants").Text("value.0.id")
		rig.WantEmpty(t, g.Send(t, "PATCH", grant, `{"scope":"User.Read.All"}`), 204)
		assert.Equal(t, 200, scopes("User.Read.All").Status)
		rig.WantAADSTS(t, scopes("EduAdministration.ReadWrite"), 400, "invalid_grant", 65001)
	}},
}
