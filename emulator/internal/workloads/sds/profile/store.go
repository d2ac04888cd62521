package profile

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/quota"
)

// Config is what a store needs to know. The zero value of each field is usable
// but for NewID. Its functions must not call the store.
type Config struct {
	NewID      func() string                // the next profile id
	Derive     func(names ...string) string // the one id that belongs to names, for the errors of scripts; default: the names, joined
	Script     *Script                      // nil: no lifecycles, and every stage is over at once
	Max        int                          // profiles at most; 0: no limit
	Memory     *quota.Share                 // where their bytes are counted; nil: nowhere
	Legacy     bool                         // variant customizationDefaults=legacy
	PlainTypes bool                         // variant typeHash=without
}

func (c Config) defaults() defaults {
	if c.Legacy {
		return legacyDefaults
	}
	return seedDefaults
}

// Store keeps the profiles of one world. It is safe for concurrent use.
//
// A profile's future is a list of steps. Every operation takes the time and
// first applies what is due by then, so nothing runs in the background.
// Records that leave the store never change: a change puts another in place.
type Store struct {
	cfg Config

	mu         sync.RWMutex // guards what follows; never held across a call out
	lifecycles *lifecycles
	seq        uint64            // of the record created last
	gone       uint64            // how many profiles went
	byID       map[string]*entry // keyed by Record.ID
	order      []*entry          // by sequence number, so in the order of creation
	queue      queue
}

// entry is one profile. It stays the same while the profile lives.
type entry struct {
	record *Record
	index  int // in the queue, or notQueued
	gone   bool
}

// NewStore returns an empty store.
func NewStore(cfg Config) *Store {
	if cfg.Derive == nil {
		cfg.Derive = func(names ...string) string { return strings.Join(names, "-") }
	}
	s := &Store{cfg: cfg, byID: map[string]*entry{}}
	s.SetScript(cfg.Script)
	return s
}

// SetScript puts another script in force; nil: no lifecycles, and every stage is
// over at once. What is under way goes on as it began; what a caller wants to
// come first under the old one, it settles before.
func (s *Store) SetScript(script *Script) {
	next := &lifecycles{compiled: script.compile(), derive: s.cfg.Derive}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lifecycles != nil {
		for name, n := range s.lifecycles.used {
			if next.byName[name] != nil {
				next.count(name, n)
			}
		}
	}
	s.lifecycles = next
}

// Used returns how often each lifecycle of the script in force ran. Those that
// never did are not among them; nil: none did.
func (s *Store) Used() map[string]uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.lifecycles.used)
}

// Create adds the profile that c describes, in the state provisioning. It errs
// with *InvalidError, *FullError or *quota.FullError.
func (s *Store) Create(now time.Time, c Change) (*Record, error) {
	p := c.apply(Profile{State: Provisioning}, s.cfg.defaults())
	if err := c.check(p, moment{now: now, created: now}, true); err != nil {
		return nil, err
	}
	for p.ID = s.cfg.NewID(); s.has(p.ID); p.ID = s.cfg.NewID() {
		// A restored store may hold ids that its stream has yet to come to.
	}
	r := s.newRecord(p)
	r.created = now.Unix()
	// From its creation until its first start a profile is paused (chosen).
	r.Sync = SyncStatus{Status: Paused, Message: waitsForProvisioning}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now, nil)
	if s.cfg.Max > 0 && len(s.byID) >= s.cfg.Max || s.seq == math.MaxInt64 {
		return nil, &FullError{Max: s.cfg.Max}
	}
	if err := s.cfg.Memory.Fits(r.cost()); err != nil {
		return nil, err
	}
	r.take(cmp.Or(s.lifecycles.pick(r, CallCreate), s.lifecycles.creation), now)
	s.add(r)
	return r, nil
}

// has tells whether there is a profile with that id.
func (s *Store) has(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byID[id] != nil
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
	s.insert(r)
}

// Get returns the profile with that id, or ErrNotFound.
func (s *Store) Get(now time.Time, id string) (*Record, error) {
	s.rlock(now)
	defer s.mu.RUnlock()
	if e := s.byID[id]; e != nil {
		return e.record, nil
	}
	return nil, ErrNotFound
}

// Gone returns how many profiles have gone by now, however they went.
func (s *Store) Gone(now time.Time) uint64 {
	s.rlock(now)
	defer s.mu.RUnlock()
	return s.gone
}

