// Package emulatortest starts an emulator for a test. It is apart from package
// emulator so that the latter does not import testing.
package emulatortest

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Emulator is a running emulator that ends with its test.
type Emulator struct {
	*emulator.Server
	tb testing.TB
}

// Start starts an emulator. It ends the test where that fails, logs to the test
// unless o.Log is set, and stops the emulator when the test is over. The zero
// Options listens on no port: Client reaches it in memory.
//
// When the test is over, what its clients did is judged by the scenario (see
// emulator.Server.Verify): what was expected and is not so fails the test, unless
// o.Verify is emulator.VerifyOff. A test that failed gets the journal in its log.
func Start(tb testing.TB, o emulator.Options) *Emulator {
	tb.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	s, err := emulator.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		verify(tb, s, o.Verify != emulator.VerifyOff)
		if err := s.Close(); err != nil {
			tb.Errorf("emulator: %v", err)
		}
	})
	return &Emulator{Server: s, tb: tb}
}

// maxLogged is how many entries of each world's journal a failing test shows.
const maxLogged = 100

// verify fails the test where the verdict does, if it is to judge, and shows what a test that
// failed, for whatever reason, has asked of the emulator.
func verify(tb testing.TB, s *emulator.Server, judge bool) {
	tb.Helper()
	if judge {
		if v := s.Verify(); !v.OK {
			var text strings.Builder
			v.WriteText(&text)
			tb.Errorf("emulator: %s", text.String())
		}
	}
	if !tb.Failed() {
		return
	}
	for _, w := range s.Worlds() {
		entries := w.Journal().Entries(journal.Filter{Limit: maxLogged})
		if len(entries) == 0 {
			continue
		}
		var text strings.Builder
		journal.WriteText(&text, entries)
		tb.Logf("emulator: the journal of world %s, the last %d requests:\n%s", w.Name(), len(entries), text.String())
	}
}

// World returns the world of that name, the default one where none is given.
func (e *Emulator) World(name ...string) *emulator.World {
	e.tb.Helper()
	ref := emulator.DefaultWorld
	if len(name) > 0 {
		ref = name[0]
	}
	w, err := e.Server.World(ref)
	if err != nil {
		e.tb.Fatal(err)
	}
	return w
}

// Token returns a delegated token of the default world with these permissions,
// EduAdministration.ReadWrite where none is given.
func (e *Emulator) Token(scopes ...string) string {
	e.tb.Helper()
	token, err := e.World().Token(emulator.TokenOptions{Scopes: scopes})
	if err != nil {
		e.tb.Fatal(err)
	}
	return token
}

// Client returns a client that reaches the emulator and sends no token by
// itself. Its idle connections are closed with the test.
func (e *Emulator) Client() *http.Client {
	c := e.Server.Client()
	e.tb.Cleanup(c.CloseIdleConnections)
	return c
}

// AuthorizedClient is Client with a token of the world with that name, the
// default one where none is given, on each request that has none.
func (e *Emulator) AuthorizedClient(world ...string) *http.Client {
	e.tb.Helper()
	token, err := e.World(world...).Token(emulator.TokenOptions{})
	if err != nil {
		e.tb.Fatal(err)
	}
	c := e.Client()
	c.Transport = bearer{token, c.Transport}
	return c
}

type bearer struct {
	token string
	next  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	return b.next.RoundTrip(r)
}
