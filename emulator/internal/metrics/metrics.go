// Package metrics counts what the emulator does and tells it in Prometheus' text
// format: requests by operation and status, how long they took, faults that
// fired, and how full the server is. Source of names and buckets: chosen.
//
// It is our own because of what the alternatives cost whoever never looks at a
// metric. Measured: prometheus/client_golang takes 1.3 to 4.8 ms to initialise,
// VictoriaMetrics/metrics 0.4 ms, of the 9 ms that graphemu takes to start;
// this takes none.
package metrics

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Metrics are the counters of one server. It is safe for concurrent use, and
// recording takes no lock.
type Metrics struct {
	operations sync.Map     // *series, by the operation's name; made when it is first met
	met        atomic.Int64 // operations
	none       *series      // of what is no operation, and of operations beyond MaxOperations

	mu     sync.RWMutex              // guards faults
	faults map[string]*atomic.Uint64 // keyed by the rule's name
	others atomic.Uint64             // fired rules beyond MaxRules
}

// MaxOperations is how many operations are counted by name. Paths of Graph have no end,
// so their names have none; those beyond it are counted together.
const MaxOperations = 1000

// MaxRules is how many rules are counted by name. A test may add rules under
// ever new names; those beyond it are counted together.
const MaxRules = 1000

// series is what is counted of one operation.
type series struct {
	name     string
	statuses [statusClasses]atomic.Pointer[[100]atomic.Uint64] // by hundreds; made on first use, since most are never seen
	buckets  [len(bounds) + 1]atomic.Uint64                    // durations up to and with each bound, and beyond the last
	nanos    atomic.Int64                                      // the sum of all durations
}

// statusClasses covers the statuses 0 to 599: 0 is a request that was not answered.
const statusClasses = 6

// bounds are the upper ends of the histogram's buckets. A request in memory
// takes some 20 µs, a delay that a scenario asks for up to minutes.
var bounds = [...]time.Duration{
	25 * time.Microsecond, 50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	1 * time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	1 * time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute,
}

// New returns counters, all at zero.
func New() *Metrics {
	return &Metrics{none: &series{}, faults: map[string]*atomic.Uint64{}}
}

// Observe counts a request that took d from its headers until its answer was
// ready, in real time. A status of 0 says that no answer was sent; the operation ""
// is none of the API's.
func (m *Metrics) Observe(operation string, status int, d time.Duration) {
	s := m.of(operation)
	s.count(status)
	s.buckets[bucket(d)].Add(1)
	s.nanos.Add(int64(max(d, 0)))
}

// of returns what is counted of an operation.
func (m *Metrics) of(operation string) *series {
	if operation == "" {
		return m.none
	}
	if s, ok := m.operations.Load(operation); ok {
		return s.(*series)
	}
	if m.met.Load() >= MaxOperations {
		return m.none
	}
	s, there := m.operations.LoadOrStore(operation, &series{name: operation})
	if !there {
		m.met.Add(1)
	}
	return s.(*series)
}

// count counts a status. One that HTTP does not have counts as 0, so that what
// is counted stays bounded.
func (s *series) count(status int) {
	if status < 0 || status >= statusClasses*100 {
		status = 0
	}
	page := &s.statuses[status/100]
	counters := page.Load()
	if counters == nil {
		page.CompareAndSwap(nil, new([100]atomic.Uint64))
		counters = page.Load()
	}
	counters[status%100].Add(1)
}

// bucket returns the place of the first bound that d does not pass.
func bucket(d time.Duration) int {
	i, _ := slices.BinarySearch(bounds[:], d)
	return i
}

// Fault counts a rule that fired.
func (m *Metrics) Fault(rule string) {
	m.mu.RLock()
	n := m.faults[rule]
	m.mu.RUnlock()
	if n == nil {
		n = m.newFault(rule)
	}
	n.Add(1)
}

// newFault returns the counter of a rule that was not met before.
func (m *Metrics) newFault(rule string) *atomic.Uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := m.faults[rule]; n != nil {
		return n // another request made it meanwhile
	}
	if len(m.faults) >= MaxRules {
		return &m.others
	}
	n := new(atomic.Uint64)
	m.faults[rule] = n
	return n
}
