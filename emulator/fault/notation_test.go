package fault

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNotationIsReadAndWritten(t *testing.T) {
	type notations struct {
		Calls Calls  `json:"calls,omitzero"`
		Delay Span   `json:"delay,omitzero"`
		CutAt Offset `json:"cutAt,omitzero"`
	}
	for text, tc := range map[string]struct {
		want    notations
		written string // "": as text
	}{
		`{}`:                   {notations{}, ""},
		`{"calls":"first 2"}`:  {notations{Calls: First(2)}, ""},
		`{"calls":"3"}`:        {notations{Calls: Only(3)}, `{"calls":3}`},
		`{"calls":3}`:          {notations{Calls: Only(3)}, ""},
		`{"calls":"2-5"}`:      {notations{Calls: Between(2, 5)}, ""},
		`{"calls":"1-5"}`:      {notations{Calls: First(5)}, `{"calls":"first 5"}`},
		`{"calls":"4-"}`:       {notations{Calls: Calls{From: 4}}, ""},
		`{"calls":"1-"}`:       {notations{}, `{}`},
		`{"calls":"every 4"}`:  {notations{Calls: EveryNth(4)}, ""},
		`{"calls":"all"}`:      {notations{Calls: All()}, `{}`},
		`{"calls":1000000000}`: {notations{Calls: Only(MaxCalls)}, ""},
		`{"calls":null,"delay":null,"cutAt":null}`: {notations{}, `{}`},
		`{"delay":"80ms"}`:                         {notations{Delay: Span{80 * time.Millisecond, 80 * time.Millisecond}}, ""},
		`{"delay":"80ms-900ms"}`:                   {notations{Delay: Span{80 * time.Millisecond, 900 * time.Millisecond}}, ""},
		`{"delay":"0s - 1m30s"}`:                   {notations{Delay: Span{0, 90 * time.Second}}, `{"delay":"0s-1m30s"}`},
		`{"cutAt":"50%"}`:                          {notations{CutAt: Share(50)}, ""},
		`{"cutAt":"12.5%"}`:                        {notations{CutAt: Share(12.5)}, ""},
		`{"cutAt":"0%"}`:                           {notations{CutAt: Offset{Given: true}}, `{"cutAt":0}`},
		`{"cutAt":120}`:                            {notations{CutAt: At(120)}, ""},
		`{"cutAt":"120"}`:                          {notations{CutAt: At(120)}, `{"cutAt":120}`},
		`{"cutAt":0}`:                              {notations{CutAt: Offset{Given: true}}, ""},
	} {
		var got notations
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.Equal(t, tc.want, got, text)
		b, err := json.Marshal(got)
		require.NoError(t, err)
		if tc.written == "" {
			tc.written = text
		}
		assert.Equal(t, tc.written, string(b), text)
	}
}

func TestNotationIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`""`: "want", `"first"`: "want", `"first two"`: "want", `"last 2"`: "want", `"first 2 3"`: "want", `"-2"`: "want", `-2`: "want",
		`2.5`: "want", `true`: "want", `[2]`: "want",
		`"2--3"`: "want", `"+3"`: "want", `0`: "counted from 1", `"first 0"`: "counted from 1", `"every 0"`: "counted from 1",
		`"5-3"`:               `write "3-5"`,
		`9223372036854775808`: "the most is 1000000000", `"first 1000000001"`: "the most is 1000000000",
		`"every 99999999999999999999999"`: "the most is 1000000000",
	} {
		c := Only(7)
		assert.ErrorContains(t, c.UnmarshalJSON([]byte(text)), want, text)
		assert.ErrorContains(t, c.UnmarshalJSON([]byte(text)), "calls", text)
	}
	for text, want := range map[string]string{
		"": "no duration", "fast": "no duration", "80": "no duration", "80ms-": "no duration", "-5s": "negative", "5s--3s": "negative",
		"900ms-80ms": `write "80ms-900ms"`,
		"1000000h":   "too long", "1s-1000000h": "too long",
	} {
		var s Span
		assert.ErrorContains(t, s.UnmarshalText([]byte(text)), want, text)
	}
	for text, want := range map[string]string{
		`""`: "want", `"%"`: "want", `"50 %"`: "want", `"half"`: "want", `-1`: "want", `1.5`: "want", `1e3`: "want", `"NaN%"`: "want",
		`"Inf%"`: "want", `"-5%"`: "want", `"1e1%"`: "want",
		`"101%"`: "100%", `9223372036854775808`: "the most", `{}`: "want", `"1.2.3%"`: "want",
	} {
		var o Offset
		assert.ErrorContains(t, o.UnmarshalJSON([]byte(text)), want, text)
		assert.Zero(t, o)
	}
}

func TestARuleInJSON(t *testing.T) {
	const text = `{"name":"a","operation":"profiles.start","calls":"first 2","while":{"status":"inProgress"},"where":{"body":{"n":3}},"chance":0.5,"delay":"1s-2s",` +
		`"respond":{"status":429,"retryAfter":"20s","punishEarly":true},"body":{"cutAt":"50%"},"slow":{"bytes":5,"every":"10ms"},"then":"reset","handled":true}`
	var r Rule
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	b, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Equal(t, text, string(b))
}

// roundTrip holds that what is read is written so that it is read the same.
func roundTrip[T any](t *testing.T, text string) {
	var v, again T
	if json.Unmarshal([]byte(text), &v) != nil {
		return
	}
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &again), string(b))
	require.Equal(t, v, again)
}

func FuzzCalls(f *testing.F) {
	for _, seed := range []string{`"first 2"`, `3`, `"2-5"`, `"3-"`, `"1-"`, `"every 4"`, `"all"`, `null`, `9223372036854775808`, `"5-3"`,
		`-1`, `"first\u00a02"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		roundTrip[Calls](t, text)
		var c Calls
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		r := Rule{Name: "a", Operation: "x", Calls: c, Delay: Span{1, 1}}
		require.Empty(t, r.Check(nil), "what is read is right")
		require.Equal(t, c.IsZero(), c == All(), "one way to say all")
	})
}

func FuzzSpan(f *testing.F) {
	for _, seed := range []string{"80ms", "80ms-900ms", "0s - 1m30s", "-5s", "900ms-80ms", "1000000h", "1ns-876000h", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpan(text)
		if err != nil {
			return
		}
		again, err := ParseSpan(s.String())
		require.NoError(t, err)
		require.Equal(t, s, again)
		require.LessOrEqual(t, s.Min, s.Max)
	})
}

func FuzzOffset(f *testing.F) {
	for _, seed := range []string{`"50%"`, `120`, `"0%"`, `"100%"`, `"0.0001%"`, `"NaN%"`, `1e9`, `null`, `"00012"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		roundTrip[Offset](t, text)
		var o Offset
		if json.Unmarshal([]byte(text), &o) == nil {
			require.True(t, o.Percent >= 0 && o.Percent <= 100 && o.Bytes >= 0, "%v", o)
		}
	})
}
