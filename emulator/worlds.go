package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/judge"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/journal"
)

// worlds are the worlds of a server.
type worlds struct {
	mu       sync.RWMutex // guards all below
	byTenant map[string]*World
	dropped  []revocations // of worlds that were dropped, the oldest first; see keepRevoked
	size     int           // of dropped, in tenants and sign-ins

	past *judge.History // the chapters of worlds that were dropped
}

// idleBeforeEviction is how long a world must have been unused before it makes
// room for another.
const idleBeforeEviction = time.Hour

// FullError says that no further world fits: there are Max of them, and none was
// idle for long enough to make room, or they keep Memory bytes together.
type FullError struct {
	Max    int   // worlds there may be; 0 where it is the memory that is full
	Memory int64 // bytes that worlds may keep; 0 where it is the number of worlds
}

func (e *FullError) Error() string {
	if e.Memory > 0 {
		return (&quota.FullError{Max: e.Memory}).Error()
	}
	return fmt.Sprintf("there are %d worlds, the most there may be, and none was idle for %v", e.Max, idleBeforeEviction)
}

// flag is what raises the limit.
func (e *FullError) flag() string {
	if e.Memory > 0 {
		return fmt.Sprintf("--max-memory %d", 2*e.Memory)
	}
	return fmt.Sprintf("--max-worlds %d", 2*e.Max)
}

