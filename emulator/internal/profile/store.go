package profile

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/btree"
)

// Config is what a store needs to know. The zero value of each field is usable
// but for NewID.
type Config struct {
	NewID      func() string // the next profile id
	Timeline   Timeline      // zero: every stage is over at once
	Max        int           // profiles at most; 0: no limit
	Legacy     bool          // variant customizationDefaults=legacy
	PlainTypes bool          // variant typeHash=without
}

func (c Config) defaults() defaults {
	if c.Legacy {
		return legacyDefaults
	}
	return seedDefaults
}

// Store keeps the profiles of one world. It is safe for concurrent use.
//
// A profile's future is a list of due steps. Every operation takes the time and
// first applies what is due by then, so nothing runs in the background.
// Records that leave the store never change.
type Store struct {
	cfg Config

	// next is the earliest due instant in microseconds (so that it reaches to
	// the year 9999), read without the lock by those who only want to read.
	next atomic.Int64

	mu    sync.RWMutex // guards what follows; never held across a call out
	seq   uint64       // of the record created last
	byID  map[string]*Record
	order btree.Map[uint64, *Record] // keyed by Record.seq
	due   btree.BTreeG[dueItem]      // one item for each record with a next step
}

// dueItem is a record's next step, ordered by time and then by creation.
type dueItem struct {
	at  time.Time
	seq uint64
}

func (a dueItem) before(b dueItem) bool {
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	return a.seq < b.seq
}

// NewStore returns an empty store.
func NewStore(cfg Config) *Store {
	s := &Store{cfg: cfg, byID: map[string]*Record{}}
	s.due = *btree.NewBTreeGOptions(dueItem.before, btree.Options{NoLocks: true})
	s.next.Store(math.MaxInt64)
	return s
}

// Create adds the profile that c describes, in the state provisioning. It errs
// with *InvalidError or *FullError.
func (s *Store) Create(now time.Time, c Change) (*Record, error) {
	p := c.apply(Profile{State: Provisioning}, s.cfg.defaults())
	if err := c.check(p, now, true); err != nil {
		return nil, err
	}
	p.ID = s.cfg.NewID()
	r := s.newRecord(p)
	// From its creation until its first start a profile is paused (chosen).
	r.Sync = SyncStatus{Status: Paused, Message: waitsForProvisioning}
	r.due = []transition{{at: now.Add(s.cfg.Timeline.Provisioning), state: Provisioned}}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
	if s.cfg.Max > 0 && len(s.byID) >= s.cfg.Max {
		return nil, &FullError{Max: s.cfg.Max}
	}
	s.add(r)
	return r, nil
}

// newRecord returns a record of p that is not in the store yet.
func (s *Store) newRecord(p Profile) *Record {
	r := &Record{ID: p.ID, State: p.State}
	r.set(p, s.cfg.PlainTypes)
	return r
}

// add gives r its place in the order of creation and keeps it. Must hold mu.
func (s *Store) add(r *Record) {
	s.seq++
	r.seq = s.seq
	s.put(nil, r)
}

// Get returns the profile with that id, or ErrNotFound.
func (s *Store) Get(now time.Time, id string) (*Record, error) {
	s.refresh(now)
	s.mu.RLock()
	r := s.byID[id]
	s.mu.RUnlock()
	if r == nil {
		return nil, ErrNotFound
	}
	return r, nil
}

// Update changes the profile with that id: whole replaces it (PUT), else the
// properties that c names are replaced (PATCH). The sync status stays. It errs
// with ErrNotFound, *IllegalError or *InvalidError.
func (s *Store) Update(now time.Time, id string, c Change, whole bool) (*Record, error) {
	return s.change(now, id, CallUpdate, func(r *Record) error {
		base := Profile{State: r.State, ID: r.ID}
		if !whole {
			base = r.Profile()
		}
		p := c.apply(base, s.cfg.defaults())
		if err := c.check(p, now, false); err != nil {
			return err
		}
		r.set(p, s.cfg.PlainTypes)
		if end, expires := r.expires(); r.locked && (!expires || end.After(now)) {
			// Documented: a later date unlocks.
			r.locked, r.Sync.Message = false, ""
		}
		r.startByItself(now, s.cfg.Timeline) // unlocked, or now with a provider that needs no files
		return nil
	})
}

