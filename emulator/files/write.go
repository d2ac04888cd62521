package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write gives the file at path the content that write puts into a file beside it,
// and the permissions perm, in one step: a reader sees the old content or the
// new, never half, after a crash too. The last of several callers wins. A link
// stays: what it leads to is replaced. A name that is there already but is no
// regular file is refused. The errors of the file system name path.
func Write(path string, perm fs.FileMode, write func(*os.File) error) error {
	target, err := Target(path)
	if err != nil {
		return err
	}
	if err := CheckRegular(target); err != nil {
		return named(path, err)
	}
	tmp, err := Stage(target, perm, write)
	if err == nil {
		if err = os.Rename(tmp, target); err == nil {
			SyncFolder(filepath.Dir(target))
			return nil
		}
		os.Remove(tmp)
	}
	return named(path, err)
}

// CheckRegular errs, around ErrNotRegular, where something is at path that is no
// regular file.
func CheckRegular(path string) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return &fs.PathError{Op: "write", Path: path, Err: notRegular("it is there already, and is no regular file")}
	}
	return nil
}

// WriteBytes is Write of content that is there already.
func WriteBytes(path string, perm fs.FileMode, content []byte) error {
	return Write(path, perm, func(f *os.File) error {
		_, err := f.Write(content)
		return err
	})
}

// named says path in an error of the file system, which may speak of a file
// whose name is nobody's business.
func named(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: "write", Path: path, Err: e.Err}
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return &fs.PathError{Op: "write", Path: path, Err: e.Err}
	}
	return err
}

// Stage writes a temporary file beside the one at path and returns its name. All
// of it is on the disk before it may take another name, or a power cut could
// leave an empty file. If Stage errs it leaves no file.
func Stage(path string, perm fs.FileMode, write func(*os.File) error) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), temporary(path))
	if err != nil {
		return "", err
	}
	err = write(f)
	if err == nil {
		err = f.Chmod(perm) // CreateTemp makes it 0600; the umask has no say here
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// temporary is the pattern for the temporary files of the one at path.
func temporary(path string) string { return "." + filepath.Base(path) + ".*.tmp" }

// literal is a name as a pattern that matches nothing else.
func literal(name string) string { return special.Replace(name) }

var special = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// Sweep removes the temporary files that writers of the file at path left when
// they were killed, and those of further patterns in its folder. The caller
// knows that nobody writes that file now, as by its lock.
func Sweep(path string, patterns ...string) {
	for _, file := range Leftovers(path, patterns...) {
		os.Remove(file) // where that fails it stays
	}
}

// Leftovers returns what Sweep removes: the temporary files of writers that were
// killed, or that write now.
func Leftovers(path string, patterns ...string) []string {
	folder := filepath.Dir(path)
	entries, _ := os.ReadDir(folder) // nothing can be removed from a folder that cannot be read
	var list []string
	for _, e := range entries {
		for _, pattern := range append(patterns, temporary(literal(filepath.Base(path)))) {
			if ok, _ := filepath.Match(pattern, e.Name()); ok && e.Type().IsRegular() {
				list = append(list, filepath.Join(folder, e.Name()))
			}
		}
	}
	return list
}

// SyncFolder makes new names in a folder durable where folders can be synced. Its
// failure costs at most the newest content after a power cut.
func SyncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// maxLinks is how many links may lead to a file, as on Linux.
const maxLinks = 40

// Target returns the path that links at path lead to in the end, be there a file
// or not.
func Target(path string) (string, error) {
	at := path
	for range maxLinks {
		to, err := os.Readlink(at)
		if err != nil {
			// There is nothing, or it is no link. Its folder may be reached by links, too.
			folder, err := filepath.EvalSymlinks(filepath.Dir(at))
			if err != nil {
				return "", err
			}
			return filepath.Join(folder, filepath.Base(at)), nil
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(at), to)
		}
		at = to
	}
	return "", fmt.Errorf("%s: more than %d links", path, maxLinks)
}
