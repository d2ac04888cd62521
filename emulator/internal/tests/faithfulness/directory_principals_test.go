package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// ofGraph is the service principal of Microsoft Graph.
const ofGraph = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"

// inGroup puts an object into the group inner, which is in the group outer.
func inGroup(t *testing.T, g *rig.Rig, id string) {
	t.Helper()
	group := func(name, member string) string {
		a := created(t, g, "/groups", `{"displayName":"`+name+`","mailNickname":"`+name+`","mailEnabled":false,"securityEnabled":true}`)
		require.Equal(t, 204, g.Post(t, "/groups/"+a.Text("id")+"/members/$ref", refTo(g, member)).Status)
		return a.Text("id")
	}
	group("outer", group("inner", id))
}

// withinRows prove the groups that what make makes is in: directly, or through others.
func withinRows(operation, name string, make func(t *testing.T, g *rig.Rig) (at, id string), want ...string) []statement {
	return []statement{
		{operation + "." + name + ".list", "ok", "Answers 200 with the groups of the object" + map[bool]string{true: ", and those that " +
			"these are in"}[len(want) > 1], name + " page", documented,
			func(t *testing.T, g *rig.Rig) {
				at, id := make(t, g)
				inGroup(t, g, id)
				a := g.Found(t, at+"/"+name)
				assert.ElementsMatch(t, want, a.Names())
				assert.Equal(t, "#microsoft.graph.group", a.Text("value.0.@odata.type"))
			}},
		{operation + "." + name + ".count", "ok", "Answers 200 with their number as plain text", "query-parameters page, $count",
			inferred, func(t *testing.T, g *rig.Rig) {
				at, id := make(t, g)
				inGroup(t, g, id)
				assert.Equal(t, string(rune('0'+len(want))), count(t, g, at+"/"+name))
			}},
	}
}

