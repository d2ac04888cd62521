package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What nobody wrote as a ready file is neither replaced nor removed.
func TestReadyFileIsNoOthersFile(t *testing.T) {
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes.txt")
	for _, text := range []string{"my notes\n", `{"pid": 1}`, `[]`} {
		require.NoError(t, os.WriteFile(notes, []byte(text), 0o600))
		assert.ErrorContains(t, makeWay(notes),
			"--ready-file "+notes+": the file there is no ready file of graphemu, and was left as it is")
		b, err := os.ReadFile(notes)
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
	}
	require.NoError(t, os.WriteFile(notes, nil, 0o600))
	assert.NoError(t, makeWay(notes), "an empty file, as mktemp makes it, is nobody's loss")

	fresh := filepath.Join(dir, "ready.json")
	require.NoError(t, makeWay(fresh))
	require.NoError(t, os.WriteFile(bundleOf(fresh), []byte("mine"), 0o600))
	assert.ErrorContains(t, makeWay(fresh),
		"ready.json.ca.pem, beside it, is for the certificates of --proxy, but has something else in it")
	assert.ErrorContains(t, makeWay(filepath.Join(dir, "none", "x")), "there is no folder "+filepath.Join(dir, "none"))
	assert.ErrorContains(t, makeWay(dir), "no regular file")
}

// At the end goes what is still as it was written.
func TestReadyFilesRemoveTheirOwn(t *testing.T) {
	dir := t.TempDir()
	own, others := filepath.Join(dir, "own"), filepath.Join(dir, "others")
	f := readyFiles{}
	require.NoError(t, f.write(own, 0o600, []byte("a")))
	require.NoError(t, f.write(others, 0o600, []byte("b")))
	require.NoError(t, os.WriteFile(others, []byte("c"), 0o600))
	f.remove()
	assert.NoFileExists(t, own)
	assert.FileExists(t, others)
	readyFiles(nil).remove()
}
