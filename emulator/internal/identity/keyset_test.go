package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func TestRotate(t *testing.T) {
	for name, dir := range map[string]string{"in memory": "", "in a folder": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			k := openKeys(t, dir)
			flaw := func(token string) Flaw { return k.Check(token, ours).Flaw }
			kids := func() []string {
				set, err := k.KeySet()
				require.NoError(t, err)
				var ids []string
				for _, id := range gjson.GetBytes(set, "keys.#.kid").Array() {
					ids = append(ids, id.String())
				}
				return ids
			}
			first, err := k.AccessToken(application())
			require.NoError(t, err)
			own, err := k.Issue(application())
			require.NoError(t, err)
			before := kids()
			require.Len(t, before, 2)
			generation := k.Generation()

			require.NoError(t, k.Rotate(false))
			assert.NotEqual(t, generation, k.Generation())
			assert.Empty(t, flaw(first), "the key before stays published")
			second, err := k.AccessToken(application())
			require.NoError(t, err)
			assert.Empty(t, flaw(second))
			after := kids()
			assert.Len(t, after, 3)
			assert.Equal(t, before, after[1:], "the newest comes first")

			require.NoError(t, k.Rotate(false))
			assert.Equal(t, FlawKey, flaw(first), "two rotations ago")
			assert.Empty(t, flaw(second))

			require.NoError(t, k.Rotate(true))
			assert.Equal(t, FlawKey, flaw(second))
			assert.Empty(t, flaw(own), "graphemu's own key stays")
			assert.Len(t, kids(), 2)
		})
	}
}

// Processes that share a folder take each other's tokens, whichever of them made the keys
// and whenever they were rotated.
func TestKeysAreShared(t *testing.T) {
	dir := t.TempDir()
	a, b := openKeys(t, dir), openKeys(t, dir)
	assert.Equal(t, FlawKey, b.Check(must(a.Flawed(application(), FlawKey)), ours).Flaw)
	token := must(a.AccessToken(application()))
	assert.Empty(t, b.Check(token, ours).Flaw, "made by another process meanwhile")
	require.NoError(t, a.Rotate(false))
	require.NoError(t, os.Chtimes(filepath.Join(dir, signingFile), noon, noon)) // file systems differ in how fine their times are
	assert.Empty(t, b.Check(must(a.AccessToken(application())), ours).Flaw, "rotated by another process")
	assert.Empty(t, b.Check(token, ours).Flaw)
	// Nobody signs with a key that another process has dropped.
	require.NoError(t, a.Rotate(true))
	require.NoError(t, os.Chtimes(filepath.Join(dir, signingFile), noon.Add(1e9), noon.Add(1e9)))
	assert.Empty(t, a.Check(must(b.AccessToken(application())), ours).Flaw)
	token = must(a.AccessToken(application()))
	again := openKeys(t, dir)
	assert.Empty(t, again.Check(token, ours).Flaw, "after a restart")
	assert.Equal(t, must(a.KeySet()), must(again.KeySet()))
}

func TestAnUnfitSigningFileIsReplaced(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	good := openKeys(t, "")
	_ = must(good.KeySet())
	weak := must(encodeKey(nil, small, good.ring.Load().keys[0].cert.Raw))
	for name, tt := range map[string]struct {
		content []byte
		want    string
	}{
		"nothing": {nil, "it is empty"},
		"no PEM":  {[]byte("hello"), "not a list of PEM keys"},
		"small":   {weak, "not RSA with 2048 bits"},
		"other's": {must(encodeKey(nil, must(rsa.GenerateKey(rand.Reader, 2048)), good.ring.Load().keys[0].cert.Raw)),
			"does not belong to its key"},
		"too many":       {[]byte(strings.Repeat(string(good.ring.Load().file), maxKeys+1)), "more than 8 keys"},
		"key and no end": {[]byte(strings.Split(string(good.ring.Load().file), "-----BEGIN CERT")[0]), "not a list of PEM keys"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, signingFile), tt.content, 0o644))
			k := openKeys(t, dir)
			token := must(k.AccessToken(application()))
			assert.Empty(t, k.Check(token, ours).Flaw)
			notes := strings.Join(k.Notes(), "\n")
			assert.Contains(t, notes, tt.want)
			assert.Contains(t, notes, "is private now", "it was open to others")
			assert.Empty(t, openKeys(t, dir).Check(token, ours).Flaw, "it was stored")
		})
	}
}

