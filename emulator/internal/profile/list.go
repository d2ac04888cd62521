package profile

import (
	"iter"
	"time"
)

// Len returns how many profiles there are.
func (s *Store) Len(now time.Time) int {
	s.refresh(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.order.Len()
}

// Page returns up to limit profiles in the order of creation: those created
// after the one with the sequence number after (0: from the first), less the
// first skip of them. more tells whether further ones follow. Its cost does not
// depend on how many profiles there are.
func (s *Store) Page(now time.Time, after uint64, skip, limit int) (page []*Record, more bool) {
	s.refresh(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	i := s.order.Iter()
	if skip > 0 && after == 0 {
		// The tree counts its branches, so it finds the nth entry without a walk.
		var ok bool
		if after, _, ok = s.order.GetAt(skip - 1); !ok {
			return nil, false
		}
		skip = 0
	}
	for ok := i.Seek(after + 1); ok; ok = i.Next() {
		if skip > 0 {
			skip--
			continue
		}
		if len(page) == limit {
			return page, true
		}
		page = append(page, i.Value())
	}
	return page, false
}

// All returns the profiles as they stand at now, in the order of creation and
// created after the one with the sequence number after. The sequence is a
// snapshot: it may be walked while the store changes.
func (s *Store) All(now time.Time, after uint64) iter.Seq[*Record] {
	s.mu.Lock()
	s.settle(now)
	order := s.order.Copy()
	s.mu.Unlock()
	return func(yield func(*Record) bool) {
		order.Ascend(after+1, func(_ uint64, r *Record) bool { return yield(r) })
	}
}

// NextStep returns when something happens next to a profile with a step under
// way; false where there is none. The expiration of one that is at rest does not
// count: it may be years away.
func (s *Store) NextStep(now time.Time) (at time.Time, ok bool) {
	s.refresh(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.due.Scan(func(d dueItem) bool {
		r, _ := s.order.Get(d.seq)
		if len(r.due) > 0 {
			at, ok = d.at, true
		}
		return !ok
	})
	return at, ok
}
