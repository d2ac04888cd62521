package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator/files"
)

// Folders of exec are named so; each has a lock in it, which says that it is in use.
const (
	folderPattern = "graphemu-exec-*"
	folderLock    = "lock"
)

// makeFolder makes a temporary folder for one run and returns it with what removes
// it. First it removes those that others left when they were killed.
func makeFolder() (dir string, remove func() error, err error) {
	sweepFolders()
	for {
		if dir, err = os.MkdirTemp("", folderPattern); err != nil {
			return "", nil, err
		}
		lock, err := files.TryLock(filepath.Join(dir, folderLock))
		if _, held := errors.AsType[*files.HeldError](err); held || errors.Is(err, fs.ErrNotExist) {
			continue // a sweeper was quicker
		}
		if err != nil && !errors.Is(err, files.ErrNoLocks) { // where there are none, nobody sweeps
			return "", nil, errors.Join(err, os.RemoveAll(dir))
		}
		return dir, func() error { lock.Unlock(); return os.RemoveAll(dir) }, nil
	}
}

// sweepFolders removes the folders whose lock nobody holds. One without a lock is
// being made, or of a version that had none: it stays.
func sweepFolders() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPattern))
	for _, dir := range found {
		lock := filepath.Join(dir, folderLock)
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() { // it may be somebody else's link
			continue
		}
		if _, err := os.Lstat(lock); err != nil {
			continue
		}
		if held, err := files.TryLock(lock); err == nil {
			_ = os.RemoveAll(dir)
			held.Unlock()
			_ = os.Remove(dir) // it stayed where an open file cannot be removed
		}
	}
}
