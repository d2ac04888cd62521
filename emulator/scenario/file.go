// Package scenario is the file format in which a test author says how the
// future of profiles and other objects unfolds (lifecycles), what goes wrong on the wire (faults
// and throttles), and what a client must have done in the end (expectations).
//
// A file is YAML or JSON, as schemas/scenario.schema.json describes it. It is
// taken whole or not at all: everything that is wrong with it is told at once, each
// with its place in the text. Everything in the format is graphemu's own design
// (chosen). To read one, see LoadScenario in package emulator.
package scenario

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/journal"
	"github.com/graphemu/graphemu/emulator/throttle"
)

// Version is the version of the format.
const Version = 1

// File is a scenario. As JSON it is a scenario file again.
type File struct {
	Version     int               `json:"version"`
	Name        string            `json:"name,omitzero"` // of a file that has none: the file's, less folder and ending
	Description string            `json:"description,omitzero"`
	Clock       Clock             `json:"clock,omitzero"`
	Variants    map[string]string `json:"variants,omitempty"` // name to reading
	// name of a built-in one, or a path that leads from where we are; "": not said
	Fixture    string                `json:"fixture,omitzero"`
	PageSize   int                   `json:"pageSize,omitzero"` // of Graph's lists: at most so many objects a page; 0: not said
	Timeline   Timeline              `json:"timeline,omitzero"`
	Lifecycles []Lifecycle           `json:"lifecycles,omitempty"`
	Faults     []fault.Rule          `json:"faults,omitempty"`
	Throttle   []throttle.Rule       `json:"throttle,omitempty"`
	Expect     []journal.Expectation `json:"expect,omitempty"`

	// Where the faults and the throttle rules stand, as "nightly.yaml:12:5"; shorter
	// than their lists where that is not known. See FaultPlace.
	FaultPlaces    []string `json:"-"`
	ThrottlePlaces []string `json:"-"`
}

// FaultPlace returns where the fault of that index stands, as "file:line:column",
// "" where that is not known.
func (f *File) FaultPlace(i int) string { return item(f.FaultPlaces, i) }

// ThrottlePlace is FaultPlace for the throttle rules.
func (f *File) ThrottlePlace(i int) string { return item(f.ThrottlePlaces, i) }

func item(list []string, i int) string {
	if i < 0 || i >= len(list) {
		return ""
	}
	return list[i]
}

// Clock is how each world's clock starts. The zero value is not given.
type Clock struct {
	Mode       clock.Mode     `json:"mode,omitzero"`       // default: real
	Start      time.Time      `json:"start,omitzero"`      // frozen only, in UTC; default: the present
	Factor     float64        `json:"factor,omitzero"`     // scaled only
	PerRequest clock.Duration `json:"perRequest,omitzero"` // frozen only: each Graph request moves the clock by so much
}

// Given tells whether the scenario says anything about the clock.
func (c Clock) Given() bool { return c != Clock{} }

// Setting returns how the clock starts.
func (c Clock) Setting() clock.Setting {
	s := clock.Setting{Mode: c.Mode, Start: c.Start, Factor: c.Factor}
	if s.Mode == "" {
		s.Mode = clock.ModeReal
	}
	return s
}

// Timeline is how long the stages take where no lifecycle decides, on the
// world's clock. Nil is the default: see Filled.
type Timeline struct {
	Provisioning *clock.Duration `json:"provisioning,omitzero"`
	Deleting     *clock.Duration `json:"deleting,omitzero"`
	Extracting   *clock.Duration `json:"extracting,omitzero"`
	Validating   *clock.Duration `json:"validating,omitzero"`
	InProgress   *clock.Duration `json:"inProgress,omitzero"`
}

// Lifecycle is one scripted future of the profiles, or of the other objects, that it is
// for: it begins when On is called, and Next tells which one the following call begins.
type Lifecycle struct {
	Name     string         `json:"name"`            // see DefaultName for one that has none
	On       string         `json:"on"`              // the operation that sets it going, as "profiles.start" or "users.create"
	Where    map[string]any `json:"where,omitempty"` // gjson path into the object to a string, number, Boolean or null
	Steps    []Step         `json:"steps"`
	Next     string         `json:"next,omitzero"`
	Optional bool           `json:"optional,omitzero"` // no warning where it never ran

	Place string `json:"-"` // as "nightly.yaml:12:5"
}

