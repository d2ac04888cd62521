package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Who thinks in URLs writes a call as the client sees it, in any part of a scenario.
// It means the same as the operation's name, in both versions.
func TestCallsByTheirAddress(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso", Verify: emulator.VerifyOff, ScenarioText: `
version: 1
faults:
  - {operation: get /Users, calls: 2, respond: {status: 503}}
  - {operation: "GET /users/{id}", calls: 1, respond: {status: 429, retryAfter: 1s}}
  - {operation: "POST /education/synchronizationProfiles/{id}/start", respond: {status: 409}}
throttle:
  - {name: schools, operations: ["GET /education/schools"], requests: 1, window: 1m}
expect:
  - {operation: "GET /users", count: 3}
  - {operation: "GET /users/{id}", status: 429, count: 1}
  - {order: ["GET /users", "GET /education/schools"]}
  - {only: ["GET /users", "* /users/*", "* /education/*", "* /groups/*"]}
  - {operation: "DELETE /users/{id}", count: 0}
`})
	assert.Equal(t, 200, g.Get(t, "/users").Status)
	assert.Equal(t, 503, g.Send(t, "GET", g.Root()+"/v1.0/users", "").Status)
	assert.Equal(t, 200, g.Get(t, "/users").Status)
	id := g.Get(t, "/users?$top=1").Text("value.0.id")
	assert.Equal(t, 429, g.Get(t, "/users('"+id+"')").Status)
	assert.Equal(t, 200, g.Get(t, "/users/"+id).Status)
	assert.NotEqual(t, 429, g.Get(t, "/users/$count").Status)
	assert.Equal(t, 200, g.Get(t, "/education/schools").Status)
	assert.Equal(t, 429, g.Get(t, "/education/schools").Status)
	assert.Equal(t, 409, g.Post(t, rig.At("any")+"/microsoft.graph.start", "").Status)

	v := g.Verify()
	require.Len(t, v.Worlds, 1)
	for i, want := range []bool{false, true, true, true, true} {
		assert.Equal(t, want, v.Worlds[0].Expectations[i].OK, v.Worlds[0].Expectations[i])
	}
	assert.Contains(t, v.Worlds[0].Expectations[0].Seen, "4 times")
	assert.Len(t, g.World().Journal().Entries(journal.Filter{Operation: "GET /users"}), 4)
	var names []string
	for _, use := range g.World().Faults().List() {
		names = append(names, use.Rule.Name)
	}
	assert.Equal(t, []string{"get-Users-503", "GET-users-id-429", "POST-education-synchronizationProfiles-id-start-409"}, names)
}

// A scenario can answer for what graphemu does not emulate, and for what it has never
// heard of. Where no rule strikes, both are what they were.
func TestAScenarioAnswersForWhatIsNotEmulated(t *testing.T) {
	g := rig.New(t, emulator.Options{ScenarioText: `
version: 1
faults:
  - {operation: "GET /me/messages", calls: 1, respond: {status: 200, body: {value: [{subject: Hello}]}}}
  - {operation: "GET /teams/{id}", calls: 1, respond: {status: 200, body: {id: "7"}}}
`})
	a := g.Send(t, "GET", g.Root()+"/v1.0/me/messages", "")
	assert.Equal(t, 200, a.Status)
	assert.Equal(t, "Hello", a.Text("value.0.subject"))
	assert.GreaterOrEqual(t, g.Get(t, "/me/messages").Status, 400, "the second call is not struck")
	assert.Equal(t, "7", g.Get(t, "/teams/7").Text("id"))
	assert.Equal(t, 501, g.Get(t, "/teams/7").Status)
	g.Batch(t, rig.Part("1", "GET", "/me/messages"))
	entries := g.World().Journal().Entries(journal.Filter{Operation: "GET /me/messages"})
	require.Len(t, entries, 3)
	require.NotNil(t, entries[0].Detail)
	assert.Equal(t, "GET-me-messages-200", entries[0].Detail.Fault.Rule)
	assert.NotEmpty(t, entries[2].Detail.Misses, "what nearly struck is told here, too")
}

// What is no address, or is misspelled, is told with its place, and nothing starts.
func TestWrongAddresses(t *testing.T) {
	for text, want := range map[string]string{
		`faults: [{operation: GTE /users, delay: 1s}]`:                         `1:22: faults[0].operation: there is no method "GTE"; did you mean GET?`,
		`faults: [{operation: GET users, delay: 1s}]`:                          `1:22: faults[0].operation: the path "users" begins with no slash`,
		`faults: [{operation: "GET /users/{id", delay: 1s}]`:                   `1:22: faults[0].operation: the braces in "{id" are not balanced`,
		`faults: [{operation: GET /usres, delay: 1s}]`:                         `1:22: faults[0].operation: there is no "usres" in /usres; did you mean GET /users?`,
		`faults: [{operation: "*", except: [GET /usres], delay: 1s}]`:          `1:36: faults[0].except[0]: there is no "usres"`,
		`throttle: [{name: a, operations: [/users], requests: 1, window: 1s}]`: `1:35: throttle[0].operations[0]: "/users" has no method: write GET /users`,
		`expect: [{operation: GET /v1.0/users}]`:                               `1:22: expect[0].operation: the path "/v1.0/users" begins with a version`,
	} {
		_, err := emulator.New(emulator.Options{ScenarioText: text + "\nversion: 1\n"})
		assert.ErrorContains(t, err, want, text)
	}
	g := rig.New(t)
	a := g.Control(t, "POST", "worlds/default/faults", `{"operation": "GET /usres", "respond": {"status": 429}}`)
	assert.Equal(t, 400, a.Status)
	assert.Contains(t, a.Body, "did you mean GET /users?")
	assert.ErrorContains(t, g.World().Faults().Add(fault.Once("GET users", 429)), "begins with no slash")
	assert.Empty(t, g.World().Faults().List())
}

// A fault that is added without a name gets one, which the answer tells.
func TestFaultsWithoutNames(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	const rule = `{"operation": "GET /users", "calls": 1, "respond": {"status": 429}}`
	a := g.Control(t, "POST", "worlds/default/faults", rule)
	require.Equal(t, 201, a.Status, a.Body)
	assert.Equal(t, "GET-users-429", a.Text("rule.name"))
	assert.Equal(t, "GET-users-429-2", g.Control(t, "POST", "worlds/default/faults", rule).Text("rule.name"))
	require.NoError(t, g.World().Faults().Add(fault.Rule{Operation: "GET /users", Respond: &fault.Respond{Status: 429}}))
	assert.Equal(t, 429, g.Get(t, "/users").Status)
	assert.Equal(t, 204, g.Control(t, "DELETE", "worlds/default/faults/GET-users-429-2", "").Status)
	require.Len(t, g.World().Faults().List(), 2)
	assert.Equal(t, "GET-users-429-3", g.World().Faults().List()[1].Rule.Name)
}
