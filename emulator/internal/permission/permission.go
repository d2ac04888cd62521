// Package permission reads the table of permissions that the service publishes: which
// permission each path and method asks for. Documented: permissions.json of
// microsoftgraph/microsoft-graph-devx-content, in the form of microsoftgraph/kibali.
package permission

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/resource"
)

// Table tells what each path asks for. It is safe for concurrent use.
type Table struct {
	names   []string // of the permissions
	levels  []uint8  // how privileged each is, from 1; 0: not said
	schemes []scheme // as which each can be granted
	paths   map[string]*row
}

// row is what the table has of a path.
type row struct {
	path    string // as the table spells it; "": it is no published one
	entries []entry
	made    [5]atomic.Pointer[made] // by method: what was made of the entries; nil: not yet
}

// made is what a method of a row asks for.
type made struct {
	need *identity.Need // nil: the row does not have the method
	own  *identity.Need // the same for /me, to which only a user's token leads
}

// entry is a permission that some methods of a path take.
type entry struct {
	permission uint16
	methods    uint8  // a bit each of the list of methods
	schemes    scheme // it can be used as
	least      scheme // it is the least privileged one as
	with       []string
}

// scheme is a set of ways in which a permission is granted. The one of personal
// accounts counts for nothing here: no world has such an account.
type scheme uint8

const (
	delegated scheme = 1 << iota
	application
)

var schemes = map[string]scheme{"DelegatedWork": delegated, "Application": application}

var methods = []string{"GET", "POST", "PATCH", "PUT", "DELETE"}

const (
	methodPatch  = 2
	methodPut    = 3
	methodDelete = 4
)

// Need returns what a call asks for, and the path of the table that says so; nil where
// the table has none. A path that is not in the table itself is taken for what it is a
// part of (inferred: the table names a collection for its $count, and an object for its
// properties and casts; links it names without their $ref).
func (t *Table) Need(method string, p resource.Path) (need *identity.Need, path string) {
	if method == "HEAD" {
		method = "GET"
	}
	i := slices.Index(methods, method)
	if t == nil || i < 0 || len(p.Segments) == 0 {
		return nil, ""
	}
	if m, path := t.find(i, p.Segments, false); m != nil {
		return m.need, path
	}
	if s := &p.Segments[0]; s.Kind == resource.Singleton && s.Name == "me" {
		// Inferred: what a user may do with any user, a user may do with oneself.
		if m, path := t.find(i, p.Segments, true); m != nil {
			return m.own, path
		}
	}
	return nil, ""
}

// find looks for the row of a path, or for one of what it is a part of. asUser: /me is
// looked for as /users/{id}.
func (t *Table) find(method int, segments []resource.Segment, asUser bool) (m *made, path string) {
	for n := len(segments); n > 0; n-- {
		if m, path := t.at(method, segments[:n], asUser, false); m != nil {
			return m, path
		}
		switch segments[n-1].Kind {
		case resource.Ref:
			// A link is taken away by the address of its collection, too: $ref?@odata.id=… (documented).
			if method == methodDelete && segments[n-2].Many {
				if m, path := t.at(method, segments[:n-1], asUser, true); m != nil {
					return m, path
				}
			}
		case resource.Property: // it is written by an update of its object
			if method == methodPut || method == methodDelete {
				method = methodPatch
			}
		case resource.Count, resource.Value, resource.Cast:
		case resource.Key:
			if method == methodPut { // inferred: it is an update here
				return t.find(methodPatch, segments[:n], asUser)
			}
			// An object is read with what lists its collection, where the table has only that.
			if method != 0 || n == 1 || segments[n-2].Kind == resource.Set {
				return nil, ""
			}
		default:
			return nil, ""
		}
	}
	return nil, ""
}

// at is what a method of exactly one path asks for: with casts and alternate keys as
// they are, else without. member: one of the path's objects is meant.
func (t *Table) at(method int, segments []resource.Segment, asUser, member bool) (m *made, path string) {
	var room [160]byte
	for _, exact := range [2]bool{true, false} {
		k := appendKey(room[:0], segments, exact, asUser)
		if member {
			k = append(k, "/{}"...)
		}
		if r := t.paths[string(k)]; r != nil {
			if m := t.make(r, method); m.need != nil {
				return m, r.path
			}
		}
	}
	return nil, ""
}

