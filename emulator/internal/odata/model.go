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
	"slices"
	"sync/atomic"
)

// Type is an entity type, a complex type or an enumeration. It is read-only once
// its Model is linked.
type Type struct {
	Namespace  string     // such as "microsoft.graph.callRecords"; "": the model's
	Name       string     // without namespace, such as "educationSynchronizationProfile"
	Base       *Type      // nil: none
	Abstract   bool       // no value is of exactly this type
	Entity     bool       // an entity type
	Open       bool       // values may have properties that the model does not name
	HasStream  bool       // of an entity type: each entity has bytes of its own, at $value
	Properties []Property // own ones only, in the order of declaration

	Key           []string         // own key; nil: the base's, "id" where no base has one
	AlternateKeys [][]AlternateKey // own ones: each is one or more properties that name an entity as its key does

	Enumeration bool     // an enumeration, even where no member is published
	Flags       bool     // of an enumeration: a value is any number of members
	Members     []string // of an enumeration, in the order of their values
	Values      []int    // of the members; nil: they count from 0

	model      *Model                               // set by Link
	qualified  string                               // set by Link
	derived    []*Type                              // direct ones, in the model's order; set by Link
	table      atomic.Pointer[map[string]*Property] // what Property finds; made when first asked
	structural atomic.Pointer[[]*Property]          // what Structural returns; made when first asked
}

// AlternateKey is one property of an alternate key.
type AlternateKey struct {
	Name  string // of the property
	Alias string // what stands for it in a path: applications(appId='…')
}

// Property is a property or a navigation property of a Type. Used as parameter
// or return type of an Operation, only name, type and Optional count.
type Property struct {
	Name       string
	Kind       Kind
	Type       *Type // for KindEnum, KindComplex and KindEntity; else nil
	Collection bool
	Nullable   bool // says what an answer may hold, not what a create must bring
	Navigation bool // reached by path or $expand, never part of the entity's own JSON
	Contained  bool // of a navigation: the target lives and dies with its parent
	Computed   bool // the metadata says that the service sets it (Org.OData.Core.V1.Computed)
	Immutable  bool // it can be given at a create and not be changed (Org.OData.Core.V1.Immutable)
	Optional   bool // of a parameter: it may be left out (Org.OData.Core.V1.OptionalParameter)
	Unserved   bool // the model declares it, and no query may name it: 501
	ReadOnly   bool // the service sets it; CSDL does not say so
	WriteOnly  bool // no answer shows it, and no query looks at it; CSDL does not say so
	Secret     bool // only some answers show it, and no query looks at it; CSDL does not say so
}

// Operation is an action or a function of the model.
type Operation struct {
	Namespace         string // "": the model's
	Name              string
	Binding           *Type  // the type it is called on; nil: unbound
	BindingCollection bool   // it is called on a collection of Binding
	Composable        bool   // of a function: a path may go on in what it returns
	ResultPath        string // EntitySetPath: where what it returns is found, from the binding parameter; "": not said
	Parameters        []Property
	Returns           *Property // nil: nothing; its Name is not used

	function bool // set by Link
}

// Function reports whether o is a function, and no action. It is known once the
// model is linked.
func (o *Operation) Function() bool { return o.function }

// Import is an unbound operation under its name in the entity container.
type Import struct {
	Name      string
	Operation string // qualified name of the action or function
	EntitySet string // where what it returns is found; "": not said
}

// Singleton is a named entity of the entity container.
type Singleton struct {
	Name     string
	Type     *Type
	Bindings []Binding
}

// Binding says where the targets of a navigation property are found.
type Binding struct {
	Path   string // from the set or singleton to the property, "classes/members"
	Target string // "education/users"
}

// EntitySet is a named collection of the entity container.
type EntitySet struct {
	Name     string
	Type     *Type // of its members
	Bindings []Binding
}

// Namespace is a further namespace of a model.
type Namespace struct {
	Name  string
	Alias string // "": none
}

// Model is the whole description of a service. Fill it in, call Link once, then
// leave it alone.
type Model struct {
	Namespace       string      // default: "microsoft.graph"
	Alias           string      // of the namespace; "": none
	Namespaces      []Namespace // further ones; those of types need not be named
	Container       string      // name of the entity container; default: "GraphService", as Graph's metadata has it
	Types           []*Type
	Actions         []Operation
	Functions       []Operation
	EntitySets      []EntitySet
	Singletons      []Singleton
	ActionImports   []Import
	FunctionImports []Import

	// LeftOut says, for a model that was read, what of the document is not in it:
	// properties and operations whose types the document does not have, because they
	// are of another vocabulary, or because it is an extract of a larger one.
	LeftOut []string

	index *nameIndex // set by Link
}

// Qualified returns the type's name with its namespace.
func (t *Type) Qualified() string {
	switch {
	case t.qualified != "":
		return t.qualified
	case t.Namespace != "":
		return t.Namespace + "." + t.Name
	}
	return "microsoft.graph." + t.Name
}

// Enum reports whether t is an enumeration.
func (t *Type) Enum() bool { return t.Enumeration || len(t.Members) > 0 }

// memberValue is the value of the member at that place.
func (t *Type) memberValue(i int) int {
	if t.Values == nil {
		return i
	}
	return t.Values[i]
}

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
