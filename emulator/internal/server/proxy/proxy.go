// Package proxy is an HTTP proxy for clients whose hosts are fixed in their
// code: it answers a few hosts itself, TLS included, and refuses every other in
// clear words. It opens no connection but to hosts that were named for it, and
// it never asks for the address of a host that it answers.
//
// A CONNECT to a host of its own (RFC 9110, 9.3.6) becomes a connection of the
// listener Tunnels, as if the client had reached that host. A plain request in
// absolute form (RFC 9112, 3.2.2) goes to the same handler. What is carried to an
// allowed host over CONNECT is not looked at.
package proxy

import (
	"context"
	"crypto/tls"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// Config is what a Proxy is made of. All of it is needed but Allow.
type Config struct {
	// Hosts are those that are answered here, in lower case; "*.x" is every name
	// of one more label than x.
	Hosts []string
	// Known is how a sentence names them, for who is refused.
	Known string
	// Handler takes the requests for them. Their Host is one of Hosts, without a
	// port, and their URL has neither scheme nor host.
	Handler http.Handler
	// Certificate returns what a client is shown that asks for a host of Hosts.
	Certificate func(host string) (*tls.Certificate, error)

	// Allow are the hosts that are passed through.
	Allow Allow
	// Dial opens connections to them: nothing else here does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	MaxTunnels int              // open at the same time
	Idle       time.Duration    // a tunnel to an allowed host ends when nothing has moved for so long
	Now        func() time.Time // the real time, for deadlines
	Log        *slog.Logger
}

// Proxy is the proxy, as an http.Handler of HTTP/1 requests. It is safe for
// concurrent use.
type Proxy struct {
	cfg     Config
	tls     *tls.Config
	queue   *wire.Queue
	forward *httputil.ReverseProxy
	closing context.Context // done when Close begins
	close   context.CancelFunc
	work    sync.WaitGroup // one for each call of ServeHTTP that mu let in

	mu      sync.Mutex // guards what follows; never held across a call out
	closed  bool
	tunnels map[*tunnel]struct{}
	refused map[string]bool // hosts that the log has told of
}

// New returns a Proxy, which listens to nothing by itself.
func New(cfg Config) *Proxy {
	p := &Proxy{cfg: cfg, queue: wire.NewQueue("proxy"), tunnels: map[*tunnel]struct{}{}, refused: map[string]bool{}}
	p.closing, p.close = context.WithCancel(context.Background())
	p.tls = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: p.certificate, GetConfigForClient: rightName}
	p.forward = &httputil.ReverseProxy{
		Rewrite:      rewrite,
		ErrorHandler: p.unreachable,
		ErrorLog:     log.New(debugLog{cfg.Log}, "", 0),
		Transport: &http.Transport{
			DialContext: cfg.Dial,
			// Compression is the client's own business, and a connection that is kept
			// would have to be ended by Close.
			DisableCompression: true, DisableKeepAlives: true,
			ResponseHeaderTimeout: cfg.Idle,
		},
	}
	return p
}

// ServeHTTP takes a request that a client sends to its proxy.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		panic(http.ErrAbortHandler) // it is closed
	}
	defer p.work.Done()
	// Accepted, so that a client that insists on a password works, and not kept.
	r.Header.Del("Proxy-Authorization")
	r.Header.Del("Proxy-Connection")
	switch {
	case r.Method == http.MethodConnect:
		p.connect(w, r)
	case r.URL.Scheme == "":
		p.refuse(w, http.StatusForbidden, p.noServer())
	default:
		p.plain(w, r)
	}
}

func (p *Proxy) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.work.Add(1)
	}
	return !p.closed
}

// connect answers a CONNECT.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
		// RFC 9110, 9.3.6: such a body has no meaning. Whoever sends one may hope
		// that another proxy takes it for something else. net/http would wait for it.
		http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0))
		p.refuse(w, http.StatusBadRequest, "CONNECT has no body: leave out Content-Length and Transfer-Encoding.\n")
		return
	}
	t, ok := parseTarget(r.RequestURI)
	switch {
	case !ok:
		p.refuse(w, http.StatusForbidden, "CONNECT wants HOST:PORT, as graph.microsoft.com:443.\n")
	case p.answers(t.host) && t.port == "443":
		p.answer(w, t.host)
	case p.cfg.Allow.permits(t):
		p.pass(w, t)
	default:
		p.refuseTarget(w, t)
	}
}

// plain answers a request whose target is a whole URL. net/http has taken the
// host from there and dropped the Host header, as RFC 9112, 3.2.2 asks of a
// proxy: a second host has no way on.
func (p *Proxy) plain(w http.ResponseWriter, r *http.Request) {
	if r.URL.Scheme != "http" {
		p.refuse(w, http.StatusForbidden, "Only http:// URLs are asked of a proxy as they are; for https:// it is sent CONNECT HOST:443.\n")
		return
	}
	if r.URL.User != nil {
		p.refuse(w, http.StatusBadRequest, "The URL has a user name before its host: leave it out.\n")
		return
	}
	authority := r.URL.Host
	if r.URL.Port() == "" {
		authority = strings.TrimSuffix(authority, ":") + ":80"
	}
	t, ok := parseTarget(authority)
	switch {
	case !ok:
		p.refuse(w, http.StatusForbidden, "The URL wants a host, as http://graph.microsoft.com/.\n")
	case p.answers(t.host) && t.port == "80":
		p.hand(w, r, t.host)
	case p.cfg.Allow.permits(t):
		ctx, cancel := p.lifetime(r)
		defer cancel()
		p.forward.ServeHTTP(w, r.WithContext(ctx))
	default:
		p.refuseTarget(w, t)
	}
}

// hand gives a request for a host of ours to the handler.
func (p *Proxy) hand(w http.ResponseWriter, r *http.Request, host string) {
	r.Host, r.URL.Scheme, r.URL.Host = host, "", ""
	if r.URL.Path == "" {
		r.URL.Path = "/"
	}
	p.cfg.Handler.ServeHTTP(w, r)
}

// lifetime is r's context, which ends with the proxy as well.
func (p *Proxy) lifetime(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(p.closing, cancel)
	return ctx, func() { stop(); cancel() }
}

// Close ends all tunnels and waits for whoever is in ServeHTTP. What it hands to
// Config.Handler is the caller's to end.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	open := make([]*tunnel, 0, len(p.tunnels))
	for t := range p.tunnels {
		open = append(open, t)
	}
	p.mu.Unlock()
	p.close()
	p.queue.Close()
	for _, t := range open {
		t.end()
	}
	p.work.Wait()
	return nil
}
