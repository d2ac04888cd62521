package directory

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
)

// Objects are stored as JSON with what is set of them and no more: absent and null are
// the same, and an answer is completed by the model.

// writer appends a JSON object.
type writer struct{ b []byte }

// begin starts an object with what all of them begin with.
func begin(id, displayName string) writer {
	w := writer{append(make([]byte, 0, 600), `{"id":`...)}
	w.quote(id)
	w.text("displayName", displayName)
	return w
}

// name begins a property.
func (w *writer) name(name string) {
	if n := len(w.b); n > 0 && w.b[n-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), `":`...)
}

// quote appends a text. What is no UTF-8 becomes U+FFFD; verified files have none.
func (w *writer) quote(value string) {
	w.b, _ = jsontext.AppendQuote(w.b, value)
}

// text adds a property, unless it is empty.
func (w *writer) text(name, value string) {
	if value != "" {
		w.name(name)
		w.quote(value)
	}
}

func (w *writer) flag(name string, value bool) {
	w.name(name)
	if value {
		w.b = append(w.b, "true"...)
	} else {
		w.b = append(w.b, "false"...)
	}
}

// field is a property of a complex value.
type field struct{ name, value string }

// complex adds a property whose value is an object of texts, unless none of them has a
// value.
func (w *writer) complex(name string, fields ...field) {
	if !slices.ContainsFunc(fields, func(f field) bool { return f.value != "" }) {
		return
	}
	w.name(name)
	w.b = append(w.b, '{')
	for _, f := range fields {
		w.text(f.name, f.value)
	}
	w.b = append(w.b, '}')
}

// userDraft is an account that is to be.
func userDraft(id, principalName string, json []byte) entity.Draft {
	return entity.Draft{Home: usersHome, Family: entity.Directory, ID: id, Type: userType, JSON: json,
		Keys: []entity.UniqueKey{{Index: principalNames, Key: principalName}}}
}

// members is a stored object that is being changed: its members in their order. It may be
// used for one object after the other.
type members struct {
	list    []member
	changed []string
}

type member struct{ name, raw string }

// read takes an object's members.
func (m *members) read(json string) {
	m.list, m.changed = m.list[:0], m.changed[:0]
	gjson.Parse(json).ForEach(func(name, v gjson.Result) bool {
		m.list = append(m.list, member{name.Str, v.Raw})
		return true
	})
}

// get returns a member's JSON; "" where there is none.
func (m *members) get(name string) string {
	for i := range m.list {
		if m.list[i].name == name {
			return m.list[i].raw
		}
	}
	return ""
}

// set gives a member other JSON; "" takes it away. A new one stands before those that
// are no properties.
func (m *members) set(name, raw string) {
	i := slices.IndexFunc(m.list, func(o member) bool { return o.name == name })
	switch {
	case i >= 0 && m.list[i].raw == raw, i < 0 && raw == "":
		return
	case raw == "":
		m.list = slices.Delete(m.list, i, i+1)
	case i >= 0:
		m.list[i].raw = raw
	default:
		at := len(m.list)
		for !strings.HasPrefix(name, "#") && at > 0 && strings.HasPrefix(m.list[at-1].name, "#") {
			at--
		}
		m.list = slices.Insert(m.list, at, member{name, raw})
	}
	m.changed = append(m.changed, name)
}

// setText is set for a text.
func (m *members) setText(name, value string) {
	if value == "" {
		m.set(name, "")
		return
	}
	quoted, _ := jsontext.AppendQuote(nil, value)
	m.set(name, string(quoted))
}

// text returns a member that is a text.
func (m *members) text(name string) string {
	return gjson.Parse(m.get(name)).String()
}

// json returns the object.
func (m *members) json() []byte {
	w := writer{make([]byte, 0, 800)}
	w.b = append(w.b, '{')
	for _, o := range m.list {
		w.name(o.name)
		w.b = append(w.b, o.raw...)
	}
	return append(w.b, '}')
}

// educationOf returns what a run makes of an object's side in education: what the files
// say, and beside it the properties that no file has and a client has set.
func educationOf(old string, files []byte) string {
	switch old {
	case string(files): // mostly so in all runs but the first
		return old
	case "":
		return string(files)
	}
	var kept []byte
	gjson.Parse(old).ForEach(func(name, v gjson.Result) bool {
		if !ofFiles[name.Str] {
			kept = append(append(append(kept, ','), name.Raw...), ':')
			kept = append(kept, v.Raw...)
		}
		return true
	})
	if kept == nil {
		return string(files)
	}
	return string(append(append(bytes.TrimSuffix(slices.Clone(files), []byte("}")), kept...), '}'))
}

// ofFiles are the properties that a run writes, or takes away where the files do not have
// them.
var ofFiles = map[string]bool{"externalSource": true, "principalEmail": true, "principalName": true, "externalPrincipalId": true,
	"lowestGrade": true, "highestGrade": true, "schoolNumber": true, "externalId": true, "phone": true, "address": true,
	"classCode": true, "externalName": true, "term": true, "course": true,
	"middleName": true, "mailingAddress": true, "primaryRole": true, "residenceAddress": true, "student": true, "teacher": true}
