package control

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/har"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Journal is what the control API needs of a world's journal, a *record.Journal.
type Journal interface {
	// Entries returns the entries that f asks for, oldest first.
	Entries(f journal.Filter) []journal.Entry
	// Get returns an entry by its id.
	Get(id uint64) (journal.Entry, bool)
	// News returns what came after the first n entries, as far as f asks for it.
	News(f journal.Filter, n uint64) record.News
	// Position returns the newest id; 0 where there was no request yet.
	Position() uint64
	// Mark tells this journal from any other, in letters and digits.
	Mark() string
	// Lost returns how many entries there was no room for.
	Lost() uint64
	// Clear forgets all entries; ids go on.
	Clear()
}

// journal answers the entries that the query asks for: {"lost":…,"entries":[…]}
// with a line an entry, a table where text is asked for, or an HTTP archive.
func (c *Control) journal(w World, r *http.Request) (any, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "Invalid query", "%v", err)
	}
	follows, err := oneOf(q, "follow", "false", "true")
	if err != nil {
		return nil, err
	}
	q.Del("follow")
	last := q.Get("last")
	if _, id := lastEvent(last); q.Has("last") && (id == 0 || follows != "true") {
		return nil, problem(http.StatusBadRequest, "Invalid query", "last is %q; want the id of an event, as 2DDT5SGQ.17, with follow=true", last)
	}
	q.Del("last")
	format, err := oneOf(q, "format", "", "har")
	if err != nil {
		return nil, err
	}
	if format != "" && follows == "true" {
		return nil, problem(http.StatusBadRequest, "Invalid query", "format=har: an archive has an end, and follow=true has none")
	}
	q.Del("format")
	filter, err := journal.ParseFilter(q)
	if err != nil {
		return nil, several("Invalid query", lines(err))
	}
	if follows == "true" {
		return c.follow(w.Name(), filter, cmp.Or(r.Header.Get("Last-Event-ID"), last), r), nil
	}
	j := w.Journal()
	entries := j.Entries(filter)
	if format == "har" {
		a := har.Source{Creator: c.Version, Origin: origin(r), Lost: j.Lost(), Entries: entries}
		return stream{har.Media, func(out io.Writer) error { return har.Write(out, a) }}, nil
	}
	if prefers(r, mediaJSON, "text/plain") != mediaJSON {
		return stream{mediaText, func(out io.Writer) error { return journal.WriteText(out, entries) }}, nil
	}
	lost := j.Lost()
	return stream{mediaJSON, func(out io.Writer) error { return writeEntries(out, lost, entries) }}, nil
}

// origin is where the caller reached the server: Graph is there, too.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// writeEntries writes one entry at a time: a journal has megabytes.
func writeEntries(w io.Writer, lost uint64, entries []journal.Entry) error {
	var b bytes.Buffer
	e := record.NewEncoder(&b, "")
	fmt.Fprintf(&b, "{\"lost\":%d,\"entries\":[", lost)
	for i := range entries {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		if err := e.Encode(&entries[i]); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // the encoder ends a line
		if _, err := b.WriteTo(w); err != nil {
			return err
		}
	}
	b.WriteString("\n]}\n")
	_, err := b.WriteTo(w)
	return err
}

func (c *Control) clearJournal(w World, _ *http.Request) (any, error) {
	w.Journal().Clear()
	return nothing{}, nil
}

// entry explains one request: as text for people, or as JSON where that is asked
// for.
func (c *Control) entry(w World, r *http.Request) (any, error) {
	ref, j := mux.Vars(r)["id"], w.Journal()
	id, err := strconv.ParseUint(ref, 10, 64)
	if err != nil || id == 0 {
		return nil, problem(http.StatusNotFound, "No such entry", "%q is no entry's id: want a number from 1, as x-graphemu-explain has it.", ref)
	}
	e, ok := j.Get(id)
	if !ok {
		return nil, noEntry(w.Name(), j, id)
	}
	if prefers(r, "text/plain", mediaJSON) == mediaJSON {
		return e, nil
	}
	var parts []journal.Entry
	if e.Operation == "batch" {
		parts = j.Entries(journal.Filter{Batch: id})
	}
	return raw{mediaText, []byte(e.Explain(parts...))}, nil
}

// noEntry says why there is no such entry.
func noEntry(world string, j Journal, id uint64) error {
	const title = "No such entry"
	newest, lost := j.Position(), j.Lost()
	switch {
	case newest == 0:
		return problem(http.StatusNotFound, title, "The journal of the world %s has no entry yet.", world)
	case id > newest:
		return problem(http.StatusNotFound, title, "There is no entry %d in the journal of the world %s yet; the newest is %d.",
			id, world, newest)
	case lost > 0:
		return problem(http.StatusNotFound, title,
			"Entry %d is no longer in the journal of the world %s, which had no room for %d entries "+
				"and lost the oldest (--max-journal raises the limit); or it was cleared, or its request is still under way.",
			id, world, lost)
	}
	return problem(http.StatusNotFound, title,
		"Entry %d is not in the journal of the world %s: the journal was cleared, or the request is still under way.", id, world)
}
