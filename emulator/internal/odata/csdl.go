package odata

import (
	"bytes"
	"encoding/xml"
	"strconv"
)

// The elements of CSDL, in the order in which Graph's own metadata has them.
// Names with a prefix are written literally, since encoding/xml would declare
// the edmx namespace again on every element.
type (
	xmlEdmx struct {
		XMLName xml.Name  `xml:"edmx:Edmx"`
		Version string    `xml:"Version,attr"`
		NS      string    `xml:"xmlns:edmx,attr"`
		Schema  xmlSchema `xml:"edmx:DataServices>Schema"`
	}
	xmlSchema struct {
		Namespace string         `xml:"Namespace,attr"`
		Alias     string         `xml:"Alias,attr,omitempty"`
		NS        string         `xml:"xmlns,attr"`
		Enums     []xmlEnum      `xml:"EnumType"`
		Entities  []xmlType      `xml:"EntityType"`
		Complexes []xmlType      `xml:"ComplexType"`
		Actions   []xmlOperation `xml:"Action"`
		Functions []xmlOperation `xml:"Function"`
		Container xmlContainer   `xml:"EntityContainer"`
	}
	xmlEnum struct {
		Name    string      `xml:"Name,attr"`
		Members []xmlMember `xml:"Member"`
	}
	xmlMember struct {
		Name  string `xml:"Name,attr"`
		Value string `xml:"Value,attr"`
	}
	xmlType struct {
		Name        string        `xml:"Name,attr"`
		BaseType    string        `xml:"BaseType,attr,omitempty"`
		Abstract    string        `xml:"Abstract,attr,omitempty"`
		Key         *xmlKey       `xml:"Key"`
		Properties  []xmlProperty `xml:"Property"`
		Navigations []xmlProperty `xml:"NavigationProperty"`
	}
	xmlKey struct {
		Ref xmlNamed `xml:"PropertyRef"`
	}
	xmlNamed struct {
		Name string `xml:"Name,attr"`
	}
	xmlProperty struct {
		Name     string `xml:"Name,attr,omitempty"`
		Type     string `xml:"Type,attr"`
		Nullable string `xml:"Nullable,attr,omitempty"`
		Contains string `xml:"ContainsTarget,attr,omitempty"`
	}
	xmlOperation struct {
		Name       string        `xml:"Name,attr"`
		Bound      string        `xml:"IsBound,attr,omitempty"`
		Parameters []xmlProperty `xml:"Parameter"`
		Returns    *xmlProperty  `xml:"ReturnType"`
	}
	xmlSet struct {
		Name string `xml:"Name,attr"`
		Type string `xml:"EntityType,attr"`
	}
	xmlContainer struct {
		Name       string      `xml:"Name,attr"`
		EntitySets []xmlSet    `xml:"EntitySet"`
		Singletons []xmlSingle `xml:"Singleton"`
	}
	xmlSingle struct {
		Name     string       `xml:"Name,attr"`
		Type     string       `xml:"Type,attr"`
		Bindings []xmlBinding `xml:"NavigationPropertyBinding"`
	}
	xmlBinding struct {
		Path   string `xml:"Path,attr"`
		Target string `xml:"Target,attr"`
	}
)

// CSDL returns the model as an OData 4.0 metadata document (OASIS, CSDL XML
// 4.0): one schema with enumerations, entity types, complex types, actions,
// functions and the entity container, each in the model's order, so that equal
// models give equal bytes. A type that declares "id" itself gets it as its key.
func (m *Model) CSDL() []byte {
	s := xmlSchema{
		Namespace: m.Namespace,
		Alias:     m.Alias,
		NS:        "http://docs.oasis-open.org/odata/ns/edm",
		Container: xmlContainer{Name: m.Container},
	}
	for _, t := range m.Types {
		switch {
		case t.Enum():
			e := xmlEnum{Name: t.Name}
			for i, name := range t.Members {
				n := i
				if t.Values != nil {
					n = t.Values[i]
				}
				e.Members = append(e.Members, xmlMember{name, strconv.Itoa(n)})
			}
			s.Enums = append(s.Enums, e)
		case t.Entity:
			s.Entities = append(s.Entities, xmlStructured(t))
		default:
			s.Complexes = append(s.Complexes, xmlStructured(t))
		}
	}
	for i := range m.Actions {
		s.Actions = append(s.Actions, xmlBound(&m.Actions[i]))
	}
	for i := range m.Functions {
		s.Functions = append(s.Functions, xmlBound(&m.Functions[i]))
	}
	for _, set := range m.EntitySets {
		s.Container.EntitySets = append(s.Container.EntitySets, xmlSet{set.Name, set.Type.Qualified()})
	}
	for _, one := range m.Singletons {
		x := xmlSingle{Name: one.Name, Type: one.Type.Qualified()}
		for _, b := range one.Bindings {
			x.Bindings = append(x.Bindings, xmlBinding(b))
		}
		s.Container.Singletons = append(s.Container.Singletons, x)
	}

	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	// Neither a buffer nor structs of strings can make the encoder fail.
	_ = e.Encode(xmlEdmx{Version: "4.0", NS: "http://docs.oasis-open.org/odata/ns/edmx", Schema: s})
	b.WriteByte('\n')
	return b.Bytes()
}

func xmlStructured(t *Type) xmlType {
	x := xmlType{Name: t.Name, Abstract: yes(t.Abstract)}
	if t.Base != nil {
		x.BaseType = t.Base.Qualified()
	}
	if t.Entity && t.own("id") != nil {
		x.Key = &xmlKey{xmlNamed{t.own("id").Name}}
	}
	for i := range t.Properties {
		p := &t.Properties[i]
		one := xmlTyped(p)
		one.Name = p.Name
		if p.Navigation {
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
	x := xmlOperation{Name: o.Name, Bound: yes(o.Binding != nil)}
	if o.Binding != nil {
		x.Parameters = append(x.Parameters, xmlProperty{
			Name: "bindingParameter", Type: shape{KindEntity, o.Binding, o.BindingCollection}.String(),
		})
	}
	for i := range o.Parameters {
		p := xmlTyped(&o.Parameters[i])
		p.Name = o.Parameters[i].Name
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
