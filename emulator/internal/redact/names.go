package redact

import "strings"

// Mark stands in the place of a secret.
const Mark = "(redacted)"

// telling are the parts of a name that make its value a secret, in lower case:
// "clientSecret" and "X-Api-Key" hold one. Chosen, from the names of OAuth, of
// Graph's entities and of what gateways ask for. mark is a pair of letters of
// the word that is rare in JSON and addresses: the scan looks at words only where
// it meets one.
var telling = [...]struct {
	word string
	mark int // where the second letter of the pair is
}{
	{"secret", 3}, {"password", 4}, {"passwd", 4}, {"passphrase", 4}, {"pwd", 1}, {"assertion", 2}, {"token", 3}, {"credential", 1},
	{"authorization", 8}, {"authorisation", 4}, {"cookie", 4}, {"apikey", 4}, {"api_key", 5}, {"api-key", 5},
	{"privatekey", 8}, {"private_key", 9}, {"private-key", 9},
	{"verifier", 4}, {"device_code", 7}, {"user_code", 5},
	{"accountkey", 7}, {"sharedaccesskey", 12}, // of connection strings of Azure
	// What is no part of a name, but tells of a secret in a text:
	{"sig=", 3}, {"signature=", 9}, {"code=", 4}, {"state=", 5}, {"signin=", 6}, {"bearer", 1}, {"eyj", 2},
	{`sig"`, 3}, {`signature"`, 9},
}

// names is how many of telling are parts of names.
const names = 22

// harmless are names that would be told, but hold no secret.
var harmless = map[string]bool{
	"tokenurl": true, "tokenuri": true, "tokenendpoint": true, "tokentype": true, "tokenlifetime": true,
	"clientassertiontype": true, "assertiontype": true,
	"requestedtokentype": true, "subjecttokentype": true, "sharedaccesskeyname": true,
	"skiptoken": true, "deltatoken": true, "continuationtoken": true, // they are this API's own, and say where a page begins
}

// exact are whole names whose value is a secret in a query or a form: of a SAS,
// of OAuth's redirects and devices, and of graphemu's sign-in page. "code" and
// "state" are no secret in JSON.
var exact = map[string]bool{
	"sig": true, "signature": true, "code": true, "state": true, "device_code": true, "user_code": true, "signin": true}

// marks are the pairs of telling, as pair makes them, and with any byte before
// them the bytes that may hide a word.
var marks = func() (m [32 << 8]bool) {
	for _, t := range telling {
		first, second := t.word[t.mark-1], t.word[t.mark]
		m[pair(first, second)] = true
		if second >= 'a' && second <= 'z' {
			m[pair(first, second-'a'+'A')] = true
		}
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

// told tells whether a word stands in s whose mark's second letter is at i.
func told(s string, i int) bool {
	for _, t := range byMark[s[i]&31] {
		from := i - telling[t].mark
		if from >= 0 && hasFold(s[from:], telling[t].word) {
			return true
		}
	}
	return false
}

// byMark is the indices of telling by the second letter of the mark.
var byMark = func() (m [32][]int) {
	for i, t := range telling {
		m[t.word[t.mark]&31] = append(m[t.word[t.mark]&31], i)
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
	for _, t := range telling[:names] {
		if strings.Contains(name, t.word) {
			return !harmless[letters(name)]
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
