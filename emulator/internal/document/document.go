// Package document reads a text that people wrote, YAML or JSON, into plain values,
// and knows where in the text each of them stands.
package document

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// What bounds a text, beside its size, which is for the caller to bound. Texts that
// people write stay far below all of it.
const (
	maxDepth   = 64      // levels of nesting
	maxNodes   = 100_000 // values, after aliases were followed
	maxTokens  = 60_000  // of YAML: its parser recurses, and a level is a token at least
	maxKeys    = 1_000   // of a block mapping: YAML's parser recurses along them
	maxAnchors = 1_000
	maxBlank   = 100 // empty lines in a row: YAML's scanner takes the square of their number
	maxAngles  = 100 // < in a row, likewise
)

// Position is a place in a text, counted from 1; the zero value is none.
type Position struct{ Line, Column int }

// spot is where a value and, in an object, its name stand.
type spot struct{ key, value Position }

// Document is a decoded text: plain values, and where each of them stands.
type Document struct {
	Root  any      // map[string]any, []any, string, float64, bool or nil
	Twice []*Error // names that stand twice in an object; the first counts

	spots map[string]spot // by JSON pointer
}

// repeat notes that a name of an object stands there once more.
func (d *Document) repeat(pointer, name string, at Position) {
	if strings.HasPrefix(pointer, aside) {
		return
	}
	d.Twice = append(d.Twice, &Error{At: at, Pointer: pointer,
		Message: fmt.Sprintf("the name %s stands twice, first in line %d", words.Quote(name), d.Key(pointer).Line)})
}

// At returns where the value of a pointer stands, or the nearest value around it.
func (d *Document) At(pointer string) Position {
	for {
		if s, ok := d.spots[pointer]; ok {
			return s.value
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return Position{1, 1}
		}
		pointer = pointer[:i]
	}
}

// Key returns where the name of a pointer's value stands, if it has one.
func (d *Document) Key(pointer string) Position {
	if s, ok := d.spots[pointer]; ok && s.key.Line > 0 {
		return s.key
	}
	return d.At(pointer)
}

// Error is why a text is no document at all, or has a name twice.
type Error struct {
	At      Position
	Pointer string // JSON pointer of a name that stands twice
	Message string
}

func (e *Error) Error() string { return e.Message }

// aside is where a value is read whose name stood there before: what it holds is
// read for its anchors, and forgotten.
const aside = "/\x00"

func wrong(at Position, format string, args ...any) error {
	return &Error{At: at, Message: fmt.Sprintf(format, args...)}
}

// Read decodes YAML or JSON. A text that begins as a JSON object is read as
// JSON, which is stricter, where it is that or isJSON says so. It errs with
// *Error.
func Read(text []byte, isJSON bool) (*Document, error) {
	text, err := plainText(text)
	if err != nil {
		return nil, err
	}
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) == 0 {
		return nil, wrong(Position{1, 1}, "the file is empty; the least that a scenario has is version: 1")
	}
	if isJSON || trimmed[0] == '{' {
		err := checkJSON(text)
		if err == nil {
			// In JSON a tab stands between values only; YAML's scanner counts no column for it.
			return readYAML(strings.ReplaceAll(string(text), "\t", " "), true)
		}
		if isJSON {
			return nil, err
		}
	}
	return readYAML(string(text), false)
}

// plainText refuses what no editor writes, and drops a byte order mark.
func plainText(text []byte) ([]byte, error) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(text, []byte(mark)) {
			return nil, wrong(Position{1, 1}, "the file is UTF-16; save it as UTF-8")
		}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	line, column, blank := 1, 1, 0
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		at := Position{line, column}
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
