package entity

import (
	"iter"
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// View is a store at one moment. It stays as it is, whatever is written later. That
// of an update shows what the update wrote so far.
type View struct {
	st *state
	tx *Tx // nil: st never changes
}

// lasting returns what stays as it is: an update goes on with a new owner, and so
// must copy what it made before.
func (v View) lasting() *state {
	if v.tx != nil {
		v.tx.own = new(owner)
	}
	return v.st
}

// Revision returns the number of the last change.
func (v View) Revision() uint64 { return v.st.revision }

// Len returns how many objects there are.
func (v View) Len() int { return v.st.count }

// At returns the object at a place, or nil.
func (v View) At(p Place) *Object { return v.st.objects.at(uint64(p)) }

// All yields all objects in order of creation.
func (v View) All() iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		for _, o := range v.lasting().objects.all() {
			if !yield(o) {
				return
			}
		}
	}
}

// Find returns the object of a family (Directory, or Home.Family) with that id, or
// nil. Guids are compared without letter case, other ids exactly.
func (v View) Find(family, id string) *Object {
	folded := foldID(id)
	return v.At(v.st.ids.find(hashOf(family, folded), func(p Place) bool {
		o := v.At(p)
		return (o.ID == folded || foldID(o.ID) == folded) && o.Family == family
	}))
}

// Unique returns the object that has a unique key, or nil. Letter case does not count.
func (v View) Unique(index, key string) *Object {
	key = strings.ToLower(key)
	return v.At(v.st.unique.find(hashOf(index, key), func(p Place) bool { return v.At(p).keys.has(index, key) }))
}

// List returns the members of a collection in order of creation.
func (v View) List(h Home) Places { return Places{v.lasting().homes.at(h.Name, h.Parent)} }

// Family returns the objects of a family of several homes, such as Directory, in
// order of creation. Those of a home's own family are its List.
func (v View) Family(name string) Places { return Places{v.lasting().families.at(name, 0)} }

// Targets returns where the links of a relation lead from an object to.
func (v View) Targets(relation string, from Place) Places {
	return Places{v.lasting().out.at(relation, from)}
}

// Sources returns from where links of a relation lead to an object.
func (v View) Sources(relation string, to Place) Places {
	return Places{v.lasting().in.at(relation, to)}
}

// Linked tells whether a link is there.
func (v View) Linked(relation string, from, to Place) bool {
	return v.st.out.at(relation, from).has(to)
}

// Relations returns the names of all relations that have links, sorted.
func (v View) Relations() []string {
	var names []string
	for _, r := range v.st.out.rows {
		names = append(names, r.name)
	}
	return names
}

// Closure returns all that links of a relation lead to from an object, directly or
// by way of others; with up, all from where they lead to it. The object itself is
// never among them. It takes each object once, so cycles end.
func (v View) Closure(relation string, from Place, up bool) Places {
	ends := &v.st.out
	if up {
		ends = &v.st.in
	}
	sets := ends.sets(relation)
	const many = 64        // up to so many are looked through one by one
	found := []Place{from} // in the order in which they are asked on
	var seen bitmap        // once they are many
	for i := 0; i < len(found); i++ {
		sets.at(uint64(found[i])).each(0, func(p Place) bool {
			switch {
			case seen == nil && slices.Contains(found, p), seen != nil && !seen.add(p):
				return true
			}
			if found = append(found, p); seen == nil && len(found) > many {
				seen = bitmap{}
				for _, p := range found {
					seen.add(p)
				}
			}
			return true
		})
	}
	found = found[1:]
	if seen == nil {
		slices.Sort(found)
	} else {
		found = seen.sorted(found[:0], from)
	}
	return Places{setOf(found)}
}

// bitmap has a bit for each place, in pages of 4,096.
type bitmap map[Place]*[64]uint64

// add tells whether p was not in b yet.
func (b bitmap) add(p Place) bool {
	page := b[p/4096]
	if page == nil {
		page = new([64]uint64)
		b[p/4096] = page
	}
	word, bit := &page[p/64%64], uint64(1)<<(p%64)
	added := *word&bit == 0
	*word |= bit
	return added
}

// sorted appends all places of b but one to list.
func (b bitmap) sorted(list []Place, but Place) []Place {
	for _, n := range slices.Sorted(maps.Keys(b)) {
		for i, word := range b[n] {
			for ; word != 0; word &= word - 1 {
				if p := n*4096 + Place(i*64+bits.TrailingZeros64(word)); p != but {
					list = append(list, p)
				}
			}
		}
	}
	return list
}

// Places are places in order. They never change; the zero value has none.
type Places struct{ set *set }

// Len returns how many there are.
func (p Places) Len() int { return p.set.len() }

// Has tells whether one of them is o.
func (p Places) Has(o Place) bool { return p.set.has(o) }

// Where returns those that keep lets stay.
func (p Places) Where(keep func(Place) bool) Places {
	kept := make([]Place, 0, p.Len())
	p.set.each(0, func(o Place) bool {
		if keep(o) {
			kept = append(kept, o)
		}
		return true
	})
	if len(kept) == p.Len() {
		return p
	}
	return Places{setOf(slices.Clip(kept))}
}

// All yields those after a place; 0: all.
func (p Places) All(after Place) iter.Seq[Place] {
	return func(yield func(Place) bool) { p.set.each(p.set.rank(after), yield) }
}

// Page returns up to limit of those after a place, less the first skip.
func (p Places) Page(after Place, skip, limit int) []Place {
	if limit <= 0 || skip < 0 || skip >= p.Len() {
		return nil
	}
	skip += p.set.rank(after)
	page := make([]Place, 0, max(min(limit, p.Len()-skip), 0))
	if cap(page) == 0 {
		return nil
	}
	p.set.each(skip, func(o Place) bool {
		page = append(page, o)
		return len(page) < cap(page)
	})
	return page
}
