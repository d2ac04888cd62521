package emulator

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/fixture"
	"github.com/graphemu/graphemu/emulator/internal/mint"
	"github.com/graphemu/graphemu/emulator/internal/surface"
)

// serveSignInHost answers a sign-in host of the proxy door.
func (s *Server) serveSignInHost(w http.ResponseWriter, r *http.Request) {
	if call, ok := entra.Parse(r); ok {
		s.serveSignIn(w, r, call, true)
		return
	}
	http.Error(w, "graphemu has no such page of "+r.Host+".", http.StatusNotFound)
}

// serveSignIn answers a request of the sign-in endpoints in the world of the
// tenant that its path names. byName: the client asked for them by the service's
// own host.
func (s *Server) serveSignIn(w http.ResponseWriter, r *http.Request, call *entra.Call, byName bool) {
	name := call.Tenant
	if r.Method == http.MethodOptions {
		name = "common" // a browser's question before a call is answered alike by all, and makes no world
	}
	world, known, err := s.tenantWorld(name)
	from := surface.Caller{Secure: secure(r), ByName: byName, Conn: connection(r)}
	state := world.current.Load()
	accounts := state.accounts()
	tenant := &entra.Tenant{ID: world.tenant, Strict: s.set.Auth == AuthStrict, Known: known,
		Domains: accounts.domains, Users: accounts.users, Apps: accounts.apps,
		Origin: s.originOf(r, byName), Origins: s.answersOn, Signer: signer{s}}
	if err != nil {
		s.surface.RefuseSignIn(w, r, &state.World, from, call, tenant, err.Error())
		return
	}
	if !byName {
		s.origins.remember(tenant.Origin)
	}
	s.surface.ServeSignIn(w, r, &state.World, from, call, tenant)
}

// tenantWorld returns the world of the tenant that a path names: by its id, a
// domain of the fixture, or a world's name (which is ours). Where known is false
// there is no such tenant, as where a name is longer than a world's, and the
// default world is returned to say so. It errs, with that world, where there can
// be no further one.
func (s *Server) tenantWorld(name string) (w *World, known bool, err error) {
	ref, known := s.tenantRef(name)
	if known {
		if w, err = s.World(ref); err == nil {
			return w, true, nil
		}
		var full *FullError
		known = errors.As(err, &full)
		if !known {
			err = nil // it can't be a world's name
		}
	}
	fallback, wrong := s.World(DefaultWorld)
	if wrong != nil {
		panic(wrong) // it always fits
	}
	return fallback, known, err
}

// tenantRef returns what World knows a tenant by. Chosen: with strict
// authentication only the tenants that the fixture lists are there, if it lists
// any, and the default one; a name with a dot must be a domain of the fixture.
func (s *Server) tenantRef(name string) (ref string, known bool) {
	if entra.Personal(name) {
		return "", false
	}
	t := &s.scene.Load().tenants
	folded := strings.ToLower(name) // but a world's name is as it is
	if id, ok := t.domains[folded]; ok {
		return id, true
	}
	switch {
	case folded == "common" || folded == "organizations" || folded == DefaultTenant:
		return folded, true
	case mint.IsGUID(folded):
		return folded, s.set.Auth != AuthStrict || len(t.ids) == 0 || t.ids[folded]
	}
	return name, s.set.Auth != AuthStrict || name == DefaultWorld || len(t.ids) == 0 && !strings.Contains(name, ".")
}

// tenants are those that a fixture names.
type tenants struct {
	ids     map[string]bool
	domains map[string]string // lower-case, to the tenant's id
}

func tenantsOf(d *fixture.Directory) tenants {
	all := tenants{map[string]bool{}, map[string]string{}}
	for _, domain := range d.Domains {
		all.domains[strings.ToLower(domain)] = DefaultTenant
	}
	for _, t := range d.Tenants {
		all.ids[t.ID] = true
		for _, domain := range t.Domains {
			all.domains[strings.ToLower(domain)] = t.ID
		}
	}
	return all
}

// accounts is the part of a fixture's directory that may sign in, as the sign-in
// endpoints have it.
type accounts struct {
	domains    []string
	users      []entra.User
	apps       []entra.App
	registered map[string]bool // by lower-case id
}

// accountsOf prepares a directory for one tenant. derive is that of the world's
// directory: who signs in has the id that the account has there.
func accountsOf(d *fixture.Directory, tenant string, derive func(names ...string) string) *accounts {
	a := &accounts{domains: d.Domains, registered: map[string]bool{}}
	for _, t := range d.Tenants {
		if t.ID == tenant && len(t.Domains) > 0 {
			a.domains = t.Domains
		}
	}
	for _, u := range d.Users {
		id := u.ID
		if id == "" {
			id = derive("accounts", strings.ToLower(u.PrincipalName))
		}
		a.users = append(a.users, entra.User{ID: id, PrincipalName: u.PrincipalName, DisplayName: u.DisplayName, Mail: u.Mail, Password: u.Password, Disabled: u.Disabled})
	}
	for _, app := range d.Apps {
		a.registered[strings.ToLower(app.ID)] = true
		var redirects []entra.RedirectURI
		for _, r := range app.RedirectURIs {
			redirects = append(redirects, entra.RedirectURI{URI: r.URI, Type: r.Type})
		}
		a.apps = append(a.apps, entra.App{ID: app.ID, DisplayName: app.DisplayName, Secret: app.Secret, Certificates: app.Certificates,
			RedirectURIs: redirects, Public: app.Public, Permissions: app.Permissions, DelegatedPermissions: app.DelegatedPermissions})
	}
	return a
}

// has tells whether there is such an app. A fixture without any lets every app be.
func (a *accounts) has(app string) bool {
	return len(a.registered) == 0 || a.registered[app] || a.registered[strings.ToLower(app)]
}

// originOf is where a client reached the server.
func (s *Server) originOf(r *http.Request, byName bool) string {
	switch {
	case s.set.PublicURL != "" && !byName:
		return s.set.PublicURL
	case secure(r):
		return "https://" + surface.Host(r)
	}
	return "http://" + surface.Host(r)
}

// answersOn tells whether an origin is this server's: one of its names with a port
// that it listens on, its public URL, the login hosts of the proxy door, and every
// origin at which a token endpoint was asked, since a port may be mapped.
func (s *Server) answersOn(origin string) bool {
	if origin == s.set.PublicURL || s.origins.has(origin) {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if slices.Contains(entra.Hosts, strings.ToLower(u.Host)) {
		return u.Scheme == "https" // as who came through the proxy door has it
	}
	listens, err := url.Parse(s.urls[u.Scheme])
	return err == nil && listens.Host != "" && u.Port() == listens.Port() && s.hosts.Ours(u.Host)
}

// origins remembers where token endpoints were asked. The zero value is empty.
type origins struct {
	mu    sync.RWMutex // guards everything below
	seen  map[string]bool
	order []string // the keys of seen, the oldest first
}

// maxOrigins is how many are remembered: a client may make up as many as it likes.
// When full, the oldest goes.
const maxOrigins = 100

func (o *origins) has(origin string) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.seen[origin]
}

func (o *origins) remember(origin string) {
	if o.has(origin) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	if o.seen[origin] {
		return // another request was quicker
	}
	if len(o.order) == maxOrigins {
		delete(o.seen, o.order[0])
		o.order = slices.Delete(o.order, 0, 1)
	}
	o.seen[origin] = true
	o.order = append(o.order, origin)
}
