package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

const (
	odataType     = "@odata.type"
	namespace     = "microsoft.graph."
	dataSync      = "microsoft.education.datasync."
	commonPrefix  = "education"
	canonicalHead = "#" + namespace
)

// node is what a check needs to know of one schema beside the schema itself.
type node struct {
	schema  *jsonschema.Schema
	partial *jsonschema.Schema // schema with no required property; types only

	title    string            // unqualified type name, "" for what is no object type
	props    map[string]*node  // by canonical name
	names    []string          // of props, sorted, less "@odata.type"
	spelling map[string]string // property in lower case -> canonical name
	items    *node
	extra    *node // of properties that are not declared, where they are allowed by a schema
	strict   bool  // additionalProperties is false

	members map[string]string // of an enumeration, lower case -> canonical
	kinds   map[string]*node  // of an abstract type, canonical type name -> type
	own     string            // of a type that is not abstract: its canonical type name
	types   map[string]string // accepted bare type name in lower case -> canonical
	written []string          // canonical type names, in the schema's order

	leaf bool // nothing in it has a spelling
}

// preparation turns compiled schemas into nodes. It changes the schemas, for
// speed: validation of the founding request takes half the time where a pure
// $ref is replaced by what it refers to and where an abstract type is not found
// through its list of if and then, but by a look into a table (measured).
// Whoever shares a schema shares the change, so all ways into an abstract type
// must be ways that a check walks; sound makes sure of it.
type preparation struct {
	nodes    map[*jsonschema.Schema]*node
	abstract map[*jsonschema.Schema]bool
	outside  []*jsonschema.Schema // subschemas where a check does not walk
}

func newPreparation() *preparation {
	return &preparation{nodes: map[*jsonschema.Schema]*node{}, abstract: map[*jsonschema.Schema]bool{}}
}

// target follows pure references. The compiler has refused circles of them.
func (p *preparation) target(s *jsonschema.Schema) *jsonschema.Schema {
	for pureRef(s) {
		s = s.Ref
	}
	return s
}

// node returns the node of s, which target has returned. Schemas may be
// recursive: the node is known before its parts are looked at.
func (p *preparation) node(s *jsonschema.Schema) *node {
	if n := p.nodes[s]; n != nil {
		return n
	}
	n := &node{schema: s}
	p.nodes[s] = n
	if slices.Contains(s.Types, "object") {
		n.title = s.Title
	}
	if p.dispatch(n) {
		return n
	}
	p.properties(n)
	if s.Items2020 != nil {
		s.Items2020 = p.target(s.Items2020)
		n.items = p.node(s.Items2020)
	}
	switch a := s.AdditionalProperties.(type) {
	case bool:
		n.strict = !a
	case *jsonschema.Schema:
		a = p.target(a)
		s.AdditionalProperties = a
		n.extra = p.node(a)
	}
	for _, e := range s.Enum {
		if text, ok := e.(string); ok {
			if n.members == nil {
				n.members = map[string]string{}
			}
			n.members[lower(text)] = text
		}
	}
	n.leaf = n.props == nil && n.items == nil && n.extra == nil && n.members == nil
	p.outside = append(p.outside, unwalked(s)...)
	return n
}

func (p *preparation) properties(n *node) {
	s := n.schema
	if s.Properties == nil {
		return
	}
	n.props = make(map[string]*node, len(s.Properties))
	n.spelling = make(map[string]string, len(s.Properties))
	for name, sub := range s.Properties {
		n.spelling[lower(name)] = name
		if name == odataType && len(sub.Constant) == 1 {
			n.own, _ = sub.Constant[0].(string)
			n.accept(n.own)
		} else {
			n.names = append(n.names, name)
		}
		sub = p.target(sub)
		s.Properties[name] = sub
		n.props[name] = p.node(sub)
	}
	slices.Sort(n.names)
}

