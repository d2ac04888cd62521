package scenariofile

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// trigger is what an operation creates or changes, nil where that is not known. wrong says
// why no lifecycle begins with it.
func (p *parsing) trigger(on string) (t Trigger, wrong string) {
	if on == operation.Any || strings.HasSuffix(on, ".*") || strings.HasSuffix(on, "/*") || strings.HasPrefix(on, "* ") {
		return nil, words.Quote(on) + " is more than one operation: a lifecycle begins with one, like users.create"
	}
	if p.options.Trigger == nil {
		return nil, ""
	}
	known, ok := p.triggers[on]
	if !ok {
		if known.t, known.wrong = p.options.Trigger(on); known.wrong != "" {
			known.t = nil
		}
		if p.triggers == nil {
			p.triggers = map[string]found{}
		}
		p.triggers[on] = known
	}
	return known.t, known.wrong
}

// found is what an operation was found to create or change.
type found struct {
	t     Trigger
	wrong string
}

// objectSteps checks a lifecycle of objects that are no profiles: that its call creates
// or changes one, that this has what is asked for, and that its steps can be made.
func (p *parsing) objectSteps(l *scenario.Lifecycle, at string) {
	p.duration(l, at)
	t, wrong := p.trigger(l.On)
	if wrong != "" {
		p.rule(at+"/on", "%s", wrong)
	}
	if t != nil {
		first := firsts(l.Where)
		for _, property := range slices.Sorted(maps.Keys(first)) {
			if wrong := t.Condition(property); wrong != "" {
				p.rule(jsontree.Child(at+"/where", first[property]), "%s", wrong)
			}
		}
	}
	for j := range l.Steps {
		p.objectStep(&l.Steps[j], jsontree.Child(at+"/steps", j), l.On, t)
	}
}

// objectStep checks one step of an object.
func (p *parsing) objectStep(s *scenario.Step, at, on string, t Trigger) {
	others := false
	for _, word := range []struct {
		name  string
		given bool
	}{{"state", s.State != ""}, {"status", s.Status != ""}, {"errors", !s.Errors.IsZero()}, {"statusMessage", s.StatusMessage != ""},
		{"force", s.Force}} {
		if word.given {
			others = true
			p.rule(at+"/"+word.name, "%s is for profiles; after %s a step sets properties, as set: {displayName: Ann}", word.name, on)
		}
	}
	switch {
	case len(s.Set) == 0 && others:
		return
	case len(s.Set) == 0:
		p.rule(at, "the step sets nothing: want set with one property or more, as set: {displayName: Ann}")
		return
	case t == nil:
		return
	}
	for _, wrong := range t.Set(s.Set) {
		p.rule(at+"/set"+wrong.Pointer, "%s", wrong.Message)
	}
}

// nothingSet refuses to set properties of profiles, and tells whether there was nothing
// to refuse.
func (p *parsing) nothingSet(l *scenario.Lifecycle, at string) bool {
	ok := true
	for j := range l.Steps {
		if l.Steps[j].Set != nil {
			ok = false
			p.rule(jsontree.Child(at+"/steps", j)+"/set",
				"a profile is not changed by set: its steps have a state or a status; set is for other objects, as after users.create")
		}
	}
	return ok
}
