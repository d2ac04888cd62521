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
		"no rule":                {[]Record{{Scenario: "s", Entries: calls("users.list")}}, nil},
		"a rule of a test alone": {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{added}}}, nil},
		"none struck": {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{rule("a", 0), rule("b", 0)}}},
			[]bool{false}},
		"nobody came": {[]Record{{Scenario: "s", Rules: []RuleUse{rule("a", 0)}}}, []bool{false}},
		"one of two struck": {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{rule("a", 0), rule("b", 1)}}},
			[]bool{true}},
		"in another world": {[]Record{{Scenario: "s", Rules: []RuleUse{rule("a", 0)}},
			{Scenario: "s", Rules: []RuleUse{rule("a", 1)}}}, []bool{true}},
		"another scenario": {[]Record{{Scenario: "s", Rules: []RuleUse{rule("a", 0)}},
			{Scenario: "u", Rules: []RuleUse{rule("a", 1)}}}, []bool{false, true}},
		"one that was taken away":   {[]Record{{Scenario: "s", Entries: struckOnce, Rules: []RuleUse{rule("a", 0)}}}, []bool{true}},
		"one that a test has added": {[]Record{{Scenario: "s", Rules: []RuleUse{hit, rule("a", 0)}}}, []bool{true}},
		"a throttle that only counts": {[]Record{{Scenario: "s", Entries: calls("users.list"), Rules: []RuleUse{{Name: "t", Kind: "throttle"}}}},
			[]bool{false}},
		"a lifecycle that ran": {[]Record{{Scenario: "s", Rules: []RuleUse{{Name: "l", Kind: "lifecycle", Fired: 1}}}}, []bool{true}},
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
		r := Record{Tenant: "t", Scenario: fmt.Sprint("s", i%2), Entries: calls("users.list"),
			Rules: []RuleUse{{Name: "a", Kind: "fault", Fired: uint64(i % 2)}}}
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

// Whether the client had anything to do with a scenario is told by the area of its calls.
func TestWhatConcernedNoCall(t *testing.T) {
	is := func(name string) journal.Expectation { return journal.Expectation{Operation: name} }
	struckOnce := with(calls("users.list"), 1, func(e *record.Entry) { e.Detail = &journal.Detail{Fault: &journal.Strike{Rule: "f"}} })
	refused := with(calls("users.list"), 1, answered(401))
	for name, c := range map[string]struct {
		entries []record.Entry
		x       journal.Expectation
		want    string
	}{
		"no call of its area":      {calls("users.list"), is("profiles.delete"), journal.LackUse},
		"another call of its area": {calls("profiles.list"), is("profiles.delete"), journal.LackCalls},
		"uploads are of profiles":  {calls("profiles.list"), is("upload.*"), journal.LackCalls},
		"as the client sees it":    {calls("users.list"), is("DELETE /me"), journal.LackCalls},
		"an order": {calls("users.list"), journal.Expectation{Order: []string{"profiles.create", "profiles.start"}},
			journal.LackUse},
		"an order that began": {calls("profiles.create"), journal.Expectation{Order: []string{"profiles.create", "profiles.start"}},
			journal.LackCalls},
		"a wrong order": {calls("b.x", "a.x"), journal.Expectation{Order: []string{"a.x", "b.x"}}, ""},
		"a profile, and no call": {calls("users.list"), journal.Expectation{Profile: map[string]any{}, State: "provisioned"},
			journal.LackUse},
		"a profile, with a call":  {calls("profiles.list"), journal.Expectation{Profile: map[string]any{}, State: "provisioned"}, ""},
		"objects of another area": {calls("profiles.list"), journal.Expectation{In: "users"}, journal.LackUse},
		"objects":                 {calls("users.create"), journal.Expectation{In: "users"}, ""},
		"too many calls": {calls("users.list", "users.list"),
			journal.Expectation{Operation: "users.list", Count: journal.Exactly(1)}, ""},
		"too few of all of Graph": {calls("users.list"), journal.Expectation{Operation: "graph.*", Count: journal.AtLeast(3)},
			journal.LackUse},
		"and a rule has struck": {struckOnce, journal.Expectation{Operation: "graph.*", Count: journal.AtLeast(3)}, journal.LackCalls},
		"and one answered otherwise": {refused, journal.Expectation{Operation: "graph.*", Status: "2xx", Count: journal.AtLeast(3)},
			journal.LackCalls},
		"it is met": {calls("users.list"), is("users.list"), ""},
		"what is below a level": {with(calls("users.list"), 1, func(e *record.Entry) { e.Level = journal.LevelGeneric }),
			journal.Expectation{Level: journal.LevelEmulated}, ""},
	} {
		v := Verdict([]Record{{Scenario: "s", Entries: c.entries, Expect: []journal.Expectation{c.x},
			Rules: []RuleUse{{Name: "f", Kind: "fault"}}}})
		assert.Equal(t, c.want, v.Worlds[0].Expectations[0].Lack, name)
	}
	lost := Verdict([]Record{{Scenario: "s", Entries: calls("users.list"), Lost: 1, Expect: []journal.Expectation{is("profiles.delete")}}})
	assert.Empty(t, lost.Worlds[0].Expectations[0].Lack, "nobody knows what was lost")
}

func TestSettingsThatConcernedNoCall(t *testing.T) {
	timeline := []Setting{{Name: "timeline", Area: "profiles"}}
	of := func(s []Setting, operations ...string) Record {
		return Record{Scenario: "s", Entries: calls(operations...), Sets: s}
	}
	assert.Equal(t, []journal.Settings{{Scenario: "s", Sets: []string{"timeline"}, Called: []string{"users.list"}, CallCount: 1}},
		Verdict([]Record{of(timeline, "users.list")}).Settings)
	assert.True(t, Verdict([]Record{of(timeline, "users.list")}).OK, "it fails nothing")
	assert.Empty(t, Verdict([]Record{of(timeline, "profiles.get")}).Settings)
	assert.Empty(t, Verdict([]Record{of(timeline, "users.list"), of(timeline, "profiles.get")}).Settings, "in another world")
	assert.Empty(t, Verdict([]Record{of(nil, "users.list")}).Settings, "the default scenario says nothing")
	assert.Empty(t, Verdict([]Record{of([]Setting{{Name: "variant directoryQueries"}}, "users.list")}).Settings)

	h := NewHistory(10)
	before := of(timeline, "profiles.get")
	require.True(t, h.Close(&before, journal.CloseReset))
	assert.Empty(t, Verdict([]Record{of(timeline, "users.list")}, h).Settings, "in a chapter before")
}

// What chance did is no client's doing, and the verdict says so.
func TestSparedByChance(t *testing.T) {
	r := Record{Scenario: "s", Entries: calls("users.list", "users.list"), Rules: []RuleUse{
		{Name: "a", Kind: "fault", Spared: 2}, {Name: "b", Kind: "fault", Spared: 1}, {Name: "c", Kind: "fault"}}}
	v := Verdict([]Record{r})
	assert.Equal(t, 2, v.Scenarios[0].Spared, "two calls, not three")
	assert.Contains(t, v.Why(),
		"but by chance 2 calls were spared, which is not the client's doing: try another --seed, or more calls; no call was struck by fault a, fault b and fault c; 2 calls came")
	assert.Equal(t, `the fault "b" struck none of 1 call by chance, which is not the client's doing: what it tests was not tested; try another --seed, or more calls`,
		v.Warnings[1].Message)
	r.Rules[2].Fired = 1
	assert.Zero(t, Verdict([]Record{r}).Scenarios[0].Spared)
}
