package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	k := Kind{Name: "letter of ours", Marks: []string{"Dear", "yours"}}
	require.NoError(t, k.Check(path), "nothing is there")
	for text, good := range map[string]bool{
		"": true, "Dear reader, yours": true, "Dear reader": false, "yours": false, "# mine": false,
		"yours, Dear": false, "> Dear reader, yours": false,
		"Dear" + strings.Repeat(" ", kindHead) + "yours": false,
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		err := k.Check(path)
		if good {
			assert.NoError(t, err, text)
			continue
		}
		assert.ErrorIs(t, err, ErrOtherKind, text)
		assert.EqualError(t, err, "the file there is no letter of ours, and was left as it is; name another, or remove it")
	}
	assert.ErrorIs(t, k.Check(dir), ErrNotRegular)
	assert.NoError(t, Kind{}.Check(path), "any file will do")
}
