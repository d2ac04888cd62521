package schema

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/schemas"
)

// A body may hold a million failures. The check ends after some, and says how large an
// array is all the same.
func TestManyFailures(t *testing.T) {
	set, err := New(schemas.FS)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		item    string
		at      string // of the first failure
		message string
	}{
		"unknown properties": {`{"a":1}`, "/profiles/0/a", "unknown property"},
		"missing ones":       {`{}`, "/profiles", "expected at most 10000 items, got 100001"},
		"wrong types":        {`1`, "/profiles", "expected at most 10000 items, got 100001"},
	} {
		v, err := jsontree.Decode([]byte(`{"version":1,"profiles":[` + strings.Repeat(c.item+",", 100_000) + c.item + `]}`))
		require.NoError(t, err)
		failures := set.Check("fixture", v, Options{})
		assert.InDelta(t, MaxFailures, len(failures), 10, name)
		assert.Equal(t, c.at, failures[0].Pointer, name)
		assert.Contains(t, failures[0].Message, c.message, name)
	}

	// The only fault is behind what the validator is asked about first.
	v, err := jsontree.Decode([]byte(`{"id":"1","method":"GET","url":"/","dependsOn":[` + strings.Repeat(`"a",`, maxItems) + `1]}`))
	require.NoError(t, err)
	short, cut := shortened(v)
	assert.True(t, cut)
	assert.Len(t, short.(map[string]any)["dependsOn"], maxItems)
	assert.Len(t, v.(map[string]any)["dependsOn"], maxItems+1)
	_, cut = shortened(map[string]any{"a": []any{1, map[string]any{}}})
	assert.False(t, cut)
}
