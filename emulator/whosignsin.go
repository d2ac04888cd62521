package emulator

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
)

// whoSignsIn is a world's directory as signing in asks it: the users and applications
// that Graph shows now, and the apps of the fixture. Directory and sign-in are one:
// who is created can sign in, and who is disabled or deleted cannot.
type whoSignsIn struct {
	view    entity.View
	now     time.Time
	fixture *fixture.Directory
}

// signsIn returns who may sign in to the world now. Users are what the syncs made that
// are over by now, too.
func (st *state) signsIn() whoSignsIn {
	now := st.Clock.Now()
	st.Syncs.Settle(now)
	st.Futures.Settle(now, 0)
	return whoSignsIn{view: st.Entities.View(), now: now, fixture: &st.start.fixture.Directory}
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

// redirectTypes are what applications call the kinds of redirect URIs.
var redirectTypes = map[string]identity.RedirectType{"web": identity.Web, "spa": identity.SPA, "publicClient": identity.Native}

// App is the app of a client id: an application of the directory that has a service
// principal, or one of the fixture.
func (w whoSignsIn) App(id string) *entra.App {
	if r, ok := directory.RegistrationOf(w.view, id); ok && r.ServicePrincipal != "" && !r.Disabled {
		app := &entra.App{ID: r.AppID, DisplayName: r.DisplayName, Keys: r.Certificates, Public: r.Public,
			Permissions: r.Roles, DelegatedPermissions: r.Scopes, PersonalPermissions: r.ScopesOf,
			ServicePrincipal: r.ServicePrincipal}
		if r.HasSecret {
			app.Check = func(secret string) bool { return r.Check(secret, w.now) }
		}
		for _, uri := range slices.Sorted(maps.Keys(r.Redirects)) {
			app.RedirectURIs = append(app.RedirectURIs, entra.RedirectURI{URI: uri, Type: redirectTypes[r.Redirects[uri]]})
		}
		return app
	}
	for i := range w.fixture.Apps {
		if app := &w.fixture.Apps[i]; strings.EqualFold(app.ID, id) {
			return entraApp(app)
		}
	}
	return nil
}

// registered tells whether the tenant has an app. A fixture without any lets every app be.
func (w whoSignsIn) registered(f *fixture.Fixture, app string) bool {
	if f.HasApp(app) {
		return true
	}
	r, ok := directory.RegistrationOf(w.view, app)
	return ok && r.ServicePrincipal != "" && !r.Disabled
}

// entraApp is an app of a fixture.
func entraApp(app *fixture.App) *entra.App {
	a := &entra.App{ID: app.ID, DisplayName: app.DisplayName, Secret: app.Secret, Certificates: app.Certificates,
		Public: app.Public, Permissions: app.Permissions, DelegatedPermissions: app.DelegatedPermissions}
	for _, r := range app.RedirectURIs {
		a.RedirectURIs = append(a.RedirectURIs, entra.RedirectURI{URI: r.URI, Type: r.Type})
	}
	return a
}
