package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
)

// Must is what was encoded, which cannot fail.
func Must(b []byte, err error) string {
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Target is an emulator under attack. Its log fails the test where anything is
// logged as a fault of ours.
type Target struct {
	*emulatortest.Emulator
	HTTP *http.Client
	Root string // without /beta
	Host string // for a hand-written Host header
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

// NewTarget starts an emulator to attack.
func NewTarget(t *testing.T, o emulator.Options) *Target {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(alarm{t})
	}
	g := &Target{Emulator: emulatortest.Start(t, o)}
	g.HTTP = g.AuthorizedClient()
	g.Root = strings.TrimSuffix(g.URL, "/beta")
	_, g.Host, _ = strings.Cut(g.Root, "://")
	return g
}

// Warm starts what a process starts once, such as the compilation of schemas.
func Warm(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{})
	r, err := g.AuthorizedClient().Post(g.URL+ProfilesAt, "application/json", strings.NewReader(`{}`))
	require.NoError(t, err)
	r.Body.Close()
	require.NoError(t, g.Close())
}

// Hit sends a request with a token; headers are "Name: value".
func (g *Target) Hit(t *testing.T, method, path string, body io.Reader, headers ...string) (*http.Response, []byte) {
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
	w, err := g.HTTP.Do(r)
	require.NoError(t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w, b
}

// Complaint is Graph's error envelope.
type Complaint struct {
	Code, Message *string
	Details       []struct{ Code, Message, Target string }
	InnerError    struct {
		Date      string `json:"date"`
		RequestID string `json:"request-id"`
		ClientID  string `json:"client-request-id"`
	}
}

// Refused checks that an answer is a whole error of Graph's with that status.
func Refused(t *testing.T, w *http.Response, body []byte, status int) Complaint {
	t.Helper()
	require.Equal(t, status, w.StatusCode, "%.500s", body)
	var e struct{ Error Complaint }
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

// Unharmed checks that the emulator still works and holds what it held.
func (g *Target) Unharmed(t *testing.T, profiles int) {
	t.Helper()
	require.Len(t, g.World().Profiles(), profiles, "nothing was created or lost")
	w, body := g.Hit(t, "GET", ProfilesAt+"/$count", nil)
	require.Equal(t, 200, w.StatusCode)
	require.Equal(t, fmt.Sprint(profiles), string(body))
}

// Connect opens a connection for requests written by hand.
func (g *Target) Connect(t *testing.T) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext, error(nil)
	if g.Origin("http") == "" {
		conn = g.Client().Transport.(*http.Transport).DialContext
	}
	c, err := conn(t.Context(), "tcp", g.Host)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// ReadAnswer reads the answer to a request, and returns nil where the connection ended instead.
func ReadAnswer(t *testing.T, c net.Conn, request string) (*http.Response, []byte) {
	t.Helper()
	method, _, _ := strings.Cut(request, " ")
	w, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		return nil, nil
	}
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w, body
}
