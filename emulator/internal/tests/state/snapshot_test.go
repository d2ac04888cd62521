// Package state proves what a server keeps and keeps apart: snapshots, the state file, worlds, and their chapters.
package state

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// call is what a client or a test does next: to which profile, and a number that tells it from others.
type call struct {
	rig    *rig.Rig
	world  *emulator.World
	bearer string // the header with the token
	id     string
	number int
}

func (c call) send(t *testing.T, method, path, body string, headers ...string) rig.Answer {
	return c.rig.Send(t, method, path, body, append([]string{c.bearer}, headers...)...)
}

// deeds are what may be done. The first ones are tried first where a failure is made small;
// what stands twice is done twice as often.
var deeds = []struct {
	name string
	do   func(t *testing.T, c call) rig.Answer
}{
	{"create", func(t *testing.T, c call) rig.Answer {
		return c.send(t, "POST", rig.ProfilesAt, rig.CSVBody([]string{"North", "Doomed", "South"}[c.number%3]))
	}},
	{"create one that reads from an API", func(t *testing.T, c call) rig.Answer {
		return c.send(t, "POST", rig.ProfilesAt, rig.PowerSchoolBody(fmt.Sprint("API ", c.number)))
	}},
	{"get", getProfile}, {"get", getProfile},
	{"status", getStatus}, {"status", getStatus},
	{"any action", func(t *testing.T, c call) rig.Answer {
		return c.send(t, "POST", rig.At(c.id)+"/"+[]string{"start", "pause", "resume", "reset"}[c.number%4], "")
	}},
	{"start", func(t *testing.T, c call) rig.Answer { return c.send(t, "POST", rig.At(c.id)+"/start", "") }},
	{"errors", func(t *testing.T, c call) rig.Answer { return c.send(t, "GET", rig.At(c.id)+"/errors?$top=2", "") }},
	{"delete", func(t *testing.T, c call) rig.Answer { return c.send(t, "DELETE", rig.At(c.id), "") }},
	{"list", func(t *testing.T, c call) rig.Answer {
		return c.send(t, "GET", rig.ProfilesAt+"?$top=2&$orderby=displayName", "")
	}},
	{"update", func(t *testing.T, c call) rig.Answer {
		return c.send(t, "PATCH", rig.At(c.id), fmt.Sprintf(`{"displayName": "Renamed %d"}`, c.number))
	}},
	{"time goes", func(t *testing.T, c call) rig.Answer {
		require.NoError(t, c.world.Clock().Advance(time.Duration(c.number)*311*time.Millisecond))
		return rig.Answer{}
	}},
	{"upload", func(t *testing.T, c call) (a rig.Answer) {
		if to := c.send(t, "GET", rig.At(c.id)+"/uploadUrl", "").Text("value"); to != "" {
			names := []string{"School.csv", "Section.csv", "Student.csv", "Teacher.csv", "StudentEnrollment.csv", "TeacherRoster.csv"}
			for _, name := range names[c.number%3:] {
				a = c.rig.Put(t, to, name, rig.SmallRoster[name])
			}
		}
		return a
	}},
	{"what syncs made", func(t *testing.T, c call) rig.Answer {
		return c.send(t, "GET", "/education/"+[]string{"users", "classes", "schools"}[c.number%3], "")
	}},
}

func getProfile(t *testing.T, c call) rig.Answer { return c.send(t, "GET", rig.At(c.id), "") }

func getStatus(t *testing.T, c call) rig.Answer {
	return c.send(t, "GET", rig.At(c.id)+"/profileStatus", "", "Prefer: include-unknown-enum-members")
}

// act does one of the deeds to one of the profiles, and says what came of it.
func act(g *rig.Rig, t *testing.T, w *emulator.World, token string, what, which, number int) string {
	ids := []string{"none"}
	for _, p := range w.Profiles() {
		ids = append(ids, p.ID)
	}
	a := deeds[what].do(t, call{g, w, "Authorization: Bearer " + token, ids[which%len(ids)], number})
	// Hosts and journal ids are the same; so must be everything else.
	return fmt.Sprint(a.Status, " ", a.Header.Get("Retry-After"), " ", a.Header.Get("request-id"), " ", a.Header.Get("x-graphemu-explain"),
		" ", a.Header.Get("Date"), " ", a.Body)
}

// A world saved at any point and restored into another server, and there into
// another world, goes on exactly as the original does.
func TestRestoredWorldGoesOn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		options := emulator.Options{ScenarioText: rig.EventfulScenario, Verify: emulator.VerifyOff, Seed: 7}
		first := newRigOn(t, options)
		defer first.Close()
		before := rapid.IntRange(0, 25).Draw(r, "calls before")
		after := rapid.IntRange(1, 25).Draw(r, "calls after")
		step := func(label string) [3]int {
			return [3]int{rapid.IntRange(0, len(deeds)-1).Draw(r, label), rapid.IntRange(0, 6).Draw(r, "which"),
				rapid.IntRange(0, 30).Draw(r, "number")}
		}
		for range before {
			s := step("before")
			act(first, t, first.World().World, first.Bearer, s[0], s[1], s[2])
		}
		saved, err := first.World().Snapshot()
		require.NoError(t, err)
		// Another seed, another scenario: what counts is in the snapshot.
		second := newRigOn(t, emulator.Options{Seed: 99, Verify: emulator.VerifyOff, Scenario: "manual"})
		defer second.Close()
		w := second.World("copy")
		require.NoError(t, w.Restore(saved))
		token, err := w.Token(emulator.TokenOptions{})
		require.NoError(t, err)
		for range after {
			s := step("after")
			require.Equal(t, act(first, t, first.World().World, first.Bearer, s[0], s[1], s[2]), act(second, t, w.World, token, s[0], s[1], s[2]),
				"%s, %v", deeds[s[0]].name, s)
		}
		again, err := w.Snapshot()
		require.NoError(t, err)
		want, err := first.World().Snapshot()
		require.NoError(t, err)
		assert.Equal(t, anonymous(want), anonymous(again))
	})
}

