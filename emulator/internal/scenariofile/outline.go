package scenariofile

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/document"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// Outline is a YAML or JSON text, read but not yet understood.
type Outline struct{ doc *document.Document }

// Inspect reads a text under the rules that hold for scenarios, whatever it
// says; file is its name in problems. It errs with scenario.Problems where the text
// cannot be read, and where names stand twice; then it is known all the same.
func Inspect(file string, text []byte) (Outline, error) {
	doc, problems := read(file, text)
	return Outline{doc}, sorted(problems)
}

// read decodes a text. There is no document where that is not possible.
func read(file string, text []byte) (doc *document.Document, problems scenario.Problems) {
	if len(text) > scenario.MaxSize {
		return nil, scenario.Problems{{File: file, Message: fmt.Sprintf("the file has %d bytes; the most is %d", len(text), scenario.MaxSize)}}
	}
	doc, err := document.Read(text, strings.EqualFold(filepath.Ext(file), ".json"))
	if wrong, ok := errors.AsType[*document.Error](err); ok {
		return nil, scenario.Problems{problemAt(file, wrong.At, wrong.Pointer, wrong.Message)}
	}
	for _, one := range doc.Twice {
		problems = append(problems, problemAt(file, one.At, one.Pointer, one.Message))
	}
	return doc, problems
}

// Known tells whether the text could be read.
func (o Outline) Known() bool { return o.doc != nil }

// Names returns the names at the top of the text, sorted; none where it is no
// mapping.
func (o Outline) Names() []string { return slices.Sorted(maps.Keys(o.top())) }

func (o Outline) top() map[string]any {
	root, _ := o.doc.Root.(map[string]any)
	return root
}

// Versioned tells whether there is a version at the top, and it is a number.
func (o Outline) Versioned() bool {
	_, ok := o.top()["version"].(float64)
	return ok
}

// Text returns the text under a name at the top, "" where there is none.
func (o Outline) Text(name string) string {
	s, _ := o.top()[name].(string)
	return s
}

// Problem returns a problem with the value of a JSON pointer, with its place.
func (o Outline) Problem(file, pointer, message string) scenario.Problem {
	return problemAt(file, o.doc.At(pointer), pointer, message)
}

// Root is the value of the whole text: a map[string]any, a []any, a scalar or nil.
func (o Outline) Root() any { return o.doc.Root }

// At returns where the value of a JSON pointer stands.
func (o Outline) At(pointer string) document.Position { return o.doc.At(pointer) }

// KeyProblem returns a problem with a name, with its place.
func (o Outline) KeyProblem(file, pointer, message string) scenario.Problem {
	p := problemAt(file, o.doc.Key(pointer), pointer, message)
	p.Path = ""
	return p
}

// Sorted brings problems in the order of their places, with no more of them than people
// read. Of none it is nil.
func Sorted(p scenario.Problems) error { return sorted(p) }
