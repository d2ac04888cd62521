package fault

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/subject"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/problem"
)

// Check returns everything that is wrong with a rule, in the order of its
// fields; none is nil. operations are the names that there are; nil leaves the
// operation's name unchecked.
func (r *Rule) Check(operations []string) []problem.Problem {
	return r.CheckWith(func(name string) string { return operation.Wrong(name, operations) })
}

// CheckWith is Check where wrong says what is wrong with an operation, "" for nothing.
func (r *Rule) CheckWith(wrong func(operation string) string) []problem.Problem {
	c := checker{wrong: wrong}
	c.name(r.Name)
	c.operation("/operation", r.Operation)
	for i, name := range r.Except {
		c.operation(fmt.Sprintf("/except/%d", i), name)
	}
	c.calls(r.Calls)
	c.while(r.Operation, r.While)
	c.where(r.Where)
	if !(r.Chance >= 0 && r.Chance <= 1) {
		c.add("/chance", "%v is no share: want one above 0 and at most 1, like 0.2", r.Chance)
	}
	c.span("/delay", r.Delay)
	if r.Respond != nil {
		c.respond(r.Respond)
	}
	if r.Body != nil {
		c.body(r.Body)
	}
	if r.Slow != nil {
		c.slow(r.Slow)
	}
	c.end(r)
	if r.Delay.IsZero() && r.Respond == nil && r.Body == nil && r.Slow == nil && (r.Then == "" || r.Then == Finish) && r.Handled == nil {
		c.add("", "the rule does nothing: give it delay, respond, body, slow, or then with close, reset or hang")
	}
	return c.problems
}

type checker struct {
	problems []problem.Problem
	wrong    func(operation string) string
}

func (c *checker) add(pointer, format string, args ...any) {
	c.problems = append(c.problems, problem.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// maxName is the longest name of a rule in bytes. It stands in addresses and logs.
const maxName = 100

func (c *checker) name(name string) {
	switch {
	case name == "": // see DefaultName
	case len(name) > maxName:
		c.add("/name", "%s is too long: the most is %d bytes", words.Quote(name), maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !inName(r) }) || strings.ContainsRune("_.-", rune(name[0])):
		c.add("/name", "%s is no name: want letters, digits and, after the first, any of _ . -", words.Quote(name))
	}
}

// inName tells whether a name may hold r: what scenario files allow.
func inName(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r)
}

func (c *checker) operation(pointer, name string) {
	if wrong := c.wrong(name); wrong != "" {
		c.add(pointer, "%s", wrong)
	}
}

func (c *checker) calls(calls Calls) {
	switch {
	case calls == empty:
		c.add("/calls", "calls are counted from 1, and a range ends where it begins or later")
	case calls.Every > 0 && (calls.From > 0 || calls.To > 0):
		c.add("/calls", "a range and every %d exclude each other", calls.Every)
	case max(calls.From, calls.To, calls.Every) > MaxCalls:
		c.add("/calls", "%d is too high: the most is %d", max(calls.From, calls.To, calls.Every), MaxCalls)
	case calls.To > 0 && calls.To < calls.From:
		c.add("/calls", "the range %d-%d ends before it begins", calls.From, calls.To)
	}
}

// A misspelled state or status would never match, and nobody would know why. Of objects
// that are no profiles, they may be anything.
func (c *checker) while(operation string, w While) {
	profiles := ofProfiles(operation)
	if profiles {
		c.oneOf("/while/state", "state", w.State, subject.States)
		c.oneOf("/while/status", "status", w.Status, subject.Statuses)
	}
	for _, path := range slices.Sorted(maps.Keys(w.Object)) {
		pointer := "/while/" + jsontree.Escape(path)
		for _, wrong := range match.Wrong(path, w.Object[path]) {
			c.add(pointer, "%s", wrong)
		}
		if near := words.Nearest(path, []string{"state", "status"}); profiles && near != "" {
			c.add(pointer, "a profile has no %s; did you mean %s?", words.Quote(path), near)
		}
	}
}

// ofProfiles tells whether calls of an operation may be about profiles.
func ofProfiles(operation string) bool {
	switch {
	case operation == "*" || operation == "graph.*", strings.HasPrefix(operation, "profiles."), strings.HasPrefix(operation, "upload."):
		return true
	}
	return strings.Contains(operation, " ") && strings.Contains(strings.ToLower(operation), "synchronizationprofiles")
}

// oneOf checks a name that may be absent.
func (c *checker) oneOf(pointer, what, name string, known []string) {
	if name != "" && !slices.Contains(known, name) {
		c.add(pointer, "there is no %s %s: want %s%s", what, words.Quote(name), words.Join(known, "or"), words.Suggestion(name, known))
	}
}

// unseen are headers that net/http takes out of the request, so that no rule
// could ever meet them.
var unseen = []string{"host", "transfer-encoding", "trailer"}

func (c *checker) where(w Where) {
	for _, name := range slices.Sorted(maps.Keys(w.Header)) {
		pointer := "/where/header/" + jsontree.Escape(name)
		switch {
		case !isToken(name):
			c.add(pointer, "%s is no name of a header", words.Quote(name))
		case slices.Contains(unseen, strings.ToLower(name)):
			c.add(pointer, "the header %s cannot be asked for: it belongs to the connection", name)
		case !isFieldValue(w.Header[name]):
			c.add(pointer, "%s is no value that a header can have", words.Quote(w.Header[name]))
		}
	}
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(w.Query)) {
		pointer := "/where/query/" + jsontree.Escape(name)
		if option := match.OptionName(name); option == "" {
			c.add(pointer, "a query option needs a name, like $top")
		} else if other, twice := seen[option]; twice {
			c.add(pointer, "the option %s is asked for twice: as %s too", name, words.Quote(other))
		} else {
			seen[option] = name
		}
	}
	for _, path := range slices.Sorted(maps.Keys(w.Body)) {
		pointer := "/where/body/" + jsontree.Escape(path)
		for _, wrong := range match.Wrong(path, w.Body[path]) {
			c.add(pointer, "%s", wrong)
		}
	}
}

