package odata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenWord             // a name, keyword, number, date or GUID
	tokenString           // 'text', quotes taken off and doubled ones undone
	tokenTyped            // name'text': prefix and text
	tokenMark             // one of ( ) , / :
)

type token struct {
	kind   tokenKind
	text   string
	prefix string // of tokenTyped
	pos    int    // byte offset of its first character
}

func (t token) is(mark string) bool { return t.kind == tokenMark && t.text == mark }

func (t token) word(w string) bool { return t.kind == tokenWord && strings.EqualFold(t.text, w) }

// lexer cuts a $filter or $orderby clause into tokens, one ahead of the parser.
type lexer struct {
	clause
	pos int
	tok token // the current one
}

// next moves to the following token. After an error the lexer must not be used.
func (l *lexer) next() error {
	for l.pos < len(l.text) && (l.text[l.pos] == ' ' || l.text[l.pos] == '\t') {
		l.pos++
	}
	start := l.pos
	if start == len(l.text) {
		l.tok = token{kind: tokenEnd, pos: start}
		return nil
	}
	c := l.text[start]
	switch {
	case strings.IndexByte("(),/:", c) >= 0:
		l.pos++
		l.tok = token{kind: tokenMark, text: l.text[start:l.pos], pos: start}
		return nil
	case c == '\'':
		text, err := l.quoted()
		l.tok = token{kind: tokenString, text: text, pos: start}
		return err
	case c == '@':
		return l.syntax(start,
			"Annotations and parameter aliases cannot be used here. For the type of a value there is isof(property, microsoft.graph.type).")
	case c == '"':
		return l.syntax(start, "Texts stand in single quotes: 'text'.")
	}
	word := l.word()
	if word == "" {
		return l.syntax(start,
			"A name, a value or a parenthesis should stand here. Operators are words: eq, ne, gt, ge, lt, le, and, or, not, in.")
	}
	l.tok = token{kind: tokenWord, text: word, pos: start}
	if l.pos < len(l.text) && l.text[l.pos] == '\'' && !digit(word[0]) {
		text, err := l.quoted()
		l.tok = token{kind: tokenTyped, prefix: word, text: text, pos: start}
		return err
	}
	return nil
}

// word takes what may be a name or a literal without quotes. Dashes belong to
// it, since a GUID may begin with a letter and OData has no minus between
// operands; colons and plus signs do so in what begins with a digit, where they
// are parts of a date-time, but end a name, where a colon follows a range variable.
func (l *lexer) word() string {
	start := l.pos
	first := l.text[start]
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		ok := c == '_' || c == '.' || c == '-' || digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' ||
			c == '$' && l.pos == start || (c == ':' || c == '+') && digit(first)
		if c >= utf8.RuneSelf { // OData allows letters of any script in a name
			r, n := utf8.DecodeRuneInString(l.text[l.pos:])
			if !unicode.IsLetter(r) {
				break
			}
			l.pos += n
			continue
		}
		if !ok {
			break
		}
		l.pos++
	}
	return l.text[start:l.pos]
}

// quoted takes a text in single quotes, in which two stand for one.
func (l *lexer) quoted() (string, error) {
	start := l.pos
	l.pos++
	doubled := false
	for from := l.pos; l.pos < len(l.text); l.pos++ {
		if l.text[l.pos] != '\'' {
			continue
		}
		if l.pos+1 < len(l.text) && l.text[l.pos+1] == '\'' {
			doubled = true
			l.pos++
			continue
		}
		text := l.text[from:l.pos]
		l.pos++
		if doubled {
			text = strings.ReplaceAll(text, "''", "'")
		}
		return text, nil
	}
	return "", l.syntax(start, "The text that begins here has no closing single quote. A quote inside a text is written twice: 'O''Neil'.")
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
