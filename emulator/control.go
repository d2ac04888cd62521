package emulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/control"
	"github.com/graphemu/graphemu/emulator/internal/judge"
	"github.com/graphemu/graphemu/emulator/internal/metrics"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// controlled is the server as the control API sees it.
type controlled struct{ s *Server }

func (c controlled) CA() ([]byte, error) {
	pem, _, err := c.s.CA()
	return pem, err
}

func (c controlled) Worlds() []control.World {
	list := c.s.Worlds()
	worlds := make([]control.World, len(list))
	for i, w := range list {
		worlds[i] = controlledWorld{w}
	}
	return worlds
}

func (c controlled) World(ref string) (control.World, error) {
	w, err := c.s.World(ref)
	var full *FullError
	if errors.As(err, &full) {
		err = &control.Problem{Title: "Too many worlds", Status: http.StatusInsufficientStorage,
			Detail: fmt.Sprintf("%v; %s raises the limit.", err, full.flag())}
	}
	return controlledWorld{w}, err
}

func (c controlled) Find(ref string) (control.World, error) {
	_, tenant, err := worldRef(ref)
	if err != nil {
		return nil, err
	}
	if tenant == DefaultTenant {
		return controlledWorld{c.s.defaultWorld()}, nil
	}
	if w := c.s.find(tenant); w != nil {
		return controlledWorld{w}, nil
	}
	return nil, nil
}

// dropped is what is kept of the chapters of a world that was dropped.
func (c controlled) dropped(ref string) *judge.History {
	_, tenant, err := worldRef(ref)
	if err != nil {
		return judge.NewHistory(0)
	}
	c.s.worlds.mu.RLock()
	defer c.s.worlds.mu.RUnlock()
	return c.s.worlds.past.Of(tenant)
}

func (c controlled) WasDropped(ref string) bool { return c.dropped(ref).Len() > 0 }

func (c controlled) VerifyDropped(ref string, strict bool) control.Verdict {
	return c.s.judge(nil, []*judge.History{c.dropped(ref)}, strict)
}

func (c controlled) ForgetDropped(ref string) {
	if _, tenant, err := worldRef(ref); err == nil {
		c.s.worlds.mu.Lock()
		defer c.s.worlds.mu.Unlock()
		c.s.worlds.past.Forget(tenant)
	}
}

func (c controlled) Verify(strict bool) control.Verdict {
	return c.s.verify(strict)
}

func (c controlled) Forget() { c.s.Forget() }

func (c controlled) WriteReport(w io.Writer) error { return c.s.WriteReport(w) }

func (c controlled) RotateKeys(forget bool) error { return c.s.RotateKeys(forget) }

func (c controlled) SaveState() error {
	err := c.s.SaveState()
	if err == ErrNoStateFile {
		return control.ErrNoStateFile
	}
	return err
}

func (c controlled) WriteMetrics(w io.Writer) error {
	var g metrics.Gauges
	for _, world := range c.s.Worlds() {
		state := world.current.Load()
		g.Worlds++
		g.Profiles += state.Profiles.Len(state.Clock.Now())
		g.JournalLost += state.Journal.Lost()
	}
	return c.s.metrics.Write(w, g)
}

// controlledWorld is a world as the control API sees it.
type controlledWorld struct{ *World }

func (w controlledWorld) ProfileCount() int {
	state := w.current.Load()
	return state.Profiles.Len(state.Clock.Now())
}

func (w controlledWorld) Token(t control.TokenRequest) (string, error) {
	claims, err := w.claims(TokenOptions(t))
	if err != nil {
		return "", &control.Problem{Title: "No such token", Status: http.StatusBadRequest, Detail: err.Error()}
	}
	return w.sign(claims, t.Flaw)
}

func (w controlledWorld) Graph(rw http.ResponseWriter, r *http.Request, path, base string) {
	w.server.graph.ServeBeside(rw, r, &w.current.Load().World, path, base)
}

func (w controlledWorld) Permissions() control.Permissions { return w.World.Permissions() }

func (w controlledWorld) WriteSnapshot(out io.Writer) error { return w.writeSnapshot(out) }

func (w controlledWorld) ReadSnapshot(in io.Reader) error { return w.readSnapshot(in) }

func (w controlledWorld) TokenFlaws() []string { return TokenFlaws() }

func (w controlledWorld) Reset(r control.ResetRequest) error {
	err := w.World.reset(r.Name, r.Fixture, r.Seed)
	if err == nil {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		// "fixture: /profiles/0: wrong" is about the body's /fixture/profiles/0.
		part, rest, _ := strings.Cut(line, ": ")
		if !strings.HasPrefix(rest, "/") {
			rest = ": " + rest
		}
		lines = append(lines, "/"+part+rest)
	}
	return errors.New(strings.Join(lines, "\n"))
}

func (w controlledWorld) Drop() error {
	if w.tenant == DefaultTenant {
		return &control.Problem{Title: "The default world stays", Status: http.StatusConflict,
			Detail: "The default world cannot be dropped; POST worlds/default/reset puts it back to its start."}
	}
	w.server.drop(w.World)
	return nil
}

// maxEvents is how many steps one move of a clock tells.
const maxEvents = 1000

