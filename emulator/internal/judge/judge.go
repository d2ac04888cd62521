// Package judge says what is thought of a client: whether it met the expectations of a
// scenario, and what is worth a warning. It keeps the verdicts of closed chapters.
package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Verdict judges the client that made these entries, together with the chapters
// that were closed before (see History). An expectation is judged in each chapter
// that was used, which is one where any request was an operation; if none was, in
// the first of worlds, so that what was expected to be called is missed. Warnings
// are about all worlds. It changes nothing that it is given.
//
// Entries that the journal lost make undecided what they could change: such an
// expectation fails and says so, while what the kept entries alone decide, as
// that an operation was called once at least, stays decided.
func Verdict(worlds []Record, past ...*History) journal.Verdict {
	v := journal.Verdict{OK: true, Worlds: []journal.WorldVerdict{}, Warnings: []journal.Warning{}}
	var rules ruleUses
	var scenarios exercises
	for _, h := range past {
		h.tell(&v, &rules)
		scenarios.join(&h.scenarios)
	}
	used := slices.DeleteFunc(slices.Clone(worlds), func(r Record) bool { return !r.used() })
	if len(used) == 0 && len(v.Worlds) == 0 {
		v.Warnings = append(v.Warnings, unused(worlds)...)
		used = worlds[:min(len(worlds), 1)]
	}
	for i := range used {
		v.Worlds = append(v.Worlds, used[i].verdict())
	}
	for i := range worlds {
		v.Warnings = append(v.Warnings, worlds[i].warnings()...)
		rules.add(worlds[i].Rules)
		scenarios.add(&worlds[i])
	}
	v.Scenarios, v.Settings = scenarios.verdict(), scenarios.untouched()
	v.Warnings = append(v.Warnings, rules.unfired()...)
	slices.SortStableFunc(v.Warnings, byKind)
	slices.SortStableFunc(v.Worlds, byWorld(worlds))
	v.OK = v.Omitted.Failed == 0 && !slices.ContainsFunc(v.Worlds, func(w journal.WorldVerdict) bool { return !ok(&w) }) &&
		!slices.ContainsFunc(v.Scenarios, func(e journal.Exercise) bool { return !e.Exercised })
	v.Summary = v.String()
	return v
}

// verdict judges the record's expectations.
func (r *Record) verdict() journal.WorldVerdict {
	w := journal.WorldVerdict{World: r.World, Tenant: r.Tenant, Chapter: r.Chapter, Entries: len(r.Entries),
		Lost: r.Lost, Expectations: []journal.Result{}}
	w.Began, w.Took = r.span()
	for i := range r.Entries {
		w.Levels.Add(r.Entries[i].Level)
	}
	if r.Strict {
		if p := Permissions(r.Entries, r.Lost); p.Delegated != nil || p.Application != nil {
			w.Permissions = p
		}
	}
	for i := range r.Expect {
		w.Expectations = append(w.Expectations, r.judge(&r.Expect[i]))
	}
	return w
}

// ok tells whether all expectations were met.
func ok(w *journal.WorldVerdict) bool {
	return !slices.ContainsFunc(w.Expectations, func(r journal.Result) bool { return !r.OK })
}

// byWorld orders verdicts as the worlds are, then those of worlds that are no
// more by their names. Those of one world stay in their order.
func byWorld(worlds []Record) func(a, b journal.WorldVerdict) int {
	place := map[string]int{}
	for i, r := range worlds {
		place[r.Tenant] = i - len(worlds) // below 0, which is that of the others
	}
	return func(a, b journal.WorldVerdict) int {
		return cmp.Or(cmp.Compare(place[a.Tenant], place[b.Tenant]), cmp.Compare(a.World, b.World), cmp.Compare(a.Tenant, b.Tenant))
	}
}

// used tells whether a client called anything. Of entries that are lost nobody
// knows, so they count; and what a rule has struck is a call, whatever it asked for.
func (r *Record) used() bool {
	return r.Lost > 0 || slices.ContainsFunc(r.Entries, func(e record.Entry) bool { return e.Operation != "" || struck(&e) })
}

// asked is the call of an entry, as patterns look at it.
func asked(e *record.Entry) operation.Call { return operation.Asked(e.Operation, e.Method, e.Path) }

func means(p *operation.Pattern, e *record.Entry) bool { return p.Means(asked(e)) }

