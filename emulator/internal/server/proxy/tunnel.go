package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// tunnel is what a CONNECT was answered with, as long as it lives: the client's
// connection, and that to an allowed host.
type tunnel struct {
	proxy *Proxy
	conns []net.Conn // guarded by proxy.mu
}

// open begins a tunnel; nil: there are too many, or the proxy is closed.
func (p *Proxy) open() *tunnel {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.tunnels) >= p.cfg.MaxTunnels {
		return nil
	}
	t := &tunnel{proxy: p}
	p.tunnels[t] = struct{}{}
	return t
}

// add puts a connection under the tunnel, to be closed with it; false: the tunnel
// has ended, and the connection is closed.
func (t *tunnel) add(c net.Conn) bool {
	t.proxy.mu.Lock()
	_, ok := t.proxy.tunnels[t]
	if ok {
		t.conns = append(t.conns, c)
	}
	t.proxy.mu.Unlock()
	if !ok {
		c.Close()
	}
	return ok
}

// end closes the tunnel's connections. It may be called more than once.
func (t *tunnel) end() {
	t.proxy.mu.Lock()
	conns := t.conns
	t.conns = nil
	delete(t.proxy.tunnels, t)
	t.proxy.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

// established is the answer to a CONNECT, after which the connection is the
// client's to use.
const established = "HTTP/1.1 200 Connection established\r\n\r\n"

// take gets the client's connection out of net/http's hands, into the tunnel's,
// with what the client has sent already.
func (t *tunnel) take(w http.ResponseWriter) (net.Conn, []byte, error) {
	c, b, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early := make([]byte, b.Reader.Buffered())
	if _, err := io.ReadFull(b.Reader, early); err != nil {
		c.Close()
		return nil, nil, err
	}
	if !t.add(c) {
		return nil, nil, net.ErrClosed
	}
	if _, err := io.WriteString(c, established); err != nil {
		return nil, nil, err
	}
	return c, early, nil
}

// answer makes a connection to one of our hosts out of a CONNECT.
func (p *Proxy) answer(w http.ResponseWriter, host string) {
	t := p.open()
	if t == nil {
		p.refuse(w, http.StatusServiceUnavailable, p.tooMany())
		return
	}
	c, early, err := t.take(w)
	if err != nil || p.queue.Put(p.closing, tls.Server(&conn{Conn: c, tunnel: t, host: host, early: early}, p.tls)) != nil {
		t.end()
	}
}

// conn is the client's end of a tunnel to one of our hosts.
type conn struct {
	net.Conn
	tunnel *tunnel
	host   string
	early  []byte // what came before the tunnel was there
}

func (c *conn) Read(b []byte) (int, error) {
	if len(c.early) > 0 {
		n := copy(b, c.early)
		c.early = c.early[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

func (c *conn) Close() error {
	err := c.Conn.Close()
	c.tunnel.end()
	return err
}

// SetLinger lets a scenario reset the connection. There is no NetConn, since
// whoever closed what is below would leave the tunnel behind.
func (c *conn) SetLinger(sec int) error {
	if l, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		return l.SetLinger(sec)
	}
	return nil
}

// hostOf returns the host that a connection of Tunnels was opened to.
func hostOf(c net.Conn) string {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if c, ok := c.(*conn); ok {
		return c.host
	}
	return ""
}

// rightName refuses a handshake that asks for another host than the tunnel was
// opened to. It is not left to certificate, which a resumed session does not ask.
func rightName(h *tls.ClientHelloInfo) (*tls.Config, error) {
	if host := hostOf(h.Conn); h.ServerName != "" && normal(h.ServerName) != host {
		return nil, fmt.Errorf("the tunnel leads to %s, and the handshake asks for %q", host, h.ServerName)
	}
	return nil, nil
}

func (p *Proxy) certificate(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := hostOf(h.Conn)
	if host == "" {
		return nil, errors.New("not a tunnel")
	}
	return p.cfg.Certificate(host)
}

// Tunnels is a listener whose connections are the tunnels to our hosts, with TLS.
// An http.Server takes it together with ConnContext and Inside.
func (p *Proxy) Tunnels() net.Listener { return p.queue }

type hostKey struct{}

// ConnContext keeps the tunnel's host for Inside.
func (p *Proxy) ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, hostKey{}, hostOf(c))
}

// Inside takes the requests that come through tunnels. One for another host than
// the tunnel's is misdirected (RFC 9110, 15.5.20).
func (p *Proxy) Inside() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _ := r.Context().Value(hostKey{}).(string)
		if host == "" || r.Host != "" && r.Host != host { // the usual spelling is compared once
			given, ok := parseTarget(r.Host)
			if !ok {
				given, ok = parseTarget(r.Host + ":443")
			}
			if !ok || host == "" || given != (target{host, "443"}) {
				p.refuse(w, http.StatusMisdirectedRequest,
					fmt.Sprintf("This tunnel leads to %s, and the request asks for the host %q.\n", host, r.Host))
				return
			}
		}
		p.hand(w, r, host)
	})
}
