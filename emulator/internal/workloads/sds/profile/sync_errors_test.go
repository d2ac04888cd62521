package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// errorsOf runs a sync with one step and returns what it recorded; before lets
// others act first.
func errorsOf(t *testing.T, step Step, before func(s *Store)) []SyncError {
	t.Helper()
	step.Status = Failed
	n := 0
	s := newStore(Config{Script: &Script{Lifecycles: []Lifecycle{{Name: "l", On: CallStart, Steps: []Step{step}}}},
		NewID: func() string { n++; return fmt.Sprint("p", n) }})
	id := ready(t, s)
	before(s)
	r, err := s.Start(at(10), id, Outcome{})
	require.NoError(t, err)
	assert.EqualValues(t, len(r.Errors), r.Sync.ErrorCount)
	return r.Errors
}

func TestErrorsThatAreMadeUp(t *testing.T) {
	list := errorsOf(t, Step{ErrorCount: 2000}, func(*Store) {})
	require.Len(t, list, 2000)
	codes, ids := map[string]int{}, map[string]bool{}
	for _, e := range list {
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.code == e.ErrorCode })
		require.GreaterOrEqual(t, i, 0, e.ErrorCode)
		require.Contains(t, kinds[i].entries, e.EntryType)
		require.Contains(t, e.ErrorMessage, e.EntryType)
		require.NotContains(t, e.ErrorMessage, "%")
		require.Equal(t, at(10), e.Recorded)
		local, domain, found := strings.Cut(e.JoiningValue, "@")
		require.Equal(t, e.ReportableIdentifier, local)
		require.Equal(t, e.EntryType != "Section", found)
		require.True(t, !found || domain == "testschool.edu")
		codes[e.ErrorCode]++
		ids[e.ID] = true
	}
	assert.Len(t, ids, 2000, "each has an id of its own")
	for _, k := range kinds {
		assert.InDelta(t, k.share*20, codes[k.code], 12+float64(k.share)*4, k.code)
	}
	assert.Less(t, len(slices.Compact(slices.Sorted(maps.Keys(codes)))), len(kinds), "two codes are made up by none")

	// The same whatever others do.
	again := errorsOf(t, Step{ErrorCount: 2000}, func(s *Store) {
		for range 3 {
			create(t, s, dawn, powerSchoolProvider)
		}
	})
	assert.Equal(t, list, again)
}

func TestErrorsThatAreGiven(t *testing.T) {
	const unmatched = "Student cannot be updated as no matching entry in Active Directory was found for Student.  Verify the identity matching criteria for the profile."
	for name, c := range map[string]struct{ given, want SyncError }{
		"the documented one": {SyncError{ErrorCode: "UnsynchronizableChange", EntryType: "Student",
			JoiningValue: "richard.2wilson@testschool.edu"},
			SyncError{ErrorCode: "UnsynchronizableChange", EntryType: "Student", ErrorMessage: unmatched,
				JoiningValue: "richard.2wilson@testschool.edu", ReportableIdentifier: "richard.2wilson"}},
		"of a teacher": {SyncError{ErrorCode: "UnsynchronizableChange", EntryType: "Teacher", ReportableIdentifier: "t1"},
			SyncError{ErrorCode: "UnsynchronizableChange", EntryType: "Teacher", ErrorMessage: strings.ReplaceAll(unmatched, "Student", "Teacher"),
				JoiningValue: "t1", ReportableIdentifier: "t1"}},
		"whole": {SyncError{ID: "i", ErrorCode: "c", EntryType: "e", ErrorMessage: "100% m", JoiningValue: "j", ReportableIdentifier: "r",
			Recorded: dawn},
			SyncError{ID: "i", ErrorCode: "c", EntryType: "e", ErrorMessage: "100% m", JoiningValue: "j", ReportableIdentifier: "r",
				Recorded: dawn}},
		"an unknown code": {SyncError{ErrorCode: "Odd", JoiningValue: "j"},
			SyncError{ErrorCode: "Odd", EntryType: "Student", ErrorMessage: "Student could not be synchronized.", JoiningValue: "j",
				ReportableIdentifier: "j"}},
		"an unknown entry": {SyncError{EntryType: "100%s", JoiningValue: "j"},
			SyncError{ErrorCode: "UnSpecified", EntryType: "100%s", ErrorMessage: "100%s could not be synchronized.", JoiningValue: "j",
				ReportableIdentifier: "j"}},
		"a code of one entry": {SyncError{ErrorCode: "InvalidOrMissingReferenceCode", JoiningValue: "j"},
			SyncError{ErrorCode: "InvalidOrMissingReferenceCode", EntryType: "Users",
				ErrorMessage: "The value 6 in GradeLevelCode for 3110_10 isn't found in RefGradeLevel. Correct source system.", JoiningValue: "j",
				ReportableIdentifier: "j"}},
	} {
		t.Run(name, func(t *testing.T) {
			list := errorsOf(t, Step{Errors: []SyncError{c.given}}, func(*Store) {})
			require.Len(t, list, 1)
			if c.given.ID == "" {
				assert.Equal(t, "errors-p1-1-0", list[0].ID)
				c.want.ID = list[0].ID
			}
			if c.want.Recorded.IsZero() {
				c.want.Recorded = at(10)
			}
			assert.Equal(t, c.want, list[0])
		})
	}
	section := errorsOf(t, Step{Errors: []SyncError{{EntryType: "Section"}}}, func(*Store) {})[0]
	assert.Contains(t, []string{"AzureActiveDirectoryInvalidPropertyValue", "None", "AzureActiveDirectoryRequestThrottledTemporarily",
		"AzureActiveDirectoryReplicaUnavailable"}, section.ErrorCode)
}

// Steps add to what the run has; the next run starts with none, and its errors
// have ids of their own.
func TestErrorsOfARun(t *testing.T) {
	s := scripted(Lifecycle{On: CallStart,
		Steps: []Step{{Status: InProgress, ErrorCount: 1}, {ErrorCount: 2, Errors: []SyncError{{ErrorCode: "None"}}, After: time.Second}}})
	id := ready(t, s)
	list := func(now time.Time) []SyncError {
		r, err := s.Get(now, id)
		require.NoError(t, err)
		require.EqualValues(t, len(r.Errors), r.Sync.ErrorCount)
		return r.Errors
	}
	require.NoError(t, failed(s.Start(at(10), id, Outcome{})))
	first := list(at(10))
	second := list(at(11))
	assert.Len(t, first, 1)
	require.Len(t, second, 4)
	assert.Equal(t, first, second[:1])
	assert.Equal(t, "None", second[1].ErrorCode, "the given ones come first")
	assert.Equal(t, "provisioned/inProgress", stands(s, at(11), id))
	require.NoError(t, failed(s.Pause(at(12), id)))
	require.NoError(t, failed(s.Start(at(13), id, Outcome{})))
	third := list(at(13))
	require.Len(t, third, 1)
	assert.NotEqual(t, first[0].ID, third[0].ID)
	assert.Len(t, second, 4, "what left the store stays as it was")
}
