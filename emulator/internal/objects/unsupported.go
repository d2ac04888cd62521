package objects

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// unsupported answers what the service has and graphemu does not: 501, with the command
// that adds a fault which would answer in its place.
func (e *Engine) unsupported(name, method string, p resource.Path) func(*workload.Call) (engine.Reply, error) {
	return func(c *workload.Call) (engine.Reply, error) {
		instead, more := e.Instead(c.Base(), p)
		err := apierror.NotImplemented("graphemu does not emulate "+name+".").AnswerInstead(c.World.Name(), method, p.String(), instead)
		if more != "" {
			err = err.Help("unsupported", "", "%s", more)
		}
		return engine.Reply{}, err
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

// Documented is the status that the documentation names for the success of an action of a
// type, where that is neither 200 nor 204; 0 for any other.
func Documented(of, action string) int {
	for status, names := range documented[of] {
		if slices.Contains(strings.Fields(names), action) {
			return status
		}
	}
	return 0
}

// success is the status that the documentation names for an action's success; 0 where
// nothing that is known of it says so.
func (e *Engine) success(p resource.Path) int {
	if len(p.Segments) < 2 {
		return 0
	}
	name, t := p.End().Name, p.Segments[len(p.Segments)-2].Type
	for of := t; of != nil; of = of.Base {
		if status := Documented(of.Name, name); status != 0 {
			return status
		}
	}
	for r := e.rulesOf(t); r != nil; r = e.baseRules(r, t) {
		if status := r.Answers[name]; status != 0 {
			return status
		}
	}
	return 0
}

// Instead is an answer to an operation that is not emulated, as a fault gives it: of the
// shape that clients read. base is what links begin with. more is what has to be said of it.
func (e *Engine) Instead(base string, p resource.Path) (answer apierror.Instead, more string) {
	end := p.End()
	if end.Kind != resource.Operation || len(end.Overload) == 0 {
		return apierror.Instead{}, ""
	}
	o := end.Overload[0]
	status := e.success(p)
	switch {
	case o.Returns == nil && status != 0:
		return apierror.Instead{Status: status}, ""
	case o.Returns == nil:
		return apierror.Instead{Status: 204}, "its status is that of Graph's page of it: 204 is what most actions answer " +
			"that return nothing, and 202 what some do"
	}
	return apierror.Instead{Status: status, Body: shapeOf(base, p, o)}, ""
}

// shapeOf is the body of an answer that returns something.
func shapeOf(base string, p resource.Path, o *odata.Operation) string {
	switch {
	case p.End().Name == "delta":
		return `{"value":[],"@odata.deltaLink":` + apierror.Quoted(base+strings.TrimSuffix(p.String(), "()")+"?$deltatoken=1") + "}"
	case o.Returns.Collection:
		return `{"value":[]}`
	case o.Returns.Kind == odata.KindBoolean:
		return `{"value":true}`
	}
	return ""
}
