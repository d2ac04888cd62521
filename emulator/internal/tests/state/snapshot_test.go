package emulator_test

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
	"github.com/graphemu/graphemu/emulator/journal"
)

// eventful is a scenario with something of everything that a snapshot must keep.
const eventful = `version: 1
name: eventful
clock: {mode: frozen, start: 2026-01-05T06:00:00Z, perRequest: 700ms}
fixture: one
timeline: {provisioning: 3s, extracting: 2s}
lifecycles:
  - name: by-reads
    on: profiles.start
    steps:
      - {status: extracting}
      - {status: validating, after: {reads: 3}}
      - {status: inProgress, after: 4s, errors: 2}
      - {status: error, after: 5s, errors: 3}
    next: then-fine
  - name: then-fine
    on: profiles.start
    steps: [{status: inProgress, after: 1s}, {status: success, after: 6s}]
  - name: doomed
    on: profiles.create
    where: {displayName: Doomed}
    steps: [{state: provisioningFailed, after: 1s}]
  - name: sticky
    on: profiles.delete
    steps: [{state: deletionFailed, after: 2s}]
    next: gone
  - name: gone
    on: profiles.delete
    steps: [{state: gone, after: 1s}]
faults:
  - {name: chance, operation: profiles.list, chance: 0.3, respond: {status: 503}}
  - {name: every, operation: profiles.get, calls: every 4, respond: {status: 429, retryAfter: 3s, punishEarly: true}}
  - {name: corrupt, operation: profiles.status.get, chance: 0.2, body: {corrupt: 2}}
throttle:
  - {name: tight, operations: [profiles.errors.*], requests: 4, window: 10s}
`

// act does one thing that a client or a test could do, and says what came of it.
func act(g *rig, t *testing.T, w *emulator.World, token string, what, which, number int) string {
	ids := []string{"none"}
	for _, p := range w.Profiles() {
		ids = append(ids, p.ID)
	}
	id := ids[which%len(ids)]
	bearer := "Authorization: Bearer " + token
	var a answer
	switch what {
	case 0:
		a = g.send(t, "POST", profilesAt, csvBody([]string{"North", "Doomed", "South"}[number%3]), bearer)
	case 1:
		a = g.send(t, "POST", profilesAt, powerSchoolBody(fmt.Sprint("API ", number)), bearer)
	case 2, 3:
		a = g.send(t, "GET", at(id), "", bearer)
	case 4, 5:
		a = g.send(t, "GET", at(id)+"/profileStatus", "", bearer, "Prefer: include-unknown-enum-members")
	case 6:
		a = g.send(t, "POST", at(id)+"/"+[]string{"start", "pause", "resume", "reset"}[number%4], "", bearer)
	case 7:
		a = g.send(t, "POST", at(id)+"/start", "", bearer)
	case 8:
		a = g.send(t, "GET", at(id)+"/errors?$top=2", "", bearer)
	case 9:
		a = g.send(t, "DELETE", at(id), "", bearer)
	case 10:
		a = g.send(t, "GET", profilesAt+"?$top=2&$orderby=displayName", "", bearer)
	case 11:
		a = g.send(t, "PATCH", at(id), fmt.Sprintf(`{"displayName": "Renamed %d"}`, number), bearer)
	case 13:
		if to := g.send(t, "GET", at(id)+"/uploadUrl", "", bearer).text("value"); to != "" {
			names := []string{"School.csv", "Section.csv", "Student.csv", "Teacher.csv", "StudentEnrollment.csv", "TeacherRoster.csv"}
			for _, name := range names[number%3:] {
				a = g.put(t, to, name, small[name])
			}
		}
	case 14:
		a = g.send(t, "GET", "/education/"+[]string{"users", "classes", "schools"}[number%3], "", bearer)
	case 12:
		require.NoError(t, w.Clock().Advance(time.Duration(number)*311*time.Millisecond))
	}
	// Hosts and journal ids are the same; so must be everything else.
	return fmt.Sprint(a.status, " ", a.header.Get("Retry-After"), " ", a.header.Get("request-id"), " ", a.header.Get("x-graphemu-explain"), " ", a.header.Get("Date"), " ", a.body)
}

// A world saved at any point and restored into another server, and there into
// another world, goes on exactly as the original does.
func TestRestoredWorldGoesOn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		options := emulator.Options{ScenarioText: eventful, Verify: emulator.VerifyOff, Seed: 7}
		first := newRigOn(t, options)
		defer first.Close()
		before := rapid.IntRange(0, 25).Draw(r, "calls before")
		after := rapid.IntRange(1, 25).Draw(r, "calls after")
		step := func(label string) [3]int {
			return [3]int{rapid.IntRange(0, 14).Draw(r, label), rapid.IntRange(0, 6).Draw(r, "which"), rapid.IntRange(0, 30).Draw(r, "number")}
		}
		for range before {
			s := step("before")
			act(first, t, first.World().World, first.token, s[0], s[1], s[2])
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
			require.Equal(t, act(first, t, first.World().World, first.token, s[0], s[1], s[2]), act(second, t, w.World, token, s[0], s[1], s[2]),
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
func newRigOn(t *testing.T, o emulator.Options) *rig {
	g := &rig{Emulator: emulatortest.Start(t, o)}
	g.client, g.token = g.Client(), g.Token()
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
		g := newRigOn(t, emulator.Options{ScenarioText: eventful, Verify: emulator.VerifyOff})
		for i := range 120 {
			act(g, t, g.World().World, g.token, i*7%13, i%5, i%31)
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
	options := emulator.Options{State: file, Clock: "frozen@" + dawn, Verify: emulator.VerifyOff}
	first := newRig(t, options)
	id := first.create(t, csvBody("North"))
	_, err := first.World("other").SetScenario("own.yaml", "version: 1\nname: own\nfaults:\n  - {name: it, operation: profiles.list, respond: {status: 503}}\n")
	require.NoError(t, err)
	require.NoError(t, first.World("other").Faults().Add(fault.Rule{Name: "late", Operation: "profiles.count", Respond: &fault.Respond{Status: 507}}))
	first.advance(t, time.Second)
	require.NoError(t, first.SaveState())
	require.FileExists(t, file)
	first.advance(t, time.Second)
	require.NoError(t, first.Close(), "which saves once more")

	second := newRig(t, options)
	assert.Equal(t, "provisioned", second.found(t, at(id)).text("state"))
	assert.Equal(t, dawnPlus(2*time.Second), second.World().Clock().Now())
	assert.Equal(t, 503, second.get(t, profilesAt, "Authorization: Bearer world-other").status)
	assert.Equal(t, 507, second.get(t, profilesAt+"/$count", "Authorization: Bearer world-other").status)
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
	plain := newRig(t)
	require.ErrorIs(t, plain.SaveState(), emulator.ErrNoStateFile)
}

func dawnPlus(d time.Duration) time.Time {
	at, err := time.Parse(time.RFC3339, dawn)
	if err != nil {
		panic(err)
	}
	return at.Add(d)
}

// What is no snapshot changes nothing.
func TestRestoreRefuses(t *testing.T) {
	g := newRig(t, emulator.Options{ScenarioText: eventful, Verify: emulator.VerifyOff})
	g.create(t, csvBody("North"))
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
