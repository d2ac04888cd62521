package profile

import (
	"net/url"
	"reflect"
	"strings"
)

// A decoded body is a tree of map[string]any, []any, string, bool, float64 and
// nil that has passed its JSON Schema: names are spelled as declared and values
// have their type. So decoding needs no errors, only conversions, and a null
// means the same as an absent value.

type object map[string]any

func (o object) text(name string) string { s, _ := o[name].(string); return s }

func (o object) object(name string) object { return asObject(o[name]) }

func asObject(v any) object { m, _ := v.(map[string]any); return m }

// typeName returns the declared type with its hash, which the variant typeHash
// may have left out.
func (o object) typeName() string { return "#" + strings.TrimPrefix(o.text(typeAnnotation), "#") }

const typeAnnotation = "@odata.type"

// Change is a decoded body: what a client wants a profile to be. A PATCH names
// some properties, a PUT and a create all of them.
type Change struct{ body object }

// NewChange wraps a body that has passed the schema of
// educationSynchronizationProfile.
func NewChange(body map[string]any) Change { return Change{object(body)} }

// ID returns the id that the body carries, "" for none.
func (c Change) ID() string { return c.body.text("id") }

// Idle tells whether the body names nothing that an update changes: annotations
// and read-only properties alone, or nothing at all.
func (c Change) Idle() bool {
	for name := range c.body {
		if p := Type.Property(name); !strings.HasPrefix(name, "@") && (p == nil || !p.ReadOnly) {
			return false
		}
	}
	return true
}

// Created returns what a create makes of the body where no variant is chosen:
// what it leaves out of the customizations is filled in.
func (c Change) Created() Profile { return c.apply(Profile{State: Provisioning}, seedDefaults) }

// apply returns base with the properties that the body names: an abstract part
// and a collection are replaced whole (chosen), null clears what may be absent.
func (c Change) apply(base Profile, with defaults) Profile {
	p := base
	fields := reflect.ValueOf(&p).Elem()
	for i, name := range wireNames(fields.Type()) {
		v, named := c.body[name]
		switch {
		case !named || Type.Property(name).ReadOnly:
		case name == "dataProvider":
			if o := asObject(v); o != nil {
				p.DataProvider = dataProvider(o, with)
			}
		case name == "identitySynchronizationConfiguration":
			if o := asObject(v); o != nil {
				p.Identity = identity(o)
			}
		default:
			decode(v, fields.Field(i))
		}
	}
	return p
}

func dataProvider(o object, with defaults) DataProvider {
	var p DataProvider
	switch o.typeName() {
	case TypePowerSchool:
		p = &PowerSchool{}
	case TypeOneRoster:
		p = &OneRoster{}
	default:
		p = &CSV{}
	}
	decode(map[string]any(o), reflect.ValueOf(p).Elem())
	if csv, ok := p.(*CSV); ok {
		csv.Type = TypeCSV // whatever it says
	}
	c := p.customizations()
	*c = fill(*c, with)
	return p
}

func identity(o object) Identity {
	if o.typeName() == TypeIdentityMatching {
		i := &IdentityMatching{}
		decode(map[string]any(o), reflect.ValueOf(i).Elem())
		return i
	}
	i := &IdentityCreation{}
	decode(map[string]any(o), reflect.ValueOf(i).Elem())
	i.Type = TypeIdentityCreation // whatever it says
	return i
}

// decode gives v, a field of one of this package's types, the value that the tree
// has, and tells whether it has one of that kind; if not, v is zero.
func decode(tree any, v reflect.Value) bool {
	v.SetZero()
	if tree == nil {
		return false
	}
	switch v.Kind() {
	case reflect.String:
		s, ok := tree.(string)
		v.SetString(s)
		return ok
	case reflect.Bool:
		b, ok := tree.(bool)
		v.SetBool(b)
		return ok
	case reflect.Pointer:
		to := reflect.New(v.Type().Elem())
		if !decode(tree, to.Elem()) {
			return false
		}
		v.Set(to)
	case reflect.Slice:
		list, ok := tree.([]any)
		if !ok {
			return false // no list is not the same as an empty one
		}
		v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
		for i, item := range list {
			decode(item, v.Index(i))
		}
	case reflect.Struct:
		m, ok := tree.(map[string]any)
		if !ok {
			return false
		}
		for i, name := range wireNames(v.Type()) {
			if name == typeAnnotation {
				v.Field(i).SetString(object(m).typeName())
				continue
			}
			decode(m[name], v.Field(i))
			if name == "connectionUrl" || name == "tokenUrl" {
				v.Field(i).SetString(withoutUser(v.Field(i).String()))
			}
		}
	}
	return true
}

// withoutUser returns a URL less a user and password in it: like a client secret they
// are taken, and neither kept nor sent back (chosen: the pages do not say).
func withoutUser(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	u.User = nil
	return u.String()
}

// wireNames returns the names of a struct's fields on the wire, in their order.
func wireNames(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return names
}
