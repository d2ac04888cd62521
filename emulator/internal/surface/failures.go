package surface

import (
	"strconv"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/profile"
	"github.com/graphemu/graphemu/emulator/internal/schema"
)

// maxDetails is how many failures an answer lists; one more line counts the rest.
const maxDetails = 100

// refusal brings the failures of a schema check into one error: the service's
// words for the first, all of them as details.
func refusal(failures []schema.Failure) *graph.Error {
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
	for i, f := range failures {
		if i == maxDetails {
			e.Help("moreFailures", "", "and %d more", len(failures)-i)
			break
		}
		target := f.Pointer
		if f.Kind == schema.MissingProperty || f.Kind == schema.MissingType {
			target += "/" + f.Property // where it should be
		}
		e.Help(string(f.Kind), target, "%s", f.Message)
	}
	return e
}

// violations is refusal for the rules that no schema can say.
func violations(invalid *profile.InvalidError) *graph.Error {
	first := invalid.Violations[0]
	e := graph.InvalidValue(first.Property, "educationSynchronizationProfile")
	for i, v := range invalid.Violations {
		if i == maxDetails {
			e.Help("moreFailures", "", "and %d more", len(invalid.Violations)-i)
			break
		}
		e.Help("invalidValue", v.Pointer, "%s", v.Message)
	}
	return e
}
