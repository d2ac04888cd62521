package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// A name that is nearly one is told the one, wherever operations are named, before
// metadata is proposed; a whole URL, how an address is written.
func TestSlipsInNamesOfOperations(t *testing.T) {
	g := rig.New(t, emulator.Options{})
	for name, says := range map[string]string{
		"users.lst":                              "did you mean users.list?",
		"USERS.LIST":                             "did you mean users.list?",
		"usrs.list":                              "did you mean users.list?",
		"Groups.members.lst":                     "did you mean groups.members.list?",
		"profiles.strt":                          "did you mean profiles.start?",
		"teams.list":                             "give --metadata",
		"https://graph.microsoft.com/v1.0/users": "has no method, and is a whole URL: write \"GET /users\"",
		"PATCH https://graph.microsoft.com/beta/users/{id}?x=1": "is a whole URL: write \"PATCH /users/{id}\"",
		"://": "is a whole URL",
	} {
		_, err := emulator.StarterScenario(name)
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), says)
		a := g.Control(t, "POST", "worlds/default/faults", `{"operation":`+words.Quote(name)+`,"delay":"1s"}`)
		assert.Equal(t, 400, a.Status, name)
		assert.Contains(t, a.Text("detail"), says, name)
		a = g.Control(t, "PUT", "worlds/default/scenario", "version: 1\nfaults: [{operation: "+words.Quote(name)+", delay: 1s}]\n")
		assert.Equal(t, 400, a.Status, name)
		assert.Contains(t, a.Text("detail"), says, name)
	}
}
