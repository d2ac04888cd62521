package state

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// current is the verdict on what was called in world a since its last reset. The control
// API has to say the same.
func current(t *testing.T, g *rig.Rig) journal.Verdict {
	t.Helper()
	v := g.World("a").VerifySinceReset()
	told := g.Control(t, "GET", "worlds/a/verify?chapter=current", "")
	require.Equal(t, 200, told.Status)
	assert.Equal(t, v.Summary, gjson.Get(told.Body, "summary").String())
	assert.Equal(t, v.OK, gjson.Get(told.Body, "ok").Bool())
	return v
}

func chapters(v journal.Verdict) (list []string) {
	for _, w := range v.Worlds {
		var c journal.Chapter
		if w.Chapter != nil {
			c = *w.Chapter
		}
		list = append(list, fmt.Sprint(c.Number, c.Name, c.Closed))
	}
	return list
}

func TestATestAnswersForItself(t *testing.T) {
	g := rig.WithScenario(t, throttled)
	a, w := g.As("world-a"), g.World("a").World
	require.NoError(t, g.World("a").ResetWith(emulator.ResetOptions{Name: "first"}))
	tooSoon(t, a)
	assert.False(t, current(t, g).OK)

	require.NoError(t, w.ResetWith(emulator.ResetOptions{Name: "second"}))
	require.Equal(t, 429, a.Get(t, rig.ProfilesAt).Status)
	v := current(t, g)
	assert.True(t, v.OK, v.Summary)
	assert.Equal(t, []string{"2second"}, chapters(v))
	assert.False(t, w.Verify().OK, "all still tell of the first")
	assert.False(t, g.Verify().OK)
	assert.Equal(t, []string{"1firstreset", "2second"}, chapters(w.Verify()))

	a.Get(t, rig.ProfilesAt) // too soon
	put(t, w) // the same test goes on, and hides nothing
	a.Get(t, rig.ProfilesAt)
	v = current(t, g)
	assert.False(t, v.OK)
	assert.Equal(t, []string{"2secondscenario", "3second"}, chapters(v))
	restored(t, w)
	a.Get(t, rig.ProfilesAt)
	assert.Equal(t, []string{"2secondscenario", "3secondrestore", "4second"}, chapters(current(t, g)))

	w.UnsetScenario()
	w.Reset()
	v = current(t, g)
	assert.False(t, v.OK && len(v.Warnings) == 0, "nothing was called")
	assert.Equal(t, journal.WarnUnused, v.Warnings[0].Kind)
	a.Get(t, rig.ProfilesAt)
	assert.Equal(t, []string{"5"}, chapters(current(t, g)))
}

// Until the first reset it is the verdict on all.
func TestWithoutAResetItIsTheVerdictOnAll(t *testing.T) {
	g := rig.WithScenario(t, throttled)
	tooSoon(t, g.As("world-a"))
	assert.Equal(t, g.World("a").Verify(), current(t, g))
	put(t, g.World("a").World)
	assert.Equal(t, g.World("a").Verify(), current(t, g))
	g.World("a").UnsetScenario()
	g.World("a").Reset()
	g.World("a").Forget()
	tooSoon(t, g.As("world-a"))
	assert.Equal(t, g.World("a").Verify(), current(t, g), "all was forgotten, the reset too")
}

func TestADropBeginsAnewToo(t *testing.T) {
	g := rig.WithScenario(t, throttled)
	a := g.As("world-a")
	tooSoon(t, a)
	assert.Equal(t, 204, g.Control(t, "DELETE", "worlds/a", "").Status)
	assert.Equal(t, 404, g.Control(t, "GET", "worlds/a/verify?chapter=current", "").Status)
	a.Get(t, rig.ProfilesAt)
	v := current(t, g)
	assert.True(t, v.OK, v.Summary)
	assert.Equal(t, []string{"2"}, chapters(v))

	w := g.World("a").World
	require.Equal(t, 200, a.Get(t, rig.ProfilesAt).Status, "too soon")
	g.Control(t, "DELETE", "worlds/a", "")
	assert.False(t, w.VerifySinceReset().OK, "who still has a dropped world sees how it ended")
}

// One test need not exercise the server's scenario, but the one that it has put itself.
func TestWhatATestExercises(t *testing.T) {
	const busy = "faults: [{name: wait, operation: profiles.get, respond: {status: 503}}]\n"
	g := rig.WithScenario(t, busy)
	a, w := g.As("world-a"), g.World("a").World
	a.Get(t, rig.ProfilesAt)
	assert.False(t, current(t, g).OK, "there is one test")
	w.Reset()
	a.Get(t, rig.ProfilesAt)
	v := current(t, g)
	assert.True(t, v.OK, v.Summary)
	assert.Empty(t, v.Warnings)
	assert.Empty(t, v.Scenarios)
	assert.False(t, w.Verify().OK)

	_, err := w.SetScenario("own.yaml", "version: 1\nname: busy\n"+busy)
	require.NoError(t, err)
	a.Get(t, rig.ProfilesAt)
	put(t, w)
	v = current(t, g)
	assert.False(t, v.OK)
	require.Len(t, v.Scenarios, 1)
	assert.False(t, v.Scenarios[0].Exercised)
	w.Reset()
	a.Get(t, rig.ProfilesAt)
	assert.True(t, current(t, g).OK, "that was another test")
}
