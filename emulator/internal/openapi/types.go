package openapi

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// ref refers to the schema of a type, which is made in time.
func (w *writer) ref(t *odata.Type) object {
	name := t.Qualified()
	if _, there := w.schemas[name]; !there {
		w.schemas[name] = nil
		w.types = append(w.types, t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// collectionOf refers to the schema of a page of objects of a type.
func (w *writer) collectionOf(t *odata.Type) object {
	name := t.Qualified() + "CollectionResponse"
	if _, there := w.schemas[name]; !there {
		page := closed(object{
			"@odata.context":  object{"type": "string"},
			"@odata.count":    object{"type": "integer", "minimum": 0},
			"@odata.nextLink": object{"type": "string", "description": "The address of the next page."},
			"value":           object{"type": "array", "items": w.ref(t)},
		})
		page["required"] = []string{"value"}
		w.schemas[name] = page
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// body is the schema of what a create or an update takes. What the hand-written schemas
// describe they describe best.
func (w *writer) body(t *odata.Type, create bool, row *workload.Operation) object {
	if row != nil {
		w.files = true
		one := object{"$ref": "#/components/schemas/" + t.Name}
		if create {
			return one
		}
		return object{"$ref": "#/components/schemas/" + t.Name + updateSuffix}
	}
	one := w.ref(t)
	if rules := w.Graph.Objects().RulesOf(t); create && rules != nil && len(rules.Required) > 0 {
		return object{"allOf": []object{one}, "required": rules.Required}
	}
	return one
}

// describe is the schema of a type as answers show it and bodies may have it. Of a type
// that others derive from, a value is one of any of them. Nothing is required: $select
// leaves out what it does not name.
func (w *writer) describe(t *odata.Type) object {
	if t.Enum() {
		one := object{"type": "string", "title": t.Name}
		if len(t.Members) > 0 && !t.Flags {
			one["enum"] = t.Members
		}
		return one
	}
	var derived []object
	for _, d := range w.model.Types {
		if d != t && d.Base != nil && d.IsA(t) && !d.Abstract {
			derived = append(derived, w.ref(d))
		}
	}
	if rootType(t) { // everything derives from it
		return object{"type": "object", "title": t.Name, "properties": object{"id": object{"type": "string", "readOnly": true}}}
	}
	if len(derived) == 0 {
		return w.structure(t)
	}
	if !t.Abstract {
		derived = append(derived, w.structure(t))
	}
	if len(derived) == 1 {
		return derived[0]
	}
	return object{"anyOf": derived, "title": t.Name}
}

// rootType reports whether t is "entity", from which nearly all derive.
func rootType(t *odata.Type) bool { return t.Base == nil && t.Entity && t.Name == "entity" }

// structure is the schema of the values that are of exactly that type.
func (w *writer) structure(t *odata.Type) object {
	properties := object{
		"@odata.type": object{"type": "string", "description": "#" + t.Qualified()},
	}
	var readOnly []string
	for base := t; base != nil; base = base.Base {
		if r := w.Graph.Objects().RulesOf(base); r != nil {
			readOnly = append(readOnly, r.ReadOnly...)
		}
	}
	for _, p := range t.All() {
		if p.Unserved || p.Kind == odata.KindStream {
			continue
		}
		one := w.property(p)
		if p.ReadOnly || p.Computed || slices.Contains(readOnly, p.Name) {
			one["readOnly"] = true
		}
		if p.WriteOnly {
			one["writeOnly"] = true
		}
		properties[p.Name] = one
		if p.Navigation && !p.Contained {
			bind := object{"type": "string"}
			if p.Collection {
				bind = object{"type": "array", "items": bind}
			}
			bind["writeOnly"] = true
			properties[p.Name+"@odata.bind"] = bind
		}
	}
	var patterns []string
	if t.Entity { // an extension that an application has registered
		patterns = append(patterns, "^extension_")
	}
	s := closed(properties, patterns...)
	if t.Free() {
		delete(s, "propertyNames")
		s["additionalProperties"] = true
	}
	s["title"] = t.Name
	return s
}

// property is the schema of a property, a parameter or what a call returns.
func (w *writer) property(p *odata.Property) object {
	one := w.value(p)
	if p.Collection {
		if p.Nullable && !p.Navigation {
			one = orNull(one)
		}
		one = object{"type": "array", "items": one}
		if !p.Navigation {
			return orNull(one)
		}
		return one
	}
	return orNull(one)
}

// orNull is s, or null. Nearly nothing of Graph's is never null: before a value was given,
// and where a client may not see it, the service sends null.
func orNull(s object) object {
	if text, ok := s["type"].(string); ok {
		s["type"] = []string{text, "null"}
		if members, ok := s["enum"].([]any); ok {
			s["enum"] = append(members, nil)
		}
		return s
	}
	if len(s) == 0 {
		return s
	}
	return object{"anyOf": []object{s, {"type": "null"}}}
}

// value is the schema of one value. Formats are those of OpenAPI's registry.
func (w *writer) value(p *odata.Property) object {
	if p.Type != nil {
		return w.ref(p.Type)
	}
	formats := map[odata.Kind][2]string{
		odata.KindBoolean: {"boolean"}, odata.KindByte: {"integer", "uint8"}, odata.KindSByte: {"integer", "int8"},
		odata.KindInt16: {"integer", "int16"}, odata.KindInt32: {"integer", "int32"}, odata.KindInt64: {"integer", "int64"},
		odata.KindSingle: {"number", "float"}, odata.KindDouble: {"number", "double"}, odata.KindDecimal: {"number", "decimal"},
		odata.KindString: {"string"}, odata.KindDateTimeOffset: {"string", "date-time"}, odata.KindDate: {"string", "date"},
		odata.KindTimeOfDay: {"string", "time-local"}, odata.KindDuration: {"string", "duration"}, odata.KindGuid: {"string", "uuid"},
		odata.KindBinary: {"string", "base64url"},
	}
	f, ok := formats[p.Kind]
	if !ok {
		return object{} // any JSON
	}
	one := object{"type": f[0]}
	if f[1] != "" {
		one["format"] = f[1]
	}
	return one
}
