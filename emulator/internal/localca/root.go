package localca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	rootYears   = 10
	renewBefore = 30 * 24 * time.Hour // a root this close to its end is replaced at start
	skew        = 24 * time.Hour      // certificates are valid from this long ago, for clients whose clock lags
)

// constraints are the names that the root allows its leaves, normalised so
// that two equal lists are equal.
type constraints struct {
	dns []string       // each with its subdomains (RFC 5280, 4.2.1.10)
	ips []netip.Prefix // sorted by their text; none: no address at all
}

func (c constraints) permitsDNS(name string) bool {
	return slices.ContainsFunc(c.dns, func(base string) bool { return within(name, base) })
}

func (c constraints) permitsIP(addr netip.Addr) bool {
	return slices.ContainsFunc(c.ips, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// String lists the names for a note.
func (c constraints) String() string {
	list := slices.Clone(c.dns)
	for _, p := range c.ips {
		list = append(list, strings.TrimSuffix(strings.TrimSuffix(p.String(), "/32"), "/128"))
	}
	return strings.Join(list, ", ")
}

// constraintsOf reads the names that a root allows.
func constraintsOf(cert *x509.Certificate) constraints {
	c := constraints{dns: slices.Sorted(slices.Values(cert.PermittedDNSDomains))}
	for _, n := range cert.PermittedIPRanges {
		addr, _ := netip.AddrFromSlice(n.IP)
		ones, _ := n.Mask.Size()
		c.ips = append(c.ips, netip.PrefixFrom(addr, ones))
	}
	sortPrefixes(c.ips)
	return c
}

func (c constraints) equal(cert *x509.Certificate) bool {
	have := constraintsOf(cert)
	return slices.Equal(c.dns, have.dns) && slices.Equal(c.ips, have.ips)
}

func sortPrefixes(list []netip.Prefix) {
	slices.SortFunc(list, func(a, b netip.Prefix) int { return strings.Compare(a.String(), b.String()) })
}

// rootProfile is what every root of ours has in common.
//
//   - Documented (RFC 5280, 4.2.1.10): a constraint binds only names of its own
//     kind. With DNS and IP constraints alone the root could still vouch for any
//     mail address or URI, so these kinds are held to localhost too. Permitting
//     localhost is used rather than excluding everything, since an empty
//     excluded name means everything to Go but nothing to OpenSSL.
//   - Chosen: no constraint on directory names. Go does not implement them and
//     would refuse the root for a critical constraint that it does not know.
//   - Chosen: serverAuth only. RFC 5280 gives a root's extended key usage no
//     meaning, but Go and OpenSSL take it as a limit on what is below it, so a
//     leaked key cannot sign code or client certificates for them.
//   - Chosen: path length 0, so the key cannot make further CAs.
func rootProfile() *x509.Certificate {
	return &x509.Certificate{
		BasicConstraintsValid:       true,
		IsCA:                        true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true, // of all kinds of names, despite the field's name
		PermittedEmailAddresses:     []string{"localhost"},
		PermittedURIDomains:         []string{"localhost"},
	}
}

// sameProfile says whether a stored root has the profile above. A field added
// there has to be compared here.
func sameProfile(cert *x509.Certificate) bool {
	p := rootProfile()
	return cert.IsCA && cert.MaxPathLen == 0 && cert.MaxPathLenZero &&
		cert.KeyUsage == p.KeyUsage &&
		slices.Equal(cert.ExtKeyUsage, p.ExtKeyUsage) && len(cert.UnknownExtKeyUsage) == 0 &&
		cert.PermittedDNSDomainsCritical &&
		slices.Equal(cert.PermittedEmailAddresses, p.PermittedEmailAddresses) &&
		slices.Equal(cert.PermittedURIDomains, p.PermittedURIDomains)
}

// newRoot makes a root with a key of its own and returns the content of its
// key file.
func newRoot(title string, c constraints, now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(point) // RFC 7093, method 1: the leftmost 160 bits

	t := rootProfile()
	t.SubjectKeyId = id[:20]
	// The id keeps two roots apart in a trust store: some look an issuer up by
	// its subject alone, and stop at the first.
	t.Subject = pkix.Name{
		Organization: []string{"graphemu"},
		CommonName:   "graphemu " + title + " (" + hex.EncodeToString(id[:4]) + ")",
	}
	now = now.UTC().Truncate(time.Second)
	t.NotBefore, t.NotAfter = now.Add(-skew), now.AddDate(rootYears, 0, 0)
	t.PermittedDNSDomains = c.dns
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
	cert, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	content := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return append(content, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...), nil
}
