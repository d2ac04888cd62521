package emulator

import (
	"fmt"
	"io"
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/report"
	"github.com/graphemu/graphemu/emulator/internal/version"
	"github.com/graphemu/graphemu/emulator/journal"
)

// RunReport is what there is to show of a run of a server, taken down at one moment. Write
// makes one file of HTML of it, with the views of the page at /_graphemu/, for people who
// have not been there. It is bounded and says what it leaves out, and has no secrets.
type RunReport struct {
	run   report.Run
	room  int              // bytes of entries and objects
	card  *journal.CardRun // nil: no command ran
	tally journal.Tally
}

// Command is a command that ran as the client of a server.
type Command struct {
	Repeat string          // what runs it again under the same conditions, as CommandLine gives it
	Ended  string          // how it ended, in a sentence
	Run    journal.CardRun // how it did

	Offered bool // nobody named its scenario, see journal.Verdict.Offered
}

// Report takes down how the server's worlds stand. runs is of how many runs a file is to
// tell: they share the room that there is; 0 is 1.
func (s *Server) Report(runs int) *RunReport { return s.report(s.Worlds(), s.Verify(), runs) }

// WriteReport writes a report on all worlds, as they stand.
func (s *Server) WriteReport(w io.Writer) error { return WriteReport(w, "", s.Report(1)) }

// WriteReport writes a report on this world, as it stands.
func (w *World) WriteReport(out io.Writer) error {
	return WriteReport(out, "", w.server.report([]*World{w}, w.Verify(), 1))
}

func (s *Server) report(worlds []*World, verdict journal.Verdict, runs int) *RunReport {
	r := &RunReport{room: report.MaxBytes / max(runs, 1)}
	r.run = report.Run{Label: s.set.Run, Verdict: report.Calm(verdict), Made: s.made(), Repeat: s.again()}
	for _, source := range s.scenario.Load().sources {
		r.run.Sources = append(r.run.Sources, report.Source(source))
	}
	r.run.Sources = report.Texts(r.run.Sources)
	for _, w := range worlds {
		one := &report.World{Name: w.Name(), Tenant: w.Tenant(), Clock: report.At(w.Clock()), Due: controlledWorld{w}.Due().Events}
		one.Verdict = r.run.Verdict.Of(w.Tenant(), w.Name())
		if own := w.own.Load(); own != nil {
			for _, source := range own.sources {
				one.Sources = append(one.Sources, report.Source(source))
			}
			one.Sources = report.Texts(one.Sources)
		}
		r.run.Worlds = append(r.run.Worlds, one)
	}
	r.run.Sort()
	byTenant := map[string]*World{}
	for _, w := range worlds {
		byTenant[w.Tenant()] = w
		for _, e := range w.Journal().Entries(journal.Filter{}) {
			r.tally.Add(&e)
		}
	}
	share := r.room / max(len(r.run.Worlds), 1)
	for _, one := range r.run.Worlds {
		w := byTenant[one.Tenant]
		state := w.current.Load()
		entries := state.Journal.Entries(journal.Filter{})
		one.Journal(entries, state.Journal.Lost(), share*3/4)
		one.Gather(w.gathered(entries), share/4)
	}
	return r
}

// Requests takes the requests of the lines that Options.Journal has got, in place of the
// worlds' journals: they have those before a reset and of worlds that were dropped, too.
// The server may have been closed. It errs where a line is none of a journal.
func (r *RunReport) Requests(lines io.ReaderAt) error {
	list, err := report.ReadLines(lines)
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	r.run.Worlds = append(r.run.Worlds, r.gone(list.Names)...)
	r.run.Sort()
	share := r.room * 3 / 4 / max(len(r.run.Worlds), 1)
	for _, w := range r.run.Worlds {
		if _, err := w.Lines(list, share); err != nil {
			return fmt.Errorf("emulator: %w", err)
		}
	}
	return nil
}

// gone are worlds that were dropped, of those that lines name.
func (r *RunReport) gone(names []string) (list []*report.World) {
	for _, name := range names {
		_, tenant, err := worldRef(name)
		if err != nil || slices.ContainsFunc(r.run.Worlds, func(w *report.World) bool { return w.Tenant == tenant }) ||
			slices.ContainsFunc(list, func(w *report.World) bool { return w.Tenant == tenant }) {
			continue
		}
		list = append(list, &report.World{Name: name, Tenant: tenant, Verdict: r.run.Verdict.Of(tenant, name)})
	}
	return list
}

// Ran tells the report of the command that was the server's client.
func (r *RunReport) Ran(c Command) {
	r.run.Repeat, r.run.Ended = c.Repeat, c.Ended
	r.card = &c.Run
	if !c.Offered {
		return
	}
	r.run.Verdict = r.run.Verdict.Offered()
	for _, w := range r.run.Worlds {
		w.Verdict = w.Verdict.Offered()
	}
}

// WriteReport writes reports of several runs as one file. command is what runs all of them
// again; "": the command of the one that there is.
func WriteReport(w io.Writer, command string, runs ...*RunReport) error {
	f := report.File{Version: version.String(), Command: command}
	for _, r := range runs {
		f.Runs = append(f.Runs, &r.run)
		f.Card.Runs = append(f.Card.Runs, r.line())
	}
	if f.Command == "" && len(runs) == 1 {
		f.Command = runs[0].run.Repeat
	}
	return report.Write(w, f)
}

// line is how the run went: as its command did, or as the verdict says.
func (r *RunReport) line() journal.CardRun {
	if r.card != nil {
		return *r.card
	}
	return r.run.Verdict.Card(r.run.Label, r.tally)
}
