package objects

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// target is what a path leads to in the store.
type target struct {
	list   *list          // a collection; nil: it is none
	object *entity.Object // one object; nil: none is there, or it is a collection
	typ    *odata.Type    // declared, of the members or of the object
	home   entity.Home    // of one object that is contained: where it lives, or would
	from   *entity.Object // of a navigation: what it starts from
	link   *workload.Link // of a navigation that is not contained
	prop   []string       // names of structural properties, from the object on
	id     string         // the last key
	at     string         // address of the object, relative to the version
	me     string         // of a path that begins with /me: the user's id
	named  bool           // the object is always there, known by its name alone: see always
}

// resolve walks a path through the store. It errs with the service's 404 where an
// object on the way is not there; one that is missing at the end of a single navigation
// or a singleton is left to the caller.
func (e *Engine) resolve(c *workload.Call, in entity.View, p resource.Path) (target, error) {
	var t target
	for i := range p.Segments {
		s := &p.Segments[i]
		last := i == len(p.Segments)-1
		switch s.Kind {
		case resource.Set:
			t = target{typ: s.Type, list: e.set(in, s), at: s.Name}
		case resource.Singleton:
			if err := e.singleton(c, in, s, &t); err != nil {
				return t, err
			}
		case resource.Key:
			t.id = keyText(s)
			o := t.list.find(e, stored(c, t.list, s))
			if o == nil {
				return t, e.missing(t.list, s)
			}
			t.object, t.home, t.at, t.list = o, o.Home, t.list.address(o), nil
		case resource.Cast:
			if t.list != nil {
				t.list.cast = s.Type
			} else if t.object != nil && !e.typeOf(c.Version, t.object, t.typ).IsA(s.Type) {
				return t, apierror.ResourceNotFound(t.object.ID)
			}
			t.typ = s.Type
		case resource.Navigation:
			switch {
			case t.object == nil:
				return t, notPresent(t)
			case t.named && t.at == "education" && s.Name == "me":
				if err := e.me(c, in, &t); err != nil {
					return t, err
				}
				if r := e.rulesOf(s.Type); r == nil || !in.Linked(r.Set, entity.Tenant, t.object.Place) {
					return t, apierror.ResourceNotFound(t.id)
				}
				t.typ, t.at, t.named = s.Type, t.at+"/me", false
			default:
				// A navigation of what the object is, which may be more than it is declared as: a
				// user's manager has a manager.
				if r := e.rulesOf(t.typ); r == nil || r.View == "" {
					t.typ = e.typeOf(c.Version, t.object, t.typ)
				}
				if t.typ.Property(s.Name) == nil {
					return t, apierror.UnknownSegment(s.Name)
				}
				e.navigate(in, s, &t)
			}
		case resource.Property:
			if t.object == nil {
				return t, notPresent(t)
			}
			t.prop = append(t.prop, s.Name)
		case resource.Operation:
			if !last && t.object == nil && t.list == nil {
				return t, notPresent(t)
			}
		}
	}
	return t, nil
}

// notPresent is the error of a path that goes on from what is not there. Documented
// for an unset manager.
func notPresent(t target) error {
	name := t.id
	if t.link != nil {
		name = t.link.Name
	} else if t.home.Name != "" {
		name = t.home.Name
	}
	return apierror.ResourceNotFound(name)
}

// notThere is the error of a path that ends at what is not there.
func (e *Engine) notThere(t target) error {
	if r := e.rulesOf(t.typ); r != nil && r.NotFound != nil && t.link == nil {
		return r.NotFound(t.id)
	}
	return notPresent(t)
}

// set is an entity set as a collection.
func (e *Engine) set(in entity.View, s *resource.Segment) *list {
	if s.Name == "directoryObjects" {
		return &list{in: in, typ: s.Type, path: s.Name, context: s.Name, family: directoryFamily,
			all: func() entity.Places { return e.living(in, in.Family(directoryFamily)) }}
	}
	home := entity.Home{Name: s.Name}
	if r := e.rules[s.Type.Name]; r != nil && r.View == "" && r.Set != "" {
		home.Name = r.Set // beta has administrative units at its root too
	}
	return e.contained(in, s.Type, home, s.Name, s.Name)
}

