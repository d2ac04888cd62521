package odata

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// drive has a property of each kind.
const drive = `{"id":"d","binary":"AQ-_","byte":200,"sbyte":-100,"int16":-300,"int32":70000,"int64":"9007199254740993","single":0.5,
"double":1e3,"decimal":"12.50","date":"2026-07-31","time":"12:30:00.5000000","duration":"PT90M","durations":["PT1H","P1D"],
"guid":"6FD2C87F-b296-42f0-b197-1e91e994b900","untyped":"Text","order":"third"}`

const user = `{"id":"u","days":"monday, friday","colors":["red","green"]}`

func TestFilterOnEveryKind(t *testing.T) {
	m := readEvery(t)
	for typ, c := range map[string]struct {
		json    string
		yes, no []string
	}{
		"drive": {drive,
			[]string{
				"byte eq 200", "sbyte lt 0", "int16 eq -300", "int32 gt 6e4", "int64 eq 9007199254740993", "single eq 0.5",
				"single lt byte", "double eq 1000", "double lt INF", "double gt -INF", "double ne NaN", "decimal eq 12.5", "share eq null",
				"decimal in (1,12.50)", "time gt 12:30", "time eq 12:30:00.5", "time lt 23:59:59", "duration eq duration'PT1H30M'",
				"duration lt duration'P1D'", "duration gt duration'-PT1S'", "duration eq Duration'PT5400.000S'",
				"durations/any(d:d eq duration'PT24H')", "guid eq 6fd2c87f-B296-42f0-b197-1e91e994b900",
				"binary eq binary'AQ+/'", "binary ne binary'AQ=='", "untyped eq 'text'", "untyped ne 5", "not (untyped gt 5)",
				"order gt 'second'", "order eq 'third'", "order ge microsoft.graph.order'also'",
			},
			[]string{"double gt INF", "double eq NaN", "time eq 12:30", "duration gt duration'PT2H'",
				"untyped eq 5", "order lt 'first'", "binary eq binary''"},
		},
		"user": {user,
			[]string{"days has 'monday'", "days has microsoft.graph.weekday'monday,friday'", "days eq 'friday,monday'", "days has 'none'",
				"colors/any(c:c eq 'green')", "colors/any(c:c has 'green')", "days has 'monday' and id eq 'u'"},
			[]string{"days has 'tuesday'", "days has 'monday,tuesday'", "days eq 'monday'", "address/street eq 'x'"}},
	} {
		for _, text := range append(c.yes, c.no...) {
			f, err := ParseFilter(text, m.Type(typ))
			if assert.NoError(t, err, text) {
				assert.Equal(t, !contains(c.no, text), f.Match(Object(c.json)), text)
			}
		}
	}
	inf := Object(`{"double":"INF","single":"NaN","time":5,"duration":"yes","binary":"?","untyped":{"a":1}}`)
	for _, text := range []string{"double eq INF", "double gt 1e300", "single ne NaN",
		"time eq null", "duration eq null", "binary eq null", "untyped eq null"} {
		f, err := ParseFilter(text, m.Type("drive"))
		require.NoError(t, err, text)
		assert.True(t, f.Match(inf), text)
	}
}

func contains(list []string, text string) bool {
	for _, one := range list {
		if one == text {
			return true
		}
	}
	return false
}

func TestFiltersThatTheKindsForbid(t *testing.T) {
	m := readEvery(t)
	for text, want := range map[string]string{
		"drive content eq null":              "Could not find a property named 'content' on type 'microsoft.graph.drive'",
		"photo content eq null":              "Invalid filter clause: The stream property 'content' cannot be used in an expression.",
		"drive binary gt binary'AQ'":         "Found operand types 'Edm.Binary' and 'Edm.Binary' for operator kind 'GreaterThan'.",
		"drive binary eq 'AQ'":               "Found operand types 'Edm.Binary' and 'Edm.String' for operator kind 'Equal'.",
		"drive duration eq 'PT1H'":           "Found operand types 'Edm.Duration' and 'Edm.String' for operator kind 'Equal'.",
		"drive duration eq duration'1 hour'": "Syntax error at position 12",
		"drive binary eq binary'?'":          "Syntax error at position 10",
		"drive time eq 25:00":                "Syntax error at position 8",
		"drive time eq 5":                    "Found operand types 'Edm.TimeOfDay' and 'Edm.Int32'",
		"drive double has 5":                 "for operator kind 'Has'.",
		"drive double eq inf":                "Could not find a property named 'inf'",
		"user days has 'sunday'":             "The string 'sunday' is not a valid enumeration type constant.",
		"user days eq 'monday,sunday'":       "The string 'monday,sunday' is not a valid enumeration type constant.",
		"drive nothing eq 'x'":               "The string 'x' is not a valid enumeration type constant.",
		"user days has null":                 "for operator kind 'Has'.",
		"user days has":                      "Syntax error at position 8",
	} {
		typ, filter, _ := strings.Cut(text, " ")
		_, err := ParseFilter(filter, m.Type(typ))
		var e *Error
		if assert.ErrorAs(t, err, &e, text) {
			assert.Contains(t, e.Message, want, text)
			assert.NotEmpty(t, e.Help)
			assert.False(t, e.Unserved)
		}
	}
	for text, want := range map[string]string{"photo content": "The stream property",
		"drive binary": "must evaluate to a value that has an order"} {
		typ, by, _ := strings.Cut(text, " ")
		_, err := ParseOrderBy(by, m.Type(typ))
		assert.ErrorContains(t, err, want)
	}
}

