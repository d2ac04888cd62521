package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"
)

type worldView struct {
	Name     string    `json:"name"`
	Tenant   string    `json:"tenant"`
	Profiles int       `json:"profiles"`
	Clock    clockView `json:"clock"`
}

// ForcedProfile is a profile after it was put where a test wants it.
type ForcedProfile struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	State       string `json:"state"`
	Status      string `json:"status,omitzero"` // of the sync
}

func view(w World) worldView {
	return worldView{Name: w.Name(), Tenant: w.Tenant(), Profiles: w.ProfileCount(), Clock: viewClock(w.Clock())}
}

func (c *Control) worlds(*http.Request) (any, error) {
	list := []worldView{}
	for _, w := range c.Server.Worlds() {
		list = append(list, view(w))
	}
	return map[string]any{"worlds": list}, nil
}

func (c *Control) reset(w World, _ *http.Request) (any, error) {
	w.Reset()
	return view(w), nil
}

// dropWorld ends a world. Of one that was not used yet there is nothing to end,
// and it is not made for that.
func (c *Control) dropWorld(r *http.Request) (any, error) {
	w, err := c.Server.Find(mux.Vars(r)["world"])
	if err != nil {
		return nil, asProblem(err, http.StatusBadRequest, "No such world")
	}
	if w != nil {
		if err := w.Drop(); err != nil {
			return nil, asProblem(err, http.StatusConflict, "The world stays")
		}
	}
	return nothing{}, nil
}

// force puts a profile where a test wants it: {"state":"provisioningFailed"},
// {"status":"quarantined"}, or both.
func (c *Control) force(w World, r *http.Request) (any, error) {
	o, err := c.readObject(r, "state", "status")
	if err != nil {
		return nil, err
	}
	state, err := text(o, "state", `a state of a profile such as "provisioned"`)
	if err != nil {
		return nil, err
	}
	status, err := text(o, "status", `a status of a sync such as "quarantined"`)
	if err != nil {
		return nil, err
	}
	if state == "" && status == "" {
		return nil, problem(http.StatusBadRequest, "Invalid body", `Want {"state":"provisioned"} or {"status":"quarantined"}, or both.`)
	}
	id := mux.Vars(r)["id"]
	p, err := w.Force(id, state, status)
	if errors.Is(err, ErrNoProfile) {
		return nil, problem(http.StatusNotFound, "No such profile", "There is no profile %q in the world %s.", id, w.Name())
	}
	if err != nil {
		return nil, asProblem(err, http.StatusBadRequest, "Invalid body")
	}
	return p, nil
}

// token answers {"token": "…"}. The body may name scopes or roles (arrays of
// permissions), app (a client id) and expires (a duration).
func (c *Control) token(w World, r *http.Request) (any, error) {
	o, err := c.readObject(r, "scopes", "roles", "app", "expires")
	if err != nil {
		return nil, err
	}
	scopes, err := texts(o, "scopes")
	if err != nil {
		return nil, err
	}
	roles, err := texts(o, "roles")
	if err != nil {
		return nil, err
	}
	if len(scopes) > 0 && len(roles) > 0 {
		return nil, problem(http.StatusBadRequest, "Invalid body", "A token has scopes (delegated) or roles (application), not both.")
	}
	app, err := text(o, "app", "a client id")
	if err != nil {
		return nil, err
	}
	var expires time.Duration
	if v, given := o["expires"]; given {
		text, _ := v.(string)
		if expires, err = time.ParseDuration(text); err != nil || expires <= 0 {
			return nil, problem(http.StatusBadRequest, "Invalid body", `/expires: want a positive duration such as "1h"`)
		}
	}
	token, err := w.Token(scopes, roles, app, expires)
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": token, "tenant": w.Tenant(), "world": w.Name()}, nil
}
