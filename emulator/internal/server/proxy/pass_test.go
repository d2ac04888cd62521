package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vacant waits until no more than n tunnels are open.
func (r *rig) vacant(t *testing.T, n int) {
	t.Helper()
	assert.Eventually(t, func() bool {
		r.Proxy.mu.Lock()
		defer r.Proxy.mu.Unlock()
		return len(r.tunnels) <= n
	}, 10*time.Second, time.Millisecond)
}

// listening starts a server that is handed each connection.
func listening(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// A tunnel to an allowed host carries what there is, TLS or not, both ways.
func TestPassThrough(t *testing.T) {
	// It echoes all that comes, and says so when that is over: which it learns only
	// from a half-closed connection.
	at := listening(t, func(c net.Conn) {
		n, _ := io.Copy(c, c)
		fmt.Fprintf(c, " and that was %d", n)
	})
	r := newRig(t, map[string]string{"echo.test:7": at})
	c, w := r.connect(t, "ECHO.test:7")
	require.Equal(t, 200, w.StatusCode)
	assert.Empty(t, w.Header, "nothing may be taken for a body")
	text := strings.Repeat("\x00\xff not HTTP at all\r\n\r\n", 50_000)
	go func() {
		io.WriteString(c, text)
		c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, text+fmt.Sprintf(" and that was %d", len(text)), string(got))
	assert.Equal(t, []string{"echo.test:7"}, r.dials())
	r.vacant(t, 0)
}

func TestEarlyBytesPassThrough(t *testing.T) {
	at := listening(t, func(c net.Conn) { io.Copy(c, c) })
	r := newRig(t, map[string]string{"echo.test:7": at})
	c := r.dial(t)
	_, err := io.WriteString(c, "CONNECT echo.test:7 HTTP/1.1\r\n\r\nGET http://graph.test/ HTTP/1.1\r\n\r\n")
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 200 Connection established\r\n\r\nGET http://graph.test/ HTTP/1.1\r\n\r\n", string(got))
	assert.Empty(t, r.requests())
}

// TLS to an allowed host is between the client and that host.
func TestTLSPassesThroughUnread(t *testing.T) {
	host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host, r.URL) }))
	defer host.Close()
	r := newRig(t, map[string]string{"example.com:443": host.Listener.Addr().String()})
	c := r.client(t)
	c.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(host.Certificate())
	_, body := get(t, c, "https://example.com/x")
	assert.Equal(t, "example.com/x", body)
	assert.Empty(t, r.requests())
}

// The server of a tunnel may be the first to have said all.
func TestServerEndsFirst(t *testing.T) {
	heard := make(chan string, 1)
	at := listening(t, func(c net.Conn) {
		io.WriteString(c, "hello")
		c.(*net.TCPConn).CloseWrite()
		b, _ := io.ReadAll(c)
		heard <- string(b)
	})
	r := newRig(t, map[string]string{"first.test:7": at})
	c, _ := r.connect(t, "first.test:7")
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(got))
	_, err = io.WriteString(c, "I heard you")
	require.NoError(t, err)
	require.NoError(t, c.CloseWrite())
	assert.Equal(t, "I heard you", <-heard)
	r.vacant(t, 0)
}

func TestUnreachable(t *testing.T) {
	r := newRig(t, map[string]string{"gone.test:443": "", "gone.test:80": ""})
	for _, text := range []string{"CONNECT gone.test:443 HTTP/1.1\r\n\r\n", "GET http://gone.test/ HTTP/1.1\r\nHost: gone.test\r\n\r\n"} {
		answers, bodies := r.say(t, text)
		require.Len(t, answers, 1)
		assert.Equal(t, 502, answers[0].StatusCode)
		assert.Contains(t, bodies[0], "The allowed host gone.test")
		assert.Contains(t, bodies[0], "nobody is there")
	}
	assert.Contains(t, r.log.String(), "the proxy cannot reach an allowed host")
	r.vacant(t, 0)
}

