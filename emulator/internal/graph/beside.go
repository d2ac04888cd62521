package graph

import (
	"net/http"
	"net/url"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
)

// ServeBeside answers a call of Graph that the test itself makes, as another app would:
// no token is asked for, no rule strikes, and no journal tells of it. path is the
// escaped path from the version on, and base where the links of its answer lead to.
// Besides, it may set what only the service sets.
func (s *Handler) ServeBeside(w http.ResponseWriter, r *http.Request, world *World, path, base string) {
	c := new(call)
	c.handler, c.world = s, world
	c.Tenant, c.Writer, c.MaxBody, c.Trusted = &world.Tenant, w, s.cfg.MaxBody, true
	s.engine.Beside(w, c.engine(), c, r, &world.World, func() {
		c.ids = apierror.IDs{Request: c.ID, Client: c.ID, Entry: c.EntryID}
		c.Scheme, c.Host = "", base
		c.Path = path
		if plain, err := url.PathUnescape(path); err == nil {
			c.Path = plain
		}
		c.ask(s.canonical(path), r.Header.Get("Accept"))
	})
	c.release()
}
