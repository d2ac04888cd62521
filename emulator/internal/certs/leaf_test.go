package certs

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// at is a connection whose server end has the given address.
type at struct {
	net.Conn
	addr net.Addr
}

func (c at) LocalAddr() net.Addr { return c.addr }

// hello is what a client sends to the server end at the address local.
func hello(sni, local string) *tls.ClientHelloInfo {
	h := &tls.ClientHelloInfo{ServerName: sni}
	if local != "" {
		h.Conn = at{addr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(local), 443))}
	}
	return h
}

// check verifies a leaf as a client does that trusts the root alone and was sent
// the intermediate.
func check(a *Authority, leaf *x509.Certificate, name string, now time.Time) error {
	_, err := leaf.Verify(options(a, name, now))
	return err
}

func options(a *Authority, name string, now time.Time) x509.VerifyOptions {
	o := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), DNSName: name, CurrentTime: now}
	o.Roots.AppendCertsFromPEM(a.PEM())
	o.Intermediates.AddCert(a.intermediate)
	return o
}

func TestStandardLeaf(t *testing.T) {
	a := inMemory(t, "graph.test", "10.0.0.7", "fd00::7")
	cert, err := a.GetCertificate(hello("", ""))
	require.NoError(t, err)
	require.Equal(t, [][]byte{cert.Leaf.Raw, a.intermediate.Raw, a.root.Raw}, cert.Certificate)
	assert.Equal(t, []string{"graph.test", "host.docker.internal", "localhost"}, cert.Leaf.DNSNames, "no wildcard, which Firefox refuses")
	for _, name := range []string{
		"localhost", "LOCALHOST", "host.docker.internal", "127.0.0.1", "::1", "graph.test", "10.0.0.7", "fd00::7",
	} {
		assert.NoError(t, check(a, cert.Leaf, name, noon), name)
	}
	for _, name := range []string{"graph.microsoft.com", "10.0.0.1", "127.0.0.2", "school.localhost", "a.b.localhost", "docker.internal"} {
		assert.Error(t, check(a, cert.Leaf, name, noon), name)
	}
	assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, cert.Leaf.ExtKeyUsage)
	assert.False(t, cert.Leaf.IsCA)
	assert.Equal(t, noon.Add(leafLife), cert.Leaf.NotAfter)
	assert.Equal(t, noon.Add(-skew), cert.Leaf.NotBefore)

	for _, h := range []*tls.ClientHelloInfo{
		hello("localhost", "127.0.0.1"), hello("Localhost", ""), hello("", "::1"), hello("", "::ffff:127.0.0.1"), hello("127.0.0.1", ""),
		hello("graph.test", "10.0.0.7"), hello("graph.microsoft.com", "127.0.0.5"), hello("", "10.9.9.9"), hello("10.9.9.9", ""),
		hello("evil.graph.microsoft.com", ""), hello("a b.localhost", ""), {Conn: at{addr: &net.UnixAddr{}}},
	} {
		again, err := a.GetCertificate(h)
		require.NoError(t, err)
		assert.Same(t, cert, again, "%q at %v", h.ServerName, h.Conn)
	}
}

// Clients of a subdomain, and those at another loopback address, get a leaf with
// the very name they use.
func TestLeafBeyondStandard(t *testing.T) {
	a := inMemory(t, "graph.test")
	for name, h := range map[string]*tls.ClientHelloInfo{
		"school.localhost":          hello("school.localhost", "127.0.0.1"),
		"a.b.localhost":             hello("A.b.localhost", "127.0.0.1"),
		"tenant.graph.test":         hello("tenant.graph.test", "10.0.0.7"),
		"127.0.0.2":                 hello("", "127.0.0.2"),
		"127.255.0.9":               hello("", "::ffff:127.255.0.9"),
		"127.0.0.3":                 hello("127.0.0.3", "127.0.0.1"),
		"blob.host.docker.internal": hello("blob.host.docker.internal", ""),
	} {
		cert, err := a.GetCertificate(h)
		require.NoError(t, err)
		assert.NoError(t, check(a, cert.Leaf, name, noon), name)
		assert.NoError(t, check(a, cert.Leaf, "localhost", noon), "the standard names as well")
		if net.ParseIP(name) == nil {
			assert.Contains(t, cert.Leaf.DNSNames, name)
		}
		again, err := a.GetCertificate(h)
		require.NoError(t, err)
		assert.Same(t, cert, again, name)
	}
	standard, err := a.GetCertificate(hello("", ""))
	require.NoError(t, err)
	assert.Error(t, check(a, standard.Leaf, "127.0.0.2", noon), "extra names stay out of the standard leaf")
}

func TestLeavesAreBounded(t *testing.T) {
	a := inMemory(t)
	standard, err := a.GetCertificate(hello("", ""))
	require.NoError(t, err)
	for i := range 3 * maxLeaves {
		_, err := a.GetCertificate(hello(fmt.Sprintf("h%d.localhost", i), ""))
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, len(a.leaves), maxLeaves+1)
	again, err := a.GetCertificate(hello("", ""))
	require.NoError(t, err)
	assert.Same(t, standard, again, "the standard leaf never makes room")
}

