package objects

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// unsupported answers what the service has and graphemu does not: 501, with the line of
// a scenario that would answer in its place.
func unsupported(name, method string, p resource.Path) func(*workload.Call) (engine.Reply, error) {
	return func(c *workload.Call) (engine.Reply, error) {
		return engine.Reply{}, apierror.NotImplemented("graphemu does not emulate "+name+".").
			Help("unsupported", "", `a scenario can answer it: faults: [{operation: "%s %s", respond: %s}]`, method, p, exampleOf(c, p))
	}
}

// exampleOf is an answer to an operation that is not emulated, as a scenario would have it:
// of the shape that clients read.
func exampleOf(c *workload.Call, p resource.Path) string {
	end := p.End()
	if end.Kind != resource.Operation || len(end.Overload) == 0 {
		return "{status: 200, body: {}}"
	}
	o := end.Overload[0]
	switch {
	case end.Name == "delta":
		at := c.Base() + strings.TrimSuffix(p.String(), "()")
		return `{status: 200, body: {value: [], "@odata.deltaLink": "` + at + `?$deltatoken=1"}}`
	case o.Returns == nil:
		return "{status: 204}"
	case o.Returns.Collection:
		return "{status: 200, body: {value: []}}"
	case o.Returns.Kind == odata.KindBoolean:
		return "{status: 200, body: {value: true}}"
	}
	return "{status: 200, body: {}}"
}
