package keyfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecretIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	first, err := OpenSecret(dir, "a-key", "")
	require.NoError(t, err)
	assert.Len(t, first.Key(), 32)
	again, err := OpenSecret(dir, "a-key", "")
	require.NoError(t, err)
	assert.Equal(t, first.Key(), again.Key())
	assert.Empty(t, again.Notes())
	other, err := OpenSecret(dir, "b-key", "")
	require.NoError(t, err)
	assert.NotEqual(t, first.Key(), other.Key())
	info, err := os.Stat(filepath.Join(dir, "a-key"))
	require.NoError(t, err)
	if os.PathSeparator == '/' {
		assert.EqualValues(t, 0o600, info.Mode().Perm())
	}
}

func TestSecretInMemory(t *testing.T) {
	a, err := OpenSecret("", "a-key", "")
	require.NoError(t, err)
	b, err := OpenSecret("", "a-key", "")
	require.NoError(t, err)
	assert.Len(t, a.Key(), 32)
	assert.NotEqual(t, a.Key(), b.Key())
}

func TestUnfitSecretIsReplaced(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "short": "abcd\n", "no digits": strings.Repeat("x", 64)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a-key"), []byte(content), 0o600))
			s, err := OpenSecret(dir, "a-key", "old URLs are good no more")
			require.NoError(t, err)
			require.Len(t, s.Notes(), 1)
			assert.Contains(t, s.Notes()[0], "old URLs are good no more")
			if content != "" {
				assert.NotContains(t, s.Notes()[0], strings.TrimSpace(content), "it was somebody's secret")
			}
			again, err := OpenSecret(dir, "a-key", "")
			require.NoError(t, err)
			assert.Equal(t, s.Key(), again.Key())
		})
	}
}

func TestSecretErrs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := OpenSecret(file, "a-key", "")
	assert.Error(t, err)
}
