package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ownPrefix is what the variables of flags begin with.
const ownPrefix = "GRAPHEMU_"

// handedOn are variables of graphemu's that no flag has: what exec gives its command, and
// what the npm package reads.
var handedOn = []string{"GRAPHEMU_URL", "GRAPHEMU_HTTP_URL", "GRAPHEMU_V1_URL", "GRAPHEMU_V1_HTTP_URL", "GRAPHEMU_ORIGIN",
	"GRAPHEMU_CONTROL_URL", "GRAPHEMU_TOKEN", "GRAPHEMU_TENANT", "GRAPHEMU_CA", "GRAPHEMU_DATA_DIR", "GRAPHEMU_BINARY"}

// others are beginnings of variables that somebody else sets: Kubernetes and Docker for a
// service that is called graphemu, and graphemu's own tests.
var others = []string{"GRAPHEMU_SERVICE_", "GRAPHEMU_PORT", "GRAPHEMU_TEST_"}

// setVariables are the names of all variables of the process.
func setVariables() []string {
	var names []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	return names
}

// variableOf is the variable of a flag.
func variableOf(flag string) string {
	return ownPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// warnOfStrays tells of variables that look like graphemu's and are not: nobody would
// notice that a misspelled one sets nothing.
func warnOfStrays(flags *pflag.FlagSet, env environment) {
	if quiet := flags.Lookup("quiet"); env.names == nil || quiet != nil && quiet.Value.String() == "true" {
		return
	}
	var own []string
	for _, name := range env.names() {
		other := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if strings.HasPrefix(name, ownPrefix) && !slices.Contains(handedOn, name) && !slices.ContainsFunc(others, other) {
			own = append(own, name)
		}
	}
	if len(own) == 0 {
		return
	}
	known := slices.Concat(handedOn, variablesOf(newRoot(env)))
	var strays []string
	for _, name := range own {
		if slices.Contains(known, name) {
			continue
		}
		near := nearest(name, known)
		if near != "" {
			near = " (did you mean " + near + "?)"
		}
		strays = append(strays, strings.Trim(strconv.QuoteToASCII(name), `"`)+near)
	}
	if len(strays) > 0 {
		slices.Sort(strays)
		fmt.Fprintf(env.errOut, "graphemu: warning: no flag has the variable %s: nothing was set by it\n", strings.Join(strays, ", "))
	}
}

// variablesOf are the variables of all flags of a command and of those below it.
func variablesOf(c *cobra.Command) (all []string) {
	add := func(f *pflag.Flag) { all = append(all, variableOf(f.Name)) }
	c.Flags().VisitAll(add)
	c.PersistentFlags().VisitAll(add)
	for _, below := range c.Commands() {
		all = append(all, variablesOf(below)...)
	}
	return all
}
