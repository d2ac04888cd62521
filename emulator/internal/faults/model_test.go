package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
)

// model is a set as its documentation says it: rules are tried one by one.
type model struct {
	rules   []fault.Rule
	added   int
	count   map[string]uint64
	fired   map[string]uint64
	waiters map[string]*waitedFor
	seed    uint64
}

// waitedFor is what a client was told to wait.
type waitedFor struct {
	retryAfter        time.Duration
	world, real, told time.Time
}

func (m *model) decide(q *Query) (rule string, call uint64, delay, retryAfter time.Duration) {
	for i := range m.rules {
		r := &m.rules[i]
		if r.Operation != q.Operation && r.Operation != "*" &&
			!(strings.HasSuffix(r.Operation, ".*") && strings.HasPrefix(q.Operation, r.Operation[:len(r.Operation)-1])) {
			continue
		}
		if q.InBatch && r.Slow != nil {
			continue
		}
		if r.While.Status != "" {
			if _, status, _ := q.Subject(); status != r.While.Status {
				continue
			}
		}
		holds := true
		for name, value := range r.Where.Header {
			holds = holds && q.Header.Get(name) == value
		}
		for name, value := range r.Where.Query {
			holds = holds && strings.Contains("&"+q.RawQuery+"&", "&"+name+"="+value+"&")
		}
		for _, value := range r.Where.Body {
			holds = holds && strings.Contains(string(q.Body()), fmt.Sprint(":", value, "}"))
		}
		if !holds {
			continue
		}
		m.count[r.Name]++
		n := m.count[r.Name]
		key := r.Name + q.Client + q.Path
		w := m.waiters[key]
		if w != nil && (!q.Now.Before(w.world) || !q.Real.Before(w.real)) {
			w = nil
			delete(m.waiters, key)
		}
		if w != nil && q.Real.Before(w.told) {
			w = nil
		}
		c := r.Calls
		in := n >= c.From && (c.To == 0 || n <= c.To) && (c.Every == 0 || n%c.Every == 0)
		if in && r.Chance > 0 {
			d := newDice(r.Chance, keyOf(m.seed, r.Name))
			in = d.strikes(n)
		}
		if w == nil && !in {
			continue
		}
		m.fired[r.Name]++
		delay = drawn(r.Delay, keyOf(m.seed, r.Name), n)
		if r.Respond != nil {
			if retryAfter = r.Respond.RetryAfter.Std(); w != nil {
				retryAfter = punish(w.retryAfter)
			}
			told := Told(retryAfter, q.Factor)
			m.waiters[key] = &waitedFor{retryAfter: retryAfter, world: q.Now.Add(Passed(told, q.Factor)), real: q.Real.Add(told),
				told: q.Real.Add(Felt(delay, q.Factor))}
		}
		return r.Name, n, delay, retryAfter
	}
	return "", 0, 0, 0
}

func ruleOf(t *rapid.T, name string) fault.Rule {
	r := fault.Rule{Name: name, Operation: rapid.SampledFrom([]string{"p.get", "p.list", "p.*", "*"}).Draw(t, "operation"),
		Delay: fault.Span{Min: 1, Max: 1000}}
	n := rapid.Uint64Range(1, 6)
	switch rapid.IntRange(0, 5).Draw(t, "calls") {
	case 0:
		r.Calls = fault.First(n.Draw(t, "n"))
	case 1:
		r.Calls = fault.Only(n.Draw(t, "n"))
	case 2:
		from := n.Draw(t, "n")
		r.Calls = fault.Between(from, from+n.Draw(t, "m"))
	case 3:
		r.Calls = fault.EveryNth(n.Draw(t, "n"))
	case 4:
		r.Calls = fault.Calls{From: n.Draw(t, "n")}
	}
	r.Chance = rapid.SampledFrom([]float64{0, 0, 0, 0.1, 0.5}).Draw(t, "chance")
	if rapid.IntRange(0, 3).Draw(t, "while") == 0 {
		r.While.Status = rapid.SampledFrom([]string{"paused", "error"}).Draw(t, "status")
	}
	value := rapid.SampledFrom([]string{"1", "2"})
	if rapid.IntRange(0, 3).Draw(t, "header") == 0 {
		r.Where.Header = map[string]string{"X-A": value.Draw(t, "value")}
	}
	if rapid.IntRange(0, 3).Draw(t, "query") == 0 {
		r.Where.Query = map[string]string{"top": value.Draw(t, "value")}
	}
	if rapid.IntRange(0, 3).Draw(t, "body") == 0 {
		r.Where.Body = map[string]any{"a": float64(rapid.IntRange(1, 2).Draw(t, "value"))}
	}
	if rapid.IntRange(0, 4).Draw(t, "punish") == 0 {
		r.Respond = &fault.Respond{Status: 429, RetryAfter: clock.Duration(5 * time.Second), PunishEarly: true}
	}
	if rapid.IntRange(0, 4).Draw(t, "slow") == 0 {
		r.Slow = &fault.Slow{Bytes: 1, Every: 1}
	}
	return r
}

