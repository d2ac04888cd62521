// Package match decides what a condition on a JSON document means: a gjson path
// and the value that must be there. Faults ask it of a request's body, lifecycles
// and expectations of a profile.
package match

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Condition is a place in a JSON document and the value that must be there. A
// string, a number or a Boolean holds where the document has the same: numbers
// are compared as 64-bit floats, and no text is a number. null holds where the
// document has null, and where it has nothing (chosen: to the service, a property
// that is absent is null). What is no document at all has nothing anywhere.
type Condition struct {
	path string
	want gjson.Result
	any  bool // want is a value that can be there
}

// New returns the condition that want is at path.
func New(path string, want any) Condition {
	value, ok := scalar(want)
	return Condition{path, value, ok}
}

// All returns the conditions of a list of them, in the order of their paths.
func All(where map[string]any) []Condition {
	var all []Condition
	for _, path := range slices.Sorted(maps.Keys(where)) {
		all = append(all, New(path, where[path]))
	}
	return all
}

// scalar returns v as gjson has it; ok is false for what is no JSON, for an object
// and for an array, which are equal to nothing.
func scalar(v any) (value gjson.Result, ok bool) {
	if text, is := v.(string); is {
		return gjson.Result{Type: gjson.String, Str: text}, true
	}
	text, err := json.Marshal(v)
	if err != nil {
		return gjson.Result{}, false
	}
	value = gjson.ParseBytes(text)
	return value, value.Type != gjson.JSON && !math.IsInf(value.Num, 0)
}

func same(a, b gjson.Result) bool { return a.Type == b.Type && a.Str == b.Str && a.Num == b.Num }

// Same tells whether two values ask for the same.
func Same(a, b any) bool {
	x, ok := scalar(a)
	y, also := scalar(b)
	return ok && also && same(x, y)
}

// Holds tells whether the condition holds for a document.
func (c *Condition) Holds(document []byte) bool { return c.any && same(c.find(document), c.want) }

func (c *Condition) find(document []byte) gjson.Result {
	if len(document) == 0 {
		return gjson.Result{}
	}
	return gjson.GetBytes(document, c.path)
}

// Path returns the place that the condition looks at.
func (c *Condition) Path() string { return c.path }

// Want returns the value that must be there, for people.
func (c *Condition) Want() string { return shown(c.want) }

// Got returns the value that a document has in its place, for people; absent tells
// that there is none.
func (c *Condition) Got(document []byte) (text string, absent bool) {
	found := c.find(document)
	return shown(found), !found.Exists()
}

// shown writes a value for people: texts in quotes, and not all of a long one.
func shown(r gjson.Result) string {
	switch r.Type {
	case gjson.String:
		return words.Quote(r.Str)
	case gjson.Number:
		return strconv.FormatFloat(r.Num, 'g', -1, 64)
	case gjson.JSON:
		if r.IsArray() {
			return "an array"
		}
		return "an object"
	case gjson.True, gjson.False:
		return strconv.FormatBool(r.Type == gjson.True)
	}
	return "null"
}

// maxPath is how long a path may be, in bytes: those of a profile have no more
// than a hundred.
const maxPath = 512

// WrongPath returns what is wrong with a path, "" for nothing. Paths that build new
// values are refused (chosen): modifiers, multipaths and literals. "@tostr|@tostr|…"
// and "[@this,@this]|[@this,@this]|…" double with each part, and a question about a
// value needs none. The comparisons != and !% of a query are no literals, and the
// name of an annotation, "@odata\.type", is no modifier.
func WrongPath(path string) string {
	switch {
	case path == "":
		return "the path is empty: want one like displayName or dataProvider.connectionUrl"
	case len(path) > maxPath:
		return fmt.Sprintf("the path has %d bytes; the most is %d", len(path), maxPath)
	}
	if i := strings.IndexAny(harmless.Replace(path), "[{@!"); i >= 0 {
		return fmt.Sprintf("the path holds %q: gjson's modifiers, multipaths and literals are not taken here", harmless.Replace(path)[i:i+1])
	}
	return ""
}

var harmless = strings.NewReplacer(`\@odata`, "", "@odata", "", "!=", "", "!%", "")

// Wrong returns everything that is wrong with the condition that want is at path.
func Wrong(path string, want any) (wrong []string) {
	if w := WrongPath(path); w != "" {
		wrong = append(wrong, w)
	}
	if _, ok := scalar(want); !ok {
		wrong = append(wrong, words.Quote(fmt.Sprint(want))+" is no value that can be compared: want a string, a number, true, false or null")
	}
	return wrong
}

// OptionName is how names of query options compare: with or without the $, in any
// letter case, as the service reads its own (chosen for the others).
func OptionName(name string) string { return strings.ToLower(strings.TrimPrefix(name, "$")) }
