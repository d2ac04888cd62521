package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A pause that takes its time, and one that comes too late.
func TestALifecycleOnPause(t *testing.T) {
	g := rig.WithScenario(t, `
clock: {mode: frozen, start: 2026-01-05T06:00:00Z}
lifecycles:
  - {name: late, on: profiles.pause, where: {displayName: Late}, steps: [{status: success, after: 5s}]}
  - {name: slow, on: profiles.pause, steps: [{status: inProgress}, {status: paused, after: 30s}]}
`)
	for name, end := range map[string]string{"Late": "success", "Slow": "paused"} {
		id := g.Create(t, rig.CSVBody(name))
		g.Advance(t, 2*time.Second)
		require.Equal(t, 200, g.Control(t, "POST", "worlds/default/profiles/"+id+"/force", `{"status": "inProgress"}`).Status)
		a := g.Post(t, rig.At(id)+"/pause", "")
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, "inProgress", g.Status(t, id), name)
		assert.Equal(t, 400, g.Post(t, rig.At(id)+"/start", "").Status, "it still runs")
		g.Advance(t, 30*time.Second)
		assert.Equal(t, end, g.Status(t, id), name)
	}
	assert.Empty(t, g.Verify().Warnings, "both ran")
}

// An update that provisions the profile again, by what it has made of it.
func TestALifecycleOnUpdate(t *testing.T) {
	g := rig.WithScenario(t, `
clock: {mode: frozen, start: 2026-01-05T06:00:00Z}
lifecycles:
  - {name: again, on: profiles.update, where: {displayName: Renamed},
      steps: [{state: provisioning}, {state: provisioned, after: 10s}, {status: validationError, errors: 2}]}
`)
	id := g.Create(t, rig.CSVBody("North"))
	g.Advance(t, 2*time.Second)
	state := func() string { return g.Get(t, rig.At(id)).Text("state") }
	a := g.Send(t, "PATCH", rig.At(id), `{"displayName": "South"}`)
	require.Equal(t, 202, a.Status, a.Body)
	assert.Equal(t, "provisioned", state())
	a = g.Send(t, "PATCH", rig.At(id), `{"displayName": "Renamed"}`)
	require.Equal(t, 202, a.Status, a.Body)
	assert.Equal(t, "provisioning", a.Text("state"), "the answer is the profile as it is now")
	g.Advance(t, 10*time.Second)
	assert.Equal(t, "provisioned", state())
	assert.Equal(t, "validationError", g.Status(t, id))
}
