package state

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

const (
	throttled = `
faults: [{name: wait, operation: profiles.list, calls: first 1, respond: {status: 429, retryAfter: 20s}, optional: true}]
expect: [{operation: profiles.list, noEarlyRetry: true}]
`
	nothingExpected = "version: 1\nname: calm\n"
)

// tooSoon makes a client that does not wait.
func tooSoon(t *testing.T, g *rig.Rig) {
	t.Helper()
	require.Equal(t, 429, g.Get(t, rig.ProfilesAt).Status)
	require.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
}

// What takes the journal or the scenario away does not take the evidence away: it
// is judged then, and the verdict stays.
func TestWhatClosesAChapter(t *testing.T) {
	for name, c := range map[string]struct {
		by    string
		close func(t *testing.T, g *rig.Rig, w *emulator.World)
	}{
		"a reset": {journal.CloseReset, func(t *testing.T, g *rig.Rig, w *emulator.World) { w.Reset() }},
		"a reset of the control API": {journal.CloseReset,
			func(t *testing.T, g *rig.Rig, _ *emulator.World) { g.Control(t, "POST", "worlds/a/reset", "") }},
		"a snapshot that is restored": {journal.CloseRestore, func(t *testing.T, g *rig.Rig, w *emulator.World) { restored(t, w) }},
		"another scenario":            {journal.CloseScenario, func(t *testing.T, g *rig.Rig, w *emulator.World) { put(t, w) }},
		"a scenario of the control API": {journal.CloseScenario, func(t *testing.T, g *rig.Rig, _ *emulator.World) {
			g.Control(t, "PUT", "worlds/a/scenario", nothingExpected)
		}},
		"the drop of the world": {journal.CloseDrop,
			func(t *testing.T, g *rig.Rig, _ *emulator.World) { g.Control(t, "DELETE", "worlds/a", "") }},
		"another scenario, then a reset": {journal.CloseScenario, func(t *testing.T, g *rig.Rig, w *emulator.World) {
			put(t, w)
			w.Reset()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			g := rig.WithScenario(t, throttled)
			a := g.As("world-a")
			tooSoon(t, a)
			c.close(t, g, g.World("a").World)
			for look, v := range map[string]journal.Verdict{"server": g.Verify(), "world": g.World("a").Verify()} {
				require.False(t, v.OK, look)
				require.Len(t, v.Worlds, 1, look)
				assert.Equal(t, &journal.Chapter{Number: 1, Closed: c.by}, v.Worlds[0].Chapter, look)
				assert.Equal(t, "a", v.Worlds[0].World, look)
				assert.Equal(t, []uint64{2}, v.Worlds[0].Expectations[0].Entries, look)
			}
			a.Get(t, rig.ProfilesAt)
			v := g.Verify()
			assert.False(t, v.OK, "whatever comes later")
			require.Len(t, v.Worlds, 2)
			assert.Equal(t, 2, v.Worlds[1].Chapter.Number)
			assert.Equal(t, "false", gjson.Get(g.Control(t, "GET", "worlds/a/verify", "").Body, "ok").Raw)
			assert.Equal(t, "false", gjson.Get(g.Control(t, "GET", "verify", "").Body, "ok").Raw)
			assert.True(t, g.World("other").Verify().OK, "it is that world's alone")
		})
	}
}

func put(t *testing.T, w *emulator.World) {
	t.Helper()
	_, err := w.SetScenario("calm.yaml", nothingExpected)
	require.NoError(t, err)
}

func restored(t *testing.T, w *emulator.World) {
	t.Helper()
	b, err := w.Snapshot()
	require.NoError(t, err)
	require.NoError(t, w.Restore(b))
}

// A chapter is judged by the clock and the profiles of its end.
func TestAChapterIsJudgedWhenItCloses(t *testing.T) {
	g := rig.WithScenario(t, "expect: [{profile: {displayName: North}, state: provisioned}]\n", emulator.Options{Clock: "frozen@" + rig.Dawn})
	g.Create(t, rig.CSVBody("North"))
	g.World().Reset()
	g.Create(t, rig.CSVBody("North"))
	g.Advance(t, 3*time.Second)
	v := g.Verify()
	require.Len(t, v.Worlds, 2)
	assert.Equal(t, []bool{false, true}, []bool{v.Worlds[0].Expectations[0].OK, v.Worlds[1].Expectations[0].OK})
}

func TestChaptersWithoutAnOperationAreNone(t *testing.T) {
	g := rig.WithScenario(t, "expect: [{operation: profiles.list, count: 1}]\n")
	for range 3 {
		g.World().Reset()
	}
	v := g.Verify()
	assert.False(t, v.OK, "nothing was called at all")
	assert.Equal(t, journal.WarnUnused, v.Warnings[0].Kind)
	assert.Nil(t, v.Worlds[0].Chapter)

	require.NoError(t, g.World().ResetWith(emulator.ResetOptions{Name: "lists"}))
	g.Get(t, rig.ProfilesAt)
	require.NoError(t, g.World().ResetWith(emulator.ResetOptions{Name: "does nothing"}))
	v = g.Verify()
	assert.True(t, v.OK, v.Summary)
	assert.Empty(t, v.Warnings)
	require.Len(t, v.Worlds, 1)
	assert.Equal(t, &journal.Chapter{Number: 1, Name: "lists", Closed: "reset"}, v.Worlds[0].Chapter)
}

