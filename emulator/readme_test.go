package emulator_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/scenario"
)

var update = flag.Bool("update", false, "write what is generated from tests: the lists in README.md")

const readme = "../README.md"

// readmeSays holds the part of the README that is named section against want, or
// writes it with -update. The part stands between two comments.
func readmeSays(t *testing.T, section, want string) {
	t.Helper()
	start, end := fmt.Sprintf("<!-- %s:start -->", section), fmt.Sprintf("<!-- %s:end -->", section)
	b, err := os.ReadFile(readme)
	require.NoError(t, err, "the part %s belongs into README.md, which cannot be read", section)
	before, rest, ok := strings.Cut(string(b), start)
	require.True(t, ok, "README.md has no line %s: put it, and %s after it, where the part belongs", start, end)
	have, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "README.md has %s, but no %s after it", start, end)
	require.NotContains(t, before+after, "<!-- "+section+":", "README.md has the marks of the part more than once")
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+start+want+end+after), 0o644))
		return
	}
	if have != want {
		missing, stale := unlike(want, have), unlike(have, want)
		t.Errorf("README.md does not say what the tests prove. Write it with: go test ./emulator -run %s -update\n"+
			"missing there (%d):\n%s\nstale, or in another place there (%d):\n%s", t.Name(), len(missing), strings.Join(missing, "\n"), len(stale), strings.Join(stale, "\n"))
	}
}

// unlike are the lines of a that b does not have.
func unlike(a, b string) []string {
	others := strings.Split(b, "\n")
	return slices.DeleteFunc(strings.Split(a, "\n"), func(line string) bool { return slices.Contains(others, line) })
}

// The README shows each built-in scenario with its timeline. To write it:
// go test ./emulator -run TestScenarioList -update
func TestScenarioList(t *testing.T) {
	var b strings.Builder
	b.WriteByte('\n')
	for _, name := range scenario.Names() {
		f, err := emulator.LoadScenario(name)
		require.NoError(t, err)
		plan := scenario.Plan(f)
		_, plan, ok := strings.Cut(plan, "\n\n") // the first lines are the summary
		require.True(t, ok, name)
		fmt.Fprintf(&b, "<details>\n<summary><code>%s</code>: %s</summary>\n\n```text\n%s\n```\n\n</details>\n", name, f.Description, strings.TrimSpace(plan))
	}
	readmeSays(t, "scenarios", b.String())
}
