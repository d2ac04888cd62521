package graph

import (
	"net/http"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/journal"
)

// call is one request of Graph, or one part of a batch, on its way to its operation.
// It is an engine.Handler.
type call struct {
	workload.Call
	handler *Handler
	world   *World
	token   *identity.Token // what was found in it; nil: there is none, or nobody looks
	ids     apierror.IDs
	at      location
	op      *operation // nil: there is none
	unknown error      // why
	unsent  int64      // bytes that a batch counts in Handler.unsent
}

// calls keeps calls with their buffers for the next request.
var calls = sync.Pool{New: func() any { return &call{Call: workload.Call{Buffer: make([]byte, 0, 4096)}} }}

// maxSpare is the largest buffer that is kept for the next answer.
// A page of 100 profiles has room in it.
const maxSpare = 512 << 10

// begin prepares a call for a request.
func (s *Handler) begin(c *call, w http.ResponseWriter, r *http.Request, world *World, from Caller) {
	c.handler, c.world, c.token = s, world, from.Token
	s.engine.Begin(c.engine(), c, r, &world.World, from.Caller, false)
	c.ids, c.Zips = requestIDs(r.Header, c.engine()), true
	c.Tenant, c.Writer, c.MaxBody = &world.Tenant, w, s.cfg.MaxBody
	if t := from.Token; t != nil {
		c.User, c.AppOnly = t.User, t.AppOnly
	}
}

func (c *call) engine() *engine.Call { return &c.Call.Call }

// ask notes what is asked, and in which form the answer is to be.
func (c *call) ask(at location, accept string) {
	if at.lost.at == c.handler.paths && c.Tenant.Names(at.lost.segment) {
		at = c.handler.canonical(at.withoutTenant())
	}
	c.at, c.Address = at, at.path
	c.Version, c.Keys = at.version, at.keys
	if at.version != 0 {
		c.Below = at.path
	}
	c.Accept(accept)
}

// Serve answers one HTTP request in world.
func (s *Handler) Serve(w http.ResponseWriter, r *http.Request, world *World, from Caller) {
	c := calls.Get().(*call)
	s.begin(c, w, r, world, from)
	c.ask(s.locate(r.URL), r.Header.Get("Accept"))

	a := s.engine.Answer(c.engine())
	if c.unsent > 0 {
		defer s.unsent.Add(-c.unsent)
	}
	s.engine.Finish(w, c.engine(), a)

	c.release()
}

// release gives a call back to calls. Nothing of it is used any more.
func (c *call) release() {
	spare := c.Buffer[:0] // it may have grown: the next answer starts with the room
	*c = call{}
	if cap(spare) <= maxSpare {
		c.Buffer = spare
	}
	calls.Put(c)
}

// Refuse answers one HTTP request with e, without a look at what it asks.
func (s *Handler) Refuse(w http.ResponseWriter, r *http.Request, world *World, from Caller, e *apierror.Error) {
	c := new(call)
	s.begin(c, w, r, world, from)
	s.engine.Finish(w, c.engine(), c.fail(e))
}

// maxClientID is the longest client-request-id that is sent back. Graph asks
// for a GUID; longer texts are not echoed (chosen).
const maxClientID = 128

func requestIDs(h http.Header, c *engine.Call) apierror.IDs {
	ids := apierror.IDs{Request: c.ID, Client: c.ID, Entry: c.EntryID}
	if v := h["Client-Request-Id"]; len(v) > 0 && v[0] != "" && len(v[0]) <= maxClientID {
		ids.Client = v[0]
	}
	return ids
}

// Resolve finds the operation. What is done then: a browser's question before a call,
// and what the gateway before Graph refuses.
func (c *call) Resolve() (a engine.Reply, done bool) {
	if c.Method == http.MethodOptions {
		return c.preflight(), true
	}
	if c.op, c.unknown = c.handler.find(c.Method, &c.at); c.op != nil {
		c.Operation, c.Subject = c.op.Name, c.Keys.Get(c.op.subject)
		c.Level = c.op.Level.String()
		if c.op.named != nil {
			c.Named = func() engine.Named { return c.op.named(&c.Call) }
		}
	} else if c.at.unsupported && c.Version != 0 && len(c.at.allowed()) == 0 {
		c.Level = journal.LevelUnsupported
	}
	if c.lacksLength() {
		return c.lengthRequired(), true
	}
	return engine.Reply{}, false
}

// Handle runs the operation, and turns an error into Graph's envelope.
func (c *call) Handle() engine.Reply {
	a, err := c.run()
	if err == nil {
		return a
	}
	return c.fail(c.translate(err))
}

