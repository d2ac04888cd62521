package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// How long a client may take (chosen, for people with a debugger). Headers and
// body share one deadline: two would cost each request a further timer.
const (
	readTimeout    = time.Minute
	writeTimeout   = 5 * time.Minute
	idleTimeout    = 5 * time.Minute
	maxHeaderBytes = 64 << 10
)

// newServer makes what serves listeners. Its limits are the same for all of them,
// and it keeps count of their connections.
func (s *Server) newServer(h http.Handler) *http.Server {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ConnContext: s.remember, ConnState: s.count, ErrorLog: log.New(connectionLog{s.cfg.Log}, "", 0),
		TLSConfig: &tls.Config{GetCertificate: s.certificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}},
	}
	s.servers = append(s.servers, server)
	return server
}

func (s *Server) serve(server *http.Server, l net.Listener, secure bool) {
	s.serving.Go(func() {
		var err error
		if secure {
			err = server.ServeTLS(l, "", "")
		} else {
			err = server.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			s.cfg.Log.Error("a listener stopped", "address", l.Addr().String(), "error", err)
		}
	})
}

// certificate makes the local CA vouch for whatever host the client asks for
// within its constraints.
func (s *Server) certificate(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
	ca, err := s.cfg.CA()
	if err != nil {
		return nil, err
	}
	return ca.GetCertificate(h)
}

// connKey finds a request's connection in its context.
type connKey struct{}

// remember lets requests tell which connection they came over.
func (s *Server) remember(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, &wire.Conn{Opened: s.cfg.Now()})
}

// Conn returns the connection that a request came over; nil where it came by a server
// that is none of this package.
func Conn(r *http.Request) *wire.Conn {
	c, _ := r.Context().Value(connKey{}).(*wire.Conn)
	return c
}

// Secure tells whether a client came by https; in memory it is as good.
func Secure(r *http.Request) bool { return r.TLS != nil || r.RemoteAddr == inMemory }

// count lets Close wait for the connections.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	}
}

// connectionLog takes what net/http says of single connections, which is
// somebody else's fault nearly always.
type connectionLog struct{ log *slog.Logger }

func (l connectionLog) Write(line []byte) (int, error) {
	l.log.Debug("connection", "said", redact.Text(string(line)))
	return len(line), nil
}

// memory is a listener without a port. Its connections are real ones to
// net/http, so that whatever works on the wire works in process too.
type memory struct{ *wire.Queue }

// inMemory is how net.Pipe names both ends of a connection.
const inMemory = "pipe"

func newMemory() memory { return memory{wire.NewQueue(inMemory)} }

// dial makes a connection and hands the server its end.
func (m memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	if err := m.Put(ctx, server); err != nil {
		return nil, err
	}
	return client, nil
}
