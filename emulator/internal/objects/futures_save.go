package objects

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// SavedFutures is what is to become of a world's objects, in a form that JSON keeps.
type SavedFutures struct {
	Used    map[string]uint64 `json:"used,omitzero"`    // how often each lifecycle was set going
	Objects []SavedFuture     `json:"objects,omitzero"` // by place
}

// SavedFuture is what is to become of one object.
type SavedFuture struct {
	Place     entity.Place `json:"place"`
	Version   string       `json:"version"` // of the call that it began with
	Type      string       `json:"type"`    // that the call's path declares
	Lifecycle string       `json:"lifecycle"`
	Steps     []SavedStep  `json:"steps,omitzero"` // that are left of it
	From      time.Time    `json:"from"`           // the instant of the step before, or of the call
	Reads     int          `json:"reads,omitzero"` // answered since then
	Done      []string     `json:"done,omitzero"`  // lifecycles with a next that had their turn
}

// SavedStep is a Step.
type SavedStep struct {
	After string         `json:"after,omitzero"` // as Go writes durations
	Reads int            `json:"reads,omitzero"`
	Set   map[string]any `json:"set"`
}

// Save returns the futures as they stand, and the revision of the store that they are
// of. What is due should have been settled.
func (f *Futures) Save() (saved SavedFutures, revision uint64) {
	f.guarded(func(in entity.View) {
		revision = in.Revision()
		saved.Used = maps.Clone(f.used)
		for _, one := range f.of {
			saved.Objects = append(saved.Objects, one.save())
		}
	})
	slices.SortFunc(saved.Objects, func(a, b SavedFuture) int { return cmp.Compare(a.Place, b.Place) })
	return saved, revision
}

func (one *future) save() SavedFuture {
	s := SavedFuture{Place: one.place, Version: one.version.String(), Type: one.typ, Lifecycle: one.name, From: one.from.UTC(),
		Reads: one.reads, Done: slices.Clone(one.passed)}
	for _, step := range one.steps {
		saved := SavedStep{Reads: step.Reads, Set: step.Set}
		if step.Reads == 0 && step.After > 0 {
			saved.After = step.After.String()
		}
		s.Steps = append(s.Steps, saved)
	}
	return s
}

// The most that a scenario may say of a lifecycle; its schema has them too.
const (
	maxSteps = 100
	maxReads = 1_000_000
)

// Restore fills futures that hold none with those that were saved. The store must hold the
// objects; the future of one that it does not hold is left out. It errs with the place of
// what is wrong, and changes nothing then.
func (f *Futures) Restore(saved SavedFutures) error {
	futures := make([]*future, len(saved.Objects))
	seen := map[entity.Place]bool{}
	for i := range saved.Objects {
		s := &saved.Objects[i]
		one, err := s.restore()
		if err == nil && seen[s.Place] {
			err = fmt.Errorf("the place %d stands twice", s.Place)
		}
		if err != nil {
			return fmt.Errorf("/objects/%d: %w", i, err)
		}
		futures[i], seen[s.Place] = one, true
	}
	var err error
	f.guarded(func(in entity.View) {
		if len(f.of) > 0 {
			err = errors.New("there are futures already")
			return
		}
		for _, one := range futures {
			if in.At(one.place) != nil {
				f.add(one)
				f.schedule(one)
			}
		}
		for name, n := range saved.Used {
			if f.script.Load().byName[name] != nil {
				f.count(name, n)
			}
		}
	})
	return err
}

func (s *SavedFuture) restore() (*future, error) {
	one := &future{place: s.Place, version: workload.ParseVersion(s.Version), typ: s.Type, name: s.Lifecycle, from: s.From,
		reads: s.Reads, passed: slices.Clone(s.Done), queued: notQueued}
	switch {
	case one.version == 0:
		return nil, fmt.Errorf("version: %.80q is none", s.Version)
	case s.Type == "":
		return nil, errors.New("type: it must be there")
	case len(s.Steps) > maxSteps:
		return nil, fmt.Errorf("steps: there are %d; the most is %d", len(s.Steps), maxSteps)
	case s.Reads < 0 || s.Reads > maxReads:
		return nil, fmt.Errorf("reads: %d is out of range: want 0 to %d", s.Reads, maxReads)
	}
	for i, step := range s.Steps {
		after, err := time.ParseDuration(cmp.Or(step.After, "0"))
		switch {
		case err != nil || after < 0:
			return nil, fmt.Errorf("steps/%d/after: %.80q is no duration of zero or more", i, step.After)
		case step.Reads < 0 || step.Reads > maxReads || step.Reads > 0 && after > 0:
			return nil, fmt.Errorf("steps/%d/reads: %d is out of range: want 1 to %d, and no after", i, step.Reads, maxReads)
		case len(step.Set) == 0:
			return nil, fmt.Errorf("steps/%d/set: it must be there", i)
		}
		one.steps = append(one.steps, Step{After: after, Reads: step.Reads, Set: step.Set})
	}
	return one, nil
}
