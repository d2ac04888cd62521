package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// helpOf is what graphemu prints for these arguments.
func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	env := environment{out: &out, errOut: &out, lookup: func(string) (string, bool) { return "", false }}
	require.Zero(t, run(t.Context(), args, env), out.String())
	return out.String()
}

// Each flag of serve and exec stands under one heading, once.
func TestEveryFlagHasAGroup(t *testing.T) {
	of := map[string]int{}
	for _, g := range flagGroups {
		for _, name := range g.names {
			of[name]++
		}
	}
	walkCommands(commandTree(), func(c *cobra.Command) {
		if c.Name() != "serve" && c.Name() != "exec" {
			return
		}
		help := helpOf(t, c.Name(), "--help")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				assert.Equal(t, 1, of[f.Name], "groups of --%s", f.Name)
			}
			assert.Equal(t, 1, strings.Count(help, "\n      --"+f.Name+" ")+strings.Count(help, "\n      --"+f.Name+"\n")+
				strings.Count(help, "\n  -h, --"+f.Name+" "), "--%s in the help of %s", f.Name, c.Name())
		})
		for _, g := range flagGroups {
			assert.Contains(t, help, "\n\n"+g.title+":\n", c.Name())
		}
		assert.Contains(t, help, "\nUsage:\n  graphemu "+c.Name()+" [flags]")
		assert.Contains(t, help, "\nExamples:\n  graphemu "+c.Name())
	})
}

// The help of other commands is cobra's.
func TestOtherCommandsHaveTheirUsage(t *testing.T) {
	help := helpOf(t, "world", "journal", "--help")
	for _, part := range []string{"\nUsage:\n  graphemu world journal", "\nExamples:\n", "\nAvailable Commands:\n  clear ", "\nFlags:\n",
		"\nGlobal Flags:\n"} {
		assert.Contains(t, help, part)
	}
	assert.NotContains(t, help, "Listen:")
}
