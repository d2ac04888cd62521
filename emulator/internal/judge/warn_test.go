package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// messages are the warnings of a verdict, with their entries as its text has them.
func messages(v journal.Verdict) []string {
	list := []string{}
	for _, w := range v.Warnings {
		world := w.World
		w.World = ""
		var text strings.Builder
		_ = journal.Verdict{Warnings: []journal.Warning{w}}.WriteText(&text)
		_, line, _ := strings.Cut(text.String(), "  warning ")
		line, _, _ = strings.Cut(line, "\n")
		list = append(list, w.Kind+" "+world+": "+line)
	}
	return list
}

func TestWarnings(t *testing.T) {
	refused := func(target string) func(*record.Entry) {
		return func(e *record.Entry) {
			e.Error = &journal.Problem{Message: "bad", Refused: true,
				Details: []journal.ProblemDetail{{Code: "c", Target: target, Message: "unknown property"}, {Code: "d"}}}
		}
	}
	for name, c := range map[string]struct {
		worlds []Record
		want   []string
	}{
		"nothing": {[]Record{{Entries: calls("profiles.get")}}, []string{}},
		"rules": {[]Record{
			{World: "a", Rules: []RuleUse{{"x", "fault", 0, false, false, 0}, {"y", "fault", 0, false, false, 0},
				{"x", "lifecycle", 0, false, false, 0}, {"z", "throttle", 0, true, false, 0}}},
			{World: "b", Rules: []RuleUse{{"y", "fault", 1, false, false, 0}, {"x", "fault", 0, false, false, 0}}},
		}, []string{
			"unused : " + noCall,
			`unfired : the fault "x" fired in no world: what it tests was not tested; optional: true says that this is fine`,
			`unfired : the lifecycle "x" fired in no world: what it tests was not tested; optional: true says that this is fine`}},
		"nothing known": {[]Record{{World: "a"}, {World: "b", Entries: calls("", "")}}, []string{"unused : " + noKnownCall}},
		"501": {[]Record{{World: "a",
			Entries: with(with(with(calls("delta", "delta", "", "profiles.get"), 1, answered(501)), 2, answered(501)), 3, answered(501))}}, []string{
			"notImplemented a: graphemu does not implement delta: 2 requests met 501 (entries 1 and 2)",
			"notImplemented a: graphemu does not implement GET /beta/education/synchronizationProfiles/86904b1e-c7d0-4ead-b13a-98f11fc400ee: 1 request met 501 (entry 3)"}},
		"501 by a fault": {[]Record{{World: "a", Entries: with(calls("x"), 1, func(e *record.Entry) {
			e.Status, e.Detail = 501, &journal.Detail{Fault: &journal.Strike{Effects: []string{"delay 1s", "respond 501"}}}
		})}}, []string{}},
		"refusals": {[]Record{{World: "a",
			Entries: with(with(with(calls("c", "c", "c"), 1, refused("/x")), 2, refused("/x")), 3, refused("/y"))}}, []string{
			"refused a: the body of c was refused 2 times: /x: unknown property (and 1 more) (entries 1 and 2)",
			"refused a: the body of c was refused once: /y: unknown property (and 1 more) (entry 3)"}},
		"early": {[]Record{{World: "a", Entries: with(with(calls("x", "y"), 1, early), 2, early),
			Expect: []journal.Expectation{{Operation: "y", NoEarlyRetry: true}}}}, []string{
			"early a: x was called once before a Retry-After was over (entry 1)"}},
		"not called again": {[]Record{{World: "a", Entries: struckBy(calls("x", "x", "y"), "",
			0, answered(200), answered(503), answered(429))}}, []string{
			"notRepeated a: GET /x was answered 503 and was not called again (entry 2)",
			"notRepeated a: GET /y was answered 429 and was not called again (entry 3)"}},
		"called again, in vain": {[]Record{{World: "a", Entries: struckBy(calls("x", "x"), "", 0, answered(503), answered(503))}}, []string{}},
		"called again": {[]Record{{World: "a", Entries: with(struckBy(calls("x", "x"), "", 0, answered(429), answered(200)), 2,
			func(e *record.Entry) { e.Detail, e.Query = nil, "$top=1" })}}, []string{}},
		"answered 429 by no rule": {[]Record{{World: "a", Entries: with(calls("x"), 1, answered(429))}}, []string{}},
		"lost answers": {[]Record{{World: "a", Entries: struckBy(calls("x", "y"), "cutAt 50%", 0, answered(200), answered(0))}}, []string{
			"notRepeated a: GET /x got an answer that was cut and was not called again (entry 1)",
			"notRepeated a: GET /y got no answer and was not called again (entry 2)"}},
		"lost answers of a write": {[]Record{{World: "a", Entries: struckBy(calls("x", "y", "z"), "cutAt 50%", 3,
			answered(201), answered(0), answered(504))}}, []string{}},
		"nextLink": {[]Record{{World: "a", Rules: small, Entries: pages("x", "x?$skiptoken=a", "y", "y?$top=2")}}, []string{
			"notFollowed a: the nextLink of /x was never followed (entry 2)",
			"notFollowed a: the nextLink of /y was never followed (entry 3)"}},
		"pages as usual": {[]Record{{World: "a", Entries: pages("x")}}, []string{}},
		"bursts": {[]Record{{World: "a", Entries: with(calls("x"), 1, func(e *record.Entry) { e.Detail = &journal.Detail{Burst: "education"} })}},
			[]string{
				`burst a: the throttle "education" saw bursts in 1 window: most of the requests came within a tenth of it (entry 1)`}},
	} {
		v := Verdict(c.worlds)
		assert.Equal(t, c.want, messages(v), name)
		assert.Equal(t, len(c.want) == 0, v.Strict().OK, name)
	}
}

