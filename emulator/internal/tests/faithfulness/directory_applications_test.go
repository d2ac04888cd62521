package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const (
	applicationsAt = "/applications"
	principalsAt   = "/servicePrincipals"
	eventual       = "ConsistencyLevel: eventual"
	conflict       = "Request_MultipleObjectsWithSameKeyValue"

	// The app role and the scope of apiOf.
	readerRole = "11111111-aaaa-4aaa-8aaa-111111111111"
	readScope  = "22222222-aaaa-4aaa-8aaa-222222222222"
)

// apiOf is what an application has that others are granted permissions of.
const apiOf = `,"identifierUris":["api://roster"],"web":{"redirectUris":["https://roster.example/cb"],` +
	`"homePageUrl":"https://roster.example"},` +
	`"appRoles":[{"id":"` + readerRole + `","allowedMemberTypes":["User","Application"],` +
	`"displayName":"Reader","description":"Reads","value":"Reader",` +
	`"isEnabled":true}],"api":{"oauth2PermissionScopes":[{"id":"` + readScope + `","value":"read","type":"User","isEnabled":true}]}`

// fixtureApp is the name of the app that the fixture has.
const fixtureApp = "graphemu sample client"

// created posts an object, and returns what came.
func created(t *testing.T, g *rig.Rig, path, body string) rig.Answer {
	t.Helper()
	a := g.Post(t, path, body)
	require.Equal(t, 201, a.Status, a.Body)
	return a
}

// registration is an application with its service principal.
type registration struct{ id, at, appID, principal, principalAt string }

// registered makes one; more are further members of the application's body, after a comma.
func registered(t *testing.T, g *rig.Rig, name, more string) registration {
	t.Helper()
	a := created(t, g, applicationsAt, `{"displayName":"`+name+`"`+more+`}`)
	sp := created(t, g, principalsAt, `{"appId":"`+a.Text("appId")+`"}`).Text("id")
	return registration{a.Text("id"), applicationsAt + "/" + a.Text("id"), a.Text("appId"), sp, principalsAt + "/" + sp}
}

// account makes a user, whose password is firstPassword, and returns the id.
func account(t *testing.T, g *rig.Rig, name, more string) string {
	t.Helper()
	return created(t, g, "/users", `{"accountEnabled":true,"displayName":"`+name+`","mailNickname":"`+name+`","userPrincipalName":"`+name+
		`@contoso.edu","passwordProfile":{"password":"`+firstPassword+`","forceChangePasswordNextSignIn":false}`+more+`}`).Text("id")
}

const firstPassword = "First-Word-1"

// refTo is the body that links an object.
func refTo(g *rig.Rig, id string) string {
	return `{"@odata.id":"` + g.URL + "/directoryObjects/" + id + `"}`
}

// setRows prove list, count and get of a set in which make puts one object; besides has a letter for each that the tenant begins with.
func setRows(operation, set, kind, besides string, make func(t *testing.T, g *rig.Rig) string) []statement {
	page := "list and get " + kind + " pages"
	return []statement{
		{operation + ".list", "ok", "Answers 200 with the objects; the context is `$metadata#" + set[1:] + "`", page, documented,
			func(t *testing.T, g *rig.Rig) {
				assert.Len(t, g.Found(t, set).JSON("value").Array(), len(besides))
				id := make(t, g)
				a := g.Found(t, set)
				assert.Contains(t, a.Texts("value.#.id"), id)
				assert.Len(t, a.JSON("value").Array(), len(besides)+1)
				assert.Equal(t, g.URL+"/$metadata#"+set[1:], a.Text("@odata.context"))
			}},
		{operation + ".count", "ok", "Answers 200 with their number as plain text", "query-parameters page, $count", documented,
			func(t *testing.T, g *rig.Rig) {
				make(t, g)
				assert.Equal(t, string(rune('0'+len(besides)+1)), count(t, g, set))
			}},
		{operation + ".get", "ok", "Answers 200 with the object, or exactly the properties of `$select`", page, documented,
			func(t *testing.T, g *rig.Rig) {
				id := make(t, g)
				a := g.Found(t, set+"/"+id)
				assert.Equal(t, []string{id, g.URL + "/$metadata#" + set[1:] + "/$entity"}, []string{a.Text("id"), a.Text("@odata.context")})
				assert.Equal(t, []string{"@odata.context", "id"}, g.Found(t, set+"/"+id+"?$select=id").Keys(""))
			}},
		{operation + ".get", "not-found", missingIs404, "docs issue 6059, of other directory objects", observed,
			func(t *testing.T, g *rig.Rig) {
				rig.WantError(t, g.Get(t, set+"/"+rig.UnknownID), 404, "Request_ResourceNotFound", strings.Replace(resourceGone, "nope",
					rig.UnknownID, 1))
			}},
	}
}

