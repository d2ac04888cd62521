package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// Restore fills an empty store with what Save gave, so that it goes on exactly
// as the saved one would have. It errs, and leaves the store empty, where the
// store is not empty, where there are more profiles than it may hold, and where
// a profile is none or contradicts itself.
func (s *Store) Restore(saved SavedStore) error {
	switch {
	case s.cfg.Max > 0 && len(saved.Profiles) > s.cfg.Max:
		return &FullError{Max: s.cfg.Max}
	case saved.Seq > math.MaxInt64:
		return fmt.Errorf("seq %d is too large to go on from", saved.Seq)
	}
	courses := map[string]*course{} // profiles share what is the same
	records := make([]*Record, len(saved.Profiles))
	ids := make(map[string]bool, len(records))
	last := uint64(0)
	for i := range saved.Profiles {
		p := &saved.Profiles[i]
		r, err := p.restore(courses, s.cfg.PlainTypes)
		switch {
		case err != nil:
		case p.Seq <= last || p.Seq > saved.Seq:
			err = fmt.Errorf("seq %d is out of order: want one above %d, and at most the store's %d", p.Seq, last, saved.Seq)
		case ids[r.ID]:
			err = fmt.Errorf("the id %s is taken by an earlier profile", r.ID)
		}
		if err != nil {
			return fmt.Errorf("profiles[%d]: %w", i, err)
		}
		records[i], ids[r.ID], last = r, true, p.Seq
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seq != 0 {
		return errors.New("the store is not empty")
	}
	s.seq = saved.Seq
	for _, r := range records {
		s.insert(r)
	}
	for name, n := range saved.Used {
		if s.lifecycles.byName[name] != nil {
			s.lifecycles.count(name, n)
		}
	}
	return nil
}

func (p *Saved) restore(courses map[string]*course, plainTypes bool) (*Record, error) {
	r, err := restoreProfile(p.Profile, plainTypes)
	if err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", r.ID, err)
	}
	r.seq = p.Seq
	if !p.Created.IsZero() {
		r.created = p.Created.Unix()
	}
	r.Sync = SyncStatus{Status: p.Sync.Status, ErrorCount: p.Sync.ErrorCount,
		LastActivity: p.Sync.LastActivity, LastSuccessful: p.Sync.LastSuccessful, Message: p.Sync.Message}
	r.Errors = restoreErrors(p.Errors)
	r.from, r.reads, r.run, r.started, r.locked = p.From, p.Reads, p.Run, p.Started, p.Locked
	if p.Paused != nil {
		r.paused = &pause{status: p.Paused.Status, elapsed: time.Duration(p.Paused.Elapsed)}
	}
	if len(p.Done) > 0 {
		r.passed = &passed{slices.Clone(p.Done)}
	}
	if r.course, err = restoreCourse(p.Lifecycle, p.Steps, courses); err == nil && p.Held != nil {
		r.held = &held{pause: pause{status: p.Held.Status, elapsed: time.Duration(p.Held.Elapsed)}, reads: p.Held.Reads}
		r.held.course, err = restoreCourse(p.Held.Lifecycle, p.Held.Steps, courses)
	}
	return r, err
}

// restoreProfile reads a profile as it is on the wire. Whatever it would not
// write again is no profile of ours.
func restoreProfile(document []byte, plainTypes bool) (*Record, error) {
	tree, err := jsontree.Decode(document)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	body, ok := tree.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("profile: want a JSON object, not %.80s", document)
	}
	c := NewChange(body)
	p := c.apply(Profile{ID: c.ID(), State: State(c.body.text("state"))}, asGiven)
	switch {
	case p.ID == "":
		return nil, errors.New("profile: it has no id")
	case !slices.Contains(States, p.State):
		return nil, fmt.Errorf("profile %s: %s", p.ID, unknown("state", p.State, States))
	case p.DataProvider == nil || p.Identity == nil:
		return nil, fmt.Errorf("profile %s: it needs a dataProvider and an identitySynchronizationConfiguration", p.ID)
	}
	if err := c.check(p, moment{}, false); err != nil {
		return nil, fmt.Errorf("profile %s: %w", p.ID, err)
	}
	if p.ExpirationDate != "" {
		if _, err := time.Parse(time.DateOnly, p.ExpirationDate); err != nil {
			return nil, fmt.Errorf("profile %s: the expirationDate %.80q is no date", p.ID, p.ExpirationDate)
		}
	}
	if given, ours := withoutHashes(document), encode(p, true); !bytes.Equal(given, ours) && !sameTree(given, ours) {
		return nil, fmt.Errorf("profile %s: it holds what a profile of graphemu does not, or lacks what it has; "+
			"it would be written as %.2000s", p.ID, ours)
	}
	r := &Record{ID: p.ID, State: p.State}
	r.set(p, plainTypes)
	return r, nil
}

