package emulator

import (
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// whoSignsIn is a world's directory as signing in asks it: the users and applications
// that Graph shows now. Directory and sign-in are one: who is created can sign in, and
// who is disabled or deleted cannot.
type whoSignsIn struct {
	view entity.View
	now  time.Time
}

// signsIn returns who may sign in to the world now. Users are what the syncs made that
// are over by now, too.
func (st *state) signsIn() whoSignsIn {
	now := st.Clock.Now()
	st.Syncs.Settle(now)
	st.Futures.Settle(now, 0)
	return whoSignsIn{view: st.Entities.View(), now: now}
}

// User is the user of a principal name.
func (w whoSignsIn) User(name string) (entra.User, bool) {
	a, ok := directory.AccountOf(w.view, name)
	return entraUser(a), ok
}

func entraUser(a directory.Account) entra.User {
	return entra.User{ID: a.ID, PrincipalName: a.PrincipalName, DisplayName: a.DisplayName, Mail: a.Mail, Disabled: a.Disabled,
		Check: a.Check, MustChange: a.MustChange}
}

// Shown are the first users to choose from, and how many there are besides.
func (w whoSignsIn) Shown(limit int) ([]entra.User, int) {
	accounts, more := directory.FirstAccounts(w.view, limit)
	users := make([]entra.User, len(accounts))
	for i, a := range accounts {
		users[i] = entraUser(a)
	}
	return users, more
}

// Clients are the client ids of the first apps, and how many there are besides.
func (w whoSignsIn) Clients(limit int) ([]string, int) { return directory.FirstClients(w.view, limit) }

// redirectTypes are what applications call the kinds of redirect URIs.
var redirectTypes = map[string]identity.RedirectType{"web": identity.Web, "spa": identity.SPA, "publicClient": identity.Native}

// App is the app of a client id: an application of the directory.
func (w whoSignsIn) App(id string) *entra.App {
	r, ok := directory.RegistrationOf(w.view, id)
	if !ok {
		return nil
	}
	app := &entra.App{ID: r.AppID, DisplayName: r.DisplayName, Keys: r.Certificates, Public: r.Public,
		Permissions: r.Roles, DelegatedPermissions: r.Scopes, PersonalPermissions: r.ScopesOf,
		ServicePrincipal: r.ServicePrincipal, NoPrincipal: r.ServicePrincipal == "", Disabled: r.Disabled}
	if r.HasSecret {
		app.Check = func(secret string) bool { return r.Check(secret, w.now) }
	}
	for _, to := range r.Redirects {
		app.RedirectURIs = append(app.RedirectURIs, entra.RedirectURI{URI: to.URI, Type: redirectTypes[to.Kind]})
	}
	return app
}