// A test that is reset by its name, then changes the scenario, keeps its name.
func TestANameOfAChapterStaysUntilTheNextReset(t *testing.T) {
	g := rig.WithScenario(t, throttled)
	require.NoError(t, g.World().ResetWith(emulator.ResetOptions{Name: "north/creates"}))
	put(t, g.World().World)
	g.Get(t, rig.ProfilesAt)
	restored(t, g.World().World)
	g.Get(t, rig.ProfilesAt)
	g.World().Reset()
	g.Get(t, rig.ProfilesAt)
	var names []string
	for _, w := range g.Verify().Worlds {
		names = append(names, fmt.Sprint(w.Chapter.Number, w.Chapter.Name))
	}
	assert.Equal(t, []string{"1north/creates", "2north/creates", "3"}, names)
	var xml bytes.Buffer
	require.NoError(t, g.Verify().WriteJUnit(&xml))
	assert.Contains(t, xml.String(), `name="world default, chapter 2 &#34;north/creates&#34;"`)
}

// An entry's number is of one request of the world, whatever was reset meanwhile.
func TestEntriesKeepCountingOverChapters(t *testing.T) {
	g := rig.WithScenario(t, "")
	explain := func() string { return g.Get(t, rig.ProfilesAt).Header.Get("x-graphemu-explain") }
	assert.Equal(t, "1", explain())
	g.World().Reset()
	assert.Equal(t, "2", explain())
	old, err := g.World().Snapshot()
	require.NoError(t, err)
	assert.Equal(t, "3", explain())
	require.NoError(t, g.World().Restore(old))
	assert.Equal(t, "4", explain())
	assert.Len(t, g.World().Journal().Entries(journal.Filter{}), 1, "and a journal begins empty")

	g = g.As("world-a")
	assert.Equal(t, "1", explain())
	g.Control(t, "DELETE", "worlds/a", "")
	assert.Equal(t, "2", explain())
}

func TestForgetBeginsAnew(t *testing.T) {
	for name, forget := range map[string]func(t *testing.T, g *rig.Rig){
		"server":      func(t *testing.T, g *rig.Rig) { g.Forget() },
		"worlds":      func(t *testing.T, g *rig.Rig) { g.World("a").Forget(); g.World("b").Forget() },
		"control API": func(t *testing.T, g *rig.Rig) { assert.Equal(t, 204, g.Control(t, "DELETE", "verify", "").Status) },
		"control API of one world": func(t *testing.T, g *rig.Rig) {
			g.Control(t, "DELETE", "worlds/a/verify", "")
			g.Control(t, "DELETE", "worlds/b/verify", "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := rig.WithScenario(t, throttled)
			for _, world := range []string{"a", "b"} {
				tooSoon(t, g.As("world-"+world))
				g.World(world).Reset()
				tooSoon(t, g.As("world-"+world))
			}
			g.Control(t, "DELETE", "worlds/b", "")
			require.Len(t, g.Verify().Worlds, 4)
			forget(t, g)
			require.NoError(t, g.World("a").Clock().Advance(time.Minute)) // what the client was told is not forgotten
			g.As("world-a").Get(t, rig.ProfilesAt)
			v := g.Verify()
			assert.True(t, v.OK, v.Summary)
			assert.Len(t, v.Worlds, 1)
		})
	}
}

// A hundred chapters of a world are kept, and the failures of all of them.
func TestChaptersAreBounded(t *testing.T) {
	g := rig.WithScenario(t, throttled)
	tooSoon(t, g)
	for range 150 {
		g.World().Reset()
		g.Get(t, rig.ProfilesAt)
	}
	v := g.Verify()
	assert.False(t, v.OK)
	assert.Len(t, v.Worlds, 101)
	assert.Equal(t, journal.Omitted{Passed: 50}, v.Omitted)
	assert.Contains(t, v.Summary, "in 151 chapters of 1 world")
}

