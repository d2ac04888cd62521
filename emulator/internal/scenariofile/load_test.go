package scenariofile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/scenarios"
)

// A built-in scenario is not held against the schema where it is loaded by its
// name, so it is here: as a file, it is.
func TestBuiltInScenarios(t *testing.T) {
	for _, name := range scenario.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := scenarios.FS.ReadFile(name + ".yaml")
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), "copy.yaml")
			require.NoError(t, os.WriteFile(file, text, 0o600))
			checked, err := Load(file, known)
			require.NoError(t, err)
			f, err := Load(name, known)
			require.NoError(t, err)
			assert.Equal(t, Script(checked), Script(f))
			assert.Equal(t, name, f.Name)
			assert.NotEmpty(t, f.Description)
			assert.NotContains(t, f.Description, "\n")
			assert.Empty(t, scenario.Overlaps(f))
			again(t, f, known)
		})
	}
}

func BenchmarkParseDefault(b *testing.B) {
	name, text, err := scenario.Read("default")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := Parse(name, text, known); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseFile(b *testing.B) {
	_, err := Parse("x.yaml", []byte(design), known)
	require.NoError(b, err)
	for b.Loop() {
		if _, err := Parse("x.yaml", []byte(design), known); err != nil {
			b.Fatal(err)
		}
	}
}
