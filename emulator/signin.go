package emulator

import (
	"errors"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
)

// serveSignInHost answers a sign-in host of the proxy.
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
	to := s.signInTo(call.Tenant, call.Keeps(r.Method))
	state := to.world.current.Load()
	origin := s.originOf(r, byName)
	tenant := &entra.Tenant{ID: to.tenant, Strict: s.set.Auth == AuthStrict, Known: to.known,
		Origin: origin, Origins: s.origins.Has, Issuer: func(given bool) string { return s.origins.Issuer(origin, given) }, Signer: signer{s}}
	switch {
	case to.tenant == to.world.tenant:
		tenant.Domains, tenant.Directory = domainsOf(&state.start.fixture.Directory, to.tenant), state.signsIn()
		tenant.Sessions, tenant.Revision, tenant.NewPassword = state.Sessions, state.Revision.Load, state.newPassword
	default:
		sc := s.scenario.Load()
		tenant.Sessions, tenant.Now = entra.NewSessions(), clock.New(sc.clock, s.set.Now).Now()
		if call.ForPeople() {
			tenant.Domains = domainsOf(&sc.fixture.Directory, to.tenant)
			tenant.Directory = whoSignsIn{view: sc.base.View(), now: tenant.Now}
		}
	}
	if to.full != nil {
		entra.Refuse(s.engine, w, r, &state.World.World, caller(r, byName), call, tenant, to.full.Error())
		return
	}
	s.origins.Issuer(origin, false) // remembered: the client may have a token from before a restart
	entra.Serve(s.engine, w, r, &state.World.World, caller(r, byName), call, tenant)
}

// newPassword changes a user's password, as the sign-in page asks for it. The error is for
// the user to read.
func (st *state) newPassword(user, before, next string) error {
	err := directory.ChangePassword(st.Entities, st.Clock.Now(), user, before, next)
	if refused := (*apierror.Error)(nil); errors.As(err, &refused) {
		text := refused.Message
		for _, d := range refused.Details {
			text += " " + d.Message + "."
		}
		return errors.New(text)
	}
	return err
}

// signInTo is the tenant that a sign-in is for.
type signInTo struct {
	tenant string // its id
	world  *World // the tenant's, or the default one where there is none
	known  bool   // false: there is no such tenant
	full   error  // there can be no further world
}

// signInTo finds the tenant that a path names: by its id, a domain of the fixture,
// or a world's name (which is ours). Its world is made only where keeps is true: a
// web page may read of as many tenants as it likes. A name that can't be a world's
// is unknown.
func (s *Server) signInTo(name string, keeps bool) signInTo {
	ref, known := s.tenantRef(name)
	_, tenant, err := worldRef(ref)
	if !known || err != nil {
		return signInTo{tenant: DefaultTenant, world: s.defaultWorld()}
	}
	if !keeps && s.find(tenant) == nil {
		return signInTo{tenant: tenant, world: s.defaultWorld(), known: true}
	}
	w, err := s.World(ref)
	if err != nil {
		return signInTo{tenant: tenant, world: s.defaultWorld(), known: true, full: err}
	}
	return signInTo{tenant: tenant, world: w, known: true}
}

// tenantRef returns what World knows a tenant by. Chosen: with strict
// authentication only the tenants that the fixture lists are there, if it lists
// any, and the default one; a name with a dot must be a domain of the fixture.
func (s *Server) tenantRef(name string) (ref string, known bool) {
	if entra.Personal(name) {
		return "", false
	}
	t := &s.scenario.Load().tenants
	folded := strings.ToLower(name) // but a world's name is as it is
	if id, ok := t.domains[folded]; ok {
		return id, true
	}
	switch {
	case folded == "common" || folded == "organizations" || folded == DefaultTenant:
		return folded, true
	case ids.IsGUID(folded):
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

// domainsOf are the domains of a tenant: its own, else those of the fixture.
func domainsOf(d *fixture.Directory, tenant string) []string {
	for _, t := range d.Tenants {
		if t.ID == tenant && len(t.Domains) > 0 {
			return t.Domains
		}
	}
	return d.Domains
}
