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

// act does one thing that a client or a test could do, and says what came of it.
func act(g *rig.Rig, t *testing.T, w *emulator.World, token string, what, which, number int) string {
	ids := []string{"none"}
	for _, p := range w.Profiles() {
		ids = append(ids, p.ID)
	}
	id := ids[which%len(ids)]
	bearer := "Authorization: Bearer " + token
	var a rig.Answer
	switch what {
	case 0:
		a = g.Send(t, "POST", rig.ProfilesAt, rig.CSVBody([]string{"North", "Doomed", "South"}[number%3]), bearer)
	case 1:
		a = g.Send(t, "POST", rig.ProfilesAt, rig.PowerSchoolBody(fmt.Sprint("API ", number)), bearer)
	case 2, 3:
		a = g.Send(t, "GET", rig.At(id), "", bearer)
	case 4, 5:
		a = g.Send(t, "GET", rig.At(id)+"/profileStatus", "", bearer, "Prefer: include-unknown-enum-members")
	case 6:
		a = g.Send(t, "POST", rig.At(id)+"/"+[]string{"start", "pause", "resume", "reset"}[number%4], "", bearer)
	case 7:
		a = g.Send(t, "POST", rig.At(id)+"/start", "", bearer)
	case 8:
		a = g.Send(t, "GET", rig.At(id)+"/errors?$top=2", "", bearer)
	case 9:
		a = g.Send(t, "DELETE", rig.At(id), "", bearer)
	case 10:
		a = g.Send(t, "GET", rig.ProfilesAt+"?$top=2&$orderby=displayName", "", bearer)
	case 11:
		a = g.Send(t, "PATCH", rig.At(id), fmt.Sprintf(`{"displayName": "Renamed %d"}`, number), bearer)
	case 13:
		if to := g.Send(t, "GET", rig.At(id)+"/uploadUrl", "", bearer).Text("value"); to != "" {
			names := []string{"School.csv", "Section.csv", "Student.csv", "Teacher.csv", "StudentEnrollment.csv", "TeacherRoster.csv"}
			for _, name := range names[number%3:] {
				a = g.Put(t, to, name, rig.SmallRoster[name])
			}
		}
	case 14:
		a = g.Send(t, "GET", "/education/"+[]string{"users", "classes", "schools"}[number%3], "", bearer)
	case 12:
		require.NoError(t, w.Clock().Advance(time.Duration(number)*311*time.Millisecond))
	}
	// Hosts and journal ids are the same; so must be everything else.
	return fmt.Sprint(a.Status, " ", a.Header.Get("Retry-After"), " ", a.Header.Get("request-id"), " ", a.Header.Get("x-graphemu-explain"), " ", a.Header.Get("Date"), " ", a.Body)
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
			return [3]int{rapid.IntRange(0, 14).Draw(r, label), rapid.IntRange(0, 6).Draw(r, "which"), rapid.IntRange(0, 30).Draw(r, "number")}
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
				"%v", s)
		}
		again, err := w.Snapshot()
		require.NoError(t, err)
		want, err := first.World().Snapshot()
		require.NoError(t, err)
		assert.Equal(t, anonymous(want), anonymous(again))
	})
}

// newRigOn is newRig with the clock that the scenario says, closed by the caller.
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
	_, err := first.World("other").SetScenario("own.yaml", "version: 1\nname: own\nfaults:\n  - {name: it, operation: profiles.list, respond: {status: 503}}\n")
	require.NoError(t, err)
	require.NoError(t, first.World("other").Faults().Add(fault.Rule{Name: "late", Operation: "profiles.count", Respond: &fault.Respond{Status: 507}}))
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
		"truncated": string(whole[:len(whole)/2]), "empty": "", "foreign": `{"kind": "package.json", "version": 1, "worlds": []}`, "no JSON": "PK\x03\x04",
		"newer": strings.Replace(string(whole), `"version": 1`, `"version": 2`, 1), "unknown name": strings.Replace(string(whole), `"kind"`, `"more": 1, "kind"`, 1),
		"trailing": string(whole) + "{}", "broken inside": strings.Replace(string(whole), `"mode": "frozen"`, `"mode": "wild"`, 1),
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
