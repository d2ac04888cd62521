package emulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/certs"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/server/proxy"
)

// The hosts that the proxy door answers.
const (
	graphHost    = "graph.microsoft.com"
	accountHosts = ".blob.core.windows.net" // behind the name of a storage account
)

// doorHosts are all of them, and doorNames what the door's CA vouches for.
var (
	doorHosts = append(append([]string{graphHost}, entra.Hosts...), "*"+accountHosts)
	doorNames = append(append([]string{graphHost}, entra.Hosts...), strings.TrimPrefix(accountHosts, "."))
)

// How much the door carries at the same time, and how long (chosen).
const (
	maxTunnels  = 1000
	dialTimeout = 30 * time.Second
)

// openDoor makes the proxy door and its CA, which is kept nowhere: the key is
// gone with the process.
func (s *Server) openDoor() error {
	ca, err := certs.ForHosts("proxy CA", doorNames, s.set.now)
	if err != nil {
		return err
	}
	s.doorCA = ca
	s.door = proxy.New(proxy.Config{
		Hosts: doorHosts, Known: graphHost + ", " + entra.Hosts[0] + " and *" + accountHosts,
		Handler: http.HandlerFunc(s.serveByName), Certificate: ca.Certificate,
		Allow: s.set.allow, Dial: s.dialAllowed, MaxTunnels: maxTunnels, Idle: idleTimeout,
		Now: clock.Real, // and not Options.Now: deadlines are the system's
		Log: s.set.Log,
	})
	return nil
}

// serveDoor serves the door's own listeners, and the connections that it makes of
// tunnels.
func (s *Server) serveDoor(listeners []net.Listener) {
	outer := s.newServer(s.door)
	outer.DisableGeneralOptionsHandler = true // a proxy is no host whose options one could ask
	for _, l := range listeners {
		s.serve(outer, l, false)
	}
	inner := s.newServer(s.door.Inside())
	inner.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return s.remember(s.door.ConnContext(ctx, c), c)
	}
	s.serve(inner, s.door.Tunnels(), false) // TLS is the door's
}

// throughDoor lets a client's transport find the door's hosts behind it.
func (s *Server) throughDoor(t *http.Transport) {
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
		if proxy.Matches(doorHosts, r.URL.Hostname()) {
			return address, nil
		}
		return nil, nil
	}
	if t.TLSClientConfig == nil {
		t.TLSClientConfig, t.ForceAttemptHTTP2 = &tls.Config{RootCAs: x509.NewCertPool()}, true
	}
	t.TLSClientConfig.RootCAs.AppendCertsFromPEM(s.doorCA.PEM())
}

// serveByName takes a request that came through the door, to one of its hosts.
// Each has one surface, and the control API has none of them.
func (s *Server) serveByName(w http.ResponseWriter, r *http.Request) {
	if s.running.enter() {
		defer s.running.leave()
	}
	account, storage := strings.CutSuffix(r.Host, accountHosts)
	switch {
	case storage:
		// The account is a part of the host there, and here of the path.
		r.URL.Path = "/" + account + r.URL.Path
		if r.URL.RawPath != "" {
			r.URL.RawPath = "/" + account + r.URL.RawPath
		}
		s.serveUpload(w, r, true)
	case slices.Contains(entra.Hosts, r.Host):
		s.serveSignInHost(w, r)
	default:
		s.serveGraph(w, r, true)
	}
}

// errOurs is of an allowed host that turned out to be this server.
var errOurs = errors.New("it is graphemu itself, which is not reached through its own proxy")

// dialAllowed opens a connection to an allowed host. It never leads back here:
// the control API would take whoever comes through the proxy for a client of this
// machine.
func (s *Server) dialAllowed(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := s.set.dial(ctx, network, address)
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
	// Whoever connects to an address of the own machine comes from the same one.
	here := ok && (remote.IP.IsLoopback() || remote.IP.Equal(local.IP))
	return here && slices.Contains(s.ports, remote.Port)
}

// allowed reads the hosts that the door passes through.
func (o Options) allowed() (proxy.Allow, error) {
	allow, err := proxy.ParseAllow(o.ProxyAllow, doorHosts)
	if err == nil && o.Proxy == "" && len(o.ProxyAllow) > 0 {
		err = fmt.Errorf("proxy allow %q: there is no proxy that could pass it through", o.ProxyAllow[0])
	}
	return allow, err
}
