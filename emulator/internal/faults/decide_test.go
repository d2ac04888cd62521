package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/fault"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// call is a query of an operation at noon on a real clock.
func call(operation string) *Query {
	return &Query{Operation: operation, Now: noon, Real: noon, Factor: 1}
}

func withHeader(q *Query, name, value string) *Query {
	q.Header = http.Header{http.CanonicalHeaderKey(name): {value}}
	return q
}

func standing(q *Query, state, status string) *Query {
	q.Subject = func() (string, string, bool) { return state, status, true }
	return q
}

// delays is a rule that does as little as a rule can.
func delays(name, operation string, calls fault.Calls) fault.Rule {
	return fault.Rule{Name: name, Operation: operation, Calls: calls, Delay: fault.Span{Min: 1, Max: 1}}
}

// struck returns which of n equal calls a rule strikes.
func struck(s *Set, n int) (calls []int) {
	for i := 1; i <= n; i++ {
		if _, ok, _ := s.Decide(call("profiles.get")); ok {
			calls = append(calls, i)
		}
	}
	return calls
}

func TestCallsStrike(t *testing.T) {
	for _, tc := range []struct {
		calls fault.Calls
		want  []int
	}{
		{fault.All(), []int{1, 2, 3, 4, 5, 6, 7}},
		{fault.First(2), []int{1, 2}},
		{fault.Only(3), []int{3}},
		{fault.Between(3, 5), []int{3, 4, 5}},
		{fault.EveryNth(3), []int{3, 6}},
		{fault.EveryNth(1), []int{1, 2, 3, 4, 5, 6, 7}},
		{fault.Calls{From: 6}, []int{6, 7}},
		{fault.Only(fault.MaxCalls), nil},
		{fault.First(0), nil},
		{fault.Only(0), nil},
		{fault.Between(0, 0), nil},
		{fault.Between(5, 3), nil},
		{fault.EveryNth(0), nil},
	} {
		s := NewSet([]fault.Rule{delays("a", "profiles.get", tc.calls)}, 1)
		assert.Equal(t, tc.want, struck(s, 7), tc.calls)
		use := s.Rules()[0]
		assert.EqualValues(t, 7, use.Matched, tc.calls)
		assert.EqualValues(t, len(tc.want), use.Fired, tc.calls)
	}
}

func TestFirstMatchWinsAndOthersAreNotCounted(t *testing.T) {
	s := NewSet([]fault.Rule{delays("first", "profiles.get", fault.Only(2)), delays("second", "profiles.*", fault.EveryNth(2)),
		delays("third", "*", fault.All())}, 1)
	var names []string
	for range 5 {
		strike, ok, _ := s.Decide(call("profiles.get"))
		require.True(t, ok)
		names = append(names, fmt.Sprint(strike.Rule.Name, strike.Call))
	}
	assert.Equal(t, []string{"third1", "first2", "second2", "third2", "second4"}, names)
	var counts []uint64
	for _, u := range s.Rules() {
		counts = append(counts, u.Matched, u.Fired)
	}
	assert.Equal(t, []uint64{5, 1, 4, 2, 2, 2}, counts)
}

func TestPatternsOfOperations(t *testing.T) {
	for _, tc := range []struct {
		pattern string
		want    []string
	}{
		{"*", []string{"profiles.get", "profiles.status.get", "batch", "profiles"}},
		{"profiles.*", []string{"profiles.get", "profiles.status.get"}},
		{"profiles.status.*", []string{"profiles.status.get"}},
		{"profiles.get", []string{"profiles.get"}},
		{"profiles.g*", nil},
	} {
		s := NewSet([]fault.Rule{delays("a", tc.pattern, fault.All())}, 1)
		var got []string
		for _, o := range []string{"profiles.get", "profiles.status.get", "batch", "profiles"} {
			if _, ok, _ := s.Decide(call(o)); ok {
				got = append(got, o)
			}
		}
		assert.Equal(t, tc.want, got, tc.pattern)
	}
}

