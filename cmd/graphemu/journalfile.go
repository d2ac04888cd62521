package main

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/files"
)

// journalFile is the file of --journal. What was in it before goes when the first
// entry comes, or at the end: a start that is refused takes nothing from a run before.
type journalFile struct {
	*os.File
	lock  *files.Lock // nil: nobody else is kept away
	begin sync.Once
	wrong error // why it could not be emptied
}

// useJournal lets a server of these options write the file of --journal, if one is
// asked for. close gives the file back once the server has ended.
func (f *serverFlags) useJournal(o *emulator.Options) (close func(), err error) {
	if f.journal == "" {
		return func() {}, nil
	}
	file, err := openJournal(f.journal)
	if err != nil {
		return nil, err
	}
	o.Journal = file
	return func() { file.Close() }, nil
}

// openJournal opens the file of --journal. It errs where the file cannot be written, or
// is no file (opening a pipe would wait for its reader), and where another graphemu
// writes it: each would take away what the other has written.
func openJournal(name string) (*journalFile, error) {
	if err := outputJournal.check(name); err != nil {
		return nil, fmt.Errorf("--journal %s: %w", name, err)
	}
	var lock *files.Lock
	if info, err := os.Stat(name); err != nil || info.Mode().IsRegular() {
		lock, err = files.TryLock(name + ".lock")
		if held, ok := errors.AsType[*files.HeldError](err); ok {
			return nil, fmt.Errorf("--journal %s: another graphemu (process id %d) writes it; stop it, or name another file", name, held.PID)
		}
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600) // what clients did is nobody else's business
	if err != nil {
		lock.Unlock()
		return nil, fmt.Errorf("--journal %s: cannot write it: %w", name, plain(err))
	}
	return &journalFile{File: f, lock: lock}, nil
}

// Close lets another graphemu write the file.
func (f *journalFile) Close() error {
	defer f.lock.Unlock()
	return f.File.Close()
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
