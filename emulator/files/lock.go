package files

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Lock is a lock file that this process holds. The system frees it when the
// process ends, however it does.
type Lock struct{ file *os.File }

// HeldError says that another holds a lock.
type HeldError struct {
	Path string // of the lock file
	PID  int    // of the process that holds it; 0: unknown
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return "another process holds the lock " + e.Path
	}
	return fmt.Sprintf("process %d holds the lock %s", e.PID, e.Path)
}

// ErrNoLocks is what the error of TryLock wraps where the file system, or the
// operating system, has no locks.
var ErrNoLocks = errors.New("there are no locks here")

// TryLock takes the lock file at path, which it makes where there is none, and
// writes the number of this process into it. It errs with *HeldError where
// another has it, in this process or in another one, and does not wait.
func TryLock(path string) (*Lock, error) {
	for {
		f, err := openLock(path)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			defer f.Close()
			if errors.Is(err, errHeld) {
				return nil, &HeldError{Path: path, PID: readPID(f)}
			}
			if errors.Is(err, ErrNoLocks) {
				_ = os.Remove(path) // it is of no use to anybody
			}
			return nil, err
		}
		if l := (&Lock{f}); l.named() {
			l.sign()
			return l, nil
		}
		f.Close() // the holder before has removed the file after we had opened it
	}
}

// named tells whether the lock's file still has its name: others open what has it.
func (l *Lock) named() bool {
	there, err := os.Stat(l.file.Name())
	if err != nil {
		return false
	}
	mine, err := l.file.Stat()
	return err == nil && os.SameFile(there, mine)
}

// sign tells others who holds the lock. That it fails costs them the number.
func (l *Lock) sign() {
	if l.file.Truncate(0) == nil {
		_, _ = l.file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
}

// readPID returns the number in a lock file, 0 where there is none.
func readPID(f *os.File) int {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, 32))
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0
	}
	return pid
}

// Unlock gives the lock back and removes its file. It does nothing to a nil Lock.
func (l *Lock) Unlock() {
	if l == nil {
		return
	}
	if l.named() {
		removeLocked(l.file)
	} else {
		_ = l.file.Close()
	}
}

// openLock opens what is at path for a lock, or makes it.
func openLock(path string) (*os.File, error) {
	if err := CheckRegular(path); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|nonBlocking, 0o600)
}
