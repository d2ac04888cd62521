package odata

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Link fills in the defaults, ties the types together and checks the model. The
// error joins everything that is wrong: names that are empty, no identifiers or
// taken twice, types that are missing from Types or of the wrong sort, and bases
// that go round in a circle. Linking again is harmless.
func (m *Model) Link() error { return errors.Join(m.link()...) }

// Tie is Link without the checks, which take most of its time: for a model that is a
// constant, and that a test links.
func (m *Model) Tie() {
	m.name()
	for _, t := range m.Types {
		if t.Base != nil {
			t.Base.derived = append(t.Base.derived, t)
		}
	}
	m.index = newIndex(m)
	for i := range m.Functions {
		m.Functions[i].function = true
	}
	m.index.bind(m)
}

// name fills in the defaults, and says of each type whose it is.
func (m *Model) name() {
	if m.Namespace == "" {
		m.Namespace = "microsoft.graph"
	}
	if m.Container == "" {
		m.Container = "GraphService"
	}
	for _, t := range m.Types {
		t.model, t.derived = m, nil
		t.table.Store(nil)
		if t.qualified = m.Namespace + "." + t.Name; t.Namespace != "" {
			t.qualified = t.Namespace + "." + t.Name
		}
	}
}

// link is Link; it returns each thing that is wrong.
func (m *Model) link() []error {
	m.name()
	l := linker{m: m, known: make(map[*Type]bool, len(m.Types))}
	l.types()
	if len(l.errs) > 0 { // what follows walks the bases
		return l.errs
	}
	m.Tie()
	l.names = make(map[*Type]map[string]bool, len(m.Types))
	for _, t := range m.Types {
		l.members(t)
	}
	for _, t := range m.Types {
		l.inherited(t)
	}
	l.operations(m.Actions)
	l.operations(m.Functions)
	l.container()
	return l.errs
}

// linker is a Link in progress.
type linker struct {
	m     *Model
	known map[*Type]bool
	names map[*Type]map[string]bool // own properties, in lower case
	errs  []error
}

// linkError is one thing that is wrong with a model.
type linkError struct {
	about any // the *Type, *Property, *Operation, *EntitySet, *Singleton or *Import
	text  string
}

func (e *linkError) Error() string { return "odata model: " + e.text }

func (l *linker) fail(about any, format string, args ...any) {
	l.errs = append(l.errs, &linkError{about, fmt.Sprintf(format, args...)})
}

// types checks the types' names and bases.
func (l *linker) types() {
	names := make(map[string]bool, len(l.m.Types))
	for _, t := range l.m.Types {
		l.known[t] = true
		if !identifier(t.Name) {
			l.fail(t, "type name %q is no identifier", t.Name)
		}
		if !namespace(t.Namespace) && t.Namespace != "" {
			l.fail(t, "namespace %q of type %s is no name with dots", t.Namespace, t.Name)
		}
		if low := strings.ToLower(t.qualified); names[low] {
			l.fail(t, "type %s is declared twice", t.Name)
		} else {
			names[low] = true
		}
	}
	for _, t := range l.m.Types {
		if t.Base == nil {
			continue
		}
		if !l.known[t.Base] {
			l.fail(t, "base type %s of %s is not among the types", t.Base.Name, t.Name)
		} else if circular(t) {
			l.fail(t, "type %s derives from itself", t.Name)
		}
	}
}

// members checks what a type has. A name of a property is one for the type and its
// bases; sets of names are made once a type, so that deep and wide hierarchies cost
// no more than their sizes.
func (l *linker) members(t *Type) {
	if t.Values != nil && (len(t.Values) != len(t.Members) || !slices.IsSorted(t.Values)) {
		l.fail(t, "%s needs a value for each member, in their order", t.Name)
	}
	seen := make(map[string]bool, len(t.Properties))
	l.names[t] = seen
	for i := range t.Properties {
		p := &t.Properties[i]
		where := func() string { return t.Name + "." + p.Name }
		if !identifier(p.Name) {
			l.fail(p, "property name %q of %s is no identifier", p.Name, t.Name)
		}
		if low := strings.ToLower(p.Name); seen[low] {
			l.fail(p, "%s is declared twice", where())
		} else {
			seen[low] = true
		}
		l.property(where, p)
		if p.Navigation != (p.Kind == KindEntity) {
			l.fail(p, "%s: exactly the properties of an entity type are navigations", where())
		}
	}
}

