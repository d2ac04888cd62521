package certs

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func fixed(at time.Time) func() time.Time { return func() time.Time { return at } }

func open(t testing.TB, dir string, at time.Time, hosts ...string) *Authority {
	t.Helper()
	a, err := Open(dir, hosts, fixed(at))
	require.NoError(t, err)
	return a
}

func inMemory(t testing.TB, hosts ...string) *Authority { return open(t, "", noon, hosts...) }

// forge makes a leaf for localhost, changed as the caller likes.
func forge(t *testing.T, a *Authority, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{
		NotBefore: noon, NotAfter: noon.Add(time.Hour), DNSNames: []string{"localhost"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(c)
	der, err := x509.CreateCertificate(rand.Reader, c, a.intermediate, &a.leafKey.PublicKey, a.key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return leaf
}

func TestRoot(t *testing.T) {
	a := inMemory(t, "graph.test", "10.0.0.7")
	block, rest := pem.Decode(a.PEM())
	require.NotNil(t, block)
	assert.Empty(t, rest)
	c, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)

	assert.Regexp(t, `^graphemu local CA \([0-9a-f]{8}\)$`, c.Subject.CommonName)
	assert.Contains(t, c.Subject.CommonName, hex.EncodeToString(c.SubjectKeyId[:4]))
	assert.Len(t, c.SubjectKeyId, 20)
	assert.True(t, c.IsCA)
	assert.Equal(t, 1, c.MaxPathLen)
	assert.Equal(t, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, c.KeyUsage)
	assert.Equal(t, noon.AddDate(10, 0, 0), c.NotAfter)
	assert.Equal(t, noon.Add(-24*time.Hour), c.NotBefore)
	assert.True(t, c.PermittedDNSDomainsCritical)
	assert.ElementsMatch(t, []string{"localhost", "host.docker.internal", "graph.test"}, c.PermittedDNSDomains)
	ranges := []string{}
	for _, r := range c.PermittedIPRanges {
		ranges = append(ranges, r.String())
	}
	assert.ElementsMatch(t, []string{"127.0.0.0/8", "::1/128", "10.0.0.7/32"}, ranges)
	assert.Regexp(t, `^[0-9a-f]{64}$`, a.Fingerprint())
	assert.Empty(t, a.Path())
	assert.Empty(t, a.Notes())
	assert.NotEqual(t, a.Fingerprint(), inMemory(t).Fingerprint(), "each in memory is its own")

	a.PEM()[0] = 'x'
	assert.Equal(t, byte('-'), a.PEM()[0], "what leaves is a copy")
}

func TestOpenKeepsTheAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	a := open(t, dir, noon, "b.test", "a.test")
	assert.Equal(t, filepath.Join(dir, "ca.pem"), a.Path())
	assert.Empty(t, a.Notes())
	stored, err := os.ReadFile(a.Path())
	require.NoError(t, err)
	assert.Equal(t, a.PEM(), stored)
	if runtime.GOOS != "windows" {
		for name, want := range map[string]os.FileMode{"ca.pem": 0o644, "ca-key.pem": 0o600, ".": 0o700} {
			info, err := os.Stat(filepath.Join(dir, name))
			require.NoError(t, err)
			assert.Equal(t, want, info.Mode().Perm(), name)
		}
	}

	b := open(t, dir, noon.AddDate(9, 0, 0), "a.test", "B.test.", "x.localhost", "127.0.0.9")
	assert.Equal(t, a.PEM(), b.PEM(), "the same constraints are the same authority")
	assert.Empty(t, b.Notes())
	leaf, err := b.GetCertificate(hello("", ""))
	require.NoError(t, err)
	assert.NoError(t, check(a, leaf.Leaf, "x.localhost", noon.AddDate(9, 0, 0)))
	assert.NoError(t, check(a, leaf.Leaf, "127.0.0.9", noon.AddDate(9, 0, 0)))
}

func TestOpenReplacesTheUnfit(t *testing.T) {
	other := t.TempDir()
	open(t, other, noon)
	otherKey, err := os.ReadFile(filepath.Join(other, keyFile))
	require.NoError(t, err)
	write := func(content func(mine []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			mine, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, content(mine), 0o600))
		}
	}
	certBlock := []byte("-----BEGIN CERTIFICATE-----")
	for name, tt := range map[string]struct {
		at    time.Time
		hosts []string
		spoil func(t *testing.T, path string)
		want  string
	}{
		"near its end": {at: noon.AddDate(10, 0, -30), want: "expires on 5 January 2036"},
		"expired":      {at: noon.AddDate(11, 0, 0), want: "expired on 5 January 2036"},
		"from later":   {at: noon.AddDate(0, 0, -2), want: "is not valid before 4 January 2026"},
		"more hosts": {hosts: []string{"a.test"},
			want: "is for other names (host.docker.internal, localhost, 127.0.0.0/8, ::1) than are asked for now (a.test, host.docker.internal, localhost, 127.0.0.0/8, ::1)"},
		"empty":          {spoil: write(func([]byte) []byte { return nil }), want: "it has no ECDSA P-256 key"},
		"noise":          {spoil: write(func([]byte) []byte { return []byte("hello") }), want: "it has no ECDSA P-256 key"},
		"no certificate": {spoil: write(func(b []byte) []byte { return b[:bytes.Index(b, certBlock)] }), want: "it has no certificate"},
		"no key":         {spoil: write(func(b []byte) []byte { return b[bytes.Index(b, certBlock):] }), want: "it has no ECDSA P-256 key"},
		"another's key": {spoil: write(func(b []byte) []byte {
			return append(bytes.Clone(otherKey[:bytes.Index(otherKey, certBlock)]), b[bytes.Index(b, certBlock):]...)
		}), want: "its certificate does not belong to its key"},
		"a root alone": {spoil: write(func(b []byte) []byte {
			return append(bytes.Clone(b[:bytes.Index(b, certBlock)]), b[bytes.LastIndex(b, certBlock):]...)
		}), want: "its certificate does not belong to its key"},
		"another's root": {spoil: write(func(b []byte) []byte {
			return append(bytes.Clone(b[:bytes.LastIndex(b, certBlock)]), otherKey[bytes.LastIndex(otherKey, certBlock):]...)
		}), want: "its intermediate is not of its root"},
		"three certificates": {spoil: write(func(b []byte) []byte {
			return append(bytes.Clone(b), b[bytes.LastIndex(b, certBlock):]...)
		}), want: "it has 3 certificates instead of two"},
		"a broken block": {spoil: write(func(b []byte) []byte {
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})
		}), want: "cannot be used ("},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a := open(t, dir, noon)
			if tt.spoil != nil {
				tt.spoil(t, filepath.Join(dir, keyFile))
			}
			if tt.at.IsZero() {
				tt.at = noon
			}
			b := open(t, dir, tt.at, tt.hosts...)
			require.Len(t, b.Notes(), 1)
			assert.Contains(t, b.Notes()[0], tt.want)
			assert.Contains(t, b.Notes()[0], "clients have to trust "+a.Path()+" anew")
			assert.NotEqual(t, a.Fingerprint(), b.Fingerprint())
			published, err := os.ReadFile(b.Path())
			require.NoError(t, err)
			assert.Equal(t, b.PEM(), published)

			c := open(t, dir, tt.at, tt.hosts...)
			assert.Empty(t, c.Notes(), "said once")
			assert.Equal(t, b.Fingerprint(), c.Fingerprint())
		})
	}
}

