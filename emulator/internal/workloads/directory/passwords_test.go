package directory

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Passwords that were hashed in more rounds, as snapshots of version 1 have them, still fit.
func TestPasswordsMatch(t *testing.T) {
	for _, hash := range []string{hashed("ann", "Secret-1"), hashedIn(olderRounds, "ann", "Secret-1")} {
		assert.True(t, matches(hash, "ann", "Secret-1"))
		assert.False(t, matches(hash, "ann", "Secret-2"))
		assert.False(t, matches(hash, "bob", "Secret-1"), "the salt is the object's")
	}
	assert.False(t, matches("", "ann", ""))
}
