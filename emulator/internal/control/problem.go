package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Problem is an error of the control API, in the form of RFC 9457.
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

func problem(status int, title, format string, args ...any) error {
	return &Problem{Title: title, Status: status, Detail: fmt.Sprintf(format, args...)}
}

// fail writes err as a problem.
func (c *Control) fail(w http.ResponseWriter, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		c.Log.Error("a control call failed", "error", err)
		p = &Problem{Title: "Internal error", Status: http.StatusInternalServerError, Detail: err.Error()}
	}
	write(w, p.Status, "application/problem+json", p)
}

// Off answers where the control API is switched off.
func Off(w http.ResponseWriter) {
	write(w, http.StatusNotFound, "application/problem+json", &Problem{Title: "Switched off", Status: http.StatusNotFound,
		Detail: "The control API is off (--control off)."})
}

func write(w http.ResponseWriter, status int, media string, v any) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	e.Encode(v) // a client that went away needs no answer
}
