package words

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestJoin(t *testing.T) {
	assert.Equal(t, "", Join(nil, "or"))
	assert.Equal(t, "a", Join([]string{"a"}, "or"))
	assert.Equal(t, "a or b", Join([]string{"a", "b"}, "or"))
	assert.Equal(t, "a, b and c", Join([]string{"a", "b", "c"}, "and"))
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0th", 1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 22: "22nd", 101: "101st", 111: "111th",
	} {
		assert.Equal(t, want, Ordinal(n))
	}
}

func TestReason(t *testing.T) {
	err := fmt.Errorf("twice: %w", &fs.PathError{Op: "open", Path: "here", Err: fs.ErrNotExist})
	assert.Equal(t, fs.ErrNotExist, Reason(err))
	assert.Equal(t, fs.ErrExist, Reason(fs.ErrExist))
	assert.NoError(t, Reason(nil))
}

func TestQuote(t *testing.T) {
	assert.Equal(t, `"a\"\n"`, Quote("a\"\n"))
	assert.Equal(t, `"`+strings.Repeat("x", 80)+`"`, Quote(strings.Repeat("x", 80)))
	assert.Equal(t, `"`+strings.Repeat("é", 40)+`…"`, Quote(strings.Repeat("é", 41)), "no half of a character")
}
