package objects

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// written is a body that was read and checked: an object with what it is linked to and
// what it contains.
type written struct {
	draft *workload.Draft
	typ   *odata.Type
	binds []binding
	kids  []contained
}

// binding is what a member "x@odata.bind" links an object to, or a member "x" by ids.
type binding struct {
	property *odata.Property
	urls     []string
	ids      []string
	many     bool
}

// contained are objects that a body brings with the object which contains them.
type contained struct {
	property *odata.Property
	objects  []*written
}

// maxBinds is how many links one request may make. Documented for members and owners.
const maxBinds = 20

// read checks a body that makes an object of type t.
func (e *Engine) read(c *workload.Call, t *odata.Type, body map[string]any) (*written, error) {
	return e.readBody(c, t, body, nil)
}

// readBody checks a body that changes an object of type t, or makes one, where there is no
// same to compare with.
func (e *Engine) readBody(c *workload.Call, t *odata.Type, body map[string]any, same unchanged) (*written, error) {
	creating := same == nil
	if name, ok := body["@odata.type"].(string); ok {
		actual := t.Model().Type(name)
		switch {
		case actual == nil || actual.Enum():
			return nil, apierror.UnknownType(name)
		case actual.IsA(t):
			t = actual
		case !t.IsA(actual):
			return nil, apierror.BadRequest("A type named '%s' is not assignable to the expected type '%s'.", actual.Qualified(), t.Qualified())
		}
	} else if t.Abstract {
		if r := e.rulesOf(t); r != nil && r.Concrete != "" {
			t = t.Model().Type(t.Model().Namespace + "." + r.Concrete)
		} else if creating {
			return nil, apierror.MissingType()
		}
	}
	var media *workload.Media
	if c.Trusted && creating && t.Media() {
		var err error
		if body, media, err = givenMedia(body); err != nil {
			return nil, err
		}
	}
	if bad := e.check(t, body, !creating); bad != nil {
		return nil, c.Refuse(bad)
	}
	w := &written{typ: t, draft: &workload.Draft{Type: t.Name, Values: map[string]any{}, Hidden: map[string]any{}, Media: media}}
	rules := e.rulesOf(t)
	total := 0
	for _, name := range sorted(body) {
		v := body[name]
		property, annotation, isAnnotation := strings.Cut(name, "@odata.")
		if isAnnotation {
			if annotation != "bind" {
				continue
			}
			b, err := readBind(t, property, v)
			if err != nil {
				return nil, err
			}
			if total += len(b.urls); total > maxBinds && !c.Trusted {
				return nil, tooManyLinks()
			}
			w.binds = append(w.binds, b)
			continue
		}
		p := t.Property(name)
		if t.Free() && t.Declared(name) == nil && name != "" && !hidden(name) {
			w.draft.SetOpen(name, v)
			continue
		}
		if p == nil && e.isExtension(t, name) {
			w.draft.Values[name] = v
			continue
		}
		if p == nil || p.Name != name || hidden(name) {
			return nil, unknownProperty(name, t)
		}
		if p.Kind == odata.KindStream {
			return nil, readOnly(name).Help("stream", "/"+name, "send the bytes to the property's own address: PUT …/%s", name)
		}
		if p.Navigation && creating && !p.Contained {
			if b, ok := readIDs(p, v); ok {
				if total += len(b.ids); total > maxBinds && !c.Trusted {
					return nil, tooManyLinks()
				}
				w.binds = append(w.binds, b)
				continue
			}
		}
		if p.Navigation {
			kids, err := e.readContained(c, p, v, same)
			if err != nil {
				return nil, err
			}
			w.kids = append(w.kids, kids)
			continue
		}
		if p.Name == t.KeyNames()[0] {
			if id, ok := v.(string); ok {
				if creating && !keyIsGiven(t, rules) && !c.Trusted {
					return nil, readOnly(name)
				}
				w.draft.ID = id
				if p.Name != "id" {
					w.draft.Values[name] = v
				}
				continue
			}
		}
		if !c.Trusted && (p.Computed || p.ReadOnly || p.Immutable && !creating || rules != nil && slices.Contains(rules.ReadOnly, name)) {
			if !creating && same(name, v) {
				continue
			}
			return nil, readOnly(name)
		}
		w.draft.Values[name] = v
	}
	return w, nil
}

// keyIsGiven tells whether clients choose the keys of a type: where it is required,
// another property than id, or documented so.
func keyIsGiven(t *odata.Type, r *workload.Rules) bool {
	key := t.KeyNames()[0]
	return key != "id" || t.Name == "schemaExtension" || r != nil && slices.Contains(r.Required, "id")
}

func tooManyLinks() error {
	return workload.Refuse("A resource cannot contain more than 20 link changes")
}

// readIDs reads the objects that a new one is linked to where the body names them by their
// ids alone: {"catalog": {"id": "…"}}. Documented for access packages, and what OData 4.01
// calls an entity reference.
func readIDs(p *odata.Property, v any) (binding, bool) {
	list, many := v.([]any)
	if !many {
		list = []any{v}
	}
	b := binding{property: p, many: many}
	for _, one := range list {
		o, _ := one.(map[string]any)
		id, ok := o["id"].(string)
		if len(o) != 1 || !ok || id == "" {
			return b, false
		}
		b.ids = append(b.ids, id)
	}
	return b, many == p.Collection && len(list) > 0
}