// dispatch makes n abstract if its schema is: a list of "if @odata.type is X
// then it is an X". What remains of the schema is that it is an object.
func (p *preparation) dispatch(n *node) bool {
	s := n.schema
	if len(s.AllOf) == 0 || len(s.Properties) != 1 || s.Properties[odataType] == nil || s.AdditionalProperties != nil {
		return false
	}
	for _, a := range s.AllOf {
		if a.If == nil || a.Then == nil || a.If.Properties[odataType] == nil || len(a.If.Properties[odataType].Constant) != 1 {
			return false
		}
	}
	p.abstract[s] = true
	n.kinds = make(map[string]*node, len(s.AllOf))
	for _, a := range s.AllOf {
		name, _ := a.If.Properties[odataType].Constant[0].(string)
		n.kinds[name] = p.node(p.target(a.Then))
		n.accept(name)
	}
	s.AllOf, s.Required, s.Properties = nil, nil, nil
	p.outside = append(p.outside, unwalked(s)...)
	return true
}

func (n *node) accept(canonical string) {
	if n.types == nil {
		n.types = map[string]string{}
	}
	bare := lower(strings.TrimPrefix(canonical, canonicalHead))
	n.types[bare] = canonical
	n.types[strings.TrimPrefix(bare, commonPrefix)] = canonical
	n.written = append(n.written, canonical)
}

// sound errs if an abstract type is used where a check does not walk: there its
// schema, as it is now, would accept any object.
func (p *preparation) sound() error {
	seen := map[*jsonschema.Schema]bool{}
	for todo := p.outside; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[s] {
			continue
		}
		seen[s] = true
		if p.abstract[s] {
			return fmt.Errorf(
				"%s is abstract and used within a combination of schemas (allOf, anyOf, $ref with siblings, …), "+
					"where its type cannot be told", s.Location)
		}
		todo = append(todo, unwalked(s)...)
		todo = append(todo, walked(s)...)
	}
	return nil
}

// walked returns the subschemas that a check walks into.
func walked(s *jsonschema.Schema) (subs []*jsonschema.Schema) {
	for _, sub := range s.Properties {
		subs = append(subs, sub)
	}
	if s.Items2020 != nil {
		subs = append(subs, s.Items2020)
	}
	if a, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
		subs = append(subs, a)
	}
	return subs
}

// unwalked returns the other subschemas: they are validated, but nothing in
// them is brought to canonical spelling.
func unwalked(s *jsonschema.Schema) []*jsonschema.Schema {
	subs := slices.Concat(s.AllOf, s.AnyOf, s.OneOf, s.PrefixItems,
		[]*jsonschema.Schema{s.Ref, s.RecursiveRef, s.DynamicRef, s.Not, s.If, s.Then, s.Else, s.PropertyNames,
			s.Contains, s.UnevaluatedItems, s.UnevaluatedProperties, s.ContentSchema})
	for _, sub := range s.PatternProperties {
		subs = append(subs, sub)
	}
	for _, sub := range s.DependentSchemas {
		subs = append(subs, sub)
	}
	for _, d := range s.Dependencies {
		if sub, ok := d.(*jsonschema.Schema); ok {
			subs = append(subs, sub)
		}
	}
	return slices.DeleteFunc(subs, func(s *jsonschema.Schema) bool { return s == nil })
}

// pureRef tells whether s is a $ref with nothing beside it but annotations.
func pureRef(s *jsonschema.Schema) bool {
	if s.Ref == nil {
		return false
	}
	rest := *s
	rest.Ref = nil
	return len(unwalked(&rest)) == 0 && len(walked(s)) == 0 &&
		s.Always == nil && s.Format == "" && len(s.Types) == 0 && len(s.Constant) == 0 && len(s.Enum) == 0 &&
		s.MinProperties == -1 && s.MaxProperties == -1 && len(s.Required) == 0 && s.AdditionalProperties == nil &&
		len(s.Dependencies) == 0 && len(s.DependentRequired) == 0 &&
		s.MinItems == -1 && s.MaxItems == -1 && !s.UniqueItems && s.MinLength == -1 && s.MaxLength == -1 && s.Pattern == nil &&
		s.ContentEncoding == "" && s.ContentMediaType == "" && s.Minimum == nil && s.ExclusiveMinimum == nil &&
		s.Maximum == nil && s.ExclusiveMaximum == nil && s.MultipleOf == nil && len(s.Extensions) == 0
}
