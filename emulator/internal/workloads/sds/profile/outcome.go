package profile

import "slices"

// Outcome is how a sync ends where no lifecycle says so: what was found in the
// files. The zero value is a sync that meets no error.
type Outcome struct {
	Errors []SyncError // in the order in which they are met; empty ids are filled
	Status Status      // Success, Failed or Quarantined; "": Success
}

// outcome returns the course of a sync that ends so. Errors are met while it is in
// progress, a third of them at a time, so that errorCount is seen to grow (chosen;
// the pages say only that it may lag behind).
func (l *lifecycles) outcome(o Outcome) *course {
	if len(o.Errors) == 0 && (o.Status == "" || o.Status == Success) {
		return l.sync // which all clean runs share
	}
	steps := slices.Clone(l.sync.steps)
	end := steps[len(steps)-1]
	part, errors := end.After/3, len(o.Errors)
	for i := range 2 {
		steps[len(steps)-1] = Step{After: part, Errors: o.Errors[errors*i/3 : errors*(i+1)/3]}
		steps = append(steps, end)
	}
	last := &steps[len(steps)-1]
	last.After, last.Errors, last.Status = end.After-2*part, o.Errors[errors*2/3:], o.Status
	if last.Status == "" {
		last.Status = Success
	}
	return &course{steps: steps}
}

// Run returns the number of the sync that runs, or that ran last; 0 before the
// first one. With Completed it tells what became of one that was started.
func (r *Record) Run() uint32 { return r.run }

// Completed tells whether the latest sync came to an end that left its results:
// success, or error. A pause afterwards does not change that.
func (r *Record) Completed() bool {
	s := r.Sync.Status
	if r.paused != nil {
		s = r.paused.status
	}
	return s == Success || s == Failed
}
