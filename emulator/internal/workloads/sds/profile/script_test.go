package profile

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A lifecycle that had its turn counts as scripted still.
func TestScriptedThoughDone(t *testing.T) {
	s := scripted(Lifecycle{Name: "a", On: CallStart, Steps: running, Next: "b"}, Lifecycle{Name: "b", On: CallReset, Steps: running})
	id := ready(t, s)
	require.NoError(t, failed(s.Start(at(5), id, Outcome{})))
	assert.True(t, s.Scripted(at(20), id, CallStart))
	assert.True(t, s.Scripted(at(20), id, CallReset))
	assert.False(t, s.Scripted(at(20), id, CallDelete))
}

// The instants of a script are those that it says, not those at which somebody looks.
func TestInstantsOfAScript(t *testing.T) {
	s := scripted(Lifecycle{On: CallStart,
		Steps: []Step{{Status: InProgress, After: time.Second, ErrorCount: 1, Message: "half way"}, {Status: Failed, Reads: 1, ErrorCount: 2}}},
		Lifecycle{On: CallReset, Steps: []Step{{Status: Success, After: 1500 * time.Millisecond}}})
	id := ready(t, s)
	require.NoError(t, failed(s.Start(at(10), id, Outcome{})))
	r, err := s.Get(at(999), id)
	require.NoError(t, err)
	assert.Equal(t, SyncStatus{Status: InProgress, ErrorCount: 1, LastActivity: at(11), Message: "half way"}, r.Sync)
	s.Read(at(1000.25), id)
	r, err = s.Get(at(2000), id)
	require.NoError(t, err)
	assert.Equal(t, SyncStatus{Status: Failed, ErrorCount: 3, LastActivity: at(1000.25)}, r.Sync)
	require.Len(t, r.Errors, 3)
	assert.Equal(t, []time.Time{at(11), at(1000.25), at(1000.25)},
		[]time.Time{r.Errors[0].Recorded, r.Errors[1].Recorded, r.Errors[2].Recorded})
	require.NoError(t, failed(s.Reset(at(2000), id, Outcome{})))
	r, err = s.Get(at(9000), id)
	require.NoError(t, err)
	assert.Equal(t, SyncStatus{Status: Success, LastActivity: at(2001.5), LastSuccessful: at(2001.5)}, r.Sync)
	assert.Empty(t, r.Errors)
}

func TestMessagesOfAScript(t *testing.T) {
	s := scripted(Lifecycle{On: CallCreate, Where: map[string]any{"displayName": "East"},
		Steps: []Step{{State: ProvisioningFailed, Message: "no quota"}}},
		Lifecycle{On: CallCreate, Steps: []Step{{State: ProvisioningFailed}}})
	for name, want := range map[string]string{"East": "no quota", "West": provisioningFailed} {
		id := create(t, s, dawn, csvProvider, map[string]any{"displayName": name})
		r, err := s.Get(dawn, id)
		require.NoError(t, err)
		assert.Equal(t, SyncStatus{Status: Paused, Message: want}, r.Sync)
	}
}

func TestExpirationInTheMiddleOfAScript(t *testing.T) {
	midnight := time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)
	for name, step := range map[string]Step{"time": {Status: Success, After: time.Minute}, "reads": {Status: Success, Reads: 2}} {
		t.Run(name, func(t *testing.T) {
			s := scripted(Lifecycle{On: CallStart, Steps: []Step{{Status: InProgress}, step}})
			id := create(t, s, midnight.Add(-time.Minute), csvProvider, expires("2026-01-06"))
			require.NoError(t, failed(s.Start(midnight.Add(-40*time.Second), id, Outcome{})))
			s.Read(midnight.Add(-30*time.Second), id)
			assert.Equal(t, "provisioned/inProgress", stands(s, midnight.Add(-1), id))
			assert.Equal(t, "provisioned/paused", stands(s, midnight, id))
			day := midnight.Add(24 * time.Hour)
			s.Read(day, id)
			assert.Equal(t, "provisioned/paused", stands(s, day, id), "locked")
			require.Error(t, failed(s.Resume(day, id)))
			require.NoError(t, failed(s.Update(day, id, NewChange(expires("2026-03-01")), false)))
			require.NoError(t, failed(s.Resume(day, id)))
			assert.Equal(t, "provisioned/inProgress", stands(s, day.Add(20*time.Second-1), id))
			s.Read(day.Add(20*time.Second-1), id)
			assert.Equal(t, "provisioned/success", stands(s, day.Add(20*time.Second), id))
			consistent(t, s, day.Add(time.Minute))
		})
	}
}

