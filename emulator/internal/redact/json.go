package redact

import (
	"encoding/json"
	"strings"
)

const byteOrderMark = "\xef\xbb\xbf"

// inJSON returns a JSON text in which the value of each property whose name
// is a secret's is "(redacted)", and so is a string, or a name, that holds a secret
// in its text. null, true, false and "" are none. ok is false where it is no JSON.
func inJSON(text string, s *Found) (out string, ok bool) {
	text = strings.TrimPrefix(text, byteOrderMark)
	// encoding/json looks at depth with a stack of its own: no text is too deep
	// for ours.
	if !json.Valid([]byte(text)) {
		return "", false
	}
	r := jsonRedactor{text: text, found: s}
	r.run()
	if r.from == 0 {
		return text, true // nothing was taken out
	}
	r.out.WriteString(text[r.from:])
	return r.out.String(), true
}

// jsonRedactor goes once through a valid JSON text.
type jsonRedactor struct {
	text    string
	out     strings.Builder // what is done
	from    int             // what comes next into out begins here
	objects []bool          // what the place is in: true an object, false an array
	found   *Found
}

func (r *jsonRedactor) run() {
	key := false // the next string is a property's name
	for i := 0; i < len(r.text); i++ {
		switch r.text[i] {
		case '{', '[':
			key = r.text[i] == '{'
			r.objects = append(r.objects, key)
		case '}', ']':
			r.objects = r.objects[:len(r.objects)-1]
			key = false
		case ',':
			key = r.objects[len(r.objects)-1]
		case '"':
			end := stringEnd(r.text, i)
			decoded := decodeString(r.text[i:end])
			if less := Deep(decoded); less != decoded { // a name may be a secret, too, as where a form was taken for one
				r.found.addAround(decoded, less)
				r.replace(i, end)
			}
			if i = end - 1; key && Name(decoded) {
				i = r.value(end)
			}
			key = false
		}
	}
}

// value takes out the value that follows the name which ends at i, and returns
// where the value's last byte is.
func (r *jsonRedactor) value(i int) int {
	for ; r.text[i] == ':' || isSpace(r.text[i]); i++ {
	}
	end := valueEnd(r.text, i)
	switch v := r.text[i:end]; v {
	case "null", "true", "false", `""`:
	default:
		r.note(v)
		r.replace(i, end)
	}
	return end - 1
}

// note remembers the texts and numbers of a value.
func (r *jsonRedactor) note(v string) {
	for i := 0; i < len(v); i++ {
		switch b := v[i]; {
		case b == '"':
			end := stringEnd(v, i)
			r.found.add(decodeString(v[i:end]))
			i = end - 1
		case b == '-' || b >= '0' && b <= '9':
			end := scalarEnd(v, i)
			r.found.add(v[i:end])
			i = end - 1
		}
	}
}

func (r *jsonRedactor) replace(from, to int) {
	r.out.WriteString(r.text[r.from:from])
	r.out.WriteString(`"` + Mark + `"`)
	r.from = to
}

// valueEnd returns where the value that begins at i ends.
func valueEnd(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			i = stringEnd(text, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			i++
		default:
			i = scalarEnd(text, i)
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

// scalarEnd returns where a number or a word that begins at i ends.
func scalarEnd(text string, i int) int {
	if end := strings.IndexAny(text[i:], ",:]} \t\n\r"); end >= 0 {
		return i + end
	}
	return len(text)
}

// stringEnd returns where the string that begins with the quote at i ends.
func stringEnd(text string, i int) int {
	for i++; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// decodeString returns what a valid JSON string says.
func decodeString(quoted string) string {
	if !strings.Contains(quoted, `\`) {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		return quoted
	}
	return s
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }
