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

// trigger is what an operation creates or changes; nil where that is not known.
func (p *parsing) trigger(on string) Trigger {
	if p.options.Trigger == nil {
		return nil
	}
	t, wrong := p.options.Trigger(on)
	if wrong != "" {
		return nil
	}
	return t
}

// objectSteps checks a lifecycle of objects that are no profiles: that its call creates
// or changes one, that this has what is asked for, and that its steps can be made.
func (p *parsing) objectSteps(l *scenario.Lifecycle, at string) {
	p.duration(l, at)
	known := true
	switch {
	case l.On == operation.Any || strings.HasSuffix(l.On, ".*") || strings.HasSuffix(l.On, "/*") || strings.HasPrefix(l.On, "* "):
		p.rule(at+"/on", "%s is more than one operation: a lifecycle begins with one, like users.create", words.Quote(l.On))
		known = false
	case p.options.Trigger != nil:
		if _, wrong := p.options.Trigger(l.On); wrong != "" {
			p.rule(at+"/on", "%s", wrong)
			known = false
		}
	}
	var t Trigger
	if known {
		t = p.trigger(l.On)
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
