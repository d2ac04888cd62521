// Package odata is the OData 4.0 machinery behind a Graph collection: it parses
// the query options of a request ($filter, $orderby, $select, $expand, $top,
// $skip, $count, $search), applies them to entities given as JSON, writes the
// metadata levels full and none, and prints the model as CSDL.
//
// It is generic over a Model given as data, knows nothing of HTTP, keeps no
// state, and all of it is safe for concurrent use once Model.Link has returned.
// Whatever a client may send ends in a value or in an *Error; nothing panics.
//
// Comments say where a behaviour comes from: documented (Microsoft's or OASIS'
// pages), observed (on Graph's wire), inferred from these, or chosen. Texts
// called "the OData library's" are those of Microsoft's OData library, on which
// Graph is built: inferred for this API.
package odata

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind is what sort of value a property holds.
type Kind uint8

// The kinds of property a Model can declare.
const (
	KindString         Kind = iota + 1 // Edm.String
	KindBoolean                        // Edm.Boolean
	KindInt32                          // Edm.Int32: a JSON number
	KindInt64                          // Edm.Int64: a JSON number, or a string of digits
	KindDateTimeOffset                 // Edm.DateTimeOffset: 2026-07-31T12:00:00.0000000Z
	KindDate                           // Edm.Date: 2026-07-31
	KindGuid                           // Edm.Guid: a string of 36 characters
	KindEnum                           // an enumeration of the model, named by its member
	KindComplex                        // a structured value without a key
	KindEntity                         // a structured value with a key; always a navigation
)

// Kinds that no property has: those of literals and of calculated values.
const (
	kindNull   Kind = 0
	kindDouble Kind = 101
)

var edmNames = map[Kind]string{
	kindNull: "<null>", KindString: "Edm.String", KindBoolean: "Edm.Boolean", KindInt32: "Edm.Int32", KindInt64: "Edm.Int64",
	KindDateTimeOffset: "Edm.DateTimeOffset", KindDate: "Edm.Date", KindGuid: "Edm.Guid",
	KindEnum: "Edm.EnumType", KindComplex: "Edm.ComplexType", KindEntity: "Edm.EntityType",
	kindDouble: "Edm.Double",
}

// String returns the kind's name in the Edm namespace, such as "Edm.Boolean".
func (k Kind) String() string { return edmNames[k] }

// structured reports whether a value of this kind has properties.
func (k Kind) structured() bool { return k == KindComplex || k == KindEntity }

// Type is an entity type, a complex type or, where Members are given, an
// enumeration. It is read-only once its Model is linked.
type Type struct {
	Name       string     // without namespace, such as "educationSynchronizationProfile"
	Base       *Type      // nil: none
	Abstract   bool       // no value is of exactly this type
	Entity     bool       // an entity type; its key is "id"
	Members    []string   // of an enumeration, in the order of their values
	Values     []int      // of the members; nil: they count from 0
	Properties []Property // own ones only, in the order of declaration

	model   *Model  // set by Link
	derived []*Type // direct ones, in the model's order; set by Link
}

// Property is a property or a navigation property of a Type. Used as parameter
// or return type of an Operation, only name and type count.
type Property struct {
	Name       string
	Kind       Kind
	Type       *Type // for KindEnum, KindComplex and KindEntity; else nil
	Collection bool
	Nullable   bool
	Navigation bool // reached by path or $expand, never part of the entity's own JSON
	Contained  bool // of a navigation: the target lives and dies with its parent
	Unserved   bool // the model declares it, and no query may name it: 501
	ReadOnly   bool // the service sets it; CSDL does not say so
	WriteOnly  bool // no answer shows it; CSDL does not say so
}

// Operation is an action or a function of the model.
type Operation struct {
	Name              string
	Binding           *Type // the type it is called on; nil: unbound
	BindingCollection bool  // it is called on a collection of Binding
	Parameters        []Property
	Returns           *Property // nil: nothing; its Name is not used
}

