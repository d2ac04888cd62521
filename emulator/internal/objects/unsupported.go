package objects

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// unsupported answers what the service has and graphemu does not: 501, with the line of
// a scenario that would answer in its place.
func (e *Engine) unsupported(name, method string, p resource.Path) func(*workload.Call) (engine.Reply, error) {
	return func(c *workload.Call) (engine.Reply, error) {
		example, more := e.exampleOf(c, p)
		return engine.Reply{}, apierror.NotImplemented("graphemu does not emulate "+name+".").
			Help("unsupported", "", `a scenario can answer it: faults: [{operation: "%s %s", respond: %s}]%s`, method, p, example, more)
	}
}

// documented are statuses of actions that are neither 200 with what they return nor 204
// without: nothing of the metadata tells that. Source: documented, the page of each.
var documented = map[string]map[int]string{
	"user":    {202: "sendMail exportPersonalData"},
	"message": {201: "createReply createReplyAll createForward", 202: "send reply replyAll forward"},
	"event":   {202: "accept decline tentativelyAccept cancel forward"},
	"team":    {202: "archive unarchive clone"},
	"channel": {202: "archive unarchive"},
}

// success is the status that the documentation names for an action's success; 0 where
// nothing that is known of it says so.
func (e *Engine) success(p resource.Path) int {
	if len(p.Segments) < 2 {
		return 0
	}
	name, t := p.End().Name, p.Segments[len(p.Segments)-2].Type
	for of := t; of != nil; of = of.Base {
		for status, names := range documented[of.Name] {
			if slices.Contains(strings.Fields(names), name) {
				return status
			}
		}
	}
	for r := e.rulesOf(t); r != nil; r = e.baseRules(r, t) {
		if status := r.Answers[name]; status != 0 {
			return status
		}
	}
	return 0
}

// exampleOf is an answer to an operation that is not emulated, as a scenario would have it:
// of the shape that clients read. more is what has to be said of it.
func (e *Engine) exampleOf(c *workload.Call, p resource.Path) (example, more string) {
	end := p.End()
	if end.Kind != resource.Operation || len(end.Overload) == 0 {
		return "{status: 200, body: {}}", ""
	}
	o := end.Overload[0]
	status := e.success(p)
	switch {
	case o.Returns == nil && status != 0:
		return fmt.Sprintf("{status: %d}", status), ""
	case o.Returns == nil:
		return "{status: 204}", "; with the status that Graph's page of it names: 204 is what most actions answer " +
			"that return nothing, and 202 what some do"
	}
	return shapeOf(c, p, o, cmp.Or(status, 200)), ""
}

// shapeOf is an answer that returns something.
func shapeOf(c *workload.Call, p resource.Path, o *odata.Operation, status int) string {
	end := p.End()
	switch {
	case end.Name == "delta":
		at := c.Base() + strings.TrimSuffix(p.String(), "()")
		return `{status: 200, body: {value: [], "@odata.deltaLink": "` + at + `?$deltatoken=1"}}`
	case o.Returns.Collection:
		return fmt.Sprintf("{status: %d, body: {value: []}}", status)
	case o.Returns.Kind == odata.KindBoolean:
		return fmt.Sprintf("{status: %d, body: {value: true}}", status)
	}
	return fmt.Sprintf("{status: %d, body: {}}", status)
}
