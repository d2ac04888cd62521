package control

import (
	"errors"
	"net/http"

	"github.com/gorilla/mux"
)

// Verification is what was found in the files of a profile when it was started
// last. The service tells types, files and descriptions; which rows it means, it
// never told.
type Verification struct {
	Format   string                `json:"format"`   // of the files: V1, UK or Clever
	Rows     map[string]int        `json:"rows"`     // by kind of entity, as "student"
	Messages []VerificationMessage `json:"messages"` // in the order in which start answered them
}

// VerificationMessage is a message of start with the rows that it is about.
type VerificationMessage struct {
	Type        string `json:"type"` // Error, Warning or Information
	FileName    string `json:"fileName"`
	Description string `json:"description"`
	Column      string `json:"column,omitzero"`
	Count       int    `json:"count,omitzero"` // of rows
	Rows        []Row  `json:"rows,omitempty"` // the first hundred
}

// Row is a row of a file.
type Row struct {
	Line int    `json:"line"` // the header is line 1
	Text string `json:"text"` // the value concerned
}

// verification answers what start found in a profile's files, with the rows.
func (c *Control) verification(w World, r *http.Request) (any, error) {
	id := mux.Vars(r)["id"]
	v, err := w.Verification(id)
	switch {
	case errors.Is(err, ErrNoProfile):
		return nil, problem(http.StatusNotFound, "No such profile", "There is no profile %q in the world %s.", id, w.Name())
	case errors.Is(err, ErrNotVerified):
		return nil, problem(http.StatusNotFound, "Not verified yet", "The files of profile %q were not verified yet; a start does it.", id)
	}
	return v, err
}
