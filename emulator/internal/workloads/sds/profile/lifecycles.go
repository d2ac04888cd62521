package profile

import (
	"math"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/match"
)

// lifecycles is a script as one store runs it, with what is counted on the way.
type lifecycles struct {
	*compiled
	used   map[string]uint64 // how often each lifecycle ran; nil: none did
	derive func(names ...string) string
}

// compiled is a script made ready to be run. All stores of the script share it,
// and records share what it holds: it is never written to.
type compiled struct {
	byTrigger map[Call][]*lifecycle // in the script's order
	byName    map[string]*lifecycle

	// What happens where no lifecycle decides.
	creation, deletion, sync, resumed *course
}

// lifecycle is a Lifecycle with what is known of its neighbours.
type lifecycle struct {
	course *course
	where  []match.Condition
	next   string
	heads  []string // names of those that it is the Next of; where there are any, it waits for one of them
}

// course is a list of steps that a trigger leads to. Many profiles share one.
type course struct {
	name  string // of the lifecycle; "" for the timeline
	steps []Step
}

// passed is the lifecycles with a Next that ran on a profile; they run once.
type passed struct{ names []string }

func (p *passed) has(name string) bool { return p != nil && slices.Contains(p.names, name) }

// noScript is the script of a store that was given none.
var noScript Script

// compile makes s ready, once for all stores. Values that CheckSteps refuses are
// drawn into their range, since nothing may hang or grow without bound.
func (s *Script) compile() *compiled {
	if s == nil {
		s = &noScript
	}
	s.once.Do(func() { s.compiled = newCompiled(s) })
	return s.compiled
}

func newCompiled(s *Script) *compiled {
	stage := func(after time.Duration, state State, status Status) Step {
		return Step{After: max(after, 0), State: state, Status: status}
	}
	t := s.Timeline
	inProgress := stage(t.InProgress, "", Success)
	p := &compiled{
		byTrigger: map[Call][]*lifecycle{}, byName: map[string]*lifecycle{},
		creation: &course{steps: []Step{stage(t.Provisioning, Provisioned, "")}},
		deletion: &course{steps: []Step{stage(t.Deleting, Gone, "")}},
		sync:     &course{steps: []Step{stage(t.Extracting, "", Validating), stage(t.Validating, "", InProgress), inProgress}},
		resumed:  &course{steps: []Step{inProgress}},
	}
	for _, l := range s.Lifecycles {
		steps := slices.Clone(l.Steps)
		for i := range steps {
			steps[i].After, steps[i].Reads = max(steps[i].After, 0), min(max(steps[i].Reads, 0), math.MaxInt32)
			steps[i].ErrorCount = min(max(steps[i].ErrorCount, 0), MaxErrors)
		}
		one := &lifecycle{course: &course{name: l.Name, steps: steps}, where: match.All(l.Where), next: l.Next}
		p.byTrigger[l.On] = append(p.byTrigger[l.On], one)
		p.byName[l.Name] = one
	}
	for _, l := range s.Lifecycles {
		if next := p.byName[l.Next]; l.Next != "" && next != nil {
			next.heads = append(next.heads, l.Name)
		}
	}
	return p
}

// holds tells whether the profile is one that the lifecycle is for.
func (l *lifecycle) holds(r *Record) bool {
	for i := range l.where {
		if !l.where[i].Holds(r.JSON()) {
			return false
		}
	}
	return true
}

// pick returns what a call on r leads to, and notes that it ran: the first
// lifecycle that begins with the call, is for the profile, did not have its
// turn there and does not wait for another's; nil where there is none.
func (l *lifecycles) pick(r *Record, on Call) *course {
	for _, one := range l.byTrigger[on] {
		if one.next != "" && r.passed.has(one.course.name) || !one.named(r) || !one.holds(r) {
			continue
		}
		if one.next != "" {
			// Names of a script that was in force before are dropped here, so
			// that they do not add up.
			var names []string
			if r.passed != nil {
				for _, n := range r.passed.names {
					if l.byName[n] != nil {
						names = append(names, n)
					}
				}
			}
			r.passed = &passed{append(names, one.course.name)}
		}
		l.count(one.course.name, 1)
		return one.course
	}
	return nil
}

// count notes that the lifecycle of that name ran n times more.
func (l *lifecycles) count(name string, n uint64) {
	if l.used == nil {
		l.used = map[string]uint64{}
	}
	l.used[name] += n
}

// named tells whether the lifecycle waits for none, or one that leads to it ran.
func (l *lifecycle) named(r *Record) bool {
	return len(l.heads) == 0 || slices.ContainsFunc(l.heads, r.passed.has)
}

// scripted tells whether a lifecycle that begins with on is for r.
func (p *compiled) scripted(r *Record, on Call) bool {
	return slices.ContainsFunc(p.byTrigger[on], func(l *lifecycle) bool { return l.holds(r) })
}

// atOnce tells whether the first step of c comes with the trigger and says what
// the sync is doing: then nothing else need be shown before it.
func (c *course) atOnce() bool {
	return len(c.steps) > 0 && c.steps[0].After == 0 && c.steps[0].Reads == 0 && c.steps[0].Status != ""
}

// take lets c decide what happens to r from now on.
func (r *Record) take(c *course, now time.Time) {
	r.course, r.done, r.from, r.reads, r.paused, r.held = c, 0, now, 0, nil, nil
}
