package roster_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// BenchmarkVerify verifies a large district of 1.5 million rows, and reads the
// same files with encoding/csv: "times-csv" is how much longer the first takes, the
// fastest of each kind counting.
// Exports list the enrolments student by student; shuffled is the worst that they
// could be. A sparse one has 742,000 values to warn of.
func BenchmarkVerify(b *testing.B) {
	for _, d := range []district{
		{schools: 265, students: 700}, // 1,504,405 rows
		{schools: 265, students: 700, shuffled: true},
		{schools: 265, students: 700, sparse: true},
	} {
		b.Run(fmt.Sprintf("shuffled=%t,sparse=%t", d.shuffled, d.sparse), func(b *testing.B) {
			all := d.files()
			var bytes int64
			reading, verifying := int64(math.MaxInt64), int64(math.MaxInt64)
			for _, f := range all {
				bytes += f.Size
			}
			b.SetBytes(bytes)
			for b.Loop() {
				reading = min(reading, timed(b, func() {
					for _, f := range all {
						read(b, f)
					}
				}))
				verifying = min(verifying, timed(b, func() {
					r, err := roster.Verify(all, roster.Rules{Accounts: true, MaxRows: 2_000_000})
					require.NoError(b, err)
					require.False(b, r.Failed())
				}))
			}
			b.ReportMetric(float64(verifying)/float64(reading), "times-csv")
		})
	}
}

// timed is how long a function takes, in nanoseconds, by a benchmark's own clock.
func timed(b *testing.B, f func()) int64 {
	before := b.Elapsed()
	f()
	return int64(b.Elapsed() - before)
}

func read(tb testing.TB, f roster.File) {
	in, err := f.Open()
	require.NoError(tb, err)
	r := csv.NewReader(in)
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); err == io.EOF {
			return
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}

// What a verification holds grows with the distinct keys alone: at most 100 bytes
// each, measured when the last file has been read.
func TestMemory(t *testing.T) {
	d := district{schools: 40, students: 700}
	all := d.files()
	keys := 40 * (1 + 28 + 700 + 20) // the user names are let go with their file
	var before, after runtime.MemStats
	last := all[5].Open
	all[5].Open = func() (io.ReadCloser, error) {
		in, err := last()
		return struct {
			io.Reader
			io.Closer
		}{&watched{in, func() {
			runtime.GC()
			runtime.ReadMemStats(&after)
		}}, in}, err
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := verify(t, roster.Rules{Accounts: true}, all...)
	require.Empty(t, r.Messages)
	const fixed = 512 << 10 // the buffer and the small things
	held := int(after.HeapAlloc) - int(before.HeapAlloc) - fixed
	t.Logf("%d bytes a key", held/keys)
	require.Less(t, held, 100*keys)
	runtime.KeepAlive(all)
}

// watched calls end when the file was read.
type watched struct {
	io.Reader
	end func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err == io.EOF {
		w.end()
	}
	return n, err
}
