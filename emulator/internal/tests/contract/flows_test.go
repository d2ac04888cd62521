// Package contract proves what clients rely on: whole flows, rosters and uploads, sign-in and tokens, paths and hosts.
package contract

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
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
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
		start func(*testing.T, ...emulator.Options) *rig.Rig
		run   func(*testing.T, *rig.Rig)
	}{
		{"csv life", rig.New, csvLife}, {"powerschool life", rig.New, apiLife(rig.PowerSchoolBody)},
		{"oneroster life", rig.New, apiLife(rig.OneRosterBody)},
		{"paging", rig.New, paging}, {"batch", rig.New, batchFlow}, {"sync errors", rig.InEveryState, syncErrors},
		{"tenants at once", rig.New, tenantsAtOnce},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			for _, flow := range flows {
				t.Run(flow.name, func(t *testing.T) {
					t.Parallel()
					g := flow.start(t, way.options)
					g.HTTP.Transport = spoken{t, way.protocol, g.Client().Transport} // with gzip, as clients come
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
func csvLife(t *testing.T, g *rig.Rig) {
	created := g.Post(t, rig.ProfilesAt, rig.CreateRequest)
	require.Equal(t, 202, created.Status, created.Body)
	id := created.Text("id")
	want := strings.Replace(rig.Compact(t, rig.CreateResponse), rig.UnknownID, id, 1)
	assert.Equal(t, `{"@odata.context":"`+g.URL+`/$metadata#education/synchronizationProfiles/$entity",`+want[1:], created.Body)

	assert.Equal(t, "provisioning", g.Found(t, rig.At(id)).Text("state"))
	g.Denied(t, id, "start")
	g.Denied(t, id, "pause")
	g.Advance(t, 2*time.Second)
	assert.Equal(t, "provisioned", g.Found(t, rig.At(id)).Text("state"))

	started := g.Post(t, rig.At(id)+"/start", "")
	assert.Equal(t, 400, started.Status)
	assert.Equal(t, []string{"school.csv", "student.csv", "teacher.csv"}, started.Texts("value.#.fileName"))
	assert.Equal(t, "paused", g.Status(t, id))

	g.Act(t, id, "pause")
	assert.Equal(t, "paused", g.Status(t, id))
	g.Act(t, id, "resume")
	g.Act(t, id, "reset")
	assert.Equal(t, "0", g.Found(t, rig.At(id)+"/errors/$count").Body)

	patched := g.Send(t, "PATCH", rig.At(id), `{"displayName": "Renamed"}`)
	assert.Equal(t, 202, patched.Status)
	assert.Equal(t, []string{"Renamed"}, g.Found(t, rig.ProfilesAt).Names())

	rig.WantEmpty(t, g.Send(t, "DELETE", rig.At(id), ""), 202)
	assert.Equal(t, "deleting", g.Found(t, rig.At(id)).Text("state"))
	g.Denied(t, id, "pause")
	g.Advance(t, time.Second)
	rig.WantError(t, g.Get(t, rig.At(id)), 404, "NotFound", "Failed to find profile '"+id+"'")
	assert.Empty(t, g.Found(t, rig.ProfilesAt).Names())
}

// apiLife: a profile that is read over an API, from its creation to its first
// successful sync, each status seen in order by a client that polls.
func apiLife(body func(string) string) func(*testing.T, *rig.Rig) {
	return func(t *testing.T, g *rig.Rig) {
		id := g.Create(t, body("North"))
		var states, known, plain []string
		saw := func(list *[]string, s string) {
			if n := len(*list); n == 0 || (*list)[n-1] != s {
				*list = append(*list, s)
			}
		}
		for range 16 {
			saw(&states, g.Found(t, rig.At(id)).Text("state"))
			asked := g.Found(t, rig.At(id)+"/profileStatus", "Prefer: include-unknown-enum-members")
			assert.Equal(t, "include-unknown-enum-members", asked.Header.Get("Preference-Applied"))
			saw(&known, asked.Text("status"))
			saw(&plain, g.Found(t, rig.At(id)+"/profileStatus").Text("status"))
			g.Advance(t, 500*time.Millisecond)
		}
		assert.Equal(t, []string{"provisioning", "provisioned"}, states)
		assert.Equal(t, []string{"paused", "extracting", "validating", "inProgress", "success"}, known)
		assert.Equal(t, []string{"paused", "unknownFutureValue", "inProgress", "success"}, plain)
		assert.Equal(t, "2026-01-05T06:00:06Z", g.Found(t, rig.At(id)+"/profileStatus").Text("lastSynchronizationDateTime"))

		g.Act(t, id, "reset")
		g.Lives(t, id, "1s", "validating")
		g.Act(t, id, "pause")
		g.Lives(t, id, "1h", "paused")
		g.Act(t, id, "resume")
		g.Lives(t, id, "0s", "validating", "1s", "inProgress", "2s", "success")
		rig.WantEmpty(t, g.Send(t, "DELETE", rig.At(id), ""), 202)
		g.Advance(t, time.Second)
		assert.Equal(t, 404, g.Get(t, rig.At(id)+"/profileStatus").Status)
	}
}

// paging: a list in pages, while profiles come and go.
func paging(t *testing.T, g *rig.Rig) {
	ids := g.Named(t, rig.Numbered(25)...)
	pages := g.Walk(t, rig.ProfilesAt+"?$top=10&$select=id,displayName&$count=true")
	assert.Equal(t, []int{10, 10, 5}, rig.Sizes(pages))
	assert.Equal(t, rig.Numbered(25), rig.AllOf(pages))
	for _, p := range pages {
		assert.Equal(t, "25", p.JSON("@odata.count").Raw)
		assert.Equal(t, ids[0:1], pages[0].Texts("value.#.id")[0:1])
	}
	first := g.Found(t, rig.ProfilesAt+rig.Query("$top", "10", "$orderby", "displayName desc", "$filter", "startswith(displayName,'p')"))
	g.Send(t, "DELETE", rig.At(ids[20]), "")
	g.Send(t, "DELETE", rig.At(ids[3]), "")
	g.Advance(t, time.Second)
	g.Named(t, "p999", "p0005")
	rest := rig.AllOf(g.Walk(t, first.Text("@odata.nextLink")))
	want := append(rig.Numbered(3), "p0005")
	want = append(want, rig.Numbered(15)[4:]...)
	assert.ElementsMatch(t, want, rest)
}

// batchFlow: one batch that creates, reads, fails and depends.
func batchFlow(t *testing.T, g *rig.Rig) {
	r := g.Batch(t, rig.WritePart("a", "POST", rig.ProfilesAt, rig.CSVBody("North")), rig.Part("c", "GET", rig.At(rig.UnknownID)),
		rig.Part("b", "GET", rig.ProfilesAt, "dependsOn", []string{"a"}),
		rig.Part("d", "GET", rig.ProfilesAt, "dependsOn", []string{"b", "c"}),
		rig.Part("e", "GET", rig.ProfilesAt+"/$count", "dependsOn", []string{"a"}))
	for id, want := range map[string]string{"a": "202", "b": "200", "c": "404", "d": "424", "e": "200"} {
		assert.Equal(t, want, r[id].Get("status").Raw, id)
	}
	assert.Equal(t, r["a"].Get("body.id").String(), r["b"].Get("body.value.0.id").String())
	id := r["a"].Get("body.id").String()
	g.Advance(t, 2*time.Second)
	r = g.Batch(t, rig.WritePart("1", "PATCH", rig.At(id), `{"displayName": "South"}`),
		rig.Part("2", "GET", rig.At(id), "dependsOn", []string{"1"}), rig.Part("3", "DELETE", rig.At(id), "dependsOn", []string{"2"}),
		rig.Part("4", "GET", rig.At(id), "dependsOn", []string{"3"}))
	assert.Equal(t, "South", r["2"].Get("body.displayName").String())
	assert.Equal(t, "deleting", r["4"].Get("body.state").String())
}

// syncErrors: a failed sync whose errors are read in pages, and a reset.
func syncErrors(t *testing.T, g *rig.Rig) {
	assert.Equal(t, "error", g.Status(t, rig.Failed))
	pages := g.Walk(t, rig.At(rig.Failed)+"/errors?$top=2")
	assert.Equal(t, []int{2, 2, 1}, rig.Sizes(pages))
	for _, p := range pages {
		for _, id := range p.Texts("value.#.id") {
			assert.Equal(t, id, g.Found(t, rig.At(rig.Failed)+"/errors/"+id).Text("id"))
		}
	}
	assert.Equal(t, "5", g.Found(t, rig.At(rig.Failed)+"/errors/$count").Body)
	g.Act(t, rig.Failed, "reset")
	assert.Equal(t, "0", g.Found(t, rig.At(rig.Failed)+"/errors/$count").Body)
	g.Lives(t, rig.Failed, "0s", "extracting", "4s", "success")
}

// tenantsAtOnce: clients of several tenants at the same time.
func tenantsAtOnce(t *testing.T, g *rig.Rig) {
	const tenants, each = 4, 10
	var all sync.WaitGroup
	for n := range tenants {
		all.Go(func() {
			mine := g.As(fmt.Sprint("world-t", n))
			for i := range each {
				a := mine.Post(t, rig.ProfilesAt, rig.CSVBody(fmt.Sprintf("t%d-%d", n, i)))
				if !assert.Equal(t, 202, a.Status, a.Body) {
					return
				}
				assert.Equal(t, 200, mine.Get(t, rig.At(a.Text("id"))).Status)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for n := range tenants {
		a := g.As(fmt.Sprint("world-t", n)).Found(t, rig.ProfilesAt)
		assert.Len(t, a.Names(), each)
		assert.False(t, slices.ContainsFunc(a.Names(), func(name string) bool { return !strings.HasPrefix(name, fmt.Sprintf("t%d-", n)) }))
		for _, id := range a.Texts("value.#.id") {
			assert.False(t, seen[id], "an id in two worlds")
			seen[id] = true
		}
	}
	assert.Empty(t, g.Found(t, rig.ProfilesAt).Names())
}
