package journal

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/problem"
)

func TestCountNotations(t *testing.T) {
	for text, c := range map[string]struct {
		want    Count
		written string
		in, out []int64
	}{
		`3`:      {Exactly(3), `3`, []int64{3}, []int64{2, 4}},
		`0`:      {Exactly(0), `0`, []int64{0}, []int64{1}},
		`"3"`:    {Exactly(3), `3`, []int64{3}, []int64{0}},
		`">=1"`:  {AtLeast(1), `">=1"`, []int64{1, MaxCount}, []int64{0}},
		`">= 2"`: {AtLeast(2), `">=2"`, []int64{2}, []int64{1}},
		`"<=5"`:  {AtMost(5), `"<=5"`, []int64{0, 5}, []int64{6}},
		`"1-3"`:  {Between(1, 3), `"1-3"`, []int64{1, 3}, []int64{0, 4}},
		`"4-4"`:  {Exactly(4), `4`, []int64{4}, []int64{3, 5}},
		`"0-2"`:  {AtMost(2), `"<=2"`, []int64{0, 2}, []int64{3}},
		`">=0"`:  {AtLeast(0), `">=0"`, []int64{0}, nil},
	} {
		var c2 Count
		require.NoError(t, json.Unmarshal([]byte(text), &c2), text)
		assert.Equal(t, c.want, c2, text)
		written, err := json.Marshal(c2)
		require.NoError(t, err)
		var decoded string
		if json.Unmarshal(written, &decoded) != nil {
			decoded = string(written)
		}
		var want string
		if json.Unmarshal([]byte(c.written), &want) != nil {
			want = c.written
		}
		assert.Equal(t, want, decoded, text)
		for _, n := range c.in {
			assert.True(t, c2.Has(n), "%s has %d", text, n)
		}
		for _, n := range c.out {
			assert.False(t, c2.Has(n), "%s has not %d", text, n)
		}
	}
	for text, want := range map[string]string{
		`-1`: `"-1" is no count`, `1.5`: `"1.5" is no count`,
		`"3-1"`:               `"3-1" is no count: the range ends (1) before it begins (3); want a number like 3, or ">=1", "<=5" or "1-3"`,
		`9223372036854775808`: "from 0 to 1000000000", `"many"`: `"many" is no count: each number is a whole one`,
		`""`:   `"" is no count: want a number`,
		`">1"`: "is no count", `true`: "is no count", `[1]`: "is no count", `{}`: "is no count", `"1-2-3"`: "is no count", `1e3`: "is no count",
		`null`: "is no count", `"+1"`: "is no count",
	} {
		c := Count{Min: 7, Given: true}
		assert.ErrorContains(t, c.UnmarshalJSON([]byte(text)), want, text)
		assert.Equal(t, int64(7), c.Min, "a count that cannot be read stays as it was")
	}
	assert.True(t, Count{}.IsZero())
	assert.False(t, Exactly(0).IsZero())
	text, err := json.Marshal(Expectation{Operation: "x", Count: Exactly(0)})
	require.NoError(t, err)
	assert.Equal(t, `{"operation":"x","count":0}`, string(text))
}

