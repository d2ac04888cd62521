package profile

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkSettle moves a clock over 100,000 due transitions and reports the
// time as a multiple of that of sorting as many random instants. Goal: at most 10.
// The dearest case is one transition a profile.
func BenchmarkSettle(b *testing.B) {
	const n = 100_000
	for _, c := range []struct {
		name     string
		profiles int
		provider func() map[string]any
		limit    int
	}{
		{"one transition a profile", n, csvProvider, 0},
		{"one each, of which 1000 are told", n, csvProvider, 1000},
		{"five each", n / 5, powerSchoolProvider, 1000},
	} {
		b.Run(c.name, func(b *testing.B) {
			chance := rand.New(rand.NewPCG(1, 2))
			change := NewChange(body(c.provider()))
			instant := func() time.Time { return dawn.Add(time.Duration(chance.Int64N(int64(time.Second)))) }
			ours, sorting := time.Hour, time.Hour // the best round of each: others use the machine too
			for b.Loop() {
				s := newStore()
				for range c.profiles {
					require.NoError(b, failed(s.Create(instant(), change)))
				}
				instants := make([]time.Time, n)
				for i := range instants {
					instants[i] = instant()
				}
				runtime.GC() // each pays for its own rubbish only
				begin := time.Now()
				_, total := s.Settle(dawn.Add(time.Hour), c.limit)
				ours = min(ours, time.Since(begin))
				if total != n {
					b.Fatal(total)
				}
				runtime.GC()
				begin = time.Now()
				slices.SortFunc(instants, time.Time.Compare)
				sorting = min(sorting, time.Since(begin))
			}
			b.ReportMetric(float64(ours)/float64(sorting), "x-sorting")
			b.ReportMetric(float64(ours.Microseconds())/1000, "ms/settle")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// What each request does to a store of 10,000.
func BenchmarkStore(b *testing.B) {
	change := NewChange(body(csvProvider()))
	waits := Lifecycle{Name: "w", On: CallReset, Where: map[string]any{"displayName": "West"},
		Steps: []Step{{Status: Success, Reads: 1 << 30}}}
	s := scripted(waits)
	var ids []string
	for range 10_000 {
		r, err := s.Create(dawn, change)
		require.NoError(b, err)
		ids = append(ids, r.ID)
	}
	now := dawn.Add(time.Hour)
	s.Len(now)
	i := 0
	next := func() string { i++; return ids[i%len(ids)] }
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"Get", func() error { return failed(s.Get(now, next())) }},
		{"Read, where none waits", func() error { s.Read(now, next()); return nil }},
		{"Page", func() error {
			if page, _ := s.Page(now, 500, 0, 100); len(page) != 100 {
				return fmt.Errorf("%d", len(page))
			}
			return nil
		}},
		{"Page of a large skip", func() error { s.Page(now, 0, 9_000, 100); return nil }},
		{"All", func() error {
			for range s.All(now, 0) {
			}
			return nil
		}},
		{"Start", func() error { return failed(s.Start(now.Add(time.Duration(i)*time.Minute), next(), Outcome{})) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	later := now.Add(1 << 60)
	id := create(b, s, later, csvProvider, map[string]any{"displayName": "West"})
	later = later.Add(time.Hour)
	require.NoError(b, failed(s.Start(later, id, Outcome{})))
	require.NoError(b, failed(s.Reset(later, id, Outcome{})))
	b.Run("Read, where another waits", func(b *testing.B) {
		for b.Loop() {
			s.Read(later, ids[0])
		}
	})
	b.Run("Read that counts", func(b *testing.B) {
		for b.Loop() {
			s.Read(later, id)
		}
	})
}
