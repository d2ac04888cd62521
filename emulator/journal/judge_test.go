package journal

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
)

// calls makes entries, one a second, with ids from 1.
func calls(operations ...string) []Entry {
	var list []Entry
	for i, o := range operations {
		e := get()
		e.ID, e.Operation = uint64(i+1), o
		e.At = dawn.Add(time.Duration(i) * time.Second)
		e.real = e.At
		list = append(list, e)
	}
	return list
}

// with changes one of the entries, counted from 1.
func with(list []Entry, n int, change func(*Entry)) []Entry {
	change(&list[n-1])
	return list
}

func early(e *Entry) {
	e.Detail = &Detail{Early: &Early{Entry: 1, By: clock.Duration(18 * time.Second)}}
}

func answered(status int) func(*Entry) { return func(e *Entry) { e.Status = status } }

func TestExpectationsOfCalls(t *testing.T) {
	three := calls("profiles.start", "profiles.get", "profiles.start", "profiles.start")
	for name, c := range map[string]struct {
		x       Expectation
		entries []Entry
		lost    uint64
		ok      bool
		seen    string
		blamed  []uint64
	}{
		"at least once by default": {Expectation{Operation: "profiles.start"}, three, 0, true, "it was called 3 times", nil},
		"never":                    {Expectation{Operation: "profiles.pause"}, three, 0, false, "it was never called", nil},
		"exactly":                  {Expectation{Operation: "profiles.start", Count: Exactly(3)}, three, 0, true, "it was called 3 times", nil},
		"too few": {Expectation{Operation: "profiles.start", Count: AtLeast(4)}, three, 0, false, "it was called 3 times",
			[]uint64{1, 3, 4}},
		"too many": {Expectation{Operation: "profiles.start", Count: AtMost(2)}, three, 0, false, "it was called 3 times",
			[]uint64{1, 3, 4}},
		"none of them, and none is": {Expectation{Operation: "profiles.pause", Count: Exactly(0)}, three, 0, true, "it was never called", nil},
		"a group":                   {Expectation{Operation: "profiles.*", Count: Exactly(4)}, three, 0, true, "it was called 4 times", nil},
		"all":                       {Expectation{Operation: "*", Count: Exactly(1)}, calls("batch", ""), 0, true, "it was called once", nil},
		"by status": {Expectation{Operation: "profiles.start", Status: "429", Count: Exactly(1)},
			with(calls("profiles.start", "profiles.start"), 1, answered(429)), 0, true,
			"it was called once (and 1 call that was answered otherwise)", nil},
		"by class": {Expectation{Operation: "profiles.start", Status: "4xx"}, three, 0, false,
			"it was never called (and 3 calls that were answered otherwise)", []uint64{1, 3, 4}},
		"by no answer":               {Expectation{Operation: "profiles.start", Status: "0"}, with(calls("profiles.start"), 1, answered(0)), 0, true, "it was called once", nil},
		"loss makes it undecided":    {Expectation{Operation: "profiles.start", Count: Exactly(3)}, three, 12, false, "it was called 3 times in the entries that are kept; nobody can tell: the journal lost 12 entries; raise --max-journal", nil},
		"loss, but enough are there": {Expectation{Operation: "profiles.start"}, three, 12, true, "it was called 3 times", nil},
		"loss, but too many anyway":  {Expectation{Operation: "profiles.start", Count: AtMost(2)}, three, 1, false, "it was called 3 times", []uint64{1, 3, 4}},
		"not early":                  {Expectation{Operation: "profiles.start", NoEarlyRetry: true}, three, 0, true, "no call came early", nil},
		"not early, and not called":  {Expectation{Operation: "profiles.pause", NoEarlyRetry: true}, three, 0, true, "no call came early", nil},
		"early":                      {Expectation{Operation: "profiles.start", NoEarlyRetry: true}, with(calls("profiles.start", "profiles.start"), 2, early), 0, false, "1 call was early: entry 2 came 18s before the answer of entry 1 allowed it", []uint64{2}},
		"another one was early":      {Expectation{Operation: "profiles.get", NoEarlyRetry: true}, with(calls("profiles.start", "profiles.start"), 2, early), 0, true, "no call came early", nil},
		"not early, with loss":       {Expectation{Operation: "profiles.start", NoEarlyRetry: true}, three, 1, false, "nobody can tell: the journal lost 1 entry; raise --max-journal", nil},
		"early, with loss":           {Expectation{Operation: "profiles.start", NoEarlyRetry: true}, with(calls("profiles.start", "profiles.start"), 2, early), 9, false, "1 call was early: entry 2 came 18s before the answer of entry 1 allowed it", []uint64{2}},
		"count and early":            {Expectation{Operation: "profiles.start", NoEarlyRetry: true, Count: Exactly(2)}, three, 0, false, "it was called 3 times; no call came early", []uint64{1, 3, 4}},
		"in order":                   {Expectation{Order: []string{"profiles.start", "profiles.get"}}, three, 0, true, "they were called in that order", nil},
		"out of order":               {Expectation{Order: []string{"profiles.get", "profiles.start"}}, three, 0, false, "profiles.start (entry 1) was called before profiles.get (entry 2)", []uint64{1}},
		"order with one missing":     {Expectation{Order: []string{"profiles.start", "batch", "profiles.get"}}, three, 0, false, "batch was never called", nil},
		"order with loss":            {Expectation{Order: []string{"profiles.start", "profiles.get"}}, three, 2, false, "nobody can tell: the journal lost 2 entries; raise --max-journal", nil},
		"only these":                 {Expectation{Only: []string{"profiles.get", "profiles.start"}}, calls("profiles.get", ""), 0, true, "nothing else was called", nil},
		"another one":                {Expectation{Only: []string{"profiles.get"}}, three, 0, false, "3 calls of profiles.start", []uint64{1, 3, 4}},
		"only, with loss":            {Expectation{Only: []string{"profiles.*"}}, three, 2, false, "nobody can tell: the journal lost 2 entries; raise --max-journal", nil},
	} {
		t.Run(name, func(t *testing.T) {
			v := Judge([]Record{{World: "w", Entries: c.entries, Lost: c.lost, Expect: []Expectation{c.x}}})
			require.Len(t, v.Worlds, 1)
			got := v.Worlds[0].Expectations[0]
			assert.Equal(t, c.seen, got.Seen)
			assert.Equal(t, c.ok, got.OK)
			assert.Equal(t, c.ok, v.OK)
			assert.Equal(t, c.blamed, got.Entries)
			assert.Equal(t, len(c.blamed), got.Blamed)
		})
	}
}

