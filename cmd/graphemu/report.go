package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// told is what exec tells when all is over: the reports of its runs, and a card of them.
type told struct {
	file    string // of --report; "": none
	runs    int    // that there will be
	given   []argument
	command []string
	reports []*emulator.RunReport
	card    journal.Card
}

// argument is a flag as it was given, by whatever way.
type argument struct {
	name  string
	words []string
}

// notRepeated are flags that have nothing to do with how a run goes.
var notRepeated = []string{"ready-file", "log", "log-level", "help", "quiet", "config"}

// given returns the flags that were set.
func given(flags *pflag.FlagSet) (list []argument) {
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains(notRepeated, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if many, ok := f.Value.(pflag.SliceValue); ok {
			if values = many.GetSlice(); f.Value.Type() == "stringSlice" {
				values = []string{strings.Join(values, ",")}
			}
		}
		for _, v := range values {
			words := []string{"--" + f.Name, v}
			switch {
			case f.Value.Type() == "bool" && v == "true":
				words = words[:1]
			case f.Value.Type() == "bool":
				words = []string{"--" + f.Name + "=" + v}
			}
			list = append(list, argument{f.Name, words})
		}
	})
	slices.SortStableFunc(list, func(a, b argument) int { return cmp.Compare(a.name, b.name) })
	return list
}

// again is the command line that does all of it again. Where label names a run of a series,
// it is that of the run alone.
func (t *told) again(label string, o *emulator.Options) string {
	words := []string{"graphemu", "exec"}
	for _, a := range t.given {
		single := label != "" && slices.Contains([]string{"each-scenario", "each-variant", "scenario", "variant"}, a.name)
		if !single {
			words = append(words, a.words...)
		}
	}
	if label != "" {
		for _, s := range o.Scenarios {
			words = append(words, "--scenario", s)
		}
		for _, name := range slices.Sorted(maps.Keys(o.Variants)) {
			words = append(words, "--variant", name+"="+o.Variants[name])
		}
	}
	return emulator.CommandLine(append(append(words, "--"), t.command...)...)
}

// add adds what there is to show of a run whose server has been closed.
func (t *told) add(shown *emulator.RunReport, r *outcome, o *emulator.Options, kept *traffic) error {
	if err := shown.Requests(kept.lines); err != nil {
		return err
	}
	ended := fmt.Sprintf("%s ended with exit code %d.", t.command[0], r.status)
	line := r.line(o.Run)
	switch {
	case r.timedOut:
		ended = t.command[0] + " took longer than --timeout, and was ended."
	case r.status == 0 && line.Result == journal.ResultFailed:
		ended = t.command[0] + " ended with exit code 0, but as a client it did not do as expected."
	}
	shown.Ran(emulator.Command{Repeat: t.again(o.Run, o), Ended: ended, Run: line, Offered: r.verdict.IsOffered})
	t.reports = append(t.reports, shown)
	return nil
}

// write writes the file of --report.
func (t *told) write() error {
	if t.file == "" || len(t.reports) == 0 {
		return nil
	}
	return outputReport.write(t.file, func(w io.Writer) error { return emulator.WriteReport(w, t.again("", nil), t.reports...) })
}

// summarize appends what write gives to the summary of a job of GitHub Actions, where there
// is one. What goes wrong with it is told, and fails nothing.
func summarize(env environment, write func(io.Writer) error) {
	file, _ := env.lookup("GITHUB_STEP_SUMMARY")
	if file == "" {
		return
	}
	err := appendTo(file, write)
	if err != nil {
		fmt.Fprintf(env.errOut, "graphemu: the summary of the job cannot be written (GITHUB_STEP_SUMMARY=%s): %v\n", file, plain(err))
	}
}

// appendTo appends to a regular file, which it makes where there is none. Another would
// never end to be written: opening a pipe waits for its reader.
func appendTo(file string, write func(io.Writer) error) error {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return errors.New("it is no regular file")
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, outputMode)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// counter counts what clients do, from the lines of the journal.
type counter struct {
	tally journal.Tally
	rest  []byte // the beginning of a line
}

func (c *counter) Write(b []byte) (int, error) {
	n := len(b)
	for {
		line, after, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			c.rest = append(c.rest, line...)
			return n, nil
		}
		var e journal.Entry
		if json.Unmarshal(append(c.rest, line...), &e) == nil {
			c.tally.Add(&e)
		}
		c.rest, b = c.rest[:0], after
	}
}

// explain tells why a run failed: its first cause, the last failed calls, and where there
// is more. With --verify off nothing is told.
func (x *execution) explain(r *outcome) {
	if r.code() == 0 || r.signal != nil || x.flags.options.Verify == emulator.VerifyOff {
		return
	}
	out := x.env.errOut
	name := x.command[0]
	why := r.why
	switch {
	case r.timedOut:
		why = fmt.Sprintf("%s took longer than --timeout %v", name, x.timeout)
	case r.verified && r.done.After() != "":
		why = fmt.Sprintf("%s ended with %s", name, r.exitCode())
	case r.verified:
		why = fmt.Sprintf("%s ended with %s; %s", name, r.exitCode(), r.asClient())
	default:
		if c := r.verdict.Card("", r.done); c.Result == journal.ResultIdle {
			why = "no rule of the scenario struck a call: " + c.Why
		}
		if r.status != 0 {
			why = fmt.Sprintf("%s ended with %s; %s", name, r.exitCode(), why)
		}
	}
	fmt.Fprintf(out, "First cause: %s.\n", strings.TrimSuffix(cmp.Or(why, "see the verdict"), "."))
	if r.done.Calls > 0 {
		if err := r.done.WriteFailed(out); err != nil {
			return
		}
	}
	if x.told.runs > 1 {
		return
	}
	x.pointToReport()
}

// exitCode is the exit code with the last call that failed before it. What it came of, only
// the command knows.
func (r *outcome) exitCode() string {
	text := fmt.Sprintf("exit code %d", r.status)
	if last := r.done.After(); last != "" {
		text += ", after " + last
	}
	return text
}

// asClient says how a command did as a client that failed for another reason.
func (r *outcome) asClient() string {
	if r.done.Calls == 0 {
		return "it called nothing here"
	}
	return "as a client it did as expected"
}

// pointToReport tells where a person can look.
func (x *execution) pointToReport() {
	if x.told.file != "" {
		fmt.Fprintf(x.env.errOut, "All of it is in %s.\n", x.told.file)
		return
	}
	fmt.Fprintln(x.env.errOut, "To see all of it, run this again with --report report.html.")
}

// markdown writes how a run went that is no part of a series.
func (r *outcome) markdown(w io.Writer) error {
	return journal.WriteMarkdown(w, r.line(""), r.verdict, r.done)
}

// line is the run's line of a card.
func (r *outcome) line(label string) journal.CardRun {
	c := r.verdict.Card(label, r.done)
	reason := ""
	switch code := r.code(); {
	case code == 0 && c.Result == journal.ResultFailed: // --verify off
		c.Result, c.Why = journal.ResultPassed, ""
		return c
	case code == 0:
		return c
	case r.timedOut:
		reason = "it took longer than --timeout"
	case r.status == 0:
		return c
	case code > 128:
		reason = fmt.Sprintf("ended by signal %d", code-128)
	default:
		reason = r.exitCode()
	}
	if c.Result == journal.ResultFailed {
		reason += "; " + c.Why
	}
	c.Result, c.Why = journal.ResultFailed, reason
	return c
}
