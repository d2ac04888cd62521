package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator"
)

// The help is a constant, so that no other command waits until all flaws are listed.
func TestHelpHasTheShortNamesOfFlaws(t *testing.T) {
	help := newRosterNew(environment{}).Long
	for _, f := range emulator.RosterFlaws() {
		if f.Short != "" {
			assert.Contains(t, help, fmt.Sprintf("\n  %-12s%s\n", f.Short, f.Name))
		}
	}
}

// Each command says what it does and shows it, in lines that fit a terminal.
func TestEveryCommandExplainsItself(t *testing.T) {
	root := newRoot(environment{out: &bytes.Buffer{}, errOut: &bytes.Buffer{}, lookup: func(string) (string, bool) { return "", false }})
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		name := c.CommandPath()
		assert.NotEmpty(t, c.Short, name)
		assert.Greater(t, len(c.Long), len(c.Short), name)
		for line := range strings.Lines(c.Long + "\n" + c.Example) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 88, "%s: %s", name, line)
		}
		if c.HasParent() {
			assert.Contains(t, c.Example, "  "+name, name)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}
