package engine

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/faults"
)

// send puts the answer on the connection, and does to it what a rule does.
func (e *Engine) send(w http.ResponseWriter, c *Call, a Reply) {
	if a.Dropped && (c.strike == nil || c.strike.Rule.Then == "") {
		panic(http.ErrAbortHandler) // the client went away while it had to wait
	}
	c.handler.SetHeaders(w.Header(), &a)
	if c.strike != nil && onWire(c.strike.Rule) {
		// Uncompressed: the damage is to what the client reads.
		ctx, cancel := e.lifetime(c)
		defer cancel()
		c.strike.Send(w, c.Request.WithContext(ctx), a.Status, a.Body, func(ctx context.Context, d time.Duration) error {
			return clock.Wait(ctx, faults.Felt(d, c.World.Clock.Factor()))
		})
		return
	}
	if c.Zips && a.Media != "" && !a.Bare && acceptsGzip(c.Header) {
		w.Header()["Content-Encoding"] = []string{"gzip"}
		w.WriteHeader(a.Status)
		if c.Method != http.MethodHead {
			compress(w, a.Body)
		}
		return
	}
	// No Content-Length: net/http sets it for short bodies and sends long ones
	// in chunks, as the service does; and each further header costs.
	w.WriteHeader(a.Status)
	w.Write(a.Body) // a client that went away needs no answer
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
// to every client that takes it.
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
