package emulator

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/judge"
	"github.com/graphemu/graphemu/emulator/internal/version"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/journal"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// Journal returns the record of the world's requests, until its next Reset. Ids of
// entries go on over a reset, so that each is of one request.
func (w *World) Journal() journal.Journal { return w.current.Load().Journal }

// Permissions tells what the world's calls needed of permissions since its open chapter
// began, what their tokens had, and what the smallest set for them would be. It does so
// however strict tokens are looked at, but for AuthOff.
func (w *World) Permissions() *journal.Permissions {
	entries, lost := w.current.Load().Journal.Chapter()
	return judge.Permissions(entries, lost)
}

// ClearJournal forgets all entries of the world's journal. Ids go on, and so does what
// clients were told to wait. See Forget for closed chapters, too.
func (w *World) ClearJournal() { w.current.Load().Journal.Clear() }

// Verify judges what the world's clients did by its scenario's expectations, in
// each chapter of its run: a Reset, a Restore, another scenario and the drop of
// the world close one, which is judged then (see journal.Chapter). Warnings fail
// too where Options.Verify is VerifyStrict.
func (w *World) Verify() journal.Verdict { return w.verify(false) }

// VerifySinceReset is Verify of what was called since the world's last Reset, or since it
// was made anew after a drop: so a test that resets the world first answers for itself,
// whatever others did before. Another scenario and a Restore close a chapter, too, but not
// the test: those since the reset are judged. Until the first Reset it is Verify.
//
// Whether the server's scenario was exercised is left to Verify, since other tests may
// do that. It is asked of a scenario that was put into this world. Chosen.
func (w *World) VerifySinceReset() journal.Verdict { return w.verifySinceReset(false) }

// Verify judges what the clients of all worlds did, in all chapters and also in
// worlds that were dropped, by the expectations of the scenarios that were in
// force. Warnings fail too where Options.Verify is VerifyStrict.
func (s *Server) Verify() journal.Verdict { return s.verify(false) }

func (w *World) verify(strict bool) journal.Verdict {
	s := w.server
	s.worlds.mu.RLock()
	var past []*judge.History
	if !w.dropped.Load() { // else its own chapters are among them
		past = append(past, s.worlds.past.Of(w.tenant))
	}
	others := s.worlds.list()
	s.worlds.mu.RUnlock()
	if !w.called() {
		// Nobody came here whom the scenario could have struck: it does where they are.
		for _, other := range others {
			past = append(past, other.strikes())
		}
	}
	return s.judge([]*World{w}, past, strict)
}

func (w *World) verifySinceReset(strict bool) journal.Verdict {
	w.changing.Lock()
	if w.chapters.recent == nil {
		w.changing.Unlock()
		return w.verify(strict)
	}
	state := w.current.Load()
	r, past := state.ofOneTest(w.record(state)), w.chapters.recent.Clone()
	w.changing.Unlock()
	return w.server.verdict([]judge.Record{r}, []*judge.History{past}, strict)
}

// called tells whether anything was, in the open chapter or in one before.
func (w *World) called() bool {
	w.changing.Lock()
	defer w.changing.Unlock()
	return w.current.Load().Journal.Len() > 0 || w.chapters.past.Len() > 0
}

// strikes is what is known of whether the world's scenarios were exercised.
func (w *World) strikes() *judge.History {
	w.changing.Lock()
	defer w.changing.Unlock()
	state := w.current.Load()
	r := judge.Record{Scenario: state.prepared.file.Name, Rules: state.rules(), Sets: said(state.prepared.file)}
	return w.chapters.past.Strikes(&r)
}

func (s *Server) verify(strict bool) journal.Verdict {
	s.worlds.mu.RLock()
	worlds, past := s.worlds.list(), s.worlds.past.Clone() // of one moment: a world that is dropped is in one of them
	s.worlds.mu.RUnlock()
	return s.judge(worlds, []*judge.History{past}, strict)
}

func (s *Server) judge(worlds []*World, past []*judge.History, strict bool) journal.Verdict {
	records := make([]judge.Record, len(worlds))
	for i, w := range worlds {
		var before *judge.History
		records[i], before = w.evidence()
		past = append(past, before)
	}
	return s.verdict(records, past, strict)
}

