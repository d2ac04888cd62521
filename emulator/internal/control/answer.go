package control

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// raw is an answer that is no JSON of ours.
type raw struct {
	media string
	body  []byte
}

// stream is an answer that is written piece by piece, since it may be large.
type stream struct {
	media string
	write func(io.Writer) error
}

// live is an answer that goes on for as long as the client reads it.
type live struct {
	media string
	write func(http.ResponseWriter)
}

// created is the answer to a call that made something, which is at location.
type created struct {
	location string
	value    any
}

// nothing is the answer to a call that has nothing to tell.
type nothing struct{}

// Media types of answers.
const (
	mediaJSON    = "application/json"
	mediaProblem = "application/problem+json"
	mediaText    = "text/plain; charset=utf-8"
)

// answer writes what a handler returned.
func (c *Control) answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		c.fail(w, err)
		return
	}
	switch v := v.(type) {
	case raw:
		head(w, v.media, http.StatusOK)
		w.Write(v.body) // a client that went away needs no answer
	case stream:
		head(w, v.media, http.StatusOK)
		if v.write(w) != nil {
			panic(http.ErrAbortHandler) // the client shall not take a part for the whole
		}
	case live:
		head(w, v.media, http.StatusOK)
		v.write(w)
	case created:
		w.Header().Set("Location", v.location)
		write(w, http.StatusCreated, mediaJSON, v.value)
	case nothing:
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
	default:
		write(w, http.StatusOK, mediaJSON, v)
	}
}

// fail writes err as a problem.
func (c *Control) fail(w http.ResponseWriter, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		c.Log.Error("a control call failed", "error", err)
		p = &Problem{Title: "Internal error", Status: http.StatusInternalServerError, Detail: err.Error()}
	}
	write(w, p.Status, mediaProblem, p)
}

// head writes the headers. What is told here is of this instant, and a browser
// shall take it for nothing else than it says.
func head(w http.ResponseWriter, media string, status int) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
}

// write writes v as JSON for people.
func write(w http.ResponseWriter, status int, media string, v any) {
	head(w, media, status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	e.Encode(v) // a client that went away needs no answer
}
