package retry

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func after(world, real time.Duration) (now, wall time.Time) { return noon.Add(world), noon.Add(real) }

// Early is who is so on both clocks; a wait that is over is forgotten.
func TestEarly(t *testing.T) {
	var w Waits[string, int]
	assert.False(t, w.Any())
	until := Until{noon.Add(time.Minute), noon.Add(time.Second)}
	w.Tell("a", until, 1)
	w.Tell("a", until, 2)
	assert.True(t, w.Any())
	now, wall := after(59*time.Second, 999*time.Millisecond)
	value, told, early := w.Early("a", now, wall)
	assert.True(t, early)
	assert.Equal(t, 2, value, "the newer one")
	assert.Equal(t, until, told)
	_, _, early = w.Early("b", now, wall)
	assert.False(t, early)

	now, wall = after(0, time.Second)
	_, _, early = w.Early("a", now, wall)
	assert.False(t, early, "it really waited")
	assert.False(t, w.Any())

	w.Tell("a", Until{World: noon.Add(time.Minute)}, 1)
	now, wall = after(0, time.Hour)
	_, _, early = w.Early("a", now, wall)
	assert.True(t, early, "where the real clock is not known, the world's decides")
	now, _ = after(time.Minute, 0)
	_, _, early = w.Early("a", now, wall)
	assert.False(t, early)
}

func TestTheOldestMakesRoom(t *testing.T) {
	var w Waits[int, int]
	for i := range Max + 2 {
		w.Tell(i, Until{World: noon}, i)
	}
	var keys []int
	for key, one := range w.All() {
		assert.Equal(t, key, one.Value)
		keys = append(keys, key)
	}
	assert.Len(t, keys, Max)
	assert.Equal(t, 2, keys[0])
	w.Forget(func(key int) bool { return key != 7 })
	for key := range w.All() {
		assert.Equal(t, 7, key)
	}
	w.Forget(func(int) bool { return true })
	assert.False(t, w.Any())
}
