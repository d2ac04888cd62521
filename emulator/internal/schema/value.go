package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/redact"
)

const (
	maxValue = 80  // characters of a value that a failure shows
	maxType  = 256 // of a type name: the longest known one has 94, and clients compare the echo
	mask     = `"***"`
)

// secret tells whether the value of a property must not be shown. The name
// decides, not only the schema, because a misspelled clientSecret has none.
func secret(property string) bool { return redact.Name(property) }

// show returns the value of a property as JSON, cut to about maxValue
// characters, secrets masked.
func show(property string, v any) string {
	if secret(property) {
		return mask
	}
	b := string(appendValue(nil, v))
	if _, ok := v.(string); ok {
		return b // cut already, and stays a whole literal
	}
	if short := cut(b, maxValue); len(short) < len(b) {
		return short + "…"
	}
	return b
}

// appendValue stops soon after maxValue characters, which also bounds its depth.
func appendValue(b []byte, v any) []byte {
	if len(b) > 4*maxValue {
		return b
	}
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		return append(b, number(v)...)
	case string:
		return append(b, quote(redact.Deep(v), maxValue)...)
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b = appendValue(b, item); len(b) > 4*maxValue {
				return b
			}
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(b, quote(name, maxValue)...), ':')
			if secret(name) {
				b = append(b, mask...)
			} else {
				b = appendValue(b, v[name])
			}
			if len(b) > 4*maxValue {
				return b
			}
		}
		return append(b, '}')
	}
	return fmt.Appendf(b, "%T", v)
}

// describe names a value in a sentence: the string "yes", the number 5, null.
func describe(property string, v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "the boolean " + strconv.FormatBool(v)
	case float64:
		if secret(property) {
			return "a number"
		}
		return "the number " + number(v)
	case string:
		if secret(property) {
			return "a string"
		}
		return "the string " + quote(redact.Deep(v), maxValue)
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a Go value of type %T", v)
}

func number(f float64) string {
	b, err := json.Marshal(f)
	if err != nil { // not a number, infinite: no JSON decoder makes them
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return string(b)
}

// quote returns s as a JSON string literal, its content cut to limit characters.
func quote(s string, limit int) string {
	if short := cut(s, limit); len(short) < len(s) {
		s = short + "…"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

// cut returns the first limit characters of s.
func cut(s string, limit int) string {
	for i := range s {
		if limit == 0 {
			return s[:i]
		}
		limit--
	}
	return s
}

// list returns the names as a choice: "a", "b" or "c".
func list(names []string) string {
	var b strings.Builder
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(quote(name, maxType))
	}
	return b.String()
}
