package objects

import (
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// listObjects answers a collection: 200 with a page of it.
func (e *Engine) listObjects(c *workload.Call, p resource.Path) (engine.Reply, error) {
	t, err := e.resolve(c, stateOf(c).Store.View(), p)
	if err != nil {
		return engine.Reply{}, err
	}
	if err := e.castNeeded(t.list); err != nil {
		return engine.Reply{}, err
	}
	col := t.list.collection(e, c)
	if err := e.allowed(c, t.list, &col, false); err != nil {
		return engine.Reply{}, err
	}
	return c.List(col)
}

// count answers a $count segment.
func (e *Engine) count(c *workload.Call, p resource.Path) (engine.Reply, error) {
	before := resource.Path{Segments: p.Segments[:len(p.Segments)-1]}
	t, err := e.resolve(c, stateOf(c).Store.View(), before)
	if err != nil {
		return engine.Reply{}, err
	}
	if t.list == nil { // a collection of values
		list, err := e.value(c, t)
		if err != nil {
			return engine.Reply{}, err
		}
		return text(c, itoa(len(list.Array()))), nil
	}
	if err := e.castNeeded(t.list); err != nil {
		return engine.Reply{}, err
	}
	col := t.list.collection(e, c)
	if err := e.allowed(c, t.list, &col, true); err != nil {
		return engine.Reply{}, err
	}
	return c.Count(col)
}

// objectOptions are what the address of one object takes.
var objectOptions = odata.Allowed{Select: true, Expand: true, MaxTop: workload.MaxPage, MaxExpand: workload.MaxExpand}

// getObject answers one object: 200 with it.
func (e *Engine) getObject(c *workload.Call, p resource.Path) (engine.Reply, error) {
	t, err := e.resolve(c, stateOf(c).Store.View(), p)
	if err != nil {
		return engine.Reply{}, err
	}
	if t.object == nil {
		return engine.Reply{}, e.notThere(t)
	}
	o, err := c.Options(e.extended(c, stateOf(c).Store.View(), t.typ), objectOptions)
	if err == nil {
		err = e.allowedOne(c, t.typ, o)
	}
	if err != nil {
		return engine.Reply{}, err
	}
	a := e.answer(c, http.StatusOK, t, p, o)
	stateOf(c).Futures.read(c.Now, t.object)
	return a, nil
}

// answer is one object as the answer's whole body.
func (e *Engine) answer(c *workload.Call, status int, t target, p resource.Path, o odata.Options) engine.Reply {
	one := e.object(c, &list{in: stateOf(c).Store.View(), typ: t.typ, path: parentOf(t.at), named: t.named}, t.object)
	one.alone = true
	json := c.Shape(nil, one, o)
	context := e.objectContext(t, p, workload.Selected(o.Select))
	return c.OK(status, c.Entity(c.Room(len(json)+256), context, one.Address, json, one.typ))
}

// objectContext is what the context of one object's answer says. Documented:
// "users/$entity", for a contained one "users('id')/messages/$entity", and for a
// singleton its name.
func (e *Engine) objectContext(t target, p resource.Path, selected string) string {
	switch {
	case p.End().Kind == resource.Singleton && p.End().Name != "me":
		return p.End().Name + selected
	case t.link != nil:
		if r := e.rulesOf(t.typ); r != nil && r.View == "" && r.Set != "" {
			return r.Set + selected + "/$entity"
		}
		return e.linkContext(t.typ) + selected + "/$entity"
	}
	if t.home.Parent == 0 {
		if r := e.rulesOf(t.typ); r != nil && r.Set != "" {
			return r.Set + selected + "/$entity"
		}
		return t.home.Name + selected + "/$entity"
	}
	context := ofMe(contextPath(p), t.me)
	if !p.End().Many && p.End().Kind == resource.Navigation {
		return context + selected + "/$entity"
	}
	return context + selected + "/$entity"
}

// contextPath is a path in a context: keys in parentheses, the last one left out.
func contextPath(p resource.Path) string {
	text := ""
	for i := range p.Segments {
		s := &p.Segments[i]
		switch s.Kind {
		case resource.Key:
			if i < len(p.Segments)-1 {
				text += "('" + escape(keyText(s)) + "')"
			}
		case resource.Set, resource.Singleton, resource.Navigation:
			if text != "" {
				text += "/"
			}
			text += s.Name
		}
	}
	return text
}

// parentOf is an address less its last segment.
func parentOf(at string) string {
	for i := len(at) - 1; i >= 0; i-- {
		if at[i] == '/' {
			return at[:i]
		}
	}
	return at
}
