package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// inner is a collection that an object has, and how a test fills it.
type inner struct {
	operation, page string
	where           func(t *testing.T, g *rig.Rig) (at, body string) // of a new object's collection, and what is posted there
	change          string                                           // what is tried to be changed
	updates         bool                                             // it can be, else 400
}

// create, get, update and delete prove what is done with the objects of the collection.
func (in inner) rows() []statement {
	made := func(t *testing.T, g *rig.Rig) (at, id string) {
		at, body := in.where(t, g)
		id = created(t, g, at, body).Text("id")
		return at + "/" + id, id
	}
	update, status := "Answers 204", 204
	if !in.updates {
		update, status = "Nobody changes one: 400", 400
	}
	return []statement{
		{in.operation + ".create", "ok", "Answers 201 with the object, which is in the collection then", in.page, documented,
			func(t *testing.T, g *rig.Rig) {
				at, body := in.where(t, g)
				before := len(g.Found(t, at).JSON("value").Array())
				id := created(t, g, at, body).Text("id")
				ids := g.Found(t, at).Texts("value.#.id")
				assert.Len(t, ids, before+1)
				assert.Contains(t, ids, id)
			}},
		{in.operation + ".get", "ok", "Answers 200 with the object; another id is 404", in.page, documented,
			func(t *testing.T, g *rig.Rig) {
				at, id := made(t, g)
				assert.Equal(t, id, g.Found(t, at).Text("id"))
				unknown := rig.UnknownID
				if strings.HasPrefix(in.operation[strings.IndexByte(in.operation, '.')+1:], "appRoleAssign") { // these ids have a form
					unknown = strings.Repeat("A", 43)
				}
				assert.Equal(t, 404, g.Get(t, strings.TrimSuffix(at, id)+unknown).Status)
			}},
		{in.operation + ".update", "ok", update, in.page, inferred,
			func(t *testing.T, g *rig.Rig) {
				at, _ := made(t, g)
				before := g.Found(t, at)
				a := g.Send(t, "PATCH", at, in.change)
				require.Equal(t, status, a.Status, a.Body)
				assert.Equal(t, !in.updates, g.Found(t, at).Body == before.Body, "whether it is as it was")
			}},
		{in.operation + ".delete", "ok", "Answers 204; the object is gone", in.page, documented,
			func(t *testing.T, g *rig.Rig) {
				at, _ := made(t, g)
				rig.WantEmpty(t, g.Send(t, "DELETE", at, ""), 204)
				assert.Equal(t, 404, g.Get(t, at).Status)
			}},
	}
}

// lists prove that the collection is listed and counted.
func (in inner) lists() []statement {
	return []statement{
		{in.operation + ".list", "ok", "Answers 200 with the objects", in.page, documented, func(t *testing.T, g *rig.Rig) {
			at, body := in.where(t, g)
			id := created(t, g, at, body).Text("id")
			assert.Equal(t, []string{id}, g.Found(t, at).Texts("value.#.id"))
		}},
		{in.operation + ".count", "ok", "Answers 200 with their number as plain text", "query-parameters page, $count", inferred,
			func(t *testing.T, g *rig.Rig) {
				at, body := in.where(t, g)
				assert.Equal(t, "0", count(t, g, at))
				created(t, g, at, body)
				assert.Equal(t, "1", count(t, g, at))
			}},
	}
}

// containedStatements are those of what applications and service principals contain, and
// of app roles where they are granted.
func containedStatements() (list []statement) {
	below := func(make func(t *testing.T, g *rig.Rig) string, name, body string) func(t *testing.T, g *rig.Rig) (at, body string) {
		return func(t *testing.T, g *rig.Rig) (string, string) { return make(t, g) + "/" + name, body }
	}
	app := func(t *testing.T, g *rig.Rig) string { return registered(t, g, "One", "").at }
	principal := func(t *testing.T, g *rig.Rig) string { return registered(t, g, "One", "").principalAt }
	const federated = `{"name":"main","issuer":"https://token.example","subject":"repo:one","audiences":["api://AzureADTokenExchange"]}`
	for _, in := range []inner{
		{"applications.extensionProperties", "extensionProperty pages",
			below(app, "extensionProperties", `{"name":"badge","dataType":"String","targetObjects":["User"]}`),
			`{"isSyncedFromOnPremises":true}`, false},
		{"applications.federatedIdentityCredentials", "federatedIdentityCredential pages",
			below(app, "federatedIdentityCredentials", federated), `{"subject":"repo:two"}`, true},
		{"servicePrincipals.federatedIdentityCredentials", "federatedIdentityCredential pages",
			below(principal, "federatedIdentityCredentials", federated), `{"subject":"repo:two"}`, true},
	} {
		list = append(append(list, in.rows()...), in.lists()...)
	}
	grant := func(set string, make func(t *testing.T, g *rig.Rig) string) inner {
		return inner{set[1:] + ".appRoleAssignments", "appRoleAssignment pages", func(t *testing.T, g *rig.Rig) (at, body string) {
			api, id := registered(t, g, "Roster", apiOf), make(t, g)
			return set + "/" + id + "/appRoleAssignments",
				`{"principalId":"` + id + `","resourceId":"` + api.principal + `","appRoleId":"` + readerRole + `"}`
		}, `{"appRoleId":"` + rig.UnknownID + `"}`, false}
	}
	list = append(list, grant("/users", func(t *testing.T, g *rig.Rig) string { return account(t, g, "ann", "") }).rows()...)
	list = append(list, grant("/groups", func(t *testing.T, g *rig.Rig) string {
		return created(t, g, "/groups", `{"displayName":"staff","mailNickname":"staff","mailEnabled":false,"securityEnabled":true}`).Text("id")
	}).rows()...)
	list = append(list, grant("/servicePrincipals", onePrincipal).rows()...)
	to := inner{"servicePrincipals.appRoleAssignedTo", "appRoleAssignment pages", func(t *testing.T, g *rig.Rig) (at, body string) {
		api, id := registered(t, g, "Roster", apiOf), onePrincipal(t, g)
		return api.principalAt + "/appRoleAssignedTo",
			`{"principalId":"` + id + `","resourceId":"` + api.principal + `","appRoleId":"` + readerRole + `"}`
	}, `{"appRoleId":"` + rig.UnknownID + `"}`, false}
	return append(list, to.rows()...)
}
