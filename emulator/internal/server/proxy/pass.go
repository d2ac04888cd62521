package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// pass makes a tunnel to an allowed host out of a CONNECT, and carries bytes
// until it ends.
func (p *Proxy) pass(w http.ResponseWriter, to target) {
	t := p.open()
	if t == nil {
		p.refuse(w, http.StatusServiceUnavailable, p.tooMany())
		return
	}
	defer t.end()
	// Not r's context: it is done when the client has said all that it will say,
	// which it may do before the tunnel is there.
	server, err := p.cfg.Dial(p.closing, "tcp", to.String())
	if err != nil {
		p.cfg.Log.Warn("the proxy cannot reach an allowed host", "host", to.String(), "error", err)
		p.refuse(w, http.StatusBadGateway, fmt.Sprintf("The allowed host %s cannot be reached: %v.\n", to, err))
		return
	}
	if !t.add(server) {
		panic(http.ErrAbortHandler) // it is closed
	}
	client, early, err := t.take(w)
	if err != nil {
		return
	}
	both := passage{tunnel: t, now: p.cfg.Now, idle: p.cfg.Idle}
	var group sync.WaitGroup
	group.Go(func() {
		if both.write(server, early) {
			both.carry(server, client)
		}
	})
	both.carry(client, server)
	group.Wait()
}

// passage carries the bytes of a tunnel.
type passage struct {
	tunnel *tunnel
	now    func() time.Time
	idle   time.Duration
	last   atomic.Int64 // when anything was carried last, in nanoseconds
}

// carry copies what src sends to dst. Where src has sent all, dst is told, and
// the other direction goes on; an error ends the tunnel.
func (p *passage) carry(dst, src net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		src.SetReadDeadline(p.now().Add(p.idle))
		n, err := src.Read(buffer)
		if n > 0 && !p.write(dst, buffer[:n]) {
			return
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && !p.quiet():
			// The other direction is not idle: a download asks nothing.
		case isEnd(err) && closeWrite(dst):
			return
		default:
			p.tunnel.end()
			return
		}
	}
}

func (p *passage) write(dst net.Conn, b []byte) bool {
	now := p.now()
	p.last.Store(now.UnixNano())
	dst.SetWriteDeadline(now.Add(p.idle))
	if _, err := dst.Write(b); err != nil {
		p.tunnel.end()
		return false
	}
	return true
}

// quiet tells whether nothing was carried in either direction for so long.
func (p *passage) quiet() bool {
	return p.now().UnixNano()-p.last.Load() >= int64(p.idle)
}

// closeWrite tells the other side that no more comes.
func closeWrite(c net.Conn) bool {
	w, ok := c.(interface{ CloseWrite() error })
	return ok && w.CloseWrite() == nil
}

// rewrite forwards a plain request as it is. What is for one connection only,
// httputil takes out; of an upgrade it would make a connection that nobody ends.
func rewrite(p *httputil.ProxyRequest) {
	p.Out.Host = p.In.Host
	p.Out.Header.Del("Connection")
	p.Out.Header.Del("Upgrade")
	p.Out.Header.Add("Via", "1.1 graphemu")
}

// unreachable answers where an allowed host did not.
func (p *Proxy) unreachable(w http.ResponseWriter, r *http.Request, err error) {
	p.cfg.Log.Warn("the proxy cannot reach an allowed host", "host", r.URL.Host, "error", err)
	p.refuse(w, http.StatusBadGateway, fmt.Sprintf("The allowed host %s cannot be reached: %v.\n", r.URL.Host, err))
}