func (s *Server) verdict(records []judge.Record, past []*judge.History, strict bool) journal.Verdict {
	v := judge.Verdict(records, past...)
	if s.set.Proxy != "" {
		v = judge.ByProxy(v)
	}
	v.Run, v.Properties = s.set.Run, s.properties()
	if strict || s.set.Verify == VerifyStrict {
		return v.Strict()
	}
	return v
}

// properties tell how the server was started, for those who read a verdict later.
func (s *Server) properties() []journal.Property {
	var names, readings []string
	for _, source := range s.scenario.Load().sources {
		names = append(names, source.Name)
	}
	for name, reading := range s.set.Variants {
		readings = append(readings, name+"="+reading)
	}
	slices.Sort(readings)
	list := []journal.Property{{Name: "graphemu.version", Value: version.String()}, {Name: "run", Value: s.set.Run},
		{Name: "scenario", Value: strings.Join(names, ", ")}, {Name: "fixture", Value: s.scenario.Load().fixture.Name},
		{Name: "variants", Value: strings.Join(readings, ", ")}, {Name: "clock", Value: s.set.Clock}, {Name: "auth", Value: s.set.Auth},
		{Name: "verify", Value: s.set.Verify}, {Name: "seed", Value: strconv.FormatUint(s.set.Seed, 10)}}
	return slices.DeleteFunc(list, func(p journal.Property) bool { return p.Value == "" })
}

// record is what the world's open chapter is judged by. Must hold changing.
func (w *World) record(state *state) judge.Record {
	sc := state.prepared
	r := judge.Record{World: w.Name(), Tenant: w.tenant, Scenario: sc.file.Name, Chapter: w.chapters.open(), Expect: sc.file.Expect,
		Strict: w.server.set.Auth == AuthStrict}
	r.Entries, r.Lost = state.Journal.Chapter()
	r.Rules, r.Sets = state.rules(), said(sc.file)
	for i := range r.Expect {
		if in := r.Expect[i].In; in != "" && r.Objects[in] == nil {
			if r.Objects == nil {
				r.Objects = map[string][][]byte{}
			}
			r.Objects[in] = w.server.graph.Objects().Members(state.ownCall(), in)
		}
	}
	if !slices.ContainsFunc(r.Expect, func(e journal.Expectation) bool { return e.Profile != nil }) {
		return r // there may be a hundred thousand
	}
	for p := range state.Profiles.All(state.Clock.Now(), 0) {
		r.Profiles = append(r.Profiles, judge.ProfileView{JSON: p.JSON(), State: string(p.State), Status: string(p.Sync.Status)})
	}
	return r
}

// ofOneTest is a record without what only all tests together can answer for: whether the
// rules of the server's scenario struck.
func (s *state) ofOneTest(r judge.Record) judge.Record {
	if s.prepared.servers {
		r.Rules = slices.DeleteFunc(slices.Clone(r.Rules), func(u judge.RuleUse) bool { return !u.Added })
		r.Sets = nil
	}
	return r
}

// ownCall is a call of the test itself, at the present.
func (s *state) ownCall() *workload.Call {
	return &workload.Call{Call: engine.Call{Now: s.Clock.Now()}, Trusted: true, Tenant: &s.World.Tenant}
}

// said is what a scenario says besides rules, with the calls that have to do with it.
// Chosen: the clock and the timeline are felt by who looks at profiles, whose stages take
// time; a lifecycle of other objects is a rule, and so is pageSize.
func said(f *scenario.File) (list []judge.Setting) {
	if f.Clock.Given() {
		list = append(list, judge.Setting{Name: "clock", Area: "profiles"})
	}
	if f.Timeline != (scenario.Timeline{}) {
		list = append(list, judge.Setting{Name: "timeline", Area: "profiles"})
	}
	for _, name := range slices.Sorted(maps.Keys(f.Variants)) {
		s := judge.Setting{Name: "variant " + name, Area: "profiles"}
		if name == "directoryQueries" {
			s.Area = ""
		}
		list = append(list, s)
	}
	return list
}

