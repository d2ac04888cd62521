package emulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
	"github.com/graphemu/graphemu/emulator/problem"
)

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

// operations are the names of all operations: Graph's, the storage account's and the
// sign-in endpoints'.
func operations(g *graph.Handler) []string {
	return slices.Concat(g.Operations(), storage.Operations(), entra.Operations())
}

// newGraph returns Graph's handler with all workloads. e may be nil where nothing is
// served.
func newGraph(cfg graph.Config, e *engine.Engine) *graph.Handler {
	return graph.New(cfg, e, workloads.All, graph.Models{workload.Beta: workloads.Beta, workload.V1: workloads.V1})
}

// checkFault returns what is wrong with a rule for the operations there are.
func checkFault(r *fault.Rule, operations []string) []problem.Problem {
	problems := r.Check(operations)
	if r.Respond == nil || r.Respond.Error == "" {
		return problems
	}
	if wrong := wrongError(r.Operation, r.Respond.Error); wrong != "" {
		problems = append(problems, problem.Problem{Pointer: "/respond/error", Message: wrong})
	}
	return problems
}
