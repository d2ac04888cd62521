package scenario_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/scenariofile"
	"github.com/graphemu/graphemu/emulator/scenario"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "go test ./emulator/scenario -update writes it")
	assert.Equal(t, string(want), got)
}

// parse reads a scenario that is right.
func parse(t *testing.T, file, text string) *scenario.File {
	t.Helper()
	f, err := scenariofile.Parse(file, []byte(text), scenariofile.Options{})
	require.NoError(t, err)
	return f
}

func TestPlans(t *testing.T) {
	texts := map[string]string{"starter": scenario.Starter()}
	for _, name := range []string{"design", "everything"} {
		text, err := os.ReadFile("testdata/" + name + ".yaml")
		require.NoError(t, err)
		texts[name] = string(text)
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) { golden(t, name+".plan.txt", scenario.Plan(parse(t, name+".yaml", text))) })
	}
}

func TestPlansOfBuiltInScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/built-in/*.txt")
	require.NoError(t, err)
	assert.Len(t, files, len(scenario.Names()), "testdata has one plan for each scenario")
	for _, name := range scenario.Names() {
		t.Run(name, func(t *testing.T) {
			name, text, err := scenario.Read(name)
			require.NoError(t, err)
			golden(t, "built-in/"+name+".txt", scenario.Plan(parse(t, name, string(text))))
		})
	}
}
