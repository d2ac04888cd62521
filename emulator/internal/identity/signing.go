package identity

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // x5t is one (RFC 7515, 4.1.7); it names a key and protects nothing
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/graphemu/graphemu/emulator/internal/keyfile"
)

const (
	signingFile = "signing-keys.pem" // the newest key first, each with its certificate
	signingBits = 2048               // as Entra's (observed in its key set)
	maxKeys     = 8                  // that a file may hold
)

// ring is the keys that the token endpoints sign with. It never changes: a
// rotation makes another.
type ring struct {
	keys    []signingKey // the first one signs, all are published
	file    []byte       // as it is stored
	set     []byte       // published, as a JSON Web Key Set
	signer  jose.Signer
	passing bool // in memory alone
}

// signingKey is an RS256 key. Observed: Entra publishes a key with a certificate
// of its own, whose SHA-1 is the key's id.
type signingKey struct {
	id   string
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

// signing returns the keys of the token endpoints, made or read on first need: an
// RSA key takes a tenth of a second, which no start should wait for.
func (k *Keys) signing() (*ring, error) {
	if r := k.ring.Load(); r != nil {
		return r, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if r := k.ring.Load(); r != nil {
		return r, nil
	}
	r, err := k.openRing()
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	k.ring.Store(r)
	return r, nil
}

// openRing reads the keys, or makes some. A folder that does not let us has them in
// memory: whoever asks for a token shall have one.
func (k *Keys) openRing() (*ring, error) {
	if k.dir != "" {
		r, err := k.storedRing()
		if err == nil {
			return r, nil
		}
		k.note(fmt.Sprintf("the data folder cannot keep the signing keys (%v): "+
			"this run has them in memory, and the tokens that it issues are not good after a restart", err))
	}
	return k.passingRing(nil)
}

// passingRing is a new key, and one that stays, in memory.
func (k *Keys) passingRing(before *signingKey) (*ring, error) {
	content, err := newRing(before)
	if err != nil {
		return nil, err
	}
	r, err := k.parseRing(content)
	if err == nil {
		r.passing = true
	}
	return r, err
}

// storedRing is openRing in the folder.
func (k *Keys) storedRing() (*ring, error) {
	create := func() ([]byte, error) { return newRing(nil) }
	f, err := keyfile.LoadOrCreate(k.dir, signingFile, create)
	if err != nil {
		return nil, err
	}
	k.note(f.Note)
	r, unfit := k.parseRing(f.Content)
	if unfit == nil {
		return r, nil
	}
	k.note(fmt.Sprintf("the stored signing keys %s cannot be used (%v): "+
		"a new one takes their place, and tokens signed before are no longer good",
		filepath.Join(k.dir, signingFile), unfit))
	if f, err = keyfile.Renew(k.dir, signingFile, f.Content, create); err != nil {
		return nil, err
	}
	return k.parseRing(f.Content)
}

// stored returns the keys that there are, nil where none was needed so far. Those
// of a shared folder may have been made or rotated by another process: again asks
// for them once more.
func (k *Keys) stored(again bool) *ring {
	r := k.ring.Load()
	if k.dir == "" || r != nil && (r.passing || !again) {
		return r
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reread()
}

// noticeChanges sees whether another process has changed the keys of a shared folder, so
// that nothing is signed with one that was dropped there. It waits for nobody.
func (k *Keys) noticeChanges() {
	if r := k.ring.Load(); k.dir == "" || r == nil || r.passing || !k.mu.TryLock() {
		return
	}
	defer k.mu.Unlock()
	k.reread()
}

// reread returns the keys, read again where their file is another. Must hold mu.
func (k *Keys) reread() *ring {
	info, err := os.Stat(filepath.Join(k.dir, signingFile))
	if err != nil || info.ModTime().Equal(k.read) || info.Size() > keyfile.MaxSize {
		return k.ring.Load()
	}
	k.read = info.ModTime()
	f, err := keyfile.LoadOrCreate(k.dir, signingFile, func() ([]byte, error) { return nil, fs.ErrNotExist })
	if err != nil {
		return k.ring.Load()
	}
	r := k.ring.Load()
	if r == nil || !r.passing && !bytes.Equal(r.file, f.Content) {
		if r, err = k.parseRing(f.Content); err == nil {
			k.ring.Store(r)
			k.generation.Add(1)
		}
	}
	return k.ring.Load()
}

// Rotate makes a new signing key. The one before stays published, and its tokens
// good, until the next rotation; with forget only the new one is left. graphemu's
// own key, which signs Issue's tokens, is not rotated. Documented: Entra rolls
// its keys over and publishes old and new ones side by side; how long is chosen.
func (k *Keys) Rotate(forget bool) error {
	if _, err := k.signing(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	old := k.ring.Load()
	before := &old.keys[0]
	if forget {
		before = nil
	}
	r, err := k.rotated(old, before)
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	k.ring.Store(r)
	k.generation.Add(1)
	return nil
}

// rotated is the ring after old: a new key, and one that stays. What was in memory
// stays there: a key of the folder must not come back.
func (k *Keys) rotated(old *ring, before *signingKey) (*ring, error) {
	if old.passing {
		return k.passingRing(before)
	}
	f, err := keyfile.Renew(k.dir, signingFile, old.file, func() ([]byte, error) { return newRing(before) })
	if err != nil {
		k.note(fmt.Sprintf("the data folder cannot keep the new signing key (%v): it is good for this run alone", err))
		return k.passingRing(before)
	}
	return k.parseRing(f.Content)
}

// Generation changes whenever tokens that were good before may no longer be.
func (k *Keys) Generation() uint64 { return k.generation.Load() }

// KeySet returns the published keys as a JSON Web Key Set (RFC 7517): those of
// the token endpoints, the newest first, and graphemu's own.
func (k *Keys) KeySet() ([]byte, error) {
	r, err := k.signing()
	if err != nil {
		return nil, err
	}
	return r.set, nil
}

// Secret returns 32 bytes that only who has graphemu's own key can know, and that
// the names decide.
func (k *Keys) Secret(names ...string) ([]byte, error) {
	seed, err := k.own.Bytes()
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for _, part := range append([]string{"graphemu secret", string(seed)}, names...) {
		fmt.Fprintf(h, "%d:%s", len(part), part) // the length keeps ("a", "bc") and ("ab", "c") apart
	}
	return h.Sum(nil), nil
}

// newRing returns the content of the file with a new key, and one that stays.
func newRing(before *signingKey) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, signingBits)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"graphemu"}, CommonName: "graphemu token signing"},
		// Valid on any clock that a world may have.
		NotBefore: time.Unix(0, 0).UTC(), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	content, err := encodeKey(nil, key, cert)
	if err == nil && before != nil {
		content, err = encodeKey(content, before.key, before.cert.Raw)
	}
	return content, err
}

