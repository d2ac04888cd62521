package emulator

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
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
	graph.World
	roots
	Sessions *entra.Sessions // what its token endpoints gave, and may take back
	memory   *quota.Share    // what it keeps, of Limits.Memory
	ids      *ids.Stream     // of profiles
	stored   variant.Set     // by which its profiles are kept, whatever scenario came since
	scene    *scene          // that its play is of; guarded by World.changing once others have the state
	start    start

	askedWho sync.Once
	who      *accounts // see accounts
}

// accounts returns who may sign in. It is made when it is first needed.
func (st *state) accounts() *accounts {
	st.askedWho.Do(func() { st.who = accountsOf(&st.start.fixture.Directory, st.Tenant, st.derive) })
	return st.who
}

// inForce returns the world's state with the scenario that plays in it. They
// belong together, while current and scene alone may be of two moments.
func (w *World) inForce() (*state, *scene, *engine.Scenario) {
	w.changing.Lock()
	defer w.changing.Unlock()
	state := w.current.Load()
	return state, state.scene, state.World.Scenario()
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

// roots are what a new world's ids are drawn from.
func (s *Server) roots(tenant string) roots { return roots{Seed: s.set.Seed, From: tenant} }

// worldCost is what a world takes before anything is in it, in bytes. Measured.
const worldCost = 8 << 10

// derive returns the id that names decide.
func (o roots) derive(names ...string) string {
	return ids.Derived(append([]string{strconv.FormatUint(o.Seed, 10), o.From}, names...)...)
}

// newState makes an empty world of a scenario and a fixture's directory, that
// keeps profiles by the variants of stored.
func (s *Server) newState(w *World, o roots, sc *scene, from start, stored variant.Set) *state {
	derive := o.derive
	memory := s.memory.Share()
	st := &state{roots: o, memory: memory, ids: ids.NewStream(o.Seed, o.From, "profiles"), stored: stored, scene: sc, start: from}
	st.World = graph.World{
		World: engine.World{
			Name:       w.Name,
			Clock:      clock.New(sc.clock, s.set.Now),
			RequestIDs: ids.NewStream(o.Seed, o.From, "requests"),
			Journal:    journal.New(w.Name(), journal.Limits{Entries: s.set.Limits.JournalEntries, Bytes: s.set.Limits.JournalBytes, Quota: memory}),
			Standing:   st.World.Standing,
		},
		Profiles: profile.NewStore(profile.Config{NewID: st.ids.GUID, Script: sc.script, Max: s.set.Limits.Profiles,
			Derive: derive, Memory: memory,
			Legacy: stored.Is("customizationDefaults", "legacy"), PlainTypes: stored.Is("typeHash", "without")}),
		Tenant:  w.tenant,
		PageKey: ids.Key(o.Seed, o.From, "pages"),
	}
	st.Journal.CopyTo(s.copies)
	st.Blobs = storage.NewStore(s.uploadKey(w.tenant), storage.Limits{Blob: s.set.Limits.Upload, World: s.set.Limits.Uploads, Memory: memory})
	st.Blobs.OnSign = func(sig string) { s.signatures.note(sig, w.tenant) }
	st.Directory = directory.New(seedOf(from.fixture.Directory), derive)
	st.Sessions = entra.NewSessions()
	st.Revoked = st.Sessions.Revoked
	st.Revoke = func() uint64 {
		// Higher than any before: tokens of before a reset are out there, too.
		n := w.revoked.Add(1)
		raise(&st.Revision, n)
		return n
	}
	st.Registered = func(app string) bool { return st.accounts().has(app) }
	st.Intake = rostersync.New(st.Profiles, st.Blobs, st.Directory)
	st.Intake.Memory = memory
	st.Blobs.MakeRoom = st.Intake.Settle
	st.World.World.Settle = st.Blobs.Sweep // a client that uploads no more may still ask
	memory.Add(worldCost + st.Directory.Bytes())
	st.World.SetScenario(sc.play(o))
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
		seed.Users = append(seed.Users, directory.User{
			ID: u.ID, PrincipalName: u.PrincipalName, DisplayName: u.DisplayName, UsageLocation: u.UsageLocation,
			GivenName: u.GivenName, Surname: u.Surname, Mail: u.Mail, MailNickname: u.MailNickname,
			EmployeeID: u.EmployeeID, ExternalID: u.ExternalID, Disabled: u.Disabled})
	}
	return seed
}

// plant puts the fixture's profiles into a new world. It errs where they are
// larger than a world may be; what fits is there then.
func (st *state) plant() error {
	now := st.Clock.Now()
	for i, p := range st.start.fixture.Profiles {
		r, err := st.Profiles.Seed(now, p)
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
