// Package retry remembers until when clients were told to wait.
package retry

import (
	"container/list"
	"iter"
	"sync"
	"sync/atomic"
	"time"
)

// Max is how many waits are remembered; the oldest makes room. A client waits
// for a handful.
const Max = 4096

// Until is when a client may come back.
type Until struct {
	World time.Time // on the world's clock
	Real  time.Time // on the real one; zero: not known
}

// Reached tells whether the wait is over. It is so where either clock is there:
// a client that moves the world's clock, and one that really waits, is obedient.
func (u Until) Reached(now, real time.Time) bool {
	return !now.Before(u.World) || !u.Real.IsZero() && !real.Before(u.Real)
}

// Waits are the clients that were told to wait. K is what a client that comes
// back has in common with the call that was told, V what else is known of it. The
// zero value is nobody. It is safe for concurrent use.
type Waits[K comparable, V any] struct {
	count atomic.Int64 // len(byKey), to ask cheaply whether there are any

	mu    sync.Mutex // guards what follows
	byKey map[K]*list.Element
	age   list.List // of *wait[K, V], the oldest first
}

type wait[K comparable, V any] struct {
	key   K
	until Until
	value V
}

// Any tells whether anybody waits. It takes no lock.
func (w *Waits[K, V]) Any() bool { return w.count.Load() > 0 }

// Tell notes a wait, in place of an older one with the same key.
func (w *Waits[K, V]) Tell(key K, until Until, value V) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byKey == nil {
		w.byKey = map[K]*list.Element{}
	}
	if old := w.byKey[key]; old != nil {
		w.drop(old)
	} else if len(w.byKey) >= Max {
		w.drop(w.age.Front())
	}
	w.byKey[key] = w.age.PushBack(&wait[K, V]{key, until, value})
	w.count.Store(int64(len(w.byKey)))
}

// Early returns the wait that a call with that key comes too early for. A wait
// that is over is forgotten.
func (w *Waits[K, V]) Early(key K, now, real time.Time) (value V, until Until, early bool) {
	if !w.Any() {
		return value, until, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.byKey[key]
	if e == nil {
		return value, until, false
	}
	one := e.Value.(*wait[K, V])
	if one.until.Reached(now, real) {
		w.drop(e)
		return value, until, false
	}
	return one.value, one.until, true
}

// drop forgets a wait. Must hold mu.
func (w *Waits[K, V]) drop(e *list.Element) {
	delete(w.byKey, w.age.Remove(e).(*wait[K, V]).key)
	w.count.Store(int64(len(w.byKey)))
}

// Forget drops the waits whose keys are meant.
func (w *Waits[K, V]) Forget(meant func(K) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for e := w.age.Front(); e != nil; {
		next := e.Next()
		if meant(e.Value.(*wait[K, V]).key) {
			w.drop(e)
		}
		e = next
	}
}

// All returns the waits as they are now, the oldest first.
func (w *Waits[K, V]) All() iter.Seq2[K, Saved[V]] {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []*wait[K, V]
	for e := w.age.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(*wait[K, V]))
	}
	return func(yield func(K, Saved[V]) bool) {
		for _, one := range all {
			if !yield(one.key, Saved[V]{one.until, one.value}) {
				return
			}
		}
	}
}

// Saved is a wait less its key.
type Saved[V any] struct {
	Until Until
	Value V
}
