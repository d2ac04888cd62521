package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func making(content string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(content), nil }
}

func never() ([]byte, error) { return nil, errors.New("make was called") }

// requireOnly checks that dir holds the named files and no temporary one.
func requireOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.ElementsMatch(t, names, got)
}

func requireMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, want, info.Mode().Perm(), "%s", path)
}

func TestLoadOrCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")

	f, err := LoadOrCreate(dir, "k.pem", making("one"))
	require.NoError(t, err)
	assert.Equal(t, File{Content: []byte("one"), Created: true}, f)
	requireMode(t, dir, 0o700)
	requireMode(t, filepath.Join(dir, "k.pem"), 0o600)
	requireOnly(t, dir, "k.pem")

	f, err = LoadOrCreate(dir, "k.pem", never)
	require.NoError(t, err)
	assert.Equal(t, File{Content: []byte("one")}, f)
}

func TestLoadOrCreateKeepsAnEmptyFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "k"), nil, 0o600))
	f, err := LoadOrCreate(dir, "k", never)
	require.NoError(t, err, "whether content is any good is the caller's to say")
	assert.Empty(t, f.Content)
}

func TestLoadOrCreateMakesPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "k")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	require.NoError(t, os.Chmod(path, 0o644))

	f, err := LoadOrCreate(dir, "k", never)
	require.NoError(t, err)
	assert.Equal(t, "key file "+path+" was open to other users (mode 0644) and is private now", f.Note)
	requireMode(t, path, 0o600)

	f, err = LoadOrCreate(dir, "k", never)
	require.NoError(t, err)
	assert.Empty(t, f.Note, "said once")
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "big"), make([]byte, MaxSize+1), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "full"), make([]byte, MaxSize), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))

	_, err := LoadOrCreate("", "k", making("x"))
	assert.EqualError(t, err, "no folder given for key file k")
	_, err = LoadOrCreate(dir, "big", never)
	assert.ErrorContains(t, err, "big: the file has 1048577 bytes; the most is 1048576")
	_, err = LoadOrCreate(dir, "full", never)
	assert.NoError(t, err)
	_, err = LoadOrCreate(dir, "folder", never)
	assert.ErrorContains(t, err, "folder: it is a folder, not a file")
	_, err = LoadOrCreate(dir, "new", never)
	assert.EqualError(t, err, "make was called", "the maker's error as it is")
	_, err = LoadOrCreate(dir, "new", func() ([]byte, error) { return make([]byte, MaxSize+1), nil })
	assert.ErrorContains(t, err, "over the limit")
	_, err = LoadOrCreate(filepath.Join(dir, "full"), "k", making("x"))
	assert.Error(t, err, "a file where the folder should be")
	_, err = Renew(dir, "folder", nil, making("x"))
	assert.ErrorContains(t, err, "folder: it is a folder, not a file")
	_, err = Renew("", "k", nil, making("x"))
	assert.Error(t, err)
	_, err = Renew(dir, "full", nil, never)
	assert.EqualError(t, err, "make was called")
	assert.Error(t, Replace("", "k", nil, 0o600))
	assert.Error(t, Replace(dir, "folder", []byte("x"), 0o600), "a folder is not replaced")
	requireOnly(t, dir, "big", "full", "folder")
}

func TestReplace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	require.NoError(t, Replace(dir, "ca.pem", []byte("one"), 0o644))
	require.NoError(t, Replace(dir, "ca.pem", []byte("two"), 0o644))
	got, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	require.NoError(t, err)
	assert.Equal(t, "two", string(got))
	requireMode(t, filepath.Join(dir, "ca.pem"), 0o644)
	requireOnly(t, dir, "ca.pem")
}

func TestRenew(t *testing.T) {
	dir := t.TempDir()
	_, err := LoadOrCreate(dir, "k", making("one"))
	require.NoError(t, err)

	f, err := Renew(dir, "k", []byte("one"), making("two"))
	require.NoError(t, err)
	assert.Equal(t, File{Content: []byte("two"), Created: true}, f)

	f, err = Renew(dir, "k", []byte("one"), making("three"))
	require.NoError(t, err)
	assert.Equal(t, File{Content: []byte("two")}, f, "another has renewed it meanwhile")
	requireMode(t, filepath.Join(dir, "k"), 0o600)

	f, err = Renew(dir, "absent", []byte("one"), making("four"))
	require.NoError(t, err)
	assert.True(t, f.Created, "deleted meanwhile counts as stale")
	requireOnly(t, dir, "k", "absent")
}

// TestRaces starts eight callers at once and wants one content and one creator.
// A process that is killed while it writes leaves a file that may hold a key.
func TestWhatAKilledProcessLeftIsRemoved(t *testing.T) {
	if _, held := lockDir(t.TempDir()); !held {
		t.Skip("without a lock nobody can tell")
	}
	for name, write := range map[string]func(dir string) error{
		"load":    func(dir string) error { _, err := LoadOrCreate(dir, "old", never); return err },
		"create":  func(dir string) error { _, err := LoadOrCreate(dir, "k", making("content")); return err },
		"renew":   func(dir string) error { _, err := Renew(dir, "old", []byte("old"), making("content")); return err },
		"replace": func(dir string) error { return Replace(dir, "k", []byte("content"), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "old"), []byte("old"), 0o600))
			for _, file := range []string{".k.123.tmp", ".old.123.tmp", ".another.123.tmp", "k.123.tmp"} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte("a key"), 0o600))
			}
			require.NoError(t, write(dir))
			of, other := ".k.123.tmp", ".old.123.tmp"
			if name == "load" || name == "renew" {
				of, other = other, of
			}
			assert.NoFileExists(t, filepath.Join(dir, of))
			assert.FileExists(t, filepath.Join(dir, other), "another's may be at work")
			assert.FileExists(t, filepath.Join(dir, ".another.123.tmp"))
			assert.FileExists(t, filepath.Join(dir, "k.123.tmp"))
		})
	}
}

func TestRaces(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stale"), []byte("stale"), 0o600))
	for name, open := range map[string]func(n int) (File, error){
		"create": func(n int) (File, error) {
			return LoadOrCreate(filepath.Join(dir, "sub"), "k", making(fmt.Sprint(n)))
		},
		"renew": func(n int) (File, error) {
			return Renew(dir, "stale", []byte("stale"), making(fmt.Sprint(n)))
		},
		"claim without links": func(n int) (File, error) {
			path := filepath.Join(dir, "c")
			defer lock(path)()
			tmp, err := stage(path, []byte(fmt.Sprint(n)))
			if err != nil {
				return File{}, err
			}
			defer os.Remove(tmp)
			return claim(dir, tmp, filepath.Join(dir, "c"), []byte(fmt.Sprint(n)))
		},
	} {
		var files [8]File
		var errs [8]error
		var ready, done sync.WaitGroup
		ready.Add(len(files))
		for i := range files {
			done.Go(func() {
				ready.Done()
				ready.Wait()
				files[i], errs[i] = open(i)
			})
		}
		done.Wait()
		created := 0
		for i, f := range files {
			require.NoError(t, errs[i], name)
			require.True(t, bytes.Equal(files[0].Content, f.Content), "%s: two contents", name)
			if f.Created {
				created++
			}
		}
		require.Equal(t, 1, created, "%s: creators", name)
	}
	requireOnly(t, dir, "stale", "c", "sub")
	requireOnly(t, filepath.Join(dir, "sub"), "k")
}

func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	_, err := LoadOrCreate(dir, "k", making("content"))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := LoadOrCreate(dir, "k", never); err != nil {
			b.Fatal(err)
		}
	}
}