// newRigOn is rig.New with the clock that the scenario says, closed by the caller.
func newRigOn(t *testing.T, o emulator.Options) *rig.Rig {
	g := &rig.Rig{Emulator: emulatortest.Start(t, o)}
	g.HTTP, g.Bearer = g.Client(), g.Token()
	return g
}

// anonymous is a snapshot without what tells two worlds apart, and two moments
// of the wall clock.
func anonymous(snapshot []byte) string {
	return regexp.MustCompile(`"(world|tenant|real)": "[^"]*"`).ReplaceAllString(string(snapshot), "")
}

// Two runs with the same seed on a frozen clock leave the same journal, but for
// what each request took.
func TestJournalsAreReproducible(t *testing.T) {
	run := func() string {
		g := newRigOn(t, emulator.Options{ScenarioText: rig.EventfulScenario, Verify: emulator.VerifyOff})
		for i := range 120 {
			act(g, t, g.World().World, g.Bearer, i*7%13, i%5, i%31)
		}
		b, err := json.Marshal(g.World().Journal().Entries(journal.Filter{}))
		require.NoError(t, err)
		return regexp.MustCompile(`"duration":"[^"]*"`).ReplaceAllString(string(b), `"duration":""`)
	}
	first := run()
	assert.Equal(t, first, run())
	assert.Greater(t, len(first), 10_000)
	assert.Contains(t, first, `"fault"`)
	assert.Contains(t, first, `"lifecycle"`)
}

// All worlds survive a restart in the state file.
func TestStateFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	options := emulator.Options{State: file, Clock: "frozen@" + rig.Dawn, Verify: emulator.VerifyOff}
	first := rig.New(t, options)
	id := first.Create(t, rig.CSVBody("North"))
	_, err := first.World("other").SetScenario("own.yaml",
		"version: 1\nname: own\nfaults:\n  - {name: it, operation: profiles.list, respond: {status: 503}}\n")
	require.NoError(t, err)
	require.NoError(t, first.World("other").Faults().Add(
		fault.Rule{Name: "late", Operation: "profiles.count", Respond: &fault.Respond{Status: 507}}))
	first.Advance(t, time.Second)
	require.NoError(t, first.SaveState())
	require.FileExists(t, file)
	first.Advance(t, time.Second)
	require.NoError(t, first.Close(), "which saves once more")

	second := rig.New(t, options)
	assert.Equal(t, "provisioned", second.Found(t, rig.At(id)).Text("state"))
	assert.Equal(t, dawnPlus(2*time.Second), second.World().Clock().Now())
	assert.Equal(t, 503, second.Get(t, rig.ProfilesAt, "Authorization: Bearer world-other").Status)
	assert.Equal(t, 507, second.Get(t, rig.ProfilesAt+"/$count", "Authorization: Bearer world-other").Status)
	assert.Equal(t, "other", second.World("other").Name())
	require.NoError(t, second.Close())

	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"truncated": string(whole[:len(whole)/2]), "empty": "", "foreign": `{"kind": "package.json", "version": 1, "worlds": []}`,
		"no JSON":      "PK\x03\x04",
		"newer":        strings.Replace(string(whole), `"version": 1`, `"version": 2`, 1),
		"unknown name": strings.Replace(string(whole), `"kind"`, `"more": 1, "kind"`, 1),
		"trailing":     string(whole) + "{}", "broken inside": strings.Replace(string(whole), `"mode": "frozen"`, `"mode": "wild"`, 1),
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := emulator.New(options)
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), file, name)
		assert.Contains(t, err.Error(), "left as it is", name)
		kept, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, text, string(kept), name)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, left, 1, "no temporary file stays")
	_, err = emulator.New(emulator.Options{State: filepath.Join(t.TempDir(), "no", "folder.json")})
	require.ErrorContains(t, err, "there is no folder")
	plain := rig.New(t)
	require.ErrorIs(t, plain.SaveState(), emulator.ErrNoStateFile)
}

func dawnPlus(d time.Duration) time.Time {
	at, err := time.Parse(time.RFC3339, rig.Dawn)
	if err != nil {
		panic(err)
	}
	return at.Add(d)
}

// What is no snapshot changes nothing.
func TestRestoreRefuses(t *testing.T) {
	g := rig.New(t, emulator.Options{ScenarioText: rig.EventfulScenario, Verify: emulator.VerifyOff})
	g.Create(t, rig.CSVBody("North"))
	whole, err := g.World().Snapshot()
	require.NoError(t, err)
	for name, text := range map[string]string{
		"nothing": "", "another kind": `{"kind": "graphemu state"}`, "half": string(whole[:len(whole)-20]), "a list": "[]",
		"no tenant":         strings.Replace(string(whole), `"from": "`, `"from": "x`, 1),
		"a broken scenario": strings.Replace(string(whole), "name: eventful", "nam: eventful", 1),
		"an odd profile":    strings.Replace(string(whole), `\"displayName\"`, `\"displayNam\"`, 1) + " ",
		"odd faults":        strings.Replace(string(whole), `"faults": {`, `"faults": {"odd": 1,`, 1),
	} {
		if name == "an odd profile" && text == string(whole)+" " {
			continue // the document is not kept as text
		}
		require.Error(t, g.World().Restore([]byte(text)), name)
		now, err := g.World().Snapshot()
		require.NoError(t, err)
		require.Equal(t, string(whole), string(now), name)
	}
}
