package entity

import (
	"cmp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/quota"
)

// Limits is how much a store may keep.
type Limits struct {
	Objects int          // default: 1,000,000
	Changes int          // deletions and changes of links that are told apart; default: 250,000
	Memory  *quota.Share // where its bytes are counted; nil: nowhere
}

func (l Limits) withDefaults() Limits {
	l.Objects = cmp.Or(l.Objects, 1_000_000)
	l.Changes = cmp.Or(l.Changes, 250_000)
	return l
}

// Store keeps the objects of one world. It is safe for concurrent use.
type Store struct {
	limits Limits
	base   *state // that it was forked from: what is newer, it pays for
	kinds  *kinds // shared with its forks

	begin func()     // sets base and current, once; nil: they are there from the beginning
	mu    sync.Mutex // held while current is changed

	current atomic.Pointer[state] // nil before begin
}

// state is all that a store keeps. It never changes once it is a store's.
type state struct {
	objects  trie[Object] // by place
	ids      index        // by family and id
	unique   index        // by unique key
	homes    table        // members, by the home's name and parent
	families table        // objects of families that are not one home's, at place 0
	out, in  table        // ends of links: by relation and source, by relation and target

	last     Place // given to an object
	count    int   // objects
	revision uint64
	bytes    int64 // that the store pays for
	log      changeLog
}

// New returns an empty store.
func New(l Limits) *Store {
	s := &Store{limits: l.withDefaults(), base: new(state), kinds: &kinds{known: map[Kind]*Kind{}}}
	s.current.Store(s.base)
	return s
}

// Later returns a store that is filled when it, or a fork of it, is first looked at: a
// client of one part of Graph does not pay for the others.
func Later(l Limits, fill func(*Store)) *Store {
	s := New(l)
	empty := s.current.Swap(nil)
	var once sync.Once
	s.begin = func() {
		once.Do(func() {
			filled := &Store{limits: s.limits, base: empty, kinds: s.kinds}
			filled.current.Store(empty)
			fill(filled)
			st := *filled.current.Load()
			st.bytes = 0 // what is shared, nobody pays for
			s.current.Store(&st)
		})
	}
	return s
}

// now is what the store keeps.
func (s *Store) now() *state {
	st := s.current.Load()
	if st == nil {
		s.begin()
		st = s.current.Load()
	}
	return st
}

// Fork returns a store that begins with all that s has, in constant time. Neither
// sees what the other writes from then on, and the fork pays for its changes only.
func (s *Store) Fork(l Limits) *Store {
	f := &Store{limits: l.withDefaults(), kinds: s.kinds}
	if s.current.Load() != nil {
		f.start(s.now())
		return f
	}
	var once sync.Once
	f.begin = func() { once.Do(func() { f.start(s.now()) }) }
	return f
}

// start lets a fork begin with what another store has.
func (s *Store) start(base *state) {
	s.base = base
	if base.bytes != 0 {
		st := *base
		st.bytes = 0
		base = &st
	}
	s.current.Store(base)
}

// View returns the store as it is now.
func (s *Store) View() View { return View{st: s.now()} }

// Bytes returns about how much memory the store takes, without what it shares with
// the store that it was forked from.
func (s *Store) Bytes() int64 {
	if st := s.current.Load(); st != nil {
		return st.bytes
	}
	return 0
}

// Update lets f change the store. Readers see all that f did at once, or nothing
// where f errs; Update returns its error. One update runs at a time, and f must not
// start another. The Tx must not be used after f.
func (s *Store) Update(now time.Time, f func(*Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.now()
	st := *before
	tx := newTx(s, &st)
	tx.now = now.UnixMicro()
	if err := f(tx); err != nil {
		return err
	}
	if st.revision == before.revision {
		return nil
	}
	s.current.Store(&st)
	s.limits.Memory.Add(st.bytes - before.bytes)
	return nil
}

// Fits errs with *FullError where a store of v could not have so many objects more.
func (s *Store) Fits(v View, more int) error {
	if v.Len()+more > s.limits.Objects {
		return &FullError{s.limits.Objects}
	}
	return nil
}

// Watch begins to note deletions, changes of links and of single properties, where
// that has not begun; before, nobody pays for it. It returns the store's revision:
// from there on, View.Changes tells everything.
func (s *Store) Watch() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := *s.now()
	if !st.log.watched {
		st.log.watched, st.log.floor = true, st.revision
		s.current.Store(&st)
	}
	return st.revision
}

// kinds keeps one Kind of all that are equal.
type kinds struct {
	mu    sync.Mutex // guards known
	known map[Kind]*Kind
}

// maxKinds is far more than there are types and entity sets.
const maxKinds = 10_000

func (k *kinds) of(kind Kind) *Kind {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.known[kind]; known != nil {
		return known
	}
	if len(k.known) < maxKinds {
		k.known[kind] = &kind
	}
	return &kind
}
