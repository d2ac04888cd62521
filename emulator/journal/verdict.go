package journal

import (
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
)

// Verdict is whether the clients did what the scenarios expect of them.
type Verdict struct {
	OK        bool           `json:"ok"`
	IsStrict  bool           `json:"strict,omitzero"` // warnings count as failures
	Run       string         `json:"run,omitzero"`    // what the run is called, where there are several
	Summary   string         `json:"summary"`         // one line, as "verified: 5 expectations met in 2 worlds, 1 warning"
	Worlds    []WorldVerdict `json:"worlds"`
	Scenarios []Exercise     `json:"scenarios,omitempty"` // that have rules
	Settings  []Settings     `json:"settings,omitempty"`  // scenarios without any, where no call had to do with what they say
	IsOffered bool           `json:"offered,omitzero"`    // see Offered
	Omitted   Omitted        `json:"omitted,omitzero"`    // chapters of which no more than this is known
	Warnings  []Warning      `json:"warnings"`

	Properties []Property `json:"properties,omitempty"` // of the server: how it was started
}

// Exercise is whether a scenario was exercised: whether any of its faults fired, any of
// its throttles refused a call or any of its lifecycles was set going, in any world and
// chapter. Else nothing of what it tests was tested, whatever the expectations say.
type Exercise struct {
	Scenario  string   `json:"scenario"`
	Exercised bool     `json:"exercised"`
	Rules     []string `json:"rules"`              // as "fault throttle-start", at most MaxNamed
	RuleCount int      `json:"ruleCount"`          // how many there are
	Called    []string `json:"called,omitempty"`   // where it was not exercised: the operations that clients called, at most MaxNamed
	CallCount int      `json:"callCount,omitzero"` // how many calls that were
	Spared    int      `json:"spared,omitzero"`    // where it was not exercised: calls that were not struck by chance alone
}

// Settings is a scenario without rules that no call had to do with: its timeline, say, is
// nothing to a client that never looks at a profile. It is for a Card; it fails nothing.
type Settings struct {
	Scenario  string   `json:"scenario"`
	Sets      []string `json:"sets,omitempty"`     // as "timeline"; none where it only expects something
	Called    []string `json:"called,omitempty"`   // the operations that clients called, at most MaxNamed
	CallCount int      `json:"callCount,omitzero"` // how many calls that were
}

// MaxNamed is how many rules or operations an Exercise names.
const MaxNamed = 20

// Property is something that a reader of a verdict wants to know of the run.
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// WorldVerdict is what was found in one world, or in one chapter of its run.
type WorldVerdict struct {
	World        string      `json:"world"`
	Tenant       string      `json:"tenant"`
	Chapter      *Chapter    `json:"chapter,omitempty"` // nil: the world's only one, without a name
	Entries      int         `json:"entries"`           // that were judged
	Lost         uint64      `json:"lost,omitzero"`
	Expectations []Result    `json:"expectations"`
	Levels       LevelCounts `json:"levels,omitzero"` // of Graph's calls

	// that the calls needed, where tokens are checked; of a closed chapter without the calls
	Permissions *Permissions `json:"permissions,omitempty"`

	Began time.Time      `json:"began,omitzero"` // when the first of them came, on the wall clock
	Took  clock.Duration `json:"took,omitzero"`  // from then to the last answer, on the wall clock
}

// Result is whether an expectation was met in a world.
type Result struct {
	OK       bool     `json:"ok"`
	Expected string   `json:"expected"`          // in words
	Place    string   `json:"place,omitzero"`    // where it stands, as "nightly.yaml:42:5"
	Seen     string   `json:"seen"`              // in words, what there was
	Entries  []uint64 `json:"entries,omitempty"` // the ids of entries that are to blame, at most MaxBlamed
	Blamed   int      `json:"blamed,omitzero"`   // how many are to blame

	Evidence []string       `json:"evidence,omitempty"` // those of Entries, as the journal lists them
	Took     clock.Duration `json:"took,omitzero"`      // by all calls that it is about, on the wall clock
	Lack     string         `json:"lack,omitzero"`      // not met only because calls did not come: LackUse or LackCalls
}

