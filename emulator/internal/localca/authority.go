// Package localca is the local certificate authority: it makes the certificate
// that the emulator's https listener shows, so that unmodified clients, many of
// which insist on https, can talk to it. The proxy door has one of the same kind
// for the hosts that it answers (ForHosts).
//
// Trusting a CA is dangerous if its key leaks, so this one carries critical
// name constraints: it can vouch for localhost and its subdomains,
// host.docker.internal, loopback addresses and the hosts its owner names, and
// for nothing else. Observed: Go, OpenSSL and Node refuse a certificate of it
// for any other name (tests, and OpenSSL 3.0 and Node 20 by hand). Java 17 does
// not: it takes a trusted certificate for a bare key and ignores what else it
// says, so there the secrecy of the key file is all there is.
//
// Nothing here asks for the time but through the function given to Open, which
// must tell the real time: it is the clients' clocks that judge certificates,
// whatever the clock of a world says.
package localca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/keyfile"
	"github.com/graphemu/graphemu/internal/files"
)

const (
	CertFile = "ca.pem"     // what clients are told to trust; derived from keyFile
	keyFile  = "ca-key.pem" // the truth: key and certificate in one file, so that they cannot part
)

// Authority is a certificate authority for a few names. It is safe for
// concurrent use.
type Authority struct {
	root
	title       string      // what the root is called
	subject     string      // the common name of leaves
	names       names       // what the standard leaf covers
	constraints constraints // what any leaf may cover
	leafKey     *ecdsa.PrivateKey
	path        string
	pem         []byte
	fingerprint string
	notes       []string
	now         func() time.Time

	mu     sync.Mutex                  // guards leaves; never held while now is called
	leaves map[string]*tls.Certificate // keyed by the name or address beyond the standard ones; "" for none
}

// root is the CA's certificate with its key.
type root struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Open returns the authority that is kept in the folder dir, made on first use,
// or a new one in memory if dir is empty. Its certificates cover the local
// names and hosts, each of which is a DNS name or an IP address. A DNS name's
// subdomains are covered as well: name constraints cannot say otherwise.
//
// A stored authority that is no longer fit for use, because it expires within
// 30 days, cannot be read or is constrained to other names, is replaced by a new
// one, and Notes says why. Open errs if a host is malformed or the folder
// cannot be used.
func Open(dir string, hosts []string, now func() time.Time) (*Authority, error) {
	n, err := parseHosts(hosts)
	if err != nil {
		return nil, fmt.Errorf("local CA: %w", err)
	}
	a := &Authority{
		title:       "local CA",
		subject:     "localhost",
		names:       n,
		constraints: n.constraints(),
	}
	if err := a.start(dir, now); err != nil {
		return nil, err
	}
	return a, nil
}

// Protect makes the key of the authority that is kept in dir private, where it
// is open to other users, and returns a sentence that says so. It is "" where
// nothing was amiss, or there is no key.
func Protect(dir string) string {
	f, err := keyfile.LoadOrCreate(dir, keyFile, func() ([]byte, error) { return nil, fs.ErrNotExist })
	if err != nil {
		return "" // whoever needs the key is told
	}
	return f.Note
}

// ForHosts returns a new authority in memory that vouches for these DNS names
// and, since name constraints cannot say otherwise, for their subdomains: for no
// other name, and for no address. It has no standard certificate: Certificate
// makes one for each name. title is what it is called, as "proxy CA".
func ForHosts(title string, hosts []string, now func() time.Time) (*Authority, error) {
	c := constraints{}
	for _, h := range hosts {
		name, _, err := parseHost(h)
		if err == nil && name == "" {
			err = fmt.Errorf("host %q: want a DNS name", h)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", title, err)
		}
		c.dns = append(c.dns, name)
	}
	if len(c.dns) == 0 {
		return nil, fmt.Errorf("%s: it has no host", title) // without a constraint it could vouch for all
	}
	a := &Authority{title: title, subject: c.dns[0], constraints: c}
	if err := a.start("", now); err != nil {
		return nil, err
	}
	return a, nil
}

// start gives the authority its root and the key of its leaves.
func (a *Authority) start(dir string, now func() time.Time) error {
	a.now, a.leaves = now, map[string]*tls.Certificate{}
	err := a.open(dir, now())
	if err == nil {
		a.leafKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a.title, err)
	}
	return nil
}

// PEM returns the certificate that clients have to trust.
func (a *Authority) PEM() []byte { return bytes.Clone(a.pem) }

