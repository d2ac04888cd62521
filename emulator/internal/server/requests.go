package server

import (
	"math"
	"sync"
	"sync/atomic"
)

// Requests counts the requests that are being answered, until Stop. A
// sync.WaitGroup would not do: it must not be added to while somebody waits, and a
// handler that is mounted in another server is called then, and after.
type Requests struct {
	count atomic.Int64 // below zero: stopped
	done  chan struct{}
	once  sync.Once
}

// stopped is added to the count by Stop.
const stopped = math.MinInt64

// NewRequests returns a count of none.
func NewRequests() *Requests { return &Requests{done: make(chan struct{})} }

// Begin counts a request, for which End must be called. It returns false after Stop:
// the request is not counted then.
func (r *Requests) Begin() bool {
	if r.count.Add(1) > 0 {
		return true
	}
	r.End()
	return false
}

// End says that a request was answered.
func (r *Requests) End() {
	if r.count.Add(-1) == stopped {
		r.once.Do(func() { close(r.done) })
	}
}

// Stop ends the counting of what comes from now on. To be called once.
func (r *Requests) Stop() {
	r.count.Add(1) // so that a request that ends meanwhile is not the last
	r.count.Add(stopped)
	r.End()
}

// Wait returns after Stop, when all that were counted are answered.
func (r *Requests) Wait() { <-r.done }