func TestIntervalsAreTooShortOnlyOnBothClocks(t *testing.T) {
	const least = 5 * time.Second
	for name, c := range map[string]struct {
		world, real time.Duration
		ok          bool
	}{
		"short on both":             {least - 1, least - 1, false},
		"exact on the world's":      {least, 0, true},
		"exact on the wall clock":   {0, least, true},
		"a frozen clock, no wait":   {0, 0, false},
		"a clock that was set back": {-time.Hour, least, true},
		"set back, and no wait":     {-time.Hour, 0, false},
	} {
		list := calls("profiles.get", "profiles.get")
		list[1].At, list[1].real = dawn.Add(c.world), dawn.Add(c.real)
		x := Expectation{Operation: "profiles.get", MinInterval: clock.Duration(least)}
		v := Judge([]Record{{Entries: list, Expect: []Expectation{x}}})
		assert.Equal(t, c.ok, v.OK, name)

		list[0].real = time.Time{} // read from a file: the world's clock alone
		assert.Equal(t, c.world >= least, Judge([]Record{{Entries: list, Expect: []Expectation{x}}}).OK, name)
	}
}

func TestIntervalsAreOfOneClientOnOneAddress(t *testing.T) {
	x := []Expectation{{Operation: "profiles.*", MinInterval: clock.Duration(time.Hour)}}
	judge := func(change func(*Entry)) Result {
		list := with(calls("profiles.get", "profiles.get"), 2, change)
		return Judge([]Record{{Entries: list, Expect: x}}).Worlds[0].Expectations[0]
	}
	got := judge(func(*Entry) {})
	assert.Equal(t, "1 interval was too short: entries 1 and 2 came 1s apart on the world's clock, and 1s on the wall clock", got.Seen)
	assert.Equal(t, []uint64{2}, got.Entries)
	for _, change := range []func(*Entry){
		func(e *Entry) { e.Client = "another" },
		func(e *Entry) { e.Path = "/another" },
		func(e *Entry) { e.Operation = "profiles.update" },
	} {
		got := judge(change)
		assert.True(t, got.OK)
		assert.Equal(t, "no client called the same address twice", got.Seen)
	}
	got = judge(func(e *Entry) { e.At = dawn.Add(time.Hour) })
	assert.Equal(t, "1 interval was long enough", got.Seen)

	lost := Judge([]Record{{Entries: calls("profiles.get"), Lost: 3, Expect: x}}).Worlds[0].Expectations[0]
	assert.False(t, lost.OK)
	assert.Contains(t, lost.Seen, "lost 3 entries")
}

