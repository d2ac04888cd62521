package journal

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// String says the expectation for people, as one sentence without a full stop.
func (e Expectation) String() string {
	switch {
	case e.Operation != "":
		return e.callWords()
	case e.Level != "" && e.Order == nil && e.Only == nil && e.Profile == nil && e.In == "":
		return "whatever is called is served at the level " + e.levelWords()
	case e.Order != nil:
		return "the first calls come in this order: " + strings.Join(e.Order, ", ")
	case e.In != "":
		return e.inWords()
	case e.Only != nil:
		return "nothing is called but " + words.Join(e.Only, "and")
	}
	return e.profileWords()
}

func (e *Expectation) callWords() string {
	var parts []string
	c := e.Count
	if !c.Given && !e.NoEarlyRetry && e.MinInterval == 0 && e.Level == "" {
		c = AtLeast(1)
	}
	if c.Given {
		called := "is called " + c.words()
		if c.Max == 0 {
			called = "is never called"
		}
		if e.Status != "" {
			called += " with the answer " + e.Status
		}
		parts = append(parts, called)
	}
	if e.NoEarlyRetry {
		parts = append(parts, "is not called again before a Retry-After is over")
	}
	if e.MinInterval > 0 {
		parts = append(parts, fmt.Sprintf("is called again by the same client on the same address only after %v", e.MinInterval))
	}
	if e.Level != "" {
		parts = append(parts, "is served at the level "+e.levelWords())
	}
	subject := e.Operation
	if subject == "*" {
		subject = "whatever the operation, it"
	} else if subject == operation.Graph {
		subject = "any operation of Graph"
	}
	return subject + " " + words.Join(parts, "and")
}

func (e *Expectation) levelWords() string {
	if e.Level == LevelEmulated {
		return e.Level
	}
	return e.Level + " at least"
}

// whereWords says conditions, as `jobTitle "Head"`.
func whereWords(where map[string]any) (which []string) {
	for _, path := range slices.Sorted(maps.Keys(where)) {
		value := fmt.Sprint(where[path])
		switch v := where[path].(type) {
		case nil:
			value = "null"
		case string:
			value = strconv.Quote(v)
		}
		which = append(which, path+" "+value)
	}
	return which
}

// inWords says what is expected of a collection.
func (e *Expectation) inWords() string {
	c := e.Count
	if !c.Given {
		c = AtLeast(1)
	}
	with := ""
	if len(e.Where) > 0 {
		with = " with " + words.Join(whereWords(e.Where), "and")
	}
	how := strings.TrimSuffix(strings.TrimSuffix(c.words(), " times"), " time")
	switch {
	case c.Max == 0:
		how = "no object"
	case how == "at least once":
		how = "at least 1 object"
	case how == "exactly once":
		how = "exactly 1 object"
	default:
		how += " objects"
	}
	return e.In + " has " + how + with + " in the end"
}

func (e *Expectation) profileWords() string {
	which := whereWords(e.Profile)
	subject := "each profile"
	if len(which) > 0 {
		subject += " with " + words.Join(which, "and")
	}
	var is []string
	if e.State != "" {
		is = append(is, "is in the state "+e.State)
	}
	if e.Status != "" {
		is = append(is, "has the status "+e.Status)
	}
	if len(is) == 0 {
		return strings.Replace(subject, "each", "a", 1) + " exists"
	}
	return subject + " " + words.Join(is, "and") + ", and there is one"
}
