package emulator_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/scenario"
)

var update = flag.Bool("update", false, "write what is generated from tests: FAITHFULNESS.md, and the plans in scenarios/README.md")

// documentSays holds the part of a Markdown file that is named section against want,
// or writes it with -update. The part stands between two comments.
func documentSays(t *testing.T, file, section, want string) {
	t.Helper()
	start, end := fmt.Sprintf("<!-- %s:start -->", section), fmt.Sprintf("<!-- %s:end -->", section)
	b, err := os.ReadFile(file)
	require.NoError(t, err, "the part %s belongs into %s, which cannot be read", section, file)
	before, rest, ok := strings.Cut(string(b), start)
	require.True(t, ok, "%s has no line %s: put it, and %s after it, where the part belongs", file, start, end)
	have, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "%s has %s, but no %s after it", file, start, end)
	require.NotContains(t, before+after, "<!-- "+section+":", "%s has the marks of the part more than once", file)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+start+want+end+after), 0o644))
		return
	}
	if have != want {
		missing, stale := unlike(want, have), unlike(have, want)
		t.Errorf("%s does not say what the tests prove. Write it with: go test ./emulator -run %s -update\n"+
			"missing there (%d):\n%s\nstale, or in another place there (%d):\n%s",
			file, t.Name(), len(missing), strings.Join(missing, "\n"), len(stale), strings.Join(stale, "\n"))
	}
}

// unlike are the lines of a that b does not have.
func unlike(a, b string) []string {
	others := strings.Split(b, "\n")
	return slices.DeleteFunc(strings.Split(a, "\n"), func(line string) bool { return slices.Contains(others, line) })
}

// scenarios/README.md shows each built-in scenario with its timeline. To write it:
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
		fmt.Fprintf(&b, "<details>\n<summary><code>%s</code>: %s</summary>\n\n```text\n%s\n```\n\n</details>\n",
			name, f.Description, strings.TrimSpace(plan))
	}
	documentSays(t, "../scenarios/README.md", "scenarios", b.String())
}

var markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Every link from one document to another leads somewhere, with its anchor.
func TestLinksBetweenDocuments(t *testing.T) {
	var documents []string
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case filepath.Ext(path) == ".md":
			documents = append(documents, path)
		}
		return nil
	}))
	checked := 0
	for _, document := range documents {
		for _, link := range markdownLink.FindAllStringSubmatch(prose(t, document), -1) {
			target, anchor, _ := strings.Cut(link[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			checked++
			file := document
			if target != "" {
				file = filepath.Join(filepath.Dir(document), target)
			}
			_, err := os.Stat(file)
			if assert.NoError(t, err, "%s links to %s", document, link[1]) && anchor != "" {
				assert.Contains(t, anchors(t, file), anchor, "%s links to %s, which has no such heading", document, link[1])
			}
		}
	}
	assert.NotZero(t, checked)
}

// prose is a document without its code, in which a bracket is no link.
func prose(t *testing.T, file string) string {
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var kept []string
	inCode := false
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inCode = !inCode
		} else if !inCode {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

var notInAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchors are those of a document's headings, as GitHub makes them.
func anchors(t *testing.T, file string) []string {
	var list []string
	for line := range strings.Lines(prose(t, file)) {
		if heading := strings.TrimLeft(line, "#"); heading != line {
			name := notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			list = append(list, strings.ReplaceAll(name, " ", "-"))
		}
	}
	return list
}