// TestSetIsAsRulesTriedOneByOne holds the set against the model: in any order of
// calls, additions and removals, with a save and restore at any point.
func TestSetIsAsRulesTriedOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{count: map[string]uint64{}, fired: map[string]uint64{}, waiters: map[string]*waitedFor{},
			seed: rapid.Uint64().Draw(t, "seed")}
		for i := range rapid.IntRange(0, 6).Draw(t, "rules") {
			m.rules = append(m.rules, ruleOf(t, fmt.Sprint("r", i)))
		}
		file := slices.Clone(m.rules)
		s := NewSet(file, m.seed)
		factor := rapid.SampledFrom([]float64{0, 1, 3}).Draw(t, "factor")
		now, real := noon, noon
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 12).Draw(t, "step") {
			case 0:
				r := ruleOf(t, fmt.Sprint("added", i))
				require.NoError(t, s.Add(r))
				m.rules = slices.Insert(m.rules, m.added, r)
				m.added++
			case 1:
				if len(m.rules) == 0 {
					continue
				}
				at := rapid.IntRange(0, len(m.rules)-1).Draw(t, "remove")
				name := m.rules[at].Name
				require.True(t, s.Remove(name))
				m.rules = slices.Delete(m.rules, at, at+1)
				if at < m.added {
					m.added--
				}
				delete(m.count, name)
				delete(m.fired, name)
			case 2:
				b, err := json.MarshalIndent(s.Save(), "", " ")
				require.NoError(t, err)
				var saved SavedSet
				require.NoError(t, json.Unmarshal(b, &saved))
				for _, w := range m.waiters {
					w.told = time.Time{} // a call that is being delayed is not saved
				}
				s = NewSet(file, m.seed)
				require.NoError(t, s.Restore(saved))
				again, err := json.MarshalIndent(s.Save(), "", " ")
				require.NoError(t, err)
				require.Equal(t, string(b), string(again))
			case 3:
				step := time.Duration(rapid.IntRange(0, 6).Draw(t, "seconds")) * time.Second
				real, now = real.Add(step), now.Add(time.Duration(float64(step)*factor))
			default:
				value := rapid.SampledFrom([]string{"1", "2"})
				q := &Query{Operation: rapid.SampledFrom([]string{"p.get", "p.list", "q"}).Draw(t, "operation"), InBatch: rapid.Bool().Draw(t, "batch"),
					Header: http.Header{"X-A": {value.Draw(t, "header")}}, RawQuery: "top=" + value.Draw(t, "query"), Client: value.Draw(t, "client"),
					Now: now, Real: real, Factor: factor}
				body, status := `{"a":`+value.Draw(t, "body")+"}", rapid.SampledFrom([]string{"paused", "error"}).Draw(t, "status")
				q.Body = func() []byte { return []byte(body) }
				q.Subject = func() (string, string, bool) { return "provisioned", status, true }
				rule, call, delay, retryAfter := m.decide(q)
				strike, ok, misses := s.Decide(q)
				require.Equal(t, rule != "", ok)
				require.LessOrEqual(t, len(misses), MaxMisses)
				for _, miss := range misses {
					require.NotEqual(t, rule, miss.Rule)
					require.NotEmpty(t, miss.Why())
				}
				if ok {
					require.Equal(t, rule, strike.Rule.Name)
					require.Equal(t, call, strike.Call)
					require.Equal(t, delay, strike.Delay)
					require.Equal(t, retryAfter, strike.RetryAfter)
				}
			}
			uses := s.Rules()
			require.Len(t, uses, len(m.rules))
			for i, u := range uses {
				require.Equal(t, m.rules[i].Name, u.Rule.Name)
				require.Equal(t, i < m.added, u.Added)
				require.Equal(t, m.count[u.Rule.Name], u.Matched)
				require.Equal(t, m.fired[u.Rule.Name], u.Fired)
			}
		}
	})
}
