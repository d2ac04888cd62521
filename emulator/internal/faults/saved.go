package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/retry"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// SavedSet is the state of a Set as JSON: counters, clients that wait, and what
// was added and removed at run time. The rules of NewSet are not in it.
type SavedSet struct {
	Counters []SavedCounter `json:"counters,omitzero"` // of rules that a call matched
	Added    []fault.Rule   `json:"added,omitzero"`    // in their order
	Removed  []string       `json:"removed,omitzero"`  // names of NewSet's rules that are gone, sorted
	Waiting  []SavedWaiter  `json:"waiting,omitzero"`  // longest first
}

// SavedCounter is how often a rule matched and struck.
type SavedCounter struct {
	Rule    string `json:"rule"`
	Matched uint64 `json:"matched"`
	Fired   uint64 `json:"fired"`
}

// SavedWaiter is a client that a rule with PunishEarly told to wait.
type SavedWaiter struct {
	Rule       string         `json:"rule"`
	Client     string         `json:"client"`
	Path       string         `json:"path"`
	RetryAfter clock.Duration `json:"retryAfter"` // as in the scenario
	World      time.Time      `json:"world"`      // when it may come back, on the world's clock
	Real       time.Time      `json:"real"`       // and on the real one
}

// Save returns the state of the set.
func (s *Set) Save() SavedSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	var saved SavedSet
	for _, e := range s.rules {
		if e.added {
			saved.Added = append(saved.Added, clone(&e.rule))
		}
		fired := e.fired.Load() // first, as in Rules
		if matched := e.matched.Load(); matched > 0 {
			saved.Counters = append(saved.Counters, SavedCounter{e.rule.Name, min(matched, maxCount), min(fired, maxCount)})
		}
	}
	saved.Removed = slices.Sorted(maps.Keys(s.removed))
	for w, told := range s.waits.All() {
		if slices.Contains(s.rules, w.entry) { // else a call was just being decided when it was removed
			saved.Waiting = append(saved.Waiting, SavedWaiter{w.entry.rule.Name, w.client, w.path,
				clock.Duration(told.Value.retryAfter), told.Until.World, told.Until.Real})
		}
	}
	return saved
}

// maxCount is the highest counter that is restored: far beyond any run, and far
// from where a sum would overflow.
const maxCount = 1 << 60

// Restore puts a set that was just made by NewSet, from the same rules and seed,
// where saved was taken: it goes on exactly as that one would have. It errs, and
// changes nothing, where saved is not of such a set.
func (s *Set) Restore(saved SavedSet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fits(saved); err != nil {
		return err
	}
	for _, name := range saved.Removed {
		s.remove(name)
	}
	s.rules = slices.DeleteFunc(s.rules, func(e *entry) bool { return s.removed[e.rule.Name] })
	s.changed()
	for i := range saved.Added {
		s.add(&saved.Added[i])
	}
	for _, c := range saved.Counters {
		e := s.rules[s.named(c.Rule)]
		e.matched.Store(c.Matched)
		e.fired.Store(c.Fired)
	}
	for _, w := range saved.Waiting {
		s.waits.Tell(newWaiter(s.rules[s.named(w.Rule)], w.Client, w.Path), retry.Until{World: w.World, Real: w.Real},
			telling{retryAfter: w.RetryAfter.Std()})
	}
	return nil
}

// fits tells what keeps saved from being restored. Must hold mu.
func (s *Set) fits(saved SavedSet) error {
	if s.added > 0 || len(s.removed) > 0 {
		return errors.New("faults are restored into a set that is as NewSet made it")
	}
	known := make(map[string]*fault.Rule, len(s.rules)+len(saved.Added))
	for _, e := range s.rules {
		known[e.rule.Name] = &e.rule
	}
	for i, name := range saved.Removed {
		if known[name] == nil {
			return fmt.Errorf("/removed/%d: the scenario has no rule %s", i, words.Quote(name))
		}
		delete(known, name)
	}
	if len(known)+len(saved.Added) > MaxRules+len(s.rules) {
		return fmt.Errorf("/added: %d rules are more than the %d that a world may have", len(saved.Added), MaxRules)
	}
	for i := range saved.Added {
		r := &saved.Added[i]
		for _, p := range r.Check(nil) {
			return fmt.Errorf("/added/%d%w", i, p)
		}
		if known[r.Name] != nil {
			return fmt.Errorf("/added/%d/name: there is another rule %s", i, words.Quote(r.Name))
		}
		known[r.Name] = r
	}
	for i, c := range saved.Counters {
		switch {
		case known[c.Rule] == nil:
			return fmt.Errorf("/counters/%d/rule: there is no rule %s", i, words.Quote(c.Rule))
		case c.Matched > maxCount || c.Fired > c.Matched:
			return fmt.Errorf("/counters/%d: %d matched and %d fired cannot be", i, c.Matched, c.Fired)
		}
	}
	if len(saved.Waiting) > retry.Max {
		return fmt.Errorf("/waiting: %d are more than the %d that a world keeps", len(saved.Waiting), retry.Max)
	}
	for i, w := range saved.Waiting {
		r := known[w.Rule]
		switch {
		case r == nil:
			return fmt.Errorf("/waiting/%d/rule: there is no rule %s", i, words.Quote(w.Rule))
		case r.Respond == nil || !r.Respond.PunishEarly:
			return fmt.Errorf("/waiting/%d/rule: the rule %s punishes nobody", i, words.Quote(w.Rule))
		case w.RetryAfter <= 0:
			return fmt.Errorf("/waiting/%d/retryAfter: %v is no wait", i, w.RetryAfter)
		}
	}
	return nil
}
