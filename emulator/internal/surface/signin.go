package surface

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entra"
)

// ServeSignIn answers a request of the sign-in endpoints for a tenant, in its
// world. A tenant without a world brings its own Sessions and time; then world is
// another's, which lends ids, scenario and journal. The request meets the scenario,
// and is recorded, as every other; but the clock of a scenario with perRequest, which
// counts what Graph is asked, stands still for it.
func (s *Surface) ServeSignIn(w http.ResponseWriter, r *http.Request, world *World, from Caller, in *entra.Call, tenant *entra.Tenant) {
	c := s.newSignIn(r, world, from, in, tenant)
	c.writer = w
	a := s.protected(c)
	s.record(c, a)
	s.send(w, r, c, a)
	s.tell(c, a)
}

// RefuseSignIn answers a sign-in for which there can be no world; world is another
// one, which lends its clock and ids.
func (s *Surface) RefuseSignIn(w http.ResponseWriter, r *http.Request, world *World,
	from Caller, in *entra.Call, tenant *entra.Tenant, why string) {
	c := s.newSignIn(r, world, from, in, tenant)
	a := c.signInError(http.StatusServiceUnavailable, "", "The maximum number of tenants is reached: "+why)
	s.record(c, a)
	s.send(w, r, c, a)
}

func (s *Surface) newSignIn(r *http.Request, world *World, from Caller, in *entra.Call, tenant *entra.Tenant) *call {
	c := new(call)
	c.signIn, c.tenant = in, tenant
	from.Client = in.Client
	c.init(s, r, world, from)
	c.operation, c.at.path, c.request = in.Operation, r.URL.Path, r
	return c
}

// askTenant carries the call out.
func (c *call) askTenant() reply {
	a := c.signedIn(entra.Answer(c.signIn, c.request, c.tenantNow()))
	c.client = c.signIn.Client // a page may have told only now
	return a
}

// tenantNow is the tenant as it is when whatever delays the call is over. One that
// has no world brings its own sessions and time: the world is then another's.
func (c *call) tenantNow() *entra.Tenant {
	t := *c.tenant
	t.Real, t.NewID = c.real, c.world.RequestIDs.GUID
	if t.Sessions == nil {
		t.Now, t.Sessions, t.Revision = c.now, c.world.Sessions, c.world.Revision.Load()
	}
	return &t
}

// signInError is an error of the endpoints that a scenario asked for.
func (c *call) signInError(status int, name, message string) reply {
	if !slices.Contains(entra.ErrorNames(), name) {
		name = "" // one of Graph's: what suits the status
	}
	return c.signedIn(entra.Fail(c.signIn, c.tenantNow(), status, name, message))
}

// signedIn is an answer of the endpoints.
func (c *call) signedIn(e entra.Reply) reply {
	c.advice, c.outcome = e.Advice, e.Outcome
	if f := e.Failure; f != nil {
		c.failure = &apierror.Error{Status: e.Status, Code: f.Error, Message: fmt.Sprintf("AADSTS%d: %s", f.Code, f.Message)}
		for _, h := range f.Help {
			c.failure.Help(h.Code, h.Target, "%s", h.Message)
		}
	}
	return reply{status: e.Status, header: e.Header, body: e.Body, failed: e.Failure != nil, foreign: true}
}

// formAsJSON is the form of a call as an object, its names in lower case, so that a
// rule can ask for what is in it as in any other body; nil where it is none.
func formAsJSON(form string) []byte {
	values, err := url.ParseQuery(form)
	if err != nil || len(values) == 0 {
		return nil
	}
	object := make(map[string]string, len(values))
	for name := range values {
		object[strings.ToLower(name)] = values.Get(name)
	}
	b, _ := json.Marshal(object) // texts always can be
	return b
}