func TestLeafRenewal(t *testing.T) {
	now := noon
	a, err := Open("", nil, func() time.Time { return now })
	require.NoError(t, err)
	leaf := func() *tls.Certificate {
		t.Helper()
		cert, err := a.GetCertificate(hello("localhost", ""))
		require.NoError(t, err)
		require.NoError(t, check(a, cert.Leaf, "localhost", now))
		return cert
	}
	first := leaf()
	now = noon.Add(59 * 24 * time.Hour)
	assert.Same(t, first, leaf())
	now = noon.Add(61 * 24 * time.Hour)
	second := leaf()
	assert.NotSame(t, first, second)
	assert.Len(t, a.leaves, 1)

	now = noon // the clock went back
	assert.NotSame(t, second, leaf())

	now = noon.AddDate(caYears, 0, -1)
	assert.Equal(t, a.intermediate.NotAfter, leaf().Leaf.NotAfter, "no leaf outlives its CA")
	now = noon.AddDate(caYears, 0, 0)
	_, err = a.GetCertificate(hello("localhost", ""))
	assert.EqualError(t, err, "local CA: it expired on 2036-01-05; restart to get a new one")
}

// What a thief of the key could do: issue whatever he likes. Go refuses it.
func TestConstraintsBind(t *testing.T) {
	a := inMemory(t, "graph.test")
	for _, name := range []string{"graph.microsoft.com", "login.microsoftonline.com", "test", "localhost.com", "10.0.0.1", "128.0.0.1", "::2",
		"8.8.8.8"} {
		n := names{dns: []string{name}}
		if addr, err := netip.ParseAddr(name); err == nil {
			n = names{ips: []netip.Addr{addr}}
		}
		cert, err := a.issue(n, noon)
		require.NoError(t, err)
		err = check(a, cert.Leaf, name, noon)
		var invalid x509.CertificateInvalidError
		require.ErrorAs(t, err, &invalid, name)
		assert.Equal(t, x509.CANotAuthorizedForThisName, invalid.Reason, name)
	}
	// One bad name spoils the certificate, also for its good ones.
	cert, err := a.issue(names{dns: []string{"localhost", "graph.microsoft.com"}}, noon)
	require.NoError(t, err)
	assert.Error(t, check(a, cert.Leaf, "localhost", noon))

	for what, change := range map[string]func(*x509.Certificate){
		"mail":        func(c *x509.Certificate) { c.EmailAddresses = []string{"a@contoso.com"} },
		"URI":         func(c *x509.Certificate) { c.URIs = []*url.URL{{Scheme: "spiffe", Host: "contoso.com"}} },
		"client auth": func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
	} {
		leaf := forge(t, a, change)
		o := options(a, "", noon)
		o.KeyUsages = leaf.ExtKeyUsage
		_, err := leaf.Verify(o)
		assert.Error(t, err, what)
	}
	leaf := forge(t, a, func(*x509.Certificate) {})
	assert.NoError(t, check(a, leaf, "localhost", noon), "the forger is not what fails")
}

// TestHandshake runs TLS in memory, as the in-process listener does.
func TestHandshake(t *testing.T) {
	a := inMemory(t)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(a.PEM()))
	for name, ok := range map[string]bool{"localhost": true, "a.b.localhost": true, "127.0.0.1": true, "graph.microsoft.com": false} {
		c, s := net.Pipe()
		server := tls.Server(s, &tls.Config{GetCertificate: a.GetCertificate, Time: fixed(noon)})
		client := tls.Client(c, &tls.Config{RootCAs: pool, ServerName: name, Time: fixed(noon)})
		var wg sync.WaitGroup
		wg.Go(func() {
			err := server.Handshake()
			if err == nil {
				_, _ = server.Write([]byte("ok"))
			}
			s.Close()
		})
		err := client.Handshake()
		if ok {
			require.NoError(t, err, name)
			b := make([]byte, 2)
			_, err = client.Read(b)
			require.NoError(t, err)
			assert.Equal(t, "ok", string(b))
			assert.Len(t, client.ConnectionState().PeerCertificates, 3, "the root as well")
		} else {
			var mismatch x509.HostnameError
			assert.ErrorAs(t, err, &mismatch, "%s is refused by its name", name)
		}
		c.Close()
		wg.Wait()
	}
}

func TestGetCertificateConcurrently(t *testing.T) {
	a := inMemory(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				cert, err := a.GetCertificate(hello(fmt.Sprintf("h%d.localhost", (i+j)%5), ""))
				if assert.NoError(t, err) {
					assert.Len(t, cert.Certificate, 3)
				}
			}
		})
	}
	wg.Wait()
	assert.Len(t, a.leaves, 5)
}

func BenchmarkGetCertificate(b *testing.B) {
	a := inMemory(b)
	h := hello("localhost", "127.0.0.1")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.GetCertificate(h); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	a := inMemory(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.issue(a.names, noon); err != nil {
			b.Fatal(err)
		}
	}
}
