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
	mark  uint64 // the highest that was put here or below
	kids  *[fan]*node[T]
	cells *[fan]*T
}

// newKids and newCells make nodes that lie in one piece with what they hold.
func newKids[T any](o *owner, mark uint64, kids [fan]*node[T]) *node[T] {
	n := &struct {
		node[T]
		own [fan]*node[T]
	}{node[T]{owner: o, mark: mark}, kids}
	n.kids = &n.own
	return &n.node
}

func newCells[T any](o *owner, mark uint64, cells [fan]*T) *node[T] {
	n := &struct {
		node[T]
		own [fan]*T
	}{node[T]{owner: o, mark: mark}, cells}
	n.cells = &n.own
	return &n.node
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

// put sets what is at i; nil takes it away. What has a mark of its own, such as a
// revision, is found by it without a look at all others.
func (t *trie[T]) put(i uint64, v *T, mark uint64, o *owner) {
	for i>>(fanBits*(t.levels+1)) != 0 {
		if t.root != nil {
			t.root = newKids(o, t.root.mark, [fan]*node[T]{t.root})
		}
		t.levels++
	}
	t.root = t.root.put(fanBits*t.levels, i, v, mark, o)
}

func (n *node[T]) put(shift int, i uint64, v *T, mark uint64, o *owner) *node[T] {
	switch {
	case n == nil && v == nil:
		return nil
	case n == nil && shift == 0:
		n = newCells(o, 0, [fan]*T{})
	case n == nil:
		n = newKids(o, 0, [fan]*node[T]{})
	case n.owner != o && shift == 0:
		n = newCells(o, n.mark, *n.cells)
	case n.owner != o:
		n = newKids(o, n.mark, *n.kids)
	}
	n.mark = max(n.mark, mark)
	if shift == 0 {
		n.cells[i%fan] = v
		if v == nil && *n.cells == [fan]*T{} {
			return nil
		}
		return n
	}
	kid := &n.kids[i>>shift%fan]
	*kid = (*kid).put(shift-fanBits, i, v, mark, o)
	if *kid == nil && *n.kids == [fan]*node[T]{} {
		return nil
	}
	return n
}

// all yields what is there, in order.
func (t *trie[T]) all() iter.Seq2[uint64, *T] { return t.since(0) }

// since yields what has that mark or a higher one, in order, and some of the others
// beside it.
func (t *trie[T]) since(mark uint64) iter.Seq2[uint64, *T] {
	return func(yield func(uint64, *T) bool) { t.root.since(fanBits*t.levels, 0, mark, yield) }
}

func (n *node[T]) since(shift int, base, mark uint64, yield func(uint64, *T) bool) bool {
	if n == nil || n.mark < mark {
		return true
	}
	for k := range uint64(fan) {
		if shift > 0 {
			if !n.kids[k].since(shift-fanBits, base+k<<shift, mark, yield) {
				return false
			}
		} else if v := n.cells[k]; v != nil && !yield(base+k, v) {
			return false
		}
	}
	return true
}
