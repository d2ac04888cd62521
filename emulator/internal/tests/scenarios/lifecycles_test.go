package emulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pause that takes its time, and one that comes too late.
func TestALifecycleOnPause(t *testing.T) {
	g := play(t, `
clock: {mode: frozen, start: 2026-01-05T06:00:00Z}
lifecycles:
  - {name: late, on: profiles.pause, where: {displayName: Late}, steps: [{status: success, after: 5s}]}
  - {name: slow, on: profiles.pause, steps: [{status: inProgress}, {status: paused, after: 30s}]}
`)
	for name, end := range map[string]string{"Late": "success", "Slow": "paused"} {
		id := g.create(t, csvBody(name))
		g.advance(t, 2*time.Second)
		require.Equal(t, 200, g.control(t, "POST", "worlds/default/profiles/"+id+"/force", `{"status": "inProgress"}`).status)
		a := g.post(t, at(id)+"/pause", "")
		require.Equal(t, 200, a.status, a.body)
		assert.Equal(t, "inProgress", g.status(t, id), name)
		assert.Equal(t, 400, g.post(t, at(id)+"/start", "").status, "it still runs")
		g.advance(t, 30*time.Second)
		assert.Equal(t, end, g.status(t, id), name)
	}
	assert.Empty(t, g.Verify().Warnings, "both ran")
}

// An update that provisions the profile again, by what it has made of it.
func TestALifecycleOnUpdate(t *testing.T) {
	g := play(t, `
clock: {mode: frozen, start: 2026-01-05T06:00:00Z}
lifecycles:
  - {name: again, on: profiles.update, where: {displayName: Renamed},
      steps: [{state: provisioning}, {state: provisioned, after: 10s}, {status: validationError, errors: 2}]}
`)
	id := g.create(t, csvBody("North"))
	g.advance(t, 2*time.Second)
	state := func() string { return g.get(t, at(id)).text("state") }
	a := g.send(t, "PATCH", at(id), `{"displayName": "South"}`)
	require.Equal(t, 202, a.status, a.body)
	assert.Equal(t, "provisioned", state())
	a = g.send(t, "PATCH", at(id), `{"displayName": "Renamed"}`)
	require.Equal(t, 202, a.status, a.body)
	assert.Equal(t, "provisioning", a.text("state"), "the answer is the profile as it is now")
	g.advance(t, 10*time.Second)
	assert.Equal(t, "provisioned", state())
	assert.Equal(t, "validationError", g.status(t, id))
}
