package graph

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/journal"
)

// call is one request of Graph, or one part of a batch, on its way to its operation.
// It is an engine.Handler.
type call struct {
	engine.Call
	handler *Handler
	world   *World
	token   *identity.Token // what was found in it; nil: there is none, or nobody looks
	ids     apierror.IDs
	at      location
	op      operation
	unknown error // why there is no operation

	format  format
	writer  http.ResponseWriter // for the body; nil: a batch part
	payload []byte              // the body, once it was read
	unread  error               // why it could not be read
	wasRead bool
	decoded any    // a batch part's body, which came as JSON within JSON
	buffer  []byte // spare room for the answer's body
	refused bool   // by a schema or a rule of the model
	left    bool   // the client has gone before a walk was at its end
	unsent  int64  // bytes that a batch counts in Handler.unsent
}

// calls keeps calls with their buffers for the next request.
var calls = sync.Pool{New: func() any { return &call{buffer: make([]byte, 0, 4096)} }}

// maxSpare is the largest buffer that is kept for the next answer.
// A page of 100 profiles has room in it.
const maxSpare = 512 << 10

// begin prepares a call for a request.
func (s *Handler) begin(c *call, w http.ResponseWriter, r *http.Request, world *World, from Caller) {
	c.handler, c.world, c.token, c.writer = s, world, from.Token, w
	s.engine.Begin(&c.Call, c, r, &world.World, from.Caller, false)
	c.ids, c.Zips = requestIDs(r.Header, &c.Call), true
}

// Serve answers one HTTP request in world.
func (s *Handler) Serve(w http.ResponseWriter, r *http.Request, world *World, from Caller) {
	c := calls.Get().(*call)
	s.begin(c, w, r, world, from)
	c.at = s.locate(r.URL)
	c.Address = c.at.path
	c.format = parseFormat(r.Header.Get("Accept"))

	a := s.engine.Answer(&c.Call)
	if c.unsent > 0 {
		defer s.unsent.Add(-c.unsent)
	}
	s.engine.Finish(w, &c.Call, a)

	spare := c.buffer[:0] // it may have grown: the next answer starts with the room
	*c = call{}
	if cap(spare) <= maxSpare {
		c.buffer = spare
	}
	calls.Put(c)
}

