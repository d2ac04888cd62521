package metrics

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// ContentType is the media type of what Write writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Gauges are what the server knows without counting.
type Gauges struct {
	Worlds   int
	Profiles int // of all worlds
	// JournalLost is how many entries the journals of the worlds that are there
	// had no room for.
	JournalLost uint64
}

// Write writes everything in Prometheus' text format, in the same order each
// time: what was never counted is left out. It errs where w does.
func (m *Metrics) Write(w io.Writer, g Gauges) error {
	b := bufio.NewWriter(w) // remembers the first error
	all := []*series{m.none}
	for _, s := range m.operations.Range {
		all = append(all, s.(*series))
	}
	slices.SortFunc(all, func(a, b *series) int { return strings.Compare(a.name, b.name) })

	head(b, "graphemu_requests_total", "counter",
		`Requests by operation and status; parts of a batch count too. Operation "" is none of the API's, status 0 was not answered.`)
	for _, s := range all {
		s.writeStatuses(b)
	}
	head(b, "graphemu_request_duration_seconds", "histogram",
		"How long requests took in real time, from the headers until the answer was ready.")
	for _, s := range all {
		s.writeDurations(b)
	}
	head(b, "graphemu_faults_fired_total", "counter",
		`Requests that a fault rule struck, by rule. Rule "" is all beyond the first `+strconv.Itoa(MaxRules)+".")
	m.writeFaults(b)
	head(b, "graphemu_worlds", "gauge", "Worlds that there are.")
	fmt.Fprintf(b, "graphemu_worlds %d\n", g.Worlds)
	head(b, "graphemu_profiles", "gauge", "Synchronization profiles of all worlds.")
	fmt.Fprintf(b, "graphemu_profiles %d\n", g.Profiles)
	// A gauge: a world that ends takes its journal with it.
	head(b, "graphemu_journal_lost_entries", "gauge", "Entries that the journals of the present worlds had no room for.")
	fmt.Fprintf(b, "graphemu_journal_lost_entries %d\n", g.JournalLost)
	return b.Flush()
}

func head(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (s *series) writeStatuses(w io.Writer) {
	for class := range s.statuses {
		counters := s.statuses[class].Load()
		if counters == nil {
			continue
		}
		for i := range counters {
			if n := counters[i].Load(); n > 0 {
				fmt.Fprintf(w, "graphemu_requests_total{operation=%s,status=\"%d\"} %d\n", label(s.name), class*100+i, n)
			}
		}
	}
}

// writeDurations writes a histogram that agrees with itself: its count is the
// sum of the buckets as they were read.
func (s *series) writeDurations(w io.Writer) {
	var counts [len(bounds) + 1]uint64
	var total uint64
	for i := range counts {
		counts[i] = s.buckets[i].Load()
		total += counts[i]
	}
	if total == 0 {
		return
	}
	operation, sum := label(s.name), uint64(0)
	for i, bound := range bounds {
		sum += counts[i]
		fmt.Fprintf(w, "graphemu_request_duration_seconds_bucket{operation=%s,le=\"%s\"} %d\n",
			operation, strconv.FormatFloat(bound.Seconds(), 'g', -1, 64), sum)
	}
	fmt.Fprintf(w, "graphemu_request_duration_seconds_bucket{operation=%s,le=\"+Inf\"} %d\n", operation, total)
	seconds := float64(s.nanos.Load()) / 1e9
	fmt.Fprintf(w, "graphemu_request_duration_seconds_sum{operation=%s} %s\n", operation, strconv.FormatFloat(seconds, 'g', -1, 64))
	fmt.Fprintf(w, "graphemu_request_duration_seconds_count{operation=%s} %d\n", operation, total)
}

func (m *Metrics) writeFaults(w io.Writer) {
	m.mu.RLock()
	counters := maps.Clone(m.faults) // nothing is written while the lock is held
	m.mu.RUnlock()
	if others := m.others.Load(); others > 0 {
		n := new(atomic.Uint64)
		n.Store(others)
		counters[""] = n
	}
	for _, rule := range slices.Sorted(maps.Keys(counters)) {
		fmt.Fprintf(w, "graphemu_faults_fired_total{rule=%s} %d\n", label(rule), counters[rule].Load())
	}
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// label returns a label's value with its quotes.
func label(value string) string {
	return `"` + escapes.Replace(strings.ToValidUTF8(value, "\ufffd")) + `"`
}
