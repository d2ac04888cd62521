package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// ways are the ways into an emulator, each with the protocol that it speaks.
var ways = []struct {
	name     string
	options  emulator.Options
	protocol string
}{
	{"in process", emulator.Options{}, "HTTP/1.1"},
	{"tcp", emulator.Options{HTTP: "127.0.0.1:0"}, "HTTP/1.1"},
	{"tls", emulator.Options{HTTPS: "127.0.0.1:0"}, "HTTP/2.0"},
}

// TestContract runs what clients do from beginning to end, on every way in: one
// flow must give the same on all of them.
func TestContract(t *testing.T) {
	flows := []struct {
		name  string
		start func(*testing.T, ...emulator.Options) *rig
		run   func(*testing.T, *rig)
	}{
		{"csv life", newRig, csvLife}, {"powerschool life", newRig, apiLife(powerSchoolBody)}, {"oneroster life", newRig, apiLife(oneRosterBody)},
		{"paging", newRig, paging}, {"batch", newRig, batchFlow}, {"sync errors", planted, syncErrors}, {"tenants at once", newRig, tenantsAtOnce},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			for _, flow := range flows {
				t.Run(flow.name, func(t *testing.T) {
					t.Parallel()
					g := flow.start(t, way.options)
					g.client.Transport = spoken{t, way.protocol, g.Client().Transport} // with gzip, as clients come
					flow.run(t, g)
				})
			}
		})
	}
}

// spoken wants every answer in one protocol.
type spoken struct {
	t        *testing.T
	protocol string
	next     http.RoundTripper
}

func (s spoken) RoundTrip(r *http.Request) (*http.Response, error) {
	w, err := s.next.RoundTrip(r)
	if err == nil {
		assert.Equal(s.t, s.protocol, w.Proto)
	}
	return w, err
}

// csvLife: a CSV profile, whose files cannot be uploaded yet, and every call on it.
func csvLife(t *testing.T, g *rig) {
	created := g.post(t, profilesAt, foundingRequest)
	require.Equal(t, 202, created.status, created.body)
	id := created.text("id")
	want := strings.Replace(compact(t, foundingResponse), mintedID, id, 1)
	assert.Equal(t, `{"@odata.context":"`+g.URL+`/$metadata#education/synchronizationProfiles/$entity",`+want[1:], created.body)

	assert.Equal(t, "provisioning", g.found(t, at(id)).text("state"))
	g.denied(t, id, "start")
	g.denied(t, id, "pause")
	g.advance(t, 2*time.Second)
	assert.Equal(t, "provisioned", g.found(t, at(id)).text("state"))

	started := g.post(t, at(id)+"/start", "")
	assert.Equal(t, 400, started.status)
	assert.Equal(t, []string{"school.csv", "student.csv", "teacher.csv"}, started.texts("value.#.fileName"))
	assert.Equal(t, "paused", g.status(t, id))

	g.act(t, id, "pause")
	assert.Equal(t, "paused", g.status(t, id))
	g.act(t, id, "resume")
	g.act(t, id, "reset")
	assert.Equal(t, "0", g.found(t, at(id)+"/errors/$count").body)

	patched := g.send(t, "PATCH", at(id), `{"displayName": "Renamed"}`)
	assert.Equal(t, 202, patched.status)
	assert.Equal(t, []string{"Renamed"}, g.found(t, profilesAt).names())

	wantEmpty(t, g.send(t, "DELETE", at(id), ""), 202)
	assert.Equal(t, "deleting", g.found(t, at(id)).text("state"))
	g.denied(t, id, "pause")
	g.advance(t, time.Second)
	wantError(t, g.get(t, at(id)), 404, "NotFound", "Failed to find profile '"+id+"'")
	assert.Empty(t, g.found(t, profilesAt).names())
}

// apiLife: a profile that is read over an API, from its creation to its first
// successful sync, each status seen in order by a client that polls.
func apiLife(body func(string) string) func(*testing.T, *rig) {
	return func(t *testing.T, g *rig) {
		id := g.create(t, body("North"))
		var states, known, plain []string
		saw := func(list *[]string, s string) {
			if n := len(*list); n == 0 || (*list)[n-1] != s {
				*list = append(*list, s)
			}
		}
		for range 16 {
			saw(&states, g.found(t, at(id)).text("state"))
			asked := g.found(t, at(id)+"/profileStatus", "Prefer: include-unknown-enum-members")
			assert.Equal(t, "include-unknown-enum-members", asked.header.Get("Preference-Applied"))
			saw(&known, asked.text("status"))
			saw(&plain, g.found(t, at(id)+"/profileStatus").text("status"))
			g.advance(t, 500*time.Millisecond)
		}
		assert.Equal(t, []string{"provisioning", "provisioned"}, states)
		assert.Equal(t, []string{"paused", "extracting", "validating", "inProgress", "success"}, known)
		assert.Equal(t, []string{"paused", "unknownFutureValue", "inProgress", "success"}, plain)
		assert.Equal(t, "2026-01-05T06:00:06Z", g.found(t, at(id)+"/profileStatus").text("lastSynchronizationDateTime"))

		g.act(t, id, "reset")
		g.lives(t, id, "1s", "validating")
		g.act(t, id, "pause")
		g.lives(t, id, "1h", "paused")
		g.act(t, id, "resume")
		g.lives(t, id, "0s", "validating", "1s", "inProgress", "2s", "success")
		wantEmpty(t, g.send(t, "DELETE", at(id), ""), 202)
		g.advance(t, time.Second)
		assert.Equal(t, 404, g.get(t, at(id)+"/profileStatus").status)
	}
}

