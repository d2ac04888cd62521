package profile

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scripted returns a store that runs those lifecycles, on DefaultTimeline.
func scripted(lifecycles ...Lifecycle) *Store {
	for i := range lifecycles {
		if lifecycles[i].Name == "" {
			lifecycles[i].Name = fmt.Sprintf("lifecycle-%d", i+1)
		}
	}
	return newStore(Config{Script: &Script{Timeline: DefaultTimeline, Lifecycles: lifecycles}})
}

// ready returns a CSV profile that is provisioned, at dawn + 2 s.
func ready(t *testing.T, s *Store, more ...map[string]any) string {
	t.Helper()
	return create(t, s, dawn, csvProvider, more...)
}

const callRead Call = "read" // in a timeline: one answered read

var (
	at      = func(seconds float64) time.Time { return dawn.Add(time.Duration(seconds * float64(time.Second))) }
	running = []Step{{Status: InProgress}, {Status: Success, After: 10 * time.Second}}
)

func TestLifecycles(t *testing.T) {
	for name, c := range map[string]struct {
		provider   func() map[string]any
		lifecycles []Lifecycle
		steps      timeline
	}{
		"create: slow": {csvProvider, []Lifecycle{{On: CallCreate, Steps: []Step{{State: Provisioned, After: time.Minute}}}}, timeline{
			{0, "", "provisioning/paused"}, {59.999, "", "provisioning/paused"}, {60, "", "provisioned/paused"}, {1e6, "", "provisioned/paused"}}},
		"create: told stage by stage": {csvProvider,
			[]Lifecycle{{On: CallCreate,
				Steps: []Step{{State: Provisioning, After: 5 * time.Second}, {State: Provisioned, After: 5 * time.Second}}}}, timeline{
				{9.999, "", "provisioning/paused"}, {10, "", "provisioned/paused"}}},
		"create: fails": {csvProvider, []Lifecycle{{On: CallCreate, Steps: []Step{{State: ProvisioningFailed, After: time.Second}}}}, timeline{
			{0.999, "", "provisioning/paused"}, {1, "", "provisioningFailed/paused"}, {1e6, "", "provisioningFailed/paused"},
			{1e6, CallDelete, "deleting/paused"}, {1e6 + 1, "", "gone"}}},
		"create: at once": {csvProvider, []Lifecycle{{On: CallCreate, Steps: []Step{{State: Provisioned}}}},
			timeline{{0, "", "provisioned/paused"}}},
		"create: after reads": {csvProvider, []Lifecycle{{On: CallCreate, Steps: []Step{{State: Provisioned, Reads: 2}}}}, timeline{
			{1000, "", "provisioning/paused"}, {1000, callRead, "provisioning/paused"}, {2000, callRead, "provisioned/paused"}}},
		"create: never": {csvProvider, []Lifecycle{{On: CallCreate}}, timeline{{1e8, "", "provisioning/paused"}}},

		"start: shows extracting until its first step": {csvProvider,
			[]Lifecycle{{On: CallStart, Steps: []Step{{Status: InProgress, After: 30 * time.Second}, {Status: Failed, After: time.Minute}}}},
			timeline{
				{10, CallStart, "provisioned/extracting"}, {39.999, "", "provisioned/extracting"}, {40, "", "provisioned/inProgress"},
				{99.999, "", "provisioned/inProgress"},
				{100, "", "provisioned/error"}, {1e6, "", "provisioned/error"}}},
		"start: skips stages at once": {csvProvider, []Lifecycle{{On: CallStart, Steps: running}}, timeline{
			{10, CallStart, "provisioned/inProgress"}, {19.999, "", "provisioned/inProgress"}, {20, "", "provisioned/success"}}},
		"start: at the end at once": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{{Status: Quarantined, ErrorCount: 3}}}},
			timeline{{10, CallStart, "provisioned/quarantined"}}},
		"start: no steps": {csvProvider, []Lifecycle{{On: CallStart}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {1e6, "", "provisioned/extracting"}, {1e6, CallPause, "provisioned/paused"},
			{2e6, CallResume, "provisioned/extracting"}}},
		"start: stays in progress": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{{Status: InProgress}}}}, timeline{
			{10, CallStart, "provisioned/inProgress"}, {1e6, "", "provisioned/inProgress"}, {1e6, CallReset, "provisioned/extracting"},
			{1e6 + 4, "", "provisioned/success"}}},
		"start: every time": {csvProvider, []Lifecycle{{On: CallStart, Steps: running}}, timeline{
			{10, CallStart, "provisioned/inProgress"}, {20, CallStart, "provisioned/inProgress"}, {29, "", "provisioned/inProgress"},
			{30, "", "provisioned/success"}}},
		"start: by reads and by time": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{
			{Status: Extracting}, {Status: Validating, Reads: 2}, {Status: InProgress, After: 30 * time.Second}, {Status: Success, Reads: 1}}}},
			timeline{
				{5, callRead, "provisioned/paused"}, // counts for nothing
				{10, CallStart, "provisioned/extracting"}, {11, callRead, "provisioned/extracting"}, {1000, callRead, "provisioned/validating"},
				{1001, callRead, "provisioned/validating"}, {1029.999, "", "provisioned/validating"}, {1030, "", "provisioned/inProgress"},
				// 30 s from the second read on
				{2000, "", "provisioned/inProgress"}, {2000, callRead, "provisioned/success"}}},
		"start: reads after reads": {csvProvider,
			[]Lifecycle{{On: CallStart, Steps: []Step{{Status: Validating, Reads: 2}, {Status: InProgress, Reads: 2}}}}, timeline{
				{10, CallStart, "provisioned/extracting"}, {11, callRead, "provisioned/extracting"}, {12, callRead, "provisioned/validating"},
				{13, callRead, "provisioned/validating"}, {14, callRead, "provisioned/inProgress"}}},
		"start: by itself": {powerSchoolProvider, []Lifecycle{{On: CallStart, Steps: running}}, timeline{
			{1.999, "", "provisioning/paused"}, {2, "", "provisioned/inProgress"}, {12, "", "provisioned/success"}}},
		"start: by itself, later": {oneRosterProvider, []Lifecycle{{On: CallStart, Steps: []Step{{Status: Failed, After: time.Second}}}},
			timeline{
				{2, "", "provisioned/extracting"}, {3, "", "provisioned/error"}}},
		"start: by itself after a scripted creation, though nobody looks": {oneRosterProvider, []Lifecycle{
			{On: CallCreate, Steps: []Step{{State: Provisioned, After: time.Minute}}}, {On: CallStart, Steps: running}},
			timeline{{70, "", "provisioned/success"}}},

		"reset: begins it": {csvProvider, []Lifecycle{{On: CallReset, Steps: []Step{{Status: Validating, After: 2 * time.Second}}}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {14, "", "provisioned/success"}, {20, CallReset, "provisioned/extracting"},
			{22, "", "provisioned/validating"}, {1e6, "", "provisioned/validating"}}},
		"reset: nothing to start over": {csvProvider, []Lifecycle{{On: CallReset, Steps: running}},
			timeline{{10, CallReset, "provisioned/paused"}}},

		"resume: takes over": {csvProvider, []Lifecycle{{On: CallResume, Steps: []Step{{Status: Failed, After: 3 * time.Second}}}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {11, CallPause, "provisioned/paused"}, {20, CallResume, "provisioned/validating"},
			{22.999, "", "provisioned/validating"}, {23, "", "provisioned/error"}}},
		"resume: takes over at once": {csvProvider, []Lifecycle{{On: CallResume, Steps: running}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {10, CallPause, "provisioned/paused"}, {20, CallResume, "provisioned/inProgress"},
			{30, "", "provisioned/success"}}},
		"resume: of a validationError": {csvProvider,
			[]Lifecycle{{On: CallStart, Steps: []Step{{Status: ValidationError, ErrorCount: 2}}},
				{On: CallResume, Steps: []Step{{Status: Failed, After: time.Minute}}}}, timeline{
				{10, CallStart, "provisioned/validationError"}, {20, CallResume, "provisioned/inProgress"}, {80, "", "provisioned/error"}}},
		"resume: nothing to go on with": {csvProvider, []Lifecycle{{On: CallResume, Steps: running}},
			timeline{{10, CallResume, "provisioned/paused"}, {1e6, "", "provisioned/paused"}}},
		"a plain resume of a scripted validationError": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{{Status: ValidationError}}}},
			timeline{
				{10, CallStart, "provisioned/validationError"}, {20, CallResume, "provisioned/inProgress"}, {22, "", "provisioned/success"}}},

		"pause holds a script": {csvProvider,
			[]Lifecycle{{On: CallStart, Steps: []Step{{Status: InProgress, After: 10 * time.Second}, {Status: Success, After: 10 * time.Second}}}},
			timeline{
				{10, CallStart, "provisioned/extracting"}, {14, CallPause, "provisioned/paused"}, {1000, "", "provisioned/paused"},
				{1000, CallResume, "provisioned/extracting"},
				{1005.999, "", "provisioned/extracting"}, {1006, "", "provisioned/inProgress"}, {1016, "", "provisioned/success"}}},
		"pause keeps the reads": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{{Status: InProgress, Reads: 3}}}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {11, callRead, "provisioned/extracting"}, {12, CallPause, "provisioned/paused"},
			{13, callRead, "provisioned/paused"},
			{14, callRead, "provisioned/paused"}, {15, CallResume, "provisioned/extracting"}, {16, callRead, "provisioned/extracting"},
			{17, callRead, "provisioned/inProgress"}}},
		"start of a paused script": {csvProvider, []Lifecycle{{On: CallStart, Steps: running}}, timeline{
			{10, CallStart, "provisioned/inProgress"}, {11, CallPause, "provisioned/paused"}, {20, CallStart, "provisioned/inProgress"},
			{30, "", "provisioned/success"}}},

		"pause: takes its time": {csvProvider, []Lifecycle{{On: CallPause, Steps: []Step{{Status: Paused, After: 30 * time.Second}}}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {11, CallPause, "provisioned/validating"}, {40.999, "", "provisioned/validating"},
			{41, "", "provisioned/paused"},
			{1e6, CallResume, "provisioned/validating"}, {1e6 + 0.999, "", "provisioned/validating"}, {1e6 + 1, "", "provisioned/inProgress"},
			{1e6 + 3, "", "provisioned/success"}}},
		"pause: of a script, twice": {csvProvider, []Lifecycle{
			{Name: "a", On: CallStart, Steps: []Step{{Status: InProgress}, {Status: Quarantined, After: time.Minute}}},
			{Name: "b", On: CallPause, Steps: []Step{{Status: Paused, After: 10 * time.Second}}}}, timeline{
			{10, CallStart, "provisioned/inProgress"}, {30, CallPause, "provisioned/inProgress"}, {35, CallPause, "provisioned/inProgress"},
			{45, "", "provisioned/paused"},
			{100, CallResume, "provisioned/inProgress"}, {139.999, "", "provisioned/inProgress"}, {140, "", "provisioned/quarantined"}}},
		"pause: comes too late": {csvProvider, []Lifecycle{{On: CallPause, Steps: []Step{{Status: Success, Reads: 1}}}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {11, CallPause, "provisioned/validating"}, {12, callRead, "provisioned/success"}}},
		"pause: resumes by a script": {csvProvider, []Lifecycle{{Name: "a", On: CallPause, Steps: []Step{{Status: Paused}}, Next: "b"},
			{Name: "b", On: CallResume, Steps: []Step{{Status: Quarantined}}}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {11, CallPause, "provisioned/paused"}, {12, CallResume, "provisioned/quarantined"}}},
		"pause: of what is paused": {csvProvider, []Lifecycle{{On: CallPause, Steps: running}},
			timeline{{10, CallPause, "provisioned/paused"}, {1e6, "", "provisioned/paused"}}},

		"update: provisions again": {csvProvider, []Lifecycle{{On: CallUpdate,
			Steps: []Step{{State: Provisioning}, {State: Provisioned, After: 5 * time.Second}}}}, timeline{
			{10, CallUpdate, "provisioning/paused"}, {14.999, "", "provisioning/paused"}, {15, "", "provisioned/paused"}}},
		"update: ends what the sync did": {csvProvider,
			[]Lifecycle{{On: CallUpdate, Steps: []Step{{Status: ValidationError, After: time.Second, ErrorCount: 2}}}}, timeline{
				{10, CallStart, "provisioned/extracting"}, {11, CallUpdate, "provisioned/validating"}, {12, "", "provisioned/validationError"},
				{20, CallResume, "provisioned/inProgress"}, {22, "", "provisioned/success"}}},
		"update: of what is not provisioned yet": {csvProvider, []Lifecycle{{On: CallUpdate, Steps: []Step{{State: ProvisioningFailed}}}},
			timeline{
				{1, CallUpdate, "provisioning/paused"}, {2, "", "provisioned/paused"}, {3, CallUpdate, "provisioningFailed/paused"}}},
		"update: of others changes nothing": {csvProvider,
			[]Lifecycle{{On: CallUpdate, Where: map[string]any{"displayName": "nobody"}, Steps: running}}, timeline{
				{10, CallStart, "provisioned/extracting"}, {11, CallUpdate, "provisioned/validating"}, {14, "", "provisioned/success"}}},

		"delete: fails, then goes": {csvProvider, []Lifecycle{
			{Name: "a", On: CallDelete, Steps: []Step{{State: DeletionFailed, After: 5 * time.Second}}, Next: "b"},
			{Name: "b", On: CallDelete, Steps: []Step{{State: Gone, After: 9 * time.Second}}}}, timeline{
			{10, CallDelete, "deleting/paused"}, {15, "", "deletionFailed/paused"}, {1e6, CallDelete, "deleting/paused"},
			{1e6 + 8.999, "", "deleting/paused"}, {1e6 + 9, "", "gone"}}},
		"delete: at once": {csvProvider, []Lifecycle{{On: CallDelete, Steps: []Step{{State: Gone}}}}, timeline{{10, CallDelete, "gone"}}},
		"delete: after a read": {csvProvider, []Lifecycle{{On: CallDelete, Steps: []Step{{State: Gone, Reads: 1}}}}, timeline{
			{10, CallDelete, "deleting/paused"}, {1e6, callRead, "gone"}, {1e6, callRead, "gone"}}},
		"delete of a script": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{{Status: Success, After: time.Second}}}}, timeline{
			{10, CallStart, "provisioned/extracting"}, {10.5, CallDelete, "deleting/extracting"}, {11.4, "", "deleting/extracting"},
			{11.5, "", "gone"}}},

		"forced: a status on create": {csvProvider,
			[]Lifecycle{{On: CallCreate, Steps: []Step{{State: Provisioned, Status: Success, Force: true}}}},
			timeline{{0, "", "provisioned/success"}}},
		"forced: no start by itself while the script goes on, nor after": {oneRosterProvider, []Lifecycle{{On: CallCreate, Steps: []Step{
			{State: Provisioned, After: time.Second}, {Status: Quarantined, After: time.Second, Force: true}}}}, timeline{
			{1, "", "provisioned/paused"}, {2, "", "provisioned/quarantined"}, {1e6, "", "provisioned/quarantined"}}},
		"forced: after an end": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{
			{Status: Success}, {Status: Failed, After: time.Second, Force: true}, {Status: Paused, After: time.Second, Force: true}}}}, timeline{
			{10, CallStart, "provisioned/success"}, {11, "", "provisioned/error"}, {12, "", "provisioned/paused"},
			{13, CallResume, "provisioned/inProgress"}, {15, "", "provisioned/success"}}},
		"forced: resumed while more is to come": {csvProvider, []Lifecycle{{On: CallStart, Steps: []Step{
			{Status: ValidationError}, {Status: Quarantined, After: time.Minute, Force: true}}}}, timeline{
			{10, CallStart, "provisioned/validationError"}, {11, CallResume, "provisioned/inProgress"}, {70, "", "provisioned/quarantined"}}},
		"forced: vanishes while it runs": {csvProvider,
			[]Lifecycle{{On: CallStart, Steps: []Step{{Status: InProgress}, {State: Gone, After: time.Second, Force: true}}}}, timeline{
				{10, CallStart, "provisioned/inProgress"}, {11, "", "gone"}}},
		"forced: provisioned again": {oneRosterProvider, []Lifecycle{{On: CallStart, Steps: []Step{
			{State: ProvisioningFailed, Force: true}, {State: Provisioned, After: time.Second, Force: true}}}}, timeline{
			{2, "", "provisioningFailed/extracting"}, {3, "", "provisioned/extracting"}, {1e6, "", "provisioned/extracting"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := scripted(c.lifecycles...)
			c.steps.run(t, s, create(t, s, dawn, c.provider))
		})
	}
}

