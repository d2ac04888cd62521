package faithfulness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// withLifecycles is a server of contoso whose scenario has these lifecycles.
func withLifecycles(t *testing.T, lifecycles string) *rig.Rig {
	t.Helper()
	return rig.WithScenario(t, "clock: {mode: frozen, start: 2026-01-05T06:00:00Z}\nlifecycles:\n"+lifecycles,
		emulator.Options{Fixture: "contoso"})
}

// newcomer creates a user and returns the address.
func newcomer(t *testing.T, g *rig.Rig) string {
	t.Helper()
	a := g.Post(t, "/users", `{"displayName":"Ann","department":"Staff","accountEnabled":true,"mailNickname":"ann.new",`+
		`"userPrincipalName":"ann.new@contoso.edu","passwordProfile":{"password":"Sunny-Day-1"}}`)
	require.Equal(t, 201, a.Status, a.Body)
	return "/users/" + a.Text("id") + "?$select=accountEnabled,officeLocation,department,businessPhones,employeeOrgData"
}

// lifecycleStatements are about what the service does by itself some time after a call. No
// page tells when it does what, so a scenario says it.
var lifecycleStatements = []statement{
	{anyOperation, "lifecycle-due",
		"What a scenario lets become of an object comes at its time on the world's clock, before anything is read or written then",
		"graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
			g := withLifecycles(t, "  - {on: users.create, steps: [{set: {accountEnabled: false}}, {set: {accountEnabled: true}, after: 30s}]}\n")
			ann := newcomer(t, g)
			assert.False(t, g.Found(t, ann).JSON("accountEnabled").Bool())
			g.Advance(t, 30*time.Second-time.Millisecond)
			assert.False(t, g.Found(t, ann).JSON("accountEnabled").Bool())
			g.Advance(t, time.Millisecond)
			assert.Equal(t, []string{"Ann"},
				g.Found(t, "/users?$filter=accountEnabled%20eq%20true%20and%20userPrincipalName%20eq%20'ann.new@contoso.edu'").Names())
		}},
	{anyOperation, "lifecycle-merges", "A step merges complex values, replaces lists, and takes away what it sets to null, as a PATCH does",
		"graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := withLifecycles(t, "  - on: users.create\n    steps:\n"+
				"      - {set: {employeeOrgData: {division: North}, businessPhones: ['1', '2']}}\n"+
				"      - {set: {employeeOrgData: {costCenter: '7'}, businessPhones: ['3'], department: null}}\n")
			a := g.Found(t, newcomer(t, g))
			assert.Equal(t, "North 7", a.Text("employeeOrgData.division")+" "+a.Text("employeeOrgData.costCenter"))
			assert.Equal(t, []string{"3"}, a.Texts("businessPhones"))
			assert.Equal(t, "null", a.JSON("department").Raw)
		}},
	{anyOperation, "lifecycle-replaces", "An object has one future: a further call that leads to one takes the place of what was to come",
		"graphemu, as for profiles",
		chosen, func(t *testing.T, _ *rig.Rig) {
			g := withLifecycles(t, "  - {on: users.create, steps: [{set: {officeLocation: created}, after: 30s}]}\n"+
				"  - {on: users.update, where: {department: Heads}, steps: [{set: {officeLocation: updated}, after: 30s}]}\n")
			ann := newcomer(t, g)
			g.Advance(t, 20*time.Second)
			require.Equal(t, 204, g.Send(t, "PATCH", "/users/ann.new@contoso.edu", `{"department":"Heads"}`).Status)
			g.Advance(t, 20*time.Second)
			assert.Empty(t, g.Found(t, ann).Text("officeLocation"))
			g.Advance(t, 10*time.Second)
			assert.Equal(t, "updated", g.Found(t, ann).Text("officeLocation"))
		}},
	{anyOperation, "lifecycle-of-deleted",
		"What was to become of an object that is deleted by then does not come; one that was restored in time has it", "graphemu",
		chosen, func(t *testing.T, _ *rig.Rig) {
			g := withLifecycles(t, "  - {on: users.create, steps: [{set: {officeLocation: B1}, after: 30s}, {set: {department: B2}, after: 30s}]}\n")
			ann := newcomer(t, g)
			id := g.Found(t, "/users/ann.new@contoso.edu").Text("id")
			require.Equal(t, 204, g.Send(t, "DELETE", "/users/"+id, "").Status)
			require.Equal(t, 200, g.Post(t, "/directory/deletedItems/"+id+"/restore", "").Status)
			g.Advance(t, 30*time.Second)
			assert.Equal(t, "B1", g.Found(t, ann).Text("officeLocation"))
			require.Equal(t, 204, g.Send(t, "DELETE", "/users/"+id, "").Status)
			g.Advance(t, 30*time.Second)
			require.Equal(t, 200, g.Post(t, "/directory/deletedItems/"+id+"/restore", "").Status)
			g.Advance(t, time.Hour)
			assert.Equal(t, "Staff", g.Found(t, ann).Text("department"))
		}},
	{anyOperation, "lifecycle-not-made",
		"A step that breaks a rule of the service, as that of unique names, is passed over, and the next one comes", "graphemu",
		chosen, func(t *testing.T, _ *rig.Rig) {
			g := withLifecycles(t,
				"  - {on: users.create, steps: [{set: {userPrincipalName: ora.klein@contoso.edu}}, {set: {officeLocation: B1}}]}\n")
			require.Equal(t, 200, g.Get(t, "/users/ora.klein@contoso.edu").Status)
			assert.Equal(t, "B1", g.Found(t, newcomer(t, g)).Text("officeLocation"))
		}},
}
