package profile

import (
	"cmp"
	"time"
)

// life is the part of a record that time, reads and calls move on. What its
// pointers lead to is shared between records and never written to.
type life struct {
	course  *course   // what a trigger led to; nil: nothing ever did
	from    time.Time // the instant of the step before, or of the trigger
	paused  *pause    // set while a pause holds the course back
	held    *held     // set since a scripted pause
	passed  *passed   // the lifecycles that had their turn
	done    uint32    // steps of the course that happened
	reads   uint32    // answered since the step before; counted only where the next one waits for reads
	run     uint32    // number of the sync, for the ids of its errors
	started bool      // a sync ran, or was started, at least once
	locked  bool      // the expirationDate was reached
}

// pause is what resume needs.
type pause struct {
	status  Status        // what the sync was doing
	elapsed time.Duration // since the step before
}

// held is what a scripted pause has taken the place of: a resume goes on with it.
type held struct {
	pause
	course      *course
	done, reads uint32
}

// upcoming returns the next step of the course; nil where none is left or a
// pause holds it back.
func (r *Record) upcoming() *Step {
	if r.course == nil || r.paused != nil || int(r.done) >= len(r.course.steps) {
		return nil
	}
	return &r.course.steps[r.done]
}

// waitsForReads tells whether answered reads bring the next step.
func (r *Record) waitsForReads() bool {
	s := r.upcoming()
	return s != nil && s.Reads > 0
}

// Lifecycle returns the name of the lifecycle that drives the profile, or that
// drove it last; "" for the timeline.
func (r *Record) Lifecycle() string {
	if r.course == nil {
		return ""
	}
	return r.course.name
}

func (r *Record) standing() Standing { return Standing{r.State, r.Sync.Status} }

// next returns when something happens by itself: a step, or the expiration.
func (r *Record) next() (at time.Time, expiration, ok bool) {
	if s := r.upcoming(); s != nil && s.Reads == 0 {
		at, ok = r.from.Add(s.After), true
	}
	if end, expires := r.expires(); expires && !r.locked && r.State != Deleting && (!ok || end.Before(at)) {
		return end, true, true
	}
	return at, false, ok
}

// expires returns the instant at which the expirationDate begins, in UTC.
func (r *Record) expires() (time.Time, bool) {
	if r.expirationDate == "" {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, r.expirationDate)
	return t, err == nil
}

// settle applies everything that is due by now, in order, and tells whether the
// profile vanished.
func (r *Record) settle(now time.Time, l *lifecycles, log *events) (gone bool) {
	for {
		at, expiration, ok := r.next()
		switch {
		case !ok || at.After(now):
			return false
		case expiration:
			before := r.standing()
			r.lock(at)
			if r.standing() != before {
				log.add(r, at, before, "", 0)
			}
		case r.advance(at, l, log):
			return true
		}
	}
}

// advance applies the next step, which happens at that instant, and tells
// whether the profile vanished.
func (r *Record) advance(at time.Time, l *lifecycles, log *events) (gone bool) {
	s, before := r.upcoming(), r.standing()
	r.done, r.from, r.reads = r.done+1, at, 0
	recorded := l.record(r, s, at)
	if s.State != "" {
		r.enter(s.State)
	}
	if s.Status != "" {
		r.setStatus(s.Status, at)
		r.started = r.started || s.Status != Paused
	}
	if s.Message != "" {
		r.Sync.Message = s.Message
	}
	log.add(r, at, before, r.course.name, recorded)
	if s.State == Gone {
		return true
	}
	if s.State == Provisioned {
		r.startByItself(at, l, log)
	}
	return false
}

// enter puts the profile into a state, with the words that go with it.
func (r *Record) enter(s State) {
	r.State = s
	switch {
	case s == Provisioning:
		r.Sync.Message = waitsForProvisioning
	case s == ProvisioningFailed:
		r.Sync.Message = provisioningFailed
	case s == Provisioned && r.locked:
		r.Sync.Message = waitsForDate
	case s == Provisioned && r.csv && !r.started:
		r.Sync.Message = waitsForFiles
	case s == Provisioned && r.Sync.Status == Paused:
		r.Sync.Message = ""
	}
}

// startByItself starts the first sync of a provisioned profile that needs no
// files. Documented: a provider that is read over its API starts by itself.
// While a lifecycle has more to come, that decides (chosen).
func (r *Record) startByItself(now time.Time, l *lifecycles, log *events) {
	if !r.csv && !r.started && !r.locked && r.State == Provisioned && r.upcoming() == nil {
		before := r.standing()
		r.begin(now, CallStart, Outcome{}, l)
		if r.standing() != before {
			log.add(r, now, before, r.course.name, 0)
		}
	}
}

// begin starts a run, in place of whatever was to come or was held back. Until
// its first step it extracts (chosen).
func (r *Record) begin(now time.Time, call Call, o Outcome, l *lifecycles) {
	c := cmp.Or(l.pick(r, call), l.outcome(o))
	r.take(c, now)
	r.started = true
	r.run++
	if !c.atOnce() {
		r.setStatus(Extracting, now)
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
	r.paused = &pause{status: r.Sync.Status, elapsed: now.Sub(r.from)}
	r.setStatus(Paused, now)
}

// pauseBy lets c decide how a pause goes, and keeps what the sync was doing; the first
// of several pauses that have not come yet has kept it.
func (r *Record) pauseBy(c *course, now time.Time) {
	h := r.held
	if h == nil || r.upcoming() == nil {
		h = &held{pause{status: r.Sync.Status, elapsed: now.Sub(r.from)}, r.course, r.done, r.reads}
	}
	r.take(c, now)
	r.held = h
}

// resume goes on where a pause stopped, or past a validationError, unless a
// lifecycle begins with it. A profile that never ran has nothing to go on with
// and stays as it is (chosen).
func (r *Record) resume(now time.Time, l *lifecycles) {
	status, last := InProgress, r.Sync.LastSuccessful
	h := r.held
	if r.Sync.Status != Paused {
		h = nil // the pause went otherwise
	}
	switch {
	case r.paused != nil:
		status = r.paused.status
	case h != nil:
		status = h.status
	case !r.started:
		return
	}
	switch c := l.pick(r, CallResume); {
	case c != nil:
		r.take(c, now)
		if c.atOnce() {
			return
		}
	case r.paused != nil:
		r.from, r.paused = now.Add(-r.paused.elapsed), nil
	case h != nil:
		r.take(h.course, now.Add(-h.elapsed))
		r.done, r.reads = h.done, h.reads
	case r.upcoming() == nil:
		// It stopped at a validationError, or nothing is told of what was paused:
		// then it was in the middle of its longest stage (chosen).
		r.take(l.resumed, now)
	}
	r.setStatus(status, now)
	r.Sync.LastSuccessful = last // going back to success is no new sync
}

// stand puts the profile where whoever forces it wants it, and drops what was
// to come.
func (r *Record) stand(now time.Time, state State, status Status) {
	r.course, r.paused, r.held, r.done, r.reads = nil, nil, nil, 0, 0
	if state != "" {
		if state == Provisioning || state == ProvisioningFailed {
			r.Sync.Status = Paused // there is no sync yet
		}
		r.enter(state)
	}
	if status != "" {
		r.setStatus(status, now)
		r.started = r.started || status != Paused
	}
}
