package engine

import "net/http"

// Beside carries out a call of the test itself, in world: past rules and throttles, and
// without an entry in the journal, for it is not the client's that is judged. c is a part
// of h; prepare sets what the call asks for.
func (e *Engine) Beside(w http.ResponseWriter, c *Call, h Handler, r *http.Request, world *World, prepare func()) {
	c.engine, c.handler, c.Request = e, h, r
	c.World, c.Scenario = world, world.Scenario()
	c.Now, c.Real = world.Clock.Now(), e.Now()
	c.arrived, c.ID, c.EntryID = c.Now, world.RequestIDs.GUID(), "0"
	if c.Scheme, c.Host = "http://", Host(r); r.TLS != nil {
		c.Scheme = "https://"
	}
	c.Method, c.Path, c.Query, c.Header = r.Method, r.URL.Path, r.URL.RawQuery, r.Header
	c.Address = c.Path
	prepare()
	a := e.past(c)
	h.SetHeaders(w.Header(), &a)
	w.WriteHeader(a.Status)
	w.Write(a.Body) // a client that went away needs no answer
}

// past is Answer without a scenario.
func (e *Engine) past(c *Call) (a Reply) {
	defer e.broken(c, &a)
	if c.World.Settle != nil {
		c.World.Settle(c.Now)
	}
	if a, done := c.handler.Resolve(); done {
		return a
	}
	return c.handler.Handle()
}
