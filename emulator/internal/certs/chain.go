package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

const (
	caYears     = 10
	renewBefore = 30 * 24 * time.Hour // a CA this close to its end is replaced at start
	skew        = 24 * time.Hour      // certificates are valid from this long ago, for clients whose clock lags
)

// chain is what vouches for leaves: the root, which clients trust, and the one
// intermediate that it ever signed. Nobody has the root's key.
type chain struct {
	root         *x509.Certificate
	intermediate *x509.Certificate
	key          *ecdsa.PrivateKey // the intermediate's
}

// begin and end are when the chain as a whole is valid.
func (ch chain) begin() time.Time { return later(ch.root.NotBefore, ch.intermediate.NotBefore) }

func (ch chain) end() time.Time {
	if ch.intermediate.NotAfter.Before(ch.root.NotAfter) {
		return ch.intermediate.NotAfter
	}
	return ch.root.NotAfter
}

// profile is what both certificates of a chain have in common.
//
//   - Documented (RFC 5280, 4.2.1.10): a constraint binds only names of its own
//     kind. With DNS and IP constraints alone a CA could still vouch for any
//     mail address or URI, so these kinds are held to localhost too. Permitting
//     localhost is used rather than excluding everything, since an empty
//     excluded name means everything to Go but nothing to OpenSSL.
//   - Chosen: no constraint on directory names. Go does not implement them and
//     would refuse the CA for a critical constraint that it does not know.
//   - Chosen: serverAuth only. RFC 5280 gives a CA's extended key usage no
//     meaning, but Go and OpenSSL take it as a limit on what is below it, so a
//     leaked key cannot sign code or client certificates for them.
//   - Chosen: the root has the constraints as well, though its key is gone:
//     who is asked to trust it reads there what for, and verifiers that do look
//     at a root's constraints apply them twice.
func profile(c constraints) *x509.Certificate {
	t := &x509.Certificate{
		BasicConstraintsValid:       true,
		IsCA:                        true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true, // of all kinds of names, despite the field's name
		PermittedEmailAddresses:     []string{"localhost"},
		PermittedURIDomains:         []string{"localhost"},
		PermittedDNSDomains:         c.dns,
	}
	for _, p := range c.ips {
		t.PermittedIPRanges = append(t.PermittedIPRanges, &net.IPNet{
			IP:   p.Addr().AsSlice(),
			Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		})
	}
	if len(c.ips) == 0 {
		// A constraint on DNS names alone would leave every address free.
		for _, all := range []string{"0.0.0.0/0", "::/0"} {
			_, n, _ := net.ParseCIDR(all)
			t.ExcludedIPRanges = append(t.ExcludedIPRanges, n)
		}
	}
	return t
}

// sameProfile says whether a stored CA certificate has the profile above, and
// this path length: how many CAs may stand between it and a leaf. A field added
// there has to be compared here; the names of constraints.equal are its caller's.
func sameProfile(cert *x509.Certificate, pathLen int) bool {
	p := profile(constraints{})
	return cert.IsCA && cert.MaxPathLen == pathLen && cert.MaxPathLenZero == (pathLen == 0) &&
		cert.KeyUsage == p.KeyUsage &&
		slices.Equal(cert.ExtKeyUsage, p.ExtKeyUsage) && len(cert.UnknownExtKeyUsage) == 0 &&
		cert.PermittedDNSDomainsCritical &&
		slices.Equal(cert.PermittedEmailAddresses, p.PermittedEmailAddresses) &&
		slices.Equal(cert.PermittedURIDomains, p.PermittedURIDomains)
}

// newChain makes a root and its intermediate, and returns the content of their
// key file: the intermediate's key and both certificates. The root's key is in
// no file and ends with this call, so nobody can make this root vouch for more
// than the intermediate's constraints allow. Observed: Java 17 ignores the
// constraints of a root that it trusts, and applies an intermediate's.
//
// Both end on the same day. A new intermediate, for other names or a longer
// time, takes a new root, which clients have to trust anew.
func newChain(title string, c constraints, now time.Time) ([]byte, error) {
	now = now.UTC().Truncate(time.Second)
	rootKey, root, err := newCA("graphemu "+title, c, now)
	if err != nil {
		return nil, err
	}
	key, intermediate, err := newCA("graphemu "+title+" intermediate", c, now)
	if err != nil {
		return nil, err
	}
	root.MaxPathLen, intermediate.MaxPathLenZero = 1, true
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	intermediateDER, err := x509.CreateCertificate(rand.Reader, intermediate, root, &key.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	for _, b := range []pem.Block{
		{Type: "PRIVATE KEY", Bytes: keyDER}, {Type: "CERTIFICATE", Bytes: intermediateDER}, {Type: "CERTIFICATE", Bytes: rootDER},
	} {
		_ = pem.Encode(&content, &b) // a buffer takes all
	}
	return content.Bytes(), nil
}

// newCA makes a key, and what is to be signed of its certificate.
func newCA(name string, c constraints, now time.Time) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, nil, err
	}
	id := sha256.Sum256(point) // RFC 7093, method 1: the leftmost 160 bits
	t := profile(c)
	t.SubjectKeyId = id[:20]
	// The id keeps two roots apart in a trust store: some look an issuer up by
	// its subject alone, and stop at the first.
	t.Subject = pkix.Name{Organization: []string{"graphemu"}, CommonName: name + " (" + hex.EncodeToString(id[:4]) + ")"}
	t.NotBefore, t.NotAfter = now.Add(-skew), now.AddDate(caYears, 0, 0)
	return key, t, nil
}

// errKeptRoot is what parseChain says of a CA that an earlier version made: one
// certificate, a root, with its key.
var errKeptRoot = errors.New("it is a root with its key")

// parseChain reads a key file and checks that its parts belong together. The
// chain is returned as far as it was read, also with an error.
func parseChain(content []byte) (chain, error) {
	var ch chain
	var certs []*x509.Certificate
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return ch, err
			}
			ch.key, _ = key.(*ecdsa.PrivateKey)
		case "CERTIFICATE":
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return ch, err
			}
			certs = append(certs, cert)
		}
	}
	if len(certs) > 0 {
		ch.intermediate, ch.root = certs[0], certs[len(certs)-1]
	}
	switch {
	case ch.key == nil || ch.key.Curve != elliptic.P256():
		return ch, errors.New("it has no ECDSA P-256 key")
	case len(certs) == 0:
		return ch, errors.New("it has no certificate")
	case !ch.key.PublicKey.Equal(ch.intermediate.PublicKey):
		return ch, errors.New("its certificate does not belong to its key")
	case len(certs) == 1:
		return ch, errKeptRoot
	case len(certs) > 2:
		return ch, fmt.Errorf("it has %d certificates instead of two", len(certs))
	}
	if err := ch.root.CheckSignatureFrom(ch.root); err != nil {
		return ch, fmt.Errorf("its root is not its own: %w", err)
	}
	if err := ch.intermediate.CheckSignatureFrom(ch.root); err != nil {
		return ch, fmt.Errorf("its intermediate is not of its root: %w", err)
	}
	return ch, nil
}
