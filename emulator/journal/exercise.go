package journal

import (
	"fmt"
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

// seen says which rules never struck, and what clients called.
func (e *Exercise) seen() string {
	text := "none was struck by " + someOf(e.Rules, e.RuleCount)
	switch {
	case e.CallCount == 0:
		return text + "; no call came"
	case len(e.Called) == 0:
		return text + "; what was called is not known any more"
	}
	return fmt.Sprintf("%s; %s: %s", text, words.Count(e.CallCount, "call came", "calls came"), someOf(e.Called, 0))
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
func (e *Exercise) test(class string) junitCase {
	c := junitCase{Class: class, Name: e.expected()}
	if !e.Exercised {
		text := e.seen()
		c.Failure = &junitFailure{Message: text, Type: "notExercised", Text: "expected: " + e.expected() + "\nseen: " + text}
	}
	return c
}
