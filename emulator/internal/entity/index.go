package entity

import (
	"hash/maphash"
	"slices"
)

const maxSlots = 64 // of an index's node, before it gets kids

// index finds places by the hash of a text. What it finds is a hint: the object at
// the place confirms. A copy of it stays as it is while the other is written to.
type index struct{ root *inode }

// inode has slots, or 16 kids, one for each value of the next four bits of the hash.
type inode struct {
	owner *owner
	kids  *[16]*inode
	slots []slot
}

type slot struct {
	hash  uint32
	place Place
}

// seed makes hashes that nobody can foresee. Their order is never seen.
var seed = maphash.MakeSeed()

func hashOf(space, text string) uint32 {
	return uint32(maphash.String(seed, text) ^ 31*maphash.String(seed, space))
}

// find returns the first place with that hash which confirm agrees to, or 0.
func (x *index) find(hash uint32, confirm func(Place) bool) Place {
	n := x.root
	for rest := hash; n != nil; rest >>= 4 {
		if n.kids != nil {
			n = n.kids[rest&15]
			continue
		}
		for _, s := range n.slots {
			if s.hash == hash && confirm(s.place) {
				return s.place
			}
		}
		break
	}
	return 0
}

func (x *index) add(hash uint32, p Place, o *owner) { x.root = x.root.add(slot{hash, p}, 0, o) }

func (n *inode) add(s slot, depth int, o *owner) *inode {
	if n == nil {
		return &inode{owner: o, slots: []slot{s}}
	}
	n = n.owned(o)
	switch {
	case n.kids != nil:
		kid := &n.kids[s.hash>>(4*depth)&15]
		*kid = (*kid).add(s, depth+1, o)
	case len(n.slots) < maxSlots || depth == 8: // 8: all bits of the hash are used up
		if len(n.slots) == cap(n.slots) { // append would leave half of it empty
			n.slots = append(make([]slot, 0, len(n.slots)*5/4+2), n.slots...)
		}
		n.slots = append(n.slots, s)
	default:
		var parts [16][]slot
		for _, s := range append(n.slots, s) {
			part := &parts[s.hash>>(4*depth)&15]
			*part = append(*part, s)
		}
		n = newInode(o, [16]*inode{})
		for i, part := range parts {
			if part != nil {
				n.kids[i] = &inode{owner: o, slots: part}
			}
		}
	}
	return n
}

func (x *index) remove(hash uint32, p Place, o *owner) { x.root = x.root.remove(slot{hash, p}, 0, o) }

func (n *inode) remove(s slot, depth int, o *owner) *inode {
	if n == nil {
		return nil
	}
	n = n.owned(o)
	if n.kids != nil {
		kid := &n.kids[s.hash>>(4*depth)&15]
		if *kid = (*kid).remove(s, depth+1, o); *kid == nil && *n.kids == [16]*inode{} {
			return nil
		}
		return n
	}
	if i := slices.Index(n.slots, s); i >= 0 {
		n.slots = slices.Delete(n.slots, i, i+1)
	}
	if len(n.slots) == 0 {
		return nil
	}
	return n
}

// newInode makes a node that lies in one piece with its kids.
func newInode(o *owner, kids [16]*inode) *inode {
	n := &struct {
		inode
		own [16]*inode
	}{inode{owner: o}, kids}
	n.kids = &n.own
	return &n.inode
}

// owned returns n, or a copy that o may write to.
func (n *inode) owned(o *owner) *inode {
	if n.owner == o {
		return n
	}
	if n.kids != nil {
		return newInode(o, *n.kids)
	}
	c := &inode{owner: o}
	c.slots = make([]slot, len(n.slots), len(n.slots)+1)
	copy(c.slots, n.slots)
	return c
}