// A folder that cannot keep the keys, or is gone, keeps nobody from a token.
func TestAFolderThatKeepsNoKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	k := openKeys(t, dir)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, nil, 0o600)) // a file: nothing can be kept in it, not even by root
	token := must(k.AccessToken(application()))
	assert.Empty(t, k.Check(token, ours).Flaw)
	assert.Contains(t, strings.Join(k.NewNotes(), "\n"), "cannot keep the signing keys")
	require.NoError(t, k.Rotate(false))
	assert.Empty(t, k.NewNotes(), "it was said")
	assert.Empty(t, k.Check(token, ours).Flaw)
	assert.Empty(t, k.Check(must(k.AccessToken(application())), ours).Flaw)
}

// A key takes a while to make: meanwhile others sign and check.
func TestNobodyWaitsForARotation(t *testing.T) {
	k := openKeys(t, "")
	token := must(k.AccessToken(application()))
	k.mu.Lock() // as Rotate does
	defer k.mu.Unlock()
	assert.Empty(t, k.Check(must(k.AccessToken(application())), ours).Flaw)
	assert.Empty(t, k.Check(token, ours).Flaw)
	assert.Empty(t, k.NewNotes())
	assert.Empty(t, k.Notes())
}

func TestKeySet(t *testing.T) {
	k := openKeys(t, "")
	var set jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal(must(k.KeySet()), &set))
	for _, issue := range []func(Claims) (string, error){k.AccessToken, k.Issue} {
		signed, err := jose.ParseSignedCompact(must(issue(application())), algorithms)
		require.NoError(t, err)
		keys := set.Key(signed.Signatures[0].Header.KeyID)
		require.Len(t, keys, 1)
		_, err = signed.Verify(keys[0])
		assert.NoError(t, err)
	}
	first := gjson.GetBytes(must(k.KeySet()), "keys.0")
	assert.Equal(t, "RSA", first.Get("kty").String())
	assert.Equal(t, first.Get("kid").String(), first.Get("x5t").String())
	assert.NotEmpty(t, set.Keys[0].Certificates)
}

func TestKeysAreMadeOnce(t *testing.T) {
	k := openKeys(t, "")
	var wg sync.WaitGroup
	sets := make([]string, 8)
	for i := range sets {
		wg.Go(func() { sets[i] = string(must(k.KeySet())) })
	}
	wg.Wait()
	for _, s := range sets {
		assert.Equal(t, sets[0], s)
	}
}

// A rotation that the folder could not keep is not undone by a token with a key
// that nobody knows, for which the folder is asked once more.
func TestARotationInMemoryStays(t *testing.T) {
	dir := t.TempDir()
	k := openKeys(t, dir)
	old := must(k.AccessToken(application()))
	file := filepath.Join(dir, signingFile)
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.Mkdir(file, 0o700)) // which stops root as well; permissions do not
	require.NoError(t, k.Rotate(true))
	assert.Contains(t, strings.Join(k.NewNotes(), "\n"), "cannot keep the new signing key")
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.WriteFile(file, kept, 0o600)) // as a read-only folder has it all the time
	token := must(k.AccessToken(application()))
	assert.Equal(t, FlawKey, k.Check(must(k.Flawed(application(), FlawKey)), ours).Flaw)
	assert.Empty(t, k.Check(token, ours).Flaw)
	assert.Equal(t, FlawKey, k.Check(old, ours).Flaw)
	require.NoError(t, k.Rotate(true))
	assert.Equal(t, FlawKey, k.Check(token, ours).Flaw)
}
