package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// least is what an entry takes without its bodies, at least: where there is less room,
// none is read.
const least = 600

// Entry is what is looked at of an entry before it is chosen.
type Entry struct {
	ID, Batch uint64
	Notable   bool // it failed, came early, or a rule struck it

	at   int // in a list, or in lines
	size int
}

// kept is an entry as the report has it.
type kept struct {
	id          uint64
	json        []byte
	explanation string
}

// left is what was left out of a world.
type left struct {
	entries, bodies int
	lost            uint64
}

func (l left) text() string {
	var list []string
	if l.entries > 0 {
		list = append(list, words.Count(l.entries, "more is", "more are")+" left out: a report has at most "+strconv.Itoa(MaxEntries)+
			" of a world and "+strconv.Itoa(MaxBytes>>20)+" MiB in all, first those that the verdict names, then failed ones, then the newest.")
	}
	if l.bodies > 0 {
		list = append(list, "Of "+words.Count(l.bodies, "request", "requests")+" the bodies are left out.")
	}
	if l.lost > 0 {
		list = append(list, words.Count(l.lost, "older one was", "older ones were")+" lost: the journal had no room for more.")
	}
	return strings.Join(list, " ")
}

// Journal chooses what the report has of a world's journal. room is how many bytes it may
// take. It returns how many it takes.
func (w *World) Journal(entries []journal.Entry, lost uint64, room int) int {
	list := make([]Entry, len(entries))
	for i := range entries {
		list[i] = look(&entries[i])
		list[i].at = i
	}
	w.left.lost = lost
	used, _ := w.choose(list, room, func(e Entry) (journal.Entry, error) { return entries[e.at], nil }) // nothing is read
	return used
}

func look(e *journal.Entry) Entry {
	d := e.Detail
	return Entry{ID: e.ID, Batch: e.Batch, Notable: e.Fails() || d != nil && (d.Early != nil || d.Fault != nil || d.Throttled != "")}
}

// Lines are the entries of a file of --journal, by their worlds. They stay in the file.
type Lines struct {
	file  io.ReaderAt
	of    map[string][]Entry
	Names []string // of the worlds, in the order in which they come
}

// ReadLines looks through a file of --journal.
func ReadLines(file io.ReaderAt) (*Lines, error) {
	l := &Lines{file: file, of: map[string][]Entry{}}
	r := bufio.NewReaderSize(io.NewSectionReader(file, 0, 1<<62), 256<<10)
	for at := 0; ; {
		line, err := r.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var e struct {
				ID     uint64          `json:"id"`
				World  string          `json:"world"`
				Batch  uint64          `json:"batch"`
				Status int             `json:"status"`
				Detail *journal.Detail `json:"detail"`
			}
			if err := json.Unmarshal(line, &e); err != nil {
				return nil, fmt.Errorf("the journal at byte %d: %w", at, err)
			}
			if l.of[e.World] == nil {
				l.Names = append(l.Names, e.World)
			}
			found := look(&journal.Entry{ID: e.ID, Batch: e.Batch, Status: e.Status, Detail: e.Detail})
			found.at, found.size = at, len(line)
			l.of[e.World] = append(l.of[e.World], found)
		}
		at += len(line)
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Lines chooses what the report has of a world's lines, as Journal does. A world that was
// first met by its tenant's id has lines of both names.
func (w *World) Lines(l *Lines, room int) (int, error) {
	list := l.of[w.Name]
	if w.Tenant != w.Name {
		list = slices.Concat(l.of[w.Tenant], list)
	}
	return w.choose(list, room, func(e Entry) (found journal.Entry, err error) {
		line := make([]byte, e.size)
		if _, err = l.file.ReadAt(line, int64(e.at)); err == nil {
			err = json.Unmarshal(line, &found)
		}
		return found, err
	})
}

// choose takes those that the verdict names, then notable ones, then the newest.
func (w *World) choose(list []Entry, room int, read func(Entry) (journal.Entry, error)) (used int, err error) {
	named := w.named()
	class := func(e Entry) int {
		switch {
		case named[e.ID]:
			return 0
		case e.Notable:
			return 1
		}
		return 2
	}
	parts := map[uint64][]Entry{}
	for _, e := range list {
		if e.Batch != 0 {
			parts[e.Batch] = append(parts[e.Batch], e)
		}
	}
	order := slices.Clone(list)
	slices.SortFunc(order, func(a, b Entry) int { return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(b.ID, a.ID)) })
	w.kept, w.left.entries, w.left.bodies = nil, 0, 0
	for _, chosen := range order {
		if len(w.kept) == MaxEntries || used+least > room {
			w.left.entries++
			continue
		}
		e, err := read(chosen)
		if err != nil {
			return used, err
		}
		var of []journal.Entry
		for _, p := range parts[e.ID] {
			part, err := read(p)
			if err != nil {
				return used, err
			}
			of = append(of, part)
		}
		k := keep(e, of)
		if used+k.size() > room && e.RequestBody+e.ResponseBody != "" {
			e.RequestBody, e.ResponseBody = "", ""
			if k = keep(e, of); used+k.size() <= room {
				w.left.bodies++
			}
		}
		if used+k.size() > room {
			w.left.entries++
			continue
		}
		used += k.size()
		w.kept = append(w.kept, k)
	}
	slices.SortFunc(w.kept, func(a, b kept) int { return cmp.Compare(a.id, b.id) })
	return used, nil
}

func (k kept) size() int { return len(k.json) + len(k.explanation) }

// named are the entries that the world's verdict names.
func (w *World) named() map[uint64]bool {
	named := map[uint64]bool{}
	note := func(ids []uint64) {
		for _, id := range ids {
			named[id] = true
		}
	}
	for _, v := range w.Verdict.Worlds {
		for _, r := range v.Expectations {
			note(r.Entries)
		}
	}
	for _, warning := range w.Verdict.Warnings {
		note(warning.Entries)
	}
	return named
}

// keep writes an entry without what is of the wall clock.
func keep(e journal.Entry, parts []journal.Entry) kept {
	e.Duration = 0
	text, err := json.Marshal(struct {
		*journal.Entry
		Duration *struct{} `json:"duration,omitempty"` // in the place of the entry's
	}{Entry: &e})
	if err != nil {
		text = []byte("null") // an entry can be written
	}
	e.RequestBody, e.ResponseBody = "", "" // they have places of their own
	return kept{e.ID, text, e.Explain(parts...)}
}
