package documents

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
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
	names = append(names, "profiles.*", "profiles.errors.*", "upload.*", "education.*", "token.*", "*")
	const indent = "\n        "
	rig.FileSays(t, "../../../../schemas/scenario.schema.json",
		`"pattern": "^(\\*|[A-Za-z]+(\\.[A-Za-z]+)*(\\.\\*)?)$",`+"\n      "+`"examples": [`, "\n      ]",
		indent+`"`+strings.Join(names, `",`+indent+`"`)+`"`)
	text, err := schemas.FS.ReadFile("scenario.schema.json")
	require.NoError(t, err)
	assert.True(t, gjson.ValidBytes(text))
}
