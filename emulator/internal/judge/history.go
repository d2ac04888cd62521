package judge

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Bounds of what a History keeps besides chapters (chosen).
const (
	maxChapterWarnings = 20 // of one chapter
	maxRules           = 5000
)

// History is what stays of chapters that are closed: their verdicts, without the
// entries that led there. It keeps a bounded number of chapters. Beyond it those
// that passed become a number, the oldest first; then failed ones do, the newest
// first. The zero History keeps none. It is not safe for concurrent use.
type History struct {
	limit    int
	chapters []closed
	rules    ruleUses
	omitted  journal.Omitted
	warned   map[string]int // warnings that are known by their number alone, by kind

	scenarios exercises
}

// closed is a chapter with what was thought of it.
type closed struct {
	verdict  journal.WorldVerdict
	warnings []journal.Warning
	last     uint64 // the id of its last entry
}

// NewHistory makes a history that keeps so many chapters.
func NewHistory(limit int) *History {
	return &History{limit: limit, rules: ruleUses{most: maxRules}}
}

// Close judges a record as one chapter, and keeps the verdict. It returns false
// where no operation was called in it: then it is no chapter, and nothing is
// kept.
func (h *History) Close(r *Record, by string) bool {
	if !r.used() {
		return false
	}
	fit := *r
	fit.Chapter = &journal.Chapter{Number: 1, Closed: by}
	if r.Chapter != nil {
		fit.Chapter.Number, fit.Chapter.Name = r.Chapter.Number, r.Chapter.Name
	}
	c := closed{verdict: fit.verdict(), warnings: fit.warnings()}
	c.verdict.Permissions = c.verdict.Permissions.Sets()
	if n := len(r.Entries); n > 0 {
		c.last = r.Entries[n-1].ID
	}
	if len(c.warnings) > maxChapterWarnings {
		h.count(c.warnings[maxChapterWarnings:])
		c.warnings = slices.Clip(slices.Clone(c.warnings[:maxChapterWarnings]))
	}
	h.rules.add(r.Rules)
	h.scenarios.add(r)
	h.chapters = append(h.chapters, c)
	h.shed()
	return true
}

// Len returns how many chapters were closed.
func (h *History) Len() int { return len(h.chapters) + h.omitted.Passed + h.omitted.Failed }

// Absorb adds what another history keeps.
func (h *History) Absorb(other *History) {
	h.chapters = append(h.chapters, other.chapters...)
	h.rules.add(other.rules.list)
	h.scenarios.join(&other.scenarios)
	h.omitted.Passed += other.omitted.Passed
	h.omitted.Failed += other.omitted.Failed
	for kind, n := range other.warned {
		h.countKind(kind, n)
	}
	h.shed()
}

// Clone returns a copy that later changes leave alone.
func (h *History) Clone() *History {
	all := NewHistory(len(h.chapters))
	all.Absorb(h)
	return all
}

// Of returns the chapters of one tenant, as far as more than their number is
// known. A rule that fired for any tenant has fired, and its scenario was exercised.
func (h *History) Of(tenant string) *History {
	mine := NewHistory(len(h.chapters))
	mine.rules.add(slices.DeleteFunc(slices.Clone(h.rules.list), func(r RuleUse) bool { return r.Fired == 0 }))
	mine.scenarios = h.scenarios.exercised()
	for _, c := range h.chapters {
		if c.verdict.Tenant == tenant {
			mine.chapters = append(mine.chapters, c)
		}
	}
	return mine
}

// Strikes returns no more than which scenarios were exercised, in the chapters that
// are closed and in the one of r.
func (h *History) Strikes(r *Record) *History {
	mine := NewHistory(0)
	mine.scenarios = h.scenarios.exercised()
	var open exercises
	open.add(r)
	open = open.exercised()
	mine.scenarios.join(&open)
	return mine
}

// Forget drops the chapters of one tenant, as far as more than their number is
// known.
func (h *History) Forget(tenant string) {
	h.chapters = slices.DeleteFunc(h.chapters, func(c closed) bool { return c.verdict.Tenant == tenant })
}

// Last returns the number of the last chapter of a tenant, and the id of its last
// entry; zeros where none is known.
func (h *History) Last(tenant string) (number int, entry uint64) {
	for _, c := range slices.Backward(h.chapters) {
		if c.verdict.Tenant == tenant {
			return c.verdict.Chapter.Number, c.last
		}
	}
	return 0, 0
}

// shed makes numbers of the chapters that are too many.
func (h *History) shed() {
	for len(h.chapters) > h.limit {
		i := slices.IndexFunc(h.chapters, func(c closed) bool { return ok(&c.verdict) && len(c.warnings) == 0 })
		if i < 0 {
			i = slices.IndexFunc(h.chapters, func(c closed) bool { return ok(&c.verdict) })
		}
		if i < 0 {
			i = len(h.chapters) - 1
			h.omitted.Failed++
		} else {
			h.omitted.Passed++
		}
		h.count(h.chapters[i].warnings)
		h.chapters = slices.Delete(h.chapters, i, i+1)
	}
}

// count keeps no more of warnings than their number.
func (h *History) count(list []journal.Warning) {
	for _, w := range list {
		h.countKind(w.Kind, 1)
	}
}

func (h *History) countKind(kind string, n int) {
	if h.warned == nil {
		h.warned = map[string]int{}
	}
	h.warned[kind] += n
}

// tell adds what is kept to a verdict and to what is known of rules.
func (h *History) tell(v *journal.Verdict, rules *ruleUses) {
	for _, c := range h.chapters {
		v.Worlds = append(v.Worlds, c.verdict)
		v.Warnings = append(v.Warnings, c.warnings...)
	}
	v.Omitted.Passed += h.omitted.Passed
	v.Omitted.Failed += h.omitted.Failed
	for _, kind := range journal.WarningKinds() {
		if n := h.warned[kind]; n > 0 {
			message := words.Count(n, "further warning", "further warnings") + " of this kind in closed chapters, of which only the number is kept"
			v.Warnings = append(v.Warnings, journal.Warning{Kind: kind, Message: message})
		}
	}
	rules.add(h.rules.list)
}

// ruleUses are rules with what came of them everywhere. Rules of one name and kind in
// several worlds or chapters are one rule.
type ruleUses struct {
	list []RuleUse
	at   map[ruleName]int // in list
	most int              // how many are kept; 0: all
}

type ruleName struct{ kind, name string }

func (u *ruleUses) add(list []RuleUse) {
	if u.at == nil {
		u.at = map[ruleName]int{}
	}
	for _, r := range list {
		key := ruleName{r.Kind, r.Name}
		i, known := u.at[key]
		switch {
		case known:
			u.list[i].Fired += r.Fired
			u.list[i].Spared += r.Spared
			u.list[i].Optional = u.list[i].Optional || r.Optional
		case u.most == 0 || len(u.list) < u.most:
			u.at[key] = len(u.list)
			u.list = append(u.list, r)
		}
	}
}
