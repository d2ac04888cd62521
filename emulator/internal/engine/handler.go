package engine

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Handler speaks a protocol: it says what a call asks for, carries it out, and writes
// every answer in the protocol's own form. It is made for one call, and embeds its
// Call, which has a usual answer to what is marked (usual).
type Handler interface {
	// Resolve sets Operation, Subject and Address. done: a is the answer, before any
	// rule of the scenario is asked.
	Resolve() (a Reply, done bool)

	// Handle carries the call out. An error is an answer too.
	Handle() Reply

	// Broken is the answer where the program itself has failed.
	Broken() Reply

	// Throttled is the answer to a client that has used up its share.
	Throttled() Reply

	// Respond is the answer that a rule gives in place of Handle's. See Body.
	Respond(r *fault.Respond) Reply

	// SetHeaders sets the headers of an answer. (usual)
	SetHeaders(h http.Header, a *Reply)

	// Condition is the request's body as rules see it: JSON; nil for none. (usual: nil)
	Condition() []byte

	// RetryKey is what a client repeats when it tries again. (usual: client, method, address)
	RetryKey() string

	// Text is the request's body as the journal keeps it. (usual: "")
	Text() string

	// Size is that of the request's body as it came, in bytes. (usual)
	Size() int64

	// Keeps tells whether the journal keeps the answer's body. (usual: true)
	Keeps(a *Reply) bool
}

// Reply is an answer before it becomes bytes on a connection.
type Reply struct {
	Status  int
	Media   string // Content-Type; "" goes with an empty body
	Body    []byte
	Header  http.Header // further headers, or nil
	Failed  bool        // an error
	Dropped bool        // there is no answer
	Bare    bool        // it comes from before the service, and so with none of its headers
}

// Set sets a further header.
func (r *Reply) Set(name, value string) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header[name] = []string{value}
}

var gone = journal.Subject{Gone: true}

// Gone is where a subject stands that is not there.
func Gone() *journal.Subject { return &gone }

// Standing is where the subject of the call stands now.
func (c *Call) Standing() *journal.Subject { return c.World.Standing(c.Now, c.Subject) }

// Condition is of a call whose body no rule can ask for.
func (c *Call) Condition() []byte { return nil }

// RetryKey is the same call of the same app on the same address.
func (c *Call) RetryKey() string { return c.Client + "\x00" + c.Method + "\x00" + c.Address }

// Text is of a call whose body the journal does not keep.
func (c *Call) Text() string { return "" }

// Size is the body's as the request's headers tell it.
func (c *Call) Size() int64 { return max(c.Request.ContentLength, 0) }

// Keeps is of answers that are kept whole.
func (c *Call) Keeps(*Reply) bool { return true }

// SetHeaders sets what the answer itself has, the journal's entry, the date where it
// is not the wall clock's, and what a browser needs.
func (c *Call) SetHeaders(h http.Header, a *Reply) {
	for name, values := range a.Header {
		h[name] = values
	}
	if a.Media != "" {
		h["Content-Type"] = []string{a.Media}
	}
	h["x-graphemu-explain"] = []string{c.EntryID}
	if !c.World.Clock.InStep() {
		SetDate(h, c.Now) // else net/http's is the same
	}
	if c.Header["Origin"] != nil {
		SetCrossOrigin(h)
	}
}

// date is a Date header of one second.
type date struct {
	second int64
	values []string // net/http only reads them
}

// lastDate is the last one that was written: on a clock that stands still, all are the
// same.
var lastDate atomic.Pointer[date]

// SetDate sets the time of the answer.
func SetDate(h http.Header, now time.Time) {
	d := lastDate.Load()
	if second := now.Unix(); d == nil || d.second != second {
		d = &date{second, []string{now.UTC().Format(http.TimeFormat)}}
		lastDate.Store(d)
	}
	h["Date"] = d.values[:1:1]
}

var (
	anyOrigin = []string{"*"}
	// Source: the header list that Microsoft's own proxy for Graph sends.
	exposed = []string{"ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, " +
		"ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, Retry-After, " +
		"x-graphemu-explain"} // the last is graphemu's own
)

// SetCrossOrigin adds what a browser needs to show an answer to a page (CORS).
func SetCrossOrigin(h http.Header) {
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Access-Control-Expose-Headers"] = exposed
}
