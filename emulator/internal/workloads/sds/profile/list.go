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
	return s.order.count
}

// Page returns up to limit profiles in the order of creation: those created
// after the one with the sequence number after (0: from the first), less the
// first skip of them. more tells whether further ones follow. Its cost does not
// depend on how many profiles there are, but for a hundredth of those skipped.
func (s *Store) Page(now time.Time, after uint64, skip, limit int) (page []*Record, more bool) {
	s.refresh(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.order.page(after, skip, limit)
}

// All returns the profiles as they stand at now, in the order of creation and
// created after the one with the sequence number after. The sequence is a
// snapshot: it may be walked while the store changes.
func (s *Store) All(now time.Time, after uint64) iter.Seq[*Record] {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now, nil)
	return s.order.snapshot(after)
}

// NextStep returns when something happens next to a profile with a step under
// way; false where there is none. The expiration of one that is at rest does not
// count: it may be years away. Neither does a step that waits for reads.
func (s *Store) NextStep(now time.Time) (at time.Time, ok bool) {
	s.refresh(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.due.earliest(func(r *Record) bool { u := r.upcoming(); return u != nil && u.Reads == 0 })
}
