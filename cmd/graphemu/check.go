package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newCheck(env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "check PATH…",
		Short: "Check scenarios, fixtures and request bodies without a server",
		Long: `check tells what is wrong with scenarios, fixtures and bodies of create requests, by
the same schemas and rules as a server. What a file is, its content tells. Of a
folder it takes every .yaml, .yml and .json file that is one of these.

Each problem is a line that begins with file, line and column. A warning is about
what is right but can't have been meant, as a fault that another one always goes
before. The exit code is 1 where there is a problem.`,
		Example: `  graphemu check nightly.yaml
  graphemu check scenarios fixtures
  graphemu check create-request.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("check takes files or folders: graphemu check PATH…")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			good := true
			for _, path := range args {
				good = checkPath(env.out, path) && good
			}
			if !good {
				return exit{code: exitFailure}
			}
			return nil
		},
	}
}

// checkPath prints what is to be said of a path, and returns whether that is
// good.
func checkPath(out io.Writer, path string) bool {
	r, err := emulator.Check(path)
	for _, f := range r.Files {
		for _, p := range f.Problems {
			fmt.Fprintln(out, p)
		}
		for _, w := range f.Warnings {
			where := ""
			if w.Path != "" {
				where = w.Path + ": "
			}
			fmt.Fprintf(out, "%s: warning: %s%s\n", w.Place, where, w.Message)
		}
		if len(f.Problems) == 0 {
			fmt.Fprintf(out, "ok %s (%s)\n", f.File, kinds[f.Kind])
		}
	}
	switch {
	case err != nil:
		fmt.Fprintln(out, strings.TrimPrefix(err.Error(), "check "))
		return false
	case len(r.Files) == 0:
		// A misspelled path must not pass.
		fmt.Fprintf(out, "%s: there is no scenario, fixture or request body in it\n", path)
		return false
	}
	return r.OK()
}

// kinds says what a file is.
var kinds = map[emulator.Kind]string{
	emulator.KindScenario: "a scenario",
	emulator.KindFixture:  "a fixture",
	emulator.KindProfile:  "the body of a create request",
}
