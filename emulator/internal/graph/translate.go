package graph

import (
	"errors"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
)

// translate brings an error of any layer into the vocabulary of Graph.
func (c *call) translate(err error) *apierror.Error {
	var (
		known   *apierror.Error
		query   *odata.Error
		illegal *profile.IllegalError
		invalid *profile.InvalidError
		full    *profile.FullError
		objects *directory.FullError
		files   *rostersync.FullError
		memory  *quota.FullError
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
	case errors.Is(err, profile.ErrNotFound) && strings.EqualFold(c.Subject, "delta"):
		return apierror.NoChangeTracking(profile.Type.Name)
	case errors.Is(err, profile.ErrNotFound):
		return apierror.NotFound("profile", c.Subject)
	case errors.As(err, &illegal):
		return apierror.IllegalState(string(illegal.Call), illegal.Reason).
			Help("illegalState", "", "the profile's state is %s, its status %s; nothing was changed", illegal.State, illegal.Status)
	case errors.As(err, &invalid):
		return c.refuse(violations(invalid))
	case errors.As(err, &objects):
		return apierror.StorageFull("The tenant's directory is full.").Help("limit", "", "%v", objects)
	case errors.As(err, &files):
		return apierror.StorageFull("The tenant's files are too large.").Help("limit", "", "%v", files)
	case errors.As(err, &memory):
		return apierror.StorageFull("The service is out of storage.").
			Help("limit", "", "%v: graphemu serve --max-memory raises the limit; a reset or drop of worlds makes room", memory)
	case errors.As(err, &full):
		return apierror.StorageFull("The tenant holds the maximum number of synchronization profiles.").
			Help("limit", "", "%v: graphemu serve --max-profiles %d raises the limit", full, 2*full.Max)
	}
	c.handler.engine.Log.Error("a request failed inside graphemu", "operation", c.Operation, "error", err)
	return apierror.Internal()
}
