package odata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

const graphNamespace = "microsoft.graph"

// resolve turns what was read into a model: references become types.
func (c *csdlReader) resolve() (*Model, error) {
	m := &Model{Namespace: graphNamespace, Container: c.container}
	c.byName = make(map[string]*csdlType, len(c.types))
	c.aliases = map[string]string{}
	if err := c.namespaces(m); err != nil {
		return nil, err
	}
	graph := false
	for _, t := range c.types {
		low := strings.ToLower(t.Namespace + "." + t.Name)
		if first := c.byName[low]; first != nil {
			c.fail(t.line, "the type %s is declared a second time, after line %d", t.Name, first.line)
			continue
		}
		c.byName[low] = t
		m.Types = append(m.Types, t.Type)
		t.Namespace = c.own(t.Namespace)
		graph = graph || t.Namespace == "" && t.Entity
	}
	if !graph && len(c.problems) == 0 {
		return nil, c.fatal(1, "the document has no entity type of %s; its namespaces are %s: another service's metadata?",
			graphNamespace, words.Cut(strings.Join(c.spaces(), ", "), 200, "…"))
	}
	if c.container == "" && len(c.problems) == 0 {
		return nil, c.fatal(1, "the document has no entity container: no address would lead to any of its %s",
			words.Count(len(c.types), "type", "types"))
	}
	for _, t := range c.types {
		c.bases(t)
	}
	for _, t := range c.types {
		c.properties(t)
	}
	m.Actions, c.operationLines[0] = c.operations(c.actions)
	m.Functions, c.operationLines[1] = c.operations(c.functions)
	c.targetsOf(m)
	c.annotate()
	if len(c.problems) == 0 {
		for i, err := range m.link() {
			if i >= maxLooked {
				c.more++ // to look for the line of each would take long
				continue
			}
			e := err.(*linkError) // link makes no others
			c.fail(c.lineOf(m, e.about), "%s", e.text)
		}
	}
	for _, l := range c.left {
		m.LeftOut = append(m.LeftOut, fmt.Sprintf("%s:%d: left out: %s", c.name, l.line, l.text))
	}
	if err := c.problem(); err != nil {
		return nil, err
	}
	return m, nil
}

// own is the namespace as a model has it: "" where it is the model's.
func (c *csdlReader) own(namespace string) string {
	if strings.EqualFold(namespace, graphNamespace) {
		return ""
	}
	return namespace
}

func (c *csdlReader) spaces() []string {
	var names []string
	for _, s := range c.schemas {
		if !slices.Contains(names, s.namespace) && len(names) < maxProblems {
			names = append(names, s.namespace)
		}
	}
	return names
}

// spelled is a namespace of the document as it is written there.
func (c *csdlReader) spelled(namespace string) string {
	for _, s := range c.schemas {
		if strings.EqualFold(s.namespace, namespace) {
			return s.namespace
		}
	}
	return namespace
}

// namespaces notes the schemas' names and aliases.
func (c *csdlReader) namespaces(m *Model) error {
	if len(c.schemas) == 0 {
		return c.fatal(1, "the document has no <Schema>")
	}
	for _, s := range c.schemas {
		if !namespace(s.namespace) {
			c.fail(s.line, "the namespace %s is no name with dots", words.Quote(s.namespace))
		}
		if s.alias != "" && !identifier(s.alias) {
			c.fail(s.line, "the alias %s is no name", words.Quote(s.alias))
		}
		low := strings.ToLower(s.namespace)
		c.aliases[low] = low
	}
	for _, s := range c.schemas {
		if low := strings.ToLower(s.alias); low != "" && c.aliases[low] == "" {
			c.aliases[low] = strings.ToLower(s.namespace)
		}
		at := slices.IndexFunc(m.Namespaces, func(n Namespace) bool { return strings.EqualFold(n.Name, s.namespace) })
		switch {
		case c.own(s.namespace) == "":
			if m.Alias == "" {
				m.Alias = s.alias
			}
		case at < 0:
			m.Namespaces = append(m.Namespaces, Namespace{s.namespace, s.alias})
		case m.Namespaces[at].Alias == "":
			m.Namespaces[at].Alias = s.alias
		}
		if len(m.Namespaces) > maxNoted {
			return c.fatal(s.line, "the document has more than %d namespaces", maxNoted)
		}
	}
	return nil
}

// found is what a reference leads to.
type found struct {
	shape
	typ     *csdlType // nil: none, or of the Edm namespace
	foreign bool      // the document does not have the namespace
}

