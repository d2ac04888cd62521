package state

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// named is the founding document's request under another name.
func named(name string) string {
	return strings.Replace(rig.CreateRequest, "Test Profile", name, 1)
}

// listed is a list as it comes.
type listed struct {
	Value []struct{ ID, DisplayName, State string }
	Next  string `json:"@odata.nextLink"`
	Count *int   `json:"@odata.count"`
}

// ask is hit for goroutines other than the test's, which must not end it.
func ask(g *rig.Target, token, method, path, body string) (status int, answer []byte, err error) {
	r, err := http.NewRequest(method, g.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	a, err := rig.Receive(g.HTTP, r)
	return a.Status, []byte(a.Body), err
}

// Many clients of many worlds at once: each sees its own world and no other.
func TestWorldsNeverSeeEachOther(t *testing.T) {
	const clients, rounds = 2, 8
	g := rig.NewTarget(t, emulator.Options{Clock: "x1000"})
	tokens := map[string]string{}
	for i := range 4 {
		opaque := fmt.Sprint("opaque-", i)
		tokens[opaque] = "world-" + opaque
		signed := fmt.Sprint("signed-", i)
		var err error
		tokens[signed], err = g.World(signed).Token(emulator.TokenOptions{})
		require.NoError(t, err)
	}
	tokens["default"] = "anything"

	var mu sync.Mutex
	owner := map[string]string{} // id to world
	deleted := map[string]int{}
	var group sync.WaitGroup
	for world, token := range tokens {
		for client := range clients {
			group.Go(func() {
				for i := range rounds {
					status, body, err := ask(g, token, "POST", rig.ProfilesAt, named(world))
					if !assert.NoError(t, err) || !assert.Equal(t, 202, status, "%s", body) {
						return
					}
					var p struct{ ID string }
					assert.NoError(t, json.Unmarshal(body, &p))
					mu.Lock()
					assert.Empty(t, owner[p.ID], "two worlds mint the same id")
					owner[p.ID] = world
					mu.Unlock()

					for _, c := range [][3]string{
						{"PATCH", rig.At(p.ID), `{"handleSpecialCharacterConstraint": true}`}, {"GET", rig.At(p.ID) + "/profileStatus"},
						{"POST", rig.At(p.ID) + "/pause"},
						{"POST", rig.At(p.ID) + "/start"}, {"POST", rig.At(p.ID) + "/reset"}, {"GET", rig.At(p.ID) + "/errors"},
						{"GET", rig.ProfilesAt + "/$count"},
						{"POST", "/$batch", rig.BatchText(map[string]any{"id": "1", "method": "GET", "url": rig.At(p.ID)},
							map[string]any{"id": "2", "method": "GET", "url": rig.ProfilesAt})},
					} {
						status, body, err := ask(g, token, c[0], c[1], c[2])
						assert.NoError(t, err)
						assert.Less(t, status, 500, "%s %s: %s", c[0], c[1], body)
					}
					for _, query := range []string{"", "?$top=3", "?$orderby=id&$count=true",
						"?$filter=startswith(displayName,'o')%20or%20startswith(displayName,'s')%20or%20displayName%20eq%20'default'"} {
						_, body, err := ask(g, token, "GET", rig.ProfilesAt+query, "")
						assert.NoError(t, err)
						var l listed
						assert.NoError(t, json.Unmarshal(body, &l))
						assert.NotEmpty(t, l.Value)
						for _, p := range l.Value {
							assert.Equal(t, world, p.DisplayName, "a profile of another world")
						}
					}
					if i%4 == client {
						status, _, _ := ask(g, token, "DELETE", rig.At(p.ID), "")
						assert.Equal(t, 202, status)
						mu.Lock()
						deleted[world]++
						mu.Unlock()
					}
				}
			})
		}
		// The control API looks on.
		group.Go(func() {
			for range rounds {
				r, err := g.HTTP.Get(g.Root + "/_graphemu/worlds")
				if assert.NoError(t, err) {
					r.Body.Close()
				}
			}
		})
	}
	group.Wait()
	require.Len(t, owner, len(tokens)*clients*rounds)
	for world, token := range tokens {
		require.NoError(t, g.World(world).Clock().Advance(time.Minute))
		left := g.World(world).Profiles()
		assert.Len(t, left, clients*rounds-deleted[world])
		for _, p := range left {
			assert.Equal(t, world, owner[p.ID])
		}
		// And another world's profile is nobody's.
		for id, other := range owner {
			if other != world {
				status, _, err := ask(g, token, "GET", rig.At(id), "")
				assert.NoError(t, err)
				assert.Equal(t, 404, status)
				break
			}
		}
	}
}

// wallClock is a wall clock in a test's hands.
type wallClock struct{ at atomic.Pointer[time.Time] }

func newWallClock() *wallClock {
	w := &wallClock{}
	now := time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)
	w.at.Store(&now)
	return w
}

