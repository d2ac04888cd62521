package faults

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/retry"
)

// BenchmarkDecide is the price of a list of rules that do not strike, on a GET of
// about 16 µs in all. The goal is 1.6 µs for 100 rules whatever keeps them from
// striking.
func BenchmarkDecide(b *testing.B) {
	rules := func(n int, change func(i int, r *fault.Rule)) []fault.Rule {
		all := make([]fault.Rule, n)
		for i := range all {
			all[i] = delays(fmt.Sprint("rule ", i), "profiles.get", fault.All())
			change(i, &all[i])
		}
		return all
	}
	q := call("profiles.get")
	q.Header = http.Header{"Authorization": {"Bearer abc"}, "Accept": {"application/json"}, "User-Agent": {"bench"}, "X-Run": {"3"},
		"Client-Request-Id": {"1"}}
	q.RawQuery, q.Client, q.Path = "$select=id", "app", "/education/synchronizationProfiles/1"
	q.Subject = func() (string, string, bool) { return "provisioned", "paused", true }
	q.Body = func() []byte { return nil }
	const n = 100
	for _, bc := range []struct {
		name  string
		rules []fault.Rule
	}{
		{"none", nil},
		{"one of another operation", rules(1, func(i int, r *fault.Rule) { r.Operation = "profiles.list" })},
		{"other operations", rules(n, func(i int, r *fault.Rule) { r.Operation = fmt.Sprint("other.", i) })},
		{"other groups", rules(n, func(i int, r *fault.Rule) { r.Operation = fmt.Sprint("other", i, ".*") })},
		{"values of a header", rules(n, func(i int, r *fault.Rule) { r.Where.Header = map[string]string{"X-Run": fmt.Sprint(i + 10)} })},
		{"headers", rules(n, func(i int, r *fault.Rule) { r.Where.Header = map[string]string{fmt.Sprint("X-Run-", i): "1"} })},
		{"values of an option", rules(n, func(i int, r *fault.Rule) { r.Where.Query = map[string]string{"$top": fmt.Sprint(i)} })},
		{"options", rules(n, func(i int, r *fault.Rule) { r.Where.Query = map[string]string{fmt.Sprint("o", i): "1"} })},
		{"a status", rules(n, func(i int, r *fault.Rule) { r.While.Status = "inProgress" })},
		{"a state", rules(n, func(i int, r *fault.Rule) { r.While.State = "deleting" })},
		{"a header that is there and others", rules(n, func(i int, r *fault.Rule) {
			r.Where.Header = map[string]string{"X-Run": "3", "X-Other": fmt.Sprint(i)}
		})},
		{"values in a body", rules(n, func(i int, r *fault.Rule) { r.Where.Body = map[string]any{"displayName": fmt.Sprint(i)} })},
		{"exhausted", rules(n, func(i int, r *fault.Rule) { r.Calls = fault.First(1) })},
		{"far in the future", rules(n, func(i int, r *fault.Rule) { r.Calls = fault.Only(fault.MaxCalls) })},
		{"far in the future, every operation", rules(n, func(i int, r *fault.Rule) { r.Calls, r.Operation = fault.Only(fault.MaxCalls), "*" })},
		{"a small chance", rules(n, func(i int, r *fault.Rule) { r.Chance = 1e-9 })},
		{"one that strikes, 99 exhausted behind", rules(n, func(i int, r *fault.Rule) {
			if i > 0 {
				r.Calls = fault.First(1)
			}
		})},
	} {
		b.Run(bc.name, func(b *testing.B) {
			s := NewSet(bc.rules, 1)
			for range 1001 { // those that strike once have done so
				s.Decide(q)
			}
			b.ReportAllocs()
			for b.Loop() {
				s.Decide(q)
			}
		})
	}
	b.Run("waiting clients of others", func(b *testing.B) {
		s := NewSet([]fault.Rule{throttles(fault.First(retry.Max), time.Hour)}, 1)
		for i := range retry.Max {
			one := comes(0, 0, 1)
			one.Client = fmt.Sprint(i)
			s.Decide(one)
		}
		one := comes(0, 0, 1)
		b.ReportAllocs()
		for b.Loop() {
			s.Decide(one)
		}
	})
}

// BenchmarkWhy is the price of the text of a miss.
func BenchmarkWhy(b *testing.B) {
	for name, r := range map[string]fault.Rule{
		"header": {Where: fault.Where{Header: map[string]string{"X-Run": "7"}}},
		"calls":  {Calls: fault.First(1)},
	} {
		r.Name, r.Operation, r.Delay = "a", "x", fault.Span{Min: 1, Max: 1}
		s := NewSet([]fault.Rule{r}, 1)
		q := withHeader(call("x"), "X-Run", "3")
		s.Decide(q)
		_, _, misses := s.Decide(q)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = misses[0].Why()
			}
		})
	}
}
