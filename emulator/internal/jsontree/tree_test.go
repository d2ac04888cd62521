package jsontree

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEscape(t *testing.T) {
	for name, token := range map[string]string{"": "", "a": "a", "a/b": "a~1b", "~": "~0", "~1": "~01", "~/": "~0~1"} {
		assert.Equal(t, token, Escape(name))
		assert.Equal(t, name, Unescape(token))
	}
}

func TestClone(t *testing.T) {
	tree := map[string]any{"list": []any{map[string]any{"n": 1.0}, "text", nil}}
	copied := Clone(tree)
	assert.Equal(t, any(tree), copied)
	tree["list"].([]any)[0].(map[string]any)["n"] = 2.0
	assert.Equal(t, any(map[string]any{"list": []any{map[string]any{"n": 1.0}, "text", nil}}), copied)
}
