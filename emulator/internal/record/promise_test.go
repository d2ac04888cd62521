package record

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/journal"
)

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
			j := roomy()
			assert.Nil(t, j.Early("key", dawn, dawn))
			j.Promise("key", 7, dawn.Add(wait), dawn.Add(wait))
			got := j.Early("key", dawn.Add(c.world), dawn.Add(c.real))
			if c.early == 0 {
				assert.Nil(t, got)
				assert.False(t, j.Promising(), "it is forgotten")
				return
			}
			assert.Equal(t, &journal.Early{Entry: 7, By: clock.Duration(c.early)}, got)
			assert.Equal(t, got, j.Early("key", dawn.Add(c.world), dawn.Add(c.real)), "it is not forgotten before it is over")
			assert.Nil(t, j.Early("other", dawn, dawn))
		})
	}
}

func TestANewPromiseTakesTheOldOnesPlace(t *testing.T) {
	j := roomy()
	j.Promise("key", 1, dawn.Add(time.Hour), dawn.Add(time.Hour))
	j.Promise("key", 2, dawn.Add(time.Minute), dawn.Add(time.Minute))
	assert.Equal(t, uint64(2), j.Early("key", dawn, dawn).Entry)
	assert.Nil(t, j.Early("key", dawn.Add(time.Minute), dawn.Add(time.Minute)))
}

func TestPromisesAreBounded(t *testing.T) {
	j := roomy()
	until := dawn.Add(time.Hour)
	for i := range maxPromises + 10 {
		j.Promise(fmt.Sprint(i), uint64(i), until, until)
		if i == 5 {
			j.Promise("0", 0, until, until) // renewed: now younger than 1 to 5
		}
	}
	assert.Len(t, j.promises.byKey, maxPromises)
	assert.Equal(t, maxPromises, j.promises.age.Len())
	assert.Nil(t, j.Early("1", dawn, dawn))
	assert.NotNil(t, j.Early(fmt.Sprint(maxPromises+9), dawn, dawn))
	assert.Nil(t, j.Early("9", dawn, dawn))
	assert.NotNil(t, j.Early("10", dawn, dawn))
}

func TestRestoredPromisesCountByTheWorldsClock(t *testing.T) {
	j := roomy()
	j.Promise("b", 2, dawn.Add(time.Minute), dawn.Add(time.Minute))
	j.Promise("a", 1, dawn.Add(time.Hour), dawn.Add(time.Hour))
	text, err := json.Marshal(j.SaveRetries())
	require.NoError(t, err)

	var saved SavedRetries
	require.NoError(t, json.Unmarshal(text, &saved))
	k := roomy()
	k.Promise("old", 3, dawn.Add(time.Hour), dawn.Add(time.Hour))
	require.NoError(t, k.RestoreRetries(saved))
	assert.True(t, k.Promising())
	assert.Nil(t, k.Early("old", dawn, dawn))
	assert.Equal(t, saved, k.SaveRetries())
	assert.Equal(t, &journal.Early{Entry: 1, By: clock.Duration(time.Hour)}, k.Early("a", dawn, dawn.Add(1000*time.Hour)), "a wall clock of another time says nothing")
	assert.Nil(t, k.Early("b", dawn.Add(time.Minute), dawn))

	for _, bad := range []string{"", "xyz", "00", text32 + "0", "zz" + text32[2:]} {
		assert.ErrorContains(t, k.RestoreRetries(SavedRetries{{Key: bad}}), "32 hexadecimal digits", bad)
		assert.NotNil(t, k.Early("a", dawn, dawn), "nothing was changed")
	}
}

const text32 = "0123456789abcdef0123456789abcdef"
