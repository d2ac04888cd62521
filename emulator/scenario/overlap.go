package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// Warning is what is legal but cannot have been meant.
type Warning struct {
	Place   string `json:"place"`         // as "nightly.yaml:12:5"
	Path    string `json:"path,omitzero"` // as "faults[3]"
	Message string `json:"message"`       // for people
}

// String returns "file:line:column: path: message", less what is not known.
func (w Warning) String() string {
	s := w.Message
	if w.Path != "" {
		s = w.Path + ": " + s
	}
	if w.Place != "" {
		s = w.Place + ": " + s
	}
	return s
}

// Overlaps returns what of a scenario can never happen: faults and lifecycles
// that an earlier one always goes before, conditions that hold for no profile,
// and operations that are not served yet.
func Overlaps(f *File) []Warning {
	var warnings []Warning
	for j := range f.Faults {
		for i := range j {
			if covers(&f.Faults[i], &f.Faults[j]) {
				warnings = append(warnings, Warning{f.FaultPlace(j), fmt.Sprintf("faults[%d]", j),
					fmt.Sprintf("%q never strikes: %q%s strikes each of its calls before", f.Faults[j].Name, f.Faults[i].Name, standsAt(f.FaultPlace(i)))})
				break
			}
		}
	}
	for j := range f.Lifecycles {
		l, path := &f.Lifecycles[j], fmt.Sprintf("lifecycles[%d]", j)
		for i := range j {
			if f.goesBefore(i, j) {
				warnings = append(warnings, Warning{l.Place, path,
					fmt.Sprintf("%q never runs: %q%s applies wherever it fits", l.Name, f.Lifecycles[i].Name, standsAt(f.Lifecycles[i].Place))})
				break
			}
		}
		if l.OfProfiles() { // of others it is an error, which is told where the file is read
			warnings = append(warnings, unmatched(l.Where, l.Place, path+".where")...)
		}
	}
	for i, e := range f.Expect {
		warnings = append(warnings, unmatched(e.Profile, e.Place, fmt.Sprintf("expect[%d].profile", i))...)
	}
	return warnings
}

func standsAt(place string) string {
	if place == "" {
		return ""
	}
	return " (" + place + ")"
}

// covers tells whether a strikes every call that b applies to.
func covers(a, b *fault.Rule) bool {
	always := a.Calls.IsZero() && (a.Chance == 0 || a.Chance == 1)
	return always && len(a.Except) == 0 && operation.Covers(a.Operation, b.Operation) &&
		(a.While.State == "" || a.While.State == b.While.State) && (a.While.Status == "" || a.While.Status == b.While.Status) &&
		subset(a.While.Object, b.While.Object) &&
		subset(folded(a.Where.Header), folded(b.Where.Header)) && subset(a.Where.Query, b.Where.Query) && subset(a.Where.Body, b.Where.Body) &&
		(len(faults.Partless(a)) == 0 || len(faults.Partless(b)) > 0)
}

// subset tells whether all that a asks, b asks too.
func subset[V any](a, b map[string]V) bool {
	for name, v := range a {
		if w, ok := b[name]; !ok || !match.Same(v, w) {
			return false
		}
	}
	return true
}

// folded writes the names of headers in one letter case.
func folded(headers map[string]string) map[string]string {
	m := make(map[string]string, len(headers))
	for name, value := range headers {
		m[strings.ToLower(name)] = value
	}
	return m
}

// goesBefore tells whether the ith lifecycle applies wherever the jth would:
// it comes first, at the same call, on all of its profiles, and each time.
func (f *File) goesBefore(i, j int) bool {
	a, b := &f.Lifecycles[i], &f.Lifecycles[j]
	waits := slices.ContainsFunc(f.Lifecycles, func(l Lifecycle) bool { return l.Next == a.Name })
	return a.On == b.On && a.Next == "" && !waits && subset(a.Where, b.Where)
}

// properties are those that a profile has on the wire.
var properties = profile.PropertyNames()

// unmatched warns of paths whose first name no profile has. A path with a
// wildcard or an escape may lead anywhere.
func unmatched(where map[string]any, place, path string) (warnings []Warning) {
	for _, p := range slices.Sorted(maps.Keys(where)) {
		first, _, _ := strings.Cut(p, ".")
		first, _, _ = strings.Cut(first, "|")
		if where[p] == nil || strings.ContainsAny(first, `*?\#@`) || slices.Contains(properties, first) {
			continue // null holds for what is not there
		}
		warnings = append(warnings, Warning{place, path + "[" + words.Quote(p) + "]",
			fmt.Sprintf("no profile has %s, so this never fits%s", words.Quote(first), suggestion(first))})
	}
	return warnings
}

func suggestion(name string) string {
	if hint := words.Hint(name, properties); hint != "" {
		return hint
	}
	return "; a profile has " + words.Join(properties, "or")
}