func view(name, state, status string) ProfileView {
	return ProfileView{JSON: fmt.Appendf(nil, `{"displayName":%q,"id":"id-%s","n":3,"on":true,"dataProvider":{"@odata.type":"#t","x":null}}`, name, name), State: state, Status: status}
}

func TestExpectationsOfProfiles(t *testing.T) {
	profiles := []ProfileView{view("North", "provisioned", "success"), view("South", "provisioned", "error"), view("North", "provisioning", "")}
	north := map[string]any{"displayName": "North"}
	for name, c := range map[string]struct {
		x        Expectation
		profiles []ProfileView
		ok       bool
		seen     string
	}{
		"as expected":       {Expectation{Profile: map[string]any{"displayName": "South"}, State: "provisioned", Status: "error"}, profiles, true, "1 profile is so"},
		"one of two":        {Expectation{Profile: north, Status: "success"}, profiles, false, `"North" (id-North) is provisioning and none`},
		"just there":        {Expectation{Profile: north}, profiles, true, "2 profiles are so"},
		"none such":         {Expectation{Profile: map[string]any{"displayName": "East"}}, profiles, false, "no profile is such a one, of 3"},
		"none at all":       {Expectation{Profile: north}, nil, false, "there is no profile at all"},
		"each":              {Expectation{Profile: map[string]any{}, State: "provisioned"}, profiles[:2], true, "2 profiles are so"},
		"integers":          {Expectation{Profile: map[string]any{"n": 3}}, profiles, true, "3 profiles are so"},
		"unsigned":          {Expectation{Profile: map[string]any{"n": uint64(3)}}, profiles, true, "3 profiles are so"},
		"floats":            {Expectation{Profile: map[string]any{"n": 3.0}}, profiles, true, "3 profiles are so"},
		"texts of numbers":  {Expectation{Profile: map[string]any{"n": json.Number("3")}}, profiles, true, "3 profiles are so"},
		"a text, no number": {Expectation{Profile: map[string]any{"n": "3"}}, profiles, false, "no profile is such a one, of 3"},
		"true":              {Expectation{Profile: map[string]any{"on": true}}, profiles, true, "3 profiles are so"},
		"false":             {Expectation{Profile: map[string]any{"on": false}}, profiles, false, "no profile is such a one, of 3"},
		"null, and absent":  {Expectation{Profile: map[string]any{"dataProvider.x": nil, "nothing": nil}}, profiles, true, "3 profiles are so"},
		"a type":            {Expectation{Profile: map[string]any{`dataProvider.@odata\.type`: "#t"}}, profiles, true, "3 profiles are so"},
		"many elsewhere":    {Expectation{Profile: map[string]any{}, Status: "paused"}, slices.Repeat(profiles, 3), false, `"North" (id-North) is provisioned and success, "South" (id-South) is provisioned and error, "North" (id-North) is provisioning and none, "North" (id-North) is provisioned and success, "South" (id-South) is provisioned and error, and 4 more are elsewhere`},
	} {
		v := Judge([]Record{{Entries: calls("profiles.get"), Lost: 7, Profiles: c.profiles, Expect: []Expectation{c.x}}})
		got := v.Worlds[0].Expectations[0]
		assert.Equal(t, c.seen, got.Seen, name)
		assert.Equal(t, c.ok, got.OK, name)
	}
}

