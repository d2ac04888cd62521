package emulator_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
)

// target is an emulator under attack. Its log fails the test where anything is
// logged as a fault of ours.
type target struct {
	*emulatortest.Emulator
	client *http.Client
	root   string // without /beta
	host   string // for a hand-written Host header
}

// alarm is a slog.Handler that fails the test on errors.
type alarm struct{ t *testing.T }

func (alarm) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (a alarm) WithAttrs([]slog.Attr) slog.Handler         { return a }
func (a alarm) WithGroup(string) slog.Handler              { return a }

func (a alarm) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	r.Attrs(func(attr slog.Attr) bool { fmt.Fprintf(&b, " %s", attr); return true })
	a.t.Errorf("logged as a fault of ours: %s%s", r.Message, b.String())
	return nil
}

func newTarget(t *testing.T, o emulator.Options) *target {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(alarm{t})
	}
	g := &target{Emulator: emulatortest.Start(t, o)}
	g.client = g.AuthorizedClient()
	g.root = strings.TrimSuffix(g.URL, "/beta")
	_, g.host, _ = strings.Cut(g.root, "://")
	return g
}

// onBoth runs a test in memory and over TCP, and sees to it that no goroutine
// is left.
func onBoth(t *testing.T, run func(t *testing.T, g *target)) {
	for name, o := range map[string]emulator.Options{"in memory": {}, "tcp": {HTTP: "127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			warm(t)
			before := runtime.NumGoroutine()
			// After the emulator's own cleanup, since cleanups run last first.
			t.Cleanup(func() {
				assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond, "goroutines are left") // and the one that looks
			})
			run(t, newTarget(t, o))
		})
	}
}

// warm starts what a process starts once, such as the compilation of schemas.
func warm(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{})
	r, err := g.AuthorizedClient().Post(g.URL+profilesAt, "application/json", strings.NewReader(`{}`))
	require.NoError(t, err)
	r.Body.Close()
	require.NoError(t, g.Close())
}

// hit sends a request with a token; headers are "Name: value".
func (g *target) hit(t *testing.T, method, path string, body io.Reader, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, g.URL+path, body)
	require.NoError(t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w, err := g.client.Do(r)
	require.NoError(t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w, b
}

// complaint is Graph's error envelope.
type complaint struct {
	Code, Message *string
	Details       []struct{ Code, Message, Target string }
	InnerError    struct {
		Date      string `json:"date"`
		RequestID string `json:"request-id"`
		ClientID  string `json:"client-request-id"`
	}
}

func (c complaint) targets() (list []string) {
	for _, d := range c.Details {
		list = append(list, d.Target)
	}
	return list
}

// refused checks that an answer is a whole error of Graph's with that status.
func refused(t *testing.T, w *http.Response, body []byte, status int) complaint {
	t.Helper()
	require.Equal(t, status, w.StatusCode, "%.500s", body)
	var e struct{ Error complaint }
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&e), "%.500s", body)
	require.NotNil(t, e.Error.Code)
	require.NotNil(t, e.Error.Message)
	assert.Equal(t, "application/json", w.Header.Get("Content-Type"))
	assert.Equal(t, w.Header.Get("request-id"), e.Error.InnerError.RequestID)
	assert.NotEmpty(t, e.Error.InnerError.RequestID)
	assert.NotEmpty(t, e.Error.InnerError.ClientID)
	_, err := time.Parse("2006-01-02T15:04:05", e.Error.InnerError.Date)
	assert.NoError(t, err)
	for _, detail := range e.Error.Details {
		assert.NotEmpty(t, detail.Code)
		assert.NotEmpty(t, detail.Message)
	}
	assert.Less(t, len(body), 256<<10, "an answer to nonsense is not endless")
	return e.Error
}

// unharmed checks that the emulator still works and holds what it held.
func (g *target) unharmed(t *testing.T, profiles int) {
	t.Helper()
	require.Len(t, g.World().Profiles(), profiles, "nothing was created or lost")
	w, body := g.hit(t, "GET", profilesAt+"/$count", nil)
	require.Equal(t, 200, w.StatusCode)
	require.Equal(t, fmt.Sprint(profiles), string(body))
}

// connect opens a connection for requests written by hand.
func (g *target) connect(t *testing.T) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext, error(nil)
	if g.Origin("http") == "" {
		conn = g.Client().Transport.(*http.Transport).DialContext
	}
	c, err := conn(t.Context(), "tcp", g.host)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func zipped(t *testing.T, content io.Reader) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	require.NoError(t, err)
	_, err = io.Copy(z, content)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return &b
}

// zeros is a reader of n bytes.
func zeros(n int64) io.Reader { return io.LimitReader(zero{}, n) }

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// founding returns the founding document's request as a tree of its own.
func founding(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(foundingRequest), &v))
	return v
}
