package roster

import "hash/maphash"

// key stands for a value: 127 bits of hash, made with two seeds that are drawn
// anew for each verification. Two values of ten million share one with a chance
// below 1 in 10^24, and nobody can look for such a pair without the seeds. So a
// key costs the same however long its value is.
type key [2]uint64

// keys is the values of one column: a table of a power of two slots, of which at
// most three quarters are taken, searched from where the key points on. That is
// 22 to 43 bytes a key, and 64 while it grows.
type keys struct {
	slots    []key // the zero key: free
	size     int
	complete bool // all rows of the file were read, so what is not here is nowhere
}

// slot returns where k is, or would be; there must be slots.
func (s *keys) slot(k key) (p *key, there bool) {
	last := uint64(len(s.slots) - 1)
	for i := k[0] & last; ; i = (i + 1) & last {
		switch p = &s.slots[i]; *p {
		case k:
			return p, true
		case key{}:
			return p, false
		}
	}
}

func (s *keys) has(k key) bool {
	if s.size == 0 {
		return false
	}
	_, there := s.slot(k)
	return there
}

// grow makes twice the slots.
func (s *keys) grow() {
	old := s.slots
	s.slots = make([]key, max(2*len(old), 64))
	for _, k := range old {
		if k != (key{}) {
			p, _ := s.slot(k)
			*p = k
		}
	}
}

// ring makes keys, and bounds how many are kept in all.
type ring struct {
	seeds [2]maphash.Seed
	fold  []byte
	left  int // how many more may be kept
}

func newRing(most int) *ring {
	return &ring{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, left: most}
}

// key returns the key of v; folded without the letter case of its ASCII letters,
// others do not stand in a user name.
func (r *ring) key(v []byte, folded bool) key {
	if folded {
		r.fold = r.fold[:0]
		for _, c := range v {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			r.fold = append(r.fold, c)
		}
		v = r.fold
	}
	return key{maphash.Bytes(r.seeds[0], v), maphash.Bytes(r.seeds[1], v) | 1} // never the zero key
}

// add keeps a key. fresh tells that it was not there, ok that it is now.
func (r *ring) add(to *keys, k key) (fresh, ok bool) {
	if 4*to.size >= 3*len(to.slots) {
		to.grow()
	}
	p, there := to.slot(k)
	switch {
	case there:
		return false, true
	case r.left == 0:
		return true, false
	}
	r.left--
	*p = k
	to.size++
	return true, true
}

// release gives back the room of keys that nobody asks for any more.
func (r *ring) release(k *keys) {
	r.left += k.size
	*k = keys{}
}
