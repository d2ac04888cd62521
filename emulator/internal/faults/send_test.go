package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
)

const answerBody = `{"displayName":"North","n":[1,2,3]}`

func cutAt(n int) *fault.Body { return &fault.Body{CutAt: fault.At(n)} }

// memory is a listener of connections in memory.
type memory struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newMemory() *memory { return &memory{conns: make(chan net.Conn), done: make(chan struct{})} }

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error   { m.once.Do(func() { close(m.done) }); return nil }
func (m *memory) Addr() net.Addr { return &net.TCPAddr{} }

func (m *memory) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case m.conns <- there:
		return here, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

// overTheWire is a way from a client to a handler.
type overTheWire struct {
	name   string
	http2  bool
	tcp    bool
	url    string
	client *http.Client
}

// onEveryWire runs a test over TCP, over TLS with HTTP/1 and 2, and in memory.
func onEveryWire(t *testing.T, h http.HandlerFunc, test func(t *testing.T, w overTheWire)) {
	for _, w := range []overTheWire{{name: "tcp", tcp: true}, {name: "tls", tcp: true}, {name: "http2", http2: true}, {name: "memory"}} {
		t.Run(w.name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(h)
			s.Config.ErrorLog = nil
			switch w.name {
			case "tcp":
				s.Start()
			case "tls":
				s.StartTLS()
			case "http2":
				s.EnableHTTP2 = true
				s.StartTLS()
			case "memory":
				s.Listener.Close()
				m := newMemory()
				s.Listener = m
				s.Start()
				w.client = &http.Client{Transport: &http.Transport{DialContext: m.dial}}
				t.Cleanup(w.client.CloseIdleConnections)
			}
			t.Cleanup(s.Close)
			if w.url = s.URL; w.client == nil {
				w.client = s.Client()
			}
			test(t, w)
		})
	}
}

// sends is a handler that sends answerBody as a rule damages it.
func sends(r fault.Rule) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		strike := Strike{Rule: &r, Call: 1, key: 1}
		strike.Send(w, req, 200, []byte(answerBody), clock.Wait)
	}
}

// get returns an answer and its body, as far as they came; body's error is in
// the second error.
func (w overTheWire) get(t *testing.T) (response *http.Response, body string, opened, read error) {
	t.Helper()
	response, opened = w.client.Get(w.url)
	if opened != nil {
		return nil, "", opened, nil
	}
	defer response.Body.Close()
	b, read := io.ReadAll(response.Body)
	if w.http2 {
		require.Equal(t, 2, response.ProtoMajor)
	}
	return response, string(b), nil, read
}

// The client's body has not been read when a fault closes the connection: TCP
// would make a reset of it.
func TestCloseIsNoReset(t *testing.T) {
	s := httptest.NewServer(sends(fault.Rule{Then: fault.Close}))
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n%s", strings.Repeat("x", 100_000))
	require.NoError(t, err)
	b, err := io.ReadAll(conn)
	assert.NoError(t, err)
	assert.Empty(t, b)
}

func TestHTTP10SeesACut(t *testing.T) {
	s := httptest.NewServer(sends(fault.Rule{Body: cutAt(10), Then: fault.Close}))
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.0\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, answerBody[:10], string(b))
}

func TestACutThatFinishesLeavesTheConnectionWhole(t *testing.T) {
	h := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(answerBody)))
		strike := Strike{Rule: &fault.Rule{Body: cutAt(10)}}
		strike.Send(w, r, 200, []byte(answerBody), clock.Wait)
		io.WriteString(w, r.RemoteAddr)
	}
	onEveryWire(t, h, func(t *testing.T, w overTheWire) {
		_, one, opened, read := w.get(t)
		require.NoError(t, errors.Join(opened, read))
		_, two, opened, read := w.get(t)
		require.NoError(t, errors.Join(opened, read))
		assert.Equal(t, one, two, "the same connection")
		assert.True(t, strings.HasPrefix(one, answerBody[:10]))
	})
}

func TestHang(t *testing.T) {
	for _, rule := range []fault.Rule{{Then: fault.Hang}, {Then: fault.Hang, Body: cutAt(10)}} {
		for _, method := range []string{"GET", "POST"} {
			for _, closes := range []string{"client", "server"} {
				cut := rule.Body != nil
				t.Run(fmt.Sprint(method, " cut ", cut, " until the ", closes, " goes"), func(t *testing.T) {
					begun, ended := make(chan context.CancelFunc, 1), make(chan any, 1)
					h := func(w http.ResponseWriter, r *http.Request) {
						ctx, cancel := context.WithCancel(r.Context())
						defer cancel()
						defer func() {
							p := recover()
							assert.Error(t, ctx.Err(), "it did not hang")
							ended <- p
							panic(p)
						}()
						begun <- cancel // the server's stop
						sends(rule)(w, r.WithContext(ctx))
					}
					onEveryWire(t, h, func(t *testing.T, w overTheWire) {
						ctx, cancel := context.WithCancel(t.Context())
						defer cancel()
						body, more := io.Pipe()
						defer more.Close()
						request, err := http.NewRequestWithContext(ctx, method, w.url, nil)
						if method == "POST" { // of a body that has not ended, and does not
							request, err = http.NewRequestWithContext(ctx, method, w.url, body)
							go io.WriteString(more, "begin")
						}
						require.NoError(t, err)
						failed := make(chan error, 1)
						go func() {
							response, err := w.client.Do(request)
							if err == nil {
								_, err = io.ReadAll(response.Body)
								response.Body.Close()
							}
							failed <- err
						}()
						stop := <-begun
						if closes == "client" {
							cancel()
							more.CloseWithError(context.Canceled) // net/http's client tells the server only then
						} else {
							stop()
						}
						assert.Equal(t, http.ErrAbortHandler, <-ended)
						more.Close() // and waits for its own body
						assert.Error(t, <-failed)
					})
				})
			}
		}
	}
}

func TestSlowWaitsBetweenPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		s := &http.Server{Handler: sends(fault.Rule{Slow: &fault.Slow{Bytes: 10, Every: clock.Duration(time.Minute)}})}
		go s.Serve(m)
		client := &http.Client{Transport: &http.Transport{DialContext: m.dial, DisableKeepAlives: true}}
		start := time.Now()
		response, err := client.Get("http://memory/")
		require.NoError(t, err)
		for i, want := range []string{answerBody[:10], answerBody[10:20], answerBody[20:30], answerBody[30:]} {
			piece := make([]byte, len(want))
			_, err = io.ReadFull(response.Body, piece)
			require.NoError(t, err)
			assert.Equal(t, want, string(piece))
			assert.Equal(t, time.Duration(i)*time.Minute, time.Since(start))
		}
		response.Body.Close()
		s.Close()
	})
}

func TestSlowEndsWithTheClient(t *testing.T) {
	ended := make(chan any, 1)
	h := func(w http.ResponseWriter, r *http.Request) {
		defer func() { p := recover(); ended <- p; panic(p) }()
		sends(fault.Rule{Slow: &fault.Slow{Bytes: 1, Every: clock.Duration(time.Hour)}})(w, r)
	}
	onEveryWire(t, h, func(t *testing.T, w overTheWire) {
		response, err := w.client.Get(w.url)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.ErrAbortHandler, <-ended)
	})
}

func TestHeadHasNoBody(t *testing.T) {
	text := "text"
	for _, rule := range []fault.Rule{{}, {Body: &fault.Body{Replace: &text}}, {Body: cutAt(3)},
		{Slow: &fault.Slow{Bytes: 1, Every: clock.Duration(time.Hour)}}, {Body: &fault.Body{ContentLength: 7}}} {
		onEveryWire(t, sends(rule), func(t *testing.T, w overTheWire) {
			response, err := w.client.Head(w.url)
			require.NoError(t, err)
			b, err := io.ReadAll(response.Body)
			assert.NoError(t, err)
			assert.Empty(t, b)
			if rule.Body != nil && rule.Body.ContentLength > 0 {
				assert.EqualValues(t, len(answerBody)+7, response.ContentLength)
			}
		})
	}
}

func TestSendTellsWhatItSent(t *testing.T) {
	for _, tc := range []struct {
		rule   fault.Rule
		status int
		want   int64
	}{{fault.Rule{}, 200, int64(len(answerBody))}, {fault.Rule{Body: cutAt(10)}, 200, 10}, {fault.Rule{}, 204, 0}} {
		strike := Strike{Rule: &tc.rule}
		w := httptest.NewRecorder()
		assert.Equal(t, tc.want, strike.Send(w, httptest.NewRequest("GET", "/", nil), tc.status, []byte(answerBody), clock.Wait))
		assert.EqualValues(t, tc.want, w.Body.Len())
	}
	var none Strike
	w := httptest.NewRecorder()
	none.Send(w, httptest.NewRequest("GET", "/", nil), 200, []byte(answerBody), clock.Wait)
	assert.Equal(t, answerBody, w.Body.String())
}

func TestEffects(t *testing.T) {
	no, text := false, "x"
	for _, tc := range []struct {
		strike Strike
		want   []string
	}{
		{Strike{}, nil},
		{Strike{Rule: &fault.Rule{}, Delay: 350 * time.Millisecond}, []string{"delay 350ms"}},
		{Strike{Rule: &fault.Rule{Respond: &fault.Respond{Status: 429}}, RetryAfter: 40 * time.Second, Early: true},
			[]string{"respond 429", "retryAfter 40s", "punishEarly"}},
		{Strike{Rule: &fault.Rule{Body: &fault.Body{CutAt: fault.Share(50)}, Then: fault.Reset}}, []string{"cutAt 50%", "reset"}},
		{Strike{Rule: &fault.Rule{Body: &fault.Body{CutAt: fault.At(12), ContentLength: -3}}}, []string{"cutAt 12 bytes", "contentLength -3"}},
		{Strike{Rule: &fault.Rule{Body: &fault.Body{Corrupt: 3, ContentLength: 3}}}, []string{"corrupt 3 bytes", "contentLength +3"}},
		{Strike{Rule: &fault.Rule{Body: &fault.Body{Replace: &text}, Slow: &fault.Slow{Bytes: 5, Every: clock.Duration(time.Second)}}},
			[]string{"replace", "slow 5 bytes every 1s"}},
		{Strike{Rule: &fault.Rule{Body: &fault.Body{HTML: true}, Then: fault.Finish}}, []string{"html", "finish"}},
		{Strike{Rule: &fault.Rule{Handled: &no, Then: fault.Hang}}, []string{"not handled", "hang"}},
	} {
		assert.Equal(t, tc.want, tc.strike.Effects())
	}
}
