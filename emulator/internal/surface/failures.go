package surface

import (
	"strconv"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/profile"
	"github.com/graphemu/graphemu/emulator/internal/schema"
)

// maxDetails is how many failures an answer lists; one more line counts the rest.
const maxDetails = 100

// refusal brings the failures of a schema check, and the rules broken beside
// it, into one error: the service's words for the first, all of them as details.
func refusal(failures []schema.Failure, broken []profile.Violation) *graph.Error {
	first := failures[0]
	var e *graph.Error
	switch first.Kind {
	case schema.UnknownProperty:
		e = graph.UnknownProperty(first.Property, first.Type)
	case schema.UnknownType:
		name, err := strconv.Unquote(first.Value) // Value is JSON
		if err != nil {
			name = first.Value
		}
		e = graph.UnknownType(name)
	case schema.MissingType:
		e = graph.MissingType()
	case schema.MissingProperty:
		e = graph.MissingValue(first.Property, first.Type)
	default:
		e = graph.InvalidValue(first.Property, first.Type)
	}
	var details []graph.Detail
	told := map[string]bool{}
	for _, f := range failures {
		target := f.Pointer
		if f.Kind == schema.MissingProperty || f.Kind == schema.MissingType {
			target += "/" + f.Property // where it should be
		}
		told[target] = true
		details = append(details, graph.Detail{Code: string(f.Kind), Target: target, Message: f.Message})
	}
	for _, d := range rules(broken) {
		if !told[d.Target] {
			details = append(details, d)
		}
	}
	return limited(e, details)
}

// violations is refusal for the rules that no schema can say.
func violations(invalid *profile.InvalidError) *graph.Error {
	return limited(graph.InvalidValue(invalid.Violations[0].Property, profileType.Name), rules(invalid.Violations))
}

func rules(broken []profile.Violation) []graph.Detail {
	details := make([]graph.Detail, len(broken))
	for i, v := range broken {
		details[i] = graph.Detail{Code: string(schema.BadValue), Target: v.Pointer, Message: v.Message}
	}
	return details
}

func limited(e *graph.Error, details []graph.Detail) *graph.Error {
	e.Details = details[:min(len(details), maxDetails)]
	if rest := len(details) - len(e.Details); rest > 0 {
		e.Help("moreFailures", "", "and %d more", rest)
	}
	return e
}
