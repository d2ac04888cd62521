package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitzero"`   // from 1; 0: the file as a whole
	Column  int    `json:"column,omitzero"` // from 1, in characters
	Path    string `json:"path,omitzero"`   // as "lifecycles[0].steps[3].status"; "" is the whole
	Message string `json:"message"`         // for people: the value, what is allowed, the nearest name
}

// String returns "file:line:column: path: message", less what is not known.
func (p Problem) String() string {
	s := p.Place() + ": "
	if p.Path != "" {
		s += p.Path + ": "
	}
	return s + p.Message
}

// Place returns "file:line:column", or the file alone.
func (p Problem) Place() string { return place(p.File, position{p.Line, p.Column}) }

func place(file string, at position) string {
	if at.line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, at.line, at.column)
}

// parsePlace undoes place. Of a text that is no place it returns all as the file.
func parsePlace(text string) (file string, at position) {
	file = text
	for _, n := range []*int{&at.column, &at.line} {
		i := strings.LastIndexByte(file, ':')
		number, err := strconv.Atoi(file[i+1:])
		if i < 0 || err != nil {
			return text, position{}
		}
		*n, file = number, file[:i]
	}
	return file, at
}

// Problems is everything that is wrong, in the order of the text. As an error
// it has a line for each.
type Problems []Problem

func (p Problems) Error() string {
	var b strings.Builder
	for i, one := range p {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(one.String())
	}
	return b.String()
}

// maxProblems is how many problems of a file are told: nobody reads more, and a
// file of a megabyte can have a hundred thousand.
const maxProblems = 100

// sorted orders the problems, leaves out what is said twice and what is too
// much, and returns nil for none: an error that is nil.
func (p Problems) sorted() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	p = slices.Compact(p)
	if n := len(p) - maxProblems; n > 0 {
		last := p[maxProblems]
		p = append(p[:maxProblems:maxProblems], Problem{File: last.File, Line: last.Line, Column: last.Column,
			Message: fmt.Sprintf("… and %d more problems from here on", n)})
	}
	return p
}

// readable turns a JSON pointer into a path that people read:
// /where/data.x/3 is where["data.x"][3].
func readable(pointer string) string {
	var b strings.Builder
	for _, token := range tokens(pointer) {
		_, err := strconv.ParseUint(token, 10, 32)
		switch {
		case err == nil:
			b.WriteString("[" + token + "]")
		case !plainName(token):
			b.WriteString("[" + quote(token) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(token)
		}
	}
	return b.String()
}

func plainName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '$' {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// quote returns s in quotes, at most a line of it.
func quote(s string) string {
	const most = 80
	for i := range s {
		if i >= most {
			s = s[:i] + "…"
			break
		}
	}
	return strconv.Quote(s)
}

// tokens returns the tokens of a JSON pointer.
func tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	list := strings.Split(pointer[1:], "/")
	for i, t := range list {
		list[i] = jsontree.Unescape(t)
	}
	return list
}

// child returns the pointer of a member or, for a number, an item.
func child(pointer string, token any) string {
	return pointer + "/" + jsontree.Escape(fmt.Sprint(token))
}