func TestOrderByEveryKind(t *testing.T) {
	m := readEvery(t)
	for property, ascending := range map[string][]string{
		"double":   {`null`, `"NaN"`, `"-INF"`, `-1.5`, `0`, `2`, `2.5`, `"INF"`},
		"decimal":  {`"-3"`, `"2.5"`, `10`},
		"int64":    {`-1`, `"5"`, `12`},
		"time":     {`null`, `"00:00:00"`, `"09:30"`, `"10:00:00.1"`, `"10:00:00.2"`},
		"duration": {`"-P1D"`, `"PT0S"`, `"PT90M"`, `"PT2H"`, `"P1D"`, `"P1W"`, `"P1Y"`},
		"untyped":  {`null`, `"a"`, `"B"`, `false`, `true`, `1`, `2.5`},
		"order":    {`"first"`, `"second"`, `"third"`, `"newer"`},
	} {
		items, err := ParseOrderBy(property, m.Type("drive"))
		require.NoError(t, err)
		var last []Key
		for i, value := range ascending {
			keys := Keys(items, Object(`{"`+property+`":`+value+`}`))
			if i > 0 {
				assert.Negative(t, CompareKeys(items, last, keys), "%s: %s after %s", property, value, ascending[i-1])
			}
			text, err := json.Marshal(keys)
			require.NoError(t, err)
			last = nil
			require.NoError(t, json.Unmarshal(text, &last))
			assert.Zero(t, CompareKeys(items, last, keys), "%s survives JSON as %s", value, text)
		}
	}
}

func TestFullMetadataOfEveryKind(t *testing.T) {
	m := readEvery(t)
	full := string(AppendFull(nil, []byte(drive), m.Type("drive"), ""))
	for _, want := range []string{
		`"binary@odata.type":"#Binary"`, `"byte@odata.type":"#Byte"`, `"int16@odata.type":"#Int16"`, `"single@odata.type":"#Single"`,
		`"decimal@odata.type":"#Decimal"`, `"time@odata.type":"#TimeOfDay"`, `"duration@odata.type":"#Duration"`,
		`"durations@odata.type":"#Collection(Duration)"`, `"order@odata.type":"#microsoft.graph.order"`,
	} {
		assert.Contains(t, full, want)
	}
	assert.NotContains(t, full, `"double@`)
	assert.NotContains(t, full, `"untyped@`)
	inf := string(AppendFull(nil, []byte(`{"double":"INF"}`), m.Type("drive"), ""))
	assert.Contains(t, inf, `"double@odata.type":"#Double"`)
	alert := string(AppendFull(nil, []byte(`{"color":"white"}`), m.Type("self.alert"), ""))
	assert.Equal(t, `{"@odata.type":"#microsoft.graph.security.alert",`+
		`"color@odata.type":"#microsoft.graph.security.color","color":"white"}`, alert)
}

func TestDurations(t *testing.T) {
	for _, text := range []string{"", "P", "PT", "-P", "1D", "P1", "P1H", "PT1D", "PT1S1M", "P1D1D", "PT1.S", "P1.5D", "PT.5S", "P1DT",
		"+P1D", "P9999999999D", "pt1s"} {
		_, _, ok := parseDuration(text)
		assert.False(t, ok, text)
	}
	sec, nanos, ok := parseDuration("-P1Y2M3W4DT5H6M7.123456789S")
	assert.True(t, ok)
	assert.Equal(t, []int64{-((365+60+21+4)*86400 + 5*3600 + 6*60 + 7), -123456789}, []int64{sec, int64(nanos)})
}
