package fault

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// MaxRules is how many rules a Set holds before Add refuses more.
const MaxRules = 4096

// Set is the rules of one world with their counters. It is safe for concurrent
// use.
type Set struct {
	seed  uint64
	count atomic.Int64 // of rules: a world without any takes no lock

	mu      sync.Mutex // guards everything below; never held across a call out. Maps are nil until something is put into them
	rules   []*entry   // in the order in which they are tried: added ones, then those of NewSet
	byName  map[string]*entry
	removed map[string]bool // names of NewSet's rules that are gone
	added   int64           // how many were ever added: their order

	exact, prefixes map[string]*table // by operation, and by the prefix of a group less its ".*"
	any             *table            // of the operation "*"; nil: none
	round           uint64            // looks at the tables

	waiting waiting
}

// entry is a rule at work. Only its schedule changes, under the set's lock.
type entry struct {
	rule       Rule
	added      bool
	position   int64 // orders all rules of the set
	key        uint64
	schedule   schedule
	conditions []condition
	partless   bool // it cannot strike a part of a batch
	family     string
	group      *group // nil once it is removed
}

// Empty tells whether there is no rule at all, so that a call need not be described
// to Decide. It takes no lock.
func (s *Set) Empty() bool { return s.count.Load() == 0 }

// Use is a rule with what came of it.
type Use struct {
	Rule    Rule
	Added   bool   // at run time, by Add
	Matched uint64 // calls that met Operation, While and Where, and no rule before struck
	Fired   uint64 // calls that it struck
}

// NewSet returns a set of rules, which are tried in their order. seed is the
// world's own: it decides what chance, spans and damage draw. Rules are taken as
// they are; of two with the same name the first counts. See Rule.Check.
func NewSet(rules []Rule, seed uint64) *Set {
	s := &Set{seed: seed}
	for i := range rules {
		if s.byName[rules[i].Name] == nil {
			s.insert(len(s.rules), s.newEntry(&rules[i], int64(i), false))
		}
	}
	return s
}

// before is the position of the first rule that is added: before all of NewSet.
const before = -1 << 40

// Add puts a rule before those of NewSet and after those that were added
// earlier. It errs where the rule is wrong (see Rule.Check, which tells whether
// the operation exists), where its name is taken, and where the set is full.
func (s *Set) Add(r Rule) error {
	var errs []error
	for _, p := range r.Check(nil) {
		errs = append(errs, p)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.byName[r.Name] != nil:
		return Problem{Pointer: "/name",
			Message: fmt.Sprintf("there is a rule %s already; give this one another name, or remove that one", words.Quote(r.Name))}
	case len(s.rules) >= MaxRules:
		return Problem{Pointer: "", Message: fmt.Sprintf("the world has %d rules, which is the most; remove some", len(s.rules))}
	}
	s.add(&r)
	return nil
}

// add puts a checked rule behind those that were added. Must hold mu.
func (s *Set) add(r *Rule) *entry {
	e := s.newEntry(r, before+s.added, true)
	s.added++
	place, _ := slices.BinarySearchFunc(s.rules, e.position, (*entry).compare)
	s.insert(place, e)
	return e
}

func (e *entry) compare(position int64) int { return cmp.Compare(e.position, position) }

func (s *Set) newEntry(r *Rule, position int64, added bool) *entry {
	e := &entry{rule: clone(r), added: added, position: position, key: keyOf(s.seed, r.Name)}
	if added && e.rule.Respond != nil {
		normalize(&e.rule.Respond.Body)
	}
	e.schedule = newSchedule(&e.rule, e.key)
	e.conditions = conditions(&e.rule)
	e.partless = len(partless(&e.rule)) > 0
	e.family = family(e.partless, e.conditions)
	return e
}

// insert puts e at a place of the rules. Must hold mu, unless nobody has s yet.
func (s *Set) insert(place int, e *entry) {
	if s.byName == nil {
		s.byName, s.exact, s.prefixes = map[string]*entry{}, map[string]*table{}, map[string]*table{}
	}
	s.rules = slices.Insert(s.rules, place, e)
	s.byName[e.rule.Name] = e
	t := s.table(e.rule.Operation)
	at, _ := slices.BinarySearchFunc(t.rules, e.position, (*entry).compare)
	t.rules = slices.Insert(t.rules, at, e)
	e.group = t.group(e)
	e.group.insert(e)
	s.count.Store(int64(len(s.rules)))
}

// table returns the table of a pattern of operations, and makes it. Must hold mu.
func (s *Set) table(operation string) *table {
	place, key := s.exact, operation
	if prefix, ok := strings.CutSuffix(operation, ".*"); ok {
		place, key = s.prefixes, prefix
	} else if operation == "*" {
		if s.any == nil {
			s.any = &table{}
		}
		return s.any
	}
	if place[key] == nil {
		place[key] = &table{}
	}
	return place[key]
}

// dropTable forgets the table of a pattern of operations. Must hold mu.
func (s *Set) dropTable(operation string) {
	if prefix, ok := strings.CutSuffix(operation, ".*"); ok {
		delete(s.prefixes, prefix)
	} else if operation == "*" {
		s.any = nil
	} else {
		delete(s.exact, operation)
	}
}

// Remove takes a rule away, whether NewSet had it or Add. It returns false where
// there is none of that name.
func (s *Set) Remove(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byName[name]
	if e == nil {
		return false
	}
	s.remove(e)
	return true
}

// remove takes e away. Must hold mu.
func (s *Set) remove(e *entry) {
	s.noteRemoved(e)
	delete(s.byName, e.rule.Name)
	same := func(other *entry) bool { return other == e }
	s.rules = slices.DeleteFunc(s.rules, same)
	t := s.table(e.rule.Operation)
	if t.rules = slices.DeleteFunc(t.rules, same); len(t.rules) == 0 {
		s.dropTable(e.rule.Operation)
	}
	if e.group.remove(e); len(e.group.slots) == 0 {
		t.drop(e.group)
	}
	e.group = nil
	s.waiting.forget(e)
	s.count.Store(int64(len(s.rules)))
}

// noteRemoved notes that a rule is gone, where NewSet had it. Must hold mu.
func (s *Set) noteRemoved(e *entry) {
	if e.added {
		return
	}
	if s.removed == nil {
		s.removed = map[string]bool{}
	}
	s.removed[e.rule.Name] = true
}

// Clear takes all rules away, those of NewSet too.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.rules {
		e.group = nil
		s.noteRemoved(e)
	}
	s.rules, s.any, s.waiting = nil, nil, waiting{}
	clear(s.byName)
	clear(s.exact)
	clear(s.prefixes)
	s.count.Store(0)
}

// Rules returns the rules in the order in which they are tried, with their
// counters. The caller may change what it gets.
func (s *Set) Rules() []Use {
	s.mu.Lock()
	defer s.mu.Unlock()
	uses := make([]Use, len(s.rules))
	for i, e := range s.rules {
		matched, fired := e.group.counts(e)
		uses[i] = Use{clone(&e.rule), e.added, matched, fired}
	}
	return uses
}

// clone returns a copy that shares nothing with r.
func clone(r *Rule) Rule {
	c := *r
	c.Where = Where{maps.Clone(r.Where.Header), maps.Clone(r.Where.Query), maps.Clone(r.Where.Body)}
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
