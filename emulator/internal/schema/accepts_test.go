package schema

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// What accepts says yes to is valid: TestSameVerdictAsPublishedSchemas would
// notice otherwise. Here: it does say yes, so that nobody waits for the
// validator to find nothing.
func TestAcceptsWhatTheExamplesShow(t *testing.T) {
	set := newSet(t)
	for _, name := range set.names {
		if name == "config" || name == "fixture" || name == "scenario" || name == "educationSynchronizationProfileStatus" {
			continue // they hold numbers, which are the validator's
		}
		for _, e := range nodeOf(t, set, name).schema.Examples {
			doc := jsontree.Clone(e)
			require.Empty(t, set.Check(name, doc, Options{}))
			assert.True(t, accepts(nodeOf(t, set, name).schema, doc), "%s: %v", name, e)
		}
	}
}

func TestAcceptsLeavesTheRestToTheValidator(t *testing.T) {
	s := nodeOf(t, newSet(t), profileType).schema
	for _, v := range []any{1.0, map[string]any{}, map[string]any{"displayName": ""}, []any{}, "x", nil} {
		assert.False(t, accepts(s, v), "%v", v)
		assert.Error(t, s.Validate(v), "%v", v)
	}
}
