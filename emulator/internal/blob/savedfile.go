package blob

import (
	"bytes"
	"errors"
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

// Same tells whether two files have the same name and bytes.
func (f File) Same(other File) bool {
	return f.Name == other.Name && f.Size == other.Size && f.Modified.Equal(other.Modified) && bytes.Equal(f.content.bytes(), other.content.bytes())
}
