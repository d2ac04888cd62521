package jsontree

import "strings"

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// Escape writes the name of a member as a token of a JSON pointer (RFC 6901).
func Escape(name string) string { return escaper.Replace(name) }

// Unescape undoes Escape.
func Unescape(token string) string { return unescaper.Replace(token) }

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