// rules is how often each rule fired.
func (s *state) rules() (list []judge.RuleUse) {
	sc, inForce := s.prepared, s.World.Scenario()
	for _, u := range inForce.Faults.Rules() {
		r := judge.RuleUse{Name: u.Rule.Name, Kind: "fault", Fired: u.Fired, Optional: u.Rule.Optional, Added: u.Added}
		if c := u.Rule.Chance; c > 0 && c < 1 && u.Rule.Calls.IsZero() {
			r.Spared = u.Matched - u.Fired
		}
		list = append(list, r)
	}
	used, objects := s.Profiles.Used(), s.Futures.Used()
	for _, l := range sc.file.Lifecycles {
		list = append(list, judge.RuleUse{Name: l.Name, Kind: "lifecycle", Fired: used[l.Name] + objects[l.Name], Optional: l.Optional})
	}
	if inForce.PageSize > 0 {
		list = append(list, judge.RuleUse{Name: strconv.Itoa(inForce.PageSize), Kind: "pageSize", Fired: inForce.Pages.Load(), Optional: true})
	}
	if inForce.Throttle != nil {
		fired := inForce.Throttle.Fired()
		for _, t := range sc.file.Throttle {
			list = append(list, judge.RuleUse{Name: t.Name, Kind: "throttle", Fired: fired[t.Name], Optional: t.Optional})
		}
	}
	return list
}

// How many closed chapters are kept with their verdict: of a world, and of all
// worlds that were dropped together. Chosen: a suite's failures fit into it.
const (
	maxChapters        = 100
	maxDroppedChapters = 1000
)

// chapters are the parts of a world's run, each judged by itself. What a reset
// or another scenario takes away was judged before, so that no call of a client
// escapes the verdict. A restart of the server begins anew with them, as with the
// journal.
type chapters struct {
	past   *judge.History // those that are closed
	recent *judge.History // of these the ones since the last reset; nil: the world was not reset yet
	name   string         // of the open one
	before int            // chapters of the tenant's world of before, which was dropped
}

// open is the chapter that goes on; nil where it is the first and has no name.
func (c *chapters) open() *journal.Chapter {
	number := c.before + c.past.Len() + 1
	if number == 1 && c.name == "" {
		return nil
	}
	return &journal.Chapter{Number: number, Name: c.name}
}

// closeChapter judges the open chapter by the world as state has it, and begins
// the next. by is what closes it. One in which nothing was called is none. Must
// hold changing.
func (w *World) closeChapter(state *state, by string) {
	r := w.record(state)
	w.chapters.past.Close(&r, by)
	if by == journal.CloseReset {
		w.chapters.recent = judge.NewHistory(maxChapters)
	} else if w.chapters.recent != nil {
		one := state.ofOneTest(r)
		w.chapters.recent.Close(&one, by)
	}
	state.Journal.NextChapter()
}

// evidence is what the world is judged by: its open chapter, and those before.
func (w *World) evidence() (judge.Record, *judge.History) {
	w.changing.Lock()
	defer w.changing.Unlock()
	return w.record(w.current.Load()), w.chapters.past.Clone()
}

// Forget drops all by which the world's clients would be judged: the verdicts on
// closed chapters, and the entries of the journal. Counters of rules go on.
func (w *World) Forget() {
	w.server.worlds.mu.Lock()
	w.server.worlds.past.Forget(w.tenant)
	w.server.worlds.mu.Unlock()
	w.forget()
}

func (w *World) forget() {
	w.changing.Lock()
	defer w.changing.Unlock()
	w.chapters.past, w.chapters.recent, w.chapters.before = judge.NewHistory(maxChapters), nil, 0
	w.current.Load().Journal.Clear()
}

// Forget drops all by which clients would be judged, in all worlds and of those
// that were dropped: a suite that finds the server running begins with it.
func (s *Server) Forget() {
	s.worlds.mu.Lock()
	s.worlds.past = judge.NewHistory(maxDroppedChapters)
	s.worlds.mu.Unlock()
	for _, w := range s.Worlds() {
		w.forget()
	}
}
