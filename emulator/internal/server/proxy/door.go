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

// Config is what a Door is made of. All of it is needed but Allow.
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

// Door is the proxy, as an http.Handler of HTTP/1 requests. It is safe for
// concurrent use.
type Door struct {
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

// New returns a Door, which listens to nothing by itself.
func New(cfg Config) *Door {
	d := &Door{cfg: cfg, queue: wire.NewQueue("proxy"), tunnels: map[*tunnel]struct{}{}, refused: map[string]bool{}}
	d.closing, d.close = context.WithCancel(context.Background())
	d.tls = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: d.certificate, GetConfigForClient: rightName}
	d.forward = &httputil.ReverseProxy{
		Rewrite:      rewrite,
		ErrorHandler: d.unreachable,
		ErrorLog:     log.New(debugLog{cfg.Log}, "", 0),
		Transport: &http.Transport{
			DialContext: cfg.Dial,
			// Compression is the client's own business, and a connection that is kept
			// would have to be ended by Close.
			DisableCompression: true, DisableKeepAlives: true,
			ResponseHeaderTimeout: cfg.Idle,
		},
	}
	return d
}

// ServeHTTP takes a request that a client sends to its proxy.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !d.enter() {
		panic(http.ErrAbortHandler) // it is closed
	}
	defer d.work.Done()
	// Accepted, so that a client that insists on a password works, and not kept.
	r.Header.Del("Proxy-Authorization")
	r.Header.Del("Proxy-Connection")
	switch {
	case r.Method == http.MethodConnect:
		d.connect(w, r)
	case r.URL.Scheme == "":
		d.refuse(w, http.StatusForbidden, d.noServer())
	default:
		d.plain(w, r)
	}
}

func (d *Door) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.work.Add(1)
	}
	return !d.closed
}

// connect answers a CONNECT.
func (d *Door) connect(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
		// RFC 9110, 9.3.6: such a body has no meaning. Whoever sends one may hope
		// that another proxy takes it for something else. net/http would wait for it.
		http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0))
		d.refuse(w, http.StatusBadRequest, "CONNECT has no body: leave out Content-Length and Transfer-Encoding.\n")
		return
	}
	t, ok := parseTarget(r.RequestURI)
	switch {
	case !ok:
		d.refuse(w, http.StatusForbidden, "CONNECT wants HOST:PORT, as graph.microsoft.com:443.\n")
	case d.answers(t.host) && t.port == "443":
		d.answer(w, t.host)
	case d.cfg.Allow.permits(t):
		d.pass(w, t)
	default:
		d.refuseTarget(w, t)
	}
}

// plain answers a request whose target is a whole URL. net/http has taken the
// host from there and dropped the Host header, as RFC 9112, 3.2.2 asks of a
// proxy: a second host has no way on.
func (d *Door) plain(w http.ResponseWriter, r *http.Request) {
	if r.URL.Scheme != "http" {
		d.refuse(w, http.StatusForbidden, "Only http:// URLs are asked of a proxy as they are; for https:// it is sent CONNECT HOST:443.\n")
		return
	}
	if r.URL.User != nil {
		d.refuse(w, http.StatusBadRequest, "The URL has a user name before its host: leave it out.\n")
		return
	}
	authority := r.URL.Host
	if r.URL.Port() == "" {
		authority = strings.TrimSuffix(authority, ":") + ":80"
	}
	t, ok := parseTarget(authority)
	switch {
	case !ok:
		d.refuse(w, http.StatusForbidden, "The URL wants a host, as http://graph.microsoft.com/.\n")
	case d.answers(t.host) && t.port == "80":
		d.hand(w, r, t.host)
	case d.cfg.Allow.permits(t):
		ctx, cancel := d.lifetime(r)
		defer cancel()
		d.forward.ServeHTTP(w, r.WithContext(ctx))
	default:
		d.refuseTarget(w, t)
	}
}

// hand gives a request for a host of ours to the handler.
func (d *Door) hand(w http.ResponseWriter, r *http.Request, host string) {
	r.Host, r.URL.Scheme, r.URL.Host = host, "", ""
	if r.URL.Path == "" {
		r.URL.Path = "/"
	}
	d.cfg.Handler.ServeHTTP(w, r)
}

// lifetime is r's context, which ends with the door as well.
func (d *Door) lifetime(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(d.closing, cancel)
	return ctx, func() { stop(); cancel() }
}

// Close ends all tunnels and waits for whoever is in ServeHTTP. What it hands to
// Config.Handler is the caller's to end.
func (d *Door) Close() error {
	d.mu.Lock()
	d.closed = true
	open := make([]*tunnel, 0, len(d.tunnels))
	for t := range d.tunnels {
		open = append(open, t)
	}
	d.mu.Unlock()
	d.close()
	d.queue.Close()
	for _, t := range open {
		t.end()
	}
	d.work.Wait()
	return nil
}
