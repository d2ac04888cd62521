package scenario

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// A fault counts only the calls that come to it: those that no fault before it
// has struck. So its second call need not be the client's.

// coming is which calls come to a fault.
type coming struct {
	behind bool     // a fault before it may strike some of its calls
	struck []uint64 // the client's calls of the operation that it strikes, from 1; nil: that depends on more than their number
}

// maxCounted bounds how many calls of an operation are gone through to find out.
const maxCounted = 2000

// comings returns what comes to each fault.
func comings(given []fault.Rule) []coming {
	all := make([]coming, len(given))
	certain := make([]bool, len(given)) // that the number of a call decides alone
	for j := range given {
		certain[j] = plainRule(&given[j])
		for i := range j {
			if meet(&given[i], &given[j]) {
				all[j].behind = true
				certain[j] = certain[j] && certain[i] && given[i].Operation == given[j].Operation
			}
		}
	}
	for name, rules := range countable(given, certain) {
		count(name, given, rules, all)
	}
	return all
}

// plainRule tells whether a rule asks for nothing but the number of a call.
func plainRule(r *fault.Rule) bool {
	return r.While.IsZero() && len(r.Except) == 0 &&
		len(r.Where.Header)+len(r.Where.Query)+len(r.Where.Body) == 0 && (r.Chance == 0 || r.Chance == 1)
}

// countable returns the certain rules of each operation.
func countable(given []fault.Rule, certain []bool) map[string][]int {
	m := map[string][]int{}
	for i := range given {
		if certain[i] {
			m[given[i].Operation] = append(m[given[i].Operation], i)
		}
	}
	return m
}

// count sends calls of an operation to the rules, as a client would, and notes
// which of them each strikes that strikes a number of calls only.
func count(name string, given []fault.Rule, rules []int, all []coming) {
	left := map[int]uint64{} // by index: calls that are still to be struck
	index := map[string]int{}
	var list []fault.Rule
	for _, i := range rules {
		r := given[i]
		index[r.Name] = i
		list = append(list, fault.Rule{Name: r.Name, Operation: r.Operation, Calls: r.Calls})
		if n := strikes(r.Calls); all[i].behind && n > 0 && n <= maxCounted {
			left[i] = n
		}
	}
	set := faults.NewSet(list, 1)
	example := operation.Example(name)
	q := &faults.Query{Operation: example.Name, Method: example.Method, Below: example.Path}
	for call := uint64(1); call <= maxCounted && len(left) > 0; call++ {
		strike, struck, _ := set.Decide(q)
		if !struck {
			continue
		}
		i := index[strike.Rule.Name]
		if left[i] == 0 {
			continue
		}
		all[i].struck = append(all[i].struck, call)
		if left[i]--; left[i] == 0 {
			delete(left, i)
		}
	}
	for i := range left {
		all[i].struck = nil // not all of them were met
	}
}

// strikes returns how many calls a rule strikes, 0 for no end.
func strikes(c fault.Calls) uint64 {
	if c.Every > 0 || c.To == 0 {
		return 0
	}
	return c.To - max(c.From, 1) + 1
}

// meet tells whether a call may be one of both rules.
func meet(a, b *fault.Rule) bool {
	return operation.Meet(a.Operation, b.Operation) && !excepted(a, b) && !excepted(b, a) &&
		agree(a.While.State, b.While.State) && agree(a.While.Status, b.While.Status) && agreeAll(a.While.Object, b.While.Object) &&
		agreeAll(folded(a.Where.Header), folded(b.Where.Header)) && agreeAll(a.Where.Query, b.Where.Query) && agreeAll(a.Where.Body, b.Where.Body)
}

// excepted tells whether a strikes none of the calls of b.
func excepted(a, b *fault.Rule) bool {
	return slices.ContainsFunc(a.Except, func(pattern string) bool { return operation.Covers(pattern, b.Operation) })
}

func agree(a, b string) bool { return a == "" || b == "" || a == b }

func agreeAll[T any](a, b map[string]T) bool {
	for name, want := range a {
		if other, both := b[name]; both && !match.Same(other, want) {
			return false
		}
	}
	return true
}

// subject says which calls of the client's a rule strikes, and tells whether they
// are many. rest is what is to be said once all that the rule asks for is told.
func (c coming) subject(r *fault.Rule) (subject, rest string, many bool) {
	subject, many = which(r.Calls, operationWords(r))
	switch {
	case !c.behind || r.Calls.IsZero():
	case c.struck != nil && c.struck[0] == max(r.Calls.From, 1) && consecutive(c.struck):
	case c.struck != nil:
		subject = fmt.Sprintf("%s of %s (%s of those that no fault above strikes)",
			numbered(c.struck), operationWords(r), ofCalls(r.Calls))
		return subject, "", len(c.struck) > 1
	default:
		rest = ", counting only those that no fault above strikes,"
	}
	return subject, rest, many
}

// ofCalls is which calls of those that come to it a rule strikes.
func ofCalls(c fault.Calls) string {
	switch {
	case c.From == c.To:
		return "the " + words.Ordinal(c.From)
	case c.From <= 1:
		return fmt.Sprintf("the first %d", c.To)
	}
	return fmt.Sprintf("%d to %d", c.From, c.To)
}

func consecutive(list []uint64) bool { return list[len(list)-1]-list[0] == uint64(len(list)-1) }

// maxNumbered is how many calls are told by their numbers.
const maxNumbered = 8

// numbered writes "the 3rd call", "calls 3 to 5" or "calls 1, 3 and 5".
func numbered(list []uint64) string {
	switch first, last := list[0], list[len(list)-1]; {
	case len(list) == 1:
		return "the " + words.Ordinal(first) + " call"
	case consecutive(list):
		return fmt.Sprintf("calls %d to %d", first, last)
	case len(list) > maxNumbered:
		return fmt.Sprintf("%d calls from the %s to the %s", len(list), words.Ordinal(first), words.Ordinal(last))
	}
	var numbers []string
	for _, n := range list {
		numbers = append(numbers, strconv.FormatUint(n, 10))
	}
	return "calls " + words.Join(numbers, "and")
}
