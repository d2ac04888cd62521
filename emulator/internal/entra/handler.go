package entra

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/journal"
)

// handler is a request of the sign-in endpoints on its way. It is an engine.Handler.
type handler struct {
	engine.Call
	call   *Call
	tenant *Tenant
}

// Serve answers a request of the sign-in endpoints for a tenant, in its world. A
// tenant without a world brings its own time; then world is another's, which lends
// ids, scenario and journal. The request meets the scenario, and is recorded, as
// every other; but the clock of a scenario with perRequest, which counts what Graph is
// asked, stands still for it.
func Serve(e *engine.Engine, w http.ResponseWriter, r *http.Request, world *engine.World, from engine.Caller, call *Call, tenant *Tenant) {
	e.Serve(w, &newHandler(e, r, world, from, call, tenant).Call)
}

// Refuse answers a sign-in for which there can be no world; world is another one,
// which lends its clock and ids.
func Refuse(e *engine.Engine, w http.ResponseWriter, r *http.Request, world *engine.World, from engine.Caller,
	call *Call, tenant *Tenant, why string) {
	h := newHandler(e, r, world, from, call, tenant)
	h.Operation = call.Operation
	e.Finish(w, &h.Call, h.fail(http.StatusServiceUnavailable, "", "The maximum number of tenants is reached: "+why))
}

func newHandler(e *engine.Engine, r *http.Request, world *engine.World, from engine.Caller, call *Call, tenant *Tenant) *handler {
	h := &handler{call: call, tenant: tenant}
	from.Client = call.Client
	e.Begin(&h.Call, h, r, world, from, true)
	return h
}

// Resolve tells what Parse has found.
func (h *handler) Resolve() (a engine.Reply, done bool) {
	h.Operation = h.call.Operation
	return engine.Reply{}, false
}

// RetryKey tells the grants apart: all have the same address.
func (h *handler) RetryKey() string { return h.Call.RetryKey() + "\x00" + h.call.Operation }

// Condition is the form as an object, its names in lower case, so that a rule can
// ask for what is in it as in any other body; nil where it is none.
func (h *handler) Condition() []byte {
	values, err := url.ParseQuery(h.call.Form)
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

// Text is the form.
func (h *handler) Text() string { return h.call.Form }

// Keeps tells whether the journal keeps an answer's body: the pages are for people,
// and hold codes that no name tells of.
func (h *handler) Keeps(a *engine.Reply) bool {
	return !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html")
}

// Handle carries the call out.
func (h *handler) Handle() engine.Reply {
	a := h.reply(Answer(h.call, h.Request, h.now()))
	h.Client = h.call.Client // a page may have told only now
	return a
}

// now is the tenant as it is when whatever delays the call is over. One that has a
// time of its own has no world.
func (h *handler) now() *Tenant {
	t := *h.tenant
	t.Real, t.NewID = h.Real, h.World.RequestIDs.GUID
	if t.Now.IsZero() {
		t.Now = h.Now
	}
	return &t
}

// fail is an error of the endpoints; empty texts are those that suit the status.
func (h *handler) fail(status int, name, message string) engine.Reply {
	return h.reply(Fail(h.call, h.now(), status, name, message))
}

// Broken is 500 with an error of the endpoints.
func (h *handler) Broken() engine.Reply { return h.fail(http.StatusInternalServerError, "", "") }

// Throttled is 429 with an error of the endpoints.
func (h *handler) Throttled() engine.Reply { return h.fail(http.StatusTooManyRequests, "", "") }

// Respond is an error of the endpoints, or the rule's own body. A rule of every
// operation may have the name of one of Graph's: then the status counts.
func (h *handler) Respond(r *fault.Respond) engine.Reply {
	if r.Body != nil {
		return engine.Body(r, "application/json")
	}
	name := r.Error
	if !slices.Contains(ErrorNames(), name) {
		name = ""
	}
	return h.fail(r.Status, name, r.Message)
}

// reply is an answer of the endpoints.
func (h *handler) reply(e Reply) engine.Reply {
	h.Advice, h.Outcome = e.Advice, e.Outcome
	if f := e.Failure; f != nil {
		h.Problem = &journal.Problem{Code: f.Error, Message: fmt.Sprintf("AADSTS%d: %s", f.Code, f.Message)}
		for _, d := range f.Help {
			h.Problem.Details = append(h.Problem.Details, journal.ProblemDetail{Code: d.Code, Target: d.Target, Message: d.Message})
		}
	}
	return engine.Reply{Status: e.Status, Header: e.Header, Body: e.Body, Failed: e.Failure != nil}
}
