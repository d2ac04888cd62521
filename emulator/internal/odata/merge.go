package odata

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Merge returns a linked model with all of both: base is a document that was read,
// own what is emulated in depth. Both must be linked; neither is changed, and the
// result has none of their types but copies.
//
// A type that both have gets own's properties first, but for navigations whose name alone it has, with own's marks (ReadOnly,
// WriteOnly, Secret), and base's further ones after them; what the metadata says of
// a property, Computed and Immutable, stays true. Where they do not agree, base
// decides what a type derives from, its key and the values of members, own what a
// property is (chosen: handlers rely on it).
func Merge(base, own *Model) (*Model, error) {
	g := merger{types: map[*Type]*Type{}, byName: map[string]*Type{}, filled: map[*Type]bool{}, m: &Model{
		Namespace: base.Namespace, Alias: cmp.Or(base.Alias, own.Alias), Container: base.Container,
		Namespaces: slices.Clone(base.Namespaces), LeftOut: slices.Clone(base.LeftOut),
	}}
	for _, n := range own.Namespaces {
		if !slices.ContainsFunc(base.Namespaces, func(b Namespace) bool { return strings.EqualFold(b.Name, n.Name) }) {
			g.m.Namespaces = append(g.m.Namespaces, n)
		}
	}
	for _, t := range base.Types {
		g.add(base, t)
	}
	for _, t := range own.Types {
		low := strings.ToLower(t.Qualified())
		if both := g.byName[low]; both != nil {
			g.types[t] = both
			g.check(both, t)
			continue
		}
		g.add(own, t)
	}
	if g.errs != nil {
		return nil, errors.Join(g.errs...)
	}
	for _, t := range base.Types { // only now every reference leads somewhere
		g.fill(g.types[t], t)
	}
	for _, t := range own.Types {
		g.fill(g.types[t], t)
	}
	g.once()
	g.m.Actions = g.operations(base, own, base.Actions, own.Actions)
	g.m.Functions = g.operations(base, own, base.Functions, own.Functions)
	g.container(base, own)
	return g.m, g.m.Link()
}

// merger is a Merge in progress.
type merger struct {
	m      *Model
	types  map[*Type]*Type  // of base and own → of the result
	byName map[string]*Type // of the result, by qualified name in lower case
	filled map[*Type]bool
	errs   []error
}

// add makes the result's type for one that it does not have yet.
func (g *merger) add(from *Model, t *Type) {
	made := &Type{Name: t.Name, Entity: t.Entity, Enumeration: t.Enum()}
	if ns := from.in(t.Namespace); !strings.EqualFold(ns, g.m.Namespace) {
		made.Namespace = ns
	}
	g.types[t] = made
	g.byName[strings.ToLower(t.Qualified())] = made
	g.m.Types = append(g.m.Types, made)
}

func sortOf(t *Type) string {
	switch {
	case t.Enum():
		return "an enumeration"
	case t.Entity:
		return "an entity type"
	}
	return "a complex type"
}

// check refuses a type that is an entity type in one of the two alone. Where values are an
// enumeration in one version of Graph and complex in another, the document decides.
func (g *merger) check(made, own *Type) {
	if made.Entity != own.Entity {
		g.errs = append(g.errs, fmt.Errorf("%s is %s in the document, and %s in what is emulated", own.Qualified(), sortOf(made), sortOf(own)))
	}
}

// fill brings what t says to the result's type; base's types come before own's.
func (g *merger) fill(made, t *Type) {
	if sortOf(made) != sortOf(t) {
		return // of own, and the document decides
	}
	if made.Base == nil && t.Base != nil {
		made.Base = g.types[t.Base]
	}
	if made.Key == nil {
		made.Key = slices.Clone(t.Key)
	}
	if !g.filled[made] {
		made.Abstract, g.filled[made] = t.Abstract, true
	}
	made.Open, made.HasStream, made.Flags = made.Open || t.Open, made.HasStream || t.HasStream, made.Flags || t.Flags
	for _, key := range t.AlternateKeys {
		if !slices.ContainsFunc(made.AlternateKeys, func(k []AlternateKey) bool { return slices.Equal(k, key) }) {
			made.AlternateKeys = append(made.AlternateKeys, slices.Clone(key))
		}
	}
	properties := make([]Property, 0, len(t.Properties)+len(made.Properties))
	for _, p := range t.Properties {
		if said := made.own(p.Name); said != nil {
			if p.Unserved && p.Type.root() && !said.Type.root() { // own has its name alone
				properties = append(properties, *said)
				continue
			}
			p.Computed, p.Immutable = p.Computed || said.Computed, p.Immutable || said.Immutable
		}
		properties = append(properties, g.property(p))
	}
	for _, p := range made.Properties {
		if t.own(p.Name) == nil {
			properties = append(properties, p)
		}
	}
	if made.Properties = properties; len(properties) == 0 {
		made.Properties = nil
	}
	if made.Enumeration {
		g.members(made, t)
	}
}

