package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// bulky is the body of a profile of about n bytes, up to 2 MB.
func bulky(t *testing.T, name string, n int) string {
	t.Helper()
	const item = 1000 // bytes, in 253 characters
	var lists [2][]string
	for i := range max(n/item, 2) {
		lists[i%2] = append(lists[i%2], fmt.Sprintf("%04d%s", i, strings.Repeat("\U0001D11E", 249)))
	}
	return edit(t, oneRosterBody(name), "dataProvider.schoolsIds", lists[0], "dataProvider.termIds", lists[1])
}

// A page ends where it has enough bytes, whatever its order and options, and the
// pages together are the whole list.
func TestPagesEndAtTheirBytes(t *testing.T) {
	g := newRig(t, emulator.Options{})
	for i := range 6 {
		g.create(t, bulky(t, fmt.Sprint("p", i), 1_900_000))
	}
	names := []string{"p0", "p1", "p2", "p3", "p4", "p5"}
	for _, options := range []string{"", "?$top=999", "?$filter=startswith(displayName,'p')", "?$orderby=displayName",
		"?$orderby=displayName desc",
		"?$expand=errors", "?$select=displayName,dataProvider", "?$count=true"} {
		t.Run(options, func(t *testing.T) {
			want := names
			if strings.HasSuffix(options, "desc") {
				want = []string{"p5", "p4", "p3", "p2", "p1", "p0"}
			}
			pages := g.walk(t, profilesAt+strings.ReplaceAll(options, " ", "%20"))
			assert.Equal(t, []int{4, 2}, sizes(pages))
			assert.Equal(t, want, allOf(pages))
		})
	}
	assert.Equal(t, []int{6}, sizes(g.walk(t, profilesAt+"?$select=displayName")), "what counts is what is sent")
}

// Beyond its bytes a batch does nothing more, and says which flag raises the limit.
func TestABatchEndsAtItsBytes(t *testing.T) {
	g := newRig(t, emulator.Options{Limits: emulator.Limits{Batch: 1 << 20}})
	g.create(t, bulky(t, "big", 600_000))
	r := g.batch(t, part("1", "GET", profilesAt), part("2", "GET", profilesAt), write("3", "POST", profilesAt, csvBody("never")))
	assert.Equal(t, int64(200), r["1"].Get("status").Int())
	assert.Equal(t, int64(200), r["2"].Get("status").Int())
	assert.Equal(t, int64(507), r["3"].Get("status").Int())
	assert.Contains(t, r["3"].Get("body.error.details.0.message").String(), "--max-batch")
	assert.Equal(t, []string{"big"}, g.found(t, profilesAt).names(), "a part that is refused was not carried out")
}

// Where all worlds together keep as much as they may, each kind of write is refused
// in its surface's own form; what reads still works, and room that was made counts.
func TestMemoryOfAllWorlds(t *testing.T) {
	g := newRig(t, emulator.Options{Limits: emulator.Limits{Memory: 7 << 19}})
	other := g.as("world-other")
	id := g.create(t, bulky(t, "a", 1<<20))
	csv := other.create(t, csvBody("files"))
	require.NoError(t, other.World("other").Clock().Advance(time.Hour))
	other.create(t, bulky(t, "b", 1<<20))
	to := other.found(t, at(csv)+"/uploadUrl").text("value")
	require.Equal(t, 201, other.put(t, to, "School.csv", strings.Repeat("x", 1<<20)).status)

	a := g.post(t, profilesAt, bulky(t, "c", 1<<20))
	wantError(t, a, 507, "quotaLimitReached", "The service is out of storage.")
	assert.Contains(t, a.text("error.details.0.message"), "--max-memory")
	wantError(t, g.send(t, "PATCH", at(id), `{"dataProvider":`+gjson.Get(bulky(t, "a", 2_000_000), "dataProvider").Raw+`}`), 507,
		"quotaLimitReached",
		"The service is out of storage.")
	up := other.put(t, to, "Section.csv", strings.Repeat("x", 1<<20))
	assert.Equal(t, 507, up.status)
	assert.Contains(t, up.body, "<Code>InsufficientStorage</Code>")
	assert.Contains(t, up.body, "--max-memory")
	assert.Equal(t, []string{"a"}, g.found(t, profilesAt).names(), "what was refused changed nothing")
	assert.Len(t, other.found(t, profilesAt).names(), 2)

	other.control(t, "POST", "worlds/other/reset", "")
	g.create(t, bulky(t, "c", 1<<20))
}

