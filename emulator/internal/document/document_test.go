package document

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree is the JSON of what a text is read as.
func tree(t *testing.T, text string) string {
	t.Helper()
	d, err := Read([]byte(text), false)
	require.NoError(t, err, text)
	b, err := json.Marshal(d.Root)
	require.NoError(t, err)
	return string(b)
}

func TestYAMLAsOfVersion12(t *testing.T) {
	for text, want := range map[string]string{
		"on: off":                               `{"on":"off"}`,
		"y: yes\nno: n":                         `{"no":"n","y":"yes"}`,
		"true: True\n201: 0o17":                 `{"201":15,"true":true}`,
		"a: 2026-01-05":                         `{"a":"2026-01-05"}`,
		"a: {b: 2026-01-05T06:00:00Z, c: 1}":    `{"a":{"b":"2026-01-05T06:00:00Z","c":1}}`,
		"a: 12:30:45":                           `{"a":"12:30:45"}`,
		"a: 1_000":                              `{"a":"1_000"}`,
		"a: 017":                                `{"a":17}`,
		"a: 0x1F":                               `{"a":31}`,
		"a: 0b11":                               `{"a":"0b11"}`,
		"a: [1.5, -2e3, .5, +1, -, 1-3, 1e]":    `{"a":[1.5,-2000,0.5,1,"-","1-3","1e"]}`,
		"a: [~, null, NULL, '']":                `{"a":[null,null,null,""]}`,
		"a:\nb: ":                               `{"a":null,"b":null}`,
		"a: '201'\nb: \"x\\u00e9\\n\"":          `{"a":"201","b":"xé\n"}`,
		"a: |\n  x\n   y\nb: >-\n  x\n  y\n":    `{"a":"x\n y\n","b":"x y"}`,
		"a: x\r\nb:\r\n  - 1\r\n  - 2\r\n":      `{"a":"x","b":[1,2]}`,
		"---\na: 1\n...\n":                      `{"a":1}`,
		"\ufeffa: 1":                            `{"a":1}`,
		"a: &x {b: 1}\nc: *x":                   `{"a":{"b":1},"c":{"b":1}}`,
		"a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}": `{"a":{"b":1,"c":2},"d":{"b":1,"c":3}}`,
		"a: &x {b: 1}\ny: &y {b: 2, c: 2}\nd:\n  <<: [*x, *y]\n  e: 5": `{"a":{"b":1},"d":{"b":1,"c":2,"e":5},"y":{"b":2,"c":2}}`,
		"a: 50%\nb: first 2\nc: '*'":                                   `{"a":"50%","b":"first 2","c":"*"}`,
		"a: # nothing\n  - b: 1 # c\n    d: 2":                         `{"a":[{"b":1,"d":2}]}`,
		"? a\n: 1":                                                     `{"a":1}`,
	} {
		assert.Equal(t, want, tree(t, text), "%q", text)
	}
}

func TestTextsThatAreRefused(t *testing.T) {
	rep := strings.Repeat
	for name, c := range map[string]struct{ text, want string }{
		"empty":              {" \n\t\n", "1:1 the file is empty; the least that a scenario has is version: 1"},
		"UTF-16":             {"\xff\xfea\x00", "1:1 the file is UTF-16; save it as UTF-8"},
		"invalid UTF-8":      {"a: é\nb: \xff", "2:4 the byte 0xFF is no UTF-8"},
		"NUL":                {"a: é\x00", "1:5 the character U+0000 is not allowed; write it escaped, in double quotes"},
		"tab":                {"a:\n\tb: 1", "2:1 no YAML: "},
		"two documents":      {"a: 1\n---\nb: 1", "2:1 the file holds several documents; it may have one"},
		"after the end":      {"a: 1\n...\nb: 1", "3:1 the file holds several documents; it may have one"},
		"tag":                {"a: !!str 1", "1:4 tags are not read; quote the value where it must be text, and leave \"!!str\" out"},
		"local tag":          {"a: !x {b: 1}", "1:4 tags are not read; quote the value where it must be text, and leave \"!x\" out"},
		"directive":          {"%YAML 1.1\n---\na: 1", "1:1 directives are not read; leave the line out"},
		"no anchor":          {"a: *x", "1:4 no anchor &x stands before this alias"},
		"own anchor":         {"a: &x [1, *x]", "1:11 the alias *x stands within its own value"},
		"doubling":           {doubling(60), "more than 100000 values, aliases followed"},
		"merge of a text":    {"a: {<<: x}", "1:9 a merge key takes a mapping or a list of mappings"},
		"merge of itself":    {"a: &x\n  <<: *x", "the alias *x stands within its own value"},
		"infinite":           {"a: .inf", "1:4 .inf is no number that JSON has"},
		"too large a number": {"a: 1e999", "1:4 the number \"1e999\" is too large"},
		"list as a name":     {"? [a]\n: 1", "no YAML: "},
		"alias as a name":    {"a: &x b\n*x : 1", "2:1 a name must be text"},
		"deep flow":          {"a: " + rep("[", 10000), "1:67 more than 64 levels of nesting"},
		"deep flow mappings": {rep("{a: ", 10000), "more than 64 levels of nesting"},
		"deep lists":         {rep("- ", 20000), "1:129 more than 64 levels of nesting"},
		"deep keys":          {rep("? ", 20000), "1:129 more than 64 levels of nesting"},
		"deep mappings":      {deepMappings(200), "65:65 more than 64 levels of nesting"},
		"too many tokens":    {"a: [" + rep("1, ", 40000), "the file is too large: more than 60000 words and signs"},
		"too many names":     {manyNames(1500), "1001:1 more than 1000 names in one mapping"},
		"too many anchors":   {"a: [" + rep("&a 1, ", 1001) + "]", "more than 1000 anchors"},
		"blank lines":        {"a: |\n  x" + rep("\n", 200), "more than 100 empty lines in a row"},
		"angles":             {"a: 1\nb: " + rep("<", 1000), "2:1 more than 100 < in a row"},
		"unclosed":           {"a: {b: 1", "1:4 no YAML: "},
		"reserved":           {"a: @b", "1:4 no YAML: '@' is a reserved character"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read([]byte(c.text), false)
			var s *Error
			require.ErrorAs(t, err, &s)
			assert.Contains(t, fmt.Sprintf("%d:%d %s", s.At.Line, s.At.Column, s.Message), c.want)
		})
	}
}

