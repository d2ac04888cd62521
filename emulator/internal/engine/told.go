package engine

import (
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// told remembers on which connection clients were told to wait, by entry. The
// zero value is empty.
type told struct {
	mu   sync.Mutex          // guards last
	last *[remembered]toldOn // nil until the first: most worlds tell nobody to wait
}

// remembered is how many answers are remembered.
const remembered = 256

// toldOn is an answer with a Retry-After. A newer one takes the place of an older:
// only what happened within wire.Grace matters.
type toldOn struct {
	entry uint64
	conn  *wire.Conn
	at    time.Time
}

func (t *told) note(entry uint64, conn *wire.Conn, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		t.last = new([remembered]toldOn)
	}
	t.last[entry%remembered] = toldOn{entry, conn, at}
}

// unaware tells whether a call cannot have been made in the knowledge of the
// answer to entry.
func (t *told) unaware(entry uint64, c *Call) bool {
	t.mu.Lock()
	var a toldOn
	if t.last != nil {
		a = t.last[entry%remembered]
	}
	t.mu.Unlock()
	return a.entry == entry && wire.Unaware(a.conn, a.at, c.Conn, c.Real)
}
