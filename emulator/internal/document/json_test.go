package document

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// JSON is read by a YAML library. It must come out as a JSON decoder has it, and
// each value stands where that finds it.
func TestJSONIsReadAsJSONDecodersDo(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9 :#,\-\[\]{}&*!|>'"%@\\\x60/?é😀\n\t]{0,12}`),
		rapid.SampledFrom([]string{"<<", "---", "...", "null", "true", "1", "~", "", "a: b", " x", "x ", "-", "?", "- a", "%a",
			strings.Repeat("<", 200)}))
	leaf := rapid.OneOf(rapid.Just[any](nil), text.AsAny(), rapid.Bool().AsAny(), rapid.Float64().AsAny(), rapid.Int().AsAny())
	object := func(of *rapid.Generator[any]) *rapid.Generator[any] { return rapid.MapOfN(text, of, 0, 4).AsAny() }
	deep := leaf
	for range 3 {
		deep = rapid.OneOf(leaf, rapid.SliceOfN(deep, 0, 4).AsAny(), object(deep))
	}
	rapid.Check(t, func(r *rapid.T) {
		root := object(deep).Draw(r, "root")
		b, err := json.MarshalIndent(root, "", rapid.SampledFrom([]string{"", "  ", "\t", " \t"}).Draw(r, "indent"))
		require.NoError(r, err)
		b = bytes.ReplaceAll(b, []byte("\n"), []byte(rapid.SampledFrom([]string{"\n", "\r\n", "\r", "\n\n\t\n"}).Draw(r, "end of a line")))
		if _, err := plainText(b); err != nil {
			r.Skip(err)
		}
		d, err := Read(b, true)
		require.NoError(r, err)
		var want any
		require.NoError(r, json.Unmarshal(b, &want))
		assert.Equal(r, want, d.Root)
		assert.Equal(r, spotsOf(r, b), d.spots)
	})
}

// spotsOf finds where values stand by the offsets of a JSON decoder.
func spotsOf(t require.TestingT, text []byte) map[string]spot {
	spots := map[string]spot{}
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	for d.PeekKind() != 0 {
		rest := text[d.InputOffset():]
		start := len(text) - len(bytes.TrimLeft(rest, " \t\r\n:,"))
		token, err := d.ReadToken()
		require.NoError(t, err)
		holder, n := d.StackIndex(d.StackDepth())
		switch s := spots[string(d.StackPointer())]; {
		case token.Kind() == '}' || token.Kind() == ']':
		case token.Kind() == '"' && holder == '{' && n%2 == 1:
			spots[string(d.StackPointer())] = spot{key: locate(text, start)}
		default:
			spots[string(d.StackPointer())] = spot{s.key, locate(text, start)}
		}
	}
	return spots
}

func TestJSONIsReadStrictly(t *testing.T) {
	for text, want := range map[string]string{
		`{a: 1}`:               "no JSON: invalid character 'a' at start of string (expecting '\"')",
		`{"a": 1, }`:           "no JSON: ",
		`{"a": 01}`:            "no JSON: ",
		`{"a": .5}`:            "no JSON: ",
		`{"a": 'b'}`:           "no JSON: ",
		`{"a": True}`:          "no JSON: ",
		`{"a": *b}`:            "no JSON: ",
		`{"a": 1} # b`:         "no JSON: ",
		`{"a": "\x41"}`:        "no JSON: ",
		`{"a": "\ud800"}`:      "no JSON: ",
		"{\"a\":\r\n\"b\tc\"}": "no JSON: ",
		`{"a": 1e999}`:         `the number "1e999" is too large`,
		"[" + strings.Repeat("1,", maxNodes) + "1]":          "more than 100000 values",
		strings.Repeat("[", 65) + strings.Repeat("]", 65):    "more than 64 levels of nesting",
		strings.Repeat("[", 20000) + strings.Repeat("]", 20): "no JSON: ",
	} {
		_, err := Read([]byte(text), true)
		assert.ErrorContains(t, err, want, "%.40q", text)
	}
	_, err := Read([]byte("{\r\n\"é\": 1,\r\"b\" 2}"), true)
	assert.Equal(t, Position{3, 5}, err.(*Error).At)
}
