package profile

import "time"

// State is where a profile's provisioning is.
type State string

// The states of a profile. Source: the resource page.
const (
	Provisioning       State = "provisioning"
	Provisioned        State = "provisioned"
	ProvisioningFailed State = "provisioningFailed"
	Deleting           State = "deleting"
	DeletionFailed     State = "deletionFailed"
)

// Status is where a profile's synchronization is.
type Status string

// The statuses of a sync. Source: the resource page. Extracting and Validating
// came to the enumeration late: they are shown only to clients that ask for
// unknown members.
const (
	Paused          Status = "paused"
	InProgress      Status = "inProgress"
	Success         Status = "success"
	Failed          Status = "error"
	ValidationError Status = "validationError"
	Quarantined     Status = "quarantined"
	Extracting      Status = "extracting"
	Validating      Status = "validating"
)

// Running tells whether a sync is under way.
func (s Status) Running() bool { return s == Extracting || s == Validating || s == InProgress }

// Call is what a client may ask of a profile.
type Call string

// The calls that a profile's state allows or refuses.
const (
	CallUpdate    Call = "update"
	CallDelete    Call = "delete"
	CallStart     Call = "start"
	CallPause     Call = "pause"
	CallResume    Call = "resume"
	CallReset     Call = "reset"
	CallUploadURL Call = "uploadUrl"
)

// What a profile tells while it waits (chosen words).
const (
	waitsForProvisioning = "The profile is being provisioned."
	waitsForFiles        = "The profile waits for its first start: upload the files, then call start."
	waitsForDate         = "The profile is locked since its expirationDate was reached. Set a later date to unlock it."
)

// Timeline is how long each stage takes on the world's clock (chosen; the real
// service took minutes to hours).
type Timeline struct {
	Provisioning, Deleting, Extracting, Validating, InProgress time.Duration
}

// DefaultTimeline is short enough for a person who watches.
var DefaultTimeline = Timeline{Provisioning: 2 * time.Second, Deleting: time.Second,
	Extracting: time.Second, Validating: time.Second, InProgress: 2 * time.Second}

// life is the part of a record that time moves: what is due, what a pause
// holds back, and whether the profile ever ran or is locked. Its slices are
// shared between records and never written to in place.
type life struct {
	due     []transition // in order of time
	paused  *pause       // set while a pause holds a sync back
	started bool         // a sync ran, or was started, at least once
	locked  bool         // the expirationDate was reached
}

// transition is one step that happens by itself.
type transition struct {
	at     time.Time
	state  State  // "" where the state stays
	status Status // "" where the status stays
	gone   bool   // the profile vanishes
}

// pause is what resume needs.
type pause struct {
	at     time.Time // when the pause began: what was due moves by its length
	status Status    // what the sync was doing
	due    []transition
}

// allow decides whether a call is legal where r is now. Legality comes before
// anything else that the call would do.
func (r *Record) allow(call Call) error {
	refuse := func(reason string) error {
		return &IllegalError{Call: call, State: r.State, Status: r.Sync.Status, Reason: reason}
	}
	state, status := r.State, r.Sync.Status
	switch call {
	case CallDelete:
		if state == Deleting {
			return refuse("it is being deleted already")
		}
		return nil
	case CallUpdate:
		if state == Deleting {
			return refuse("it is being deleted")
		}
		return nil
	}
	if call == CallStart || call == CallUploadURL {
		if !r.csv {
			return refuse("only a profile with educationCsvDataProvider takes files; the others start by themselves once provisioned")
		}
	}
	if state != Provisioned {
		return refuse("it needs the state provisioned")
	}
	if r.locked && call != CallPause {
		return refuse("its expirationDate " + r.expirationDate + " was reached; set a later one first")
	}
	switch {
	case call == CallStart && status.Running():
		return refuse("a sync is running; pause or wait for it")
	case call == CallResume && status != Paused && status != ValidationError:
		return refuse("only a sync that is paused or stopped by a validationError resumes")
	}
	return nil
}

