package scenariofile

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/journal"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// known is what the surface serves.
var known = Options{
	Operations: []string{"batch", "metadata", "profiles.count", "profiles.create", "profiles.delete", "profiles.errors.count",
		"profiles.errors.get",
		"profiles.errors.list", "profiles.get", "profiles.list", "profiles.pause", "profiles.reset", "profiles.resume", "profiles.start",
		"profiles.status.get", "profiles.update", "profiles.uploadUrl", "upload.putBlock", "users.create", "users.update"},
	Trigger: func(operation string) (Trigger, string) {
		return objects.Names{workloads.Models.Of(workload.Beta)}.Trigger(operation, new(schema.Payloads))
	},
	WrongError: func(operation, name string) string {
		if slices.Contains([]string{"serviceNotAvailable", "tooManyRequests", "internalError", "AuthenticationFailed", "claimsChallenge"}, name) {
			return ""
		}
		return operation + " has no error " + name
	},
	Fixtures: []string{"contoso", "empty", "one"},
}

// design is the example of DESIGN.md, as it stands there.
var design = text("design")

// text is a scenario that the plans are tested with, too.
func text(name string) string {
	b, err := os.ReadFile("../../scenario/testdata/" + name + ".yaml")
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestTheExampleOfTheDesignLoadsAsItStands(t *testing.T) {
	f, err := Parse("nightly.yaml", []byte(design), known)
	require.NoError(t, err)
	seconds := func(n int) clock.Duration { return clock.Duration(time.Duration(n) * time.Second) }
	assert.Equal(t, &scenario.File{
		Version: 1, Name: "nightly-sync-recovers", Description: "start is throttled twice, the first run is quarantined, a reset heals it",
		Clock:    scenario.Clock{Mode: clock.ModeFrozen, Start: time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC), PerRequest: seconds(10)},
		Variants: map[string]string{"createStatus": "201"}, Fixture: "contoso",
		Lifecycles: []scenario.Lifecycle{
			{Name: "slow-then-quarantined", On: "profiles.start", Where: map[string]any{"displayName": "North"}, Next: "recovered",
				Place: "nightly.yaml:8:5", Steps: []scenario.Step{
					{Status: "extracting"},
					{Status: "validating", After: scenario.After{Reads: 2}},
					{Status: "inProgress", After: scenario.After{Time: seconds(30)}},
					{Status: "quarantined", After: scenario.After{Time: seconds(300)}, Errors: scenario.Errors{Count: 12}}}},
			{Name: "recovered", On: "profiles.reset", Place: "nightly.yaml:17:5",
				Steps: []scenario.Step{{Status: "inProgress"}, {Status: "success", After: scenario.After{Time: seconds(60)}}}},
		},
		Faults: []fault.Rule{
			{Name: "throttle-start", Operation: "profiles.start", Calls: fault.First(2),
				Respond: &fault.Respond{Status: 429, RetryAfter: seconds(20), PunishEarly: true}},
			{Name: "cut-upload", Operation: "upload.putBlock", Calls: fault.Only(3),
				Body: &fault.Body{CutAt: fault.Offset{Percent: 50, Given: true}}, Then: fault.Reset},
			{Name: "slow-status", Operation: "profiles.status.get", While: fault.While{Status: "inProgress"},
				Delay: fault.Span{Min: 80 * time.Millisecond, Max: 900 * time.Millisecond}},
		},
		Expect: []journal.Expectation{
			{Operation: "profiles.start", Count: journal.Exactly(3), NoEarlyRetry: true, Place: "nightly.yaml:35:5"},
			{Operation: "profiles.status.get", MinInterval: seconds(5), Place: "nightly.yaml:36:5"},
			{Profile: map[string]any{"displayName": "North"}, Status: "success", Place: "nightly.yaml:37:5"},
		},
		FaultPlaces: []string{"nightly.yaml:21:5", "nightly.yaml:25:5", "nightly.yaml:30:5"},
	}, f)
	assert.Equal(t, &profile.Script{Timeline: profile.DefaultTimeline, Lifecycles: []profile.Lifecycle{
		{Name: "slow-then-quarantined", On: profile.CallStart, Where: map[string]any{"displayName": "North"}, Next: "recovered",
			Steps: []profile.Step{
				{Status: profile.Extracting}, {Status: profile.Validating, Reads: 2}, {Status: profile.InProgress, After: 30 * time.Second},
				{Status: profile.Quarantined, After: 5 * time.Minute, ErrorCount: 12}}},
		{Name: "recovered", On: profile.CallReset,
			Steps: []profile.Step{{Status: profile.InProgress}, {Status: profile.Success, After: time.Minute}}},
	}}, Script(f))
}

