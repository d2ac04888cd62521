package certs

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func forHosts(t *testing.T, hosts ...string) *Authority {
	t.Helper()
	a, err := ForHosts("proxy CA", hosts, fixed(noon))
	require.NoError(t, err)
	return a
}

// The root says itself that it vouches for the hosts alone, and for no address.
func TestRootForHosts(t *testing.T) {
	a := forHosts(t, "Graph.Test.", "blob.test")
	block, rest := pem.Decode(a.PEM())
	require.NotNil(t, block)
	assert.Empty(t, rest)
	c, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.Regexp(t, `^graphemu proxy CA \([0-9a-f]{8}\)$`, c.Subject.CommonName)
	assert.True(t, c.PermittedDNSDomainsCritical)
	assert.Equal(t, []string{"graph.test", "blob.test"}, c.PermittedDNSDomains)
	assert.Empty(t, c.PermittedIPRanges)
	var none []string
	for _, r := range c.ExcludedIPRanges {
		none = append(none, r.String())
	}
	assert.Equal(t, []string{"0.0.0.0/0", "::/0"}, none)
	assert.True(t, sameProfile(c, 1))
	assert.Equal(t, c.PermittedDNSDomains, a.intermediate.PermittedDNSDomains)
	assert.Len(t, a.intermediate.ExcludedIPRanges, 2)
	assert.Empty(t, a.Path(), "no file holds it")
	assert.NotEqual(t, a.Fingerprint(), forHosts(t, "graph.test", "blob.test").Fingerprint(), "each is its own")
}

func TestCertificateForHosts(t *testing.T) {
	a := forHosts(t, "graph.test", "blob.test")
	for _, name := range []string{"graph.test", "account.blob.test", "GRAPH.test"} {
		cert, err := a.Certificate(name)
		require.NoError(t, err, name)
		assert.NoError(t, check(a, cert.Leaf, strings.ToLower(name), noon), name)
		assert.Equal(t, []string{strings.ToLower(name)}, cert.Leaf.DNSNames, "this name alone")
		assert.Empty(t, cert.Leaf.IPAddresses)
		assert.Equal(t, "graph.test", cert.Leaf.Subject.CommonName, "within the constraints")
		again, err := a.Certificate(name)
		require.NoError(t, err)
		assert.Same(t, cert, again, name)
	}
	for _, name := range []string{"", "localhost", "test", "evilgraph.test", "graph.test.evil", "127.0.0.1", "a b.graph.test"} {
		_, err := a.Certificate(name)
		assert.ErrorContains(t, err, "proxy CA: it does not vouch for", name)
	}
}

// What a thief of its key could do: Go refuses it.
func TestConstraintsForHostsBind(t *testing.T) {
	a := forHosts(t, "graph.test")
	for _, name := range []string{"localhost", "example.com", "127.0.0.1", "10.0.0.1", "::1", "fd00::1"} {
		n := names{dns: []string{name}}
		if addr, err := netip.ParseAddr(name); err == nil {
			n = names{ips: []netip.Addr{addr}}
		}
		cert, err := a.issue(n, noon)
		require.NoError(t, err)
		var invalid x509.CertificateInvalidError
		require.ErrorAs(t, check(a, cert.Leaf, name, noon), &invalid, name)
		assert.Equal(t, x509.CANotAuthorizedForThisName, invalid.Reason, name)
	}
}

func TestLeavesForHostsAreBounded(t *testing.T) {
	a := forHosts(t, "blob.test")
	for i := range 3 * maxLeaves {
		_, err := a.Certificate(fmt.Sprintf("a%d.blob.test", i))
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, len(a.leaves), maxLeaves+1)
}

func TestForHostsRefuses(t *testing.T) {
	for _, c := range []struct {
		hosts []string
		want  string
	}{
		{nil, "proxy CA: it has no host"},
		{[]string{"a.test", "127.0.0.1"}, `proxy CA: host "127.0.0.1": want a DNS name`},
		{[]string{"*.test"}, "leave out the wildcard"},
		{[]string{""}, "it is empty"},
	} {
		a, err := ForHosts("proxy CA", c.hosts, fixed(noon))
		assert.ErrorContains(t, err, c.want)
		assert.Nil(t, a)
	}
}

// A leaf that was made already.
func BenchmarkCertificate(b *testing.B) {
	a, err := ForHosts("proxy CA", []string{"graph.test"}, fixed(noon))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Certificate("graph.test"); err != nil {
			b.Fatal(err)
		}
	}
}