// sync returns the steps of a run that begins at now and meets no error.
func (t Timeline) sync(now time.Time) []transition {
	validating := now.Add(t.Extracting)
	inProgress := validating.Add(t.Validating)
	return []transition{
		{at: now, status: Extracting},
		{at: validating, status: Validating},
		{at: inProgress, status: InProgress},
		{at: inProgress.Add(t.InProgress), status: Success},
	}
}

// begin starts a run at now, in place of whatever was due or held back.
func (r *Record) begin(now time.Time, t Timeline) {
	r.paused, r.started, r.due = nil, true, t.sync(now)
	r.settle(now, t)
}

// settle applies every step that is due by now, in order, and tells whether
// the profile vanished.
func (r *Record) settle(now time.Time, t Timeline) (gone bool) {
	for {
		next, ok := r.next()
		if !ok || next.at.After(now) {
			return false
		}
		switch {
		case next.gone:
			return true
		case len(r.due) > 0 && r.due[0] == next:
			r.due = r.due[1:]
			r.step(next, t)
		default:
			r.lock(next.at)
		}
	}
}

// next returns what happens first: a due step, or the expiration.
func (r *Record) next() (transition, bool) {
	var first transition
	ok := len(r.due) > 0
	if ok {
		first = r.due[0]
	}
	if end, expires := r.expires(); expires && !r.locked && r.State != Deleting && (!ok || end.Before(first.at)) {
		return transition{at: end, status: Paused}, true
	}
	return first, ok
}

// expires returns the instant at which the expirationDate begins, in UTC.
func (r *Record) expires() (time.Time, bool) {
	if r.expirationDate == "" {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, r.expirationDate)
	return t, err == nil
}

func (r *Record) step(s transition, t Timeline) {
	if s.state != "" {
		r.State = s.state
		if s.state == Provisioned {
			r.Sync.Message = waitsForFiles
			if r.locked {
				r.Sync.Message = waitsForDate
			}
			r.startByItself(s.at, t)
		}
	}
	if s.status != "" {
		r.setStatus(s.status, s.at)
	}
}

// startByItself starts the first sync of a provisioned profile that needs no
// files. Documented: a provider that is read over its API starts by itself.
func (r *Record) startByItself(now time.Time, t Timeline) {
	if !r.csv && !r.started && !r.locked && r.State == Provisioned {
		r.started, r.due = true, t.sync(now)
	}
}

func (r *Record) setStatus(s Status, at time.Time) {
	r.Sync.Status, r.Sync.LastActivity, r.Sync.Message = s, at, ""
	if s == Success {
		r.Sync.LastSuccessful = at
	}
}

// lock is what reaching the expirationDate does. Documented: the profile pauses and locks.
func (r *Record) lock(at time.Time) {
	if r.State == Provisioned {
		r.hold(at)
	}
	r.locked = true
	r.Sync.Message = waitsForDate
}

// hold pauses at now and keeps what the sync was doing.
func (r *Record) hold(now time.Time) {
	if r.Sync.Status == Paused {
		return
	}
	r.paused = &pause{at: now, status: r.Sync.Status, due: r.due}
	r.due = nil
	r.setStatus(Paused, now)
}

// resume goes on where a pause stopped, or past a validationError. A profile
// that never ran has nothing to go on with and stays as it is (chosen).
func (r *Record) resume(now time.Time, t Timeline) {
	switch {
	case r.Sync.Status == ValidationError:
		r.due = []transition{{at: now.Add(t.InProgress), status: Success}}
		r.setStatus(InProgress, now)
	case r.paused != nil:
		p := r.paused
		r.paused, r.due = nil, nil
		for _, d := range p.due {
			d.at = d.at.Add(now.Sub(p.at))
			r.due = append(r.due, d)
		}
		last := r.Sync.LastSuccessful
		r.setStatus(p.status, now)
		r.Sync.LastSuccessful = last // going back to success is no new sync
		r.settle(now, t)
	}
}