// ok reports whether the reference leads to anything.
func (f found) ok() bool { return f.kind != kindNull }

// edmKind is the kind of a primitive type's full name. Kinds of geography and the
// abstract ones, which Graph does not use, are taken as any JSON (chosen).
func edmKind(name string) Kind {
	for k := KindString; k < KindEnum; k++ {
		if name == edmNames[k] {
			return k
		}
	}
	for _, prefix := range []string{"Edm.Geography", "Edm.Geometry", "Edm.PrimitiveType", "Edm.ComplexType", "Edm.EntityType"} {
		if strings.HasPrefix(name, prefix) {
			return KindUntyped
		}
	}
	return kindNull
}

// find resolves a reference. The alias of the schema it stands in counts first: two
// schemas may have the same.
func (c *csdlReader) find(s *csdlSchema, ref string) found {
	if f, ok := s.found[ref]; ok {
		return f
	}
	f := c.look(s, ref)
	s.found[ref] = f
	return f
}

func (c *csdlReader) look(s *csdlSchema, ref string) (f found) {
	name, coll := ref, false
	if inner, ok := strings.CutPrefix(ref, "Collection("); ok {
		name, coll = strings.TrimSuffix(inner, ")"), true
	}
	f.coll = coll
	if strings.HasPrefix(name, "Edm.") {
		f.kind = edmKind(name)
		return f
	}
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return f
	}
	ns := strings.ToLower(name[:dot])
	if strings.EqualFold(name[:dot], s.alias) {
		ns = strings.ToLower(s.namespace)
	} else if to := c.aliases[ns]; to != "" {
		ns = to
	} else {
		f.foreign = true
		return f
	}
	low := ns + strings.ToLower(name[dot:])
	if k := c.definitions[low]; k != kindNull {
		f.kind = k
		return f
	}
	t := c.byName[low]
	if t == nil {
		return f
	}
	f.typ, f.shape.typ, f.kind = t, t.Type, KindComplex
	if t.Enum() {
		f.kind = KindEnum
	} else if t.Entity {
		f.kind = KindEntity
	}
	return f
}

func (c *csdlReader) leave(line int, format string, args ...any) {
	if len(c.left) < maxNoted {
		c.left = append(c.left, problem{line, fmt.Sprintf(format, args...)})
	}
}

// bases ties t to its base, and finds circles and chains that are too long. It goes
// up the chain once: what it passes is known from then on.
func (c *csdlReader) bases(t *csdlType) {
	var chain []*csdlType
	depth := 0
	for at := t; ; {
		if at.depth < 0 {
			c.fail(at.line, "the type %s derives from itself", at.Name)
			break
		}
		if at.depth > 0 {
			depth = at.depth
			break
		}
		at.depth = -1
		chain = append(chain, at)
		if at.base == "" {
			break
		}
		f := c.find(at.schema, at.base)
		if f.typ == nil || f.coll {
			c.fail(at.line, "the document has no type %s, the base of %s", words.Quote(at.base), at.Name)
			break
		}
		if f.typ.Entity != at.Entity || f.typ.Enum() {
			c.fail(at.line, "the base of %s, %s, is not of its sort", at.Name, f.typ.Name)
			break
		}
		at.Base = f.typ.Type
		at = f.typ
	}
	for i := len(chain) - 1; i >= 0; i-- {
		depth++
		chain[i].depth = depth
		if depth == maxBases+1 {
			c.fail(chain[i].line, "the type %s has more than %d bases above one another", chain[i].Name, maxBases)
		}
	}
}

// properties resolves the types of t's properties.
func (c *csdlReader) properties(t *csdlType) {
	kept := t.Properties[:0]
	refs := t.refs[:0]
	for i, p := range t.Properties {
		ref := t.refs[i]
		f := c.find(t.schema, ref.typ)
		if !f.ok() && (f.foreign || p.Navigation) && strings.Contains(ref.typ, ".") {
			c.leave(ref.line, "%s.%s, whose type %s the document does not have", t.Name, p.Name, words.Quote(ref.typ))
			continue
		}
		if !f.ok() {
			c.fail(ref.line, "the document has no type %s, that of %s.%s", words.Quote(ref.typ), t.Name, p.Name)
		}
		p.Kind, p.Type, p.Collection = f.kind, f.shape.typ, f.coll
		if p.Navigation && p.Collection {
			p.Nullable = false
		}
		kept, refs = append(kept, p), append(refs, ref)
	}
	t.Properties, t.refs = slices.Clip(kept), refs
	if len(t.Properties) == 0 {
		t.Properties = nil
	}
}
