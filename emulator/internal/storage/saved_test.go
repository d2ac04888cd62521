package storage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A store that was saved and restored goes on as the one before.
func TestSaveRestore(t *testing.T) {
	g := newRig(t, Limits{})
	g.put(t, "school.csv", "SIS ID,Name\n1,É\u0000\ufffd<b>\n", "x-ms-blob-content-type", "text/csv", "x-ms-blob-cache-control", "no\xffcache",
		"x-ms-meta-b", "1", "x-ms-meta-a", "2")
	g.put(t, "utf16.csv", "\xff\xfeS\x00")
	g.put(t, "empty.csv", "")
	g.block(t, "s.csv", "a", "aa")
	g.block(t, "s.csv", "b", "\xff")
	g.list(t, "s.csv", "Latest a", "Latest b", "Latest a")
	g.block(t, "s.csv", "new", "\xfe")
	g.block(t, "t.csv", "1", "text")
	g.store.Create("another")
	text, err := json.MarshalIndent(g.store.Save(), "", " ")
	require.NoError(t, err)
	assert.Contains(t, string(text), `"text": "SIS ID,Name\n1,É\u0000`, "readable")
	assert.Contains(t, string(text), `"base64": "//5TAA=="`)

	var saved Saved
	require.NoError(t, json.Unmarshal(text, &saved))
	h := newRig(t, Limits{})
	h.put(t, "gone.csv", "x")
	require.NoError(t, h.store.Restore(saved))
	assert.Equal(t, saved, h.store.Save())
	assert.Equal(t, g.store.Used(), h.store.Used())
	assert.Equal(t, g.files(t), h.files(t))
	a, b := g.list(t, "s.csv", "Committed b", "Uncommitted new"), h.list(t, "s.csv", "Committed b", "Uncommitted new")
	wantCode(t, b, 201, "")
	assert.Equal(t, a.Header, b.Header, "the same ETag and request id as without")
	assert.Equal(t, "\xff\xfe", h.files(t)["s.csv"])
	h.advance(time.Hour)
	h.store.Sweep(h.now)
	assert.Empty(t, h.store.Save().Containers[1].Uncommitted, "they still go with their SAS")
	require.NoError(t, h.store.Restore(Saved{}))
	assert.Zero(t, h.store.Used())
}

func TestRestoreErrors(t *testing.T) {
	const etag = `"etag":"\"0x8D4C2AFB0FDA3EF\""`
	for text, want := range map[string]string{
		`{"name":"X"}`:                                                          `/containers/0/name: "X" is no container's name`,
		`{"name":"box"},{"name":"box"}`:                                         `/containers/1/name: there is another container "box"`,
		`{"name":"box","blobs":[{"name":"../x"}]}`:                              `/containers/0/blobs/0/name: "../x" is no blob's name`,
		`{"name":"box","blobs":[{"name":"x"}]}`:                                 `/containers/0/blobs/0/etag: "" is no ETag`,
		`{"name":"box","blobs":[{"name":"x","etag":"0x1"}]}`:                    `/etag: "0x1" is no ETag`,
		`{"name":"box","blobs":[{"name":"x","etag":"\"0xFFFFFFFFFFFFFFFF\""}]}`: `/etag: "\"0xFFFFFFFFFFFFFFFF\"" is no ETag`,
		`{"name":"box","blobs":[{"name":"x",` + etag + `},{"name":"x",` + etag +
			`}]}`: `/blobs/1/name: there is another blob "x"`,
		`{"name":"box","blobs":[{"name":"x",` + etag +
			`,"text":"a","base64":"AA=="}]}`: `/blobs/0/base64: there is a text too`,
		`{"name":"box","blobs":[{"name":"x",` + etag + `,"text":"` + strings.Repeat("x", 101) +
			`"}]}`: `"x" has 101 bytes, more than the 100`,
		`{"name":"box","blobs":[{"name":"x",` + etag +
			`,"text":"abc","blocks":[{"id":"!","size":3}]}]}`: `/blocks/0/id: "!" is not the Base64`,
		`{"name":"box","blobs":[{"name":"x",` + etag +
			`,"text":"abc","blocks":[{"id":"AA==","size":4}]}]}`: `/blocks/0/size: 4 is not within the 3 bytes`,
		`{"name":"box","blobs":[{"name":"x",` + etag + `,"text":"abc","blocks":[{"id":"AA==","size":-1}]}]}`:     `/blocks/0/size: -1 is not`,
		`{"name":"box","blobs":[{"name":"x",` + etag + `,"text":"abc","blocks":[{"id":"AA==","size":1}]}]}`:      `/blocks: they leave 2 bytes`,
		`{"name":"box","uncommitted":[{"blob":""}]}`:                                                             `/uncommitted/0/blob: "" is no blob's name`,
		`{"name":"box","uncommitted":[{"blob":"x","id":"?"}]}`:                                                   `/uncommitted/0/id: "?" is not the Base64`,
		`{"name":"box","uncommitted":[{"blob":"x","id":"AA=="}]}`:                                                `at most 100000 blocks that wait, of 1 to 100 bytes`,
		`{"name":"box","uncommitted":[{"blob":"x","id":"AA==","text":"a"},{"blob":"x","id":"AAA=","text":"a"}]}`: `/uncommitted/1/id: "AAA=" is there twice, or longer`,
		`{"name":"box","blobs":[{"name":"x",` + etag + `},{"name":"y",` + etag + `},{"name":"z",` + etag +
			`}]}`: `are more than the 3000 that a world may have`,
	} {
		var saved Saved
		require.NoError(t, json.Unmarshal([]byte(`{"containers":[`+text+`]}`), &saved), text)
		s := NewStore(nil, Limits{Blob: 100, World: 3000})
		require.NoError(t, s.Put("kept", "a", nil, dawn))
		before := s.Save()
		assert.ErrorContains(t, s.Restore(saved), want)
		assert.Equal(t, before, s.Save(), "nothing changed")
	}
}

// Bodies that are read while a store is restored count against nothing after.
func TestRestoreWhileReading(t *testing.T) {
	g := newRig(t, Limits{})
	require.NoError(t, g.store.take(100, 100))
	require.NoError(t, g.store.Restore(g.store.Save()))
	assert.Equal(t, int64(100), g.store.Used())
	g.store.release(100)
	assert.Zero(t, g.store.Used())
}