// A dropped world gives its memory back, and one that is replaced by a snapshot,
// too: neither counts twice.
func TestMemoryIsGivenBack(t *testing.T) {
	g := newRig(t, emulator.Options{Limits: emulator.Limits{Memory: 3 << 20}})
	for range 5 {
		g.as("world-a").create(t, bulky(t, "a", 1_900_000))
		g.control(t, "DELETE", "worlds/a", "")
	}
	for range 5 {
		g.create(t, bulky(t, "a", 1_900_000))
		g.control(t, "POST", "worlds/default/reset", "")
	}
	id := g.create(t, bulky(t, "a", 1_900_000))
	snapshot, err := g.World().Snapshot()
	require.NoError(t, err)
	for range 5 {
		require.NoError(t, g.World().Restore(snapshot))
	}
	require.Equal(t, 202, g.send(t, "DELETE", at(id), "").status)
	g.advance(t, time.Hour)
	assert.Empty(t, g.found(t, profilesAt).names(), "what is due has happened")
	g.as("world-b").create(t, bulky(t, "b", 1_900_000))
	assert.ErrorContains(t, g.World().Restore(snapshot), "as much as they may together", "both do not fit at once")
	assert.Empty(t, g.found(t, profilesAt).names(), "a restore that is refused changes nothing")
}

// A full server's journals lose their oldest, and no more than they must.
func TestJournalsOfAFullServer(t *testing.T) {
	g := newRig(t, emulator.Options{Limits: emulator.Limits{Memory: 1 << 20}})
	g.create(t, bulky(t, "a", 1<<20-20_000))
	for range 200 { // the journal fills what is left, and more
		g.found(t, profilesAt+"?$select=id")
	}
	assert.Positive(t, g.World().Journal().Lost(), "a full server's journals lose their oldest")
	assert.NotEmpty(t, g.World().Journal().Entries(journal.Filter{}))
}

// What a world was before a reset, and a world that was dropped, leave memory,
// though the client's token still leads there.
func TestDroppedAndResetWorldsLeaveMemory(t *testing.T) {
	g := newRig(t, emulator.Options{})
	a := g.as("world-a")
	a.create(t, csvBody("a"))
	before := weak.Make(g.World("a").Journal().Journal.(*record.Journal))
	g.control(t, "POST", "worlds/a/reset", "")
	a.found(t, profilesAt)
	runtime.GC()
	assert.Nil(t, before.Value(), "the journal before the reset")

	world, journal := weak.Make(g.World("a").World), weak.Make(g.World("a").Journal().Journal.(*record.Journal))
	require.Equal(t, 204, g.control(t, "DELETE", "worlds/a", "").status)
	g.found(t, profilesAt) // the connection has forgotten the requests before
	runtime.GC()
	assert.Nil(t, world.Value(), "the world")
	assert.Nil(t, journal.Value(), "its journal")
}

// A client that has gone ends the scan and the batch that it asked for.
func TestWhatTheClientLeftEnds(t *testing.T) {
	g := newRig(t, emulator.Options{})
	for i := range 600 {
		g.create(t, csvBody(fmt.Sprint("p", i)))
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	ask := func(method, path, body string) {
		r, err := http.NewRequestWithContext(ctx, method, g.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", "application/json")
		g.Handler().ServeHTTP(discarding{}, r)
	}
	ask("GET", profilesAt+"?$filter=displayName%20eq%20'x'", "")
	ask("GET", profilesAt+"/$count?$filter=displayName%20eq%20'x'", "")
	g.create(t, bulky(t, "big", 1_900_000))
	ask("POST", "/$batch", batchOf(t, part("1", "GET", profilesAt+"?$skip=600"), write("2", "POST", profilesAt, csvBody("never"))))
	statuses := map[string]int{}
	for _, e := range g.World().Journal().Entries(journal.Filter{Status: "499"}) {
		statuses[e.Operation]++
	}
	assert.Equal(t, map[string]int{"profiles.list": 1, "profiles.count": 1, "batch": 1}, statuses)
	assert.NotContains(t, g.found(t, profilesAt+"?$top=999").names(), "never")
}

// discarding is a response that nobody reads.
type discarding struct{ http.ResponseWriter }

func (discarding) Header() http.Header         { return http.Header{} }
func (discarding) WriteHeader(int)             {}
func (discarding) Write(b []byte) (int, error) { return io.Discard.Write(b) }
