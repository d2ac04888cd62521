package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// newServer makes what serves listeners, with the limits and the bookkeeping that
// all of them share.
func (s *Server) newServer(h http.Handler) *http.Server {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ConnContext: s.remember, ConnState: s.count, ErrorLog: log.New(connectionLog{s.set.Log}, "", 0),
		TLSConfig: &tls.Config{GetCertificate: s.certificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}},
	}
	s.servers = append(s.servers, server)
	return server
}

func (s *Server) serve(server *http.Server, l net.Listener, secure bool) {
	s.handlers.Go(func() {
		var err error
		if secure {
			err = server.ServeTLS(l, "", "")
		} else {
			err = server.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			s.set.Log.Error("a listener stopped", "address", l.Addr().String(), "error", err)
		}
	})
}

// connKey finds a request's connection in its context.
type connKey struct{}

// remember lets requests tell which connection they came over.
func (s *Server) remember(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, &wire.Conn{Opened: s.set.now()})
}

// count lets Close wait for the connections.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	}
}

// origin is how clients reach a listener: by the host that was asked for, where
// it names one, with the port that was given.
func origin(scheme, address string, l net.Listener) string {
	host, _, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost" // listening everywhere includes here
	}
	return scheme + "://" + net.JoinHostPort(host, portOf(l))
}

// certificate makes the local CA vouch for whatever host the client asks for
// within its constraints.
func (s *Server) certificate(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
	ca, err := s.ca()
	if err != nil {
		return nil, err
	}
	return ca.GetCertificate(h)
}

// connectionLog takes what net/http says of single connections, which is
// somebody else's fault nearly always.
type connectionLog struct{ log *slog.Logger }

func (l connectionLog) Write(line []byte) (int, error) {
	l.log.Debug("connection", "said", redact.Text(string(line)))
	return len(line), nil
}