// OfProfiles tells whether the lifecycle is one of synchronization profiles, whose steps
// have states. The steps of others set properties.
func (l *Lifecycle) OfProfiles() bool { return strings.HasPrefix(l.On, "profiles.") }

// DefaultName is what a lifecycle without a name is called: its operation, as
// "users.create", with a number where that is taken, as "users.create-2".
func (l *Lifecycle) DefaultName(taken func(name string) bool) string {
	return operation.Numbered(operation.Plain(l.On, "lifecycle"), taken)
}

// Step is where a profile, or its sync, is from an instant on, or what is set of another
// object then.
type Step struct {
	State         string         `json:"state,omitzero"`  // a profile's state, or "gone"
	Status        string         `json:"status,omitzero"` // a sync's status
	Set           map[string]any `json:"set,omitempty"`   // of another object: merged into it as a PATCH would
	After         After          `json:"after,omitzero"`
	Errors        Errors         `json:"errors,omitzero"`
	StatusMessage string         `json:"statusMessage,omitzero"`
	Force         bool           `json:"force,omitzero"` // taken though the service could not do it
}

// After is how long a step waits since the step before: a time, or Reads above
// 0. Written "30s" or {"reads": 2}.
type After struct {
	Time  clock.Duration
	Reads int
}

// UnmarshalJSON reads the notation.
func (a *After) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		*a = After{}
		return json.Unmarshal(text, &a.Time)
	}
	var reads struct{ Reads int }
	err := json.Unmarshal(text, &reads)
	*a = After{Reads: reads.Reads}
	return err
}

// MarshalJSON writes the notation.
func (a After) MarshalJSON() ([]byte, error) {
	if a.Reads > 0 {
		return fmt.Appendf(nil, `{"reads":%d}`, a.Reads), nil
	}
	return json.Marshal(a.Time)
}

// Errors is the sync errors that a step records: so many made-up ones, or these.
// Written 12 or as a list.
type Errors struct {
	Count int
	List  []SyncError
}

// SyncError is a sync error of which what is empty is made up.
type SyncError struct {
	EntryType            string `json:"entryType,omitzero"`
	ErrorCode            string `json:"errorCode,omitzero"`
	ErrorMessage         string `json:"errorMessage,omitzero"`
	JoiningValue         string `json:"joiningValue,omitzero"`
	ReportableIdentifier string `json:"reportableIdentifier,omitzero"`
}

// IsZero tells that there is no error.
func (e Errors) IsZero() bool { return e.Total() == 0 }

// Total is how many errors there are.
func (e Errors) Total() int { return e.Count + len(e.List) }

// UnmarshalJSON reads the notation.
func (e *Errors) UnmarshalJSON(text []byte) error {
	*e = Errors{}
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, &e.List)
	}
	return json.Unmarshal(text, &e.Count)
}

// MarshalJSON writes the notation.
func (e Errors) MarshalJSON() ([]byte, error) {
	if len(e.List) > 0 {
		return json.Marshal(e.List)
	}
	return json.Marshal(e.Count)
}

// Filled returns the timeline with the defaults for what it does not say; no
// duration is nil.
func (t Timeline) Filled() Timeline {
	is := func(d time.Duration) *clock.Duration { return (*clock.Duration)(&d) }
	d := profile.DefaultTimeline
	return Timeline{
		Provisioning: cmp.Or(t.Provisioning, is(d.Provisioning)),
		Deleting:     cmp.Or(t.Deleting, is(d.Deleting)),
		Extracting:   cmp.Or(t.Extracting, is(d.Extracting)),
		Validating:   cmp.Or(t.Validating, is(d.Validating)),
		InProgress:   cmp.Or(t.InProgress, is(d.InProgress)),
	}
}