// run checks the token and runs the operation.
func (c *call) run() (engine.Reply, error) {
	s := c.handler
	// A path outside every version is no call of Graph's at all, and anyone may
	// read $metadata (observed); else no token, no answer (order inferred).
	if !c.InBatch && !c.Trusted && c.Version != 0 && c.Operation != "metadata" {
		if err := s.authenticate(c); err != nil {
			return engine.Reply{}, err
		}
	}
	for _, w := range s.workloads {
		if w.Guard == nil || c.Version == 0 {
			continue
		}
		if err := w.Guard(&c.Call); err != nil {
			return engine.Reply{}, err
		}
	}
	if c.unknown != nil {
		return engine.Reply{}, c.insteadOf(c.unknown)
	}
	if err := s.authorize(c); err != nil {
		return engine.Reply{}, err
	}
	if c.op.own != nil {
		return c.op.own(c)
	}
	return c.op.Run(&c.Call)
}

// mediaError is the Content-Type of errors. Observed: they come without OData's parameters.
const mediaError = "application/json"

// fail is an error as an answer.
func (c *call) fail(e *apierror.Error) engine.Reply {
	e = e.WithoutSecrets()
	c.Problem = c.problem(e)
	return engine.Reply{Status: e.Status, Media: mediaError, Header: e.Header, Failed: true,
		Body: apierror.AppendError(nil, e, c.ids, c.Now)}
}

// problem is an error as the journal keeps it.
func (c *call) problem(e *apierror.Error) *journal.Problem {
	p := &journal.Problem{Code: e.Code, Message: e.Message, Refused: c.Refused()}
	for _, d := range e.Details {
		p.Details = append(p.Details, journal.ProblemDetail{Code: d.Code, Target: d.Target, Message: d.Message})
	}
	return p
}

// Broken is 500 with Graph's envelope.
func (c *call) Broken() engine.Reply { return c.fail(apierror.Internal()) }

// Throttled is 429 with Retry-After. Documented; there are no further headers on
// education.
func (c *call) Throttled() engine.Reply { return c.fail(apierror.Throttled()) }

// Respond is an error of Graph's, or the rule's own body.
func (c *call) Respond(r *fault.Respond) engine.Reply {
	if r.Body != nil {
		media := c.Media()
		if r.Status >= http.StatusBadRequest {
			media = mediaError
		}
		return engine.Body(r, media)
	}
	e := apierror.Named(r.Error, r.Status, c.Now)
	if r.Error == apierror.Revoked && r.Status == http.StatusUnauthorized {
		c.world.Revoke() // it is so, then: only a new token will do
	}
	if r.Message != "" {
		e.Message = r.Message
	}
	return c.fail(e)
}

// SetHeaders sets those of Graph.
func (c *call) SetHeaders(h http.Header, a *engine.Reply) {
	if a.Bare {
		c.Call.SetHeaders(h, a)
		return
	}
	apierror.SetCommon(h, c.ids, c.Secure)
	if !c.World.Clock.InStep() {
		engine.SetDate(h, c.Now) // else net/http's is the same
	}
	if c.Header["Origin"] != nil {
		engine.SetCrossOrigin(h)
	}
	if c.Scenario.Variants.Is("deprecationHeaders", "on") && strings.HasPrefix(c.Operation, "profiles.") {
		apierror.SetDeprecation(h)
	}
	if !a.Failed {
		apierror.SetODataVersion(h)
	}
	if level := c.belowEmulated(); level != "" {
		h[levelHeader] = []string{level}
		if exposed := "Access-Control-Expose-Headers"; h[exposed] != nil {
			h[exposed] = []string{h[exposed][0] + ", " + levelHeader}
		}
	}
	for name, values := range a.Header {
		h[name] = values
	}
	if a.Media != "" {
		h["Content-Type"] = []string{a.Media}
	}
}

// levelHeader tells the level of an answer below the first. It is graphemu's own.
const levelHeader = "x-graphemu-level"

// belowEmulated is the level where it is below the first; "" else, and where a rule of
// the scenario has answered.
func (c *call) belowEmulated() string {
	if c.Level == journal.LevelEmulated || c.Answered() {
		return ""
	}
	return c.Level
}

// preflight answers OPTIONS, which browsers send without a token. Chosen: the
// methods of the path; of every path where it is unknown.
func (c *call) preflight() engine.Reply {
	allow := c.handler.methodsOf(&c.at, c.handler.walk(&c.at))
	if len(allow) == 0 {
		allow = methods
	}
	list := strings.Join(append(allow, http.MethodOptions), ", ")
	a := workload.Empty(http.StatusOK)
	a.Set("Allow", list)
	if c.Header.Get("Access-Control-Request-Method") != "" {
		apierror.SetPreflight(a.Header, list, c.Header.Get("Access-Control-Request-Headers"))
	}
	return a
}
