package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// Moving the clock settles what is due, in order, and tells it.
func TestTheClockTellsWhatHappened(t *testing.T) {
	g := rig.New(t)
	ids := []string{g.Create(t, rig.PowerSchoolBody("South")), g.Create(t, rig.CSVBody("North"))}
	a := g.Control(t, "POST", "worlds/default/clock", `{"advance": "3500ms"}`)
	require.Equal(t, 200, a.Status, a.Body)
	assert.Equal(t, []string{"provisioned", "provisioned", "provisioned", "provisioned"}, a.Texts("happened.#.to.state"))
	assert.Equal(t, []string{"paused", "extracting", "paused", "validating"}, a.Texts("happened.#.to.status"))
	assert.Equal(t, []string{ids[0], ids[0], ids[1], ids[0]}, a.Texts("happened.#.profile"))
	assert.Equal(t, "2026-01-05T06:00:03.5Z", a.Text("now"))
	a = g.Control(t, "POST", "worlds/default/clock", `{"advance": "idle"}`)
	assert.Equal(t, []string{"inProgress", "success"}, a.Texts("happened.#.to.status"))
	assert.Equal(t, "2026-01-05T06:00:06Z", a.Text("now"), "just when the last step was due")
}

// A profile can be put anywhere, and stays there.
func TestForce(t *testing.T) {
	g := rig.New(t)
	id := g.Create(t, rig.CSVBody("North"))
	a := g.Control(t, "POST", "worlds/default/profiles/"+id+"/force", `{"status": "quarantined"}`)
	require.Equal(t, 400, a.Status, "a profile that is being provisioned has no sync: %s", a.Body)
	require.Equal(t, 200, g.Control(t, "POST", "worlds/default/profiles/"+id+"/force", `{"state": "provisioned"}`).Status)
	require.Equal(t, 200, g.Control(t, "POST", "worlds/default/profiles/"+id+"/force", `{"status": "quarantined"}`).Status)
	g.Advance(t, time.Hour)
	assert.Equal(t, "quarantined", g.Status(t, id))
	assert.Equal(t, 404, g.Control(t, "POST", "worlds/default/profiles/nobody/force", `{"state": "provisioned"}`).Status)
}

// A world that is dropped is made anew on next use; the default one stays.
func TestDrop(t *testing.T) {
	g := rig.New(t)
	before := g.World("passing")
	require.Equal(t, 202, g.Post(t, rig.ProfilesAt, rig.CSVBody("North"), "Authorization: Bearer world-passing").Status)
	require.Equal(t, 204, g.Control(t, "DELETE", "worlds/passing", "").Status)
	assert.Empty(t, g.Get(t, rig.ProfilesAt, "Authorization: Bearer world-passing").Names())
	assert.NotSame(t, before, g.World("passing"))
	assert.Equal(t, 409, g.Control(t, "DELETE", "worlds/default", "").Status)
	assert.Equal(t, 204, g.Control(t, "DELETE", "worlds/neverused", "").Status)
	assert.Equal(t, 1+1, int(g.Control(t, "GET", "worlds", "").JSON("worlds.#").Int()))
}

// A scenario, its faults, the journal and the verdict, all through the control API.
func TestScenarioThroughControl(t *testing.T) {
	g := rig.New(t, emulator.Options{Verify: emulator.VerifyOff})
	const text = "version: 1\nname: put\nfaults:\n  - {name: it, operation: profiles.list, calls: first 1, respond: {status: 503}}\nexpect:\n  - {operation: profiles.list, count: 2}\n"
	a := g.Control(t, "PUT", "worlds/default/scenario?name=put.yaml", text, "Content-Type: application/yaml")
	require.Equal(t, 200, a.Status, a.Body)
	assert.Equal(t, text, g.Control(t, "GET", "worlds/default/scenario", "").Body)
	a = g.Get(t, rig.ProfilesAt)
	assert.Equal(t, 503, a.Status)
	explained := g.Control(t, "GET", "worlds/default/journal/"+a.Header.Get("x-graphemu-explain"), "")
	assert.Contains(t, explained.Body, "it")
	assert.Contains(t, explained.Body, "503")
	v := g.Control(t, "GET", "worlds/default/verify?format=text", "")
	assert.Contains(t, v.Body, "put.yaml:6:")
	g.Found(t, rig.ProfilesAt)
	list := g.Control(t, "GET", "worlds/default/journal?operation=profiles.list&status=5xx", "")
	assert.EqualValues(t, 1, list.JSON("entries.#").Int())
	a = g.Control(t, "PUT", "worlds/default/scenario", "version: 1\nfaults: [{name: a, operation: profiles.lst, respond: {status: 99}}]\n",
		"Content-Type: application/yaml")
	assert.Equal(t, 400, a.Status)
	assert.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
	assert.GreaterOrEqual(t, len(a.JSON("errors").Array()), 2, a.Body)
	assert.Contains(t, a.Body, "profiles.list")
	metrics := g.Control(t, "GET", "metrics", "").Body
	assert.Contains(t, metrics, `operation="profiles.list"`)
	assert.Contains(t, metrics, `rule="it"`)
	require.Equal(t, 204, g.Control(t, "DELETE", "worlds/default/scenario", "").Status)
	assert.Empty(t, g.World().Faults().List())
	assert.Equal(t, 409, g.Control(t, "POST", "state", "").Status, "this server has no state file")
}
