package faults

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/fault"
)

func TestRestoreRefusesWhatIsNotItsOwn(t *testing.T) {
	file := []fault.Rule{delays("a", "x", fault.All()), throttles(fault.All(), time.Second)}
	for want, saved := range map[string]SavedSet{
		`/removed/0: the scenario has no rule "z"`:              {Removed: []string{"z"}},
		`/removed/1: the scenario has no rule "a"`:              {Removed: []string{"a", "a"}},
		`/added/0/name: there is another rule "a"`:              {Added: []fault.Rule{delays("a", "x", fault.All())}},
		`/added/0/calls: `:                                      {Added: []fault.Rule{delays("b", "x", fault.First(0))}},
		`/added: 5000 rules are more than the 4096`:             {Added: make([]fault.Rule, 5000)},
		`/counters/0/rule: there is no rule "z"`:                {Counters: []SavedCounter{{"z", 1, 1}}},
		`/counters/0: 1 matched and 2 fired cannot be`:          {Counters: []SavedCounter{{"a", 1, 2}}},
		`/counters/0: 18446744073709551615 matched and 0 fired`: {Counters: []SavedCounter{{"a", 1<<64 - 1, 0}}},
		`/waiting/0/rule: there is no rule "z"`:                 {Waiting: []SavedWaiter{{Rule: "z", RetryAfter: 1}}},
		`/waiting/0/rule: the rule "a" punishes nobody`:         {Waiting: []SavedWaiter{{Rule: "a", RetryAfter: 1}}},
		`/waiting/0/retryAfter: 0s is no wait`:                  {Waiting: []SavedWaiter{{Rule: "throttle"}}},
		`/waiting: 5000 are more than the 4096`:                 {Waiting: make([]SavedWaiter, 5000)},
	} {
		s := NewSet(file, 1)
		assert.ErrorContains(t, s.Restore(saved), want)
		assert.Equal(t, NewSet(file, 1).Rules(), s.Rules(), "nothing was changed")
	}
	s := NewSet(file, 1)
	require.True(t, s.Remove("a"))
	assert.Error(t, s.Restore(SavedSet{}))
}

func TestARestoredRuleAnswersTheSameBytes(t *testing.T) {
	r := fault.Rule{Name: "a", Operation: "x",
		Respond: &fault.Respond{Status: 400, Body: json.RawMessage("{ \"a\" : \"<\\u0041&\\u2028>\",\n\"b\":1.50 }")}}
	s := NewSet(nil, 1)
	require.NoError(t, s.Add(r))
	before, _, _ := s.Decide(call("x"))
	b, err := json.MarshalIndent(s.Save(), "", "  ")
	require.NoError(t, err)
	var saved SavedSet
	require.NoError(t, json.Unmarshal(b, &saved))
	s = NewSet(nil, 1)
	require.NoError(t, s.Restore(saved))
	after, _, _ := s.Decide(call("x"))
	assert.Equal(t, string(before.Rule.Respond.Body), string(after.Rule.Respond.Body))
	assert.EqualValues(t, 2, after.Call)
}

func TestSavedIsReadable(t *testing.T) {
	s := NewSet([]fault.Rule{throttles(fault.First(2), 20*time.Second), delays("a", "x", fault.All())}, 1)
	s.Decide(comes(0, 0, 1))
	b, err := json.Marshal(s.Save())
	require.NoError(t, err)
	assert.JSONEq(t, `{"counters":[{"rule":"throttle","matched":1,"fired":1}],
		"waiting":[{"rule":"throttle","client":"app","path":"/p/1/start","retryAfter":"20s","world":"2026-01-05T12:00:20Z","real":"2026-01-05T12:00:20Z"}]}`, string(b))
	b, err = json.Marshal(NewSet(nil, 1).Save())
	require.NoError(t, err)
	assert.Equal(t, "{}", string(b))
}
