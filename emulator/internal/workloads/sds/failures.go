package sds

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// maxDetails is how many failures an answer lists; one more line counts the rest.
const maxDetails = 100

// refusal brings the failures of a schema check, and the rules broken beside
// it, into one error: the service's words for the first, all of them as details.
func refusal(c *workload.Call, failures []schema.Failure, broken []profile.Violation) *apierror.Error {
	first := failures[0]
	var e *apierror.Error
	switch navigation := navigationIn(first); {
	case navigation != "" && c.Method == http.MethodPatch:
		e = apierror.PatchedNavigation(navigation, first.Type)
	case navigation != "":
		e = apierror.InvalidValue(navigation, first.Type)
	default:
		e = serviceError(first)
	}
	var details []apierror.Detail
	told := map[string]bool{}
	for _, f := range failures {
		target := f.Pointer
		if f.Kind == schema.MissingProperty || f.Kind == schema.MissingType {
			target += "/" + f.Property // where it should be
		}
		told[target] = true
		details = append(details, detail(f, target))
	}
	for _, d := range rules(broken) {
		if !told[d.Target] {
			details = append(details, d)
		}
	}
	return limited(e, details)
}

// navigationIn returns the navigation property that f found in a body, "" for none.
// Schemas know what may be written, and so none of them.
func navigationIn(f schema.Failure) string {
	if t := profile.Type.Model().Type(f.Type); t != nil && f.Kind == schema.UnknownProperty {
		if p := t.Property(f.Property); p != nil && p.Navigation {
			return p.Name
		}
	}
	return ""
}

func detail(f schema.Failure, target string) apierror.Detail {
	if name := navigationIn(f); name != "" {
		return apierror.Detail{Code: "navigationProperty", Target: target,
			Message: fmt.Sprintf(
				"%q is a navigation property: read it with $expand or at the profile's address and /%s; no body writes it", name, name)}
	}
	return apierror.Detail{Code: string(f.Kind), Target: target, Message: f.Message}
}

// serviceError is the service's error for a failure.
func serviceError(first schema.Failure) *apierror.Error {
	switch first.Kind {
	case schema.UnknownProperty:
		return apierror.UnknownProperty(first.Property, first.Type)
	case schema.UnknownType:
		name, err := strconv.Unquote(first.Value) // Value is JSON
		if err != nil {
			name = first.Value
		}
		return apierror.UnknownType(name)
	case schema.MissingType:
		return apierror.MissingType()
	case schema.MissingProperty:
		return apierror.MissingValue(first.Property, first.Type)
	}
	return apierror.InvalidValue(first.Property, first.Type)
}

// violations is refusal for the rules that no schema can say.
func violations(invalid *profile.InvalidError) *apierror.Error {
	return limited(apierror.InvalidValue(invalid.Violations[0].Property, profile.Type.Name), rules(invalid.Violations))
}

func rules(broken []profile.Violation) []apierror.Detail {
	details := make([]apierror.Detail, len(broken))
	for i, v := range broken {
		details[i] = apierror.Detail{Code: string(schema.BadValue), Target: v.Pointer, Message: v.Message}
	}
	return details
}

func limited(e *apierror.Error, details []apierror.Detail) *apierror.Error {
	e.Details = details[:min(len(details), maxDetails)]
	if rest := len(details) - len(e.Details); rest > 0 {
		more := "and %d more"
		if len(details) >= schema.MaxFailures { // the check has ended there
			more = "and at least %d more"
		}
		e.Help("moreFailures", "", more, rest)
	}
	return e
}
