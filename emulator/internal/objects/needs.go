package objects

import (
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/resource"
)

// Need is the permissions that a method of a path asks for by the rows of workloads; nil:
// they do not say. A path that goes on after a link asks for what the same path asks for
// from where the linked object lives (inferred).
func (e *Engine) Need(method string, p resource.Path) *identity.Need {
	if need, _ := e.needs().Need(method, p); need != nil {
		return need
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