// Delete lets the profile with that id vanish after a while. It errs with
// ErrNotFound or *IllegalError.
func (s *Store) Delete(now time.Time, id string) error {
	_, err := s.change(now, id, CallDelete, func(r *Record) error {
		r.State = Deleting
		r.paused, r.due = nil, []transition{{at: now.Add(s.cfg.Timeline.Deleting), gone: true}}
		return nil
	})
	return err
}

// Allow returns the profile with that id if call is legal now; else
// ErrNotFound or *IllegalError.
func (s *Store) Allow(now time.Time, id string, call Call) (*Record, error) {
	r, err := s.Get(now, id)
	if err == nil {
		err = r.allow(call)
	}
	return r, err
}

// Start begins a sync of the profile with that id, whose files were verified
// before. It errs with ErrNotFound or *IllegalError.
func (s *Store) Start(now time.Time, id string) error {
	_, err := s.change(now, id, CallStart, func(r *Record) error {
		r.clearErrors()
		r.begin(now, s.cfg.Timeline)
		return nil
	})
	return err
}

// Pause holds the sync of the profile with that id. Where none runs, it stays
// where it is until it is resumed (chosen: the pages speak of running syncs
// only). It errs with ErrNotFound or *IllegalError.
func (s *Store) Pause(now time.Time, id string) error {
	_, err := s.change(now, id, CallPause, func(r *Record) error { r.hold(now); return nil })
	return err
}

// Resume goes on with the sync of the profile with that id. It errs with
// ErrNotFound or *IllegalError.
func (s *Store) Resume(now time.Time, id string) error {
	_, err := s.change(now, id, CallResume, func(r *Record) error { r.resume(now, s.cfg.Timeline); return nil })
	return err
}

// Reset deletes the errors of the profile with that id and starts its sync
// over. A profile that never ran has nothing to start over (chosen). It errs
// with ErrNotFound or *IllegalError.
func (s *Store) Reset(now time.Time, id string) error {
	_, err := s.change(now, id, CallReset, func(r *Record) error {
		r.clearErrors()
		if r.started {
			r.begin(now, s.cfg.Timeline)
		}
		return nil
	})
	return err
}

// change applies fn to a copy of the record, after the call was found legal,
// and keeps the copy where fn does not err.
func (s *Store) change(now time.Time, id string, call Call, fn func(*Record) error) (*Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
	old := s.byID[id]
	if old == nil {
		return nil, ErrNotFound
	}
	if err := old.allow(call); err != nil {
		return nil, err
	}
	r := old.clone()
	if err := fn(r); err != nil {
		return nil, err
	}
	if r.settle(now, s.cfg.Timeline) {
		s.drop(old)
	} else {
		s.put(old, r)
	}
	return r, nil
}

// refresh applies what is due by now, and takes the write lock only if
// something is.
func (s *Store) refresh(now time.Time) {
	if s.next.Load() > now.UnixMicro() {
		return
	}
	s.mu.Lock()
	s.settle(now)
	s.mu.Unlock()
}

// settle applies what is due by now, in order over all profiles. Must hold mu.
func (s *Store) settle(now time.Time) {
	for {
		d, ok := s.due.Min()
		if !ok || d.at.After(now) {
			return
		}
		old, _ := s.order.Get(d.seq)
		r := old.clone()
		// Step by step, not to the end: steps of several profiles keep their order.
		if r.settle(d.at, s.cfg.Timeline) {
			s.drop(old)
		} else {
			s.put(old, r)
		}
	}
}

// put keeps r in place of old (nil: it is new). Must hold mu.
func (s *Store) put(old, r *Record) {
	if old != nil {
		s.unschedule(old)
	}
	s.byID[r.ID] = r
	s.order.Set(r.seq, r)
	if t, ok := r.next(); ok {
		s.due.Set(dueItem{t.at, r.seq})
	}
	s.updateNext()
}

// drop removes r. Must hold mu.
func (s *Store) drop(r *Record) {
	s.unschedule(r)
	delete(s.byID, r.ID)
	s.order.Delete(r.seq)
	s.updateNext()
}

func (s *Store) unschedule(r *Record) {
	if t, ok := r.next(); ok {
		s.due.Delete(dueItem{t.at, r.seq})
	}
}

func (s *Store) updateNext() {
	next := int64(math.MaxInt64)
	if d, ok := s.due.Min(); ok {
		next = d.at.UnixMicro()
	}
	s.next.Store(next)
}
