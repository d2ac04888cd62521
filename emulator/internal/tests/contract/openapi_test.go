package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// The description of Graph has every emulated operation of Graph's, each once by its own
// name, refers to nothing that is not there, and has nothing that is not referred to.
func TestOpenAPIOfGraph(t *testing.T) {
	names := map[string]bool{}
	for _, version := range []string{"beta", "v1.0"} {
		text, err := emulator.OpenAPI(emulator.OpenAPIOptions{Version: version})
		require.NoError(t, err)
		again, err := emulator.OpenAPI(emulator.OpenAPIOptions{Version: version})
		require.NoError(t, err)
		require.Equal(t, string(text), string(again), "the same each time")

		ids := map[string]bool{}
		gjson.GetBytes(text, "paths").ForEach(func(path, item gjson.Result) bool {
			item.ForEach(func(method, op gjson.Result) bool {
				if method.Str == "parameters" {
					return true
				}
				id, where := op.Get("operationId").Str, method.Str+" "+path.Str
				assert.NotEmpty(t, id, where)
				assert.False(t, ids[id], "%s: a second %s", where, id)
				assert.Equal(t, "emulated", op.Get("x-graphemu-level").Str, where)
				ids[id], names[op.Get("x-graphemu-operation").Str] = true, true
				return true
			})
			return true
		})
		var doc any
		require.NoError(t, json.Unmarshal(text, &doc))
		used := map[string]bool{}
		references(doc, used)
		for ref := range used {
			assert.True(t, gjson.GetBytes(text, gjsonPath(ref)).Exists(), "%s leads nowhere", ref)
		}
		for _, kind := range []string{"schemas", "parameters", "responses"} {
			for name := range gjson.GetBytes(text, "components."+kind).Map() {
				assert.True(t, used["#/components/"+kind+"/"+name], "%s: nothing refers to %s", version, name)
			}
		}
	}
	server, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	defer server.Close()
	var missing []string
	for _, name := range server.Operations() {
		if root, _, _ := strings.Cut(name, "."); !names[name] && root != "token" && root != "upload" {
			missing = append(missing, name)
		}
	}
	assert.Empty(t, missing, "emulated, and not described")
	assert.Subset(t, server.Operations(), slices.Collect(maps.Keys(names)), "described, and not among the operations")
	for name := range names {
		for _, refused := range []string{".memberOf.add", ".memberOf.create", ".transitiveMembers.add", ".directReports.remove",
			".owners.create"} {
			assert.NotContains(t, name, refused, "the service refuses that always")
		}
	}
}

// references collects what a document refers to.
func references(v any, used map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			used[ref] = true
		}
		for _, member := range v {
			references(member, used)
		}
	case []any:
		for _, member := range v {
			references(member, used)
		}
	}
}

// gjsonPath is a reference within the document as a path of gjson.
func gjsonPath(ref string) string {
	parts := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(p, ".", `\.`)
	}
	return strings.Join(parts, ".")
}

// A server serves the same document, with its own address; a version that Graph does not
// have is an error.
func TestOpenAPIOfServer(t *testing.T) {
	g := rig.New(t)
	for _, version := range []string{"beta", "v1.0"} {
		for _, generic := range []bool{false, true} {
			path := "openapi/" + version + ".json"
			if generic {
				path += "?generic=true"
			}
			a := g.Control(t, "GET", path, "")
			require.Equal(t, 200, a.Status, a.Body)
			want, err := emulator.OpenAPI(emulator.OpenAPIOptions{Version: version, Generic: generic, Origin: g.Root()})
			require.NoError(t, err)
			assert.True(t, string(want) == a.Body, path)
		}
	}
	assert.Equal(t, 404, g.Control(t, "GET", "openapi/v2.json", "").Status)
	assert.Equal(t, 400, g.Control(t, "GET", "openapi/beta.json?generic=some", "").Status)
	_, err := emulator.OpenAPI(emulator.OpenAPIOptions{Version: "v2"})
	assert.ErrorContains(t, err, `no version "v2"`)
}
