package documents

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/internal/variant"
)

// The variants stand in a table of README.md and in the schema of scenarios, where an
// editor finds them. Both are written from variant.Table.
func TestVariantList(t *testing.T) {
	var rows, properties []string
	for _, v := range variant.Table {
		rows = append(rows, fmt.Sprintf("| `%s` | `%s` |\n", v.Name, strings.Join(v.Readings, "`, `")))
		var texts, numbers []string
		for _, r := range v.Readings {
			texts = append(texts, strconv.Quote(r))
			if _, err := strconv.Atoi(r); err == nil { // YAML reads 201 as a number
				numbers = append(numbers, r)
			}
		}
		properties = append(properties, fmt.Sprintf(`
        %q: {
          "description": %q,
          "enum": [%s],
          "default": %q,
          "examples": [%q]
        }`, v.Name, "Reading of: "+v.Source+".", strings.Join(append(texts, numbers...), ", "), v.Default(), v.Readings[1]))
	}
	rig.DocumentSays(t, "../../../README.md", "variants", "\n| variant | readings |\n|---|---|\n"+strings.Join(rows, ""))
	rig.FileSays(t, "../../../../schemas/scenario.schema.json",
		`"description": "Readings by the name of the variant.",`+"\n      "+`"type": "object",`+"\n      "+`"properties": {`,
		"\n      },\n      \"additionalProperties\"", strings.Join(properties, ","))
}

// ownWords are those that only this project had for a scenario, a rule, the proxy or
// a fixture's profiles. Azure Storage has a front door of its own.
var ownWords = regexp.MustCompile(`(?i)\b(scenes?|(?:front )?doors?|gates?|believable|plays?|played|plant(?:s|ed|ing)?)\b`)

// The product's code, comments and help texts have the field's words, one a thing.
func TestCodeUsesPlainWords(t *testing.T) {
	read := 0
	for _, folder := range []string{"../../..", "../../../../cmd/graphemu", "../../../../scenarios", "../../../../schemas",
		"../../../../fixtures"} {
		require.NoError(t, filepath.WalkDir(folder, func(file string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := os.ReadFile(file)
			for _, word := range ownWords.FindAllString(string(text), -1) {
				assert.True(t, strings.HasPrefix(strings.ToLower(word), "front "), "%s says %q", file, word)
			}
			read++
			return err
		}))
	}
	assert.Greater(t, read, 200, "files")
}
