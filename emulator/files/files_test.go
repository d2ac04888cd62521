package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("12345"), 0o600))
	b, err := Read(path, 5)
	require.NoError(t, err)
	assert.Equal(t, "12345", string(b))
	_, err = Read(path, 4)
	var large *TooLargeError
	require.ErrorAs(t, err, &large)
	assert.Equal(t, TooLargeError{Size: 5, Max: 4}, *large)
	assert.EqualError(t, err, "read "+path+": the file has 5 bytes; the most is 4")

	// Gigabytes that take no room on the disk are as many when they are read.
	require.NoError(t, os.Truncate(path, 2<<30))
	_, err = Read(path, 1<<20)
	assert.ErrorContains(t, err, "the file has 2147483648 bytes; the most is 1048576")
}

// names returns what is in a folder.
func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteIsWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	require.NoError(t, WriteBytes(path, 0o640, []byte("old")))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o640), info.Mode().Perm())
	}
	require.ErrorContains(t, Write(path, 0o600, func(f *os.File) error {
		_, err := f.WriteString("half")
		return errors.Join(err, errors.New("broke off"))
	}), "broke off")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "old", string(b))
	assert.Equal(t, []string{"x.json"}, names(t, dir))

	err = WriteBytes(filepath.Join(dir, "none", "x"), 0o600, nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.NotContains(t, err.Error(), ".tmp")
}

func TestWriteKeepsLinks(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.Mkdir(at("folder"), 0o700))
	for link, to := range map[string]string{"first": "second", "second": filepath.Join("folder", "x"), "loop": "loop",
		"lost": filepath.Join("none", "x")} {
		if err := os.Symlink(to, at(link)); err != nil {
			t.Skip("this system makes no links: ", err)
		}
	}
	for _, text := range []string{"new", "newer"} { // the first time, the links lead nowhere
		require.NoError(t, WriteBytes(at("first"), 0o600, []byte(text)))
		b, err := os.ReadFile(at("folder/x"))
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
	}
	info, err := os.Lstat(at("first"))
	require.NoError(t, err)
	assert.Equal(t, fs.ModeSymlink, info.Mode().Type())
	assert.ErrorContains(t, WriteBytes(at("loop"), 0o600, nil), "more than 40 links")
	assert.ErrorIs(t, WriteBytes(at("lost"), 0o600, nil), fs.ErrNotExist)
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	for _, name := range []string{"x.json", ".x.json.123.tmp", ".y.json.123.tmp", ".old-1", "x.json.lock"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".x.json.folder.tmp"), 0o700))
	Sweep(path, ".old-*")
	assert.ElementsMatch(t, []string{"x.json", ".y.json.123.tmp", "x.json.lock", ".x.json.folder.tmp"}, names(t, dir))
	Sweep(filepath.Join(dir, "none", "x"))

	// A name is no pattern.
	for _, name := range []string{"*", "?.json", "[xy].json"} {
		Sweep(filepath.Join(dir, name))
	}
	assert.Contains(t, names(t, dir), ".y.json.123.tmp")
	left, err := Stage(filepath.Join(dir, "a[b]"), 0o600, func(*os.File) error { return nil })
	require.NoError(t, err)
	Sweep(filepath.Join(dir, "a[b]"))
	assert.NoFileExists(t, left)
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lock")
	for range 2 {
		l, err := TryLock(path)
		if errors.Is(err, ErrNoLocks) {
			t.Skip(err)
		}
		require.NoError(t, err)
		_, err = TryLock(path)
		var held *HeldError
		require.ErrorAs(t, err, &held)
		assert.Equal(t, HeldError{Path: path, PID: os.Getpid()}, *held)
		l.Unlock()
		assert.NoFileExists(t, path)
	}
	require.NoError(t, os.WriteFile(path, []byte("left by one that was killed"), 0o600))
	l, err := TryLock(path)
	require.NoError(t, err)
	l.Unlock()
	(*Lock)(nil).Unlock()
	_, err = TryLock(filepath.Join(t.TempDir(), "none", "x"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestIsPath(t *testing.T) {
	for ref, want := range map[string]bool{"contoso": false, "flaky-gateway": false, "": false, "a.yaml": true, "./a": true, `a\b`: true,
		"..": true} {
		assert.Equal(t, want, IsPath(ref), ref)
	}
}
