package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// Actions of all directory objects, with a body each: of one object, and of a collection.
var (
	actionsOfOne = [][2]string{{"checkMemberGroups", `{"groupIds":["` + nobody + `","{outer}"]}`},
		{"checkMemberObjects", `{"ids":["{outer}","{north}"]}`},
		{"getMemberGroups", `{"securityEnabledOnly":false}`}, {"getMemberObjects", `{"securityEnabledOnly":false}`}, {"restore", ""}}
	actionsOfAll = [][2]string{{"getByIds", `{"ids":["{ann}","{inner}"],"types":["user"]}`},
		{"getAvailableExtensionProperties", `{"isSyncedFromOnPremises":false}`},
		{"getUserOwnedObjects", `{"userId":"{ann}","type":"Group"}`},
		{"validateProperties", `{"entityType":"Group","displayName":"x","mailNickname":"a b"}`}}
)

// inheritedRows prove that the sets of directory objects have what directoryObjects has.
func inheritedRows() (rows []statement) {
	const contact, contract = "aaaaaaaa-1111-4111-8111-111111111111", "bbbbbbbb-1111-4111-8111-111111111111"
	sets := [][2]string{{"users", "{ann}"}, {"groups", "{inner}"}, {"applications", "{app}"}, {"servicePrincipals", "{sp}"},
		{"devices", "{pc}"},
		{"directoryRoles", "{role}"}, {"directoryRoleTemplates", globalReader}, {"organization", "{org}"}, {"contacts", contact},
		{"contracts", contract},
		{"directory/administrativeUnits", "{north}"}, {"administrativeUnits", "{north}"}}
	tenant := func(t *testing.T) (*rig.Rig, func(string) string) {
		g := newRig(t, emulator.Options{Entities: map[string][]any{"contacts": {map[string]any{"id": contact, "displayName": "Eve"}},
			"contracts": {map[string]any{"id": contract, "displayName": "Partner"}}}})
		s := newStaff(t, g)
		app := created(t, g, v1(g, "/applications"), `{"displayName":"app"}`)
		principal := createdID(t, g, "/servicePrincipals", `{"appId":"`+app.Text("appId")+`"}`)
		more := strings.NewReplacer("{app}", app.Text("id"), "{sp}", principal, "{org}", g.Found(t, v1(g, "/organization")).Text("value.0.id"))
		return g, func(text string) string { return more.Replace(s.at(text)) }
	}
	row := func(set, at, as, action, body string) statement {
		source := "directoryObject resource page"
		return statement{strings.ReplaceAll(set, "/", ".") + "." + action, "inherited", "Answers as directoryObjects." + action + " does", source,
			inferred,
			func(t *testing.T, _ *rig.Rig) {
				g, fill := tenant(t)
				base := g.Root() + "/v1.0/"
				if set == "administrativeUnits" {
					base = g.Root() + "/beta/"
				}
				want := g.Send(t, "POST", base+"directoryObjects"+fill(as)+"/"+action, fill(body))
				got := g.Send(t, "POST", base+set+fill(at)+"/"+action, fill(body))
				require.Equal(t, want.Status, got.Status, got.Body)
				for _, part := range []string{"value", "error.code"} {
					assert.Equal(t, want.JSON(part).Raw, got.JSON(part).Raw, part)
				}
			}}
	}
	for _, set := range sets {
		for _, a := range actionsOfOne {
			as := set[1]
			if set[0] == "organization" { // its id leads nowhere in directoryObjects; it is a member of as little
				as = globalReader
			}
			rows = append(rows, row(set[0], "/"+set[1], "/"+as, a[0], a[1]))
		}
		for _, a := range actionsOfAll {
			if set[0] != "groups" || a[0] != "validateProperties" { // which has a statement of its own
				rows = append(rows, row(set[0], "", "", a[0], a[1]))
			}
		}
	}
	return append(rows, unitsAtRoot()...)
}

// unitsAtRoot prove that beta has administrative units at its root too.
func unitsAtRoot() (rows []statement) {
	life := func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		const at = "/administrativeUnits"
		id := created(t, g, at, `{"displayName":"south"}`).Text("id")
		one, links := at+"/"+id, at+"/"+id+"/members/$ref"
		assert.Equal(t, []string{"north", "south"}, g.Found(t, at).Names())
		assert.Equal(t, "2", g.Found(t, at+"/$count", eventually).Body)
		rig.WantEmpty(t, g.Send(t, "PATCH", one, `{"description":"x"}`), 204)
		assert.Equal(t, "x", g.Found(t, one).Text("description"))
		rig.WantEmpty(t, g.Post(t, links, refOf(g, s.ids["ann"])), 204)
		assert.Equal(t, []string{"ann"}, g.Found(t, one+"/members").Names())
		assert.Equal(t, "1", g.Found(t, one+"/members/$count", eventually).Body)
		assert.Len(t, g.Found(t, links).JSON("value").Array(), 1)
		assert.Equal(t, []string{"ann"}, g.Found(t, v1(g, "/directory"+one+"/members")).Names(), "it is the one of v1.0")
		rig.WantEmpty(t, g.Send(t, "DELETE", one+"/members/"+s.ids["ann"]+"/$ref", ""), 204)
		rig.WantEmpty(t, g.Send(t, "DELETE", one, ""), 204)
		assert.Equal(t, []string{"north"}, g.Found(t, v1(g, "/directory/administrativeUnits")).Names())
	}
	for _, name := range strings.Fields(
		"list create get update delete count members.list members.count members.ref members.add members.remove") {
		rows = append(rows, statement{"administrativeUnits." + name, "root",
			"In beta, answers as directory.administrativeUnits." + name + " does: they are the same",
			"administrativeUnit resource page of beta", documented, life})
	}
	root := func(name string) statement {
		return statement{name + ".get", "ok", "Answers 200; nobody changes it: a PATCH is 405", name + " resource page", inferred,
			func(t *testing.T, g *rig.Rig) {
				a := g.Found(t, v1(g, "/"+name))
				assert.Contains(t, a.Text("@odata.context"), "$metadata#"+name)
				gives(t, g, 405, "PATCH", "/"+name, `{}`)
			}}
	}
	return append(rows, root("directory"), root("education"))
}
