package directory

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The directory's errors, in the service's words. Where a text was observed, the comment
// names the place; who follows it up finds it in the repositories of microsoftgraph.

// missingValue is observed: Microsoft365DSC issue 3072 (2023).
func missingValue(property, typ string) *apierror.Error {
	return workload.Refuse("A value is required for property '%s' of resource '%s'.", property, apierror.ResourceName(typ))
}

// invalidValue is observed: docs-contrib issue 6580.
func invalidValue(property, typ string) *apierror.Error {
	e := workload.Refuse("Invalid value specified for property '%s' of resource '%s'.", property, apierror.ResourceName(typ))
	return e.Help("InvalidValue", property, "%s", e.Message)
}

// missingParameters answers the body of an action that lacks some of its parameters; nil
// where it has them all. A text that is empty counts as none. The words are the OData
// library's, observed: Microsoft365DSC issue 5977 (2025).
func missingParameters(action string, values map[string]any, names ...string) error {
	var missing []string
	for _, name := range names {
		if v := values[name]; v == nil || v == "" {
			missing = append(missing, name)
		}
	}
	if missing == nil {
		return nil
	}
	return workload.Refuse("One or more parameters of the operation '%s' are missing from the request payload. "+
		"The missing parameters are: %s.", action, strings.Join(missing, ", "))
}

// invalidParameter answers a parameter of an action that cannot be so (chosen words).
func invalidParameter(name, help string, args ...any) error {
	return workload.Refuse("The value of the parameter '%s' is not valid.", name).Help("invalidValue", "/"+name, help, args...)
}

// readOnlyValue is observed: msgraph-beta-sdk-java issue 621 (2023).
func readOnlyValue(property string) *apierror.Error {
	return workload.Refuse("Property '%s' is read-only and cannot be set.", property)
}

// sameObject is what two objects of the same key get. Observed: docs issue 1508.
func sameObject(property string) *apierror.Error {
	e := workload.Refuse("Another object with the same value for property %s already exists.", property)
	return e.Help("ObjectConflict", property, "%s", e.Message)
}

// sameKey is the same for what two objects are linked by. Observed: see where it is used.
func sameKey(format string, args ...any) *apierror.Error {
	return &apierror.Error{Status: http.StatusConflict, Code: "Request_MultipleObjectsWithSameKeyValue", Message: fmt.Sprintf(format, args...)}
}

// invalidReference is observed: docs issue 9738.
func invalidReference(help string, args ...any) *apierror.Error {
	return workload.Refuse("Not a valid reference update.").Help("invalidReference", "", help, args...)
}

// notHere is the error of an object that is not there.
func notHere(id string) error { return apierror.ResourceNotFound(id) }
