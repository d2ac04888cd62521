package documents

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/schemas"
)

// An editor completes the names of operations from the schema's examples: they
// are all that are served, and the groups of them. The list is written from the rows
// of the operations.
func TestOperationList(t *testing.T) {
	s, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	names := s.Operations()
	slices.Sort(names)
	for _, group := range []string{"profiles.*", "profiles.errors.*", "upload.*", "education.*", "token.*", "*"} {
		names = append(names, group)
	}
	const indent = "\n        "
	rig.FileSays(t, "../../../../schemas/scenario.schema.json",
		`"pattern": "^(\\*|[A-Za-z]+(\\.[A-Za-z]+)*(\\.\\*)?)$",`+"\n      "+`"examples": [`, "\n      ]",
		indent+`"`+strings.Join(names, `",`+indent+`"`)+`"`)
	text, err := schemas.FS.ReadFile("scenario.schema.json")
	require.NoError(t, err)
	assert.True(t, gjson.ValidBytes(text))
}

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
