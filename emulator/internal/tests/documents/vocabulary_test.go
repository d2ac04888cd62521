package documents

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/schemas"
)

// An editor completes the names of operations from the schema's examples: they
// are all that are served, and the groups of them.
func TestTheSchemaNamesTheOperations(t *testing.T) {
	text, err := schemas.FS.ReadFile("scenario.schema.json")
	require.NoError(t, err)
	var listed []string
	require.NoError(t, json.Unmarshal([]byte(gjson.GetBytes(text, "$defs.scenarioOperation.examples").Raw), &listed))
	groups := slices.DeleteFunc(slices.Clone(listed), func(s string) bool { return !strings.HasSuffix(s, "*") })
	assert.Equal(t, []string{"profiles.*", "profiles.errors.*", "upload.*", "education.*", "token.*", "*"}, groups)
	s, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	assert.ElementsMatch(t, s.Operations(), slices.DeleteFunc(listed, func(o string) bool { return slices.Contains(groups, o) }))
}
