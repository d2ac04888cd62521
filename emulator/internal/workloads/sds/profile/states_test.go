package profile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every state and status with every call: what the profile is afterwards, at
// the same instant, or "-" where the call is refused. A dot: nothing changes.
var machine = []struct {
	from  string // state/status
	calls string // start pause resume reset update delete uploadUrl
}{
	{"provisioning/paused", "- - - - . deleting -"},
	{"provisioningFailed/paused", "- - - - . deleting -"},
	{"deletionFailed/paused", "- - - - . deleting -"},
	{"deleting/paused", "- - - - - - -"},
	{"provisioned/paused", "extracting . . . . deleting ."}, // never ran: a CSV profile only
	{"provisioned/paused", "extracting . inProgress extracting . deleting ."},
	{"provisioned/extracting", "- paused - extracting . deleting ."},
	{"provisioned/validating", "- paused - extracting . deleting ."},
	{"provisioned/inProgress", "- paused - extracting . deleting ."},
	{"provisioned/success", "extracting paused - extracting . deleting ."},
	{"provisioned/error", "extracting paused - extracting . deleting ."},
	{"provisioned/validationError", "extracting paused inProgress extracting . deleting ."},
	{"provisioned/quarantined", "extracting paused - extracting . deleting ."},
}

var allCalls = []Call{CallStart, CallPause, CallResume, CallReset, CallUpdate, CallDelete, CallUploadURL}

func TestMachine(t *testing.T) {
	for provider, from := range providers {
		for n, row := range machine {
			var active time.Time
			if row.from == "provisioned/paused" && machine[n-1].from == row.from {
				active = dawn // it ran
			} else if row.from == "provisioned/paused" && provider != "csv" {
				continue // it would start by itself: TestProvidersThatStartByThemselves
			}
			for i, want := range strings.Fields(row.calls) {
				call := allCalls[i]
				state, status, _ := strings.Cut(row.from, "/")
				t.Run(fmt.Sprint(provider, " ", row.from, " ", n, " ", call), func(t *testing.T) {
					s := newStore()
					seeded, err := s.Seed(dawn,
						Seed{Change: NewChange(body(from())), State: State(state), Sync: SyncStatus{Status: Status(status), LastActivity: active}})
					require.NoError(t, err)
					id, before := view(seeded).ID, shown(seeded)
					if provider != "csv" && (call == CallStart || call == CallUploadURL) {
						want = "-" // they take no files
					}
					err = do(s, dawn, id, call)
					after, _ := s.Get(dawn, id)
					consistent(t, s, dawn)
					switch want {
					case "-":
						var illegal *IllegalError
						require.ErrorAs(t, err, &illegal)
						assert.Equal(t, IllegalError{Call: call, State: State(state), Status: Status(status), Reason: illegal.Reason}, *illegal)
						assert.NotEmpty(t, illegal.Reason)
						assert.Contains(t, err.Error(), string(call)+" is not possible while the profile is "+state)
						assert.Equal(t, before, shown(after), "a refused call changes nothing")
					case ".":
						require.NoError(t, err)
						if call != CallUpdate {
							assert.Equal(t, before, shown(after))
						}
						assert.Equal(t, row.from, stands(s, dawn, id))
					case "deleting":
						require.NoError(t, err)
						assert.Equal(t, "deleting/"+status, stands(s, dawn, id))
					default:
						require.NoError(t, err)
						assert.Equal(t, "provisioned/"+want, stands(s, dawn, id))
					}
				})
			}
		}
	}
}

// A provider that needs no files starts as soon as its profile can.
func TestProvidersThatStartByThemselves(t *testing.T) {
	for provider, from := range map[string]func() map[string]any{"powerSchool": powerSchoolProvider, "oneRoster": oneRosterProvider} {
		t.Run(provider, func(t *testing.T) {
			s := newStore()
			seeded, err := s.Seed(dawn, Seed{Change: NewChange(body(from()))})
			require.NoError(t, err)
			assert.Equal(t, "provisioned/extracting", stands(s, dawn, seeded.ID))

			patched := create(t, s, dawn, csvProvider)
			later := dawn.Add(time.Minute)
			assert.Equal(t, "provisioned/paused", stands(s, later, patched))
			_, err = s.Update(later, patched, NewChange(map[string]any{"dataProvider": from()}), false)
			require.NoError(t, err)
			assert.Equal(t, "provisioned/extracting", stands(s, later, patched))
			for _, id := range []string{seeded.ID, patched} {
				assert.Equal(t, "provisioned/success", stands(s, later.Add(time.Minute), id))
			}
		})
	}
}

func TestUnknownIDs(t *testing.T) {
	s := newStore()
	create(t, s, dawn, csvProvider)
	for _, id := range []string{"", "nope", "ID-1", "id-1\x00", strings.Repeat("x", 1<<16)} {
		for _, call := range allCalls {
			assert.ErrorIs(t, do(s, dawn, id, call), ErrNotFound)
		}
		_, err := s.Get(dawn, id)
		assert.ErrorIs(t, err, ErrNotFound)
	}
	assert.Equal(t, 1, s.Len(dawn))
}