// The intermediate has the constraints, which is what Java looks at, and no key
// of the root is anywhere.
func TestIntermediate(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, noon, "graph.test")
	c := a.intermediate
	assert.Regexp(t, `^graphemu local CA intermediate \([0-9a-f]{8}\)$`, c.Subject.CommonName)
	assert.NoError(t, c.CheckSignatureFrom(a.root))
	assert.True(t, c.IsCA)
	assert.True(t, c.MaxPathLenZero, "it makes no further CA")
	assert.True(t, c.PermittedDNSDomainsCritical)
	assert.True(t, a.constraints.equal(c))
	assert.True(t, a.constraints.equal(a.root), "for whoever reads what he trusts")
	assert.Equal(t, a.root.NotAfter, c.NotAfter)
	assert.True(t, a.key.PublicKey.Equal(c.PublicKey))
	assert.False(t, a.key.PublicKey.Equal(a.root.PublicKey))

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		keys := 0
		for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" {
				continue
			}
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			require.NoError(t, err)
			assert.True(t, a.key.Equal(key))
			keys++
		}
		assert.Equal(t, map[string]int{keyFile: 1, CertFile: 0}[e.Name()], keys, e.Name())
	}
}

// storeKeptRoot writes the files of an earlier version: a root with constraints,
// and its key.
func storeKeptRoot(t *testing.T, dir string, hosts ...string) *x509.Certificate {
	t.Helper()
	n, err := parseHosts(hosts)
	require.NoError(t, err)
	key, template, err := newCA("graphemu local CA", n.constraints(), noon)
	require.NoError(t, err)
	template.MaxPathLenZero = true
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	content := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), cert...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, keyFile), content, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, CertFile), cert, 0o644))
	root, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return root
}

