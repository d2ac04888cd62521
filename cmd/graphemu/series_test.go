package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// Each reading of each variant has one run; the defaults share the first.
func TestTrialsOfVariants(t *testing.T) {
	list := trials(emulator.Options{Seed: 7, Variants: map[string]string{}}, nil)
	want := 1
	for _, v := range emulator.Variants() {
		want += len(v.Readings) - 1
	}
	require.Len(t, list, want)
	assert.Equal(t, trial{label: "defaults", options: emulator.Options{Seed: 7, Variants: map[string]string{}}}, list[0])
	assert.Equal(t, trial{label: "createStatus=201", options: emulator.Options{Seed: 7, Variants: map[string]string{"createStatus": "201"}}},
		list[1])
	for _, one := range list[1:] {
		assert.Len(t, one.options.Variants, 1, one.label)
	}
}

// What --variant says is the base, and gives way to the other readings of it.
func TestTrialsOfVariantsBesideAGivenOne(t *testing.T) {
	list := trials(emulator.Options{Variants: map[string]string{"createStatus": "201", "retirement": "on"}}, nil)
	assert.Equal(t, "as given", list[0].label)
	assert.Equal(t, trial{label: "createStatus=202",
		options: emulator.Options{Variants: map[string]string{"createStatus": "202", "retirement": "on"}}}, list[1])
	assert.Equal(t, map[string]string{"createStatus": "201", "retirement": "on"}, list[0].options.Variants)
}

func TestTrialsOfScenarios(t *testing.T) {
	base := make([]string, 1, 8) // with room that the runs must not share
	base[0] = "base.yaml"
	list := trials(emulator.Options{Scenarios: base}, []string{"throttled", "b.yaml"})
	assert.Equal(t, []trial{
		{label: "throttled", options: emulator.Options{Scenarios: []string{"base.yaml", "throttled"}}},
		{label: "b.yaml", options: emulator.Options{Scenarios: []string{"base.yaml", "b.yaml"}}},
	}, list)
}

func TestCardOfASeries(t *testing.T) {
	unmet := []journal.Result{{Expected: "profiles.list is called once", Seen: "it was called twice"}}
	twice := journal.Verdict{Worlds: []journal.WorldVerdict{{Expectations: unmet}}}
	idle := journal.Verdict{Scenarios: []journal.Exercise{{Scenario: "s", Rules: []string{"fault f"}, RuleCount: 1}}}
	good := journal.Verdict{OK: true}
	var card journal.Card
	for _, r := range []struct {
		label string
		outcome
	}{
		{"defaults", outcome{verified: true, verdict: good, done: journal.Tally{Calls: 3, Retries: 2, Early: 1}}},
		{"createStatus=201", outcome{ended: ended{status: 7}, verified: true, verdict: good}},
		{"deleteStatus=204", outcome{verdict: twice}},
		{"both", outcome{ended: ended{status: 1}, verdict: twice}},
		{"idle", outcome{verdict: idle}},
		{"own", outcome{ended: ended{status: 123}, verified: true, verdict: good}},
		{"slow", outcome{ended: ended{status: 137, timedOut: true}, verdict: good}},
		{"killed", outcome{ended: ended{status: 130, signal: syscall.SIGINT}, verdict: good}},
	} {
		card.Runs = append(card.Runs, r.line(r.label))
	}
	var out bytes.Buffer
	require.NoError(t, card.WriteText(&out))
	assert.Equal(t, `RUN               CALLS  RETRIES  EARLY  RESULT
defaults          3      2        1      passed
createStatus=201  0      0        0      FAILED: exit code 7
deleteStatus=204  0      0        0      FAILED: not verified: profiles.list is called once, but it was called twice
both              0      0        0      FAILED: exit code 1; not verified: profiles.list is called once, but it was called twice
idle              0      0        0      not exercised: no call was struck by fault f; no call came
own               0      0        0      FAILED: exit code 123
slow              0      0        0      FAILED: it took longer than --timeout
killed            0      0        0      FAILED: ended by signal 2
1 of 8 passed, 1 not exercised
`, out.String())
}

func TestEachRunHasAFileOfItsOwn(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		labels []string
		want   []string
	}{
		"variant":     {"out/verdict.xml", []string{"createStatus=201"}, []string{"out/verdict.createStatus-201.xml"}},
		"no ending":   {"verdict", []string{"a/b.yaml"}, []string{"verdict.a-b.yaml"}},
		"no file":     {"", []string{"a"}, []string{""}},
		"same letter": {"v.xml", []string{"a/b", "a-b", "A-B", "a-b-2"}, []string{"v.a-b.xml", "v.a-b-2.xml", "v.A-B-3.xml", "v.a-b-2-2.xml"}},
	} {
		var list []trial
		for _, label := range c.labels {
			list = append(list, trial{label: label})
		}
		assert.Equal(t, c.want, besides(c.file, list), name)
	}
}

func TestRunsOfOneNameGetANumber(t *testing.T) {
	list := []trial{{label: "throttled"}, {label: "outage"}, {label: "throttled"}}
	unique(list)
	var runs []string
	for _, one := range list {
		assert.Equal(t, one.label, one.options.Run)
		runs = append(runs, one.label)
	}
	assert.Equal(t, []string{"throttled", "outage", "throttled#2"}, runs)
}

func TestScenariosOfASeries(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.yml", "a.yaml", "fixture.json", "notes.md"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o700))
	list, offered, err := named([]string{"throttled", dir, "all"})
	require.NoError(t, err)
	assert.Equal(t, slices.Concat([]string{"throttled", filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b.yml")}, scenario.Names()), list)
	assert.Equal(t, "default", list[3], "it runs first of all that are built in")

	assert.True(t, offered["outage"])
	assert.False(t, offered["throttled"], "it was named, too")
	assert.False(t, offered[filepath.Join(dir, "a.yaml")])

	_, _, err = named([]string{filepath.Join(dir, "empty")})
	assert.ErrorContains(t, err, "there is no .yaml or .yml file in this folder")
}

func TestOutcomes(t *testing.T) {
	for want, r := range map[int]outcome{
		0:   {verified: true},
		3:   {ended: ended{status: 3}},
		123: {},
		124: {ended: ended{status: 0, timedOut: true}, verified: true},
		143: {ended: ended{status: 143, signal: syscall.SIGTERM}, verified: true},
	} {
		assert.Equal(t, want, r.code())
	}
}
