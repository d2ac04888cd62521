package odata

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// operations resolves what operations are bound to, take and return. One that speaks
// of types of another vocabulary is left out. lines are where the others stand.
func (c *csdlReader) operations(read []csdlOperation) (list []Operation, lines []int) {
	for i := range read {
		o := &read[i]
		foreign := false
		resolve := func(p *Property, ref csdlRef) {
			f := c.find(o.schema, ref.typ)
			p.Kind, p.Type, p.Collection = f.kind, f.shape.typ, f.coll
			if !f.ok() && f.foreign {
				c.leave(o.line, "the operation %s, which uses the type %s", o.Name, words.Quote(ref.typ))
				foreign = true
			} else if !f.ok() {
				c.fail(ref.line, "the document has no type %s, which %s uses", words.Quote(ref.typ), o.Name)
			}
		}
		for i := range o.Parameters {
			resolve(&o.Parameters[i], o.refs[i])
		}
		if o.Returns != nil {
			resolve(o.Returns, o.returns)
		}
		if foreign {
			continue
		}
		if o.bound {
			first := o.Parameters[0]
			if first.Type == nil && first.Kind != kindNull || first.Kind == KindEnum {
				c.leave(o.line, "the operation %s, which is bound to no structured type", o.Name)
				continue
			}
			o.Binding, o.BindingCollection, o.Parameters = first.Type, first.Collection, o.Parameters[1:]
		}
		if len(o.Parameters) == 0 {
			o.Parameters = nil
		}
		o.Namespace = c.own(o.Namespace)
		list, lines = append(list, o.Operation), append(lines, o.line)
	}
	return list, lines
}

// targetsOf resolves what the entity container holds.
func (c *csdlReader) targetsOf(m *Model) {
	resolve := func(t *csdlTarget) *Type {
		f := c.find(t.schema, t.typ)
		if f.kind == KindEntity && !f.coll {
			return f.shape.typ
		}
		if f.foreign {
			c.leave(t.line, "%s, whose type %s the document does not have", t.name, words.Quote(t.typ))
		} else {
			c.fail(t.line, "the document has no entity type %s, that of %s", words.Quote(t.typ), t.name)
		}
		return nil
	}
	for i := range c.sets {
		if t := resolve(&c.sets[i]); t != nil {
			m.EntitySets = append(m.EntitySets, EntitySet{c.sets[i].name, t, c.sets[i].bindings})
		}
	}
	for i := range c.singletons {
		if t := resolve(&c.singletons[i]); t != nil {
			m.Singletons = append(m.Singletons, Singleton{c.singletons[i].name, t, c.singletons[i].bindings})
		}
	}
	for i := range c.imports {
		for j := range c.imports[i] {
			one := &c.imports[i][j]
			if dot := strings.LastIndexByte(one.Operation, '.'); dot > 0 {
				if ns := c.aliases[strings.ToLower(one.Operation[:dot])]; ns != "" {
					one.Operation = c.spelled(ns) + one.Operation[dot:]
					continue
				}
			}
			c.fail(c.importLines[i][j], "%s, the operation of %s, is in no namespace of the document", words.Quote(one.Operation), one.Name)
		}
	}
	m.ActionImports, m.FunctionImports = c.imports[0], c.imports[1]
}

// annotate brings annotations that stand apart to their targets. Those of targets
// that the document does not have are passed over: the service's own have some.
func (c *csdlReader) annotate() {
	for _, a := range c.targets {
		name, property, _ := strings.Cut(a.target, "/")
		t := c.find(a.schema, name).typ
		switch {
		case t == nil:
		case property == "":
			t.AlternateKeys = append(t.AlternateKeys, a.keys...)
		default:
			for i := range t.Properties {
				if p := &t.Properties[i]; p.Name == property {
					p.Computed, p.Immutable = p.Computed || a.computed, p.Immutable || a.immutable
				}
			}
		}
	}
}

// lineOf finds where something that Link is not content with stands.
func (c *csdlReader) lineOf(m *Model, about any) int {
	for _, t := range c.types {
		if about == any(t.Type) {
			return t.line
		}
		for i := range t.Properties {
			if about == any(&t.Properties[i]) {
				return t.refs[i].line
			}
		}
	}
	named := func(list []csdlTarget, name string) int {
		line := 1
		for _, t := range list { // the last one: it is the second of two
			if t.name == name {
				line = t.line
			}
		}
		return line
	}
	switch about := about.(type) {
	case *EntitySet:
		return named(c.sets, about.Name)
	case *Singleton:
		return named(c.singletons, about.Name)
	case *Import:
		for i := range c.imports {
			for j := range c.imports[i] {
				if about == &c.imports[i][j] {
					return c.importLines[i][j]
				}
			}
		}
	}
	for at, list := range [][]Operation{m.Actions, m.Functions} {
		for i := range list {
			o := &list[i]
			here := about == any(o) || about == any(o.Returns)
			for j := range o.Parameters {
				here = here || about == any(&o.Parameters[j])
			}
			if here {
				return c.operationLines[at][i]
			}
		}
	}
	return 1
}