// What is under way goes on as it began; what begins is the new script's. A
// profile remembers whose turn is over, by name.
func TestSetScript(t *testing.T) {
	s := scripted(Lifecycle{Name: "a", On: CallStart, Steps: running, Next: "b"},
		Lifecycle{Name: "b", On: CallStart, Steps: []Step{{Status: Failed}}})
	id := ready(t, s)
	require.NoError(t, failed(s.Start(at(10), id, Outcome{})))
	s.SetScript(&Script{Lifecycles: []Lifecycle{{Name: "a", On: CallStart, Next: "c"},
		{Name: "c", On: CallStart, Steps: []Step{{Status: Quarantined}}}}})
	assert.Equal(t, map[string]uint64{"a": 1}, s.Used())
	assert.Equal(t, "provisioned/inProgress", stands(s, at(19), id))
	r, err := s.Get(at(20), id)
	require.NoError(t, err)
	assert.Equal(t, Success, r.Sync.Status)
	assert.Equal(t, "a", r.Lifecycle())
	r, err = s.Start(at(21), id, Outcome{})
	require.NoError(t, err)
	assert.Equal(t, "c", r.Lifecycle())
	s.SetScript(nil)
	assert.Empty(t, s.Used())
	r, err = s.Start(at(22), id, Outcome{})
	require.NoError(t, err)
	assert.Equal(t, "provisioned/success", stands(s, at(22), id), "every stage is over at once")
	assert.Empty(t, r.Lifecycle())

	// However many scripts there are, a profile keeps the names of the last only.
	for i := range 100 {
		name := fmt.Sprint("n", i)
		s.SetScript(&Script{Lifecycles: []Lifecycle{{Name: name, On: CallReset, Steps: running, Next: "x"}}})
		r, err = s.Reset(at(30), id, Outcome{})
		require.NoError(t, err)
		require.Equal(t, name, r.Lifecycle())
		require.Equal(t, []string{name}, r.passed.names)
	}
}

func TestOddScriptsAreHarmless(t *testing.T) {
	s := newStore(Config{Script: &Script{Timeline: Timeline{Provisioning: -time.Hour, Extracting: -1}, Lifecycles: []Lifecycle{
		{On: CallStart, Steps: []Step{{After: -time.Hour}, {Reads: -3, ErrorCount: -5}, {Status: "nonsense", State: "nowhere"},
			{State: Provisioned, Reads: 1 << 62}}},
		{On: "", Steps: []Step{{}}}, {On: CallPause, Steps: running},
	}}})
	id := ready(t, s)
	require.NoError(t, failed(s.Start(dawn, id, Outcome{})))
	assert.Equal(t, "nowhere/nonsense", stands(s, dawn, id))
	for _, c := range allCalls {
		do(s, dawn, id, c) // legal or not
		s.Read(dawn, id)
		consistent(t, s, dawn)
	}
	s.SetScript(&Script{Lifecycles: []Lifecycle{{On: CallStart, Steps: []Step{{Status: Quarantined, ErrorCount: 1 << 62}}}}})
	id = ready(t, s)
	r, err := s.Start(at(5), id, Outcome{})
	require.NoError(t, err)
	assert.Len(t, r.Errors, MaxErrors)
}
