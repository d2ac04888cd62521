package entity

import "iter"

const (
	fanBits = 5
	fan     = 1 << fanBits
)

// owner marks the nodes that an update made: it may write to these, and must copy
// all others. Each update has its own, and forgets it in the end.
type owner struct{ _ byte }

// trie is a vector of pointers with gaps. A copy of it stays as it is while the
// other is written to.
type trie[T any] struct {
	root   *node[T]
	levels int // of nodes above those with cells
}

// node has kids, or, where it stands at the bottom, cells.
type node[T any] struct {
	owner *owner
	kids  *[fan]*node[T]
	cells *[fan]*T
}

// at returns what is at i, or nil.
func (t *trie[T]) at(i uint64) *T {
	n := t.root
	if i>>(fanBits*(t.levels+1)) != 0 {
		return nil
	}
	for shift := fanBits * t.levels; n != nil; shift -= fanBits {
		if shift == 0 {
			return n.cells[i%fan]
		}
		n = n.kids[i>>shift%fan]
	}
	return nil
}

// put sets what is at i; nil takes it away.
func (t *trie[T]) put(i uint64, v *T, o *owner) {
	for i>>(fanBits*(t.levels+1)) != 0 {
		if t.root != nil {
			t.root = &node[T]{owner: o, kids: &[fan]*node[T]{t.root}}
		}
		t.levels++
	}
	t.root = t.root.put(fanBits*t.levels, i, v, o)
}

func (n *node[T]) put(shift int, i uint64, v *T, o *owner) *node[T] {
	switch {
	case n == nil && v == nil:
		return nil
	case n == nil && shift == 0:
		n = &node[T]{owner: o, cells: new([fan]*T)}
	case n == nil:
		n = &node[T]{owner: o, kids: new([fan]*node[T])}
	case n.owner != o && shift == 0:
		cells := *n.cells
		n = &node[T]{owner: o, cells: &cells}
	case n.owner != o:
		kids := *n.kids
		n = &node[T]{owner: o, kids: &kids}
	}
	if shift == 0 {
		n.cells[i%fan] = v
		if v == nil && *n.cells == [fan]*T{} {
			return nil
		}
		return n
	}
	kid := &n.kids[i>>shift%fan]
	*kid = (*kid).put(shift-fanBits, i, v, o)
	if *kid == nil && *n.kids == [fan]*node[T]{} {
		return nil
	}
	return n
}

// all yields what is at from and after it, in order.
func (t *trie[T]) all(from uint64) iter.Seq2[uint64, *T] {
	return func(yield func(uint64, *T) bool) {
		t.root.all(fanBits*t.levels, 0, from, yield)
	}
}

func (n *node[T]) all(shift int, base, from uint64, yield func(uint64, *T) bool) bool {
	if n == nil {
		return true
	}
	for k := range uint64(fan) {
		first := base + k<<shift
		if first+(1<<shift-1) < from {
			continue
		}
		if shift > 0 {
			if !n.kids[k].all(shift-fanBits, first, from, yield) {
				return false
			}
		} else if v := n.cells[k]; v != nil && !yield(first, v) {
			return false
		}
	}
	return true
}
