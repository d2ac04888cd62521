package surface

import (
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// answers remembers on which connection clients were told to wait, by entry. The
// zero value is empty.
type answers struct {
	mu   sync.Mutex          // guards told
	told *[remembered]toldOn // nil until the first: most worlds tell nobody to wait
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

func (a *answers) note(entry uint64, conn *wire.Conn, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.told == nil {
		a.told = new([remembered]toldOn)
	}
	a.told[entry%remembered] = toldOn{entry, conn, at}
}

// unaware tells whether a call cannot have been made in the knowledge of the
// answer to entry.
func (a *answers) unaware(entry uint64, c *call) bool {
	a.mu.Lock()
	var t toldOn
	if a.told != nil {
		t = a.told[entry%remembered]
	}
	a.mu.Unlock()
	return t.entry == entry && wire.Unaware(t.conn, t.at, c.conn, c.real)
}
