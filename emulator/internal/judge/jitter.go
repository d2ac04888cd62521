package judge

import (
	"fmt"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// What no jitter means. Chosen: a client with jitter of a tenth of a second, or
// more, practically never has three workers back within 10 ms.
const (
	herd     = 3                     // calls at least
	herdTime = 10 * time.Millisecond // within which they come back, on the wall clock
	herdWait = time.Second           // what each was told to wait at least
)

// throttledCall is a call that was told to wait, with the call that it came back
// as: the next one of the same client, method and address that is not early.
type throttledCall struct{ told, back *record.Entry }

// noJitter warns of a client whose parallel workers were throttled together and
// came back together, so that the service is as busy as it was. It is one if
//
//   - three or more calls of one client were answered 429 and told to wait a
//     second or more,
//   - all of them were answered before the first of them came back, so that
//     they waited at the same time,
//   - they came back within 10 ms of each other on the wall clock, and
//   - two calls of that client overlap in time somewhere in the journal, while
//     no fault delayed either: it has workers. A client that does one thing after
//     another may come back at once for all that it has put off; it is never
//     accused.
//
// Parts of a batch are sent as one request, and count for none of it.
func (r *Record) noJitter() (list []journal.Warning) {
	calls := r.throttled()
	var found []herdOf
	for _, client := range calls.clients {
		if h := herds(client, calls.byClient[client]); h.times > 0 {
			found = append(found, h)
		}
	}
	if len(found) == 0 {
		return nil
	}
	parallel := r.parallel(found)
	for _, h := range found {
		if parallel[h.client] {
			list = append(list, journal.Warning{Kind: journal.WarnNoJitter, World: r.World,
				Entries: h.blame.ids, Count: h.blame.n, Message: fmt.Sprintf(
					"%d calls of %s that were throttled together came back within %v of each other (%s): "+
						"workers should wait for different times",
					h.blame.n, clientName(h.client), herdTime, words.Times(h.times))})
		}
	}
	return list
}

// herdOf is the calls of a client that came back together.
type herdOf struct {
	client string
	blame  blame
	times  int64
}

func herds(client string, returns []throttledCall) herdOf {
	h := herdOf{client: client}
	slices.SortStableFunc(returns, func(a, b throttledCall) int { return a.back.Real.Compare(b.back.Real) })
	for i := 0; i < len(returns); {
		n := together(returns[i:])
		if n < herd {
			i++
			continue
		}
		h.times++
		for _, x := range returns[i : i+n] {
			h.blame.add(x.back.ID)
		}
		i += n
	}
	return h
}

func clientName(client string) string {
	switch client {
	case "":
		return "a client without an app"
	case "opaque":
		return "clients with opaque tokens"
	}
	return "the app " + words.Clean(client)
}

// together returns how many of the returns, which are sorted by their instants,
// came back together with the first.
func together(returns []throttledCall) int {
	first := returns[0].back.Real
	n := 0
	for _, x := range returns {
		if x.back.Real.Sub(first) > herdTime || ended(x.told).After(first) {
			break
		}
		n++
	}
	return n
}

// ended is when an entry was answered, on the wall clock.
func ended(e *record.Entry) time.Time { return e.Real.Add(e.Duration.Std()) }

type throttledCalls struct {
	clients  []string // in order of appearance
	byClient map[string][]throttledCall
}

// throttled finds the calls that were told to wait, and came back.
func (r *Record) throttled() throttledCalls {
	type address struct{ client, method, path string }
	calls := throttledCalls{byClient: map[string][]throttledCall{}}
	waiting := map[address][]*record.Entry{} // the first comes back first
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Batch != 0 || e.Real.IsZero() {
			continue
		}
		told := e.Status == 429 && e.Detail != nil && e.Detail.RetryAfter != nil && e.Detail.RetryAfter.Std() >= herdWait
		if !told && len(waiting) == 0 {
			continue
		}
		key := address{e.Client, e.Method, e.Path}
		// What came before the answer, or before the wait was over, is another
		// worker's call, or a client's that is accused of that already.
		early := e.Detail != nil && e.Detail.Early != nil
		if q := waiting[key]; len(q) > 0 && !early && !e.Real.Before(ended(q[0])) {
			if len(calls.byClient[e.Client]) == 0 {
				calls.clients = append(calls.clients, e.Client)
			}
			calls.byClient[e.Client] = append(calls.byClient[e.Client], throttledCall{q[0], e})
			waiting[key] = q[1:]
		}
		if told {
			waiting[key] = append(waiting[key], e)
		}
	}
	return calls
}

// parallel tells of which of the clients two calls were under way at once.
func (r *Record) parallel(of []herdOf) map[string]bool {
	busy := map[string][]*record.Entry{}
	for _, h := range of {
		busy[h.client] = nil
	}
	for i := range r.Entries {
		// A client that does not wait for a delayed answer, or got none, may have
		// gone on without it.
		e := &r.Entries[i]
		if e.Batch != 0 || e.Real.IsZero() || e.Waited != 0 || e.Status == 0 {
			continue
		}
		if list, asked := busy[e.Client]; asked {
			busy[e.Client] = append(list, e)
		}
	}
	parallel := map[string]bool{}
	for _, h := range of {
		list := busy[h.client]
		slices.SortStableFunc(list, func(a, b *record.Entry) int { return a.Real.Compare(b.Real) })
		var last time.Time // the latest end so far
		for _, e := range list {
			if e.Real.Before(last) {
				parallel[h.client] = true
				break
			}
			if end := ended(e); end.After(last) {
				last = end
			}
		}
	}
	return parallel
}
