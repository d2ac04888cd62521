package hostile

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
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// A page ends where it has enough bytes, whatever its order and options, and the
// pages together are the whole list.
func TestPagesEndAtTheirBytes(t *testing.T) {
	sequential(t)
	g := rig.New(t, emulator.Options{})
	for i := range 6 {
		g.Create(t, rig.BulkyBody(t, fmt.Sprint("p", i), 1_900_000))
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
			pages := g.Walk(t, rig.ProfilesAt+strings.ReplaceAll(options, " ", "%20"))
			assert.Equal(t, []int{4, 2}, rig.Sizes(pages))
			assert.Equal(t, want, rig.AllOf(pages))
		})
	}
	assert.Equal(t, []int{6}, rig.Sizes(g.Walk(t, rig.ProfilesAt+"?$select=displayName")), "what counts is what is sent")
}

// Beyond its bytes a batch does nothing more, and says which flag raises the limit.
func TestABatchEndsAtItsBytes(t *testing.T) {
	g := rig.New(t, emulator.Options{Limits: emulator.Limits{Batch: 1 << 20}})
	g.Create(t, rig.BulkyBody(t, "big", 600_000))
	r := g.Batch(t, rig.Part("1", "GET", rig.ProfilesAt), rig.Part("2", "GET", rig.ProfilesAt),
		rig.WritePart("3", "POST", rig.ProfilesAt, rig.CSVBody("never")))
	assert.Equal(t, int64(200), r["1"].Get("status").Int())
	assert.Equal(t, int64(200), r["2"].Get("status").Int())
	assert.Equal(t, int64(507), r["3"].Get("status").Int())
	assert.Contains(t, r["3"].Get("body.error.details.0.message").String(), "--max-batch")
	assert.Equal(t, []string{"big"}, g.Found(t, rig.ProfilesAt).Names(), "a part that is refused was not carried out")
}

// Where all worlds together keep as much as they may, each kind of write is refused
// in its surface's own form; what reads still works, and room that was made counts.
func TestMemoryOfAllWorlds(t *testing.T) {
	sequential(t)
	g := rig.New(t, emulator.Options{Limits: emulator.Limits{Memory: 7 << 19}})
	other := g.As("world-other")
	id := g.Create(t, rig.BulkyBody(t, "a", 1<<20))
	csv := other.Create(t, rig.CSVBody("files"))
	require.NoError(t, other.World("other").Clock().Advance(time.Hour))
	other.Create(t, rig.BulkyBody(t, "b", 1<<20))
	to := other.Found(t, rig.At(csv)+"/uploadUrl").Text("value")
	require.Equal(t, 201, other.Put(t, to, "School.csv", strings.Repeat("x", 1<<20)).Status)

	a := g.Post(t, rig.ProfilesAt, rig.BulkyBody(t, "c", 1<<20))
	rig.WantError(t, a, 507, "quotaLimitReached", "The service is out of storage.")
	assert.Contains(t, a.Text("error.details.0.message"), "--max-memory")
	rig.WantError(t, g.Send(t, "PATCH", rig.At(id),
		`{"dataProvider":`+gjson.Get(rig.BulkyBody(t, "a", 2_000_000), "dataProvider").Raw+`}`), 507,
		"quotaLimitReached",
		"The service is out of storage.")
	up := other.Put(t, to, "Section.csv", strings.Repeat("x", 1<<20))
	assert.Equal(t, 507, up.Status)
	assert.Contains(t, up.Body, "<Code>InsufficientStorage</Code>")
	assert.Contains(t, up.Body, "--max-memory")
	assert.Equal(t, []string{"a"}, g.Found(t, rig.ProfilesAt).Names(), "what was refused changed nothing")
	assert.Len(t, other.Found(t, rig.ProfilesAt).Names(), 2)

	other.Control(t, "POST", "worlds/other/reset", "")
	g.Create(t, rig.BulkyBody(t, "c", 1<<20))
}

