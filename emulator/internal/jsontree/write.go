package jsontree

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// Write writes v as encoding/json does with an indent of two spaces, but piece by piece:
// the text may be large. Each line but the first begins with prefix.
func Write(w io.Writer, v any, prefix string, escapeHTML bool) error {
	return json.MarshalWrite(w, v, jsonv1.DefaultOptionsV1(), jsontext.EscapeForHTML(escapeHTML),
		jsontext.WithIndentPrefix(prefix), jsontext.WithIndent("  "))
}
