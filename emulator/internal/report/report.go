// Package report writes what there is to see of runs that are over as one file of HTML,
// with the views of the page: for people who have not been there. A report is bounded, and
// says what it leaves out; it has no secrets, and no time but that of the worlds' clocks:
// the same run gives the same report. Source of everything here: chosen.
package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Bounds of a report.
const (
	MaxEntries = 300     // of a world; the page shows as many
	MaxWorlds  = 50      // of a run
	MaxBytes   = 8 << 20 // of the entries and objects of all runs

	maxText = 64 << 10 // of a scenario's text
)

// File is a report.
type File struct {
	Version string
	Command string       // that made it; "": a person did
	Card    journal.Card // how the runs went
	Runs    []*Run
}

// Run is one run of a server.
type Run struct {
	Label   string // "" where there is but one
	Ended   string // how its command ended, in a sentence; "": there is none
	Repeat  string // the command that does it again
	Verdict journal.Verdict
	Made    []Made   // the files that it was made from
	Sources []Source // its scenario
	Worlds  []*World

	More int // worlds that there was no room for
}

// Made is a file with its hash, so that others can tell whether they have the same.
type Made struct {
	What, Name, SHA256 string
}

// Source is the text of a scenario with the name of its file.
type Source struct{ Name, Text string }

// World is a world at the end of a run.
type World struct {
	Name, Tenant string
	Clock        *Clock // nil: it was dropped
	Verdict      journal.Verdict
	Due          any      // what is still to come, as the control API tells it
	Sources      []Source // a scenario of its own
	Objects      Objects

	kept []kept // in the order of their ids
	left left
}

// Clock is what a world's clock shows.
type Clock struct {
	Now    string     `json:"now"`
	Mode   clock.Mode `json:"mode"`
	Factor float64    `json:"factor"`
}

// At is what a clock shows, as a report has it.
func At(c *clock.Clock) *Clock {
	return &Clock{c.Now().Format(time.RFC3339Nano), c.Mode(), c.Factor()}
}

// Sort puts worlds that failed first, and leaves out those that are too many.
func (r *Run) Sort() {
	slices.SortStableFunc(r.Worlds, func(a, b *World) int { return cmp.Compare(rank(a.Verdict.OK), rank(b.Verdict.OK)) })
	if n := len(r.Worlds) - MaxWorlds; n > 0 {
		r.More += n
		r.Worlds = r.Worlds[:MaxWorlds]
	}
}

func rank(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

// Calm takes the wall clock out of a verdict.
func Calm(v journal.Verdict) journal.Verdict {
	v.Worlds = slices.Clone(v.Worlds)
	for i := range v.Worlds {
		w := &v.Worlds[i]
		w.Began, w.Took = time.Time{}, 0
		w.Expectations = slices.Clone(w.Expectations)
		for j := range w.Expectations {
			w.Expectations[j].Took = 0
		}
	}
	return v
}

// Texts returns scenarios less what might be a secret, each cut where it is too long.
func Texts(list []Source) []Source {
	list = slices.Clone(list)
	for i, s := range list {
		list[i].Text = words.Cut(redact.Text(s.Text), maxText, "\n# … the rest is left out of the report\n")
	}
	return list
}

// data is what the report's modules read.
type data struct {
	Worlds []worldData `json:"worlds"`
}

type worldData struct {
	Ref          string                     `json:"ref"`
	Run          string                     `json:"run,omitzero"`    // what the run is called, where there are several
	Failed       string                     `json:"failed,omitzero"` // how the run failed, where the verdict on it is good
	Name         string                     `json:"name"`
	Tenant       string                     `json:"tenant"`
	Clock        *Clock                     `json:"clock"`
	Verdict      journal.Verdict            `json:"verdict"`
	Due          any                        `json:"due"`
	Entries      []json.RawMessage          `json:"entries"`
	Explanations map[string]string          `json:"explanations"`
	Left         string                     `json:"left"` // what was left out, in sentences
	Metadata     map[string]string          `json:"metadata"`
	Objects      map[string]json.RawMessage `json:"objects"`
}

// ref is what a world is called in the addresses of a report.
func ref(r *Run, w *World) string {
	if r.Label == "" {
		return w.Name
	}
	return r.Label + ": " + w.Name
}
