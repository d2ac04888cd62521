package surface

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// calls keeps calls with their buffers for the next request.
var calls = sync.Pool{New: func() any { return &call{buffer: make([]byte, 0, 4096)} }}

// maxSpare is the largest buffer that is kept for the next answer.
// A page of 100 profiles has room in it.
const maxSpare = 512 << 10

// Caller is who sent a request, and how.
type Caller struct {
	Client string          // the app of its token; "opaque" where the token does not say, "" without a token
	Token  *identity.Token // what was found in it; nil: there is none
	Secure bool            // by https
	ByName bool            // by the service's own host, through the proxy door: links lead there again
	Conn   *wire.Conn      // nil: not known
}

// Serve answers one HTTP request in world.
func (s *Surface) Serve(w http.ResponseWriter, r *http.Request, world *World, from Caller) {
	c := calls.Get().(*call)
	c.init(s, r, world, from)
	c.at = locate(r.URL)
	c.writer, c.request = w, r
	c.format = parseFormat(r.Header.Get("Accept"))

	a := s.protected(c)
	if c.unsent > 0 {
		defer s.unsent.Add(-c.unsent)
	}
	s.record(c, a)
	s.send(w, r, c, a)
	s.tell(c, a)

	spare := c.buffer[:0] // it may have grown: the next answer starts with the room
	*c = call{}
	if cap(spare) <= maxSpare {
		c.buffer = spare
	}
	calls.Put(c)
}

// tell logs a request, and why it was refused. Without the query: an address may
// carry a signature.
func (s *Surface) tell(c *call, a reply) {
	if !s.log.Enabled(c.outer.Context(), slog.LevelDebug) {
		return
	}
	args := []any{"method", c.method, "path", redact.Deep(c.path), "operation", c.operation,
		"status", a.status, "request-id", c.ids.Request, "entry", c.entry}
	if f := c.failure; f != nil {
		why := f.Message
		for _, d := range f.Details {
			why += "; " + d.Message
		}
		args = append(args, "error", f.Code, "why", redact.Text(why))
	}
	s.log.Debug("request", args...)
}

// Refuse answers one HTTP request with e, without a look at what it asks.
func (s *Surface) Refuse(w http.ResponseWriter, r *http.Request, world *World, from Caller, e *apierror.Error) {
	c := new(call)
	c.init(s, r, world, from)
	a := c.fail(e)
	s.record(c, a)
	s.send(w, r, c, a)
	s.tell(c, a)
}

func (c *call) init(s *Surface, r *http.Request, world *World, from Caller) {
	c.world, c.play, c.client, c.token, c.conn, c.outer, c.path = world, world.Play(), from.Client, from.Token, from.Conn, r, r.URL.Path
	if step := c.play.PerRequest; step > 0 && c.signIn == nil && world.Clock.Factor() == 0 {
		world.Clock.Advance(step) // fails only at the end of time, where the clock stays
	}
	c.now, c.real = world.Clock.Now(), s.cfg.Now()
	c.arrived, c.entry = c.now, world.Journal.Open()
	c.ids = requestIDs(r.Header, world)
	c.ids.Entry = strconv.FormatUint(c.entry, 10)
	// Absolute URLs lead back to where the client came from, since it follows
	// nextLink verbatim.
	switch {
	case s.cfg.PublicURL != "" && !from.ByName:
		c.host = s.cfg.PublicURL
	case from.Secure:
		c.scheme, c.host = "https://", Host(r)
	default:
		c.scheme, c.host = "http://", Host(r)
	}
	c.byName = from.ByName
	c.method, c.query, c.header = r.Method, r.URL.RawQuery, r.Header
}

// Host returns the host that the client asked, or the listener's own address
// where it is none: HTTP/1.0 needs no Host, and net/http lets quotes pass in an
// absolute request target, while context URLs are written into JSON as they are.
func Host(r *http.Request) string {
	if r.Host == "" || strings.ContainsFunc(r.Host, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("\"\\<>", c) }) {
		return localAddress(r)
	}
	return r.Host
}

func localAddress(r *http.Request) string {
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		return a.String()
	}
	return "localhost"
}

