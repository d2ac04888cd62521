package objects

import (
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// list is a collection of objects: a set, what an object contains, or what it is linked
// to.
type list struct {
	in      entity.View
	typ     *odata.Type
	cast    *odata.Type     // only objects of this type; nil: all
	path    string          // its address, relative to the version
	context string          // after "$metadata#"
	home    entity.Home     // where its objects live; zero for what is linked
	family  string          // whose keys find its objects; "": its own
	rules   *workload.Rules // of its type, where it is a set; nil: none
	within  string          // of a view: the relation that says which objects it shows
	linked  bool            // the objects live elsewhere
	window  bool            // it shows a window of time, which the query names
	all     func() entity.Places

	asks  string // the query, decoded and in lower case; "": there is none, or nobody has looked
	named bool   // it is one object alone, which is always there: see always
}

// find returns the object of a key, nil where there is none.
func (l *list) find(e *Engine, s *resource.Segment) *entity.Object {
	if len(s.Keys) == 1 && s.Keys[0].Name != "" || len(s.Keys) > 1 {
		return l.alternate(e, s)
	}
	id := s.Keys[0].Value
	if r := e.rulesOf(l.typ); r != nil && len(id) > len(r.KeyPrefix) && strings.EqualFold(id[:len(r.KeyPrefix)], r.KeyPrefix) {
		id = id[len(r.KeyPrefix):]
	}
	var o *entity.Object
	switch {
	case l.linked:
		// By its id, and only where it is linked.
		family := e.family(l.typ)
		if r := e.rulesOf(l.typ); family == "" && r != nil && r.View == "" {
			family = r.Set
		}
		if o = l.in.Find(family, id); o != nil && !l.all().Has(o.Place) {
			o = nil
		}
		if o == nil && family == "" {
			o = l.search(func(one *entity.Object) bool { return one.ID == id })
		}
	case l.family != "":
		o = l.in.Find(l.family, id)
		if o != nil && !l.holds(o) {
			o = nil // a user is no group
		}
		if o == nil && l.rules != nil && l.rules.InPlaceOfID != "" {
			o = l.in.Unique(indexOf(l.rules, l.rules.InPlaceOfID), id)
			if o != nil && !l.holds(o) {
				o = nil // it is deleted
			}
		}
	default:
		o = l.in.Find(l.home.Family(), id)
	}
	return l.ofCast(o)
}

// holds tells whether an object of the same family lives in the set.
func (l *list) holds(o *entity.Object) bool {
	switch {
	case l.within != "":
		return l.in.Linked(l.within, entity.Tenant, o.Place) && living(o)
	case l.home.Name != "":
		return o.Home == l.home
	}
	return living(o) // of all objects of a family, none that is deleted
}

// indexOf is the store's index of a property that no two objects share.
func indexOf(r *workload.Rules, property string) string { return r.Type + "." + property }

// keyedBy tells whether properties are an alternate key of the list's type: one that its
// metadata names, or a property that no two objects share.
func (l *list) keyedBy(e *Engine, s *resource.Segment) bool {
	if r := e.rulesOf(l.typ); r != nil && len(s.Keys) == 1 {
		given := func(name string) bool { return strings.EqualFold(name, s.Keys[0].Name) }
		if slices.ContainsFunc(r.Unique, given) || slices.ContainsFunc(r.Keys, given) {
			return true
		}
	}
	for t := l.typ; t != nil; t = t.Base {
		for _, key := range t.AlternateKeys {
			if len(key) == len(s.Keys) && !slices.ContainsFunc(key, func(k odata.AlternateKey) bool {
				return !slices.ContainsFunc(s.Keys, func(given resource.KeyValue) bool {
					return strings.EqualFold(given.Name, k.Name) || k.Alias != "" && strings.EqualFold(given.Name, k.Alias)
				})
			}) {
				return true
			}
		}
	}
	return false
}

// alternate finds an object by another key than its id. By any other property there is
// none: that would be a filter, and of secrets too.
func (l *list) alternate(e *Engine, s *resource.Segment) *entity.Object {
	if l.linked || !l.keyedBy(e, s) {
		return nil
	}
	for _, k := range s.Keys {
		if l.rules == nil {
			break
		}
		for _, name := range l.rules.Unique {
			if o := l.in.Unique(indexOf(l.rules, name), k.Value); strings.EqualFold(name, k.Name) && o != nil && l.holds(o) {
				return l.ofCast(o)
			}
		}
	}
	return l.ofCast(l.search(func(o *entity.Object) bool {
		all := true
		for _, k := range s.Keys {
			p := l.typ.Property(k.Name)
			all = all && p != nil && strings.EqualFold(member(o, p.Name).String(), k.Value)
		}
		return all
	}))
}

// search is the first object that is the one, nil for none.
func (l *list) search(is func(*entity.Object) bool) *entity.Object {
	for p := range l.all().All(0) {
		if o := l.in.At(p); is(o) {
			return o
		}
	}
	return nil
}

// ofCast returns o where it is of the type that the path casts to.
func (l *list) ofCast(o *entity.Object) *entity.Object {
	if o == nil || l.cast == nil || l.has(o) {
		return o
	}
	return nil
}

func (l *list) has(o *entity.Object) bool {
	return l.cast == nil || l.typ.Model().Type(o.Type).IsA(l.cast)
}

// address is that of a member, relative to the version.
func (l *list) address(o *entity.Object) string { return l.path + "/" + escape(o.ID) }

func escape(id string) string { return url.PathEscape(id) }

// collection is the list as lists, counts and expansions read it.
func (l *list) collection(e *Engine, c *workload.Call) workload.Collection {
	typ := l.typ
	if l.cast != nil {
		typ = l.cast
	}
	places := l.all()
	col := workload.Collection{Type: e.extended(c, l.in, typ), Path: l.path, Context: l.context, Len: places.Len}
	if r := e.rules[typ.Name]; r != nil {
		col.Unpaged = r.Unpaged
	}
	wrap := func(o *entity.Object) *object { return e.object(c, l, o) }
	col.Page = func(after uint64, skip, limit int) ([]workload.Entity, bool) {
		found := places.Page(entity.Place(after), skip, limit+1)
		more := len(found) > limit
		page := make([]workload.Entity, min(len(found), limit))
		for i := range page {
			page[i] = wrap(l.in.At(found[i]))
		}
		return page, more
	}
	col.All = func(after uint64) iter.Seq[workload.Entity] {
		return func(yield func(workload.Entity) bool) {
			one := wrap(nil)
			for p := range places.All(entity.Place(after)) {
				o := l.in.At(p)
				if !l.has(o) {
					continue
				}
				if one.set(o); !yield(one) {
					return
				}
			}
		}
	}
	if l.cast != nil {
		col.Path += "/" + l.cast.Qualified()
		col = filtered(col, col.All)
	}
	return col
}

// filtered reads a collection of which all leaves some members out: those that are not of the
// type asked for, or outside of a window of time.
func filtered(col workload.Collection, all func(after uint64) iter.Seq[workload.Entity]) workload.Collection {
	col.All = all
	col.Len = func() (n int) {
		for range col.All(0) {
			n++
		}
		return n
	}
	col.Page = func(after uint64, skip, limit int) (page []workload.Entity, more bool) {
		for o := range col.All(after) {
			switch {
			case skip > 0:
				skip--
			case len(page) == limit:
				return page, true
			default:
				page = append(page, o.Keep())
			}
		}
		return page, false
	}
	return col
}
