//go:build unix

package files

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What is no regular file is refused before it is opened: the pipe here has
// nobody at its other end, the device has no end.
func TestReadTakesRegularFilesAlone(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, unix.Mkfifo(at("pipe"), 0o600))
	require.NoError(t, os.Symlink("pipe", at("link to a pipe")))
	l, err := net.Listen("unix", at("s"))
	require.NoError(t, err)
	defer l.Close()
	for path, want := range map[string]string{
		at("pipe"):           "it is a pipe, and only a regular file is read; write what it gives to a file, and name that",
		at("link to a pipe"): "it is a pipe",
		"/dev/zero":          "it is a device", at("s"): "it is a socket", dir: "it is a folder, not a file",
	} {
		_, err := Read(path, 1<<20)
		require.ErrorIs(t, err, ErrNotRegular, path)
		assert.ErrorContains(t, err, path)
		assert.ErrorContains(t, err, want)
		if path != dir {
			require.ErrorIs(t, WriteBytes(path, 0o600, nil), ErrNotRegular, path)
		}
	}
	_, err = Read(at("nothing"), 1)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// A file of /proc says that it is empty; what it has is read all the same, and
// counts.
func TestReadGoesByWhatComes(t *testing.T) {
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("there is no /proc")
	}
	b, err := Read("/proc/self/stat", 1<<20)
	require.NoError(t, err)
	assert.NotEmpty(t, b)
	_, err = Read("/proc/self/stat", 3)
	assert.ErrorContains(t, err, "the most is 3")
}

// Where another file has the lock's name by now, it is left to the process that holds it.
func TestALockIsOnTheFileThatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := TryLock(path)
	require.NoError(t, err)
	require.NoError(t, os.Rename(path, path+".old"))
	second, err := TryLock(path)
	require.NoError(t, err)
	first.Unlock()
	var held *HeldError
	_, err = TryLock(path)
	require.ErrorAs(t, err, &held)
	second.Unlock()
	assert.NoFileExists(t, path)
}
