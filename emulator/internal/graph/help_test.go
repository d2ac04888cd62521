package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
	"github.com/graphemu/graphemu/emulator/journal"
	"github.com/graphemu/graphemu/schemas"
)

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

var compiled = sync.OnceValues(func() (*schema.Set, error) { return schema.New(schemas.FS) })

// desk is a surface with a world, and what it logged.
type desk struct {
	*Handler
	world *World
	log   *bytes.Buffer
}

func newDesk(change ...func(*Config)) *desk {
	d := &desk{log: &bytes.Buffer{}, world: newWorld("default")}
	cfg := Config{MaxBody: 4 << 20, MaxBatch: 64 << 20, Schemas: compiled}
	for _, c := range change {
		c(&cfg)
	}
	d.Handler = New(cfg, engine.New(engine.Config{Log: slog.New(slog.NewTextHandler(d.log, nil)),
		Now: func() time.Time { return dawn }, Closing: context.Background()}, nil))
	return d
}

func newWorld(name string) *World {
	w := &World{
		World: engine.World{
			Name:       func() string { return name },
			Journal:    journal.New(name, journal.Limits{Entries: 100, Bytes: 1 << 20}),
			Clock:      clock.New(clock.Setting{Mode: clock.ModeFrozen, Start: dawn}, func() time.Time { return dawn }),
			RequestIDs: ids.NewStream(1, name, "requests"),
		},
		Profiles: profile.NewStore(profile.Config{NewID: ids.NewStream(1, name, "profiles").GUID,
			Script: &profile.Script{Timeline: profile.DefaultTimeline}}),
		Tenant: ids.Derived(name), PageKey: ids.Key(1, name, "pages"),
	}
	derive := func(names ...string) string { return ids.Derived(append([]string{name}, names...)...) }
	w.Blobs, w.Directory = storage.NewStore(ids.Key(1, name, "sas"), storage.Limits{}), directory.New(directory.Seed{}, derive)
	w.Intake = rostersync.New(w.Profiles, w.Blobs, w.Directory)
	w.World.Standing = w.Standing
	w.Revoked, w.Registered = func(string) bool { return false }, func(string) bool { return true }
	w.SetScenario(&engine.Scenario{Faults: faults.NewSet(nil, 1)})
	return w
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
	d.Serve(w, r, d.world, from)
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