// Singleton is a named entity of the entity container.
type Singleton struct {
	Name     string
	Type     *Type
	Bindings []Binding
}

// Binding says where the targets of a navigation property are found.
type Binding struct {
	Path   string // from the singleton to the property, "classes/members"
	Target string // "education/users"
}

// EntitySet is a named collection of the entity container.
type EntitySet struct {
	Name string
	Type *Type // of its members
}

// Model is the whole description of a service. Fill it in, call Link once, then
// leave it alone.
type Model struct {
	Namespace  string // default: "microsoft.graph"
	Alias      string // of the namespace, declared and not used; "": none
	Container  string // name of the entity container; default: "GraphService", as Graph's metadata has it
	Types      []*Type
	Actions    []Operation
	Functions  []Operation
	EntitySets []EntitySet
	Singletons []Singleton
}

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
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf("odata model: "+format, args...)) }

	known := make(map[*Type]bool, len(m.Types))
	names := make(map[string]bool, len(m.Types))
	for _, t := range m.Types {
		t.model, t.derived, known[t] = m, nil, true
		if !identifier(t.Name) {
			fail("type name %q is no identifier", t.Name)
		}
		if low := strings.ToLower(t.Name); names[low] {
			fail("type %s is declared twice", t.Name)
		} else {
			names[low] = true
		}
	}
	for _, t := range m.Types {
		if t.Base == nil {
			continue
		}
		if !known[t.Base] {
			fail("base type %s of %s is not among the types", t.Base.Name, t.Name)
		} else if circular(t) {
			fail("type %s derives from itself", t.Name)
		} else {
			t.Base.derived = append(t.Base.derived, t)
		}
	}
	if len(errs) > 0 { // what follows walks the bases
		return errors.Join(errs...)
	}
	check := func(where string, p *Property) {
		switch {
		case p.Kind < KindString || p.Kind > KindEntity:
			fail("%s has no kind", where)
		case p.Kind < KindEnum:
		case p.Type == nil || !known[p.Type]:
			fail("%s needs a type of the model", where)
		case p.Kind == KindEnum != p.Type.Enum(), p.Kind == KindEntity != p.Type.Entity:
			fail("%s is %s, which is not what %s is", where, p.Kind, p.Type.Name)
		}
	}
	for _, t := range m.Types {
		if t.Values != nil && (len(t.Values) != len(t.Members) || !slices.IsSorted(t.Values)) {
			fail("%s needs a value for each member, in their order", t.Name)
		}
		seen := map[string]bool{}
		for _, p := range t.All() {
			where := t.Name + "." + p.Name
			if !identifier(p.Name) {
				fail("property name %q of %s is no identifier", p.Name, t.Name)
			}
			if low := strings.ToLower(p.Name); seen[low] {
				fail("%s is declared twice", where)
			} else {
				seen[low] = true
			}
			check(where, p)
			if p.Navigation != (p.Kind == KindEntity) {
				fail("%s: exactly the properties of an entity type are navigations", where)
			}
		}
	}
	for _, o := range append(append([]Operation(nil), m.Actions...), m.Functions...) {
		if !identifier(o.Name) {
			fail("operation name %q is no identifier", o.Name)
		}
		if o.Binding != nil && !known[o.Binding] {
			fail("%s is bound to a type that is not among the types", o.Name)
		}
		for i := range o.Parameters {
			check(o.Name+"."+o.Parameters[i].Name, &o.Parameters[i])
		}
		if o.Returns != nil {
			check("what "+o.Name+" returns", o.Returns)
		}
	}
	for _, s := range m.EntitySets {
		if !identifier(s.Name) || s.Type == nil || !known[s.Type] || !s.Type.Entity {
			fail("entity set %q needs a name and an entity type of the model", s.Name)
		}
	}
	for _, s := range m.Singletons {
		if !identifier(s.Name) || s.Type == nil || !known[s.Type] {
			fail("singleton %q needs a name and an entity type of the model", s.Name)
		}
	}
	return errors.Join(errs...)
}