func TestConditions(t *testing.T) {
	body := func(text string) *Query {
		q := call("x")
		q.Body = func() []byte { return []byte(text) }
		return q
	}
	raw := func(text string) *Query { q := call("x"); q.RawQuery = text; return q }
	asks := func(path string, v any) fault.Rule {
		return fault.Rule{Where: fault.Where{Body: map[string]any{path: v}}}
	}
	top := fault.Rule{Where: fault.Where{Query: map[string]string{"$top": "5"}}}
	run := fault.Rule{Where: fault.Where{Header: map[string]string{"x-RUN": "7"}}}
	for i, tc := range []struct {
		rule fault.Rule
		q    *Query
		want bool
	}{
		{run, withHeader(call("x"), "X-Run", "7"), true},
		{run, withHeader(call("x"), "X-Run", "77"), false},
		{run, call("x"), false},
		{fault.Rule{Where: fault.Where{Header: map[string]string{"X-Run": ""}}}, call("x"), false},
		{top, raw("$top=5"), true},
		{top, raw("%24TOP=5&$skip=1"), true},
		{top, raw("top=5"), true},
		{top, raw("$top=5&$top=5"), true},
		{top, raw("$top=50"), false},
		{top, raw("$skip=5"), false},
		{top, raw("$top=%zz"), false},
		{fault.Rule{Where: fault.Where{Query: map[string]string{"filter": "a eq 'b&c'"}}}, raw("$filter=a+eq%20'b%26c'"), true},
		{fault.Rule{While: fault.While{State: "provisioned"}}, standing(call("x"), "provisioned", "paused"), true},
		{fault.Rule{While: fault.While{State: "provisioned"}}, standing(call("x"), "deleting", "paused"), false},
		{fault.Rule{While: fault.While{State: "provisioned"}}, call("x"), false},
		{fault.Rule{While: fault.While{Status: "inProgress"}}, standing(call("x"), "provisioned", "inProgress"), true},
		{fault.Rule{While: fault.While{State: "provisioned", Status: "inProgress"}}, standing(call("x"), "provisioned", "paused"), false},
		{asks("displayName", "North"), body(`{"displayName":"North"}`), true},
		{asks("displayName", "North"), body("\xef\xbb\xbf" + `{"displayName":"North"}`), true},
		{asks("displayName", "North"), body(`{"displayName":"South"}`), false},
		{asks("displayName", "North"), body(`{"displayName":"North"`), false},
		{asks("displayName", "North"), call("x"), false},
		{asks("n", 3), body(`{"n":3.0}`), true},
		{asks("n", json.Number("3")), body(`{"n":3}`), true},
		{asks("n", 3.5), body(`{"n":"3.5"}`), false},
		{asks("a.b", true), body(`{"a":{"b":true}}`), true},
		{asks("a.b", false), body(`{"a":{"b":true}}`), false},
		{asks("a", nil), body(`{"a":null}`), true},
		{asks("a", nil), body(`{}`), true},
		{asks("a", nil), call("x"), true},
		{asks("a", nil), body(`{"a":0}`), false},
		{asks("a", "null"), body(`{"a":null}`), false},
		{asks("a", map[string]any{}), body(`{"a":{}}`), false},
		{asks("a", "x"), body(strings.Repeat("[", 1<<20)), false},
		{fault.Rule{While: fault.While{Status: "error"},
			Where: fault.Where{Header: map[string]string{"X-Run": "7"}, Body: map[string]any{"a": 1}}},
			standing(withHeader(body(`{"a":1}`), "X-Run", "7"), "provisioned", "error"), true},
		{fault.Rule{While: fault.While{Status: "error"},
			Where: fault.Where{Header: map[string]string{"X-Run": "7"}, Body: map[string]any{"a": 1}}},
			standing(withHeader(body(`{"a":2}`), "X-Run", "7"), "provisioned", "error"), false},
	} {
		tc.rule.Name, tc.rule.Operation, tc.rule.Delay = "a", "x", fault.Span{Min: 1, Max: 1}
		_, ok, misses := NewSet([]fault.Rule{tc.rule}, 1).Decide(tc.q)
		assert.Equal(t, tc.want, ok, "%d: %+v", i, tc.rule)
		if !tc.want && assert.Len(t, misses, 1, i) {
			assert.NotEmpty(t, misses[0].Why(), i)
		}
	}
}

func TestWhatCostsIsAskedOnlyWhereARuleNeedsIt(t *testing.T) {
	asked := ""
	q := withHeader(call("profiles.get"), "X-Run", "7")
	q.Body = func() []byte { asked += "body "; return []byte(`{"a":1,"b":2}`) }
	q.Subject = func() (string, string, bool) { asked += "subject "; return "provisioned", "paused", true }
	rule := func(name, operation string, header string, w fault.While, b map[string]any) fault.Rule {
		return fault.Rule{Name: name, Operation: operation, While: w, Where: fault.Where{Header: map[string]string{"X-Run": header}, Body: b},
			Delay: fault.Span{Min: 1, Max: 1}}
	}
	s := NewSet([]fault.Rule{
		rule("other operation", "profiles.list", "7", fault.While{State: "x"}, map[string]any{"a": 1}),
		rule("other header", "profiles.get", "8", fault.While{State: "x"}, map[string]any{"a": 1}),
	}, 1)
	_, ok, _ := s.Decide(q)
	assert.False(t, ok)
	assert.Empty(t, asked)
	require.NoError(t, s.Add(
		rule("both", "profiles.get", "7", fault.While{State: "provisioned", Status: "paused"}, map[string]any{"a": 1, "b": 2})))
	_, ok, _ = s.Decide(q)
	assert.True(t, ok)
	assert.ElementsMatch(t, []string{"body", "subject"}, strings.Fields(asked), "each once")
}

