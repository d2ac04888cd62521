// Package certs is the local certificate authority: it makes the certificate
// that the emulator's https listener shows, so that unmodified clients, many of
// which insist on https, can talk to it. The proxy has one of the same kind
// for the hosts that it answers (ForHosts).
//
// Trusting a CA is dangerous if its key leaks, so this one is a root whose key is
// thrown away as soon as it has signed one intermediate, and that carries critical
// name constraints: it can vouch for localhost and its subdomains,
// host.docker.internal, loopback addresses and the hosts its owner names, and for
// nothing else. Clients trust the root; leaves come from the intermediate, whose
// key is the only one kept. Observed: Go, OpenSSL, Node, curl, NSS and Java 17
// refuse a certificate of it for any other name (tests, and .ci/clients/tls).
//
// Nothing here asks for the time but through the function given to Open, which
// must tell the real time: it is the clients' clocks that judge certificates,
// whatever the clock of a world says.
package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/keyfile"
)

const (
	CertFile = "ca.pem"     // the root, which clients are told to trust; derived from keyFile
	keyFile  = "ca-key.pem" // the truth: a key and both certificates in one file, so that they cannot part
)

// ErrNoKey is what OpenStored errs with where there is no key, or not for this user.
var ErrNoKey = errors.New("there is no key that can be read")

// Authority is a certificate authority for a few names. It is safe for
// concurrent use.
type Authority struct {
	chain
	title       string      // what the CA is called
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
	return openLocal(dir, n, n.constraints(), now)
}

// OpenStored returns the authority that is kept in the folder dir for whatever
// names it is. It too is replaced if it is no longer fit, by one for the same
// names. It errs with ErrNoKey where there is none.
func OpenStored(dir string, now func() time.Time) (*Authority, error) {
	f, err := keyfile.LoadOrCreate(dir, keyFile, func() ([]byte, error) { return nil, fs.ErrNotExist })
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	if err != nil {
		return nil, fmt.Errorf("local CA: %w", err)
	}
	n := standardNames()
	c := n.constraints()
	if ch, _ := parseChain(f.Content); ch.intermediate != nil {
		c = constraintsOf(ch.intermediate)
	}
	a, err := openLocal(dir, n, c, now)
	if err == nil && f.Note != "" {
		a.notes = append([]string{f.Note}, a.notes...) // the file is private by now, so openLocal found nothing amiss
	}
	return a, err
}

func openLocal(dir string, n names, c constraints, now func() time.Time) (*Authority, error) {
	a := &Authority{title: "local CA", subject: "localhost", names: n, constraints: c}
	if err := a.start(dir, now); err != nil {
		return nil, err
	}
	return a, nil
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

// start gives the authority its chain and the key of its leaves.
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

// PEM returns the certificate that clients have to trust: the root.
func (a *Authority) PEM() []byte { return bytes.Clone(a.pem) }

// Fingerprint returns the SHA-256 of that certificate in hexadecimal, as
// browsers and trust stores show it.
func (a *Authority) Fingerprint() string { return a.fingerprint }

// Path returns the absolute path of the file with that certificate, and is
// empty if the authority is in memory only.
func (a *Authority) Path() string { return a.path }

// Notes returns what Open found amiss and did about it, a sentence each.
func (a *Authority) Notes() []string { return slices.Clone(a.notes) }

// open loads or makes the chain, and writes its root for clients.
func (a *Authority) open(dir string, now time.Time) error {
	create := func() ([]byte, error) { return newChain(a.title, a.constraints, now) }
	if dir == "" {
		content, err := create()
		if err != nil {
			return err
		}
		ch, err := parseChain(content)
		if err != nil {
			return err
		}
		a.use(ch)
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
		ch, reason := a.examine(f.Content, now)
		if reason == "" {
			a.use(ch)
			return a.publish(dir)
		}
		note := fmt.Sprintf("the stored local CA %s: a new one takes its place, and clients have to trust %s anew", reason, a.path)
		if ch.root != nil {
			note += fmt.Sprintf(", and no longer %q", ch.root.Subject.CommonName)
		}
		a.note(note)
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

func (a *Authority) use(ch chain) {
	a.chain = ch
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ch.root.Raw})
	sum := sha256.Sum256(ch.root.Raw)
	a.fingerprint = hex.EncodeToString(sum[:])
}

// publish brings the certificate file in line with the root. It is missing or
// another's after a start that was interrupted.
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

// examine reads a stored chain and says why it cannot be used, as the end of a
// sentence; the empty string if it can.
func (a *Authority) examine(content []byte, now time.Time) (ch chain, reason string) {
	ch, err := parseChain(content)
	const day = "2 January 2006"
	switch {
	case errors.Is(err, errKeptRoot):
		reason = "was made by an earlier version of graphemu, which kept its root's key"
	case err != nil:
		reason = "cannot be used (" + err.Error() + ")"
	case now.Before(ch.begin()):
		reason = "is not valid before " + ch.begin().Format(day)
	case !now.Before(ch.end()):
		reason = "expired on " + ch.end().Format(day)
	case !now.Before(ch.end().Add(-renewBefore)):
		reason = "expires on " + ch.end().Format(day)
	case !a.constraints.equal(ch.intermediate):
		reason = fmt.Sprintf("is for other names (%s) than are asked for now (%s)", constraintsOf(ch.intermediate), a.constraints)
	case !a.constraints.equal(ch.root) || !sameProfile(ch.root, 1) || !sameProfile(ch.intermediate, 0):
		reason = "was made by another version of graphemu"
	}
	return ch, reason
}
