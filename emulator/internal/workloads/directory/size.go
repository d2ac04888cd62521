package directory

import "github.com/graphemu/graphemu/emulator/internal/entity"

// keyCost is what a map takes for a key of text and a place, in bytes, beside the
// text, which it keeps for itself.
const keyCost = 48

// Bytes estimates the memory of what the directory keeps beside the store's objects.
func (s *Store) Bytes() int64 {
	n := 0
	for _, p := range s.parts.Load().list {
		for _, known := range []map[string]entity.Place{p.schools, p.classes, p.people[student], p.people[teacher]} {
			n += len(known) * (keyCost + 8)
		}
		for _, t := range p.members {
			n += 4 * t.len()
		}
	}
	return int64(n)
}

// Bytes estimates what the world grows by when p is applied, where whatever earlier
// runs made stays as it is.
func (p *Plan) Bytes() int64 {
	const (
		objectCost = 700 // beside the part of education; measured with the sample rosters
		linkCost   = 40  // in the store from both ends, and here
	)
	n := objectCost * p.made
	for i := range p.people.list {
		if x := &p.people.list[i]; x.account == fresh {
			n += len(x.education)
		}
	}
	for _, list := range []things{p.schools, p.classes} {
		for i := range list.list {
			n += len(list.list[i].education)
		}
	}
	for _, pairs := range p.pairs {
		n += linkCost * len(pairs)
	}
	return int64(n)
}
