package journal

import (
	"fmt"
	"slices"
	"strings"
)

// RedactQuery returns a raw query, or a form, in which the value of each option
// whose name is a secret's (sig, code, client_secret, access_token and the like,
// in any letter case, escaped or not) is "(redacted)".
func RedactQuery(raw string) string { return redactPairs(raw, nil) }

// RedactBody returns a request's body less secrets: of JSON the values of
// properties whose name tells of one, at any depth; of a form as RedactQuery. Of
// any other text that mentions a secret nothing is kept but how long it was.
func RedactBody(body string) string {
	out, _ := redactBody(body, nil)
	return out
}

// RedactText returns a text for people, such as an error's message, less bearer
// tokens, signed tokens and the values that it gives to names of secrets, as in
// `client_secret=abc` or `"password": "abc"`.
func RedactText(text string) string {
	if !mentions(text) {
		return text
	}
	return redactText(text)
}

// redactBody is RedactBody. It notes the secrets that it takes out. whole is
// false where it could not read the body, and kept nothing.
func redactBody(body string, s *secrets) (out string, whole bool) {
	if !mentions(body) {
		return body, true
	}
	if out, ok := redactJSON(body, s); ok {
		return out, true
	}
	if isForm(body) {
		return redactPairs(body, s), true
	}
	return fmt.Sprintf("(%d bytes, not kept: neither whole JSON nor a form, and they may hold a secret)", len(body)), false
}

// suspicious tells whether any text of e may hold a secret. Most requests, and
// all that come without a query and without a body, hold none. It is asked of
// every request: names as short as a GUID, or a method of HTTP, are not looked at.
func (e *Entry) suspicious() bool {
	path := e.Path
	if strings.HasPrefix(path, usualPath) {
		path = path[len(usualPath)-longestWord:]
	}
	if mentions(path) || mentions(e.Query) || mentions(e.RequestBody) ||
		len(e.Method) > len("OPTIONS") && mentions(e.Method) || len(e.Profile) > len(guid) && mentions(e.Profile) || len(e.Client) > len(guid) && mentions(e.Client) {
		return true
	}
	if p := e.Error; p != nil && (mentions(p.Message) || slices.ContainsFunc(p.Details, func(d ProblemDetail) bool {
		return mentions(d.Message) || mentions(d.Target)
	})) {
		return true
	}
	return e.Detail != nil && slices.ContainsFunc(e.Detail.Misses, func(m Miss) bool { return mentions(m.Why) })
}

const (
	usualPath   = "/beta/education/synchronizationProfiles" // how most paths begin
	longestWord = len("authorization")
	guid        = "00000000-0000-0000-0000-000000000000"
)

// redact takes the secrets out of e, and what it found out of the texts that may
// quote it. It changes nothing that e's pointers lead to.
func (e *Entry) redact() {
	var s secrets
	e.Query = redactPairs(e.Query, &s)
	body, whole := redactBody(e.RequestBody, &s)
	if !whole {
		s.unread = e.RequestBody
	}
	e.RequestBody = body
	if e.answer.text != "" {
		e.ResponseBody, e.answer = e.answer.read(&s), answer{}
	}
	for _, text := range [...]*string{&e.Path, &e.Method, &e.Profile, &e.Client} {
		*text = s.scrub(redactDeep(*text))
	}
	if e.Error != nil {
		p := *e.Error
		p.Message, p.Details = s.scrub(RedactText(p.Message)), slices.Clone(p.Details)
		for i, d := range p.Details {
			p.Details[i].Message, p.Details[i].Target = s.scrub(RedactText(d.Message)), s.scrub(RedactText(d.Target))
		}
		e.Error = &p
	}
	if e.Detail != nil && e.Detail.Misses != nil {
		d := *e.Detail
		d.Misses = slices.Clone(d.Misses)
		for i, m := range d.Misses {
			d.Misses[i].Why = s.scrub(m.Why)
			// It says what a header, an option or a property is, in quotes.
			if mentions(m.Why) {
				d.Misses[i].Why = blot(d.Misses[i].Why)
			}
		}
		e.Detail = &d
	}
}

// isForm tells whether body looks like application/x-www-form-urlencoded: pairs
// without white space, and without what a form would escape.
func isForm(body string) bool {
	return len(body) > 0 && strings.Contains(body, "=") && !strings.ContainsFunc(body, func(r rune) bool {
		return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '{' || r == '}' || r == '\u007f'
	})
}
