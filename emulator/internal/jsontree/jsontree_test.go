package jsontree

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecode(t *testing.T) {
	v, err := Decode([]byte("\xef\xbb\xbf" + ` {"a":[1,-2.5e3,true,false,null,"x\u00e9"],"b":{}} `))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"a": []any{1.0, -2500.0, true, false, nil, "xé"}, "b": map[string]any{}}, v)
}

func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                               "no value",
		`{`:                              "EOF",
		`{"a":1,"a":2}`:                  "duplicate object member name at byte 7, in /a",
		`{"a":{"b":1,"b":1}}`:            "/a/b",
		`{"a":NaN}`:                      "invalid character 'N'",
		"\"\xff\"":                       "invalid UTF-8",
		`{"a":1}{}`:                      "more data",
		`[1,]`:                           "invalid character ',' at start of value at byte 2",
		`1e400`:                          "64-bit float",
		`'x'`:                            "invalid character",
		strings.Repeat("[", 1000000):     "more than 64 levels",
		strings.Repeat(`{"a":`, 10000):   "more than 64 levels",
		`"` + strings.Repeat("\x01", 10): "invalid character",
	} {
		_, err := Decode([]byte(text))
		var e *Error
		if assert.True(t, errors.As(err, &e), "%.20q", text) {
			assert.Contains(t, e.Error(), want, "%.20q", text)
		}
	}
}

func TestDecodeHoldsTheDepthLimit(t *testing.T) {
	_, err := Decode([]byte(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)))
	assert.NoError(t, err)
	_, err = Decode([]byte(strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)))
	assert.Error(t, err)
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{}`, `[1,"a",null]`, `{"a":{"b":[true]}}`, `1e999`, `"\ud800"`, `{"a":1,"a":1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := Decode(text); err != nil {
			var e *Error
			require.True(t, errors.As(err, &e), "%T", err)
		}
	})
}

func TestAppendPanicsOnWhatIsNone(t *testing.T) {
	assert.Panics(t, func() { Append(nil, func() {}) })
	assert.Equal(t, `x"<&>"`, string(Append([]byte("x"), "<&>")))
}