func TestAPartOfABatch(t *testing.T) {
	no, text := false, "x"
	part := call("x")
	part.InBatch = true
	for _, tc := range []struct {
		rule fault.Rule
		why  string // "": it strikes
	}{
		{fault.Rule{Respond: &fault.Respond{Status: 500}, Delay: fault.Span{Min: 1, Max: 2}}, ""},
		{fault.Rule{Body: &fault.Body{CutAt: fault.At(3)}}, ""},
		{fault.Rule{Body: &fault.Body{Corrupt: 3}}, ""},
		{fault.Rule{Body: &fault.Body{Replace: &text}}, ""},
		{fault.Rule{Body: &fault.Body{HTML: true}}, ""},
		{fault.Rule{Body: &fault.Body{HTML: true}, Then: fault.Finish}, ""},
		{fault.Rule{Body: &fault.Body{ContentLength: 3}}, "it cannot strike a part of a batch: contentLength"},
		{fault.Rule{Slow: &fault.Slow{Bytes: 1, Every: 1}}, "it cannot strike a part of a batch: slow"},
		{fault.Rule{Then: fault.Reset, Handled: &no}, "it cannot strike a part of a batch: reset, handled"},
	} {
		tc.rule.Name, tc.rule.Operation = "a", "x"
		s := NewSet([]fault.Rule{tc.rule}, 1)
		_, ok, misses := s.Decide(part)
		assert.Equal(t, tc.why == "", ok, "%+v", tc.rule)
		if tc.why != "" {
			require.Len(t, misses, 1)
			assert.Equal(t, tc.why, misses[0].Why())
			assert.Zero(t, s.Rules()[0].Matched)
			_, ok, _ = s.Decide(call("x"))
			assert.True(t, ok, "a request of its own is struck")
		}
	}
}

func TestChanceIsOfTheSeedAndTheName(t *testing.T) {
	chance := func(name string, seed uint64, before ...fault.Rule) []int {
		r := delays(name, "profiles.get", fault.All())
		r.Chance = 0.2
		return struck(NewSet(append(before, r), seed), 20_000)
	}
	one := chance("a", 1)
	assert.InDelta(t, 4000, len(one), 300)
	assert.Equal(t, one, chance("a", 1))
	assert.Equal(t, one, chance("a", 1, delays("other", "profiles.list", fault.All())), "other rules change nothing")
	assert.NotEqual(t, one, chance("a", 2))
	assert.NotEqual(t, one, chance("b", 1))
	gaps := 0
	for i, n := range one {
		if i > 0 && n == one[i-1]+1 {
			gaps++
		}
	}
	assert.InDelta(t, 800, gaps, 150, "a strike tells nothing of the next call")
}

func TestChanceAndCalls(t *testing.T) {
	for _, tc := range []struct {
		calls fault.Calls
		n     float64
	}{{fault.EveryNth(3), 30_000. / 3 / 4}, {fault.Between(101, 9000), 8900. / 4}} {
		r := delays("a", "profiles.get", tc.calls)
		r.Chance = 0.25
		got := struck(NewSet([]fault.Rule{r}, 7), 30_000)
		assert.InDelta(t, tc.n, len(got), tc.n/8)
		for _, n := range got {
			require.True(t, has(tc.calls, uint64(n)))
		}
	}
	never, always := delays("a", "profiles.get", fault.All()), delays("b", "profiles.get", fault.All())
	never.Chance, always.Chance = 1e-300, 1
	assert.Empty(t, struck(NewSet([]fault.Rule{never}, 1), 10_000))
	assert.Len(t, struck(NewSet([]fault.Rule{always}, 1), 100), 100)
}

