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

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/retry"
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

func throttles(calls fault.Calls, retryAfter time.Duration) fault.Rule {
	return fault.Rule{Name: "throttle", Operation: "profiles.start", Calls: calls,
		Respond: &fault.Respond{Status: 429, RetryAfter: clock.Duration(retryAfter), PunishEarly: true}}
}

// comes is a call of a client some time after noon, on the world's and the real clock.
func comes(world, real time.Duration, factor float64) *Query {
	return &Query{Operation: "profiles.start", Client: "app", Path: "/p/1/start", Now: noon.Add(world), Real: noon.Add(real), Factor: factor}
}

func TestPunishEarly(t *testing.T) {
	const s = time.Second
	type step struct {
		world, real time.Duration
		want        time.Duration // Retry-After; 0: not struck
	}
	for name, tc := range map[string]struct {
		factor float64
		format string
		steps  []step
	}{
		"a client that waits is let in": {1, "", []step{{0, 0, 20 * s}, {20 * s, 20 * s, 0}, {21 * s, 21 * s, 0}}},
		"too early, twice as long, each time": {1, "",
			[]step{{0, 0, 20 * s}, {19 * s, 19 * s, 40 * s}, {58 * s, 58 * s, 80 * s}, {138 * s, 138 * s, 0}, {139 * s, 139 * s, 0}}},
		"a frozen clock that somebody advances":  {0, "", []step{{0, 0, 20 * s}, {0, 0, 40 * s}, {40 * s, 0, 0}}},
		"a frozen clock and a client that waits": {0, "", []step{{0, 0, 20 * s}, {0, 20 * s, 0}}},
		"a scaled clock tells whole real seconds": {60, "",
			[]step{{0, 0, 20 * s}, {59 * s, 983 * time.Millisecond, 40 * s}, {119 * s, 1983 * time.Millisecond, 0}}},
		"a slow clock": {0.5, "", []step{{0, 0, 20 * s}, {19 * s, 38 * s, 40 * s}, {59 * s, 118 * s, 0}}},
		"a date is counted as seconds are": {1, fault.FormatDate,
			[]step{{700 * time.Millisecond, 700 * time.Millisecond, 20 * s}, {20*s + 699*time.Millisecond, 20*s + 699*time.Millisecond, 40 * s}}},
	} {
		r := throttles(fault.First(1), 20*s)
		r.Respond.RetryAfterFormat = tc.format
		set := NewSet([]fault.Rule{r}, 1)
		for i, step := range tc.steps {
			strike, ok, _ := set.Decide(comes(step.world, step.real, tc.factor))
			assert.Equal(t, step.want > 0, ok, "%s, step %d", name, i)
			assert.Equal(t, step.want, strike.RetryAfter, "%s, step %d", name, i)
			assert.Equal(t, ok && i > 0, strike.Early, "%s, step %d", name, i)
		}
	}
}

// Nobody is punished for what it could not know: that another call, which is
// still being delayed, or went with it in a batch, would be told to wait.
func TestPunishEarlyOnlyAfterItWasTold(t *testing.T) {
	const s = time.Second
	r := throttles(fault.First(1), 20*s)
	r.Delay = fault.Fixed(2 * s)
	set := NewSet([]fault.Rule{r}, 1)
	asks := func(world, real time.Duration, batch uint64) time.Duration {
		q := comes(world, real, 10)
		q.Batch = batch
		strike, _, _ := set.Decide(q)
		return strike.RetryAfter
	}
	assert.Equal(t, 20*s, asks(0, 0, 7))
	assert.Zero(t, asks(1*s, 100*time.Millisecond, 0), "the answer is not sent yet: it takes 200 ms on this clock")
	assert.Zero(t, asks(3*s, 300*time.Millisecond, 7), "a part of the same batch")
	assert.Equal(t, 40*s, asks(3*s, 300*time.Millisecond, 8))
}

func TestPunishEarlyIsForTheSameClientOnTheSameAddress(t *testing.T) {
	set := NewSet([]fault.Rule{throttles(fault.First(1), time.Minute)}, 1)
	_, ok, _ := set.Decide(comes(0, 0, 1))
	require.True(t, ok)
	other, elsewhere := comes(1, 1, 1), comes(1, 1, 1)
	other.Client, elsewhere.Path = "another", "/p/2/start"
	for _, q := range []*Query{other, elsewhere} {
		_, ok, _ = set.Decide(q)
		assert.False(t, ok)
	}
	_, ok, _ = set.Decide(comes(1, 1, 1))
	assert.True(t, ok)
}

func TestPunishEarlyStopsAtAnHour(t *testing.T) {
	for first, want := range map[time.Duration][]time.Duration{
		20 * time.Minute: {20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour},
		2 * time.Hour:    {2 * time.Hour, 2 * time.Hour, 2 * time.Hour, 2 * time.Hour},
	} {
		set := NewSet([]fault.Rule{throttles(fault.First(1), first)}, 1)
		var got []time.Duration
		for range 4 {
			strike, _, _ := set.Decide(comes(0, 0, 1))
			got = append(got, strike.RetryAfter)
		}
		assert.Equal(t, want, got)
	}
}