// ownerRows prove the owners of what make makes.
func ownerRows(operation string, make func(t *testing.T, g *rig.Rig) string) []statement {
	page := "list, add and remove owner pages"
	owned := func(t *testing.T, g *rig.Rig) (at, ann string) {
		at, ann = make(t, g)+"/owners", account(t, g, "ann", "")
		rig.WantEmpty(t, g.Post(t, at+"/$ref", refTo(g, ann)), 204)
		return at, ann
	}
	return []statement{
		{operation + ".owners.add", "ok", "`POST …/owners/$ref` answers 204; a second time 400 `One or more added object references " +
			"already exist …`", page, documented,
			func(t *testing.T, g *rig.Rig) {
				at, ann := owned(t, g)
				rig.WantError(t, g.Post(t, at+"/$ref", refTo(g, ann)), 400, "Request_BadRequest",
					"One or more added object references already exist for the following modified properties: 'owners'.")
			}},
		{operation + ".owners.list", "ok", "Answers 200 with the owners, each with its `@odata.type`; the context is " +
			"`$metadata#directoryObjects`", page, documented,
			func(t *testing.T, g *rig.Rig) {
				at, ann := owned(t, g)
				a := g.Found(t, at)
				assert.Contains(t, a.Texts("value.#.id"), ann)
				assert.Equal(t, "#microsoft.graph.user", a.Text("value.0.@odata.type"))
				assert.Equal(t, g.URL+"/$metadata#directoryObjects", a.Text("@odata.context"))
			}},
		{operation + ".owners.count", "ok", "Answers 200 with the number of owners as plain text", "query-parameters page, $count",
			inferred, func(t *testing.T, g *rig.Rig) {
				at := make(t, g)
				before := len(g.Found(t, at+"/owners").JSON("value").Array())
				require.Equal(t, 204, g.Post(t, at+"/owners/$ref", refTo(g, account(t, g, "ann", ""))).Status)
				assert.Equal(t, string(rune('1'+before)), count(t, g, at+"/owners"))
			}},
		{operation + ".owners.ref", "ok", "`GET …/owners/$ref` lists addresses in place of objects", "OData 4.01, URL conventions",
			inferred, func(t *testing.T, g *rig.Rig) {
				at, ann := owned(t, g)
				assert.Contains(t, g.Found(t, at+"/$ref").Texts("value.#.@odata\\.id"), g.URL+"/directoryObjects/"+ann)
			}},
		{operation + ".owners.remove", "ok", "`DELETE …/owners/{id}/$ref` answers 204; the owner itself stays", page, documented,
			func(t *testing.T, g *rig.Rig) {
				at, ann := owned(t, g)
				rig.WantEmpty(t, g.Send(t, "DELETE", at+"/"+ann+"/$ref", ""), 204)
				assert.NotContains(t, g.Found(t, at).Texts("value.#.id"), ann)
				assert.Equal(t, 404, g.Send(t, "DELETE", at+"/"+ann+"/$ref", "").Status)
				g.Found(t, "/users/"+ann)
			}},
	}
}

func oneApplication(t *testing.T, g *rig.Rig) string {
	return created(t, g, applicationsAt, `{"displayName":"One"}`).Text("id")
}

func onePrincipal(t *testing.T, g *rig.Rig) string { return registered(t, g, "One", "").principal }

