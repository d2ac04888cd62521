package control

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
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

// ResetRequest says how a world begins anew.
type ResetRequest struct {
	Name    string          // of the chapter that begins; "": none
	Fixture json.RawMessage // the name of a built-in one, or a fixture; nil: the scenario's
	Seed    uint64          // of ids and chance; 0: the server's
}

// maxSeed is the largest number that JSON carries exactly: RFC 8259, section 6.
const maxSeed = 1<<53 - 1

// reset puts a world back to its start: without a body, or by
// {"name":"creates a profile","fixture":"contoso","seed":7}.
func (c *Control) reset(w World, r *http.Request) (any, error) {
	o, err := c.readObject(r, "name", "fixture", "seed")
	if err != nil {
		return nil, err
	}
	var request ResetRequest
	if request.Name, err = text(o, "name", `a name for the chapter that begins, such as "creates a profile"`); err != nil {
		return nil, err
	}
	if given, ok := o["fixture"]; ok {
		switch given.(type) {
		case string, map[string]any:
			request.Fixture = jsontree.Append(nil, given)
		default:
			return nil, problem(http.StatusBadRequest, "Invalid body", "/fixture: want the name of a built-in fixture, or an object that is one")
		}
	}
	if given, ok := o["seed"]; ok {
		number, ok := given.(float64)
		if request.Seed = uint64(number); !ok || number < 0 || number > maxSeed || float64(request.Seed) != number {
			return nil, problem(http.StatusBadRequest, "Invalid body", "/seed: want a whole number from 0 to %d", maxSeed)
		}
	}
	if err := w.Reset(request); err != nil {
		return nil, several("Invalid body", lines(err))
	}
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
