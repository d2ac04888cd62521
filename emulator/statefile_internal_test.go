package emulator

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A byte with a bit that is another than it was written, wherever it is, is found. So is
// a byte too few or too many.
func TestABitOfAStateFileCounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	s, err := New(Options{State: file})
	require.NoError(t, err)
	_, err = s.World("")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	_, err = parseState(b)
	require.NoError(t, err)
	for i := 0; i < len(b); i += 7 { // all bytes take long, as do all bits of one
		bit := i % 8
		b[i] ^= 1 << bit
		if _, err := parseState(b); err == nil {
			t.Errorf("bit %d of byte %d, in %q, is not missed", bit, i, b[max(0, i-20):min(len(b), i+20)])
		}
		b[i] ^= 1 << bit
	}
	for _, other := range [][]byte{b[:len(b)-1], append(b[:len(b):len(b)], '\n')} {
		_, err = parseState(other)
		assert.ErrorContains(t, err, "does not match its checksum")
	}
}