func TestWhichLifecycleRuns(t *testing.T) {
	to := func(status Status) []Step { return []Step{{Status: status}} }
	run := func(name string, status Status, where map[string]any, next string) Lifecycle {
		return Lifecycle{Name: name, On: CallStart, Where: where, Steps: to(status), Next: next}
	}
	north, south := map[string]any{"displayName": "North"}, map[string]any{"displayName": "South"}
	for name, c := range map[string]struct {
		lifecycles []Lifecycle
		want       string // what starts of a profile lead to, one after the other; "-": the timeline
	}{
		"the first that holds": {[]Lifecycle{run("s", Failed, south, ""), run("n", Quarantined, north, ""), run("any", Success, nil, "")},
			"n n n"},
		"none holds":            {[]Lifecycle{run("s", Failed, south, "")}, "- -"},
		"one with a next, once": {[]Lifecycle{run("a", Failed, nil, "b"), run("b", Success, nil, "")}, "a b b b"},
		"order of a chain":      {[]Lifecycle{run("b", Success, nil, ""), run("a", Failed, nil, "b")}, "a b b"},
		"a chain of three": {[]Lifecycle{run("a", Failed, nil, "b"), run("b", Success, nil, "c"), run("c", Quarantined, nil, "")},
			"a b c c"},
		"a chain, then the others": {[]Lifecycle{run("a", Failed, nil, "r"), {Name: "r", On: CallReset, Steps: to(Success)},
			run("z", Success, nil, "")}, "a z z"},
		"a next elsewhere":        {[]Lifecycle{run("a", Failed, nil, "r"), {Name: "r", On: CallReset, Steps: to(Success)}}, "a - -"},
		"what nobody names waits": {[]Lifecycle{run("a", Failed, south, "b"), run("b", Success, nil, "")}, "- -"},
		"two heads, one next": {[]Lifecycle{run("a", Failed, south, "c"), run("b", Success, north, "c"), run("c", Quarantined, nil, "")},
			"b c c"},
		"a circle waits for ever":    {[]Lifecycle{run("a", Failed, nil, "b"), run("b", Success, nil, "a")}, "- -"},
		"its own next waits as well": {[]Lifecycle{run("a", Failed, nil, "a")}, "- -"},
		"an unknown next":            {[]Lifecycle{run("a", Failed, nil, "zz")}, "a - -"},
	} {
		t.Run(name, func(t *testing.T) {
			s := scripted(c.lifecycles...)
			id := ready(t, s)
			other := create(t, s, dawn, csvProvider, map[string]any{"displayName": "East"})
			got, used := "", map[string]uint64{}
			for i := range len(c.want)/2 + 1 {
				r, err := s.Start(at(float64(10+10*i)), id, Outcome{})
				require.NoError(t, err)
				name := r.Lifecycle()
				if name == "" {
					name = "-"
				} else {
					used[name]++
				}
				got += " " + name
			}
			assert.Equal(t, c.want, got[1:])
			assert.True(t, maps.Equal(used, s.Used()))
			assert.Equal(t, "provisioned/paused", stands(s, at(1000), other), "a profile's chain is its own")
		})
	}
}

