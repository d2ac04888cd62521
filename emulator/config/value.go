package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// value is what the JSON Schema says of the value of a key.
type value struct {
	Type             kinds
	Enum             []string
	Pattern          string
	Minimum, Maximum json.Number
	Examples         []json.RawMessage
}

// kinds is the "type" of a JSON Schema, one name or a list.
type kinds []string

func (k *kinds) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		text = append(append([]byte{'['}, text...), ']')
	}
	return json.Unmarshal(text, (*[]string)(k))
}

// wanted says what a key takes, with an example, and what stands there instead: the words
// of a schema, a pattern above all, say little to people.
func wanted(key string, failure schema.Failure) string {
	v := described()[key]
	if v.text() && failure.Kind != schema.WrongType {
		return failure.Message // it is too long, or too many
	}
	return fmt.Sprintf("want %s, as %s: %s; got %s%s", v.what(key), key, v.example(), got(failure.Value), hint(failure))
}

func hint(failure schema.Failure) string {
	if failure.Nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", failure.Nearest)
}

// text tells whether any text will do, as far as the schema knows.
func (v value) text() bool {
	return len(v.Enum) == 0 && v.Pattern == "" && v.Type[0] == "string"
}

// what says what the value is.
func (v value) what(key string) string {
	many := slices.Contains(v.Type, "array")
	switch kind := v.Type[0]; {
	case len(v.Enum) > 0:
		return words.Join(v.Enum, "or")
	case kind == "boolean":
		return "true or false"
	case kind == "integer" && strings.Contains(v.Pattern, "iB"):
		return "a size in bytes, or in KiB, MiB or GiB"
	case kind == "integer" && v.Pattern != "":
		return "a whole number from 0 to 18446744073709551615"
	case kind == "integer":
		return fmt.Sprintf("a whole number from %s to %s", v.Minimum, v.Maximum)
	case v.Pattern != "":
		return "a time with a unit"
	case rules[key].address != nil && !many && key != "public-url":
		return "an address, HOST:PORT"
	case many:
		return "a text or a list of texts"
	}
	return "a text"
}

// example is the first of the examples, as YAML has it.
func (v value) example() string {
	if len(v.Examples) == 0 {
		return "…"
	}
	var text string
	if json.Unmarshal(v.Examples[0], &text) == nil {
		return text
	}
	var list []string
	if json.Unmarshal(v.Examples[0], &list) == nil {
		return "[" + strings.Join(list, ", ") + "]"
	}
	return string(v.Examples[0])
}

// got names what stands there, given as JSON.
func got(text string) string {
	switch {
	case text == "" || text == "null":
		return "nothing"
	case text[0] == '"':
		return text
	case text[0] == '[':
		return "a list"
	case text[0] == '{':
		return "names with values"
	case bytes.ContainsAny([]byte(text[:1]), "-0123456789"):
		return "the number " + text
	}
	return text
}
