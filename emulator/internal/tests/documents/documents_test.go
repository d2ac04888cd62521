// Package documents holds what is written against what is so: documents, schemas for editors, and the layout of packages.
package documents

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// scenarios/README.md shows each built-in scenario with its timeline. To write it:
// go test ./emulator/internal/tests/documents -run TestScenarioList -update
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
	rig.DocumentSays(t, "../../../../scenarios/README.md", "scenarios", b.String())
}

var markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Every link from one document to another leads somewhere, with its anchor.
func TestLinksBetweenDocuments(t *testing.T) {
	var documents []string
	require.NoError(t, filepath.WalkDir("../../../..", func(path string, d fs.DirEntry, err error) error {
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
