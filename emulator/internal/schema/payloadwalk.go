package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// maxPayload is how deep structured values may nest (chosen). No type of Graph's does a
// third of it.
const maxPayload = 64

// payload is one call of Payloads.Check.
type payload struct {
	check
	of     *Payloads
	update bool
	depth  int
	holder string // type of the object in hand
}

// object checks one structured value.
func (c *payload) object(t *odata.Type, v any) {
	if c.full() {
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		c.refuse(t, "", v, WrongType, unexpectedNode(v, "StartObject"))
		return
	}
	if c.depth++; c.depth > maxPayload {
		c.depth--
		c.refuse(t, "", nil, BadValue, "The depth limit for entries in nested expanded navigation links was reached.")
		return
	}
	defer func(holder string) { c.depth, c.holder = c.depth-1, holder }(c.holder)
	if t = c.actual(t, m); t == nil {
		return
	}
	c.holder = t.Name
	plain := make(map[string]any, len(m)) // what the schema is asked about: no control information, no unknown names
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if at := strings.IndexByte(name, '@'); at >= 0 {
			c.control(t, name, name[at+1:], m[name])
			continue
		}
		p := t.Declared(name)
		if p == nil {
			c.unknown(t, m, name)
			continue
		}
		if name != p.Name {
			if _, twice := m[p.Name]; twice {
				c.refuse(t, name, m[name], Duplicate, fmt.Sprintf("Multiple properties with the name '%s' were detected in the payload.", p.Name))
				continue
			}
			m[p.Name] = m[name]
			delete(m, name)
			c.rename(p.Name, name)
		}
		c.enter(step{p.Name, -1})
		m[p.Name] = c.value(p, m[p.Name])
		c.leave()
		if !p.Navigation {
			plain[p.Name] = m[p.Name]
		}
	}
	c.ask(t, plain)
}

// actual is the type that m says it is.
func (c *payload) actual(t *odata.Type, m map[string]any) *odata.Type {
	v, ok := m[odataType]
	if !ok {
		if t.Abstract {
			c.refuse(t, "", nil, MissingType, "A value without a type name was found and no expected type is available. "+
				"When the model is specified, each value in the payload must have a type which can be either specified in the payload, "+
				"explicitly by the caller or implicitly inferred from the parent value.")
			return nil
		}
		return t
	}
	name, ok := v.(string)
	if !ok {
		c.refuse(t, odataType, v, WrongType, noText(v))
		return nil
	}
	found, known := t.Named(name)
	shown := strings.TrimPrefix(cut(name, maxType), "#")
	switch {
	case !known:
		c.refuse(t, odataType, v, UnknownType, fmt.Sprintf("A type named '%s' could not be resolved by the model. "+
			"When a model is available, each type name must resolve to a valid type.", shown))
	case found == nil:
		c.refuse(t, odataType, v, UnknownType, fmt.Sprintf(
			"A value with type '%s' was found, which is not assignable to the expected type '%s'.", shown, t.Qualified()))
	case found.Abstract:
		c.refuse(t, odataType, v, UnknownType, fmt.Sprintf("An instance of the abstract type '%s' cannot be made.", found.Qualified()))
		return nil
	}
	return found
}

// value goes into one property's value and brings members of enumerations to their
// spelling.
func (c *payload) value(p *odata.Property, v any) any {
	if items, ok := v.([]any); ok && p.Collection && (p.Kind == odata.KindComplex || p.Kind == odata.KindEnum) {
		one := *p
		one.Collection = false
		for i, item := range items {
			c.enter(step{index: i})
			items[i] = c.value(&one, item)
			c.leave()
		}
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		if p.Kind == odata.KindComplex && !p.Collection {
			c.object(p.Type, v)
		}
	case string:
		if p.Kind == odata.KindEnum && len(v) <= maxType {
			name, ok := p.Type.MemberName(v)
			if !ok && p.Type.Flags && len(p.Type.Members) > 0 {
				c.fail(c.member(p, v))
			}
			return name
		}
	}
	return v
}

// control checks what control information must be; the rest may stand (OData: what a
// service does not understand it ignores).
func (c *payload) control(t *odata.Type, name, term string, v any) {
	if term != "odata.bind" {
		return
	}
	items, many := v.([]any)
	if !many {
		items = []any{v}
	}
	for _, item := range items {
		if _, ok := item.(string); !ok {
			c.refuse(t, name, v, WrongType, noText(item))
			return
		}
	}
}

