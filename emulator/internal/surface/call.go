package surface

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/wire"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
	"github.com/graphemu/graphemu/emulator/journal"
)

// call is one request, or one part of a batch, on its way to its operation.
type call struct {
	world     *World
	play      *Play           // the scenario that was in force when it came
	now       time.Time       // read once, after what delays it: all timestamps of an answer agree
	client    string          // the app of its token
	token     *identity.Token // what was found in it; nil: there is none, or nobody looks
	conn      *wire.Conn      // nil: not known
	ids       apierror.IDs
	scheme    string // "http://"; with host, what absolute URLs are built on
	host      string // "localhost:9400", or a whole public URL
	byName    bool   // it was asked by the service's own host
	at        location
	method    string
	query     string // raw
	header    http.Header
	path      string              // as it was asked, for the journal
	outer     *http.Request       // the request on the connection: of a batch part, the batch
	writer    http.ResponseWriter // with request, where the body comes from
	request   *http.Request       // nil: a batch part
	payload   []byte              // the body, once it was read
	unread    error               // why it could not be read
	wasRead   bool
	decoded   any           // a batch part's body, which came as JSON within JSON
	upload    *storage.Call // a call on the storage account; nil: on another surface
	signIn    *entra.Call   // a call on the sign-in endpoints; nil: on another surface
	tenant    *entra.Tenant // of signIn
	operation string
	keys
	format  format
	buffer  []byte // spare room for the answer's body
	inBatch bool
	left    bool  // the client has gone before a walk was at its end
	unsent  int64 // bytes that a batch counts in Surface.unsent
	story
}

// story is what the journal will tell of a call.
type story struct {
	entry       uint64
	batchEntry  uint64    // of the batch that it is a part of
	arrived     time.Time // on the world's clock
	real        time.Time // on the wall clock
	waited      time.Duration
	before      *journal.Subject
	strike      *faults.Strike // nil: no fault
	misses      []faults.Miss
	lifecycle   string
	throttled   string
	burst       string
	early       *journal.Early
	retryAfter  *clock.Duration
	retryFormat string
	failure     *apierror.Error
	refused     bool   // by a schema or a rule of the model
	outcome     string // of a sign-in
	advice      string // what strict authentication would have refused
	idle        bool   // it was an update that names nothing to change
}

// idleAdvice is for an update that changes nothing. The typed Go SDK sends one when
// a client gets a profile and sends it back: its backing store holds no change.
const idleAdvice = "this update changed nothing: its body names no property that an update can change, only annotations, id or state; " +
	"an SDK with a backing store sends that when no property was set after the profile was read"

// advised is what the journal advises, in one sentence. Most calls have no more than
// the text that all calls with the same objection share.
func (s *story) advised() string {
	switch {
	case !s.idle:
		return s.advice
	case s.advice == "":
		return idleAdvice
	}
	return idleAdvice + "; " + s.advice
}

// room returns an empty slice that n bytes fit into without a new allocation.
func (c *call) room(n int) []byte {
	c.buffer = slices.Grow(c.buffer[:0], n)
	return c.buffer
}

// reply is an answer before it becomes bytes on a connection.
type reply struct {
	status int
	media  string // Content-Type; "" goes with an empty body
	body   []byte
	header http.Header // further headers, or nil
	failed bool        // an error: it carries no OData-Version

	dropped bool // there is no answer
	foreign bool // of another surface than Graph: its headers are all in header
}

func (r *reply) set(name, value string) {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header[name] = []string{value}
}

// empty is an answer without a body, and so without a Content-Type: the Graph
// JavaScript client would try to parse it.
func empty(status int) reply { return reply{status: status} }

// answer finds the operation of the call, takes it past the scenario, runs it,
// and turns an error into Graph's envelope. It is the one place where that
// happens.
func (s *Surface) answer(c *call) reply {
	var op operation
	var unknown error
	if c.onGraph() {
		op, c.keys, unknown = s.find(c.method, c.at)
		c.operation = op.name
	}
	if c.id != "" {
		c.before = c.standing()
	}
	if c.lacksLength() {
		return c.lengthRequired()
	}
	if a, ok := s.scenario(c); !ok {
		return a
	}
	switch {
	case c.upload != nil:
		return s.store(c)
	case c.signIn != nil:
		return c.askTenant()
	}
	a, err := s.run(c, op, unknown)
	if err == nil {
		return a
	}
	return c.fail(s.translate(err, c))
}

