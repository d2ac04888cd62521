package profile

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func tell(list []Event) (lines []string) {
	for _, e := range list {
		lines = append(lines, fmt.Sprintf("%v %s %s: %s/%s to %s/%s by %q, %d errors", e.At.Sub(dawn), e.ID, e.DisplayName,
			e.From.State, e.From.Status, e.To.State, e.To.Status, e.Lifecycle, e.Errors))
	}
	return lines
}

func TestSettleTellsInOrder(t *testing.T) {
	s := scripted(Lifecycle{Name: "bad", On: CallStart, Where: map[string]any{"displayName": "South"},
		Steps: []Step{{Status: InProgress}, {Status: Quarantined, After: time.Second, ErrorCount: 7}}},
		Lifecycle{Name: "late", On: CallStart, Where: map[string]any{"displayName": "East"},
			Steps: []Step{{Status: InProgress, After: time.Hour}}})
	create(t, s, at(0.5), powerSchoolProvider)
	create(t, s, dawn, powerSchoolProvider, map[string]any{"displayName": "South"}, expires("2026-01-06"))
	create(t, s, dawn, oneRosterProvider, map[string]any{"displayName": "East"})
	id := create(t, s, dawn, csvProvider, map[string]any{"displayName": "West"})
	require.NoError(t, failed(s.Delete(at(2), id)))
	want := []string{
		// What was due by the delete is told by none: the delete settled it.
		`2.5s id-1 North: provisioning/paused to provisioned/paused by "", 0 errors`,
		`2.5s id-1 North: provisioned/paused to provisioned/extracting by "", 0 errors`,
		`3s id-2 South: provisioned/inProgress to provisioned/quarantined by "bad", 7 errors`,
		`3s id-4 West: deleting/paused to gone/paused by "", 0 errors`,
		`3.5s id-1 North: provisioned/extracting to provisioned/validating by "", 0 errors`,
		`4.5s id-1 North: provisioned/validating to provisioned/inProgress by "", 0 errors`,
		`6.5s id-1 North: provisioned/inProgress to provisioned/success by "", 0 errors`,
		`1h0m2s id-3 East: provisioned/extracting to provisioned/inProgress by "late", 0 errors`,
		`18h0m0s id-2 South: provisioned/quarantined to provisioned/paused by "", 0 errors`,
	}
	list, total := s.Settle(at(1e6), 100)
	assert.Equal(t, want, tell(list))
	assert.Equal(t, len(want), total)
	list, total = s.Settle(at(1e6), 100)
	assert.Empty(t, list)
	assert.Zero(t, total)
	consistent(t, s, at(1e6))

	// A first step that comes with the trigger shows nothing before it.
	create(t, s, at(1e6), powerSchoolProvider, map[string]any{"displayName": "South"})
	list, _ = s.Settle(at(1e6+2), 100)
	assert.Equal(t, []string{
		`277h46m42s id-5 South: provisioning/paused to provisioned/paused by "", 0 errors`,
		`277h46m42s id-5 South: provisioned/paused to provisioned/inProgress by "bad", 0 errors`,
	}, tell(list))
}

func TestSettleWithinItsLimit(t *testing.T) {
	for _, limit := range []int{math.MinInt, 0, 1, 7, 1000, 4999, math.MaxInt} {
		s := newStore()
		for i := range 1000 {
			create(t, s, dawn.Add(time.Duration(i*7919%1000)*time.Millisecond), powerSchoolProvider)
		}
		list, total := s.Settle(at(1000), limit)
		assert.Equal(t, 5000, total)
		require.Len(t, list, min(max(limit, 0), total))
		for i, e := range list {
			if i > 0 {
				require.False(t, e.At.Before(list[i-1].At))
			}
		}
		if limit >= 1000 {
			assert.Equal(t, at(2), list[0].At)
			assert.Equal(t, "id-1", list[0].ID)
		}
		if limit > 5000 {
			assert.Equal(t, at(0.999+6), list[4999].At)
		}
	}
}

