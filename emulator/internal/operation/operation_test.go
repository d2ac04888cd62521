package operation

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGroups(t *testing.T) {
	assert.Equal(t, []string{"profiles.*", "profiles.errors.*"}, Groups([]string{"profiles.list", "profiles.errors.list", "batch", "profiles.errors.get"}))
	assert.Empty(t, Groups([]string{"batch"}))
}
