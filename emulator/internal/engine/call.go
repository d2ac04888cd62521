package engine

import (
	"net/http"
	"strconv"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/wire"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Caller is who sent a request, and how.
type Caller struct {
	Client string     // the app of its token; "opaque" where the token does not say, "" without a token
	Secure bool       // by https
	ByName bool       // by the service's own host, through the proxy: links lead there again
	Conn   *wire.Conn // nil: not known
}

// Call is one request, or one part of a batch, on its way. A handler's own call
// embeds it, and so has what Handler asks for where it says nothing else.
type Call struct {
	World    *World
	Scenario *Scenario // that was in force when it came
	Now      time.Time // on the world's clock, read once, after what delays it: all times of an answer agree
	Real     time.Time // on the wall clock
	Client   string    // the app of its token
	Conn     *wire.Conn
	ID       string // of the request, as the answer's headers tell it
	EntryID  string // of its journal entry
	Scheme   string // "http://"; with Host, what absolute URLs are built on
	Host     string // "localhost:9400", or a whole public URL
	ByName   bool   // see Caller
	Secure   bool   // see Caller
	Method   string
	Path     string // as it was asked, for the journal
	Query    string // raw
	Header   http.Header
	Request  *http.Request // that came over the connection: of a batch's part, the batch
	InBatch  bool

	// What the handler's Resolve tells.
	Operation string // "" for none that is known
	Level     string // how much of the operation there is, as the journal has it; "" for none
	Address   string // the path in the one spelling that rules and repeated calls are compared by
	Below     string // the path below the version, as rules of addresses have it; "" where the protocol has none
	Subject   string // id of the profile that it is about; "" for none

	// Named finds the object that it is about, where that is no profile; nil: none.
	Named func() Named
	Zips  bool // answers may go out compressed

	// What the handler tells the journal.
	Problem   *journal.Problem // the error that was answered
	Lifecycle string           // of a scenario, that the call began
	Outcome   string           // what came of it, in a sentence
	Advice    string           // what a strict server would have refused
	Needed    *journal.Needed  // permissions; nil: none, or it is not known
	Held      journal.Held     // permissions, of the token

	engine   *Engine
	handler  Handler
	entry    uint64
	batch    uint64    // entry of the batch that it is a part of
	arrived  time.Time // on the world's clock
	waited   time.Duration
	before   *journal.Subject
	strike   *faults.Strike // nil: no rule
	misses   []faults.Miss
	throttle string
	burst    string
	early    *journal.Early

	retryAfter  *clock.Duration
	retryFormat string
}

// Begin prepares c, which is a part of h, for a request in world: it opens the
// journal's entry, reads the clock and makes the ids. still: the call does not move a
// clock that moves with each call.
func (e *Engine) Begin(c *Call, h Handler, r *http.Request, world *World, from Caller, still bool) {
	c.engine, c.handler, c.Request = e, h, r
	c.World, c.Scenario, c.Client, c.Conn = world, world.Scenario(), from.Client, from.Conn
	c.ByName, c.Secure = from.ByName, from.Secure
	if step := c.Scenario.PerRequest; step > 0 && !still && world.Clock.Factor() == 0 {
		world.Clock.Advance(step) // fails only at the end of time, where the clock stays
	}
	c.Now, c.Real = world.Clock.Now(), e.Now()
	c.arrived, c.entry = c.Now, world.Journal.Open()
	c.ID, c.EntryID = world.RequestIDs.GUID(), strconv.FormatUint(c.entry, 10)
	// Absolute URLs lead back to where the client came from, since it follows
	// nextLink verbatim.
	switch {
	case e.PublicURL != "" && !from.ByName:
		c.Host = e.PublicURL
	case from.Secure:
		c.Scheme, c.Host = "https://", Host(r)
	default:
		c.Scheme, c.Host = "http://", Host(r)
	}
	c.Method, c.Path, c.Query, c.Header = r.Method, r.URL.Path, r.URL.RawQuery, r.Header
	c.Address = c.Path
}

// BeginPart prepares c, which is a part of h, for a part of the batch b: with its
// world, time, ids and client, and an entry of its own. The caller sets what the part
// asks for.
func (b *Call) BeginPart(c *Call, h Handler) {
	c.engine, c.handler, c.Request, c.InBatch = b.engine, h, b.Request, true
	c.World, c.Scenario, c.Client, c.Conn, c.ByName = b.World, b.Scenario, b.Client, b.Conn, b.ByName
	c.Now, c.Real, c.arrived = b.Now, b.engine.Now(), b.Now
	c.entry, c.batch = b.World.Journal.Open(), b.entry
	c.ID, c.EntryID, c.Scheme, c.Host = b.ID, b.EntryID, b.Scheme, b.Host
}

// Named is the object that a call is about.
type Named struct {
	Path string // below the version
	ID   string // "": it is not there
	JSON []byte // without secrets; it never changes
}

// standing is the object as the journal has it.
func (n Named) standing() *journal.Subject {
	if n.ID == "" {
		return Gone()
	}
	return &journal.Subject{Object: journal.JSON(redact.Body(string(n.JSON)))}
}

// Gone tells whether the client has closed its connection, or at least its half of
// it. net/http cannot tell these apart, and who has closed a half still reads: so it
// is asked only where work is long.
func (c *Call) Gone() bool { return c.Request.Context().Err() != nil }
