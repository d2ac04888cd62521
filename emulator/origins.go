package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entra"
)

// originOf is where a client reached the server.
func (s *Server) originOf(r *http.Request, byName bool) string {
	switch {
	case s.set.PublicURL != "" && !byName:
		return s.set.PublicURL
	case secure(r):
		return "https://" + engine.Host(r)
	}
	return "http://" + engine.Host(r)
}

// answersOn tells whether an origin is this server's: its own, or one at which it
// was asked, since a port may be mapped.
func (s *Server) answersOn(origin string) bool { return s.owns(origin) || s.origins.has(origin) }

// issuer returns the origin that a token names which was asked for at that origin:
// the same, or, where no further one can be remembered, the server's own. So every
// token is good for as long as it says. given tells that such a token is given out.
func (s *Server) issuer(asked string, given bool) string {
	if s.owns(asked) || s.origins.remember(asked, given) {
		return asked
	}
	return s.ownOrigin()
}

// ownOrigin is where clients are told to reach the server.
func (s *Server) ownOrigin() string {
	switch {
	case s.set.PublicURL != "":
		return s.set.PublicURL
	case s.door != nil && s.urls["http"] == "" && s.urls["https"] == "":
		return "https://" + entra.Hosts[0]
	}
	return strings.TrimSuffix(s.URL, "/beta")
}

// owns tells whether an origin is this server's own: one of its names with a port
// that it listens on, its public URL, the login hosts of the proxy.
func (s *Server) owns(origin string) bool {
	if origin == s.ownOrigin() {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if slices.Contains(entra.Hosts, strings.ToLower(u.Host)) {
		return u.Scheme == "https" // as clients of the proxy have it
	}
	listens, err := url.Parse(s.urls[u.Scheme])
	return err == nil && listens.Host != "" && u.Port() == listens.Port() && s.hosts.Ours(u.Host)
}

// origins remembers at which origins, other than the server's own, sign-ins were
// asked for. The zero value is empty.
type origins struct {
	mu     sync.RWMutex    // guards everything below
	issued map[string]bool // every origin: true where a token names it
	asked  []string        // those that no token names, the oldest first
}

// maxOrigins is how many are remembered: a client may make up as many as it likes.
const maxOrigins = 100

func (o *origins) has(origin string) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	_, ok := o.issued[origin]
	return ok
}

// remember keeps an origin: for good where a token that names it is given out, else
// until there is no room for another. It returns false where there is no room, since
// tokens name all that are kept.
func (o *origins) remember(origin string, given bool) bool {
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
		o.forget(slices.Index(o.asked, origin))
	case len(o.issued) < maxOrigins:
	case len(o.asked) > 0:
		o.forget(0)
	default:
		return false
	}
	if o.issued == nil {
		o.issued = map[string]bool{}
	}
	o.issued[origin] = given
	if !given {
		o.asked = append(o.asked, origin)
	}
	return true
}

// forget drops one that no token names. Must hold mu.
func (o *origins) forget(i int) {
	delete(o.issued, o.asked[i])
	o.asked = slices.Delete(o.asked, i, i+1)
}
