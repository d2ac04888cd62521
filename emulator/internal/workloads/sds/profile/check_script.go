package profile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/subject"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// States and Statuses are the values that a profile and its sync may have, in
// the order of the documented enumerations. Gone is not among them.
var (
	States   = typed[State](subject.States)
	Statuses = typed[Status](subject.Statuses)
)

func typed[T ~string](names []string) (list []T) {
	for _, name := range names {
		list = append(list, T(name))
	}
	return list
}

// Triggers are the calls that lifecycles may begin with.
var Triggers = []Call{CallCreate, CallUpdate, CallStart, CallPause, CallResume, CallReset, CallDelete}

// stages are the statuses of a sync that runs, in their order; ends those that
// end it.
var (
	stages = []Status{Extracting, Validating, InProgress}
	ends   = []Status{Success, Failed, ValidationError, Quarantined}
)

// CheckSteps returns what is wrong with the steps of a lifecycle that begins
// with on: what the service could not do, unless the step is forced, and what
// makes no sense at all. A sync goes extracting, validating, inProgress, and ends;
// stages may be skipped forward or told again, and nothing comes after an end. After
// a call of pause the sync may go on so until it is paused. An update may lead to a
// new provisioning, to a sync, or to both in this order. Errors belong to a sync; one
// that recorded some does not end in success (all of this chosen in
// school-data-sync.md, section 4, from what the pages tell).
func CheckSteps(on Call, steps []Step) []StepFault {
	if !slices.Contains(Triggers, on) {
		return []StepFault{{Index: -1,
			Message: fmt.Sprintf("no lifecycle begins with %q: want one of %s", on, join(Triggers)),
			Legal:   names(Triggers)}}
	}
	c := checker{on: on}
	for i := range steps {
		c.index, c.forcible = i, false
		c.sense(&steps[i])
		c.forcible = true
		c.legal(&steps[i])
		c.pass(&steps[i])
	}
	return c.faults
}

// checker goes through the steps of one lifecycle.
type checker struct {
	on       Call
	forcible bool // so are the faults that are found now
	index    int
	faults   []StepFault
	state    State  // of the last step that had one
	status   Status // likewise
	recorded bool   // a step had errors
}

func (c *checker) fault(legal []string, format string, args ...any) {
	c.faults = append(c.faults, StepFault{Index: c.index, Message: fmt.Sprintf(format, args...), Forcible: c.forcible, Legal: legal})
}

// sense finds what not even a forced step may say.
func (c *checker) sense(s *Step) {
	c.values(s)
	if s.State == "" && s.Status == "" && s.Message == "" && len(s.Errors)+s.ErrorCount == 0 {
		c.fault(nil, "the step says nothing: want a state, a status, errors or a message")
	}
	if s.Reads > 0 && s.After > 0 {
		c.fault(nil, "the step waits for %d reads and for %v: want one of the two", s.Reads, s.After)
	}
}

// values finds values that are none.
func (c *checker) values(s *Step) {
	if known := append(slices.Clone(States), Gone); s.State != "" && !slices.Contains(known, s.State) {
		c.fault(names(known), "%s", unknown("state", s.State, known))
	}
	if s.Status != "" && !slices.Contains(Statuses, s.Status) {
		c.fault(subject.Statuses, "%s", unknown("status", s.Status, Statuses))
	}
	if s.After < 0 {
		c.fault(nil, "the step comes after %v: want a duration of zero or more", s.After)
	}
	if s.Reads < 0 {
		c.fault(nil, "the step waits for %d reads: want one or more", s.Reads)
	}
	if n := s.ErrorCount; n < 0 || n > MaxErrors {
		c.fault(nil, "the step makes up %d errors: want 0 to %d", n, MaxErrors)
	}
}

// legal finds what the service could not do.
func (c *checker) legal(s *Step) {
	switch {
	case s.Force:
	case s.State != "" && s.Status != "":
		c.fault(nil, "a step has a state or a status, not both: the state %s and the status %s need a step each", s.State, s.Status)
	case c.on == CallCreate || c.on == CallDelete:
		c.ofProfile(s)
	case c.on == CallUpdate:
		c.ofUpdate(s)
	default:
		c.ofSync(s)
	}
}

// ofProfile checks a step after a create or a delete.
func (c *checker) ofProfile(s *Step) {
	begins, ends := Provisioning, []State{Provisioned, ProvisioningFailed}
	if c.on == CallDelete {
		begins, ends = Deleting, []State{Gone, DeletionFailed}
	}
	var legal []State
	switch c.state {
	case "", begins:
		legal = append([]State{begins}, ends...)
	}
	switch {
	case s.Status != "" && c.on == CallCreate:
		c.fault(names(legal),
			"a profile that was just created has no sync, so no status %s: write a lifecycle on profiles.start "+
				"(an automatic start triggers it too); %s",
			s.Status, after("state", c.state, legal))
	case s.Status != "":
		c.fault(names(legal), "a profile that is being deleted has no sync, so no status %s; %s", s.Status, after("state", c.state, legal))
	case len(s.Errors)+s.ErrorCount > 0:
		c.fault(nil, "errors are recorded by a sync only: write a lifecycle on profiles.start, profiles.pause, profiles.resume or profiles.reset")
	case s.State != "" && slices.Contains(States, s.State) || s.State == Gone:
		if !slices.Contains(legal, s.State) {
			c.fault(names(legal), "the state %s can't come here: %s", s.State, after("state", c.state, legal))
		}
	}
}

