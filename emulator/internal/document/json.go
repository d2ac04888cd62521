package document

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// checkJSON tells why a text is no JSON. Whatever passes is YAML too and is read as that,
// since jsontext knows offsets but no lines; YAML alone would take much that no
// JSON decoder does. Names that stand twice pass here: reading notes them.
func checkJSON(text []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
	_, err := d.ReadValue()
	if err == nil {
		end := int(d.InputOffset())
		if _, err = d.ReadToken(); err == io.EOF {
			return nil
		}
		if err == nil {
			spaces := len(text[end:]) - len(bytes.TrimLeft(text[end:], " \t\r\n"))
			return wrong(locate(text, end+spaces), "more text after the end of the object")
		}
	}
	reason, offset := "the file ends in the middle of a value", len(text)
	if s, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset = int(s.ByteOffset)
		if !errors.Is(s.Err, io.ErrUnexpectedEOF) {
			reason = strings.TrimPrefix(s.Err.Error(), "jsontext: ")
		}
	}
	return wrong(locate(text, offset), "no JSON: %s", reason)
}

// locate returns the line and column of an offset.
func locate(text []byte, offset int) Position {
	before := string(text[:min(offset, len(text))])
	before = strings.ReplaceAll(strings.ReplaceAll(before, "\r\n", "\n"), "\r", "\n")
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return Position{strings.Count(before, "\n") + 1, utf8.RuneCountInString(line) + 1}
}
