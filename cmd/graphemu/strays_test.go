package main

import (
	"bytes"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A variable that looks like a flag's and is none is told of; those that exec gives its
// command, that others set, and of another command's flags are not.
func TestStrayVariablesAreToldOf(t *testing.T) {
	var said bytes.Buffer
	env := environment{out: &bytes.Buffer{}, errOut: &said, lookup: func(string) (string, bool) { return "", false }}
	env.names = func() []string {
		return append([]string{"GRAPHEMU_SCENARIOS", "GRAPHEMU_NONSENSE", "HOME", "GRAPHEMU_LOG_LEVEL", "GRAPHEMU_ROLES", "GRAPHEMU_WORLD",
			"GRAPHEMU_SERVICE_HOST", "GRAPHEMU_PORT_9400_TCP", "GRAPHEMU_TEST_METADATA", "GRAPHEMU_VERSION"}, handedOn...)
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	quiet := flags.Bool("quiet", false, "")
	warnOfStrays(flags, env)
	assert.Equal(t, "graphemu: warning: no flag has the variable GRAPHEMU_NONSENSE, "+
		"GRAPHEMU_SCENARIOS (did you mean GRAPHEMU_SCENARIO?): nothing was set by it\n", said.String())

	said.Reset()
	*quiet = true
	warnOfStrays(flags, env)
	assert.Empty(t, said.String())

	*quiet = false
	env.names = func() []string { return handedOn }
	_, err := settleFrom("", pflagWithConfig(), env)
	require.NoError(t, err)
	assert.Empty(t, said.String(), "a run within exec")
}

func pflagWithConfig() *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.String("config", "", "")
	return flags
}
