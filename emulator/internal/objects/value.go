package objects

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// value is the property that a path leads to, in the object's JSON.
func (e *Engine) value(c *workload.Call, t target) (gjson.Result, error) {
	one := e.object(c, &list{in: stateOf(c).Store.View(), typ: t.typ}, t.object)
	if one.rule != nil && (slices.Contains(one.rule.Hidden, t.prop[0])) {
		return gjson.Result{}, nil
	}
	json := one.JSON()
	if one.rule != nil && one.rule.Derive != nil && !one.derives && slices.Contains(one.rule.Derived, t.prop[0]) {
		json = one.derived(json)
	}
	v := memberIn(json, t.prop[0])
	for _, name := range t.prop[1:] {
		v = memberIn([]byte(v.Raw), name)
	}
	return v, nil
}

// getProperty answers one property: 200 with its value, 204 where it has none (OData). It
// takes no query options (chosen: rather than to leave them out without a word).
func (e *Engine) getProperty(c *workload.Call, p resource.Path) (engine.Reply, error) {
	if err := c.NoOptions(p.End().Type); err != nil {
		return engine.Reply{}, err
	}
	t, err := e.resolve(c, stateOf(c).Store.View(), p)
	if err != nil {
		return engine.Reply{}, err
	}
	v, err := e.value(c, t)
	if err != nil {
		return engine.Reply{}, err
	}
	if !v.Exists() || v.Type == gjson.Null {
		if !p.End().Many {
			return workload.Empty(http.StatusNoContent), nil
		}
		v.Raw = "[]"
	}
	context := e.objectContextOf(t) + "/" + strings.Join(t.prop, "/")
	if v.IsObject() {
		body := append(c.Context(c.Room(len(v.Raw)+256), context), ',')
		return c.OK(http.StatusOK, append(body, v.Raw[1:]...)), nil
	}
	body := append(c.Value(c.Room(len(v.Raw)+256), context), v.Raw...)
	return c.OK(http.StatusOK, append(body, '}')), nil
}

// objectContextOf is an object in the context of what is shown of it.
func (e *Engine) objectContextOf(t target) string { return t.context() }

// getValue answers a property as plain text.
func (e *Engine) getValue(c *workload.Call, p resource.Path) (engine.Reply, error) {
	t, err := e.resolve(c, stateOf(c).Store.View(), resource.Path{Segments: p.Segments[:len(p.Segments)-1]})
	if err != nil {
		return engine.Reply{}, err
	}
	v, err := e.value(c, t)
	if err != nil {
		return engine.Reply{}, err
	}
	if !v.Exists() || v.Type == gjson.Null {
		return workload.Empty(http.StatusNoContent), nil
	}
	return text(c, v.String()), nil
}

// setProperty changes one property: 204. The body is {"value": …}, or of a complex
// property the object itself.
func (e *Engine) setProperty(c *workload.Call, p resource.Path) (engine.Reply, error) {
	body, err := c.Object()
	if err != nil {
		return engine.Reply{}, err
	}
	end := p.End()
	var v any = body
	if end.Many || end.Type == nil {
		given, ok := body["value"]
		if !ok {
			return engine.Reply{}, workload.Refuse("The value of the property is missing.").Help("missing", "/value", `want {"value": …}`)
		}
		v = given
	}
	return e.writeProperty(c, p, v)
}

// clearProperty takes a property's value away: 204.
func (e *Engine) clearProperty(c *workload.Call, p resource.Path) (engine.Reply, error) {
	if !p.End().Property.Nullable {
		return engine.Reply{}, workload.Refuse("The property '%s' cannot be null.", p.End().Name)
	}
	return e.writeProperty(c, p, nil)
}

// writeProperty is a change of one property, checked as one of the whole object.
func (e *Engine) writeProperty(c *workload.Call, p resource.Path, v any) (engine.Reply, error) {
	err := e.alter(c, func(tx *entity.Tx) (*target, error) {
		t, err := e.resolve(c, tx.View, p)
		if err != nil {
			return nil, err
		}
		body := map[string]any{}
		at := body
		for _, name := range t.prop[:len(t.prop)-1] {
			inner := map[string]any{}
			at[name], at = inner, inner
		}
		at[t.prop[len(t.prop)-1]] = v
		t.typ = objectType(p)
		if t.object == nil {
			return nil, apierror.ResourceNotFound(t.id)
		}
		return &t, e.change(c, tx, &t, body, false)
	})
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	return workload.Empty(http.StatusNoContent), nil
}

// objectType is the declared type of the object whose property a path leads to.
func objectType(p resource.Path) *odata.Type {
	for i := len(p.Segments) - 1; i >= 0; i-- {
		if t := p.Segments[i].Type; t != nil && t.Entity {
			return t
		}
	}
	return nil
}
