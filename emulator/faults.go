package emulator

import (
	"errors"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/faults"
)

// Faults are the faults of one world: those of its scenario, and those added
// at run time, which come before them. They are of the world as it is now, until
// its next Reset or another scenario. Safe for concurrent use.
type Faults struct {
	operations func() []string
	set        *faults.Set
}

// Faults returns the world's faults.
func (w *World) Faults() Faults {
	return Faults{w.server.Operations, w.current.Load().World.Scenario().Faults}
}

// Add lets a rule strike from now on. It errs, with everything that is wrong
// with the rule, and where its name is taken.
func (f Faults) Add(r fault.Rule) error {
	var errs []error
	for _, p := range checkFault(&r, f.operations()) {
		errs = append(errs, p)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return f.set.Add(r)
}

// Remove takes the rule of that name away, whether the scenario has it or it was
// added; false where there is none.
func (f Faults) Remove(name string) bool { return f.set.Remove(name) }

// Clear takes all rules away.
func (f Faults) Clear() { f.set.Clear() }

// List returns the rules in the order in which they are tried, with how often
// each matched and struck.
func (f Faults) List() []fault.Use { return f.set.Rules() }
