// Package scenario is the file format in which a test author says how the
// future of profiles unfolds (lifecycles), what goes wrong on the wire (faults
// and throttles), and what a client must have done in the end (expectations).
//
// A file is YAML or JSON, as schemas/scenario.schema.json describes it. It is
// taken whole or not at all: Parse tells everything that is wrong with it at
// once, each with its place in the text. Everything in the format is graphemu's
// own design (chosen).
package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
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
	// name of a built-in one or a path, as Options.Folder leads to it; "": not said
	Fixture    string                `json:"fixture,omitzero"`
	Timeline   Timeline              `json:"timeline,omitzero"`
	Lifecycles []Lifecycle           `json:"lifecycles,omitempty"`
	Faults     []fault.Rule          `json:"faults,omitempty"`
	Throttle   []throttle.Rule       `json:"throttle,omitempty"`
	Expect     []journal.Expectation `json:"expect,omitempty"`

	faultPlaces, throttlePlaces []string // as "file:line:column"
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
// world's clock. Nil is the default, profile.DefaultTimeline.
type Timeline struct {
	Provisioning *clock.Duration `json:"provisioning,omitzero"`
	Deleting     *clock.Duration `json:"deleting,omitzero"`
	Extracting   *clock.Duration `json:"extracting,omitzero"`
	Validating   *clock.Duration `json:"validating,omitzero"`
	InProgress   *clock.Duration `json:"inProgress,omitzero"`
}

// Lifecycle is one scripted future: see profile.Lifecycle for when it is played.
type Lifecycle struct {
	Name     string         `json:"name"`
	On       string         `json:"on"`              // the operation that sets it going, as "profiles.start"
	Where    map[string]any `json:"where,omitempty"` // gjson path into the profile to a string, number, Boolean or null
	Steps    []Step         `json:"steps"`
	Next     string         `json:"next,omitzero"`
	Optional bool           `json:"optional,omitzero"` // no warning where it never ran

	Place string `json:"-"` // as "nightly.yaml:12:5"
}

// Step is where a profile, or its sync, is from an instant on.
type Step struct {
	State         string `json:"state,omitzero"`  // a profile's state, or "gone"
	Status        string `json:"status,omitzero"` // a sync's status
	After         After  `json:"after,omitzero"`
	Errors        Errors `json:"errors,omitzero"`
	StatusMessage string `json:"statusMessage,omitzero"`
	Force         bool   `json:"force,omitzero"` // taken though the service could not do it
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

// filled returns the durations with the defaults filled in.
func (t Timeline) filled() profile.Timeline {
	full := profile.DefaultTimeline
	for _, stage := range t.stages() {
		if stage.given != nil {
			*stage.in(&full) = stage.given.Std()
		}
	}
	return full
}

type stage struct {
	name  string
	given *clock.Duration
	in    func(*profile.Timeline) *time.Duration
}

func (t Timeline) stages() []stage {
	return []stage{
		{"provisioning", t.Provisioning, func(f *profile.Timeline) *time.Duration { return &f.Provisioning }},
		{"deleting", t.Deleting, func(f *profile.Timeline) *time.Duration { return &f.Deleting }},
		{"extracting", t.Extracting, func(f *profile.Timeline) *time.Duration { return &f.Extracting }},
		{"validating", t.Validating, func(f *profile.Timeline) *time.Duration { return &f.Validating }},
		{"inProgress", t.InProgress, func(f *profile.Timeline) *time.Duration { return &f.InProgress }},
	}
}

// Script returns what the scenario says about the future of profiles.
func (f *File) Script() *profile.Script {
	s := &profile.Script{Timeline: f.Timeline.filled()}
	for _, l := range f.Lifecycles {
		s.Lifecycles = append(s.Lifecycles, profile.Lifecycle{Name: l.Name, On: l.call(),
			Where: maps.Clone(l.Where), Steps: l.script(), Next: l.Next})
	}
	return s
}

// call is the domain's word for what sets the lifecycle going.
func (l *Lifecycle) call() profile.Call { return profile.Call(strings.TrimPrefix(l.On, "profiles.")) }

func (l *Lifecycle) script() []profile.Step {
	steps := make([]profile.Step, len(l.Steps))
	for i, s := range l.Steps {
		steps[i] = profile.Step{After: s.After.Time.Std(), Reads: s.After.Reads, State: profile.State(s.State), Status: profile.Status(s.Status),
			ErrorCount: s.Errors.Count, Message: s.StatusMessage, Force: s.Force}
		for _, e := range s.Errors.List {
			steps[i].Errors = append(steps[i].Errors, profile.SyncError{EntryType: e.EntryType, ErrorCode: e.ErrorCode, ErrorMessage: e.ErrorMessage,
				JoiningValue: e.JoiningValue, ReportableIdentifier: e.ReportableIdentifier})
		}
	}
	return steps
}
