package objects

import (
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// begin is what comes before every operation on objects.
func (e *Engine) begin(c *workload.Call, p resource.Path) error {
	c.Objects = e
	if r := e.rulesOf(p.Segments[0].Type); r != nil && r.Settle != nil {
		return r.Settle(c, stateOf(c).Store)
	}
	return nil
}

// Store is the world's store.
func (e *Engine) Store(c *workload.Call) *entity.Store { return stateOf(c).Store }

// NewID is the next id that the world mints.
func (e *Engine) NewID(c *workload.Call) string { return stateOf(c).NewID() }

// Object answers an object that is declared as a type.
func (e *Engine) Object(c *workload.Call, status int, typ, context string, o *entity.Object) engine.Reply {
	l := &list{in: stateOf(c).Store.View(), typ: e.models.Of(c.Version).Type(typ), path: o.Home.Name}
	one := e.object(c, l, o)
	json := one.Shape(nil, nil)
	return c.OK(status, c.Entity(c.Room(len(json)+256), context, one.Address, json, one.typ))
}

// Page answers objects of a type, in the order given.
func (e *Engine) Page(c *workload.Call, typ, context string, list []*entity.Object) (engine.Reply, error) {
	declared := e.models.Of(c.Version).Type(typ)
	return c.List(e.numbered(c, declared, context, list))
}

func (e *Engine) numbered(c *workload.Call, declared *odata.Type, context string, found []*entity.Object) workload.Collection {
	l := &list{in: stateOf(c).Store.View(), typ: declared, path: context}
	col := workload.Numbered(len(found), func(i int) workload.Entity { return e.object(c, l, found[i]) })
	col.Type, col.Path, col.Context, col.Unpaged = declared, context, context, true
	return col
}

// Make creates an object in the set of its type.
func (e *Engine) Make(c *workload.Call, tx *entity.Tx, typ string, values map[string]any) (*entity.Object, error) {
	t := e.models.Of(c.Version).Type(typ)
	w := &written{typ: t, draft: &workload.Draft{Type: t.Name, Values: values, Hidden: map[string]any{}}}
	return e.make(c, tx, e.home(tx.View, t), w)
}

// home is the set that the objects of a type live in.
func (e *Engine) home(in entity.View, t *odata.Type) *list {
	r := e.rulesOf(t)
	return e.contained(in, t, entity.Home{Name: r.Set}, r.Set, r.Set)
}

// castNeeded refuses a list of what has no lists but of derived types. Observed:
// docs-contrib issue 4424.
func (e *Engine) castNeeded(l *list) error {
	r := e.rules[l.typ.Name]
	if r == nil || !r.CastToList || l.cast != nil || l.linked {
		return nil
	}
	a := requestError("Searches against this resource are not supported. Only specific instances can be queried.").
		Help("cast", "", "name the type: %s/microsoft.graph.user", l.path)
	a.Code = "Request_UnsupportedQuery"
	return a
}
