package fault

import (
	"strconv"
	"strings"

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
	missPart = -1 - iota // cannot strike a part of a batch
	missCalls
	missChance
)

// misses returns the first rules of tables before a position, which did not strike.
// The call has not been counted yet. The set's lock must be held.
func (f *facts) misses(tables []*table, position int64) []Miss {
	var at [8]int // of tables: there are no more but for an operation of many dots
	tables = tables[:min(len(tables), len(at))]
	var misses []Miss
	for len(misses) < MaxMisses {
		var first *entry
		from := 0
		for i, t := range tables {
			if at[i] < len(t.rules) && (first == nil || t.rules[at[i]].position < first.position) {
				first, from = t.rules[at[i]], i
			}
		}
		if first == nil || first.position >= position {
			break
		}
		at[from]++
		if misses == nil {
			misses = make([]Miss, 0, min(MaxMisses, len(tables[0].rules)))
		}
		misses = append(misses, f.miss(first))
	}
	return misses
}

// miss tells why e did not strike.
func (f *facts) miss(e *entry) Miss {
	m := Miss{Rule: e.rule.Name, entry: e}
	if e.partless && f.q.InBatch {
		m.failed = missPart
		return m
	}
	for i := range e.conditions {
		// What is not known was not asked for, since another condition failed.
		if holds, known := f.peek(&e.conditions[i]); known && !holds {
			m.failed = i
			m.got, m.absent = f.got(&e.conditions[i])
			return m
		}
	}
	matched, _ := e.group.counts(e)
	m.call, m.failed = matched+1, missChance
	if e.rule.Calls.next(m.call) != m.call {
		m.failed = missCalls
	}
	return m
}

// peek is holds, and wants nothing.
func (f *facts) peek(c *condition) (holds, known bool) {
	switch c.kind {
	case header:
	case body:
		if !f.known[body] {
			return false, false
		}
		value, known := f.values[c.name]
		return value == c.value, known || len(f.body) == 0
	case query:
		if !f.known[query] {
			return false, false
		}
	default:
		if !f.known[status] {
			return false, false
		}
	}
	return f.holds(c)
}

// got returns what the call has in place of what a condition wants.
func (f *facts) got(c *condition) (value string, absent bool) {
	switch c.kind {
	case header:
		if values := f.q.Header[c.name]; len(values) > 0 {
			return values[0], false
		}
		return "", true
	case query:
		for _, o := range f.options {
			if o.name == c.name {
				return o.value, false
			}
		}
		return "", true
	case state:
		return f.state, !f.subject
	case status:
		return f.status, !f.subject
	}
	value = f.values[c.name]
	return value, value == ""
}

// Why returns the reason for people, as `header X-Run is "3", the rule wants
// "7"`. Values of headers, options and properties that carry secrets are left out.
func (m Miss) Why() string {
	if m.entry == nil {
		return ""
	}
	switch r := &m.entry.rule; m.failed {
	case missPart:
		return "it cannot strike a part of a batch: " + strings.Join(partless(r), ", ")
	case missCalls:
		return r.Calls.why(m.call)
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
		b = appendValue(b, c.kind, m.got)
	}
	if c.secret {
		return append(b, ", the rule wants one"...)
	}
	return appendValue(append(b, ", the rule wants "...), c.kind, c.value)
}

func (m *Miss) appendStanding(b []byte, what string, c *condition) []byte {
	if m.absent {
		b = append(append(append(b, "the call has no profile, the rule wants one whose "...), what...), " is "...)
		return append(b, c.value...)
	}
	b = append(append(append(b, "the profile's "...), what...), " is "...)
	return append(append(append(b, m.got...), ", the rule wants "...), c.value...)
}

// appendValue shows a value: texts in quotes, numbers and words without.
func appendValue(b []byte, k kind, value string) []byte {
	const most = 60
	if k == body {
		if number, ok := strings.CutPrefix(value, "#"); ok {
			return append(b, number...)
		}
		text, ok := strings.CutPrefix(value, `"`)
		if !ok {
			return append(b, value...)
		}
		value = text
	}
	if len(value) > most {
		return append(strconv.AppendQuote(b, strings.ToValidUTF8(value[:most], "")), "…"...)
	}
	return strconv.AppendQuote(b, value)
}

// why says which calls are struck where the nth is not one of them.
func (c Calls) why(n uint64) string {
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
