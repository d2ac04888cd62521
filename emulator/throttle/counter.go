package throttle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/operation"
)

// Counter counts the requests of one world by its rules. It is safe for
// concurrent use.
//
// A window begins with a client's first request and is over as a whole: so
// Retry-After can tell exactly when a call will pass, and a client costs a few
// words however many requests it makes. With a sliding window neither would hold.
// What the service uses is not known (chosen).
type Counter struct {
	rules []Rule // filled

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
func New(rules []Rule) *Counter {
	c := &Counter{fired: make([]uint64, len(rules)), windows: make([]windows, len(rules))}
	for i, r := range rules {
		c.rules = append(c.rules, r.Filled())
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
// its operation. Where a window is used up it is refused, by the first such rule,
// and counts for none (chosen: the pages do not say).
func (c *Counter) Take(operation, client string, now time.Time) (r Refusal, refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.rules {
		rule := &c.rules[i]
		if !rule.covers(operation) {
			continue
		}
		if w := c.windows[i][rule.key(client)]; w != nil && w.open(rule, now) && w.taken >= rule.Requests {
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
		if rule.covers(operation) && c.count(i, rule.key(client), now) {
			r.Burst = rule.Name
		}
	}
	return r, false
}

func (r *Rule) covers(name string) bool {
	if len(r.Operations) == 0 {
		return operation.Covers(operation.Any, name)
	}
	return slices.ContainsFunc(r.Operations, func(pattern string) bool { return operation.Covers(pattern, name) })
}

func (r *Rule) key(client string) string {
	if r.Per == PerTenant {
		return ""
	}
	return client
}

// open tells whether now is within the window. A clock that was set back is
// before it, which begins a new one.
func (w *window) open(r *Rule, now time.Time) bool {
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
func (all windows) makeRoom(rule *Rule, now time.Time) {
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

// Saved is a counter as a snapshot keeps it.
type Saved struct {
	Rules []SavedRule `json:"rules"`
}

// SavedRule is what was counted for a rule.
type SavedRule struct {
	Rule    string        `json:"rule"`
	Fired   uint64        `json:"fired,omitzero"`
	Windows []SavedWindow `json:"windows,omitempty"` // in the order of their clients
}

// SavedWindow is a client's window.
type SavedWindow struct {
	Client string    `json:"client,omitzero"`
	From   time.Time `json:"from"`
	Taken  int       `json:"taken"`
	Early  int       `json:"early,omitzero"`
	Burst  bool      `json:"burst,omitzero"`
}

// Save returns what was counted.
func (c *Counter) Save() Saved {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Saved{Rules: make([]SavedRule, len(c.rules))}
	for i, r := range c.rules {
		saved := SavedRule{Rule: r.Name, Fired: c.fired[i]}
		for client, w := range c.windows[i] {
			saved.Windows = append(saved.Windows, SavedWindow{client, w.from, w.taken, w.early, w.burst})
		}
		slices.SortFunc(saved.Windows, func(a, b SavedWindow) int { return strings.Compare(a.Client, b.Client) })
		s.Rules[i] = saved
	}
	return s
}

// Restore puts a counter of the same rules where s was saved. It errs, and
// changes nothing, where s is of other rules or holds what no counter does.
func (c *Counter) Restore(s Saved) error {
	if len(s.Rules) != len(c.rules) {
		return fmt.Errorf("/rules: %d rules, want the scenario's %d", len(s.Rules), len(c.rules))
	}
	fired, all := make([]uint64, len(c.rules)), make([]windows, len(c.rules))
	for i, saved := range s.Rules {
		at := fmt.Sprintf("/rules/%d", i)
		if saved.Rule != c.rules[i].Name {
			return fmt.Errorf("%s: the rule %q, want %q", at, saved.Rule, c.rules[i].Name)
		}
		if len(saved.Windows) > MaxClients {
			return fmt.Errorf("%s/windows: %d clients; the most is %d", at, len(saved.Windows), MaxClients)
		}
		fired[i], all[i] = saved.Fired, windows{}
		for j, w := range saved.Windows {
			if w.Taken < 1 || w.Early < 0 || w.Early > w.Taken || all[i][w.Client] != nil {
				return fmt.Errorf("%s/windows/%d: no window of a counter", at, j)
			}
			all[i][w.Client] = &window{w.From, w.Taken, w.Early, w.Burst}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fired, c.windows = fired, all
	return nil
}
