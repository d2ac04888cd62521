package control

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Hosts are the names that the control API answers to. A page on the web that
// makes its own name resolve to 127.0.0.1 (DNS rebinding) comes with another.
type Hosts struct{ names map[string]bool }

// NewHosts returns the local names, those given, and that of publicURL.
func NewHosts(names []string, publicURL string) (Hosts, error) {
	h := Hosts{names: map[string]bool{"localhost": true, "host.docker.internal": true}}
	for _, n := range names {
		h.names[strings.ToLower(strings.Trim(n, "[]"))] = true
	}
	if publicURL != "" {
		u, err := url.Parse(publicURL)
		if err != nil {
			return h, fmt.Errorf("public URL %q: %w", publicURL, err)
		}
		h.names[strings.ToLower(u.Hostname())] = true
	}
	return h, nil
}

// Ours tells whether a Host header names this server.
func (h Hosts) Ours(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if ip, err := netip.ParseAddr(name); err == nil && ip.IsLoopback() {
		return true
	}
	return h.names[name] || strings.HasSuffix(name, ".localhost")
}

// inMemory is the address of connections that never left the process.
const inMemory = "pipe"

// guard refuses whoever may not use the control API.
func (c *Control) guard(r *http.Request) error {
	if r.RemoteAddr == inMemory {
		return nil
	}
	if c.LoopbackOnly {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !peer.Addr().Unmap().IsLoopback() {
			return problem(http.StatusForbidden, "Only from this machine",
				"The control API answers loopback connections only, and this one comes from %s. Start with --control any to change that.", r.RemoteAddr)
		}
	}
	if !c.Hosts.Ours(r.Host) {
		return problem(http.StatusMisdirectedRequest, "Unknown host",
			"The Host header says %q, which is none of this server's names. Use localhost or 127.0.0.1, or start with --host NAME.", r.Host)
	}
	if c.Origins.allows(r) {
		return nil
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" && !followedLink(r) {
		return foreignPage()
	}
	if o := r.Header.Get("Origin"); o != "" {
		if u, err := url.Parse(o); err != nil || u.Host != r.Host {
			return foreignPage()
		}
	}
	return nil
}

// followedLink tells whether a person came to the page by a link that stands elsewhere, as
// in the project's documents. There is nothing of any world in what is sent then, and the
// other page cannot read it, nor show it in a frame of its own.
func followedLink(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Path == Prefix && r.URL.RawQuery == "" &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

func foreignPage() error {
	return problem(http.StatusForbidden, "Cross-origin call",
		"A page of another origin may not use the control API. Start with --control-origin ORIGIN to let one in.")
}
