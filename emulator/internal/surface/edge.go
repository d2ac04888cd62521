package surface

import (
	"compress/gzip"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/graph"
)

// calls keeps calls with their buffers for the next request.
var calls = sync.Pool{New: func() any { return &call{buffer: make([]byte, 0, 4096)} }}

// maxSpare is the largest buffer that is kept for the next answer.
// A page of 100 profiles has room in it.
const maxSpare = 512 << 10

// Serve answers one HTTP request in world. secure tells that the client came
// by https.
func (s *Surface) Serve(w http.ResponseWriter, r *http.Request, world *World, secure bool) {
	c := calls.Get().(*call)
	c.init(s, r, world, secure)
	c.at = locate(r.URL)
	c.writer, c.request = w, r
	c.format = parseFormat(r.Header.Get("Accept"))

	a := s.protected(c)
	s.write(w, r, c, a)
	if s.log.Enabled(r.Context(), slog.LevelDebug) {
		// Without the query: an address may carry a signature.
		s.log.Debug("request", "method", c.method, "path", r.URL.Path, "operation", c.operation, "status", a.status, "request-id", c.ids.Request)
	}

	spare := c.buffer[:0] // it may have grown: the next answer starts with the room
	*c = call{}
	if cap(spare) <= maxSpare {
		c.buffer = spare
	}
	calls.Put(c)
}

// Refuse answers one HTTP request with e, without a look at what it asks.
func (s *Surface) Refuse(w http.ResponseWriter, r *http.Request, world *World, secure bool, e *graph.Error) {
	c := new(call)
	c.init(s, r, world, secure)
	s.write(w, r, c, c.fail(e))
}

func (c *call) init(s *Surface, r *http.Request, world *World, secure bool) {
	c.world, c.now, c.ids = world, world.Clock.Now(), requestIDs(r.Header, world)
	// Absolute URLs lead back to where the client came from, since it follows
	// nextLink verbatim.
	switch {
	case s.cfg.PublicURL != "":
		c.host = s.cfg.PublicURL
	case secure:
		c.scheme, c.host = "https://", host(r)
	default:
		c.scheme, c.host = "http://", host(r)
	}
	c.method, c.query, c.header = r.Method, r.URL.RawQuery, r.Header
}

// host returns the host that the client asked, or the listener's own address
// where it is none: HTTP/1.0 needs no Host, and net/http lets quotes pass in an
// absolute request target, while context URLs are written into JSON as they are.
func host(r *http.Request) string {
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
			s.log.Error("a handler panicked", slog.String("operation", c.operation), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			a = c.fail(graph.Internal())
		}
	}()
	if c.method == http.MethodOptions {
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
		graph.SetPreflight(a.header, list, c.header.Get("Access-Control-Request-Headers"))
	}
	return a
}

// write puts the answer on the connection.
func (s *Surface) write(w http.ResponseWriter, r *http.Request, c *call, a reply) {
	h := w.Header()
	graph.SetCommon(h, c.ids)
	if !c.world.Clock.InStep() {
		graph.SetDate(h, c.now) // else net/http's is the same
	}
	if c.header["Origin"] != nil {
		graph.SetCrossOrigin(h)
	}
	if c.world.Variants.Is("deprecationHeaders", "on") && strings.HasPrefix(c.operation, "profiles.") {
		graph.SetDeprecation(h)
	}
	if !a.failed {
		graph.SetODataVersion(h)
	}
	for name, values := range a.header {
		h[name] = values
	}
	if a.media != "" {
		h["Content-Type"] = []string{a.media}
		if acceptsGzip(c.header) {
			h["Content-Encoding"] = []string{"gzip"}
			w.WriteHeader(a.status)
			if r.Method != http.MethodHead {
				compress(w, a.body)
			}
			return
		}
	}
	// No Content-Length: net/http sets it for short bodies and sends long ones
	// in chunks, as the service does; and a map of more than eight headers costs
	// as much again as the rest of a GET.
	w.WriteHeader(a.status)
	w.Write(a.body) // a client that went away needs no answer
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

func requestIDs(h http.Header, w *World) graph.IDs {
	id := w.RequestIDs.GUID()
	if v := h["Client-Request-Id"]; len(v) > 0 && v[0] != "" && len(v[0]) <= maxClientID {
		return graph.IDs{Request: id, Client: v[0]}
	}
	return graph.IDs{Request: id, Client: id}
}
