package schema

import (
	"cmp"
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
	schema *jsonschema.Schema // less what is a pure $ref

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

// nodes are those that were made, by their schemas. Schemas may be recursive: a
// node is known before its parts are looked at.
type nodes map[*jsonschema.Schema]*node

// of returns the node of s, which target has returned.
func (made nodes) of(s *jsonschema.Schema) *node {
	if n := made[s]; n != nil {
		return n
	}
	n := &node{schema: s}
	made[s] = n
	if slices.Contains(s.Types, "object") {
		n.title = s.Title
	}
	if made.abstract(n) {
		return n
	}
	made.properties(n)
	if s.Items2020 != nil {
		n.items = made.of(target(s.Items2020))
	}
	switch a := s.AdditionalProperties.(type) {
	case bool:
		n.strict = !a
	case *jsonschema.Schema:
		n.extra = made.of(target(a))
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
	return n
}

func (made nodes) properties(n *node) {
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
		n.props[name] = made.of(target(sub))
	}
	slices.Sort(n.names)
}

// abstract makes n abstract if its schema is: a list of "if @odata.type is X then
// it is an X".
func (made nodes) abstract(n *node) bool {
	s := n.schema
	if len(s.AllOf) == 0 || len(s.Properties) != 1 || s.Properties[odataType] == nil || s.AdditionalProperties != nil {
		return false
	}
	for _, a := range s.AllOf {
		if a.If == nil || a.Then == nil || a.If.Properties[odataType] == nil || len(a.If.Properties[odataType].Constant) != 1 {
			return false
		}
	}
	n.kinds = make(map[string]*node, len(s.AllOf))
	for _, a := range s.AllOf {
		name, _ := a.If.Properties[odataType].Constant[0].(string)
		n.kinds[name] = made.of(target(a.Then))
		n.accept(name)
	}
	return true
}

// kind returns the node of the type that v, of an abstract type, says it is; n
// where it names none, and where n is not abstract.
func (n *node) kind(v any) *node {
	if n == nil || n.kinds == nil {
		return n
	}
	m, _ := v.(map[string]any)
	name, _ := m[odataType].(string)
	return cmp.Or(n.kinds[name], n)
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

// target follows references that have nothing beside them but annotations. The
// compiler has refused circles of them.
func target(s *jsonschema.Schema) *jsonschema.Schema {
	for s.Ref != nil && s.Properties == nil && s.Items2020 == nil && s.AdditionalProperties == nil && s.AllOf == nil && s.Types == nil {
		s = s.Ref
	}
	return s
}