func (w controlledWorld) Settle() control.Happened {
	state := w.current.Load()
	now := state.Clock.Now()
	events, total := state.Profiles.Settle(now, maxEvents)
	transitions, more := state.Futures.Settle(now, maxEvents)
	var all []control.Event
	for _, e := range events {
		all = append(all, control.Event{At: e.At, Profile: e.ID, DisplayName: e.DisplayName,
			From: standing(e.From), To: standing(e.To), Lifecycle: e.Lifecycle, Errors: e.Errors})
	}
	for _, t := range transitions {
		all = append(all, control.Event{At: t.At, DisplayName: t.DisplayName, Lifecycle: t.Lifecycle,
			Subject: t.Path, Before: t.Before, After: t.After, Problem: t.Problem})
	}
	slices.SortStableFunc(all, func(a, b control.Event) int { return a.At.Compare(b.At) })
	all = all[:min(len(all), maxEvents)]
	return control.Happened{Events: all, More: total + more - len(all)}
}

func standing(s profile.Standing) control.Standing {
	return control.Standing{State: string(s.State), Status: string(s.Status)}
}

func (w controlledWorld) Advance(d time.Duration) (control.Happened, error) {
	if err := w.Clock().Advance(d); err != nil {
		return control.Happened{}, err
	}
	return w.Settle(), nil
}

// maxDue is how many steps that are still to come are told.
const maxDue = 100

func (w controlledWorld) Due() control.Due {
	state := w.current.Load()
	profiles, more := state.Profiles.Due(state.Clock.Now(), maxDue)
	others, further := state.Futures.Due(maxDue)
	all := []control.Event{}
	for _, e := range profiles {
		all = append(all, control.Event{At: e.At, Profile: e.ID, DisplayName: e.DisplayName, From: standing(e.From), Lifecycle: e.Lifecycle})
	}
	for _, t := range others {
		all = append(all, control.Event{At: t.At, DisplayName: t.DisplayName, Lifecycle: t.Lifecycle, Subject: t.Path})
	}
	slices.SortStableFunc(all, func(a, b control.Event) int { return a.At.Compare(b.At) })
	told := min(len(all), maxDue)
	return control.Due{Events: all[:told], More: more + further + len(all) - told}
}

// maxSteps bounds how far "idle" goes: each profile or other object has a handful of steps.
const maxSteps = 10_000_000

func (w controlledWorld) AdvanceIdle() (all control.Happened, err error) {
	for range maxSteps {
		state := w.current.Load()
		next, ok := state.nextStep()
		if !ok {
			return all, nil
		}
		if d := next.Sub(state.Clock.Now()); d > 0 {
			if state.Clock.Advance(d) != nil {
				return all, nil // what is left comes after the last instant that there is
			}
		}
		h := w.Settle()
		room := min(maxEvents-len(all.Events), len(h.Events))
		all.Events = append(all.Events, h.Events[:room]...)
		all.More += h.More + len(h.Events) - room
	}
	return all, nil
}

// nextStep is when the next step of a profile or of another object is due.
func (st *state) nextStep() (at time.Time, ok bool) {
	at, ok = st.Profiles.NextStep(st.Clock.Now())
	if other, also := st.Futures.Next(); also && (!ok || other.Before(at)) {
		return other, true
	}
	return at, ok
}

func (w controlledWorld) Force(id, state, status string) (control.ForcedProfile, error) {
	current := w.current.Load()
	r, err := current.Profiles.Force(current.Clock.Now(), id, profile.State(state), profile.Status(status))
	if errors.Is(err, profile.ErrNotFound) {
		err = control.ErrNoProfile
	}
	if err != nil {
		return control.ForcedProfile{}, err
	}
	return control.ForcedProfile{ID: r.ID, DisplayName: r.Profile().DisplayName, State: string(r.State), Status: string(r.Sync.Status)}, nil
}

func (w controlledWorld) Scenario() control.Scenario {
	_, sc, _ := w.inForce()
	s := control.Scenario{Name: sc.file.Name, Own: w.own.Load() != nil}
	for _, source := range sc.sources {
		s.Sources = append(s.Sources, control.Source(source))
	}
	return s
}

func (w controlledWorld) PutScenario(name string, text []byte) ([]string, error) {
	return w.SetScenario(name, string(text))
}

func (w controlledWorld) DropScenario() { w.UnsetScenario() }

func (w controlledWorld) Faults() []control.FaultUse {
	var list []control.FaultUse
	for _, u := range w.World.Faults().List() {
		list = append(list, control.FaultUse(u))
	}
	return list
}

func (w controlledWorld) AddFault(r fault.Rule) error { return w.World.Faults().Add(r) }

func (w controlledWorld) RemoveFault(name string) bool { return w.World.Faults().Remove(name) }

func (w controlledWorld) ClearFaults() { w.World.Faults().Clear() }

func (w controlledWorld) Journal() control.Journal { return w.World.current.Load().Journal }

func (w controlledWorld) Verify(strict bool) control.Verdict {
	return w.World.verify(strict)
}

func (w controlledWorld) VerifySinceReset(strict bool) control.Verdict {
	return w.World.verifySinceReset(strict)
}

func (w controlledWorld) Verification(id string) (control.Verification, error) {
	state := w.current.Load()
	if _, err := state.Profiles.Get(state.Clock.Now(), id); err != nil {
		return control.Verification{}, control.ErrNoProfile
	}
	report, ok := state.Syncs.Report(id)
	if !ok {
		return control.Verification{}, control.ErrNotVerified
	}
	v := control.Verification{Format: string(report.Format), Rows: map[string]int{}, Messages: []control.VerificationMessage{}}
	for entity, n := range report.Rows {
		v.Rows[string(entity)] = n
	}
	for _, m := range report.Messages {
		told := control.VerificationMessage{Type: m.Type, FileName: m.FileName, Description: m.Description, Column: m.Column, Count: m.Count}
		for _, r := range m.Rows {
			told.Rows = append(told.Rows, control.Row{Line: r.Line, Text: r.Text})
		}
		v.Messages = append(v.Messages, told)
	}
	return v, nil
}
