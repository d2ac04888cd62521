package scenario_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// The plan tells which calls of the client's a fault strikes: those that one
// before it strikes do not come to it.
func TestAPlanCountsCallsAsTheRulesDo(t *testing.T) {
	const fails = ", respond: {status: 503}"
	for name, c := range map[string]struct {
		faults []string
		want   []string // how the plan speaks of them
	}{
		"one after the other": {[]string{"operation: profiles.list, calls: first 2", "operation: profiles.list, calls: first 1",
			"operation: profiles.list, calls: 2-3"},
			[]string{"the first 2 calls of profiles.list are", "the 3rd call of profiles.list (the 1st of those that no fault above strikes) is",
				"calls 5 to 6 of profiles.list (2 to 3 of those that no fault above strikes) are"}},
		"beside each other": {[]string{"operation: profiles.list, calls: 5", "operation: profiles.list, calls: first 2"},
			[]string{"the 5th call of profiles.list is", "the first 2 calls of profiles.list are"}},
		"with gaps": {[]string{"operation: profiles.list, calls: every 2", "operation: profiles.list, calls: first 3"},
			[]string{"every 2nd call of profiles.list is",
				"calls 1, 3 and 5 of profiles.list (the first 3 of those that no fault above strikes) are"}},
		"with many gaps": {[]string{"operation: profiles.list, calls: every 2", "operation: profiles.list, calls: first 20"},
			[]string{"every 2nd call of profiles.list is",
				"20 calls from the 1st to the 39th of profiles.list (the first 20 of those that no fault above strikes) are"}},
		"of the same group": {[]string{"operation: 'profiles.*', calls: 1", "operation: 'profiles.*', calls: 1"},
			[]string{"the 1st call of profiles.* is", "the 2nd call of profiles.* (the 1st of those that no fault above strikes) is"}},
		"of a group and one of it": {[]string{"operation: 'profiles.*', calls: 1", "operation: profiles.list, calls: 1"},
			[]string{"the 1st call of profiles.* is", "the 1st call of profiles.list, counting only those that no fault above strikes, is"}},
		"by chance": {[]string{"operation: profiles.list, chance: 0.5", "operation: profiles.list, calls: every 3"},
			[]string{"every call of profiles.list with a chance of 50 % is",
				"every 3rd call of profiles.list, counting only those that no fault above strikes, is"}},
		"others": {[]string{"operation: profiles.get, calls: 1", "operation: profiles.list, calls: 1",
			"operation: profiles.list, calls: 1, while: {state: provisioned}", "operation: profiles.list, calls: 1, while: {state: deleting}"},
			[]string{"the 1st call of profiles.get is", "the 1st call of profiles.list is",
				"the 1st call of profiles.list while the profile is provisioned, counting only those that no fault above strikes, is",
				"the 1st call of profiles.list while the profile is deleting, counting only those that no fault above strikes, is"}},
		"states that exclude each other": {[]string{"operation: profiles.get, calls: 1, while: {state: provisioned}",
			"operation: profiles.get, calls: 1, while: {state: deleting}"},
			[]string{"the 1st call of profiles.get while the profile is provisioned is",
				"the 1st call of profiles.get while the profile is deleting is"}},
		"never": {[]string{"operation: profiles.list", "operation: profiles.list, calls: 3"},
			[]string{"every call of profiles.list is", "the 3rd call of profiles.list, counting only those that no fault above strikes, is"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := "version: 1\nfaults:\n"
			for i, f := range c.faults {
				text += "- {name: " + string(rune('a'+i)) + ", " + f + fails + "}\n"
			}
			f := parse(t, "x.yaml", text)
			_, list, ok := strings.Cut(scenario.Plan(f), "that strikes counts:\n")
			require.True(t, ok)
			lines := strings.Split(list, "\n")
			for i, want := range c.want {
				assert.Equal(t, "  "+string(rune('a'+i))+": "+want+" answered 503", lines[i])
			}
		})
	}
}

// What the plan says is what a set of rules does.
func TestTheCountedCallsAreThoseThatAreStruck(t *testing.T) {
	f := parse(t, "x.yaml", `version: 1
faults:
- {name: a, operation: profiles.list, calls: every 3, delay: 1s}
- {name: b, operation: profiles.list, calls: 2-4, delay: 1s}
- {name: c, operation: profiles.list, calls: first 2, delay: 1s}
- {name: d, operation: profiles.list, calls: 4, delay: 1s}
`)
	struck := map[string][]uint64{}
	set := faults.NewSet(f.Faults, 7)
	for call := uint64(1); call <= 30; call++ {
		if s, ok, _ := set.Decide(&faults.Query{Operation: "profiles.list"}); ok {
			struck[s.Rule.Name] = append(struck[s.Rule.Name], call)
		}
	}
	for i, calls := range scenario.Struck(f.Faults)[1:] {
		assert.Equal(t, struck[f.Faults[i+1].Name], calls, f.Faults[i+1].Name)
	}
}
