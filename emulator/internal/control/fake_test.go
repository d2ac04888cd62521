package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// fakeServer is the emulator as these tests need it.
type fakeServer struct {
	worlds  []*fakeWorld
	ca      error
	panics  any
	saves   int
	unsaid  error // what SaveState and RotateKeys err with
	rotated string
	forgot  bool
}

// Graph tells what it was asked for.
func (w *fakeWorld) Graph(rw http.ResponseWriter, r *http.Request, path, base string) {
	rw.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(rw, `{"asked":"%s %s %s"}`, r.Method, path, base)
}

func (s *fakeServer) CA() ([]byte, error) {
	if s.panics != nil {
		panic(s.panics)
	}
	return []byte("PEM"), s.ca
}

func (s *fakeServer) Worlds() (list []World) {
	for _, w := range s.worlds {
		list = append(list, w)
	}
	return list
}

func (s *fakeServer) World(ref string) (World, error) {
	if ref == "one-too-many" {
		return nil, &Problem{Title: "Too many worlds", Status: http.StatusInsufficientStorage, Detail: "d"}
	}
	if w, err := s.Find(ref); w != nil || err != nil {
		return w, err
	}
	return nil, fmt.Errorf("%q can't be a world", ref)
}

func (w *fakeWorld) Verification(id string) (Verification, error) {
	switch id {
	case "p1", "1":
		return Verification{Format: "V1", Rows: map[string]int{"school": 1},
			Messages: []VerificationMessage{{Type: "Error", FileName: "section.csv",
				Description: "1 row(s) have missing data for the field - SIS ID", Column: "SIS ID", Count: 1, Rows: []Row{{Line: 7}}}}}, nil
	case "new":
		return Verification{}, ErrNotVerified
	}
	return Verification{}, ErrNoProfile
}

func (s *fakeServer) Find(ref string) (World, error) {
	for _, w := range s.worlds {
		if ref == w.name || ref == w.tenant {
			return w, nil
		}
	}
	if len(ref) > 64 || strings.ContainsFunc(ref, func(r rune) bool { return r <= 0x20 || r == 0x22 || r > 0x7e }) {
		return nil, fmt.Errorf("%q can't be a world", ref)
	}
	return nil, nil
}

func (s *fakeServer) RotateKeys(forget bool) error {
	s.rotated = fmt.Sprint("forget ", forget)
	return s.unsaid
}

func (s *fakeServer) SaveState() error {
	s.saves++
	return s.unsaid
}

func (s *fakeServer) Verify(strict bool) Verdict { return fakeVerdict{Of: "all", Strict: strict} }

func (s *fakeServer) WasDropped(ref string) bool { return ref == "dropped" }

func (s *fakeServer) VerifyDropped(ref string, strict bool) Verdict {
	return fakeVerdict{Of: ref, Strict: strict}
}

func (s *fakeServer) ForgetDropped(string) { s.forgot = true }

func (s *fakeServer) Forget() { s.forgot = true }

func (s *fakeServer) WriteReport(out io.Writer) error {
	_, err := io.WriteString(out, "a report on all")
	return err
}

func (s *fakeServer) WriteMetrics(w io.Writer) error {
	_, err := io.WriteString(w, "graphemu_worlds 1\n")
	return err
}

type fakeWorld struct {
	name, tenant string
	clock        *clock.Clock
	steps        []time.Time // due, in order
	resets       int
	dropped      bool
	asked        string // what Token or Force was called with
	fails        error  // of whatever can
	scenario     Scenario
	own          bool
	rules        []FaultUse
	journal      fakeJournal
	restored     string
}

func (w *fakeWorld) Name() string        { return w.name }
func (w *fakeWorld) Tenant() string      { return w.tenant }
func (w *fakeWorld) Clock() *clock.Clock { return w.clock }
func (w *fakeWorld) Forget()             { w.asked = "forget" }
func (w *fakeWorld) ProfileCount() int   { return 3 }

func (w *fakeWorld) Reset(r ResetRequest) error {
	w.asked = fmt.Sprintf("%q %s", r.Name, r.Fixture)
	if r.Seed != 0 {
		w.asked += fmt.Sprint(" seed ", r.Seed)
	}
	if w.fails == nil {
		w.resets++
	}
	return w.fails
}

func (w *fakeWorld) Drop() error {
	if w.fails == nil {
		w.dropped = true
	}
	return w.fails
}

func (w *fakeWorld) Settle() (h Happened) {
	for len(w.steps) > 0 && !w.steps[0].After(w.clock.Now()) {
		if w.steps[0].Second() == 3 { // of an object that is no profile
			h.Events = append(h.Events, Event{At: w.steps[0], DisplayName: "Ann", Subject: "/users/1", Lifecycle: "users.create",
				Before: json.RawMessage(`{"accountEnabled":false}`), After: json.RawMessage(`{"accountEnabled":true}`)})
			w.steps = w.steps[1:]
			continue
		}
		h.Events = append(h.Events,
			Event{At: w.steps[0], Profile: "p", DisplayName: "North", From: Standing{"provisioning", "paused"}, To: Standing{State: "gone"}})
		w.steps = w.steps[1:]
	}
	return h
}

func (w *fakeWorld) Due() Due {
	return Due{Events: []Event{{At: w.clock.Now(), Profile: "p", DisplayName: "North", From: Standing{State: "provisioning"}}}, More: 4}
}

func (w *fakeWorld) Advance(d time.Duration) (Happened, error) {
	if err := w.clock.Advance(d); err != nil {
		return Happened{}, err
	}
	return w.Settle(), nil
}

