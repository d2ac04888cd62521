package objects

import (
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// maxFailures is how many faults of a body an answer tells of.
const maxFailures = 20

// check brings a body to the model's spelling, and refuses values that are not what the
// model says of a type's properties: 400 with the first fault in the service's words,
// and all of them as help.
func (e *Engine) check(t *odata.Type, body map[string]any, update bool) *apierror.Error {
	failures := e.payloads.Check(t, body, update)
	if len(failures) == 0 {
		return nil
	}
	bad := workload.Refuse("%s", failures[0].Message)
	for _, f := range failures[:min(len(failures), maxFailures)] {
		help := f.Message
		if f.Nearest != "" {
			help = "did you mean '" + f.Nearest + "'?"
		} else if f.Kind == schema.UnknownProperty {
			help = t.Qualified() + " has no such property"
		}
		bad.Help(string(f.Kind), f.Pointer, "%s", help)
	}
	return bad
}
