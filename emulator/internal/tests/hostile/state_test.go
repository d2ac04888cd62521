package hostile

import (
	"bytes"
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

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// numbers are the places of lists in JSON pointers.
var numbers = regexp.MustCompile(`/\d+`)

// A snapshot in which one value is another is refused, or it makes a world that
// answers, and can be saved and restored in its turn.
func TestHostileSnapshots(t *testing.T) {
	sequential(t)
	scenario := strings.Replace(rig.EventfulScenario, "faults:",
		"faults:\n  - {name: early, operation: profiles.list, calls: first 1, respond: {status: 429, retryAfter: 300s, punishEarly: true}}", 1)
	g := rig.New(t, emulator.Options{ScenarioText: scenario, Verify: emulator.VerifyOff, Clock: "frozen@" + rig.Dawn})
	id := g.Create(t, rig.CSVBody("North"))
	g.Create(t, rig.PowerSchoolBody("API"))
	g.Advance(t, 10*time.Second)
	for range 2 {
		g.Post(t, rig.At(id)+"/start", "")
		g.Get(t, rig.ProfilesAt)
		g.Get(t, rig.At(id)+"/errors")
	}
	g.Get(t, rig.At(id)+"/profileStatus")
	require.Equal(t, 201,
		g.Control(t, "POST", "worlds/default/faults", `{"name":"added","operation":"*","chance":0.01,"delay":"1ns-2ns"}`).Status)
	require.True(t, g.World().Faults().Remove("corrupt"))
	g.Post(t, rig.At(id)+"/pause", "")
	whole, err := g.World().Snapshot()
	require.NoError(t, err)

	decode := func() (v any) {
		d := json.NewDecoder(bytes.NewReader(whole))
		d.UseNumber()
		require.NoError(t, d.Decode(&v))
		return v
	}
	var addresses []string
	seen := map[string]bool{}
	places(decode(), "", nil, func(at string, _ any, _ func(any)) {
		kind := numbers.ReplaceAllString(at, "/0")                                                  // one member of a list is as good as all
		if seen[kind] || strings.Contains(at, "/profile/") || strings.HasPrefix(at, "/variants/") { // held against schema and table
			return
		}
		seen[kind] = true
		addresses = append(addresses, at)
	})
	require.Greater(t, len(addresses), 80)
	odd := []any{nil, -1, 1, "", 1e308, json.Number("18446744073709551615"), json.Number("9223372036854775807"),
		json.Number("1152921504606846976"),
		"9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "2562047h", "-2562047h", []any{}, map[string]any{}, "gone"}
	const stride, enough = 4, 25 // each value at every fourth place: all at all take a minute
	taken := 0
	for i, address := range addresses {
		for k, value := range odd {
			if (i+k)%stride != 0 {
				continue
			}
			v := decode()
			places(v, "", nil, func(at string, _ any, put func(any)) {
				if at == address {
					put(value)
				}
			})
			text, err := json.Marshal(v)
			require.NoError(t, err)
			if g.World().Restore(text) != nil {
				continue
			}
			taken++
			name := fmt.Sprintf("%s = %v", address, value)
			for _, path := range []string{rig.ProfilesAt, rig.At(id), rig.At(id) + "/profileStatus", rig.At(id) + "/errors"} {
				assert.NotEqual(t, 500, g.Get(t, path).Status, name)
			}
			assert.Equal(t, 200, g.Control(t, "POST", "worlds/default/clock", `{"advance":"idle"}`).Status, name)
			g.Post(t, rig.At(id)+"/resume", "")
			g.Post(t, rig.ProfilesAt, rig.CSVBody("South"))
			again, err := g.World().Snapshot()
			if assert.NoError(t, err, name) {
				assert.NoError(t, g.World().Restore(again), name)
			}
		}
	}
	assert.Greater(t, taken, enough, "most of the values are harmless somewhere")
}

// At the end of time clients are still told to wait, and the world can be saved.
func TestTheEndOfTime(t *testing.T) {
	g := rig.WithScenario(t, `
faults: [{name: wait, operation: profiles.list, respond: {status: 429, retryAfter: 20h, punishEarly: true}}]
throttle: [{name: tight, operations: [profiles.get], requests: 1, window: 700h}]
lifecycles: [{name: long, on: profiles.start, steps: [{status: inProgress, after: 1h}, {status: success, after: 800000h}]}]
`)
	id := g.Provisioned(t, rig.CSVBody("North"))
	require.NoError(t, g.World().Clock().Set(time.Date(9999, 12, 31, 22, 30, 0, 0, time.UTC)))
	require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
	require.Equal(t, 429, g.Get(t, rig.ProfilesAt).Status)
	g.Get(t, rig.At(id))
	require.Equal(t, 429, g.Get(t, rig.At(id)).Status)
	a := g.Control(t, "POST", "worlds/default/clock", `{"advance":"idle"}`)
	require.Equal(t, 200, a.Status, a.Body)
	assert.Equal(t, []string{"inProgress"}, a.Texts("happened.#.to.status"), "what would come later never does")
	b, err := g.World().Snapshot()
	require.NoError(t, err)
	require.NoError(t, g.World().Restore(b))
}

// Variants that decide how profiles are kept count from the next reset on, in a
// restored world too.
func TestStoredVariantsOutliveASnapshot(t *testing.T) {
	g := rig.WithScenario(t, "")
	id := g.Create(t, rig.CSVBody("North"))
	notes, err := g.World().SetScenario("x", "version: 1\nvariants: {typeHash: without, customizationDefaults: legacy}\n")
	require.NoError(t, err)
	assert.Len(t, notes, 2)
	want := g.Found(t, rig.At(id)).Body
	b, err := g.World().Snapshot()
	require.NoError(t, err)
	require.NoError(t, g.World().Restore(b))
	assert.Equal(t, want, g.Found(t, rig.At(id)).Body)
	assert.Contains(t, g.Found(t, rig.At(g.Create(t, rig.CSVBody("South")))).Body, `"#microsoft.graph.educationCsvDataProvider"`)
	again, err := g.World().Snapshot()
	require.NoError(t, err)
	require.NoError(t, g.World().Restore(again))
	g.World().Reset()
	assert.Contains(t, g.Found(t, rig.At(g.Create(t, rig.CSVBody("South")))).Body, `"microsoft.graph.educationCsvDataProvider"`)
}

// The default world fits where others fill all places; so it does after a restart.
func TestStateFileAtTheLimitOfWorlds(t *testing.T) {
	o := emulator.Options{State: filepath.Join(t.TempDir(), "state.json"), Limits: emulator.Limits{Worlds: 2}}
	for range 2 {
		s, err := emulator.New(o)
		require.NoError(t, err)
		for _, name := range []string{"a", "b", ""} {
			_, err := s.World(name)
			require.NoError(t, err)
		}
		require.NoError(t, s.Close())
	}
}

// A scenario that is put may name a fixture, but nothing that could hold up
// whoever reads it, or give without end.
func TestFixtureMustBeAFile(t *testing.T) {
	_, err := rig.New(t).World().SetScenario("x", "version: 1\nfixture: "+os.DevNull+"\n")
	assert.ErrorContains(t, err, "it is a device, and only a regular file is read")
}
