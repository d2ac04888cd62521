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
	values []string
	forms  []string // of the values; made when first needed
	many   bool     // there were more than are kept
	unread string   // a body that may hold some, and could not be read
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
func (s *Found) add(v string) {
	switch {
	case s == nil || v == "" || v == Mark:
	case len(s.values) == maxSecrets:
		s.many = true
	default:
		s.values, s.forms = append(s.values, v[:min(len(v), maxSecret)]), nil
	}
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

// forms are the ways in which a message may write v, each once: as it is, as a
// literal of Go, JSON or OData, and in an address.
func forms(v string) []string {
	quoted := strconv.Quote(v)
	encoded, _ := json.Marshal(v) // a string always can be
	list := []string{v}
	for _, f := range []string{quoted[1 : len(quoted)-1], string(encoded[1 : len(encoded)-1]), strings.ReplaceAll(v, "'", "''"), url.QueryEscape(v), url.PathEscape(v)} {
		if f != v {
			list = append(list, f)
		}
	}
	return list
}

// scrubForm takes each occurrence of v out of text; with cut also those of its
// beginning, where the text leaves the rest out.
func scrubForm(text, v string, cut bool) string {
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
		case n == len(v) || cutHere(text[i+n:]):
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
			if slices.ContainsFunc(strings.FieldsFunc(form, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), func(word string) bool {
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
