package journal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// idle returns the scenarios that were not exercised.
func (v *Verdict) idle() (list []Exercise) {
	for _, e := range v.Scenarios {
		if !e.Exercised {
			list = append(list, e)
		}
	}
	return list
}

func (e *Exercise) subject() string {
	return strings.TrimSpace("the scenario " + words.Clean(e.Scenario))
}

func (e *Exercise) expected() string {
	return e.subject() + " strikes a call"
}

// seen says which rules never struck, and what clients called. Where chance alone kept them
// from it, that comes first: it is nothing that the client did.
func (e *Exercise) seen() string {
	text := "no call was struck by " + someOf(e.Rules, e.RuleCount)
	if e.Spared > 0 {
		text = "by chance " + words.Count(e.Spared, "call was", "calls were") + " spared, which is not the client's doing: " +
			"try another --seed, or more calls; " + text
	}
	return text + came(e.CallCount, e.Called)
}

// came goes on with what clients called.
func came(n int, called []string) string {
	switch {
	case n == 0:
		return "; no call came"
	case len(called) == 0:
		return "; what was called is not known any more"
	}
	return fmt.Sprintf("; %s: %s", words.Count(n, "call came", "calls came"), someOf(called, 0))
}

// seen says what was set for nothing, and what clients called.
func (s *Settings) seen() string {
	text := "no call had to do with what it expects"
	if len(s.Sets) > 0 {
		text = "no call had to do with what it sets (" + someOf(s.Sets, 0) + ")"
	}
	return text + came(s.CallCount, s.Called)
}

// untouched tells whether nothing of any scenario had to do with a call, and all that is
// not met is for want of calls: then nobody knows how the client would have done. why says
// what there was, and what came instead.
func (v *Verdict) untouched() (why string, ok bool) {
	spared := false
	for i := range v.Scenarios {
		e := &v.Scenarios[i]
		if e.Exercised {
			return "", false
		}
		spared = spared || e.Spared > 0
		why = cmp.Or(why, e.seen())
	}
	for i := range v.Settings {
		why = cmp.Or(why, v.Settings[i].seen())
	}
	for _, world := range v.Worlds {
		for _, r := range world.Expectations {
			if !r.OK && r.Lack != LackUse && !(spared && r.Lack == LackCalls) {
				return "", false
			}
		}
	}
	return why, why != "" && v.Omitted.Failed == 0
}

// Offered returns the verdict on a client under a scenario that was tried because it is
// there, not because anybody named it: it is no failure that it has nothing to do with the
// client.
func (v Verdict) Offered() Verdict {
	if _, untouched := v.untouched(); !untouched {
		return v
	}
	v.IsOffered = true
	v.OK = !v.IsStrict || !slices.ContainsFunc(v.Warnings, func(w Warning) bool { return w.Kind != WarnUnfired })
	v.Summary = v.String()
	return v
}

// someOf joins names, of which there may be more: n in all; 0 where that is not known.
func someOf(list []string, n int) string {
	clean := make([]string, len(list))
	for i, name := range list {
		clean[i] = words.Cut(words.Clean(name), 200, "…")
	}
	switch more := n - len(list); {
	case more > 0:
		return fmt.Sprintf("%s and %d more", strings.Join(clean, ", "), more)
	case n == 0 && len(list) == MaxNamed:
		return strings.Join(clean, ", ") + " and perhaps others"
	}
	return words.Join(clean, "and")
}

// test is the exercise as a test.
func (e *Exercise) test(class string, offered bool) junitCase {
	c := junitCase{Class: class, Name: e.expected()}
	switch {
	case e.Exercised:
	case offered:
		c.Skipped = &junitSkipped{Message: e.seen()}
	default:
		text := e.seen()
		c.Failure = &junitFailure{Message: text, Type: "notExercised", Text: "expected: " + e.expected() + "\nseen: " + text}
	}
	return c
}