// judge tells whether one expectation was met.
func (r *Record) judge(x *journal.Expectation) journal.Result {
	var f finding
	switch {
	case x.Operation != "":
		r.judgeCalls(x, &f)
	case x.Order != nil:
		r.judgeOrder(x.Order, &f)
	case x.Only != nil:
		r.judgeOnly(x.Only, &f)
	case x.In != "":
		r.judgeObjects(x, &f)
	case x.Level != "" && x.Profile == nil:
		r.judgeLevel(x, &f)
	default:
		r.judgeProfiles(x, &f)
	}
	return journal.Result{OK: !f.failed, Expected: x.String(), Place: x.Place, Seen: strings.Join(f.seen, "; "),
		Entries: f.blamed.ids, Blamed: f.blamed.n, Evidence: r.evidence(f.blamed.ids), Took: r.took(x), Lack: r.lack(x, &f)}
}

// maxShown is how much of a text a message repeats, in bytes.
const maxShown = 80

// finding gathers what was seen.
type finding struct {
	failed bool
	seen   []string
	blamed blame

	failures  int  // answers to questions that are not as wanted
	few       int  // of those the ones that lack nothing but calls
	otherwise bool // calls came that were answered otherwise than was asked
}

// blame counts entries, and keeps the ids of the first.
type blame struct {
	ids []uint64
	n   int
}

func (b *blame) add(id uint64) {
	if b.n++; len(b.ids) < journal.MaxBlamed {
		b.ids = append(b.ids, id)
	}
}

// blame joins who is to blame for one question with those for others. An entry
// is blamed once, as far as it is known by its id.
func (f *finding) blame(b blame) {
	f.blamed.n += b.n
	for _, id := range b.ids {
		if slices.Contains(f.blamed.ids, id) {
			f.blamed.n--
		} else if len(f.blamed.ids) < journal.MaxBlamed {
			f.blamed.ids = append(f.blamed.ids, id)
		}
	}
	slices.Sort(f.blamed.ids)
}

func (f *finding) saw(ok bool, format string, args ...any) {
	if !ok {
		f.failed = true
		f.failures++
	}
	f.seen = append(f.seen, fmt.Sprintf(format, args...))
}

// undecided fails an expectation that lost entries might have changed.
func (r *Record) undecided(f *finding) {
	f.saw(false, "nobody can tell: the journal lost %s; raise --max-journal", words.Count(r.Lost, "entry", "entries"))
}

// judgeCalls judges what is asked of an operation. It goes through the entries
// once for each question.
func (r *Record) judgeCalls(x *journal.Expectation, f *finding) {
	want := x.Count
	if !want.Given && !x.NoEarlyRetry && x.MinInterval == 0 && x.Level == "" {
		want = journal.AtLeast(1)
	}
	if want.Given {
		r.judgeCount(x, want, f)
	}
	if x.NoEarlyRetry {
		r.judgeEarly(x, f)
	}
	if x.MinInterval > 0 {
		r.judgeIntervals(x, f)
	}
	if x.Level != "" {
		r.judgeLevel(x, f)
	}
}

// judgeLevel looks for calls below a level, of an operation or of all.
func (r *Record) judgeLevel(x *journal.Expectation, f *finding) {
	pattern := operation.Compile(x.Operation)
	var below blame
	var what []string
	for i := range r.Entries {
		e := &r.Entries[i]
		if !e.Below(x.Level) || x.Operation != "" && !means(&pattern, e) {
			continue
		}
		below.add(e.ID)
		name := e.Level + " " + cmp.Or(e.Operation, words.Cut(words.Clean(e.Method+" "+e.Path), maxShown, "…"))
		if len(what) < journal.MaxBlamed && !slices.Contains(what, name) {
			what = append(what, name)
		}
	}
	switch {
	case below.n > 0:
		f.blame(below)
		f.saw(false, "%s below it: %s", words.Count(below.n, "call was", "calls were"), words.Join(what, "and"))
	case r.Lost > 0:
		r.undecided(f)
	default:
		f.saw(true, "no call was below it")
	}
}

func (r *Record) judgeCount(x *journal.Expectation, want journal.Count, f *finding) {
	status, filtered := journal.Filter{Status: x.Status}, x.Status != ""
	n, pattern := int64(0), operation.Compile(x.Operation)
	var counted, others blame
	for i := range r.Entries {
		e := &r.Entries[i]
		switch {
		case !means(&pattern, e):
		case !status.Matches(&e.Entry):
			others.add(e.ID)
		default:
			n++
			counted.add(e.ID)
		}
	}
	surplus := want.Max >= 0 && n > want.Max // more entries cannot heal that
	enough := n >= want.Min && want.Max < 0  // nor spoil that
	if r.Lost > 0 && !surplus && !enough {
		f.saw(false, "%s in the entries that are kept", called(n))
		r.undecided(f)
		return
	}
	ok := want.Has(n)
	if !ok {
		f.blame(counted)
		if n < want.Min {
			f.blame(others) // which should have been among them
			f.few, f.otherwise = f.few+1, others.n > 0
		}
	}
	seen := called(n)
	if filtered && others.n > 0 {
		seen += fmt.Sprintf(" (and %s that were answered otherwise)", words.Count(others.n, "call", "calls"))
		if others.n == 1 {
			seen = called(n) + " (and 1 call that was answered otherwise)"
		}
	}
	f.saw(ok, "%s", seen)
}

