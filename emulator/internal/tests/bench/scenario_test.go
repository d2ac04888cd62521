package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// Goal: 0.90 of a server without rules, whatever it is by which a hundred rules
// do not match.
func BenchmarkGetUnder100Rules(b *testing.B) {
	for name, rule := range map[string]fault.Rule{
		"other-operations": {Operation: "profiles.start"},
		"other-headers":    {Operation: "profiles.get", Where: fault.Where{Header: map[string]string{"X-Run": "%d"}}},
		"other-statuses":   {Operation: "profiles.get", While: fault.While{Status: "quarantined"}},
		"later-calls":      {Operation: "profiles.get", Calls: fault.Only(900_000_000)},
	} {
		b.Run(name, func(b *testing.B) {
			ruled, plain := start(b), start(b)
			w, err := ruled.World("")
			require.NoError(b, err)
			for i := range 100 {
				r := rule
				r.Name, r.Respond = fmt.Sprint("rule-", i), &fault.Respond{Status: 500}
				if r.Where.Header != nil {
					r.Where.Header = map[string]string{"X-Run": strings.ReplaceAll(r.Where.Header["X-Run"], "%d", fmt.Sprint(i))}
				}
				require.NoError(b, w.Faults().Add(r))
			}
			get := func(s *emulator.Server, id string) func() *conn {
				raw := request(b, s, "GET", rig.ListPath+"/"+id, nil)
				return func() *conn { return dial(b, strings.TrimPrefix(s.Origin("http"), "http://"), raw) }
			}
			compare(b, get(ruled, fill(b, ruled, 10)), get(plain, fill(b, plain, 10)))
		})
	}
}

// Goal: 1. A reset swaps the world, so it costs the same with few profiles and
// with many.
func BenchmarkReset(b *testing.B) {
	few, many := start(b), start(b)
	fill(b, few, 10)
	fill(b, many, 10_000)
	reset := func(s *emulator.Server) time.Duration {
		w, err := s.World("")
		require.NoError(b, err)
		began := time.Now()
		for range 100 {
			w.Reset()
		}
		return time.Since(began)
	}
	var a, t time.Duration
	first := true
	for b.Loop() {
		// The first reset of many is the one that lets go of them.
		m, f := reset(many), reset(few)
		if first {
			b.ReportMetric(float64(m)/float64(f), "x-few-at-first")
			first = false
		}
		a, t = a+m, t+f
	}
	b.ReportMetric(float64(a)/float64(t), "x-few")
	b.ReportMetric(0, "ns/op")
}
