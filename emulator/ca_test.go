package emulator_test

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
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

// Whatever hands out the CA hands out the root, whose key nobody has, and what is
// shown in a handshake leads to it.
func TestEveryPlaceHandsOutTheRoot(t *testing.T) {
	dir := t.TempDir()
	g := emulatortest.Start(t, emulator.Options{HTTP: "127.0.0.1:0", HTTPS: "127.0.0.1:0", DataDir: dir})
	handed, file, err := g.CA()
	require.NoError(t, err)
	stored, err := emulator.StoredCA(dir, nil)
	require.NoError(t, err)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	r, err := g.Client().Get(g.Origin("http") + "/_graphemu/ca.pem")
	require.NoError(t, err)
	defer r.Body.Close()
	served, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	for where, text := range map[string][]byte{"CA": handed, "StoredCA": stored.PEM, "ca.pem": written, "GET ca.pem": served} {
		block, rest := pem.Decode(text)
		require.NotNil(t, block, where)
		assert.Empty(t, rest, where)
		c, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err, where)
		assert.Equal(t, c.RawSubject, c.RawIssuer, "%s: a root", where)
		assert.NoError(t, c.CheckSignatureFrom(c), where)
		assert.Equal(t, 1, c.MaxPathLen, where)
		assert.Equal(t, handed, text, where)
	}

	s, err := g.Client().Get(g.Origin("https") + "/_graphemu/health")
	require.NoError(t, err)
	s.Body.Close()
	require.Len(t, s.TLS.PeerCertificates, 3)
	assert.NotEqual(t, s.TLS.PeerCertificates[0].RawIssuer, s.TLS.PeerCertificates[2].RawSubject, "the root signs no leaf")
	for _, name := range s.TLS.PeerCertificates[0].DNSNames {
		assert.NotContains(t, name, "*")
	}
}

// ca, like a server that starts, replaces what an earlier version made.
func TestStoredCAReplacesTheUnfit(t *testing.T) {
	dir := t.TempDir()
	first, err := emulator.StoredCA(dir, []string{"school.test"})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca-key.pem"), []byte("noise"), 0o600))
	second, err := emulator.StoredCA(dir, nil)
	require.NoError(t, err)
	require.Len(t, second.Notes, 1)
	assert.Contains(t, second.Notes[0], "cannot be used")
	assert.Contains(t, second.Notes[0], "clients have to trust "+first.File+" anew")
	assert.NotEqual(t, first.PEM, second.PEM)
	assert.False(t, second.Made)
}
