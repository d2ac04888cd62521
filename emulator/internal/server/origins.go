package server

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Origins tells which origins, as "https://localhost:9443", are this server's. Tokens
// name the origin of the server that has issued them, and a server has several: one
// for each scheme and name, and those at which it was asked, since a port may be
// mapped.
type Origins struct {
	PublicURL   string                 // the one that clients are told to use; "" for none
	SignInHosts []string               // hosts of the proxy that issue tokens, the usual one first
	Ours        func(host string) bool // tells whether a Host header names this machine
	Listening   *Server

	asked askedOrigins
}

// Has tells whether an origin is this server's: its own, or one at which it was asked.
func (o *Origins) Has(origin string) bool { return o.owns(origin) || o.asked.has(origin) }

// Issuer returns the origin that a token names which was asked for at that origin:
// the same, or, where no further one can be remembered, the server's own. So every
// token is good for as long as it says. given tells that such a token is given out.
func (o *Origins) Issuer(asked string, given bool) string {
	if o.owns(asked) || o.asked.remember(asked, given) {
		return asked
	}
	return o.own()
}

// own is where clients are told to reach the server.
func (o *Origins) own() string {
	s := o.Listening
	switch {
	case o.PublicURL != "":
		return o.PublicURL
	case s.Origin("proxy") != "" && s.Origin("http") == "" && s.Origin("https") == "":
		return "https://" + o.SignInHosts[0]
	}
	return s.URL()
}

// owns tells whether an origin is this server's own: one of its names with a port
// that it listens on, its public URL, the sign-in hosts of the proxy.
func (o *Origins) owns(origin string) bool {
	if origin == o.own() {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if slices.Contains(o.SignInHosts, strings.ToLower(u.Host)) {
		return u.Scheme == "https" // as clients of the proxy have it
	}
	at, err := url.Parse(o.Listening.Origin(u.Scheme))
	return err == nil && at.Host != "" && u.Port() == at.Port() && o.Ours(u.Host)
}

// askedOrigins remembers at which origins, other than the server's own, sign-ins were
// asked for. The zero value is empty.
type askedOrigins struct {
	mu      sync.RWMutex    // guards everything below
	issued  map[string]bool // every origin: true where a token names it
	unnamed []string        // those that no token names, the oldest first
}

// maxOrigins is how many are remembered: a client may make up as many as it likes.
const maxOrigins = 100

func (o *askedOrigins) has(origin string) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	_, ok := o.issued[origin]
	return ok
}

// remember keeps an origin: for good where a token that names it is given out, else
// until there is no room for another. It returns false where there is no room, since
// tokens name all that are kept.
func (o *askedOrigins) remember(origin string, given bool) bool {
	o.mu.RLock()
	issued, known := o.issued[origin]
	o.mu.RUnlock()
	if known && (issued || !given) {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch issued, known = o.issued[origin]; {
	case known && (issued || !given):
		return true // another request was quicker
	case known:
		o.forget(slices.Index(o.unnamed, origin))
	case len(o.issued) < maxOrigins:
	case len(o.unnamed) > 0:
		o.forget(0)
	default:
		return false
	}
	if o.issued == nil {
		o.issued = map[string]bool{}
	}
	o.issued[origin] = given
	if !given {
		o.unnamed = append(o.unnamed, origin)
	}
	return true
}

// forget drops one that no token names. Must hold mu.
func (o *askedOrigins) forget(i int) {
	delete(o.issued, o.unnamed[i])
	o.unnamed = slices.Delete(o.unnamed, i, i+1)
}
