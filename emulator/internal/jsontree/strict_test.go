package jsontree

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/problem"
)

type order struct {
	Name    string         `json:"name"`
	Count   int            `json:"count,omitzero"`
	Share   *float64       `json:"share"`
	Paid    bool           `json:"paid"`
	From    netip.Addr     `json:"from"` // has a notation of its own
	Labels  map[string]int `json:"labels"`
	Details struct {
		Note string `json:"note"`
	} `json:"details"`
	Inside string `json:"-"`
}

func TestCheckTellsEverything(t *testing.T) {
	tree, err := Decode([]byte(`{"name": 1, "count": 1.5, "share": "x", "paid": null, "from": "here", "labels": {"a/b": []},
		"details": {"note": "x", "notes": 1}, "Name": "x", "Inside": "x"}`))
	require.NoError(t, err)
	const known = "unknown; there are name, count, share, paid, from, labels, details"
	assert.Equal(t, []problem.Problem{
		{Pointer: "/Inside", Message: known},
		{Pointer: "/Name", Message: known + "; did you mean name?"},
		{Pointer: "/count", Message: "want a whole number, not 1.5"},
		{Pointer: "/details/notes", Message: "unknown; there are note; did you mean note?"},
		{Pointer: "/from", Message: `ParseAddr("here"): unable to parse IP`},
		{Pointer: "/labels/a~1b", Message: "want a whole number, not an array"},
		{Pointer: "/name", Message: "want a string, not 1"},
		{Pointer: "/paid", Message: "want true or false, not null"},
		{Pointer: "/share", Message: `want a number, not "x"`},
	}, Check(tree, reflect.TypeFor[order](), ""))
	assert.Equal(t, []problem.Problem{{Message: "want an object, not an array"}}, Check([]any{}, reflect.TypeFor[order](), ""))
	assert.Empty(t, Check(map[string]any{"name": "a", "from": "127.0.0.1", "share": 0.5}, reflect.TypeFor[order](), ""))
}

func TestUnmarshalTakesOneValueWithoutUnknownNames(t *testing.T) {
	var o order
	require.NoError(t, Unmarshal([]byte(` {"name": "a", "details": {"note": "b"}}`+"\n"), &o))
	assert.Equal(t, "a b", o.Name+" "+o.Details.Note)
	for text, want := range map[string]string{
		``: "it is empty", `{"name": `: "it ends in the middle", `{} {}`: "more data after the first value", `{"nam": 1}`: `unknown field "nam"`,
		`{"details": {"x": 1}}`: `/details: unknown field "x"`, `{"name": 1}`: "/name: want a string, not a number",
		`{"count": "1"}`: "/count: want a whole number, not a string", `{"count": 1.5}`: "/count: invalid syntax",
		`{"labels": []}`: "/labels: want an object, not an array", `{"from": 1}`: "/from: JSON value must be string type",
		`{"from": "x"}`: "/from: ParseAddr", `{"paid": 0}`: "/paid: want true or false, not a number", `{"Name": ""}`: `unknown field "Name"`,
		`{"name": "", "name": ""}`: `duplicate object member name at byte 13, in /name`, "{\"name\": \"\xff\"}": "invalid UTF-8",
		`{"labels": {"a/b": "x"}}`: "/labels/a~1b: want a whole number, not a string", `{"share": true}`: "/share: want a number, not true",
	} {
		assert.ErrorContains(t, Unmarshal([]byte(text), &o), want, text)
	}
}