// onGraph tells whether the call is one of Graph's, not of another surface.
func (c *call) onGraph() bool { return c.upload == nil && c.signIn == nil }

// fail is an error as an answer.
func (c *call) fail(e *apierror.Error) reply {
	switch {
	case c.upload != nil:
		return c.storageError(e.Status, e.Message)
	case c.signIn != nil:
		return c.signInError(e.Status, "", "")
	}
	e = e.WithoutSecrets()
	c.failure = e
	return reply{status: e.Status, media: mediaError, header: e.Header, failed: true, body: apierror.AppendError(nil, e, c.ids, c.now)}
}

// run checks the token and calls the handler. unknown is why there is none.
func (s *Surface) run(c *call, op operation, unknown error) (reply, error) {
	// A path outside every version is no call of Graph's at all, and anyone may
	// read $metadata (observed); else no token, no answer (order inferred).
	if !c.inBatch && c.at.version != "" && op.name != "metadata" {
		if err := s.authenticate(c); err != nil {
			return reply{}, err
		}
	}
	if c.play.Variants.Is("retirement", "on") && c.at.version != "" && strings.HasPrefix(c.at.path+"/", profilesPath+"/") {
		return reply{}, apierror.UnknownSegment("synchronizationProfiles").Help("retired", "",
			"the variant retirement=on is chosen: the service has stopped serving this API")
	}
	if unknown != nil {
		return reply{}, unknown
	}
	if err := s.authorize(c, &op); err != nil {
		return reply{}, err
	}
	return op.run(c)
}

// translate brings an error of any layer into the vocabulary of Graph.
func (s *Surface) translate(err error, c *call) *apierror.Error {
	var (
		known   *apierror.Error
		query   *odata.Error
		illegal *profile.IllegalError
		invalid *profile.InvalidError
		full    *profile.FullError
		objects *directory.FullError
		files   *rostersync.FullError
		memory  *quota.FullError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &query):
		e := &apierror.Error{Status: http.StatusBadRequest, Code: query.Code, Message: query.Message}
		if query.Unserved {
			e.Status = http.StatusNotImplemented
		}
		if query.Help != "" {
			e.Help("invalidQueryOption", query.Target, "%s", query.Help)
		}
		return e
	case errors.Is(err, profile.ErrNotFound) && strings.EqualFold(c.id, "delta"):
		return apierror.NoChangeTracking(profileType.Name)
	case errors.Is(err, profile.ErrNotFound):
		return apierror.NotFound("profile", c.id)
	case errors.As(err, &illegal):
		return apierror.IllegalState(string(illegal.Call), illegal.Reason).
			Help("illegalState", "", "the profile's state is %s, its status %s; nothing was changed", illegal.State, illegal.Status)
	case errors.As(err, &invalid):
		return c.refuse(violations(invalid))
	case errors.As(err, &objects):
		return apierror.StorageFull("The tenant's directory is full.").Help("limit", "", "%v", objects)
	case errors.As(err, &files):
		return apierror.StorageFull("The tenant's files are too large.").Help("limit", "", "%v", files)
	case errors.As(err, &memory):
		return apierror.StorageFull("The service is out of storage.").
			Help("limit", "", "%v: graphemu serve --max-memory raises the limit; a reset or drop of worlds makes room", memory)
	case errors.As(err, &full):
		return apierror.StorageFull("The tenant holds the maximum number of synchronization profiles.").
			Help("limit", "", "%v: graphemu serve --max-profiles %d raises the limit", full, 2*full.Max)
	}
	s.log.Error("a request failed inside graphemu", "operation", c.operation, "error", err)
	return apierror.Internal()
}

// base is the root of the version that was asked, without a slash at its end.
func (c *call) base() string { return c.scheme + c.host + "/" + c.at.version }

// Token returns the bearer token of a request, or "".
func Token(h http.Header) string {
	v := h["Authorization"]
	if len(v) == 0 {
		return ""
	}
	const scheme = "bearer "
	if len(v[0]) <= len(scheme) || !strings.EqualFold(v[0][:len(scheme)], scheme) {
		return ""
	}
	return strings.TrimSpace(v[0][len(scheme):])
}