func doubling(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [1, 2]\n")
	for i := range n {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	return b.String()
}

func deepMappings(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d: 1\n", i)
	}
	return b.String()
}

// What the limits let pass is read in less than a second; this test hangs where
// that is not so.
func TestHostileTextsAreReadInNoTime(t *testing.T) {
	const size = 1 << 20 // what a scenario may have
	rep := strings.Repeat
	for name, text := range map[string]string{
		"plain": "a: " + rep("x ", size/4-9), "quoted": `a: "` + rep(`x\n`, size/6-9) + `"`, "unclosed": `a: "` + rep("x", size/2-9),
		"colons": "a: " + rep(": ", size/4-9), "literal": "a: |\n" + rep("  xyz\n", size/12-9), "folded": "a: >\n" + rep("  xyz\n\n", size/14-9),
		"chomped": "a: |\n" + rep("  xyz\n", size/12-99) + rep("\n", 99), "spaces": "a: " + rep(" ", size/2-9),
		"tabs": "a:\t" + rep("\t", size/2-9),
		"list": rep("- a\n", 29000), "nulls": rep("- a:\n", 19000), "flow": "a: [" + rep("a, ", 29000) + "]", "comment": "#" + rep("#", size/2-9),
		"comments": rep("# x\\\n", size/10-9), "documents": rep("---\n", size/8-9), "dashes": rep("-", size/2-9), "dots": rep(".", size/2-9),
		"pipes": rep("a: |\n", size/10-9), "bangs": rep("!", size/2-9), "stars": rep("*", size/2-9), "returns": rep("a\r", size/4-9),
		"names": "a: {" + rep("? a, ", 15000) + "}", "JSON": "{" + rep(`"a":[`, 60) + rep(`1,`, 90000), "JSON names": "{" + rep(`"a":1,`, 90000),
		"one line": "{" + rep(`"a":1,`, 45000) + rep(`"b": [1],`, 20000) + "}",
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := Read([]byte(text), false); err == nil {
				assert.NotNil(t, d)
			}
		})
	}
}

func TestPlacesAreThoseOfTheText(t *testing.T) {
	d, err := Read([]byte(
		"# é\nfaults:\n  - name: é # x\n    respond: {status: 429,\n      headers: {A: b}}\n  - &x\n    name: b\n  - *x\n"), false)
	require.NoError(t, err)
	for pointer, want := range map[string]Position{
		"": {2, 1}, "/faults": {3, 3}, "/faults/0": {3, 5}, "/faults/0/name": {3, 11}, "/faults/0/respond": {4, 14},
		"/faults/0/respond/status":    {4, 23},
		"/faults/0/respond/headers/A": {5, 20}, "/faults/1/name": {7, 11}, "/faults/2/name": {7, 11}, "/faults/1/none": {7, 5},
	} {
		assert.Equal(t, want, d.At(pointer), pointer)
	}
	assert.Equal(t, Position{5, 7}, d.Key("/faults/0/respond/headers"))
}
