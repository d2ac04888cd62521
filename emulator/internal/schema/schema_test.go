package schema

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/schemas"
)

// founding is the request of the founding document.
const founding = `{
    "displayName": "Test Profile",
    "dataProvider": {
        "@odata.type": "#Microsoft.Education.DataSync.educationCsvDataProvider",
        "customizations": {"student": {"optionalPropertiesToSync": ["State ID", "Middle Name"]}}
    },
    "identitySynchronizationConfiguration": {
        "@odata.type": "#Microsoft.Education.DataSync.educationIdentityCreationConfiguration",
        "userDomains": [
            {"appliesTo": "student", "name": "testschool.edu"},
            {"appliesTo": "teacher", "name": "testschool.edu"}
        ]
    },
    "licensesToAssign": [
        {"appliesTo": "teacher", "skuIds": ["6fd2c87f-b296-42f0-b197-1e91e994b900"]},
        {"appliesTo": "student", "skuIds": ["6fd2c87f-b296-42f0-b197-1e91e994b900"]}
    ]
}`

const profileType = "educationSynchronizationProfile"

func newSet(tb testing.TB) *Set {
	tb.Helper()
	s, err := New(schemas.FS)
	require.NoError(tb, err)
	return s
}

func nodeOf(tb testing.TB, s *Set, name string) *node {
	tb.Helper()
	n, err := s.types[name]()
	require.NoError(tb, err)
	return n
}

func decode(tb testing.TB, text string) any {
	tb.Helper()
	var v any
	require.NoError(tb, json.Unmarshal([]byte(text), &v), text)
	return v
}

func encode(tb testing.TB, v any) string {
	tb.Helper()
	b, err := json.Marshal(v)
	require.NoError(tb, err)
	return string(b)
}

func TestEverySchemaCompiles(t *testing.T) {
	require.NoError(t, newSet(t).Compile())
}

func TestTypes(t *testing.T) {
	s := newSet(t)
	assert.Len(t, s.Types(), 22)
	assert.Contains(t, s.Types(), profileType)
	assert.Contains(t, s.Types(), "fixture")
	assert.IsIncreasing(t, s.Types())
	s.Types()[0] = "changed"
	assert.NotEqual(t, "changed", s.Types()[0], "the slice is a copy")
}

// Every file documents itself, so that an editor has something to show, and
// nothing in it lets unknown properties pass.
func TestFilesDocumentThemselves(t *testing.T) {
	files, err := fs.Glob(schemas.FS, "*")
	require.NoError(t, err)
	for _, file := range files {
		text, err := fs.ReadFile(schemas.FS, file)
		require.NoError(t, err)
		root := decode(t, string(text)).(map[string]any)
		assert.Equal(t, "https://json-schema.org/draft/2020-12/schema", root["$schema"], file)
		assert.Equal(t, "https://graphemu.dev/schemas/"+file, root["$id"])
		assert.Equal(t, strings.TrimSuffix(file, ".schema.json"), root["title"])
		assert.NotEmpty(t, root["examples"], file)
		documented(t, file, root)
		if defs, ok := root["$defs"].(map[string]any); ok {
			for name, d := range defs {
				assert.Equal(t, name, d.(map[string]any)["title"])
				documented(t, file+"#/$defs/"+name, d.(map[string]any))
			}
		}
	}
}

func documented(t *testing.T, at string, s map[string]any) {
	t.Helper()
	assert.NotEmpty(t, s["description"], at)
	assert.NotContains(t, s, "oneOf", at)
	props, ok := s["properties"].(map[string]any)
	if s["type"] == "string" {
		assert.NotEmpty(t, s["examples"], at)
		return
	}
	require.True(t, ok, at)
	if further, ok := s["additionalProperties"].(map[string]any); ok {
		assert.NotEmpty(t, further["description"], "%s: names are paths", at)
	} else if s["allOf"] == nil {
		assert.Equal(t, false, s["additionalProperties"], at)
	}
	for name, p := range props {
		p := p.(map[string]any)
		assert.NotEmpty(t, p["description"], "%s: %s", at, name)
		if p["$ref"] == nil {
			assert.NotEmpty(t, p["examples"], "%s: %s", at, name)
		}
		if types := encode(t, p["type"]); strings.Contains(types, "string") && p["enum"] == nil && p["format"] == nil && p["pattern"] == nil {
			assert.NotEmpty(t, p["maxLength"], "%s: %s", at, name)
		} else if strings.Contains(types, "array") {
			assert.NotEmpty(t, p["maxItems"], "%s: %s", at, name)
		}
	}
}

