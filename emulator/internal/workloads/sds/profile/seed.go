package profile

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Seed is a profile that a world starts with.
type Seed struct {
	ID     string // "": the next id of the world
	Change Change // the body of its creation
	State  State  // "": Provisioned
	Sync   SyncStatus
	Errors []SyncError // ids may be empty

	// Files returns what was uploaded for it before; nil for nothing. Store.Seed leaves
	// them to whoever keeps uploads.
	Files func() ([]SeedFile, error)
}

// SeedFile is a file that was uploaded before a world began. It serves many
// worlds: nobody changes Text.
type SeedFile struct {
	Name string
	Text []byte
}

// Seed adds a profile as it stands in a fixture. What its state and status
// lead to goes on from now. It errs where the state does not fit the status,
// an id is there already, or a rule of create is broken (but for the secrets
// and dates that only a client's request must bring).
func (s *Store) Seed(now time.Time, seed Seed) (*Record, error) {
	p := seed.Change.apply(Profile{State: seed.State}, s.cfg.defaults())
	if p.State == "" {
		p.State = Provisioned
	}
	if err := seed.Change.check(p, moment{}, false); err != nil {
		return nil, err
	}
	if seed.Sync.Status == "" {
		seed.Sync.Status = Paused
	}
	if p.State != Provisioned && seed.Sync.Status != Paused {
		return nil, fmt.Errorf("the status %s needs the state provisioned, not %s", seed.Sync.Status, p.State)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.ID = seed.ID; p.ID == "" {
		p.ID = s.cfg.NewID()
	}
	if s.byID[p.ID] != nil {
		return nil, fmt.Errorf("the id %s is taken", p.ID)
	}
	if s.cfg.Max > 0 && len(s.byID) >= s.cfg.Max {
		return nil, &FullError{Max: s.cfg.Max}
	}
	r := s.newRecord(p)
	r.created = now.Unix()
	r.Sync, r.Errors = seed.Sync, slices.Clone(seed.Errors) // the seed serves many worlds
	for i := range r.Errors {
		if r.Errors[i].ID == "" {
			r.Errors[i].ID = s.cfg.NewID()
		}
	}
	if r.Sync.ErrorCount == 0 {
		r.Sync.ErrorCount = int64(len(r.Errors))
	} else if len(r.Errors) > 0 && r.Sync.ErrorCount != int64(len(r.Errors)) {
		return nil, errors.New("errorCount is not the number of errors")
	}
	r.plan(now, s.lifecycles)
	s.add(r)
	return r, nil
}

// plan sets what a seeded profile's state and status lead to, as if it had
// come there just now. No call brought it there, so the timeline decides, but
// for a sync that starts by itself.
func (r *Record) plan(now time.Time, l *lifecycles) {
	r.started = r.Sync.Status != Paused || !r.Sync.LastActivity.IsZero()
	switch r.State {
	case Provisioning:
		r.take(l.creation, now)
		r.describe(waitsForProvisioning)
	case Deleting:
		r.take(l.deletion, now)
	case Provisioned:
		switch {
		case !r.started && r.csv:
			r.describe(waitsForFiles)
		case !r.started:
			r.startByItself(now, l, nil)
			r.settle(now, l, nil)
		case r.Sync.Status.Running():
			r.take(l.sync, now)
			r.done = stagesBefore(r.Sync.Status)
			if r.Sync.LastActivity.IsZero() {
				r.Sync.LastActivity = now
			}
		}
	}
}

// stagesBefore returns how many steps of the timeline's sync have happened where
// it is in that stage.
func stagesBefore(s Status) uint32 {
	switch s {
	case Validating:
		return 1
	case InProgress:
		return 2
	}
	return 0
}

func (r *Record) describe(message string) {
	if r.Sync.Message == "" {
		r.Sync.Message = message
	}
}
