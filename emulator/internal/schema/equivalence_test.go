package schema

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/schemas"
)

// A document in canonical spelling gets the same verdict from a check as from
// the schemas as they are published, and an accepted one gets it again. The
// documents are the schemas' examples, changed at random places.
func TestSameVerdictAsPublishedSchemas(t *testing.T) {
	set := newSet(t)
	plain := map[string]*jsonschema.Schema{}

	values := []any{
		nil, true, false, 0.0, 1.0, -1.0, 1.5, "", "x", "student", "testschool.edu", "https://testschool.edu", "ftp://x", "2026-07-31",
		"2026-07-31T00:00:00Z", "6fd2c87f-b296-42f0-b197-1e91e994b900", "success", []any{}, []any{"x", "x"}, []any{nil}, map[string]any{},
	}
	names := []any{"unknown"}
	for _, typeName := range set.names {
		n := nodeOf(t, set, typeName)
		plain[typeName] = n.schema
		for _, name := range n.names {
			names = append(names, name)
		}
		for _, w := range n.written {
			values = append(values, w, map[string]any{"@odata.type": w})
		}
		for _, e := range n.schema.Examples {
			values = append(values, decode(t, encode(t, e)))
		}
	}
	names = append(names, odataType)
	slices.SortFunc(names, func(a, b any) int { return slices.Compare([]byte(a.(string)), []byte(b.(string))) })
	slices.SortFunc(values, func(a, b any) int { return slices.Compare([]byte(encode(t, a)), []byte(encode(t, b))) })

	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(set.names).Draw(r, "type")
		doc := jsontree.Clone(decode(t, encode(t, rapid.SampledFrom(plain[name].Examples).Draw(r, "example"))))
		for range rapid.IntRange(0, 3).Draw(r, "changes") {
			doc = change(r, doc, names, values)
		}
		before, _ := json.Marshal(doc)
		want := plain[name].Validate(jsontree.Clone(doc))
		failures := set.Check(name, doc, Options{})
		if (want == nil) != (len(failures) == 0) {
			r.Fatalf("%s %s\npublished: %v\ncheck: %v", name, before, want, failures)
		}
		if want == nil {
			assert.NoError(t, plain[name].Validate(doc), "what was accepted is canonical")
			assert.Empty(t, set.Check(name, doc, Options{}))
		}
	})
}

// change walks down to a random place and sets, adds or removes something.
func change(r *rapid.T, v any, names, values []any) any {
	value := func() any { return jsontree.Clone(rapid.SampledFrom(values).Draw(r, "value")) }
	down := rapid.IntRange(0, 3).Draw(r, "down") > 0
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) > 0 && down {
			k := rapid.SampledFrom(keys).Draw(r, "key")
			v[k] = change(r, v[k], names, values)
			return v
		}
		switch rapid.IntRange(0, 2).Draw(r, "what") {
		case 0:
			v[rapid.SampledFrom(names).Draw(r, "name").(string)] = value()
			return v
		case 1:
			if len(keys) > 0 {
				delete(v, rapid.SampledFrom(keys).Draw(r, "key"))
				return v
			}
		}
	case []any:
		if len(v) > 0 && down {
			i := rapid.IntRange(0, len(v)-1).Draw(r, "index")
			v[i] = change(r, v[i], names, values)
			return v
		}
		if rapid.Bool().Draw(r, "append") {
			return append(v, value())
		}
	}
	return value()
}

func FuzzCheck(f *testing.F) {
	set, err := New(schemas.FS)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(founding), false, false)
	f.Add([]byte(`{"DataProvider": {"@odata.type": "oneRosterApiDataProvider", "connectionsettings": {"@ODATA.type": "#"}}, "a/~%25": [[{"secret": 1e300}]]}`), true, true)
	f.Add([]byte(`{"version": 1.5, "profiles": [{"profile": {"displayname": "", "displayName": null}}], "directory": {"domains": ["a.b", "a.b"]}}`), true, false)
	f.Fuzz(func(t *testing.T, text []byte, partial, refuse bool) {
		for _, name := range []string{profileType, "fixture", "educationSynchronizationDataProvider", "educationSynchronizationCustomizations"} {
			var v, original any
			if json.Unmarshal(text, &v) != nil {
				return
			}
			_ = json.Unmarshal(text, &original)
			o := Options{Partial: partial, RefuseDataSyncNamespace: refuse}
			failures := set.Check(name, v, o)
			for _, failure := range failures {
				assert.True(t, resolves(original, failure.Pointer), "%s is no pointer into %s", failure.Pointer, text)
				assert.NotEmpty(t, failure.Message)
				assert.NotEmpty(t, failure.Kind)
			}
			if failures == nil {
				assert.Empty(t, set.Check(name, v, o), "what was accepted is accepted again")
			}
		}
	})
}

// resolves tells whether a JSON pointer leads to a value.
func resolves(v any, pointer string) bool {
	for pointer != "" {
		var token string
		token, pointer = cutToken(pointer)
		switch parent := v.(type) {
		case map[string]any:
			sub, ok := parent[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)]
			if !ok {
				return false
			}
			v = sub
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(parent) {
				return false
			}
			v = parent[i]
		default:
			return false
		}
	}
	return true
}
