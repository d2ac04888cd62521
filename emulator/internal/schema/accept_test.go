package schema

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/schemas"
)

// What accepts says yes to is valid: TestSameVerdictAsPublishedSchemas would
// notice otherwise. Here: it does say yes, so that nobody waits for the
// validator to find nothing.
func TestAcceptsWhatTheExamplesShow(t *testing.T) {
	plain, err := compile(schemas.FS)
	require.NoError(t, err)
	set := newSet(t)
	for name, n := range set.types {
		if name == "fixture" || name == "scenario" || name == "educationSynchronizationProfileStatus" {
			continue // they hold numbers, which are the validator's
		}
		for _, e := range plain[name].Examples {
			doc := jsontree.Clone(e)
			require.Empty(t, set.Check(name, doc, Options{}))
			assert.True(t, accepts(n.schema, doc), "%s: %v", name, e)
		}
	}
}

func TestAcceptsLeavesTheRestToTheValidator(t *testing.T) {
	s := newSet(t).types["educationSynchronizationProfile"].schema
	for _, v := range []any{1.0, map[string]any{}, map[string]any{"displayName": ""}, []any{}, "x", nil} {
		assert.False(t, accepts(s, v), "%v", v)
		assert.Error(t, s.Validate(v), "%v", v)
	}
}
