package control

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/journal"
)

const journalPath = Prefix + "worlds/default/journal"

func TestJournalIsListed(t *testing.T) {
	b := newBench(t)
	b.world.journal.lost = 5
	b.world.journal.entries = append(b.world.journal.entries, journal.Entry{ID: 2, World: "default", At: dawn, Method: "GET", Path: "/<&>"})
	w := b.send("GET", journalPath, "")
	require.Equal(t, 200, w.Code)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var v struct {
		Lost    uint64
		Entries []journal.Entry
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
	assert.EqualValues(t, 5, v.Lost)
	assert.Equal(t, b.world.journal.entries, v.Entries)
	assert.Equal(t, 4, strings.Count(w.Body.String(), "\n"), "a line an entry")

	w = b.send("DELETE", journalPath, "")
	assert.Equal(t, 204, w.Code)
	assert.JSONEq(t, `{"lost":5,"entries":[]}`, b.send("GET", journalPath, "").Body.String())
}

func TestJournalIsFiltered(t *testing.T) {
	b := newBench(t)
	assert.Equal(t, 200, b.send("GET", journalPath+"?operation=profiles.*&status=4xx&limit=3", "").Code)
	want, err := journal.ParseFilter(url.Values{"operation": {"profiles.*"}, "status": {"4xx"}, "limit": {"3"}})
	require.NoError(t, err)
	assert.Equal(t, want, b.world.journal.asked)
	assert.Contains(t, problemOf(t, b.send("GET", journalPath+"?opration=x", ""), 400), "operation")
	assert.Contains(t, problemOf(t, b.send("GET", journalPath+"?status=soon", ""), 400), "soon")
	assert.Contains(t, problemOf(t, b.send("GET", journalPath+"?status=%zz", ""), 400), "escape")
}

func asText(r *http.Request) { r.Header.Set("Accept", "text/plain") }

func TestJournalAsTable(t *testing.T) {
	b := newBench(t)
	w := b.send("GET", journalPath, "", asText)
	assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Contains(t, w.Body.String(), "profiles.get")
	assert.Contains(t, w.Body.String(), "200")
}

func TestEntryIsExplained(t *testing.T) {
	b := newBench(t)
	w := b.send("GET", journalPath+"/1", "")
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, b.world.journal.entries[0].Explain(), w.Body.String())
	w = b.send("GET", journalPath+"/1", "", asJSON)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var e journal.Entry
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &e))
	assert.Equal(t, b.world.journal.entries[0], e)
}

// Why there is no entry: somebody holds an id from x-graphemu-explain in hand.
func TestEntryThatIsNotThere(t *testing.T) {
	for _, c := range []struct {
		id             string
		position, lost uint64
		want           string
	}{
		{"7", 6, 0, "There is no entry 7 in the journal of the world default yet; the newest is 6."},
		{"2", 0, 0, "The journal of the world default has no entry yet."},
		{"3", 6, 4, "lost the oldest (--max-journal"},
		{"3", 6, 0, "the journal was cleared"},
		{"0", 6, 0, "want a number from 1"},
		{"-1", 6, 0, "want a number from 1"},
		{"x", 6, 0, `"x" is no entry's id`},
		{"99999999999999999999", 6, 0, "want a number from 1"},
	} {
		b := newBench(t)
		b.world.journal.position, b.world.journal.lost = c.position, c.lost
		assert.Contains(t, problemOf(t, b.send("GET", journalPath+"/"+c.id, ""), 404), c.want, c.id)
	}
}
