package control

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// mediaLines is one JSON value a line.
const mediaLines = "application/jsonl"

// mediaEvents is what a browser's EventSource reads: it comes back by itself after a
// break, and names the last event that it got.
const mediaEvents = "text/event-stream"

// overlap is how many entries before the last that a client got it gets again after a
// break: entries come in the order in which their requests ended, so one of these may
// have been missed. Who counts goes by the ids.
const overlap = 100

// comeBack is how long a browser waits before it comes back after a break. Its own time is
// some seconds.
const comeBack = time.Second

// patience is how long one who follows may take to read what there is; after it they
// are taken to be gone.
const patience = time.Minute

// follow answers the entries that filter asks for and goes on with each that comes, a
// line each, until the client leaves, the server stops or the world is dropped. After a
// reset it goes on with the world's new journal; the filter's id counts before it only.
// before is the id of the last event that the client has got: the header Last-Event-ID, or
// the parameter last of a page that has closed its stream, and cannot set the header.
func (c *Control) follow(world string, filter journal.Filter, before string, r *http.Request) live {
	media, write, tell := mediaText, writeLines, func(io.Writer, string) error { return nil }
	var from Journal // that is followed now
	switch prefers(r, mediaJSON, "text/plain", mediaEvents) {
	case mediaJSON:
		media, write = mediaLines, writeJSONLines
	case mediaEvents:
		media, tell = mediaEvents, writeEvent
		write = func(w io.Writer, n record.News) error { return writeEvents(w, from.Mark(), n) }
	}
	mark, last := lastEvent(before)
	return live{media, func(w http.ResponseWriter) {
		if r.Method == http.MethodHead {
			return
		}
		connection := http.NewResponseController(w)
		// The server's limits are for answers that come to an end. Where somebody else
		// serves there may be none to lift.
		_ = connection.SetReadDeadline(time.Time{})
		if media == mediaEvents {
			_, _ = fmt.Fprintf(w, "retry: %d\n", comeBack.Milliseconds())
		}
		var next uint64
		for {
			j := c.journalOf(world)
			if j == nil {
				_ = tell(w, "gone")
				return
			}
			first := from == nil
			if from != j {
				switch {
				case !first:
					filter.After = 0
					_ = tell(w, "reset") // the next write fails too
				case last > j.Position(), mark != "" && mark != j.Mark():
					_ = tell(w, "reset") // that id was of another run of the server, or before a reset
				default:
					filter.After = max(filter.After, last-min(last, overlap))
				}
				from, next = j, 0
			}
			news := j.News(filter, next)
			if first {
				news.Missed = 0 // nobody followed yet
			}
			next, filter.Limit = news.Place, 0
			_ = connection.SetWriteDeadline(clock.Real().Add(patience))
			if write(w, news) != nil || connection.Flush() != nil {
				return
			}
			_ = connection.SetWriteDeadline(time.Time{}) // while nothing comes, nobody need read
			select {
			case <-news.More:
			case <-r.Context().Done():
				return
			case <-c.Stopping:
				return
			}
		}
	}}
}

// journalOf returns a world's journal; nil where there is no such world any more.
func (c *Control) journalOf(world string) Journal {
	w, err := c.Server.Find(world)
	if err != nil || w == nil {
		return nil
	}
	return w.Journal()
}

func writeJSONLines(w io.Writer, n record.News) error {
	e := record.NewEncoder(w, "")
	for i := range n.Entries {
		if err := e.Encode(&n.Entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// lastEvent reads the id of the event that a client has got last, "mark.17". One that it
// cannot read, or none, is 0: the client begins. The number alone will do, too.
func lastEvent(text string) (mark string, id uint64) {
	mark, number, ok := strings.Cut(text, ".")
	if !ok {
		mark, number = "", text
	}
	id, _ = strconv.ParseUint(number, 10, 64)
	return mark, id
}

// writeEvents names each entry by its journal and its id. Where there is a gap it says so.
func writeEvents(w io.Writer, mark string, n record.News) error {
	if n.Missed > 0 {
		if _, err := fmt.Fprintf(w, "event: missed\ndata: %d\n\n", n.Missed); err != nil {
			return err
		}
	}
	if len(n.Entries) == 0 {
		_, err := io.WriteString(w, ": nothing yet\n\n") // so that the headers leave
		return err
	}
	e := record.NewEncoder(w, "")
	for i := range n.Entries {
		if _, err := fmt.Fprintf(w, "id: %s.%d\ndata: ", mark, n.Entries[i].ID); err != nil {
			return err
		}
		if err := e.Encode(&n.Entries[i]); err != nil { // it ends its line
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	return nil
}

// writeEvent tells of something that is no entry: "reset", since the world began anew
// and what came before is of the past, or "gone", since it was dropped.
func writeEvent(w io.Writer, name string) error {
	_, err := fmt.Fprintf(w, "event: %s\ndata: {}\n\n", name)
	return err
}

// writeLines says also where there is a gap. In JSON the ids tell: a line that is no
// entry would be taken for one.
func writeLines(w io.Writer, n record.News) error {
	if n.Missed > 0 {
		if _, err := fmt.Fprintf(w, "… %d entries came here that the journal keeps no more\n", n.Missed); err != nil {
			return err
		}
	}
	for i := range n.Entries {
		if err := journal.WriteLine(w, &n.Entries[i]); err != nil {
			return err
		}
	}
	return nil
}
