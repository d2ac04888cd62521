package emulator_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

func TestStoredCA(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, err := emulator.StoredCA(dir, nil)
	require.NoError(t, err)
	assert.True(t, first.Made)
	assert.Empty(t, first.Notes)
	assert.Equal(t, filepath.Join(dir, "ca.pem"), first.File)
	published, err := os.ReadFile(first.File)
	require.NoError(t, err)
	assert.Equal(t, published, first.PEM)

	again, err := emulator.StoredCA(dir, nil)
	require.NoError(t, err)
	assert.Equal(t, emulator.LocalCA{PEM: first.PEM, File: first.File}, again)

	if runtime.GOOS != "windows" {
		key := filepath.Join(dir, "ca-key.pem")
		require.NoError(t, os.Chmod(key, 0o604))
		open, err := emulator.StoredCA(dir, nil)
		require.NoError(t, err)
		require.Len(t, open.Notes, 1)
		assert.Contains(t, open.Notes[0], "open to other users (mode 0604) and is private now")
		info, err := os.Stat(key)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	other, err := emulator.StoredCA(dir, []string{"school.test"})
	require.NoError(t, err)
	assert.False(t, other.Made, "it took the place of another, which a note says")
	require.Len(t, other.Notes, 1)
	assert.Contains(t, other.Notes[0], "is for other names")
	assert.NotEqual(t, first.PEM, other.PEM)

	// A certificate whose key has gone is a server's to replace.
	require.NoError(t, os.Remove(filepath.Join(dir, "ca-key.pem")))
	keyless, err := emulator.StoredCA(dir, nil)
	require.NoError(t, err)
	assert.Equal(t, emulator.LocalCA{PEM: other.PEM, File: first.File}, keyless)
	assert.NoFileExists(t, filepath.Join(dir, "ca-key.pem"))
}
