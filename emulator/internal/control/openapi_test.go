package control

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/schemas"
)

// at is where the document would be, with the schema files beside it.
const at = "https://graphemu.test/_graphemu/openapi.json"

// tree is the document, decoded.
func tree(t *testing.T) map[string]any {
	t.Helper()
	v, err := jsontree.Decode(document) // strict: a name twice would hide a path
	require.NoError(t, err)
	return v.(map[string]any)
}

// walk calls visit with every value of a JSON tree and its pointer.
func walk(v any, pointer string, visit func(pointer string, v any)) {
	visit(pointer, v)
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], pointer+"/"+jsontree.Escape(name), visit)
		}
	case []any:
		for i, e := range v {
			walk(e, pointer+"/"+strconv.Itoa(i), visit)
		}
	}
}

// resolve follows a reference within the document.
func resolve(t *testing.T, doc map[string]any, v any) map[string]any {
	t.Helper()
	o := v.(map[string]any)
	ref, ok := o["$ref"].(string)
	if !ok {
		return o
	}
	var at any = doc
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		at = at.(map[string]any)[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
		require.NotNil(t, at, "%s leads nowhere", ref)
	}
	return at.(map[string]any)
}

func TestOpenAPIHasEveryCallAndNoOther(t *testing.T) {
	doc := tree(t)
	var described, there []string
	for path, item := range doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			if method != "parameters" {
				described = append(described, op.(map[string]any)["operationId"].(string)+" "+strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, route := range newBench(t).list() {
		there = append(there, route.name+" "+route.method+" /"+route.path)
	}
	assert.ElementsMatch(t, there, described)
}

func TestOpenAPITellsOfEachCallAllThatThereIs(t *testing.T) {
	doc := tree(t)
	for path, v := range doc["paths"].(map[string]any) {
		item := v.(map[string]any)
		for method, v := range item {
			if method == "parameters" {
				continue
			}
			name, op := method+" "+path, v.(map[string]any)
			assert.NotEmpty(t, op["summary"], name)
			assert.NotEmpty(t, op["description"], name)

			var inPath []string
			parameters, _ := item["parameters"].([]any)
			own, _ := op["parameters"].([]any)
			for _, p := range append(slices.Clone(parameters), own...) {
				if p := resolve(t, doc, p); p["in"] == "path" {
					inPath = append(inPath, "{"+p["name"].(string)+"}")
					assert.Equal(t, true, p["required"], name)
				}
			}
			var inTemplate []string
			for part := range strings.SplitSeq(path, "/") {
				if strings.HasPrefix(part, "{") {
					inTemplate = append(inTemplate, part)
				}
			}
			assert.ElementsMatch(t, inTemplate, inPath, name)

			responses := op["responses"].(map[string]any)
			good := 0
			for status, v := range responses {
				r := resolve(t, doc, v)
				assert.NotEmpty(t, r["description"], name)
				content, _ := r["content"].(map[string]any)
				if status[0] == '2' {
					good++
					assert.Equal(t, status == "204", len(content) == 0, "%s: %s has a body or not", name, status)
				} else {
					assert.Contains(t, content, mediaProblem, "%s: %s", name, status)
				}
			}
			assert.Equal(t, 1, good, name)
			for _, status := range []string{"403", "421", "500"} {
				assert.Contains(t, responses, status, name)
			}
			_, body := op["requestBody"]
			assert.Equal(t, body, responses["413"] != nil, "%s: a body may be too large", name)
		}
	}
}

// Every reference leads somewhere: within the document, or to a schema file.
func TestOpenAPIReferences(t *testing.T) {
	doc := tree(t)
	used := map[string]bool{}
	walk(doc, "", func(pointer string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			return
		}
		ref, ok := o["$ref"].(string)
		if !ok {
			return
		}
		used[ref] = true
		if strings.HasPrefix(ref, "#/") {
			resolve(t, doc, v)
			return
		}
		file, fragment, _ := strings.Cut(ref, "#")
		name, ok := strings.CutPrefix(file, "schemas/")
		require.True(t, ok, "%s: %s", pointer, ref)
		b, err := fs.ReadFile(schemas.FS, name)
		require.NoError(t, err, pointer)
		other, err := jsontree.Decode(b)
		require.NoError(t, err)
		resolve(t, other.(map[string]any), map[string]any{"$ref": "#" + cmp.Or(fragment, "/properties")})
	})
	for kind, v := range doc["components"].(map[string]any) {
		for name := range v.(map[string]any) {
			assert.True(t, used["#/components/"+kind+"/"+name], "components/%s/%s is used nowhere", kind, name)
		}
	}
}

// compiler compiles schemas of the document.
func compiler(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.Draft, c.AssertFormat = jsonschema.Draft2020, true
	require.NoError(t, c.AddResource(at, bytes.NewReader(document)))
	names, err := fs.Glob(schemas.FS, "*.json")
	require.NoError(t, err)
	for _, name := range names {
		b, err := fs.ReadFile(schemas.FS, name)
		require.NoError(t, err)
		require.NoError(t, c.AddResource("https://graphemu.test/_graphemu/schemas/"+name, bytes.NewReader(b)))
		require.NoError(t, c.AddResource("https://graphemu.dev/schemas/"+name, bytes.NewReader(b)))
	}
	return c
}

// Every example is what its schema says.
func TestOpenAPIExamples(t *testing.T) {
	c, examples := compiler(t), 0
	walk(tree(t), "", func(pointer string, v any) {
		o, ok := v.(map[string]any)
		if !ok || o["schema"] == nil {
			return
		}
		schema, err := c.Compile(at + "#" + pointer + "/schema")
		require.NoError(t, err, pointer)
		if e, ok := o["example"]; ok {
			examples++
			assert.NoError(t, schema.Validate(e), pointer)
		}
		several, _ := o["examples"].(map[string]any)
		for name, e := range several {
			examples++
			assert.NoError(t, schema.Validate(e.(map[string]any)["value"]), "%s/%s", pointer, name)
		}
	})
	assert.Greater(t, examples, 40)
}

// What is answered is what the document says, in status, media type and schema.
func TestAnswersAreAsDescribed(t *testing.T) {
	doc, c := tree(t), compiler(t)
	names := strings.NewReplacer("{world}", "default", "{file}", "a.schema.json", "{scenario}", "busy", "{document}", "beta.json", "{name}",
		"listed", "{id}", "1", "{path}", "v1.0/users")
	bodies := map[string]string{"worlds.clock.set": `{"advance":"1s"}`, "worlds.state.put": "{}", "worlds.scenario.put": "version: 1",
		"worlds.faults.add": `{"name":"a","operation":"profiles.get"}`, "worlds.profiles.force": `{"status":"success"}`}
	for _, route := range newBench(t).list() {
		for _, host := range []string{"localhost", "evil.example"} {
			w := newBench(t).send(route.method, Prefix+names.Replace(route.path), bodies[route.name], func(r *http.Request) { r.Host = host })
			op := doc["paths"].(map[string]any)["/"+route.path].(map[string]any)[strings.ToLower(route.method)].(map[string]any)
			status := strconv.Itoa(w.Code)
			require.Contains(t, op["responses"], status, "%s: %s", route.name, w.Body)
			content, _ := resolve(t, doc, op["responses"].(map[string]any)[status])["content"].(map[string]any)
			if len(content) == 0 {
				assert.Empty(t, w.Body.String(), route.name)
				continue
			}
			media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
			require.Contains(t, content, media, route.name)
			if !strings.HasSuffix(media, "json") || route.name == "schemas.get" && host == "localhost" {
				continue
			}
			var v any
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v), route.name)
			inline, err := json.Marshal(content[media].(map[string]any)["schema"])
			require.NoError(t, err)
			assert.NoError(t, validate(t, c, route.name+status, inline, v), "%s: %s", route.name, w.Body)
		}
	}
}

// validate holds v against a schema that was taken out of the document.
func validate(t *testing.T, c *jsonschema.Compiler, name string, schema []byte, v any) error {
	t.Helper()
	url := strings.Replace(at, "openapi.json", name+".json", 1)
	require.NoError(t, c.AddResource(url, bytes.NewReader(bytes.ReplaceAll(schema, []byte(`"#/`), []byte(`"openapi.json#/`)))))
	s, err := c.Compile(url)
	require.NoError(t, err)
	return s.Validate(v)
}
