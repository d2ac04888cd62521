package jsontree

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// Escape writes the name of a member as a token of a JSON pointer (RFC 6901).
func Escape(name string) string { return escaper.Replace(name) }

// Unescape undoes Escape.
func Unescape(token string) string { return unescaper.Replace(token) }

// Child returns the JSON pointer of a member or, for a number, of an item of what
// pointer leads to.
func Child(pointer string, token any) string {
	return string(jsontext.Pointer(pointer).AppendToken(fmt.Sprint(token)))
}

// Clone copies a tree of objects and arrays; other values are shared.
func Clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, sub := range v {
			m[name] = Clone(sub)
		}
		return m
	case []any:
		a := make([]any, len(v))
		for i, sub := range v {
			a[i] = Clone(sub)
		}
		return a
	}
	return v
}
