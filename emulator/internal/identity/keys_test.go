package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openKeys(t testing.TB, dir string) *Keys {
	t.Helper()
	k, err := OpenKeys(dir)
	require.NoError(t, err)
	return k
}

// keysOf returns new keys in memory together with the public key.
func keysOf(t *testing.T) (*Keys, *ecdsa.PublicKey) {
	t.Helper()
	content, err := newKey()
	require.NoError(t, err)
	key, err := parseKey(content)
	require.NoError(t, err)
	k := &Keys{}
	require.NoError(t, k.use(key))
	return k, &key.PublicKey
}

func ed25519Key(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestOpenKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	a, b := openKeys(t, dir), openKeys(t, dir)
	assert.Equal(t, a.id, b.id)
	assert.Len(t, a.id, 43, "SHA-256 in base64url")
	assert.Empty(t, a.Notes())
	assert.NotEqual(t, a.id, openKeys(t, "").id)
	assert.NotEqual(t, openKeys(t, "").id, openKeys(t, "").id)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	assert.Equal(t, "token-key.pem", entries[0].Name())
	if runtime.GOOS == "windows" {
		return
	}

	path := filepath.Join(dir, keyFile)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(path, 0o604))
	c := openKeys(t, dir)
	require.Len(t, c.Notes(), 1)
	assert.Contains(t, c.Notes()[0], "open to other users (mode 0604)")
	assert.Equal(t, a.id, c.id)
}

// The id is computed as RFC 7638 has it; this is its form for an EC key.
func TestThumbprint(t *testing.T) {
	k, key := keysOf(t)
	public, err := json.Marshal(jose.JSONWebKey{Key: key})
	require.NoError(t, err)
	var jwk struct{ Crv, Kty, X, Y string }
	require.NoError(t, json.Unmarshal(public, &jwk))
	assert.Equal(t, sha256Base64(`{"crv":"`+jwk.Crv+`","kty":"`+jwk.Kty+`","x":"`+jwk.X+`","y":"`+jwk.Y+`"}`), k.id)
}

func TestOpenKeysReplacesTheUnfit(t *testing.T) {
	for name, tt := range map[string]struct{ content, want string }{
		"empty":        {"", "it is not a PEM private key"},
		"noise":        {"hello", "it is not a PEM private key"},
		"another type": {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "it is not a PEM private key"},
		"broken":       {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cannot be used ("},
		"another kind": {ed25519Key(t), "it is not an ECDSA P-256 key"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, keyFile), []byte(tt.content), 0o600))
			k := openKeys(t, dir)
			require.Len(t, k.Notes(), 1)
			assert.Contains(t, k.Notes()[0], tt.want)
			again := openKeys(t, dir)
			assert.Empty(t, again.Notes())
			assert.Equal(t, k.id, again.id)
		})
	}
}

func TestOpenKeysErrs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := OpenKeys(file)
	assert.ErrorContains(t, err, "token key: ")
}

func TestOpenKeysAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var ids [8]string
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			if k, err := OpenKeys(dir); assert.NoError(t, err) {
				ids[i] = k.id
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		assert.Equal(t, ids[0], id)
	}
}

func BenchmarkOpenKeys(b *testing.B) {
	dir := b.TempDir()
	openKeys(b, dir)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := OpenKeys(dir); err != nil {
			b.Fatal(err)
		}
	}
}
