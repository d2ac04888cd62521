package objects

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// object is a stored object as queries and answers see it, in one version.
type object struct {
	e    *Engine
	c    *workload.Call
	list *list // it was found in
	o    *entity.Object
	typ  *odata.Type // what it is
	rule *workload.Rules
	json []byte // of a view: put together once

	alone   bool // the answer is about it, and no other object
	derives bool // the query may look at what is derived

	shown    []*odata.Property // of typ: those that an answer shows by
	selected *odata.Selection
}

// object wraps o, which stands in l.
func (e *Engine) object(c *workload.Call, l *list, o *entity.Object) *object {
	one := &object{e: e, c: c, list: l}
	if c.Query != "" && l.asks == "" {
		l.asks = strings.ToLower(c.Query)
		if plain, err := url.QueryUnescape(l.asks); err == nil {
			l.asks = plain
		}
	}
	if o != nil {
		one.set(o)
	}
	return one
}

// set lets one stand for another object of the same list.
func (one *object) set(o *entity.Object) {
	declared := one.list.typ
	if one.o == nil || one.o.Type != o.Type {
		one.typ = one.e.typeOf(one.c.Version, o, declared)
		if r := one.e.rulesOf(declared); r != nil && r.View != "" {
			one.typ = declared
		}
		one.rule, one.shown = one.e.rulesOf(one.typ), nil
		one.derives = one.rule != nil && one.rule.Derive != nil && mayName(one.list.asks, one.rule.Derived)
	}
	one.o, one.json = o, nil
}

// JSON is the object as it is stored, or as a view of it has it: what queries look at.
func (one *object) JSON() []byte {
	switch {
	case one.rule == nil:
		return one.o.JSON
	case one.json != nil:
		return one.json
	case one.rule.Tenant || one.rule.Show != nil:
		one.json = one.o.JSON
		if one.rule.Show != nil {
			one.json = one.rule.Show(one.c, one.list.in, one.o)
		}
		if one.rule.Tenant {
			one.json = bytes.ReplaceAll(one.json, []byte(workload.TenantID), []byte(one.c.Tenant.ID))
		}
		return one.json
	case one.derives:
		one.json = one.derived(one.o.JSON)
		return one.json
	case one.rule.View == "":
		return one.o.JSON
	}
	one.json = flatten(one.typ, one.o.JSON, one.rule.Inside)
	return one.json
}

// derived is an object with what its rules derive.
func (one *object) derived(json []byte) []byte {
	return append(one.rule.Derive(append(make([]byte, 0, len(json)+512), json[:len(json)-1]...), one.list.in, one.o), '}')
}

// mayName tells whether a query, in lower case, may look at one of some properties: by name,
// in a search, or by an order or a filter that it has escaped twice.
func mayName(query string, properties []string) bool {
	if query == "" {
		return false
	}
	if strings.Contains(query, "search") || strings.Contains(query, "%") {
		return true
	}
	return slices.ContainsFunc(properties, func(name string) bool { return strings.Contains(query, strings.ToLower(name)) })
}

// flatten puts the members of a view's own member beside those that it shows of the
// viewed object; its own come first, and so win. Complex values among them get all
// properties of their types (inferred: the service sends those that are not set as null).
func flatten(t *odata.Type, json []byte, inside string) []byte {
	flat := append(make([]byte, 0, len(json)+256), '{')
	memberIn(json, inside).ForEach(func(name, v gjson.Result) bool {
		flat = append(append(flat, name.Raw...), ':')
		if p := t.Property(name.Str); p != nil && v.IsObject() && p.Kind == odata.KindComplex && p.Type != nil && !p.Type.Open {
			flat = p.Type.Complete(flat, []byte(v.Raw), nil)
		} else {
			flat = append(flat, v.Raw...)
		}
		flat = append(flat, ',')
		return true
	})
	return append(flat, json[1:]...)
}

// Navigation is what a query finds behind a navigation property.
func (one *object) Navigation(name string) []byte {
	p := one.typ.Property(name)
	if p == nil || !p.Navigation {
		return nil
	}
	t := one.navigate(p)
	if t.list == nil {
		if t.object == nil {
			return nil
		}
		return one.e.object(one.c, &list{in: one.list.in, typ: t.typ, path: t.at, asks: one.list.asks}, t.object).JSON()
	}
	t.list.asks = one.list.asks
	dst := []byte{'['}
	o := one.e.object(one.c, t.list, nil)
	for p := range t.list.all().All(0) {
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		o.set(one.list.in.At(p))
		dst = append(dst, o.JSON()...)
	}
	return append(dst, ']')
}