// problems returns what is wrong with a text, a line each.
func problems(t *testing.T, file, text string, o Options) []string {
	t.Helper()
	f, err := Parse(file, []byte(text), o)
	require.Error(t, err)
	assert.Nil(t, f, "nothing of a wrong file is there to be applied")
	var list scenario.Problems
	require.True(t, errors.As(err, &list), "%T", err)
	return strings.Split(err.Error(), "\n")
}

// Mistakes of every layer (syntax of names, values, notations, legality,
// references) are told at once, each with its place.
func TestAllMistakesAtOnce(t *testing.T) {
	assert.Equal(t, []string{
		`bad.yaml:2:1: cloc: unknown property "cloc"; did you mean "clock"?`,
		`bad.yaml:6:33: lifecycles[0].steps[0].status: expected "paused", "extracting", "validating", "inProgress", "success", "error", "validationError" or "quarantined", got the string "inProgres"; did you mean "inProgress"?`,
		`bad.yaml:7:41: lifecycles[0].steps[1].after: "5 min" is no duration: want one like 20s, 1m30s or 250ms`,
		`bad.yaml:8:11: lifecycles[0].next: there is no lifecycle "healled"; did you mean "healed"?`,
		`bad.yaml:14:16: faults[0].operation: there is no operation "profiles.strat"; did you mean profiles.start?`,
		`bad.yaml:15:12: faults[0].calls: calls "frist 2": want "first 2", 3, "3-5", "3-", "every 4" or "all"`,
		`bad.yaml:16:52: faults[0].respond.retryAfter: "20" is no duration: want one like 20s, 1m30s or 250ms`,
		`bad.yaml:17:11: faults[1].name: the name "a" stands twice in faults, first at bad.yaml:12:10`,
	}, problems(t, "bad.yaml", `version: 1
cloc: {mode: frozen}
lifecycles:
  - name: l
    on: profiles.start
    steps: [{after: 1s, status: inProgres},
           {status: quarantined, after: 5 min}]
    next: healled
  - name: healed
    on: profiles.reset
    steps: [{status: success}]
faults: [{
    name: a,
    operation: profiles.strat,
    calls: frist 2,
    respond: {status: 429, message: x, retryAfter: 20}},
   {name: a, operation: profiles.get, delay: 1s}]
`, known))
}