func (w *fakeWorld) AdvanceIdle() (Happened, error) {
	if w.fails != nil || len(w.steps) == 0 {
		return Happened{}, w.fails
	}
	h, err := w.Advance(w.steps[len(w.steps)-1].Sub(w.clock.Now()))
	h.More = 7
	return h, err
}

func (w *fakeWorld) Token(t TokenRequest) (string, error) {
	w.asked = fmt.Sprintf("%v %v %s %v", t.Scopes, t.Roles, t.App, t.Expires)
	if t.User+t.Audience+t.Flaw != "" || t.After != 0 {
		w.asked += fmt.Sprintf(" %s %s %v %s", t.User, t.Audience, t.After, t.Flaw)
	}
	return "TOKEN", w.fails
}

func (w *fakeWorld) TokenFlaws() []string { return []string{"key", "signature"} }

func (w *fakeWorld) Revoke() uint64 {
	w.asked = "revoke"
	return 1
}

func (w *fakeWorld) ApproveSignIn(userCode, user string) error {
	w.asked = userCode + " approved for " + user
	return w.fails
}

func (w *fakeWorld) DeclineSignIn(userCode string) error {
	w.asked = userCode + " declined"
	return w.fails
}

func (w *fakeWorld) Force(id, state, status string) (ForcedProfile, error) {
	w.asked = fmt.Sprintf("%s %q %q", id, state, status)
	return ForcedProfile{ID: id, DisplayName: "North", State: "provisioned", Status: status}, w.fails
}

func (w *fakeWorld) Scenario() Scenario {
	s := w.scenario
	s.Own = w.own
	return s
}

func (w *fakeWorld) PutScenario(name string, text []byte) ([]string, error) {
	if w.fails != nil {
		return nil, w.fails
	}
	w.own, w.scenario = true, Scenario{Name: "put", Sources: []Source{{name, string(text)}}}
	return []string{"a note"}, nil
}

func (w *fakeWorld) DropScenario() { w.own = false }

func (w *fakeWorld) Faults() []FaultUse { return w.rules }

func (w *fakeWorld) AddFault(r fault.Rule) error {
	if w.fails == nil {
		w.rules = append([]FaultUse{{Rule: r, Added: true}}, w.rules...)
	}
	return w.fails
}

func (w *fakeWorld) RemoveFault(name string) bool {
	before := len(w.rules)
	w.rules = slices.DeleteFunc(w.rules, func(u FaultUse) bool { return u.Rule.Name == name })
	return len(w.rules) < before
}

func (w *fakeWorld) ClearFaults() { w.rules = nil }

func (w *fakeWorld) Journal() Journal { return &w.journal }

func (w *fakeWorld) Permissions() Permissions { return fakePermissions{Lost: 3} }

func (w *fakeWorld) Verify(strict bool) Verdict { return fakeVerdict{Of: w.name, Strict: strict} }

func (w *fakeWorld) VerifySinceReset(strict bool) Verdict {
	return fakeVerdict{Of: w.name + " since its reset", Strict: strict}
}

func (w *fakeWorld) WriteReport(out io.Writer) error {
	if w.fails == nil {
		fmt.Fprintf(out, "a report on %s", w.name)
	}
	return w.fails
}

func (w *fakeWorld) WriteSnapshot(out io.Writer) error {
	if w.fails == nil {
		io.WriteString(out, `{"kind":"graphemu world","version":1}`)
	}
	return w.fails
}

func (w *fakeWorld) ReadSnapshot(in io.Reader) error {
	b, err := io.ReadAll(in)
	if err == nil && w.fails == nil {
		w.restored = string(b)
	}
	return errors.Join(err, w.fails)
}

type fakeJournal struct {
	entries  []journal.Entry
	position uint64
	lost     uint64
	asked    journal.Filter
}

func (j *fakeJournal) Entries(f journal.Filter) []journal.Entry {
	j.asked = f
	return j.entries
}

func (j *fakeJournal) News(f journal.Filter, place uint64) record.News {
	j.asked = f
	return record.News{Entries: j.entries, Place: place}
}

func (j *fakeJournal) Get(id uint64) (journal.Entry, bool) {
	for _, e := range j.entries {
		if e.ID == id {
			return e, true
		}
	}
	return journal.Entry{}, false
}

func (j *fakeJournal) Position() uint64 { return j.position }
func (j *fakeJournal) Mark() string     { return "ABC" }
func (j *fakeJournal) Lost() uint64     { return j.lost }
func (j *fakeJournal) Clear()           { j.entries = nil }

// fakeVerdict tells in the parts of a verdict what it was asked for.
type fakeVerdict struct {
	Of       string `json:"summary"`
	Strict   bool   `json:"ok"`
	Worlds   [0]int `json:"worlds"`
	Warnings [0]int `json:"warnings"`
}

func (v fakeVerdict) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "text of %s %v", v.Of, v.Strict)
	return err
}

func (v fakeVerdict) WriteJUnit(w io.Writer) error {
	_, err := fmt.Fprintf(w, "<junit of=%q strict=\"%v\"/>", v.Of, v.Strict)
	return err
}

type fakePermissions struct {
	Lost int `json:"lost"`
}

func (p fakePermissions) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%d are lost", p.Lost)
	return err
}

// OpenAPI tells what it was asked for.
func (s *fakeServer) OpenAPI(version string, generic bool, origin string) ([]byte, error) {
	return fmt.Appendf(nil, `{"openapi":"3.1.1","info":{"title":"%s %t %s"},"paths":{}}`, version, generic, origin), nil
}