func TestWaitingClientsAreBounded(t *testing.T) {
	set := NewSet([]fault.Rule{throttles(fault.First(10_000), time.Minute)}, 1)
	for i := range 10_000 {
		q := comes(0, 0, 1)
		q.Path = fmt.Sprint(strings.Repeat("/long", 1000), i)
		set.Decide(q)
	}
	waiting := set.Save().Waiting
	assert.Len(t, waiting, retry.Max)
	for _, w := range waiting {
		require.Less(t, len(w.Path), 100)
	}
	q := comes(0, 0, 1)
	q.Path = fmt.Sprint(strings.Repeat("/long", 1000), 9999)
	_, ok, _ := set.Decide(q)
	assert.True(t, ok, "the newest is still known")
	require.True(t, set.Remove("throttle"))
	assert.Empty(t, set.Save().Waiting)
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

func TestMisses(t *testing.T) {
	r := func(name string, w fault.Where, calls fault.Calls) fault.Rule {
		return fault.Rule{Name: name, Operation: "x", Where: w, Calls: calls, Delay: fault.Span{Min: 1, Max: 1}}
	}
	chance := r("chance", fault.Where{}, fault.All())
	chance.Chance = 1e-9
	status := r("status", fault.Where{}, fault.All())
	status.While.Status = "inProgress"
	rules := []fault.Rule{
		r("header", fault.Where{Header: map[string]string{"x-run": "7"}}, fault.All()),
		r("secret", fault.Where{Header: map[string]string{"Authorization": "Bearer planted"}}, fault.All()),
		r("query", fault.Where{Query: map[string]string{"$top": "10"}}, fault.All()),
		r("body", fault.Where{Body: map[string]any{"displayName": "North"}}, fault.All()),
		r("number", fault.Where{Body: map[string]any{"n": 3}}, fault.All()),
		status, r("first", fault.Where{}, fault.First(2)), r("only", fault.Where{}, fault.Only(5)),
		r("range", fault.Where{}, fault.Between(5, 6)), r("from", fault.Where{}, fault.Calls{From: 4}),
		r("every", fault.Where{}, fault.EveryNth(22)), chance,
	}
	whys := func(q *Query, s *Set) map[string]string {
		all := map[string]string{}
		for range 4 {
			_, _, misses := s.Decide(q)
			for _, m := range misses {
				all[m.Rule] = m.Why()
			}
		}
		return all
	}
	full := standing(call("x"), "provisioned", "extracting")
	full.Header = http.Header{"X-Run": {"3"}, "Authorization": {"Bearer mine"}}
	full.RawQuery = "$top=5"
	full.Body = func() []byte { return []byte(`{"displayName":"South","n":4}`) }
	got, none := map[string]string{}, map[string]string{}
	for _, rule := range rules { // each alone, since a call has five misses at most
		got[rule.Name] = whys(full, NewSet([]fault.Rule{rule}, 1))[rule.Name]
		none[rule.Name] = whys(call("x"), NewSet([]fault.Rule{rule}, 1))[rule.Name]
	}
	assert.Equal(t, map[string]string{
		"header": `header x-run is "3", the rule wants "7"`,
		"secret": `header Authorization is not what the rule wants`,
		"query":  `query option $top is "5", the rule wants "10"`,
		"body":   `the body's displayName is "South", the rule wants "North"`,
		"number": `the body's n is 4, the rule wants 3`,
		"status": `the profile's status is extracting, the rule wants inProgress`,
		"first":  `struck calls 1 to 2; this was call 4`,
		"only":   `strikes call 5; this was call 4`,
		"range":  `strikes calls 5 to 6; this was call 4`,
		"from":   `strikes calls from 4 on; this was call 3`,
		"every":  `strikes every 22nd call; this was call 4`,
		"chance": `chance 1e-09 did not strike call 4`,
	}, got)
	assert.Equal(t, `there is no header x-run, the rule wants "7"`, none["header"])
	assert.Equal(t, `there is no header Authorization, the rule wants one`, none["secret"])
	assert.Equal(t, `there is no query option $top, the rule wants "10"`, none["query"])
	assert.Equal(t, `the body has no value at displayName, the rule wants "North"`, none["body"])
	assert.Equal(t, `the call has no profile, the rule wants one whose status is inProgress`, none["status"])

	_, _, misses := NewSet(rules, 1).Decide(full)
	require.Len(t, misses, MaxMisses)
	assert.Equal(t, "header", misses[0].Rule)
	assert.Equal(t, "number", misses[4].Rule)
	_, ok, misses := NewSet([]fault.Rule{rules[0], r("all", fault.Where{}, fault.All()), rules[1]}, 1).Decide(full)
	assert.True(t, ok)
	assert.Len(t, misses, 1, "who stands behind the strike was not looked at")
	_, _, misses = NewSet(rules, 1).Decide(call("another"))
	assert.Empty(t, misses)
	assert.Empty(t, Miss{}.Why())
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

// A rule of an address strikes what is asked so, whatever its operation is called, and
// where it has none.
func TestAddressesAreStruck(t *testing.T) {
	s := NewSet([]fault.Rule{
		delays("mail", "GET /me/messages", fault.First(1)),
		{Name: "most", Operation: "graph.*", Except: []string{"profiles.*", "GET /users/{id}"}, Calls: fault.All(), Delay: fault.Fixed(1)},
	}, 1)
	struck := func(name, method, below string) string {
		strike, ok, _ := s.Decide(&Query{Operation: name, Method: method, Below: below, Now: noon, Real: noon})
		if !ok {
			return ""
		}
		return strike.Rule.Name
	}
	assert.Empty(t, struck("", "POST", "/me/messages"))
	assert.Equal(t, "mail", struck("", "GET", "/Me/Messages"))
	assert.Empty(t, struck("", "GET", "/me/messages"), "the first is over")
	assert.Equal(t, "most", struck("users.list", "GET", "/users"))
	assert.Empty(t, struck("users.get", "GET", "/users/7"))
	assert.Equal(t, "most", struck("users.update", "PATCH", "/users/7"))
	assert.Empty(t, struck("profiles.list", "GET", "/education/synchronizationProfiles"))
	assert.Empty(t, struck("upload.putBlob", "PUT", ""))
}
