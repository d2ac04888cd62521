package state

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
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

	// A reset may take another seed, which counts until the next one.
	g := rig.New(t, emulator.Options{Fixture: "contoso", Clock: "frozen@" + rig.Dawn})
	begun := func(body string) string {
		require.Equal(t, 200, g.Control(t, "POST", "worlds/default/reset", body).Status, body)
		return g.Create(t, rig.CreateRequest) + g.Get(t, "/users?$select=id").Body
	}
	usual := begun("")
	seven := begun(`{"seed":7}`)
	assert.NotEqual(t, usual[:36], seven[:36])
	assert.Equal(t, usual[36:], seven[36:], "the objects of a fixture keep their ids")
	assert.Equal(t, usual, begun(`{"seed":0}`))
	assert.Equal(t, seven, begun(`{"seed":7}`))
	assert.Equal(t, usual, begun("{}"))
	require.NoError(t, g.World().ResetWith(emulator.ResetOptions{Seed: 7}))
	assert.Equal(t, seven[:36], g.Create(t, rig.CreateRequest))
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
