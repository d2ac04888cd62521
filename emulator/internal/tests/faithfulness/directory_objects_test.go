package faithfulness

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// objectRows prove what all directory objects have: base is a path that leads to them.
func objectRows(operation, base string, prepare func(t *testing.T, g *rig.Rig, s *staff)) []statement {
	rows := []statement{}
	row := func(name, text, source string, how grade, test func(t *testing.T, g *rig.Rig, s *staff)) {
		rows = append(rows, statement{operation + "." + name, "ok", text, source, how, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			prepare(t, g, s)
			test(t, g, s)
		}})
	}
	row("getByIds", "Answers 200 with the objects of the ids that are of the types asked for, and leaves unknown ids out; what is no "+
		"GUID: 400 `Invalid GUID specified.`",
		"getByIds page; text of docs issue 7063", documented, func(t *testing.T, g *rig.Rig, s *staff) {
			a := gives(t, g, 200, "POST", base+"/getByIds", s.at(`{"ids":["{bob}","{outer}","`+nobody+`"],"types":["user"]}`))
			assert.Equal(t, []string{"bob"}, a.Names())
			refuses(t, g, 400, "POST", base+"/getByIds", `{"ids":["x"]}`, refusedCode, "Invalid GUID specified.")
		})
	row("validateProperties", "Names that fit a group: 204 without a body; else 422 with a detail for each",
		"directoryObject validateProperties page", documented,
		func(t *testing.T, g *rig.Rig, _ *staff) {
			rig.WantEmpty(t, g.Post(t, v1(g, base+"/validateProperties"), `{"entityType":"Group","displayName":"x","mailNickname":"x"}`), 204)
			a := gives(t, g, 422, "POST", base+"/validateProperties", `{"entityType":"Group","displayName":"x","mailNickname":"a b"}`)
			assert.Equal(t, []string{"mailNickname"}, a.Texts("error.details.#.target"))
		})
	row("getAvailableExtensionProperties", "Answers 200 with the extension properties of all applications",
		"getAvailableExtensionProperties page", documented,
		func(t *testing.T, g *rig.Rig, _ *staff) {
			app := gives(t, g, 201, "POST", "/applications", `{"displayName":"app"}`)
			name := gives(t, g, 201, "POST", "/applications/"+app.Text("id")+"/extensionProperties",
				`{"name":"grade","dataType":"String","targetObjects":["User"]}`).Text("name")
			assert.Contains(t, gives(t, g, 200, "POST", base+"/getAvailableExtensionProperties",
				`{"isSyncedFromOnPremises":false}`).Texts("value.#.name"), name)
		})
	row("getUserOwnedObjects", "Answers 200 with the deleted groups that a user owns", "getUserOwnedObjects page", documented,
		func(t *testing.T, g *rig.Rig, s *staff) {
			gives(t, g, 204, "POST", s.at("/groups/{team}/owners/$ref"), refOf(g, s.ids["bob"]))
			gives(t, g, 204, "DELETE", s.at("/groups/{team}"), "")
			assert.Equal(t, []string{"team"}, gives(t, g, 200, "POST", base+"/getUserOwnedObjects",
				s.at(`{"userId":"{bob}","type":"Group"}`)).Names())
			gives(t, g, 400, "POST", base+"/getUserOwnedObjects", s.at(`{"userId":"{bob}","type":"User"}`))
		})
	return rows
}

// theDeleted deletes ann.
func theDeleted(t *testing.T, g *rig.Rig, s *staff) {
	gives(t, g, 204, "DELETE", s.at("/users/{ann}"), "")
}

