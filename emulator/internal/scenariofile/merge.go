package scenariofile

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
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
	files = renamed(files)
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

// renamed returns the scenarios with other default names for faults and lifecycles whose
// default name stands in an earlier one, too: nobody has chosen it.
func renamed(files []*scenario.File) []*scenario.File {
	taken, begun := map[string]bool{}, map[string]bool{}
	isTaken := func(name string) bool { return taken[name] }
	all := make([]*scenario.File, len(files))
	for i, f := range files {
		own := *f
		own.Lifecycles = slices.Clone(f.Lifecycles)
		renameLifecycles(own.Lifecycles, begun)
		own.Faults = slices.Clone(f.Faults)
		for j := range own.Faults {
			if r := &own.Faults[j]; taken[r.Name] && isDefault(r) {
				r.Name = r.DefaultName(func(name string) bool {
					return isTaken(name) || slices.ContainsFunc(own.Faults, func(o fault.Rule) bool { return o.Name == name })
				})
			}
		}
		for _, r := range own.Faults {
			taken[r.Name] = true
		}
		all[i] = &own
	}
	return all
}

// renameLifecycles gives other default names to those of a scenario whose default name is
// taken by an earlier one's.
func renameLifecycles(list []scenario.Lifecycle, taken map[string]bool) {
	for i := range list {
		l := &list[i]
		if taken[l.Name] && numbered(l.Name, l.DefaultName(free)) {
			before := l.Name
			l.Name = l.DefaultName(func(name string) bool {
				return taken[name] || slices.ContainsFunc(list, func(o scenario.Lifecycle) bool { return o.Name == name })
			})
			for j := range list {
				if list[j].Next == before {
					list[j].Next = l.Name
				}
			}
		}
	}
	for _, l := range list {
		taken[l.Name] = true
	}
}

// isDefault tells whether a rule's name is one that it would get by itself.
func isDefault(r *fault.Rule) bool { return numbered(r.Name, r.DefaultName(free)) }

// free is for names of which none is taken.
func free(string) bool { return false }

// numbered tells whether a name is another one, or that with a number behind it.
func numbered(name, base string) bool {
	rest, ok := strings.CutPrefix(name, base)
	return ok && (rest == "" || rest[0] == '-' && strings.Trim(rest[1:], "0123456789") == "")
}

// padded returns the places of n entries, also where they are not known.
func padded(places []string, n int) []string {
	return slices.Concat(places, make([]string, n))[:n]
}

// across is the problem of a name that an earlier scenario has.
func across(n named, before string) scenario.Problem {
	file, at := parsePlace(n.place)
	return problemAt(file, at, jsontree.Child(jsontree.Child("", n.list), n.index)+"/name",
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
	if f.PageSize > 0 {
		all.PageSize = f.PageSize
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
