package journal

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
)

func TestTallyCountsWhatClientsDid(t *testing.T) {
	var tally Tally
	wait := clock.Duration(1)
	for i, e := range []Entry{
		{Method: "GET", Path: "/a", Status: 503, ResponseBody: "long"},
		{Method: "GET", Path: "/a", Status: 200},                       // a retry
		{Method: "GET", Path: "/a", Status: 200},                       // a call
		{Method: "GET", Path: "/b", Query: "x", Status: 0},             // no answer
		{Method: "GET", Path: "/b", Query: "y", Status: 429},           // another call
		{Method: "GET", Path: "/b", Query: "x", Status: 500},           // a retry
		{Method: "GET", Path: "/b", Query: "x", Status: 404},           // another one
		{Method: "GET", Path: "/b", Query: "x", Status: 404},           // nobody sends that again for its status
		{Method: "GET", Path: "/b", Query: "x", World: "w", Status: 1}, // another world's
		{Method: "POST", Path: "/c", Status: 409, Detail: &Detail{Early: &Early{Entry: 1, By: wait}}},
	} {
		e.ID = uint64(i + 1)
		tally.Add(&e)
	}
	assert.Equal(t, 10, tally.Calls)
	assert.Equal(t, 3, tally.Retries)
	assert.Equal(t, 1, tally.Early)
	var ids []uint64
	for _, e := range tally.Failed {
		ids = append(ids, e.ID)
	}
	assert.Equal(t, []uint64{5, 6, 7, 8, 10}, ids, "the last five")

	var out strings.Builder
	require.NoError(t, (&Tally{Failed: []Entry{{ID: 3, World: "default", Method: "GET", Path: "/a\x1b[31m", Status: 429,
		Operation: "users.list"},
		{ID: 12, World: "north", Method: "POST", Path: "/b"}}}).WriteFailed(&out))
	assert.Equal(t, `2 calls failed:
  entry 3                  GET /a\x1b[31m  429        users.list
  entry 12 of world north  POST /b         no answer  -
`, out.String())
	out.Reset()
	var cut Tally
	cut.Add(&Entry{ID: 3, World: "default", Method: "GET", Path: "/a", Status: 200,
		Detail: &Detail{Fault: &Strike{Effects: []string{"delay 1s", "cutAt 50%"}}}})
	cut.Add(&Entry{ID: 4, World: "default", Method: "GET", Path: "/a", Status: 200,
		Detail: &Detail{Fault: &Strike{Effects: []string{"delay 1s"}}}})
	require.NoError(t, cut.WriteFailed(&out))
	assert.Equal(t, "One call failed:\n  entry 3  GET /a  200 (cutAt 50%)  -\n", out.String(), "an answer that was cut is no good one")
	out.Reset()
	require.NoError(t, new(Tally).WriteFailed(&out))
	assert.Equal(t, "No call failed.\n", out.String())
}

func TestTallyIsBounded(t *testing.T) {
	var tally Tally
	for i := range 3 * maxTold {
		tally.Add(&Entry{Method: "GET", Path: fmt.Sprint(i), Status: 500})
	}
	assert.Len(t, tally.failed, maxTold)
	assert.Len(t, tally.Failed, MaxFailed)
}

