package redact

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const byteOrderMark = "\xef\xbb\xbf"

// inJSON returns a JSON text in which the value of each property whose name
// is a secret's is "(redacted)", and so is a string, or a name, that holds a secret
// in its text. null, true, false and "" are none. ok is false where it is no JSON.
func inJSON(text string, s *Found) (out string, ok bool) {
	text = strings.TrimPrefix(text, byteOrderMark)
	// One value: a decoder would read several. It is not too deep for the decoder either.
	if !json.Valid([]byte(text)) {
		return "", false
	}
	r := jsonRedactor{text: text, in: decoder([]byte(text)), found: s}
	if r.run() != nil {
		return "", false
	}
	if r.from == 0 {
		return text, true // nothing was taken out
	}
	r.out.WriteString(text[r.from:])
	return r.out.String(), true
}

// decoder reads whatever encoding/json takes for JSON.
func decoder(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// jsonRedactor goes once through a valid JSON text.
type jsonRedactor struct {
	text  string
	in    *jsontext.Decoder
	out   strings.Builder // what is done
	from  int             // what comes next into out begins here
	found *Found
}

// run errs where the decoder cannot read the text.
func (r *jsonRedactor) run() error {
	for {
		if r.in.PeekKind() != '"' {
			if _, err := r.in.ReadToken(); err != nil {
				return err
			}
		} else if err := r.string(); err != nil {
			return err
		}
		if r.in.StackDepth() == 0 {
			return nil
		}
	}
}

// string reads a string, and where it is a name of a secret its value too.
func (r *jsonRedactor) string() error {
	inside, before := r.in.StackIndex(r.in.StackDepth())
	quoted, err := r.in.ReadValue()
	if err != nil {
		return err
	}
	s := decodeString(quoted)
	if less := Deep(s); less != s { // a name may be a secret, too, as where a form was taken for one
		r.found.addAround(s, less)
		if plain := decode(s); compared(plain) != plain || asksIn(plain) {
			r.found.addCompared(plain)
		}
		r.replace(len(quoted))
	}
	if isName := inside == '{' && before%2 == 0; !isName || !Name(s) {
		return nil
	}
	v, err := r.in.ReadValue()
	if err != nil {
		return err
	}
	switch string(v) {
	case "null", "true", "false", `""`:
	default:
		r.note(v)
		r.replace(len(v))
	}
	return nil
}

// note remembers the texts and numbers of a value, but for names of properties and
// instants: other bodies of the call have the same.
func (r *jsonRedactor) note(v jsontext.Value) {
	if v.Kind() == '"' {
		r.found.add(decodeString(v))
		return
	}
	for in := decoder(v.Clone()); ; {
		inside, before := in.StackIndex(in.StackDepth())
		t, err := in.ReadToken()
		if err != nil {
			return // its end
		}
		k, s := t.Kind(), t.String()
		switch isName := inside == '{' && before%2 == 0; {
		case k != '"' && k != '0':
		case isName && letters(fold(s)) == fold(s):
		default:
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				r.found.add(s)
			}
		}
	}
}

// replace takes out what was read last.
func (r *jsonRedactor) replace(length int) {
	end := int(r.in.InputOffset())
	r.out.WriteString(r.text[r.from : end-length])
	r.out.WriteString(`"` + Mark + `"`)
	r.from = end
}

// decodeString returns what a valid JSON string says.
func decodeString(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(quoted)
	}
	return s
}