// stored is a key as the store has it.
func stored(c *workload.Call, l *list, s *resource.Segment) *resource.Segment {
	if l.rules == nil || !l.rules.Tenant || len(s.Keys) != 1 || len(s.Keys[0].Value) < len(c.Tenant.ID) {
		return s
	}
	value := s.Keys[0].Value
	if n := len(c.Tenant.ID); strings.EqualFold(value[:n], c.Tenant.ID) {
		key := *s
		key.Keys = []resource.KeyValue{{Name: s.Keys[0].Name, Value: workload.TenantID + value[n:]}}
		return &key
	}
	return s
}

// missing is the error of a key that leads to nothing. Observed: where ids are guids, what
// is none is refused (docs-contrib issue 3854); users have names too. Of education nothing such
// is known.
func (e *Engine) missing(l *list, s *resource.Segment) error {
	id := keyText(s)
	if r := e.rulesOf(l.typ); r != nil && r.KeyFits != nil && !r.KeyFits(id) {
		return workload.Refuse("%s", r.BadKey)
	}
	if l.family == directoryFamily && l.within == "" &&
		(l.rules == nil || l.rules.InPlaceOfID == "") && s.Keys[0].Name == "" && !ids.IsGUID(id) {
		return workload.Refuse("Invalid object identifier '%s'.", id)
	}
	if r := e.rulesOf(l.typ); r != nil && r.NotFound != nil {
		return r.NotFound(id)
	}
	return apierror.ResourceNotFound(id)
}

// directoryFamily is the key space that all directory objects share.
const directoryFamily = entity.Directory

// first is the first of some places' objects, nil where there is none.
func first(in entity.View, places entity.Places) *entity.Object {
	for p := range places.All(0) {
		return in.At(p)
	}
	return nil
}

// singleton goes to a named entity of the container. "me" is who the token is of.
func (e *Engine) singleton(c *workload.Call, in entity.View, s *resource.Segment, t *target) error {
	*t = target{typ: s.Type, home: entity.Home{Name: s.Name}, at: s.Name, named: true}
	if s.Name == "me" {
		t.named = false
		err := e.me(c, in, t)
		t.me = t.id
		return err
	}
	t.stand(in, s.Name)
	return nil
}

// stand goes to an object that is always there. It is stored when something of it is set.
func (t *target) stand(in entity.View, name string) {
	if t.object = first(in, in.List(t.home)); t.object == nil {
		t.object = &entity.Object{Kind: &entity.Kind{Type: t.typ.Qualified(), Home: t.home}, ID: name, JSON: []byte(`{"id":"` + name + `"}`)}
	}
}

// always tells whether what a single containment navigation leads to is there without
// having been made: what a singleton contains (identity/conditionalAccess), and what has
// no properties and only holds other objects (users/{id}/todo). Inferred: clients create
// below them at once, and no call creates them.
func (e *Engine) always(owner *target, t *odata.Type) bool {
	if e.rulesOf(t) != nil {
		return false
	}
	own := func(p *odata.Property) bool { return !slices.Contains(t.KeyNames(), p.Name) }
	return owner.named || !slices.ContainsFunc(t.Structural(), own)
}

// me goes to the user whose token the call has.
func (e *Engine) me(c *workload.Call, in entity.View, t *target) error {
	id, err := c.Me()
	if err != nil {
		return err
	}
	if t.id, t.object = id, in.Find(directoryFamily, id); t.object == nil || !living(t.object) {
		return apierror.ResourceNotFound(id)
	}
	t.home = t.object.Home
	return nil
}

// living tells whether an object is none of those that are deleted and may be restored.
func living(o *entity.Object) bool { return o.Home.Name != entity.DeletedItems }

// visible returns those of linked objects that a navigation to a type leads to: what is
// deleted is no longer there, and of a view only what it shows.
func (e *Engine) visible(in entity.View, t *odata.Type, all entity.Places) entity.Places {
	r := e.rulesOf(t)
	view := r != nil && r.View != ""
	if !view && in.List(entity.Home{Name: entity.DeletedItems}).Len() == 0 {
		return all
	}
	return all.Where(func(p entity.Place) bool {
		return (!view || in.Linked(r.Set, entity.Tenant, p)) && living(in.At(p))
	})
}

// navigate goes on from an object by a navigation property.
func (e *Engine) navigate(in entity.View, s *resource.Segment, t *target) {
	from := t.object
	at := t.at + "/" + s.Name
	next := target{typ: s.Type, from: from, at: at, id: t.id, me: t.me}
	owner := t.typ
	if s.Property.Contained && !e.ruledLink(owner, s.Property) {
		next.home = entity.Home{Parent: from.Place, Name: s.Name}
		if t.named { // what is below a name is kept by names, from the nearest object on
			next.home = entity.Home{Parent: t.home.Parent, Name: t.home.Name + "/" + s.Name}
		}
		switch {
		case s.Many:
			lives, window := windowed(owner, s.Property)
			if window {
				next.home.Name = strings.TrimSuffix(next.home.Name, s.Name) + lives
			}
			next.list = e.contained(in, s.Type, next.home, at, t.context()+"/"+s.Name)
			next.list.window = window
		case e.always(t, s.Type):
			next.named = true
			next.stand(in, s.Name)
		default:
			next.object = first(in, in.List(next.home))
		}
		*t = next
		return
	}
	next.link = e.link(owner, s.Property)
	if next.link.Self {
		next.object = from
		*t = next
		return
	}
	places := func() entity.Places { return e.visible(in, s.Type, e.linked(in, next.link, from.Place)) }
	if s.Many {
		next.list = &list{in: in, typ: s.Type, path: at, context: e.linkContext(s.Type), linked: true, all: places}
	} else {
		next.object = first(in, places())
	}
	*t = next
}

// contained is what lives in a home as a collection.
func (e *Engine) contained(in entity.View, t *odata.Type, home entity.Home, at, context string) *list {
	l := &list{in: in, typ: t, path: at, context: context, home: home}
	l.all = func() entity.Places { return in.List(home) }
	r := e.rulesOf(t)
	if home.Parent != 0 || r == nil {
		if r != nil {
			l.family = r.Family
		}
		return l
	}
	l.family, l.rules = r.Family, r
	if r.View != "" { // its objects live in the set of what it shows
		l.home = entity.Home{}
		l.all = func() entity.Places { return e.living(in, in.Targets(r.Set, entity.Tenant)) }
		l.within = r.Set
	}
	return l
}

// living returns those of some objects that are not deleted.
func (e *Engine) living(in entity.View, all entity.Places) entity.Places {
	if in.List(entity.Home{Name: entity.DeletedItems}).Len() == 0 {
		return all
	}
	return all.Where(func(p entity.Place) bool { return living(in.At(p)) })
}

// linked are the objects that a link leads to.
func (e *Engine) linked(in entity.View, l *workload.Link, from entity.Place) entity.Places {
	switch {
	case l.Closure:
		return in.Closure(l.Relation, from, l.Reverse)
	case l.Reverse:
		return in.Sources(l.Relation, from)
	}
	return in.Targets(l.Relation, from)
}

// linkContext is the context of a collection of objects that live elsewhere. Observed
// for directory objects; else the set of the type, or the type alone (inferred).
func (e *Engine) linkContext(t *odata.Type) string {
	if t.Name == "directoryObject" {
		return "directoryObjects"
	}
	if r := e.rules[t.Name]; r != nil && r.View == "" && r.Set != "" && !strings.Contains(r.Set, "/") {
		return r.Set
	}
	return "Collection(" + t.Qualified() + ")"
}

// context is an object in the context of what it contains. One that is always there has no
// key in it.
func (t *target) context() string {
	if t.named {
		return ofMe(t.at, t.me)
	}
	return ofMe(contextOf(t.at, t.object), t.me)
}

// ofMe says in a context whose /me it is. Documented: GET /me/messages is of
// "users('id')/messages".
func ofMe(context, id string) string {
	rest, ok := strings.CutPrefix(context, "me")
	if id == "" || !ok || rest != "" && rest[0] != '/' {
		return context
	}
	return "users('" + escape(id) + "')" + rest
}

// contextOf is an object in the context of what it contains: "users('id')".
func contextOf(at string, o *entity.Object) string {
	if end := strings.LastIndexByte(at, '/'); end >= 0 && at[end+1:] == escape(o.ID) {
		return at[:end] + "('" + escape(strings.ReplaceAll(o.ID, "'", "''")) + "')"
	}
	return at
}

// keyText is a key as errors name it.
func keyText(s *resource.Segment) string {
	if len(s.Keys) == 1 {
		return s.Keys[0].Value
	}
	return s.Name
}