func directoryObjectStatements() []statement {
	deletedMember := func(operation, body string) statement {
		return statement{"directory.deletedItems." + operation, "ok", "Answers 200: what is deleted is a member of nothing",
			"restore page: links come back", inferred,
			func(t *testing.T, g *rig.Rig) {
				s := newStaff(t, g)
				theDeleted(t, g, s)
				assert.Equal(t, "[]", gives(t, g, 200, "POST", s.at("/directory/deletedItems/{ann}/"+operation), s.at(body)).JSON("value").Raw)
			}}
	}
	member := func(operation, body, text string, want ...string) statement {
		return statement{"directoryObjects." + operation, "ok", text, operation + " page", documented, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			a := gives(t, g, 200, "POST", s.at("/directoryObjects/{ann}/"+operation), s.at(body))
			ids := []string{}
			for _, name := range want {
				ids = append(ids, s.at(name))
			}
			assert.ElementsMatch(t, ids, a.Texts("value"))
			assert.Equal(t, v1(g, "/$metadata#Collection(Edm.String)"), a.Text("@odata.context"))
		}}
	}
	return slices.Concat(deletedStatements,
		linkedRows("directoryObjects.memberOf", "/directoryObjects/{ann}/memberOf", inferred, "inner", "north", "Global Reader"),
		linkedRows("directoryObjects.transitiveMemberOf", "/directoryObjects/{ann}/transitiveMemberOf", inferred, "inner", "outer", "north",
			"Global Reader"),
		objectRows("directoryObjects", "/directoryObjects", func(*testing.T, *rig.Rig, *staff) {}),
		objectRows("directory.deletedItems", "/directory/deletedItems", theDeleted),
		[]statement{
			member("checkMemberGroups", `{"groupIds":["{outer}","{team}","`+nobody+`"]}`,
				"Answers 200 with those of the groups that it is a member of, over any number of groups", "{outer}"),
			member("checkMemberObjects", `{"ids":["{outer}","{north}","`+globalReader+`","{team}"]}`,
				"Answers 200 with those of groups, units and roles; the id of a role's template will do", "{outer}", "{north}", globalReader),
			member("getMemberGroups", `{"securityEnabledOnly":true}`, "Answers 200 with the ids of all its groups, over any number of groups",
				"{inner}", "{outer}"),
			member("getMemberObjects", `{"securityEnabledOnly":false}`, "Answers 200 with the ids of its groups, units and roles", "{inner}",
				"{outer}", "{north}", "{role}"),
			deletedMember("checkMemberGroups", `{"groupIds":["{inner}"]}`), deletedMember("checkMemberObjects", `{"ids":["{inner}"]}`),
			deletedMember("getMemberGroups", `{"securityEnabledOnly":false}`), deletedMember("getMemberObjects", `{"securityEnabledOnly":false}`),
		})
}

const needsCast = "Searches against this resource are not supported. Only specific instances can be queried."

