// Package faults decides which rule of a world strikes a call, and sends the answer
// as the rule damages it. What a rule says is in package fault.
package faults

import (
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
)

// MaxMisses is how many misses a call has at most.
const MaxMisses = 5

// Decide finds the first rule that strikes a call, and counts the call for that
// rule and for all before it that match. It returns false where none strikes.
// misses are rules of the call's operation that were looked at and did not
// strike, the first MaxMisses of them. What is drawn depends on the seed, the
// rule's name and the number of the call for the rule, and on nothing else.
func (s *Set) Decide(q *Query) (strike Strike, struck bool, misses []Miss) {
	if s.Empty() {
		return Strike{}, false, nil
	}
	c := facts{Query: q}
	rules := s.covering(q.Operation)
	for _, e := range rules {
		if e.byCall && !e.means(q.call()) {
			continue
		}
		failed, n := e.failed(&c), uint64(0)
		if failed == met {
			n = e.matched.Add(1)
			told, early := s.early(q, e)
			if early || e.strikes(n) {
				e.fired.Add(1)
				return s.strike(q, e, n, told), true, misses
			}
		}
		if len(misses) < MaxMisses {
			if misses == nil {
				misses = make([]Miss, 0, min(MaxMisses, len(rules)))
			}
			misses = append(misses, c.miss(e, failed, n))
		}
	}
	return Strike{}, false, misses
}

// failed returns the index of the first condition that does not hold, or
// missPart, or met where the rule applies to the call.
func (e *entry) failed(c *facts) int {
	if e.partless && c.InBatch {
		return missPart
	}
	for i := range e.conditions {
		if !c.holds(&e.conditions[i]) {
			return i
		}
	}
	return met
}

// strikes tells whether the nth call that matches is struck.
func (e *entry) strikes(n uint64) bool {
	if !has(e.calls, n) {
		return false
	}
	if e.rule.Chance <= 0 || e.rule.Chance >= 1 {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.dice.strikes(n)
}

// strike is what e does to its nth call. told is what an early client was told
// before; 0: it is not early.
func (s *Set) strike(q *Query, e *entry, n uint64, told time.Duration) Strike {
	strike := Strike{Rule: &e.rule, Call: n, Delay: drawn(e.rule.Delay, e.key, n), Early: told > 0, key: e.key}
	if r := e.rule.Respond; r != nil {
		if strike.RetryAfter = r.RetryAfter.Std(); told > 0 {
			strike.RetryAfter = punish(told)
		}
		if r.PunishEarly && strike.RetryAfter > 0 {
			s.tell(q, e, strike.RetryAfter, strike.Delay)
		}
	}
	return strike
}

// Strike is what a rule does to a call.
type Strike struct {
	Rule       *fault.Rule   // shared by all its strikes: it never changes, and nobody may change it
	Call       uint64        // which of the calls that match the rule, from 1
	Delay      time.Duration // drawn from the rule's; as in the scenario, see Felt
	RetryAfter time.Duration // of the rule, or longer for a client that came too early; as in the scenario, see Told
	Early      bool          // struck because the client came back too early

	key uint64 // what damage is drawn from
}
