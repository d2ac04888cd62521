package entity

import (
	"cmp"
	"errors"
	"slices"
)

// Tenant is the place from which links lead that no object has: with them the tenant
// itself keeps a list of objects, whatever their homes. They are found from there
// alone: Sources does not tell of them.
const Tenant Place = 0

// Link is the two ends of a link.
type Link struct{ From, To Place }

func (tx *Tx) checkEnds(relation string, from, to Place) error {
	if relation == "" {
		return errors.New("entity: a link of no relation")
	}
	switch {
	case from != Tenant && tx.At(from) == nil:
		return &MissingError{from}
	case tx.At(to) == nil:
		return &MissingError{to}
	}
	return nil
}

// Link adds a link. It errs with *MissingError, *LinkedError or *quota.FullError.
func (tx *Tx) Link(relation string, from, to Place) error {
	if err := tx.checkEnds(relation, from, to); err != nil {
		return err
	}
	if tx.Linked(relation, from, to) {
		return &LinkedError{relation, from, to}
	}
	if err := tx.fits(linkCost); err != nil {
		return err
	}
	tx.st.out.add(relation, from, to, tx.own)
	if from != Tenant {
		tx.st.in.add(relation, to, from, tx.own)
	}
	tx.pay(linkCost)
	tx.noteLink(relation, from, to, nil)
	return nil
}

// Unlink removes a link. It errs with *MissingError or *NotLinkedError.
func (tx *Tx) Unlink(relation string, from, to Place) error {
	if err := tx.checkEnds(relation, from, to); err != nil {
		return err
	}
	if !tx.Linked(relation, from, to) {
		return &NotLinkedError{relation, from, to}
	}
	tx.unlink(relation, from, to)
	return nil
}

func (tx *Tx) unlink(relation string, from, to Place) {
	tx.st.out.remove(relation, from, to, tx.own)
	if from != Tenant {
		tx.st.in.remove(relation, to, from, tx.own)
	}
	tx.pay(-linkCost)
	tx.noteLink(relation, from, to, tx.At(to))
}

// unlinkAll removes o's links at both ends.
func (tx *Tx) unlinkAll(o *Object) {
	tx.lasting() // what is walked over here
	// What leads from o goes without a note: that o is deleted says it.
	for _, r := range slices.Clone(tx.st.out.rows) {
		if r.sets.at(uint64(Tenant)).has(o.Place) {
			tx.unlink(r.name, Tenant, o.Place)
		}
		targets := r.sets.at(uint64(o.Place))
		if targets == nil {
			continue
		}
		targets.each(0, func(to Place) bool {
			tx.st.in.remove(r.name, to, o.Place, tx.own)
			return true
		})
		tx.st.out.put(r.name, o.Place, nil, tx.own)
		tx.pay(-linkCost * int64(targets.len()))
	}
	for _, r := range slices.Clone(tx.st.in.rows) {
		sources := r.sets.at(uint64(o.Place))
		sources.each(0, func(from Place) bool {
			tx.unlink(r.name, from, o.Place)
			return true
		})
	}
}

// LinkAll adds many links at once, and returns how many were not there yet. It errs
// with *MissingError or *quota.FullError.
func (tx *Tx) LinkAll(relation string, links []Link) (added int, err error) {
	known := tx.st.out.sets(relation)
	pairs := make([]uint64, 0, len(links))
	for _, l := range links {
		if err := tx.checkEnds(relation, l.From, l.To); err != nil {
			return 0, err
		}
		if !known.at(uint64(l.From)).has(l.To) {
			pairs = append(pairs, uint64(l.From)<<32|uint64(l.To))
		}
	}
	pairs = tx.sorted(tx.sorted(pairs, 0), 32)
	pairs = slices.Compact(pairs)
	cost := linkCost * int64(len(pairs))
	if err := tx.fits(cost); err != nil || len(pairs) == 0 {
		return 0, err
	}
	tx.pay(cost)
	tx.st.out.addAll(relation, pairs, tx.own)
	added = len(pairs)
	for i, pair := range pairs {
		tx.noteLink(relation, Place(pair>>32), Place(pair), nil)
		pairs[i] = pair<<32 | pair>>32
	}
	for len(pairs) > 0 && Place(pairs[0]) == Tenant {
		pairs = pairs[1:] // they stand first
	}
	if len(pairs) > 0 {
		tx.st.in.addAll(relation, tx.sorted(pairs, 32), tx.own)
	}
	return added, nil
}

// sorted returns pairs of places sorted by the place that begins at that bit; those
// equal in it stay in their order. Counting how many there are of each takes less
// than half the time of comparing them, where they are many.
func (tx *Tx) sorted(pairs []uint64, bit int) []uint64 {
	if len(pairs) < int(tx.st.last)/8 {
		slices.SortStableFunc(pairs, func(a, b uint64) int { return cmp.Compare(Place(a>>bit), Place(b>>bit)) })
		return pairs
	}
	next := make([]uint32, tx.st.last+2) // by place: where the next pair of it stands
	for _, pair := range pairs {
		next[Place(pair>>bit)+1]++
	}
	for p := range tx.st.last + 1 {
		next[p+1] += next[p]
	}
	sorted := make([]uint64, len(pairs))
	for _, pair := range pairs {
		at := &next[Place(pair>>bit)]
		sorted[*at] = pair
		*at++
	}
	return sorted
}

// addAll adds pairs of a place and a member, sorted and new.
func (t *table) addAll(name string, pairs []uint64, o *owner) {
	r := t.row(name, o)
	members := make([]Place, len(pairs)) // of all places, one after the other
	for i, pair := range pairs {
		members[i] = Place(pair)
	}
	for i := 0; i < len(pairs); {
		p, from := pairs[i]>>32, i
		for i < len(pairs) && pairs[i]>>32 == p {
			i++
		}
		r.sets.put(p, r.sets.at(p).withAll(members[from:i:i], o), 0, o)
	}
}

// withAll returns s with sorted places in it, which must not be there yet.
func (s *set) withAll(places []Place, o *owner) *set {
	switch {
	case s == nil:
		return setOf(places)
	case len(places) < s.len()/16:
		for _, p := range places {
			s = s.with(p, o)
		}
		return s
	}
	all := make([]Place, 0, s.len()+len(places))
	s.each(0, func(p Place) bool {
		for len(places) > 0 && places[0] < p {
			all, places = append(all, places[0]), places[1:]
		}
		all = append(all, p)
		return true
	})
	return setOf(append(all, places...))
}