func TestOnlyUsedWorldsAreJudged(t *testing.T) {
	x := []Expectation{{Operation: "profiles.start"}}
	idle, stray, good, bad := Record{World: "default", Expect: x}, Record{World: "stray", Entries: calls(""), Expect: x},
		Record{World: "good", Entries: calls("profiles.start"), Expect: x}, Record{World: "bad", Entries: calls("profiles.get"), Expect: x}

	v := Judge([]Record{idle, stray, good})
	assert.True(t, v.OK)
	require.Len(t, v.Worlds, 1)
	assert.Equal(t, "good", v.Worlds[0].World)

	v = Judge([]Record{idle, good, bad})
	assert.False(t, v.OK)
	assert.Equal(t, "NOT verified: 1 of 1 expectation not met in 2 worlds, no warnings", v.Summary)

	v = Judge([]Record{idle, stray})
	assert.False(t, v.OK, "nobody came: what was expected is missed")
	assert.Equal(t, "default", v.Worlds[0].World)

	v = Judge(nil)
	assert.True(t, v.OK)
	assert.Equal(t, "verified: nothing was expected in 0 worlds, no warnings", v.Summary)
}

func messages(v Verdict) []string {
	list := []string{}
	for _, w := range v.Warnings {
		list = append(list, w.Kind+" "+w.World+": "+w.Message+named(w.Entries, w.Count))
	}
	return list
}

func TestWarnings(t *testing.T) {
	refused := func(target string) func(*Entry) {
		return func(e *Entry) {
			e.Error = &Problem{Message: "bad", Refused: true, Details: []ProblemDetail{{Code: "c", Target: target, Message: "unknown property"}, {Code: "d"}}}
		}
	}
	for name, c := range map[string]struct {
		worlds []Record
		want   []string
	}{
		"nothing": {[]Record{{Entries: calls("profiles.get")}}, []string{}},
		"rules": {[]Record{
			{World: "a", Rules: []RuleUse{{"x", "fault", 0, false}, {"y", "fault", 0, false}, {"x", "lifecycle", 0, false}, {"z", "throttle", 0, true}}},
			{World: "b", Rules: []RuleUse{{"y", "fault", 1, false}, {"x", "fault", 0, false}}},
		}, []string{
			"unused : " + noCall,
			`unfired : the fault "x" fired in no world: what it tests was not tested; optional: true says that this is fine`,
			`unfired : the lifecycle "x" fired in no world: what it tests was not tested; optional: true says that this is fine`}},
		"501": {[]Record{{World: "a", Entries: with(with(with(calls("delta", "delta", "", "profiles.get"), 1, answered(501)), 2, answered(501)), 3, answered(501))}}, []string{
			"notImplemented a: graphemu does not implement delta: 2 requests met 501 (entries 1 and 2)",
			"notImplemented a: graphemu does not implement GET /beta/education/synchronizationProfiles/86904b1e-c7d0-4ead-b13a-98f11fc400ee: 1 request met 501 (entry 3)"}},
		"501 by a fault": {[]Record{{World: "a", Entries: with(calls("x"), 1, func(e *Entry) {
			e.Status, e.Detail = 501, &Detail{Fault: &Strike{Effects: []string{"delay 1s", "respond 501"}}}
		})}}, []string{}},
		"refusals": {[]Record{{World: "a", Entries: with(with(with(calls("c", "c", "c"), 1, refused("/x")), 2, refused("/x")), 3, refused("/y"))}}, []string{
			"refused a: the body of c was refused 2 times: /x: unknown property (and 1 more) (entries 1 and 2)",
			"refused a: the body of c was refused once: /y: unknown property (and 1 more) (entry 3)"}},
		"early": {[]Record{{World: "a", Entries: with(with(calls("x", "y"), 1, early), 2, early), Expect: []Expectation{{Operation: "y", NoEarlyRetry: true}}}}, []string{
			"early a: x was called once before a Retry-After was over (entry 1)"}},
		"bursts": {[]Record{{World: "a", Entries: with(calls("x"), 1, func(e *Entry) { e.Detail = &Detail{Burst: "education"} })}}, []string{
			`burst a: the throttle "education" saw bursts in 1 window: most of the requests came within a tenth of it (entry 1)`}},
	} {
		v := Judge(c.worlds)
		assert.Equal(t, c.want, messages(v), name)
		assert.Equal(t, len(c.want) == 0, v.Strict().OK, name)
	}
}

