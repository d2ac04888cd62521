package fault

import (
	"math"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/operation"
)

// noStrike is a position behind all rules.
const noStrike = math.MaxInt64

// MaxMisses is how many misses a call has at most.
const MaxMisses = 5

// Decide finds the first rule that strikes a call, and counts the call for that
// rule and for all before it that match. It returns false where none strikes.
// misses are rules of the call's operation that were looked at and did not
// strike, the first MaxMisses of them. What is drawn depends on the seed, the
// rule's name and the number of the call for the rule, and on nothing else.
func (s *Set) Decide(q *Query) (Strike, bool, []Miss) {
	if s.Empty() {
		return Strike{}, false, nil
	}
	f := facts{q: q}
	for {
		strike, struck, misses := s.look(&f)
		if f.complete() {
			return strike, struck, misses
		}
		f.find()
	}
}

// look decides, unless f turns out to lack something: then it changes nothing.
func (s *Set) look(f *facts) (Strike, bool, []Miss) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var tablesRoom [8]*table
	tables := s.covering(f.q.Operation, tablesRoom[:0])
	s.round++
	f.round = s.round
	var room [8]*group
	found := room[:0]
	for _, t := range tables {
		found = t.match(f, found)
	}
	if !f.complete() {
		return Strike{}, false, nil
	}
	var hit *entry
	position := int64(noStrike)
	for _, g := range found {
		if one := g.strike(); one != nil && one.position < position {
			hit, position = one.entry, one.position
		}
	}
	early := s.waiting.early(f.q, found, position)
	if early != nil {
		hit, position = early.entry, early.entry.position
	}
	misses := f.misses(tables, position)
	for _, g := range found {
		g.pass(position)
	}
	if hit == nil {
		return Strike{}, false, misses
	}
	return s.strike(f.q, hit, early), true, misses
}

// covering appends the tables of all patterns that an operation is of.
func (s *Set) covering(name string, tables []*table) []*table {
	if t := s.exact[name]; t != nil {
		tables = append(tables, t)
	}
	if len(s.prefixes) > 0 {
		for i := strings.IndexByte(name, '.'); i >= 0; {
			if t := s.prefixes[name[:i]]; t != nil {
				tables = append(tables, t)
			}
			next := strings.IndexByte(name[i+1:], '.')
			if next < 0 {
				break
			}
			i += 1 + next
		}
	}
	if s.any != nil && operation.Covers(operation.Any, name) {
		tables = append(tables, s.any)
	}
	return tables
}

// strike is what hit does to the call, which has been counted. Must hold mu.
func (s *Set) strike(q *Query, hit *entry, early *waiter) Strike {
	call, _ := hit.group.counts(hit)
	strike := Strike{Rule: &hit.rule, Call: call, Delay: hit.rule.Delay.draw(hit.key, call), Early: early != nil, key: hit.key}
	if r := hit.rule.Respond; r != nil {
		strike.RetryAfter = r.RetryAfter.Std()
		if early != nil {
			strike.RetryAfter = early.punish()
		}
		if r.PunishEarly && strike.RetryAfter > 0 {
			s.waiting.tell(q, hit, strike.RetryAfter, strike.Delay)
		}
	}
	return strike
}

// Strike is what a rule does to a call.
type Strike struct {
	Rule       *Rule         // shared by all its strikes: it never changes, and nobody may change it
	Call       uint64        // which of the calls that match the rule, from 1
	Delay      time.Duration // drawn from the rule's; as in the scenario, see Felt
	RetryAfter time.Duration // of the rule, or longer for a client that came too early; as in the scenario, see Told
	Early      bool          // struck because the client came back too early

	key uint64 // what damage is drawn from
}
