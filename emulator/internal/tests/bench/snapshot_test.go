package bench

import (
	"runtime"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

// A snapshot of 100,000 users and its restore, against one walk over the same text
// without making anything of it. Goals: 8 and 16 times as long.
func BenchmarkSnapshotOf100000Users(b *testing.B) {
	w, err := withUsers(b, 100_000).World("")
	require.NoError(b, err)
	empty, err := withUsers(b, 0).World("")
	require.NoError(b, err)
	var took [3]time.Duration
	var bytes [3]uint64
	measure := func(k int, do func()) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		do()
		took[k] += time.Since(began)
		runtime.ReadMemStats(&after)
		bytes[k] += after.TotalAlloc - before.TotalAlloc
	}
	for b.Loop() {
		var text []byte
		measure(1, func() { text, err = w.Snapshot() })
		require.NoError(b, err)
		measure(0, func() { require.True(b, jsontext.Value(text).IsValid()) })
		measure(2, func() { err = empty.Restore(text) })
		require.NoError(b, err)
		empty.Reset()
	}
	for k, what := range map[int]string{1: "save", 2: "restore"} {
		b.ReportMetric(float64(took[k])/float64(took[0]), "x-"+what)
		b.ReportMetric(float64(bytes[k]/uint64(b.N)>>20), "MiB/"+what)
		b.ReportMetric(took[k].Seconds()/float64(b.N), "s/"+what)
	}
	b.ReportMetric(0, "ns/op")
}