var principalStatements = func() []statement {
	principal := func(t *testing.T, g *rig.Rig) (at, id string) {
		r := registered(t, g, "One", "")
		return r.principalAt, r.principal
	}
	address := func(t *testing.T, g *rig.Rig) string { at, _ := principal(t, g); return at }
	// Microsoft Graph's own and that of the fixture's app are there from the first.
	list := setRows("servicePrincipals", principalsAt, "servicePrincipal", "GF", onePrincipal)
	list = append(list, ownerRows("servicePrincipals", address)...)
	list = append(list, secretRows("servicePrincipals", func(r registration) string { return r.principalAt })...)
	list = append(list, withinRows("servicePrincipals", "memberOf", principal, "inner")...)
	list = append(list, withinRows("servicePrincipals", "transitiveMemberOf", principal, "inner", "outer")...)
	owner := func(t *testing.T, g *rig.Rig) (at, app string) {
		at, id := principal(t, g)
		app = created(t, g, applicationsAt, `{"displayName":"Owned"}`).Text("id")
		require.Equal(t, 204, g.Post(t, applicationsAt+"/"+app+"/owners/$ref", refTo(g, id)).Status)
		return at + "/ownedObjects", app
	}
	return append(list,
		statement{"servicePrincipals.create", "ok", "Answers 201 with what the application of its `appId` has: name, roles, scopes, " +
			"addresses", "create servicePrincipal page; samples", documented,
			func(t *testing.T, g *rig.Rig) {
				app := created(t, g, applicationsAt, `{"displayName":"Roster"`+apiOf+`}`)
				a := created(t, g, principalsAt, `{"appId":"`+app.Text("appId")+`"}`)
				assert.Equal(t, g.URL+principalsAt+"/"+a.Text("id"), a.Header.Get("Location"))
				assert.Equal(t, []string{"Roster", readerRole, readScope, "https://roster.example/cb", "true"}, []string{a.Text("displayName"),
					a.Text("appRoles.0.id"),
					a.Text("oauth2PermissionScopes.0.id"), a.Text("replyUrls.0"), a.Text("accountEnabled")})
				assert.ElementsMatch(t, []string{app.Text("appId"), "api://roster"}, a.Texts("servicePrincipalNames"))
			}},
		statement{"servicePrincipals.create", "twice", "A second one of an application: 409 `Request_MultipleObjectsWithSameKeyValue`",
			"reliable-web-app-pattern-java issue 185", observed,
			func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", "")
				rig.WantError(t, g.Post(t, principalsAt, `{"appId":"`+r.appID+`"}`), 409, conflict,
					"The service principal cannot be created, updated, or restored because the service principal name "+r.appID+" is already in use.")
			}},
		statement{"servicePrincipals.create", "unknown-app", "An unknown appId: 400 `The appId '…' of the service principal does not " +
			"reference a valid application object.`",
			"terraform-provider-azuread", observed, func(t *testing.T, g *rig.Rig) {
				rig.WantError(t, g.Post(t, principalsAt, `{"appId":"`+rig.UnknownID+`"}`), 400, "Request_BadRequest",
					"The appId '"+rig.UnknownID+"' of the service principal does not reference a valid application object.")
			}},
		statement{"servicePrincipals.get", "app-id", "The appId is an alternate key: `servicePrincipals(appId='…')`", "CSDL of v1.0",
			documented, func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", "")
				assert.Equal(t, r.principal, g.Found(t, "/servicePrincipals(appId='"+r.appID+"')").Text("id"))
			}},
		statement{"servicePrincipals.get", "graph", "Every tenant has Microsoft Graph's, whose roles and scopes can be granted",
			"permissions reference", documented, func(t *testing.T, g *rig.Rig) {
				a := g.Found(t, ofGraph)
				assert.Equal(t, "Microsoft Graph", a.Text("displayName"))
				assert.Equal(t, "df021288-bdef-4463-88db-98f22de89214", a.Text("appRoles.#(value==User.Read.All).id"))
				assert.Equal(t, "a154be20-db9c-4678-8ab7-66f6cc099a59", a.Text("oauth2PermissionScopes.#(value==User.Read.All).id"))
			}},
		statement{"servicePrincipals.update", "ok", "Answers 204; `appId` stays what it is", "update servicePrincipal page", documented,
			func(t *testing.T, g *rig.Rig) {
				at, _ := principal(t, g)
				rig.WantEmpty(t, g.Send(t, "PATCH", at, `{"notes":"ours","appRoleAssignmentRequired":true}`), 204)
				a := g.Found(t, at)
				assert.Equal(t, []string{"ours", "true"}, []string{a.Text("notes"), a.Text("appRoleAssignmentRequired")})
				assert.Equal(t, 400, g.Send(t, "PATCH", at, `{"appId":"`+rig.UnknownID+`"}`).Status)
			}},
		statement{"servicePrincipals.delete", "ok", "Answers 204; it can be restored, and its application stays",
			"delete servicePrincipal page", documented, func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", "")
				rig.WantEmpty(t, g.Send(t, "DELETE", r.principalAt, ""), 204)
				assert.Equal(t, []int{404, 200}, []int{g.Get(t, r.principalAt).Status, g.Get(t, r.at).Status})
				a := g.Post(t, "/directory/deletedItems/"+r.principal+"/restore", "")
				assert.Equal(t, []any{200, "#microsoft.graph.servicePrincipal"}, []any{a.Status, a.Text("@odata.type")})
				g.Found(t, r.principalAt)
			}},
		statement{"servicePrincipals.ownedObjects.list", "ok", "Answers 200 with what the service principal owns, each with its " +
			"`@odata.type`", "list ownedObjects page", documented,
			func(t *testing.T, g *rig.Rig) {
				at, app := owner(t, g)
				a := g.Found(t, at)
				assert.Equal(t, []string{app}, a.Texts("value.#.id"))
				assert.Equal(t, "#microsoft.graph.application", a.Text("value.0.@odata.type"))
			}},
		statement{"servicePrincipals.ownedObjects.count", "ok", "Answers 200 with their number as plain text",
			"query-parameters page, $count", inferred, func(t *testing.T, g *rig.Rig) {
				at, _ := owner(t, g)
				assert.Equal(t, "1", count(t, g, at))
			}},
		statement{"servicePrincipals.addTokenSigningCertificate", "ok",
			"Answers 200 with the key to verify; a key to sign and one to verify appear, and a secret",
			"addTokenSigningCertificate page, example", documented,
			func(t *testing.T, g *rig.Rig) {
				at, _ := principal(t, g)
				a := g.Post(t, at+"/addTokenSigningCertificate", `{"displayName":"CN=sso","endDateTime":"2027-01-01T00:00:00Z"}`)
				require.Equal(t, 200, a.Status, a.Body)
				assert.Equal(t, []string{"Verify", "CN=sso", "2027-01-01T00:00:00Z"}, []string{a.Text("usage"), a.Text("displayName"),
					a.Text("endDateTime")})
				whole := g.Found(t, at)
				assert.ElementsMatch(t, []string{"Sign", "Verify"}, whole.Texts("keyCredentials.#.usage"))
				assert.Len(t, whole.JSON("passwordCredentials").Array(), 1)
			}},
		statement{"servicePrincipals.addTokenSigningCertificate", "name", "A name that does not begin with `CN=` is 400",
			"addTokenSigningCertificate page; the status, chosen", chosen,
			func(t *testing.T, g *rig.Rig) {
				at, _ := principal(t, g)
				assert.Equal(t, 400, g.Post(t, at+"/addTokenSigningCertificate", `{"displayName":"sso"}`).Status)
				assert.NotContains(t, strings.Join(g.Found(t, at).Texts("keyCredentials.#.displayName"), ","), "sso")
			}},
	)
}()
