package judge

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// maxScenarios is how many scenarios are told apart (chosen): a suite may put a new one
// in force for each test.
const maxScenarios = 200

// exercises are the scenarios that have rules, with whether any rule struck, and those that
// only set something, with whether a call had to do with it.
type exercises struct {
	list     []journal.Exercise
	settings []settings
}

// struck tells whether a rule did something to a call.
func struck(e *record.Entry) bool {
	d := e.Detail
	return d != nil && (d.Fault != nil || d.Throttled != "" || d.Lifecycle != "")
}

// add notes what a record tells of its scenario. What a rule did that was taken away
// since, its calls tell; what was done to calls that are lost, the rules. A rule that
// was added at run time makes no scenario, but exercises the one that it was added to.
func (x *exercises) add(r *Record) {
	e := journal.Exercise{Scenario: r.Scenario}
	for i := range r.Rules {
		u := &r.Rules[i]
		e.Exercised = e.Exercised || u.Fired > 0
		if u.Added {
			continue
		}
		e.Spared = max(e.Spared, int(u.Spared)) // a call may be spared by several rules
		if e.RuleCount++; len(e.Rules) < journal.MaxNamed {
			e.Rules = append(e.Rules, u.Kind+" "+u.Name)
		}
	}
	e.Exercised = e.Exercised || slices.ContainsFunc(r.Entries, func(e record.Entry) bool { return struck(&e) })
	e.CallCount = int(r.Lost)
	for i := range r.Entries {
		name := r.Entries[i].Operation
		if name == "" {
			name = words.Cut(words.Clean(r.Entries[i].Method+" "+r.Entries[i].Path), maxShown, "…")
		}
		e.CallCount++
		e.Called = callInto(e.Called, name)
	}
	if e.RuleCount > 0 {
		x.take(e)
	} else if s := r.settings(); s != nil {
		s.Called, s.CallCount = e.Called, e.CallCount
		x.takeSettings(*s)
	}
}

// callInto adds an operation to a list, once.
func callInto(list []string, name string) []string {
	if len(list) < journal.MaxNamed && !slices.Contains(list, name) {
		return append(list, name)
	}
	return list
}

// join adds what is known of other chapters.
func (x *exercises) join(other *exercises) {
	for _, e := range other.list {
		x.take(e)
	}
	for _, s := range other.settings {
		x.takeSettings(s)
	}
}

// takeSettings adds settings, to those of the same scenario where there are some.
func (x *exercises) takeSettings(s settings) {
	i := slices.IndexFunc(x.settings, func(o settings) bool { return o.Scenario == s.Scenario })
	if i < 0 {
		if len(x.settings) < maxScenarios {
			s.Called = slices.Clone(s.Called)
			x.settings = append(x.settings, s)
		}
		return
	}
	o := &x.settings[i]
	o.concerned = o.concerned || s.concerned
	o.CallCount += s.CallCount
	for _, name := range s.Called {
		o.Called = callInto(o.Called, name)
	}
}

// take adds an exercise, to that of the same scenario where there is one.
func (x *exercises) take(e journal.Exercise) {
	i := slices.IndexFunc(x.list, func(o journal.Exercise) bool { return o.Scenario == e.Scenario })
	if i < 0 {
		if len(x.list) < maxScenarios {
			e.Rules, e.Called = slices.Clone(e.Rules), slices.Clone(e.Called)
			x.list = append(x.list, e)
		}
		return
	}
	o := &x.list[i]
	o.Exercised = o.Exercised || e.Exercised
	o.CallCount += e.CallCount
	o.Spared += e.Spared
	for _, name := range e.Called {
		o.Called = callInto(o.Called, name)
	}
	if e.RuleCount > o.RuleCount { // rules may have been taken away in one of the chapters
		o.Rules, o.RuleCount = slices.Clone(e.Rules), e.RuleCount
	}
}

// exercised returns those that were.
func (x *exercises) exercised() (mine exercises) {
	for _, e := range x.list {
		if e.Exercised {
			mine.take(e)
		}
	}
	for _, s := range x.settings {
		if s.concerned {
			mine.takeSettings(s)
		}
	}
	return mine
}

// verdict returns them for a verdict: of those that were exercised, it does not say
// what was called.
func (x *exercises) verdict() (list []journal.Exercise) {
	for _, e := range x.list {
		if e.Exercised {
			e.Called, e.CallCount, e.Spared = nil, 0, 0
		}
		list = append(list, e)
	}
	return list
}

// untouched returns the scenarios without rules where no call had to do with any of them.
func (x *exercises) untouched() (list []journal.Settings) {
	for _, s := range x.settings {
		if s.concerned {
			return nil
		}
		list = append(list, s.Settings)
	}
	return list
}
