// Package server listens for requests, with and without TLS, in memory and as a
// proxy, and hands them to handlers. It knows nothing of what these answer.
package server

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/certs"
	"github.com/graphemu/graphemu/emulator/internal/server/proxy"
)

// Config is what a server is made of. An address is HOST:PORT; the host "localhost"
// is 127.0.0.1 and, where there is one, ::1. Without an address it does not listen.
type Config struct {
	HTTP, HTTPS string
	Handler     http.Handler // answers what comes to either, and in memory
	// CA returns the one that vouches for this server at HTTPS. It is called before
	// the first connection.
	CA    func() (*certs.Authority, error)
	Proxy ProxyConfig

	Now func() time.Time // when a connection was opened, when a certificate begins
	Log *slog.Logger
}

// Server listens at up to three addresses, and always in memory. It is safe for
// concurrent use.
type Server struct {
	cfg     Config
	memory  memory
	plain   []net.Listener // of HTTP
	secure  []net.Listener // of HTTPS
	proxied []net.Listener // of the proxy
	urls    map[string]string

	proxy   *proxy.Proxy     // nil: there is none
	proxyCA *certs.Authority // the proxy's own, which is kept nowhere
	servers []*http.Server   // whatever serves a listener
	serving sync.WaitGroup   // one for each listener that is served
	conns   sync.WaitGroup   // one for each connection
}

// Listen opens all addresses, and serves none before Serve. It errs, with nothing
// left open, in a sentence that names the address or what else is wrong.
func Listen(cfg Config) (*Server, error) {
	s := &Server{cfg: cfg, memory: newMemory(), urls: map[string]string{}}
	err := s.open()
	if err != nil {
		for _, l := range s.listeners() {
			l.Close()
		}
		return nil, err
	}
	return s, nil
}

func (s *Server) open() (err error) {
	if s.plain, err = s.listen("http", "http", s.cfg.HTTP); err != nil {
		return err
	}
	if s.secure, err = s.listen("https", "https", s.cfg.HTTPS); err != nil {
		return err
	}
	if s.cfg.HTTPS != "" {
		if _, err = s.cfg.CA(); err != nil { // a bad host or CA file is told now
			return err
		}
	}
	if s.cfg.Proxy.Address == "" {
		return nil
	}
	if s.proxied, err = s.listen("proxy", "http", s.cfg.Proxy.Address); err != nil {
		return err
	}
	return s.newProxy()
}

// listeners returns all that have a port.
func (s *Server) listeners() []net.Listener { return slices.Concat(s.plain, s.secure, s.proxied) }

// Serve begins to answer. It returns at once.
func (s *Server) Serve() {
	server := s.newServer(s.cfg.Handler)
	s.serve(server, s.memory, false)
	for _, l := range s.plain {
		s.serve(server, l, false)
	}
	for _, l := range s.secure {
		s.serve(server, l, true)
	}
	if s.proxy != nil {
		s.serveProxy()
	}
}

// Origin returns how clients reach the listener of "http" or "https", or the
// "proxy", as "http://localhost:9400"; "" where there is none.
func (s *Server) Origin(name string) string { return s.urls[name] }

// URL returns how clients best reach the server: by https, where it listens so, else
// by http. In memory any host would do.
func (s *Server) URL() string {
	return cmp.Or(s.urls["https"], s.urls["http"], "https://localhost")
}

// ProxyPEM returns the CA that vouches for the proxy's hosts; nil where there is no
// proxy.
func (s *Server) ProxyPEM() []byte {
	if s.proxyCA == nil {
		return nil
	}
	return s.proxyCA.PEM()
}

// Client returns a client that reaches the server by URL, and the proxy's hosts by
// their names. It trusts both CAs.
func (s *Server) Client() *http.Client {
	t := &http.Transport{ExpectContinueTimeout: time.Second}
	switch {
	case s.urls["http"] == "" && s.urls["https"] == "":
		t.DialContext, t.DialTLSContext = s.memory.dial, s.memory.dial
	case s.urls["https"] != "":
		pool := x509.NewCertPool()
		if ca, err := s.cfg.CA(); err == nil {
			pool.AppendCertsFromPEM(ca.PEM())
		}
		t.TLSClientConfig, t.ForceAttemptHTTP2 = &tls.Config{RootCAs: pool}, true
	}
	if s.proxy != nil {
		s.useProxy(t)
	}
	return &http.Client{Transport: t}
}

// Shutdown stops listening and waits for requests in flight, until ctx is done. Close
// is still to be called.
func (s *Server) Shutdown(ctx context.Context) error {
	var group sync.WaitGroup
	errs := make([]error, len(s.servers))
	for i, server := range s.servers {
		group.Go(func() { errs[i] = server.Shutdown(ctx) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// Close drops all connections and waits until they are gone.
func (s *Server) Close() error {
	var err error
	for _, server := range s.servers {
		err = errors.Join(err, server.Close())
	}
	if s.proxy != nil {
		s.proxy.Close() // ends the tunnels, which no http.Server knows
	}
	s.serving.Wait()
	s.conns.Wait() // net/http lingers on some for half a second
	return err
}
