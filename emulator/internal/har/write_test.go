package har

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/journal"
)

var at = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// entries are of every kind: read, write, batch with parts, a fault without an answer,
// throttled, a page of HTML, an address with what must be escaped.
func entries() []journal.Entry {
	wait := clock.Duration(1500 * time.Millisecond)
	return []journal.Entry{
		{ID: 2, World: "w", At: at.Add(time.Second), Method: "POST", Path: "/v1.0/users", Operation: "users.create", Status: 201,
			RequestBody: `{"displayName":"Ünn <b>"}`, ResponseBody: `{"id":"1"}`, RequestBytes: 25, ResponseBytes: 10, RequestID: "r"},
		{ID: 1, World: "w", At: at, Method: "GET", Path: "/v1.0/users/a b'c", Query: "$select=id,a%20b&flag", Operation: "users.get", Status: 200,
			ResponseBody: `{"id":"1"}`, ResponseBytes: 10, Duration: clock.Duration(2500 * time.Microsecond), Level: journal.LevelGeneric},
		{ID: 3, World: "w", At: at.Add(2 * time.Second), Method: "POST", Path: "/beta/$batch", Operation: "batch", Status: 200},
		{ID: 4, World: "w", Batch: 3, At: at, Method: "GET", Path: "/beta/me", Status: 200},
		{ID: 5, World: "w", At: at.Add(3 * time.Second), Method: "GET", Path: "/beta/me", Status: 0,
			Detail: &journal.Detail{Fault: &journal.Strike{Rule: "gone", Effects: []string{"reset"}}}},
		{ID: 6, World: "w", At: at.Add(4 * time.Second), Method: "GET", Path: "/beta/me", Status: 429, ResponseBody: "<html>", ResponseBytes: 6,
			Detail: &journal.Detail{Throttled: "documented", RetryAfter: &wait, RetryFormat: "decimal"}},
		{ID: 7, World: "w", At: at.Add(5 * time.Second), Method: "POST", Path: "/t/oauth2/v2.0/token", Operation: "token.password",
			RequestBody: "password=(redacted)", Status: 400},
	}
}

func written(t *testing.T, s Source) (text string, all []Entry) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, s))
	var v any
	require.NoError(t, json.Unmarshal(b.Bytes(), &v))
	require.NoError(t, jsonschema.MustCompile("testdata/har.schema.json").Validate(v))
	var doc struct{ Log struct{ Entries []Entry } }
	require.NoError(t, json.Unmarshal(b.Bytes(), &doc))
	return b.String(), doc.Log.Entries
}

func TestWrite(t *testing.T) {
	text, all := written(t, Source{Origin: "http://localhost:9400", Lost: 3, Entries: entries()})
	require.Len(t, all, 6, "a part of a batch is no entry")
	get, create, batch, gone, throttled, token := all[0], all[1], all[2], all[3], all[4], all[5]
	assert.Equal(t, "2026-01-05T06:00:00.000Z", get.Started)
	assert.Equal(t, "http://localhost:9400/v1.0/users/a%20b%27c?$select=id,a%20b&flag", get.Request.URL)
	assert.Equal(t, []Pair{{"$select", "id,a b"}, {"flag", ""}}, get.Request.Query)
	assert.Equal(t, 2.5, get.Time)
	assert.Contains(t, get.Response.Headers, Pair{"x-graphemu-level", "generic"})
	assert.Equal(t, `{"displayName":"Ünn <b>"}`, create.Request.Post.Text)
	assert.Equal(t, "application/json", create.Response.Content.MimeType)
	assert.Contains(t, batch.Comment, "parts: 4 GET /beta/me: 200")
	assert.Equal(t, 0, gone.Response.Status)
	assert.Contains(t, gone.Comment, "fault gone struck: reset")
	assert.Contains(t, throttled.Response.Headers, Pair{"Retry-After", "1.5"})
	assert.Equal(t, "text/html", throttled.Response.Content.MimeType)
	assert.Equal(t, "application/x-www-form-urlencoded", token.Request.Post.MimeType)
	assert.Contains(t, text, "no room for 3 more entries")
}

// Of a body that a fault has cut there is what the client got.
func TestWriteCut(t *testing.T) {
	const body = `{"id":"ü23456"}`
	for _, c := range []struct {
		effects []string
		text    string
		size    int64
		broken  bool
	}{
		{[]string{"cutAt 50%", "close"}, `{"id":"`, 8, true}, // half of a letter is none
		{[]string{"delay 1s", "cutAt 3 bytes", "hang"}, `{"i`, 3, true},
		{[]string{"cutAt 0 bytes", "reset"}, "", 0, true},
		{[]string{"cutAt 900 bytes", "close"}, body, int64(len(body)), true},
		{[]string{"cutAt 50%"}, `{"id":"`, 8, false}, // it looks whole
		{[]string{"respond 200"}, body, int64(len(body)), false},
	} {
		struck := journal.Entry{ID: 1, At: at, Method: "GET", Path: "/v1.0/me", Status: 200, ResponseBody: body, ResponseBytes: int64(len(body)),
			Detail: &journal.Detail{Fault: &journal.Strike{Rule: "r", Effects: c.effects}}}
		_, all := written(t, Source{Origin: "http://localhost", Entries: []journal.Entry{struck}})
		r := all[0].Response
		assert.Equal(t, c.text, r.Content.Text, c.effects)
		assert.Equal(t, c.size, r.Content.Size, c.effects)
		assert.Equal(t, c.size, r.BodySize, c.effects)
		assert.Equal(t, c.broken, r.Broken(), c.effects)
	}
}

func TestWriteNothing(t *testing.T) {
	_, all := written(t, Source{})
	assert.Empty(t, all)
}

func TestLines(t *testing.T) {
	all, more, err := Lines(strings.NewReader(`{"run":"a","id":1,"duration":"2ms"}` + "\n" + `{"id":2}`))
	require.NoError(t, err)
	assert.Zero(t, more)
	assert.Equal(t, uint64(2), all[1].ID)
	_, _, err = Lines(strings.NewReader(`{"id":1}` + "\n" + `{"id":`))
	assert.EqualError(t, err, "entry 2 of the journal: unexpected EOF")
}