func TestWarningsAreBounded(t *testing.T) {
	list := calls(make([]string, 1000)...)
	for i := range list {
		list[i].Operation = "profiles.create"
		list[i].Error = &Problem{Message: fmt.Sprint("no ", i), Refused: true}
	}
	v := Judge([]Record{{World: "a", Entries: list}})
	require.Len(t, v.Warnings, maxGroups+1)
	last := v.Warnings[maxGroups]
	assert.Equal(t, 950, last.Count)
	assert.Len(t, last.Entries, MaxBlamed)
	assert.Equal(t, "950 bodies were refused for further reasons", last.Message)
}

// herdOfWorkers is n calls of one client that are throttled and come back, the
// i-th apart later than the one before. Each takes a millisecond.
func herdOfWorkers(n int, apart, told time.Duration, overlapping bool) []Entry {
	var list []Entry
	wait := clock.Duration(told)
	for round := range 2 {
		for i := range n {
			e := get()
			e.ID = uint64(len(list) + 1)
			e.Path = fmt.Sprint("/p/", i)
			e.Duration = clock.Duration(10 * time.Microsecond)
			e.real = dawn.Add(time.Duration(i) * 100 * time.Microsecond)
			if overlapping {
				e.Duration = clock.Duration(time.Millisecond)
			}
			if round == 0 {
				e.Status, e.Detail = 429, &Detail{RetryAfter: &wait}
			} else {
				e.real = dawn.Add(told + 20*time.Millisecond + time.Duration(i)*apart)
			}
			e.At = e.real
			list = append(list, e)
		}
	}
	return list
}

func TestNoJitter(t *testing.T) {
	for name, c := range map[string]struct {
		entries []Entry
		want    bool
	}{
		"workers that come back at once":     {herdOfWorkers(3, time.Millisecond, time.Second, true), true},
		"within the time, exactly":           {herdOfWorkers(3, 5*time.Millisecond, time.Second, true), true},
		"just beyond it":                     {herdOfWorkers(3, 5*time.Millisecond+1, time.Second, true), false},
		"two only":                           {herdOfWorkers(2, 0, time.Second, true), false},
		"a wait of less than a second":       {herdOfWorkers(5, 0, time.Second-1, true), false},
		"a serial client that put off three": {herdOfWorkers(3, time.Millisecond, time.Second, false), false},
		"with jitter":                        {herdOfWorkers(10, 30*time.Millisecond, time.Second, true), false},
		"parts of a batch": {func() []Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].Batch = 1
			}
			return list
		}(), false},
		"several clients": {func() []Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].Client = list[i].Path
			}
			return list
		}(), false},
		"overlap by a fault's delay": {func() []Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].Waited = 1
			}
			return list
		}(), false},
		"early retries, which are judged as such": {func() []Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list[5:] {
				list[5+i].Detail = &Detail{Early: &Early{Entry: 1}}
			}
			return list
		}(), false},
		"read from a file": {func() []Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				list[i].real = time.Time{}
			}
			return list
		}(), false},
		"workers on one address": {func() []Entry {
			list := herdOfWorkers(5, 0, time.Second, true)
			for i := range list {
				if list[i].Path = "/p"; i > 0 && i < 5 {
					list[i].Detail.Early = &Early{Entry: 1} // by the promise that the first was given
				}
			}
			return list
		}(), true},
		"one after another, each throttled again": {func() []Entry {
			var list []Entry
			for i := range 5 {
				pair := herdOfWorkers(1, 0, time.Second, true)
				for _, e := range pair {
					e.ID, e.real = uint64(len(list)+1), e.real.Add(time.Duration(i)*2*time.Second)
					list = append(list, e)
				}
			}
			return list
		}(), false},
	} {
		v := Judge([]Record{{World: "w", Entries: c.entries}})
		v.Warnings = v.byKind(WarnNoJitter)
		assert.Equal(t, c.want, len(v.Warnings) > 0, "%s: %v", name, messages(v))
	}
	v := Judge([]Record{{World: "w", Entries: herdOfWorkers(3, 0, time.Second, true)}})
	assert.Equal(t, []string{"noJitter w: 3 calls of the app 11111111-2222-3333-4444-555555555555 that were throttled together came back within 10ms of each other (once): workers should wait for different times (entries 4, 5 and 6)"}, messages(v))
}