func TestRulesThatNoSchemaTells(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"version":     {"version: 2\nfuture: 1", `x.yaml:1:10: version: version 2 is not known: this graphemu reads version 1`},
		"no version":  {"name: x", `x.yaml:1:1: the required property "version" is missing`},
		"no mapping":  {"- 1", `x.yaml:1:1: a scenario is a mapping of names like version, lifecycles and faults, not a list`},
		"letter case": {"Version: 1", `x.yaml:1:1: Version: unknown property "Version"; letter case counts here: write "version"`},
		"letter case twice": {"version: 1\nVersion: 1",
			`x.yaml:2:1: Version: unknown property; "version" stands beside it, and letter case counts here`},
		"letter case, value": {"version: 1\nclock: {mode: Frozen}", `x.yaml:2:15: clock.mode: "Frozen": letter case counts here, write "frozen"`},
		"start of real": {"version: 1\nclock: {start: 2026-01-05T06:00:00Z}",
			`x.yaml:2:16: clock.start: start is for a clock of mode frozen; this one is real`},
		"factor of frozen": {"version: 1\nclock: {mode: frozen, factor: 60}",
			`x.yaml:2:31: clock.factor: factor is for a clock of mode scaled; this one is frozen`},
		"scaled, no factor": {"version: 1\nclock: {mode: scaled}",
			`x.yaml:2:8: clock.factor: a scaled clock needs a factor, like 60 for an hour in a minute`},
		"perRequest, scaled": {"version: 1\nclock: {mode: scaled, factor: 60, perRequest: 1s}",
			`x.yaml:2:47: clock.perRequest: perRequest is for a clock of mode frozen; this one is scaled`},
		"no instant": {"version: 1\nclock: {mode: frozen, start: 2026-01-05}",
			`x.yaml:2:30: clock.start: "2026-01-05" is no instant: want one like 2026-01-05T06:00:00Z`},
		"year of a zone": {"version: 1\nclock: {mode: frozen, start: '9999-12-31T23:59:59-02:00'}",
			`clock.start: 10000-01-01T01:59:59Z is not within the years 1 to 9999 of UTC`},
		"variant": {"version: 1\nvariants: {createStats: 201}",
			`x.yaml:2:12: variants.createStats: unknown property "createStats"; did you mean "createStatus"?`},
		"reading": {"version: 1\nvariants: {createStatus: 203}",
			`x.yaml:2:26: variants.createStatus: expected "202" or "201", got the number 203`},
		"fixture": {"version: 1\nfixture: contosso",
			`x.yaml:2:10: fixture: there is no fixture "contosso"; did you mean "contoso"?; built in are contoso, empty, one, and a path such as ./contosso leads to a file or a folder`},
		"negative": {"version: 1\ntimeline: {deleting: -1s}",
			`x.yaml:2:22: timeline.deleting: "-1s" is negative: want a duration of zero or more, like 20s`},
		"too long": {"version: 1\ntimeline: {deleting: 900000h}",
			`x.yaml:2:22: timeline.deleting: "900000h" is too long: the most is 876000h0m0s`},
		"no unit": {"version: 1\ntimeline: {deleting: 5}",
			`x.yaml:2:22: timeline.deleting: "5" is no duration: want one like 20s, 1m30s or 250ms`},
		"2^63 calls": {"version: 1\nfaults: [{name: a, operation: batch, delay: 1s, calls: 9223372036854775808}]", `faults[0].calls: `},
		"2^63 count": {"version: 1\nexpect: [{operation: batch, count: 9223372036854775808}]", `expect[0].count: `},
		"error's name": {"version: 1\nfaults: [{name: a, operation: batch, respond: {status: 503, error: serviceNotAvailible}}]",
			`faults[0].respond.error: batch has no error serviceNotAvailible`},
		"modifier": {"version: 1\nlifecycles: [{name: a, on: profiles.reset, steps: [{status: success}], where: {'[@this,@this]': x}}]",
			`lifecycles[0].where["[@this,@this]"]: the path holds "[": gjson's modifiers, multipaths and literals are not taken here`},
		"empty step": {"version: 1\nlifecycles: [{name: a, on: profiles.reset, steps: [{after: 1s}]}]",
			`lifecycles[0].steps[0]: the step says nothing: want a state, a status, errors or a message`},
		"all steps": {"version: 1\nlifecycles: [{name: a, on: profiles.reset, steps: [{status: inProgress, after: 500000h}, {status: success, after: 500000h}]}]", `lifecycles[0].steps[1].after: the steps up to here take more than 876000h0m0s, which is the most`},
		"backwards": {"version: 1\nlifecycles: [{name: a, on: profiles.start, steps: [{status: inProgress}, {status: extracting}]}]",
			`x.yaml:2:83: lifecycles[0].steps[1].status: the status extracting can't come here: after the status inProgress legal are inProgress, success, error, validationError, quarantined; force: true takes it all the same`},
		"status on create": {"version: 1\nlifecycles: [{name: a, on: profiles.create, steps: [{status: inProgress}]}]",
			`lifecycles[0].steps[0].status: a profile that was just created has no sync, so no status inProgress: write a lifecycle on profiles.start`},
		"success and errors": {"version: 1\nlifecycles: [{name: a, on: profiles.start, steps: [{status: success, errors: 1}]}]",
			`lifecycles[0].steps[0].status: a sync that recorded errors does not end in success; legal are`},
		"after gone":    {"version: 1\nlifecycles: [{name: a, on: profiles.delete, steps: [{state: gone}], next: b}, {name: b, on: profiles.reset, steps: [{status: success}]}]", `lifecycles[0].next: the profile is gone after the last step: nothing can follow`},
		"create again":  {"version: 1\nlifecycles: [{name: a, on: profiles.start, steps: [{status: success}], next: b}, {name: b, on: profiles.create, steps: [{state: provisioned}]}]", `lifecycles[0].next: "b" is set going by profiles.create, which no profile meets a second time`},
		"failed, start": {"version: 1\nlifecycles: [{name: a, on: profiles.create, steps: [{state: provisioningFailed}], next: b}, {name: b, on: profiles.start, steps: [{status: success}]}]", `lifecycles[0].next: a profile that is provisioningFailed can only be deleted, so profiles.start, which sets "b" going, cannot follow`},
		"itself": {"version: 1\nlifecycles: [{name: a, on: profiles.start, steps: [{status: success}], next: a}]",
			`lifecycles[0].next: next leads in a circle: a → a; each waits until the one before names it, so none would ever run`},
		"circle": {"version: 1\nlifecycles: [{name: z, on: profiles.start, steps: [{status: success}], next: a}, {name: a, on: profiles.start, steps: [{status: success}], next: b}, {name: b, on: profiles.start, steps: [{status: success}], next: a}]", `lifecycles[2].next: next leads in a circle: a → b → a;`},
		"expectation": {"version: 1\nexpect: [{operation: profiles.start, order: [profiles.create, profiles.start]}]",
			`expect[0]: an expectation has exactly one of operation, order, only, profile and in`},
		"reads": {"version: 1\nlifecycles: [{name: a, on: profiles.reset, steps: [{status: success, after: {reeds: 2}}]}]",
			`lifecycles[0].steps[0].after.reeds: unknown property "reeds"; did you mean "reads"?`},
	} {
		t.Run(name, func(t *testing.T) {
			got := problems(t, "x.yaml", c.text, known)
			assert.Contains(t, strings.Join(got, "\n"), c.want)
			assert.NotContains(t, strings.Join(got, "\n"), "json:", "no word of our inside")
		})
	}
}

