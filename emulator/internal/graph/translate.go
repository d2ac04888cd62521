package graph

import (
	"errors"
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/quota"
)

// translate brings an error of any layer into Graph's words.
func (c *call) translate(err error) *apierror.Error {
	var (
		known  *apierror.Error
		query  *odata.Error
		memory *quota.FullError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &query):
		e := &apierror.Error{Status: http.StatusBadRequest, Code: query.Code, Message: query.Message}
		if query.Unserved {
			e.Status = http.StatusNotImplemented
		}
		if query.Help != "" {
			e.Help("invalidQueryOption", query.Target, "%s", query.Help)
		}
		return e
	}
	for _, w := range c.handler.workloads {
		if w.Translate == nil {
			continue
		}
		if e := w.Translate(&c.Call, err); e != nil {
			return e
		}
	}
	if errors.As(err, &memory) {
		return apierror.StorageFull("The service is out of storage.").
			Help("limit", "", "%v: graphemu serve --max-memory raises the limit; a reset or drop of worlds makes room", memory)
	}
	c.handler.engine.Log.Error("a request failed inside graphemu", "operation", c.Operation, "error", err)
	return apierror.Internal()
}
