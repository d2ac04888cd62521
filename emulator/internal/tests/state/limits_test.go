package state

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

func TestMaxWorlds(t *testing.T) {
	wall := newWallClock()
	var warned strings.Builder
	g := rig.NewTarget(t,
		emulator.Options{Limits: emulator.Limits{Worlds: 4}, Now: wall.now, Log: slog.New(slog.NewTextHandler(&warned, nil))})
	// The default world is there already: three more fit.
	list := func(world string) (int, []byte) {
		status, body, err := ask(g, "world-"+world, "GET", rig.ProfilesAt, "")
		require.NoError(t, err)
		return status, body
	}
	for _, world := range []string{"a", "b", "c"} {
		status, _, err := ask(g, "world-"+world, "POST", rig.ProfilesAt, rig.CreateRequest)
		require.NoError(t, err)
		require.Equal(t, 202, status)
		wall.elapse(20 * time.Minute) // a is idle longest
	}
	full := func(world string) {
		t.Helper()
		r, err := http.NewRequest("GET", g.URL+rig.ProfilesAt, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer world-"+world)
		w, err := g.Client().Do(r)
		require.NoError(t, err)
		defer w.Body.Close()
		var e struct{ Error rig.Complaint }
		require.NoError(t, json.NewDecoder(w.Body).Decode(&e))
		require.Equal(t, 507, w.StatusCode)
		assert.Equal(t, "quotaLimitReached", *e.Error.Code)
		assert.Contains(t, fmt.Sprint(e.Error.Details), "--max-worlds")
		assert.Equal(t, w.Header.Get("request-id"), e.Error.InnerError.RequestID)
	}
	wall.elapse(-time.Minute)
	status, _ := list("a") // a was used again, 59 minutes after
	require.Equal(t, 200, status)
	full("d")
	status, _ = list("default") // always fits
	require.Equal(t, 200, status)
	full("d")
	_, err := g.Server.World("d")
	var err507 *emulator.FullError
	require.ErrorAs(t, err, &err507)
	assert.Equal(t, 4, err507.Max)
	r, err := g.HTTP.Post(g.Root+"/_graphemu/worlds/d/reset", "", nil)
	require.NoError(t, err)
	var problem struct{ Detail string }
	require.NoError(t, json.NewDecoder(r.Body).Decode(&problem))
	r.Body.Close()
	assert.Equal(t, 507, r.StatusCode)
	assert.Contains(t, problem.Detail, "--max-worlds")

	// b has been idle longest, and now for an hour.
	wall.elapse(time.Hour - 39*time.Minute)
	status, _ = list("d")
	require.Equal(t, 200, status)
	assert.Contains(t, warned.String(), "world=b")
	full("b")
	assert.Len(t, g.World("a").Profiles(), 1)
	assert.Len(t, g.World("c").Profiles(), 1)
	assert.Empty(t, g.World("d").Profiles())

	// What made room is gone for good, whatever token leads there; the default
	// world stays however idle it is.
	wall.elapse(24 * time.Hour)
	for _, world := range []string{"e", "b"} {
		status, body := list(world)
		require.Equal(t, 200, status)
		assert.NotContains(t, string(body), "Test Profile")
	}
	r, err = g.HTTP.Get(g.Root + "/_graphemu/worlds")
	require.NoError(t, err)
	defer r.Body.Close()
	var worlds struct{ Worlds []struct{ Name string } }
	require.NoError(t, json.NewDecoder(r.Body).Decode(&worlds))
	assert.Equal(t, "default", worlds.Worlds[0].Name)
	assert.LessOrEqual(t, len(worlds.Worlds), 4)
}

// The first worlds may take every place before anybody asks for the default one.
func TestMaxWorldsWithoutTheDefaultOne(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{Limits: emulator.Limits{Worlds: 1}})
	ask := func(token string) (*http.Response, rig.Answer) {
		r, err := http.NewRequest("GET", g.URL+rig.ProfilesAt, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		a, err := rig.Receive(g.Client(), r)
		require.NoError(t, err)
		return &http.Response{StatusCode: a.Status, Header: a.Header}, a
	}
	_, a := ask("world-a")
	require.Equal(t, 200, a.Status)
	w, a := ask("world-b")
	e := rig.Refused(t, w, []byte(a.Body), 507)
	assert.Contains(t, fmt.Sprint(e.Details), "--max-worlds")
	_, a = ask("any")
	assert.Equal(t, 200, a.Status)
	_, a = ask("world-" + strings.Repeat("x", 65))
	assert.Equal(t, 401, a.Status)
}

func TestMaxProfilesAndBody(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{Clock: "frozen", Limits: emulator.Limits{Profiles: 2, Body: 2000}})
	for range 2 {
		w, _ := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest))
		require.Equal(t, 202, w.StatusCode)
	}
	w, body := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest))
	e := rig.Refused(t, w, body, 507)
	assert.Equal(t, "quotaLimitReached", *e.Code)
	assert.Contains(t, e.Details[0].Message, "--max-profiles")
	g.Unharmed(t, 2)
	got := g.Batched(t, map[string]any{"id": "1", "method": "POST", "url": rig.ProfilesAt,
		"headers": map[string]string{"Content-Type": "application/json"}, "body": json.RawMessage(rig.CreateRequest)})
	assert.Equal(t, 507, got["1"].Status)

	// Another world has room of its own; a deleted profile makes room.
	status, _, err := ask(g, "world-other", "POST", rig.ProfilesAt, rig.CreateRequest)
	require.NoError(t, err)
	assert.Equal(t, 202, status)
	w, _ = g.Hit(t, "DELETE", rig.At(g.World().Profiles()[0].ID), nil)
	require.Equal(t, 202, w.StatusCode)
	w, body = g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest))
	rig.Refused(t, w, body, 507)
	require.NoError(t, g.World().Clock().Advance(time.Second))
	w, _ = g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest))
	assert.Equal(t, 202, w.StatusCode)

	w, body = g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest+strings.Repeat(" ", 2000)))
	e = rig.Refused(t, w, body, 400)
	assert.Equal(t, "The maximum request length supported is 2000 bytes.", *e.Message)
	assert.Contains(t, e.Details[0].Message, "--max-body")
	r, err := g.HTTP.Post(g.Root+"/_graphemu/worlds/default/clock", "application/json", strings.NewReader(strings.Repeat(" ", 2001)))
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, 413, r.StatusCode)
	g.Unharmed(t, 2)
}
