package certs

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

const (
	leafLife  = 90 * 24 * time.Hour
	maxLeaves = 64 // kept beside the standard one; making one again takes a fraction of a millisecond
)

// GetCertificate returns the certificate for a handshake, as tls.Config wants
// it. One certificate covers all the standard names and hosts. It is made on
// the first handshake and again when two thirds of its life are over, so the
// listener can run for years.
//
// A client that asks for another name within the constraints, as each subdomain
// of localhost is, or connects to another loopback address, gets a
// certificate that has this name as well. One that asks for anything else gets
// the standard certificate, and will refuse it by name in clearer words than
// an alert has. It errs only when the authority itself has expired.
func (a *Authority) GetCertificate(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
	dns, addr, key := a.beyond(h)
	return a.leaf(key, dns, addr)
}

// Certificate returns the certificate for one DNS name, made where there is
// none yet. It errs where the constraints do not permit the name, or the
// authority has expired.
func (a *Authority) Certificate(name string) (*tls.Certificate, error) {
	name = normal(name)
	if malformed(name) != "" || !a.constraints.permitsDNS(name) {
		return nil, fmt.Errorf("%s: it does not vouch for %q", a.title, name)
	}
	return a.leaf(name, name, netip.Addr{})
}

// leaf returns the leaf that is kept under key, made where there is none or it
// is old: for the standard names, and a DNS name or an address beyond them.
func (a *Authority) leaf(key, dns string, addr netip.Addr) (*tls.Certificate, error) {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if leaf, ok := a.leaves[key]; ok && fresh(leaf.Leaf, now) {
		return leaf, nil
	}
	n := a.names
	switch {
	case dns != "":
		n.dns = append(slices.Clip(n.dns), dns)
	case addr.IsValid():
		n.ips = append(slices.Clip(n.ips), addr)
	}
	leaf, err := a.issue(n, now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.title, err)
	}
	a.keep(key, leaf)
	return leaf, nil
}

// beyond returns the DNS name or address that the client wants and that the
// standard leaf lacks, with its key in leaves. All are empty if there is none.
func (a *Authority) beyond(h *tls.ClientHelloInfo) (dns string, addr netip.Addr, key string) {
	name := normal(h.ServerName)
	addr, err := netip.ParseAddr(name) // against RFC 6066, some clients send an address
	if err != nil {
		if name != "" {
			if !a.constraints.permitsDNS(name) || slices.Contains(a.names.dns, name) || malformed(name) != "" {
				name = ""
			}
			return name, netip.Addr{}, name
		}
		// No name: the client connects to an address, and unless there is a
		// proxy or a container's port mapping between, it is this one.
		if h.Conn == nil {
			return "", netip.Addr{}, ""
		}
		local, ok := h.Conn.LocalAddr().(*net.TCPAddr)
		if !ok {
			return "", netip.Addr{}, ""
		}
		addr = local.AddrPort().Addr()
	}
	addr = addr.Unmap().WithZone("") // dual-stack listeners report mapped addresses
	if !a.constraints.permitsIP(addr) || slices.Contains(a.names.ips, addr) {
		return "", netip.Addr{}, ""
	}
	return "", addr, addr.String()
}

// keep stores a leaf. When there are too many, which takes a client that makes
// names up, any other than the standard one makes room. Must hold mu.
func (a *Authority) keep(key string, leaf *tls.Certificate) {
	if _, ok := a.leaves[key]; !ok && key != "" && len(a.leaves) > maxLeaves {
		for k := range a.leaves {
			if k != "" {
				delete(a.leaves, k)
				break
			}
		}
	}
	a.leaves[key] = leaf
}

// fresh says whether a leaf is still good to show: a third of its life is
// left, which gives clocks and long connections their leeway. A clock that
// went back before it makes a new one too.
func fresh(leaf *x509.Certificate, now time.Time) bool {
	life := leaf.NotAfter.Sub(leaf.NotBefore)
	return !now.Before(leaf.NotBefore) && now.Before(leaf.NotAfter.Add(-life/3))
}

// issue makes a leaf for n, whether the constraints allow it or not: that is
// for clients to judge, and for tests to see that they do.
func (a *Authority) issue(n names, now time.Time) (*tls.Certificate, error) {
	if !now.Before(a.end()) {
		return nil, fmt.Errorf("it expired on %s; restart to get a new one", a.end().Format(time.DateOnly))
	}
	now = now.UTC().Truncate(time.Second)
	t := &x509.Certificate{
		// Not empty, since older Node calls a certificate without a subject empty,
		// and within the constraints, since older OpenSSL holds it against them.
		Subject:               pkix.Name{Organization: []string{"graphemu"}, CommonName: a.subject},
		NotBefore:             later(now.Add(-skew), a.begin()),
		NotAfter:              now.Add(leafLife),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              n.dns,
	}
	if t.NotAfter.After(a.end()) {
		t.NotAfter = a.end()
	}
	for _, addr := range n.ips {
		t.IPAddresses = append(t.IPAddresses, addr.AsSlice())
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.intermediate, &a.leafKey.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	// The root is sent as well. Verifiers do not need it; a person who looks at an
	// unknown certificate sees which root to trust.
	sent := [][]byte{der, a.intermediate.Raw, a.root.Raw}
	return &tls.Certificate{Certificate: sent, PrivateKey: a.leafKey, Leaf: leaf}, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