func (c *checker) span(pointer string, s Span) {
	switch {
	case s.Min < 0:
		c.add(pointer, "%v is negative: want a duration of zero or more, like 80ms", s.Min)
	case s.Max < s.Min:
		c.add(pointer, "the range %v-%v ends before it begins", s.Min, s.Max)
	case s.Max > clock.MaxDuration:
		c.add(pointer, "%v is too long: the most is %v", s.Max, clock.MaxDuration)
	}
}

// managed are the headers of an answer that say how it is sent.
var managed = []string{"content-length", "transfer-encoding", "connection", "trailer", "content-encoding"}

func (c *checker) respond(r *Respond) {
	c.status(r)
	if r.Body != nil {
		if r.Error != "" {
			c.add("/respond/error", "an error and a body exclude each other")
		}
		if r.Message != "" {
			c.add("/respond/message", "a message is the error's, and a body is in place of an error: put it into the body")
		}
		if !json.Valid(r.Body) {
			c.add("/respond/body", "%s is no JSON; text is written as a JSON string", words.Quote(string(r.Body)))
		}
	}
	given := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		pointer, lower := "/respond/headers/"+jsontree.Escape(name), strings.ToLower(name)
		other, twice := given[lower]
		given[lower] = name
		switch {
		case !isToken(name):
			c.add(pointer, "%s is no name of a header", words.Quote(name))
		case twice:
			c.add(pointer, "the header is given twice: as %s too", words.Quote(other))
		case slices.Contains(managed, lower):
			c.add(pointer, "the header %s cannot be set: it says how an answer is sent", name)
		case lower == "retry-after" && r.RetryAfter != 0:
			c.add(pointer, "Retry-After is given twice: in retryAfter too")
		case !isFieldValue(r.Headers[name]):
			c.add(pointer, "%s is no value that a header can have", words.Quote(r.Headers[name]))
		}
	}
	c.retryAfter(r)
}

func (c *checker) status(r *Respond) {
	const pointer = "/respond/status"
	switch {
	case r.Status >= 400 && r.Status <= 599:
	case r.Status == 204 || r.Status == 205:
		if r.Body != nil {
			c.add(pointer, "%d is an answer without a body: leave the body out, or give another status", r.Status)
		}
	case r.Status < 200 || r.Status > 299:
		c.add(pointer, "%d is no status of an answer: want 400 to 599, or 200 to 299 with a body", r.Status)
	case r.Body == nil && r.Status != 202:
		c.add(pointer, "%d is no error: give it a body, or a status of 400 to 599; 202 and 204 can do without", r.Status)
	}
	if r.Body == nil && r.Status < 300 {
		if r.Error != "" {
			c.add("/respond/error", "%d is no error, and has none", r.Status)
		}
		if r.Message != "" {
			c.add("/respond/message", "a message is that of an error, and %d is none", r.Status)
		}
	}
}

var formats = []string{FormatSeconds, FormatDecimal, FormatDate}

func (c *checker) retryAfter(r *Respond) {
	if r.RetryAfter < 0 {
		c.add("/respond/retryAfter", "%v is negative: want a duration like 20s", r.RetryAfter)
	} else if r.RetryAfter.Std() > clock.MaxDuration {
		c.add("/respond/retryAfter", "%v is too long: the most is %v", r.RetryAfter, clock.MaxDuration)
	}
	c.oneOf("/respond/retryAfterFormat", "format", r.RetryAfterFormat, formats)
	if r.RetryAfter == 0 {
		if r.RetryAfterFormat != "" {
			c.add("/respond/retryAfterFormat", "there is no retryAfter that could be written so")
		}
		if r.PunishEarly {
			c.add("/respond/punishEarly", "without a retryAfter nobody can be early: add one, like 20s")
		}
	}
}

func (c *checker) slow(s *Slow) {
	if s.Bytes < 1 || s.Bytes > MaxBytes {
		c.add("/slow/bytes", "%d is no size of a piece: want 1 to %d bytes", s.Bytes, MaxBytes)
	}
	if s.Every <= 0 || s.Every.Std() > clock.MaxDuration {
		c.add("/slow/every", "%v is no time between two pieces: want one above 0 like 100ms, and at most %v", s.Every, clock.MaxDuration)
	}
}

var ends = []string{string(Finish), string(Close), string(Reset), string(Hang)}

// end checks Then and Handled.
func (c *checker) end(r *Rule) {
	c.oneOf("/then", "end", string(r.Then), ends)
	switch {
	case r.Handled == nil:
	case r.Then == "":
		c.add("/handled", "it says what happens before an answer is lost: add then: close, reset or hang")
	case *r.Handled:
	case r.Then == Finish:
		c.add("/then", "a request that is not handled has no answer that could finish: want close, reset or hang")
	case r.Respond != nil || r.Body != nil || r.Slow != nil:
		c.add("/handled", "a request that is not handled has no answer, so respond, body and slow have nothing to do")
	}
}

// isToken tells whether s is a token of HTTP, as the name of a header is.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// isFieldValue tells whether s can be sent and received as a header's value.
func isFieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return strings.Trim(s, " \t") == s
}