// What is read as a count, is read the same when it is written.
func FuzzCount(f *testing.F) {
	for _, s := range []string{`3`, `">=1"`, `"<=5"`, `"1-3"`, `"-"`, `">="`, `1e9`, `"9999999999"`, `"\u0033"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var c Count
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		if !c.Given { // null is left as it is by encoding/json
			return
		}
		assert.True(t, c.Min >= 0 && c.Min <= MaxCount && c.Max <= MaxCount && (c.Max < 0 || c.Min <= c.Max), "%+v", c)
		again, err := json.Marshal(c)
		require.NoError(t, err)
		var d Count
		require.NoError(t, json.Unmarshal(again, &d))
		assert.Equal(t, c, d)
	})
}

var known = []string{"batch", "profiles.create", "profiles.errors.list", "profiles.get", "profiles.start", "profiles.status.get"}

func TestCheckFindsEverything(t *testing.T) {
	for name, c := range map[string]struct {
		x    Expectation
		want []problem.Problem
	}{
		"a good one": {Expectation{Operation: "profiles.start", Count: Exactly(3), Status: "4xx", NoEarlyRetry: true,
			MinInterval: 5}, nil},
		"a group":        {Expectation{Operation: "profiles.*"}, nil},
		"a deeper group": {Expectation{Operation: "profiles.errors.*"}, nil},
		"a star":         {Expectation{Operation: "*"}, nil},
		"an order":       {Expectation{Order: []string{"profiles.create", "profiles.start"}}, nil},
		"only":           {Expectation{Only: []string{"profiles.*"}}, nil},
		"a profile": {Expectation{Profile: map[string]any{"displayName": "North", "a.b": 1, "c": nil, "d": true, "e": 1.5,
			"f": json.Number("7")}, Status: "success", State: "provisioned"}, nil},
		"each profile": {Expectation{Profile: map[string]any{}, Status: "success"}, nil},
		"a type":       {Expectation{Profile: map[string]any{`dataProvider.@odata\.type`: "x"}}, nil},
		"nothing": {Expectation{},
			[]problem.Problem{{Pointer: "",
				Message: "an expectation has exactly one of operation, order, only, profile and in; this one has none of them"}}},
		"two kinds": {Expectation{Operation: "batch", Only: []string{"batch"}},
			[]problem.Problem{{Pointer: "",
				Message: "an expectation has exactly one of operation, order, only, profile and in; this one has operation and only"}}},
		"a misspelled name": {Expectation{Operation: "profiles.strat"},
			[]problem.Problem{{Pointer: "/operation", Message: `there is no operation "profiles.strat"; did you mean profiles.start?`}}},
		"a misspelled group": {Expectation{Operation: "profile.*"},
			[]problem.Problem{{Pointer: "/operation", Message: `the group "profile.*" names no operation; did you mean profiles.*?`}}},
		"another name": {Expectation{Operation: "users.list"},
			[]problem.Problem{{Pointer: "/operation", Message: `there is no operation "users.list"`}}},
		"half a group": {Expectation{Operation: "profiles*"},
			[]problem.Problem{{Pointer: "/operation", Message: `"profiles*" is no group: the star stands alone or after a dot, as in profiles.*`}}},
		"a status of a sync": {Expectation{Operation: "profiles.get", Status: "success"},
			[]problem.Problem{{Pointer: "/status",
				Message: `"success" is no status: want a status like "409", a class like "4xx", or "0" for a request that got no answer; the status of a profile's sync goes with profile`}}},
		"a status and no count": {Expectation{Operation: "profiles.get", Status: "429", NoEarlyRetry: true},
			[]problem.Problem{{Pointer: "/status",
				Message: "status says which calls are counted: it needs a count beside noEarlyRetry, minInterval or level"}}},
		"a count out of range": {Expectation{Operation: "batch", Count: Count{3, 2, true}},
			[]problem.Problem{{Pointer: "/count", Message: "3-2 ends before it begins"}}},
		"a negative count": {Expectation{Operation: "batch", Count: Exactly(-1)},
			[]problem.Problem{{Pointer: "/count", Message: ">=-1 is out of range: a count is a whole number from 0 to 1000000000"}}},
		"a negative interval": {Expectation{Operation: "batch", MinInterval: -1},
			[]problem.Problem{{Pointer: "/minInterval",
				Message: "-1ns is out of range: want a duration above 0, like 5s, and at most 876000h0m0s"}}},
		"what goes with calls": {Expectation{Only: []string{"batch"}, Count: Exactly(1), NoEarlyRetry: true, MinInterval: 1, Status: "409",
			State: "provisioned"}, []problem.Problem{
			{Pointer: "/count", Message: "count goes only with operation"},
			{Pointer: "/noEarlyRetry", Message: "noEarlyRetry goes only with operation"},
			{Pointer: "/minInterval", Message: "minInterval goes only with operation"},
			{Pointer: "/status", Message: "status goes only with operation or profile"},
			{Pointer: "/state", Message: "state goes only with profile"}}},
		"a list that is wrong": {Expectation{Order: []string{"batch", "btach", "batch", ""}}, []problem.Problem{
			{Pointer: "/order/1", Message: `there is no operation "btach"; did you mean batch?`},
			{Pointer: "/order/2", Message: `"batch" is named twice: as /order/0 already`},
			{Pointer: "/order/3",
				Message: `an operation is missing: want a name like profiles.start, a group like profiles.*, a call like GET /users/{id}, or *`}}},
		"a short order": {Expectation{Order: []string{"batch"}},
			[]problem.Problem{{Pointer: "/order", Message: "an order needs two operations at least"}}},
		"an empty list": {Expectation{Only: []string{}},
			[]problem.Problem{{Pointer: "/only", Message: "the list is empty: name at least one operation"}}},
		"a status as state": {Expectation{Profile: map[string]any{}, State: "success", Status: "provisioned"}, []problem.Problem{
			{Pointer: "/status", Message: `"provisioned" is no status of a sync; it is a state: write state: provisioned`},
			{Pointer: "/state", Message: `"success" is no state of a profile; it is a status: write status: success`}}},
		"a misspelled status": {Expectation{Profile: map[string]any{}, Status: "succes"},
			[]problem.Problem{{Pointer: "/status", Message: `"succes" is no status of a sync; did you mean "success"?`}}},
		"an unknown state": {Expectation{Profile: map[string]any{}, State: "happy"},
			[]problem.Problem{{Pointer: "/state",
				Message: `"happy" is no state of a profile; there are provisioning, provisioned, provisioningFailed, deleting, deletionFailed`}}},
		"values with parts": {Expectation{Profile: map[string]any{"a/b": []any{1}, "": 1, "[a]": 1}}, []problem.Problem{
			{Pointer: "/profile/", Message: "the path is empty: want one like displayName or dataProvider.connectionUrl"},
			{Pointer: "/profile/[a]", Message: `the path holds "[": gjson's modifiers, multipaths and literals are not taken here`},
			{Pointer: "/profile/a~1b", Message: `"[1]" is no value that can be compared: want a string, a number, true, false or null`}}},
	} {
		assert.Equal(t, c.want, c.x.Check(known), name)
	}
	assert.Empty(t, (&Expectation{Operation: "whatever"}).Check(nil), "where operations are not known any will do")
	assert.EqualError(t, problem.Problem{Pointer: "/count", Message: "is wrong"}, "/count: is wrong")
	assert.EqualError(t, problem.Problem{Pointer: "", Message: "is wrong"}, "is wrong")
}