// timeline is a list of instants, in seconds after dawn, with what is expected then.
type timeline []struct {
	at   float64
	do   Call // "": only look
	want string
}

func (l timeline) run(t *testing.T, s *Store, id string) {
	t.Helper()
	for _, step := range l {
		now := dawn.Add(time.Duration(step.at * float64(time.Second)))
		if step.do != "" {
			require.NoError(t, do(s, now, id, step.do), "%v s: %s", step.at, step.do)
		}
		require.Equal(t, step.want, stands(s, now, id), "%v s after the start", step.at)
		consistent(t, s, now)
	}
}

func TestLivesOfProfiles(t *testing.T) {
	for name, life := range map[string]struct {
		provider func() map[string]any
		steps    timeline
	}{
		"csv waits for its start": {csvProvider, timeline{
			{0, "", "provisioning/paused"}, {1.999, "", "provisioning/paused"}, {2, "", "provisioned/paused"}, {1e6, "", "provisioned/paused"}}},
		"csv run": {csvProvider, timeline{
			{10, CallStart, "provisioned/extracting"}, {10.999, "", "provisioned/extracting"}, {11, "", "provisioned/validating"},
			{12, "", "provisioned/inProgress"}, {13.999, "", "provisioned/inProgress"}, {14, "", "provisioned/success"},
			{1e6, "", "provisioned/success"}}},
		"PowerSchool starts by itself": {powerSchoolProvider, timeline{
			{1.999, "", "provisioning/paused"}, {2, "", "provisioned/extracting"}, {3, "", "provisioned/validating"},
			{4, "", "provisioned/inProgress"}, {6, "", "provisioned/success"}}},
		"OneRoster starts by itself, though nobody looks": {oneRosterProvider, timeline{{6, "", "provisioned/success"}}},
		"pause holds and resume shifts": {powerSchoolProvider, timeline{
			{5, CallPause, "provisioned/paused"}, {1000, "", "provisioned/paused"}, {1000, CallResume, "provisioned/inProgress"},
			{1000.999, "", "provisioned/inProgress"}, {1001, "", "provisioned/success"}}},
		"pause twice is one pause": {powerSchoolProvider, timeline{
			{3.5, CallPause, "provisioned/paused"}, {50, CallPause, "provisioned/paused"}, {100, CallResume, "provisioned/validating"},
			{100.5, "", "provisioned/inProgress"}, {102.5, "", "provisioned/success"}}},
		"pause, resume, pause, resume": {powerSchoolProvider, timeline{
			{2.5, CallPause, "provisioned/paused"}, {10, CallResume, "provisioned/extracting"}, {11, CallPause, "provisioned/paused"},
			{20, CallResume, "provisioned/validating"}, {20.5, "", "provisioned/inProgress"}, {22.5, "", "provisioned/success"}}},
		"pause of what is over": {powerSchoolProvider, timeline{
			{7, CallPause, "provisioned/paused"}, {9, CallResume, "provisioned/success"}}},
		"reset starts over": {powerSchoolProvider, timeline{
			{5, CallReset, "provisioned/extracting"}, {6, "", "provisioned/validating"}, {7, "", "provisioned/inProgress"},
			{9, "", "provisioned/success"},
			{20, CallReset, "provisioned/extracting"}, {24, "", "provisioned/success"}}},
		"reset of a paused run": {powerSchoolProvider, timeline{
			{5, CallPause, "provisioned/paused"}, {8, CallReset, "provisioned/extracting"}, {12, "", "provisioned/success"}}},
		"start of a paused run": {csvProvider, timeline{
			{5, CallStart, "provisioned/extracting"}, {6, CallPause, "provisioned/paused"}, {8, CallStart, "provisioned/extracting"},
			{12, "", "provisioned/success"}}},
		"nothing to resume or reset before the first start": {csvProvider, timeline{
			{2, CallResume, "provisioned/paused"}, {3, CallReset, "provisioned/paused"}, {4, CallPause, "provisioned/paused"},
			{100, "", "provisioned/paused"}}},
		"delete while provisioning": {csvProvider, timeline{
			{1, CallDelete, "deleting/paused"}, {1.999, "", "deleting/paused"}, {2, "", "gone"}}},
		"delete while running": {powerSchoolProvider, timeline{
			{5, CallDelete, "deleting/inProgress"}, {5.999, "", "deleting/inProgress"}, {6, "", "gone"}}},
		"delete while paused": {powerSchoolProvider, timeline{
			{5, CallPause, "provisioned/paused"}, {6, CallDelete, "deleting/paused"}, {7, "", "gone"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore()
			life.steps.run(t, s, create(t, s, dawn, life.provider))
		})
	}
}

func TestZeroTimelineIsOverAtOnce(t *testing.T) {
	s := newStore(Config{})
	r, err := s.Create(dawn, NewChange(body(powerSchoolProvider())))
	require.NoError(t, err)
	assert.Equal(t, Provisioning, view(r).State, "a create answers before anything happens")
	assert.Equal(t, "provisioned/success", stands(s, dawn, view(r).ID))
	require.NoError(t, failed(s.Delete(dawn, view(r).ID)))
	assert.Equal(t, "gone", stands(s, dawn, view(r).ID))
	assert.Zero(t, s.Len(dawn))
}

func TestDatesAndMessagesOfTheStatus(t *testing.T) {
	s := newStore()
	id := create(t, s, dawn, powerSchoolProvider)
	at := func(seconds float64) SyncStatus {
		r, err := s.Get(dawn.Add(time.Duration(seconds*float64(time.Second))), id)
		require.NoError(t, err)
		return r.Sync
	}
	after := func(seconds int) time.Time { return dawn.Add(time.Duration(seconds) * time.Second) }
	assert.Equal(t, SyncStatus{Status: Paused, Message: waitsForProvisioning}, at(0))
	assert.Equal(t, SyncStatus{Status: Extracting, LastActivity: after(2)}, at(2.5))
	assert.Equal(t, SyncStatus{Status: InProgress, LastActivity: after(4)}, at(5))
	assert.Equal(t, SyncStatus{Status: Success, LastActivity: after(6), LastSuccessful: after(6)}, at(100))

	require.NoError(t, failed(s.Pause(after(200), id)))
	require.NoError(t, failed(s.Resume(after(300), id)))
	assert.Equal(t, SyncStatus{Status: Success, LastActivity: after(300), LastSuccessful: after(6)}, at(300),
		"going back to success is no sync")

	require.NoError(t, failed(s.Reset(after(400), id, Outcome{})))
	assert.Equal(t, SyncStatus{Status: Extracting, LastActivity: after(400), LastSuccessful: after(6)}, at(400))

	csv := create(t, s, dawn, csvProvider)
	r, err := s.Get(after(2), csv)
	require.NoError(t, err)
	assert.Equal(t, SyncStatus{Status: Paused, Message: waitsForFiles}, r.Sync)
}

func TestResetAndStartDeleteErrors(t *testing.T) {
	for _, call := range []Call{CallReset, CallStart} {
		s := newStore()
		r, err := s.Seed(dawn,
			Seed{Change: NewChange(body(csvProvider())), Sync: SyncStatus{Status: Quarantined},
				Errors: []SyncError{{ErrorCode: "None"}, {ErrorCode: "None"}}})
		require.NoError(t, err)
		require.EqualValues(t, 2, r.Sync.ErrorCount)
		require.NoError(t, do(s, dawn, view(r).ID, call))
		after, err := s.Get(dawn, view(r).ID)
		require.NoError(t, err)
		assert.Empty(t, after.Errors)
		assert.Zero(t, after.Sync.ErrorCount)
		assert.Len(t, r.Errors, 2, "what left the store before stays as it was")
	}
}

func TestValidationErrorResumes(t *testing.T) {
	s := newStore()
	r, err := s.Seed(dawn,
		Seed{Change: NewChange(body(csvProvider())), Sync: SyncStatus{Status: ValidationError}, Errors: []SyncError{{ErrorCode: "None"}}})
	require.NoError(t, err)
	timeline{
		{100, "", "provisioned/validationError"}, {100, CallResume, "provisioned/inProgress"}, {101.999, "", "provisioned/inProgress"},
		{102, "", "provisioned/success"},
	}.run(t, s, view(r).ID)

	s = newStore()
	r, err = s.Seed(dawn, Seed{Change: NewChange(body(csvProvider())), Sync: SyncStatus{Status: ValidationError}})
	require.NoError(t, err)
	timeline{
		{1, CallPause, "provisioned/paused"}, {2, CallResume, "provisioned/validationError"}, {3, CallResume, "provisioned/inProgress"},
		{5, "", "provisioned/success"},
	}.run(t, s, view(r).ID)
}

func TestFullStore(t *testing.T) {
	s := newStore(Config{Script: &Script{Timeline: DefaultTimeline}, Max: 2})
	a := create(t, s, dawn, csvProvider)
	create(t, s, dawn, csvProvider)
	_, err := s.Create(dawn, NewChange(body(csvProvider())))
	var full *FullError
	require.ErrorAs(t, err, &full)
	assert.Equal(t, 2, full.Max)
	assert.Equal(t, 2, s.Len(dawn))
	// A deleted one makes room, once it is gone.
	require.NoError(t, failed(s.Delete(dawn, a)))
	_, err = s.Create(dawn, NewChange(body(csvProvider())))
	require.ErrorAs(t, err, &full)
	create(t, s, dawn.Add(time.Second), csvProvider)
	consistent(t, s, dawn.Add(time.Second))
}

func TestErrorsAreSentences(t *testing.T) {
	for _, err := range []error{ErrNotFound, &FullError{7}, &IllegalError{CallStart, Provisioned, Paused, "because"},
		&InvalidError{[]Violation{{"/a", "a", "bad"}}}} {
		assert.NotEmpty(t, err.Error())
	}
	assert.ErrorContains(t, &FullError{7}, "7 profiles")
	assert.True(t, errors.Is(ErrNotFound, ErrNotFound))
}