// Refuse answers one HTTP request with e, without a look at what it asks.
func (s *Handler) Refuse(w http.ResponseWriter, r *http.Request, world *World, from Caller, e *apierror.Error) {
	c := new(call)
	s.begin(c, w, r, world, from)
	s.engine.Finish(w, &c.Call, c.fail(e))
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

// room returns an empty slice that n bytes fit into without a new allocation.
func (c *call) room(n int) []byte {
	c.buffer = slices.Grow(c.buffer[:0], n)
	return c.buffer
}

// base is the root of the version that was asked, without a slash at its end.
func (c *call) base() string { return c.Scheme + c.Host + "/" + c.at.version }

// Resolve finds the operation. What is done then: a browser's question before a call,
// and what the gateway before Graph refuses.
func (c *call) Resolve() (a engine.Reply, done bool) {
	if c.Method == http.MethodOptions {
		return c.preflight(), true
	}
	c.op, c.unknown = c.handler.find(c.Method, &c.at)
	c.Operation, c.Subject = c.op.name, ""
	if c.unknown == nil {
		c.Subject = c.at.keys.get("id") // else it is an address that the API does not have
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
	if !c.InBatch && c.at.version != "" && c.op.name != "metadata" {
		if err := s.authenticate(c); err != nil {
			return engine.Reply{}, err
		}
	}
	if c.Scenario.Variants.Is("retirement", "on") && c.at.version != "" && strings.HasPrefix(c.at.path+"/", profilesPath+"/") {
		return engine.Reply{}, apierror.UnknownSegment("synchronizationProfiles").Help("retired", "",
			"the variant retirement=on is chosen: the service has stopped serving this API")
	}
	if c.unknown != nil {
		return engine.Reply{}, c.unknown
	}
	if err := s.authorize(c, &c.op); err != nil {
		return engine.Reply{}, err
	}
	return c.op.run(c)
}

// fail is an error as an answer.
func (c *call) fail(e *apierror.Error) engine.Reply {
	e = e.WithoutSecrets()
	c.Problem = c.problem(e)
	return engine.Reply{Status: e.Status, Media: mediaError, Header: e.Header, Failed: true,
		Body: apierror.AppendError(nil, e, c.ids, c.Now)}
}

// advise puts a sentence before what the journal advises. Most calls have no more than
// the text that all calls with the same objection share.
func (c *call) advise(sentence string) {
	if c.Advice != "" {
		sentence += "; " + c.Advice
	}
	c.Advice = sentence
}

// problem is an error as the journal keeps it.
func (c *call) problem(e *apierror.Error) *journal.Problem {
	p := &journal.Problem{Code: e.Code, Message: e.Message, Refused: c.refused}
	for _, d := range e.Details {
		p.Details = append(p.Details, journal.ProblemDetail{Code: d.Code, Target: d.Target, Message: d.Message})
	}
	return p
}

// refuse notes that a schema or a rule of the model refused the body.
func (c *call) refuse(e *apierror.Error) *apierror.Error {
	c.refused = true
	return e
}

// Broken is 500 with Graph's envelope.
func (c *call) Broken() engine.Reply { return c.fail(apierror.Internal()) }

// Throttled is 429 with Retry-After. Documented; there are no further headers on
// education.
func (c *call) Throttled() engine.Reply { return c.fail(apierror.Throttled()) }

// Respond is an error of Graph's, or the rule's own body.
func (c *call) Respond(r *fault.Respond) engine.Reply {
	if r.Body != nil {
		media := c.format.media()
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
	apierror.SetCommon(h, c.ids)
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
	for name, values := range a.Header {
		h[name] = values
	}
	if a.Media != "" {
		h["Content-Type"] = []string{a.Media}
	}
}

// preflight answers OPTIONS, which browsers send without a token. Chosen: the
// methods of the path; of every path where it is unknown.
func (c *call) preflight() engine.Reply {
	allow := c.at.allowed()
	if len(allow) == 0 {
		allow = methods
	}
	list := strings.Join(append(allow, http.MethodOptions), ", ")
	a := empty(http.StatusOK)
	a.Set("Allow", list)
	if c.Header.Get("Access-Control-Request-Method") != "" {
		apierror.SetPreflight(a.Header, list, c.Header.Get("Access-Control-Request-Headers"))
	}
	return a
}

// empty is an answer without a body, and so without a Content-Type: the Graph
// JavaScript client would try to parse it.
func empty(status int) engine.Reply { return engine.Reply{Status: status} }

// Condition is the body as rules see it: what could not be read is empty there, and
// refused by the operation.
func (c *call) Condition() []byte {
	if c.decoded != nil {
		return []byte(c.Text())
	}
	b, err := c.body()
	if err != nil {
		return nil
	}
	return b
}

// Size is that of the request's body as it came.
func (c *call) Size() int64 {
	if !c.InBatch && c.Request.ContentLength >= 0 {
		return c.Request.ContentLength
	}
	return int64(len(c.payload))
}

// Text is the request's body, decompressed, as far as it was read.
func (c *call) Text() string {
	switch v := c.decoded.(type) {
	case nil:
		return string(c.payload)
	case []byte:
		return string(v)
	default:
		return string(jsontree.Append(nil, v))
	}
}

// Standing is where the profile of that id stands.
func (w *World) Standing(now time.Time, id string) *journal.Subject {
	r, err := w.Profiles.Get(now, id)
	if err != nil {
		return engine.Gone()
	}
	if s := standings[standing{r.State, r.Sync.Status}]; s != nil {
		return s
	}
	return &journal.Subject{State: string(r.State), Status: string(r.Sync.Status)}
}

// standing is a place where a profile can be. The journal's words for each are
// made once: an entry is written for every request.
type standing struct {
	state  profile.State
	status profile.Status
}

var standings = func() map[standing]*journal.Subject {
	m := map[standing]*journal.Subject{}
	for _, state := range profile.States {
		for _, status := range profile.Statuses {
			m[standing{state, status}] = &journal.Subject{State: string(state), Status: string(status)}
		}
	}
	return m
}()
