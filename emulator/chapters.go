package emulator

import (
	"github.com/graphemu/graphemu/emulator/internal/judge"
	"github.com/graphemu/graphemu/emulator/journal"
)

// How many closed chapters are kept with their verdict: of a world, and of all
// worlds that were dropped together. Chosen: a suite's failures fit into it.
const (
	maxChapters        = 100
	maxDroppedChapters = 1000
)

// chapters are the parts of a world's run, each judged by itself. What a reset
// or another scenario takes away was judged before, so that no call of a client
// escapes the verdict. A restart of the server begins anew with them, as with the
// journal.
type chapters struct {
	past   *judge.History // those that are closed
	name   string         // of the open one
	before int            // chapters of the tenant's world of before, which was dropped
}

// open is the chapter that goes on; nil where it is the first and has no name.
func (c *chapters) open() *journal.Chapter {
	number := c.before + c.past.Len() + 1
	if number == 1 && c.name == "" {
		return nil
	}
	return &journal.Chapter{Number: number, Name: c.name}
}

// closeChapter judges the open chapter by the world as state has it, and begins
// the next. by is what closes it. One in which nothing was called is none. Must
// hold changing.
func (w *World) closeChapter(state *state, by string) {
	r := w.record(state)
	w.chapters.past.Close(&r, by)
	state.Journal.NextChapter()
}

// evidence is what the world is judged by: its open chapter, and those before.
func (w *World) evidence() (judge.Record, *judge.History) {
	w.changing.Lock()
	defer w.changing.Unlock()
	return w.record(w.current.Load()), w.chapters.past.Clone()
}

// Forget drops all by which the world's clients would be judged: the verdicts on
// closed chapters, and the entries of the journal. Counters of rules go on.
func (w *World) Forget() {
	w.server.worlds.mu.Lock()
	w.server.worlds.past.Forget(w.tenant)
	w.server.worlds.mu.Unlock()
	w.forget()
}

func (w *World) forget() {
	w.changing.Lock()
	defer w.changing.Unlock()
	w.chapters.past, w.chapters.before = judge.NewHistory(maxChapters), 0
	w.current.Load().Journal.Clear()
}

// Forget drops all by which clients would be judged, in all worlds and of those
// that were dropped: a suite that finds the server running begins with it.
func (s *Server) Forget() {
	s.worlds.mu.Lock()
	s.worlds.past = judge.NewHistory(maxDroppedChapters)
	s.worlds.mu.Unlock()
	for _, w := range s.Worlds() {
		w.forget()
	}
}
