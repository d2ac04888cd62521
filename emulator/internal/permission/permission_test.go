package permission

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
)

// published reads a file of the service's own, which the project holds no copy of.
func published(t testing.TB, file string) []byte {
	dir := os.Getenv("GRAPHEMU_TEST_METADATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "reference", "graph")
	}
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no %s in %s; GRAPHEMU_TEST_METADATA names a folder with Graph's metadata", file, dir)
	}
	return b
}

const csdl = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<EntityType Name="thing" BaseType="microsoft.graph.entity"><Property Name="name" Type="Edm.String"/>
<NavigationProperty Name="parts" Type="Collection(microsoft.graph.thing)"/><NavigationProperty Name="notes" Type="Collection(microsoft.graph.note)" ContainsTarget="true"/>
</EntityType>
<EntityType Name="note" BaseType="microsoft.graph.entity"/><EntityType Name="longNote" BaseType="microsoft.graph.note"/>
<Function Name="between" IsBound="true"><Parameter Name="on" Type="Collection(microsoft.graph.thing)"/><Parameter Name="from" Type="Edm.String"/>
<Parameter Name="to" Type="Edm.String"/><ReturnType Type="Edm.String"/></Function>
<EntityContainer Name="GraphService"><EntitySet Name="things" EntityType="microsoft.graph.thing"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

const table = `{"permissions": {
 "Thing.Write": {"schemes": {"DelegatedWork": {"privilegeLevel": 4}}, "pathSets": [
  {"schemeKeys": ["DelegatedWork", "Application"], "methods": ["GET", "PATCH", "POST"],
   "paths": {"/Things": "", "/things/{thing-id}": "least=DelegatedWork,Application", "/things/{id}/parts": "least=DelegatedWork"}}]},
 "Thing.Read": {"schemes": {}, "pathSets": [
  {"schemeKeys": ["DelegatedWork"], "methods": ["GET"], "paths": {"/things": "least=DelegatedWork", "/things/{id}": "least=DelegatedWork",
   "/things/between(to={value},From={value})": "", "/things/{id}/notes": "least=DelegatedPersonal"}}]},
 "Thing.ReadOwned": {"pathSets": [
  {"paths": {"/things": "AlsoRequires=Thing.Read,Owner.Read"}, "methods": ["GET"], "schemeKeys": ["DelegatedWork", "DelegatedPersonal"]}]}
}}`

func walk(t testing.TB, m *odata.Model, path string) resource.Path {
	p, err := resource.Walk(m, strings.Split(path[1:], "/"))
	require.NoError(t, err, path)
	return p
}

func TestNeed(t *testing.T) {
	m, err := odata.ReadCSDL(strings.NewReader(csdl), "test.csdl")
	require.NoError(t, err)
	tab, err := Read([]byte(table), "permissions.json")
	require.NoError(t, err)
	for _, c := range []struct {
		call, at               string
		delegated, application string
	}{
		{"GET /things", "/Things", "Thing.Read, Thing.ReadOwned with Thing.Read or Owner.Read, Thing.Write", "Thing.Write"},
		{"HEAD /things", "/Things", "Thing.Read, Thing.ReadOwned with Thing.Read or Owner.Read, Thing.Write", "Thing.Write"},
		{"POST /things", "/Things", "Thing.Write", "Thing.Write"},
		{"GET /THINGS/$count", "/Things", "Thing.Read, Thing.ReadOwned with Thing.Read or Owner.Read, Thing.Write", "Thing.Write"},
		{"GET /things('7')", "/things/{thing-id}", "Thing.Read, Thing.Write", "Thing.Write"},
		{"GET /things/7/name/$value", "/things/{thing-id}", "Thing.Read, Thing.Write", "Thing.Write"},
		{"PATCH /things/7", "/things/{thing-id}", "Thing.Write", "Thing.Write"},
		{"POST /things/7/parts/$ref", "/things/{id}/parts", "Thing.Write", "Thing.Write"},
		{"GET /things/7/notes/1", "/things/{id}/notes", "Thing.Read", ""},
		{"GET /things/7/notes/microsoft.graph.longNote", "/things/{id}/notes", "Thing.Read", ""},
		{"GET /things/between(from='a',to='b')", "/things/between(to={value},From={value})", "Thing.Read", ""},
		{"DELETE /things/7", "", "", ""},
		{"DELETE /things/7/notes/1", "", "", ""},
		{"PATCH /things/7/notes/1", "", "", ""},
	} {
		method, path, _ := strings.Cut(c.call, " ")
		need, at := tab.Need(method, walk(t, m, path))
		assert.Equal(t, c.at, at, c.call)
		if need == nil {
			need = new(identity.Need)
		}
		assert.Equal(t, c.delegated, strings.Join(need.Delegated.Names(), ", "), c.call)
		assert.Equal(t, c.application, strings.Join(need.Application.Names(), ", "), c.call)
		if len(need.Delegated) > 1 {
			assert.True(t, need.Delegated[0].Least, c.call)
			assert.False(t, need.Delegated[1].Least, c.call)
		}
	}
}

