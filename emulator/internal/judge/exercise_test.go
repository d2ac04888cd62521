package judge

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// A scenario is exercised where any rule struck, in any world and chapter.
func TestExercises(t *testing.T) {
	rule := func(name string, fired uint64) RuleUse {
		return RuleUse{Name: name, Kind: "fault", Fired: fired, Optional: true}
	}
	struckOnce := with(calls("users.list"), 1, func(e *record.Entry) { e.Detail = &journal.Detail{Fault: &journal.Strike{Rule: "gone"}} })
	added := RuleUse{Name: "mine", Kind: "fault", Added: true}
	hit := added
	hit.Fired = 1
	for name, c := range map[string]struct {
		worlds []Record
		want   []bool
	}{
		"no rule":                     {[]Record{{Scenario: "s", Entries: calls("users.list")}}, nil},
		"a rule of a test alone":      {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{added}}}, nil},
		"none struck":                 {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{rule("a", 0), rule("b", 0)}}}, []bool{false}},
		"nobody came":                 {[]Record{{Scenario: "s", Rules: []RuleUse{rule("a", 0)}}}, []bool{false}},
		"one of two struck":           {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{rule("a", 0), rule("b", 1)}}}, []bool{true}},
		"in another world":            {[]Record{{Scenario: "s", Rules: []RuleUse{rule("a", 0)}}, {Scenario: "s", Rules: []RuleUse{rule("a", 1)}}}, []bool{true}},
		"another scenario":            {[]Record{{Scenario: "s", Rules: []RuleUse{rule("a", 0)}}, {Scenario: "u", Rules: []RuleUse{rule("a", 1)}}}, []bool{false, true}},
		"one that was taken away":     {[]Record{{Scenario: "s", Entries: struckOnce, Rules: []RuleUse{rule("a", 0)}}}, []bool{true}},
		"one that a test has added":   {[]Record{{Scenario: "s", Rules: []RuleUse{hit, rule("a", 0)}}}, []bool{true}},
		"a throttle that only counts": {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{{Name: "t", Kind: "throttle"}}}}, []bool{false}},
		"a lifecycle that ran":        {[]Record{{Scenario: "s", Rules: []RuleUse{{Name: "l", Kind: "lifecycle", Fired: 1}}}}, []bool{true}},
	} {
		v := Verdict(c.worlds)
		var got []bool
		ok := true
		for _, e := range v.Scenarios {
			got, ok = append(got, e.Exercised), ok && e.Exercised
		}
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, ok, v.OK, name)
		if !ok {
			assert.NotContains(t, v.Summary, "verified", name)
			assert.NotEmpty(t, v.Why(), name)
		}
	}
}

// The message names the rules and what was called, and neither without end.
func TestWhatWasNotExercisedIsTold(t *testing.T) {
	r := Record{Scenario: "busy", Entries: calls("users.list", "users.list", "")}
	for i := range 30 {
		r.Rules = append(r.Rules, RuleUse{Name: fmt.Sprint("r", i), Kind: "fault"})
	}
	v := Verdict([]Record{r})
	assert.Equal(t, "NOT exercised: no rule of the scenario busy struck a call; nothing was expected in 1 world, 30 warnings", v.Summary)
	require.Len(t, v.Scenarios, 1)
	e := v.Scenarios[0]
	assert.Len(t, e.Rules, journal.MaxNamed)
	assert.Equal(t, 30, e.RuleCount)
	assert.Equal(t, 3, e.CallCount)
	require.Len(t, e.Called, 2)
	assert.Contains(t, v.Why(), "fault r0, fault r1, ")
	assert.Contains(t, v.Why(), " and 10 more; 3 calls came: users.list and GET /beta/")
}

// A chapter that is closed has exercised its scenario, and one that did not is not
// forgotten.
func TestChaptersExercise(t *testing.T) {
	h := NewHistory(1)
	for i := range 3 {
		r := Record{Tenant: "t", Scenario: fmt.Sprint("s", i%2), Entries: calls("users.list"), Rules: []RuleUse{{Name: "a", Kind: "fault", Fired: uint64(i % 2)}}}
		require.True(t, h.Close(&r, journal.CloseReset))
	}
	v := Verdict(nil, h)
	assert.False(t, v.OK)
	require.Len(t, v.Scenarios, 2)
	assert.Equal(t, []bool{false, true}, []bool{v.Scenarios[0].Exercised, v.Scenarios[1].Exercised})
	assert.Equal(t, 2, v.Scenarios[0].CallCount)
	assert.Len(t, Verdict(nil, h.Of("other")).Scenarios, 1, "of others only what was struck is known")
	assert.Len(t, Verdict(nil, h.Clone()).Scenarios, 2)
}
