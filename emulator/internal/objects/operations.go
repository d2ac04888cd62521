package objects

import (
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Operation finds out what a method does with a path. ok is false where the path does
// not have the method. What graphemu does not do is an operation too: it answers 501.
func (e *Engine) Operation(method string, v workload.Version, p resource.Path) (op workload.Operation, ok bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op = workload.Operation{Method: method, Path: p.String(), Versions: v, Level: e.level(p)}
	end := p.End()
	if i := operationAt(p); i >= 0 {
		return e.bound(op, method, p, i)
	}
	if end.Kind == resource.Value && e.verbs(p) == nil {
		op.Name, op.Level = p.Name()+"."+verbOf(method), workload.Unsupported
		op.Run = e.unsupported(op.Name, method, p)
		return op, true
	}
	does, ok := e.verb(p, method)
	if n := len(p.Segments); method == http.MethodDelete && end.Kind == resource.Key && e.bare(p) {
		p = resource.Path{Segments: append(p.Segments[:n:n], resource.Segment{Kind: resource.Ref, Name: "$ref", Type: end.Type})}
		does, ok = refOfMemberVerbs[method]
	}
	if !ok {
		return op, false
	}
	op.Name = p.Name()
	if does.name != "" {
		op.Name += "." + does.name
	}
	op.Run = func(c *workload.Call) (engine.Reply, error) {
		if err := e.begin(c, p); err != nil {
			return engine.Reply{}, err
		}
		return does.run(e, c, p)
	}
	return op, true
}

// operationAt is where a path has an action or a function; -1 for nowhere.
func operationAt(p resource.Path) int {
	for i := range p.Segments {
		if p.Segments[i].Kind == resource.Operation {
			return i
		}
	}
	return -1
}

// bound is an action or a function: what its type's rules say, else 501.
func (e *Engine) bound(op workload.Operation, method string, p resource.Path, at int) (workload.Operation, bool) {
	s := &p.Segments[at]
	op.Name, op.Level = p.Name(), workload.Unsupported
	action := !s.Overload[0].Function()
	for _, o := range s.Overload { // a name may be both
		if o.Function() != (method == http.MethodPost) {
			action = !o.Function()
		}
	}
	if at == len(p.Segments)-1 && action != (method == http.MethodPost) || !action && method != http.MethodGet {
		return op, false
	}
	op.Run = e.unsupported(op.Name, method, p)
	if at == len(p.Segments)-1 && at > 0 {
		before := p.Segments[:at]
		r := e.rulesOf(before[len(before)-1].Type)
		for ; r != nil; r = e.baseRules(r, before[len(before)-1].Type) {
			if run := r.Actions[s.Name]; run != nil {
				op.Level = workload.Emulated
				on := resource.Path{Segments: before}
				op.Run = func(c *workload.Call) (engine.Reply, error) { return e.act(c, on, run) }
				break
			}
		}
	}
	return op, true
}

// baseRules are the rules of the nearest base beyond those of r.
func (e *Engine) baseRules(r *workload.Rules, t *odata.Type) *workload.Rules {
	for ; t != nil && t.Name != r.Type; t = t.Base {
	}
	if t == nil {
		return nil
	}
	return e.rulesOf(t.Base)
}

// act runs an action on the object that its path leads to.
func (e *Engine) act(c *workload.Call, on resource.Path, run workload.Action) (engine.Reply, error) {
	if err := e.begin(c, on); err != nil {
		return engine.Reply{}, err
	}
	t, err := e.resolve(c, stateOf(c).Store.View(), on)
	if err != nil {
		return engine.Reply{}, err
	}
	var object *entity.Object
	if t.list == nil {
		if object = t.object; object == nil {
			return engine.Reply{}, notPresent(t)
		}
	}
	a, err := run(c, object)
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	if t.list == nil {
		// It is done, so it is no error where no future fits any more.
		_ = e.alter(c, func(*entity.Tx) (*target, error) { return &t, nil })
	}
	return a, nil
}

// level is how much of a path's operations there is: emulated where every type on its
// way has rules, else generic.
func (e *Engine) level(p resource.Path) workload.Level {
	for i := range p.Segments {
		s := &p.Segments[i]
		switch s.Kind {
		case resource.Set, resource.Singleton:
			if e.rulesOf(s.Type) == nil {
				return workload.Generic
			}
		case resource.Navigation:
			if i == 0 || !e.ruled(p.Segments[i-1].Type, s.Property) {
				return workload.Generic
			}
		}
	}
	return workload.Emulated
}

// ruled tells whether a workload has said how a navigation leads on.
func (e *Engine) ruled(t *odata.Type, p *odata.Property) bool {
	return p.Contained && e.rules[p.Type.Name] != nil || e.ruledLink(t, p)
}

// ruledLink tells whether a rule names the navigation as a link.
func (e *Engine) ruledLink(t *odata.Type, p *odata.Property) bool {
	for ; t != nil; t = t.Base {
		if r := e.rules[t.Name]; r != nil {
			for i := range r.Links {
				if r.Links[i].Name == p.Name {
					return true
				}
			}
		}
	}
	return false
}
