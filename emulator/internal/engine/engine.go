// Package engine takes one call on its way: it opens the call's journal entry, tells
// whether it came too early, lets the scenario's rules and throttles have their turn,
// asks the protocol's handler for the answer, records it and sends it. It knows no
// protocol and no workload: what a call asks for, and how an answer is written, its
// Handler says.
package engine

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/retry"
	"github.com/graphemu/graphemu/emulator/internal/throttling"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Config is what the engine needs to know.
type Config struct {
	PublicURL string           // what absolute URLs are built on; "": the request's own scheme and Host
	Log       *slog.Logger     // never nil
	Now       func() time.Time // the wall clock
	Closing   context.Context  // done when the server closes
}

// Metrics counts calls, and what rules did to them.
type Metrics interface {
	Observe(operation string, status int, took time.Duration)
	Fault(rule string)
}

// Engine takes calls on their way. It holds no state of its own.
type Engine struct {
	Config
	metrics Metrics // nil: nobody counts
}

// New returns an engine. metrics may be nil.
func New(cfg Config, metrics Metrics) *Engine { return &Engine{cfg, metrics} }

// World is what the engine needs of a world. A reset makes a new one.
type World struct {
	Name       func() string // for the journal: a world may learn its name later
	Clock      *clock.Clock
	RequestIDs *ids.Stream
	Journal    *record.Journal
	Settle     func(now time.Time) // clears away what has ended by now, before each call; nil: nothing does

	// Standing is where the profile of that id stands, never nil; see Gone. Profile is its
	// JSON, nil where it is not there.
	Standing func(now time.Time, id string) *journal.Subject
	Profile  func(now time.Time, id string) []byte

	scenario atomic.Pointer[Scenario]
	waits    retry.Waits[digest, telling] // clients that an answer told to wait
}

// Scenario is what the scenario in force does to a world's calls. A call looks it up
// once: one that is under way when another scenario is put in force ends under the
// one that it began with.
type Scenario struct {
	Variants   variant.Set
	Faults     *faults.Set         // never nil
	Throttle   *throttling.Counter // nil: no throttling
	PerRequest time.Duration       // how far each call moves a clock that stands still
	PageSize   int                 // how many objects of a list a page has at most; 0: as the protocol has it

	Pages atomic.Uint64 // how many of the pages that PageSize made small led on to another
}

// Scenario returns the scenario in force.
func (w *World) Scenario() *Scenario { return w.scenario.Load() }

// SetScenario puts another scenario in force.
func (w *World) SetScenario(s *Scenario) { w.scenario.Store(s) }

// Serve answers a call that Begin has prepared, records it and sends the answer.
func (e *Engine) Serve(w http.ResponseWriter, c *Call) { e.Finish(w, c, e.Answer(c)) }

// Finish records a call with its answer, and sends that. The entry comes first: a
// client that has the answer finds it, and a call that hangs is there to be seen.
func (e *Engine) Finish(w http.ResponseWriter, c *Call, a Reply) {
	e.Record(c, a)
	e.send(w, c, a)
	e.tell(c, a)
}
