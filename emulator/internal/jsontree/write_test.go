package jsontree

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noted is a value of every kind that files hold.
type noted struct {
	Text    string            `json:"text"`
	None    []string          `json:"none"`
	Nothing map[string]string `json:"nothing"`
	Empty   []string          `json:"empty"`
	Left    []string          `json:"left,omitempty"`
	Zero    time.Time         `json:"zero,omitzero"`
	Time    time.Time         `json:"time"`
	Length  time.Duration     `json:"length"`
	Bytes   []byte            `json:"bytes"`
	Share   float64           `json:"share"`
	Labels  map[string]int    `json:"labels"`
	Places  [][]uint32        `json:"places"`
	Raw     json.RawMessage   `json:"raw"`
	Any     any               `json:"any"`
	Upper   *upper            `json:"upper"`
	upper
}

type upper struct {
	Inner string `json:"inner"`
}

// What is written is what encoding/json writes, byte for byte: files of one version may be
// compared with those of another.
func TestWriteIsMarshalIndent(t *testing.T) {
	const odd = "<b>&\u2028\u2029é\x01\x7f\"\\/😀"
	v := noted{Text: odd + "\b\f", Empty: []string{}, Time: time.Date(2026, 1, 5, 6, 0, 0, 123000, time.FixedZone("", 3600)),
		Length: time.Second, Bytes: []byte{0, 255}, Share: 1e21, Labels: map[string]int{"b": 1, "a<": 2}, Places: [][]uint32{{1, 2}, {}, nil},
		Raw: []byte(`{"id":"` + "<>" + `","a":[1.50,1e2,{}, []],"b":"\u003c\/\u0041"}`),
		Any: map[string]any{"z": []any{1.0, nil, "x"}, "y": map[string]any{}}, Upper: &upper{"<"}, upper: upper{odd}}
	for _, escape := range []bool{true, false} {
		var want, got bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(escape)
		e.SetIndent(" ", "  ")
		require.NoError(t, e.Encode(v))
		require.NoError(t, Write(&got, v, " ", escape))
		assert.Equal(t, want.String(), got.String()+"\n")
	}
	// The two exceptions: what is no UTF-8 is replaced by the same character, but not
	// escaped, and line separators in JSON that was there are always escaped.
	var got bytes.Buffer
	require.NoError(t, Write(&got, []any{"\xff", json.RawMessage("\"\u2028\"")}, "", false))
	assert.Equal(t, "[\n  \"\ufffd\",\n  \"\\u2028\"\n]", got.String())
}
