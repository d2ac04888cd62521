package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/control"
)

// controlled is the server as the control API sees it.
type controlled struct{ s *Server }

func (c controlled) CA() ([]byte, error) {
	pem, _, err := c.s.CA()
	return pem, err
}

func (c controlled) Worlds() []control.World {
	c.s.worlds.mu.RLock()
	list := slices.Collect(maps.Values(c.s.worlds.byTenant))
	c.s.worlds.mu.RUnlock()
	slices.SortFunc(list, func(a, b *World) int {
		switch DefaultTenant {
		case a.tenant:
			return -1
		case b.tenant:
			return 1
		}
		return cmp.Compare(a.Name(), b.Name())
	})
	worlds := make([]control.World, len(list))
	for i, w := range list {
		worlds[i] = controlledWorld{w}
	}
	return worlds
}

func (c controlled) World(ref string) (control.World, error) {
	w, err := c.s.World(ref)
	var full *FullError
	if errors.As(err, &full) {
		err = &control.Problem{Title: "Too many worlds", Status: http.StatusInsufficientStorage, Detail: fmt.Sprintf("%v; --max-worlds raises the limit.", err)}
	}
	return controlledWorld{w}, err
}

// controlledWorld is a world as the control API sees it.
type controlledWorld struct{ *World }

func (w controlledWorld) ProfileCount() int {
	state := w.current.Load()
	return state.Profiles.Len(state.Clock.Now())
}

func (w controlledWorld) NextStep() (time.Time, bool) {
	state := w.current.Load()
	return state.Profiles.NextStep(state.Clock.Now())
}

func (w controlledWorld) Token(scopes, roles []string, app string, expires time.Duration) (string, error) {
	return w.World.Token(TokenOptions{Scopes: scopes, Roles: roles, App: app, Expires: expires})
}
