// Package objects creates, reads, updates, deletes, links and queries the objects of a
// world, over the model and the store, for every entity type alike. What a workload
// knows of a type beyond the model it says in workload.Rules; a type without rules is
// served by the model alone, and its operations are generic.
package objects

import (
	"slices"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/permission"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Engine serves objects. It keeps no state: that is the store's.
type Engine struct {
	models   workload.Models
	rules    map[string]*workload.Rules // by the type's name
	needs    func() *permission.Table   // what their operations ask for
	payloads schema.Payloads
	shown    sync.Map // []*odata.Property, by shownBy

	extension workload.Extension // finds directory extensions; nil: there are none
}

// New returns an engine of the models in force and the rules of the workloads.
func New(models workload.Models, list []*workload.Workload) *Engine {
	e := &Engine{models: models, rules: map[string]*workload.Rules{}}
	var rows []permission.Row
	for _, w := range list {
		rows = append(rows, w.Needs...)
		if w.Extension != nil {
			e.extension = w.Extension
		}
		for _, r := range w.Rules {
			e.rules[r.Type] = r
		}
	}
	e.payloads.Extra = e.isExtension
	e.needs = sync.OnceValue(func() *permission.Table {
		table, err := permission.Rows(rows)
		if err != nil {
			panic(err) // the rows are constants
		}
		return table
	})
	for _, w := range list {
		for _, r := range w.Rules {
			if viewed := e.rules[r.View]; r.View != "" && viewed != nil {
				both := *r
				both.Hidden = slices.Concat(r.Hidden, viewed.Hidden)
				both.ReadOnly = slices.Concat(r.ReadOnly, viewed.ReadOnly)
				e.rules[r.Type] = &both
			}
		}
	}
	return e
}

// State is what the engine keeps in a world.
type State struct {
	Store *entity.Store
	NewID func() string // the next id that the world mints, a GUID

	// Settle lets the store have what the syncs made that are over by now; nil: nothing.
	Settle func(c *workload.Call)

	Futures *Futures // what lifecycles make of its objects; nil: nothing
}

func stateOf(c *workload.Call) *State {
	s := workload.State[*State](c)
	if s.Settle != nil {
		s.Settle(c)
	}
	return s
}

// rulesOf returns the rules of a type or of the nearest base that has some; nil: none.
func (e *Engine) rulesOf(t *odata.Type) *workload.Rules {
	for ; t != nil; t = t.Base {
		if r := e.rules[t.Name]; r != nil {
			return r
		}
	}
	return nil
}

// RulesOf returns the rules of a type or of the nearest base that has some; nil: none.
func (e *Engine) RulesOf(t *odata.Type) *workload.Rules { return e.rulesOf(t) }

// typeOf is the type of an object in a version. A version that does not have it, since
// another one's client made the object, sees what it was declared as.
func (e *Engine) typeOf(v workload.Version, o *entity.Object, declared *odata.Type) *odata.Type {
	if t := e.models.Of(v).Type(o.Type); t != nil {
		return t
	}
	return declared
}

// link returns how a navigation of a type leads on: as a rule says, else by the model
// alone. A contained navigation is no link.
func (e *Engine) link(t *odata.Type, p *odata.Property) *workload.Link {
	owner := t
	for b := t; b != nil; b = b.Base {
		if r := e.rules[b.Name]; r != nil {
			for i := range r.Links {
				if r.Links[i].Name == p.Name {
					return &r.Links[i]
				}
			}
		}
		if slices.ContainsFunc(b.Properties, func(own odata.Property) bool { return own.Name == p.Name }) {
			owner = b
		}
	}
	return &workload.Link{Name: p.Name, Relation: owner.Name + "." + p.Name}
}

// family is the key space of a collection's ids.
func (e *Engine) family(t *odata.Type) string {
	if r := e.rulesOf(t); r != nil {
		return r.Family
	}
	return ""
}

// hidden tells whether a member of a stored object is no property.
func hidden(name string) bool { return strings.HasPrefix(name, "#") }