func TestAResetStartsFromAnotherFixture(t *testing.T) {
	g := rig.WithScenario(t, "fixture: one\n")
	reset := func(body string) rig.Answer { return g.Control(t, "POST", "worlds/default/reset", body) }
	count := func() int { return len(g.World().Profiles()) }
	assert.Equal(t, 1, count())
	assert.Equal(t, 200, reset(`{"fixture": "empty"}`).Status)
	assert.Zero(t, count())
	two := `{"fixture": {"version": 1, "directory": {"domains": ["north.example"]}, "profiles": [{"profile": ` + rig.CSVBody("A") +
		`}, {"profile": ` + rig.CSVBody("B") + `}]}}`
	a := reset(two)
	require.Equal(t, 200, a.Status, a.Body)
	assert.Equal(t, 2, count())

	// It is a part of the world.
	saved, err := g.World().Snapshot()
	require.NoError(t, err)
	assert.Equal(t, "north.example", gjson.GetBytes(saved, "fixture.directory.domains.0").String())
	assert.Equal(t, 200, reset("").Status)
	assert.Equal(t, 1, count(), "a plain reset goes back to the scenario's")
	require.NoError(t, g.World().Restore(saved))
	assert.Equal(t, 2, count())
	again, err := g.World().Snapshot()
	require.NoError(t, err)
	assert.Equal(t, string(saved), string(again))

	for body, want := range map[string]string{
		`{"fixture": "contso"}`:                        `/fixture: there is no built-in one "contso"; did you mean "contoso"?`,
		`{"fixture": "./fixture.json"}`:                "/fixture: there is no built-in one",
		`{"fixture": "/etc/passwd"}`:                   "/fixture: there is no built-in one",
		`{"fixture": 7}`:                               "/fixture: want the name of a built-in fixture, or an object",
		`{"fixture": {"version": 1, "profilse": []}}`:  `/fixture/profilse: `,
		`{"fixtur": "one"}`:                            "/fixtur: unknown; there are name, fixture, seed; did you mean fixture?",
		`{"name": ""}`:                                 "/name: want a name",
		`{"name": "a\nb"}`:                             "/name: want 1 to 500 bytes of printable text",
		`{"name": "` + strings.Repeat("x", 501) + `"}`: "/name: want 1 to 500 bytes",
		`["name"]`:                                     "want an object",
		`{"fixture": {"version": 1, "profiles": [{"profile": ` + rig.CSVBody("A") +
			`, "files": {"folder": "/etc"}}]}}`: "/fixture/profiles/0/files: a fixture that is in no file has no folder",
	} {
		a := reset(body)
		assert.Equal(t, http.StatusBadRequest, a.Status, body)
		assert.Contains(t, gjson.Get(a.Body, "detail").String(), want, body)
		assert.Equal(t, 2, count(), "nothing was done")
	}
	assert.ErrorContains(t, g.World().ResetWith(emulator.ResetOptions{Fixture: "one", FixtureText: "{}"}), "not both")
	assert.ErrorContains(t, g.World().ResetWith(emulator.ResetOptions{FixtureText: "{"}), "fixture: ")
	require.NoError(t, g.World().ResetWith(emulator.ResetOptions{Fixture: "one"}))
	assert.Equal(t, 1, count())

	small := rig.WithScenario(t, "", emulator.Options{Limits: emulator.Limits{Profiles: 1}})
	a = small.Control(t, "POST", "worlds/default/reset", two)
	assert.Equal(t, 400, a.Status)
	assert.Contains(t, a.Body, "/fixture/profiles/1: ")
}

// Whatever closes chapters at the same time, each is judged once and has a number
// of its own.
func TestChaptersAtTheSameTime(t *testing.T) {
	g := rig.WithScenario(t, throttled)
	var group sync.WaitGroup
	for _, run := range []func(){
		func() { g.World("a").Reset() },
		func() { _, _ = g.World("a").SetScenario("calm.yaml", nothingExpected) },
		func() { g.World("a").UnsetScenario() },
		func() { g.Verify() },
		func() { g.World("a").Verify() },
		func() {
			r, err := http.NewRequest("DELETE", g.Root()+"/_graphemu/worlds/a", nil)
			if err == nil {
				if a, err := g.HTTP.Do(r); err == nil {
					a.Body.Close()
				}
			}
		},
	} {
		group.Go(func() {
			for range 20 {
				run()
			}
		})
	}
	for range 2 {
		group.Go(func() {
			for range 50 {
				r, _ := http.NewRequest("GET", g.URL+rig.ProfilesAt, nil)
				r.Header.Set("Authorization", "Bearer world-a")
				if a, err := g.HTTP.Do(r); assert.NoError(t, err) {
					a.Body.Close()
				}
			}
		})
	}
	group.Wait()
	seen := map[int]bool{}
	for _, w := range g.World("a").Verify().Worlds {
		number := 1
		if w.Chapter != nil {
			number = w.Chapter.Number
		}
		assert.False(t, seen[number], "chapter %d is there twice", number)
		seen[number] = true
	}
}

// A fixture of a hundred thousand faults is refused with the first of them, and nothing
// waits for it meanwhile.
func TestResetTellsTheFirstFaults(t *testing.T) {
	g := rig.New(t)
	a := g.Control(t, "POST", "worlds/default/reset", `{"fixture":{"version":1,"profiles":[`+strings.Repeat(`{"a":1},`, 100_000)+`{}]}}`)
	assert.Equal(t, 400, a.Status)
	assert.Less(t, len(a.Body), 64<<10)
	assert.Contains(t, a.Body, "/fixture/profiles/0/a")
	assert.Contains(t, a.Body, "… and more problems")
}
