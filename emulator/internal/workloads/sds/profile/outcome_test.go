package profile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run of real files meets its errors while it is in progress, and ends as the
// files deserve; a pause in the middle holds that too.
func TestOutcome(t *testing.T) {
	errors := make([]SyncError, 7)
	for i := range errors {
		errors[i] = SyncError{EntryType: "Student", ErrorCode: "UnsynchronizableChange", JoiningValue: string(rune('a' + i))}
	}
	for _, end := range []Status{Success, Failed, Quarantined} {
		s := newStore()
		id := create(t, s, at(0), csvProvider)
		now := at(10)
		began, err := s.Start(now, id, Outcome{Errors: errors, Status: end})
		require.NoError(t, err)
		assert.EqualValues(t, 1, began.Run())
		seen := func(after time.Duration) (Status, int64) {
			got, err := s.Get(now.Add(after), id)
			require.NoError(t, err)
			return got.Sync.Status, got.Sync.ErrorCount
		}
		for _, step := range []struct {
			after  time.Duration
			status Status
			errors int64
		}{{0, Extracting, 0}, {time.Second, Validating, 0}, {2 * time.Second, InProgress, 0}, {2700 * time.Millisecond, InProgress,
			2}, {3400 * time.Millisecond, InProgress, 4}} {
			status, n := seen(step.after)
			assert.Equal(t, step.status, status, step.after)
			assert.Equal(t, step.errors, n, step.after)
		}
		_, err = s.Pause(now.Add(3500*time.Millisecond), id)
		require.NoError(t, err)
		status, n := seen(time.Hour)
		assert.Equal(t, Paused, status)
		assert.EqualValues(t, 4, n)
		_, err = s.Resume(now.Add(time.Hour), id)
		require.NoError(t, err)
		last, err := s.Get(now.Add(time.Hour+500*time.Millisecond), id)
		require.NoError(t, err)
		assert.Equal(t, end, last.Sync.Status)
		assert.EqualValues(t, 7, last.Sync.ErrorCount)
		require.Len(t, last.Errors, 7)
		assert.Equal(t, "g", last.Errors[6].JoiningValue)
		assert.NotEmpty(t, last.Errors[6].ID)
		assert.Equal(t, end != Quarantined, last.Completed())
		held, err := s.Pause(now.Add(2*time.Hour), id)
		require.NoError(t, err)
		assert.Equal(t, last.Completed(), held.Completed(), "a pause afterwards changes nothing")
	}
}
