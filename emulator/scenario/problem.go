package scenario

import (
	"fmt"
	"strings"
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
func (p Problem) Place() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
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