// small is the rule of a scenario that has made a page small.
var small = []RuleUse{{Name: "2", Kind: "pageSize", Fired: 1, Optional: true}}

// struckBy makes the entries those that a fault has struck, on paths of their operations.
// The first writes are no reads.
func struckBy(list []record.Entry, effect string, writes int, change ...func(*record.Entry)) []record.Entry {
	for i := range list {
		e := &list[i]
		e.Path, e.Detail = "/"+e.Operation, &journal.Detail{Fault: &journal.Strike{Rule: "f", Effects: []string{effect}}}
		if i < writes {
			e.Method = "POST"
		}
		change[i](e)
	}
	return list
}

// pages are answers with a nextLink.
func pages(addresses ...string) []record.Entry {
	list := calls(addresses...)
	for i, a := range addresses {
		path, query, _ := strings.Cut(a, "?")
		list[i].Path, list[i].Query, list[i].ResponseBody = "/"+path, query, `{"@odata.nextLink":"…"}`
	}
	return list
}

func TestWarningsAreBounded(t *testing.T) {
	list := calls(make([]string, 1000)...)
	for i := range list {
		list[i].Operation = "profiles.create"
		list[i].Error = &journal.Problem{Message: fmt.Sprint("no ", i), Refused: true}
	}
	v := Verdict([]Record{{World: "a", Entries: list}})
	require.Len(t, v.Warnings, maxGroups+1)
	last := v.Warnings[maxGroups]
	assert.Equal(t, 950, last.Count)
	assert.Len(t, last.Entries, journal.MaxBlamed)
	assert.Equal(t, "950 bodies were refused for further reasons", last.Message)
}

// herdOfWorkers is n calls of one client that are throttled and come back, the
// i-th apart later than the one before. Each takes a millisecond.
func herdOfWorkers(n int, apart, told time.Duration, overlapping bool) []record.Entry {
	var list []record.Entry
	wait := clock.Duration(told)
	for round := range 2 {
		for i := range n {
			e := get()
			e.ID = uint64(len(list) + 1)
			e.Path = fmt.Sprint("/p/", i)
			e.Duration = clock.Duration(10 * time.Microsecond)
			e.Real = dawn.Add(time.Duration(i) * 100 * time.Microsecond)
			if overlapping {
				e.Duration = clock.Duration(time.Millisecond)
			}
			if round == 0 {
				e.Status, e.Detail = 429, &journal.Detail{RetryAfter: &wait}
			} else {
				e.Real = dawn.Add(told + 20*time.Millisecond + time.Duration(i)*apart)
			}
			e.At = e.Real
			list = append(list, e)
		}
	}
	return list
}

func TestNoJitter(t *testing.T) {
	for name, c := range map[string]struct {
		entries []record.Entry
		want    bool
	}{
		"workers that come back at once":     {herdOfWorkers(3, time.Millisecond, time.Second, true), true},
		"within the time, exactly":           {herdOfWorkers(3, 5*time.Millisecond, time.Second, true), true},
		"just beyond it":                     {herdOfWorkers(3, 5*time.Millisecond+1, time.Second, true), false},
		"two only":                           {herdOfWorkers(2, 0, time.Second, true), false},
		"a wait of less than a second":       {herdOfWorkers(5, 0, time.Second-1, true), false},
		"a serial client that put off three": {herdOfWorkers(3, time.Millisecond, time.Second, false), false},
		"with jitter":                        {herdOfWorkers(10, 30*time.Millisecond, time.Second, true), false},
		"parts of a batch": {func() []record.Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].Batch = 1
			}
			return list
		}(), false},
		"several clients": {func() []record.Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].Client = list[i].Path
			}
			return list
		}(), false},
		"overlap by a fault's delay": {func() []record.Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].Waited = 1
			}
			return list
		}(), false},
		"early retries, which are judged as such": {func() []record.Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list[5:] {
				list[5+i].Detail = &journal.Detail{Early: &journal.Early{Entry: 1}}
			}
			return list
		}(), false},
		"read from a file": {func() []record.Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].Real = time.Time{}
			}
			return list
		}(), false},
		"workers on one address": {func() []record.Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				if list[i].Path = "/p"; i > 0 && i < 5 {
					list[i].Detail.Early = &journal.Early{Entry: 1} // as the first was told
				}
			}
			return list
		}(), true},
		"one after another, each throttled again": {func() []record.Entry {
			var list []record.Entry
			for i := range 5 {
				pair := herdOfWorkers(1, 0, time.Second, true)
				for _, e := range pair {
					e.ID, e.Real = uint64(len(list)+1), e.Real.Add(time.Duration(i)*2*time.Second)
					list = append(list, e)
				}
			}
			return list
		}(), false},
	} {
		v := Verdict([]Record{{World: "w", Entries: c.entries}})
		v.Warnings = slices.DeleteFunc(v.Warnings, func(w journal.Warning) bool { return w.Kind != journal.WarnNoJitter })
		assert.Equal(t, c.want, len(v.Warnings) > 0, "%s: %v", name, messages(v))
	}
	v := Verdict([]Record{{World: "w", Entries: herdOfWorkers(3, 0, time.Second, true)}})
	assert.Equal(t, []string{"noJitter w: 3 calls of the app 11111111-2222-3333-4444-555555555555 that were throttled together came back within 10ms of each other (once): workers should wait for different times (entries 4, 5 and 6)"}, messages(v))
}
