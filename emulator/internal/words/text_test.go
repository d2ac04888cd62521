package words

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestCount(t *testing.T) {
	assert.Equal(t, "0 bytes", Count(0, "byte", "bytes"))
	assert.Equal(t, "1 entry", Count(uint64(1), "entry", "entries"))
	assert.Equal(t, "2 entries", Count(int64(2), "entry", "entries"))
	assert.Equal(t, "once", Times(1))
	assert.Equal(t, "0 times", Times(int64(0)))
}

func TestRounded(t *testing.T) {
	assert.Equal(t, 2*time.Millisecond, Rounded(1600*time.Microsecond))
	assert.Equal(t, 999*time.Microsecond, Rounded(999*time.Microsecond))
	assert.Equal(t, 512*time.Microsecond, Rounded(512_345*time.Nanosecond))
	assert.Equal(t, 7*time.Nanosecond, Rounded(7))
	assert.Equal(t, 965*time.Millisecond, Rounded(964_896_951))
	assert.Equal(t, 999*time.Millisecond, Least(999_999_999), "it is no second")
	assert.Equal(t, 999*time.Microsecond, Least(999_999))
	assert.Equal(t, 7*time.Nanosecond, Least(7))
}

func TestCut(t *testing.T) {
	assert.Equal(t, "abc", Cut("abc", 3, "…"))
	assert.Equal(t, "a…", Cut("abcde", 4, "…"))
	assert.Equal(t, "a", Cut("aü", 2, ""), "not within a character")
	assert.Equal(t, "…", Cut("abcde", 1, "…"), "the mark is whole")
}

func TestClean(t *testing.T) {
	assert.Equal(t, `a\x1b[0m\u202e\nü`, Clean("a\x1b[0m\u202e\nü"))
	assert.Equal(t, "plain", Clean("plain"))
}
