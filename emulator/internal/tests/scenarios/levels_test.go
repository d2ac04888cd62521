package scenarios

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// The level of a call stands in its entry, below the first in its answer too; the
// verdict counts the levels, warns of what is not supported, and fails where a
// scenario asks for more.
func TestLevels(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso", Verify: emulator.VerifyOff, ScenarioText: `
version: 1
expect:
  - {level: emulated}
  - {level: generic}
  - {operation: GET /users, level: emulated}
  - {operation: "GET /teams/{id}", level: emulated, count: 2}
`})
	a := g.Get(t, "/users")
	require.Equal(t, 200, a.Status)
	assert.Empty(t, a.Header.Get("x-graphemu-level"))
	a = g.Get(t, "/teams/7", "Origin: http://localhost")
	require.Equal(t, 501, a.Status)
	assert.Equal(t, "unsupported", a.Header.Get("x-graphemu-level"))
	assert.Contains(t, a.Header.Get("Access-Control-Expose-Headers"), "x-graphemu-explain, x-graphemu-level")
	assert.Empty(t, g.Get(t, "/nothing").Header.Get("x-graphemu-level"), "Graph has no such thing")
	parts := g.Batch(t, rig.Part("1", "GET", "/teams/7"), rig.Part("2", "GET", "/users"))
	assert.Equal(t, "unsupported", parts["1"].Get("headers.x-graphemu-level").String())
	assert.False(t, parts["2"].Get("headers.x-graphemu-level").Exists())

	var levels []string
	for _, e := range g.World().Journal().Entries(journal.Filter{}) {
		levels = append(levels, e.Level)
	}
	assert.Equal(t, []string{"emulated", "unsupported", "", "emulated", "unsupported", "emulated"}, levels)

	v := g.Verify()
	require.Len(t, v.Worlds, 1)
	assert.Equal(t, journal.LevelCounts{Emulated: 3, Unsupported: 2}, v.Worlds[0].Levels)
	var ok []bool
	for _, r := range v.Worlds[0].Expectations {
		ok = append(ok, r.OK)
	}
	assert.Equal(t, []bool{false, false, true, false}, ok)
	assert.Contains(t, v.Worlds[0].Expectations[0].Seen, "2 calls were below it: unsupported GET /beta/teams/7")
	require.Len(t, v.Warnings, 1)
	assert.Equal(t, journal.WarnUnsupported, v.Warnings[0].Kind)
	assert.Contains(t, v.Warnings[0].Message, "graphemu does not support GET /beta/teams/7, which Graph has")
	var text bytes.Buffer
	require.NoError(t, v.WriteText(&text))
	assert.Contains(t, text.String(), "6 entries (3 emulated, 2 unsupported)\n")
	assert.Contains(t, g.Control(t, "GET", "worlds/default/journal/2", "", "Accept: text/plain").Body,
		"A fault on GET /teams/7 can answer in its place.")
}

// What a fault answers was not served at any level: it is what the test asked for.
func TestAnsweredCallsHaveNoLevel(t *testing.T) {
	g := rig.New(t, emulator.Options{ScenarioText: `
version: 1
faults: [{operation: "GET /teams/{id}", respond: {status: 200, body: {id: "7"}}}]
expect: [{level: emulated}]
`})
	a := g.Get(t, "/teams/7")
	assert.Equal(t, 200, a.Status)
	assert.Empty(t, a.Header.Get("x-graphemu-level"))
	v := g.Verify()
	assert.True(t, v.OK, v.Why())
	assert.Empty(t, v.Warnings)
}

func TestWrongLevels(t *testing.T) {
	for text, want := range map[string]string{
		`expect: [{level: emulatd}]`:                               `"emulated"`,
		`expect: [{level: unsupported}]`:                           `generic`,
		`expect: [{level: emulated, order: [batch, metadata]}]`:    `level goes only with operation, or alone`,
		`expect: [{level: emulated, operation: "*", status: 4xx}]`: `it needs a count`,
	} {
		_, err := emulator.New(emulator.Options{ScenarioText: text + "\nversion: 1\n"})
		assert.ErrorContains(t, err, want, text)
	}
}
