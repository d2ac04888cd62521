package profile

import (
	"math"
	"time"
)

// Settle applies what is due by now, and tells it in order of time, then of the
// profiles' creation: the first limit events, and how many there were. What an
// operation has settled before is not told again.
func (s *Store) Settle(now time.Time, limit int) (list []Event, total int) {
	log := newEvents(limit)
	s.mu.Lock()
	s.settle(now, log)
	s.mu.Unlock()
	return log.all(), log.total
}

// Scripted tells whether a lifecycle of the script in force begins with that
// call on that profile: one whose Where holds, whether it had its turn or not.
func (s *Store) Scripted(now time.Time, id string, call Call) bool {
	s.refresh(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.byID[id]
	return p != nil && s.book.scripted(p.record, call)
}

// Read counts one answered read of the profile with that id, if its next step
// waits for reads. The read that completes them brings the step at its instant.
func (s *Store) Read(now time.Time, id string) {
	if s.readers.Load() == 0 || !s.awaits(id) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now, nil)
	p := s.byID[id]
	if p == nil || !p.record.waitsForReads() {
		return // others were faster
	}
	r := p.record.clone()
	r.reads++
	if int(r.reads) >= r.upcoming().Reads && (r.advance(now, s.book, nil) || r.settle(now, s.book, nil)) {
		s.drop(p)
	} else {
		s.put(p, r)
	}
	s.updateNext()
}

func (s *Store) awaits(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.byID[id]
	return p != nil && p.record.waitsForReads()
}

// refresh applies what is due by now, and takes the write lock only if
// something is.
func (s *Store) refresh(now time.Time) {
	if s.next.Load() > now.UnixMicro() {
		return
	}
	s.mu.Lock()
	s.settle(now, nil)
	s.mu.Unlock()
}

// settle applies what is due by now. Profiles know nothing of each other, so
// each goes to the end at once, whatever the order. Must hold mu.
func (s *Store) settle(now time.Time, log *events) {
	if s.next.Load() > now.UnixMicro() {
		return
	}
	for _, p := range s.order.sort(s.due.take(now)) {
		r := p.record.clone()
		if r.settle(now, s.book, log) {
			s.drop(p)
		} else {
			s.put(p, r)
		}
	}
	s.updateNext()
}

// insert keeps r, whose profile is new. Must hold mu.
func (s *Store) insert(r *Record) {
	s.cfg.Memory.Add(r.cost())
	p := &slot{record: r, due: absent}
	s.byID[r.ID] = p
	s.order.add(p)
	s.countReaders(nil, r)
	s.schedule(p)
	s.updateNext()
}

// put keeps r in place of the record before. Must hold mu; updateNext follows.
func (s *Store) put(p *slot, r *Record) {
	s.countReaders(p.record, r)
	s.cfg.Memory.Add(r.cost() - p.record.cost())
	p.record = r
	s.order.set(p, r)
	s.schedule(p)
}

func (s *Store) schedule(p *slot) {
	if at, _, ok := p.record.next(); ok {
		s.due.set(p, at)
	} else {
		s.due.remove(p)
	}
}

// drop removes a profile. Must hold mu; updateNext follows.
func (s *Store) drop(p *slot) {
	s.countReaders(p.record, nil)
	s.cfg.Memory.Add(-p.record.cost())
	s.due.remove(p)
	delete(s.byID, p.record.ID)
	s.order.remove(p)
	s.gone.Add(1)
}

func (s *Store) countReaders(before, after *Record) {
	if before != nil && before.waitsForReads() {
		s.readers.Add(-1)
	}
	if after != nil && after.waitsForReads() {
		s.readers.Add(1)
	}
}

func (s *Store) updateNext() {
	next := int64(math.MaxInt64)
	if len(s.due) > 0 {
		next = s.due[0].at.UnixMicro()
	}
	if s.next.Load() != next {
		s.next.Store(next)
	}
}