func (g *merger) property(p Property) Property {
	if p.Type != nil {
		p.Type = g.types[p.Type]
		switch {
		case p.Type.Enum():
			p.Kind = KindEnum
		case p.Kind == KindEnum:
			p.Kind = KindComplex
		}
	}
	return p
}

// members adds t's members, in the order of their values.
func (g *merger) members(made, t *Type) {
	type member struct {
		name  string
		value int
	}
	var all []member
	for i, name := range made.Members {
		all = append(all, member{name, made.memberValue(i)})
	}
	for i, name := range t.Members {
		if !slices.ContainsFunc(made.Members, func(n string) bool { return strings.EqualFold(n, name) }) {
			all = append(all, member{name, t.memberValue(i)})
		}
	}
	slices.SortStableFunc(all, func(a, b member) int { return cmp.Compare(a.value, b.value) })
	made.Members, made.Values = make([]string, 0, len(all)), make([]int, 0, len(all))
	for _, m := range all {
		made.Members, made.Values = append(made.Members, m.name), append(made.Values, m.value)
	}
}

// once takes properties from a type that the result's bases of it have too, for the
// two may place one differently; what own marks there is kept.
func (g *merger) once() {
	for _, t := range g.m.Types {
		t.Properties = slices.DeleteFunc(t.Properties, func(p Property) bool {
			steps := 0
			for b := t.Base; b != nil && steps < maxBases; b, steps = b.Base, steps+1 {
				if above := b.own(p.Name); above != nil {
					above.ReadOnly, above.WriteOnly = above.ReadOnly || p.ReadOnly, above.WriteOnly || p.WriteOnly
					above.Secret = above.Secret || p.Secret
					return true
				}
			}
			return false
		})
	}
}

// operations joins two lists. One that both have is base's: it says more.
func (g *merger) operations(base, own *Model, first, second []Operation) []Operation {
	key := func(from *Model, o *Operation) string {
		var names []string
		for i := range o.Parameters {
			names = append(names, strings.ToLower(o.Parameters[i].Name))
		}
		slices.Sort(names)
		on := ""
		if o.Binding != nil {
			on = shape{KindEntity, o.Binding, o.BindingCollection}.String()
		}
		return strings.ToLower(fmt.Sprintf("%s.%s of %s with %s", from.in(o.Namespace), o.Name, on, names))
	}
	have := map[string]bool{}
	var all []Operation
	add := func(from *Model, list []Operation) {
		for i := range list {
			k := key(from, &list[i])
			if have[k] && from == own {
				continue
			}
			have[k] = true
			all = append(all, g.operation(from, list[i]))
		}
	}
	add(base, first)
	add(own, second)
	return all
}

func (g *merger) operation(from *Model, o Operation) Operation {
	if ns := from.in(o.Namespace); strings.EqualFold(ns, g.m.Namespace) {
		o.Namespace = ""
	} else {
		o.Namespace = ns
	}
	o.Binding = g.types[o.Binding]
	o.Parameters = slices.Clone(o.Parameters)
	for i := range o.Parameters {
		o.Parameters[i] = g.property(o.Parameters[i])
	}
	if o.Returns != nil {
		r := g.property(*o.Returns)
		o.Returns = &r
	}
	return o
}

// container joins what leads into the two models.
func (g *merger) container(base, own *Model) {
	bind := func(to, add []Binding) []Binding {
		to = slices.Clone(to)
		for _, b := range add {
			if !slices.Contains(to, b) {
				to = append(to, b)
			}
		}
		return to
	}
	for _, from := range []*Model{base, own} {
		for _, s := range from.EntitySets {
			s.Type = g.types[s.Type]
			at := slices.IndexFunc(g.m.EntitySets, func(o EntitySet) bool { return strings.EqualFold(o.Name, s.Name) })
			if at < 0 {
				s.Bindings = slices.Clone(s.Bindings)
				g.m.EntitySets = append(g.m.EntitySets, s)
				continue
			}
			g.m.EntitySets[at].Bindings = bind(g.m.EntitySets[at].Bindings, s.Bindings)
		}
		for _, s := range from.Singletons {
			s.Type = g.types[s.Type]
			at := slices.IndexFunc(g.m.Singletons, func(o Singleton) bool { return strings.EqualFold(o.Name, s.Name) })
			if at < 0 {
				s.Bindings = slices.Clone(s.Bindings)
				g.m.Singletons = append(g.m.Singletons, s)
				continue
			}
			g.m.Singletons[at].Bindings = bind(g.m.Singletons[at].Bindings, s.Bindings)
		}
		g.m.ActionImports = g.imports(g.m.ActionImports, from.ActionImports)
		g.m.FunctionImports = g.imports(g.m.FunctionImports, from.FunctionImports)
	}
}

func (g *merger) imports(to, add []Import) []Import {
	n := len(to)
	for _, i := range add {
		if !slices.ContainsFunc(to[:n], func(o Import) bool { return strings.EqualFold(o.Name, i.Name) }) {
			to = append(to, i)
		}
	}
	return to
}
