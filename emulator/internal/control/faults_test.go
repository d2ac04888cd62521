package control

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
)

const faultsPath = Prefix + "worlds/default/faults"

func TestFaultsAreListed(t *testing.T) {
	b := newBench(t)
	w := b.send("GET", faultsPath, "")
	assert.Equal(t, 200, w.Code)
	assert.JSONEq(t, `{"faults":[{"rule":{"name":"listed","operation":"profiles.get"},"added":false,"matched":3,"fired":2}]}`, w.Body.String())
	assert.Equal(t, 204, b.send("DELETE", faultsPath, "").Code)
	assert.JSONEq(t, `{"faults":[]}`, b.send("GET", faultsPath, "").Body.String())
	assert.Equal(t, 204, b.send("DELETE", faultsPath, "").Code, "and again")
}

func TestAddFault(t *testing.T) {
	for body, want := range map[string]fault.Rule{
		`{"name":"a","operation":"profiles.get"}`: {Name: "a", Operation: "profiles.get"},
		`{"name":"ä/ b","operation":"*","chance":0.5,"handled":false,"then":"hang","optional":true}`: {
			Name: "ä/ b", Operation: "*", Chance: 0.5, Handled: new(false), Then: fault.Hang, Optional: true},
		`{"name":"c","operation":"x","respond":{"status":200,"body":{"b":12345678901234567890,"a":[1.50]},"headers":{"X-A":"b"}},"body":{"replace":"","corrupt":3}}`: {
			Name: "c", Operation: "x",
			Respond: &fault.Respond{Status: 200, Body: json.RawMessage(`{"b":12345678901234567890,"a":[1.50]}`),
				Headers: map[string]string{"X-A": "b"}},
			Body: &fault.Body{Replace: new(""), Corrupt: 3}},
		`{"name":"e","operation":"x","calls":3,"delay":"80ms-900ms","respond":{"status":429,"retryAfter":"20s"}}`: {
			Name: "e", Operation: "x", Calls: fault.Only(3), Delay: fault.Span{Min: 80 * time.Millisecond, Max: 900 * time.Millisecond},
			Respond: &fault.Respond{Status: 429, RetryAfter: clock.Duration(20 * time.Second)}},
		`{"name":"f","operation":"x","calls":"first 2","body":{"cutAt":"50%"},"then":"reset"}`: {
			Name: "f", Operation: "x", Calls: fault.First(2), Body: &fault.Body{CutAt: fault.Offset{Percent: 50, Given: true}}, Then: fault.Reset},
		`{"name":"d","operation":"x","while":{"state":"provisioned"},"where":{"header":{"X":"1"},"body":{"a.b":null,"c":[true]}}}`: {
			Name: "d", Operation: "x", While: fault.While{State: "provisioned"},
			Where: fault.Where{Header: map[string]string{"X": "1"}, Body: map[string]any{"a.b": nil, "c": []any{true}}}},
	} {
		b := newBench(t)
		w := b.send("POST", faultsPath, body)
		require.Equal(t, 201, w.Code, w.Body)
		require.Len(t, b.world.rules, 2)
		assert.Equal(t, want, b.world.rules[0].Rule)
		var u struct {
			Rule           struct{ Name string }
			Added          bool
			Matched, Fired *int
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &u))
		assert.Equal(t, want.Name, u.Rule.Name)
		assert.True(t, u.Added)
		assert.Zero(t, *u.Matched+*u.Fired)

		// Where it is, it can be taken away.
		at := w.Header().Get("Location")
		require.NotEmpty(t, at)
		assert.Equal(t, 204, b.send("DELETE", at, "").Code, at)
		assert.Len(t, b.world.rules, 1)
		problemOf(t, b.send("DELETE", at, ""), 404)
	}
}

