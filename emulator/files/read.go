// Package files reads the files that users name, and writes files whole.
//
// What a user names may be anything: a pipe that nobody writes to, a device
// without an end, a sparse file of gigabytes. Open and Read take regular files
// alone, up to a size that the caller knows, and refuse the rest at once.
//
// What is written is there whole or not at all, after a crash too: Write puts it
// beside the file and renames it.
package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// IsPath tells a path from the name of what is built in.
func IsPath(ref string) bool { return strings.ContainsAny(ref, `/\.`) }

// ErrNotRegular is what the errors of Open and Read wrap where a path leads to a
// folder, a pipe, a device or a socket.
var ErrNotRegular = errors.New("no regular file")

// TooLargeError says that a file is larger than what is read of its kind.
type TooLargeError struct{ Size, Max int64 } // in bytes

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the file has %d bytes; the most is %d", e.Size, e.Max)
}

// Read returns the content of the regular file at path, to which links may lead.
// It errs with *fs.PathError, as package os does: around ErrNotRegular,
// *TooLargeError where the file has more than max bytes, or the system's reason.
func Read(path string, max int64) ([]byte, error) {
	f, size, err := Open(path, max)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	b.Grow(int(min(size, 1<<30)) + bytes.MinRead) // room to see the end of the file
	n, err := b.ReadFrom(io.LimitReader(f, max+1))
	switch {
	case err != nil:
		return nil, err
	case n > max: // it has grown meanwhile, or says that it is empty, as those of /proc do
		return nil, &fs.PathError{Op: "read", Path: path, Err: &TooLargeError{Size: n, Max: max}}
	}
	return b.Bytes(), nil
}

// Open opens the regular file at path for reading and returns its size. It errs
// as Read does, before anything is read.
func Open(path string, max int64) (f *os.File, size int64, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	// Asked before it is opened, since that has effects on some devices, and after,
	// since it may be another file by then.
	if err := check(path, info, max); err != nil {
		return nil, 0, err
	}
	if f, err = os.OpenFile(path, os.O_RDONLY|nonBlocking, 0); err != nil {
		return nil, 0, err
	}
	if info, err = f.Stat(); err == nil {
		err = check(path, info, max)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func check(path string, info fs.FileInfo, max int64) error {
	err := regular(info.Mode())
	if err == nil && info.Size() > max {
		err = &TooLargeError{Size: info.Size(), Max: max}
	}
	if err != nil {
		return &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return nil
}

// regular errs where a file of that mode is no regular one, in words for the person
// who named it.
func regular(mode fs.FileMode) error {
	kind := "a special file"
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return notRegular("it is a folder, not a file")
	case mode&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	}
	return notRegular("it is " + kind + ", and only a regular file is read; write what it gives to a file, and name that")
}

// notRegular is ErrNotRegular in words for people.
type notRegular string

func (e notRegular) Error() string        { return string(e) }
func (e notRegular) Is(target error) bool { return target == ErrNotRegular }
