package metadata

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workload"
)

const csdl = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="thing"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<EntityContainer Name="GraphService"><EntitySet Name="things" EntityType="microsoft.graph.thing"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

const table = `{"permissions": {"Thing.Read": {"pathSets": [{"schemeKeys": ["Application"], "methods": ["GET"], "paths": {"/things": ""}}]}}}`

// service is a server that has these pages.
func service(t *testing.T, pages map[string]string) Source {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(s.Close)
	return Source{Graph: s.URL + "/", Permissions: s.URL + "/permissions.json", Client: s.Client()}
}

func whole() map[string]string {
	return map[string]string{"/v1.0/$metadata": csdl, "/beta/$metadata": csdl, "/permissions.json": table}
}

// What was downloaded is what a server reads, and the hashes are those of the files.
func TestGet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "graph")
	list, err := Get(t.Context(), dir, service(t, whole()))
	require.NoError(t, err)
	require.Len(t, list, 4)
	assert.Equal(t, File{FileV1, int64(len(csdl)), "1 type, 1 root"}, list[0])
	assert.Equal(t, "1 permission, 1 path", list[2].What)
	sums, err := os.ReadFile(filepath.Join(dir, FileSums))
	require.NoError(t, err)
	assert.Regexp(t, `^[0-9a-f]{64}  v1.0.csdl\n[0-9a-f]{64}  beta.csdl\n[0-9a-f]{64}  permissions.json\n$`, string(sums))
	d, err := Load([]string{dir})
	require.NoError(t, err)
	assert.NotNil(t, d.Models[workload.Beta].Set("things"))
	assert.Equal(t, filepath.Join(dir, FilePermissions), d.Permissions)

	from := service(t, whole())
	from.Permissions = ""
	list, err = Get(t.Context(), filepath.Join(dir, "second"), from)
	require.NoError(t, err)
	assert.Len(t, list, 3)
}

// What cannot be used is not written, and nothing that was there is touched.
func TestGetWritesAllOrNothing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(pages map[string]string, from *Source)
		want   string
	}{
		"not there": {func(p map[string]string, _ *Source) { delete(p, "/beta/$metadata") },
			"/beta/$metadata cannot be downloaded: it is answered 404 Not Found"},
		"no metadata": {func(p map[string]string, _ *Source) { p["/beta/$metadata"] = "<html>" },
			"/beta/$metadata:1: the root element is <html>"},
		"cut off":  {func(p map[string]string, _ *Source) { p["/v1.0/$metadata"] = csdl[:300] }, "/v1.0/$metadata:3"},
		"empty":    {func(p map[string]string, _ *Source) { p["/permissions.json"] = "" }, "/permissions.json:1:1: the text ends in the middle"},
		"no table": {func(p map[string]string, _ *Source) { p["/permissions.json"] = "[]" }, "the table has to be an object"},
		"too large": {func(p map[string]string, _ *Source) { p["/v1.0/$metadata"] = strings.Repeat(" ", maxDocument+1) },
			"/v1.0/$metadata has more than 64 MB"},
		"no address":    {func(_ map[string]string, from *Source) { from.Graph = "graph.microsoft.com" }, `"graph.microsoft.com" is no address`},
		"with a secret": {func(_ map[string]string, from *Source) { from.Permissions = "https://u:hidden@h/" }, "the address on h has a user"},
		"nobody there":  {func(_ map[string]string, from *Source) { from.Graph = "http://127.0.0.1:1" }, "cannot be downloaded"},
	} {
		t.Run(name, func(t *testing.T) {
			pages := whole()
			from := service(t, pages)
			c.change(pages, &from)
			dir := filepath.Join(t.TempDir(), "graph")
			_, err := Get(t.Context(), dir, from)
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "hidden")
			assert.NoDirExists(t, dir)
		})
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, FileSums), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, FileV1), []byte("<Edmx> before"), 0o600))
	_, err := Get(t.Context(), dir, service(t, whole()))
	require.ErrorContains(t, err, "no regular file")
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	assert.Len(t, left, 2)
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
	assert.Empty(t, hidden)
	b, err := os.ReadFile(filepath.Join(dir, FileV1))
	require.NoError(t, err)
	assert.Equal(t, "<Edmx> before", string(b))

	// Nor is a file replaced that is none of its own.
	require.NoError(t, os.Remove(filepath.Join(dir, FileSums)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, FileSums), []byte("of somebody's release"), 0o600))
	_, err = Get(t.Context(), dir, service(t, whole()))
	require.ErrorContains(t, err, filepath.Join(dir, FileSums)+": the file there is no SHA256SUMS of metadata get, and was left as it is")
	assert.NoFileExists(t, filepath.Join(dir, FileBeta))
}