// Every mistake is told at once, with its place, and nothing is added.
func TestAddFaultIsStrict(t *testing.T) {
	for body, want := range map[string][]ProblemError{
		`{"name":"a","opertion":"x","chance":"0.5","respond":{"status":429.5,"retriAfter":"1s"},"while":7,"x/y~z":1}`: {
			{"want a number, not \"0.5\"", "/chance"},
			{"unknown; there are name, operation, except, calls, while, where, chance, delay, respond, body, slow, then, handled, optional; did you mean operation?", "/opertion"},
			{"unknown; there are status, error, message, body, headers, retryAfter, retryAfterFormat, punishEarly; did you mean retryAfter?",
				"/respond/retriAfter"},
			{"want a whole number, not 429.5", "/respond/status"},
			{"want an object, not 7", "/while"},
			{"unknown; there are name, operation, except, calls, while, where, chance, delay, respond, body, slow, then, handled, optional",
				"/x~1y~0z"},
		},
		`{"NAME":"a"}`:               {{"unknown; there are name, operation, except, calls, while, where, chance, delay, respond, body, slow, then, handled, optional; did you mean name?", "/NAME"}},
		`{"name":null}`:              {{"want a string, not null", "/name"}},
		`{"optional":1e300}`:         {{"want true or false, not 1e+300", "/optional"}},
		`{"respond":null}`:           {{"want an object, not null", "/respond"}},
		`{"handled":null}`:           {{"want true or false, not null", "/handled"}},
		`{"body":{"corrupt":1e300}}`: {{"want a whole number, not 1e+300", "/body/corrupt"}},
		`{"where":{"header":{"A/b":["x"]},"query":[]}}`: {{"want a string, not an array", "/where/header/A~1b"},
			{"want an object, not an array", "/where/query"}},
		`{"respond":{"retryAfter":"-1s"}}`: {{`"-1s" is negative: want a duration of zero or more, like 20s`, "/respond/retryAfter"}},
		`{"respond":{"retryAfter":5}}`:     {{"want a string, not 5", "/respond/retryAfter"}},
		`{"slow":{"every":"999999h"}}`:     {{`"999999h" is too long: the most is 876000h0m0s`, "/slow/every"}},
	} {
		b := newBench(t)
		w := b.send("POST", faultsPath, body)
		var p Problem
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
		assert.Equal(t, want, p.Errors, body)
		detail := problemOf(t, w, 400)
		for _, e := range want {
			assert.Contains(t, detail, e.Pointer+": "+e.Detail)
		}
		assert.Len(t, b.world.rules, 1, "nothing was added")
	}
	for body, want := range map[string]string{
		``:                              "no value",
		`[]`:                            "want an object",
		`{"name":"a","name":"b"}`:       "duplicate",
		`{"name":"a"`:                   "EOF",
		`{"body":{"corrupt":1e3}}`:      "1e3", // a whole number, but not as Go reads one
		`{"respond":{"status":1e15}} {`: "more data",
	} {
		b := newBench(t)
		assert.Contains(t, problemOf(t, b.send("POST", faultsPath, body), 400), want, body)
		assert.Len(t, b.world.rules, 1)
	}
}

func TestAddFaultThatTheWorldRefuses(t *testing.T) {
	const body = `{"name":"a","operation":"x"}`
	b := newBench(t)
	assert.Contains(t, problemOf(t, b.send("POST", faultsPath, `{"name":"listed","operation":"x"}`), 409), `"listed"`)

	b.world.fails = errors.Join(errors.New(`/operation: "x" is none`), errors.New("no place"), errors.New("two\nlines"))
	w := b.send("POST", faultsPath, body)
	var p Problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	assert.Equal(t, []ProblemError{{`"x" is none`, "/operation"}, {"no place", ""}, {"two", ""}, {"lines", ""}}, p.Errors)
	assert.Equal(t, "/operation: \"x\" is none\nno place\ntwo\nlines", problemOf(t, w, 400))

	b.world.fails = &Problem{Title: "t", Status: 507, Detail: "too many rules"}
	assert.Equal(t, "too many rules", problemOf(t, b.send("POST", faultsPath, body), 507))
	assert.Len(t, b.world.rules, 1)
}

func TestRemoveFaultThatIsNotThere(t *testing.T) {
	b := newBench(t)
	assert.Equal(t, `There is no rule "listd" in the world default. Did you mean "listed"?`,
		problemOf(t, b.send("DELETE", faultsPath+"/listd", ""), 404))
	assert.Equal(t, 204, b.send("DELETE", faultsPath+"/listed", "").Code)
	assert.Equal(t, `There is no rule "listed" in the world default.`, problemOf(t, b.send("DELETE", faultsPath+"/listed", ""), 404))
}

// Nothing that is sent as a rule panics, and a rule that is taken is told so that
// it is taken again, as the same.
func FuzzDecodeRule(f *testing.F) {
	for _, seed := range []string{
		`{"name":"a","operation":"profiles.get","calls":"every 3","delay":"80ms-900ms","handled":false,"then":"reset"}`,
		`{"name":"b","operation":"*","calls":2,"while":{"status":"inProgress"},"where":{"header":{"A":"b"},"query":{"$top":"1"},"body":{"a.b":null}}}`,
		`{"respond":{"status":503,"body":"text","headers":{"X":"y"},"retryAfter":"1.5s","retryAfterFormat":"decimal","punishEarly":true}}`,
		`{"body":{"cutAt":"12.5%","contentLength":-3},"slow":{"bytes":1,"every":"1s"},"chance":0.25,"optional":true}`,
		`{"body":{"cutAt":120,"replace":null}}`, `[]`, `{"a`, `{"calls":{}}`, `{"delay":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		rule, err := decodeRule(body)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		told, err := json.Marshal(rule)
		require.NoError(t, err)
		again, err := decodeRule(told)
		require.NoError(t, err, "%s", told)
		third, err := json.Marshal(again)
		require.NoError(t, err)
		assert.JSONEq(t, string(told), string(third))
	})
}
