package journal

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/subject"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/problem"
)

// Check returns everything that is wrong with the expectation, in the order of
// its fields; nil for nothing. operations are the names of all operations; nil:
// they are not known, and any name passes.
func (e *Expectation) Check(operations []string) []problem.Problem {
	return e.CheckWith(func(name string) string { return operation.Wrong(name, operations) })
}

// CheckWith is Check where wrong says what is wrong with an operation, "" for nothing.
func (e *Expectation) CheckWith(wrong func(operation string) string) []problem.Problem {
	var found []problem.Problem
	add := func(pointer, format string, args ...any) {
		found = append(found, problem.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
	}
	kinds := e.kinds()
	e.checkLevel(kinds, add)
	if len(kinds) != 1 && (len(kinds) > 0 || e.Level == "") {
		had := "none of them"
		if len(kinds) > 1 {
			had = strings.Join(kinds, " and ")
		}
		add("", "an expectation has exactly one of operation, order, only, profile and in; this one has %s", had)
	}
	if e.Operation != "" {
		if wrong := wrong(e.Operation); wrong != "" {
			add("/operation", "%s", wrong)
		}
	}
	e.checkCalls(add)
	e.checkStatus(add)
	e.checkList("order", e.Order, wrong, add)
	e.checkList("only", e.Only, wrong, add)
	checkWhere("/profile/", e.Profile, add)
	e.checkIn(add)
	return found
}

// checkLevel checks a level, which goes with operation or alone.
func (e *Expectation) checkLevel(kinds []string, add func(pointer, format string, args ...any)) {
	known := []string{LevelEmulated, LevelGeneric}
	switch {
	case e.Level == "":
	case !slices.Contains(known, e.Level):
		add("/level", "%q is no level that calls can be held to: want %s%s",
			show(e.Level), words.Join(known, "or"), words.Suggestion(e.Level, known))
	case len(kinds) > 0 && e.Operation == "":
		add("/level", "level goes only with operation, or alone")
	}
}

func (e *Expectation) kinds() (kinds []string) {
	for _, k := range []struct {
		name string
		has  bool
	}{{"operation", e.Operation != ""}, {"order", e.Order != nil}, {"only", e.Only != nil}, {"profile", e.Profile != nil}, {"in", e.In != ""}} {
		if k.has {
			kinds = append(kinds, k.name)
		}
	}
	return kinds
}

// checkCalls checks what only calls of an operation can be asked.
func (e *Expectation) checkCalls(add func(pointer, format string, args ...any)) {
	if e.Operation == "" && e.In == "" {
		const only = "%s goes only with operation"
		if e.Count.Given {
			add("/count", only, "count")
		}
		if e.NoEarlyRetry {
			add("/noEarlyRetry", only, "noEarlyRetry")
		}
		if e.MinInterval != 0 {
			add("/minInterval", only, "minInterval")
		}
		return
	}
	c := e.Count
	switch {
	case !c.Given:
	case c.Min < 0 || c.Min > MaxCount || c.Max > MaxCount:
		add("/count", "%s is out of range: a count is a whole number from 0 to %d", c, MaxCount)
	case c.Max >= 0 && c.Max < c.Min:
		add("/count", "%s ends before it begins", c)
	}
	if e.MinInterval < 0 || e.MinInterval > clock.Duration(clock.MaxDuration) {
		add("/minInterval", "%v is out of range: want a duration above 0, like 5s, and at most %v", e.MinInterval, clock.MaxDuration)
	}
}

func (e *Expectation) checkStatus(add func(pointer, format string, args ...any)) {
	switch {
	case e.Status == "":
	case e.Operation != "":
		if _, ok := parseStatus(e.Status); !ok {
			hint := ""
			if slices.Contains(subject.Statuses, e.Status) {
				hint = "; the status of a profile's sync goes with profile"
			}
			add("/status", "%q is no status: %s%s", show(e.Status), statusForms, hint)
		}
		if !e.Count.Given && (e.NoEarlyRetry || e.MinInterval != 0 || e.Level != "") {
			add("/status", "status says which calls are counted: it needs a count beside noEarlyRetry, minInterval or level")
		}
	case e.Profile != nil:
		if !slices.Contains(subject.Statuses, e.Status) {
			add("/status", "%s", unknownWord("status of a sync", e.Status, subject.Statuses, "state", subject.States))
		}
	default:
		add("/status", "status goes only with operation or profile")
	}
	switch {
	case e.State == "":
	case e.Profile == nil:
		add("/state", "state goes only with profile")
	case !slices.Contains(subject.States, e.State):
		add("/state", "%s", unknownWord("state of a profile", e.State, subject.States, "status", subject.Statuses))
	}
}

// unknownWord says that word is no member of a list. other is the property where
// it may belong, and others that one's list.
func unknownWord(kind, word string, list []string, other string, others []string) string {
	text := strconv.Quote(show(word)) + " is no " + kind
	if slices.Contains(others, word) {
		return text + "; it is a " + other + ": write " + other + ": " + word
	}
	if hint := words.Hint(word, list); hint != "" {
		return text + hint
	}
	return text + "; there are " + strings.Join(list, ", ")
}

func (e *Expectation) checkList(name string, list []string, wrong func(string) string, add func(pointer, format string, args ...any)) {
	if list != nil && len(list) == 0 {
		add("/"+name, "the list is empty: name at least one operation")
	}
	if name == "order" && len(list) == 1 {
		add("/order", "an order needs two operations at least")
	}
	for i, o := range list {
		pointer := fmt.Sprintf("/%s/%d", name, i)
		if wrong := wrong(o); wrong != "" {
			add(pointer, "%s", wrong)
		}
		if first := slices.Index(list, o); first < i {
			add(pointer, "%q is named twice: as /%s/%d already", show(o), name, first)
		}
	}
}

// checkIn checks what is asked of the objects of a collection. Whether there is such a
// collection, the metadata tells.
func (e *Expectation) checkIn(add func(pointer, format string, args ...any)) {
	if e.In == "" {
		if e.Where != nil {
			add("/where", "where goes only with in")
		}
		return
	}
	if e.NoEarlyRetry {
		add("/noEarlyRetry", "noEarlyRetry goes only with operation")
	}
	if e.MinInterval != 0 {
		add("/minInterval", "minInterval goes only with operation")
	}
	checkWhere("/where/", e.Where, add)
}

// checkWhere checks conditions.
func checkWhere(at string, where map[string]any, add func(pointer, format string, args ...any)) {
	for _, path := range slices.Sorted(maps.Keys(where)) {
		for _, wrong := range match.Wrong(path, where[path]) {
			add(at+jsontree.Escape(show(path)), "%s", wrong)
		}
	}
}
