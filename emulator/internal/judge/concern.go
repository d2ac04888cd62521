package judge

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Setting is something that a scenario sets, which is no rule: its timeline, say.
type Setting struct {
	Name string
	Area string // of the calls that have to do with it; "": all but signing in
}

// touched tells whether a call came of an area, or of one at all where it is "".
func (r *Record) touched(area string) bool {
	return slices.ContainsFunc(r.Entries, func(e record.Entry) bool {
		own := asked(&e).AreaOf()
		return own == area || area == "" && own != "token"
	})
}

// areas are those of the calls that an expectation is about; "" means all.
func areas(x *journal.Expectation) (list []string) {
	switch {
	case x.Operation != "":
		return []string{operation.Area(x.Operation)}
	case x.In != "":
		return []string{operation.AreaOfPath(x.In)}
	case x.Profile != nil:
		return []string{"profiles"}
	case x.Order == nil:
		return []string{""}
	}
	for _, o := range x.Order {
		list = append(list, operation.Area(o))
	}
	return list
}

// lack tells what an expectation lacks that is not met only because calls did not come, ""
// where something else is wrong. Chosen: who called anything of an area, as profiles, uses
// it, and does wrong in leaving out what is expected of it; of who did not, nobody knows.
// Too few calls of any area at all are no lack of use, unless a rule has struck.
func (r *Record) lack(x *journal.Expectation, f *finding) string {
	switch {
	case !f.failed || r.Lost > 0:
		return ""
	case x.Profile != nil || x.In != "": // what became of calls
		if slices.ContainsFunc(areas(x), r.touched) {
			return ""
		}
		return journal.LackUse
	case f.failures > f.few:
		return ""
	}
	if slices.ContainsFunc(areas(x), func(area string) bool {
		if area == "" {
			return f.otherwise || r.struck()
		}
		return r.touched(area)
	}) {
		return journal.LackCalls
	}
	return journal.LackUse
}

// struck tells whether a rule did something to a call.
func (r *Record) struck() bool {
	return slices.ContainsFunc(r.Rules, func(u RuleUse) bool { return u.Fired > 0 }) ||
		slices.ContainsFunc(r.Entries, func(e record.Entry) bool { return struck(&e) })
}

// settings are a scenario without rules.
type settings struct {
	journal.Settings
	concerned bool // a call had to do with what it says
}

// settings are what a scenario without rules sets and expects; nil for one that says
// nothing, as the default one.
func (r *Record) settings() *settings {
	s := &settings{Settings: journal.Settings{Scenario: r.Scenario}, concerned: r.Lost > 0 || r.struck()}
	for _, one := range r.Sets {
		s.Sets = append(s.Sets, one.Name)
		s.concerned = s.concerned || r.touched(one.Area)
	}
	for i := range r.Expect {
		s.concerned = s.concerned || slices.ContainsFunc(areas(&r.Expect[i]), r.touched)
	}
	if len(s.Sets)+len(r.Expect) == 0 {
		return nil
	}
	return s
}
