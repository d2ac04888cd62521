package profile

import (
	"cmp"
	"iter"
	"slices"
)

// blockSize is how many sequence numbers a block spans. Larger ones make a
// snapshot cheaper, and the first change after it dearer.
const blockSize = 32

// order keeps records by their sequence number, so in the order of creation. A
// change costs one assignment, since moving a clock may change every record of
// a world; a snapshot costs one pointer a block, and the first change of a
// block after it a copy of the block. Its zero value is empty.
type order struct {
	blocks []*block // none is empty
	count  int
	epoch  uint64 // number of snapshots
}

// block holds the records with the sequence numbers from first on.
type block struct {
	first uint64
	count int
	epoch uint64 // of cells: where it is below the order's, a snapshot has them too
	cells *[blockSize]*Record
	slots [blockSize]*slot // of the same profiles
}

// find returns where the block that spans seq is, or would be.
func (o *order) find(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(o.blocks, seq-seq%blockSize, func(b *block, first uint64) int { return cmp.Compare(b.first, first) })
}

// add gives s its place, whose record has a number that is not there yet.
func (o *order) add(s *slot) {
	r := s.record
	i, found := o.find(r.seq)
	if !found {
		o.blocks = slices.Insert(o.blocks, i, &block{first: r.seq - r.seq%blockSize, epoch: o.epoch, cells: new([blockSize]*Record)})
	}
	b := o.blocks[i]
	s.block, b.slots[r.seq-b.first] = b, s
	o.set(s, r)
	b.count++
	o.count++
}

// set notes that r is the record of s now; nil: it has none.
func (o *order) set(s *slot, r *Record) {
	b := s.block
	if b.epoch != o.epoch {
		cells := *b.cells
		b.cells, b.epoch = &cells, o.epoch
	}
	b.cells[s.record.seq-b.first] = r
}

// remove takes s away.
func (o *order) remove(s *slot) {
	b := s.block
	o.set(s, nil)
	b.slots[s.record.seq-b.first] = nil
	o.count--
	if b.count--; b.count == 0 {
		if i, found := o.find(b.first); found {
			o.blocks = slices.Delete(o.blocks, i, i+1)
		}
	}
}

// page returns up to limit records after the number after, less the first skip
// of them, and tells whether more follow.
func (o *order) page(after uint64, skip, limit int) (page []*Record, more bool) {
	from := after + 1
	i, _ := o.find(from)
	for ; i < len(o.blocks); i++ {
		b := o.blocks[i]
		if b.first >= from && skip >= b.count {
			skip -= b.count // blocks know how many they have, so most are not walked
			continue
		}
		for _, r := range b.cells[max(from, b.first)-b.first:] {
			switch {
			case r == nil:
			case skip > 0:
				skip--
			case len(page) == limit:
				return page, true
			default:
				page = append(page, r)
			}
		}
	}
	return page, false
}

// snapshot returns the records after the number after as they are now. The
// sequence may be walked while the order changes.
func (o *order) snapshot(after uint64) iter.Seq[*Record] {
	from := after + 1
	i, _ := o.find(from)
	parts := make([]*[blockSize]*Record, 0, len(o.blocks)-i)
	skip := 0
	for _, b := range o.blocks[i:] {
		if b.first < from {
			skip = int(from - b.first)
		}
		parts = append(parts, b.cells)
	}
	o.epoch++
	return func(yield func(*Record) bool) {
		for n, cells := range parts {
			for m, r := range cells {
				if r == nil || n == 0 && m < skip {
					continue
				}
				if !yield(r) {
					return
				}
			}
		}
	}
}

// sort returns the slots of list, all of which were just taken from the queue,
// in the order of creation if they are many: that is how they lie in memory, and
// to go through it in that order takes half the time.
func (o *order) sort(list []*slot) []*slot {
	if len(list) < o.count/4 {
		return list
	}
	list = list[:0]
	for _, b := range o.blocks {
		for _, s := range b.slots {
			if s != nil && s.due == taken {
				list = append(list, s)
			}
		}
	}
	return list
}
