package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/certs"
	"github.com/graphemu/graphemu/emulator/internal/server/proxy"
)

// ProxyConfig is what the proxy is made of. Without an address there is none.
type ProxyConfig struct {
	Address string
	Hosts   []string     // it answers these itself; "*.x" is every name of one more label than x
	Known   string       // them as a sentence names them, for who is refused
	Handler http.Handler // takes the requests for them
	Allow   proxy.Allow  // it passes these through
	// Dial opens the connections to them. Default: the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// How much the proxy carries at the same time, and how long (chosen).
const (
	maxTunnels  = 1000
	dialTimeout = 30 * time.Second
)

// newProxy makes the proxy and its CA, which is kept nowhere: the key is gone with
// the process.
func (s *Server) newProxy() error {
	cfg := s.cfg.Proxy
	var names []string // what the CA vouches for, with all below it
	for _, host := range cfg.Hosts {
		names = append(names, strings.TrimPrefix(host, "*."))
	}
	ca, err := certs.ForHosts("proxy CA", names, s.cfg.Now)
	if err != nil {
		return err
	}
	s.proxyCA = ca
	s.proxy = proxy.New(proxy.Config{
		Hosts: cfg.Hosts, Known: cfg.Known, Handler: cfg.Handler, Certificate: ca.Certificate,
		Allow: cfg.Allow, Dial: s.dialAllowed, MaxTunnels: maxTunnels, Idle: idleTimeout,
		Now: clock.Real, // and not Config.Now: deadlines are the system's
		Log: s.cfg.Log,
	})
	return nil
}

// serveProxy serves the proxy's own listeners, and the connections that it makes of
// tunnels.
func (s *Server) serveProxy() {
	outer := s.newServer(s.proxy)
	outer.DisableGeneralOptionsHandler = true // a proxy is no host whose options one could ask
	for _, l := range s.proxied {
		s.serve(outer, l, false)
	}
	inner := s.newServer(s.proxy.Inside())
	inner.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return s.remember(s.proxy.ConnContext(ctx, c), c)
	}
	s.serve(inner, s.proxy.Tunnels(), false) // TLS is the proxy's
}

// useProxy lets a client's transport find the proxy's hosts behind it.
func (s *Server) useProxy(t *http.Transport) {
	address, err := url.Parse(s.urls["proxy"])
	if err != nil {
		panic(err) // it is our own
	}
	direct := t.DialContext
	t.DialContext = func(ctx context.Context, network, host string) (net.Conn, error) {
		if direct == nil || host == address.Host {
			return new(net.Dialer).DialContext(ctx, network, host)
		}
		return direct(ctx, network, host)
	}
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if proxy.Matches(s.cfg.Proxy.Hosts, r.URL.Hostname()) {
			return address, nil
		}
		return nil, nil
	}
	if t.TLSClientConfig == nil {
		t.TLSClientConfig, t.ForceAttemptHTTP2 = &tls.Config{RootCAs: x509.NewCertPool()}, true
	}
	t.TLSClientConfig.RootCAs.AppendCertsFromPEM(s.proxyCA.PEM())
}

// errOurs is of an allowed host that turned out to be this server.
var errOurs = errors.New("it is graphemu itself, which is not reached through its own proxy")

// dialAllowed opens a connection to an allowed host. It never leads back here:
// who comes through the proxy would be taken for a client of this machine.
func (s *Server) dialAllowed(ctx context.Context, network, address string) (net.Conn, error) {
	dial := s.cfg.Proxy.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	c, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if s.isOurs(c) {
		c.Close()
		return nil, errOurs
	}
	return c, nil
}

// isOurs tells whether a connection leads to one of this server's listeners.
func (s *Server) isOurs(c net.Conn) bool {
	remote, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return false
	}
	local, ok := c.LocalAddr().(*net.TCPAddr)
	// A client that connects to an address of its own machine comes from the same one.
	here := ok && (remote.IP.IsLoopback() || remote.IP.Equal(local.IP))
	return here && slices.ContainsFunc(s.listeners(), func(l net.Listener) bool {
		return l.Addr().(*net.TCPAddr).Port == remote.Port
	})
}
