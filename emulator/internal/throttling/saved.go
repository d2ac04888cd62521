package throttling

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

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
