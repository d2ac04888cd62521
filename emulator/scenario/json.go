package scenario

import (
	"bytes"
	"errors"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// readJSON decodes JSON with positions. Like jsontree it refuses nesting without
// end; names that stand twice it notes.
func readJSON(text []byte) (*document, error) {
	r := jsonReader{text: text, d: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)),
		doc: &document{spots: map[string]spot{}}}
	v, err := r.value("", position{}, 0)
	if err == nil {
		if _, err = r.token(); err == io.EOF {
			r.doc.root = v
			return r.doc, nil
		} else if err == nil {
			err = wrong(r.position(r.start), "more text after the end of the object")
		}
	}
	return nil, r.explain(err)
}

type jsonReader struct {
	text  []byte
	d     *jsontext.Decoder
	doc   *document
	lines []int // offset of each line, made when the first position is asked for
	start int   // offset of the latest token
	last  mark  // the last position that was asked for
	nodes int
}

func (r *jsonReader) token() (jsontext.Token, error) {
	from := int(r.d.InputOffset())
	for from < len(r.text) && strings.IndexByte(" \t\r\n:,", r.text[from]) >= 0 {
		from++
	}
	r.start = from
	return r.d.ReadToken()
}

func (r *jsonReader) value(pointer string, key position, depth int) (any, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	at := r.position(r.start)
	r.doc.spots[pointer] = spot{key, at}
	if r.nodes++; r.nodes > maxNodes {
		return nil, wrong(at, "more than %d values", maxNodes)
	}
	kind := t.Kind()
	if (kind == '{' || kind == '[') && depth == maxDepth {
		return nil, wrong(at, "more than %d levels of nesting", maxDepth)
	}
	switch kind {
	case '{':
		m := map[string]any{}
		for r.d.PeekKind() != '}' {
			k, err := r.token()
			if err != nil {
				return nil, err
			}
			name, at := k.String(), r.position(r.start)
			if _, twice := m[name]; twice {
				r.doc.repeat(child(pointer, name), name, at)
				if _, err = r.value(aside, at, depth+1); err != nil {
					return nil, err
				}
				continue
			}
			if m[name], err = r.value(child(pointer, name), at, depth+1); err != nil {
				return nil, err
			}
		}
		_, err = r.token()
		return m, err
	case '[':
		a := []any{}
		for r.d.PeekKind() != ']' {
			v, err := r.value(child(pointer, len(a)), position{}, depth+1)
			if err != nil {
				return nil, err
			}
			a = append(a, v)
		}
		_, err = r.token()
		return a, err
	case '"':
		return t.String(), nil
	case 't', 'f':
		return t.Bool(), nil
	case 'n':
		return nil, nil
	}
	f, err := strconv.ParseFloat(t.String(), 64)
	if err != nil {
		return nil, wrong(at, "the number %s is too large", quote(t.String()))
	}
	return f, nil
}

// mark is a position with its offset.
type mark struct {
	offset int
	position
}

// position returns the line and column of an offset. It counts on from the last
// one: a text of a megabyte may be one line.
func (r *jsonReader) position(offset int) position {
	if r.lines == nil {
		r.lines = []int{0}
		for i, c := range r.text {
			if c == '\n' || c == '\r' && (i+1 == len(r.text) || r.text[i+1] != '\n') {
				r.lines = append(r.lines, i+1)
			}
		}
	}
	offset = min(offset, len(r.text))
	line := sort.SearchInts(r.lines, offset+1)
	from, column := r.lines[line-1], 1
	if r.last.line == line && r.last.offset <= offset {
		from, column = r.last.offset, r.last.column
	}
	r.last = mark{offset, position{line, column + utf8.RuneCount(r.text[from:offset])}}
	return r.last.position
}

func (r *jsonReader) explain(err error) error {
	var own *syntaxError
	if errors.As(err, &own) {
		return own
	}
	var s *jsontext.SyntacticError
	if errors.As(err, &s) {
		reason := strings.TrimPrefix(s.Err.Error(), "jsontext: ")
		if errors.Is(s.Err, io.ErrUnexpectedEOF) {
			reason = "the file ends in the middle of a value"
		}
		return &syntaxError{at: r.position(int(s.ByteOffset)), message: "no JSON: " + reason}
	}
	return wrong(r.position(len(r.text)), "no JSON: the file ends in the middle of a value")
}
