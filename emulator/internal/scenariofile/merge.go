package scenariofile

import (
	"cmp"
	"maps"
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// Merge joins scenarios as --scenario several times does: their lists add up in
// order, so that of what fits the first counts; each setting is that of the last
// that has it, name by name. It errs with scenario.Problems where a name stands in the
// same list of two of them. None at all is an empty scenario.
func Merge(files []*scenario.File) (*scenario.File, error) {
	all := &scenario.File{Version: scenario.Version}
	var problems scenario.Problems
	first := map[string]string{}
	for i, f := range files {
		takeSettings(all, f)
		own := map[string]bool{}
		for _, n := range entries(f) {
			key := n.list + " " + n.name
			if before, twice := first[key]; twice && !own[key] {
				problems = append(problems, across(n, before))
				continue
			}
			first[key], own[key] = n.place, true
		}
		if i == 0 {
			all.Name, all.Description = f.Name, f.Description
		} else {
			all.Name += " + " + f.Name
			all.Description = ""
		}
		all.Lifecycles = append(all.Lifecycles, f.Lifecycles...)
		all.Faults = append(all.Faults, f.Faults...)
		all.Throttle = append(all.Throttle, f.Throttle...)
		all.Expect = append(all.Expect, f.Expect...)
		all.FaultPlaces = append(all.FaultPlaces, padded(f.FaultPlaces, len(f.Faults))...)
		all.ThrottlePlaces = append(all.ThrottlePlaces, padded(f.ThrottlePlaces, len(f.Throttle))...)
	}
	return all, sorted(problems)
}

// padded returns the places of n entries, also where they are not known.
func padded(places []string, n int) []string {
	return slices.Concat(places, make([]string, n))[:n]
}

// across is the problem of a name that an earlier scenario has.
func across(n named, before string) scenario.Problem {
	file, at := parsePlace(n.place)
	return problem(file, at, jsontree.Child(jsontree.Child("", n.list), n.index)+"/name",
		"the name "+words.Quote(n.name)+" stands in "+n.list+" of two scenarios, first at "+before)
}

// takeSettings takes over what f says.
func takeSettings(all, f *scenario.File) {
	if f.Clock.Given() {
		all.Clock = f.Clock
	}
	if f.Fixture != "" {
		all.Fixture = f.Fixture
	}
	if len(f.Variants) > 0 {
		all.Variants = maps.Clone(all.Variants)
		if all.Variants == nil {
			all.Variants = map[string]string{}
		}
		maps.Copy(all.Variants, f.Variants)
	}
	own := f.Timeline
	all.Timeline = scenario.Timeline{
		Provisioning: cmp.Or(own.Provisioning, all.Timeline.Provisioning),
		Deleting:     cmp.Or(own.Deleting, all.Timeline.Deleting),
		Extracting:   cmp.Or(own.Extracting, all.Timeline.Extracting),
		Validating:   cmp.Or(own.Validating, all.Timeline.Validating),
		InProgress:   cmp.Or(own.InProgress, all.Timeline.InProgress),
	}
}