// What an expectation lacks that is not met only because calls did not come.
const (
	LackUse   = "use"   // no call came of what it is about, as of profiles: the client does not use it
	LackCalls = "calls" // some came, and not those that were expected
)

// Warning is something that a good client, or a good scenario, would not have.
type Warning struct {
	Kind    string   `json:"kind"`              // WarnUnused and others
	World   string   `json:"world,omitzero"`    // "" where it is about all worlds
	Chapter *Chapter `json:"chapter,omitempty"` // of the world; nil: its only one, or all
	Message string   `json:"message"`           // one sentence
	Entries []uint64 `json:"entries,omitempty"` // the ids of the entries that it is about, at most MaxBlamed
	Count   int      `json:"count,omitzero"`    // how many entries it is about

	Evidence []string `json:"evidence,omitempty"` // those of Entries, as the journal lists them
}

// The kinds of warnings.
const (
	WarnUnused         = "unused"         // no call came at all
	WarnUnfired        = "unfired"        // a rule fired in no world
	WarnNotImplemented = "notImplemented" // a request met 501
	WarnUnsupported    = "unsupported"    // a request was of what graphemu does not have of Graph
	WarnRefused        = "refused"        // a schema or a rule of the model refused a body
	WarnDenied         = "denied"         // strict authentication refused a token, or what it may do
	WarnSignIn         = "signIn"         // a token call failed, and none of its kind worked after it
	WarnEarly          = "early"          // a call came within a Retry-After, and no expectation asked
	WarnNotRepeated    = "notRepeated"    // a rule refused a call or lost its answer, and it did not come again
	WarnNotFollowed    = "notFollowed"    // the scenario made pages small, and the next one was not asked for
	WarnBurst          = "burst"          // most of a window's requests came within a tenth of it
	WarnNoJitter       = "noJitter"       // workers that were throttled together came back together
)

// WarningKinds returns the kinds in the order in which a verdict has them.
func WarningKinds() []string {
	return []string{WarnUnused, WarnUnfired, WarnNotImplemented, WarnUnsupported, WarnRefused, WarnDenied, WarnSignIn,
		WarnEarly, WarnNotRepeated, WarnNotFollowed, WarnBurst, WarnNoJitter}
}

// MaxBlamed is how many ids a result or a warning names.
const MaxBlamed = 10

// Of returns what of the verdict is about one world, which is called name. It is good where
// the world's expectations were met and the verdict as a whole has a scenario that was
// exercised, in whatever world.
func (v Verdict) Of(tenant, name string) Verdict {
	one := Verdict{IsStrict: v.IsStrict, Run: v.Run, Scenarios: v.Scenarios, Settings: v.Settings, Properties: v.Properties}
	for _, w := range v.Worlds {
		if w.Tenant == tenant {
			one.Worlds = append(one.Worlds, w)
		}
	}
	for _, w := range v.Warnings {
		if w.World == "" || w.World == name || w.World == tenant {
			one.Warnings = append(one.Warnings, w)
		}
	}
	_, unmet := one.tally()
	one.OK = unmet == 0 && len(v.idle()) == 0 && (!v.IsStrict || len(one.Warnings) == 0)
	one.Summary = one.String()
	return one
}

// Interrupted returns the verdict on clients that were ended: what they did not do any more
// is no warning.
func (v Verdict) Interrupted() Verdict {
	late := func(w Warning) bool { return w.Kind == WarnNotRepeated || w.Kind == WarnNotFollowed }
	if !slices.ContainsFunc(v.Warnings, late) {
		return v
	}
	v.Warnings = slices.DeleteFunc(slices.Clone(v.Warnings), late)
	if _, unmet := v.tally(); v.IsStrict && !v.IsOffered {
		v.OK = unmet == 0 && len(v.idle()) == 0 && v.Omitted.Failed == 0 && len(v.Warnings) == 0
	}
	v.Summary = v.String()
	return v
}

// Strict returns the verdict with its warnings as failures.
func (v Verdict) Strict() Verdict {
	v.IsStrict = true
	v.OK = v.OK && len(v.Warnings) == 0
	v.Summary = v.String()
	return v
}
