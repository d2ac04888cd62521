package scenariofile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/scenario"
)

func parse(t *testing.T, file, text string) *scenario.File {
	t.Helper()
	f, err := Parse(file, []byte(text), known)
	require.NoError(t, err)
	return f
}

func TestMergeAddsListsUpAndTakesTheLastSetting(t *testing.T) {
	a := parse(t, "a.yaml", `
version: 1
description: first
clock: {mode: scaled, factor: 60}
variants: {createStatus: 201, typeHash: without}
fixture: one
timeline: {provisioning: 1h, deleting: 1h}
lifecycles: [{name: l1, on: profiles.start, steps: [{status: success}]}]
faults: [{name: f1, operation: batch, delay: 1s}]
throttle: [{name: t1, preset: education}]
expect: [{operation: batch}]`)
	b := parse(t, "b.yaml", `
version: 1
clock: {mode: frozen}
variants: {createStatus: 202}
timeline: {deleting: 2h}
lifecycles: [{name: f1, on: profiles.reset, steps: [{status: success}]}]
faults: [{name: l1, operation: batch, delay: 2s}, {name: f2, operation: batch, delay: 2s}]
throttle: [{name: t2, preset: education}]
expect: [{operation: metadata}]`)
	c := parse(t, "c.yaml", "version: 1")
	m, err := Merge([]*scenario.File{a, b, c})
	require.NoError(t, err)
	assert.Equal(t, "a + b + c", m.Name)
	assert.Equal(t, scenario.Clock{Mode: clock.ModeFrozen}, m.Clock, "a clock is one setting")
	assert.Equal(t, map[string]string{"createStatus": "202", "typeHash": "without"}, m.Variants)
	assert.Equal(t, "one", m.Fixture)
	assert.Equal(t, time.Hour, Script(m).Timeline.Provisioning)
	assert.Equal(t, 2*time.Hour, Script(m).Timeline.Deleting)
	assert.Equal(t, time.Second, Script(m).Timeline.Extracting, "what nobody names is the default")
	assert.Equal(t, []string{"l1", "f1"}, []string{m.Lifecycles[0].Name, m.Lifecycles[1].Name})
	assert.Equal(t, []string{"f1", "l1", "f2"}, []string{m.Faults[0].Name, m.Faults[1].Name, m.Faults[2].Name})
	assert.Equal(t, []string{"t1", "t2"}, []string{m.Throttle[0].Name, m.Throttle[1].Name})
	assert.Equal(t, []string{"a.yaml:11:10", "b.yaml:9:10"}, []string{m.Expect[0].Place, m.Expect[1].Place})
	assert.Equal(t, []string{"a.yaml:9:10", "b.yaml:7:10", "b.yaml:7:51"}, []string{m.FaultPlace(0), m.FaultPlace(1), m.FaultPlace(2)})
	assert.Equal(t, []string{"a.yaml:10:12", "b.yaml:8:12", ""}, []string{m.ThrottlePlace(0), m.ThrottlePlace(1), m.ThrottlePlace(2)})
	assert.Equal(t, map[string]string{"createStatus": "201", "typeHash": "without"}, a.Variants, "what is merged stays as it was")
}

func TestMergeOfNoneAndOfOne(t *testing.T) {
	none, err := Merge(nil)
	require.NoError(t, err)
	assert.Equal(t, &scenario.File{Version: 1}, none)
	a := parse(t, "a.yaml", design)
	one, err := Merge([]*scenario.File{a})
	require.NoError(t, err)
	assert.Equal(t, a, one)
}

func TestMergeNamesBothPlacesOfADuplicate(t *testing.T) {
	a := parse(t, "a.yaml",
		"version: 1\nfaults: [{name: x, operation: batch, delay: 1s}]\nlifecycles: [{name: l, on: profiles.reset, steps: [{status: success}]}]")
	b := parse(t, "b.yaml",
		"version: 1\nlifecycles: [{name: l, on: profiles.reset, steps: [{status: success}]}]\nfaults:\n- {name: y, operation: batch, delay: 1s}\n- {name: x, operation: batch, delay: 1s}")
	_, err := Merge([]*scenario.File{a, b})
	assert.EqualError(t, err, `b.yaml:2:14: lifecycles[0].name: the name "l" stands in lifecycles of two scenarios, first at a.yaml:3:14
b.yaml:5:3: faults[1].name: the name "x" stands in faults of two scenarios, first at a.yaml:2:10`)
}

// Lifecycles without names get other ones where several scenarios have them.
func TestMergeNumbersLifecyclesWithoutNames(t *testing.T) {
	const text = "version: 1\nlifecycles:\n- {on: users.create, steps: [{set: {city: a}}], next: users.update}\n- {on: users.update, steps: [{set: {city: b}}]}\n" +
		"- {on: users.update, steps: [{set: {city: c}}]}\n"
	all, err := Merge([]*scenario.File{parse(t, "a.yaml", text), parse(t, "b.yaml", text)})
	require.NoError(t, err)
	var names, next []string
	for _, l := range all.Lifecycles {
		names, next = append(names, l.Name), append(next, l.Next)
	}
	assert.Equal(t, []string{"users.create", "users.update", "users.update-2", "users.create-2", "users.update-3", "users.update-4"}, names)
	assert.Equal(t, []string{"users.update", "", "", "users.update-3", "", ""}, next)
}

func TestLoadsFilesAndNames(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	for _, name := range []string{"a.yaml", "a.yml", "a.YAML", "a.json"} {
		f, err := Load(write(name, `{"version": 1, "fixture": "./north/fixture.json"}`), known)
		require.NoError(t, err)
		assert.Equal(t, "a", f.Name)
		assert.Equal(t, filepath.Join(dir, "north/fixture.json"), f.Fixture, "from where we are, not from the file's folder")
	}
	for ref, want := range map[string]string{
		"throtled":                     `there is no scenario "throtled"; did you mean "throttled"?; built in are default, deletion-fails, `,
		"":                             `there is no scenario ""; built in are default, `,
		filepath.Join(dir, "none.yml"): "none.yml: no such file or directory",
		dir + "/x.txt":                 "/x.txt: a scenario's file ends in .yaml, .yml or .json",
		write("big.yaml", strings.Repeat("#", scenario.MaxSize+1)): "big.yaml: the file has 1048577 bytes; the most is 1048576",
	} {
		_, err := Load(ref, known)
		require.Error(t, err)
		assert.Contains(t, err.Error(), want)
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o700))
	_, err := Load(filepath.Join(dir, "folder.yaml"), known)
	assert.ErrorContains(t, err, "it is a folder, not a file")
	bad := write("bad.yaml", "version: 1\nfoo: 1")
	_, err = Load(bad, known)
	assert.EqualError(t, err,
		bad+`:2:1: foo: unknown property "foo"; expected "$schema", "clock", "description", "expect", "faults", "fixture", "lifecycles", "name", "pageSize", "throttle", "timeline", "variants" or "version"`)
}

func TestTheNameOfABuiltInScenarioIsNoPassForAnotherText(t *testing.T) {
	_, err := Parse("default", []byte("version: 1\nfoo: 1"), known)
	assert.ErrorContains(t, err, "default:2:1: foo: unknown property")
}
