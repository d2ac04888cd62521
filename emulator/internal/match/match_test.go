package match

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

type word string

func TestHolds(t *testing.T) {
	const document = `{"text":"x","three":3.0,"true":true,"null":null,"list":[{"a":1},{"a":2}],"empty":[],"deep":{"text":"3"},"@odata.type":"#t"}`
	for _, tc := range []struct {
		path string
		want any
		is   bool
	}{
		{"text", "x", true}, {"text", word("x"), true}, {"text", "X", false}, {"text", nil, false},
		{"three", 3, true}, {"three", uint8(3), true}, {"three", float32(3), true}, {"three", json.Number("3"), true},
		{"three", json.Number("30e-1"), true},
		{"three", 3.5, false}, {"three", "3", false}, {"deep.text", 3, false}, {"deep.text", "3", true},
		{"true", true, true}, {"true", false, false}, {"true", "true", false}, {"true", 1, false},
		{"null", nil, true}, {"null", "null", false}, {"null", false, false}, {"null", "", false}, {"null", 0, false},
		{"absent", nil, true}, {"absent.deeper", nil, true}, {"text.deeper", nil, true}, {"absent", false, false}, {"absent", "", false},
		{"deep", nil, false}, {"deep", map[string]any{"text": "3"}, false}, {"empty", []any{}, false}, {"empty", nil, false},
		{"three", math.Inf(1), false}, {"three", json.Number("1e999"), false}, {"absent", json.Number("?"), false},
		{"absent", make(chan int), false},
		{"list.0.a", 1, true}, {"list.#", 2, true}, {`list.#(a!=1).a`, 2, true}, {`list.#(a==3).a`, nil, true},
		{`@odata\.type`, "#t", true}, {`\@odata\.type`, "#t", true},
	} {
		c := New(tc.path, tc.want)
		assert.Equal(t, tc.is, c.Holds([]byte(document)), "%s is %v", tc.path, tc.want)
		assert.Empty(t, WrongPath(tc.path))
	}
	for want, is := range map[any]bool{nil: true, "": false, false: false, 0: false} {
		c := New("a", want)
		assert.Equal(t, is, c.Holds(nil), "nothing is at a place of no document")
	}
}

func TestPathsThatBuildValuesAreRefused(t *testing.T) {
	for path, want := range map[string]string{
		"":                        "the path is empty",
		strings.Repeat("a", 513):  "the path has 513 bytes; the most is 512",
		"[@this,@this]":           `holds "["`,
		"{a,b}":                   `holds "{"`,
		"a|@tostr":                `holds "@"`,
		`!"x"`:                    `holds "!"`,
		"a|!true":                 `holds "!"`,
		`a.#(@tostr=="x")`:        `holds "@"`,
		`@odata\.type|@this`:      `holds "@"`,
		`a.#(b!="x").c`:           "",
		`a.#(b!%"x*").c`:          "",
		"dataProvider.#(a==1)#.b": "",
	} {
		if got := WrongPath(path); want == "" {
			assert.Empty(t, got, path)
		} else {
			assert.Contains(t, got, want, path)
		}
	}
	assert.Len(t, Wrong("", []int{1}), 2)
	assert.Empty(t, Wrong("a", nil))
}

func TestSame(t *testing.T) {
	assert.True(t, Same(3, json.Number("3.0")))
	assert.True(t, Same(nil, nil))
	assert.False(t, Same(nil, false))
	assert.False(t, Same([]int{}, []int{}), "equal to nothing")
}

func TestShown(t *testing.T) {
	for text, want := range map[string]string{`{"a":"x"}`: `"x"`, `{"a":3.0}`: "3", `{"a":null}`: "null", `{"a":[1]}`: "an array",
		`{"a":{}}`: "an object", `{"a":false}`: "false",
		`{"a":"` + strings.Repeat("x", 81) + `"}`: `"` + strings.Repeat("x", 80) + `…"`} {
		c := New("a", nil)
		got, absent := c.Got([]byte(text))
		assert.Equal(t, want, got)
		assert.False(t, absent)
	}
	c := New("a", 3.0)
	_, absent := c.Got([]byte("{}"))
	assert.True(t, absent)
	assert.Equal(t, "3", c.Want())
}