func (c *payload) unknown(t *odata.Type, m map[string]any, name string) {
	if t.Free() || c.of.Extra != nil && c.of.Extra(t, name) {
		return
	}
	var names []string
	for _, p := range t.All() {
		names = append(names, p.Name)
	}
	f := c.failure(t, name, m[name], UnknownProperty, fmt.Sprintf("Invalid property '%s'.", cut(name, maxType)))
	f.Nearest = c.nearest(func() string { return words.Nearest(name, names) })
	c.fail(f)
}

// ask validates the properties of one object by the schema of its type.
func (c *payload) ask(t *odata.Type, v map[string]any) {
	if c.full() {
		return
	}
	err := run(c.of.schema(payloadOf{t, c.update}), v)
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		if err != nil {
			c.refuse(t, "", nil, BadValue, err.Error())
		}
		return
	}
	c.leaves(ve, func(leaf *jsonschema.ValidationError) {
		tokens := strings.Split(strings.TrimPrefix(leaf.InstanceLocation, "/"), "/")
		name := unescape(tokens[0])
		p, value := t.Declared(name), v[name]
		if p == nil {
			return // it was named before
		}
		collection := p.Collection
		for _, token := range tokens[1:] {
			items, _ := value.([]any)
			if i, ok := index(token); ok && i < len(items) {
				value, collection = items[i], false
			}
		}
		f := c.failure(t, name, value, WrongType, "")
		f.Pointer = c.pointer(tokens...)
		f.Kind, f.Message = c.explain(p, value, collection)
		if text, ok := value.(string); ok && p.Kind == odata.KindEnum && !collection {
			f = c.member(p, text)
			f.Pointer = c.pointer(tokens...)
		}
		c.fail(f)
	})
}

// explain is why the value is none of the property. Texts: wrong type observed, wrong
// node documented in the OData library, null inferred from it.
func (c *payload) explain(p *odata.Property, v any, collection bool) (Kind, string) {
	expected := "PrimitiveValue"
	switch {
	case collection:
		expected = "StartArray"
	case p.Kind == odata.KindComplex:
		expected = "StartObject"
	}
	switch got := jsonNode(v); {
	case v == nil:
		typ := p.TypeName() + "[Nullable=False]"
		return BadValue, fmt.Sprintf("A null value was found for the property named '%s', which has the expected type '%s'. "+
			"The expected type '%s' does not allow null values.", p.Name, typ, typ)
	case got != expected:
		return WrongType, unexpectedNode(v, expected)
	}
	one := *p
	one.Collection = false
	return WrongType, cannotConvert(one.TypeName())
}

func cannotConvert(typeName string) string {
	return "Cannot convert a primitive value to the expected type '" + typeName + "'. See the inner exception for more details."
}

// noText is why v is no text.
func noText(v any) string {
	if jsonNode(v) == "PrimitiveValue" {
		return cannotConvert(odata.KindString.String())
	}
	return unexpectedNode(v, "PrimitiveValue")
}

// member is the failure of a name that is no member of the property's enumeration, in
// words that are observed for others of Graph's enumerations.
func (c *payload) member(p *odata.Property, text string) Failure {
	return Failure{
		Pointer: c.pointer(), Kind: BadValue, Property: p.Name, Type: c.holder, Value: show(p.Name, text),
		Message: fmt.Sprintf("Requested value '%s' was not found.", cut(text, maxType)),
		Nearest: c.nearest(func() string { return words.Nearest(text, p.Type.Members) }),
	}
}

func (c *payload) failure(t *odata.Type, property string, v any, kind Kind, message string) Failure {
	f := Failure{Pointer: c.pointer(), Kind: kind, Property: property, Type: t.Name, Message: message}
	if property != "" {
		f.Pointer += "/" + jsontree.Escape(property)
	}
	if v != nil {
		f.Value = show(property, v)
	}
	return f
}

func (c *payload) refuse(t *odata.Type, property string, v any, kind Kind, message string) {
	c.fail(c.failure(t, property, v, kind, message))
}

// jsonNode is what the OData library calls a JSON value.
func jsonNode(v any) string {
	switch v.(type) {
	case map[string]any:
		return "StartObject"
	case []any:
		return "StartArray"
	}
	return "PrimitiveValue"
}

func unexpectedNode(v any, expected string) string {
	return fmt.Sprintf("An unexpected '%s' node was found when reading from the JSON reader. A '%s' node was expected.", jsonNode(v), expected)
}
