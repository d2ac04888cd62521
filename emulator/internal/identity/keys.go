// Package identity issues the access tokens of the emulated Entra ID, and tells
// from a request's token which tenant it belongs to.
//
// There are two kinds of keys. The token endpoints sign with RS256, as Entra does,
// and with keys that can be rotated (signing.go). What graphemu prints by itself,
// at start for example, is signed with a key of its own, ES256 (keys.go): that one
// is made in microseconds.
package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/graphemu/graphemu/emulator/internal/keyfile"
)

const keyFile = "token-key.pem"

// Keys signs tokens. It is safe for concurrent use.
type Keys struct {
	dir    string // "": in memory
	id     string
	own    *ecdsa.PrivateKey
	signer jose.Signer

	ring       atomic.Pointer[ring] // of the token endpoints; nil: not needed so far
	generation atomic.Uint64

	mu   sync.Mutex // guards read, and whoever makes a ring: for as long as a key takes
	read time.Time  // the file of the ring was of then

	noting sync.Mutex // guards notes and told
	notes  []string
	told   int // how many of them NewNotes has returned
}

// OpenKeys returns the signing key that is kept in the folder dir, made on
// first use, so that tokens outlive a restart; or a new one in memory if dir is
// empty. A stored key that cannot be used is replaced, and Notes says so. It
// errs if the folder cannot be used.
func OpenKeys(dir string) (*Keys, error) {
	k := &Keys{dir: dir}
	key, err := k.load(dir)
	if err == nil {
		err = k.use(key)
	}
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	return k, nil
}

// Notes returns what was found amiss and done about it so far, a sentence each.
// NewNotes does not return them again.
func (k *Keys) Notes() []string {
	k.noting.Lock()
	defer k.noting.Unlock()
	k.told = len(k.notes)
	return slices.Clone(k.notes)
}

// NewNotes returns the sentences that it did not return before.
func (k *Keys) NewNotes() []string {
	k.noting.Lock()
	defer k.noting.Unlock()
	fresh := slices.Clone(k.notes[k.told:])
	k.told = len(k.notes)
	return fresh
}

// note keeps a sentence for Notes.
func (k *Keys) note(sentence string) {
	if sentence == "" {
		return
	}
	k.noting.Lock()
	defer k.noting.Unlock()
	k.notes = append(k.notes, sentence)
}

func (k *Keys) load(dir string) (*ecdsa.PrivateKey, error) {
	if dir == "" {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	f, err := keyfile.LoadOrCreate(dir, keyFile, newKey)
	if err != nil {
		return nil, err
	}
	k.note(f.Note)
	key, unfit := parseKey(f.Content)
	if unfit == nil {
		return key, nil
	}
	k.note(fmt.Sprintf("the stored token key %s cannot be used (%v): a new one takes its place, and tokens signed before are no longer good",
		filepath.Join(dir, keyFile), unfit))
	if f, err = keyfile.Renew(dir, keyFile, f.Content, newKey); err != nil {
		return nil, err
	}
	return parseKey(f.Content)
}

// use makes the signer. The key's id is its RFC 7638 thumbprint: the same key
// has the same id in every process that shares the folder.
func (k *Keys) use(key *ecdsa.PrivateKey) error {
	sum, err := (&jose.JSONWebKey{Key: &key.PublicKey}).Thumbprint(crypto.SHA256)
	if err != nil {
		return err
	}
	k.own, k.id = key, base64.RawURLEncoding.EncodeToString(sum)
	k.signer, err = jose.NewSigner(
		// Chosen: ES256, where Entra has RS256: clients take the algorithm from the
		// header and the key set.
		jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: k.id}},
		(&jose.SignerOptions{}).WithType("JWT"),
	)
	return err
}

func newKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func parseKey(content []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("it is not a PEM private key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || ec.Curve != elliptic.P256() {
		return nil, errors.New("it is not an ECDSA P-256 key")
	}
	return ec, nil
}
