package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/retry"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/problem"
)

// MaxRules is how many rules a Set holds before Add refuses more.
const MaxRules = 4096

// Set is the rules of one world with their counters. It is safe for concurrent
// use.
type Set struct {
	seed  uint64
	count atomic.Int64 // of rules: a world without any takes no lock
	waits retry.Waits[waiter, telling]

	mu      sync.Mutex          // guards everything below; never held across a call out
	rules   []*entry            // in the order in which they are tried: added ones, then those of NewSet
	added   int                 // how many of them were added
	removed map[string]bool     // names of NewSet's rules that are gone; nil while none is
	by      map[string][]*entry // by operation, those that cover it, as far as it was asked for; a list never changes
}

// entry is a rule at work. What a call looks at that passes it comes first.
type entry struct {
	conditions []condition
	calls      fault.Calls
	byCall     bool // its operation's name does not tell whether it is meant
	partless   bool // it cannot strike a part of a batch
	punishes   bool // it has punishEarly

	matched, fired atomic.Uint64

	pattern operation.Pattern
	except  []operation.Pattern

	key   uint64
	added bool
	rule  fault.Rule

	mu   sync.Mutex // guards dice
	dice dice
}

// Empty tells whether there is no rule at all, so that a call need not be described
// to Decide. It takes no lock.
func (s *Set) Empty() bool { return s.count.Load() == 0 }

// NewSet returns a set of rules, which are tried in their order. seed is the
// world's own: it decides what chance, spans and damage draw. Rules are taken as
// they are; of two with the same name the first counts. See Rule.Check.
func NewSet(rules []fault.Rule, seed uint64) *Set {
	s := &Set{seed: seed}
	for i := range rules {
		if s.named(rules[i].Name) < 0 {
			s.rules = append(s.rules, s.newEntry(&rules[i], false))
		}
	}
	s.changed()
	return s
}

// Add puts a rule before those of NewSet and after those that were added
// earlier. It errs where the rule is wrong (see Rule.Check, which tells whether
// the operation exists), where its name is taken, and where the set is full. One
// without a name gets its default one.
func (s *Set) Add(r fault.Rule) error {
	var errs []error
	for _, p := range r.Check(nil) {
		errs = append(errs, p)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Name == "" {
		r.Name = r.DefaultName(func(name string) bool { return s.named(name) >= 0 })
	}
	switch {
	case s.named(r.Name) >= 0:
		return problem.Problem{Pointer: "/name",
			Message: fmt.Sprintf("there is a rule %s already; give this one another name, or remove that one", words.Quote(r.Name))}
	case len(s.rules) >= MaxRules:
		return problem.Problem{Message: fmt.Sprintf("the world has %d rules, which is the most; remove some", len(s.rules))}
	}
	s.add(&r)
	return nil
}

// add puts a checked rule behind those that were added. Must hold mu.
func (s *Set) add(r *fault.Rule) {
	s.rules = slices.Insert(s.rules, s.added, s.newEntry(r, true))
	s.added++
	s.changed()
}

func (s *Set) newEntry(r *fault.Rule, added bool) *entry {
	e := &entry{conditions: conditions(r), calls: r.Calls, partless: len(Partless(r)) > 0,
		punishes: r.Respond != nil && r.Respond.PunishEarly, key: keyOf(s.seed, r.Name), added: added, rule: clone(r)}
	e.pattern, e.except = operation.Compile(r.Operation), operation.CompileAll(r.Except)
	e.byCall = e.pattern.IsAddress() || slices.ContainsFunc(e.except, func(p operation.Pattern) bool { return p.IsAddress() })
	e.dice = newDice(r.Chance, e.key)
	if added && e.rule.Respond != nil {
		normalize(&e.rule.Respond.Body)
	}
	return e
}

// changed notes that the rules are others. Must hold mu.
func (s *Set) changed() {
	s.by = nil
	s.count.Store(int64(len(s.rules)))
}

// named returns where the rule of a name is; -1: nowhere. Must hold mu.
func (s *Set) named(name string) int {
	return slices.IndexFunc(s.rules, func(e *entry) bool { return e.rule.Name == name })
}

// means tells whether a rule is for a call.
func (e *entry) means(c operation.Call) bool {
	return e.pattern.Means(c) && !operation.AnyMeans(e.except, c)
}

// covering returns the rules that may be for an operation, in order. Of those of
// addresses the call tells.
func (s *Set) covering(name string) []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, known := s.by[name]
	if !known {
		for _, e := range s.rules {
			if e.byCall || e.means(operation.Call{Name: name}) {
				list = append(list, e)
			}
		}
		if s.by == nil {
			s.by = map[string][]*entry{}
		}
		s.by[name] = list
	}
	return list
}

// Remove takes a rule away, whether NewSet had it or Add. It returns false where
// there is none of that name. A call that is being decided may still be struck.
func (s *Set) Remove(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.named(name)
	if i < 0 {
		return false
	}
	e := s.rules[i]
	if s.rules = slices.Delete(s.rules, i, i+1); e.added {
		s.added--
	} else {
		s.remove(name)
	}
	s.waits.Forget(func(w waiter) bool { return w.entry == e })
	s.changed()
	return true
}

// remove notes that a rule of NewSet is gone. Must hold mu.
func (s *Set) remove(name string) {
	if s.removed == nil {
		s.removed = map[string]bool{}
	}
	s.removed[name] = true
}

// Clear takes all rules away, those of NewSet too.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.rules[s.added:] {
		s.remove(e.rule.Name)
	}
	s.rules, s.added = nil, 0
	s.waits.Forget(func(waiter) bool { return true })
	s.changed()
}

// Rules returns the rules in the order in which they are tried, with their
// counters. The caller may change what it gets.
func (s *Set) Rules() []fault.Use {
	s.mu.Lock()
	defer s.mu.Unlock()
	uses := make([]fault.Use, len(s.rules))
	for i, e := range s.rules {
		fired := e.fired.Load() // first, so that it is no more than those that matched
		uses[i] = fault.Use{Rule: clone(&e.rule), Added: e.added, Matched: e.matched.Load(), Fired: fired}
	}
	return uses
}

// clone returns a copy that shares nothing with r.
func clone(r *fault.Rule) fault.Rule {
	c := *r
	c.Except = slices.Clone(r.Except)
	c.While.Object = maps.Clone(r.While.Object)
	c.Where = fault.Where{Header: maps.Clone(r.Where.Header), Query: maps.Clone(r.Where.Query), Body: maps.Clone(r.Where.Body)}
	if r.Respond != nil {
		respond := *r.Respond
		respond.Body, respond.Headers = slices.Clone(respond.Body), maps.Clone(respond.Headers)
		c.Respond = &respond
	}
	if r.Body != nil {
		body := *r.Body
		body.Replace = copied(body.Replace)
		c.Body = &body
	}
	c.Slow, c.Handled = copied(r.Slow), copied(r.Handled)
	return c
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// normalize writes JSON in the form that it has after a snapshot, too, so that a
// restored rule answers the same bytes.
func normalize(body *json.RawMessage) {
	if *body == nil {
		return
	}
	if b, err := jsontext.AppendFormat(nil, *body, jsontext.PreserveRawStrings(false), jsontext.Multiline(false)); err == nil {
		*body = b
	}
}
