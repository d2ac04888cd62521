package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// calls makes entries, one a second, with ids from 1.
func calls(operations ...string) []record.Entry {
	var list []record.Entry
	for i, o := range operations {
		e := get()
		e.ID, e.Operation = uint64(i+1), o
		e.At = dawn.Add(time.Duration(i) * time.Second)
		e.Real = e.At
		list = append(list, e)
	}
	return list
}

// with changes one of the entries, counted from 1.
func with(list []record.Entry, n int, change func(*record.Entry)) []record.Entry {
	change(&list[n-1])
	return list
}

func early(e *record.Entry) {
	e.Detail = &journal.Detail{Early: &journal.Early{Entry: 1, By: clock.Duration(18 * time.Second)}}
}

func answered(status int) func(*record.Entry) { return func(e *record.Entry) { e.Status = status } }

func TestExpectationsOfCalls(t *testing.T) {
	three := calls("profiles.start", "profiles.get", "profiles.start", "profiles.start")
	for name, c := range map[string]struct {
		x       journal.Expectation
		entries []record.Entry
		lost    uint64
		ok      bool
		seen    string
		blamed  []uint64
	}{
		"at least once by default": {journal.Expectation{Operation: "profiles.start"}, three, 0, true, "it was called 3 times", nil},
		"never":                    {journal.Expectation{Operation: "profiles.pause"}, three, 0, false, "it was never called", nil},
		"exactly": {journal.Expectation{Operation: "profiles.start", Count: journal.Exactly(3)}, three, 0, true,
			"it was called 3 times", nil},
		"too few": {journal.Expectation{Operation: "profiles.start", Count: journal.AtLeast(4)}, three, 0, false, "it was called 3 times",
			[]uint64{1, 3, 4}},
		"too many": {journal.Expectation{Operation: "profiles.start", Count: journal.AtMost(2)}, three, 0, false, "it was called 3 times",
			[]uint64{1, 3, 4}},
		"none of them, and none is": {journal.Expectation{Operation: "profiles.pause", Count: journal.Exactly(0)}, three, 0, true,
			"it was never called", nil},
		"a group": {journal.Expectation{Operation: "profiles.*", Count: journal.Exactly(4)}, three, 0, true, "it was called 4 times", nil},
		"all":     {journal.Expectation{Operation: "*", Count: journal.Exactly(1)}, calls("batch", ""), 0, true, "it was called once", nil},
		"by status": {journal.Expectation{Operation: "profiles.start", Status: "429", Count: journal.Exactly(1)},
			with(calls("profiles.start", "profiles.start"), 1, answered(429)), 0, true,
			"it was called once (and 1 call that was answered otherwise)", nil},
		"by class": {journal.Expectation{Operation: "profiles.start", Status: "4xx"}, three, 0, false,
			"it was never called (and 3 calls that were answered otherwise)", []uint64{1, 3, 4}},
		"by no answer": {journal.Expectation{Operation: "profiles.start", Status: "0"},
			with(calls("profiles.start"), 1, answered(0)), 0, true, "it was called once", nil},
		"loss makes it undecided": {journal.Expectation{Operation: "profiles.start", Count: journal.Exactly(3)}, three, 12, false,
			"it was called 3 times in the entries that are kept; nobody can tell: the journal lost 12 entries; raise --max-journal", nil},
		"loss, but enough are there": {journal.Expectation{Operation: "profiles.start"}, three, 12, true, "it was called 3 times", nil},
		"loss, but too many anyway": {journal.Expectation{Operation: "profiles.start", Count: journal.AtMost(2)}, three, 1, false,
			"it was called 3 times", []uint64{1, 3, 4}},
		"not early": {journal.Expectation{Operation: "profiles.start", NoEarlyRetry: true}, three, 0, true,
			"no call came early", nil},
		"not early, and not called": {journal.Expectation{Operation: "profiles.pause", NoEarlyRetry: true}, three, 0, true,
			"no call came early", nil},
		"early": {journal.Expectation{Operation: "profiles.start", NoEarlyRetry: true},
			with(calls("profiles.start", "profiles.start"), 2, early), 0, false,
			"1 call was early: entry 2 came 18s before the answer of entry 1 allowed it", []uint64{2}},
		"another one was early": {journal.Expectation{Operation: "profiles.get", NoEarlyRetry: true},
			with(calls("profiles.start", "profiles.start"), 2, early), 0, true, "no call came early", nil},
		"not early, with loss": {journal.Expectation{Operation: "profiles.start", NoEarlyRetry: true}, three, 1, false,
			"nobody can tell: the journal lost 1 entry; raise --max-journal", nil},
		"early, with loss": {journal.Expectation{Operation: "profiles.start", NoEarlyRetry: true},
			with(calls("profiles.start", "profiles.start"), 2, early), 9, false,
			"1 call was early: entry 2 came 18s before the answer of entry 1 allowed it", []uint64{2}},
		"count and early": {journal.Expectation{Operation: "profiles.start", NoEarlyRetry: true, Count: journal.Exactly(2)}, three, 0,
			false, "it was called 3 times; no call came early", []uint64{1, 3, 4}},
		"in order": {journal.Expectation{Order: []string{"profiles.start", "profiles.get"}}, three, 0, true,
			"they were called in that order", nil},
		"out of order": {journal.Expectation{Order: []string{"profiles.get", "profiles.start"}}, three, 0, false,
			"profiles.start (entry 1) was called before profiles.get (entry 2)", []uint64{1}},
		"order with one missing": {journal.Expectation{Order: []string{"profiles.start", "batch", "profiles.get"}}, three, 0, false,
			"batch was never called", nil},
		"order with loss": {journal.Expectation{Order: []string{"profiles.start", "profiles.get"}}, three, 2, false,
			"nobody can tell: the journal lost 2 entries; raise --max-journal", nil},
		"only these": {journal.Expectation{Only: []string{"profiles.get", "profiles.start"}}, calls("profiles.get", ""), 0, true,
			"nothing else was called", nil},
		"another one": {journal.Expectation{Only: []string{"profiles.get"}}, three, 0, false, "3 calls of profiles.start", []uint64{1, 3, 4}},
		"only, with loss": {journal.Expectation{Only: []string{"profiles.*"}}, three, 2, false,
			"nobody can tell: the journal lost 2 entries; raise --max-journal", nil},
	} {
		t.Run(name, func(t *testing.T) {
			v := Verdict([]Record{{World: "w", Entries: c.entries, Lost: c.lost, Expect: []journal.Expectation{c.x}}})
			require.Len(t, v.Worlds, 1)
			got := v.Worlds[0].Expectations[0]
			assert.Equal(t, c.seen, got.Seen)
			assert.Equal(t, c.ok, got.OK)
			assert.Equal(t, c.ok, v.OK)
			assert.Equal(t, c.blamed, got.Entries)
			assert.Equal(t, len(c.blamed), got.Blamed)
		})
	}
}

