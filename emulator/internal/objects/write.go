package objects

import (
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// create makes an object in a collection: 201 with it, and its Location.
func (e *Engine) create(c *workload.Call, p resource.Path) (engine.Reply, error) {
	body, err := c.Object()
	if err != nil {
		return engine.Reply{}, err
	}
	w, err := e.read(c, p.End().Type, body)
	if err != nil {
		return engine.Reply{}, err
	}
	var t target
	err = e.alter(c, func(tx *entity.Tx) (*target, error) {
		if t, err = e.resolve(c, tx.View, p); err != nil {
			return nil, err
		}
		t.object, err = e.createAt(c, tx, &t, w)
		return &t, err
	})
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	return e.created(c, p, t), nil
}

// alter lets do change the store for a call, and a lifecycle of the scenario begin with
// it. do returns the object that it has created or changed, which is then what the first
// steps have made of it that come at once.
func (e *Engine) alter(c *workload.Call, do func(*entity.Tx) (*target, error)) error {
	s := stateOf(c)
	var t *target
	err := s.Store.Update(c.Now, func(tx *entity.Tx) (err error) {
		if t, err = do(tx); err != nil {
			return err
		}
		return s.Futures.begin(c, tx.View, t.object, t.typ)
	})
	if err != nil || c.Lifecycle == "" {
		return err
	}
	s.Futures.Settle(c.Now, 0)
	if o := s.Store.View().At(t.object.Place); o != nil {
		t.object = o
	}
	return nil
}

// createAt makes an object in the collection that a path leads to.
func (e *Engine) createAt(c *workload.Call, tx *entity.Tx, t *target, w *written) (*entity.Object, error) {
	if t.link != nil { // it lives in the set of its type
		if err := t.link.Create(c, tx, t.from, w.draft); err != nil {
			return nil, err
		}
		t.list = e.home(tx.View, w.typ)
	}
	return e.make(c, tx, t.list, w)
}

// created is the answer to what was made.
func (e *Engine) created(c *workload.Call, p resource.Path, t target) engine.Reply {
	if t.list != nil {
		t.at, t.home = t.list.address(t.object), t.object.Home
		c.Named = func() engine.Named { return e.made(c, t) }
	}
	a := e.answer(c, http.StatusCreated, t, p, odata.Options{})
	typ := e.typeOf(c.Version, t.object, t.typ)
	if r := e.rulesOf(t.typ); r != nil && r.View != "" {
		typ = t.typ
	}
	a.Set("Location", c.Base()+"/"+e.address(&list{path: parentOf(t.at)}, t.object, typ))
	return a
}

// make stores a new object with what it contains and is linked to.
func (e *Engine) make(c *workload.Call, tx *entity.Tx, l *list, w *written) (*entity.Object, error) {
	if l.family == directoryFamily && l.home.Name == "" && l.within == "" {
		return nil, apierror.BadRequest("Write requests are only supported on contained entities")
	}
	d, home, t, r := w.draft, l.home, w.typ, e.rulesOf(w.typ)
	if err := e.checkExtensions(tx.View, t, d.Values); err != nil {
		return nil, err
	}
	d.Parent, d.In = home.Parent, home.Name
	if r != nil && r.View != "" {
		if err := e.required(r, t, d.Values); err != nil {
			return nil, err
		}
		w, t = e.through(c, w, r)
		d, home = w.draft, entity.Home{Name: e.rules[r.View].Set}
		if r.Create != nil {
			if err := r.Create(c, tx, d); err != nil {
				return nil, err
			}
		}
		r = e.rules[r.View]
	}
	if r != nil {
		if err := e.required(r, t, d.Values); err != nil {
			return nil, err
		}
		if r.Create != nil {
			if err := r.Create(c, tx, d); err != nil {
				return nil, err
			}
		}
	} else {
		stamp(c, t, d.Values, "createdDateTime", "lastModifiedDateTime")
	}
	if d.ID == "" {
		d.ID = e.NewID(c)
	}
	if d.Media != nil {
		d.Hidden[workload.MediaMember] = d.Media.Stored()
	}
	o, err := tx.Create(entity.Draft{Home: home, Family: e.family(t), ID: d.ID, Type: t.Qualified(),
		JSON: encode(t, d.ID, d.Values, d.Hidden), Keys: keysOf(r, d.Values)})
	if err != nil {
		return nil, err
	}
	if l.within != "" {
		if err := tx.Link(l.within, entity.Tenant, o.Place); err != nil {
			return nil, err
		}
	}
	if err := e.bind(c, tx, o, w); err != nil {
		return nil, err
	}
	for _, kid := range w.kids {
		inner := &list{in: tx.View, typ: kid.property.Type, home: entity.Home{Parent: o.Place, Name: kid.property.Name}}
		for i, k := range kid.objects {
			if _, err := e.make(c, tx, inner, k); err != nil {
				return nil, inside(kid.pointer(i), err)
			}
		}
	}
	if r != nil && r.Created != nil {
		if err := r.Created(c, tx, o); err != nil {
			return nil, err
		}
	}
	return tx.At(o.Place), nil
}

// stamp sets times that the service keeps of objects, where the type has them (chosen:
// the metadata does not say who sets them, and no client does).
func stamp(c *workload.Call, t *odata.Type, values map[string]any, names ...string) {
	for _, name := range names {
		if p := t.Property(name); p != nil && p.Kind == odata.KindDateTimeOffset && values[name] == nil {
			values[name] = workload.Time(c.Now)
		}
	}
}

// keysOf are the values that no other object may have.
func keysOf(r *workload.Rules, values map[string]any) []entity.UniqueKey {
	if r == nil {
		return nil
	}
	var keys []entity.UniqueKey
	for _, name := range r.Unique {
		switch v := values[name].(type) {
		case string:
			if v != "" {
				keys = append(keys, entity.UniqueKey{Index: indexOf(r, name), Key: v})
			}
		case []any:
			for _, one := range v {
				if s, ok := one.(string); ok {
					keys = append(keys, entity.UniqueKey{Index: indexOf(r, name), Key: s})
				}
			}
		}
	}
	return keys
}

// update changes an object: 204, or 200 with it.
func (e *Engine) update(c *workload.Call, p resource.Path) (engine.Reply, error) {
	body, err := c.Object()
	if err != nil {
		return engine.Reply{}, err
	}
	var t target
	made := false
	err = e.alter(c, func(tx *entity.Tx) (*target, error) {
		if t, err = e.resolve(c, tx.View, p); err != nil || t.object == nil {
			if err == nil || t.list != nil && c.Prefers("create-if-missing") {
				made = true
				return &t, e.upsert(c, tx, p, &t, body, err)
			}
			return nil, err
		}
		return &t, e.change(c, tx, &t, body, c.Method == http.MethodPut)
	})
	switch {
	case err != nil:
		return engine.Reply{}, e.inWords(err)
	case made:
		return e.created(c, p, t), nil
	}
	r := e.rulesOf(t.typ)
	if r == nil && !slices.Contains(silentRoots, p.Segments[0].Name) || r != nil && r.PatchStatus == http.StatusOK {
		return e.answer(c, http.StatusOK, t, p, odata.Options{}), nil
	}
	return workload.Empty(http.StatusNoContent), nil
}

// silentRoots are where the service answers 204 to a PATCH, though the metadata alone says
// nothing of it. Documented for policies and schema extensions, observed for the others:
// manicminer/hamilton takes nothing else for access packages, conditional access and role
// definitions.
var silentRoots = []string{"identity", "identityGovernance", "identityProviders", "policies", "roleManagement", "schemaExtensions"}

// upsert makes the object that an update has not found. Documented: of an alternate key
// where the client prefers it, with the key as a property; of a contained single one
// always (OData).
func (e *Engine) upsert(c *workload.Call, tx *entity.Tx, p resource.Path, t *target, body map[string]any, missing error) error {
	l := t.list
	if end := p.End(); end.Kind == resource.Key {
		keyed := end.Keys[0].Name != ""
		if !keyed {
			return missing
		}
		for _, k := range end.Keys {
			if prop := end.Type.Property(k.Name); prop != nil && body[prop.Name] == nil {
				body[prop.Name] = k.Value
			}
		}
	} else if t.from == nil || t.link != nil {
		return notPresent(*t)
	} else {
		l = &list{in: tx.View, typ: t.typ, home: t.home, path: parentOf(t.at)}
	}
	w, err := e.read(c, p.End().Type, body)
	if err == nil {
		t.object, err = e.make(c, tx, l, w)
	}
	return err
}

// change applies a body to an object.
func (e *Engine) change(c *workload.Call, tx *entity.Tx, t *target, body map[string]any, whole bool) error {
	typ := e.typeOf(c.Version, t.object, t.typ)
	view := e.rulesOf(t.typ)
	if view != nil && view.View != "" {
		typ = t.typ
	}
	w, err := e.readBody(c, typ, body, e.unchanged(c, tx.View, t))
	if err != nil {
		return err
	}
	if len(w.kids) > 0 {
		return apierror.PatchedNavigation(w.kids[0].property.Name, typ.Name)
	}
	if id := w.draft.ID; id != "" && !strings.EqualFold(id, strings.Replace(t.object.ID, workload.TenantID, c.Tenant.ID, 1)) {
		return readOnly("id")
	}
	if view != nil && view.View != "" {
		w, typ = e.through(c, w, view)
	}
	if err := e.checkExtensions(tx.View, typ, w.draft.Values); err != nil {
		return err
	}
	r := e.rulesOf(typ)
	values, hidden := decode(t.object)
	if whole {
		clear(values)
		delete(hidden, odata.OpenMember)
	}
	d := w.draft
	merged := &workload.Draft{ID: t.object.ID, Type: typ.Name, Values: d.Values, Hidden: hidden}
	if r != nil {
		for _, name := range r.Required {
			switch v, given := d.Values[name]; {
			case !given || name == "id":
			case v == nil: // observed: CIPP issue 6096 (2026)
				return missingValue(name, typ)
			case v == "":
				return invalidValue(name, typ)
			}
		}
		if r.Update != nil {
			if err := r.Update(c, tx, t.object, merged); err != nil {
				return err
			}
		}
	} else {
		stamp(c, typ, d.Values, "lastModifiedDateTime")
	}
	for name, v := range d.Hidden { // of a view, or what no model names
		hidden[name] = merge(hidden[name], v)
	}
	var changed []string
	for name, v := range d.Values {
		values[name] = merge(values[name], v)
		changed = append(changed, name)
	}
	if t.object.Place == 0 { // a singleton that nothing was set of yet
		o, err := tx.Create(entity.Draft{Home: t.home, Family: e.family(typ), ID: t.object.ID, Type: typ.Qualified(),
			JSON: encode(typ, t.object.ID, values, hidden)})
		t.object = o
		return err
	}
	slices.Sort(changed)
	o, err := tx.Replace(t.object.Place, encode(e.stored(t.object, typ), t.object.ID, values, hidden), keysOf(r, values), changed...)
	if err != nil {
		return err
	}
	t.object = o
	if err := e.bind(c, tx, o, w); err != nil {
		return err
	}
	t.object = tx.At(o.Place)
	return nil
}

// stored is the type in whose order an object's properties are kept.
func (e *Engine) stored(o *entity.Object, t *odata.Type) *odata.Type {
	for _, v := range []workload.Version{workload.Beta, workload.V1} { // beta has more
		if m := e.models.Of(v); m != nil {
			if s := m.Type(o.Type); s != nil {
				return s
			}
		}
	}
	return t
}

// merge is a value after a change. Inferred: complex values merge property by
// property, collections are replaced.
func merge(old, changed any) any {
	o, ok1 := old.(map[string]any)
	n, ok2 := changed.(map[string]any)
	if !ok1 || !ok2 {
		return changed
	}
	for name, v := range n {
		if v == nil {
			delete(o, name)
		} else {
			o[name] = merge(o[name], v)
		}
	}
	return o
}

// deleteObject takes an object away: 204.
func (e *Engine) deleteObject(c *workload.Call, p resource.Path) (engine.Reply, error) {
	err := stateOf(c).Store.Update(c.Now, func(tx *entity.Tx) error {
		t, err := e.resolve(c, tx.View, p)
		if err != nil {
			return err
		}
		if t.object == nil || t.object.Place == 0 {
			return e.notThere(t)
		}
		return e.deleteAt(c, tx, &t)
	})
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	return workload.Empty(http.StatusNoContent), nil
}

// deleteAt takes the object of a target away, as the rules of its type say.
func (e *Engine) deleteAt(c *workload.Call, tx *entity.Tx, t *target) error {
	if r := e.rulesOf(e.typeOf(c.Version, t.object, t.typ)); r != nil && r.Delete != nil {
		return r.Delete(c, tx, t.object)
	}
	return tx.Delete(t.object.Place)
}

// required refuses an object that lacks what a create must bring.
func (e *Engine) required(r *workload.Rules, t *odata.Type, values map[string]any) error {
	for _, name := range r.Required {
		if v := values[name]; name != "id" && (v == nil || v == "") {
			return missingValue(name, t)
		}
	}
	return nil
}
