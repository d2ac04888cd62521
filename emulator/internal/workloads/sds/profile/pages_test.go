package profile

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestPagesSurviveChanges reads a list page by page while profiles come and go:
// whatever was there throughout is seen exactly once, in order.
func TestPagesSurviveChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStore(Config{}) // deletes are over at once
		now := dawn
		var ids []string
		add := func() {
			r, err := s.Create(now, NewChange(body(csvProvider())))
			require.NoError(t, err)
			ids = append(ids, view(r).ID)
		}
		remove := func(i int) {
			require.NoError(t, failed(s.Delete(now, ids[i])))
			ids = slices.Delete(ids, i, i+1)
		}
		for range rapid.IntRange(0, 40).Draw(t, "at first") {
			add()
		}
		for range rapid.IntRange(0, min(5, len(ids))).Draw(t, "holes") {
			remove(rapid.IntRange(0, len(ids)-1).Draw(t, "hole"))
		}
		skip := rapid.IntRange(0, 45).Draw(t, "skip")
		throughout := slices.Clone(ids[min(skip, len(ids)):])

		var seen []string
		after, first := uint64(0), true
		for {
			limit := rapid.IntRange(1, 9).Draw(t, "limit")
			page, more := s.Page(now, after, map[bool]int{true: skip}[first], limit)
			first = false
			require.LessOrEqual(t, len(page), limit)
			if more {
				require.Len(t, page, limit, "a page that more follows is full")
			}
			for _, r := range page {
				require.Greater(t, r.Seq(), after)
				after = r.Seq()
				seen = append(seen, view(r).ID)
			}
			if !more {
				break
			}
			if len(seen) > 300 {
				t.Fatal("no end")
			}
			for range rapid.IntRange(0, 2).Draw(t, "creates") {
				if len(seen) < 100 { // or the list would grow as fast as it is read
					add()
				}
			}
			for range rapid.IntRange(0, min(2, len(ids))).Draw(t, "deletes") {
				i := rapid.IntRange(0, len(ids)-1).Draw(t, "which")
				throughout = slices.DeleteFunc(throughout, func(id string) bool { return id == ids[i] })
				remove(i)
			}
		}
		require.Len(t, seen, len(slices.Compact(slices.Sorted(slices.Values(seen)))), "nothing is seen twice")
		kept := slices.DeleteFunc(slices.Clone(seen), func(id string) bool { return !slices.Contains(throughout, id) })
		require.True(t, slices.Equal(throughout, kept), "what was there throughout is seen once, in order")
	})
}

// All is a snapshot, and the store may change while it is walked.
func TestAllIsASnapshot(t *testing.T) {
	s := newStore(Config{})
	for range 50 {
		create(t, s, dawn, csvProvider)
	}
	n := 0
	for r := range s.All(dawn, 10) {
		assert.EqualValues(t, 11+n, r.Seq())
		require.NoError(t, failed(s.Delete(dawn, view(r).ID)))
		create(t, s, dawn, csvProvider)
		n++
	}
	assert.Equal(t, 40, n)
	assert.Equal(t, 50, s.Len(dawn))
	for range s.All(dawn, 0) {
		break // a walk may end early
	}
}

// Readers and writers at once, for the race detector; at the end everything adds up.
func TestConcurrentUse(t *testing.T) {
	var mu sync.Mutex
	next := counter()
	script := &Script{Timeline: DefaultTimeline, Lifecycles: []Lifecycle{
		{Name: "a", On: CallStart, Next: "b", Steps: []Step{{Status: InProgress, Reads: 1}, {Status: Failed, After: time.Second, ErrorCount: 3}}},
		{Name: "b", On: CallReset, Steps: []Step{{Status: InProgress}, {Status: Success, Reads: 2}}}}}
	s := newStore(Config{Script: script, NewID: func() string { mu.Lock(); defer mu.Unlock(); return next() }})
	const workers, rounds = 8, 60
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range rounds {
				now := dawn.Add(time.Duration(i) * 400 * time.Millisecond)
				r, err := s.Create(now, NewChange(body([]func() map[string]any{csvProvider, powerSchoolProvider}[w%2]())))
				if err != nil {
					t.Error(err)
					return
				}
				id := r.ID
				for _, c := range allCalls {
					if c != CallDelete || i%3 == 0 {
						do(s, now, id, c) // legal or not
					}
				}
				page, _ := s.Page(now, 0, i%5, 10)
				for _, r := range page {
					r.JSON()
					r.AppendStatus(nil, StatusFormat{})
				}
				for r := range s.All(now, uint64(i)) {
					r.JSON()
				}
				s.Len(now)
				s.NextStep(now)
				s.Read(now, id)
				s.Scripted(now, id, CallStart)
				s.Used()
				switch i % 20 {
				case 3:
					s.Settle(now, 10)
				case 7:
					s.Save(now)
				case 11:
					s.SetScript(script)
				case 13:
					s.Force(now, fmt.Sprintf("id-%d", i), "", InProgress) // where it is provisioned
				}
				s.Get(now, fmt.Sprintf("id-%d", i))
			}
		})
	}
	group.Wait()
	end := dawn.Add(time.Hour)
	assert.Equal(t, workers*rounds*2/3, s.Len(end))
	consistent(t, s, end)
}