func TestIntervalsAreTooShortOnlyOnBothClocks(t *testing.T) {
	const least = 5 * time.Second
	for name, c := range map[string]struct {
		world, real time.Duration
		ok          bool
	}{
		"short on both":             {least - 1, least - 1, false},
		"exact on the world's":      {least, 0, true},
		"exact on the wall clock":   {0, least, true},
		"a frozen clock, no wait":   {0, 0, false},
		"a clock that was set back": {-time.Hour, least, true},
		"set back, and no wait":     {-time.Hour, 0, false},
	} {
		list := calls("profiles.get", "profiles.get")
		list[1].At, list[1].Real = dawn.Add(c.world), dawn.Add(c.real)
		x := journal.Expectation{Operation: "profiles.get", MinInterval: clock.Duration(least)}
		v := Verdict([]Record{{Entries: list, Expect: []journal.Expectation{x}}})
		assert.Equal(t, c.ok, v.OK, name)

		list[0].Real = time.Time{} // read from a file: the world's clock alone
		assert.Equal(t, c.world >= least, Verdict([]Record{{Entries: list, Expect: []journal.Expectation{x}}}).OK, name)
	}
}

func TestIntervalsAreOfOneClientOnOneAddress(t *testing.T) {
	x := []journal.Expectation{{Operation: "profiles.*", MinInterval: clock.Duration(time.Hour)}}
	judge := func(change func(*record.Entry)) journal.Result {
		list := with(calls("profiles.get", "profiles.get"), 2, change)
		return Verdict([]Record{{Entries: list, Expect: x}}).Worlds[0].Expectations[0]
	}
	got := judge(func(*record.Entry) {})
	assert.Equal(t, "1 interval was too short: entries 1 and 2 came 1s apart on the world's clock, and 1s on the wall clock", got.Seen)
	assert.Equal(t, []uint64{2}, got.Entries)
	for _, change := range []func(*record.Entry){
		func(e *record.Entry) { e.Client = "another" },
		func(e *record.Entry) { e.Path = "/another" },
		func(e *record.Entry) { e.Operation = "profiles.update" },
	} {
		got := judge(change)
		assert.True(t, got.OK)
		assert.Equal(t, "no client called the same address twice", got.Seen)
	}
	got = judge(func(e *record.Entry) { e.At = dawn.Add(time.Hour) })
	assert.Equal(t, "1 interval was long enough", got.Seen)

	lost := Verdict([]Record{{Entries: calls("profiles.get"), Lost: 3, Expect: x}}).Worlds[0].Expectations[0]
	assert.False(t, lost.OK)
	assert.Contains(t, lost.Seen, "lost 3 entries")
}

func view(name, state, status string) ProfileView {
	return ProfileView{JSON: fmt.Appendf(nil, `{"displayName":%q,"id":"id-%s","n":3,"on":true,"dataProvider":{"@odata.type":"#t","x":null}}`,
		name, name), State: state, Status: status}
}

