// Package emulatortest runs an emulator within a Go test. It is apart from package
// emulator so that the latter does not import testing.
//
// Start gives a test its own emulator; For gives a subtest its own world of it,
// which no other sees, so that subtests may run in parallel:
//
//	g := emulatortest.Start(t, emulator.Options{})
//	t.Run("pause", func(t *testing.T) {
//		t.Parallel()
//		g := g.For(t)
//		client := g.AuthorizedClient()
//		…
//	})
//
// What cannot be had ends the test that the Emulator is of, as t.Fatal does: so it
// is used by the goroutine of this test, and in a subtest For comes first.
package emulatortest

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Emulator is a running emulator as one test sees it. Beside what is below it has
// all that an emulator.Server has.
type Emulator struct {
	*emulator.Server
	tb     testing.TB
	world  string // the default world of this test
	verify bool
	judged *sync.Map // names of the worlds that For has a test judge at its end
}

// maxWorlds is how many worlds there may be where Options says nothing: any test
// that asks for one gets it, where a server for everybody would make room.
const maxWorlds = 1_000_000

// Start starts an emulator. It ends the test where that fails, logs to the test
// unless o.Log is set, and stops the emulator when the test is over. The zero
// Options listens on no port: Client reaches it in memory. Unless o.Limits says
// otherwise there may be a million worlds.
//
// When the test is over, what its clients did is judged by the scenario (see
// emulator.Server.Verify): what was expected and is not so fails the test, and so does
// a scenario with rules none of which struck a call, unless o.Verify is
// emulator.VerifyOff. A test that failed, for whatever reason, gets the
// verdict with its warnings, and the journal, in its log.
func Start(tb testing.TB, o emulator.Options) *Emulator {
	tb.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	o.Limits.Worlds = cmp.Or(o.Limits.Worlds, maxWorlds)
	s, err := emulator.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	g := &Emulator{Server: s, tb: tb, world: emulator.DefaultWorld, verify: o.Verify != emulator.VerifyOff, judged: new(sync.Map)}
	tb.Cleanup(func() {
		g.judge()
		if err := s.Close(); err != nil {
			tb.Errorf("emulator: %v", err)
		}
	})
	return g
}

// For returns the same emulator for another test, as a rule a subtest: what is
// wrong ends or fails that one, and its default world is WorldName(tb.Name()), the
// test's own. When tb is over, expectations of the scenario that this world did not
// meet fail it, and if it failed it gets the journal of its world in its log. The
// emulator stays that of the test that started it, which judges all worlds. Called
// again for the same test it returns the same world, which is judged once.
func (e *Emulator) For(tb testing.TB) *Emulator {
	g := &Emulator{Server: e.Server, tb: tb, world: WorldName(tb.Name()), verify: e.verify, judged: e.judged}
	if _, twice := e.judged.LoadOrStore(g.world, true); !twice {
		tb.Cleanup(func() {
			tb.Helper()
			g.judgeOwn()
			g.judged.Delete(g.world) // go test -count runs a test of that name again
		})
	}
	return g
}

// judge fails the test where the verdict on all worlds does, and shows what a test
// that failed, for whatever reason, has asked of the emulator.
func (e *Emulator) judge() {
	e.tb.Helper()
	if e.verify {
		switch v := e.Server.Verify(); {
		case !v.OK:
			e.tb.Errorf("emulator: %s", verdictText(v))
		case e.tb.Failed() && len(v.Warnings) > 0: // one may say why
			e.tb.Logf("emulator: %s", verdictText(v))
		}
	}
	if e.tb.Failed() {
		e.showJournals(e.Worlds())
	}
}

// judgeOwn is judge of the test's own world, if it was used. Warnings are left to
// the test that started the emulator: a rule that did not fire in this world may
// have in another.
func (e *Emulator) judgeOwn() {
	e.tb.Helper()
	own := slices.DeleteFunc(e.Worlds(), func(w *emulator.World) bool { return w.Name() != e.world })
	if len(own) == 0 {
		return
	}
	v := own[0].Verify() // all chapters: a reset in the test hides nothing
	if v.Omitted == (journal.Omitted{}) && !slices.ContainsFunc(v.Worlds, func(w journal.WorldVerdict) bool { return w.Entries > 0 }) {
		return
	}
	if e.verify {
		unmet := v.Omitted.Failed > 0 || slices.ContainsFunc(v.Worlds, func(w journal.WorldVerdict) bool {
			return slices.ContainsFunc(w.Expectations, func(r journal.Result) bool { return !r.OK })
		})
		switch {
		case unmet:
			e.tb.Errorf("emulator: %s", verdictText(v))
		case e.tb.Failed() && len(v.Warnings) > 0:
			e.tb.Logf("emulator: %s", verdictText(v))
		}
	}
	if e.tb.Failed() {
		e.showJournals(own)
	}
}

// verdictText is the verdict, and of chapters that are closed the entries to blame:
// the journal, which a failing test shows, begins anew with each reset.
func verdictText(v journal.Verdict) string {
	var text strings.Builder
	v.WriteText(&text)
	for _, w := range v.Worlds {
		if w.Chapter == nil || w.Chapter.Closed == "" {
			continue
		}
		for _, r := range w.Expectations {
			if !r.OK && len(r.Evidence) > 0 {
				fmt.Fprintf(&text, "in chapter %d of world %s, %s:\n  %s\n", w.Chapter.Number, w.World, r.Expected, strings.Join(r.Evidence, "\n  "))
			}
		}
	}
	return text.String()
}

// maxLogged is how many entries of each world's journal a failing test shows.
const maxLogged = 100

func (e *Emulator) showJournals(worlds []*emulator.World) {
	e.tb.Helper()
	for _, w := range worlds {
		entries := w.Journal().Entries(journal.Filter{Limit: maxLogged})
		if len(entries) == 0 {
			continue
		}
		var text strings.Builder
		journal.WriteText(&text, entries)
		e.tb.Logf("emulator: the journal of world %s, the last %d requests:\n%s", w.Name(), len(entries), text.String())
	}
}

// World returns the world of that name, the test's default one where none is
// given: of Start's emulator the default world, of For's the test's own. Any text is
// a name, t.Name() too (see WorldName); as with emulator.Server.World, a tenant's
// GUID means its world, and "" and "default" mean the default world.
func (e *Emulator) World(name ...string) *World {
	e.tb.Helper()
	ref := e.world
	if len(name) > 0 {
		ref = WorldName(name[0])
	}
	w, err := e.Server.World(ref)
	if err != nil {
		e.tb.Fatal(err)
	}
	return &World{World: w, tb: e.tb, wrong: e.WrongOperation}
}

// Token returns a delegated token of the test's default world with these
// permissions, EduAdministration.ReadWrite where none is given.
func (e *Emulator) Token(scopes ...string) string {
	e.tb.Helper()
	return e.token(e.World(), emulator.TokenOptions{Scopes: scopes})
}

func (e *Emulator) token(w *World, o emulator.TokenOptions) string {
	e.tb.Helper()
	token, err := w.Token(o)
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

// AuthorizedClient is Client with a token of the world with that name, the test's
// default one where none is given, on each request that has none.
func (e *Emulator) AuthorizedClient(world ...string) *http.Client {
	e.tb.Helper()
	token := e.token(e.World(world...), emulator.TokenOptions{})
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