// paging: a list in pages, while profiles come and go.
func paging(t *testing.T, g *rig) {
	ids := g.named(t, numbered(25)...)
	pages := g.walk(t, profilesAt+"?$top=10&$select=id,displayName&$count=true")
	assert.Equal(t, []int{10, 10, 5}, sizes(pages))
	assert.Equal(t, numbered(25), allOf(pages))
	for _, p := range pages {
		assert.Equal(t, "25", p.json("@odata.count").Raw)
		assert.Equal(t, ids[0:1], pages[0].texts("value.#.id")[0:1])
	}
	first := g.found(t, profilesAt+query("$top", "10", "$orderby", "displayName desc", "$filter", "startswith(displayName,'p')"))
	g.send(t, "DELETE", at(ids[20]), "")
	g.send(t, "DELETE", at(ids[3]), "")
	g.advance(t, time.Second)
	g.named(t, "p999", "p0005")
	rest := allOf(g.walk(t, first.text("@odata.nextLink")))
	want := append(numbered(3), "p0005")
	want = append(want, numbered(15)[4:]...)
	assert.ElementsMatch(t, want, rest)
}

// batchFlow: one batch that creates, reads, fails and depends.
func batchFlow(t *testing.T, g *rig) {
	r := g.batch(t, write("a", "POST", profilesAt, csvBody("North")), part("c", "GET", at(mintedID)),
		part("b", "GET", profilesAt, "dependsOn", []string{"a"}),
		part("d", "GET", profilesAt, "dependsOn", []string{"b", "c"}), part("e", "GET", profilesAt+"/$count", "dependsOn", []string{"a"}))
	for id, want := range map[string]string{"a": "202", "b": "200", "c": "404", "d": "424", "e": "200"} {
		assert.Equal(t, want, r[id].Get("status").Raw, id)
	}
	assert.Equal(t, r["a"].Get("body.id").String(), r["b"].Get("body.value.0.id").String())
	id := r["a"].Get("body.id").String()
	g.advance(t, 2*time.Second)
	r = g.batch(t, write("1", "PATCH", at(id), `{"displayName": "South"}`), part("2", "GET", at(id), "dependsOn", []string{"1"}), part("3", "DELETE", at(id), "dependsOn", []string{"2"}), part("4", "GET", at(id), "dependsOn", []string{"3"}))
	assert.Equal(t, "South", r["2"].Get("body.displayName").String())
	assert.Equal(t, "deleting", r["4"].Get("body.state").String())
}

// syncErrors: a failed sync whose errors are read in pages, and a reset.
func syncErrors(t *testing.T, g *rig) {
	assert.Equal(t, "error", g.status(t, failed))
	pages := g.walk(t, at(failed)+"/errors?$top=2")
	assert.Equal(t, []int{2, 2, 1}, sizes(pages))
	for _, p := range pages {
		for _, id := range p.texts("value.#.id") {
			assert.Equal(t, id, g.found(t, at(failed)+"/errors/"+id).text("id"))
		}
	}
	assert.Equal(t, "5", g.found(t, at(failed)+"/errors/$count").body)
	g.act(t, failed, "reset")
	assert.Equal(t, "0", g.found(t, at(failed)+"/errors/$count").body)
	g.lives(t, failed, "0s", "extracting", "4s", "success")
}

// tenantsAtOnce: clients of several tenants at the same time.
func tenantsAtOnce(t *testing.T, g *rig) {
	const tenants, each = 4, 10
	var all sync.WaitGroup
	for n := range tenants {
		all.Go(func() {
			mine := g.as(fmt.Sprint("world-t", n))
			for i := range each {
				a := mine.post(t, profilesAt, csvBody(fmt.Sprintf("t%d-%d", n, i)))
				if !assert.Equal(t, 202, a.status, a.body) {
					return
				}
				assert.Equal(t, 200, mine.get(t, at(a.text("id"))).status)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for n := range tenants {
		a := g.as(fmt.Sprint("world-t", n)).found(t, profilesAt)
		assert.Len(t, a.names(), each)
		assert.False(t, slices.ContainsFunc(a.names(), func(name string) bool { return !strings.HasPrefix(name, fmt.Sprintf("t%d-", n)) }))
		for _, id := range a.texts("value.#.id") {
			assert.False(t, seen[id], "an id in two worlds")
			seen[id] = true
		}
	}
	assert.Empty(t, g.found(t, profilesAt).names())
}