func TestForce(t *testing.T) {
	north := func(s *Store) string { return create(t, s, dawn, oneRosterProvider) } // runs from 2 s to 6 s
	for name, c := range map[string]struct {
		at     float64
		state  State
		status Status
		want   string // where it stands from then on
		fault  string // a part of the error
	}{
		"a status":            {3, "", Quarantined, "provisioned/quarantined", ""},
		"a running status":    {100, "", Extracting, "provisioned/extracting", ""},
		"paused":              {3, "", Paused, "provisioned/paused", ""},
		"a state":             {3, DeletionFailed, "", "deletionFailed/validating", ""},
		"deleting":            {3, Deleting, "", "deleting/validating", ""},
		"provisioning":        {3, Provisioning, "", "provisioning/paused", ""},
		"provisioning failed": {1, ProvisioningFailed, "", "provisioningFailed/paused", ""},
		"provisioned":         {1, Provisioned, "", "provisioned/paused", ""},
		"both":                {1, Provisioned, Failed, "provisioned/error", ""},
		"gone":                {3, Gone, "", "gone", ""},
		"nothing":             {3, "", "", "", "nothing to force"},
		"an unknown state": {3, "provisionned", "", "",
			`unknown state "provisionned", did you mean provisioned? There are provisioning, provisioned,`},
		"an unknown status":     {3, "", "sucess", "", `unknown status "sucess", did you mean success? There are paused, inProgress,`},
		"a status of no state":  {1, "", Success, "", "the status success needs the state provisioned, not provisioning: force both"},
		"a state of no status":  {3, Deleting, Success, "", "the status success needs the state provisioned, not deleting"},
		"a status for the gone": {3, Gone, Success, "", "not gone"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore()
			id := north(s)
			before := stands(s, at(c.at), id)
			r, err := s.Force(at(c.at), id, c.state, c.status)
			consistent(t, s, at(c.at))
			if c.fault != "" {
				require.ErrorContains(t, err, c.fault)
				assert.Equal(t, before, stands(s, at(c.at), id))
				return
			}
			require.NoError(t, err)
			if c.want != "gone" {
				assert.Equal(t, c.want, string(r.State)+"/"+string(r.Sync.Status))
			}
			for _, later := range []float64{c.at, 1e3, 1e6} {
				assert.Equal(t, c.want, stands(s, at(later), id))
			}
		})
	}
	s := newStore()
	require.ErrorIs(t, failed(s.Force(dawn, "nope", "", Success)), ErrNotFound)
	id := north(s)
	r, err := s.Force(at(3), id, "", Success)
	require.NoError(t, err)
	assert.Equal(t, SyncStatus{Status: Success, LastActivity: at(3), LastSuccessful: at(3)}, r.Sync)
	timeline{{10, CallReset, "provisioned/extracting"}, {14, "", "provisioned/success"}}.run(t, s, id) // until the next call
	require.NoError(t, failed(s.Force(at(20), id, "", Paused)))
	timeline{{30, CallResume, "provisioned/inProgress"}, {32, "", "provisioned/success"}}.run(t, s, id)
	r, err = s.Force(at(40), id, ProvisioningFailed, "")
	require.NoError(t, err)
	assert.Equal(t, provisioningFailed, r.Sync.Message)
	assert.Contains(t, string(r.JSON()), `"state":"provisioningFailed"`)
}

// A profile's future depends on its own calls and reads only: whatever others
// do, and whoever looks when, each comes to the same.
func TestUnrelatedRequestsDoNotMatter(t *testing.T) {
	where := func(name string) map[string]any { return map[string]any{"displayName": name} }
	script := &Script{Timeline: DefaultTimeline, Lifecycles: []Lifecycle{
		{Name: "first", On: CallStart, Where: where("p0"), Next: "second",
			Steps: []Step{{Status: Validating, Reads: 2}, {Status: Quarantined, After: 3 * time.Second, ErrorCount: 3}}},
		{Name: "second", On: CallReset,
			Steps: []Step{{Status: InProgress}, {Status: Failed, After: 2 * time.Second, Errors: []SyncError{{ErrorCode: "None"}}, ErrorCount: 1}}},
		{Name: "any", On: CallStart, Where: where("p1"),
			Steps: []Step{{Status: InProgress, ErrorCount: 2}, {Status: Failed, Reads: 1, ErrorCount: 2}}},
		{Name: "made", On: CallCreate, Where: where("p2"), Steps: []Step{{State: Provisioned, Reads: 1}}},
		{Name: "gone", On: CallDelete, Where: where("p1"), Steps: []Step{{State: DeletionFailed, After: time.Second}}},
		{Name: "on", On: CallResume, Where: where("p2"), Steps: []Step{{Status: Success, After: 4 * time.Second}}},
	}}
	calls := append([]Call{callRead, callRead, callRead, callRead}, allCalls...)
	rapid.Check(t, func(t *rapid.T) {
		type event struct {
			at   int // quarters of a second
			call Call
			of   int
		}
		var events []event
		now := 0
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			now += rapid.SampledFrom([]int{0, 1, 2, 4, 8, 13, 30}).Draw(t, "after")
			events = append(events, event{now, rapid.SampledFrom(calls).Draw(t, "call"), rapid.IntRange(0, 3).Draw(t, "of")})
		}
		instant := func(n int) time.Time { return at(float64(n) / 4) }
		run := func(only int, look bool) (answers []string) {
			n := 0
			s := newStore(Config{Script: script, NewID: func() string { n++; return fmt.Sprint("p", n-1) }})
			for i := range 4 {
				provider := []func() map[string]any{csvProvider, csvProvider, oneRosterProvider, csvProvider}[i]
				require.NoError(t, failed(s.Create(dawn, NewChange(body(provider(), where(fmt.Sprint("p", i)))))))
			}
			for _, e := range events {
				if look {
					s.Settle(instant(e.at), 10)
				}
				if only >= 0 && e.of != only {
					continue
				}
				err := do(s, instant(e.at), fmt.Sprint("p", e.of), e.call)
				if r, missing := s.Get(instant(e.at), fmt.Sprint("p", e.of)); missing == nil && e.of == max(only, 0) {
					answers = append(answers, fmt.Sprint(err, shown(r)))
				}
			}
			consistent(t, s, instant(now))
			return answers
		}
		together := run(-1, false)
		require.Equal(t, together, run(0, false), "alone")
		require.Equal(t, together, run(-1, true), "looked at all the time")
		for of := range 4 {
			require.Equal(t, run(of, false), run(of, true))
		}
	})
}
