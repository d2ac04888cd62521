package redact

import (
	"slices"
	"strings"
)

// Mark stands in the place of a secret.
const Mark = "(redacted)"

// inNames are the parts of a name that make its value a secret, in lower case:
// "clientSecret" and "X-Api-Key" hold one. Chosen, from the names of OAuth, of Graph's
// entities and of what gateways ask for.
var inNames = []string{
	"secret", "password", "passwd", "passphrase", "pwd", "assertion", "token", "credential",
	"authorization", "authorisation", "x-auth", "cookie", "apikey", "api_key", "api-key", "privatekey", "private_key", "private-key",
	"verifier", "device_code", "user_code",
	"accountkey", "sharedaccesskey", // of connection strings of Azure
}

// inTexts are no parts of names, but tell of a secret in a text: options of addresses,
// the word before a token, and how a signed token begins.
var inTexts = []string{"sig=", "signature=", "code=", "state=", "signin=", "bearer", "eyj", `sig"`, `signature"`}

// telling are all words that tell of a secret.
var telling = slices.Concat(inNames, inTexts)

// harmless are names that would be told, but hold no secret.
var harmless = map[string]bool{
	"tokenurl": true, "tokenuri": true, "tokenendpoint": true, "tokentype": true, "tokenlifetime": true,
	"clientassertiontype": true, "assertiontype": true,
	"requestedtokentype": true, "subjecttokentype": true, "sharedaccesskeyname": true,
	"skiptoken": true, "deltatoken": true, "continuationtoken": true, // they are this API's own, and say where a page begins
	"passwordpolicies": true, "passwordvalidityperiodindays": true, "passwordnotificationwindowindays": true,
}

// exact are whole names whose value is a secret in a query or a form: of a SAS, of
// OAuth's redirects, and of graphemu's sign-in page. In JSON, "code" and "state" are no
// secret.
var exact = map[string]bool{"sig": true, "signature": true, "code": true, "state": true, "signin": true}

// marks are the pairs of bytes that telling words begin with, as pair makes them, and
// with any byte before them the bytes that may hide a word. The scan looks at words
// only where it meets one.
var marks = func() (m [32 << 8]bool) {
	for _, word := range telling {
		m[pair(word[0], word[1])] = true
		m[pair(word[0], strings.ToUpper(word)[1])] = true
	}
	m[pair(':', '/')] = true // of an address, which may have a user and a password
	for before := range byte(32) {
		for _, b := range []byte{'\\', '%', longS[0], kelvin[0]} {
			m[pair(before, b)] = true
		}
	}
	return m
}()

// Two letters beyond ASCII that are letters of ASCII to whoever compares without
// regard to letter case.
const longS, kelvin = "\u017f", "\u212a"

// pair is two bytes as an index, in which letter case makes no difference to the
// first.
func pair(a, b byte) int { return int(a&31)<<8 | int(b) }

// Mentions tells whether s may hold the name of a secret, or a secret that is
// known by its look. It may say so where there is none, never the reverse: a
// text with escapes is taken for one that does.
func Mentions(s string) bool {
	before := 0 // of the byte before, in its place in the index
	for i := range len(s) {
		b := int(s[i])
		if marks[before|b] && hidden(s, i) {
			return true
		}
		before = b & 31 << 8
	}
	return false
}

// hidden tells whether the mark at i is one of a word, or hides any.
func hidden(s string, i int) bool {
	switch s[i] {
	case '\\':
		return true
	case '%':
		return !spelled(s[i:]) || i > 0 && (s[i-1] == ':' || s[i-1] == '/') // an address, of which only slashes are escaped
	case '/':
		_, _, found := userinfo(s, i)
		return found
	case longS[0]:
		return strings.HasPrefix(s[i:], longS)
	case kelvin[0]:
		return strings.HasPrefix(s[i:], kelvin)
	}
	return told(s, i)
}

// spelled tells whether s begins with the escape of a character that is in no
// word: a blank, a quote, a dollar, a bracket, a comma or a slash.
func spelled(s string) bool {
	return len(s) > 2 && s[1] == '2' && strings.IndexByte("024789CFcf", s[2]) >= 0
}

// told tells whether a word stands in s whose second letter is at i.
func told(s string, i int) bool {
	return i > 0 && wordAt(s[i-1:]) != ""
}

// wordAt returns the telling word that s begins with; "" for none.
func wordAt(s string) string {
	for _, word := range bySecond[s[1]&31] {
		if hasFold(s, word) {
			return word
		}
	}
	return ""
}

// bySecond is telling by the second letter.
var bySecond = func() (m [32][]string) {
	for _, word := range telling {
		m[word[1]&31] = append(m[word[1]&31], word)
	}
	return m
}()

// fold brings a name to lower case, as a decoder may that matches names without
// regard to it.
func fold(name string) string {
	if strings.Contains(name, longS) || strings.Contains(name, kelvin) {
		name = strings.ReplaceAll(strings.ReplaceAll(name, longS, "s"), kelvin, "k")
	}
	return strings.ToLower(name)
}

// Name tells whether a property, a header or an option of that name, which
// is decoded, holds a secret.
func Name(name string) bool {
	if len(name) != len("sig") && len(name) != len("signature") && !Mentions(name) {
		return false
	}
	name = fold(name)
	for _, word := range inNames {
		if strings.Contains(name, word) {
			return !harmless[letters(name)] && !strings.HasSuffix(name, "datetime") // lastPasswordChangeDateTime
		}
	}
	return name == "sig" || name == "signature"
}

// Option is Name for a query or a form.
func Option(name string) bool { return exact[fold(name)] || Name(name) }

// letters returns the ASCII letters of a folded name.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, name)
}