// Update changes the profile with that id: whole replaces it (PUT), else the
// properties that c names are replaced (PATCH). The sync status stays, unless a
// lifecycle says otherwise. It errs with ErrNotFound, *IllegalError, *InvalidError or
// *quota.FullError.
func (s *Store) Update(now time.Time, id string, c Change, whole bool) (*Record, error) {
	return s.change(now, id, CallUpdate, func(r *Record) error {
		base := Profile{State: r.State, ID: r.ID}
		if !whole {
			base = r.Profile()
		}
		p := c.apply(base, s.cfg.defaults())
		if err := c.check(p, moment{now: now, created: r.creation()}, false); err != nil {
			return err
		}
		before := r.cost()
		r.set(p, s.cfg.PlainTypes)
		if err := s.cfg.Memory.Fits(max(r.cost()-before, 0)); err != nil {
			return err
		}
		if end, expires := r.expires(); r.locked && (!expires || end.After(now)) {
			// Documented: a later date unlocks.
			r.locked, r.Sync.Message = false, ""
		}
		if r.State == Provisioned {
			if c := s.lifecycles.pick(r, CallUpdate); c != nil {
				r.take(c, now)
				return nil
			}
		}
		r.startByItself(now, s.lifecycles, nil) // unlocked, or now with a provider that needs no files
		return nil
	})
}

// Delete lets the profile with that id vanish after a while. The record is the
// profile as deleting. It errs with ErrNotFound or *IllegalError.
func (s *Store) Delete(now time.Time, id string) (*Record, error) {
	return s.change(now, id, CallDelete, func(r *Record) error {
		r.take(cmp.Or(s.lifecycles.pick(r, CallDelete), s.lifecycles.deletion), now)
		r.State = Deleting
		return nil
	})
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
// before; o is how it ends where no lifecycle decides. It errs with ErrNotFound
// or *IllegalError.
func (s *Store) Start(now time.Time, id string, o Outcome) (*Record, error) {
	return s.change(now, id, CallStart, func(r *Record) error {
		r.clearErrors()
		r.begin(now, CallStart, o, s.lifecycles)
		return nil
	})
}

// Pause holds the sync of the profile with that id. Where none runs, it stays
// where it is until it is resumed (chosen: the pages speak of running syncs
// only). It errs with ErrNotFound or *IllegalError.
func (s *Store) Pause(now time.Time, id string) (*Record, error) {
	return s.change(now, id, CallPause, func(r *Record) error {
		if r.Sync.Status == Paused {
			return nil
		}
		if c := s.lifecycles.pick(r, CallPause); c != nil {
			r.pauseBy(c, now)
			return nil
		}
		r.hold(now)
		return nil
	})
}

// Resume goes on with the sync of the profile with that id. It errs with
// ErrNotFound or *IllegalError.
func (s *Store) Resume(now time.Time, id string) (*Record, error) {
	return s.change(now, id, CallResume, func(r *Record) error { r.resume(now, s.lifecycles); return nil })
}

// Reset deletes the errors of the profile with that id and starts its sync
// over; o is how it ends where no lifecycle decides. A profile that never ran has
// nothing to start over (chosen). It errs with ErrNotFound or *IllegalError.
func (s *Store) Reset(now time.Time, id string, o Outcome) (*Record, error) {
	return s.change(now, id, CallReset, func(r *Record) error {
		r.clearErrors()
		if r.started {
			r.begin(now, CallReset, o, s.lifecycles)
		}
		return nil
	})
}

// Force puts the profile with that id where state and status say ("": as it
// is), legal or not, and drops what was planned for it: it stays there until the
// next call, or until its expirationDate. With Gone it vanishes. It errs with
// ErrNotFound, where a value is unknown, and where the status would go with a
// state that has no sync.
func (s *Store) Force(now time.Time, id string, state State, status Status) (*Record, error) {
	if err := checkForced(state, status); err != nil {
		return nil, err
	}
	return s.edit(now, id, func(r *Record) error {
		if end := cmp.Or(state, r.State); status != "" && end != Provisioned {
			return fmt.Errorf("the status %s needs the state %s, not %s: force both", status, Provisioned, end)
		}
		r.stand(now, state, status)
		return nil
	})
}

// change is edit for a call that must be legal.
func (s *Store) change(now time.Time, id string, call Call, fn func(*Record) error) (*Record, error) {
	return s.edit(now, id, func(r *Record) error {
		if err := r.allow(call); err != nil {
			return err
		}
		return fn(r)
	})
}

// edit applies fn to a copy of the record, and keeps the copy where fn does not
// err. What is due at once happens before it is seen, but for the end of one
// that is being deleted: whoever asked for that sees it once.
func (s *Store) edit(now time.Time, id string, fn func(*Record) error) (*Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now, nil)
	e := s.byID[id]
	if e == nil {
		return nil, ErrNotFound
	}
	r := e.record.clone()
	if err := fn(r); err != nil {
		return nil, err
	}
	if r.State == Gone || r.State != Deleting && r.settle(now, s.lifecycles, nil) {
		s.remove(e)
	} else {
		s.put(e, r)
	}
	return r, nil
}
