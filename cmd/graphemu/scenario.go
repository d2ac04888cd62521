package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/schemas"
)

func newScenario(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "scenario",
		Short: "List, show, begin and plan scenarios",
		Long: `scenario is about the futures and failures that a server can have: how the lives of
profiles unfold, what goes wrong on the wire, and what a client must have done in
the end. A scenario is a file, or built in under a name.`,
		Example: `  graphemu scenario list
  graphemu scenario show throttled
  graphemu scenario new users.yaml --for users.list
  graphemu scenario plan users.yaml`,
		Args: noSuchCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newScenarioList(env), newScenarioShow(env), newScenarioNew(env), newScenarioPlan(env))
	return c
}

func newScenarioList(env environment) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the scenarios that are built in", Args: cobra.NoArgs,
		Long:    "list prints the name and the purpose of each scenario that is built in.",
		Example: "  graphemu scenario list",
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
			for _, name := range scenario.Names() {
				f, err := emulator.LoadScenario(name)
				if err != nil {
					return failure{err}
				}
				fmt.Fprintf(w, "%s\t%s\n", name, strings.Join(strings.Fields(f.Description), " "))
			}
			return w.Flush()
		},
	}
}

func newScenarioShow(env environment) *cobra.Command {
	return &cobra.Command{
		Use: "show NAME|FILE", Short: "Print the text of a scenario",
		Args: one("show takes the name of a scenario or a file; \"graphemu scenario list\" lists the names"),
		Long: `show prints the text of a scenario: of one that is built in, to read, or to begin a
file of your own with; of a file as it stands. "graphemu scenario plan" tells what it
does.`,
		ValidArgsFunction: first(orFile(scenario.Names)),
		Example:           "  graphemu scenario show throttled\n  graphemu scenario show throttled >mine.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			_, text, err := scenario.Read(args[0])
			if err != nil {
				return err
			}
			_, err = env.out.Write(text)
			return err
		},
	}
}

func newScenarioNew(env environment) *cobra.Command {
	var force, schema bool
	var operation string
	var metadata []string
	c := &cobra.Command{
		Use: "new FILE", Short: "Write a file to begin with", Args: one("new takes the file to write, like nightly.yaml"),
		Long: `new writes a scenario with a comment on each of its parts, to begin with: about
School Data Sync, with all sections that there are, or with --for about an operation
of any part of Graph, which is throttled, fails and is slow there. A file that is
there stays, unless --force is given.

An operation has the name that the journal shows, as users.list, or is a call as the
client sees it, as "GET /users/{id}". "graphemu metadata show PATH" tells those of a
path; with --metadata it may be one of Graph's that graphemu does not know by itself.

With --schema it writes the JSON Schema beside it, as scenario.schema.json, and a first
line that leads there: an editor then completes and explains without a network. A
schema that is there stays; where it is another one, nothing is written.`,
		Example: `  graphemu scenario new nightly.yaml
  graphemu scenario new users.yaml --for users.list
  graphemu scenario new groups.yaml --for "POST /groups"
  graphemu scenario new --schema nightly.yaml`,
	}
	c.Flags().StringVar(&operation, "for", "",
		"the `operation` that it is about, as users.list or \"GET /users/{id}\" (default School Data Sync)")
	metadataFlag(c, &metadata)
	c.Flags().BoolVar(&force, "force", false, "replace a file that is there")
	c.Flags().BoolVar(&schema, "schema", false, "write the JSON Schema beside the file, for editors without a network")
	c.RunE = func(_ *cobra.Command, args []string) error {
		text := scenario.Starter()
		if operation != "" {
			if _, err := settle(c.Flags(), env); err != nil {
				return err
			}
			var err error
			if text, err = emulator.StarterScenario(operation, metadata...); err != nil {
				return fmt.Errorf("--for: %w", err)
			}
		}
		if _, err := os.Lstat(args[0]); err == nil && !force {
			return fmt.Errorf("%s is there already, and was left as it is; --force replaces it", args[0])
		}
		if err := checkOutput(args[0]); err != nil {
			return fmt.Errorf("cannot write %s: %w", args[0], err)
		}
		if schema {
			if err := schemaBeside(args[0]); err != nil {
				return err
			}
			_, rest, _ := strings.Cut(text, "\n")
			text = "# yaml-language-server: $schema=./" + scenarioSchema + "\n" + rest
		}
		err := fileKind{mode: outputMode}.write(args[0], func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			return failure{err}
		}
		_, err = fmt.Fprintf(env.out, "%s was written; try it with\n\n  graphemu scenario plan %s\n  graphemu serve --scenario %s --watch\n",
			args[0], args[0], args[0])
		return err
	}
	return c
}

// scenarioSchema is the file with the JSON Schema of scenarios.
const scenarioSchema = "scenario.schema.json"

// schemaBeside writes the schema into the folder of a file. It errs where something else
// is there under its name.
func schemaBeside(file string) error {
	text, err := fs.ReadFile(schemas.FS, scenarioSchema)
	if err != nil {
		return err
	}
	path := filepath.Join(filepath.Dir(file), scenarioSchema)
	there, err := files.Read(path, int64(len(text)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(path); err == nil { // a link that leads nowhere
			return fmt.Errorf("--schema: %s is a link that leads to nothing; nothing was written", path)
		}
	case err == nil && bytes.Equal(there, text):
		return nil
	default:
		return fmt.Errorf("--schema: %s is there already, and is another one; nothing was written", path)
	}
	return files.WriteBytes(path, outputMode, text)
}

func newScenarioPlan(env environment) *cobra.Command {
	var metadata []string
	c := &cobra.Command{
		Use: "plan NAME|FILE", Short: "Tell what a scenario does, and when", Args: one("plan takes the name of a built-in scenario or a file"),
		Long: `plan tells in words what a scenario does: for each lifecycle when the profile is
where, or what is set of another object, each fault in a sentence, and what is
expected of the client. With --metadata the scenario may speak of all that Graph's
metadata describes.`,
		ValidArgsFunction: first(orFile(scenario.Names)),
		Example: "  graphemu scenario plan quarantined\n  graphemu scenario plan nightly.yaml\n" +
			"  graphemu scenario plan mail.yaml --metadata graph",
	}
	metadataFlag(c, &metadata)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if _, err := settle(c.Flags(), env); err != nil {
			return err
		}
		f, err := emulator.LoadScenario(args[0], metadata...)
		if err != nil {
			return err
		}
		return scenario.WritePlan(env.out, f)
	}
	return c
}
