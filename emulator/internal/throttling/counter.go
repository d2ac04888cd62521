// Package throttling counts a world's requests by the throttle rules of its scenario,
// and refuses those that are too many.
package throttling

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/throttle"
)

// Counter counts the requests of one world by its rules. It is safe for
// concurrent use.
//
// A window begins with a client's first request and is over as a whole: so
// Retry-After can tell exactly when a call will pass, and a client costs a few
// words however many requests it makes. With a sliding window neither would hold.
// What the service uses is not known (chosen).
type Counter struct {
	rules []throttle.Rule       // filled
	means [][]operation.Pattern // by rule: the calls that it counts

	mu      sync.Mutex // guards what follows
	fired   []uint64   // by rule: refusals
	windows []windows  // by rule
}

// windows are those of one rule, keyed by client; "" where all clients share one.
type windows map[string]*window

type window struct {
	from  time.Time // on the world's clock
	taken int       // requests that it let pass
	early int       // those of its first tenth
	burst bool      // which was told
}

// MaxClients is how many clients of a rule are remembered. When there are more,
// windows that are over go first, and then the oldest ones.
const MaxClients = 4096

// New returns a counter at zero. Rules must have passed Check.
func New(rules []throttle.Rule) *Counter {
	c := &Counter{fired: make([]uint64, len(rules)), windows: make([]windows, len(rules))}
	for i, r := range rules {
		r = r.Filled()
		if len(r.Operations) == 0 {
			r.Operations = []string{operation.Any}
		}
		c.rules, c.means = append(c.rules, r), append(c.means, operation.CompileAll(r.Operations))
		c.windows[i] = windows{}
	}
	return c
}

// Refusal is what a counter has to say of a request.
type Refusal struct {
	Rule       string        // that refused it; "" where none did
	RetryAfter time.Duration // until a call passes all rules, rounded up to whole seconds; at least one
	Limit      int           // requests that a window allows

	// Burst is the rule of whose window more than half was taken within its first
	// tenth, by this request; "" for none. It is told once a window, and of
	// requests that pass too.
	Burst string
}

// minBurst is how many requests a burst has at least: with small limits every
// use would be one.
const minBurst = 10

// Take counts a request at now, on the world's clock, for every rule that covers
// it. Where a window is used up it is refused, by the first such rule,
// and counts for none (chosen: the pages do not say).
func (c *Counter) Take(call operation.Call, client string, now time.Time) (r Refusal, refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.rules {
		rule := &c.rules[i]
		if !operation.AnyMeans(c.means[i], call) {
			continue
		}
		if w := c.windows[i][keyOf(rule, client)]; w != nil && w.open(rule, now) && w.taken >= rule.Requests {
			if !refused {
				c.fired[i]++
				refused, r.Rule, r.Limit = true, rule.Name, rule.Requests
			}
			left := w.from.Add(rule.Window.Std()).Sub(now)
			r.RetryAfter = max(r.RetryAfter, (left + time.Second - 1).Truncate(time.Second))
		}
	}
	if refused {
		return r, true
	}
	for i := range c.rules {
		rule := &c.rules[i]
		if operation.AnyMeans(c.means[i], call) && c.count(i, keyOf(rule, client), now) {
			r.Burst = rule.Name
		}
	}
	return r, false
}

// keyOf is what a rule counts a client by.
func keyOf(r *throttle.Rule, client string) string {
	if r.Per == throttle.PerTenant {
		return ""
	}
	return client
}

// open tells whether now is within the window. A clock that was set back is
// before it, which begins a new one.
func (w *window) open(r *throttle.Rule, now time.Time) bool {
	return !now.Before(w.from) && now.Sub(w.from) < r.Window.Std()
}

// count lets a request pass, and tells whether it makes a burst. Must hold mu.
func (c *Counter) count(i int, key string, now time.Time) (burst bool) {
	rule, all := &c.rules[i], c.windows[i]
	w := all[key]
	if w == nil || !w.open(rule, now) {
		if w == nil && len(all) >= MaxClients {
			all.makeRoom(rule, now)
		}
		w = &window{from: now}
		all[key] = w
	}
	w.taken++
	if now.Sub(w.from) < rule.Window.Std()/10 {
		w.early++
	}
	if w.burst || w.early < minBurst || 2*w.early <= rule.Requests {
		return false
	}
	w.burst = true
	return true
}

// makeRoom forgets the windows that are over, and of those left, if there are
// too many, the oldest eighth: one at a time would cost each further client a walk
// over all.
func (all windows) makeRoom(rule *throttle.Rule, now time.Time) {
	maps.DeleteFunc(all, func(_ string, w *window) bool { return !w.open(rule, now) })
	if len(all) < MaxClients {
		return
	}
	byAge := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(all[a].from.Compare(all[b].from), strings.Compare(a, b))
	})
	for _, client := range byAge[:MaxClients/8] {
		delete(all, client)
	}
}

// Fired returns how often each rule refused, by name.
func (c *Counter) Fired() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	fired := make(map[string]uint64, len(c.rules))
	for i, r := range c.rules {
		fired[r.Name] = c.fired[i]
	}
	return fired
}
