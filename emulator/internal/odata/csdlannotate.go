package odata

import "strings"

// term returns the name of a term that counts, "" for any other.
func (c *csdlReader) term(e *element) string {
	term := e.get("Term")
	dot := strings.LastIndexByte(term, '.')
	if dot < 0 || !c.vocabularies[term[:dot]] {
		return ""
	}
	return term[dot+1:]
}

// annotations reads what stands apart from its target.
func (c *csdlReader) annotations(s *csdlSchema, e *element) error {
	var p Property
	a := csdlAnnotated{schema: s}
	err := c.children(e, func(kid *element) error { return c.marks(kid, &p, &a.keys) })
	if p.Computed || p.Immutable || a.keys != nil {
		a.target, a.computed, a.immutable = c.intern(e.get("Target")), p.Computed, p.Immutable
		c.targets = append(c.targets, a)
	}
	return err
}

// marks reads one annotation into the property, or the type's alternate keys where
// keys is not nil. A Boolean one without a value is true, which is the terms' default.
func (c *csdlReader) marks(e *element, p *Property, keys *[][]AlternateKey) error {
	if e.name != "Annotation" {
		return c.skip(e)
	}
	switch c.term(e) {
	case "Computed":
		p.Computed = c.flag(e, "Bool", true)
	case "Immutable":
		p.Immutable = c.flag(e, "Bool", true)
	case "OptionalParameter":
		p.Optional = true
	case "AlternateKeys":
		if keys != nil {
			return c.children(e, func(e *element) error { return c.alternate(e, keys) })
		}
	}
	return c.skip(e)
}

// alternate reads alternate keys: a collection of records, each with a collection
// "Key" of records, each with a "Name" and an "Alias".
func (c *csdlReader) alternate(e *element, keys *[][]AlternateKey) error {
	within := func(e *element) error { return c.alternate(e, keys) }
	if e.name != "PropertyValue" {
		return c.children(e, within)
	}
	key := func() *AlternateKey { // the part being read
		if len(*keys) == 0 || len((*keys)[len(*keys)-1]) == 0 {
			return &AlternateKey{}
		}
		parts := (*keys)[len(*keys)-1]
		return &parts[len(parts)-1]
	}
	switch e.get("Property") {
	case "Key":
		*keys = append(*keys, nil)
		return c.children(e, func(e *element) error {
			return c.children(e, func(e *element) error { // of the collection
				last := &(*keys)[len(*keys)-1]
				*last = append(*last, AlternateKey{})
				return c.children(e, within)
			})
		})
	case "Name":
		text, err := c.value(e)
		key().Name = text
		return err
	case "Alias":
		text, err := c.value(e)
		key().Alias = text
		return err
	}
	return c.skip(e)
}

// value reads a constant: an attribute, or a text in an element.
func (c *csdlReader) value(e *element) (string, error) {
	text, err := c.content(e)
	for _, name := range []string{"PropertyPath", "Path", "String"} {
		if v := e.get(name); v != "" {
			text = v
		}
	}
	return c.intern(text), err
}
