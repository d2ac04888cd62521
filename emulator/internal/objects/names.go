package objects

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Names finds out by walking models whether rules and filters speak of operations that
// there are. Paths have no end, since types lead to each other in circles: so no list of
// the names is made, ever. What is right in one of the models is right.
type Names []*odata.Model

// Name looks at the parts of a dotted name, as of "groups.members.add"; group: only what
// begins so is asked for. bad is the first part that is none of its place, with what
// may stand there; len(parts): it does not say yet what is done; -1: nothing is wrong.
func (n Names) Name(parts []string, group bool) (bad int, known []string) {
	return n.furthest(func(m *odata.Model) (int, []string) { return nameIn(m, parts, group) })
}

// Path does the same for the segments of a path, in which any key may stand as "{id}".
func (n Names) Path(segments []string) (bad int, known []string) {
	return n.furthest(func(m *odata.Model) (int, []string) {
		_, err := resource.Walk(m, segments)
		if unknown, ok := errors.AsType[*resource.UnknownError](err); ok {
			return unknown.At, unknown.Known
		}
		return -1, nil
	})
}

// furthest returns what is found in the model that has the most of it.
func (n Names) furthest(find func(*odata.Model) (int, []string)) (bad int, known []string) {
	for i, m := range n {
		at, there := find(m)
		if at < 0 {
			return -1, nil
		}
		if i == 0 || at > bad {
			bad, known = at, there
		} else if at == bad {
			known = append(slices.Clone(known), there...)
		}
	}
	known = slices.Clone(known)
	slices.Sort(known)
	return bad, slices.Compact(known)
}

// nameIn walks a name in one model.
func nameIn(m *odata.Model, parts []string, group bool) (bad int, known []string) {
	firsts, names := roots(m, parts[0])
	bad, known = 0, names
	for _, s := range firsts {
		at, there := nameFrom(m, s, parts, group)
		if at < 0 {
			return -1, nil
		}
		if at >= bad {
			bad, known = at, there
		}
	}
	return bad, known
}

// nameFrom walks the parts after the first, which is s.
func nameFrom(m *odata.Model, s resource.Segment, parts []string, group bool) (bad int, known []string) {
	bound := s.Kind == resource.Operation // an action or a function is named: no verb follows
	for i, part := range parts[1:] {
		if i == len(parts)-2 && !group && !bound && slices.Contains(verbsAt(s), part) {
			return -1, nil
		}
		next, names := follow(m, s, part)
		if next == nil {
			if !group && !bound {
				names = append(names, verbsAt(s)...)
			}
			return i + 1, names
		}
		s, bound = *next, bound || next.Kind == resource.Operation
	}
	if group || bound || slices.Contains(verbsAt(s), "") {
		return -1, nil
	}
	return len(parts), verbsAt(s)
}

// follow takes a further part of a name. next is nil where it is none of its place, and
// names are what may follow there.
func follow(m *odata.Model, s resource.Segment, part string) (next *resource.Segment, names []string) {
	if part == "value" && (!s.Many || s.Kind != resource.Property) && (s.Type == nil || s.Type.Property(part) == nil) {
		return &resource.Segment{Kind: resource.Value, Name: part, Primitive: s.Primitive}, nil
	}
	if s.Type == nil || s.Many && s.Kind == resource.Property {
		return nil, nil
	}
	if p := s.Type.Property(part); p != nil {
		if p.Name == part {
			return step(p), nil
		}
		names = append(names, p.Name) // of a type that derives from this one
	}
	for _, p := range s.Type.All() {
		names = append(names, p.Name)
	}
	for _, list := range [][]odata.Operation{m.Actions, m.Functions} {
		for i := range list {
			o := &list[i]
			if o.Binding == nil || !o.Binding.IsA(s.Type) && !s.Type.IsA(o.Binding) || o.BindingCollection && !s.Many {
				continue
			}
			if o.Name == part {
				return operationPart(o), nil
			}
			names = append(names, o.Name)
		}
	}
	return nil, names
}

