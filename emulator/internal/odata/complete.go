package odata

import (
	"github.com/tidwall/gjson"
)

// Complete appends the JSON object of an entity of type t as the service shows it: the
// properties of t in the order of the model, those that the JSON does not have as null,
// a collection as []. Members that are none of t's are left out, but for control
// information and those of types derived from t, and those in OpenMember, which come last.
// show are the properties that are wanted; nil: all.
//
// Stored objects hold what was set and no more, so that one object serves every version
// of the model.
func (t *Type) Complete(dst, json []byte, show []*Property) []byte {
	if show == nil {
		show = t.Structural()
	}
	var room [96]stored
	members := room[:0]
	gjson.Parse(text(json)).ForEach(func(key, v gjson.Result) bool {
		members = append(members, stored{key.Str, v.Raw})
		return true
	})
	dst = append(dst, '{')
	open := ""
	at := 0 // stored members mostly stand in the model's order
	for _, m := range members {
		if m.name != "" && m.name[0] == '@' {
			dst = append(append(append(comma(dst, '{'), '"'), m.name...), `":`...)
			dst = append(dst, m.raw...)
		} else if m.name == OpenMember {
			open = m.raw
		}
	}
	for _, p := range show {
		raw := ""
		for i := range members {
			if m := &members[(at+i)%len(members)]; m.name == p.Name {
				raw, at = m.raw, (at+i+1)%len(members)
				break
			}
		}
		switch {
		case raw != "" && p.Kind == KindComplex && p.Type.fills():
			dst = append(append(append(comma(dst, '{'), '"'), p.Name...), `":`...)
			dst = p.complete(dst, raw)
			continue
		case raw != "":
		case p.Collection:
			raw = "[]"
		case p.Nullable:
			raw = "null"
		default:
			continue
		}
		dst = append(append(append(comma(dst, '{'), '"'), p.Name...), `":`...)
		dst = append(dst, raw...)
	}
	if more := gjson.Parse(open); more.IsObject() {
		more.ForEach(func(key, v gjson.Result) bool {
			if t.Declared(key.Str) == nil { // else another version of the model took it
				dst = append(append(comma(dst, '{'), key.Raw...), ':')
				dst = append(dst, v.Raw...)
			}
			return true
		})
	}
	return append(dst, '}')
}

// OpenMember is the member of a stored object that holds the properties which its type
// does not name: see Free.
const OpenMember = "#open"

// complete appends a complex value, or a collection of them, with the properties that
// it does not have, as an entity's.
func (p *Property) complete(dst []byte, raw string) []byte {
	switch {
	case raw[0] == '{':
		t := p.Type
		if name := gjson.Get(raw, `\@odata\.type`); name.Exists() {
			if actual := t.model.Type(name.Str); actual != nil {
				t = actual
			}
		}
		return t.Complete(dst, []byte(raw), nil)
	case raw[0] != '[' || raw == "[]":
		return append(dst, raw...)
	}
	dst = append(dst, '[')
	gjson.Parse(raw).ForEach(func(_, v gjson.Result) bool {
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		if v.IsObject() {
			dst = p.complete(dst, v.Raw)
		} else {
			dst = append(dst, v.Raw...)
		}
		return true
	})
	return append(dst, ']')
}

// fills tells whether values of t are shown with all its properties: what is open may
// have others, so it stays as it is.
func (t *Type) fills() bool { return !t.Open && len(t.Structural()) > 0 }

// stored is a member of a stored object.
type stored struct{ name, raw string }
