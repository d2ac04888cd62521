package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

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
