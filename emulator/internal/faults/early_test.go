package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/retry"
)

func throttles(calls fault.Calls, retryAfter time.Duration) fault.Rule {
	return fault.Rule{Name: "throttle", Operation: "profiles.start", Calls: calls,
		Respond: &fault.Respond{Status: 429, RetryAfter: clock.Duration(retryAfter), PunishEarly: true}}
}

// comes is a call of a client some time after noon, on the world's and the real clock.
func comes(world, real time.Duration, factor float64) *Query {
	return &Query{Operation: "profiles.start", Client: "app", Path: "/p/1/start", Now: noon.Add(world), Real: noon.Add(real), Factor: factor}
}

func TestPunishEarly(t *testing.T) {
	const s = time.Second
	type step struct {
		world, real time.Duration
		want        time.Duration // Retry-After; 0: not struck
	}
	for name, tc := range map[string]struct {
		factor float64
		format string
		steps  []step
	}{
		"a client that waits is let in": {1, "", []step{{0, 0, 20 * s}, {20 * s, 20 * s, 0}, {21 * s, 21 * s, 0}}},
		"too early, twice as long, each time": {1, "",
			[]step{{0, 0, 20 * s}, {19 * s, 19 * s, 40 * s}, {58 * s, 58 * s, 80 * s}, {138 * s, 138 * s, 0}, {139 * s, 139 * s, 0}}},
		"a frozen clock that somebody advances":  {0, "", []step{{0, 0, 20 * s}, {0, 0, 40 * s}, {40 * s, 0, 0}}},
		"a frozen clock and a client that waits": {0, "", []step{{0, 0, 20 * s}, {0, 20 * s, 0}}},
		"a scaled clock tells whole real seconds": {60, "",
			[]step{{0, 0, 20 * s}, {59 * s, 983 * time.Millisecond, 40 * s}, {119 * s, 1983 * time.Millisecond, 0}}},
		"a slow clock": {0.5, "", []step{{0, 0, 20 * s}, {19 * s, 38 * s, 40 * s}, {59 * s, 118 * s, 0}}},
		"a date is counted as seconds are": {1, fault.FormatDate,
			[]step{{700 * time.Millisecond, 700 * time.Millisecond, 20 * s}, {20*s + 699*time.Millisecond, 20*s + 699*time.Millisecond, 40 * s}}},
	} {
		r := throttles(fault.First(1), 20*s)
		r.Respond.RetryAfterFormat = tc.format
		set := NewSet([]fault.Rule{r}, 1)
		for i, step := range tc.steps {
			strike, ok, _ := set.Decide(comes(step.world, step.real, tc.factor))
			assert.Equal(t, step.want > 0, ok, "%s, step %d", name, i)
			assert.Equal(t, step.want, strike.RetryAfter, "%s, step %d", name, i)
			assert.Equal(t, ok && i > 0, strike.Early, "%s, step %d", name, i)
		}
	}
}

// Nobody is punished for what it could not know: that another call, which is
// still being delayed, or went with it in a batch, would be told to wait.
func TestPunishEarlyOnlyAfterItWasTold(t *testing.T) {
	const s = time.Second
	r := throttles(fault.First(1), 20*s)
	r.Delay = fault.Fixed(2 * s)
	set := NewSet([]fault.Rule{r}, 1)
	asks := func(world, real time.Duration, batch uint64) time.Duration {
		q := comes(world, real, 10)
		q.Batch = batch
		strike, _, _ := set.Decide(q)
		return strike.RetryAfter
	}
	assert.Equal(t, 20*s, asks(0, 0, 7))
	assert.Zero(t, asks(1*s, 100*time.Millisecond, 0), "the answer is not sent yet: it takes 200 ms on this clock")
	assert.Zero(t, asks(3*s, 300*time.Millisecond, 7), "a part of the same batch")
	assert.Equal(t, 40*s, asks(3*s, 300*time.Millisecond, 8))
}

func TestPunishEarlyIsForTheSameClientOnTheSameAddress(t *testing.T) {
	set := NewSet([]fault.Rule{throttles(fault.First(1), time.Minute)}, 1)
	_, ok, _ := set.Decide(comes(0, 0, 1))
	require.True(t, ok)
	other, elsewhere := comes(1, 1, 1), comes(1, 1, 1)
	other.Client, elsewhere.Path = "another", "/p/2/start"
	for _, q := range []*Query{other, elsewhere} {
		_, ok, _ = set.Decide(q)
		assert.False(t, ok)
	}
	_, ok, _ = set.Decide(comes(1, 1, 1))
	assert.True(t, ok)
}

func TestPunishEarlyStopsAtAnHour(t *testing.T) {
	for first, want := range map[time.Duration][]time.Duration{
		20 * time.Minute: {20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour},
		2 * time.Hour:    {2 * time.Hour, 2 * time.Hour, 2 * time.Hour, 2 * time.Hour},
	} {
		set := NewSet([]fault.Rule{throttles(fault.First(1), first)}, 1)
		var got []time.Duration
		for range 4 {
			strike, _, _ := set.Decide(comes(0, 0, 1))
			got = append(got, strike.RetryAfter)
		}
		assert.Equal(t, want, got)
	}
}

func TestWaitingClientsAreBounded(t *testing.T) {
	set := NewSet([]fault.Rule{throttles(fault.First(10_000), time.Minute)}, 1)
	for i := range 10_000 {
		q := comes(0, 0, 1)
		q.Path = fmt.Sprint(strings.Repeat("/long", 1000), i)
		set.Decide(q)
	}
	waiting := set.Save().Waiting
	assert.Len(t, waiting, retry.Max)
	for _, w := range waiting {
		require.Less(t, len(w.Path), 100)
	}
	q := comes(0, 0, 1)
	q.Path = fmt.Sprint(strings.Repeat("/long", 1000), 9999)
	_, ok, _ := set.Decide(q)
	assert.True(t, ok, "the newest is still known")
	require.True(t, set.Remove("throttle"))
	assert.Empty(t, set.Save().Waiting)
}
