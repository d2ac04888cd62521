package redact

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Found are the values that were taken out of a request, to be taken out of
// the texts that quote it too.
type Found struct {
	values []value
	forms  []value // of the values; made when first needed
	many   bool    // there were more than are kept
	unread string  // a body that may hold some, and could not be read
}

// value is a text with a secret in it. What stands before the secret is open: a
// text that has no more of it tells nothing.
type value struct {
	text string
	open int // bytes
}

const (
	maxSecrets = 64  // of one request
	shortest   = 4   // what is shorter is taken out only where it stands in quotes
	prefix     = 6   // so much of a secret is told too much, where a message cut it
	maxSecret  = 256 // of a longer one the beginning is looked for
)

// Query does what the function Query does, and notes what it takes out.
func (s *Found) Query(raw string) string { return pairs(raw, s) }

// Body does what the function Body does, and notes what it takes out.
func (s *Found) Body(text string) string {
	out, whole := body(text, s)
	if !whole {
		s.unread = text
	}
	return out
}

// add notes a secret. s may be nil.
func (s *Found) add(v string) { s.addAround(v, v) }

// addAround notes a text with a secret in it; less is the text without.
func (s *Found) addAround(v, less string) {
	switch {
	case s == nil || v == "" || v == Mark:
	case len(s.values) == maxSecrets:
		s.many = true
	default:
		known := v[:min(len(v), maxSecret)]
		s.values, s.forms = append(s.values, value{known, opening(known, less)}), nil
	}
}

// opening returns how far less says the same as v before its first mark; 0 where
// it has none.
func opening(v, less string) int {
	i := strings.Index(less, Mark)
	if i < 0 || !strings.HasPrefix(v, less[:i]) {
		return 0
	}
	return i
}

// Scrub returns text less what is known, however it is written there.
func (s *Found) Scrub(text string) string {
	if text == "" || len(s.values) == 0 && s.unread == "" {
		return text
	}
	if s.forms == nil {
		for _, v := range s.values {
			s.forms = append(s.forms, forms(v)...)
		}
	}
	for _, cut := range [...]bool{false, true} { // the beginning of one form may be a part of another
		for _, form := range s.forms {
			text = scrubForm(text, form, cut)
		}
	}
	if s.unread != "" {
		text = s.scrubWords(text)
	}
	if s.many || s.unread != "" {
		text = Blot(text)
	}
	return text
}

// spellings are the ways in which a message may write a text: as it is, as a
// literal of Go, JSON or OData, and in an address.
var spellings = [...]func(string) string{
	func(s string) string { return s },
	func(s string) string { quoted := strconv.Quote(s); return quoted[1 : len(quoted)-1] },
	func(s string) string { encoded, _ := json.Marshal(s); return string(encoded[1 : len(encoded)-1]) }, // a string always can be
	func(s string) string { return strings.ReplaceAll(s, "'", "''") },
	url.QueryEscape,
	url.PathEscape,
}

// forms returns v in all spellings, each once.
func forms(v value) []value {
	var list []value
	for _, spell := range spellings {
		f := value{spell(v.text), len(spell(v.text[:v.open]))}
		if len(list) == 0 || f.text != v.text {
			list = append(list, f)
		}
	}
	return list
}

// scrubForm takes each occurrence of v out of text; with cut also those of its
// beginning, where the text leaves the rest out but says more than what is open.
func scrubForm(text string, form value, cut bool) string {
	v := form.text
	if len(v) < shortest {
		return strings.NewReplacer(`"`+v+`"`, `"`+Mark+`"`, "'"+v+"'", "'"+Mark+"'").Replace(text)
	}
	beginning := v
	if cut {
		beginning = v[:min(len(v), prefix)]
	}
	if !strings.Contains(text, beginning) {
		return text
	}
	var out strings.Builder
	for {
		i := strings.Index(text, beginning)
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		n := len(beginning)
		for n < len(v) && i+n < len(text) && text[i+n] == v[n] {
			n++
		}
		out.WriteString(text[:i])
		switch {
		case n == len(v) && n >= maxSecret:
			n = wordEnd(text, i+n) - i // only its beginning is known
			fallthrough
		case n == len(v) || n > form.open && cutHere(text[i+n:]):
			out.WriteString(Mark)
		default:
			n = 1
			out.WriteString(text[i : i+n])
		}
		text = text[i+n:]
	}
}

// cutHere tells whether a quotation ends where rest begins.
func cutHere(rest string) bool {
	return rest == "" || strings.HasPrefix(rest, "…") || strings.HasPrefix(rest, "...") || strings.ContainsRune("\"'`", rune(rest[0]))
}

// maxCompared is how many bytes of the unread body are compared with the words of
// one text. Beyond it every word is taken for one of the body.
const maxCompared = 64 << 20

// scrubWords takes out what stands between two blanks and has a word in it that
// the unread body has too.
func (s *Found) scrubWords(text string) string {
	compared := 0
	parts := strings.Split(text, " ")
	for i, part := range parts {
		for _, form := range [...]string{part, decode(part), unquote(part)} {
			if slices.ContainsFunc(strings.FieldsFunc(form,
				func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), func(word string) bool {
				if len(word) < shortest {
					return false
				}
				compared += len(s.unread)
				return compared > maxCompared || strings.Contains(s.unread, word)
			}) {
				parts[i] = "…"
				break
			}
		}
	}
	return strings.Join(parts, " ")
}

// Blot takes out whatever a text has in quotes.
func Blot(text string) string {
	var out strings.Builder
	from := 0
	for i := 0; i < len(text); i++ {
		quote := text[i]
		if quote != '"' && quote != '`' && (quote != '\'' || i > 0 && nameByte(text[i-1])) { // an apostrophe is none
			continue
		}
		end := i + 1
		for end < len(text) && text[end] != quote {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		out.WriteString(text[from : i+1])
		out.WriteString(Mark)
		i, from = end, min(end, len(text))
	}
	out.WriteString(text[from:])
	return out.String()
}
