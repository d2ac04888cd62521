package profile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExpirationDate(t *testing.T) {
	// Ten seconds to midnight.
	midnight := time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)
	evening := midnight.Add(-10 * time.Second)
	later := NewChange(expires("2026-02-01"))

	t.Run("locks a running sync and a later date unlocks it", func(t *testing.T) {
		s := newStore()
		id := create(t, s, midnight.Add(-5*time.Second), powerSchoolProvider, expires("2026-01-06"))
		assert.Equal(t, "provisioned/inProgress", stands(s, midnight.Add(-1), id))
		r, err := s.Get(midnight, id)
		require.NoError(t, err)
		assert.Equal(t, SyncStatus{Status: Paused, Message: waitsForDate, LastActivity: midnight}, r.Sync)
		for _, call := range []Call{CallStart, CallResume, CallReset, CallUploadURL} {
			var illegal *IllegalError
			assert.ErrorAs(t, do(s, midnight, id, call), &illegal, call)
		}
		_, err = s.Update(midnight, id, NewChange(map[string]any{"displayName": "Renamed"}), false)
		require.NoError(t, err, "another property may change, however old the date")
		assert.ErrorContains(t, failed(s.Resume(midnight, id)), "expirationDate 2026-01-06")
		day := midnight.Add(24 * time.Hour)
		_, err = s.Update(day, id, later, false)
		require.NoError(t, err)
		assert.Equal(t, "provisioned/paused", stands(s, day, id), "the lock is off, the pause is not")
		require.NoError(t, failed(s.Resume(day, id)))
		assert.Equal(t, "provisioned/inProgress", stands(s, day, id))
		assert.Equal(t, "provisioned/success", stands(s, day.Add(time.Second), id), "one second was left of the stage")
		consistent(t, s, day.Add(time.Second))
	})
	t.Run("taking the date away unlocks too", func(t *testing.T) {
		s := newStore()
		id := create(t, s, evening, csvProvider, expires("2026-01-06"))
		require.Error(t, failed(s.Start(midnight, id, Outcome{})))
		_, err := s.Update(midnight, id, NewChange(expires(nil)), false)
		require.NoError(t, err)
		require.NoError(t, failed(s.Start(midnight, id, Outcome{})))
	})
	t.Run("a PUT without a date unlocks too", func(t *testing.T) {
		s := newStore()
		id := create(t, s, evening, csvProvider, expires("2026-01-06"))
		_, err := s.Update(midnight, id, NewChange(body(csvProvider())), true)
		require.NoError(t, err)
		require.NoError(t, failed(s.Start(midnight, id, Outcome{})))
	})
	t.Run("before it is reached the date can be moved", func(t *testing.T) {
		s := newStore()
		id := create(t, s, evening, powerSchoolProvider, expires("2026-01-06"))
		_, err := s.Update(evening, id, later, false)
		require.NoError(t, err)
		assert.Equal(t, "provisioned/success", stands(s, midnight.Add(time.Hour), id))
		end := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
		assert.Equal(t, "provisioned/success", stands(s, end.Add(-1), id))
		assert.Equal(t, "provisioned/paused", stands(s, end, id))
	})
	t.Run("a provider that starts by itself does so once unlocked", func(t *testing.T) {
		s := newStore()
		id := create(t, s, midnight.Add(-time.Second), powerSchoolProvider, expires("2026-01-06"))
		assert.Equal(t, "provisioning/paused", stands(s, midnight, id))
		assert.Equal(t, "provisioned/paused", stands(s, midnight.Add(time.Hour), id))
		_, err := s.Update(midnight.Add(time.Hour), id, later, false)
		require.NoError(t, err)
		assert.Equal(t, "provisioned/extracting", stands(s, midnight.Add(time.Hour), id))
		assert.Equal(t, "provisioned/success", stands(s, midnight.Add(time.Hour+4*time.Second), id))
	})
	t.Run("a step of the same instant comes before the lock", func(t *testing.T) {
		s := newStore()
		id := create(t, s, midnight.Add(-6*time.Second), powerSchoolProvider, expires("2026-01-06"))
		r, err := s.Get(midnight, id)
		require.NoError(t, err)
		assert.Equal(t, Paused, r.Sync.Status)
		assert.Equal(t, midnight, r.Sync.LastSuccessful)
	})
	t.Run("what is being deleted does not lock", func(t *testing.T) {
		s := newStore()
		id := create(t, s, evening, csvProvider, expires("2026-01-06"))
		require.NoError(t, failed(s.Delete(midnight.Add(-500*time.Millisecond), id)))
		assert.Equal(t, "deleting/paused", stands(s, midnight, id))
		assert.Equal(t, "gone", stands(s, midnight.Add(500*time.Millisecond), id))
	})
	t.Run("NextStep passes over it", func(t *testing.T) {
		s := newStore()
		create(t, s, evening, csvProvider, expires("2026-01-06"))
		at, ok := s.NextStep(evening)
		assert.True(t, ok)
		assert.Equal(t, evening.Add(2*time.Second), at)
		due, more := s.Due(evening, 5)
		require.Len(t, due, 1)
		assert.Zero(t, more)
		assert.Equal(t, []any{at, Standing{Provisioning, Paused}, Standing{}}, []any{due[0].At, due[0].From, due[0].To})
		due, more = s.Due(evening, 0)
		assert.Empty(t, due)
		assert.Equal(t, 1, more)
		_, ok = s.NextStep(evening.Add(2 * time.Second))
		assert.False(t, ok)
		due, _ = s.Due(evening.Add(2*time.Second), 5)
		assert.Empty(t, due)
	})
}

// Neither a clock that is set back nor steps apart by less than what the fast
// path can tell make a profile miss a step.
func TestOddTimes(t *testing.T) {
	s := newStore(Config{Script: &Script{Timeline: Timeline{Provisioning: 1500 * time.Nanosecond}}})
	id := create(t, s, dawn, csvProvider)
	assert.Equal(t, "provisioning/paused", stands(s, dawn.Add(1499), id))
	assert.Equal(t, "provisioned/paused", stands(s, dawn.Add(1500), id))

	s = newStore()
	id = create(t, s, dawn, powerSchoolProvider)
	assert.Equal(t, "provisioned/inProgress", stands(s, dawn.Add(4*time.Second), id))
	assert.Equal(t, "provisioned/inProgress", stands(s, dawn.Add(-time.Hour), id), "what happened has happened")
	assert.Equal(t, "provisioned/success", stands(s, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), id))
	id = create(t, s, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), csvProvider)
	assert.Equal(t, "provisioned/paused", stands(s, dawn, id))
}
