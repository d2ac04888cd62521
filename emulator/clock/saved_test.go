package clock

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A restored clock goes on as the saved one would have; one that stands still or
// runs at its own speed does so from where it was.
func TestSavedClock(t *testing.T) {
	begin := time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		move func(*Clock) error
		want time.Time // ten seconds after a restore, which is a minute after the save
	}{
		"real":             {func(*Clock) error { return nil }, begin.Add(70 * time.Second)},
		"real, advanced":   {func(c *Clock) error { return c.Advance(time.Hour) }, begin.Add(time.Hour + 70*time.Second)},
		"real, set back":   {func(c *Clock) error { return c.Set(begin.Add(-time.Hour)) }, begin.Add(-time.Hour + 70*time.Second)},
		"frozen":           {func(c *Clock) error { c.Freeze(); return nil }, begin},
		"frozen elsewhere": {func(c *Clock) error { c.Freeze(); return c.Set(begin.AddDate(1, 0, 0)) }, begin.AddDate(1, 0, 0)},
		"scaled":           {func(c *Clock) error { return c.Scale(60) }, begin.Add(10 * time.Minute)},
		"in another age":   {func(c *Clock) error { return c.Set(begin.AddDate(-2000, 0, 0)) }, begin.AddDate(-2000, 0, 0).Add(10 * time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			now := begin
			c := New(Setting{}, func() time.Time { return now })
			require.NoError(t, tt.move(c))
			b, err := json.Marshal(c.Save())
			require.NoError(t, err)
			var s Saved
			require.NoError(t, json.Unmarshal(b, &s))
			now = now.Add(time.Minute)
			other := New(Setting{Mode: ModeFrozen}, func() time.Time { return now })
			require.NoError(t, other.Restore(s))
			now = now.Add(10 * time.Second)
			assert.Equal(t, tt.want, other.Now())
			assert.Equal(t, c.Mode(), other.Mode())
		})
	}
}

// What is no clock changes nothing.
func TestRestoreRefuses(t *testing.T) {
	c := New(Setting{Mode: ModeFrozen, Start: time.Unix(1e9, 0)}, nil)
	for _, s := range []Saved{{}, {Mode: "wild", Now: time.Unix(1, 0)}, {Mode: ModeFrozen}, {Mode: ModeScaled, Now: time.Unix(1, 0)},
		{Mode: ModeScaled, Now: time.Unix(1, 0), Factor: -1}, {Mode: ModeReal, Now: time.Unix(1, 0), Ahead: "long"},
		{Mode: ModeFrozen, Now: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}} {
		require.Error(t, c.Restore(s), "%+v", s)
		assert.Equal(t, time.Unix(1e9, 0).UTC(), c.Now())
	}
}

// Start puts a clock where a scenario wants it.
func TestStart(t *testing.T) {
	c := New(Setting{}, nil)
	require.NoError(t, c.Start(Setting{Mode: ModeFrozen, Start: time.Unix(5, 0)}))
	assert.Equal(t, time.Unix(5, 0).UTC(), c.Now())
	require.NoError(t, c.Start(Setting{Mode: ModeScaled, Factor: 60}))
	assert.InDelta(t, 60, c.Factor(), 0)
	require.Error(t, c.Start(Setting{Mode: ModeScaled}))
	require.NoError(t, c.Start(Setting{Mode: ModeReal}))
	assert.Equal(t, ModeReal, c.Mode())
}

// Durations read what they write, and refuse what a scenario must not say.
func TestDuration(t *testing.T) {
	for _, text := range []string{"0s", "20s", "1m30s", "250ms", "1h0m0.5s"} {
		var d Duration
		require.NoError(t, d.UnmarshalText([]byte(text)))
		b, err := d.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
	}
	for text, want := range map[string]string{"-1s": "negative", "20": "no duration", "": "no duration", "1000000h": "too long",
		"1e9s": "no duration", "99999999999h": "no duration"} {
		_, err := ParseDuration(text)
		require.ErrorContains(t, err, want, text)
	}
}

// While a clock is changed all the time, each snapshot of it is one of a clock.
func TestSavedWhileChanged(t *testing.T) {
	c, other := New(Setting{}, nil), New(Setting{}, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 2000 {
			c.Freeze()
			assert.NoError(t, c.Scale(60))
		}
	}()
	for changing := true; changing; {
		select {
		case <-done:
			changing = false
		default:
			require.NoError(t, other.Restore(c.Save()))
		}
	}
}
