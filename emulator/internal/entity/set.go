package entity

import (
	"slices"
	"sort"
)

const (
	maxLeaf = 128 // places of a leaf
	maxKids = 64  // of a set above leaves
)

// set is sorted places, as a tree: a leaf, or kids which all have the same depth.
// A set that is seen by
// others than the update that made it never changes; nil is the empty set.
type set struct {
	places []Place
	above  *above // nil: a leaf
}

type above struct {
	owner *owner // the update that made it, and may write to it
	n     int    // places below
	kids  []kid
}

type kid struct {
	set *set
	min Place
	n   uint32
}

func (s *set) len() int {
	switch {
	case s == nil:
		return 0
	case s.above == nil:
		return len(s.places)
	}
	return s.above.n
}

func (s *set) min() Place {
	if s.above == nil {
		return s.places[0]
	}
	return s.above.kids[0].min
}

func asKid(s *set) kid { return kid{s, s.min(), uint32(s.len())} }

func aboveOf(kids []kid, o *owner) *set {
	n := 0
	for _, k := range kids {
		n += int(k.n)
	}
	return &set{above: &above{o, n, kids}}
}

// find returns which kid p belongs below.
func (a *above) find(p Place) int {
	return max(sort.Search(len(a.kids), func(i int) bool { return a.kids[i].min > p })-1, 0)
}

func (s *set) has(p Place) bool {
	for s != nil {
		if s.above == nil {
			_, there := slices.BinarySearch(s.places, p)
			return there
		}
		s = s.above.kids[s.above.find(p)].set
	}
	return false
}

// rank returns how many places of s are not after p.
func (s *set) rank(p Place) (n int) {
	for s != nil {
		if s.above == nil {
			i, there := slices.BinarySearch(s.places, p)
			if there {
				i++
			}
			return n + i
		}
		i := s.above.find(p)
		for _, k := range s.above.kids[:i] {
			n += int(k.n)
		}
		s = s.above.kids[i].set
	}
	return n
}

// each calls f with s's places, less the first skip, until it says no.
func (s *set) each(skip int, f func(Place) bool) bool {
	if s == nil || skip >= s.len() {
		return true
	}
	if s.above == nil {
		for _, p := range s.places[skip:] {
			if !f(p) {
				return false
			}
		}
		return true
	}
	for _, k := range s.above.kids {
		if skip >= int(k.n) {
			skip -= int(k.n)
			continue
		}
		if !k.set.each(skip, f) {
			return false
		}
		skip = 0
	}
	return true
}

// with returns s with p in it, which must not be there yet.
func (s *set) with(p Place, o *owner) *set {
	if s == nil {
		return &set{places: []Place{p}}
	}
	a, b := s.insert(p, o)
	if b == nil {
		return a
	}
	return aboveOf([]kid{asKid(a), asKid(b)}, o)
}

// insert returns s with p in it; what becomes too large is two.
func (s *set) insert(p Place, o *owner) (a, b *set) {
	if s.above == nil {
		i, _ := slices.BinarySearch(s.places, p)
		if len(s.places) < maxLeaf {
			return &set{places: inserted(s.places, i, p)}, nil
		}
		if i == maxLeaf { // at the end, as in order of creation: what is full stays so
			return s, &set{places: []Place{p}}
		}
		all := inserted(s.places, i, p)
		return &set{places: slices.Clone(all[:len(all)/2])}, &set{places: slices.Clone(all[len(all)/2:])}
	}
	i := s.above.find(p)
	x, y := s.above.kids[i].set.insert(p, o)
	s = s.owned(o)
	s.above.n++
	s.above.kids[i] = asKid(x)
	if y == nil {
		return s, nil
	}
	kids := slices.Insert(s.above.kids, i+1, asKid(y))
	if len(kids) <= maxKids {
		s.above.kids = kids
		return s, nil
	}
	half := len(kids) / 2
	if i == maxKids-1 {
		half = maxKids
	}
	return aboveOf(slices.Clone(kids[:half]), o), aboveOf(slices.Clone(kids[half:]), o)
}

// owned returns s, which is no leaf, or a copy that o may write to.
func (s *set) owned(o *owner) *set {
	if s.above.owner == o {
		return s
	}
	return &set{above: &above{o, s.above.n, slices.Clone(s.above.kids)}}
}

func inserted[T any](list []T, i int, v T) []T {
	n := make([]T, len(list)+1)
	copy(n, list[:i])
	n[i] = v
	copy(n[i+1:], list[i:])
	return n
}

// without returns s without p, which must be there.
func (s *set) without(p Place, o *owner) *set {
	s = s.remove(p, o)
	for s != nil && s.above != nil && len(s.above.kids) == 1 {
		s = s.above.kids[0].set
	}
	return s
}

func (s *set) remove(p Place, o *owner) *set {
	if s.above == nil {
		if len(s.places) == 1 {
			return nil
		}
		i, _ := slices.BinarySearch(s.places, p)
		return &set{places: removed(s.places, i)}
	}
	i := s.above.find(p)
	x := s.above.kids[i].set.remove(p, o)
	if x == nil && len(s.above.kids) == 1 {
		return nil
	}
	s = s.owned(o)
	s.above.n--
	if x == nil {
		s.above.kids = slices.Delete(s.above.kids, i, i+1)
		return s
	}
	kids := s.above.kids
	kids[i] = asKid(x)
	for _, left := range [...]int{i - 1, i} { // what has become small is joined with a neighbour
		if left < 0 || left+1 >= len(kids) {
			continue
		}
		if both := join(kids[left].set, kids[left+1].set, o); both != nil {
			kids[left] = asKid(both)
			s.above.kids = slices.Delete(kids, left+1, left+2)
			break
		}
	}
	return s
}

// join returns a and b as one, or nil where that would soon be too large.
func join(a, b *set, o *owner) *set {
	if a.above == nil {
		if len(a.places)+len(b.places) > maxLeaf/2 {
			return nil
		}
		return &set{places: slices.Concat(a.places, b.places)}
	}
	if len(a.above.kids)+len(b.above.kids) > maxKids/2 {
		return nil
	}
	return aboveOf(slices.Concat(a.above.kids, b.above.kids), o)
}

func removed[T any](list []T, i int) []T {
	n := make([]T, len(list)-1)
	copy(n, list[:i])
	copy(n[i:], list[i+1:])
	return n
}

// setOf returns a set of sorted places, which are its own from then on.
func setOf(places []Place) *set {
	if len(places) == 0 {
		return nil
	}
	if len(places) <= maxLeaf {
		return &set{places: places[:len(places):len(places)]}
	}
	var kids []kid
	for part := range slices.Chunk(places, maxLeaf) {
		kids = append(kids, asKid(&set{places: part}))
	}
	for len(kids) > maxKids {
		var next []kid
		for part := range slices.Chunk(kids, maxKids) {
			next = append(next, asKid(aboveOf(slices.Clone(part), nil)))
		}
		kids = next
	}
	return aboveOf(slices.Clip(kids), nil)
}