// A value that is wrong is no reason to complain about what surrounds it.
func TestNoProblemFollowsFromAnother(t *testing.T) {
	assert.Equal(t, []string{
		`x.yaml:2:45: faults[0].delay: "1 s" is no duration: want one like 20s, 1m30s or 250ms`,
		`x.yaml:3:45: faults[1].body.cutAt: offset "half": want a share of the body, as "50%", or a number of bytes, as 120`,
	}, problems(t, "x.yaml",
		"version: 1\nfaults: [{name: a, operation: batch, delay: 1 s},\n  {name: b, operation: batch, body: {cutAt: half}}]", known))
	assert.Len(t, problems(t, "x.yaml", "version: 1\nfaults: [{name: a, operation: batch, delay: 1 s}]", known), 1)
}

// Whatever loads, loads again from its JSON.
func again(t *testing.T, f *scenario.File, o Options) {
	t.Helper()
	text, err := json.Marshal(f)
	require.NoError(t, err)
	g, err := Parse("again.json", text, o)
	require.NoError(t, err, "%s", text)
	second, err := json.Marshal(g)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(second))
	assert.Equal(t, Script(f), Script(g))
}

func TestLoadsAgainFromItsJSON(t *testing.T) {
	for name, text := range map[string]string{"design": design, "starter": scenario.Starter(),
		"starter for": scenario.StarterFor("GET /users/{id}")} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(name+".yaml", []byte(text), known)
			require.NoError(t, err)
			again(t, f, known)
		})
	}
}

func TestJSONIsAScenarioToo(t *testing.T) {
	text := "\ufeff{\r\n\t\"version\": 1,\r\n\t\"faults\": [{\"name\": \"a\", \"operation\": \"batch\", \"delay\": \"1s\"}]}"
	for _, file := range []string{"x.json", "x.yaml", "text"} {
		f, err := Parse(file, []byte(text), known)
		require.NoError(t, err, file)
		assert.Equal(t, file+":3:13", f.FaultPlace(0))
	}
	assert.Equal(t, []string{`x.json:1:16: version: the name "version" stands twice, first in line 1`},
		problems(t, "x.json", `{"version": 1, "version": 1}`, known))
	assert.Equal(t, []string{`x.json:2:1: no JSON: the file ends in the middle of a value`},
		problems(t, "x.json", "{\"version\": 1,\n", known))
	assert.Contains(t, problems(t, "x.json", "version: 1", known)[0], "x.json:1:1: no JSON: ")
	assert.Equal(t, []string{`x.json:1:14: more text after the end of the object`}, problems(t, "x.json", `{"version":1}{}`, known))
}