var deletedStatements = []statement{
	{"directoryObjects.list", "ok", "Needs a cast, as `/directoryObjects/microsoft.graph.group`: without one 400 `" + needsCast + "`",
		"graph-rs-sdk#325; text of docs-contrib issue 4424",
		inferred, func(t *testing.T, g *rig.Rig) {
			newStaff(t, g)
			refuses(t, g, 400, "GET", "/directoryObjects", "", unsupported, needsCast)
			assert.ElementsMatch(t, []string{"inner", "outer", "team"}, g.Found(t, v1(g, "/directoryObjects/microsoft.graph.group")).Names())
		}},
	{"directoryObjects.count", "ok", "Needs a cast, as the list does", "docs-contrib issue 4424, of the list", inferred, func(t *testing.T,
		g *rig.Rig) {
		newStaff(t, g)
		refuses(t, g, 400, "GET", "/directoryObjects/$count", "", unsupported, needsCast, eventually)
		assert.Equal(t, "3", gives(t, g, 200, "GET", "/directoryObjects/microsoft.graph.group/$count", "", eventually).Body)
	}},
	{"directoryObjects.get", "ok", "Answers 200 with any object of the directory; `@odata.type` says what it is",
		"get directoryObject page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, newStaff(t, g).at("/directoryObjects/{outer}")))
			assert.Equal(t, []string{"#microsoft.graph.group", "outer", v1(g, "/$metadata#directoryObjects/$entity")},
				[]string{a.Text("@odata.type"), a.Text("displayName"), a.Text("@odata.context")})
		}},
	{"directoryObjects.delete", "ok", "Answers 204 without a body: it is deleted as at its own address", "delete directoryObject page",
		documented, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at("/directoryObjects/{ann}")), ""), 204)
			gives(t, g, 404, "GET", s.at("/users/{ann}"), "")
			g.Found(t, v1(g, s.at("/directory/deletedItems/{ann}")))
		}},
	{"directoryObjects.restore", "ok", "What is deleted is no directoryObject any more, nor is what lives restored: 404",
		"entra-powershell#987, of users", observed,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			refuses(t, g, 404, "POST", s.at("/directoryObjects/{ann}/restore"), "", notThere, absentOf(s.ids["ann"]))
			theDeleted(t, g, s)
			gives(t, g, 404, "POST", s.at("/users/{ann}/restore"), "")
		}},
	{"directory.deletedItems.list", "ok", "Needs a cast, as `/directory/deletedItems/microsoft.graph.user`: without one 400 " +
		"`" + needsCast + "`", "docs-contrib issue 4424", observed,
		func(t *testing.T, g *rig.Rig) {
			theDeleted(t, g, newStaff(t, g))
			refuses(t, g, 400, "GET", "/directory/deletedItems", "", unsupported, needsCast)
			a := g.Found(t, v1(g, "/directory/deletedItems/microsoft.graph.user?$select=displayName,deletedDateTime"))
			assert.Equal(t, []string{"ann", rig.Dawn}, []string{a.Text("value.0.displayName"), a.Text("value.0.deletedDateTime")})
		}},
	{"directory.deletedItems.count", "ok", "Needs a cast, as the list does", "docs-contrib issue 4424, of the list", inferred,
		func(t *testing.T, g *rig.Rig) {
			theDeleted(t, g, newStaff(t, g))
			refuses(t, g, 400, "GET", "/directory/deletedItems/$count", "", unsupported, needsCast, eventually)
			assert.Equal(t, "1", gives(t, g, 200, "GET", "/directory/deletedItems/microsoft.graph.user/$count", "", eventually).Body)
		}},
	{"directory.deletedItems.get", "ok", "Answers 200 with the object and its `@odata.type`; what is not deleted is 404",
		"get deletedItem page", documented, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			gives(t, g, 404, "GET", s.at("/directory/deletedItems/{ann}"), "")
			theDeleted(t, g, s)
			assert.Equal(t, "#microsoft.graph.user", g.Found(t, v1(g, s.at("/directory/deletedItems/{ann}"))).Text("@odata.type"))
		}},
	{"directory.deletedItems.delete", "ok", "Answers 204 without a body: it is gone for good", "delete deletedItem page", documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			theDeleted(t, g, s)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at("/directory/deletedItems/{ann}")), ""), 204)
			gives(t, g, 404, "POST", s.at("/directory/deletedItems/{ann}/restore"), "")
		}},
	{"directory.deletedItems.restore", "ok", "Answers 200 with the object and its `@odata.type`; its links are there again", "restore page",
		documented, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			theDeleted(t, g, s)
			g.Advance(t, 29*24*time.Hour)
			a := gives(t, g, 200, "POST", s.at("/directory/deletedItems/{ann}/restore"), "")
			assert.Equal(t, []string{"#microsoft.graph.user", "ann"}, []string{a.Text("@odata.type"), a.Text("displayName")})
			assert.Equal(t, "bob", g.Found(t, v1(g, s.at("/users/{ann}/manager"))).Text("displayName"))
			assert.Contains(t, g.Found(t, v1(g, s.at("/groups/{inner}/members"))).Names(), "ann")
		}},
	{"directory.deletedItems.restore", "name-taken", "A userPrincipalName that another has by now: 400; newUserPrincipalName gives it " +
		"another one", "restore page", documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			theDeleted(t, g, s)
			createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "POST", s.at("/directory/deletedItems/{ann}/restore"), "", refusedCode,
				"Another object with the same value for property userPrincipalName already exists.")
			gives(t, g, 200, "POST", s.at("/directory/deletedItems/{ann}/restore"), `{"newUserPrincipalName":"ann2@contoso.edu"}`)
			assert.Equal(t, s.ids["ann"], g.Found(t, v1(g, "/users/ann2@contoso.edu")).Text("id"))
		}},
}
