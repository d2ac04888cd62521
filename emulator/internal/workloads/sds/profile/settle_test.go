package profile

import (
	"fmt"
	"math"
	"slices"
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
	s := scripted(Lifecycle{Name: "bad", On: CallStart, Where: map[string]any{"displayName": "South"}, Steps: []Step{{Status: InProgress}, {Status: Quarantined, After: time.Second, ErrorCount: 7}}},
		Lifecycle{Name: "late", On: CallStart, Where: map[string]any{"displayName": "East"}, Steps: []Step{{Status: InProgress, After: time.Hour}}})
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
		"a status":              {3, "", Quarantined, "provisioned/quarantined", ""},
		"a running status":      {100, "", Extracting, "provisioned/extracting", ""},
		"paused":                {3, "", Paused, "provisioned/paused", ""},
		"a state":               {3, DeletionFailed, "", "deletionFailed/validating", ""},
		"deleting":              {3, Deleting, "", "deleting/validating", ""},
		"provisioning":          {3, Provisioning, "", "provisioning/paused", ""},
		"provisioning failed":   {1, ProvisioningFailed, "", "provisioningFailed/paused", ""},
		"provisioned":           {1, Provisioned, "", "provisioned/paused", ""},
		"both":                  {1, Provisioned, Failed, "provisioned/error", ""},
		"gone":                  {3, Gone, "", "gone", ""},
		"nothing":               {3, "", "", "", "nothing to force"},
		"an unknown state":      {3, "provisionned", "", "", `unknown state "provisionned", did you mean provisioned? There are provisioning, provisioned,`},
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
		{Name: "first", On: CallStart, Where: where("p0"), Next: "second", Steps: []Step{{Status: Validating, Reads: 2}, {Status: Quarantined, After: 3 * time.Second, ErrorCount: 3}}},
		{Name: "second", On: CallReset, Steps: []Step{{Status: InProgress}, {Status: Failed, After: 2 * time.Second, Errors: []SyncError{{ErrorCode: "None"}}, ErrorCount: 1}}},
		{Name: "any", On: CallStart, Where: where("p1"), Steps: []Step{{Status: InProgress, ErrorCount: 2}, {Status: Failed, Reads: 1, ErrorCount: 2}}},
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
		play := func(only int, look bool) (answers []string) {
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
		together := play(-1, false)
		require.Equal(t, together, play(0, false), "alone")
		require.Equal(t, together, play(-1, true), "looked at all the time")
		for of := range 4 {
			require.Equal(t, play(of, false), play(of, true))
		}
	})
}

// The queue against a sorted list.
func TestQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		slots := make([]*slot, rapid.IntRange(1, 80).Draw(t, "slots"))
		when := map[*slot]int{}
		for i := range slots {
			slots[i] = &slot{record: &Record{seq: uint64(i)}, due: absent}
		}
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				for range rapid.IntRange(1, 40).Draw(t, "many") {
					s := rapid.SampledFrom(slots).Draw(t, "slot")
					when[s] = rapid.IntRange(0, 100).Draw(t, "at")
					q.set(s, at(float64(when[s])))
				}
			},
			"remove": func(t *rapid.T) {
				s := rapid.SampledFrom(slots).Draw(t, "slot")
				delete(when, s)
				q.remove(s)
			},
			"take": func(t *rapid.T) {
				now := rapid.IntRange(-1, 101).Draw(t, "now")
				list := q.take(at(float64(now)))
				want := 0
				for s, n := range when {
					if n <= now {
						want++
						require.Contains(t, list, s)
						require.Equal(t, taken, s.due)
						delete(when, s)
					}
				}
				require.Len(t, list, want)
			},
			"": func(t *rapid.T) {
				require.Len(t, q, len(when))
				for i, d := range q {
					require.Equal(t, i, d.slot.due)
					require.Equal(t, at(float64(when[d.slot])), d.at)
					require.False(t, d.at.Before(q[(i-1)/2].at))
				}
				even := func(r *Record) bool { return r.seq%2 == 0 }
				first, ok := q.earliest(even)
				var instants []int
				for s, n := range when {
					if even(s.record) {
						instants = append(instants, n)
					}
				}
				require.Equal(t, len(instants) > 0, ok)
				if ok {
					require.Equal(t, at(float64(slices.Min(instants))), first)
				}
			},
		})
	})
}

// The order against a plain list, with snapshots held meanwhile.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o order
		slots := map[uint64]*slot{}
		var list []*Record
		var seq uint64
		type held struct{ have, want []*Record }
		var snapshots []held
		pick := func(t *rapid.T) int {
			if len(list) == 0 {
				t.Skip("empty")
			}
			return rapid.IntRange(0, len(list)-1).Draw(t, "which")
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				for range rapid.IntRange(1, 100).Draw(t, "many") {
					seq += uint64(rapid.SampledFrom([]int{1, 1, 1, 1, 2, 127, 128, 1000}).Draw(t, "gap"))
					r := &Record{seq: seq}
					slots[seq] = &slot{record: r, due: absent}
					o.add(slots[seq])
					list = append(list, r)
				}
			},
			"set": func(t *rapid.T) {
				i := pick(t)
				list = slices.Clone(list)
				list[i] = &Record{seq: list[i].seq}
				s := slots[list[i].seq]
				s.record = list[i]
				o.set(s, s.record)
			},
			"remove": func(t *rapid.T) {
				for range rapid.IntRange(1, 60).Draw(t, "many") {
					i := pick(t)
					o.remove(slots[list[i].seq])
					list = slices.Delete(slices.Clone(list), i, i+1)
				}
			},
			"snapshot": func(t *rapid.T) {
				after := uint64(rapid.IntRange(0, int(seq)+200).Draw(t, "after"))
				i := slices.IndexFunc(list, func(r *Record) bool { return r.seq > after })
				if i < 0 {
					i = len(list)
				}
				s := o.snapshot(after)
				snapshots = append(snapshots, held{slices.Collect(s), slices.Clone(list[i:])})
				later := snapshots[len(snapshots)-1]
				t.Cleanup(func() { require.True(t, slices.Equal(later.want, slices.Collect(s))) })
			},
			"page": func(t *rapid.T) {
				after, skip, limit := uint64(rapid.IntRange(0, int(seq)+200).Draw(t, "after")), rapid.IntRange(0, 300).Draw(t, "skip"), rapid.IntRange(0, 200).Draw(t, "limit")
				rest := slices.DeleteFunc(slices.Clone(list), func(r *Record) bool { return r.seq <= after })
				rest = rest[min(skip, len(rest)):]
				page, more := o.page(after, skip, limit)
				require.True(t, slices.Equal(rest[:min(limit, len(rest))], page))
				require.Equal(t, len(rest) > limit, more)
			},
			"sort": func(t *rapid.T) {
				var given, want []*slot
				every := rapid.IntRange(1, 9).Draw(t, "every")
				for i, r := range list {
					if i%every == 0 {
						want = append(want, slots[r.seq])
						slots[r.seq].due = taken
					}
				}
				given = slices.Clone(want)
				slices.Reverse(given)
				got := o.sort(given)
				require.ElementsMatch(t, want, got)
				require.True(t, every > 4 || slices.Equal(want, got))
				for _, s := range want {
					s.due = absent
				}
			},
			"": func(t *rapid.T) {
				require.Equal(t, len(list), o.count)
				for _, h := range snapshots {
					require.True(t, slices.Equal(h.want, h.have))
				}
			},
		})
	})
}
