package emulator_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// Whatever is done to worlds in whatever order, what is counted of Limits.Memory is
// what a server counts that is given the same worlds at once; and in the end nothing is
// left but what an empty server has. (The files of a fixture are counted once restored alone: worlds share them.)
func TestMemoryIsCountedWithoutDrift(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			chance := rand.New(rand.NewPCG(seed, 1))
			g := rig.New(t, emulator.Options{Verify: emulator.VerifyOff, Limits: emulator.Limits{Memory: 24 << 20, Uploads: 4 << 20}})
			empty := counted(g)
			snapshots := [][]byte{}
			for range 100 {
				world := []string{"default", "a", "b", "c"}[chance.IntN(4)]
				moves := moves(t, g, world, chance, &snapshots)
				name := slices.Sorted(maps.Keys(moves))[chance.IntN(len(moves))]
				moves[name]()
				assert.GreaterOrEqual(t, emulator.Used(g.Server), empty, name)
			}
			same(t, g)
			for _, w := range g.Worlds() {
				if w.Name() != "default" {
					require.Equal(t, 204, g.Control(t, "DELETE", "worlds/"+w.Name(), "").Status)
				}
			}
			same(t, g)
			g.Control(t, "POST", "worlds/default/reset", "")
			assert.Equal(t, empty, counted(g), "all is given back")
		})
	}
}

// moves are what may happen to a world next.
func moves(t *testing.T, g *rig.Rig, world string, chance *rand.Rand, snapshots *[][]byte) map[string]func() {
	c := g.As("world-" + world)
	w, err := g.Server.World(world)
	require.NoError(t, err)
	list := w.Profiles()
	some := func(do func(id string)) func() {
		return func() {
			if len(list) > 0 {
				do(list[chance.IntN(len(list))].ID)
			}
		}
	}
	post := func(action string) func() {
		return some(func(id string) { c.Post(t, rig.At(id)+"/"+action, "") })
	}
	reset := func(body string) func() {
		return func() { g.Control(t, "POST", "worlds/"+world+"/reset", body, "Content-Type: application/json") }
	}
	put := some(func(id string) {
		to := c.Get(t, rig.At(id)+"/uploadUrl").Text("value")
		if to == "" {
			return
		}
		for name, content := range rig.SmallRoster {
			g.Storage(t, "PUT", to, name, "", content, "x-ms-blob-type: BlockBlob")
		}
		g.Storage(t, "PUT", to, "cut.csv", "", "abc", "x-ms-blob-type: BlockBlob", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==")
		g.Storage(t, "PUT", to, "staged.csv", "comp=block&blockid="+rig.BlockID(chance.IntN(3)), fmt.Sprintf("%0*d", 1+chance.IntN(100_000), 1))
		if chance.IntN(2) == 0 {
			g.Storage(t, "PUT", to, "staged.csv", "comp=blocklist", "<BlockList><Uncommitted>bad</Uncommitted></BlockList>")
		}
	})
	return map[string]func(){
		"create":         func() { c.Send(t, "POST", rig.ProfilesAt, rig.CSVBody("North")) },
		"create a large": func() { c.Send(t, "POST", rig.ProfilesAt, rig.BulkyBody(t, "big", 100_000+chance.IntN(2_000_000))) },
		"create a wrong": func() { c.Send(t, "POST", rig.ProfilesAt, `{"displayName":"x"}`) },
		"update":         some(func(id string) { c.Send(t, "PATCH", rig.At(id), `{"displayName":"a longer name than before"}`) }),
		"replace":        some(func(id string) { c.Send(t, "PUT", rig.At(id), rig.BulkyBody(t, "r", 500_000)) }),
		"delete":         some(func(id string) { c.Send(t, "DELETE", rig.At(id), "") }),
		"upload":         put, "start": post("start"), "start over": post("reset"), "pause": post("pause"), "resume": post("resume"),
		"time goes":       func() { require.NoError(t, w.Clock().Advance(time.Duration(chance.IntN(10))*time.Second)) },
		"much time goes":  func() { require.NoError(t, w.Clock().Advance(100*time.Hour)) },
		"read objects":    func() { c.Get(t, "/education/users") },
		"reset":           reset(""),
		"with a fixture":  reset(`{"name":"x","fixture":"one"}`),
		"with its own":    reset(`{"fixture":{"version":1,"profiles":[` + rig.CSVBody("one") + `]}}`),
		"with a bad one":  reset(`{"fixture":{"version":1,"profiles":[{"displayName":1}]}}`),
		"with no fixture": reset(`{"fixture":"nope"}`),
		"snapshot": func() {
			b, err := w.Snapshot()
			require.NoError(t, err)
			*snapshots = append(*snapshots, b)
		},
		"restore": func() {
			if n := len(*snapshots); n > 0 {
				_ = w.Restore((*snapshots)[chance.IntN(n)]) // it may not fit
			}
		},
		"restore a broken one": func() {
			b, err := w.Snapshot()
			require.NoError(t, err)
			assert.Error(t, w.Restore(bytes.Replace(b, []byte(`"retries"`), []byte(`"retried"`), 1)))
		},
		"drop":   func() { g.Control(t, "DELETE", "worlds/"+world, "") },
		"forget": func() { w.Forget() },
		"scenario": func() {
			_, err := w.SetScenario("x", rig.BusyScenarios[chance.IntN(len(rig.BusyScenarios))])
			require.NoError(t, err)
		},
		"no scenario": func() { w.UnsetScenario() },
		"verify":      func() { w.Verify() },
		"the default": func() { c.Get(t, rig.ProfilesAt+"?$top=999") },
		"in one batch": func() {
			c.Batch(t, rig.Part("1", "GET", rig.ProfilesAt), rig.WritePart("2", "POST", rig.ProfilesAt, rig.CSVBody("batched")))
		},
	}
}

// counted is what is counted without journals.
func counted(g *rig.Rig) int64 {
	g.Forget()
	return emulator.Used(g.Server)
}

// same compares what is counted with what another server counts of the same worlds.
func same(t *testing.T, g *rig.Rig) {
	t.Helper()
	other := rig.New(t, emulator.Options{Verify: emulator.VerifyOff})
	profiles := 0
	for _, w := range g.Worlds() {
		b, err := w.Snapshot()
		require.NoError(t, err)
		same, err := other.Server.World(w.Name())
		require.NoError(t, err)
		require.NoError(t, same.Restore(b))
		profiles += len(same.Profiles())
	}
	// The length of a profile is that of when it was last written: states have others.
	assert.InDelta(t, counted(other), counted(g), float64(32*profiles))
}
