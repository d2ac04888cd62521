// Package permission reads the table of permissions that the service publishes: which
// permission each path and method asks for. Documented: permissions.json of
// microsoftgraph/microsoft-graph-devx-content, in the form of microsoftgraph/kibali.
package permission

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/resource"
)

// Table tells what each path asks for. It is safe for concurrent use.
type Table struct {
	names  []string // of the permissions
	levels []uint8  // how privileged each is, from 1; 0: not said
	paths  map[string]*row
	needs  sync.Map // *identity.Need by wanted: those that were asked for
}

// row is what the table has of a path.
type row struct {
	path    string // as the table spells it
	entries []entry
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

// wanted is what a need was made for.
type wanted struct {
	row    *row
	method uint8
}

// Need returns what a call asks for, and the path of the table that says so; nil where
// the table has none. A path that is not in the table itself is taken for what it is a
// part of (inferred: the table names a collection for its $count, and an object for its
// properties and casts; links it names without their $ref).
func (t *Table) Need(method string, p resource.Path) (need *identity.Need, path string) {
	if method == "HEAD" {
		method = "GET"
	}
	i := slices.Index(methods, method)
	if t == nil || i < 0 {
		return nil, ""
	}
	for n := len(p.Segments); n > 0; n-- {
		r := t.row(p.Segments[:n])
		if r != nil {
			if need := t.need(wanted{r, uint8(i)}); need != nil {
				return need, r.path
			}
		}
		switch p.Segments[n-1].Kind {
		case resource.Count, resource.Ref, resource.Value, resource.Property, resource.Cast:
		case resource.Key:
			// An object is read with what lists its collection, where the table has only that.
			if method != "GET" || n == 1 || p.Segments[n-2].Kind == resource.Set {
				return nil, ""
			}
		default:
			return nil, ""
		}
	}
	return nil, ""
}

// row finds the row of a path: with casts and alternate keys as they are, else without.
func (t *Table) row(segments []resource.Segment) *row {
	if r := t.paths[key(segments, true)]; r != nil {
		return r
	}
	return t.paths[key(segments, false)]
}

// key is a walked path as the table's paths are compared: in lower case, with "{}" in
// place of each value. exact: casts and the names of alternate keys stand in it.
func key(segments []resource.Segment, exact bool) string {
	var b strings.Builder
	for i := range segments {
		s := &segments[i]
		switch {
		case s.Kind == resource.Key && exact && s.Keys[0].Name != "":
			writeNames(&b, s.Keys)
		case s.Kind == resource.Key:
			b.WriteString("/{}")
		case s.Kind == resource.Cast && !exact:
		default:
			b.WriteByte('/')
			b.WriteString(plain(s.Name))
			if len(s.Args) > 0 {
				writeNames(&b, s.Args)
			}
		}
	}
	return strings.ToLower(b.String())
}

func writeNames(b *strings.Builder, list []resource.KeyValue) {
	var names []string
	for _, kv := range list {
		names = append(names, strings.ToLower(kv.Name)+"={}")
	}
	slices.Sort(names)
	b.WriteString("(" + strings.Join(names, ",") + ")")
}

// plain is a name without Graph's namespace.
func plain(name string) string {
	const namespace = "microsoft.graph."
	if len(name) > len(namespace) && strings.EqualFold(name[:len(namespace)], namespace) {
		return name[len(namespace):]
	}
	return name
}

// need makes what a method of a row asks for, once; nil where the row does not have it.
func (t *Table) need(w wanted) *identity.Need {
	if known, ok := t.needs.Load(w); ok {
		return known.(*identity.Need)
	}
	var need *identity.Need
	if slices.ContainsFunc(w.row.entries, func(e entry) bool { return e.methods&(1<<w.method) != 0 }) {
		need = &identity.Need{Family: identity.Directory,
			Delegated: t.choices(w, delegated), Application: t.choices(w, application)}
	}
	known, _ := t.needs.LoadOrStore(w, need)
	return known.(*identity.Need)
}

// choices are the permissions of a row's method that can be used as a scheme. Several
// may be marked as least privileged, as one that reads and one that writes too: of
// those, the one that fewer methods take comes first (inferred).
func (t *Table) choices(w wanted, as scheme) identity.Choices {
	list := slices.DeleteFunc(slices.Clone(w.row.entries), func(e entry) bool {
		return e.methods&(1<<w.method) == 0 || e.schemes&as == 0
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
