package emulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// ask makes a control call.
func (g *rig) ask(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	return g.send(t, method, g.origin()+"/_graphemu/"+path, body, append(headers, "Authorization:")...)
}

// Moving the clock settles what is due, in order, and tells it.
func TestTheClockTellsWhatHappened(t *testing.T) {
	g := newRig(t)
	ids := []string{g.create(t, powerSchoolBody("South")), g.create(t, csvBody("North"))}
	a := g.ask(t, "POST", "worlds/default/clock", `{"advance": "3500ms"}`)
	require.Equal(t, 200, a.status, a.body)
	assert.Equal(t, []string{"provisioned", "provisioned", "provisioned", "provisioned"}, a.texts("happened.#.to.state"))
	assert.Equal(t, []string{"paused", "extracting", "paused", "validating"}, a.texts("happened.#.to.status"))
	assert.Equal(t, []string{ids[0], ids[0], ids[1], ids[0]}, a.texts("happened.#.profile"))
	assert.Equal(t, "2026-01-05T06:00:03.5Z", a.text("now"))
	a = g.ask(t, "POST", "worlds/default/clock", `{"advance": "idle"}`)
	assert.Equal(t, []string{"inProgress", "success"}, a.texts("happened.#.to.status"))
	assert.Equal(t, "2026-01-05T06:00:06Z", a.text("now"), "just when the last step was due")
}

// A profile can be put anywhere, and stays there.
func TestForce(t *testing.T) {
	g := newRig(t)
	id := g.create(t, csvBody("North"))
	a := g.ask(t, "POST", "worlds/default/profiles/"+id+"/force", `{"status": "quarantined"}`)
	require.Equal(t, 400, a.status, "a profile that is being provisioned has no sync: %s", a.body)
	require.Equal(t, 200, g.ask(t, "POST", "worlds/default/profiles/"+id+"/force", `{"state": "provisioned"}`).status)
	require.Equal(t, 200, g.ask(t, "POST", "worlds/default/profiles/"+id+"/force", `{"status": "quarantined"}`).status)
	g.advance(t, time.Hour)
	assert.Equal(t, "quarantined", g.status(t, id))
	assert.Equal(t, 404, g.ask(t, "POST", "worlds/default/profiles/nobody/force", `{"state": "provisioned"}`).status)
}

// A world that is dropped is made anew on next use; the default one stays.
func TestDrop(t *testing.T) {
	g := newRig(t)
	before := g.World("passing")
	require.Equal(t, 202, g.post(t, profilesAt, csvBody("North"), "Authorization: Bearer world-passing").status)
	require.Equal(t, 204, g.ask(t, "DELETE", "worlds/passing", "").status)
	assert.Empty(t, g.get(t, profilesAt, "Authorization: Bearer world-passing").names())
	assert.NotSame(t, before, g.World("passing"))
	assert.Equal(t, 409, g.ask(t, "DELETE", "worlds/default", "").status)
	assert.Equal(t, 204, g.ask(t, "DELETE", "worlds/neverused", "").status)
	assert.Equal(t, 1+1, int(g.ask(t, "GET", "worlds", "").json("worlds.#").Int()))
}

// A scenario, its faults, the journal and the verdict, all through the control API.
func TestScenarioThroughControl(t *testing.T) {
	g := newRig(t, emulator.Options{Verify: emulator.VerifyOff})
	const text = "version: 1\nname: put\nfaults:\n  - {name: it, operation: profiles.list, calls: first 1, respond: {status: 503}}\nexpect:\n  - {operation: profiles.list, count: 2}\n"
	a := g.ask(t, "PUT", "worlds/default/scenario?name=put.yaml", text, "Content-Type: application/yaml")
	require.Equal(t, 200, a.status, a.body)
	assert.Equal(t, text, g.ask(t, "GET", "worlds/default/scenario", "").body)
	a = g.get(t, profilesAt)
	assert.Equal(t, 503, a.status)
	explained := g.ask(t, "GET", "worlds/default/journal/"+a.header.Get("x-graphemu-explain"), "")
	assert.Contains(t, explained.body, "it")
	assert.Contains(t, explained.body, "503")
	v := g.ask(t, "GET", "worlds/default/verify?format=text", "")
	assert.Contains(t, v.body, "put.yaml:6:")
	g.found(t, profilesAt)
	list := g.ask(t, "GET", "worlds/default/journal?operation=profiles.list&status=5xx", "")
	assert.EqualValues(t, 1, list.json("entries.#").Int())
	a = g.ask(t, "PUT", "worlds/default/scenario", "version: 1\nfaults: [{name: a, operation: profiles.lst, respond: {status: 99}}]\n", "Content-Type: application/yaml")
	assert.Equal(t, 400, a.status)
	assert.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	assert.GreaterOrEqual(t, len(a.json("errors").Array()), 2, a.body)
	assert.Contains(t, a.body, "profiles.list")
	metrics := g.ask(t, "GET", "metrics", "").body
	assert.Contains(t, metrics, `operation="profiles.list"`)
	assert.Contains(t, metrics, `rule="it"`)
	require.Equal(t, 204, g.ask(t, "DELETE", "worlds/default/scenario", "").status)
	assert.Empty(t, g.World().Faults().List())
	assert.Equal(t, 409, g.ask(t, "POST", "state", "").status, "this server has no state file")
}