func (w *wallClock) now() time.Time { return *w.at.Load() }

func (w *wallClock) elapse(d time.Duration) {
	next := w.now().Add(d)
	w.at.Store(&next)
}

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

// A reset while requests run: each request sees one whole world, the old one or
// the new one.
func TestResetsWhileRequestsRun(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{Clock: "frozen", Fixture: "contoso"})
	seeded := len(g.World().Profiles())
	require.NotZero(t, seeded)
	var group sync.WaitGroup
	stop := make(chan struct{})
	group.Go(func() {
		defer close(stop)
		for i := range 60 {
			if i%2 == 0 {
				g.World().Reset()
				continue
			}
			r, err := g.HTTP.Post(g.Root+"/_graphemu/worlds/default/reset", "", nil)
			if assert.NoError(t, err) {
				assert.Equal(t, 200, r.StatusCode)
				r.Body.Close()
			}
		}
	})
	for range 6 {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_, body, err := ask(g, "x", "POST", "/$batch", rig.BatchText(
					map[string]any{"id": "1", "method": "POST", "url": rig.ProfilesAt, "headers": map[string]string{"Content-Type": "application/json"},
						"body": json.RawMessage(rig.CreateRequest)},
					map[string]any{"id": "2", "method": "GET", "url": rig.ProfilesAt + "?$count=true&$top=999"}))
				assert.NoError(t, err)
				var a struct {
					Responses []struct {
						Status int
						Body   json.RawMessage
					}
				}
				if !assert.NoError(t, json.Unmarshal(body, &a)) || !assert.Len(t, a.Responses, 2) {
					return
				}
				var created struct{ ID string }
				var l listed
				assert.NoError(t, json.Unmarshal(a.Responses[0].Body, &created))
				assert.NoError(t, json.Unmarshal(a.Responses[1].Body, &l))
				assert.Equal(t, 202, a.Responses[0].Status)
				assert.GreaterOrEqual(t, len(l.Value), seeded+1)
				assert.True(t, slices.ContainsFunc(l.Value, func(p struct{ ID, DisplayName, State string }) bool { return p.ID == created.ID }),
					"a batch stays in the world in which it began")
			}
		})
	}
	group.Wait()
	g.World().Reset()
	assert.Len(t, g.World().Profiles(), seeded)
}

