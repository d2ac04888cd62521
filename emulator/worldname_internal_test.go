package emulator

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatAWorldMayBeCalled(t *testing.T) {
	for _, name := range []string{"a", "Z", "0", "a.b-c_d", "9..", strings.Repeat("x", 64)} {
		assert.True(t, isWorldName(name), name)
	}
	for _, name := range []string{"", ".", "-a", "_a", ".a", "a b", "a/b", "a\n", "ä", "a:b", "a@b", "a[", "a`", "a{",
		strings.Repeat("x", 65)} {
		assert.False(t, isWorldName(name), name)
	}
}