// roots returns where the first part of a name may lead, and what else may be first.
// "/me" is "users", wherever it leads.
func roots(m *odata.Model, part string) (firsts []resource.Segment, names []string) {
	for i := range m.EntitySets {
		set := &m.EntitySets[i]
		if set.Name == part {
			firsts = append(firsts, resource.Segment{Kind: resource.Set, Name: part, Type: set.Type, Many: true})
		}
		names = append(names, set.Name)
	}
	for i := range m.Singletons {
		one := &m.Singletons[i]
		name := one.Name
		if name == "me" {
			name = "users"
		}
		if name == part {
			firsts = append(firsts, resource.Segment{Kind: resource.Singleton, Name: one.Name, Type: one.Type})
		}
		names = append(names, name)
	}
	if ops := m.Import(part); len(ops) > 0 && ops[0].Name == part {
		firsts = append(firsts, *operationPart(ops[0]))
	}
	return firsts, names
}

// step is a property as a step of a path.
func step(p *odata.Property) *resource.Segment {
	s := &resource.Segment{Kind: resource.Property, Name: p.Name, Property: p, Type: p.Type, Many: p.Collection}
	switch {
	case p.Navigation:
		s.Kind = resource.Navigation
	case p.Kind == odata.KindEnum || p.Type == nil:
		s.Type, s.Primitive = nil, p.Kind
	}
	return s
}

// operationPart is an action or a function as a step of a path, which goes on in what it
// returns.
func operationPart(o *odata.Operation) *resource.Segment {
	s := &resource.Segment{Kind: resource.Operation, Name: o.Name}
	if r := o.Returns; r != nil {
		if s.Type, s.Many = r.Type, r.Collection; s.Type == nil || s.Type.Enum() {
			s.Type, s.Primitive = nil, r.Kind
		}
	}
	return s
}

// verbsAt are the verbs of all paths that have that name: of a collection, its members,
// its links and how many they are. "" is among them where the name says it all.
func verbsAt(s resource.Segment) (names []string) {
	if s.Kind == resource.Operation {
		return nil
	}
	if s.Kind == resource.Value && (s.Primitive == 0 || s.Primitive == odata.KindStream) {
		for _, method := range methods {
			names = append(names, verbOf(method))
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	ends := [][]resource.Segment{{s}}
	add := func(kinds ...resource.Segment) { ends = append(ends, append([]resource.Segment{s}, kinds...)) }
	key, ref := resource.Segment{Kind: resource.Key}, resource.Segment{Kind: resource.Ref}
	cast := resource.Segment{Kind: resource.Cast, Many: s.Many}
	switch {
	case s.Many && (s.Kind == resource.Set || s.Kind == resource.Navigation):
		add(key)
		add(resource.Segment{Kind: resource.Count})
		add(cast)
		if s.Kind == resource.Navigation && !s.Property.Contained {
			add(ref)
			add(key, ref)
		}
	case s.Many:
		add(resource.Segment{Kind: resource.Count})
	case s.Kind == resource.Navigation:
		add(cast)
		if !s.Property.Contained {
			add(ref)
		}
	}
	for _, segments := range ends {
		for _, v := range new(Engine).verbs(resource.Path{Segments: segments}) {
			names = append(names, v.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// extended tells whether a property may be one that the model does not have: types of
// extensions take any. Nearly all are declared open and take none but registered
// extensions (documented), whose names have an underscore.
func extended(t *odata.Type, name string) bool {
	return t.Open && (t.Name == "openTypeExtension" || strings.Contains(name, "_"))
}

// Collection says what is wrong with the path of a collection of objects, and with
// properties that are asked for there, which begin gjson paths. wrong is "" where nothing
// is; property is "" where it is the path.
func (n Names) Collection(path string, properties []string) (property, wrong string) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if bad, known := n.Path(segments); bad >= 0 {
		segment := segments[min(bad, len(segments)-1)]
		return "", "there is no " + words.Quote(segment) + " in " + words.Quote(path) + words.Suggestion(segment, known)
	}
	var typ *odata.Type
	for _, m := range n {
		p, err := resource.Walk(m, segments)
		if err != nil {
			continue
		}
		end := p.End()
		if !end.Many || end.Type == nil || !end.Type.Entity || end.Kind == resource.Ref || operationAt(p) >= 0 {
			return "", words.Quote(path) + " is no collection of objects: want one like users or users/ann@contoso.edu/messages"
		}
		if typ == nil {
			typ = end.Type
		}
		for _, name := range properties {
			if wrong := wrongProperty(end.Type, name); wrong != "" && end.Type == typ {
				return name, wrong
			}
		}
	}
	return "", ""
}