// ofUpdate checks a step after an update: of the profile, or of a sync of one that
// is provisioned.
func (c *checker) ofUpdate(s *Step) {
	legal := []State{Provisioning, Provisioned, ProvisioningFailed}
	switch {
	case c.status != "" || c.recorded || c.state == ProvisioningFailed:
		legal = nil
	case c.state == Provisioned:
		legal = []State{Provisioned}
	}
	synced := s.Status != "" || len(s.Errors)+s.ErrorCount > 0
	switch {
	case s.State != "" && synced:
		c.fault(nil, "errors are recorded by a sync only, and the state %s is the profile's: they need a step each", s.State)
	case s.State != "" && !slices.Contains(legal, s.State) && len(legal) == 0:
		c.fault(nil, "the state %s can't come here: what the sync does comes after what becomes of the profile", s.State)
	case s.State != "" && !slices.Contains(legal, s.State):
		c.fault(names(legal), "the state %s can't come here: %s", s.State, after("state", c.state, legal))
	case s.State != "":
	case synced && (c.state == Provisioning || c.state == ProvisioningFailed):
		c.fault(nil, "a profile that is %s has no sync; a status or errors come after the state %s", c.state, Provisioned)
	default:
		c.ofSync(s)
	}
}

// ofSync checks a step after a start, a pause, a resume or a reset, or after an
// update that leads to a sync.
func (c *checker) ofSync(s *Step) {
	var legal []Status
	switch at := slices.Index(stages, c.status); {
	case c.status == "":
		legal = slices.Concat(stages, ends)
	case at >= 0:
		legal = slices.Concat(stages[at:], ends)
	}
	if c.on == CallPause && len(legal) > 0 {
		legal = append(legal, Paused)
	}
	recorded := c.recorded || len(s.Errors)+s.ErrorCount > 0
	if recorded {
		legal = slices.DeleteFunc(legal, func(s Status) bool { return s == Success })
	}
	over := slices.Contains(ends, c.status) || c.status == Paused
	switch {
	case s.State != "":
		c.fault(names(legal), "a sync does not change the profile's state, so not to %s; %s", s.State, after("status", c.status, legal))
	case s.Status == Success && recorded && !over:
		c.fault(names(legal), "a sync that recorded errors does not end in success; legal are %s", join(legal))
	case s.Status != "" && slices.Contains(Statuses, s.Status) && !slices.Contains(legal, s.Status):
		c.fault(names(legal), "the status %s can't come here: %s", s.Status, after("status", c.status, legal))
	case s.Status == "" && over && len(s.Errors)+s.ErrorCount > 0:
		c.fault(nil, "nothing is recorded after a sync has ended with %s", c.status)
	}
}

// pass notes where the step leads to.
func (c *checker) pass(s *Step) {
	if s.State != "" {
		c.state = s.State
	}
	if s.Status != "" {
		c.status = s.Status
	}
	c.recorded = c.recorded || len(s.Errors)+s.ErrorCount > 0
}

// checkForced errs where nothing of Graph could stand like that.
func checkForced(state State, status Status) error {
	known := append(slices.Clone(States), Gone)
	switch {
	case state == "" && status == "":
		return fmt.Errorf("nothing to force: want a state (%s) or a status (%s)", join(known), join(Statuses))
	case state != "" && !slices.Contains(known, state):
		return fmt.Errorf("%s", unknown("state", state, known))
	case status != "" && !slices.Contains(Statuses, status):
		return fmt.Errorf("%s", unknown("status", status, Statuses))
	}
	return nil
}

// after tells what may come after a value; "" is the beginning.
func after[T ~string](what string, value T, legal []T) string {
	switch {
	case len(legal) == 0:
		return fmt.Sprintf("nothing comes after the %s %s", what, value)
	case value == "":
		return "legal are " + join(legal)
	}
	return fmt.Sprintf("after the %s %s legal are %s", what, value, join(legal))
}

func unknown[T ~string](what string, value T, known []T) string {
	if near := words.Nearest(string(value), names(known)); near != "" {
		return fmt.Sprintf("unknown %s %.80q, did you mean %s? There are %s", what, string(value), near, join(known))
	}
	return fmt.Sprintf("unknown %s %.80q; there are %s", what, string(value), join(known))
}

func names[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

func join[T ~string](list []T) string { return strings.Join(names(list), ", ") }