// Type returns the type of that name in any letter case, with or without the
// namespace and a leading "#", or nil.
func (m *Model) Type(name string) *Type {
	if m == nil { // of a type that was never linked
		return nil
	}
	name = strings.TrimPrefix(name, "#")
	if len(name) > len(m.Namespace) && name[len(m.Namespace)] == '.' && strings.EqualFold(name[:len(m.Namespace)], m.Namespace) {
		name = name[len(m.Namespace)+1:]
	}
	for _, t := range m.Types {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

// Qualified returns the type's name with its namespace.
func (t *Type) Qualified() string {
	if t.model == nil {
		return "microsoft.graph." + t.Name
	}
	return t.model.Namespace + "." + t.Name
}

// Enum reports whether t is an enumeration.
func (t *Type) Enum() bool { return len(t.Members) > 0 }

// IsA reports whether t is base or derives from it.
func (t *Type) IsA(base *Type) bool {
	for ; t != nil; t = t.Base {
		if t == base {
			return true
		}
	}
	return false
}

// All returns the properties that every value of t has: those of its bases
// first, then its own, in the order of declaration.
func (t *Type) All() []*Property {
	var all []*Property
	if t.Base != nil {
		all = t.Base.All()
	}
	for i := range t.Properties {
		all = append(all, &t.Properties[i])
	}
	return all
}

// Navigations returns the navigation properties of t and its bases that a query may name.
func (t *Type) Navigations() []*Property {
	return slices.DeleteFunc(t.All(), func(p *Property) bool { return !p.Navigation || p.Unserved })
}

// Property returns the property of that name, in any letter case, or nil. It
// looks at t's own properties, then at its bases', then at those of the types
// that derive from t, since Graph's clients name properties of a derived type
// without a cast (chosen).
func (t *Type) Property(name string) *Property {
	for b := t; b != nil; b = b.Base {
		if p := b.own(name); p != nil {
			return p
		}
	}
	return t.inDerived(name)
}

func (t *Type) own(name string) *Property {
	for i := range t.Properties {
		if strings.EqualFold(t.Properties[i].Name, name) {
			return &t.Properties[i]
		}
	}
	return nil
}

func (t *Type) inDerived(name string) *Property {
	for _, d := range t.derived {
		if p := d.own(name); p != nil {
			return p
		}
		if p := d.inDerived(name); p != nil {
			return p
		}
	}
	return nil
}

// named reports whether t or a type derived from it has that unqualified name.
func (t *Type) named(name string) bool {
	if strings.EqualFold(t.Name, name) {
		return true
	}
	for _, d := range t.derived {
		if d.named(name) {
			return true
		}
	}
	return false
}

// names lists what Property finds, for suggestions.
func (t *Type) names() []string {
	var names []string
	for _, p := range t.All() {
		if !p.Unserved {
			names = append(names, p.Name)
		}
	}
	var below func(*Type)
	below = func(t *Type) {
		for _, d := range t.derived {
			for i := range d.Properties {
				names = append(names, d.Properties[i].Name)
			}
			below(d)
		}
	}
	below(t)
	return names
}

// TypeName returns the property's type as OData writes it: "Edm.String",
// "microsoft.graph.x" or "Collection(Edm.Guid)".
func (p *Property) TypeName() string { return p.shape().String() }

func (p *Property) shape() shape { return shape{p.Kind, p.Type, p.Collection} }

// shape is the static type of an expression.
type shape struct {
	kind Kind
	typ  *Type // for enumerations and structured kinds
	coll bool
}

func (s shape) String() string {
	name := s.kind.String()
	if s.typ != nil {
		name = s.typ.Qualified()
	}
	if s.coll {
		return "Collection(" + name + ")"
	}
	return name
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
