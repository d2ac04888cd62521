package faults

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/retry"
	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// waitBound is how long punishEarly may make a client wait, unless the rule
// itself asks for more.
const waitBound = time.Hour

// waiter is who waits, for what, by which rule with PunishEarly.
type waiter struct {
	entry        *entry
	client, path string
}

// newWaiter keeps long names by their hash: a client may send paths of a megabyte.
func newWaiter(e *entry, client, path string) waiter { return waiter{e, short(client), short(path)} }

func short(s string) string {
	if len(s) <= 256 {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// telling is how a client was told to wait.
type telling struct {
	retryAfter time.Duration // as in the scenario
	at         time.Time     // on the real clock: after the rule's delay; zero: it was restored
	batch      uint64        // the batch in which it was told; 0: in none, or it was restored
	conn       *wire.Conn    // over which it was told; nil: not known
}

// early returns what the client was told to wait by a rule, where it comes back
// before that.
func (s *Set) early(q *Query, e *entry) (told time.Duration, early bool) {
	if !e.punishes {
		return 0, false
	}
	t, _, early := s.waits.Early(newWaiter(e, q.Client, q.Path), q.Now, q.Real)
	if !early || q.Real.Before(t.at) || q.Batch != 0 && q.Batch == t.batch || wire.Unaware(t.conn, t.at, q.Conn, q.Real) {
		return 0, false // it waits for nothing, or sent the call before it was told to wait, or with it
	}
	return t.retryAfter, true
}

// punish returns what a client is told that came too early: twice as much.
func punish(told time.Duration) time.Duration { return max(told, min(2*told, waitBound)) }

// tell notes that a rule tells the client of q to wait, after a delay.
func (s *Set) tell(q *Query, e *entry, retryAfter, delay time.Duration) {
	// Counted from the arrival of the call: a delay is to the client's advantage.
	// A surface that writes a date rounds it up, so that the same holds for it.
	told := Told(retryAfter, q.Factor)
	until := retry.Until{World: clock.Later(q.Now, Passed(told, q.Factor)), Real: q.Real.Add(told)}
	s.waits.Tell(newWaiter(e, q.Client, q.Path), until, telling{retryAfter, q.Real.Add(Felt(delay, q.Factor)), q.Batch, q.Conn})
}