// Fingerprint returns the SHA-256 of that certificate in hexadecimal, as
// browsers and trust stores show it.
func (a *Authority) Fingerprint() string { return a.fingerprint }

// Path returns the absolute path of the file with that certificate, and is
// empty if the authority is in memory only.
func (a *Authority) Path() string { return a.path }

// Notes returns what Open found amiss and did about it, a sentence each.
func (a *Authority) Notes() []string { return slices.Clone(a.notes) }

// open loads or makes the root, and writes its certificate for clients.
func (a *Authority) open(dir string, now time.Time) error {
	create := func() ([]byte, error) { return newRoot(a.title, a.constraints, now) }
	if dir == "" {
		content, err := create()
		if err != nil {
			return err
		}
		r, err := parseRoot(content)
		if err != nil {
			return err
		}
		a.use(r)
		return nil
	}
	// Absolute, since the path goes to other processes, which run elsewhere.
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	a.path = filepath.Join(dir, CertFile)
	f, err := keyfile.LoadOrCreate(dir, keyFile, create)
	if err != nil {
		return err
	}
	a.note(f.Note)

	// Renew may come back with the file of a process that was quicker. As a rule
	// that one is fit; if not, that process was started for other hosts.
	for range 4 {
		r, reason := a.examine(f.Content, now)
		if reason == "" {
			a.use(r)
			return a.publish(dir)
		}
		a.note(fmt.Sprintf("the stored local CA %s: a new one takes its place, and clients have to trust %s anew", reason, a.path))
		if f, err = keyfile.Renew(dir, keyFile, f.Content, create); err != nil {
			return err
		}
	}
	return fmt.Errorf("other processes keep replacing %s; give each its own folder or all the same hosts", filepath.Join(dir, keyFile))
}

func (a *Authority) note(sentence string) {
	if sentence != "" {
		a.notes = append(a.notes, sentence)
	}
}

func (a *Authority) use(r root) {
	a.root = r
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.cert.Raw})
	sum := sha256.Sum256(r.cert.Raw)
	a.fingerprint = hex.EncodeToString(sum[:])
}

// publish brings the certificate file in line with the root.
func (a *Authority) publish(dir string) error {
	if a.published() {
		return nil
	}
	err := keyfile.Replace(dir, CertFile, a.pem, 0o644)
	if err != nil && a.published() {
		// Windows refuses to replace a file that another process is reading;
		// that one has just written the same.
		return nil
	}
	return err
}

func (a *Authority) published() bool {
	have, err := files.Read(a.path, keyfile.MaxSize)
	return err == nil && bytes.Equal(have, a.pem)
}

// examine reads a stored root and says why it cannot be used, as the end of a
// sentence; the empty string if it can.
func (a *Authority) examine(content []byte, now time.Time) (r root, reason string) {
	r, err := parseRoot(content)
	const day = "2 January 2006"
	switch {
	case err != nil:
		reason = "cannot be used (" + err.Error() + ")"
	case now.Before(r.cert.NotBefore):
		reason = "is not valid before " + r.cert.NotBefore.Format(day)
	case !now.Before(r.cert.NotAfter):
		reason = "expired on " + r.cert.NotAfter.Format(day)
	case !now.Before(r.cert.NotAfter.Add(-renewBefore)):
		reason = "expires on " + r.cert.NotAfter.Format(day)
	case !a.constraints.equal(r.cert):
		reason = fmt.Sprintf("is for other names (%s) than are asked for now (%s)", constraintsOf(r.cert), a.constraints)
	case !sameProfile(r.cert):
		reason = "was made by another version of graphemu"
	}
	return r, reason
}

// parseRoot reads a key file and checks that its parts belong together.
func parseRoot(content []byte) (root, error) {
	var r root
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch {
		case block.Type == "PRIVATE KEY" && r.key == nil:
			var key any
			if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
				r.key, _ = key.(*ecdsa.PrivateKey)
			}
		case block.Type == "CERTIFICATE" && r.cert == nil:
			r.cert, err = x509.ParseCertificate(block.Bytes)
		}
		if err != nil {
			return root{}, err
		}
	}
	switch {
	case r.key == nil || r.key.Curve != elliptic.P256():
		return root{}, errors.New("it has no ECDSA P-256 key")
	case r.cert == nil:
		return root{}, errors.New("it has no certificate")
	case !r.key.PublicKey.Equal(r.cert.PublicKey):
		return root{}, errors.New("its certificate does not belong to its key")
	}
	if err := r.cert.CheckSignatureFrom(r.cert); err != nil {
		return root{}, fmt.Errorf("its certificate is not its own: %w", err)
	}
	return r, nil
}
