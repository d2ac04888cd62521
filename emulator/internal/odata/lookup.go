package odata

import "strings"

// nameIndex holds the names of a model, in lower case.
type nameIndex struct {
	types      map[string]*Type  // qualified
	short      map[string]*Type  // unqualified; nil: several namespaces have it
	namespaces map[string]string // lower name or alias → the namespace as it is written
	sets       map[string]*EntitySet
	singletons map[string]*Singleton
	bound      map[boundKey][]*Operation
	imports    map[string][]*Operation
}

// boundKey is what an operation is called on, and its unqualified name.
type boundKey struct {
	on         *Type
	collection bool
	name       string
}

func newIndex(m *Model) *nameIndex {
	x := &nameIndex{
		types: make(map[string]*Type, len(m.Types)), short: make(map[string]*Type, len(m.Types)), namespaces: map[string]string{},
		sets: map[string]*EntitySet{}, singletons: map[string]*Singleton{},
		bound: map[boundKey][]*Operation{}, imports: map[string][]*Operation{},
	}
	x.namespaces[strings.ToLower(m.Namespace)] = m.Namespace
	if m.Alias != "" {
		x.namespaces[strings.ToLower(m.Alias)] = m.Namespace
	}
	for _, n := range m.Namespaces {
		x.namespaces[strings.ToLower(n.Name)] = n.Name
	}
	for _, n := range m.Namespaces { // a name wins over an alias, and the first of two aliases
		if low := strings.ToLower(n.Alias); low != "" && x.namespaces[low] == "" {
			x.namespaces[low] = n.Name
		}
	}
	for _, t := range m.Types {
		if t.Namespace != "" {
			x.namespaces[strings.ToLower(t.Namespace)] = t.Namespace
		}
		low := strings.ToLower(t.qualified)
		x.types[low] = t
		name := low[len(low)-len(t.Name):]
		if other, taken := x.short[name]; !taken || t.Namespace == "" || t.Namespace == m.Namespace {
			x.short[name] = t
		} else if other == nil || other.Namespace != "" && other.Namespace != m.Namespace {
			x.short[name] = nil
		}
	}
	return x
}

// bind notes operations and what the container holds.
func (x *nameIndex) bind(m *Model) {
	unbound := map[string][]*Operation{}
	for _, list := range [][]Operation{m.Actions, m.Functions} {
		for i := range list {
			o := &list[i]
			if o.Namespace != "" {
				x.namespaces[strings.ToLower(o.Namespace)] = o.Namespace
			}
			if o.Binding == nil {
				low := strings.ToLower(m.in(o.Namespace) + "." + o.Name)
				unbound[low] = append(unbound[low], o)
				continue
			}
			key := boundKey{o.Binding, o.BindingCollection, strings.ToLower(o.Name)}
			x.bound[key] = append(x.bound[key], o)
		}
	}
	for i := range m.EntitySets {
		x.sets[strings.ToLower(m.EntitySets[i].Name)] = &m.EntitySets[i]
	}
	for i := range m.Singletons {
		x.singletons[strings.ToLower(m.Singletons[i].Name)] = &m.Singletons[i]
	}
	for at, imports := range [][]Import{m.ActionImports, m.FunctionImports} {
		for _, i := range imports {
			ns, name, _ := m.split(i.Operation)
			for _, o := range unbound[strings.ToLower(m.in(ns)+"."+name)] {
				if o.function == (at == 1) {
					low := strings.ToLower(i.Name)
					x.imports[low] = append(x.imports[low], o)
				}
			}
		}
	}
}

// in returns the namespace, which is the model's where none is given.
func (m *Model) in(namespace string) string {
	if namespace == "" {
		return m.Namespace
	}
	return namespace
}

// split takes a qualified name apart, an alias resolved. ok is false where what
// stands before the last dot is no namespace of the model; without a dot, ns is "".
func (m *Model) split(name string) (ns, rest string, ok bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", name, true
	}
	ns, ok = m.index.namespaces[string(lower(name[:dot], new([maxLower]byte)))]
	return ns, name[dot+1:], ok
}

// maxLower is the longest name that a look-up brings to lower case without an
// allocation.
const maxLower = 96

// lower brings the ASCII letters of a name to lower case; names of a model have
// no others.
func lower(name string, buf *[maxLower]byte) []byte {
	out := append(buf[:0], name...)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// Type returns the type of that name in any letter case, with or without a
// leading "#", or nil. The name may be qualified by a namespace or an alias. One
// without is the model's own namespace's, else that of the only other namespace
// which has the name.
func (m *Model) Type(name string) *Type {
	if m == nil || m.index == nil { // of a type that was never linked
		return nil
	}
	name = strings.TrimPrefix(name, "#")
	var buf [maxLower]byte
	low := lower(name, &buf)
	if t := m.index.types[string(low)]; t != nil {
		return t
	}
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return m.index.short[string(low)]
	}
	ns, ok := m.index.namespaces[string(low[:dot])]
	if !ok || strings.EqualFold(ns, name[:dot]) {
		return nil
	}
	return m.index.types[strings.ToLower(ns+name[dot:])]
}

