package fault

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// maxWaiting is how many clients may be waiting in a world; the one that has
// waited longest makes room.
const maxWaiting = 4096

// waitBound is how long punishEarly may make a client wait, unless the rule
// itself asks for more.
const waitBound = time.Hour

// seat is who waits for what.
type seat struct{ client, path string }

// newSeat keeps long names by their hash: a client may send paths of a megabyte.
func newSeat(q *Query) seat { return seat{short(q.Client), short(q.Path)} }

func short(s string) string {
	if len(s) <= 256 {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// waiter is a client that was told to wait by a rule with PunishEarly.
type waiter struct {
	entry      *entry
	seat       seat
	retryAfter time.Duration // what it was told last, as in the scenario
	world      time.Time     // when it may come back, on the world's clock
	real       time.Time     // and on the real one
	told       time.Time     // when it was told, on the real clock: after the rule's delay; zero: it was restored
	batch      uint64        // the batch in which it was told; 0: in none, or it was restored
	conn       *wire.Conn    // over which it was told; nil: not known
}

// waiting is the clients that wait. The zero value is nobody.
type waiting struct {
	seats map[seat][]*list.Element // of *waiter; a client may wait by several rules
	order list.List                // longest first
}

// early returns the first rule of groups that the call is too early for, if it
// comes before the rule of a position. Whoever has waited is forgotten.
func (w *waiting) early(q *Query, groups []*group, position int64) *waiter {
	if w.order.Len() == 0 {
		return nil
	}
	var first *waiter
	for _, e := range slices.Clone(w.seats[newSeat(q)]) {
		one := e.Value.(*waiter)
		// Early is only who is so on both clocks: whoever moves the world's clock,
		// and whoever really waits, is obedient.
		if !q.Now.Before(one.world) || !q.Real.Before(one.real) {
			w.drop(e)
		} else if q.Real.Before(one.told) || q.Batch != 0 && q.Batch == one.batch || wire.Unaware(one.conn, one.told, q.Conn, q.Real) {
			continue // sent before the other was told to wait, or with it
		} else if slices.Contains(groups, one.entry.group) && one.entry.position <= position {
			first, position = one, one.entry.position
		}
	}
	return first
}

// punish returns what a client is told that came too early: twice as much.
func (w *waiter) punish() time.Duration {
	return max(w.retryAfter, min(2*w.retryAfter, waitBound))
}

// tell notes that a rule tells the client of q to wait, after a delay.
func (w *waiting) tell(q *Query, e *entry, retryAfter, delay time.Duration) {
	one := &waiter{entry: e, seat: newSeat(q), retryAfter: retryAfter, told: q.Real.Add(Felt(delay, q.Factor)), batch: q.Batch, conn: q.Conn}
	// Counted from the arrival of the call: a delay is to the client's advantage.
	// A surface that writes a date rounds it up, so that the same holds for it.
	told := Told(retryAfter, q.Factor)
	one.world, one.real = clock.Later(q.Now, Passed(told, q.Factor)), q.Real.Add(told)
	w.put(one)
}

// put lets one wait, in place of an earlier wait by the same rule.
func (w *waiting) put(one *waiter) {
	for _, e := range w.seats[one.seat] {
		if e.Value.(*waiter).entry == one.entry {
			w.drop(e)
			break
		}
	}
	if w.order.Len() >= maxWaiting {
		w.drop(w.order.Front())
	}
	if w.seats == nil {
		w.seats = map[seat][]*list.Element{}
	}
	w.seats[one.seat] = append(w.seats[one.seat], w.order.PushBack(one))
}

func (w *waiting) drop(e *list.Element) {
	one := w.order.Remove(e).(*waiter)
	rest := slices.DeleteFunc(w.seats[one.seat], func(other *list.Element) bool { return other == e })
	if w.seats[one.seat] = rest; len(rest) == 0 {
		delete(w.seats, one.seat)
	}
}

// forget drops all who wait by a rule.
func (w *waiting) forget(e *entry) {
	for at := w.order.Front(); at != nil; {
		next := at.Next()
		if at.Value.(*waiter).entry == e {
			w.drop(at)
		}
		at = next
	}
}
