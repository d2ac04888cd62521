package objects

import (
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// check refuses values that are not what the model says of a type's properties.
func (e *Engine) check(t *odata.Type, values map[string]any) *apierror.Error {
	return nil
}
