package emulator

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The last signatures are remembered, and never more than twice as many.
func TestSignaturesAreBounded(t *testing.T) {
	var s signatures
	assert.Empty(t, s.tenant("unknown"))
	const last = 3*maxSignatures + 7
	for n := range last {
		s.note(fmt.Sprint(n), "tenant")
	}
	assert.LessOrEqual(t, len(s.fresh)+len(s.old), 2*maxSignatures)
	assert.Equal(t, "tenant", s.tenant(fmt.Sprint(last-1)))
	assert.Equal(t, "tenant", s.tenant(fmt.Sprint(last-maxSignatures)))
	assert.Empty(t, s.tenant("0"))
}