// What is no table is refused with its place.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "permissions: p.json:1:1: the text ends in the middle",
		"[]":                                    "permissions: p.json:1:2: the table has to be an object, and is [",
		"{}":                                    `permissions: p.json:1:2: this is no table of permissions: it has no "permissions"`,
		"{\"permissions\":\n {\"A\": 7}}":       "permissions: p.json:2:9: A has to be an object, and is number",
		"{\"permissions\":\n {\"A\": {,}}":      "p.json:2:9: invalid character ',' at start of value",
		`{"permissions": {}} x`:                 "something follows the table",
		`{"permissions": {"A": {}, "A": {}}}`:   "p.json:1:27: ",
		`{"permissions": {"A": {"pathSets": [`:  "p.json:1:37: the text ends in the middle",
		`{"permissions": {"A": {"pathSets": {}`: "A.pathSets has to be a list",
		`{"permissions": {"A": {"pathSets": [{"paths": {"users": ""}}]}}}`: "the path \"users\" of A does not begin with a slash",
		`{"permissions": {"A": {"pathSets": [{"methods": [1]}]}}}`:         "a method has to be a text",
		`{"permissions": ` + strings.Repeat("[", 200_000):                  "permissions has to be an object",
		`{"x": ` + strings.Repeat("[", 200_000):                            "p.json:1:",
	} {
		_, err := Read([]byte(text), "p.json")
		assert.ErrorContains(t, err, want, short(text))
	}
	_, err := Open(t.TempDir())
	assert.ErrorContains(t, err, "it is a folder")
}

func short(text string) string { return text[:min(len(text), 60)] }

// The published table is read whole, and has what everybody knows of it.
func TestReadOfTheService(t *testing.T) {
	b := published(t, "permissions.json")
	m, err := odata.ReadCSDL(strings.NewReader(string(published(t, "v1.0.csdl"))), "v1.0.csdl")
	require.NoError(t, err)
	tab, err := Read(b, "permissions.json")
	require.NoError(t, err)
	permissions, paths := tab.Size()
	assert.Greater(t, permissions, 500)
	assert.Greater(t, paths, 5000)
	for call, want := range map[string]string{
		"GET /me":                         "User.Read / ",
		"GET /users/1":                    "User.ReadBasic.All / User.ReadBasic.All",
		"GET /me/messages":                "Mail.ReadBasic / Mail.ReadBasic.All",
		"POST /users/1/messages":          "Mail.ReadWrite / Mail.ReadWrite",
		"GET /me/messages/1":              "Mail.Read / Mail.Read",
		"DELETE /groups/1/members/2/$ref": "GroupMember.ReadWrite.All / GroupMember.ReadWrite.All",
		"GET /users/1/displayName":        "User.ReadBasic.All / User.ReadBasic.All",
		"GET /users/$count":               "User.ReadBasic.All / User.ReadBasic.All",
	} {
		method, path, _ := strings.Cut(call, " ")
		need, _ := tab.Need(method, walk(t, m, path))
		if assert.NotNil(t, need, call) {
			assert.Equal(t, want, first(need.Delegated)+" / "+first(need.Application), call)
		}
	}
}

func first(c identity.Choices) string {
	if len(c) == 0 {
		return ""
	}
	return c[0].Name
}

func BenchmarkRead(b *testing.B) {
	text := published(b, "permissions.json")
	var tables []*Table
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		tab, err := Read(text, "permissions.json")
		require.NoError(b, err)
		tables = append(tables, tab)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(tables))/1024, "KiB-kept")
	runtime.KeepAlive(tables)
}
