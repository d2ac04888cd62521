package faults

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
)

// Send answers r with a status and a whole body, as the rule damages it. The
// headers are on w already; body is what would be sent, compressed where they
// say so. wait lets a duration of the scenario pass (see Felt), and errs when
// the context is done before. Send returns the bytes of the body that it handed
// over. Where the answer must not end properly, or the client has gone, it does
// not return but panics with http.ErrAbortHandler, as net/http has it; nothing
// may be written to w afterwards.
//
// Then hang lasts until r's context is done: when the client has gone, and for
// whatever else the caller makes it end. HTTP/1 notices a client that goes only
// once the request's body was read, so that is done first.
func (s *Strike) Send(w http.ResponseWriter, r *http.Request, status int, body []byte,
	wait func(context.Context, time.Duration) error) (sent int64) {
	a := answer{w: w, r: r, control: http.NewResponseController(w)}
	rule := s.Rule
	if rule == nil {
		rule = &fault.Rule{}
	}
	damage := rule.Body
	if damage == nil {
		damage = &fault.Body{}
	}
	if breaks(rule.Then) && !damage.CutAt.Given {
		a.end(rule.Then)
	}

	out, media, replaced := s.damage(body, status)
	whole := len(out) // what the header would say
	if damage.CutAt.Given {
		whole = len(body)
	}
	h := w.Header()
	if media != "" {
		h.Set("Content-Type", media)
	}
	if replaced {
		h.Del("Content-Encoding") // the new text is as it is
	}
	switch {
	case damage.ContentLength != 0:
		whole = max(0, whole+damage.ContentLength)
		h.Set("Content-Length", strconv.Itoa(whole))
		out = out[:min(len(out), whole)] // net/http sends no more, and no client would read it
	case breaks(rule.Then) && !r.ProtoAtLeast(1, 1):
		h.Set("Content-Length", strconv.Itoa(whole)) // HTTP/1.0 has no chunks: else a cut looks like the end
	case h.Get("Content-Length") == "":
	case damage.CutAt.Given && !breaks(rule.Then):
		h.Del("Content-Length")
	default:
		h.Set("Content-Length", strconv.Itoa(whole))
	}
	if breaks(rule.Then) {
		// Else net/http would wait for the rest of the request's body first.
		a.control.EnableFullDuplex()
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead && bodyAllowed(status) {
		sent = a.send(out, rule.Slow, wait)
	}
	if breaks(rule.Then) {
		a.control.Flush() // where that cannot be, less is sent
		a.end(rule.Then)
	}
	return sent
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// answer is an answer on its way.
type answer struct {
	w       http.ResponseWriter
	r       *http.Request
	control *http.ResponseController
}

// send writes a body, in pieces where slow is given.
func (a *answer) send(body []byte, slow *fault.Slow, wait func(context.Context, time.Duration) error) (sent int64) {
	piece := len(body)
	if slow != nil {
		piece = max(1, slow.Bytes)
	}
	for first := true; len(body) > 0; first = false {
		if !first && wait(a.r.Context(), slow.Every.Std()) != nil {
			panic(http.ErrAbortHandler) // nobody waits for the rest
		}
		n, err := a.w.Write(body[:min(piece, len(body))])
		if sent += int64(n); err != nil {
			panic(http.ErrAbortHandler)
		}
		if body = body[n:]; slow != nil {
			a.control.Flush()
		}
	}
	return sent
}

// end ends the connection, or over HTTP/2 the stream, and does not return.
func (a *answer) end(how fault.Then) {
	switch how {
	case fault.Close:
		// A connection that is closed with unread data is reset by TCP. So much
		// is read as net/http reads of a body that nobody wanted.
		a.drain(256 << 10)
	case fault.Reset:
		a.reset()
	case fault.Hang:
		if a.drain(-1) {
			<-a.r.Context().Done()
		}
	}
	panic(http.ErrAbortHandler)
}

// drain reads at most so many bytes of the request's body, all where limit is
// negative, and stops when the context is done. It returns false when the client
// has gone. Over HTTP/2 there is nothing to do.
func (a *answer) drain(limit int64) (there bool) {
	if a.r.ProtoMajor != 1 || a.r.Body == nil || a.r.Body == http.NoBody {
		return true
	}
	stop := context.AfterFunc(a.r.Context(), func() { a.control.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var body io.Reader = a.r.Body
	if limit >= 0 {
		body = io.LimitReader(body, limit)
	}
	_, err := io.Copy(io.Discard, body)
	return err == nil || errors.Is(err, http.ErrBodyReadAfterClose)
}

// reset closes a TCP connection so that the other side gets an RST. Other
// connections, as those in memory, are closed; streams of HTTP/2 are left to
// net/http, which sends RST_STREAM for a handler that aborts.
func (a *answer) reset() {
	conn, _, err := a.control.Hijack()
	if err != nil {
		return
	}
	// Not through TLS, which would say goodbye first.
	for {
		inner, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = inner.NetConn()
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
