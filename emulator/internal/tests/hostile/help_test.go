// Package hostile proves what an emulator bears: nonsense on the wire, limits, many callers at once, secrets in wrong places.
package hostile

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// onBoth runs a test in memory and over TCP, and sees to it that no goroutine
// is left.
func onBoth(t *testing.T, run func(t *testing.T, g *rig.Target)) {
	for name, o := range map[string]emulator.Options{"in memory": {}, "tcp": {HTTP: "127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			rig.Warm(t)
			before := runtime.NumGoroutine()
			// After the emulator's own cleanup, since cleanups run last first.
			t.Cleanup(func() {
				assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond,
					"goroutines are left") // and the one that looks
			})
			run(t, rig.NewTarget(t, o))
		})
	}
}

// sequential skips a test of one client's calls, one after the other, where the race
// detector watches: it has nothing to see there, and they take ten times as long.
func sequential(t *testing.T) {
	if rig.Race {
		t.Skip("one call after the other")
	}
}

func targets(c rig.Complaint) (list []string) {
	for _, d := range c.Details {
		list = append(list, d.Target)
	}
	return list
}

func zipped(t *testing.T, content io.Reader) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	require.NoError(t, err)
	_, err = io.Copy(z, content)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return &b
}

// zeros is a reader of n bytes.
func zeros(n int64) io.Reader { return io.LimitReader(zero{}, n) }

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// founding returns the founding document's request as a tree of its own.
func founding(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(rig.CreateRequest), &v))
	return v
}

// write makes a file for the time of a test.
func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "fixture.json")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}