// readBind reads the member "property@odata.bind".
func readBind(t *odata.Type, property string, v any) (binding, error) {
	p := t.Property(property)
	if p == nil || !p.Navigation {
		return binding{}, unknownProperty(property, t)
	}
	b := binding{property: p}
	switch v := v.(type) {
	case string:
		if p.Collection {
			return b, badBind(p, "an array of URLs")
		}
		b.urls = []string{v}
	case []any:
		if !p.Collection {
			return b, badBind(p, "one URL")
		}
		b.many = true
		seen := map[string]bool{}
		for _, one := range v {
			url, ok := one.(string)
			if !ok {
				return b, badBind(p, "an array of URLs")
			}
			if low := strings.ToLower(url); seen[low] {
				return b, workload.Refuse("Request contains a property with duplicate values.")
			} else {
				seen[low] = true
			}
			b.urls = append(b.urls, url)
		}
	case nil:
		if p.Collection {
			return b, badBind(p, "an array of URLs")
		}
	default:
		return b, badBind(p, "a URL")
	}
	return b, nil
}

func badBind(p *odata.Property, want string) error {
	return workload.Refuse("The value of '%s@odata.bind' is not valid.", p.Name).
		Help("invalidBind", "/"+p.Name+"@odata.bind", "want %s", want)
}

// readContained reads objects inside of an object. What an object is only linked to is
// bound, not brought (chosen: OData lets a create bring it too).
func (e *Engine) readContained(c *workload.Call, p *odata.Property, v any, same unchanged) (contained, error) {
	kids := contained{property: p}
	if !p.Contained {
		return kids, workload.Refuse("Invalid property '%s'.", p.Name).
			Help("navigation", "/"+p.Name, "link objects by %s@odata.bind", p.Name)
	}
	list, many := v.([]any)
	switch {
	case v == nil && !p.Collection:
		return kids, nil
	case many != p.Collection:
		return kids, wrongNode(v, p.Collection).Help("wrongNode", "/"+p.Name, "want %s", objectOrArray(p.Collection))
	case !many:
		list = []any{v}
	}
	for i, one := range list {
		at := kids.pointer(i)
		body, ok := one.(map[string]any)
		if !ok {
			return kids, wrongNode(one, false).Help("wrongNode", at, "want %s", objectOrArray(false))
		}
		w, err := e.readBody(c, p.Type, body, same)
		if err != nil {
			return kids, inside(at, err)
		}
		kids.objects = append(kids.objects, w)
	}
	return kids, nil
}

// wrongNode is the OData library's word for an object where an array is due, or the
// other way round.
func wrongNode(v any, array bool) *apierror.Error {
	want, got := "StartObject", "PrimitiveValue"
	if array {
		want = "StartArray"
	}
	switch v.(type) {
	case map[string]any:
		got = "StartObject"
	case []any:
		got = "StartArray"
	}
	return workload.Refuse(
		"An unexpected '%s' node was found when reading from the JSON reader. A '%s' node was expected.", got, want)
}

func objectOrArray(array bool) string {
	if array {
		return "an array"
	}
	return "an object"
}

// pointer leads from a body to the object at i among what it contains.
func (c *contained) pointer(i int) string {
	if !c.property.Collection {
		return "/" + c.property.Name
	}
	return "/" + c.property.Name + "/" + strconv.Itoa(i)
}

// inside is the error of an object that a body contains, as one of that body.
func inside(pointer string, err error) error {
	if e, ok := errors.AsType[*apierror.Error](err); ok {
		return e.Inside(pointer)
	}
	return err
}

// through turns what was written of a view into what is stored of the viewed object:
// what both types have stays, the rest goes inside.
func (e *Engine) through(c *workload.Call, w *written, r *workload.Rules) (*written, *odata.Type) {
	viewed := e.models.Of(c.Version).Type(r.View)
	d := &workload.Draft{ID: w.draft.ID, Type: viewed.Name, Values: map[string]any{}, Hidden: w.draft.Hidden}
	own := map[string]any{}
	for name, v := range w.draft.Values {
		if p := viewed.Property(name); p != nil && !p.Navigation {
			d.Values[name] = v
		} else {
			own[name] = v
		}
	}
	d.Hidden[r.Inside] = own
	return &written{draft: d, typ: viewed, kids: w.kids, binds: w.binds}, viewed
}

// decode returns what is stored of an object: its properties, and what is hidden.
func decode(o *entity.Object) (values, own map[string]any) {
	values, own = map[string]any{}, map[string]any{}
	gjson.ParseBytes(o.JSON).ForEach(func(key, v gjson.Result) bool {
		switch {
		case hidden(key.Str):
			own[key.Str] = v.Value()
		case key.Str != "id":
			values[key.Str] = v.Value()
		}
		return true
	})
	return values, own
}