var applicationStatements = func() []statement {
	list := setRows("applications", applicationsAt, "application", "F", oneApplication) // the fixture has one
	list = append(list, ownerRows("applications",
		func(t *testing.T, g *rig.Rig) string {
			return applicationsAt + "/" + oneApplication(t, g)
		})...)
	list = append(list, secretRows("applications", func(r registration) string { return r.at })...)
	return append(list,
		statement{"applications.create", "ok", "Answers 201 with the application and its `Location`; only `displayName` is required, " +
			"`appId` and `signInAudience` AzureADMyOrg are given",
			"create application page; typings", documented, func(t *testing.T, g *rig.Rig) {
				a := created(t, g, applicationsAt, `{"displayName":"One"}`)
				assert.Equal(t, g.URL+applicationsAt+"/"+a.Text("id"), a.Header.Get("Location"))
				assert.Equal(t, "AzureADMyOrg", a.Text("signInAudience"))
				assert.Regexp(t, `^[0-9a-f-]{36}$`, a.Text("appId"))
				assert.NotEqual(t, a.Text("id"), a.Text("appId"))
				assert.Equal(t, 400, g.Post(t, applicationsAt, `{"description":"no name"}`).Status)
			}},
		statement{"applications.create", "taken", "An identifier URI that another application has: 400 `Another object with the same " +
			"value for property identifierUris already exists.`",
			"go-autorest issue 308", observed, func(t *testing.T, g *rig.Rig) {
				created(t, g, applicationsAt, `{"displayName":"One","identifierUris":["api://one"]}`)
				rig.WantError(t, g.Post(t, applicationsAt, `{"displayName":"Two","identifierUris":["api://one"]}`), 400, "Request_BadRequest",
					"Another object with the same value for property identifierUris already exists.")
				assert.Equal(t, []string{fixtureApp, "One"}, g.Found(t, applicationsAt).Names())
			}},
		statement{"applications.create", "secret", "A client cannot bring a secret: 400", "docs issue 6165", observed,
			func(t *testing.T, g *rig.Rig) {
				assert.Equal(t, 400, g.Post(t, applicationsAt, `{"displayName":"One","passwordCredentials":[{"secretText":"mine"}]}`).Status)
				assert.Equal(t, []string{fixtureApp}, g.Found(t, applicationsAt).Names())
			}},
		statement{"applications.get", "app-id", "The appId is an alternate key, `applications(appId='…')`, and never the id",
			"CSDL of v1.0; docs issue 9510", documented,
			func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", "")
				assert.Equal(t, r.id, g.Found(t, "/applications(appId='"+r.appID+"')").Text("id"))
				assert.Equal(t, 404, g.Get(t, applicationsAt+"/"+r.appID).Status)
			}},
		statement{"applications.update", "ok", "Answers 204: complex values merge, and the service principal follows the name",
			"update application page; merging, inferred", inferred,
			func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", apiOf)
				rig.WantEmpty(t, g.Send(t, "PATCH", r.at, `{"displayName":"Uno","web":{"homePageUrl":"https://uno.example"}}`), 204)
				a := g.Found(t, r.at)
				assert.Equal(t, []string{"Uno", "https://uno.example", "https://roster.example/cb"},
					[]string{a.Text("displayName"), a.Text("web.homePageUrl"), a.Text("web.redirectUris.0")})
				assert.Equal(t, "Uno", g.Found(t, r.principalAt).Text("displayName"))
			}},
		statement{"applications.update", "enabled-role", "An enabled app role cannot be taken away: 400 `Permission (scope or role) " +
			"cannot be deleted or updated unless disabled first.`",
			"terraform-provider-azuread; go-azure-sdk", observed, func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", apiOf)
				rig.WantError(t, g.Send(t, "PATCH", r.at, `{"appRoles":[]}`), 400, "Request_BadRequest",
					"Permission (scope or role) cannot be deleted or updated unless disabled first.")
				assert.Equal(t, readerRole, g.Found(t, r.at).Text("appRoles.0.id"))
			}},
		statement{"applications.update", "credentials", "A credential that is there stays as it is: 400 `Update to existing credential with " +
			"KeyId '{id}' is not allowed.`, with the detail `KeyNotUpdatable`; the list that leaves one out takes it away",
			"graphapi-b2bportal-web issue 8 (2017)", observed, func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", "")
				id := g.Post(t, r.at+"/addPassword", `{"passwordCredential":{"displayName":"first"}}`).Text("keyId")
				before := g.Found(t, r.at).JSON("passwordCredentials").Raw
				a := g.Send(t, "PATCH", r.at, `{"passwordCredentials":[{"keyId":"`+id+`","displayName":"second"}]}`)
				rig.WantError(t, a, 400, "Request_BadRequest", "Update to existing credential with KeyId '"+id+"' is not allowed.")
				assert.Contains(t, a.Texts("error.details.#.code"), "KeyNotUpdatable")
				rig.WantEmpty(t, g.Send(t, "PATCH", r.at, `{"passwordCredentials":`+before+`}`), 204)
				assert.Equal(t, before, g.Found(t, r.at).JSON("passwordCredentials").Raw)
				rig.WantEmpty(t, g.Send(t, "PATCH", r.at, `{"passwordCredentials":[]}`), 204)
				assert.Equal(t, "[]", g.Found(t, r.at).JSON("passwordCredentials").Raw)
			}},
		statement{"applications.update", "upsert", "`PATCH applications(uniqueName='…')` with `Prefer: create-if-missing` creates with " +
			"201, and changes with 204", "upsert application page", documented,
			func(t *testing.T, g *rig.Rig) {
				upsert := func(name string) rig.Answer {
					return g.Send(t, "PATCH", "/applications(uniqueName='one')", `{"displayName":"`+name+`"}`, "Prefer: create-if-missing")
				}
				assert.Equal(t, 404, g.Send(t, "PATCH", "/applications(uniqueName='one')", `{"displayName":"One"}`).Status)
				assert.Equal(t, []int{201, 204}, []int{upsert("One").Status, upsert("Uno").Status})
				assert.Equal(t, []string{fixtureApp, "Uno"}, g.Found(t, applicationsAt).Names())
			}},
		statement{"applications.delete", "ok", "Answers 204 and deletes the service principal, too; restoring the application does not " +
			"restore that", "delete application page; restore page", documented,
			func(t *testing.T, g *rig.Rig) {
				r := registered(t, g, "One", "")
				rig.WantEmpty(t, g.Send(t, "DELETE", r.at, ""), 204)
				assert.Equal(t, []int{404, 404}, []int{g.Get(t, r.at).Status, g.Get(t, r.principalAt).Status})
				require.Equal(t, 200, g.Post(t, "/directory/deletedItems/"+r.id+"/restore", "").Status)
				assert.Equal(t, []int{200, 404}, []int{g.Get(t, r.at).Status, g.Get(t, r.principalAt).Status})
				require.Equal(t, 200, g.Post(t, "/directory/deletedItems/"+r.principal+"/restore", "").Status)
				g.Found(t, r.principalAt)
			}},
	)
}()
