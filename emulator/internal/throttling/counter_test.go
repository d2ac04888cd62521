package throttling

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/throttle"
)

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

func rule(requests int, window time.Duration, operations ...string) throttle.Rule {
	return throttle.Rule{Name: fmt.Sprint(requests, " in ", window), Requests: requests, Window: clock.Duration(window),
		Operations: operations}
}

// A window lets so many pass; Retry-After says exactly when the next one does.
func TestTheTruth(t *testing.T) {
	c := New([]throttle.Rule{rule(3, 10*time.Second)})
	now := dawn
	for range 3 {
		_, refused := c.Take(named("profiles.list"), "a", now)
		require.False(t, refused)
		now = now.Add(700 * time.Millisecond)
	}
	r, refused := c.Take(named("profiles.list"), "a", now)
	require.True(t, refused)
	assert.Equal(t, Refusal{Rule: "3 in 10s", RetryAfter: 8 * time.Second, Limit: 3}, r, "7.9 s are left")
	_, refused = c.Take(named("profiles.list"), "a", dawn.Add(10*time.Second-1))
	assert.True(t, refused)
	_, refused = c.Take(named("profiles.list"), "a", now.Add(r.RetryAfter))
	assert.False(t, refused)
	assert.Equal(t, map[string]uint64{"3 in 10s": 2}, c.Fired())
}

// What a counter tells is true for any rules and any requests: a client that
// waits passes, and one that comes a second earlier does not.
func TestTheTruthAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rule(rapid.IntRange(1, 5).Draw(t, "requests"), time.Duration(rapid.IntRange(1000, 5000).Draw(t, "window ms"))*time.Millisecond)
		c, now := New([]throttle.Rule{r}), dawn
		for range rapid.IntRange(1, 40).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "pause ms")) * time.Millisecond)
			refusal, refused := c.Take(named("x"), "a", now)
			if !refused {
				continue
			}
			if refusal.RetryAfter > time.Second {
				_, again := c.Take(named("x"), "a", now.Add(refusal.RetryAfter-time.Second))
				require.True(t, again)
			}
			now = now.Add(refusal.RetryAfter)
			_, again := c.Take(named("x"), "a", now)
			require.False(t, again)
		}
	})
}

func TestWhoIsCountedForWhat(t *testing.T) {
	tenant := rule(2, time.Minute, "profiles.start")
	tenant.Per = throttle.PerTenant
	c := New([]throttle.Rule{rule(1, time.Minute, "profiles.errors.*"), tenant})
	take := func(operation, client string) bool {
		_, refused := c.Take(named(operation), client, dawn)
		return refused
	}
	assert.False(t, take("profiles.errors.list", "a"))
	assert.True(t, take("profiles.errors.get", "a"), "the group shares a window")
	assert.False(t, take("profiles.errors.get", "b"), "each app has its own")
	assert.False(t, take("profiles.get", "a"))
	assert.False(t, take("profiles.start", "a"))
	assert.False(t, take("profiles.start", "b"))
	assert.True(t, take("profiles.start", "c"), "apps share the tenant's")
}

// Where several windows are used up, a client is told of the one that is over
// last: else it would be refused again.
func TestTheLastWindowCounts(t *testing.T) {
	c := New([]throttle.Rule{rule(1, time.Second), rule(1, time.Minute)})
	c.Take(named("x"), "a", dawn)
	r, refused := c.Take(named("x"), "a", dawn)
	require.True(t, refused)
	assert.Equal(t, Refusal{Rule: "1 in 1s", RetryAfter: time.Minute, Limit: 1}, r)
	_, refused = c.Take(named("x"), "a", dawn.Add(r.RetryAfter))
	assert.False(t, refused)
}

// A refused request uses up nothing of another rule's window.
func TestRefusedCountsForNone(t *testing.T) {
	c := New([]throttle.Rule{rule(5, time.Minute), rule(1, time.Second)})
	now := dawn
	for range 4 {
		_, refused := c.Take(named("x"), "a", now)
		require.False(t, refused)
		r, refused := c.Take(named("x"), "a", now)
		require.True(t, refused)
		require.Equal(t, "1 in 1s", r.Rule)
		now = now.Add(r.RetryAfter)
	}
	_, refused := c.Take(named("x"), "a", now)
	require.False(t, refused, "the fifth that passes")
	r, refused := c.Take(named("x"), "a", now)
	require.True(t, refused)
	assert.Equal(t, "5 in 1m0s", r.Rule)
}