func called(n int64) string {
	if n == 0 {
		return "it was never called"
	}
	return "it was called " + words.Times(n)
}

func (r *Record) judgeEarly(x *journal.Expectation, f *finding) {
	var first *record.Entry
	var early blame
	pattern := operation.Compile(x.Operation)
	for i := range r.Entries {
		if e := &r.Entries[i]; e.Detail != nil && e.Detail.Early != nil && means(&pattern, e) {
			early.add(e.ID)
			if first == nil {
				first = e
			}
		}
	}
	switch {
	case first != nil:
		f.blame(early)
		f.saw(false, "%s early: entry %d came %v before the answer of entry %d allowed it",
			words.Count(early.n, "call was", "calls were"), first.ID, words.Rounded(first.Detail.Early.By.Std()), first.Detail.Early.Entry)
	case r.Lost > 0:
		r.undecided(f)
	default:
		f.saw(true, "no call came early")
	}
}

// route is a client's calls of an operation on an address: what polls.
type route struct{ client, operation, path string }

// judgeIntervals looks at the time between the arrivals of two calls that follow
// each other. It is too short only if it is so on both clocks; of an entry that
// was read from a file only the world's is known.
func (r *Record) judgeIntervals(x *journal.Expectation, f *finding) {
	last := map[route]*record.Entry{}
	least := x.MinInterval.Std()
	pairs, pattern := 0, operation.Compile(x.Operation)
	var short blame
	var a, b *record.Entry // the first two that are too close
	for i := range r.Entries {
		e := &r.Entries[i]
		if !means(&pattern, e) {
			continue
		}
		key := route{e.Client, e.Operation, e.Path}
		before := last[key]
		last[key] = e
		if before == nil {
			continue
		}
		if pairs++; e.At.Sub(before.At) < least && (!timed(e, before) || e.Real.Sub(before.Real) < least) {
			short.add(e.ID)
			if a == nil {
				a, b = before, e
			}
		}
	}
	switch {
	case a != nil:
		real := ""
		if timed(a, b) {
			real = fmt.Sprintf(", and %v on the wall clock", words.Least(b.Real.Sub(a.Real)))
		}
		f.blame(short)
		f.saw(false, "%s too short: entries %d and %d came %v apart on the world's clock%s",
			words.Count(short.n, "interval was", "intervals were"), a.ID, b.ID, words.Least(b.At.Sub(a.At)), real)
	case r.Lost > 0:
		r.undecided(f)
	case pairs == 0:
		f.saw(true, "no client called the same address twice")
	default:
		f.saw(true, "%s long enough", words.Count(pairs, "interval was", "intervals were"))
	}
}

// timed tells whether the wall clock is known of both.
func timed(a, b *record.Entry) bool { return !a.Real.IsZero() && !b.Real.IsZero() }

func (r *Record) judgeOrder(order []string, f *finding) {
	first, patterns := make([]*record.Entry, len(order)), operation.CompileAll(order)
	for i := range r.Entries {
		e := &r.Entries[i]
		for j := range patterns {
			if first[j] == nil && means(&patterns[j], e) {
				first[j] = e
			}
		}
	}
	if r.Lost > 0 {
		r.undecided(f)
		return
	}
	for i, e := range first {
		switch {
		case e == nil:
			f.saw(false, "%s was never called", order[i])
			f.few++
			return
		case i > 0 && e.ID <= first[i-1].ID:
			f.blamed.add(e.ID)
			f.saw(false, "%s (entry %d) was called before %s (entry %d)", order[i], e.ID, order[i-1], first[i-1].ID)
			return
		}
	}
	f.saw(true, "they were called in that order")
}

// judgeOnly lets requests pass that are none of the API's operations: those met
// an error of their own.
func (r *Record) judgeOnly(only []string, f *finding) {
	var others []string
	patterns := operation.CompileAll(only)
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Operation == "" || operation.AnyMeans(patterns, asked(e)) {
			continue
		}
		f.blamed.add(e.ID)
		if !slices.Contains(others, e.Operation) {
			others = append(others, e.Operation)
		}
	}
	switch {
	case len(others) > 0:
		f.saw(false, "%s of %s", words.Count(f.blamed.n, "call", "calls"), words.Join(others, "and"))
	case r.Lost > 0:
		r.undecided(f)
	default:
		f.saw(true, "nothing else was called")
	}
}
