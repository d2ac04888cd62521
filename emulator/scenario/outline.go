package scenario

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Outline is a YAML or JSON text, read but not yet understood.
type Outline struct{ doc *document }

// Inspect reads a text under the rules that hold for scenarios, whatever it
// says; file is its name in problems. It errs with Problems where the text
// cannot be read, and where names stand twice; then it is known all the same.
func Inspect(file string, text []byte) (Outline, error) {
	doc, err := read(text, strings.EqualFold(filepath.Ext(file), ".json"))
	var s *syntaxError
	if errors.As(err, &s) {
		return Outline{}, Problems{s.problem(file)}
	}
	if err != nil {
		return Outline{}, err
	}
	var list Problems
	for _, one := range doc.twice {
		list = append(list, one.problem(file))
	}
	return Outline{doc}, list.sorted()
}

// Known tells whether the text could be read.
func (o Outline) Known() bool { return o.doc != nil }

// Names returns the names at the top of the text, sorted; none where it is no
// mapping.
func (o Outline) Names() []string {
	root, _ := o.doc.root.(map[string]any)
	return slices.Sorted(maps.Keys(root))
}

// Versioned tells whether there is a version at the top, and it is a number.
func (o Outline) Versioned() bool {
	root, _ := o.doc.root.(map[string]any)
	_, ok := root["version"].(float64)
	return ok
}

// Text returns the text under a name at the top, "" where there is none.
func (o Outline) Text(name string) string {
	root, _ := o.doc.root.(map[string]any)
	s, _ := root[name].(string)
	return s
}

// Problem returns a problem with the value of a JSON pointer, with its place.
func (o Outline) Problem(file, pointer, message string) Problem {
	at := o.doc.at(pointer)
	return Problem{File: file, Line: at.line, Column: at.column, Path: readable(pointer), Message: message}
}
