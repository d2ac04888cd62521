package jsontree

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// reading takes types as encoding/json does, and refuses what Decode refuses.
var reading = json.JoinOptions(jsonv1.DefaultOptionsV1(), json.RejectUnknownMembers(true), json.MatchCaseInsensitiveNames(false),
	jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false), jsonv1.ReportErrorsWithLegacySemantics(false))

// Unmarshal reads one JSON value into v without unknown names. It makes no tree of
// it first: a file of many worlds may be large.
func Unmarshal(text []byte, v any) error { return Read(bytes.NewBuffer(text), v) }

// Read is Unmarshal of what r has, to its end. It keeps no more of the text than the
// value that it is at.
func Read(r io.Reader, v any) error {
	d := jsontext.NewDecoder(r)
	if err := json.UnmarshalDecode(d, v, reading); err != nil {
		return unfit(err, d)
	}
	if _, err := d.ReadToken(); err == nil {
		return errors.New("more data after the first value")
	} else if err != io.EOF {
		return unfit(err, d)
	}
	return nil
}

// unfit says in words why a text does not become a value of a type, and where.
func unfit(err error, d *jsontext.Decoder) error {
	var e *json.SemanticError
	switch {
	case err == io.EOF:
		return Ending(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Ending(io.ErrUnexpectedEOF)
	case !errors.As(err, &e):
		return explain(err, d)
	case e.Err == json.ErrUnknownName:
		return fmt.Errorf("%s: unknown field %q", e.JSONPointer.Parent(), e.JSONPointer.LastToken())
	case e.Err == nil:
		return fmt.Errorf("%s: want %s, not %s", e.JSONPointer, kindWanted(e.GoType), kindThere(e.JSONKind))
	}
	return fmt.Errorf("%s: %w", e.JSONPointer, e.Err)
}

// kindWanted names the JSON that becomes a value of a type.
func kindWanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch k := t.Kind(); {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()), k == reflect.String:
		return "a string"
	case k == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return "a string"
	case k == reflect.Slice, k == reflect.Array:
		return "an array"
	case k == reflect.Struct, k == reflect.Map:
		return "an object"
	case k == reflect.Bool:
		return "true or false"
	case k == reflect.Float64, k == reflect.Float32:
		return "a number"
	}
	return "a whole number"
}

func kindThere(k jsontext.Kind) string {
	switch k {
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindBeginArray:
		return "an array"
	case jsontext.KindBeginObject:
		return "an object"
	}
	return k.String()
}
