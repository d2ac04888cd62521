// Package keyfile keeps small secrets, such as the key of the local
// certificate authority, as private files in the data folder.
//
// Its promise is agreement: processes that start at once on the same folder
// end up with the same content, whichever of them made it, and a reader never
// sees half a file. A file is therefore never written in place (package files),
// and takes its name in one step that has one winner.
//
// Agreement on a first file holds wherever hard links do. Agreement on a
// renewed one (Renew), and on a first one where there are no hard links, needs
// a lock on the folder, which Unix has. Elsewhere, and on file systems without
// locks, it holds within one process only.
package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

const (
	// MaxSize is the size in bytes above which a file is refused. A key with its
	// certificate takes about 1 KiB; whatever is beyond this is not ours, and
	// is better left alone than read into memory.
	MaxSize = 1 << 20

	fileMode = 0o600 // the owner alone
	dirMode  = 0o700
)

// File is what LoadOrCreate and Renew found or made.
type File struct {
	Content []byte
	Created bool   // Content is ours: no other process and no earlier run made it
	Note    string // a sentence for the log if the file was open to others, else empty
}

// LoadOrCreate returns the content of the file called name in dir, and makes
// both if they are absent, the content by calling make. When several callers
// race to make the file, one of them wins and all return the winner's content.
//
// A file that group or others may read or write is made private, and File.Note
// says so. It errs if dir is empty, the file is not a regular one or larger
// than MaxSize, or the file system refuses.
func LoadOrCreate(dir, name string, make func() ([]byte, error)) (File, error) {
	path, err := join(dir, name)
	if err != nil {
		return File{}, err
	}
	f, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		tidy(path)
		return f, err
	}
	content, err := produce(make)
	if err != nil {
		return File{}, err
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return File{}, fmt.Errorf("cannot make the folder for key files: %w", err)
	}
	defer lock(path)()
	tmp, err := stage(path, content)
	if err != nil {
		return File{}, err
	}
	defer os.Remove(tmp)

	// A link, unlike a rename, fails if the name is taken: that decides the race.
	switch err := os.Link(tmp, path); {
	case err == nil:
		files.SyncFolder(dir)
		return File{Content: content, Created: true}, nil
	case errors.Is(err, fs.ErrExist):
		return load(path)
	}
	return claim(dir, tmp, path, content)
}

// claim gives the staged file its name where there are no hard links (FAT,
// some network and container mounts), unless another was quicker. The folder is
// locked.
func claim(dir, tmp, path string, content []byte) (File, error) {
	if f, err := load(path); !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := os.Rename(tmp, path); err != nil {
		return File{}, fmt.Errorf("cannot store key file: %w", err)
	}
	files.SyncFolder(dir)
	return File{Content: content, Created: true}, nil
}

// Renew replaces the content of the file called name in dir by what make
// returns, if it still is stale. If it no longer is, another process has
// renewed it meanwhile, and its content is returned instead. So processes that
// all find the same stale file agree on what comes after it.
func Renew(dir, name string, stale []byte, make func() ([]byte, error)) (File, error) {
	path, err := join(dir, name)
	if err != nil {
		return File{}, err
	}
	// Made before the lock is taken: nothing of a caller's runs while others wait.
	content, err := produce(make)
	if err != nil {
		return File{}, err
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return File{}, fmt.Errorf("cannot make the folder for key files: %w", err)
	}
	defer lock(path)()

	switch f, err := load(path); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return File{}, err
	case err == nil && !bytes.Equal(f.Content, stale):
		return f, nil
	}
	if err := replace(path, content, fileMode); err != nil {
		return File{}, err
	}
	return File{Content: content, Created: true}, nil
}

// Replace gives the file called name in dir new content and the permissions
// perm in one step: a reader sees the old content or the new. The last of
// several callers wins. The folder is made if it is absent.
func Replace(dir, name string, content []byte, perm fs.FileMode) error {
	path, err := join(dir, name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return fmt.Errorf("cannot make the folder for key files: %w", err)
	}
	defer lock(path)()
	return replace(path, content, perm)
}

// replace is Replace in a folder that is there and locked.
func replace(path string, content []byte, perm fs.FileMode) error {
	if err := files.WriteBytes(path, perm, content); err != nil {
		return fmt.Errorf("cannot store key file: %w", err)
	}
	return nil
}

// join errs instead of letting a forgotten folder mean the current one.
func join(dir, name string) (string, error) {
	if dir == "" {
		return "", fmt.Errorf("no folder given for key file %s", name)
	}
	return filepath.Join(dir, name), nil
}

func produce(make func() ([]byte, error)) ([]byte, error) {
	content, err := make()
	if err == nil && len(content) > MaxSize {
		err = fmt.Errorf("key file content of %d bytes is over the limit of %d", len(content), MaxSize)
	}
	return content, err
}

// load reads the file at path and makes it private. It returns an error that
// is fs.ErrNotExist if there is none.
func load(path string) (File, error) {
	content, err := files.Read(path, MaxSize)
	if err != nil {
		return File{}, fmt.Errorf("key file %s: %w", path, words.Reason(err))
	}
	info, err := os.Stat(path)
	if err != nil {
		return File{}, fmt.Errorf("key file %s: %w", path, words.Reason(err))
	}
	return File{Content: content, Note: protect(path, info.Mode())}, nil
}

// protect takes the file at path from group and others. It never fails: a
// secret that is mounted read-only, as containers have it, cannot be changed
// and still has to serve. Windows has no such bits; there the folder's access
// list decides.
func protect(path string, mode fs.FileMode) string {
	if runtime.GOOS == "windows" || mode.Perm()&0o077 == 0 {
		return ""
	}
	if err := os.Chmod(path, fileMode); err != nil {
		return fmt.Sprintf("key file %s is open to other users (mode %04o) and could not be made private: %v", path, mode.Perm(), err)
	}
	return fmt.Sprintf("key file %s was open to other users (mode %04o) and is private now", path, mode.Perm())
}

// stage writes content to a temporary file beside the one at path, for the owner
// alone, and returns its path. The folder is locked, so that nobody takes the file
// for one that was left.
func stage(path string, content []byte) (string, error) {
	tmp, err := files.Stage(path, fileMode, func(f *os.File) error {
		_, err := f.Write(content)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("cannot store key file: %w", err)
	}
	return tmp, nil
}

// tidy removes what a process left that was killed while it wrote the file: it may
// hold a key.
func tidy(path string) {
	if len(files.Leftovers(path)) > 0 {
		lock(path)()
	}
}

var inProcess sync.Mutex // what lock has where folders cannot be locked; it guards no variable

// lock keeps others from writing the file at path until unlock is called. What is
// staged for it by then was left by a process that is no more, and is removed, where
// the lock can be relied on.
func lock(path string) (unlock func()) {
	inProcess.Lock()
	release, held := lockDir(filepath.Dir(path))
	if held {
		files.Sweep(path)
	}
	return func() { release(); inProcess.Unlock() }
}
