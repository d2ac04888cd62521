package main

import (
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// journalFile is the file of --journal. What was in it before goes when the first
// entry comes, or at the end: a start that is refused takes nothing from a run before.
type journalFile struct {
	*os.File
	begin sync.Once
	wrong error // why it could not be emptied
}

// openJournal opens the file of --journal. It errs where the file cannot be written, or
// is no file: opening a pipe would wait for its reader.
func openJournal(name string) (*journalFile, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0 {
		return nil, fmt.Errorf("--journal %s: it is no file", name)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600) // what clients did is nobody else's business
	if err != nil {
		return nil, fmt.Errorf("--journal %s: cannot write it: %w", name, plain(err))
	}
	return &journalFile{File: f}, nil
}

func (f *journalFile) empty() error {
	f.begin.Do(func() {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			f.wrong = f.Truncate(0)
		}
	})
	return f.wrong
}

func (f *journalFile) Write(b []byte) (int, error) {
	if err := f.empty(); err != nil {
		return 0, err
	}
	return f.File.Write(b)
}
