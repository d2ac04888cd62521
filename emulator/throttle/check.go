package throttle

import (
	"fmt"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/problem"
)

// Values of Rule.Per.
const (
	PerApp    = "app"
	PerTenant = "tenant"
)

// What Requests and Window are at most (chosen): the documented limits are well within
// them.
const (
	MaxRequests = 1_000_000_000
	MaxWindow   = 31 * 24 * time.Hour
)

// presets are the documented limits. Source: the throttling limits page,
// "Education rostering"; its other limit, 400,000 requests in 20 s of an app over all
// tenants, cannot be seen from one tenant, which a world is. The page does not
// name educationSynchronizationProfile; that the limit of its neighbours holds for it
// too is inferred.
var presets = map[string]Rule{
	"education": {Requests: 35_000, Window: clock.Duration(10 * time.Second), Per: PerApp},
}

// Presets returns the names that Rule.Preset knows.
func Presets() []string { return []string{"education"} }

// Filled returns the rule with the limits of its preset in place, and with its
// defaults.
func (r Rule) Filled() Rule {
	if p, ok := presets[r.Preset]; ok {
		p.Name, p.Preset, p.Optional = r.Name, r.Preset, r.Optional
		r = p
	}
	if r.Per == "" {
		r.Per = PerApp
	}
	return r
}

// Check returns everything that is wrong with a rule; nil for nothing. operations are
// the names of all operations; nil: they are not known, and any name passes.
func (r *Rule) Check(operations []string) []problem.Problem {
	return r.CheckWith(func(name string) string { return operation.Wrong(name, operations) })
}

// CheckWith is Check where wrong says what is wrong with an operation, "" for nothing.
func (r *Rule) CheckWith(wrong func(operation string) string) (problems []problem.Problem) {
	add := func(pointer, format string, args ...any) {
		problems = append(problems, problem.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
	}
	if r.Name == "" {
		add("/name", "a throttle needs a name, unique in its scenario")
	}
	for i, name := range r.Operations {
		if wrong := wrong(name); wrong != "" {
			add(fmt.Sprintf("/operations/%d", i), "%s", wrong)
		}
	}
	if r.Preset != "" {
		if _, ok := presets[r.Preset]; !ok {
			add("/preset", "there is no preset %q%s; there are %s", r.Preset, words.Hint(r.Preset, Presets()), strings.Join(Presets(), ", "))
		}
		if len(r.Operations) > 0 || r.Requests != 0 || r.Window != 0 || r.Per != "" {
			add("/preset", "a preset stands in place of operations, requests, window and per; leave those out")
		}
		return problems
	}
	if r.Requests < 1 || r.Requests > MaxRequests {
		add("/requests", "want a number from 1 to %d, how many requests a window allows; got %d", MaxRequests, r.Requests)
	}
	if w := r.Window.Std(); w < time.Second || w > MaxWindow {
		add("/window", "want a duration from 1s to %v, got %v", MaxWindow, w)
	}
	if r.Per != "" && r.Per != PerApp && r.Per != PerTenant {
		add("/per", "want %s or %s, got %q", PerApp, PerTenant, r.Per)
	}
	return problems
}
