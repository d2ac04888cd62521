package storage

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// However much comes, and in whatever way, the world holds no more than it may.
func TestWorldLimit(t *testing.T) {
	g := newRig(t, Limits{Blob: 4000, World: 10_000})
	wantCode(t, g.put(t, "a", strings.Repeat("x", 4000)), 201, "")
	wantCode(t, g.put(t, "b", strings.Repeat("x", 3000)), 201, "")
	a := g.put(t, "c", strings.Repeat("x", 2000))
	wantCode(t, a, 413, "RequestBodyTooLarge")
	assert.Contains(t, a.body, "the files of a world have 10000 bytes together")
	assert.Equal(t, []string{"a", "b"}, namesOf(g.store.Files(box)))
	assert.Zero(t, g.store.reading)

	// An upload in blocks that does not fit leaves nothing.
	g.store.Drop(box)
	g.store.Create(box)
	var refused bool
	for i := range 10 {
		refused = g.block(t, "d", fmt.Sprint(i), strings.Repeat("x", 2000)).StatusCode == 413 || refused
		if refused {
			break
		}
	}
	assert.True(t, refused)
	assert.Zero(t, g.store.Used())

	// Nor does one whose blocks are more than a file may be.
	for i := range 3 {
		wantCode(t, g.block(t, "d", fmt.Sprint(i), strings.Repeat("x", 2000)), 201, "")
	}
	wantCode(t, g.list(t, "d", "Latest 0", "Latest 1", "Latest 2"), 413, "RequestBodyTooLarge")
	assert.Zero(t, g.store.Used())
}

// Empty files, long names and repeated blocks cost something too.
func TestSmallThingsCount(t *testing.T) {
	g := newRig(t, Limits{World: 200_000})
	var n int
	for n = range 1000 {
		if g.put(t, fmt.Sprintf("%d-%s", n, strings.Repeat("n", 1000)), "").StatusCode == 413 {
			break
		}
	}
	assert.Less(t, n, 100)
	assert.LessOrEqual(t, g.store.Used(), int64(200_000))
	g.store.Drop(box)
	g.store.Create(box)
	g.block(t, "d", "a", "x")
	wantCode(t, g.list(t, "d", strings.Split(strings.Repeat(",Latest a", 2000)[1:], ",")...), 413, "RequestBodyTooLarge")
	assert.Less(t, g.store.Used(), int64(1000))
}

// Clients that promise much and send little take what they sent.
func TestPromises(t *testing.T) {
	g := newRig(t, Limits{Blob: 64 << 20, World: 65 << 20})
	var all sync.WaitGroup
	var ends []*io.PipeWriter
	for i := range 8 {
		from, to := io.Pipe()
		ends = append(ends, to)
		all.Go(func() {
			r := httptest.NewRequest("PUT", fmt.Sprintf("%s%s/%d?%s", Prefix, box, i, g.sas), nil)
			r.Header.Set("X-Ms-Blob-Type", "BlockBlob")
			r.ContentLength = 64 << 20
			assert.Equal(t, "InvalidInput", g.store.Answer(Parse(r), r, from, dawn).Code)
		})
		_, _ = to.Write(make([]byte, pieceSize+1)) // returns once it was read
	}
	assert.Equal(t, int64(8*2*pieceSize), g.store.Used(), "512 MiB are promised")
	wantCode(t, g.put(t, "a", strings.Repeat("x", 32<<20)), 201, "")
	for _, e := range ends {
		e.Close()
	}
	all.Wait()
	assert.Zero(t, g.store.reading)
	assert.Equal(t, []string{"a"}, namesOf(g.store.Files(box)))
}