// isWorldName tells whether a world may be called so: 1 to 64 letters, digits, dots,
// dashes and underscores, of which the first is a letter or a digit. A name ends up in
// URLs and logs.
func isWorldName(name string) bool {
	for i, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case i > 0 && (c == '.' || c == '_' || c == '-'):
		default:
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// worldRef reads what a world may be meant by: "" or "default", a name, or a
// tenant's GUID.
func worldRef(ref string) (name, tenant string, err error) {
	switch {
	case ref == "" || ref == DefaultWorld || ref == "common" || ref == "organizations":
		return DefaultWorld, DefaultTenant, nil
	case ids.IsGUID(ref):
		tenant = strings.ToLower(ref)
		if tenant == DefaultTenant {
			return DefaultWorld, tenant, nil
		}
		return tenant, tenant, nil
	case isWorldName(ref):
		return ref, ids.Derived("tenant", ref), nil
	}
	return "", "", fmt.Errorf("%.80q can't be a world: a name has 1 to 64 letters, digits, dots, dashes and underscores", ref)
}

// find returns the world of a tenant, nil where it was not used yet.
func (s *Server) find(tenant string) *World {
	s.worlds.mu.RLock()
	defer s.worlds.mu.RUnlock()
	return s.worlds.byTenant[tenant]
}

// drop ends a world; on next use its tenant gets a new one.
func (s *Server) drop(w *World) {
	s.worlds.mu.Lock()
	defer s.worlds.mu.Unlock()
	if s.worlds.byTenant[w.tenant] == w {
		s.remove(w)
	}
}

// remove takes a world away, and keeps how its clients did and what it has revoked.
// Must hold worlds.mu.
func (s *Server) remove(w *World) {
	delete(s.worlds.byTenant, w.tenant)
	w.dropped.Store(true)
	w.changing.Lock()
	defer w.changing.Unlock()
	w.closeChapter(w.current.Load(), journal.CloseDrop)
	s.worlds.past.Absorb(w.chapters.past)
	s.worlds.keepRevoked(w.revocations())
	w.end()
}

// end gives back the memory of a world that no request finds any more.
func (w *World) end() {
	w.dropped.Store(true)
	w.server.tokens.forget(w)
	w.current.Load().memory.Close()
	w.current.Load().Journal.End()
}

// World returns the world that ref means, and makes it on first use: "" or
// "default", a name, or a tenant's GUID. It errs where ref can't be a name, and
// with *FullError; the default world always fits.
func (s *Server) World(ref string) (*World, error) {
	name, tenant, err := worldRef(ref)
	if err != nil {
		return nil, err
	}
	w := s.find(tenant)
	if w == nil {
		if w, err = s.makeWorld(tenant); err != nil {
			return nil, err
		}
	}
	if name != tenant && w.Name() == tenant {
		name = strings.Clone(name) // of a path, which need not stay
		w.name.Store(&name)        // it was first met by its tenant's id
	}
	w.use()
	return w, nil
}

// defaultWorld returns the default world, which always fits.
func (s *Server) defaultWorld() *World {
	w, err := s.World(DefaultWorld)
	if err != nil {
		panic(err)
	}
	return w
}

func (s *Server) makeWorld(tenant string) (*World, error) {
	w := &World{server: s, tenant: tenant, chapters: chapters{past: judge.NewHistory(maxChapters)}}
	w.name.Store(&tenant)
	w.Reset() // before the lock: a large fixture takes a while
	now := s.set.now()
	w.lastUsed.Store(now.Unix())
	kept, err := s.keep(w, now)
	if kept == w {
		w.useServersScenario() // the scenarios may have been read anew meanwhile, without it
	}
	return kept, err
}

// keep gives a new world its place, or returns the one that has it.
func (s *Server) keep(w *World, now time.Time) (*World, error) {
	s.worlds.mu.Lock()
	defer s.worlds.mu.Unlock()
	if other := s.worlds.byTenant[w.tenant]; other != nil {
		w.end()
		return other, nil // another request made it meanwhile
	}
	if w.tenant != DefaultTenant && len(s.worlds.byTenant) >= s.set.Limits.Worlds && !s.evict(now) {
		w.end()
		return nil, &FullError{Max: s.set.Limits.Worlds}
	}
	if s.memory.Check() != nil && w.tenant != DefaultTenant {
		w.end()
		return nil, &FullError{Memory: s.memory.Max()}
	}
	s.worlds.remember(w)
	var last uint64
	w.chapters.before, last = s.worlds.past.Last(w.tenant) // of one that was dropped
	if w.chapters.before > 0 {
		w.chapters.recent = judge.NewHistory(maxChapters) // a drop begins anew as a reset does
	}
	w.current.Load().Journal.SetPosition(last)
	s.worlds.byTenant[w.tenant] = w
	s.tokens.fit(len(s.worlds.byTenant))
	return w, nil
}

// Worlds returns the worlds there are, the default one first, then by name.
func (s *Server) Worlds() []*World {
	list, _ := s.everyWorld()
	return list
}

// everyWorld returns what Worlds does, and what dropped worlds have revoked.
func (s *Server) everyWorld() (list []*World, dropped []revocations) {
	s.worlds.mu.RLock()
	defer s.worlds.mu.RUnlock()
	return s.worlds.list(), slices.Clone(s.worlds.dropped)
}

// list returns the worlds in their order. Must hold mu.
func (all *worlds) list() []*World {
	list := slices.Collect(maps.Values(all.byTenant))
	slices.SortFunc(list, func(a, b *World) int {
		switch DefaultTenant {
		case a.tenant:
			return -1
		case b.tenant:
			return 1
		}
		return cmp.Compare(a.Name(), b.Name())
	})
	return list
}

// evict drops the world that was idle longest, if for long enough; never the
// default one. Must hold worlds.mu.
func (s *Server) evict(now time.Time) bool {
	var oldest *World
	for _, w := range s.worlds.byTenant {
		if w.tenant != DefaultTenant && (oldest == nil || w.lastUsed.Load() < oldest.lastUsed.Load()) {
			oldest = w
		}
	}
	if oldest == nil {
		return false
	}
	idle := now.Sub(time.Unix(oldest.lastUsed.Load(), 0))
	if idle < idleBeforeEviction {
		return false
	}
	s.remove(oldest)
	s.set.Log.Warn("a world was dropped to make room", "world", oldest.Name(), "idle", idle.Round(time.Second), "limit", s.set.Limits.Worlds)
	return true
}
