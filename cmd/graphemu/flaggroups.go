package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is a heading in the help of a command that has many flags.
type flagGroup struct {
	title string
	names []string // in no order: flags are listed as they were added
}

// flagGroups sort the flags of serve and exec. A test holds that each has a group.
var flagGroups = []flagGroup{
	{"Listen", []string{"http", "https", "host", "public-url", "proxy", "proxy-allow", "control", "control-origin"}},
	{"Behaviour", []string{"scenario", "watch", "fixture", "metadata", "permissions", "auth", "clock", "variant", "seed",
		"timeout", "each-scenario", "each-variant"}},
	{"Judge", []string{"verify", "junit", "journal", "har", "report"}},
	{"Limits", []string{"max-worlds", "max-profiles", "max-objects", "max-memory", "max-batch", "max-body", "max-upload", "max-uploads",
		"max-journal", "max-journal-bytes"}},
	{"Files and output", []string{"state", "data-dir", "config", "ready-file", "log", "log-level", "quiet"}},
}

// groupOf returns the title of a flag's group, "" where it has none.
func groupOf(name string) string {
	for _, g := range flagGroups {
		for _, n := range g.names {
			if n == name {
				return g.title
			}
		}
	}
	return ""
}

// helpWidth is where the lines of grouped flags end.
const helpWidth = 100

// groupFlags shows the flags of a command in groups. It writes what cobra's own usage
// has for a command without commands of its own, and leaves every other command as
// it is: a template of cobra's would bring package text/template into the program.
func groupFlags(c *cobra.Command) {
	c.SetUsageFunc(func(c *cobra.Command) error { return writeGroupedUsage(c.OutOrStderr(), c) })
}

func writeGroupedUsage(w io.Writer, c *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
	sets := map[string]*pflag.FlagSet{}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		title := groupOf(f.Name)
		if sets[title] == nil {
			sets[title] = pflag.NewFlagSet(title, pflag.ContinueOnError)
			sets[title].SortFlags = false
		}
		sets[title].AddFlag(f)
	})
	for _, g := range append(flagGroups[:len(flagGroups):len(flagGroups)], flagGroup{title: ""}) { // the last has --help
		set := sets[g.title]
		if set == nil {
			continue
		}
		title := g.title
		if title == "" {
			title = "Other flags"
		}
		fmt.Fprintf(&b, "\n%s:\n%s", title, set.FlagUsagesWrapped(helpWidth))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
