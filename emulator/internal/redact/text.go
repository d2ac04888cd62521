package redact

import (
	"strings"
	"unicode/utf8"
)

// inText is Text for a text of which Mentions is true. It goes through the text once,
// from one telling word to the next.
func inText(text string) string {
	var out strings.Builder
	from := 0 // what comes next into out begins here
	for i := 1; i < len(text); i++ {
		if !marks[pair(text[i-1], text[i])] {
			continue
		}
		if begin, end, found := userinfo(text, i); found {
			if text[begin:end] != Mark {
				out.WriteString(text[from:begin])
				out.WriteString(Mark)
				from = end
			}
			i = end
			continue
		}
		word := wordAt(text[i-1:])
		if at := i - 1; word != "" && at >= from {
			value, end := secretValue(text, at, word)
			if end > value && !strings.HasPrefix(text[value:], Mark) {
				out.WriteString(text[from:value])
				out.WriteString(Mark)
				from = end
			}
			i = max(i, end-1)
		}
	}
	if from == 0 {
		return compared(text)
	}
	out.WriteString(text[from:])
	return compared(out.String())
}

// hasFold tells whether s begins with a word that is in lower case.
func hasFold(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		b := s[i]
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != word[i] {
			return false
		}
	}
	return true
}

// secretValue returns where the secret stands that the word at tells of. Where
// it tells of none, both are where the search goes on.
func secretValue(text string, at int, word string) (value, end int) {
	after := at + len(word)
	switch word {
	case "bearer":
		return bearer(text, after)
	case "eyj": // base64 of {" : a signed token
		if text[at:after] != "eyJ" || at > 0 && nameByte(text[at-1]) && text[at-1] != '.' {
			return after, after
		}
		end = after
		for end < len(text) && (nameByte(text[end]) || text[end] == '+' || text[end] == '/' || text[end] == '=') {
			end++
		}
		if end-at < shortestToken {
			return end, end
		}
		return at, end
	case "code=":
		begin := at // of user_code, device_code
		for begin > 0 && at-begin < maxOption && nameByte(text[begin-1]) {
			begin--
		}
		if !Option(text[begin:after-1]) || begin > 0 && text[begin-1] != '?' && text[begin-1] != '&' {
			return after, after
		}
		return after, wordEnd(text, after)
	}
	if last := word[len(word)-1]; last == '=' || last == '"' {
		after--
	}
	begin := at
	for begin > 0 && at-begin < maxOption && nameByte(text[begin-1]) {
		begin--
	}
	for after < len(text) && after-at < maxOption && nameByte(text[after]) {
		after++
	}
	name := text[begin:after]
	if !Name(name) {
		return after, after
	}
	return assigned(text, after, name)
}

// shortestToken is how long a text that begins as a signed token is at least.
const shortestToken = 12

// maxOption is how far a name goes on around a telling word, in bytes.
const maxOption = 128

// nameByte tells whether b may be a part of an option's name.
func nameByte(b byte) bool {
	return b >= utf8.RuneSelf || b == '_' || b == '-' || b == '.' || b == '$' || b == '@' ||
		b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// bearer finds the token after the word bearer. A word in lower case, as in "a
// bearer token", is none.
func bearer(text string, after int) (value, end int) {
	value = skip(text, after, " \t")
	if value == after {
		return after, after
	}
	end = wordEnd(text, value)
	for i := value; i < end; i++ {
		if text[i] < 'a' || text[i] > 'z' {
			return value, end
		}
	}
	return end, end
}

// assigned finds the value that follows a name: after an equals sign, or after a
// colon where the name is quoted, as in JSON, or a header's. "clientSecret: want a
// string" is a message.
func assigned(text string, after int, name string) (value, end int) {
	i := skip(text, after, `\\`)
	quoted := i < len(text) && (text[i] == '"' || text[i] == '\'')
	if quoted {
		i++
	}
	i = skip(text, i, " \t\r\n")
	if i == len(text) || text[i] != '=' && (text[i] != ':' || !quoted && !headerName(name)) {
		return after, after
	}
	header := text[i] == ':' && !quoted
	value = skip(text, i+1, " \t\r\n")
	switch {
	case value == len(text):
		return value, value
	case header:
		return value, lineEnd(text, value) // "Bearer abc"
	case text[value] == '{' || text[value] == '[':
		return value, len(text)
	}
	if i := skip(text, value, `\\`); i < len(text) && (text[i] == '"' || text[i] == '\'') {
		return value, quoteEnd(text, i)
	}
	return value, wordEnd(text, value)
}

// skip returns where the bytes of set that stand at i end.
func skip(text string, i int, set string) int {
	for i < len(text) && strings.IndexByte(set, text[i]) >= 0 {
		i++
	}
	return i
}

// quoteEnd returns where the quotation ends whose first quote is at i. One that
// is escaped in itself goes on to the next quote that is not: too far, rather
// than not far enough.
func quoteEnd(text string, i int) int {
	for end := i + 1; end < len(text); end++ {
		switch text[end] {
		case '\\':
			end++
		case text[i]:
			return end + 1
		}
	}
	return len(text)
}

// wordEnd returns where the word that begins at i ends.
func wordEnd(text string, i int) int {
	if end := strings.IndexAny(text[i:], " \t\r\n&;,\"')}]"); end >= 0 {
		return i + end
	}
	return len(text)
}

func lineEnd(text string, i int) int {
	if end := strings.IndexAny(text[i:], "\r\n\"'"); end >= 0 {
		return i + end
	}
	return len(text)
}

// headerName tells whether a name is that of a header with a secret.
func headerName(name string) bool {
	name = fold(name)
	return strings.Contains(name, "authori") || strings.Contains(name, "cookie") ||
		strings.Contains(name, "-key") || strings.Contains(name, "-token")
}
