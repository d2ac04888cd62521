package judge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// evidence returns the entries of these ids as the journal lists them, so that a
// verdict can be read where there is no journal any more.
func (r *Record) evidence(ids []uint64) []string {
	var lines []string
	for _, id := range ids {
		i, ok := slices.BinarySearchFunc(r.Entries, id, func(e record.Entry, id uint64) int { return cmp.Compare(e.ID, id) })
		if !ok {
			continue
		}
		var line strings.Builder
		_ = journal.WriteText(&line, []journal.Entry{r.Entries[i].Entry}) // a Builder takes everything
		lines = append(lines, strings.TrimSuffix(line.String(), "\n"))
	}
	return lines
}

// span is the time from when the first entry came to the last answer, on the wall
// clock; zero where that is not known.
func (r *Record) span() (began time.Time, took clock.Duration) {
	var ended time.Time
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Real.IsZero() {
			continue
		}
		if began.IsZero() || e.Real.Before(began) {
			began = e.Real
		}
		if end := e.Real.Add(e.Duration.Std()); end.After(ended) {
			ended = end
		}
	}
	return began, clock.Duration(ended.Sub(began))
}

// took is how long the calls took together that an expectation is about. One of a
// profile is about none.
func (r *Record) took(x *journal.Expectation) (sum clock.Duration) {
	patterns := operation.CompileAll(x.Order)
	if x.Operation != "" {
		patterns = append(patterns, operation.Compile(x.Operation))
	}
	about := func(e *record.Entry) bool {
		return x.Level != "" && x.Operation == "" && e.Level != "" || x.Only != nil && e.Operation != "" || operation.AnyMeans(patterns, asked(e))
	}
	for i := range r.Entries {
		if e := &r.Entries[i]; about(e) {
			sum += e.Duration
		}
	}
	return sum
}