// navigate goes on by a navigation property.
func (one *object) navigate(p *odata.Property) target {
	t := target{object: one.o, typ: one.typ, at: one.e.address(one.list, one.o, one.typ), id: one.o.ID,
		named: one.list.named, home: one.o.Home}
	one.e.navigate(one.list.in, &resource.Segment{Kind: resource.Navigation, Name: p.Name, Property: p, Type: p.Type, Many: p.Collection}, &t)
	return t
}

// Seq is the object's place in the order of creation.
func (one *object) Seq() uint64 { return uint64(one.o.Place) }

// Address is that of the object itself, wherever it was found, with its key in
// parentheses, as the service writes ids of entities.
func (one *object) Address() string {
	at := one.e.address(one.list, one.o, one.typ)
	at = at[:strings.LastIndexByte(at, '/')] + "('" + escape(strings.ReplaceAll(one.o.ID, "'", "''")) + "')"
	if one.rule != nil && one.rule.Tenant {
		at = strings.ReplaceAll(at, escape(workload.TenantID), one.c.Tenant.ID)
	}
	return at
}

// address is that of an object: where its rules say that it lives, else in its list.
func (e *Engine) address(l *list, o *entity.Object, t *odata.Type) string {
	if r := e.rulesOf(t); r != nil && r.Set != "" {
		return r.Set + "/" + escape(o.ID)
	}
	return l.address(o)
}

// Keep returns a copy that stays as it is.
func (one *object) Keep() workload.Entity {
	kept := *one
	return &kept
}

// Shape appends the object as an answer shows it: all properties that the query asks
// for, those that were never set as null.
func (one *object) Shape(dst []byte, s *odata.Selection) []byte {
	from := len(dst)
	if one.typ != one.list.typ && (one.list.cast == nil || one.typ != one.list.cast) {
		dst = append(append(append(dst, `{"@odata.type":"#`...), one.typ.Qualified()...), '"')
	}
	at := len(dst)
	json := one.JSON()
	if one.typ.Media() {
		dst = appendMediaFacts(dst, from, one.o.JSON)
		at = len(dst)
	}
	shown := one.shows(s)
	if one.rule != nil {
		shows := s.Shows // of no selection: everything
		if usual := one.e.usual(one.rule, one.typ, one.c.Version); s == nil && usual != nil {
			shows = func(name string) bool {
				return slices.ContainsFunc(usual, func(p *odata.Property) bool { return p.Name == name })
			}
		}
		if one.rule.Derive != nil && !one.derives && slices.ContainsFunc(one.rule.Derived, shows) {
			json = one.derived(json)
		}
		if one.rule.Selected != nil && one.alone && s != nil {
			json = one.rule.Selected(json, one.o, shows)
		}
		if len(one.rule.Hidden) > 0 {
			json = without(json, one.rule.Hidden)
		}
	}
	if s == nil {
		dst = one.withExtensions(one.typ.Complete(dst, json, shown), json, nil)
	} else {
		whole := one.withExtensions(one.typ.Complete(nil, json, shown), json, s)
		dst = s.Apply(dst, whole)
	}
	if at > from { // two objects become one
		if dst[at+1] == '}' {
			return append(dst[:at], '}')
		}
		dst[at] = ','
	}
	return dst
}

// shows are the properties that an answer shows by a selection; nil: those unasked.
func (one *object) shows(s *odata.Selection) []*odata.Property {
	if one.shown == nil || one.selected != s {
		if one.selected = s; s != nil {
			one.shown = s.Shown(one.typ)
		} else if one.shown = one.e.usual(one.rule, one.typ, one.c.Version); one.shown == nil {
			one.shown = one.typ.Structural()
		}
	}
	return one.shown
}

// shownBy is what decides which properties are shown unasked.
type shownBy struct {
	of *odata.Type
	in workload.Version
}