// inherited checks a type against its bases, once the names of all are known.
func (l *linker) inherited(t *Type) {
	has := func(low string) bool {
		for b := t.Base; b != nil; b = b.Base {
			if l.names[b][low] {
				return true
			}
		}
		return false
	}
	for i := range t.Properties {
		if p := &t.Properties[i]; t.Base != nil && has(strings.ToLower(p.Name)) {
			l.fail(p, "%s.%s is declared twice", t.Name, p.Name)
		}
	}
	for _, key := range t.Key {
		if low := strings.ToLower(key); !l.names[t][low] && !has(low) {
			l.fail(t, "key %q of %s is none of its properties", key, t.Name)
		}
	}
}

func (l *linker) property(where func() string, p *Property) {
	switch {
	case p.Kind < KindString || p.Kind > KindEntity:
		l.fail(p, "%s has no kind", where())
	case p.Kind < KindEnum:
	case p.Type == nil || !l.known[p.Type]:
		l.fail(p, "%s needs a type of the model", where())
	case p.Kind == KindEnum != p.Type.Enum(), p.Kind == KindEntity != p.Type.Entity:
		l.fail(p, "%s is %s, which is not what %s is", where(), p.Kind, p.Type.Name)
	}
}

func (l *linker) operations(list []Operation) {
	for i := range list {
		o := &list[i]
		if !identifier(o.Name) {
			l.fail(o, "operation name %q is no identifier", o.Name)
		}
		if o.Binding != nil && !l.known[o.Binding] {
			l.fail(o, "%s is bound to a type that is not among the types", o.Name)
		}
		for i := range o.Parameters {
			l.property(func() string { return o.Name + "." + o.Parameters[i].Name }, &o.Parameters[i])
		}
		if o.Returns != nil {
			l.property(func() string { return "what " + o.Name + " returns" }, o.Returns)
		}
	}
}

// container checks what the entity container holds. Its names are one for all.
func (l *linker) container() {
	seen := map[string]bool{}
	once := func(about any, name string) {
		if low := strings.ToLower(name); seen[low] {
			l.fail(about, "the entity container has %s twice", name)
		} else {
			seen[low] = true
		}
	}
	for i := range l.m.EntitySets {
		s := &l.m.EntitySets[i]
		if !identifier(s.Name) || s.Type == nil || !l.known[s.Type] || !s.Type.Entity {
			l.fail(s, "entity set %q needs a name and an entity type of the model", s.Name)
		}
		once(s, s.Name)
	}
	for i := range l.m.Singletons {
		s := &l.m.Singletons[i]
		if !identifier(s.Name) || s.Type == nil || !l.known[s.Type] {
			l.fail(s, "singleton %q needs a name and an entity type of the model", s.Name)
		}
		once(s, s.Name)
	}
	for _, imports := range [][]Import{l.m.ActionImports, l.m.FunctionImports} {
		for i := range imports {
			if !identifier(imports[i].Name) {
				l.fail(&imports[i], "import %q needs a name", imports[i].Name)
			}
			once(&imports[i], imports[i].Name)
		}
	}
}

func circular(t *Type) bool {
	slow := t
	for fast := t.Base; fast != nil && fast.Base != nil; fast = fast.Base.Base {
		if fast == slow || fast.Base == slow {
			return true
		}
		slow = slow.Base
	}
	return t.Base == t
}

// identifier reports whether name is a plain one, so that it can stand in a path
// of any syntax, in XML and in JSON without escapes.
func identifier(name string) bool {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// namespace reports whether name is one or more identifiers with dots between.
func namespace(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if !identifier(part) {
			return false
		}
	}
	return true
}
