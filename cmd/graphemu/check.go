package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/config"
)

func newCheck(env environment) *cobra.Command {
	identity, allRows := "creation", false
	var metadata []string
	c := &cobra.Command{
		Use:   "check PATH…",
		Short: "Check scenarios, fixtures, request bodies and rosters without a server",
		Long: `check tells what is wrong with scenarios, fixtures, bodies of create requests and
rosters, by the same schemas and rules as a server. What a file is, its content
tells. Of a folder it takes every .yaml, .yml and .json file that is one of these,
and the CSV files of School Data Sync, which are verified as at a start, with the
lines that the service itself never told.

A roster is verified as for a profile that creates accounts: that asks for First
Name, Last Name and Password too, so what suits it suits both. A roster without
these is for a profile that matches identities: --identity matching. What it says
is what a start says to a profile whose create named no customizations: the optional
columns that a create then chooses by itself, as a teacher's Title, are warned of
where they lack.

Of a graphemu.yaml it says what serve and exec would say. One that --config names may
set all.

What a scenario says of operations and objects is held against what graphemu knows by
itself, and with --metadata against Graph's metadata, as by serve --metadata.

Each problem is a line that begins with file, line and column. A warning is about
what is right but can't have been meant, as a fault that another one always goes
before, or what the service would only warn of. The exit code is 1 where there is a
problem.`,
		Example: `  graphemu check nightly.yaml
  graphemu check scenarios fixtures
  graphemu check mail.yaml --metadata graph
  graphemu check create-request.json
  graphemu check roster --identity matching`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("check takes files or folders: graphemu check PATH…")
			}
			return nil
		},
	}
	c.Flags().StringVar(&identity, "identity", identity, "what a roster's profile does with identities: `creation` or matching")
	c.Flags().BoolVar(&allRows, "all-rows", false, "name the first 100 rows of each message about a roster, not 3")
	metadataFlag(c, &metadata)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if identity != "creation" && identity != "matching" {
			return fmt.Errorf("--identity %s: want creation or matching", identity)
		}
		fl := c.Flags()
		if err := fromEnvironment(fl, env); err != nil {
			return err
		}
		given := fl.Changed("metadata")
		file, err := settle(fl, env)
		covered := file != "" && covers(args, file)       // it is told of below
		bad, ofFile := errors.AsType[*settingsError](err) // the files to check are checked all the same
		if err != nil && !ofFile {
			return err
		}
		checker := emulator.Checker{Matching: identity == "matching"}
		if named := fl.Lookup("config"); named.Changed {
			checker.Config = named.Value.String()
		}
		if len(metadata) > 0 {
			with, err := checker.WithMetadata(metadata...)
			if err != nil && (given || !covered) {
				return placed(errors.New(strings.TrimPrefix(err.Error(), "check: ")), file)
			}
			if err != nil { // nothing else can be held against it
				args = []string{file}
			} else {
				checker = with
			}
		}
		p := printer{out: env.paint(env.out), checker: checker, rows: 3, begin: env.begin,
			said: map[string]bool{}, checked: map[string]bool{}}
		if allRows {
			p.rows = 100
		}
		good := true
		for _, path := range args {
			good = p.check(path) && good
		}
		if bad != nil && !p.checked[whole(file)] {
			fmt.Fprintf(env.errOut, "graphemu: %v\n", bad)
		}
		if !good {
			return exit{code: exitFailure}
		}
		return nil
	}
	return c
}

// covers tells whether a file is one of the paths, or in a folder of them.
func covers(paths []string, file string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		rel, err := filepath.Rel(whole(path), whole(file))
		return err == nil && filepath.IsLocal(rel)
	})
}

// whole is a path from the root on, where there is one.
func whole(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// printer prints what is to be said of paths.
type printer struct {
	out     io.Writer
	checker emulator.Checker
	rows    int // of a message about a roster, at most
	begin   func(what string) (end func())
	said    map[string]bool // lines about problems
	checked map[string]bool // files, by their paths
}

// check prints what is to be said of a path, and returns whether that is good.
func (p printer) check(path string) bool {
	begun := p.begin("checking " + path)
	r, err := p.checker.Check(path)
	begun()
	for i := range r.Files {
		f := &r.Files[i]
		p.checked[whole(f.File)] = true
		if f.Kind == emulator.KindConfig && len(f.Problems) == 0 {
			if set, err := config.Read(f.File); err == nil {
				f.Problems = wrongSettings(set)
			}
		}
		if f.Roster != nil {
			p.roster(*f)
			continue
		}
		for _, problem := range f.Problems {
			if line := problem.String(); !p.said[line] { // that of a scenario comes again where a graphemu.yaml names it
				p.said[line] = true
				fmt.Fprintln(p.out, line)
			}
		}
		for _, w := range f.Warnings {
			where := ""
			if w.Path != "" {
				where = w.Path + ": "
			}
			fmt.Fprintf(p.out, "%s: warning: %s%s\n", w.Place, where, w.Message)
		}
		if len(f.Problems) == 0 {
			fmt.Fprintf(p.out, "ok %s (%s)\n", f.File, kinds[f.Kind])
		}
	}
	switch {
	case err != nil:
		fmt.Fprintln(p.out, strings.TrimPrefix(err.Error(), "check "))
		return false
	case len(r.Files) == 0:
		// A misspelled path must not pass.
		fmt.Fprintf(p.out, "%s: there is no scenario, fixture, request body or roster in it\n", path)
		return false
	}
	return r.OK()
}

// kinds says what a file is.
var kinds = map[emulator.Kind]string{
	emulator.KindScenario: "a scenario",
	emulator.KindFixture:  "a fixture",
	emulator.KindConfig:   "flags of serve and exec",
	emulator.KindProfile:  "the body of a create request",
}

// roster prints the messages about a roster, each with its first rows.
func (p printer) roster(f emulator.FileReport) {
	errorsOf, warningsOf := 0, 0
	for _, m := range f.Roster.Messages {
		switch m.Type {
		case "Error":
			errorsOf++
			fmt.Fprintf(p.out, "%s: %s\n", m.Place, m.Description)
		default:
			if m.Type == "Warning" {
				warningsOf++
			}
			fmt.Fprintf(p.out, "%s: %s: %s\n", m.Place, strings.ToLower(m.Type), m.Description)
		}
		for _, r := range m.Rows[:min(len(m.Rows), p.rows)] {
			if r.Text == "" {
				fmt.Fprintf(p.out, "    line %d\n", r.Line)
			} else {
				fmt.Fprintf(p.out, "    line %d: %q\n", r.Line, r.Text)
			}
		}
		switch left := m.Count - min(len(m.Rows), p.rows); {
		case len(m.Rows) == 0 || left <= 0:
		case len(m.Rows) > p.rows:
			fmt.Fprintf(p.out, "    and %d more; --all-rows names up to 100\n", left)
		default:
			fmt.Fprintf(p.out, "    and %d more\n", left)
		}
	}
	if len(f.Problems) > 0 {
		fmt.Fprintf(p.out, "%s: the roster would not be synchronised: %s, %s\n",
			f.File, counted(errorsOf, "error"), counted(warningsOf, "warning"))
		return
	}
	n := f.Roster.Rows
	fmt.Fprintf(p.out, "ok %s (a roster of format %s: %s, %s, %s, %s)\n", f.File, f.Roster.Format, counted(n["school"], "school"),
		counted(n["section"], "section"), counted(n["student"], "student"), counted(n["teacher"], "teacher"))
}
