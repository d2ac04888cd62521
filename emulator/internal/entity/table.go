package entity

import (
	"slices"
	"strings"
)

// table has sets of places by a name and a place: the ends of links by relation and
// object, the members of a home by its name and its parent. A copy of it stays as it
// is while the other is written to.
type table struct {
	owner *owner
	rows  []*row // sorted by name
}

type row struct {
	owner *owner
	name  string
	sets  trie[set]
}

func byName(r *row, name string) int { return strings.Compare(r.name, name) }

// sets returns the sets with a name by place.
func (t *table) sets(name string) *trie[set] {
	if i, there := slices.BinarySearchFunc(t.rows, name, byName); there {
		return &t.rows[i].sets
	}
	return new(trie[set])
}

func (t *table) at(name string, p Place) *set { return t.sets(name).at(uint64(p)) }

// row returns the row with that name, for o to write to.
func (t *table) row(name string, o *owner) *row {
	if t.owner != o {
		t.owner, t.rows = o, slices.Clone(t.rows)
	}
	i, there := slices.BinarySearchFunc(t.rows, name, byName)
	if !there {
		t.rows = slices.Insert(t.rows, i, &row{owner: o, name: strings.Clone(name)})
	} else if r := t.rows[i]; r.owner != o {
		t.rows[i] = &row{owner: o, name: r.name, sets: r.sets}
	}
	return t.rows[i]
}

func (t *table) add(name string, p, member Place, o *owner) {
	t.put(name, p, t.at(name, p).with(member, o), o)
}

func (t *table) remove(name string, p, member Place, o *owner) {
	t.put(name, p, t.at(name, p).without(member, o), o)
}

// put sets the members at a place; a row without any goes.
func (t *table) put(name string, p Place, s *set, o *owner) {
	r := t.row(name, o)
	if r.sets.put(uint64(p), s, 0, o); r.sets.root == nil {
		t.rows = slices.DeleteFunc(t.rows, func(x *row) bool { return x == r })
	}
}
