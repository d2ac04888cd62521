package clock

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var start = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// hand is a wall clock that a test moves.
type hand struct{ t time.Time }

func (h *hand) now() time.Time { return h.t }

func TestClockModes(t *testing.T) {
	h := &hand{start}
	real, frozen := New(Setting{}, h.now), New(Setting{Mode: ModeFrozen}, h.now)
	at := New(Setting{Mode: ModeFrozen, Start: start.Add(-24 * time.Hour)}, h.now)
	scaled := New(Setting{Mode: ModeScaled, Factor: 60}, h.now)
	h.t = h.t.Add(time.Minute)
	assert.Equal(t, start.Add(time.Minute), real.Now())
	assert.Equal(t, start, frozen.Now())
	assert.Equal(t, start.Add(-24*time.Hour), at.Now())
	assert.Equal(t, start.Add(time.Hour), scaled.Now())
	assert.Equal(t, []Mode{ModeReal, ModeFrozen, ModeScaled}, []Mode{real.Mode(), frozen.Mode(), scaled.Mode()})
}

func TestClockIsMoved(t *testing.T) {
	h := &hand{start}
	c := New(Setting{}, h.now)
	require.NoError(t, c.Advance(time.Hour))
	assert.Equal(t, start.Add(time.Hour), c.Now(), "a real clock can be ahead")
	c.Freeze()
	h.t = h.t.Add(time.Hour)
	assert.Equal(t, start.Add(time.Hour), c.Now())
	require.NoError(t, c.Set(start))
	assert.Equal(t, start, c.Now())
	require.NoError(t, c.Scale(2))
	h.t = h.t.Add(time.Second)
	assert.Equal(t, start.Add(2*time.Second), c.Now())
}

func TestClockRefusesAndStays(t *testing.T) {
	c := New(Setting{Mode: ModeFrozen, Start: start}, nil)
	assert.Error(t, c.Advance(-time.Second))
	assert.Error(t, c.Set(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)))
	assert.Error(t, c.Scale(0))
	assert.Error(t, c.Scale(MaxFactor+1))
	assert.Equal(t, start, c.Now())
	assert.Equal(t, ModeFrozen, c.Mode())
}

func TestClockStopsAtTheLastInstantOfTheWire(t *testing.T) {
	h := &hand{start}
	c := New(Setting{Mode: ModeScaled, Factor: MaxFactor}, h.now)
	h.t = h.t.Add(200 * 365 * 24 * time.Hour)
	assert.Equal(t, latest, c.Now())
}

// The fastest clock passes the 292 years that a Duration can say in three hours.
func TestClockPassesTheLongestDuration(t *testing.T) {
	h := &hand{start}
	c := New(Setting{Mode: ModeScaled, Factor: MaxFactor}, h.now)
	h.t = h.t.Add(3 * time.Hour)
	assert.WithinDuration(t, start.AddDate(342, 0, 0), c.Now(), 365*24*time.Hour)
	h.t = start.Add(-200 * 24 * time.Hour) // somebody set the machine's clock back
	assert.Equal(t, earliest, c.Now())
}

func TestFirstAndLastInstant(t *testing.T) {
	c := New(Setting{Mode: ModeFrozen, Start: start}, nil)
	require.ErrorContains(t, c.Set(time.Time{}), "0001-01-01T00:00:00Z stands for no time at all")
	require.NoError(t, c.Set(earliest))
	require.NoError(t, c.Set(latest))
	assert.Equal(t, latest, Later(latest, time.Second))
	assert.Equal(t, start.Add(time.Second), Later(start, time.Second))
}

func TestParse(t *testing.T) {
	for s, want := range map[string]Setting{
		"":                            {Mode: ModeReal},
		"real":                        {Mode: ModeReal},
		"frozen":                      {Mode: ModeFrozen},
		"frozen@2026-01-05T06:00:00Z": {Mode: ModeFrozen, Start: start},
		"x60":                         {Mode: ModeScaled, Factor: 60},
		"x0.5":                        {Mode: ModeScaled, Factor: 0.5},
	} {
		got, err := Parse(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, got, s)
	}
	for _, s := range []string{"fast", "x", "x0", "x-1", "xNaN", "xInf", "x1e9", "frozen@noon", "frozen@", "60"} {
		_, err := Parse(s)
		assert.ErrorContains(t, err, "clock", s)
	}
}

func TestInStepWithTheWallClock(t *testing.T) {
	c := New(Setting{}, nil)
	assert.True(t, c.InStep())
	require.NoError(t, c.Advance(time.Hour))
	assert.False(t, c.InStep())
	assert.False(t, New(Setting{}, (&hand{start}).now).InStep(), "a stand-in is not the wall clock")
	assert.False(t, New(Setting{Mode: ModeFrozen}, nil).InStep())
}
