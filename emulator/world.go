package emulator

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/fixture"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/mint"
	"github.com/graphemu/graphemu/emulator/internal/profile"
	"github.com/graphemu/graphemu/emulator/internal/surface"
)

// The default world, and the tenant that its tokens carry.
const (
	DefaultWorld  = "default"
	DefaultTenant = "de7a0117-0000-4000-8000-000000000001"
)

// World is one tenant's state: profiles, clock and ids. It is safe for
// concurrent use. Requests reach it by their token: the tid of a JWT, or the
// NAME of an opaque token "world-NAME".
type World struct {
	server *Server
	tenant string // GUID, lower-case

	name     atomic.Pointer[string]        // as it was first called by; the tenant until then
	current  atomic.Pointer[surface.World] // a reset swaps it
	lastUsed atomic.Int64                  // wall clock, in Unix seconds
	dropped  atomic.Bool                   // it has made room for another
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

// Reset puts the world back to its start: the fixture's profiles, a new clock,
// ids from the first one on. Requests under way end in the world as it was.
func (w *World) Reset() { w.current.Store(w.server.newState(w.tenant)) }

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

// TokenOptions says what a token carries.
type TokenOptions struct {
	Scopes  []string      // delegated permissions; default, where Roles is empty too: EduAdministration.ReadWrite
	Roles   []string      // application permissions; a token has scopes or roles
	App     string        // client id; default: the fixture's first app
	Expires time.Duration // from now on the world's clock; default: never, as far as a JWT can say
}

// never is an expiry that no clock reaches.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Token returns a signed token for this world. It errs where both scopes and
// roles are asked for.
func (w *World) Token(o TokenOptions) (string, error) {
	if len(o.Scopes) == 0 && len(o.Roles) == 0 {
		o.Scopes = []string{"EduAdministration.ReadWrite"}
	}
	keys, err := w.server.keys()
	if err != nil {
		return "", err
	}
	// Without an expiry the token is good on any clock, wherever it is set to.
	from, to := time.Unix(0, 0).UTC(), never
	if o.Expires > 0 {
		from = w.Clock().Now()
		to = from.Add(o.Expires)
	}
	app := o.App
	if app == "" {
		app = w.server.app().ID
	}
	return keys.Issue(identity.Claims{Tenant: w.tenant, App: app, Object: mint.Derived(w.tenant, app), Scopes: o.Scopes, Roles: o.Roles,
		IssuedAt: from, NotBefore: from, Expires: to, ID: mint.Derived("uti", w.tenant, app, to.String())})
}

// worlds are the worlds of a server.
type worlds struct {
	mu       sync.RWMutex // guards byTenant
	byTenant map[string]*World
}

// idleBeforeEviction is how long a world must have been unused before it makes
// room for another.
const idleBeforeEviction = time.Hour

// FullError says that there are as many worlds as there may be, and that none
// was idle for long enough to make room.
type FullError struct{ Max int }

func (e *FullError) Error() string {
	return fmt.Sprintf("there are %d worlds, the most there may be, and none was idle for %v", e.Max, idleBeforeEviction)
}

// worldName is what a world may be called. It ends up in URLs and logs.
var worldName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// World returns the world that ref means, and makes it on first use: "" or
// "default", a name, or a tenant's GUID. It errs where ref can't be a name, and
// with *FullError; the default world always fits.
func (s *Server) World(ref string) (*World, error) {
	name, tenant := ref, ""
	switch {
	case ref == "" || ref == DefaultWorld || ref == "common" || ref == "organizations":
		name, tenant = DefaultWorld, DefaultTenant
	case mint.IsGUID(ref):
		tenant = strings.ToLower(ref)
		if name = tenant; tenant == DefaultTenant {
			name = DefaultWorld
		}
	case worldName.MatchString(ref):
		tenant = mint.Derived("tenant", ref)
	default:
		return nil, fmt.Errorf("%.80q can't be a world: a name has 1 to 64 letters, digits, dots, dashes and underscores", ref)
	}
	s.worlds.mu.RLock()
	w := s.worlds.byTenant[tenant]
	s.worlds.mu.RUnlock()
	if w == nil {
		var err error
		if w, err = s.makeWorld(tenant); err != nil {
			return nil, err
		}
	}
	if name != tenant && w.Name() == tenant {
		w.name.Store(&name) // it was first met by its tenant's id
	}
	w.use()
	return w, nil
}

func (s *Server) makeWorld(tenant string) (*World, error) {
	w := &World{server: s, tenant: tenant}
	w.name.Store(&tenant)
	w.current.Store(s.newState(tenant)) // before the lock: a large fixture takes a while
	now := s.set.now()
	w.lastUsed.Store(now.Unix())

	s.worlds.mu.Lock()
	defer s.worlds.mu.Unlock()
	if other := s.worlds.byTenant[tenant]; other != nil {
		return other, nil // another request made it meanwhile
	}
	if tenant != DefaultTenant && len(s.worlds.byTenant) >= s.set.Limits.Worlds && !s.evict(now) {
		return nil, &FullError{Max: s.set.Limits.Worlds}
	}
	s.worlds.byTenant[tenant] = w
	return w, nil
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
	delete(s.worlds.byTenant, oldest.tenant)
	oldest.dropped.Store(true)
	s.set.Log.Warn("a world was dropped to make room", "world", oldest.Name(), "idle", idle.Round(time.Second), "limit", s.set.Limits.Worlds)
	return true
}

// newState makes what a world consists of, as the fixture has it.
func (s *Server) newState(tenant string) *surface.World {
	c := clock.New(s.set.clock, s.set.Now)
	ids := mint.NewStream(s.set.Seed, tenant, "profiles")
	w := &surface.World{
		Clock: c,
		Profiles: profile.NewStore(profile.Config{NewID: ids.GUID, Timeline: profile.DefaultTimeline, Max: s.set.Limits.Profiles,
			Legacy: s.set.variants.Is("customizationDefaults", "legacy"), PlainTypes: s.set.variants.Is("typeHash", "without")}),
		RequestIDs: mint.NewStream(s.set.Seed, tenant, "requests"),
		PageKey:    mint.Key(s.set.Seed, tenant, "pages"),
		Variants:   s.set.variants,
	}
	now := c.Now()
	for _, p := range s.fixture.Profiles {
		if _, err := w.Profiles.Plant(now, p); err != nil {
			// The fixture was planted once at start; what is left is its size.
			s.set.Log.Error("the fixture does not fit into a world", "world", tenant, "error", err)
			break
		}
	}
	return w
}

// app is the app whose name a token carries where no other is asked for.
func (s *Server) app() fixture.App {
	if len(s.fixture.Directory.Apps) > 0 {
		return s.fixture.Directory.Apps[0]
	}
	return fixture.App{}
}
