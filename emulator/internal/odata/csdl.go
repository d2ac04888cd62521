package odata

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

const coreTerms = "Org.OData.Core.V1."

// CSDL returns the model as an OData 4.0 metadata document (OASIS, CSDL XML
// 4.0), as Graph's own is: a schema for each namespace with enumerations, entity
// types, complex types, actions, functions, the entity container and what is
// annotated apart, each in the model's order, so that equal models give equal
// bytes. A type that declares "id" itself gets it as its key.
func (m *Model) CSDL() []byte {
	doc := xmlEdmx{Version: "4.0", NS: "http://docs.oasis-open.org/odata/ns/edmx"}
	schemas := map[string]*xmlSchema{}
	schema := func(namespace, alias string) *xmlSchema {
		low := strings.ToLower(m.in(namespace))
		if schemas[low] == nil {
			schemas[low] = &xmlSchema{Namespace: m.in(namespace), Alias: alias, NS: "http://docs.oasis-open.org/odata/ns/edm"}
			doc.Schemas = append(doc.Schemas, schemas[low])
		}
		return schemas[low]
	}
	schema("", m.Alias).Container = m.xmlContainer()
	for _, n := range m.Namespaces {
		schema(n.Name, n.Alias)
	}
	for _, t := range m.Types {
		s := schema(t.Namespace, "")
		switch {
		case t.Enum():
			s.Enums = append(s.Enums, xmlEnumeration(t))
		case t.Entity:
			s.Entities = append(s.Entities, xmlStructured(t))
		default:
			s.Complexes = append(s.Complexes, xmlStructured(t))
		}
		s.Targets = xmlMarked(s.Targets, t)
	}
	for i := range m.Actions {
		s := schema(m.Actions[i].Namespace, "")
		s.Actions = append(s.Actions, xmlBound(&m.Actions[i]))
	}
	for i := range m.Functions {
		s := schema(m.Functions[i].Namespace, "")
		s.Functions = append(s.Functions, xmlBound(&m.Functions[i]))
	}
	for _, s := range doc.Schemas { // in the order of their names, as Graph has them
		slices.SortStableFunc(s.Targets, func(a, b xmlTarget) int { return strings.Compare(a.Target, b.Target) })
	}

	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	// Neither a buffer nor structs of strings can make the encoder fail.
	_ = e.Encode(doc)
	b.WriteByte('\n')
	return b.Bytes()
}

func (m *Model) xmlContainer() *xmlContainer {
	c := &xmlContainer{Name: m.Container}
	bindings := func(list []Binding) (out []xmlBinding) {
		for _, b := range list {
			out = append(out, xmlBinding(b))
		}
		return out
	}
	for _, set := range m.EntitySets {
		c.EntitySets = append(c.EntitySets, xmlSet{set.Name, set.Type.Qualified(), bindings(set.Bindings)})
	}
	for _, one := range m.Singletons {
		c.Singletons = append(c.Singletons, xmlSingle{one.Name, one.Type.Qualified(), bindings(one.Bindings)})
	}
	for _, i := range m.ActionImports {
		c.Actions = append(c.Actions, xmlImport{Name: i.Name, Action: i.Operation, Set: i.EntitySet})
	}
	for _, i := range m.FunctionImports {
		c.Functions = append(c.Functions, xmlImport{Name: i.Name, Function: i.Operation, Set: i.EntitySet})
	}
	return c
}

func xmlEnumeration(t *Type) xmlEnum {
	e := xmlEnum{Name: t.Name, Flags: yes(t.Flags)}
	for i, name := range t.Members {
		e.Members = append(e.Members, xmlMember{name, strconv.Itoa(t.memberValue(i))})
	}
	return e
}

// xmlMarked adds what is said of t's properties, each by its name, as Graph does.
func xmlMarked(targets []xmlTarget, t *Type) []xmlTarget {
	for i := range t.Properties {
		p := &t.Properties[i]
		var marks []xmlAnnotation
		if p.Computed {
			marks = append(marks, xmlAnnotation{Term: coreTerms + "Computed", Bool: "true"})
		}
		if p.Immutable {
			marks = append(marks, xmlAnnotation{Term: coreTerms + "Immutable", Bool: "true"})
		}
		if marks != nil {
			targets = append(targets, xmlTarget{t.Qualified() + "/" + p.Name, marks})
		}
	}
	return targets
}

func xmlAlternate(keys [][]AlternateKey) *xmlAnnotation {
	all := &xmlCollection{}
	for _, key := range keys {
		parts := &xmlCollection{}
		for _, part := range key {
			parts.Records = append(parts.Records, xmlRecord{Type: coreTerms + "PropertyRef", Values: []xmlValue{
				{Property: "Alias", String: part.Alias}, {Property: "Name", Path: part.Name}}})
		}
		all.Records = append(all.Records, xmlRecord{Type: coreTerms + "AlternateKey", Values: []xmlValue{{Property: "Key", Collection: parts}}})
	}
	return &xmlAnnotation{Term: coreTerms + "AlternateKeys", Keys: all}
}

func xmlStructured(t *Type) xmlType {
	x := xmlType{Name: t.Name, Abstract: yes(t.Abstract)}
	if t.Base != nil {
		x.BaseType = t.Base.Qualified()
	}
	x.Open, x.HasStream = yes(t.Open), yes(t.HasStream)
	switch {
	case !t.Entity:
	case t.Key != nil:
		x.Key = &xmlKey{}
		for _, name := range t.Key {
			x.Key.Refs = append(x.Key.Refs, xmlNamed{name})
		}
	case t.own("id") != nil:
		x.Key = &xmlKey{[]xmlNamed{{t.own("id").Name}}}
	}
	if t.AlternateKeys != nil {
		x.Alternate = xmlAlternate(t.AlternateKeys)
	}
	for i := range t.Properties {
		p := &t.Properties[i]
		one := xmlTyped(p)
		one.Name = p.Name
		if p.Navigation {
			if p.Unserved && p.Type.root() {
				continue // the model has its name alone
			}
			one.Contains = yes(p.Contained)
			if p.Collection {
				one.Nullable = "" // not allowed on a navigation to many
			}
			x.Navigations = append(x.Navigations, one)
		} else {
			x.Properties = append(x.Properties, one)
		}
	}
	return x
}

func xmlBound(o *Operation) xmlOperation {
	x := xmlOperation{Name: o.Name, Bound: yes(o.Binding != nil), Composable: yes(o.Composable), Result: o.ResultPath}
	if o.Binding != nil {
		x.Parameters = append(x.Parameters, xmlProperty{
			Name: "bindingParameter", Type: shape{KindEntity, o.Binding, o.BindingCollection}.String(),
		})
	}
	for i := range o.Parameters {
		p := xmlTyped(&o.Parameters[i])
		p.Name = o.Parameters[i].Name
		if o.Parameters[i].Optional {
			p.Optional = &xmlAnnotation{Term: coreTerms + "OptionalParameter"}
		}
		x.Parameters = append(x.Parameters, p)
	}
	if o.Returns != nil {
		r := xmlTyped(o.Returns)
		x.Returns = &r
	}
	return x
}

// xmlTyped leaves Nullable out where it is true, which is CSDL's default.
func xmlTyped(p *Property) xmlProperty {
	x := xmlProperty{Type: p.TypeName()}
	if !p.Nullable {
		x.Nullable = "false"
	}
	return x
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return ""
}
