package scenariofile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/document"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// problemAt is what people are told of a value of a file.
func problemAt(file string, at document.Position, pointer, message string) scenario.Problem {
	return scenario.Problem{File: file, Line: at.Line, Column: at.Column, Path: readable(pointer), Message: message}
}

// parsePlace undoes Problem.Place. Of a text that is no place it returns all as the file.
func parsePlace(text string) (file string, at document.Position) {
	file = text
	for _, n := range []*int{&at.Column, &at.Line} {
		i := strings.LastIndexByte(file, ':')
		number, err := strconv.Atoi(file[i+1:])
		if i < 0 || err != nil {
			return text, document.Position{}
		}
		*n, file = number, file[:i]
	}
	return file, at
}

// maxProblems is how many problems of a file are told: nobody reads more, and a
// file of a megabyte can have a hundred thousand.
const maxProblems = 100

// sorted orders the problems, leaves out what is said twice and what is too
// much, and returns nil for none: an error that is nil.
func sorted(p scenario.Problems) error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b scenario.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	p = slices.Compact(p)
	if n := len(p) - maxProblems; n > 0 {
		last := p[maxProblems]
		p = append(p[:maxProblems:maxProblems], scenario.Problem{File: last.File, Line: last.Line, Column: last.Column,
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
			b.WriteString("[" + words.Quote(token) + "]")
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
