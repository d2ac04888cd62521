package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newRoster(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "roster",
		Short: "Make up a school district's CSV files, sound or with flaws",
		Long: `roster is about the six CSV files that School Data Sync takes: schools, sections,
students, teachers, and who is in which section. It makes them up in any size, and
puts as many faults into them as a test needs. "graphemu check" verifies them, and
so does a server at start.`,
		Example: `  graphemu roster new roster
  graphemu roster flaws
  graphemu check roster`,
		Args: noSuchCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newRosterNew(env), newRosterFlaws(env))
	return c
}

func newRosterNew(env environment) *cobra.Command {
	var o emulator.RosterOptions
	var flaws string
	var documented bool
	c := &cobra.Command{
		Use: "new DIR", Short: "Write the CSV files of a made-up district", Args: one("new takes the folder to write into, like roster"),
		Long: `new writes the six CSV files of a made-up district, in format V1. Names come from
many scripts, with accents, apostrophes and letters that run from right to left.
Each student is in 7 sections of about 25. Every column is filled: without flaws,
verification has nothing to say. The same flags give the same bytes everywhere.

A flaw is a fault and how often it is there; "graphemu roster flaws" lists them. A
name is file, fault and column, as student-missing-grade; the common ones have a
short name too:

  missing     student-missing-username
  bad         student-bad-username
  duplicates  student-duplicate-sis-id
  unmatched   student-unmatched
  orphans     studentenrollment-orphan-sis-id

With --documented the flaws are those of the ten messages in the documentation of
the service.

A folder that has files stays as it is, unless --force is given: then the files of
a roster in it go, and others stay.`,
		Example: `  graphemu roster new roster
  graphemu roster new large --schools 40 --students 70000
  graphemu roster new broken --flaws orphans=12,duplicates=3
  graphemu roster new ten --documented`,
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.IntVar(&o.Schools, "schools", 1, "`number` of schools")
	fl.IntVar(&o.Students, "students", 0, "`number` of students, up to 71428 (default 60 a school)")
	fl.Uint64Var(&o.Seed, "seed", 1, "another `number`, other people")
	fl.StringVar(&flaws, "flaws", "", "faults and how often, as `orphans=12,duplicates=3`")
	fl.BoolVar(&documented, "documented", false, "the flaws of the documentation's ten messages")
	fl.BoolVar(&o.Force, "force", false, "write into a folder that has files, and replace the roster in it")
	c.RunE = func(_ *cobra.Command, args []string) error {
		var err error
		if o.Flaws, err = emulator.ParseRosterFlaws(flaws); err != nil {
			return fmt.Errorf("--flaws: %w", err)
		}
		if documented {
			if flaws != "" {
				return errors.New("--documented has flaws of its own: give that or --flaws")
			}
			d := emulator.DocumentedRoster()
			o.Flaws = d.Flaws
			if o.Students == 0 {
				o.Students = d.Students * max(1, o.Schools)
			}
		}
		files, err := emulator.RosterFiles(o)
		if err != nil {
			return err
		}
		begun := env.begin("making up a district")
		err = emulator.WriteRoster(args[0], o)
		begun()
		if err != nil {
			if errors.Is(err, emulator.ErrFolderNotEmpty) {
				return fmt.Errorf("%w; --force replaces the roster in it", err)
			}
			return failure{err}
		}
		return tellRoster(env.out, args[0], files, o.Flaws)
	}
	return c
}

// tellRoster prints what was made, and what is wrong with it.
func tellRoster(out io.Writer, dir string, files []emulator.RosterFile, flaws map[string]int) error {
	fmt.Fprintf(out, "%s has a roster now:\n\n", dir)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range files {
		fmt.Fprintf(w, "  %s\t%s\n", f.Name, counted(f.Rows, "row"))
	}
	w.Flush()
	if len(flaws) > 0 {
		fmt.Fprint(out, "\nwhat is wrong with it:\n\n")
		for _, f := range emulator.RosterFlaws() {
			if n := flaws[f.Name] + flaws[f.Short]; n > 0 {
				fmt.Fprintf(out, "  %s: %s\n", f.Name, numbered(f.Gives, n))
			}
		}
	}
	_, err := fmt.Fprintf(out, "\nto verify it:\n\n  graphemu check %s\n", dir)
	return err
}

// counted is a number with its noun: 1 row, 2 rows.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// numbered puts a number for the N of what a flaw gives.
func numbered(gives string, n int) string {
	if rest, ok := strings.CutPrefix(gives, "N "); ok {
		return strconv.Itoa(n) + " " + rest
	}
	return strings.Replace(gives, " N ", " "+strconv.Itoa(n)+" ", 1)
}

func newRosterFlaws(env environment) *cobra.Command {
	return &cobra.Command{
		Use: "flaws", Short: "List the faults that a district can have", Args: cobra.NoArgs,
		Long: `flaws lists the faults that "graphemu roster new" can put into a district, with what
comes of N of them: messages of verification in the words of a server, or the sync
errors of a roster that verification has nothing to say about.`,
		Example: "  graphemu roster flaws\n  graphemu roster flaws | grep username",
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
			for _, f := range emulator.RosterFlaws() {
				name := f.Name
				if f.Short != "" {
					name += ", " + f.Short
				}
				fmt.Fprintf(w, "%s\t%s\n", name, f.Gives)
			}
			return w.Flush()
		},
	}
}
