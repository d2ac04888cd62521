package certs

import (
	"crypto/x509"
	"net/netip"
	"slices"
	"strings"
)

// constraints are the names that a CA certificate allows its leaves, normalised so
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

// constraintsOf reads the names that a CA certificate allows.
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
