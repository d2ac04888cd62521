package rig

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what is generated: FAITHFULNESS.md, parts of documents and schemas")

// DocumentSays holds the part of a Markdown file that is named section against want,
// or writes it with -update. The part stands between two comments.
func DocumentSays(t *testing.T, file, section, want string) {
	t.Helper()
	start, end := fmt.Sprintf("<!-- %s:start -->", section), fmt.Sprintf("<!-- %s:end -->", section)
	rest := FileSays(t, file, start, end, want)
	require.NotContains(t, rest, "<!-- "+section+":", "%s has the marks of the part more than once", file)
}

// FileSays holds what stands in a file between two texts against want, or writes it
// with -update. It returns the rest of the file.
func FileSays(t *testing.T, file, start, end, want string) (rest string) {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err, "the part after %s belongs into %s, which cannot be read", start, file)
	before, rest, ok := strings.Cut(string(b), start)
	require.True(t, ok, "%s has no line %s: put it, and %s after it, where the part belongs", file, start, end)
	have, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "%s has %s, but no %s after it", file, start, end)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+start+want+end+after), 0o644))
	} else if have != want {
		missing, stale := unlike(want, have), unlike(have, want)
		t.Errorf("%s does not say what the tests prove. Write it with: go test ./emulator/internal/tests/... -run %s -update\n"+
			"missing there (%d):\n%s\nstale, or in another place there (%d):\n%s",
			file, t.Name(), len(missing), strings.Join(missing, "\n"), len(stale), strings.Join(stale, "\n"))
	}
	return before + after
}

// unlike are the lines of a that b does not have.
func unlike(a, b string) []string {
	others := strings.Split(b, "\n")
	return slices.DeleteFunc(strings.Split(a, "\n"), func(line string) bool { return slices.Contains(others, line) })
}