// A dropped world gives its memory back, and one that is replaced by a snapshot,
// too: neither counts twice.
func TestMemoryIsGivenBack(t *testing.T) {
	sequential(t)
	g := rig.New(t, emulator.Options{Limits: emulator.Limits{Memory: 3 << 20}})
	for range 5 {
		g.As("world-a").Create(t, rig.BulkyBody(t, "a", 1_900_000))
		g.Control(t, "DELETE", "worlds/a", "")
	}
	for range 5 {
		g.Create(t, rig.BulkyBody(t, "a", 1_900_000))
		g.Control(t, "POST", "worlds/default/reset", "")
	}
	id := g.Create(t, rig.BulkyBody(t, "a", 1_900_000))
	snapshot, err := g.World().Snapshot()
	require.NoError(t, err)
	for range 5 {
		require.NoError(t, g.World().Restore(snapshot))
	}
	require.Equal(t, 202, g.Send(t, "DELETE", rig.At(id), "").Status)
	g.Advance(t, time.Hour)
	assert.Empty(t, g.Found(t, rig.ProfilesAt).Names(), "what is due has happened")
	g.As("world-b").Create(t, rig.BulkyBody(t, "b", 1_900_000))
	assert.ErrorContains(t, g.World().Restore(snapshot), "as much as they may together", "both do not fit at once")
	assert.Empty(t, g.Found(t, rig.ProfilesAt).Names(), "a restore that is refused changes nothing")
}

// A full server's journals lose their oldest, and no more than they must.
func TestJournalsOfAFullServer(t *testing.T) {
	g := rig.New(t, emulator.Options{Limits: emulator.Limits{Memory: 1 << 20}})
	g.Create(t, rig.BulkyBody(t, "a", 1<<20-20_000))
	for range 200 { // the journal fills what is left, and more
		g.Found(t, rig.ProfilesAt+"?$select=id")
	}
	assert.Positive(t, g.World().Journal().Lost(), "a full server's journals lose their oldest")
	assert.NotEmpty(t, g.World().Journal().Entries(journal.Filter{}))
}

// What a world was before a reset, and a world that was dropped, leave memory,
// though the client's token still leads there.
func TestDroppedAndResetWorldsLeaveMemory(t *testing.T) {
	g := rig.New(t, emulator.Options{})
	a := g.As("world-a")
	a.Create(t, rig.CSVBody("a"))
	before := weak.Make(g.World("a").Journal().Journal.(*record.Journal))
	g.Control(t, "POST", "worlds/a/reset", "")
	a.Found(t, rig.ProfilesAt)
	runtime.GC()
	assert.Nil(t, before.Value(), "the journal before the reset")

	world, journal := weak.Make(g.World("a").World), weak.Make(g.World("a").Journal().Journal.(*record.Journal))
	require.Equal(t, 204, g.Control(t, "DELETE", "worlds/a", "").Status)
	g.Found(t, rig.ProfilesAt) // the connection has forgotten the requests before
	runtime.GC()
	assert.Nil(t, world.Value(), "the world")
	assert.Nil(t, journal.Value(), "its journal")
}

// A client that has gone ends the scan and the batch that it asked for.
func TestWhatTheClientLeftEnds(t *testing.T) {
	g := rig.New(t, emulator.Options{})
	for i := range 600 {
		g.Create(t, rig.CSVBody(fmt.Sprint("p", i)))
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
	ask("GET", rig.ProfilesAt+"?$filter=displayName%20eq%20'x'", "")
	ask("GET", rig.ProfilesAt+"/$count?$filter=displayName%20eq%20'x'", "")
	g.Create(t, rig.BulkyBody(t, "big", 1_900_000))
	ask("POST", "/$batch",
		rig.BatchText(rig.Part("1", "GET", rig.ProfilesAt+"?$skip=600"), rig.WritePart("2", "POST", rig.ProfilesAt, rig.CSVBody("never"))))
	statuses := map[string]int{}
	for _, e := range g.World().Journal().Entries(journal.Filter{Status: "499"}) {
		statuses[e.Operation]++
	}
	assert.Equal(t, map[string]int{"profiles.list": 1, "profiles.count": 1, "batch": 1}, statuses)
	assert.NotContains(t, g.Found(t, rig.ProfilesAt+"?$top=999").Names(), "never")
}

// discarding is a response that nobody reads.
type discarding struct{ http.ResponseWriter }

func (discarding) Header() http.Header         { return http.Header{} }
func (discarding) WriteHeader(int)             {}
func (discarding) Write(b []byte) (int, error) { return io.Discard.Write(b) }
