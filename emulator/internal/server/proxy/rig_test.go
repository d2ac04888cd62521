package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/certs"
)

// rig is a proxy with what an http.Server needs around it.
type rig struct {
	*Proxy
	outer *httptest.Server
	inner *http.Server
	roots *x509.CertPool
	log   *lines

	mu     sync.Mutex
	dialed []string // guarded by mu
	seen   []string // method, scheme and URL of requests that reached the handler; guarded by mu
}

// lines is a log that can be read.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newRig starts a proxy. servers are the allowed hosts: HOST:PORT to a listener's
// address; everything else cannot be dialed.
func newRig(t *testing.T, servers map[string]string, change ...func(*Config)) *rig {
	t.Helper()
	before := runtime.NumGoroutine()
	ca, err := certs.ForHosts("test CA", []string{"graph.test", "blob.test"}, time.Now)
	require.NoError(t, err)
	r := &rig{roots: x509.NewCertPool(), log: &lines{}}
	r.roots.AppendCertsFromPEM(ca.PEM())
	var names []string
	for name := range servers {
		names = append(names, name)
	}
	allow, err := ParseAllow(names, ownHosts)
	require.NoError(t, err)
	cfg := Config{
		Hosts: ownHosts, Known: "graph.test and *.blob.test", Handler: http.HandlerFunc(r.handle), Certificate: ca.Certificate, Allow: allow,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			r.mu.Lock()
			r.dialed = append(r.dialed, address)
			r.mu.Unlock()
			at, ok := servers[address]
			if !ok || at == "" {
				return nil, errors.New("nobody is there")
			}
			return new(net.Dialer).DialContext(ctx, network, at)
		},
		MaxTunnels: 100, Idle: time.Minute, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, c := range change {
		c(&cfg)
	}
	r.Proxy = New(cfg)
	r.outer = httptest.NewUnstartedServer(r.Proxy)
	r.outer.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	r.outer.Start()
	r.inner = &http.Server{Handler: r.Inside(), ConnContext: r.ConnContext, ErrorLog: r.outer.Config.ErrorLog}
	var serving sync.WaitGroup
	serving.Go(func() { r.inner.Serve(r.Tunnels()) })
	t.Cleanup(func() {
		r.inner.Close()
		r.outer.CloseClientConnections()
		assert.NoError(t, r.Close())
		r.outer.Close()
		serving.Wait()
		r.vacant(t, 0)
		assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond, "goroutines are left")
	})
	return r
}

// handle is what stands behind the proxy: it says what it was asked.
func (r *rig) handle(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	scheme := "http"
	if req.TLS != nil {
		scheme = "https"
	}
	line := fmt.Sprintf("%s %s %s %s %s", req.Proto, req.Method, scheme, req.Host, req.URL)
	if req.Header.Get("Proxy-Authorization") != "" || req.Header.Get("Proxy-Connection") != "" {
		line += " and the proxy's headers"
	}
	r.mu.Lock()
	r.seen = append(r.seen, line)
	r.mu.Unlock()
	fmt.Fprintf(w, "%s %s", line, body)
}

func (r *rig) requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

func (r *rig) dials() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dialed
}

// client is a client of Go's that has the proxy as its proxy.
func (r *rig) client(t *testing.T) *http.Client {
	t.Helper()
	proxy, err := url.Parse(r.outer.URL)
	require.NoError(t, err)
	proxy.User = url.UserPassword("name", "word")
	c := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: r.roots}}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// get returns the status and the body of an answer.
func get(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	require.NoError(t, err)
	w, err := c.Do(req)
	require.NoError(t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w.StatusCode, string(b)
}

// dial connects to the proxy itself.
func (r *rig) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", r.outer.Listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)), "no test hangs")
	t.Cleanup(func() { c.Close() })
	return c
}

// say sends text as it is and returns the answers to it, up to the end.
func (r *rig) say(t *testing.T, text string) (answers []*http.Response, bodies []string) {
	t.Helper()
	c := r.dial(t)
	go io.WriteString(c, text) // a server that has heard enough may stop reading
	b := bufio.NewReader(c)
	for {
		w, err := http.ReadResponse(b, nil)
		if err != nil {
			return answers, bodies
		}
		body, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		answers, bodies = append(answers, w), append(bodies, string(body))
	}
}

// connect opens a tunnel.
func (r *rig) connect(t *testing.T, to string) (*buffered, *http.Response) {
	t.Helper()
	c := r.dial(t)
	_, err := fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", to, to)
	require.NoError(t, err)
	b := bufio.NewReader(c)
	w, err := http.ReadResponse(b, &http.Request{Method: "CONNECT"})
	require.NoError(t, err)
	return &buffered{c.(*net.TCPConn), b}, w
}

// buffered is a connection of which more was read than was asked for.
type buffered struct {
	*net.TCPConn
	reader *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.reader.Read(p) }
