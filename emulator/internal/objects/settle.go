package objects

import (
	"errors"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Transition is a step of a lifecycle that an object has made, or could not make.
type Transition struct {
	At              time.Time
	Path            string // of the object below the version, as "/users/…"
	ID, DisplayName string
	Before, After   []byte // JSON of the properties that the step sets, less secrets
	Lifecycle       string
	Problem         string // why the step could not be made; "": it was
}

// Settle makes the steps that are due by now, each at its own time and in their order.
// It tells the first limit of them, and how many there were. What was settled before is
// not told again.
func (f *Futures) Settle(now time.Time, limit int) (list []Transition, total int) {
	if f == nil {
		return nil, 0
	}
	for {
		due := f.next.Load()
		if due == nil || due.After(now) {
			return list, total
		}
		if t, ok := f.settleAt(*due); ok {
			if total++; len(list) < limit {
				list = append(list, t)
			}
		}
	}
}

// settleAt makes the earliest step, if it is due at that instant. ok is false where it is
// not, or where its object is not there any more.
func (f *Futures) settleAt(at time.Time) (t Transition, ok bool) {
	err := f.store.Update(at, func(tx *entity.Tx) error {
		if len(f.queue) == 0 || !f.queue[0].due.Equal(at) {
			return nil // others were faster
		}
		one := f.queue[0]
		if o := tx.At(one.place); o == nil || !living(o) {
			f.drop(one)
			return nil
		}
		ok = true
		var err error
		t, err = f.make(tx, one, at)
		return err
	})
	return f.told(t, err), ok
}

// told completes a transition with the error that the store's update ended with.
func (f *Futures) told(t Transition, err error) Transition {
	if err == nil {
		return t
	}
	t.After, t.Problem = nil, err.Error()
	if e := (*apierror.Error)(nil); errors.As(f.engine.inWords(err), &e) {
		t.Problem = e.Message
	}
	if f.Failed != nil {
		f.Failed(t)
	}
	return t
}

// Next returns when the next step is due; ok is false where none comes by itself.
func (f *Futures) Next() (at time.Time, ok bool) {
	if f.next.Load() == nil {
		return at, false
	}
	f.guarded(func(in entity.View) {
		for len(f.queue) > 0 {
			one := f.queue[0]
			if o := in.At(one.place); o != nil && living(o) {
				at, ok = one.due, true
				return
			}
			f.drop(one)
		}
	})
	return at, ok
}

// read counts an answered read of an object whose next step waits for reads. The read
// that completes them brings the step at its instant, after its answer.
func (f *Futures) read(now time.Time, o *entity.Object) {
	if f == nil || f.waiting.Load() == 0 {
		return // nearly always
	}
	var t Transition
	err := f.store.Update(now, func(tx *entity.Tx) error {
		one := f.of[o.Place]
		if one == nil || len(one.steps) == 0 || one.steps[0].Reads == 0 || tx.At(o.Place) == nil {
			return nil
		}
		if one.reads++; one.reads < one.steps[0].Reads {
			return nil
		}
		var err error
		t, err = f.make(tx, one, now)
		return err
	})
	f.told(t, err)
	f.Settle(now, 0)
}

// make takes the next step of a future at its instant: a change as the service itself
// would make it, so what clients may not set can be set. Where it errs the step is over
// all the same.
func (f *Futures) make(tx *entity.Tx, one *future, at time.Time) (Transition, error) {
	e, o := f.engine, tx.At(one.place)
	version, name, typ := one.version, one.name, one.typ // schedule may forget it
	step := f.advance(one, at)
	t := Transition{At: at, ID: o.ID, Path: e.pathOf(tx.View, o), DisplayName: member(o, "displayName").String(), Lifecycle: name}
	v, declared := e.fitting(version, typ, o, step.Set)
	if declared == nil {
		return t, errors.New("the model has no type " + typ)
	}
	t.Before = some(e.open(v, o, declared), step.Set)
	c := &workload.Call{Call: engine.Call{Now: at}, Version: v, Trusted: true, Tenant: f.tenant()}
	c.Objects = e
	to := target{object: o, typ: declared, home: o.Home}
	if err := e.change(c, tx, &to, jsontree.Clone(step.Set).(map[string]any), false); err != nil {
		return t, err
	}
	t.After = some(e.open(v, to.object, declared), step.Set)
	return t, nil
}

// fitting is the version in which a step can set what it says of an object: that of the
// call, or else the other one, which may know more. declared is the type of the call's
// path there.
func (e *Engine) fitting(v workload.Version, typ string, o *entity.Object, set map[string]any) (
	fits workload.Version, declared *odata.Type) {
	for _, try := range []workload.Version{v, workload.V1, workload.Beta} {
		m := e.models.Of(try)
		if m == nil {
			continue
		}
		t := m.Type(typ)
		if t == nil {
			continue
		}
		if declared == nil {
			fits, declared = try, t
		}
		actual := e.typeOf(try, o, t)
		if r := e.rulesOf(t); r != nil && r.View != "" {
			actual = t
		}
		if len(e.payloads.Check(actual, jsontree.Clone(set), true)) == 0 {
			return try, t
		}
	}
	return fits, declared
}

// pathOf is the path of an object below the version.
func (e *Engine) pathOf(in entity.View, o *entity.Object) string {
	if parent := in.At(o.Home.Parent); o.Home.Parent != 0 && parent != nil {
		return e.pathOf(in, parent) + "/" + o.Home.Name + "/" + escape(o.ID)
	}
	return "/" + o.Home.Name + "/" + escape(o.ID)
}

// some is the part of an object that the names of set say, null where it has nothing.
func some(json []byte, set map[string]any) []byte {
	dst := []byte{'{'}
	for i, name := range sorted(set) {
		if i > 0 {
			dst = append(dst, ',')
		}
		raw := "null"
		gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
			if strings.EqualFold(key.Str, name) {
				raw = v.Raw
			}
			return !strings.EqualFold(key.Str, name)
		})
		dst = append(append(jsontree.Append(dst, name), ':'), raw...)
	}
	return []byte(redact.Body(string(append(dst, '}'))))
}
