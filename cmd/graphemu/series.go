package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// trial is one run of a series.
type trial struct {
	label   string
	options emulator.Options
	offered bool // nobody named its scenario: it is one of all
}

// allScenarios is what --each-scenario takes for every scenario that is built in.
const allScenarios = "all"

// named returns the scenarios that the values of --each-scenario mean: all, what is in a
// folder as .yaml and .yml files, or a scenario itself. offered are those that only all
// means.
func named(values []string) (list []string, offered map[string]bool, err error) {
	offered = map[string]bool{}
	for _, v := range values {
		info, missing := os.Stat(v)
		switch {
		case v == allScenarios:
			list = append(list, "default") // first: what goes wrong without any rule explains the rest
			list = append(list, slices.DeleteFunc(scenario.Names(), func(n string) bool { return n == "default" })...)
			for _, n := range scenario.Names() {
				offered[n] = !slices.Contains(values, n)
			}
		case missing == nil && info.IsDir() && !slices.Contains(scenario.Names(), v):
			inside, err := scenariosIn(v)
			if err != nil {
				return nil, nil, err
			}
			list = append(list, inside...)
		default:
			list = append(list, v)
		}
	}
	return list, offered, nil
}

// scenariosIn returns the scenarios of a folder, by their names. Those of folders in it
// are not among them.
func scenariosIn(folder string) (list []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("--each-scenario %s: %w", folder, plain(err))
	}
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".yaml", ".yml":
			list = append(list, filepath.Join(folder, e.Name()))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("--each-scenario %s: there is no .yaml or .yml file in this folder", folder)
	}
	return list, nil
}

// unique gives runs of the same name a number, since files and tests are called by it.
func unique(list []trial) {
	seen := map[string]int{}
	for i := range list {
		t := &list[i]
		if seen[t.label]++; seen[t.label] > 1 {
			t.label = fmt.Sprintf("%s#%d", t.label, seen[t.label])
		}
		t.options.Run = t.label
	}
}

// trials returns the runs that --each-variant or --each-scenario means, in
// order. Other readings of a variant come one at a time, in place of what
// --variant says of it.
func trials(o emulator.Options, scenarios []string) []trial {
	if len(scenarios) > 0 {
		var list []trial
		for _, name := range scenarios {
			t := trial{label: name, options: o}
			t.options.Scenarios = append(slices.Clone(o.Scenarios), name)
			list = append(list, t)
		}
		return list
	}
	list := []trial{{label: "defaults", options: o}}
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
			t := trial{label: v.Name + "=" + reading, options: o}
			t.options.Variants = maps.Clone(o.Variants)
			t.options.Variants[v.Name] = reading
			list = append(list, t)
		}
	}
	return list
}

// series runs the command once for each trial and prints a table of how that
// went. It errs with exit 1 where a run failed. Of the scenarios of "all" those are no
// failures that have nothing to do with the command, as long as one has.
func (x *execution) series(ctx context.Context, o emulator.Options) error {
	switch {
	case x.eachVariant && len(x.eachScenario) > 0:
		return errors.New("--each-variant and --each-scenario: one series at a time")
	case o.State != "":
		return errors.New("--state: each run of a series begins anew, so there is no state to keep")
	}
	trimAll(x.eachScenario)
	scenarios, offered, err := named(x.eachScenario)
	if err != nil {
		return err
	}
	list := trials(o, scenarios)
	for i := range list {
		list[i].offered = offered[list[i].label]
	}
	unique(list)
	files, archives := besides(x.flags.junit, list), besides(x.har, list)
	for _, t := range list { // nothing is run where one of them could not be
		t.options.HTTP, t.options.HTTPS, t.options.DataDir = "", "", ""
		t.options.Proxy, t.options.ProxyAllow, t.options.Journal = "", nil, nil
		s, err := emulator.New(t.options)
		if err != nil {
			return fmt.Errorf("%s: %w", t.label, trim(err))
		}
		s.Close()
	}
	x.told.runs = len(list)
	failed, spared := 0, false
	var last outcome
	for i, t := range list {
		fmt.Fprintf(x.env.errOut, "graphemu: run %d of %d: %s\n", i+1, len(list), t.label)
		r, err := x.once(ctx, t.options, t.offered, files[i], archives[i])
		if err != nil {
			return err
		}
		x.explain(&r)
		last = r
		x.told.card.Runs = append(x.told.card.Runs, r.line(t.label))
		if r.code() != 0 {
			failed++
		}
		spared = spared || r.verdict.IsOffered
		if r.signal != nil {
			break
		}
	}
	fmt.Fprintln(x.env.errOut)
	if err := x.told.card.WriteText(x.env.errOut); err != nil {
		return err
	}
	summarize(x.env, x.told.card.WriteMarkdown)
	if err := x.told.write(); err != nil {
		return err
	}
	nothing := failed == 0 && last.signal == nil && spared && !x.told.card.Exercised()
	if nothing {
		fmt.Fprintln(x.env.errOut, "graphemu: nothing was exercised: none of the scenarios struck a call, so none tells how the client does")
	}
	if failed > 0 || nothing {
		x.pointToReport()
	}
	switch {
	case last.signal != nil:
		fmt.Fprintf(x.env.errOut, "graphemu: stopped by a signal after %d of %d runs\n", len(x.told.card.Runs), len(list))
		return exit{code: max(last.code(), exitFailure)}
	case failed > 0 || nothing:
		return exit{code: exitFailure}
	}
	return nil
}

// besides returns the names of a file for each run of a series: verdict.xml becomes
// verdict.createStatus-201.xml. No two are the same, also where letter case makes no
// difference.
func besides(file string, list []trial) []string {
	files, taken := make([]string, len(list)), map[string]bool{}
	if file == "" {
		return files
	}
	end := filepath.Ext(file)
	for i, t := range list {
		safe := strings.Map(func(r rune) rune {
			if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return '-'
		}, t.label)
		name := safe
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d", safe, n)
		}
		taken[strings.ToLower(name)] = true
		files[i] = strings.TrimSuffix(file, end) + "." + name + end
	}
	return files
}