// Set returns the entity set of that name in any letter case, or nil.
func (m *Model) Set(name string) *EntitySet {
	return m.index.sets[string(lower(name, new([maxLower]byte)))]
}

// Singleton returns the singleton of that name in any letter case, or nil.
func (m *Model) Singleton(name string) *Singleton {
	return m.index.singletons[string(lower(name, new([maxLower]byte)))]
}

// Import returns the unbound actions or functions that the entity container has
// under that name in any letter case, all overloads; nil: none.
func (m *Model) Import(name string) []*Operation {
	return m.index.imports[string(lower(name, new([maxLower]byte)))]
}

// Bound returns the actions and functions of that name, qualified or not, that can
// be called on a t, or on a collection of t: all overloads, those bound to t itself
// before those bound to its bases.
func (m *Model) Bound(t *Type, collection bool, name string) []*Operation {
	ns, name, ok := m.split(name)
	if !ok {
		return nil
	}
	var found []*Operation
	low := string(lower(name, new([maxLower]byte)))
	for ; t != nil; t = t.Base {
		for _, o := range m.index.bound[boundKey{t, collection, low}] {
			if ns == "" || m.in(o.Namespace) == ns {
				found = append(found, o)
			}
		}
	}
	return found
}

// IsNamespace reports whether the text is a namespace of the model, or an alias of
// one, in any letter case.
func (m *Model) IsNamespace(text string) bool {
	_, ok := m.index.namespaces[string(lower(text, new([maxLower]byte)))]
	return ok
}

// KeyNames are the names of the properties that make up the key of a t: its own or
// its bases', "id" where the model names none.
func (t *Type) KeyNames() []string {
	for ; t != nil; t = t.Base {
		if t.Key != nil {
			return t.Key
		}
	}
	return defaultKey
}

var defaultKey = []string{"id"}

// Property returns the property of that name, in any letter case, or nil. It
// looks at t's own properties, then at its bases', then at those of the types
// that derive from t, since Graph's clients name properties of a derived type
// without a cast (chosen). Below "entity", from which nearly all types derive, it
// does not look: hundreds of names would mean several things.
func (t *Type) Property(name string) *Property {
	if t.model == nil { // never linked: what it has may still change
		return t.find(name)
	}
	table := t.table.Load()
	if table == nil {
		table = t.newTable()
		t.table.Store(table) // two that make it at a time make the same
	}
	return (*table)[string(lower(name, new([maxLower]byte)))]
}

// Declared returns the property of that name, in any letter case, of t and its bases;
// nil: neither has it.
func (t *Type) Declared(name string) *Property {
	p := t.Property(name)
	for b := t; b != nil && p != nil; b = b.Base {
		for i := range b.Properties {
			if &b.Properties[i] == p {
				return p
			}
		}
	}
	return nil
}

// newTable notes what Property finds, by name in lower case.
func (t *Type) newTable() *map[string]*Property {
	table := map[string]*Property{}
	add := func(t *Type) {
		for i := range t.Properties {
			low := strings.ToLower(t.Properties[i].Name)
			if table[low] == nil {
				table[low] = &t.Properties[i]
			}
		}
	}
	for b := t; b != nil; b = b.Base {
		add(b)
	}
	if !t.root() {
		t.below(add)
	}
	return &table
}

func (t *Type) find(name string) *Property {
	for b := t; b != nil; b = b.Base {
		if p := b.own(name); p != nil {
			return p
		}
	}
	return nil
}

func (t *Type) own(name string) *Property {
	for i := range t.Properties {
		if strings.EqualFold(t.Properties[i].Name, name) {
			return &t.Properties[i]
		}
	}
	return nil
}

// root reports whether t is "entity", the base of nearly all entity types.
func (t *Type) root() bool {
	return t.Base == nil && t.Entity && t.Name == "entity" && len(t.derived) > 0
}

// below calls f for the types that derive from t, each before those that derive
// from it.
func (t *Type) below(f func(*Type)) {
	for _, d := range t.derived {
		f(d)
		d.below(f)
	}
}

// named reports whether t or a type derived from it has that unqualified name.
func (t *Type) named(name string) bool {
	found := strings.EqualFold(t.Name, name)
	t.below(func(d *Type) { found = found || strings.EqualFold(d.Name, name) })
	return found
}

// names lists what Property finds, for suggestions.
func (t *Type) names() []string {
	var names []string
	for _, p := range t.All() {
		if !p.Unserved {
			names = append(names, p.Name)
		}
	}
	if !t.root() {
		t.below(func(d *Type) {
			for i := range d.Properties {
				names = append(names, d.Properties[i].Name)
			}
		})
	}
	return names
}