func TestCardOfRuns(t *testing.T) {
	card := Card{Runs: []CardRun{
		{Label: "default", Result: ResultPassed, Calls: 12, Retries: 2},
		{Label: "b\x00", Result: ResultFailed, Why: "exit code 7", Early: 1},
		{Label: "c", Result: ResultIdle, Why: "no call was struck by fault x; no call came"},
		{Label: "d", Result: ResultFailed},
	}}
	var out strings.Builder
	require.NoError(t, card.WriteText(&out))
	assert.Equal(t, `RUN      CALLS  RETRIES  EARLY  RESULT
default  12     2        0      passed
b\x00    0      0        1      FAILED: exit code 7
c        0      0        0      not exercised: no call was struck by fault x; no call came
d        0      0        0      FAILED: see the verdict
1 of 4 passed, 1 not exercised
`, out.String())
	out.Reset()
	require.NoError(t, card.WriteMarkdown(&out))
	assert.Equal(t, `### graphemu: 1 of 4 passed, 1 not exercised

| run | result | calls | retries | early calls | why |
|---|---|--:|--:|--:|---|
| default | passed | 12 | 2 | 0 |  |
| b&#92;x00 | **failed** | 0 | 0 | **1** | exit code 7 |
| c | **not exercised** | 0 | 0 | 0 | no call was struck by fault x; no call came |
| d | **failed** | 0 | 0 | 0 |  |

`, out.String())
	assert.ErrorIs(t, card.WriteMarkdown(failing{}), errFull)
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// What a client or a file has named is no markup, no link, no mention and no second line.
func TestMarkdownKeepsTextsTexts(t *testing.T) {
	for _, hostile := range []string{
		"<img src=x onerror=alert(1)>", "</td></table><script>x</script>", "a | b", "`code`", "**bold** _it_ ~no~", "[x](javascript:alert(1))",
		"![x](https://evil.test/x)",
		"https://evil.test", "//evil.test", "www.evil.test", "WWW.evil.test", "@everyone", "ann@contoso.edu", ":tada:", "&lt;b&gt;", "# head",
		"#12", "line\nbreak\r\n- list", "$x$", "\\*",
	} {
		text := Markdown(hostile)
		assert.NotRegexp(t, "[<>|`*_~\\[\\]!@\\\\$\n\r]", text, hostile)
		assert.NotRegexp(t, `//|(?i)www\.|(^|[^&])#|&[^#]|:\S`, text, hostile)
	}
	assert.Equal(t, "users.list is called twice, but: 3 (entry 4)", Markdown("users.list is called twice, but: 3 (entry 4)"))
	assert.Less(t, len(Markdown(strings.Repeat("x", 10_000))), 1000)
}

func TestMarkdownOfOneRun(t *testing.T) {
	v := Verdict{Summary: "NOT verified", Worlds: []WorldVerdict{{World: "default", Expectations: []Result{
		{OK: true, Expected: "fine"}, {Expected: "a <b> is called", Seen: "it was not", Entries: []uint64{4}, Blamed: 1}}}}}
	for i := range 12 {
		v.Warnings = append(v.Warnings, Warning{Message: fmt.Sprint("warning ", i)})
	}
	done := Tally{Calls: 1, Failed: []Entry{{ID: 1, World: "default", Method: "GET", Path: "/<x>", Status: 404}}}
	var out strings.Builder
	require.NoError(t, WriteMarkdown(&out, v.Card("", done), v, done))
	text := out.String()
	assert.True(t, strings.HasPrefix(text,
		"### graphemu: failed\n\nnot verified: a &#60;b&#62; is called, but it was not.\n\n1 call, 0 retries, 0 early calls. NOT verified.\n\n"+
			"- Not met: a &#60;b&#62; is called, but it was not (entry 4)\n- Warning: warning 0\n"), text)
	assert.Contains(t, text, "- and 4 more\n")
	assert.Equal(t, ResultPassed, Verdict{OK: true}.Card("x", done).Result)
	idle := Verdict{Scenarios: []Exercise{{Scenario: "s", Rules: []string{"fault f"}, RuleCount: 1}}}.Card("x", Tally{})
	assert.Equal(t, CardRun{Label: "x", Result: ResultIdle, Why: "no call was struck by fault f; no call came"}, idle)
}

// A card tells apart: a client that did wrong, one that had nothing to do with the scenario,
// and one that chance has spared.
func TestCardTellsWhoHadNothingToDoWithIt(t *testing.T) {
	idle := []Exercise{{Scenario: "s", Rules: []string{"lifecycle l"}, RuleCount: 1, Called: []string{"users.list"}, CallCount: 1}}
	spared := []Exercise{{Scenario: "s", Rules: []string{"fault f"}, RuleCount: 1, Called: []string{"users.list"}, CallCount: 3, Spared: 3}}
	struck := []Exercise{{Scenario: "s", Rules: []string{"fault f"}, RuleCount: 1, Exercised: true}}
	unmet := func(lack ...string) (w []WorldVerdict) {
		for i, l := range lack {
			w = append(w, WorldVerdict{Expectations: []Result{{Expected: fmt.Sprint("x is called ", i), Seen: "it was not", Lack: l}}})
		}
		return w
	}
	for name, c := range map[string]struct {
		v    Verdict
		want string
		why  string
	}{
		"what it expects is of what the client does not use": {Verdict{Scenarios: idle, Worlds: unmet(LackUse)}, ResultIdle,
			"no call was struck by lifecycle l; 1 call came: users.list"},
		"the client uses it": {Verdict{Scenarios: idle, Worlds: unmet(LackCalls)}, ResultFailed,
			"not verified: x is called 0, but it was not"},
		"and did something wrong": {Verdict{Scenarios: idle, Worlds: unmet(LackUse, "")}, ResultFailed,
			"not verified: x is called 0, but it was not"},
		"a rule struck": {Verdict{Scenarios: struck, Worlds: unmet(LackUse)}, ResultFailed,
			"not verified: x is called 0, but it was not"},
		"a chapter failed": {Verdict{Scenarios: idle, Omitted: Omitted{Failed: 1}, Worlds: unmet(LackUse)}, ResultFailed, ""},
		"only settings, of no call": {Verdict{OK: true, Settings: []Settings{{Scenario: "s", Sets: []string{"timeline"}}}}, ResultIdle,
			"no call had to do with what it sets (timeline); no call came"},
		"only expectations": {Verdict{Settings: []Settings{{Scenario: "s"}}, Worlds: unmet(LackUse)}, ResultIdle,
			"no call had to do with what it expects; no call came"},
		"spared by chance": {Verdict{Scenarios: spared, Worlds: unmet(LackCalls)}, ResultIdle,
			"by chance 3 calls were spared, which is not the client's doing: try another --seed, or more calls; no call was struck by fault f; 3 calls came: users.list"},
		"spared, and did wrong": {Verdict{Scenarios: spared, Worlds: unmet("")}, ResultFailed, "not verified: x is called 0, but it was not"},
	} {
		r := c.v.Card("", Tally{})
		assert.Equal(t, c.want, r.Result, name)
		if c.why != "" {
			assert.Equal(t, c.why, r.Why, name)
		}
		offered := c.v.Offered()
		assert.Equal(t, c.want == ResultIdle, offered.OK, name)
		assert.Equal(t, c.want == ResultIdle, offered.IsOffered, name)
		assert.Equal(t, c.want, offered.Card("", Tally{}).Result, name)
	}
	var text strings.Builder
	require.NoError(t, Verdict{Scenarios: spared, Worlds: unmet(LackCalls)}.WriteText(&text))
	assert.True(t, strings.HasPrefix(text.String(), "by chance not exercised: the scenario s\n  by chance 3 calls were spared"), text.String())
	assert.NotContains(t, text.String(), "strikes a call")
	// What chance did is the first cause.
	assert.Contains(t, Verdict{Scenarios: spared, Worlds: unmet(LackCalls)}.Why(),
		"the scenario s strikes a call, but by chance 3 calls were spared")
}

// Of a scenario that nobody named nothing fails that had nothing to do with the client.
func TestOfferedVerdict(t *testing.T) {
	v := Verdict{Scenarios: []Exercise{{Scenario: "s", Rules: []string{"fault f"}, RuleCount: 1}},
		Worlds:   []WorldVerdict{{World: "w", Expectations: []Result{{Expected: "x is called", Seen: "it was not", Lack: LackUse}}}},
		Warnings: []Warning{{Kind: WarnUnfired, Message: "the fault f fired in no world"}}}
	for _, one := range []Verdict{v.Offered(), v.Strict().Offered()} {
		assert.True(t, one.OK)
		var text, junit strings.Builder
		require.NoError(t, one.WriteText(&text))
		assert.NotContains(t, text.String(), "FAILED")
		assert.Contains(t, text.String(), "  skipped  x is called\n")
		assert.Contains(t, text.String(),
			"not exercised, which is no failure here: no rule of the scenario s struck a call in 1 world, 1 warning\n")
		require.NoError(t, one.WriteJUnit(&junit))
		assert.NotContains(t, junit.String(), "<failure")
		assert.Contains(t, junit.String(), `<skipped message="it was not"></skipped>`)
	}
	v.Warnings = append(v.Warnings, Warning{Kind: WarnEarly, Message: "too early"})
	assert.True(t, v.Offered().OK)
	strict := v.Strict().Offered()
	assert.False(t, strict.OK)
	assert.Equal(t, "not verified: too early", strict.Card("", Tally{}).Why)
}

func TestARunThatPassedTellsItsWarnings(t *testing.T) {
	v := Verdict{OK: true, Warnings: []Warning{{Kind: WarnNotRepeated}, {Kind: WarnEarly}}}
	assert.Equal(t, "passed, 2 warnings", v.Card("x", Tally{}).Text())
	assert.Equal(t, "passed, 1 warning", v.Interrupted().Card("x", Tally{}).Text())
	assert.False(t, v.Strict().Interrupted().OK)
	v.Warnings = v.Warnings[:1]
	assert.True(t, v.Strict().Interrupted().OK)
	assert.False(t, v.Strict().OK)
}

func TestTheLastFailedCallIsNamed(t *testing.T) {
	by := func(effects ...string) *Detail { return &Detail{Fault: &Strike{Rule: "f", Effects: effects}} }
	for want, e := range map[string]Entry{
		"":                                {Status: 200, Detail: by("delay 1s")},
		"entry 3, which was answered 404": {Status: 404},
		"entry 3, which was answered 401 by fault f":             {Status: 401, Detail: by("respond 401")},
		"entry 3, which was answered 429 by throttle t":          {Status: 429, Detail: &Detail{Throttled: "t"}},
		"entry 3, which got no answer by fault f":                {Detail: by("reset")},
		"entry 3, whose body was cut by fault f":                 {Status: 200, Detail: by("delay 1s", "cutAt 50%", "close")},
		"entry 3, whose answer was damaged (garbage) by fault f": {Status: 200, Detail: by("garbage")},
		"entry 3 of world a\\x00, which was answered 503":        {Status: 503, World: "a\x00"},
	} {
		if e.ID = 3; e.World == "" {
			e.World = "default"
		}
		var done Tally
		assert.Empty(t, done.After())
		done.Add(&e)
		done.Add(&Entry{ID: 4, World: "default", Status: 200})
		assert.Equal(t, want, done.After())
	}
}
