package objects

import (
	"container/heap"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Futures is what is to become of the objects of a world by the lifecycles of its
// scenario: for each object the steps that are left of one lifecycle. Nothing waits in
// the background: a step is made when the world is next asked or moved, with the time at
// which it was due. There is at most one due step an object, so the limit of objects
// holds for them too, and their memory counts. The nil value has none, and takes none.
//
// What is guarded by the store is touched only while that is updated, so that a call and
// the future that it leads to are one change.
type Futures struct {
	engine *Engine
	store  *entity.Store
	world  *workload.Tenant
	newID  func() string
	memory *quota.Share
	script atomic.Pointer[Script]

	next    atomic.Pointer[time.Time] // when the earliest step is due; nil: none is
	waiting atomic.Int64              // futures whose next step waits for reads

	// Guarded by the store.
	of    map[entity.Place]*future
	queue queue
	used  map[string]uint64 // how often each lifecycle was set going
	swept int               // how many futures there were when those of lost objects were last looked for

	// Failed hears of steps that could not be made; nil: nobody. It must not touch the store.
	Failed func(Transition)
}

// future is what is to become of one object.
type future struct {
	place   entity.Place
	version workload.Version // of the call that it began with
	typ     string           // qualified name of what the call's path declared the object as
	name    string           // of the lifecycle
	steps   []Step           // that are left; shared, so never written to
	from    time.Time        // of the step before, or of the call
	reads   int              // answered since then, where the next step waits for reads
	passed  []string         // lifecycles with a Next that had their turn

	due    time.Time // of the next step, while it is queued
	queued int       // its place in the queue
}

// futureCost is what a future takes in bytes, about.
const futureCost = 320

// Futures returns the futures of a world's objects, of which there are none yet, by the
// lifecycles of a script. The tenant must have its states.
func (e *Engine) Futures(tenant *workload.Tenant, s *State, script *Script, memory *quota.Share) *Futures {
	f := &Futures{engine: e, store: s.Store, world: tenant, newID: s.NewID, memory: memory}
	f.script.Store(script)
	return f
}

// tenant is that of the calls that steps are made by: the world's, where nothing is
// settled, since a step is part of that.
func (f *Futures) tenant() *workload.Tenant {
	t := *f.world
	t.States = append([]any{&State{Store: f.store, NewID: f.newID}}, t.States...) // the first of its kind counts
	return &t
}

// SetScript puts other lifecycles in force. What has begun keeps its steps, and what
// lifecycles of the same name have done still counts.
func (f *Futures) SetScript(s *Script) {
	f.guarded(func(entity.View) {
		f.script.Store(s)
		maps.DeleteFunc(f.used, func(name string, _ uint64) bool { return s.byName[name] == nil })
	})
}

// Used returns how often each lifecycle was set going.
func (f *Futures) Used() (used map[string]uint64) {
	f.guarded(func(entity.View) { used = maps.Clone(f.used) })
	return used
}

// guarded runs do while the store is not updated otherwise.
func (f *Futures) guarded(do func(entity.View)) {
	_ = f.store.Update(time.Time{}, func(tx *entity.Tx) error { do(tx.View); return nil }) // nothing that errs
}

// begin lets the scenario decide what becomes of an object that a call has created or
// changed. It is the last part of an update of the store. It errs with
// *quota.FullError, and changes nothing then.
func (f *Futures) begin(c *workload.Call, in entity.View, o *entity.Object, declared *odata.Type) error {
	if f == nil || o == nil || declared == nil {
		return nil
	}
	s := f.script.Load()
	if len(s.list) == 0 {
		return nil
	}
	if o = in.At(o.Place); o == nil || !living(o) {
		return nil
	}
	one := f.of[o.Place]
	var passed []string
	if one != nil {
		passed = one.passed
	}
	l := s.pick(c, passed, func() []byte { return f.engine.open(c.Version, o, declared) })
	if l == nil {
		return nil
	}
	if one == nil {
		if err := f.memory.Fits(futureCost); err != nil {
			return err
		}
		one = &future{place: o.Place, queued: notQueued}
		f.add(one)
		f.sweep(in)
	}
	f.waits(one, -1)
	if l.next != "" { // names of a script that was in force before do not add up
		passed = slices.DeleteFunc(slices.Clone(passed), func(name string) bool { return s.byName[name] == nil })
		one.passed = append(passed, l.name)
	}
	one.version, one.typ, one.name = c.Version, declared.Qualified(), l.name
	one.steps, one.from, one.reads = l.steps, c.Now, 0
	f.count(l.name, 1)
	c.Lifecycle = l.name
	f.schedule(one)
	return nil
}

// count notes that a lifecycle was set going n times more.
func (f *Futures) count(name string, n uint64) {
	if f.used == nil {
		f.used = map[string]uint64{}
	}
	f.used[name] += n
}

func (f *Futures) add(one *future) {
	if f.of == nil {
		f.of = map[entity.Place]*future{}
	}
	f.of[one.place] = one
	f.memory.Add(futureCost)
}

// drop forgets a future.
func (f *Futures) drop(one *future) {
	f.waits(one, -1)
	one.steps = nil
	f.unqueue(one)
	delete(f.of, one.place)
	f.memory.Add(-futureCost)
}

// sweep forgets the futures of objects that are gone, once in a while.
func (f *Futures) sweep(in entity.View) {
	if len(f.of) < 2*f.swept+1024 {
		return
	}
	for place, one := range f.of {
		if in.At(place) == nil {
			f.drop(one)
		}
	}
	f.swept = len(f.of)
}

// waits counts a future whose next step waits for reads, with n 1, or no more, with -1.
func (f *Futures) waits(one *future, n int64) {
	if len(one.steps) > 0 && one.steps[0].Reads > 0 {
		f.waiting.Add(n)
	}
}

// schedule gives a future its place for its next step. What is over is forgotten.
func (f *Futures) schedule(one *future) {
	switch {
	case len(one.steps) == 0:
		f.unqueue(one)
		if len(one.passed) == 0 {
			f.drop(one)
		}
	case one.steps[0].Reads > 0:
		f.waits(one, 1)
		f.unqueue(one)
	default:
		one.due = one.from.Add(one.steps[0].After)
		if one.queued == notQueued {
			heap.Push(&f.queue, one)
		} else {
			heap.Fix(&f.queue, one.queued)
		}
	}
	f.note()
}

func (f *Futures) unqueue(one *future) {
	if one.queued != notQueued {
		heap.Remove(&f.queue, one.queued)
	}
	f.note()
}

// note notes when the earliest step is due.
func (f *Futures) note() {
	if len(f.queue) == 0 {
		f.next.Store(nil)
		return
	}
	if due, known := f.queue[0].due, f.next.Load(); known == nil || !known.Equal(due) {
		f.next.Store(&due)
	}
}

// advance takes the next step off a future, at its instant.
func (f *Futures) advance(one *future, at time.Time) Step {
	f.waits(one, -1)
	step := one.steps[0]
	one.steps, one.from, one.reads = one.steps[1:], at, 0
	f.schedule(one)
	return step
}