// The same seed and the same requests give the same answers, byte by byte;
// another seed gives other ids.
func TestSameSeedSameBytes(t *testing.T) {
	run := func(o emulator.Options) (all []string) {
		o.Clock = "frozen@" + rig.Dawn
		g := rig.NewTarget(t, o)
		for _, world := range []string{"default", "a"} {
			token := "world-" + world
			say := func(method, path, body string) string {
				r, err := http.NewRequest(method, "https://localhost/beta"+path, strings.NewReader(body))
				require.NoError(t, err)
				r.Header.Set("Authorization", "Bearer "+token)
				r.Header.Set("Content-Type", "application/json")
				a, err := rig.Receive(g.HTTP, r)
				require.NoError(t, err)
				all = append(all, fmt.Sprint(a.Status, a.Header, a.Body))
				return a.Body
			}
			var p struct{ ID string }
			require.NoError(t, json.Unmarshal([]byte(say("POST", rig.ProfilesAt, rig.CreateRequest)), &p))
			say("POST", rig.ProfilesAt, "{}")
			say("POST", rig.ProfilesAt, named("B"))
			require.NoError(t, g.World(world).Clock().Advance(3*time.Second))
			say("POST", rig.At(p.ID)+"/start", "")
			say("GET", rig.At(p.ID)+"/profileStatus", "")
			say("GET", rig.ProfilesAt+"?$top=1&$orderby=displayName%20desc", "")
			say("GET", rig.ProfilesAt+"?$top=1", "")
			say("GET", "/nope", "")
			say("POST", "/$batch",
				rig.BatchText(map[string]any{"id": "1", "method": "GET", "url": rig.ProfilesAt},
					map[string]any{"id": "2", "method": "GET", "url": "/nope"}))
			say("DELETE", rig.At(p.ID), "")
			first := len(all)
			g.World(world).Reset()
			say("POST", rig.ProfilesAt, rig.CreateRequest)
			if world == "default" {
				again := strings.Replace(all[first], "X-Graphemu-Explain:[13]", "X-Graphemu-Explain:[1]", 1)
				assert.Equal(t, all[0], again, "a reset begins anew, but for the number of the journal's entry, which is of one request alone")
			}
		}
		return all
	}
	first := run(emulator.Options{})
	assert.Equal(t, first, run(emulator.Options{}))
	assert.Equal(t, first, run(emulator.Options{Seed: 1}), "the default seed is 1")
	other := run(emulator.Options{Seed: 2})
	assert.Len(t, other, len(first))
	for i := range other {
		assert.NotEqual(t, first[i], other[i])
	}
}

// TestPagingOverHTTP reads lists page by page while profiles come and go, with
// every option that a list takes: what was there throughout and matches is seen
// exactly once.
func TestPagingOverHTTP(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{Clock: "frozen@" + rig.Dawn})
	rapid.Check(t, func(t *rapid.T) {
		g.World().Reset()
		ask := func(method, path, body string) []byte {
			status, answer, err := ask(g, "x", method, path, body)
			require.NoError(t, err)
			require.Less(t, status, 300, "%s %s: %s", method, path, answer)
			return answer
		}
		type profile struct{ id, name string }
		var there []profile
		add := func() {
			name := rapid.SampledFrom([]string{"a", "b", "B", "c", "it's", "é", "a&b=c"}).Draw(t, "name")
			var p struct{ ID string }
			require.NoError(t, json.Unmarshal(ask("POST", rig.ProfilesAt, named(name)), &p))
			there = append(there, profile{p.ID, name})
		}
		remove := func() string {
			i := rapid.IntRange(0, len(there)-1).Draw(t, "remove")
			id := there[i].id
			there = slices.Delete(there, i, i+1)
			ask("DELETE", rig.At(id), "")
			require.NoError(t, g.World().Clock().Advance(time.Second))
			return id
		}
		for range rapid.IntRange(0, 12).Draw(t, "profiles") {
			add()
		}
		matches := func(profile) bool { return true }
		var options []string
		if rapid.Bool().Draw(t, "filtered") {
			options = append(options, "$filter=displayName ne 'it''s' and displayName ne 'a&b=c'")
			matches = func(p profile) bool { return p.name != "it's" && p.name != "a&b=c" }
		}
		order := rapid.SampledFrom(
			[]string{"", "displayName", "displayName desc", "id desc", "profileStatus/errorCount,displayName desc,id", "expirationDate",
				"length(displayName) desc"}).Draw(t, "order")
		if order != "" {
			options = append(options, "$orderby="+order)
		}
		counted := rapid.Bool().Draw(t, "counted")
		if counted {
			options = append(options, "$count=true")
		}
		if rapid.Bool().Draw(t, "selected") {
			options = append(options, "$select=id,displayName")
		}
		options = append(options, fmt.Sprint("$top=", rapid.IntRange(1, 5).Draw(t, "top")))

		// What a single page shows is what the pages together have to show.
		whole := func() (ids []string) {
			var all listed
			others := slices.DeleteFunc(slices.Clone(options), func(o string) bool { return strings.HasPrefix(o, "$top") })
			require.NoError(t, json.Unmarshal(ask("GET", rig.ProfilesAt+"?"+encodedParts(append(others, "$top=999")), ""), &all))
			for _, p := range all.Value {
				ids = append(ids, p.ID)
			}
			return ids
		}
		want := whole()
		count := 0
		for _, p := range there {
			if matches(p) {
				count++
				require.Contains(t, want, p.id)
			}
		}
		require.Len(t, want, count)
		if skip := rapid.IntRange(-5, 6).Draw(t, "skip"); skip > 0 {
			options = append(options, fmt.Sprint("$skip=", skip))
			want = want[min(skip, len(want)):]
		}

		var seen []string
		path := rig.ProfilesAt + "?" + encodedParts(options)
		for pages := 0; path != ""; pages++ {
			require.Less(t, pages, 100, "no end")
			var l listed
			require.NoError(t, json.Unmarshal(ask("GET", path, ""), &l))
			require.Equal(t, counted, l.Count != nil)
			if l.Next != "" {
				require.NotEmpty(t, l.Value)
				require.True(t, strings.HasPrefix(l.Next, g.URL+rig.ProfilesAt+"?"), l.Next)
			}
			for _, p := range l.Value {
				seen = append(seen, p.ID)
			}
			if path = strings.TrimPrefix(l.Next, g.URL); path == "" {
				break
			}
			for range rapid.IntRange(0, 2).Draw(t, "creates") {
				if pages < 10 {
					add()
				}
			}
			if len(there) > 0 && rapid.Bool().Draw(t, "deletes") {
				gone := remove()
				want = slices.DeleteFunc(want, func(id string) bool { return id == gone })
			}
		}
		require.Len(t, seen, len(slices.Compact(slices.Sorted(slices.Values(seen)))), "nothing is seen twice")
		kept := slices.DeleteFunc(slices.Clone(seen), func(id string) bool { return !slices.Contains(want, id) })
		require.True(t, slices.Equal(want, kept), "want %v, saw %v", want, seen)
	})
}

