package control

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// mediaLines is one JSON value a line.
const mediaLines = "application/jsonl"

// patience is how long one who follows may take to read what there is; after it they
// are taken to be gone.
const patience = time.Minute

// follow answers the entries that filter asks for and goes on with each that comes, a
// line each, until the client leaves, the server stops or the world is dropped. After a
// reset it goes on with the world's new journal; the filter's id counts before it only.
func (c *Control) follow(world string, filter journal.Filter, r *http.Request) live {
	media, write := mediaText, writeLines
	if prefers(r, mediaJSON, "text/plain") == mediaJSON {
		media, write = mediaLines, writeJSONLines
	}
	return live{media, func(w http.ResponseWriter) {
		if r.Method == http.MethodHead {
			return
		}
		connection := http.NewResponseController(w)
		// The server's limits are for answers that come to an end. Where somebody else
		// serves there may be none to lift.
		_ = connection.SetReadDeadline(time.Time{})
		var from Journal
		var next uint64
		for {
			j := c.journalOf(world)
			if j == nil {
				return
			}
			first := from == nil
			if from != j {
				if !first {
					filter.After = 0
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
