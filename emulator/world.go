package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/blob"
	"github.com/graphemu/graphemu/emulator/internal/directory"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/fixture"
	"github.com/graphemu/graphemu/emulator/internal/intake"
	"github.com/graphemu/graphemu/emulator/internal/mint"
	"github.com/graphemu/graphemu/emulator/internal/profile"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/surface"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/journal"
)

// The default world, and the tenant that its tokens carry.
const (
	DefaultWorld  = "default"
	DefaultTenant = "de7a0117-0000-4000-8000-000000000001"
)

// World is one tenant's state: profiles, clock, ids, scenario and journal. It is
// safe for concurrent use. Requests reach it by their token: the tid of a JWT, or the
// NAME of an opaque token "world-NAME".
type World struct {
	server *Server
	tenant string // GUID, lower-case

	name     atomic.Pointer[string] // as it was first called by; the tenant until then
	current  atomic.Pointer[state]  // a reset swaps it
	own      atomic.Pointer[scene]  // the scenario that was put into this world; nil: the server's
	chapters chapters               // guarded by changing
	changing sync.Mutex             // held while current or own is put in place
	lastUsed atomic.Int64           // wall clock, in Unix seconds
	dropped  atomic.Bool            // it has made room for another
	revoked  atomic.Uint64          // the highest Revision that any of its states had
}

// state is what a world consists of. A reset makes a new one.
type state struct {
	surface.World
	roots
	memory   *quota.Share     // what it keeps, of Limits.Memory
	ids      *mint.Stream     // of profiles
	accounts func() *accounts // who may sign in; made when first needed
	stored   variant.Set      // by which its profiles are kept, whatever scenario came since
	scene    *scene           // that its play is of; guarded by World.changing once others have the state
	start    start
}

// inForce returns the world's state with the scenario that plays in it. They
// belong together, while current and scene alone may be of two moments.
func (w *World) inForce() (*state, *scene, *surface.Play) {
	w.changing.Lock()
	defer w.changing.Unlock()
	state := w.current.Load()
	return state, state.scene, state.Play()
}

// use notes that the world is not idle.
func (w *World) use() {
	if now := w.server.set.now().Unix(); w.lastUsed.Load() != now {
		w.lastUsed.Store(now)
	}
}

// Name returns what the world is called: "default", its name, or its tenant's id.
func (w *World) Name() string { return *w.name.Load() }

// Tenant returns the id of the world's tenant, a lower-case GUID.
func (w *World) Tenant() string { return w.tenant }

// Clock returns the world's clock, until the next Reset.
func (w *World) Clock() *clock.Clock { return w.current.Load().Clock }

// Profile is a synchronization profile as World.Profiles shows it.
type Profile struct {
	ID, DisplayName string
	State           string // provisioning, provisioned, provisioningFailed, deleting, deletionFailed
	Status          string // of the sync: paused, extracting, validating, inProgress, success, error, validationError, quarantined
	ErrorCount      int64
}

// Profiles returns the world's profiles as they stand now, in the order of
// their creation.
func (w *World) Profiles() []Profile {
	state := w.current.Load()
	var list []Profile
	for r := range state.Profiles.All(state.Clock.Now(), 0) {
		list = append(list, Profile{ID: r.ID, DisplayName: r.Profile().DisplayName,
			State: string(r.State), Status: string(r.Sync.Status), ErrorCount: r.Sync.ErrorCount})
	}
	return list
}

