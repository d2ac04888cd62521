package emulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/problem"
)

// Faults are the faults of one world: those of its scenario, and those added
// at run time, which come before them. They are of the world as it is now, until
// its next Reset or another scenario. Safe for concurrent use.
type Faults struct {
	server *Server
	set    *faults.Set
}

// Faults returns the world's faults.
func (w *World) Faults() Faults {
	return Faults{w.server, w.current.Load().World.Scenario().Faults}
}

// Add lets a rule strike from now on. It errs, with everything that is wrong
// with the rule, and where its name is taken.
func (f Faults) Add(r fault.Rule) error {
	var errs []error
	for _, p := range checkFault(&r, f.server.operations()) {
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

// checkFault returns what is wrong with a rule for the operations that are known.
func checkFault(r *fault.Rule, known operation.Known) []problem.Problem {
	problems := r.CheckWith(known.Wrong)
	if r.Respond == nil || r.Respond.Error == "" {
		return problems
	}
	if wrong := wrongError(r.Operation, r.Respond.Error); wrong != "" {
		problems = append(problems, problem.Problem{Pointer: "/respond/error", Message: wrong})
	}
	return problems
}

// wrongError returns what is wrong with a rule that asks an operation for an error
// of that name, "" for nothing. Each surface has errors of its own: Graph; the
// storage account, which takes Graph's too, for their status; and the sign-in
// endpoints.
func wrongError(operation, name string) string {
	type family struct {
		operations string
		names      []string
	}
	ofGraph := family{"Graph", apierror.ErrorNames()}
	storage := family{"upload.*", storage.Codes()}
	signIn := family{"token.*", entra.ErrorNames()}
	known := slices.Concat(ofGraph.names, storage.names) // of "*" too
	switch {
	case strings.HasPrefix(operation, "token."):
		known = signIn.names
	case operation != "*" && !strings.HasPrefix(operation, "upload."):
		known = ofGraph.names
	}
	if slices.Contains(known, name) {
		return ""
	}
	if hint := words.Hint(name, known); hint != "" {
		return fmt.Sprintf("%s has no error %q%s", operation, name, hint)
	}
	slices.Sort(known)
	there := "; there are " + strings.Join(slices.Compact(known), ", ")
	for _, other := range []family{ofGraph, storage, signIn} {
		if slices.Contains(other.names, name) {
			return fmt.Sprintf("%q is an error of %s, not of %s%s", name, other.operations, operation, there)
		}
	}
	return fmt.Sprintf("%s has no error %q%s", operation, name, there)
}