func TestNamelessScenarioIsCalledAsItsFile(t *testing.T) {
	f, err := Parse("some/folder/north.v2.yaml", []byte("version: 1"), Options{})
	require.NoError(t, err)
	assert.Equal(t, "north.v2", f.Name)
}

func TestOnlyAHundredProblemsAreTold(t *testing.T) {
	got := problems(t, "x.yaml", "version: 1\n"+strings.Repeat("faults1: 1\n", 1)+manyUnknown(150), known)
	require.Len(t, got, 101)
	assert.Contains(t, got[100], "… and 51 more problems from here on")
}

func manyUnknown(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("unknown" + strings.Repeat("x", i) + ": 1\n")
	}
	return b.String()
}

// Whoever mistypes a name or a status is told what one looks like, not the
// schema's pattern, and a preset that is mistyped is one problem.
func TestFormsAreToldInWords(t *testing.T) {
	assert.Equal(t, []string{
		`x.yaml:3:12: faults[0].name: "a b" is no name: want letters, digits and . _ - with a letter or a digit first, at most 100 of them`,
		`x.yaml:3:28: faults[0].operation: "profiles get" is no operation: want a name like profiles.start, a group like profiles.*, a call like GET /users/{id}, or *`,
		`x.yaml:5:41: expect[0].status: "succes" is no status: want one of an answer, like 409 or 4xx, or with profile one of a sync, like quarantined; did you mean "success"?`,
		`x.yaml:6:14: expect[1].order[0]: "a b" is no operation: want a name like profiles.start, a group like profiles.*, a call like GET /users/{id}, or *`,
		`x.yaml:8:23: throttle[0].preset: expected "education", got the string "educaton"; did you mean "education"?`,
	}, problems(t, "x.yaml", `version: 1
faults:
  - {name: a b, operation: profiles get, delay: 1s}
expect:
  - {profile: {displayName: x}, status: succes}
  - {order: [a b, profiles.get]}
throttle:
  - {name: t, preset: educaton}
`, known))
}

// A name that stands twice is a mistake like any other: the file is read on, and
// the first value counts.
func TestNamesThatStandTwice(t *testing.T) {
	assert.Equal(t, []string{
		`x.yaml:3:14: faults[0].name: the name "name" stands twice, first in line 3`,
		`x.yaml:3:34: faults[0].operation: there is no operation "profiles.gt"; did you mean profiles.get?`,
		`x.yaml:4:50: faults[1].delay: the name "delay" stands twice, first in line 4`,
		`x.yaml:5:1: version: the name "version" stands twice, first in line 1`,
		`x.yaml:6:1: fixure: unknown property "fixure"; did you mean "fixture"?`,
	}, problems(t, "x.yaml", `version: 1
faults:
 - {name: a, name: b, operation: profiles.gt, delay: 1s}
 - {name: c, operation: profiles.get, delay: 1s, delay: {y: &x 2, y: 3}}
version: 2
fixure: *x
`, known))
	assert.Equal(t, []string{`x.json:1:16: version: the name "version" stands twice, first in line 1`},
		problems(t, "x.json", `{"version": 1, "version": {"a": 1, "a": 2}}`, known))

	_, err := Inspect("x.json", []byte(`{"displayName": "a", "displayName": "b"}`))
	assert.EqualError(t, err, `x.json:1:22: displayName: the name "displayName" stands twice, first in line 1`)
}

func TestWhatIsTooLargeIsNotRead(t *testing.T) {
	assert.Equal(t, []string{"x.yaml: the file has 1048577 bytes; the most is 1048576"},
		problems(t, "x.yaml", strings.Repeat("#", scenario.MaxSize+1), known))
}
