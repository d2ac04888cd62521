package record

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/journal"
)

// suspicious tells whether any text of e may hold a secret. Most requests, and
// all that come without a query and without a body, hold none. It is asked of
// every request: names as short as a GUID, or a method of HTTP, are not looked at.
func (e *Entry) suspicious() bool {
	path := e.Path
	if strings.HasPrefix(path, usualPath) {
		path = path[len(usualPath)-longestWord:]
	}
	if redact.Mentions(path) || redact.Mentions(e.Query) || redact.Mentions(e.RequestBody) ||
		len(e.Method) > len("OPTIONS") && redact.Mentions(e.Method) ||
		len(e.Profile) > len(guid) && redact.Mentions(e.Profile) ||
		len(e.Client) > len(guid) && redact.Mentions(e.Client) {
		return true
	}
	if p := e.Error; p != nil && (redact.Mentions(p.Message) || slices.ContainsFunc(p.Details, func(d journal.ProblemDetail) bool {
		return redact.Mentions(d.Message) || redact.Mentions(d.Target)
	})) {
		return true
	}
	return e.Detail != nil && slices.ContainsFunc(e.Detail.Misses, func(m journal.Miss) bool { return redact.Mentions(m.Why) })
}

const (
	usualPath   = "/beta/education/synchronizationProfiles" // how most paths begin
	longestWord = len("authorization")
	guid        = "00000000-0000-0000-0000-000000000000"
)

// redact takes the secrets out of e, and what it found out of the texts that may
// quote it. It changes nothing that e's pointers lead to.
func (e *Entry) redact() {
	var s redact.Found
	e.Query = s.Query(e.Query)
	e.RequestBody = s.Body(e.RequestBody)
	if e.answer.text != "" {
		e.ResponseBody, e.answer = e.answer.read(&s), answer{}
	}
	for _, text := range [...]*string{&e.Path, &e.Method, &e.Profile, &e.Client} {
		*text = s.Scrub(redact.Deep(*text))
	}
	if e.Error != nil {
		p := *e.Error
		p.Message, p.Details = s.Scrub(redact.Text(p.Message)), slices.Clone(p.Details)
		for i, d := range p.Details {
			p.Details[i].Message, p.Details[i].Target = s.Scrub(redact.Text(d.Message)), s.Scrub(redact.Text(d.Target))
		}
		e.Error = &p
	}
	if e.Detail != nil && e.Detail.Misses != nil {
		d := *e.Detail
		d.Misses = slices.Clone(d.Misses)
		for i, m := range d.Misses {
			d.Misses[i].Why = s.Scrub(m.Why)
			// It says what a header, an option or a property is, in quotes.
			if redact.Mentions(m.Why) {
				d.Misses[i].Why = redact.Blot(d.Misses[i].Why)
			}
		}
		e.Detail = &d
	}
}