func TestExpectationsOfProfiles(t *testing.T) {
	profiles := []ProfileView{view("North", "provisioned", "success"), view("South", "provisioned", "error"),
		view("North", "provisioning", "")}
	north := map[string]any{"displayName": "North"}
	for name, c := range map[string]struct {
		x        journal.Expectation
		profiles []ProfileView
		ok       bool
		seen     string
	}{
		"as expected": {journal.Expectation{Profile: map[string]any{"displayName": "South"}, State: "provisioned", Status: "error"},
			profiles, true, "1 profile is so"},
		"one of two": {journal.Expectation{Profile: north, Status: "success"}, profiles, false,
			`"North" (id-North) is provisioning and none`},
		"just there": {journal.Expectation{Profile: north}, profiles, true, "2 profiles are so"},
		"none such": {journal.Expectation{Profile: map[string]any{"displayName": "East"}}, profiles, false,
			"no profile is such a one, of 3"},
		"none at all":       {journal.Expectation{Profile: north}, nil, false, "there is no profile at all"},
		"each":              {journal.Expectation{Profile: map[string]any{}, State: "provisioned"}, profiles[:2], true, "2 profiles are so"},
		"integers":          {journal.Expectation{Profile: map[string]any{"n": 3}}, profiles, true, "3 profiles are so"},
		"unsigned":          {journal.Expectation{Profile: map[string]any{"n": uint64(3)}}, profiles, true, "3 profiles are so"},
		"floats":            {journal.Expectation{Profile: map[string]any{"n": 3.0}}, profiles, true, "3 profiles are so"},
		"texts of numbers":  {journal.Expectation{Profile: map[string]any{"n": json.Number("3")}}, profiles, true, "3 profiles are so"},
		"a text, no number": {journal.Expectation{Profile: map[string]any{"n": "3"}}, profiles, false, "no profile is such a one, of 3"},
		"true":              {journal.Expectation{Profile: map[string]any{"on": true}}, profiles, true, "3 profiles are so"},
		"false":             {journal.Expectation{Profile: map[string]any{"on": false}}, profiles, false, "no profile is such a one, of 3"},
		"null, and absent": {journal.Expectation{Profile: map[string]any{"dataProvider.x": nil, "nothing": nil}}, profiles, true,
			"3 profiles are so"},
		"a type": {journal.Expectation{Profile: map[string]any{`dataProvider.@odata\.type`: "#t"}}, profiles, true, "3 profiles are so"},
		"many elsewhere": {journal.Expectation{Profile: map[string]any{}, Status: "paused"}, slices.Repeat(profiles, 3), false,
			`"North" (id-North) is provisioned and success, "South" (id-South) is provisioned and error, "North" (id-North) is provisioning and none, "North" (id-North) is provisioned and success, "South" (id-South) is provisioned and error, and 4 more are elsewhere`},
	} {
		v := Verdict([]Record{{Entries: calls("profiles.get"), Lost: 7, Profiles: c.profiles, Expect: []journal.Expectation{c.x}}})
		got := v.Worlds[0].Expectations[0]
		assert.Equal(t, c.seen, got.Seen, name)
		assert.Equal(t, c.ok, got.OK, name)
	}
}

func TestOnlyUsedWorldsAreJudged(t *testing.T) {
	x := []journal.Expectation{{Operation: "profiles.start"}}
	idle, stray, good, bad := Record{World: "default", Expect: x}, Record{World: "stray", Entries: calls(""), Expect: x},
		Record{World: "good", Entries: calls("profiles.start"), Expect: x}, Record{World: "bad", Entries: calls("profiles.get"), Expect: x}

	v := Verdict([]Record{idle, stray, good})
	assert.True(t, v.OK)
	require.Len(t, v.Worlds, 1)
	assert.Equal(t, "good", v.Worlds[0].World)

	v = Verdict([]Record{idle, good, bad})
	assert.False(t, v.OK)
	assert.Equal(t, "NOT verified: 1 of 1 expectation not met in 2 worlds, no warnings", v.Summary)

	v = Verdict([]Record{idle, stray})
	assert.False(t, v.OK, "nobody came: what was expected is missed")
	assert.Equal(t, "default", v.Worlds[0].World)

	v = Verdict(nil)
	assert.True(t, v.OK)
	assert.Equal(t, "verified: nothing was expected in 0 worlds, no warnings", v.Summary)
}

func TestJudgingChangesNothing(t *testing.T) {
	r := []Record{{World: "a"},
		{World: "b", Entries: herdOfWorkers(5, 0, time.Second, true), Expect: []journal.Expectation{{Only: []string{"x"}}}}}
	before := fmt.Sprintf("%+v", r)
	first := Verdict(r)
	assert.Equal(t, before, fmt.Sprintf("%+v", r))
	for range 20 {
		assert.Equal(t, first, Verdict(r), "the same each time")
	}
}
