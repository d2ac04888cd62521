package directory

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/entity"
)

// membership is a kind of membership: what a container of one kind has of
// another.
type membership uint8

const (
	schoolClasses membership = iota
	schoolStudents
	schoolTeachers
	classStudents
	classTeachers
	memberships // how many there are
)

func (m membership) String() string {
	return [...]string{"schoolClasses", "schoolStudents", "schoolTeachers", "classStudents", "classTeachers"}[m]
}

// ofMemberships are the links of the store that memberships are.
var ofMemberships = []struct {
	name string
	of   []membership
}{
	{SchoolClasses, []membership{schoolClasses}},
	{SchoolUsers, []membership{schoolStudents, schoolTeachers}},
	{Members, []membership{classStudents, classTeachers}},
	{Owners, []membership{classTeachers}},
}

// table is what belongs to each of some places, sorted: a large district has half a
// million memberships, which cost four bytes each.
type table struct {
	from  []entity.Place // sorted, each once
	start []uint32       // where the places of from[i] begin in to; one more at its end
	to    []entity.Place
}

// pair is one membership, the container in the upper half.
type pair uint64

func pairOf[P ~uint32](container, member P) pair { return pair(container)<<32 | pair(member) }

func (p pair) split() (container, member uint32) { return uint32(p >> 32), uint32(p) }

// newTable returns the table of pairs, which it reorders. A pair that is there twice
// counts once.
func newTable(pairs []pair) table {
	slices.Sort(pairs)
	pairs = slices.Compact(pairs)
	distinct := 0
	for i, p := range pairs {
		if i == 0 || p>>32 != pairs[i-1]>>32 {
			distinct++
		}
	}
	t := table{from: make([]entity.Place, 0, distinct), start: make([]uint32, 0, distinct+1), to: make([]entity.Place, len(pairs))}
	for i, p := range pairs {
		from, to := p.split()
		if i == 0 || entity.Place(from) != t.from[len(t.from)-1] {
			t.from, t.start = append(t.from, entity.Place(from)), append(t.start, uint32(i))
		}
		t.to[i] = entity.Place(to)
	}
	t.start = append(t.start, uint32(len(pairs)))
	return t
}

// pairs appends all memberships, in order.
func (t *table) pairs(list []pair) []pair {
	for i, from := range t.from {
		for _, to := range t.to[t.start[i]:t.start[i+1]] {
			list = append(list, pairOf(from, to))
		}
	}
	return list
}

// len returns how many numbers a table consists of.
func (t *table) len() int { return len(t.from) + len(t.start) + len(t.to) }

// union returns the memberships of several kinds, sorted and each once.
func (p *part) union(kinds []membership) (all []pair) {
	for _, m := range kinds {
		all = p.members[m].pairs(all)
	}
	if len(kinds) > 1 {
		slices.Sort(all)
		all = slices.Compact(all)
	}
	return all
}
