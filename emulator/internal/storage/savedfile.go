package storage

import (
	"bytes"
	"errors"
	"slices"
	"time"
)

// SavedFile is a File as a snapshot keeps it: the files of a sync may be others
// than those in the container by now.
type SavedFile struct {
	Name     string    `json:"name"`
	Modified time.Time `json:"modified"`
	SavedData
}

// Save returns the file with its bytes.
func (f File) Save() SavedFile { return SavedFile{f.Name, f.Modified, saveData(f.content)} }

// File returns what was saved. It errs where the data is given twice.
func (s SavedFile) File() (File, error) {
	if s.Text != "" && s.Base64 != nil {
		return File{}, errors.New("text and base64: one of the two")
	}
	c := s.content()
	return File{Name: s.Name, Size: c.size, Modified: s.Modified, content: c}, nil
}

// Holds tells whether files, sorted by name, are what the container holds.
func (c SavedContainer) Holds(files []SavedFile) bool {
	return slices.EqualFunc(c.Blobs, files, func(b SavedBlob, f SavedFile) bool {
		return b.Name == f.Name && b.Modified.Equal(f.Modified) && b.Text == f.Text && bytes.Equal(b.Base64, f.Base64)
	})
}

// Shares tells whether two files are one upload, or both are empty: then their
// bytes are held once.
func (f File) Shares(other File) bool {
	a, b := f.content.pieces, other.content.pieces
	return f.Size == other.Size && (f.Size == 0 || len(a) == len(b) && &a[0][0] == &b[0][0])
}
