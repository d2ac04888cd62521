package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// target is where a client wants to go.
type target struct {
	host string // in lower case, without a final dot; an IPv6 address without brackets
	port string // a number without leading zeros
}

func (t target) String() string { return net.JoinHostPort(t.host, t.port) }

// parseTarget reads HOST:PORT. It takes nothing that anybody else might read in
// another way.
func parseTarget(text string) (t target, ok bool) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return target{}, false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return target{}, false
	}
	if host = normal(host); !wellFormed(host) {
		return target{}, false
	}
	return target{host, port}, true
}

func normal(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// wellFormed tells whether host is an IP address, or made of what DNS names are
// made of.
func wellFormed(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Zone() == ""
	}
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// answers tells whether a host is answered here.
func (p *Proxy) answers(host string) bool { return Matches(p.cfg.Hosts, host) }

// Matches tells whether a host is one of hosts, as Config.Hosts has them.
func Matches(hosts []string, host string) bool {
	return slices.ContainsFunc(hosts, func(pattern string) bool {
		base, wild := strings.CutPrefix(pattern, "*")
		if !wild {
			return host == pattern
		}
		label, ok := strings.CutSuffix(host, base)
		return ok && label != "" && !strings.Contains(label, ".")
	})
}

// Allow is a list of hosts, each with the ports that it is allowed at.
type Allow struct{ targets []target }

// ParseAllow reads a list of HOST and HOST:PORT; a host alone is meant at ports
// 443 and 80. It errs with all that is wrong: what is no host, and the hosts of
// answered, which are never passed through.
func ParseAllow(list, answered []string) (Allow, error) {
	var a Allow
	var errs []error
	for _, text := range list {
		hosts, err := parseAllowed(text)
		if err == nil && Matches(answered, hosts[0].host) {
			err = errors.New("the proxy answers this host itself")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("proxy allow %q: %w", text, err))
		}
		a.targets = append(a.targets, hosts...)
	}
	return a, errors.Join(errs...)
}

func parseAllowed(text string) ([]target, error) {
	switch {
	case text == "":
		return nil, errors.New("it is empty; want HOST or HOST:PORT")
	case strings.Contains(text, "://"):
		return nil, errors.New("leave out the scheme; want HOST or HOST:PORT")
	case strings.Contains(text, "*"):
		return nil, errors.New("there are no wildcards; name each host")
	case strings.Contains(text, "/"):
		return nil, errors.New("leave out the path; want HOST or HOST:PORT")
	}
	if bare := normal(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")); wellFormed(bare) {
		return []target{{bare, "443"}, {bare, "80"}}, nil
	}
	t, ok := parseTarget(text)
	if !ok {
		return nil, errors.New("want HOST or HOST:PORT, as example.com or example.com:8443")
	}
	return []target{t}, nil
}

func (a Allow) permits(t target) bool { return slices.Contains(a.targets, t) }