// usual are the properties of a type that are shown unasked; nil: all.
func (e *Engine) usual(r *workload.Rules, t *odata.Type, v workload.Version) []*odata.Property {
	if r == nil || (r.Usual == nil || v != workload.V1) && r.Selectable == nil {
		return nil
	}
	if known, ok := e.shown.Load(shownBy{t, v}); ok {
		return known.([]*odata.Property)
	}
	shown := []*odata.Property{}
	for _, p := range t.Structural() {
		if r.Usual != nil && v == workload.V1 && slices.Contains(r.Usual, p.Name) ||
			(r.Usual == nil || v != workload.V1) && !slices.Contains(r.Selectable, p.Name) {
			shown = append(shown, p)
		}
	}
	e.shown.Store(shownBy{t, v}, shown)
	return shown
}

// Expand appends an expanded property.
func (one *object) Expand(dst []byte, item odata.ExpandItem) []byte {
	t := one.navigate(item.Property)
	if t.list != nil {
		if top := item.Options.Top; top <= 0 || top > maxExpanded && t.list.linked {
			item.Options.Top = maxExpanded
		}
		col := t.list.collection(one.e, one.c)
		// Inferred: an expansion's context is the way to it, unlike the list's own.
		col.Context = one.Address() + "/" + item.Property.Name
		return one.c.ExpandCollection(dst, col, item)
	}
	dst = append(append(append(dst, '"'), item.Property.Name...), `":`...)
	if t.object == nil {
		return append(dst, "null"...)
	}
	return one.chain(dst, t, item)
}

// chain appends the object that an expansion leads to, and, where it has $levels, those
// that one after the other lead on from there. Inferred from the samples of the list
// manager page: the last one does not have the property. A circle ends where it closes (chosen).
func (one *object) chain(dst []byte, t target, item odata.ExpandItem) []byte {
	seen := map[entity.Place]bool{one.o.Place: true}
	open := 0
	for left := max(item.Levels, 1); ; left-- {
		next := one.e.object(one.c, &list{in: one.list.in, typ: t.typ, path: t.at}, t.object)
		seen[t.object.Place] = true
		dst = one.c.Shape(dst, next, item.Options)
		property := next.typ.Property(item.Property.Name)
		if left <= 1 || property == nil || property.Collection {
			break
		}
		if t = next.navigate(property); t.object == nil || seen[t.object.Place] {
			break
		}
		if dst = dst[:len(dst)-1]; dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), property.Name...), `":`...)
		open++
	}
	return append(dst, strings.Repeat("}", open)...)
}

// maxExpanded is how many objects an expansion shows. Documented for the directory, where
// the service ends there, whatever $top says; here a nextLink goes on (chosen).
const maxExpanded = 20

// member returns a property of a stored object.
func member(o *entity.Object, name string) gjson.Result { return memberIn(o.JSON, name) }

// memberIn finds a member by its exact name: a name with a dot is no path.
func memberIn(json []byte, name string) (found gjson.Result) {
	gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
		if key.Str == name {
			found = v
			return false
		}
		return true
	})
	return found
}

// without leaves members out.
func without(json []byte, names []string) []byte {
	if !mentions(json, names) {
		return json
	}
	dst := []byte{'{'}
	gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
		if slices.Contains(names, key.Str) {
			return true
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, key.Raw...), ':'), v.Raw...)
		return true
	})
	return append(dst, '}')
}

func mentions(json []byte, names []string) bool {
	for _, n := range names {
		if bytes.Contains(json, []byte(n)) {
			return true
		}
	}
	return false
}

// encode writes what is stored of an object of type t: its id first, then the
// properties in the model's order, then what is hidden.
func encode(t *odata.Type, id string, values, hidden map[string]any) []byte {
	dst := jsontree.Append([]byte(`{"id":`), id)
	add := func(name string, v any) {
		dst = append(jsontree.Append(append(dst, ','), name), ':')
		dst = jsontree.Append(dst, v)
	}
	for _, p := range t.Structural() {
		if v, ok := values[p.Name]; ok && v != nil && p.Name != "id" {
			add(p.Name, v)
		}
	}
	for _, name := range extensionsIn(values) {
		if values[name] != nil {
			add(name, values[name])
		}
	}
	for _, name := range sorted(hidden) {
		add(name, hidden[name])
	}
	return append(dst, '}')
}