// encodedParts is encoded for options whose values hold an ampersand.
func encodedParts(options []string) string {
	out := make([]string, len(options))
	for i, o := range options {
		name, value, _ := strings.Cut(o, "=")
		out[i] = name + "=" + strings.ReplaceAll(rig.Encoded("x="+strings.ReplaceAll(value, "&", "\x00")), "%00", "%26")[len("x="):]
	}
	return strings.Join(out, "&")
}

// Looking at a world that is not there makes none, whatever is looked at.
func TestReadsMakeNoWorld(t *testing.T) {
	g := rig.New(t, emulator.Options{})
	for _, path := range []string{"report", "journal", "journal?format=har", "journal?follow=true", "journal/1", "verify", "clock", "due",
		"state", "scenario",
		"faults", "permissions", "profiles/x/verification", "graph/v1.0/users"} {
		a := g.Control(t, "GET", "worlds/nroth/"+path, "")
		assert.Equal(t, 404, a.Status, path)
		assert.Contains(t, a.Text("detail"), "There is no world nroth; there are default", path)
	}
	for _, path := range []string{"journal", "verify", "faults", "scenario"} {
		assert.Equal(t, 204, g.Control(t, "DELETE", "worlds/nroth/"+path, "").Status, path)
	}
	assert.NotContains(t, g.Control(t, "GET", "worlds", "").Body, "nroth")
	assert.Equal(t, 200, g.Control(t, "GET", "worlds/default/clock", "").Status, "it always is there")

	// What clients did in a world that was dropped is still told.
	g.Control(t, "POST", "worlds/gone/token", "{}")
	g.As("world-gone").Get(t, "/users")
	g.Control(t, "DELETE", "worlds/gone", "")
	assert.Equal(t, 200, g.Control(t, "GET", "worlds/gone/verify", "").Status)
	assert.Equal(t, 404, g.Control(t, "GET", "worlds/gone/journal", "").Status)
	assert.Equal(t, 204, g.Control(t, "DELETE", "worlds/gone/verify", "").Status)
	assert.Equal(t, 404, g.Control(t, "GET", "worlds/gone/verify", "").Status)
	assert.NotContains(t, g.Control(t, "GET", "worlds", "").Body, "gone")
}