func encodeKey(dst []byte, key *rsa.PrivateKey, cert []byte) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	dst = append(dst, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	return append(dst, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...), nil
}

// parseRing reads the file, and makes ready what is published.
func (k *Keys) parseRing(content []byte) (*ring, error) {
	r := &ring{file: content}
	rest := content
	for len(bytes.TrimSpace(rest)) > 0 {
		var blocks [2]*pem.Block
		for i, kind := range []string{"PRIVATE KEY", "CERTIFICATE"} {
			if blocks[i], rest = pem.Decode(rest); blocks[i] == nil || blocks[i].Type != kind {
				return nil, errors.New("it is not a list of PEM keys, each with its certificate")
			}
		}
		s, err := parseSigning(blocks[0].Bytes, blocks[1].Bytes)
		if err != nil {
			return nil, err
		}
		if r.keys = append(r.keys, s); len(r.keys) > maxKeys {
			return nil, fmt.Errorf("it holds more than %d keys", maxKeys)
		}
	}
	if len(r.keys) == 0 {
		return nil, errors.New("it is empty")
	}
	var err error
	if r.signer, err = jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: r.keys[0].key, KeyID: r.keys[0].id}},
		// Observed: Entra's headers have x5t beside kid, with the same value.
		(&jose.SignerOptions{}).WithType("JWT").WithHeader("x5t", r.keys[0].id),
	); err != nil {
		return nil, err
	}
	r.set, err = k.publish(r.keys)
	return r, err
}

func parseSigning(key, cert []byte) (signingKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(key)
	if err != nil {
		return signingKey{}, err
	}
	s := signingKey{}
	var ok bool
	if s.key, ok = parsed.(*rsa.PrivateKey); !ok || s.key.N.BitLen() < signingBits {
		return signingKey{}, fmt.Errorf("it has a key that is not RSA with %d bits", signingBits)
	}
	if s.cert, err = x509.ParseCertificate(cert); err != nil {
		return signingKey{}, err
	}
	if !s.key.PublicKey.Equal(s.cert.PublicKey) {
		return signingKey{}, errors.New("its certificate does not belong to its key")
	}
	sum := sha1.Sum(s.cert.Raw)
	s.id = base64.RawURLEncoding.EncodeToString(sum[:])
	return s, nil
}

// published is a key as Entra publishes it. Observed in its key set.
type published struct {
	Type     string   `json:"kty"`
	Use      string   `json:"use"`
	ID       string   `json:"kid"`
	X5t      string   `json:"x5t,omitempty"`
	Modulus  string   `json:"n,omitempty"`
	Exponent string   `json:"e,omitempty"`
	X5c      []string `json:"x5c,omitempty"`

	// Of graphemu's own key.
	Algorithm string `json:"alg,omitempty"`
	Curve     string `json:"crv,omitempty"`
	X         string `json:"x,omitempty"`
	Y         string `json:"y,omitempty"`
}

func (k *Keys) publish(keys []signingKey) ([]byte, error) {
	encode := base64.RawURLEncoding.EncodeToString
	var set struct {
		Keys []published `json:"keys"`
	}
	for _, s := range keys {
		set.Keys = append(set.Keys, published{Type: "RSA", Use: "sig", ID: s.id, X5t: s.id,
			Modulus: encode(s.key.N.Bytes()), Exponent: encode(big.NewInt(int64(s.key.E)).Bytes()),
			X5c: []string{base64.StdEncoding.EncodeToString(s.cert.Raw)}})
	}
	own, err := k.own.PublicKey.Bytes() // 4, x and y
	if err != nil {
		return nil, err
	}
	set.Keys = append(set.Keys, published{Type: "EC", Use: "sig", ID: k.id,
		Algorithm: "ES256", Curve: "P-256", X: encode(own[1:33]), Y: encode(own[33:])})
	return json.Marshal(set)
}

// public returns the key of that id for an algorithm; nil where there is none. A
// key is good for one algorithm only, whatever a token's header says.
func (k *Keys) public(algorithm jose.SignatureAlgorithm, id string) crypto.PublicKey {
	if algorithm == jose.ES256 {
		if id == k.id {
			return &k.own.PublicKey
		}
		return nil
	}
	for _, again := range []bool{false, true} {
		if r := k.stored(again); r != nil {
			for _, s := range r.keys {
				if s.id == id {
					return &s.key.PublicKey
				}
			}
		}
	}
	return nil
}
