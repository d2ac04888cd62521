package profile

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Len returns how many profiles there are.
func (s *Store) Len(now time.Time) int {
	s.rlock(now)
	defer s.mu.RUnlock()
	return len(s.order)
}

// Page returns up to limit profiles in the order of creation: those created
// after the one with the sequence number after (0: from the first), less the
// first skip of them. more tells whether further ones follow.
func (s *Store) Page(now time.Time, after uint64, skip, limit int) (page []*Record, more bool) {
	s.rlock(now)
	defer s.mu.RUnlock()
	rest := s.after(after)
	rest = rest[min(skip, len(rest)):]
	more = len(rest) > limit
	return records(rest[:min(limit, len(rest))]), more
}

// All returns the profiles as they stand at now, in the order of creation and
// created after the one with the sequence number after. The sequence is a
// snapshot: it may be walked while the store changes.
func (s *Store) All(now time.Time, after uint64) iter.Seq[*Record] {
	s.rlock(now)
	defer s.mu.RUnlock()
	return slices.Values(records(s.after(after)))
}

// NextStep returns when something happens next to a profile with a step under
// way; false where there is none. The expiration of one that is at rest does not
// count: it may be years away. Neither does a step that waits for reads.
func (s *Store) NextStep(now time.Time) (at time.Time, ok bool) {
	s.rlock(now)
	defer s.mu.RUnlock()
	for _, q := range s.queue {
		if u := q.entry.record.upcoming(); u != nil && u.Reads == 0 && (!ok || q.at.Before(at)) {
			at, ok = q.at, true
		}
	}
	return at, ok
}

// Due returns the next step of each profile with one under way, the earliest first: when,
// and where the profile stands until then. It tells at most limit, and how many more there
// are. What NextStep leaves out it leaves out, too.
func (s *Store) Due(now time.Time, limit int) (list []Event, more int) {
	s.rlock(now)
	defer s.mu.RUnlock()
	var next []queued
	for _, q := range s.queue {
		if u := q.entry.record.upcoming(); u != nil && u.Reads == 0 {
			next = append(next, q)
		}
	}
	slices.SortFunc(next, func(a, b queued) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.entry.record.seq, b.entry.record.seq))
	})
	for _, q := range next[:min(limit, len(next))] {
		r := q.entry.record
		list = append(list, Event{At: q.at, ID: r.ID, DisplayName: r.Profile().DisplayName, From: r.standing(), Lifecycle: r.Lifecycle()})
	}
	return list, len(next) - len(list)
}

// after returns the entries that were created after the one with that sequence
// number. Must hold mu.
func (s *Store) after(seq uint64) []*entry {
	i, found := s.find(seq)
	if found {
		i++
	}
	return s.order[i:]
}

// find returns where the entry with that sequence number is, or would be. Must hold mu.
func (s *Store) find(seq uint64) (i int, found bool) {
	return slices.BinarySearchFunc(s.order, seq, func(e *entry, seq uint64) int { return cmp.Compare(e.record.seq, seq) })
}

func records(entries []*entry) []*Record {
	list := make([]*Record, len(entries))
	for i, e := range entries {
		list[i] = e.record
	}
	return list
}
