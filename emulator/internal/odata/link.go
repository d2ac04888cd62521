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
func (m *Model) Link() error {
	if m.Namespace == "" {
		m.Namespace = "microsoft.graph"
	}
	if m.Container == "" {
		m.Container = "GraphService"
	}
	l := linker{m: m, known: make(map[*Type]bool, len(m.Types))}
	l.types()
	if len(l.errs) > 0 { // what follows walks the bases
		return errors.Join(l.errs...)
	}
	m.index = newIndex(m)
	for _, t := range m.Types {
		l.members(t)
	}
	l.operations(m.Actions, false)
	l.operations(m.Functions, true)
	l.container()
	m.index.bind(m)
	return errors.Join(l.errs...)
}

// linker is a Link in progress.
type linker struct {
	m     *Model
	known map[*Type]bool
	errs  []error
}

func (l *linker) fail(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("odata model: "+format, args...))
}

// types checks the types' names and ties them to their bases.
func (l *linker) types() {
	names := make(map[string]bool, len(l.m.Types))
	for _, t := range l.m.Types {
		t.model, t.derived, l.known[t] = l.m, nil, true
		t.table.Store(nil)
		if t.qualified = l.m.Namespace + "." + t.Name; t.Namespace != "" {
			t.qualified = t.Namespace + "." + t.Name
		}
		if !identifier(t.Name) {
			l.fail("type name %q is no identifier", t.Name)
		}
		if !namespace(t.Namespace) && t.Namespace != "" {
			l.fail("namespace %q of type %s is no name with dots", t.Namespace, t.Name)
		}
		if low := strings.ToLower(t.qualified); names[low] {
			l.fail("type %s is declared twice", t.Name)
		} else {
			names[low] = true
		}
	}
	for _, t := range l.m.Types {
		if t.Base == nil {
			continue
		}
		if !l.known[t.Base] {
			l.fail("base type %s of %s is not among the types", t.Base.Name, t.Name)
		} else if circular(t) {
			l.fail("type %s derives from itself", t.Name)
		} else {
			t.Base.derived = append(t.Base.derived, t)
		}
	}
}

// members checks what a type has.
func (l *linker) members(t *Type) {
	if t.Values != nil && (len(t.Values) != len(t.Members) || !slices.IsSorted(t.Values)) {
		l.fail("%s needs a value for each member, in their order", t.Name)
	}
	all := t.All()
	seen := make(map[string]bool, len(all))
	for _, p := range all {
		where := t.Name + "." + p.Name
		if !identifier(p.Name) {
			l.fail("property name %q of %s is no identifier", p.Name, t.Name)
		}
		if low := strings.ToLower(p.Name); seen[low] {
			l.fail("%s is declared twice", where)
		} else {
			seen[low] = true
		}
		l.property(where, p)
		if p.Navigation != (p.Kind == KindEntity) {
			l.fail("%s: exactly the properties of an entity type are navigations", where)
		}
	}
	for _, key := range t.Key {
		if !seen[strings.ToLower(key)] {
			l.fail("key %q of %s is none of its properties", key, t.Name)
		}
	}
}

func (l *linker) property(where string, p *Property) {
	switch {
	case p.Kind < KindString || p.Kind > KindEntity:
		l.fail("%s has no kind", where)
	case p.Kind < KindEnum:
	case p.Type == nil || !l.known[p.Type]:
		l.fail("%s needs a type of the model", where)
	case p.Kind == KindEnum != p.Type.Enum(), p.Kind == KindEntity != p.Type.Entity:
		l.fail("%s is %s, which is not what %s is", where, p.Kind, p.Type.Name)
	}
}

func (l *linker) operations(list []Operation, function bool) {
	for i := range list {
		o := &list[i]
		o.function = function
		if !identifier(o.Name) {
			l.fail("operation name %q is no identifier", o.Name)
		}
		if o.Binding != nil && !l.known[o.Binding] {
			l.fail("%s is bound to a type that is not among the types", o.Name)
		}
		for i := range o.Parameters {
			l.property(o.Name+"."+o.Parameters[i].Name, &o.Parameters[i])
		}
		if o.Returns != nil {
			l.property("what "+o.Name+" returns", o.Returns)
		}
	}
}

// container checks what the entity container holds. Its names are one for all.
func (l *linker) container() {
	seen := map[string]bool{}
	once := func(name string) {
		if low := strings.ToLower(name); seen[low] {
			l.fail("the entity container has %s twice", name)
		} else {
			seen[low] = true
		}
	}
	for _, s := range l.m.EntitySets {
		if !identifier(s.Name) || s.Type == nil || !l.known[s.Type] || !s.Type.Entity {
			l.fail("entity set %q needs a name and an entity type of the model", s.Name)
		}
		once(s.Name)
	}
	for _, s := range l.m.Singletons {
		if !identifier(s.Name) || s.Type == nil || !l.known[s.Type] {
			l.fail("singleton %q needs a name and an entity type of the model", s.Name)
		}
		once(s.Name)
	}
	for _, imports := range [][]Import{l.m.ActionImports, l.m.FunctionImports} {
		for _, i := range imports {
			if !identifier(i.Name) {
				l.fail("import %q needs a name", i.Name)
			}
			once(i.Name)
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
