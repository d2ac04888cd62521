package control

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Problem is an error of the control API, in the form of RFC 9457.
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // a line for each thing that is wrong
	// Errors are the things that are wrong, where there may be several.
	Errors []ProblemError `json:"errors,omitzero"`
}

// ProblemError is one of several things that are wrong.
type ProblemError struct {
	Detail  string `json:"detail"`
	Pointer string `json:"pointer,omitzero"` // JSON pointer into the body
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// What a Server or a World errs with where the control API has its own words.
var (
	ErrNoStateFile = errors.New("there is no state file")
	ErrNoProfile   = errors.New("there is no such profile")
	ErrNotVerified = errors.New("its files were not verified yet")
)

func problem(status int, title, format string, args ...any) error {
	return &Problem{Title: title, Status: status, Detail: fmt.Sprintf(format, args...)}
}

// asProblem returns err as it is where it is a problem already, else as one of
// that status.
func asProblem(err error, status int, title string) error {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return problem(status, title, "%v", err)
}

// several is a problem that tells everything that is wrong.
func several(title string, list []ProblemError) error {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.Detail
		if e.Pointer != "" {
			lines[i] = e.Pointer + ": " + e.Detail
		}
	}
	return &Problem{Title: title, Status: http.StatusBadRequest, Detail: strings.Join(lines, "\n"), Errors: list}
}

// lines splits an error into the things that are wrong: joined errors, and lines
// of a text. A JSON pointer that a line begins with is told apart.
func lines(err error) []ProblemError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []ProblemError
		for _, e := range joined.Unwrap() {
			list = append(list, lines(e)...)
		}
		return list
	}
	var list []ProblemError
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		e := ProblemError{Detail: line}
		if pointer, rest, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(pointer, "/") {
			e.Pointer, e.Detail = pointer, rest
		}
		list = append(list, e)
	}
	return list
}

// Off answers where the control API is switched off.
func Off(w http.ResponseWriter) {
	write(w, http.StatusNotFound, mediaProblem, &Problem{Title: "Switched off", Status: http.StatusNotFound,
		Detail: "The control API is off (--control off)."})
}
