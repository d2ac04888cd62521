package schema

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// Payloads checks what clients send of types that a model alone describes, by JSON
// Schemas (draft 2020-12) that are derived from it. The zero value is ready. It is safe
// for concurrent use.
//
// A schema is of one type, has its structural properties only, and is compiled when it
// is first needed: a structured value within an object is checked by its own type's,
// which its "@odata.type" may name, and what a navigation leads to is for the caller.
// That keeps schemas small (one of Graph's user with all that it refers to, navigations
// too, has 449 KB and takes 176 ms) and ends every recursion.
type Payloads struct {
	// Extra says of a name that the type does not have whether it may stand all the same,
	// as registered extensions may; nil: none may.
	Extra func(t *odata.Type, name string) bool

	compiled sync.Map // payloadOf → *jsonschema.Schema
}

// payloadOf is what a schema is for.
type payloadOf struct {
	t      *odata.Type
	update bool
}

// Check brings v, decoded JSON, to the spelling of the model in place (names and
// members of enumerations in any letter case are documented), and validates it as a
// create or an update of a t. It returns every failure in the service's words, ordered
// by pointer; nil: there is none. After a failure v may be left half way.
//
// Nothing is required: what a create needs the metadata does not say. A property that is
// not nullable may be null in a create, where it is as good as absent, and not in an
// update (chosen). Control information may stand anywhere.
func (p *Payloads) Check(t *odata.Type, v any, update bool) []Failure {
	c := payload{of: p, update: update}
	c.object(t, v)
	return c.result()
}

// Document returns the schema of a type, as JSON.
func Document(t *odata.Type, update bool) []byte {
	properties := map[string]any{}
	for _, p := range t.All() {
		properties[p.Name] = propertySchema(p, update)
	}
	doc := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": t.Qualified(),
		"type": "object", "properties": properties,
	}
	if !t.Free() {
		doc["additionalProperties"] = false
	}
	text, _ := json.Marshal(doc) // maps of texts and numbers always encode
	return text
}

func propertySchema(p *odata.Property, update bool) map[string]any {
	if p.Navigation || p.Kind == odata.KindUntyped || p.Kind == odata.KindStream {
		return map[string]any{} // not for a schema to say
	}
	one := valueSchema(p)
	if p.Collection {
		if p.Nullable {
			nullable(one)
		}
		return map[string]any{"type": []string{"array", "null"}, "items": one}
	}
	if p.Nullable || !update {
		nullable(one)
	}
	return one
}

// nullable lets null stand beside what s is for.
func nullable(s map[string]any) {
	s["type"] = append(s["type"].([]string), "null")
	if members, ok := s["enum"].([]any); ok {
		s["enum"] = append(members, nil)
	}
}

// valueSchema is the schema of one value. Numbers beyond 32 bits, and those that need
// not be whole, may be texts (documented: IEEE754Compatible, INF and NaN).
func valueSchema(p *odata.Property) map[string]any {
	whole := func(least, most int64) map[string]any {
		return map[string]any{"type": []string{"integer"}, "minimum": least, "maximum": most}
	}
	switch p.Kind {
	case odata.KindBoolean:
		return map[string]any{"type": []string{"boolean"}}
	case odata.KindByte:
		return whole(0, 255)
	case odata.KindSByte:
		return whole(-128, 127)
	case odata.KindInt16:
		return whole(-1<<15, 1<<15-1)
	case odata.KindInt32:
		return whole(-1<<31, 1<<31-1)
	case odata.KindInt64:
		return map[string]any{"type": []string{"integer", "string"}, "format": formatOf(p.Kind)}
	case odata.KindSingle, odata.KindDouble, odata.KindDecimal:
		return map[string]any{"type": []string{"number", "string"}, "format": formatOf(p.Kind)}
	case odata.KindEnum:
		s := map[string]any{"type": []string{"string"}}
		if len(p.Type.Members) > 0 && !p.Type.Flags { // lists of flags are looked at by the walk
			members := make([]any, len(p.Type.Members))
			for i, m := range p.Type.Members {
				members[i] = m
			}
			s["enum"] = members
		}
		return s
	case odata.KindComplex, odata.KindEntity:
		return map[string]any{"type": []string{"object"}}
	case odata.KindString:
		return map[string]any{"type": []string{"string"}}
	}
	return map[string]any{"type": []string{"string"}, "format": formatOf(p.Kind)}
}

// formatOf is the name of the format that texts of a kind have: "Edm.Guid".
func formatOf(k odata.Kind) string { return k.String() }

// edmFormats are the formats of the primitive kinds.
var edmFormats = func() map[string]func(any) bool {
	formats := map[string]func(any) bool{}
	for k := odata.KindString; k < odata.KindEnum; k++ {
		formats[formatOf(k)] = func(v any) bool {
			text, ok := v.(string)
			return !ok || k.Valid(text)
		}
	}
	return formats
}()

// schema returns the compiled schema of a type. Two that compile it at a time make the same.
func (p *Payloads) schema(of payloadOf) *jsonschema.Schema {
	if s, ok := p.compiled.Load(of); ok {
		return s.(*jsonschema.Schema)
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.Formats = edmFormats
	url := "graphemu:" + strings.ReplaceAll(of.t.Qualified(), ".", "/") + ".json"
	if err := c.AddResource(url, bytes.NewReader(Document(of.t, of.update))); err != nil {
		panic(err) // it is made of the model's own names; a test compiles many of Graph's
	}
	s, _ := p.compiled.LoadOrStore(of, c.MustCompile(url))
	return s.(*jsonschema.Schema)
}
