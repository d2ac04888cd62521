package bench

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// startProxy starts a server with HTTPS and a proxy, and returns what trusts both.
func startProxy(b *testing.B) (*emulator.Server, *x509.CertPool) {
	s, err := emulator.New(emulator.Options{HTTPS: "127.0.0.1:0", Proxy: "127.0.0.1:0"})
	require.NoError(b, err)
	b.Cleanup(func() { s.Close() })
	w, err := s.World("")
	require.NoError(b, err)
	w.Journal().(*record.Journal).SetPosition(1_000_000_000)
	pem, _, err := s.CA()
	require.NoError(b, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return s, roots
}

// direct opens a TLS connection to the HTTPS port.
func direct(b *testing.B, s *emulator.Server, roots *x509.CertPool) net.Conn {
	c, err := tls.Dial("tcp", strings.TrimPrefix(s.Origin("https"), "https://"), &tls.Config{RootCAs: roots})
	require.NoError(b, err)
	return c
}

// through opens one to graph.microsoft.com, by the proxy.
func through(b *testing.B, s *emulator.Server, roots *x509.CertPool) net.Conn {
	raw, err := net.Dial("tcp", strings.TrimPrefix(s.Origin("proxy"), "http://"))
	require.NoError(b, err)
	_, err = fmt.Fprint(raw, "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com:443\r\n\r\n")
	require.NoError(b, err)
	_, err = http.ReadResponse(bufio.NewReader(raw), &http.Request{Method: "CONNECT"})
	require.NoError(b, err)
	c := tls.Client(raw, &tls.Config{RootCAs: roots, ServerName: "graph.microsoft.com"})
	require.NoError(b, c.Handshake())
	return c
}

// Requests in a tunnel, against the same over HTTPS. Goal: 0.5.
func BenchmarkProxyGet(b *testing.B) {
	s, roots := startProxy(b)
	plain := request(b, s, "GET", rig.ListPath, nil)
	named := bytes.Replace(plain, []byte("Host: 127.0.0.1\r\n"), []byte("Host: graph.microsoft.com\r\n"), 1)
	compare(b, func() *conn { return settled(b, through(b, s, roots), named) },
		func() *conn { return settled(b, direct(b, s, roots), plain) })
}

// A connection with its handshake, to the HTTPS port and through the proxy.
func BenchmarkProxyHandshake(b *testing.B) {
	s, roots := startProxy(b)
	for name, open := range map[string]func(*testing.B, *emulator.Server, *x509.CertPool) net.Conn{"direct": direct, "through": through} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				open(b, s, roots).Close()
			}
		})
	}
}
