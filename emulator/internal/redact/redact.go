// Package redact takes secrets out of what is shown or kept: journals, logs,
// messages. It knows them by the names that they are given, in queries, forms,
// JSON and texts, and by their look. One list of names serves all of these.
package redact

import (
	"fmt"
	"strings"
)

// Query returns a raw query, or a form, in which the value of each option
// whose name is a secret's (sig, code, client_secret, access_token and the like,
// in any letter case, escaped or not) is "(redacted)".
func Query(raw string) string { return pairs(raw, nil) }

// Body returns a request's body less secrets: of JSON the values of
// properties whose name tells of one, at any depth; of a form as Query. Of
// any other text that mentions a secret nothing is kept but how long it was.
func Body(text string) string {
	out, _ := body(text, nil)
	return out
}

// Text returns a text for people, such as an error's message, less bearer
// tokens, signed tokens and the values that it gives to names of secrets, as in
// `client_secret=abc` or `"password": "abc"`.
func Text(text string) string {
	if !Mentions(text) {
		return text
	}
	return inText(text)
}

// body does what Body does, and notes in s what it takes out. whole is false where it
// could not read the text, and kept nothing.
func body(text string, s *Found) (out string, whole bool) {
	if !Mentions(text) {
		return text, true
	}
	if out, ok := inJSON(text, s); ok {
		return out, true
	}
	if isForm(text) {
		return pairs(text, s), true
	}
	return fmt.Sprintf("(%d bytes, not kept: neither whole JSON nor a form, and they may hold a secret)", len(text)), false
}

// isForm tells whether body looks like application/x-www-form-urlencoded: pairs
// without white space, and without what a form would escape.
func isForm(body string) bool {
	return len(body) > 0 && strings.Contains(body, "=") && !strings.ContainsFunc(body, func(r rune) bool {
		return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '{' || r == '}' || r == '\u007f'
	})
}