// worlds are the worlds of a server.
type worlds struct {
	mu       sync.RWMutex // guards all below
	byTenant map[string]*World
	dropped  []revocations // of worlds that there were, the oldest first; see forget
	size     int           // of dropped, in tenants and sign-ins

	past *journal.History // the chapters of those that were dropped
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

// worldName is what a world may be called. It ends up in URLs and logs.
var worldName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// worldRef reads what a world may be meant by: "" or "default", a name, or a
// tenant's GUID.
func worldRef(ref string) (name, tenant string, err error) {
	switch {
	case ref == "" || ref == DefaultWorld || ref == "common" || ref == "organizations":
		return DefaultWorld, DefaultTenant, nil
	case mint.IsGUID(ref):
		tenant = strings.ToLower(ref)
		if tenant == DefaultTenant {
			return DefaultWorld, tenant, nil
		}
		return tenant, tenant, nil
	case worldName.MatchString(ref):
		return ref, mint.Derived("tenant", ref), nil
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

// end gives the memory of a world back that nobody finds any more.
func (w *World) end() {
	w.dropped.Store(true)
	w.server.tokens.forget(w)
	w.current.Load().memory.Close()
	w.Journal().End()
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
	w := &World{server: s, tenant: tenant, chapters: chapters{past: journal.NewHistory(maxChapters)}}
	w.name.Store(&tenant)
	w.Reset() // before the lock: a large fixture takes a while
	now := s.set.now()
	w.lastUsed.Store(now.Unix())
	kept, err := s.keep(w, now)
	if kept == w {
		w.follow() // the scenarios may have been read anew meanwhile, without it
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

// everyWorld returns what Worlds does, and what worlds that there were have revoked.
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

// roots are what a new world's ids are drawn from.
func (s *Server) roots(tenant string) roots { return roots{Seed: s.set.Seed, From: tenant} }

// worldCost is what a world takes before anything is in it, in bytes. Measured.
const worldCost = 8 << 10

// derive returns the id that names decide.
func (o roots) derive(names ...string) string {
	return mint.Derived(append([]string{strconv.FormatUint(o.Seed, 10), o.From}, names...)...)
}

// newState makes an empty world of a scenario and a fixture's directory, that
// keeps profiles by the variants of stored.
func (s *Server) newState(w *World, o roots, sc *scene, from start, stored variant.Set) *state {
	derive := o.derive
	memory := s.memory.Share()
	st := &state{roots: o, memory: memory, ids: mint.NewStream(o.Seed, o.From, "profiles"), stored: stored, scene: sc, start: from}
	st.World = surface.World{
		Name:  w.Name,
		Clock: clock.New(sc.clock, s.set.Now),
		Profiles: profile.NewStore(profile.Config{NewID: st.ids.GUID, Script: sc.script, Max: s.set.Limits.Profiles,
			Derive: derive, Memory: memory,
			Legacy: stored.Is("customizationDefaults", "legacy"), PlainTypes: stored.Is("typeHash", "without")}),
		RequestIDs: mint.NewStream(o.Seed, o.From, "requests"),
		Tenant:     w.tenant,
		PageKey:    mint.Key(o.Seed, o.From, "pages"),
		Journal:    journal.New(w.Name(), journal.Limits{Entries: s.set.Limits.JournalEntries, Bytes: s.set.Limits.JournalBytes, Quota: memory}),
	}
	st.Journal.CopyTo(s.copies)
	st.Blobs = blob.NewStore(s.uploadKey(w.tenant), blob.Limits{Blob: s.set.Limits.Upload, World: s.set.Limits.Uploads, Memory: memory})
	st.Blobs.OnSign = func(sig string) { s.signatures.note(sig, w.tenant) }
	st.Directory = directory.New(seedOf(from.fixture.Directory), derive)
	st.Sessions = entra.NewSessions()
	st.accounts = sync.OnceValue(func() *accounts { return accountsOf(&from.fixture.Directory, w.tenant, derive) })
	st.Revoke = func() uint64 {
		// Higher than any before: tokens of before a reset are out there, too.
		n := w.revoked.Add(1)
		raise(&st.Revision, n)
		return n
	}
	st.Registered = func(app string) bool { return st.accounts().has(app) }
	st.Intake = intake.New(st.Profiles, st.Blobs, st.Directory)
	st.Intake.Memory = memory
	memory.Add(worldCost + st.Directory.Bytes())
	st.SetPlay(sc.play(o))
	return st
}

// raise makes n at least as high as to.
func raise(n *atomic.Uint64, to uint64) {
	for {
		is := n.Load()
		if is >= to || n.CompareAndSwap(is, to) {
			return
		}
	}
}

// seedOf is a fixture's directory as the world's begins with.
func seedOf(d fixture.Directory) directory.Seed {
	seed := directory.Seed{Domains: d.Domains, UsageLocation: d.UsageLocation}
	for _, sku := range d.SKUs {
		seed.SKUs = append(seed.SKUs, directory.SKU(sku))
	}
	for _, u := range d.Users {
		seed.Users = append(seed.Users, directory.User{ID: u.ID, PrincipalName: u.PrincipalName, DisplayName: u.DisplayName, UsageLocation: u.UsageLocation,
			GivenName: u.GivenName, Surname: u.Surname, Mail: u.Mail, MailNickname: u.MailNickname, EmployeeID: u.EmployeeID, ExternalID: u.ExternalID, Disabled: u.Disabled})
	}
	return seed
}

// plant puts the fixture's profiles into a new world. It errs where they are
// larger than a world may be; what fits is there then.
func (st *state) plant() error {
	now := st.Clock.Now()
	for i, p := range st.start.fixture.Profiles {
		r, err := st.Profiles.Plant(now, p)
		if err == nil && p.Files != nil {
			err = upload(st, r.ID, p.Files, now)
		}
		if err != nil {
			return fmt.Errorf("/profiles/%d: %w", i, err)
		}
	}
	return nil
}

// upload puts a fixture's files where a client would.
func upload(st *state, id string, files func() ([]profile.SeedFile, error), now time.Time) error {
	list, err := files()
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := st.Blobs.Put(id, f.Name, f.Text, now); err != nil {
			return err
		}
	}
	return nil
}

// app is the app whose name a token carries where no other is asked for.
func (s *Server) app() fixture.App {
	if apps := s.scene.Load().fixture.Directory.Apps; len(apps) > 0 {
		return apps[0]
	}
	return fixture.App{}
}
