package engine

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/retry"
	"github.com/graphemu/graphemu/emulator/internal/wire"
	"github.com/graphemu/graphemu/emulator/journal"
)

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// told lets the answer to an entry tell its client to come back at dawn and d.
func told(w *World, key string, entry uint64, d time.Duration) {
	(&Call{World: w, entry: entry, Real: dawn}).mustWait(key, retry.Until{World: dawn.Add(d), Real: dawn.Add(d)})
}

// early is a call at an instant of both clocks.
func early(w *World, key string, now, real time.Time) *journal.Early {
	return (&Call{World: w, arrived: now, Real: real}).comesEarly(key)
}

func TestACallIsEarlyOnlyOnBothClocks(t *testing.T) {
	const wait = 20 * time.Second
	for name, c := range map[string]struct {
		world, real time.Duration // since the answer
		early       time.Duration // 0: not
	}{
		"at once":                    {0, 0, wait},
		"halfway on both":            {10 * time.Second, 10 * time.Second, 10 * time.Second},
		"a moment before":            {wait - 1, wait - 1, 1},
		"at the instant":             {wait, wait, 0},
		"the clock was advanced":     {wait, 0, 0},
		"really waited on a frozen":  {0, wait, 0},
		"a moment short on a frozen": {0, wait - 1, wait},
		"the clock was set back":     {-time.Hour, time.Second, wait + time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			var w World
			assert.Nil(t, early(&w, "key", dawn, dawn))
			told(&w, "key", 7, wait)
			got := early(&w, "key", dawn.Add(c.world), dawn.Add(c.real))
			if c.early == 0 {
				assert.Nil(t, got)
				assert.False(t, w.waits.Any(), "it is forgotten")
				return
			}
			assert.Equal(t, &journal.Early{Entry: 7, By: clock.Duration(c.early)}, got)
			assert.Equal(t, got, early(&w, "key", dawn.Add(c.world), dawn.Add(c.real)), "it is not forgotten before it is over")
			assert.Nil(t, early(&w, "other", dawn, dawn))
		})
	}
}

// Who cannot have read the answer is not early: a part of a batch that came before
// it, and a parallel worker on a connection of its own.
func TestWhoCannotKnowIsNotEarly(t *testing.T) {
	one, two := &wire.Conn{Opened: dawn.Add(-time.Hour)}, &wire.Conn{Opened: dawn.Add(-time.Hour)}
	var w World
	(&Call{World: &w, entry: 7, Real: dawn, waited: time.Second, Conn: one}).mustWait("key", retry.Until{World: dawn.Add(time.Hour)})
	for name, c := range map[string]struct {
		call  Call
		early bool
	}{
		"a part of the same batch":           {Call{batch: 6, Conn: one, Real: dawn}, false},
		"a part of a later batch":            {Call{batch: 8, Conn: one, Real: dawn}, true},
		"the same connection":                {Call{Conn: one, Real: dawn}, true},
		"another, before the answer":         {Call{Conn: two, Real: dawn.Add(time.Second - 1)}, false},
		"another, at the same time":          {Call{Conn: two, Real: dawn.Add(time.Second + wire.Grace - 1)}, false},
		"another, when it could have known":  {Call{Conn: two, Real: dawn.Add(time.Second + wire.Grace)}, true},
		"nobody knows over which connection": {Call{Real: dawn.Add(time.Second)}, true},
	} {
		c.call.World, c.call.arrived = &w, dawn
		assert.Equal(t, c.early, c.call.comesEarly("key") != nil, name)
	}
}

func TestANewWaitTakesTheOldOnesPlace(t *testing.T) {
	var w World
	told(&w, "key", 1, time.Hour)
	told(&w, "key", 2, time.Minute)
	assert.Equal(t, uint64(2), early(&w, "key", dawn, dawn).Entry)
	assert.Nil(t, early(&w, "key", dawn.Add(time.Minute), dawn.Add(time.Minute)))
}

func TestWaitsAreBounded(t *testing.T) {
	var w World
	for i := range retry.Max + 10 {
		told(&w, fmt.Sprint(i), uint64(i), time.Hour)
		if i == 5 {
			told(&w, "0", 0, time.Hour) // renewed: now younger than 1 to 5
		}
	}
	assert.Len(t, w.SaveRetries(), retry.Max)
	assert.Nil(t, early(&w, "1", dawn, dawn))
	assert.NotNil(t, early(&w, fmt.Sprint(retry.Max+9), dawn, dawn))
	assert.Nil(t, early(&w, "9", dawn, dawn))
	assert.NotNil(t, early(&w, "10", dawn, dawn))
}

func TestRestoredWaitsCountByTheWorldsClock(t *testing.T) {
	var w, v World
	told(&w, "b", 2, time.Minute)
	told(&w, "a", 1, time.Hour)
	text, err := json.Marshal(w.SaveRetries())
	require.NoError(t, err)

	var saved SavedRetries
	require.NoError(t, json.Unmarshal(text, &saved))
	told(&v, "old", 3, time.Hour)
	require.NoError(t, v.RestoreRetries(saved))
	assert.True(t, v.waits.Any())
	assert.Nil(t, early(&v, "old", dawn, dawn))
	assert.Equal(t, saved, v.SaveRetries())
	assert.Equal(t, &journal.Early{Entry: 1, By: clock.Duration(time.Hour)}, early(&v, "a", dawn, dawn.Add(1000*time.Hour)),
		"a wall clock of another time says nothing")
	assert.Nil(t, early(&v, "b", dawn.Add(time.Minute), dawn))

	for _, bad := range []string{"", "xyz", "00", text32 + "0", "zz" + text32[2:], text32 + "00"} {
		assert.ErrorContains(t, v.RestoreRetries(SavedRetries{{Key: bad}}), "32 hexadecimal digits", bad)
		assert.NotNil(t, early(&v, "a", dawn, dawn), "nothing was changed")
	}
}

// A file that a graphemu before this one has saved.
func TestSavedBefore(t *testing.T) {
	var saved SavedRetries
	require.NoError(t, json.Unmarshal([]byte(`[{"key":"2c70e12b7a0646f92279f427c7b38e73","entry":4,"until":"2026-01-05T06:01:00Z"}]`), &saved))
	var w World
	require.NoError(t, w.RestoreRetries(saved))
	assert.Equal(t, &journal.Early{Entry: 4, By: clock.Duration(time.Minute)}, early(&w, "key", dawn, dawn))
}

const text32 = "0123456789abcdef0123456789abcdef"
