package odata

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// metadataFile returns one of the service's own metadata documents. They are no part
// of the project: the test is skipped where they are not.
func metadataFile(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("GRAPHEMU_TEST_METADATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "reference", "graph")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no %s in %s; GRAPHEMU_TEST_METADATA names a folder with Graph's metadata", name, dir)
	}
	return b
}

// BenchmarkReadCSDL reads the whole of v1.0: at most 0.2 s and 25 MiB at the peak.
// What stays is reported as kept-MiB.
func BenchmarkReadCSDL(b *testing.B) {
	file := metadataFile(b, "v1.0.csdl")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ReportAllocs()
	var m *Model
	for b.Loop() {
		var err error
		m, err = ReadCSDL(bytes.NewReader(file), "v1.0.csdl")
		require.NoError(b, err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "kept-MiB")
	runtime.KeepAlive(m)
	runtime.KeepAlive(file)
}

// BenchmarkLookups finds a type and a property of a model, without an allocation.
func BenchmarkLookups(b *testing.B) {
	m := readEvery(b)
	user := m.Type("user")
	b.ReportAllocs()
	for b.Loop() {
		if m.Type("#microsoft.graph.User") != user || user.Property("createdDateTime") == nil || m.Set("USERS") == nil {
			b.Fatal("not found")
		}
	}
}

// BenchmarkWriteCSDL writes the whole of v1.0.
func BenchmarkWriteCSDL(b *testing.B) {
	m, err := ReadCSDL(bytes.NewReader(metadataFile(b, "v1.0.csdl")), "v1.0.csdl")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		m.CSDL()
	}
}
