package ids

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStreamIsDecidedBySeedAndNames(t *testing.T) {
	a, b := NewStream(1, "default", "profiles"), NewStream(1, "default", "profiles")
	for range 100 {
		assert.Equal(t, a.GUID(), b.GUID())
	}
	assert.NotEqual(t, NewStream(1, "x").GUID(), NewStream(2, "x").GUID())
	assert.NotEqual(t, NewStream(1, "a", "bc").GUID(), NewStream(1, "ab", "c").GUID())
}

func TestWorldsNeverMintTheSame(t *testing.T) {
	seen := map[string]bool{}
	for w := range 100 {
		s := NewStream(1, strconv.Itoa(w), "profiles")
		for range 200 {
			g := s.GUID()
			assert.True(t, IsGUID(g), g)
			assert.Equal(t, byte('4'), g[14])
			assert.False(t, seen[g], g)
			seen[g] = true
		}
	}
}

func TestIsGUID(t *testing.T) {
	assert.True(t, IsGUID("86904B1E-c7d0-4ead-b13a-98f11fc400ee"))
	for _, s := range []string{"", "default", "86904b1e-c7d0-4ead-b13a-98f11fc400e", "86904b1e+c7d0-4ead-b13a-98f11fc400ee",
		"g6904b1e-c7d0-4ead-b13a-98f11fc400ee"} {
		assert.False(t, IsGUID(s), s)
	}
}

func BenchmarkGUID(b *testing.B) {
	s := NewStream(1, "default", "requests")
	b.ReportAllocs()
	for b.Loop() {
		s.GUID()
	}
}
