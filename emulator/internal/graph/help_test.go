package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
)

const (
	profilesPath = "/education/synchronizationProfiles"
	schoolsPath  = "/education/schools"
)

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// desk is a surface with a world, and what it logged.
type desk struct {
	*Handler
	world *testWorld
	log   *bytes.Buffer
}

func newDesk(change ...func(*Config)) *desk {
	d := &desk{log: &bytes.Buffer{}, world: newWorld("default")}
	cfg := Config{MaxBody: 4 << 20, MaxBatch: 64 << 20}
	for _, c := range change {
		c(&cfg)
	}
	d.Handler = New(cfg, engine.New(engine.Config{Log: slog.New(slog.NewTextHandler(d.log, nil)),
		Now: func() time.Time { return dawn }, Closing: context.Background()}, nil), workloads.All,
		workloads.Models)
	return d
}

// testWorld is a world with what its workloads keep.
type testWorld struct {
	World
	sds.State
	Directory *directory.Store
	Objects   *entity.Store
	derive    func(names ...string) string
}

func newWorld(name string) *testWorld {
	derive := func(names ...string) string { return ids.Derived(append([]string{name}, names...)...) }
	w := &testWorld{derive: derive}
	w.seed(directory.Seed{})
	w.Profiles = profile.NewStore(profile.Config{NewID: ids.NewStream(1, name, "profiles").GUID,
		Script: &profile.Script{Timeline: profile.DefaultTimeline}})
	w.Files = storage.NewStore(ids.Key(1, name, "sas"), storage.Limits{})
	w.World.World = engine.World{
		Name:       func() string { return name },
		Journal:    record.New(name, record.Limits{Entries: 100, Bytes: 1 << 20}),
		Clock:      clock.New(clock.Setting{Mode: clock.ModeFrozen, Start: dawn}, func() time.Time { return dawn }),
		RequestIDs: ids.NewStream(1, name, "requests"),
		Standing:   w.State.Standing,
	}
	w.keep()
	w.Revoked, w.Registered = func(string) bool { return false }, func(string) bool { return true }
	// What OData can do is tested with the reading that answers what the directory refuses.
	lenient, err := variant.NewSet(map[string]string{"directoryQueries": "lenient"})
	if err != nil {
		panic(err)
	}
	w.SetScenario(&engine.Scenario{Faults: faults.NewSet(nil, 1), Variants: lenient})
	return w
}

// seed gives the world a directory.
func (w *testWorld) seed(seed directory.Seed) {
	w.Objects = entity.New(entity.Limits{})
	if err := directory.FillTenant(w.Objects, seed, w.derive, dawn); err != nil {
		panic(err)
	}
	w.Directory = directory.New(&seed, w.derive, w.Objects)
}

// firstUser is the id of the tenant's first user.
func (w *testWorld) firstUser() string {
	for o := range w.Directory.All(directory.Accounts) {
		return o.ID
	}
	return ""
}

// keep lets the world's calls reach what its workloads keep.
func (w *testWorld) keep() {
	w.Syncs = rostersync.New(w.Profiles, w.Files, w.Directory)
	name := w.Name()
	w.Tenant = workload.Tenant{ID: ids.Derived(name), PageKey: ids.Key(1, name, "pages"), FirstUser: w.firstUser,
		States: []any{&w.State,
			&objects.State{Store: w.Objects, NewID: ids.NewStream(1, name, "objects").GUID,
				Settle: func(c *workload.Call) { w.Syncs.Settle(c.Now) }}}}
}

// send makes a request with a token and, where there is a body, a Content-Type.
func (d *desk) send(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	from := Caller{Caller: engine.Caller{Client: "test"}}
	if Token(r.Header) != "" {
		from.Token = &identity.Token{Flaw: identity.FlawForm} // as lenient sees nearly every one
	}
	d.Serve(w, r, &d.world.World, from)
	return w
}

// graphError is the envelope of an error.
type graphError struct {
	Error struct {
		Code, Message *string
		Details       []struct{ Code, Message, Target string }
		InnerError    map[string]string
	}
}

// envelope checks that an answer is a whole error of Graph's.
func envelope(t *testing.T, w *httptest.ResponseRecorder) graphError {
	t.Helper()
	return envelopeOf(t, w.Header(), w.Body.Bytes())
}

func envelopeOf(t *testing.T, h http.Header, body []byte) graphError {
	t.Helper()
	var e graphError
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&e), "%s", body)
	require.NotNil(t, e.Error.Code, "%s", body)
	require.NotNil(t, e.Error.Message, "%s", body)
	require.Equal(t, "application/json", h.Get("Content-Type"))
	require.Len(t, e.Error.InnerError, 3)
	require.Equal(t, raw(h, "request-id"), []string{e.Error.InnerError["request-id"]})
	for _, detail := range e.Error.Details {
		require.NotEmpty(t, detail.Code)
		require.NotEmpty(t, detail.Message)
	}
	return e
}

// raw reads a header whose name keeps its lower case on the wire.
func raw(h http.Header, name string) []string { return h[name] }
