package district

import (
	"bytes"
	"encoding/csv"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkLargeDistrict writes the six files of 70,000 students, and tells how
// long that takes against encoding/csv's reading of them alone.
func BenchmarkLargeDistrict(b *testing.B) {
	files, err := Files(Options{Schools: 60, Students: 70_000})
	require.NoError(b, err)
	texts := make([]bytes.Buffer, len(files))
	rows, size := 0, 0
	for i, f := range files {
		require.NoError(b, f.WriteTo(&texts[i]))
		rows, size = rows+f.Rows, size+texts[i].Len()
	}
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for _, f := range files {
				require.NoError(b, f.WriteTo(io.Discard))
			}
		}
		b.ReportMetric(float64(rows), "rows")
	})
	b.Run("encoding-csv-reads", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for i := range texts {
				r := csv.NewReader(bytes.NewReader(texts[i].Bytes()))
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
}