func TestExpectationsInWords(t *testing.T) {
	for want, x := range map[string]Expectation{
		"profiles.start is called at least once":                          {Operation: "profiles.start"},
		"profiles.start is called exactly 3 times with the answer 4xx":    {Operation: "profiles.start", Count: Exactly(3), Status: "4xx"},
		"profiles.start is called at least once with the answer 429":      {Operation: "profiles.start", Status: "429"},
		"profiles.start is never called":                                  {Operation: "profiles.start", Count: Exactly(0)},
		"profiles.start is called at most 2 times":                        {Operation: "profiles.start", Count: AtMost(2)},
		"profiles.start is called any number of times":                    {Operation: "profiles.start", Count: AtLeast(0)},
		"profiles.start is not called again before a Retry-After is over": {Operation: "profiles.start", NoEarlyRetry: true},
		"batch is called 1 to 3 times, is not called again before a Retry-After is over and is called again by the same client on the same address only after 5s": {
			Operation: "batch", Count: Between(1, 3), NoEarlyRetry: true, MinInterval: clock.Duration(5 * time.Second)},
		"the first calls come in this order: profiles.create, profiles.start": {Order: []string{"profiles.create", "profiles.start"}},
		"nothing is called but batch, profiles.get and profiles.start":        {Only: []string{"batch", "profiles.get", "profiles.start"}},
		`each profile with a 1 and displayName "North" is in the state provisioned and has the status success, and there is one`: {
			Profile: map[string]any{"displayName": "North", "a": 1}, State: "provisioned", Status: "success"},
		`a profile with displayName "North" exists`: {Profile: map[string]any{"displayName": "North"}},
	} {
		assert.Equal(t, want, x.String())
	}
}
