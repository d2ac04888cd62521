package scenarios

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// Delays are told in the client's time: as written on a frozen clock, divided by
// the factor on a scaled one. So is Retry-After, in whole seconds.
func TestClientTime(t *testing.T) {
	for clock, want := range map[string]struct {
		delay      time.Duration
		retryAfter string
	}{"frozen@" + rig.Dawn: {60 * time.Second, "20"}, "real": {60 * time.Second, "20"}, "x60": {time.Second,
		"1"}, "x8": {7500 * time.Millisecond, "3"}} {
		synctest.Test(t, func(t *testing.T) {
			g := rig.WithScenario(t, "faults:\n  - {name: it, operation: profiles.list, delay: 60s, respond: {status: 429, retryAfter: 20s}}\n",
				emulator.Options{Clock: clock})
			began := time.Now()
			a := g.Get(t, rig.ProfilesAt)
			assert.Equal(t, want.delay, time.Since(began), clock)
			assert.Equal(t, want.retryAfter, a.Header.Get("Retry-After"), clock)
			assert.Equal(t, time.Minute, g.World().Journal().Requests("profiles.list")[0].Waited.Std(), "as written")
		})
	}
}

// A date is what the client's own clock will show, in whole seconds; who keeps to
// it is not early, wherever the world's clock stands.
func TestRetryAfterAsADate(t *testing.T) {
	for _, clock := range []string{"frozen@" + rig.Dawn, "real", "x4"} {
		synctest.Test(t, func(t *testing.T) {
			g := rig.WithScenario(t,
				"faults:\n  - {name: it, operation: profiles.list, calls: 1, respond: {status: 429, retryAfter: 8s, retryAfterFormat: date, punishEarly: true}}\n", emulator.Options{Clock: clock})
			time.Sleep(250 * time.Millisecond)
			until, err := http.ParseTime(g.Get(t, rig.ProfilesAt).Header.Get("Retry-After"))
			require.NoError(t, err)
			time.Sleep(time.Until(until))
			assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status, clock)
			d := g.World().Journal().Requests("profiles.list")[1].Detail
			assert.Nil(t, d.Early, clock)
		})
	}
}

// A call is early only if it is so on both clocks.
func TestObedience(t *testing.T) {
	early := func(t *testing.T, clock string, wait func(g *rig.Rig)) bool {
		g := rig.WithScenario(t, "faults:\n  - {name: it, operation: profiles.list, calls: 1, respond: {status: 429, retryAfter: 20s}}\n",
			emulator.Options{Clock: clock})
		g.Get(t, rig.ProfilesAt)
		wait(g)
		g.Get(t, rig.ProfilesAt)
		d := g.World().Journal().Requests("profiles.list")[1].Detail
		return d != nil && d.Early != nil
	}
	for _, tt := range []struct {
		name, clock string
		wait        func(t *testing.T, g *rig.Rig)
		early       bool
	}{
		{"comes at once", "frozen@" + rig.Dawn, func(*testing.T, *rig.Rig) {}, true},
		{"really waits, on a frozen clock", "frozen@" + rig.Dawn, func(*testing.T, *rig.Rig) { time.Sleep(20 * time.Second) }, false},
		{"really waits, not long enough", "frozen@" + rig.Dawn, func(*testing.T, *rig.Rig) { time.Sleep(19 * time.Second) }, true},
		{"advances the clock", "frozen@" + rig.Dawn, func(t *testing.T, g *rig.Rig) { g.Advance(t, 20*time.Second) }, false},
		{"advances the clock, not far enough", "frozen@" + rig.Dawn, func(t *testing.T, g *rig.Rig) { g.Advance(t, 19*time.Second) }, true},
		{"waits in the time of a scaled clock", "x20", func(*testing.T, *rig.Rig) { time.Sleep(time.Second) }, false},
		{"does not, on a scaled clock", "x20", func(*testing.T, *rig.Rig) { time.Sleep(900 * time.Millisecond) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				assert.Equal(t, tt.early, early(t, tt.clock, func(g *rig.Rig) { tt.wait(t, g) }))
			})
		})
	}
}

// Parallel workers, each on a connection of its own, cannot know what another was
// told; who comes back on the same one can.
func TestParallelWorkersAreNotEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := rig.WithScenario(t, "throttle:\n  - {name: tight, operations: [profiles.list], requests: 1, window: 20s}\n"+
			"faults:\n  - {name: punished, operation: profiles.count, calls: first 3, respond: {status: 429, retryAfter: 20s, punishEarly: true}}\n")
		const workers = 4
		clients := make([]*http.Client, workers)
		for i := range clients {
			clients[i] = g.Client()
			g.HTTP = clients[i]
			g.Found(t, "/$metadata") // its connection is open
		}
		time.Sleep(time.Second)
		for _, path := range []string{"", "/$count"} {
			for _, c := range clients {
				g.HTTP = c
				g.Get(t, rig.ProfilesAt+path)
			}
		}
		for _, operation := range []string{"profiles.list", "profiles.count"} {
			for _, e := range g.World().Journal().Requests(operation) {
				if e.Detail != nil {
					assert.Nil(t, e.Detail.Early, "%s %d", operation, e.ID)
				}
			}
		}
		counts := g.World().Journal().Requests("profiles.count")
		require.Len(t, counts, workers)
		assert.Equal(t, 200, counts[3].Status, "nobody was punished: the first three are refused, and no more")
		g.Get(t, rig.ProfilesAt)
		list := g.World().Journal().Requests("profiles.list")
		assert.NotNil(t, list[len(list)-1].Detail.Early, "the last worker comes back on its own connection")
	})
}
