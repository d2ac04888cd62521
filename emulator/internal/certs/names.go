package certs

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// What every certificate of ours covers, whatever the hosts.
var (
	localDNS    = []string{"localhost", "host.docker.internal"}
	localRanges = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
)

// names are the subject names of a leaf, sorted and without duplicates.
type names struct {
	dns []string
	ips []netip.Addr
}

// standardNames are the names of the leaf that nearly every client gets. None
// is a wildcard below localhost. Observed: NSS, so Firefox, refuses a leaf with
// one from a CA with name constraints (SEC_ERROR_BAD_DER), as it wants two labels
// after a star; OpenSSL and Node want them too, and take no such name. Clients of
// a subdomain get a leaf with the very name that they ask for.
func standardNames() names {
	return names{
		dns: slices.Clone(localDNS),
		ips: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()},
	}
}

// CheckHosts errs where one of hosts is neither a DNS name nor an IP address.
func CheckHosts(hosts []string) error {
	_, err := parseHosts(hosts)
	return err
}

// parseHosts returns the standard names together with hosts. It reports all
// malformed hosts at once.
func parseHosts(hosts []string) (names, error) {
	n := standardNames()
	var errs []error
	for _, h := range hosts {
		switch dns, addr, err := parseHost(h); {
		case err != nil:
			errs = append(errs, err)
		case dns != "":
			n.dns = append(n.dns, dns)
		default:
			n.ips = append(n.ips, addr)
		}
	}
	slices.Sort(n.dns)
	n.dns = slices.Compact(n.dns)
	slices.SortFunc(n.ips, netip.Addr.Compare)
	n.ips = slices.Compact(n.ips)
	return n, errors.Join(errs...)
}

// constraints returns what a CA for these names has to allow. A host that
// lies within the standard constraints adds none, so naming it costs nobody
// the trust they have set up.
func (n names) constraints() constraints {
	local := constraints{dns: localDNS, ips: localRanges}
	c := constraints{dns: slices.Clone(localDNS), ips: slices.Clone(localRanges)}
	for _, name := range n.dns {
		if !local.permitsDNS(name) {
			c.dns = append(c.dns, name)
		}
	}
	for _, addr := range n.ips {
		if !local.permitsIP(addr) {
			c.ips = append(c.ips, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	slices.Sort(c.dns)
	sortPrefixes(c.ips)
	return c
}

// parseHost reads one host: a DNS name, normalised, or else an address.
func parseHost(host string) (dns string, addr netip.Addr, err error) {
	fail := func(why string) (string, netip.Addr, error) {
		return "", netip.Addr{}, fmt.Errorf("host %q: %s", host, why)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return fail("a certificate has no address with a zone; leave out %" + addr.Zone())
		}
		return "", addr.Unmap(), nil
	}
	// The usual slips first, so that the message says what to do about them.
	switch {
	case host == "":
		return fail("it is empty; give a DNS name or an IP address")
	case strings.Contains(host, "://"):
		return fail("leave out the scheme; give the name alone")
	case strings.Contains(host, "*"):
		return fail("leave out the wildcard; a name covers its subdomains too")
	case strings.HasPrefix(host, "["):
		return fail("write an IPv6 address without brackets and port")
	case strings.Contains(host, "/"):
		return fail("give one name or address, without a path or a range")
	case strings.Contains(host, ":"):
		return fail("leave out the port; certificates are for all ports")
	}
	dns = normal(host)
	if why := malformed(dns); why != "" {
		return fail(why)
	}
	return dns, netip.Addr{}, nil
}

// normal returns name as certificates have it: lower case, no final dot.
func normal(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// malformed says what keeps name from being a DNS name that clients accept in
// a certificate, or returns the empty string. Underscores pass: container
// networks have them, and Go and OpenSSL take them.
func malformed(name string) string {
	if len(name) > 253 {
		return "it is longer than 253 characters"
	}
	var last string
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return "it has an empty part"
		case len(label) > 63:
			return "it has a part longer than 63 characters"
		case label[0] == '-' || label[len(label)-1] == '-':
			return "a part of it begins or ends with a hyphen"
		}
		for i := range len(label) {
			switch c := label[i]; {
			case c >= 0x80:
				return "write it in its ASCII form (xn--…)"
			case (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_':
				return fmt.Sprintf("a DNS name has no %q", c)
			}
		}
		last = label
	}
	if strings.Trim(last, "0123456789") == "" {
		return "it ends in a number but is no IP address"
	}
	return ""
}

// within says whether name is base or a subdomain of it.
func within(name, base string) bool {
	rest, ok := strings.CutSuffix(name, base)
	return ok && (rest == "" || strings.HasSuffix(rest, "."))
}
