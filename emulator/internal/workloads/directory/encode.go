package directory

import (
	"github.com/go-json-experiment/json/jsontext"
)

// Objects are encoded when they are read: an education user and its account
// have most texts in common, and a district of 70,000 would take twice the
// memory if both were kept encoded. It costs about a microsecond each.
//
// Properties stand in the order of the resource pages, less those of which a sync
// knows nothing (createdBy, fax, mobilePhone, passwordProfile and their like),
// which are left out. One that it could know and does not is null (inferred:
// Graph sends a declared property without a value so).

// writer appends a JSON object.
type writer struct{ b []byte }

// name begins a property.
func (w *writer) name(name string) {
	w.b = append(append(append(w.b, `,"`...), name...), `":`...)
}

// quote appends a text. What is no UTF-8 becomes U+FFFD; verified files have none.
func (w *writer) quote(value string) {
	w.b, _ = jsontext.AppendQuote(w.b, value)
}

// text adds a property; an empty one is null.
func (w *writer) text(name, value string) {
	w.name(name)
	w.value(value)
}

func (w *writer) value(value string) {
	if value == "" {
		w.b = append(w.b, "null"...)
		return
	}
	w.quote(value)
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

// complex adds a property whose value is an object of texts. It is null where
// none of them has a value.
func (w *writer) complex(name string, fields ...field) {
	w.name(name)
	empty := true
	for _, f := range fields {
		empty = empty && f.value == ""
	}
	if empty {
		w.b = append(w.b, "null"...)
		return
	}
	for i, f := range fields {
		w.b = append(w.b, `{,`[min(i, 1)])
		w.b = append(append(append(w.b, '"'), f.name...), `":`...)
		w.value(f.value)
	}
	w.b = append(w.b, '}')
}

// entity returns the object at a position.
func (s *state) entity(k Kind, position uint32) *Entity {
	e := &Entity{Seq: uint64(position) + 1}
	switch k {
	case Schools:
		e.ID, e.JSON = s.schools[position].id, s.schools[position].json()
	case Classes:
		e.ID, e.JSON = s.classes[position].id, s.classes[position].json()
	case Users:
		u := s.users[position]
		a := s.accounts[u.account]
		e.ID, e.JSON = a.id, u.json(a)
	default:
		a := s.accounts[position]
		e.ID, e.JSON = a.id, a.json()
	}
	return e
}

// begin starts an object with what all of them begin with.
func begin(id, displayName string, size int) writer {
	w := writer{append(make([]byte, 0, len(id)+len(displayName)+size), `{"id":`...)}
	w.quote(id)
	w.text("displayName", displayName)
	return w
}

// json returns the educationSchool or the educationClass.
func (o *object) json() []byte {
	w := begin(o.id, o.name, len(o.rest)+40)
	return append(w.b, o.rest...)
}

// json returns the educationUser, whose account is a.
func (u *user) json(a *account) []byte {
	w := begin(a.id, a.displayName, len(u.rest)+len(u.middleName)+a.size())
	w.text("givenName", a.givenName)
	w.text("middleName", u.middleName)
	w.text("surname", a.surname)
	a.common(&w)
	return append(w.b, u.rest...)
}

// json returns the user, in the properties of the users page that a list shows
// unasked (documented) and those that this directory knows beyond them.
func (a *account) json() []byte {
	w := begin(a.id, a.displayName, a.size()+250)
	w.b = append(w.b, `,"businessPhones":[]`...)
	w.text("givenName", a.givenName)
	w.b = append(w.b, `,"jobTitle":null,"mobilePhone":null,"officeLocation":null,"preferredLanguage":null`...)
	w.text("surname", a.surname)
	a.common(&w)
	w.text("employeeId", a.employeeID)
	w.text("createdDateTime", a.created)
	return append(w.b, '}')
}

// size is a little more than the texts of the account take on the wire.
func (a *account) size() int {
	return 300 + len(a.principalName) + len(a.mail) + len(a.mailNickname) + len(a.givenName) + len(a.surname) + len(a.skus)*70
}

// common adds what a user and an education user have in common beside names.
func (a *account) common(w *writer) {
	w.text("mail", a.mail)
	w.text("mailNickname", a.mailNickname)
	w.text("userPrincipalName", a.principalName)
	w.flag("accountEnabled", !a.disabled)
	w.text("usageLocation", a.usageLocation)
	w.name("assignedLicenses")
	w.b = append(w.b, '[')
	for i, id := range a.skus {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, `{"disabledPlans":[],"skuId":`...)
		w.quote(id)
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}
