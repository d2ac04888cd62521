package scenario

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxSize is how many bytes a scenario may have.
const MaxSize = 1 << 20

// What else bounds a file. Scenarios that people write stay far below all of it.
const (
	maxDepth   = 64      // levels of nesting
	maxNodes   = 100_000 // values, after aliases were followed
	maxTokens  = 60_000  // of YAML: its parser recurses, and a level is a token at least
	maxKeys    = 1_000   // of a block mapping: YAML's parser recurses along them
	maxAnchors = 1_000
	maxBlank   = 100 // empty lines in a row: YAML's scanner takes the square of their number
	maxAngles  = 100 // < in a row, likewise
)

// position is a place in a text, counted from 1; the zero value is none.
type position struct{ line, column int }

// spot is where a value and, in an object, its name stand.
type spot struct{ key, value position }

// document is a decoded text: plain values, and where each of them stands.
type document struct {
	root  any             // map[string]any, []any, string, float64, bool or nil
	spots map[string]spot // by JSON pointer
	twice []*syntaxError  // names that stand twice in an object; the first counts
}

// repeat notes that a name of an object stands there once more.
func (d *document) repeat(pointer, name string, at position) {
	if strings.HasPrefix(pointer, aside) {
		return
	}
	d.twice = append(d.twice, &syntaxError{at: at, pointer: pointer,
		message: fmt.Sprintf("the name %s stands twice, first in line %d", quote(name), d.key(pointer).line)})
}

// at returns where the value of a pointer stands, or the nearest value around it.
func (d *document) at(pointer string) position {
	for {
		if s, ok := d.spots[pointer]; ok {
			return s.value
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return position{1, 1}
		}
		pointer = pointer[:i]
	}
}

// key returns where the name of a pointer's value stands, if it has one.
func (d *document) key(pointer string) position {
	if s, ok := d.spots[pointer]; ok && s.key.line > 0 {
		return s.key
	}
	return d.at(pointer)
}

// syntaxError is why a text is no document at all, or has a name twice.
type syntaxError struct {
	at      position
	pointer string
	message string
}

func (e *syntaxError) Error() string { return e.message }

// problem is what people are told of it.
func (e *syntaxError) problem(file string) Problem {
	return Problem{File: file, Line: e.at.line, Column: e.at.column, Path: readable(e.pointer), Message: e.message}
}

// aside is where a value is read whose name stood there before: what it holds is
// read for its anchors, and forgotten.
const aside = "/\x00"

func wrong(at position, format string, args ...any) error {
	return &syntaxError{at: at, message: fmt.Sprintf(format, args...)}
}

// read decodes YAML or JSON. A text that begins as a JSON object is read as
// JSON, which is stricter, where it is that or isJSON says so.
func read(text []byte, isJSON bool) (*document, error) {
	text, err := plainText(text)
	if err != nil {
		return nil, err
	}
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) == 0 {
		return nil, wrong(position{1, 1}, "the file is empty; the least that a scenario has is version: 1")
	}
	if isJSON || trimmed[0] == '{' {
		d, err := readJSON(text)
		if err == nil || isJSON {
			return d, err
		}
	}
	return readYAML(text)
}

// plainText refuses what no editor writes, and drops a byte order mark.
func plainText(text []byte) ([]byte, error) {
	if len(text) > MaxSize {
		return nil, wrong(position{}, "the file has %d bytes; the most is %d", len(text), MaxSize)
	}
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(text, []byte(mark)) {
			return nil, wrong(position{1, 1}, "the file is UTF-16; save it as UTF-8")
		}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	line, column, blank := 1, 1, 0
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		at := position{line, column}
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, wrong(at, "the byte 0x%02X is no UTF-8", rest[0])
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7f, r == '\u0085', r == '\u2028', r == '\u2029', r == '\ufeff':
			return nil, wrong(at, "the character %U is not allowed; write it escaped, in double quotes", r)
		case r == '\n', r == '\r' && !bytes.HasPrefix(rest, []byte("\r\n")):
			line, column = line+1, 1
			if blank++; blank > maxBlank {
				return nil, wrong(at, "more than %d empty lines in a row", maxBlank)
			}
			rest = rest[size:]
			continue
		case r != ' ' && r != '\t' && r != '\r':
			blank = 0
		}
		column++
		rest = rest[size:]
	}
	return text, nil
}
