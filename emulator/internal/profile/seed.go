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
}

// Plant adds a profile as it stands in a fixture. What its state and status
// lead to goes on from now. It errs where the state does not fit the status,
// an id is there already, or a rule of create is broken (but for the secrets
// and dates that only a client's request must bring).
func (s *Store) Plant(now time.Time, seed Seed) (*Record, error) {
	p := seed.Change.apply(Profile{State: seed.State}, s.cfg.defaults())
	if p.State == "" {
		p.State = Provisioned
	}
	if err := seed.Change.check(p, time.Time{}, false); err != nil {
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
	r.plan(now, s.cfg.Timeline)
	s.add(r)
	return r, nil
}

// plan sets what a planted profile's state and status lead to, as if it had
// come there just now.
func (r *Record) plan(now time.Time, t Timeline) {
	r.started = r.Sync.Status != Paused || !r.Sync.LastActivity.IsZero()
	switch r.State {
	case Provisioning:
		r.due = []transition{{at: now.Add(t.Provisioning), state: Provisioned}}
		r.describe(waitsForProvisioning)
	case Deleting:
		r.due = []transition{{at: now.Add(t.Deleting), gone: true}}
	case Provisioned:
		switch {
		case !r.started && r.csv:
			r.describe(waitsForFiles)
		case !r.started:
			r.startByItself(now, t)
			r.settle(now, t)
		case r.Sync.Status == Paused:
			// Of a sync that was paused nothing is told but that it ran: it was
			// in the middle of its longest stage (chosen).
			r.paused = &pause{at: now, status: InProgress, due: []transition{{at: now.Add(t.InProgress), status: Success}}}
		}
		run := t.sync(now)
		for i, s := range run[:len(run)-1] {
			if s.status == r.Sync.Status {
				r.due = run[i+1:]
				shift := s.at.Sub(now)
				for j := range r.due {
					r.due[j].at = r.due[j].at.Add(-shift)
				}
				if r.Sync.LastActivity.IsZero() {
					r.Sync.LastActivity = now
				}
			}
		}
	}
}

func (r *Record) describe(message string) {
	if r.Sync.Message == "" {
		r.Sync.Message = message
	}
}