// sample is a verdict with something of everything, odd characters among it.
func sample() Verdict {
	wait := clock.Duration(20 * time.Second)
	entries := calls("profiles.create", "profiles.start", "profiles.start", "profiles.status.get")
	entries[1].Status, entries[1].Detail = 429, &Detail{RetryAfter: &wait}
	early(&entries[2])
	entries[0].Error = &Problem{Code: "BadRequest", Message: "no", Refused: true, Details: []ProblemDetail{{Code: "unknownProperty", Target: "/a<b>&\"\x00\x1b[31m", Message: "unknown\nproperty"}}}
	expect := []Expectation{
		{Operation: "profiles.start", Count: Exactly(3), NoEarlyRetry: true, Place: "nightly.yaml:42:5"},
		{Operation: "profiles.status.get", MinInterval: clock.Duration(5 * time.Second), Place: "nightly.yaml:43:5"},
		{Profile: map[string]any{"displayName": "<North> & \"Süd\"\x01"}, Status: "success", Place: "nightly.yaml:44:5"},
	}
	return Judge([]Record{
		{World: "default", Tenant: "11111111-1111-1111-1111-111111111111", Entries: entries, Expect: expect, Profiles: []ProfileView{view("North", "provisioned", "success")},
			Rules: []RuleUse{{Name: "cut-upload", Kind: "fault"}}},
		{World: "ci-2", Tenant: "22222222-2222-2222-2222-222222222222", Entries: calls("profiles.start", "profiles.start", "profiles.start"), Lost: 3, Expect: expect[1:2]},
	})
}

func TestVerdictsAsTextJSONAndJUnit(t *testing.T) {
	for name, v := range map[string]Verdict{"sample": sample(), "strict": sample().Strict(), "good": Judge([]Record{{World: "default", Entries: calls("profiles.start"), Expect: []Expectation{{Operation: "profiles.start", Place: "a.yaml:1:1"}}}})} {
		golden(t, name+".txt", func(w io.Writer) error { return v.WriteText(w) })
		golden(t, name+".junit.xml", func(w io.Writer) error { return v.WriteJUnit(w) })
		golden(t, name+".json", func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(v)
		})
	}
}

func TestAVerdictReadsBackFromJSON(t *testing.T) {
	text, err := json.Marshal(sample().Strict())
	require.NoError(t, err)
	var back Verdict
	require.NoError(t, json.Unmarshal(text, &back))
	var a, b bytes.Buffer
	require.NoError(t, sample().Strict().WriteText(&a))
	require.NoError(t, back.WriteText(&b))
	assert.Equal(t, a.String(), b.String())
}

func TestJUnitIsXML(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().WriteJUnit(&b))
	d := xml.NewDecoder(&b)
	tests := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if s, ok := token.(xml.StartElement); ok && s.Name.Local == "testcase" {
			tests++
		}
	}
	assert.Equal(t, 3+1+len(warningKinds), tests)
}

// broken is a writer that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWritersReportErrors(t *testing.T) {
	assert.ErrorIs(t, sample().WriteText(broken{}), io.ErrClosedPipe)
	assert.ErrorIs(t, sample().WriteJUnit(broken{}), io.ErrClosedPipe)
	assert.ErrorIs(t, WriteText(broken{}, calls("x")), io.ErrClosedPipe)
}

func TestJudgingChangesNothing(t *testing.T) {
	r := []Record{{World: "a"}, {World: "b", Entries: herdOfWorkers(5, 0, time.Second, true), Expect: []Expectation{{Only: []string{"x"}}}}}
	before := fmt.Sprintf("%+v", r)
	first := Judge(r)
	assert.Equal(t, before, fmt.Sprintf("%+v", r))
	for range 20 {
		assert.Equal(t, first, Judge(r), "the same each time")
	}
}
