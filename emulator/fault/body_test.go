package fault

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOffsetInABody(t *testing.T) {
	for _, tc := range []struct {
		at         Offset
		size, want int
	}{
		{Share(50), 11, 5}, {Share(100), 11, 11}, {Offset{Given: true}, 11, 0},
		{At(5), 11, 5}, {At(50), 11, 11}, {At(-5), 11, 0}, {Share(50), 0, 0},
	} {
		assert.Equal(t, tc.want, tc.at.before(tc.size), tc.at)
	}
}
