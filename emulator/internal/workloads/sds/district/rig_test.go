package district

import (
	"bytes"
	"encoding/csv"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// made returns the files of a district as verification takes them.
func made(t testing.TB, o Options) []roster.File {
	t.Helper()
	files, err := Files(o)
	require.NoError(t, err)
	var list []roster.File
	for _, f := range files {
		var text bytes.Buffer
		require.NoError(t, f.WriteTo(&text))
		list = append(list, roster.File{Name: f.Name, Size: int64(text.Len()),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text.Bytes())), nil }})
	}
	return list
}

// verify returns what verification says of a district.
func verify(t testing.TB, o Options, rules roster.Rules) roster.Report {
	t.Helper()
	r, err := roster.Verify(made(t, o), rules)
	require.NoError(t, err)
	return r
}

// rowsOf reads a file with encoding/csv: header and rows.
func rowsOf(t testing.TB, o Options, e entity) (header []string, rows [][]string) {
	t.Helper()
	p, err := newPlan(o)
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, p.write(&text, e))
	all, err := csv.NewReader(&text).ReadAll()
	require.NoError(t, err)
	return all[0], all[1:]
}
