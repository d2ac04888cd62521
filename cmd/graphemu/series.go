package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/graphemu/graphemu/emulator"
)

// trial is one run of a series.
type trial struct {
	label   string
	options emulator.Options
}

// trials returns the runs that --each-variant or --each-scenario means, in
// order. Other readings of a variant come one at a time, in place of what
// --variant says of it.
func trials(o emulator.Options, scenarios []string) []trial {
	if len(scenarios) > 0 {
		var list []trial
		for _, name := range scenarios {
			t := trial{name, o}
			t.options.Scenarios = append(slices.Clone(o.Scenarios), name)
			list = append(list, t)
		}
		return list
	}
	list := []trial{{"defaults", o}}
	if len(o.Variants) > 0 {
		list[0].label = "as given"
	}
	for _, v := range emulator.Variants() {
		base := v.Readings[0]
		if given, ok := o.Variants[v.Name]; ok {
			base = given
		}
		for _, reading := range v.Readings {
			if reading == base {
				continue // that is the first run
			}
			t := trial{v.Name + "=" + reading, o}
			t.options.Variants = maps.Clone(o.Variants)
			t.options.Variants[v.Name] = reading
			list = append(list, t)
		}
	}
	return list
}

// series runs the command once for each trial and prints a table of how that
// went. It errs with exit 1 where a run failed.
func (x *execution) series(ctx context.Context, o emulator.Options) error {
	switch {
	case x.eachVariant && len(x.eachScenario) > 0:
		return errors.New("--each-variant and --each-scenario: one series at a time")
	case o.State != "":
		return errors.New("--state: each run of a series begins anew, so there is no state to keep")
	}
	trimAll(x.eachScenario)
	list := trials(o, x.eachScenario)
	for _, t := range list { // nothing is run where one of them could not be
		t.options.HTTP, t.options.HTTPS, t.options.DataDir = "", "", ""
		t.options.Proxy, t.options.ProxyAllow = "", nil
		s, err := emulator.New(t.options)
		if err != nil {
			return fmt.Errorf("%s: %w", t.label, trim(err))
		}
		s.Close()
	}
	var results []result
	for i, t := range list {
		fmt.Fprintf(x.env.errOut, "graphemu: run %d of %d: %s\n", i+1, len(list), t.label)
		r, err := x.once(ctx, t.options, besides(x.flags.junit, t.label))
		if err != nil {
			return err
		}
		results = append(results, result{t.label, r})
		if r.signal != nil {
			break
		}
	}
	failed := table(x.env.errOut, results)
	last := results[len(results)-1]
	switch {
	case last.signal != nil:
		fmt.Fprintf(x.env.errOut, "graphemu: stopped by a signal after %d of %d runs\n", len(results), len(list))
		return exit{code: max(last.code(), exitFailure)}
	case failed > 0:
		return exit{code: exitFailure}
	}
	return nil
}

type result struct {
	label string
	outcome
}

// table prints how the runs of a series ended, and returns how many failed.
func table(out io.Writer, results []result) (failed int) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nRUN\tRESULT")
	for _, r := range results {
		how := "passed"
		switch code := r.code(); {
		case code == 0:
		case r.timedOut:
			how = "FAILED: took too long"
		case code == exitUnverified && r.status == 0:
			how = "FAILED: not verified"
		case code > 128:
			how = fmt.Sprintf("FAILED: ended by signal %d", code-128)
		default:
			how = fmt.Sprintf("FAILED: exit code %d", code)
		}
		if how != "passed" {
			failed++
		}
		fmt.Fprintf(w, "%s\t%s\n", r.label, how)
	}
	w.Flush()
	fmt.Fprintf(out, "%d of %d passed\n", len(results)-failed, len(results))
	return failed
}

// besides returns the name of a file for one run of a series: verdict.xml
// becomes verdict.createStatus-201.xml.
func besides(file, label string) string {
	if file == "" {
		return ""
	}
	safe := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, label)
	end := filepath.Ext(file)
	return strings.TrimSuffix(file, end) + "." + safe + end
}
