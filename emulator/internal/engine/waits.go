package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/retry"
	"github.com/graphemu/graphemu/emulator/internal/wire"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// digest stands for what an early call has in common with the one whose answer had
// a Retry-After: the text holds what clients send, which may be long, or a secret in
// the wrong place.
type digest [16]byte

func digestOf(key string) digest {
	sum := sha256.Sum256([]byte(key))
	return digest(sum[:])
}

// telling is the answer that told a client to wait.
type telling struct {
	entry uint64     // of its call
	at    time.Time  // on the wall clock; zero: it was restored
	conn  *wire.Conn // nil: not known, or it was restored
}

// mustWait notes that the answer to c tells its client when to come back. key is what an
// early call will have in common with this one.
func (c *Call) mustWait(key string, until retry.Until) {
	c.World.waits.Tell(digestOf(key), until, telling{c.entry, c.Real.Add(c.waited), c.Conn})
}

// comesEarly tells whether an earlier answer told the client to wait longer; nil
// where it did not. A part of a batch is held to what was told before the batch
// came: its client sent all parts at once, and could not know what one of them would
// be told. Nor could parallel workers (see wire.Unaware).
func (c *Call) comesEarly(key string) *journal.Early {
	t, until, early := c.World.waits.Early(digestOf(key), c.arrived, c.Real)
	if !early || c.batch != 0 && t.entry > c.batch || wire.Unaware(t.conn, t.at, c.Conn, c.Real) {
		return nil
	}
	return &journal.Early{Entry: t.entry, By: clock.Duration(until.World.Sub(c.arrived))}
}

// SavedRetries is what clients were told to wait as a snapshot keeps it, the oldest
// first.
type SavedRetries []SavedRetry

// SavedRetry is a client that was told to wait. The instant on the wall clock is not
// saved: it means nothing to another process.
type SavedRetry struct {
	Key   string    `json:"key"` // a digest, in hexadecimal
	Entry uint64    `json:"entry"`
	Until time.Time `json:"until"` // on the world's clock
}

// SaveRetries returns what clients were told to wait.
func (w *World) SaveRetries() SavedRetries {
	saved := SavedRetries{}
	for key, told := range w.waits.All() {
		saved = append(saved, SavedRetry{hex.EncodeToString(key[:]), told.Value.entry, told.Until.World})
	}
	return saved
}

// RestoreRetries puts saved waits in the place of those that there are. They count
// by the world's clock alone. It errs, and changes nothing, where a key is none that
// SaveRetries wrote.
func (w *World) RestoreRetries(saved SavedRetries) error {
	keys := make([]digest, len(saved))
	for i, s := range saved {
		b, err := hex.DecodeString(s.Key)
		if err != nil || len(b) != len(digest{}) {
			return fmt.Errorf("/%d/key: want %d hexadecimal digits, got %q", i, 2*len(digest{}), words.Cut(s.Key, 80, "…"))
		}
		keys[i] = digest(b)
	}
	w.waits.Forget(func(digest) bool { return true })
	for i, s := range saved {
		w.waits.Tell(keys[i], retry.Until{World: s.Until}, telling{entry: s.Entry})
	}
	return nil
}