// Examples are valid, of types as of properties, and a check says so too.
func TestExamples(t *testing.T) {
	seen := map[*jsonschema.Schema]bool{}
	var visit func(*jsonschema.Schema)
	visit = func(s *jsonschema.Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		for _, e := range s.Examples {
			assert.NoError(t, s.Validate(e), s.Location)
		}
		visit(s.Ref)
		visit(s.Items2020)
		for _, sub := range s.Properties {
			visit(sub)
		}
		if extra, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
			visit(extra)
		}
	}
	set := newSet(t)
	for _, name := range set.names {
		s := nodeOf(t, set, name).schema
		visit(s)
		for _, e := range s.Examples {
			assert.Empty(t, set.Check(name, decode(t, encode(t, e)), Options{}), name)
		}
	}
}

func TestFoundingRequest(t *testing.T) {
	v := decode(t, founding)
	assert.Empty(t, newSet(t).Check(profileType, v, Options{}))
	want := strings.ReplaceAll(founding, "#Microsoft.Education.DataSync.", "#microsoft.graph.")
	assert.JSONEq(t, want, encode(t, v))
}

const head = `"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://x.test/`

func TestBadFiles(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"none":    {nil, "no *.schema.json file"},
		"no JSON": {map[string]string{"a": `{`}, "a.schema.json: "},
		"wrong $id": {map[string]string{"a": `{` + head + `b.schema.json"}`},
			`$id "https://x.test/b.schema.json" does not end in the file's name`},
		"no schema":   {map[string]string{"a": `{` + head + `a.schema.json", "type": 5}`}, "a.schema.json: "},
		"bad pattern": {map[string]string{"a": `{` + head + `a.schema.json", "pattern": "("}`}, "a.schema.json: "},
		"lost $ref": {map[string]string{"a": `{` + head + `a.schema.json", "$ref": "z.schema.json"}`},
			"no file has the $id https://x.test/z.schema.json"},
		"circle":        {map[string]string{"a": `{` + head + `a.schema.json", "$ref": "#"}`}, "a.schema.json: "},
		"two at a time": {map[string]string{"a": `{`, "b": `[`}, "b.schema.json: "},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for f, text := range c.files {
				fsys[f+".schema.json"] = &fstest.MapFile{Data: []byte(text)}
			}
			s, err := New(fsys)
			if err == nil {
				err = s.Compile()
			}
			require.Error(t, err)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// A schema of another make than ours: combinations are validated, recursion
// and properties under a schema are walked.
func TestOtherSchemas(t *testing.T) {
	s, err := New(fstest.MapFS{"tree.schema.json": {Data: []byte(`{` + head + `tree.schema.json", "title": "tree", "type": "object",
		"properties": {
			"mood": {"enum": ["calm", "wildAtHeart", 3, null]},
			"child": {"$ref": "#"},
			"size": {"anyOf": [{"type": "integer", "maximum": 3}, {"type": "string"}]},
			"never": false,
			"few": {"prefixItems": [{"type": "string"}], "contains": {"const": 1}},
			"level": {"type": "number", "minimum": 0.5, "maximum": 4, "multipleOf": 0.5}
		},
		"additionalProperties": {"$ref": "#"}}`)}})
	require.NoError(t, err)

	v := decode(t, `{"Mood": "WILDatheart", "child": {"other": {"CHILD": {"mood": "Calm"}}}, "size": "big", "level": 2}`)
	assert.Empty(t, s.Check("tree", v, Options{}))
	assert.JSONEq(t, `{"mood": "wildAtHeart", "child": {"other": {"child": {"mood": "calm"}}}, "size": "big", "level": 2}`, encode(t, v))

	v = decode(t, `{"Child": {"a/b~c": {"mood": "wildAtHaert", "SIZE": 4.5}}, "never": 1, "few": [1], "level": 0.25, "x": 5}`)
	assert.Equal(t, []string{
		`/Child/a~1b~0c/SIZE: none of the allowed forms fits`,
		`/Child/a~1b~0c/mood: expected "calm" or "wildAtHeart", got the string "wildAtHaert"; did you mean "wildAtHeart"?`,
		`/few/0: not allowed: expected string, but got number`,
		`/level: expected at least 0.5, got the number 0.25`,
		`/level: not allowed: 0.25 not multipleOf 0.5`,
		`/never: nothing may stand here`,
		`/x: expected an object, got the number 5`,
	}, messages(s.Check("tree", v, Options{})))
}

func messages(failures []Failure) (out []string) {
	for _, f := range failures {
		out = append(out, f.String())
	}
	return out
}
