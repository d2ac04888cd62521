package server

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/certs"
)

// newTest listens with what a test leaves out filled in, and closes at its end.
func newTest(t *testing.T, cfg Config) *Server {
	t.Helper()
	cfg.Now, cfg.Log = time.Now, slog.New(slog.DiscardHandler)
	cfg.CA = sync.OnceValues(func() (*certs.Authority, error) { return certs.Open("", nil, cfg.Now) })
	if cfg.Handler == nil {
		cfg.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.NotNil(t, Conn(r))
			assert.True(t, Secure(r))
			io.WriteString(w, "answered "+r.URL.Path)
		})
	}
	s, err := Listen(cfg)
	require.NoError(t, err)
	s.Serve()
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func ask(t *testing.T, s *Server, address string) string {
	t.Helper()
	c := s.Client()
	defer c.CloseIdleConnections()
	w, err := c.Get(address)
	require.NoError(t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return string(b)
}

// Without an address there is no port, and the client reaches any host in memory.
func TestInMemory(t *testing.T) {
	s := newTest(t, Config{})
	assert.Equal(t, "https://localhost", s.URL())
	assert.Empty(t, s.Origin("http"))
	assert.Equal(t, "answered /a", ask(t, s, "https://anything.test/a"))
}

func TestHTTPS(t *testing.T) {
	s := newTest(t, Config{HTTP: "127.0.0.1:0", HTTPS: "localhost:0"})
	assert.Equal(t, s.Origin("https"), s.URL())
	assert.Equal(t, "answered /a", ask(t, s, s.URL()+"/a"))
	assert.Nil(t, s.ProxyPEM())
}

func TestTakenAddress(t *testing.T) {
	taken := newTest(t, Config{HTTP: "127.0.0.1:0"}).plain[0].Addr().String()
	_, err := Listen(Config{HTTP: "127.0.0.1:0", HTTPS: taken})
	assert.ErrorContains(t, err, "cannot listen on "+taken+": another program has that port")
}

// Requests that began are waited for, those after Stop are not.
func TestRequests(t *testing.T) {
	r := NewRequests()
	require.True(t, r.Begin())
	require.True(t, r.Begin())
	r.End()
	r.Stop()
	assert.False(t, r.Begin())
	select {
	case <-r.done:
		t.Fatal("one is still being answered")
	default:
	}
	r.End()
	r.Wait()
}

// A port that a client makes up is remembered as long as there is room, and for good
// where a token names it.
func TestOrigins(t *testing.T) {
	o := Origins{SignInHosts: []string{"login.test"}, Ours: func(host string) bool { return host != "other.test" },
		Listening: newTest(t, Config{HTTP: "127.0.0.1:0"})}
	own := o.Listening.URL()
	assert.True(t, o.Has(own))
	assert.True(t, o.Has("https://login.test"))
	assert.False(t, o.Has("http://login.test"))
	assert.False(t, o.Has("http://mapped.test:1"))
	assert.Equal(t, "http://mapped.test:1", o.Issuer("http://mapped.test:1", true))
	for i := range 2 * maxOrigins {
		o.Issuer("http://asked.test:"+strconv.Itoa(i), false)
	}
	assert.True(t, o.Has("http://mapped.test:1"), "a token names it")
	assert.False(t, o.Has("http://asked.test:0"), "it made room")
	for i := range maxOrigins {
		o.Issuer("http://named.test:"+strconv.Itoa(i), true)
	}
	assert.Equal(t, own, o.Issuer("http://late.test:1", true), "no room for another")
}