func TestADelayIsDrawnByCall(t *testing.T) {
	r := fault.Rule{Name: "a", Operation: "profiles.get", Delay: fault.Span{Min: 80 * time.Millisecond, Max: 900 * time.Millisecond}}
	draws := func(s *Set, n int) (all []time.Duration) {
		for range n {
			strike, _, _ := s.Decide(call("profiles.get"))
			assert.GreaterOrEqual(t, strike.Delay, r.Delay.Min)
			assert.LessOrEqual(t, strike.Delay, r.Delay.Max)
			all = append(all, strike.Delay)
		}
		return all
	}
	one := draws(NewSet([]fault.Rule{r}, 1), 50)
	assert.Equal(t, one, draws(NewSet([]fault.Rule{r}, 1), 50))
	assert.NotEqual(t, one, draws(NewSet([]fault.Rule{r}, 2), 50))
	slices.Sort(one)
	assert.Len(t, slices.Compact(one), 50)
}

func TestAddRemoveClear(t *testing.T) {
	s := NewSet([]fault.Rule{delays("file-1", "a", fault.All()), delays("file-2", "a", fault.All()), delays("file-1", "b", fault.All())}, 1)
	require.NoError(t, s.Add(delays("added-1", "a", fault.All())))
	require.NoError(t, s.Add(delays("added-2", "a", fault.All())))
	names := func() (all []string) {
		for _, u := range s.Rules() {
			all = append(all, u.Rule.Name)
		}
		return all
	}
	assert.Equal(t, []string{"added-1", "added-2", "file-1", "file-2"}, names())
	assert.True(t, s.Rules()[1].Added)
	assert.False(t, s.Rules()[2].Added)
	assert.ErrorContains(t, s.Add(delays("file-2", "a", fault.All())), "another name")
	require.NoError(t, s.Add(delays("", "a", fault.All())))
	require.NoError(t, s.Add(delays("", "a", fault.All())))
	assert.Equal(t, []string{"added-1", "added-2", "a-delay", "a-delay-2", "file-1", "file-2"}, names(), "they get names")
	assert.True(t, s.Remove("a-delay") && s.Remove("a-delay-2"))
	assert.True(t, s.Remove("added-1"))
	assert.False(t, s.Remove("added-1"))
	assert.True(t, s.Remove("file-1"))
	assert.Equal(t, []string{"added-2", "file-2"}, names())
	require.NoError(t, s.Add(delays("file-1", "a", fault.All())), "the name is free again")
	strike, _, _ := s.Decide(call("a"))
	assert.Equal(t, "added-2", strike.Rule.Name)
	s.Clear()
	assert.Empty(t, names())
	_, ok, misses := s.Decide(call("a"))
	assert.False(t, ok)
	assert.Empty(t, misses)
	for i := range MaxRules {
		require.NoError(t, s.Add(delays(fmt.Sprint("r", i), "a", fault.Only(9))))
	}
	assert.ErrorContains(t, s.Add(delays("one-more", "a", fault.All())), "the most")
}

func TestNobodyCanReachIntoTheRules(t *testing.T) {
	given := []fault.Rule{{Name: "a", Operation: "x", Where: fault.Where{Header: map[string]string{"A": "1"}},
		Respond: &fault.Respond{Status: 500, Headers: map[string]string{"B": "2"}}}}
	s := NewSet(given, 1)
	given[0].Where.Header["A"], given[0].Respond.Status = "9", 9
	got := s.Rules()[0].Rule
	assert.Equal(t, "1", got.Where.Header["A"])
	got.Respond.Headers["B"], got.Respond.Status = "9", 9
	assert.Equal(t, "2", s.Rules()[0].Rule.Respond.Headers["B"])
	assert.Equal(t, 500, s.Rules()[0].Rule.Respond.Status)
}

func TestManyAtOnce(t *testing.T) {
	chance := delays("chance", "profiles.get", fault.All())
	chance.Chance = 0.01
	s := NewSet([]fault.Rule{delays("every", "*", fault.EveryNth(10)), delays("first", "profiles.get", fault.First(50)), chance,
		throttles(fault.All(), time.Hour)}, 1)
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for j := range 500 {
				s.Decide(standing(call("profiles.get"), "provisioned", "paused"))
				s.Decide(comes(0, 0, 1))
				if name := fmt.Sprint("added", i); j%50 == 0 {
					assert.NoError(t, s.Add(delays(name, "profiles.*", fault.Only(3))))
					s.Rules()
					s.Save()
					assert.True(t, s.Remove(name))
				}
			}
		})
	}
	workers.Wait()
	every := s.Rules()[0]
	assert.LessOrEqual(t, every.Matched, uint64(8000))
	assert.Greater(t, every.Matched, uint64(7500), "only the strikes of added rules are missing")
	assert.Equal(t, every.Matched/10, every.Fired)
}
