package profile

import (
	"slices"
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
	s.rlock(now)
	defer s.mu.RUnlock()
	e := s.byID[id]
	return e != nil && s.lifecycles.scripted(e.record, call)
}

// Read counts one answered read of the profile with that id, if its next step
// waits for reads. The read that completes them brings the step at its instant.
func (s *Store) Read(now time.Time, id string) {
	if !s.waitsForReads(id) {
		return // nearly always
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now, nil)
	e := s.byID[id]
	if e == nil || !e.record.waitsForReads() {
		return // others were faster
	}
	r := e.record.clone()
	r.reads++
	if int(r.reads) >= r.upcoming().Reads && (r.advance(now, s.lifecycles, nil) || r.settle(now, s.lifecycles, nil)) {
		s.remove(e)
	} else {
		s.put(e, r)
	}
}

func (s *Store) waitsForReads(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.byID[id]
	return e != nil && e.record.waitsForReads()
}

// rlock takes mu for reading, when what is due by now has happened. The write lock
// is taken only if something is due.
func (s *Store) rlock(now time.Time) {
	s.mu.RLock()
	if !s.queue.isDue(now) {
		return
	}
	s.mu.RUnlock()
	s.mu.Lock()
	s.settle(now, nil)
	s.mu.Unlock()
	s.mu.RLock()
}

// settle applies what is due by now. Profiles know nothing of each other, so
// each goes to the end at once, whatever the order. Must hold mu.
func (s *Store) settle(now time.Time, log *events) {
	gone := false
	for s.queue.isDue(now) {
		e := s.queue[0].entry
		r := e.record.clone()
		if r.settle(now, s.lifecycles, log) {
			s.forget(e)
			gone = true
		} else {
			s.put(e, r)
		}
	}
	if gone { // all at once: each alone would move all that come after it
		s.order = slices.DeleteFunc(s.order, func(e *entry) bool { return e.gone })
	}
}

// insert keeps r, whose profile is new and has the largest sequence number. Must hold mu.
func (s *Store) insert(r *Record) {
	s.cfg.Memory.Add(r.cost())
	e := &entry{record: r, index: notQueued}
	s.byID[r.ID] = e
	s.order = append(s.order, e)
	s.schedule(e)
}

// put keeps r in place of the record before. Must hold mu.
func (s *Store) put(e *entry, r *Record) {
	s.cfg.Memory.Add(r.cost() - e.record.cost())
	e.record = r
	s.schedule(e)
}

// schedule gives e its place in the queue. Must hold mu.
func (s *Store) schedule(e *entry) {
	if at, _, ok := e.record.next(); ok {
		s.queue.set(e, at)
	} else {
		s.queue.remove(e)
	}
}

// remove takes a profile away. Must hold mu.
func (s *Store) remove(e *entry) {
	s.forget(e)
	if i, found := s.find(e.record.seq); found {
		s.order = slices.Delete(s.order, i, i+1)
	}
}

// forget is remove, but for the place in the order. Must hold mu.
func (s *Store) forget(e *entry) {
	s.cfg.Memory.Add(-e.record.cost())
	s.queue.remove(e)
	delete(s.byID, e.record.ID)
	e.gone = true
	s.gone++
}
