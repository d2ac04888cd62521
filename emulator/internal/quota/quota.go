// Package quota counts the bytes that all worlds of a server keep together, so
// that one limit holds for the process, however many worlds share it.
//
// What is counted are estimates: the bytes that clients sent, as they are kept,
// and what their keeping costs. Source: graphemu's own design.
package quota

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Quota is the limit of a server. It is safe for concurrent use.
type Quota struct {
	max  int64
	used atomic.Int64
}

// New returns a quota of max bytes.
func New(max int64) *Quota { return &Quota{max: max} }

// Used returns how many bytes all shares keep together.
func (q *Quota) Used() int64 { return q.used.Load() }

// Max returns the limit in bytes.
func (q *Quota) Max() int64 { return q.max }

// Check errs with *FullError where more is kept than the limit allows.
func (q *Quota) Check() error {
	if q.used.Load() > q.max {
		return &FullError{q.max}
	}
	return nil
}

// Share returns a share of q that nothing is kept in yet.
func (q *Quota) Share() *Share { return &Share{quota: q} }

// Share is what one state of a world keeps of a Quota. It is safe for concurrent
// use. A nil Share counts nothing, and everything fits.
type Share struct {
	quota *Quota

	mu     sync.Mutex // guards what follows
	used   int64
	closed bool
}

// Fits errs with *FullError where n more bytes would be too many.
// Writes that are under way at the same time may each find room for itself, so
// that together they are a little more.
func (s *Share) Fits(n int64) error {
	if s == nil || s.quota.used.Load()+n <= s.quota.max {
		return nil
	}
	return &FullError{s.quota.max}
}

// InPlaceOf errs with *FullError where what s counts would be too much even once
// before has given back what it counts.
func (s *Share) InPlaceOf(before *Share) error {
	before.mu.Lock()
	given := before.used
	before.mu.Unlock()
	return s.Fits(-given)
}

// Add counts n more bytes, or with a negative n so many less, whether they fit
// or not.
func (s *Share) Add(n int64) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.quota.used.Add(n)
		s.used += n
	}
}

// Close gives back all that the share counts, since its state is no more. It
// counts nothing from then on.
func (s *Share) Close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota.used.Add(-s.used)
	s.used, s.closed = 0, true
}

// FullError says that the worlds keep as many bytes as they may.
type FullError struct{ Max int64 } // bytes

func (e *FullError) Error() string {
	return fmt.Sprintf("the worlds of this server keep as much as they may together, %d bytes", e.Max)
}