// withoutHashes is document as the variant typeHash=without writes it.
func withoutHashes(document []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(document))
	if json.Compact(&b, document) != nil {
		return document
	}
	return plainTypeNames(b.Bytes())
}

func sameTree(a, b []byte) bool {
	x, err := jsontree.Decode(a)
	if err != nil {
		return false
	}
	y, err := jsontree.Decode(b)
	return err == nil && reflect.DeepEqual(x, y)
}

// check finds what contradicts itself beside the profile.
func (p *Saved) check() error {
	switch {
	case !slices.Contains(Statuses, p.Sync.Status):
		return fmt.Errorf("sync: %s", unknown("status", p.Sync.Status, Statuses))
	case p.Sync.ErrorCount < int64(len(p.Errors)):
		return fmt.Errorf("sync: the errorCount %d is below the number of errors, %d", p.Sync.ErrorCount, len(p.Errors))
	case p.Paused != nil && p.Sync.Status != Paused:
		return fmt.Errorf("it is paused, but its status is %s", p.Sync.Status)
	case p.Paused != nil && !slices.Contains(Statuses, p.Paused.Status):
		return fmt.Errorf("paused: %s", unknown("status", p.Paused.Status, Statuses))
	}
	instants := []time.Time{p.Created, p.From, p.Sync.LastActivity, p.Sync.LastSuccessful}
	for _, e := range p.Errors {
		instants = append(instants, e.Recorded)
	}
	steps := p.Steps
	if p.Held != nil {
		if !slices.Contains(Statuses, p.Held.Status) {
			return fmt.Errorf("held: %s", unknown("status", p.Held.Status, Statuses))
		}
		steps = slices.Concat(steps, p.Held.Steps)
	}
	for i := range steps {
		for _, e := range steps[i].Errors {
			instants = append(instants, e.Recorded)
		}
	}
	for _, t := range instants {
		if year := t.UTC().Year(); year < 1 || year > 9999 {
			return fmt.Errorf("%s is not within the years 1 to 9999 of UTC", t.Format(time.RFC3339)) // it could not be written again
		}
	}
	for i := range steps {
		step := steps[i].restore()
		c := checker{index: i}
		if c.values(&step); len(c.faults) > 0 {
			return fmt.Errorf("steps[%d]: %s", i, c.faults[0].Message)
		}
	}
	return nil
}

func restoreCourse(lifecycle string, steps []SavedStep, courses map[string]*course) (*course, error) {
	if lifecycle == "" && len(steps) == 0 {
		return nil, nil
	}
	key, err := json.Marshal(struct {
		L string
		S []SavedStep
	}{lifecycle, steps})
	if err != nil {
		return nil, fmt.Errorf("steps: %w", err)
	}
	c := courses[string(key)]
	if c == nil {
		c = &course{name: lifecycle}
		for i := range steps {
			c.steps = append(c.steps, steps[i].restore())
		}
		courses[string(key)] = c
	}
	return c, nil
}

func (s *SavedStep) restore() Step {
	return Step{After: time.Duration(s.After), Reads: s.Reads, State: s.State, Status: s.Status, Errors: restoreErrors(s.Errors),
		ErrorCount: s.ErrorCount, Message: s.Message, Force: s.Force}
}

func restoreErrors(saved []SavedError) (list []SyncError) {
	for _, e := range saved {
		e.SyncError.Recorded = e.Recorded
		list = append(list, e.SyncError)
	}
	return list
}
