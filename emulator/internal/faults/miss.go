package faults

import (
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Miss is a rule of a call's operation that did not strike. It is small, and
// says why only when it is asked.
type Miss struct {
	Rule string // its name

	entry  *entry
	failed int    // index of the condition that did not hold; or one of the following
	got    string // the value in place of the condition's
	absent bool   // there was no value
	call   uint64 // number of the call for the rule
}

// Other values of Miss.failed.
const (
	met      = -1 - iota // none: what is missing is found out in miss
	missPart             // cannot strike a part of a batch
	missCalls
	missChance
)

// miss tells why e did not strike the call, the nth where it matches.
func (c *facts) miss(e *entry, failed int, n uint64) Miss {
	m := Miss{Rule: e.rule.Name, entry: e, failed: failed, call: n}
	switch {
	case failed >= 0:
		m.got, m.absent = c.got(&e.conditions[failed])
	case failed == met && has(e.calls, n):
		m.failed = missChance
	case failed == met:
		m.failed = missCalls
	}
	return m
}

// Why returns the reason for people, as `header X-Run is "3", the rule wants
// "7"`. Values of headers, options and properties that carry secrets are left out.
func (m Miss) Why() string {
	if m.entry == nil {
		return ""
	}
	switch r := &m.entry.rule; m.failed {
	case missPart:
		return "it cannot strike a part of a batch: " + strings.Join(Partless(r), ", ")
	case missCalls:
		return whyNot(r.Calls, m.call)
	case missChance:
		return "chance " + strconv.FormatFloat(r.Chance, 'g', -1, 64) + " did not strike call " + strconv.FormatUint(m.call, 10)
	}
	c := &m.entry.conditions[m.failed]
	var room [256]byte
	b := room[:0]
	switch c.kind {
	case header:
		b = m.appendNamed(b, "header ", "there is no header ", c)
	case query:
		b = m.appendNamed(b, "query option ", "there is no query option ", c)
	case state:
		b = m.appendStanding(b, "state", c)
	case status:
		b = m.appendStanding(b, "status", c)
	case object:
		b = m.appendNamed(b, "the object's ", "the call has no object, or it has nothing at ", c)
	case body:
		b = m.appendNamed(b, "the body's ", "the body has no value at ", c)
	}
	return string(b)
}

func (m *Miss) appendNamed(b []byte, is, isNot string, c *condition) []byte {
	if m.absent {
		b = append(append(b, isNot...), c.shown...)
	} else {
		b = append(append(append(b, is...), c.shown...), " is "...)
		if c.secret {
			return append(b, "not what the rule wants"...)
		}
		b = append(b, c.display(m.got)...)
	}
	if c.secret {
		return append(b, ", the rule wants one"...)
	}
	want := c.display(c.value)
	if c.kind == body || c.kind == object {
		want = c.body.Want()
	}
	return append(append(b, ", the rule wants "...), want...)
}

func (m *Miss) appendStanding(b []byte, what string, c *condition) []byte {
	if m.absent {
		b = append(append(append(b, "the call has no profile, the rule wants one whose "...), what...), " is "...)
		return append(b, c.value...)
	}
	b = append(append(append(b, "the profile's "...), what...), " is "...)
	return append(append(append(b, m.got...), ", the rule wants "...), c.value...)
}

// display shows a value in quotes, but what a body has is shown as it is JSON.
func (c *condition) display(value string) string {
	if c.kind == body || c.kind == object {
		return value
	}
	return words.Quote(value)
}

// whyNot says which calls are struck where the nth is not one of them.
func whyNot(c fault.Calls, n uint64) string {
	verb := "strikes"
	if c.To > 0 && n > c.To {
		verb = "struck"
	}
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	var which string
	switch {
	case c.Every > 0:
		which = "every " + words.Ordinal(c.Every) + " call"
	case c.To == 0:
		which = "calls from " + number(c.From) + " on"
	case max(c.From, 1) == c.To:
		which = "call " + number(c.To)
	default:
		which = "calls " + number(max(c.From, 1)) + " to " + number(c.To)
	}
	return verb + " " + which + "; this was call " + number(n)
}
