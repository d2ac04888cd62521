package profile

import (
	"encoding/json"
	"maps"
	"time"
)

// SavedStore is a store as it stood, in a form that JSON keeps whole. What it
// was made with (Config) is not part of it, nor where the stream of new ids is.
type SavedStore struct {
	Seq      uint64            `json:"seq"` // of the record created last
	Used     map[string]uint64 `json:"used,omitzero"`
	Profiles []Saved           `json:"profiles"` // in the order of their creation
}

// Saved is a profile as it stood.
type Saved struct {
	Seq       uint64          `json:"seq"`
	Created   time.Time       `json:"created,omitzero"` // absent in snapshots from before there was a limit that counts from it
	Profile   json.RawMessage `json:"profile"`          // as on the wire
	Sync      SavedSync       `json:"sync"`
	Errors    []SavedError    `json:"errors,omitzero"`
	Lifecycle string          `json:"lifecycle,omitzero"` // that drives it; "" for the timeline
	Steps     []SavedStep     `json:"steps,omitzero"`     // that are left of it
	From      time.Time       `json:"from,omitzero"`      // the instant of the step before
	Reads     uint32          `json:"reads,omitzero"`     // answered since then
	Paused    *SavedPause     `json:"paused,omitzero"`
	Held      *SavedHeld      `json:"held,omitzero"`
	Done      []string        `json:"done,omitzero"` // lifecycles with a next that had their turn
	Run       uint32          `json:"run,omitzero"`  // number of the sync
	Started   bool            `json:"started,omitzero"`
	Locked    bool            `json:"locked,omitzero"`
}

// SavedSync is a SyncStatus.
type SavedSync struct {
	Status         Status    `json:"status"`
	ErrorCount     int64     `json:"errorCount,omitzero"`
	LastActivity   time.Time `json:"lastActivityDateTime,omitzero"`
	LastSuccessful time.Time `json:"lastSynchronizationDateTime,omitzero"`
	Message        string    `json:"statusMessage,omitzero"`
}

// SavedError is a SyncError with its instant.
type SavedError struct {
	SyncError
	Recorded time.Time `json:"recordedDateTime,omitzero"`
}

// SavedStep is a Step.
type SavedStep struct {
	After      Span         `json:"after,omitzero"`
	Reads      int          `json:"reads,omitzero"`
	State      State        `json:"state,omitzero"`
	Status     Status       `json:"status,omitzero"`
	Errors     []SavedError `json:"errors,omitzero"`
	ErrorCount int          `json:"errorCount,omitzero"`
	Message    string       `json:"statusMessage,omitzero"`
	Force      bool         `json:"force,omitzero"`
}

// SavedPause is what a pause holds back.
type SavedPause struct {
	Status  Status `json:"status"`  // what the sync was doing
	Elapsed Span   `json:"elapsed"` // since the step before; below zero where a clock was set back
}

// SavedHeld is what a scripted pause has taken the place of.
type SavedHeld struct {
	SavedPause
	Lifecycle string      `json:"lifecycle,omitzero"`
	Steps     []SavedStep `json:"steps,omitzero"` // that were left
	Reads     uint32      `json:"reads,omitzero"`
}

// Span is a duration that is written as in Go, "1m30s".
type Span time.Duration

// MarshalText writes the span as in Go.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads a span as Go writes it.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = Span(d)
	return err
}

// Save returns the store as it stands at now.
func (s *Store) Save(now time.Time) SavedStore {
	s.mu.Lock()
	s.settle(now, nil)
	saved := SavedStore{Seq: s.seq, Used: maps.Clone(s.lifecycles.used), Profiles: make([]Saved, len(s.order))}
	all := records(s.order)
	s.mu.Unlock()
	for i, r := range all {
		saved.Profiles[i] = r.saved()
	}
	return saved
}

func (r *Record) saved() Saved {
	s := Saved{Seq: r.seq, Created: r.creation(), Profile: r.JSON(), Errors: saveErrors(r.Errors), From: r.from.UTC(), Reads: r.reads,
		Run: r.run, Started: r.started, Locked: r.locked,
		Sync: SavedSync{Status: r.Sync.Status, ErrorCount: r.Sync.ErrorCount,
			LastActivity: r.Sync.LastActivity.UTC(), LastSuccessful: r.Sync.LastSuccessful.UTC(), Message: r.Sync.Message}}
	if r.paused != nil {
		s.Paused = &SavedPause{Status: r.paused.status, Elapsed: Span(r.paused.elapsed)}
	}
	if h := r.held; h != nil {
		s.Held = &SavedHeld{SavedPause: SavedPause{Status: h.status, Elapsed: Span(h.elapsed)}, Reads: h.reads}
		s.Held.Lifecycle, s.Held.Steps = h.course.save(h.done)
	}
	if r.passed != nil {
		s.Done = r.passed.names
	}
	s.Lifecycle, s.Steps = r.course.save(r.done)
	return s
}

// save returns the lifecycle of a course and the steps that are left; nil has none.
func (c *course) save(done uint32) (lifecycle string, steps []SavedStep) {
	if c == nil {
		return "", nil
	}
	for _, step := range c.steps[done:] {
		steps = append(steps, SavedStep{After: Span(step.After), Reads: step.Reads, State: step.State, Status: step.Status,
			Errors: saveErrors(step.Errors), ErrorCount: step.ErrorCount, Message: step.Message, Force: step.Force})
	}
	return c.name, steps
}

func saveErrors(list []SyncError) (saved []SavedError) {
	for _, e := range list {
		saved = append(saved, SavedError{SyncError: e, Recorded: e.Recorded.UTC()})
	}
	return saved
}