// protected answers the call, and a panic on the way with Graph's 500.
func (s *Surface) protected(c *call) (a reply) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p) // the server's own way to drop a connection
			}
			s.log.Error("a handler panicked", slog.String("operation", c.operation),
				slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			a = c.fail(apierror.Internal())
		}
	}()
	c.world.Blobs.Sweep(c.now) // a client that uploads no more may still ask
	if c.method == http.MethodOptions && c.onGraph() {
		return s.preflight(c)
	}
	return s.answer(c)
}

// preflight answers OPTIONS, which browsers send without a token. Chosen: the
// methods of the path; of every path where it is unknown.
func (s *Surface) preflight(c *call) reply {
	allow := s.allowed(c.at)
	if len(allow) == 0 {
		allow = methods
	}
	list := strings.Join(append(allow, http.MethodOptions), ", ")
	a := empty(http.StatusOK)
	a.set("Allow", list)
	if c.header.Get("Access-Control-Request-Method") != "" {
		apierror.SetPreflight(a.header, list, c.header.Get("Access-Control-Request-Headers"))
	}
	return a
}

// send puts the answer on the connection, and does to it what a fault does.
func (s *Surface) send(w http.ResponseWriter, r *http.Request, c *call, a reply) {
	if a.dropped && (c.strike == nil || c.strike.Rule.Then == "") {
		panic(http.ErrAbortHandler) // the client went away while it had to wait
	}
	s.headers(w.Header(), c, a)
	if c.strike != nil && onWire(c.strike.Rule) {
		// Uncompressed: the damage is to what the client reads.
		ctx, cancel := s.lifetime(c)
		defer cancel()
		c.strike.Send(w, r.WithContext(ctx), a.status, a.body, func(ctx context.Context, d time.Duration) error {
			return clock.Wait(ctx, faults.Felt(d, c.world.Clock.Factor()))
		})
		return
	}
	if a.media != "" && !a.foreign && acceptsGzip(c.header) {
		w.Header()["Content-Encoding"] = []string{"gzip"}
		w.WriteHeader(a.status)
		if r.Method != http.MethodHead {
			compress(w, a.body)
		}
		return
	}
	// No Content-Length: net/http sets it for short bodies and sends long ones
	// in chunks, as the service does; and each further header costs.
	w.WriteHeader(a.status)
	w.Write(a.body) // a client that went away needs no answer
}

// headers sets the headers of an answer.
func (s *Surface) headers(h http.Header, c *call, a reply) {
	if a.foreign {
		s.foreignHeaders(h, c, a)
		return
	}
	apierror.SetCommon(h, c.ids)
	if !c.world.Clock.InStep() {
		apierror.SetDate(h, c.now) // else net/http's is the same
	}
	if c.header["Origin"] != nil {
		apierror.SetCrossOrigin(h)
	}
	if c.play.Variants.Is("deprecationHeaders", "on") && strings.HasPrefix(c.operation, "profiles.") {
		apierror.SetDeprecation(h)
	}
	if !a.failed {
		apierror.SetODataVersion(h)
	}
	for name, values := range a.header {
		h[name] = values
	}
	if a.media != "" {
		h["Content-Type"] = []string{a.media}
	}
}

var compressors = sync.Pool{New: func() any {
	// Speed over size: the bytes stay on this machine.
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}}

func compress(w io.Writer, body []byte) {
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(w)
	if _, err := z.Write(body); err == nil {
		z.Close()
	}
}

// acceptsGzip reads an Accept-Encoding header. Observed: the service sends gzip
// to whoever takes it.
func acceptsGzip(h http.Header) bool {
	for _, line := range h["Accept-Encoding"] {
		for coding := range strings.SplitSeq(line, ",") {
			name, parameter, _ := strings.Cut(coding, ";")
			if name = strings.TrimSpace(name); name == "*" || strings.EqualFold(name, "gzip") {
				q := strings.TrimPrefix(strings.ReplaceAll(strings.ToLower(parameter), " ", ""), "q=")
				weight, err := strconv.ParseFloat(q, 64)
				return err != nil || weight > 0
			}
		}
	}
	return false
}

// maxClientID is the longest client-request-id that is sent back. Graph asks
// for a GUID; longer texts are not echoed (chosen).
const maxClientID = 128

func requestIDs(h http.Header, w *World) apierror.IDs {
	id := w.RequestIDs.GUID()
	if v := h["Client-Request-Id"]; len(v) > 0 && v[0] != "" && len(v[0]) <= maxClientID {
		return apierror.IDs{Request: id, Client: v[0]}
	}
	return apierror.IDs{Request: id, Client: id}
}
