package directory

import "slices"

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

// links are all memberships of one kind that a profile's last run left, both
// ways. A large district has half a million of them: each costs four bytes a way,
// and no pointer.
type links struct{ members, containers table }

// table is the positions that belong to each of some positions, sorted.
type table struct {
	from  []uint32 // sorted, each once
	start []uint32 // where the positions of from[i] begin in to; one more at its end
	to    []uint32
}

// pair is one membership, the container in the upper half.
type pair uint64

func pairOf(container, member uint32) pair { return pair(container)<<32 | pair(member) }

func (p pair) split() (container, member uint32) { return uint32(p >> 32), uint32(p) }

// newLinks returns the memberships of pairs, which it reorders. A pair that is
// there twice counts once.
func newLinks(pairs []pair) links {
	slices.Sort(pairs)
	pairs = slices.Compact(pairs)
	members := newTable(pairs)
	for i, p := range pairs {
		container, member := p.split()
		pairs[i] = pairOf(member, container)
	}
	slices.Sort(pairs)
	return links{members, newTable(pairs)}
}

// newTable returns the table of pairs that are sorted.
func newTable(pairs []pair) table {
	distinct := 0
	for i, p := range pairs {
		if i == 0 || p>>32 != pairs[i-1]>>32 {
			distinct++
		}
	}
	t := table{from: make([]uint32, 0, distinct), start: make([]uint32, 0, distinct+1), to: make([]uint32, len(pairs))}
	for i, p := range pairs {
		from, to := p.split()
		if i == 0 || from != t.from[len(t.from)-1] {
			t.from, t.start = append(t.from, from), append(t.start, uint32(i))
		}
		t.to[i] = to
	}
	t.start = append(t.start, uint32(len(pairs)))
	return t
}

// of returns the positions that belong to from. Callers must not write to them.
func (t *table) of(from uint32) []uint32 {
	i, found := slices.BinarySearch(t.from, from)
	if !found {
		return nil
	}
	return t.to[t.start[i]:t.start[i+1]:t.start[i+1]]
}

// merge returns the positions of all lists, sorted and each once.
func merge(lists ...[]uint32) []uint32 {
	lists = slices.DeleteFunc(lists, func(l []uint32) bool { return len(l) == 0 })
	switch len(lists) {
	case 0:
		return nil
	case 1:
		return lists[0]
	}
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
