package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newImport(env environment) *cobra.Command {
	var out string
	var o emulator.ImportOptions
	c := &cobra.Command{
		Use:   "import FILE.har",
		Short: "Make a fixture and a scenario of recorded traffic",
		Long: `import reads traffic that was recorded against Microsoft Graph as an HTTP archive
(HAR), as the developer tools of browsers and Dev Proxy write it, and makes of it
DIR/fixture.json, the objects that were seen, at their paths, and DIR/scenario.yaml,
the errors, throttling and delays (from a second), by call and by its number. A file
that is there already is not overwritten.

Of an object the first state that was seen wins; what the traffic itself created is
left out, since a client that does the same again makes it again. Fixtures are in
v1.0: what only beta has is not kept.

Names, mail addresses, domains, ids and all texts are replaced, the same by the same,
but for booleans, numbers, times, members of enumerations and texts that only the
service chooses. With --keep-names they stay, so look at the files before you share
them. Credentials are kept in neither case: headers are not read but for Retry-After,
and properties that may be secrets are left out.

What could not be used is told on standard error, with why and where it was first.`,
		Example: `  graphemu import traffic.har --out recorded
  graphemu import traffic.har --out recorded --metadata graph
  graphemu serve --scenario recorded/scenario.yaml`,
		Args: one("import takes a HAR file: graphemu import FILE.har --out DIR"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&out, "out", "", "`folder` for fixture.json and scenario.yaml; made where it is missing")
	fl.BoolVar(&o.KeepNames, "keep-names", false, "replace nothing: names, addresses, ids and texts stay as they were seen")
	metadataFlag(c, &o.Metadata)
	c.RunE = func(c *cobra.Command, args []string) error {
		if _, err := settle(fl, env); err != nil {
			return err
		}
		if out == "" {
			return errors.New("--out names the folder for fixture.json and scenario.yaml, as in: graphemu import FILE.har --out DIR")
		}
		names := []string{filepath.Join(out, "fixture.json"), filepath.Join(out, "scenario.yaml")}
		for _, name := range names {
			if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
				if err == nil {
					err = errors.New("it is there already, and import overwrites nothing")
				}
				return fmt.Errorf("--out: %s: %w", name, plain(err))
			}
		}
		begun := env.begin("reading the archive")
		made, err := emulator.ImportHAR(args[0], o)
		begun()
		if err != nil {
			return err
		}
		if err := os.MkdirAll(out, 0o755); err != nil {
			return failure{fmt.Errorf("--out %s: %w", out, plain(err))}
		}
		for i, text := range [][]byte{made.Fixture, made.Scenario} {
			if err := createFile(names[i], text); err != nil {
				if i > 0 {
					os.Remove(names[0]) // both or none
				}
				return failure{fmt.Errorf("cannot write %s: %w", names[i], plain(err))}
			}
		}
		tellUnused(env.errOut, made.Unused)
		_, err = fmt.Fprintf(env.out, "%s: %s\n%s: %s, from %s\n", names[0], counted(made.Objects, "object"),
			names[1], counted(made.Faults, "fault"), counted(made.Calls, "call"))
		return err
	}
	return c
}

// createFile writes a file that must not be there yet. What it tells of a tenant is
// nobody else's business.
func createFile(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, privateMode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
	}
	return err
}

func tellUnused(out io.Writer, list []emulator.Unused) {
	for _, u := range list {
		times := ""
		if u.Count > 1 {
			times = fmt.Sprintf(" (%d times)", u.Count)
		}
		fmt.Fprintf(out, "not used: entry %d: %s: %s%s\n", u.Entry, u.What, u.Why, times)
	}
}