// Most of a window within its first tenth is a burst, told once.
func TestBurst(t *testing.T) {
	c := New([]throttle.Rule{rule(40, 10*time.Second)})
	var told []int
	for i := range 40 {
		r, refused := c.Take(named("x"), "a", dawn.Add(time.Duration(i)*time.Millisecond))
		require.False(t, refused)
		if r.Burst != "" {
			told = append(told, i+1)
		}
	}
	assert.Equal(t, []int{21}, told)
	steady := New([]throttle.Rule{rule(40, 10*time.Second)})
	for i := range 40 {
		r, _ := steady.Take(named("x"), "a", dawn.Add(time.Duration(i)*250*time.Millisecond))
		assert.Empty(t, r.Burst)
	}
}

// A clock that goes back begins a new window, and clients are bounded.
func TestOddClocksAndCrowds(t *testing.T) {
	c := New([]throttle.Rule{rule(1, time.Minute)})
	for i := range 3 * MaxClients {
		c.Take(named("x"), fmt.Sprint(i), dawn.Add(time.Duration(i)*time.Millisecond))
	}
	assert.LessOrEqual(t, len(c.windows[0]), MaxClients)
	_, refused := c.Take(named("x"), fmt.Sprint(3*MaxClients-1), dawn.Add(15*time.Second))
	assert.True(t, refused, "the newest stay")
	_, refused = c.Take(named("x"), fmt.Sprint(3*MaxClients-1), dawn.Add(-time.Hour))
	assert.False(t, refused)
}

func TestSavedCounterGoesOn(t *testing.T) {
	rules := []throttle.Rule{rule(2, 10*time.Second, "profiles.*"), {Name: "all", Preset: "education"}}
	c := New(rules)
	for i := range 7 {
		c.Take(named("profiles.list"), fmt.Sprint(i%2), dawn.Add(time.Duration(i)*time.Second))
	}
	b, err := json.Marshal(c.Save())
	require.NoError(t, err)
	var s Saved
	require.NoError(t, json.Unmarshal(b, &s))
	other := New(rules)
	require.NoError(t, other.Restore(s))
	for i := range 20 {
		at := dawn.Add(time.Duration(6+i) * time.Second)
		want, refused := c.Take(named("profiles.list"), fmt.Sprint(i%3), at)
		got, also := other.Take(named("profiles.list"), fmt.Sprint(i%3), at)
		require.Equal(t, want, got)
		require.Equal(t, refused, also)
	}
	assert.Equal(t, c.Fired(), other.Fired())
	for _, odd := range []Saved{{}, {Rules: []SavedRule{{Rule: "x"}, {Rule: "all"}}},
		{Rules: []SavedRule{{Rule: rules[0].Name, Windows: []SavedWindow{{Taken: -1}}}, {Rule: "all"}}},
		{Rules: []SavedRule{{Rule: rules[0].Name, Windows: []SavedWindow{{Client: "a", Taken: 1}, {Client: "a", Taken: 1}}}, {Rule: "all"}}}} {
		before := other.Save()
		require.Error(t, other.Restore(odd))
		require.Equal(t, before, other.Save())
	}
}

func BenchmarkTake(b *testing.B) {
	c := New([]throttle.Rule{{Name: "e", Preset: "education"}})
	now := dawn
	for b.Loop() {
		now = now.Add(time.Millisecond)
		c.Take(named("profiles.get"), "a", now)
	}
}

func named(name string) operation.Call { return operation.Call{Name: name} }

// A call is counted by its address where no operation is known for it, too.
func TestAddressesAreCounted(t *testing.T) {
	c := New([]throttle.Rule{{Name: "mail", Operations: []string{"GET /me/messages", "users.*"}, Requests: 1,
		Window: clock.Duration(time.Minute)}})
	take := func(call operation.Call) bool { _, refused := c.Take(call, "a", dawn); return refused }
	mail := operation.Call{Method: "GET", Path: "/me/messages"}
	assert.False(t, take(operation.Call{Method: "POST", Path: "/me/messages"}))
	assert.False(t, take(mail))
	assert.True(t, take(mail))
	assert.True(t, take(named("users.list")), "they are counted together")
	assert.False(t, take(named("groups.list")))
}