// appendKey appends a walked path as the table's paths are compared: in lower case, with
// "{}" in place of each value. exact: casts and the names of alternate keys stand in it.
func appendKey(b []byte, segments []resource.Segment, exact, asUser bool) []byte {
	for i := range segments {
		s := &segments[i]
		switch {
		case i == 0 && asUser:
			b = append(b, "/users/{}"...)
		case s.Kind == resource.Key && exact && s.Keys[0].Name != "":
			b = appendNames(b, s.Keys)
		case s.Kind == resource.Key:
			b = append(b, "/{}"...)
		case s.Kind == resource.Cast && !exact:
		default:
			b = appendLower(append(b, '/'), plain(s.Name))
			if len(s.Args) > 0 {
				b = appendNames(b, s.Args)
			}
		}
	}
	return b
}

// appendLower appends a text in lower case.
func appendLower(b []byte, text string) []byte {
	for _, c := range []byte(text) {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

func appendNames(b []byte, list []resource.KeyValue) []byte {
	var names []string
	for _, kv := range list {
		names = append(names, strings.ToLower(kv.Name)+"={}")
	}
	slices.Sort(names)
	return append(append(append(b, '('), strings.Join(names, ",")...), ')')
}

// plain is a name without Graph's namespace.
func plain(name string) string {
	const namespace = "microsoft.graph."
	if len(name) > len(namespace) && strings.EqualFold(name[:len(namespace)], namespace) {
		return name[len(namespace):]
	}
	return name
}

// make makes what a method of a row asks for, once.
func (t *Table) make(r *row, method int) *made {
	if m := r.made[method].Load(); m != nil {
		return m
	}
	m := new(made)
	if slices.ContainsFunc(r.entries, func(e entry) bool { return e.methods&(1<<method) != 0 }) {
		m = newMade(&identity.Need{Family: identity.Directory,
			Delegated: t.choices(r, method, delegated), Application: t.choices(r, method, application)})
	}
	r.made[method].CompareAndSwap(nil, m) // who comes second has made the same
	return r.made[method].Load()
}

func newMade(need *identity.Need) *made {
	own := *need
	own.Application = nil
	return &made{need, &own}
}

// choices are the permissions of a row's method that can be used as a scheme. Several
// may be marked as least privileged, as one that reads and one that writes too: of
// those, the one that fewer methods take comes first (inferred).
func (t *Table) choices(r *row, method int, as scheme) identity.Choices {
	list := slices.DeleteFunc(slices.Clone(r.entries), func(e entry) bool {
		return e.methods&(1<<method) == 0 || e.schemes&as == 0
	})
	count := func(e entry) (n int) {
		for m := e.methods; m != 0; m &= m - 1 {
			n++
		}
		return n
	}
	level := func(e entry) uint8 { return t.levels[e.permission] - 1 } // one that is not said comes last
	slices.SortStableFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.least&as, a.least&as), cmp.Compare(count(a), count(b)),
			cmp.Compare(level(a), level(b)), cmp.Compare(t.names[a.permission], t.names[b.permission]))
	})
	var choices identity.Choices
	for _, e := range list {
		name := t.names[e.permission]
		if !slices.ContainsFunc(choices, func(c identity.Choice) bool { return c.Name == name }) {
			choices = append(choices, identity.NewChoice(name, e.least&as != 0 && len(choices) == 0, e.with))
		}
	}
	return choices
}

// Size is how many permissions and paths the table has.
func (t *Table) Size() (permissions, paths int) { return len(t.names), len(t.paths) }

// Permissions are all that the table has, in its order.
func (t *Table) Permissions() []identity.Permission {
	if t == nil {
		return nil
	}
	list := make([]identity.Permission, len(t.names))
	for i, name := range t.names {
		list[i] = identity.Permission{Name: name, Delegated: t.schemes[i]&delegated != 0, Application: t.schemes[i]&application != 0}
	}
	return list
}
