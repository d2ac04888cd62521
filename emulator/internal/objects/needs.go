package objects

import (
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/resource"
)

// Need is the permissions that a method of a path asks for by the rows of workloads; nil:
// they do not say. A path that goes on after a link asks for what the same path asks for
// from where the linked object lives, and an action of a base type for what it asks for in the
// set of that (inferred).
func (e *Engine) Need(method string, p resource.Path) *identity.Need {
	if need, _ := e.needs().Need(method, p); need != nil {
		return need
	}
	if base, ok := e.inherited(p); ok {
		return e.Need(method, base)
	}
	for i := len(p.Segments) - 2; i > 0; i-- {
		s := &p.Segments[i]
		link := s
		if s.Kind == resource.Key {
			link = &p.Segments[i-1]
		}
		if link.Kind != resource.Navigation || link.Property.Contained || link.Many && s == link {
			continue
		}
		r := e.rulesOf(s.Type)
		if r == nil || r.Set == "" {
			continue
		}
		from := []resource.Segment{{Kind: resource.Set, Name: r.Set, Type: s.Type, Many: true},
			{Kind: resource.Key, Keys: []resource.KeyValue{{}}, Type: s.Type}}
		if need, _ := e.needs().Need(method, resource.Path{Segments: append(from, p.Segments[i+1:]...)}); need != nil {
			return need
		}
	}
	return nil
}

// inherited is the path of an action in the set of the base type whose rules have it; ok is
// false where it is no such action.
func (e *Engine) inherited(p resource.Path) (base resource.Path, ok bool) {
	n := len(p.Segments)
	if n < 2 || p.End().Kind != resource.Operation {
		return base, false
	}
	on := p.Segments[n-2]
	r := e.rulesOf(on.Type)
	for of := r; of != nil; of = e.baseRules(of, on.Type) {
		if of.Actions[p.End().Name] == nil {
			continue
		}
		if of == r || of.Set == "" {
			return base, false
		}
		base.Segments = []resource.Segment{{Kind: resource.Set, Name: of.Set, Type: on.Type, Many: true}}
		if on.Kind == resource.Key || !on.Many {
			base.Segments = append(base.Segments, resource.Segment{Kind: resource.Key, Keys: []resource.KeyValue{{}}, Type: on.Type})
		}
		base.Segments = append(base.Segments, *p.End())
		return base, true
	}
	return base, false
}
