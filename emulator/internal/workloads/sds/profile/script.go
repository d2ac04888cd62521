package profile

import (
	"sync"
	"time"
)

// Gone as the state of a step: the profile is no longer there. It is no state
// of Graph (chosen).
const Gone State = "gone"

// Script says how the futures of a store's profiles unfold. CheckSteps tells
// whether the service could do it; a store runs whatever it is given. It must not
// be changed or copied once a store has it: stores and profiles share what it holds.
type Script struct {
	Timeline   Timeline    // for whatever no lifecycle decides; zero: every stage is over at once
	Lifecycles []Lifecycle // the first that fits a trigger and the profile decides

	once     sync.Once
	compiled *compiled
}

// Lifecycle is the future that a call on a profile leads to, in place of what was to
// come. One on CallUpdate begins only on profiles that are provisioned; its Where
// looks at the profile as the update has made it. One on CallPause begins only where
// the sync is not paused already; a resume then goes on where the sync was when pause
// was called (chosen).
//
// One that has a Next runs once for a profile; after that its Next, which waits
// until then, may run there. An automatic start of a profile that needs no files
// is a start like a client's.
type Lifecycle struct {
	Name  string         // unique in its script, not empty
	On    Call           // what it begins with: one of Triggers
	Where map[string]any // path (gjson) to the value there, on the profile's JSON; null holds for an absent value too; empty: every profile
	Steps []Step         // after the last one nothing goes on by itself
	Next  string         // name of the lifecycle for a later trigger; "": none
}

// Step is what happens at one instant of a lifecycle. Where both are "", State
// and Status stay.
type Step struct {
	After      time.Duration // since the step before, or since the trigger
	Reads      int           // answered reads of the profile since then; above 0 it counts instead of After
	State      State         // may be Gone
	Status     Status
	Errors     []SyncError // recorded by this step; empty fields are made up
	ErrorCount int         // so many made-up errors more
	Message    string      // statusMessage; "": the usual one
	Force      bool        // taken as it is, though the service could not do it
}

// Standing is where a profile is.
type Standing struct {
	State  State // Gone for one that is no longer there
	Status Status
}

// Event is one step that Settle applied.
type Event struct {
	At              time.Time
	ID, DisplayName string
	From, To        Standing
	Lifecycle       string // "" where the timeline decided, or the expirationDate
	Errors          int    // how many this step recorded
}

// StepFault is what is wrong with a step of a lifecycle.
type StepFault struct {
	Index    int      // of the step; -1: of the trigger
	Message  string   // a sentence that lists what is legal
	Forcible bool     // the service could not do it, but a forced step may
	Legal    []string // the states, statuses or triggers that are legal there; empty where none is, or where the fault is of another kind
}