// A tunnel in which nothing moves ends; one in which something moves one way does
// not.
func TestIdle(t *testing.T) {
	const idle = 50 * time.Millisecond
	at := listening(t, func(c net.Conn) { io.Copy(c, c) })
	r := newRig(t, map[string]string{"echo.test:7": at}, func(c *Config) { c.Idle = idle })
	c, _ := r.connect(t, "echo.test:7")
	_, err := io.ReadAll(c)
	assert.False(t, os.IsTimeout(err), "it was the proxy that ended it")
	r.vacant(t, 0)

	// The server talks for several times as long, and the client only listens.
	tick := time.NewTicker(idle / 10)
	defer tick.Stop()
	at = listening(t, func(c net.Conn) {
		for range 50 {
			<-tick.C
			if _, err := io.WriteString(c, "."); err != nil {
				return
			}
		}
	})
	r = newRig(t, map[string]string{"talk.test:7": at}, func(c *Config) { c.Idle = idle })
	c, _ = r.connect(t, "talk.test:7")
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Len(t, got, 50)
}

// Close ends what is carried, and waits for it.
func TestCloseEndsPassages(t *testing.T) {
	ended := make(chan struct{})
	at := listening(t, func(c net.Conn) {
		io.Copy(io.Discard, c)
		close(ended)
	})
	r := newRig(t, map[string]string{"sink.test:7": at})
	c, _ := r.connect(t, "sink.test:7")
	require.NoError(t, r.Close())
	<-ended
	io.Copy(io.Discard, c)
	r.vacant(t, 0)
}

// A plain request is forwarded without what was for the proxy alone.
func TestForward(t *testing.T) {
	seen := make(chan *http.Request, 1)
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		r.Header.Set("Body", string(b))
		seen <- r
		w.Header().Set("Keep-Alive", "timeout=5")
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.Header().Set("X-Kept", "1")
		w.WriteHeader(201)
		io.WriteString(w, "done")
	}))
	defer host.Close()
	r := newRig(t, map[string]string{"example.com:80": host.Listener.Addr().String()})
	answers, bodies := r.say(t,
		strings.Join([]string{"POST http://example.com/a%2Fb?c=%64 HTTP/1.1", "Host: evil.test", "Proxy-Authorization: Basic secret",
			"Proxy-Connection: keep-alive",
			"Connection: X-Mine, Upgrade, close", "Upgrade: websocket", "X-Mine: 1", "X-Forwarded-For: 1.2.3.4", "TE: trailers", "Keep-Alive: 5",
			"X-Kept: 1", "Authorization: Bearer kept", "Transfer-Encoding: chunked", "", "5", "hello", "0", "", ""}, "\r\n"))
	require.Len(t, answers, 1)
	assert.Equal(t, 201, answers[0].StatusCode)
	assert.Equal(t, "done", bodies[0])
	assert.Empty(t, answers[0].Header.Get("Keep-Alive"))
	assert.Empty(t, answers[0].Header.Get("Proxy-Authenticate"))
	assert.Equal(t, "1", answers[0].Header.Get("X-Kept"))
	got := <-seen
	assert.Equal(t, "example.com", got.Host, "the URL's, not the header's")
	assert.Equal(t, "/a%2Fb?c=%64", got.RequestURI)
	assert.Equal(t, "hello", got.Header.Get("Body"))
	for _, name := range []string{"Proxy-Authorization", "Proxy-Connection", "X-Mine", "Upgrade", "Keep-Alive"} {
		assert.Empty(t, got.Header.Get(name), name)
	}
	assert.Equal(t, "1", got.Header.Get("X-Kept"))
	assert.Equal(t, "Bearer kept", got.Header.Get("Authorization"))
	assert.Equal(t, "1.1 graphemu", got.Header.Get("Via"))
	assert.Equal(t, []string{"example.com:80"}, r.dials())
}

// A forwarded request that hangs ends with the proxy.
func TestCloseEndsForwarding(t *testing.T) {
	asked := make(chan struct{})
	at := listening(t, func(c net.Conn) {
		http.ReadRequest(bufio.NewReader(c))
		close(asked)
		io.Copy(io.Discard, c)
	})
	r := newRig(t, map[string]string{"slow.test:80": at})
	c := r.dial(t)
	_, err := io.WriteString(c, "GET http://slow.test/ HTTP/1.1\r\nHost: slow.test\r\n\r\n")
	require.NoError(t, err)
	<-asked
	require.NoError(t, r.Close())
}