func TestWhere(t *testing.T) {
	for path, c := range map[string]struct{ is, isNot []any }{
		"displayName":                      {[]any{"North"}, []any{"north", "North ", nil, 1, true, []any{"North"}, func() {}}},
		"state":                            {[]any{"provisioned", Provisioned}, []any{"provisioning"}},
		"expirationDate":                   {[]any{nil}, []any{"", false, 0}},
		"handleSpecialCharacterConstraint": {[]any{true}, []any{"true", 1, nil}},
		"dataProvider.@odata\\.type":       {[]any{TypeCSV}, []any{TypeOneRoster}},
		"identitySynchronizationConfiguration.userDomains.#": {[]any{2, 2.0, int64(2)}, []any{3, "2"}},
		"identitySynchronizationConfiguration.userDomains.#.appliesTo": {nil,
			[]any{[]string{"student", "teacher"}, "student", nil}},
		`identitySynchronizationConfiguration.userDomains.#(appliesTo=="teacher").name`: {[]any{"testschool.edu"}, []any{"contoso.edu"}},
		"identitySynchronizationConfiguration.userDomains.0": {nil,
			[]any{map[string]any{"name": "testschool.edu", "appliesTo": "student"}, nil}},
		"":              {[]any{nil}, []any{""}},
		"no.such.thing": {[]any{nil}, []any{"North"}},
		"#(((":          {[]any{nil}, []any{"North"}},
	} {
		for i, want := range append(c.is, c.isNot...) {
			s := scripted(Lifecycle{On: CallStart, Where: map[string]any{path: want}, Steps: running})
			id := ready(t, s, map[string]any{"handleSpecialCharacterConstraint": true})
			holds := i < len(c.is)
			assert.Equal(t, holds, s.Scripted(at(5), id, CallStart), "%s: %v", path, want)
			assert.False(t, s.Scripted(at(5), id, CallReset))
			r, err := s.Start(at(5), id, Outcome{})
			require.NoError(t, err)
			assert.Equal(t, holds, r.Lifecycle() != "", "%s: %v", path, want)
		}
	}
	s := scripted(Lifecycle{On: CallStart, Where: map[string]any{"displayName": "North", "state": "provisioning"}})
	assert.False(t, s.Scripted(at(5), ready(t, s), CallStart), "all of it must hold")
	assert.False(t, s.Scripted(at(5), "nope", CallStart))
}
