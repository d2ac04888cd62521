package odata

import (
	"github.com/tidwall/gjson"
)

// Complete appends the JSON object of an entity of type t as the service shows it: the
// properties of t in the order of the model, those that the JSON does not have as null,
// a collection as []. Members that are none of t's are left out, but for control
// information and those of types derived from t. show tells which properties are wanted;
// nil: all.
//
// Stored objects hold what was set and no more, so that one object serves every version
// of the model.
func (t *Type) Complete(dst, json []byte, show func(name string) bool) []byte {
	var room [96]stored
	members := room[:0]
	gjson.Parse(text(json)).ForEach(func(key, v gjson.Result) bool {
		members = append(members, stored{key.Str, v.Raw})
		return true
	})
	dst = append(dst, '{')
	at := 0 // stored members mostly stand in the model's order
	for _, m := range members {
		if m.name != "" && m.name[0] == '@' {
			dst = append(append(append(comma(dst, '{'), '"'), m.name...), `":`...)
			dst = append(dst, m.raw...)
		}
	}
	for _, p := range t.Structural() {
		if show != nil && !show(p.Name) {
			continue
		}
		raw := ""
		for i := range members {
			if m := &members[(at+i)%len(members)]; m.name == p.Name {
				raw, at = m.raw, (at+i+1)%len(members)
				break
			}
		}
		switch {
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
	return append(dst, '}')
}

// stored is a member of a stored object.
type stored struct{ name, raw string }
