package emulator

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
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

	name     atomic.Pointer[string]   // as it was first called by; the tenant until then
	current  atomic.Pointer[state]    // a reset swaps it
	own      atomic.Pointer[prepared] // the scenario that was put into this world; nil: the server's
	chapters chapters                 // guarded by changing
	changing sync.Mutex               // held while current or own is put in place
	lastUsed atomic.Int64             // wall clock, in Unix seconds
	dropped  atomic.Bool              // it has made room for another
	revoked  atomic.Uint64            // the highest Revision that any of its states had
}

// state is what a world consists of. A reset makes a new one.
type state struct {
	graph.World
	sds.State                  // profiles, their files and syncs
	Directory *directory.Store // which objects syncs made
	Entities  *entity.Store    // objects and their links
	minted    *ids.Stream      // of objects
	Futures   *objects.Futures // what lifecycles make of Entities
	idSeed
	Sessions *entra.Sessions // what its token endpoints gave, and may take back
	memory   *quota.Share    // what it keeps, of Limits.Memory
	ids      *ids.Stream     // of profiles
	stored   variant.Set     // by which its profiles are kept, whatever scenario came since
	prepared *prepared       // the scenario that the world runs; guarded by World.changing once others have the state
	start    *start
}

// inForce returns the world's state, the scenario that it runs and the rules that this
// has set up, with their counters. They belong together: asked for one by one, they
// may be of two moments.
func (w *World) inForce() (*state, *prepared, *engine.Scenario) {
	w.changing.Lock()
	defer w.changing.Unlock()
	state := w.current.Load()
	return state, state.prepared, state.World.Scenario()
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

// idSeed is what a new world's ids are drawn from.
func (s *Server) idSeed(tenant string) idSeed { return idSeed{Seed: s.set.Seed, From: tenant} }

// worldCost is what a world takes before anything is in it, in bytes. Measured.
const worldCost = 8 << 10

// derive returns the id that names decide.
func (o idSeed) derive(names ...string) string {
	return ids.Derived(append([]string{strconv.FormatUint(o.Seed, 10), o.From}, names...)...)
}

// fixtureID returns the id of what a fixture brings without one. All worlds that begin
// with the fixture share it.
func fixtureID(seed uint64, names ...string) string {
	return ids.Derived(append([]string{strconv.FormatUint(seed, 10), "fixture"}, names...)...)
}

// newState makes an empty world of a scenario and a fixture's directory, that
// keeps profiles by the variants of stored.
func (s *Server) newState(w *World, o idSeed, sc *prepared, from *start, stored variant.Set) *state {
	memory := s.memory.Share()
	st := &state{idSeed: o, memory: memory, ids: ids.NewStream(o.Seed, o.From, "profiles"), stored: stored, prepared: sc, start: from}
	st.keep(s, w)
	st.World.World = engine.World{
		Name:       w.Name,
		Clock:      clock.New(sc.clock, s.set.Now),
		RequestIDs: ids.NewStream(o.Seed, o.From, "requests"),
		Journal:    record.New(w.Name(), record.Limits{Entries: s.set.Limits.JournalEntries, Bytes: s.set.Limits.JournalBytes, Quota: memory}),
		Settle: func(now time.Time) {
			st.Files.Sweep(now) // a client that uploads no more may still ask
			st.Futures.Settle(now, 0)
		},
		Standing: st.Standing,
		Profile: func(now time.Time, id string) []byte {
			r, err := st.Profiles.Get(now, id)
			if err != nil {
				return nil
			}
			return r.JSON()
		},
	}
	kept := &objects.State{Store: st.Entities, NewID: st.minted.GUID, Settle: func(c *workload.Call) { st.Syncs.Settle(c.Now) }}
	st.World.Tenant = workload.Tenant{ID: w.tenant, PageKey: ids.Key(o.Seed, o.From, "pages"),
		FirstUser: st.firstUser,
		States:    []any{&st.State, kept}}
	st.Futures = s.graph.Objects().Futures(&st.World.Tenant, kept, sc.objects, memory)
	st.Futures.Failed = func(t objects.Transition) {
		s.set.Log.Warn("a step of a lifecycle could not be made", "world", w.Name(), "lifecycle", t.Lifecycle, "object", t.Path, "why", t.Problem)
	}
	kept.Futures = st.Futures
	st.Journal.CopyTo(s.copies)
	st.Sessions = entra.NewSessions()
	st.Revoked = st.Sessions.Revoked
	st.Revoke = func() uint64 {
		// Higher than any before: tokens of before a reset are out there, too.
		n := w.revoked.Add(1)
		raise(&st.Revision, n)
		return n
	}
	st.Registered = func(app string) bool { // a tenant that begins without any application lets every app be (chosen)
		return directory.Registered(st.Entities.View(), app) || !directory.AnyApplication(from.base.View())
	}
	memory.Add(worldCost + st.Directory.Bytes())
	st.World.SetScenario(sc.begin(o))
	return st
}

// keep makes what the workloads keep.
func (st *state) keep(s *Server, w *World) {
	st.Profiles = profile.NewStore(profile.Config{NewID: st.ids.GUID, Script: st.prepared.script, Max: s.set.Limits.Profiles,
		Derive: st.derive, Memory: st.memory,
		Legacy: st.stored.Is("customizationDefaults", "legacy"), PlainTypes: st.stored.Is("typeHash", "without")})
	st.Files = storage.NewStore(s.uploadKey(w.tenant),
		storage.Limits{Blob: s.set.Limits.Upload, World: s.set.Limits.Uploads, Memory: st.memory})
	st.Files.OnSign = func(sig string) { s.signatures.note(sig, w.tenant) }
	st.Entities = st.start.base.Fork(entity.Limits{Objects: s.set.Limits.Objects, Memory: st.memory})
	st.Directory = directory.New(&st.start.base.accounts, st.derive, st.Entities)
	st.minted = ids.NewStream(st.Seed, st.From, "objects")
	st.Syncs = rostersync.New(st.Profiles, st.Files, st.Directory)
	st.Syncs.Memory = st.memory
	st.Files.MakeRoom = st.Syncs.Settle
}