func TestKeptRootIsReplacedOnce(t *testing.T) {
	for name, again := range map[string]func(dir string) (*Authority, error){
		"by a server": func(dir string) (*Authority, error) { return Open(dir, []string{"a.test"}, fixed(noon)) },
		"by ca":       func(dir string) (*Authority, error) { return OpenStored(dir, fixed(noon)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			old := storeKeptRoot(t, dir, "a.test")
			a, err := again(dir)
			require.NoError(t, err)
			assert.Equal(t, []string{"the stored local CA was made by an earlier version of graphemu, which kept its root's key: " +
				"a new one takes its place, and clients have to trust " + filepath.Join(dir, CertFile) + ` anew, and no longer "` +
				old.Subject.CommonName + `"`}, a.Notes())
			assert.NotEqual(t, old.Raw, a.root.Raw)
			assert.True(t, a.constraints.permitsDNS("a.test"), "for the same names")
			published, err := os.ReadFile(a.Path())
			require.NoError(t, err)
			assert.Equal(t, a.PEM(), published)

			b, err := again(dir)
			require.NoError(t, err)
			assert.Empty(t, b.Notes(), "once")
			assert.Equal(t, a.Fingerprint(), b.Fingerprint())
		})
	}
}

func TestOpenStored(t *testing.T) {
	dir := t.TempDir()
	_, err := OpenStored(dir, fixed(noon))
	assert.ErrorIs(t, err, ErrNoKey)
	a := open(t, dir, noon, "a.test")
	b, err := OpenStored(dir, fixed(noon))
	require.NoError(t, err)
	assert.Empty(t, b.Notes())
	assert.Equal(t, a.Fingerprint(), b.Fingerprint(), "whatever names it is for")

	require.NoError(t, os.WriteFile(filepath.Join(dir, keyFile), nil, 0o600))
	c, err := OpenStored(dir, fixed(noon))
	require.NoError(t, err)
	require.Len(t, c.Notes(), 1)
	assert.Contains(t, c.Notes()[0], "cannot be used")
}

// A first start that was killed between its two files leaves a key, and no
// certificate for clients or that of the CA before.
func TestInterruptedStartHeals(t *testing.T) {
	for name, left := range map[string]func(path string) error{
		"none":    os.Remove,
		"half":    func(path string) error { return os.Truncate(path, 100) },
		"another": func(path string) error { return os.WriteFile(path, []byte("another"), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a := open(t, dir, noon)
			require.NoError(t, left(a.Path()))
			b := open(t, dir, noon)
			assert.Equal(t, a.Fingerprint(), b.Fingerprint())
			assert.Empty(t, b.Notes())
			published, err := os.ReadFile(a.Path())
			require.NoError(t, err)
			assert.Equal(t, a.PEM(), published)
		})
	}
}

// A chain of another version may lack what this one insists on.
func TestProfile(t *testing.T) {
	a := inMemory(t)
	require.True(t, sameProfile(a.root, 1))
	require.True(t, sameProfile(a.intermediate, 0))
	for what, change := range map[string]func(*x509.Certificate){
		"path length":  func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 1, false },
		"usage":        func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageDigitalSignature },
		"extended":     func(c *x509.Certificate) { c.ExtKeyUsage = nil },
		"not critical": func(c *x509.Certificate) { c.PermittedDNSDomainsCritical = false },
		"mail":         func(c *x509.Certificate) { c.PermittedEmailAddresses = nil },
		"URI":          func(c *x509.Certificate) { c.PermittedURIDomains = nil },
	} {
		c := *a.intermediate
		change(&c)
		assert.False(t, sameProfile(&c, 0), what)
	}
}

func TestOpenNotesAnOpenKey(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	dir := t.TempDir()
	a := open(t, dir, noon)
	require.NoError(t, os.Chmod(filepath.Join(dir, keyFile), 0o640))
	b := open(t, dir, noon)
	require.Len(t, b.Notes(), 1)
	assert.Contains(t, b.Notes()[0], "was open to other users (mode 0640) and is private now")
	assert.Equal(t, a.Fingerprint(), b.Fingerprint())
}

func TestOpenErrs(t *testing.T) {
	_, err := Open("", []string{"https://graph.test"}, fixed(noon))
	assert.EqualError(t, err, `local CA: host "https://graph.test": leave out the scheme; give the name alone`)

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Open(file, nil, fixed(noon))
	assert.ErrorContains(t, err, "local CA: ")
}

// TestOpenAtOnce starts eight on the same folder, empty at first, then with an
// authority that all of them find expired.
func TestOpenAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for _, at := range []time.Time{noon, noon.AddDate(20, 0, 0)} {
		var list [8]*Authority
		var errs [8]error
		var ready, done sync.WaitGroup
		ready.Add(len(list))
		for i := range list {
			done.Go(func() {
				ready.Done()
				ready.Wait()
				list[i], errs[i] = Open(dir, nil, fixed(at))
			})
		}
		done.Wait()
		for i, a := range list {
			require.NoError(t, errs[i])
			require.Equal(t, list[0].Fingerprint(), a.Fingerprint())
			require.True(t, list[0].key.Equal(a.key))
		}
		published, err := os.ReadFile(list[0].Path())
		require.NoError(t, err)
		require.Equal(t, list[0].PEM(), published)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "no temporary file is left")
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for name, d := range map[string]string{"existing": dir, "memory": ""} {
		open(b, dir, noon)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Open(d, nil, fixed(noon)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
