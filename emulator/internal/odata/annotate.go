package odata

import (
	"strings"

	"github.com/tidwall/gjson"
)

// AppendNone appends the JSON value without control information, as
// odata.metadata=none asks for: every member named "@odata.x" or "y@odata.x", at
// any depth, is left out, but for nextLink and count (documented: OData JSON
// format 4.0, 3.1.3).
func AppendNone(dst, json []byte) []byte {
	return appendNone(dst, gjson.Parse(text(json)), maxNesting)
}

func appendNone(dst []byte, r gjson.Result, depth int) []byte {
	switch {
	case depth == 0:
		return append(dst, r.Raw...)
	case r.IsArray():
		dst = append(dst, '[')
		r.ForEach(func(_, v gjson.Result) bool {
			dst = appendNone(comma(dst, '['), v, depth-1)
			return true
		})
		return append(dst, ']')
	case !r.IsObject():
		return append(dst, r.Raw...)
	}
	dst = append(dst, '{')
	r.ForEach(func(key, v gjson.Result) bool {
		if _, control, ok := strings.Cut(key.Str, "@odata."); ok && control != "nextLink" && control != "count" {
			return true
		}
		dst = append(append(comma(dst, '{'), key.Raw...), ':')
		dst = appendNone(dst, v, depth-1)
		return true
	})
	return append(dst, '}')
}

// AppendFull appends the JSON object of type t with the control information that
// odata.metadata=full asks for (documented: OData JSON format 4.0, 3.1.2):
// "@odata.type" for the object and every structured value in it that has none,
// "x@odata.type" before each property whose type JSON does not tell by itself,
// and, where id is not "", "@odata.id" and "@odata.editLink" with that address
// (observed on Graph: both relative, and alike). What is there already stays, an
// "@odata.context" in front of all. Null has no type.
func AppendFull(dst, json []byte, t *Type, id string) []byte {
	return appendFull(dst, gjson.Parse(text(json)), t, id, maxNesting)
}

func appendFull(dst []byte, r gjson.Result, t *Type, id string, depth int) []byte {
	if depth == 0 || t == nil {
		return append(dst, r.Raw...)
	}
	if r.IsArray() {
		dst = append(dst, '[')
		r.ForEach(func(_, v gjson.Result) bool {
			dst = appendFull(comma(dst, '['), v, t, "", depth-1)
			return true
		})
		return append(dst, ']')
	}
	if !r.IsObject() {
		return append(dst, r.Raw...)
	}
	declared := typeName(r)
	if actual := t.model.Type(declared); actual != nil {
		t = actual
	}
	dst = append(dst, '{')
	if context := member(r, "", "@odata.context"); context.Exists() {
		dst = append(append(dst, `"@odata.context":`...), context.Raw...)
	}
	if declared == "" && !t.Abstract { // what an abstract value really is, its name would not say
		dst = append(append(comma(dst, '{'), `"@odata.type":"#`...), t.Qualified()...)
		dst = append(dst, '"')
	}
	for _, name := range []string{"@odata.id", "@odata.editLink"} {
		if id != "" && !member(r, "", name).Exists() {
			dst = append(append(append(comma(dst, '{'), '"'), name...), `":`...)
			dst = gjson.AppendJSONString(dst, id)
		}
	}
	r.ForEach(func(key, v gjson.Result) bool {
		if key.Str == "@odata.context" {
			return true
		}
		p := t.Property(key.Str)
		if p != nil && p.annotated(v) && v.Type != gjson.Null && !member(r, key.Str, "@odata.type").Exists() {
			dst = p.appendType(dst)
		}
		dst = append(append(comma(dst, '{'), key.Raw...), ':')
		if p != nil && p.Kind.structured() {
			dst = appendFull(dst, v, p.Type, "", depth-1)
		} else {
			dst = append(dst, v.Raw...)
		}
		return true
	})
	return append(dst, '}')
}

// member finds the member named property+annotation without putting the name
// together.
func member(r gjson.Result, property, annotation string) (found gjson.Result) {
	r.ForEach(func(key, v gjson.Result) bool {
		if rest, ok := strings.CutPrefix(key.Str, property); ok && rest == annotation {
			found = v
			return false
		}
		return true
	})
	return found
}

// annotated reports whether JSON alone does not tell the type of the property's
// value v. It does for texts, Booleans and for what is a Double unless INF and NaN are
// written as texts; a single structured value says it itself, and so does each entity
// of a navigation. An untyped value has no type to tell.
func (p *Property) annotated(v gjson.Result) bool {
	switch {
	case p.Navigation, p.Kind == KindUntyped:
		return false
	case p.Collection:
		return true
	case p.Kind == KindDouble:
		return v.Type == gjson.String
	}
	return p.Kind != KindString && p.Kind != KindBoolean && p.Kind != KindComplex
}

// appendType appends the member "name@odata.type".
func (p *Property) appendType(dst []byte) []byte {
	dst = append(append(comma(dst, '{'), '"'), p.Name...)
	dst = append(dst, `@odata.type":"#`...)
	// Types of the Edm namespace are named without it.
	if p.Collection {
		dst = append(dst, "Collection("...)
	}
	dst = append(dst, strings.TrimPrefix(shape{p.Kind, p.Type, false}.String(), "Edm.")...)
	if p.Collection {
		dst = append(dst, ')')
	}
	return append(dst, '"')
}
