package openapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// key is a parameter in the path of a row.
var key = words.Pattern(`\{[^}]*\}`)

// candidates are the paths that may have operations to describe, with keys as "{id}",
// sorted. Whether they have, and which, the handler of Graph says.
func (w *writer) candidates() []string {
	paths := map[string]bool{}
	for _, part := range w.Workloads {
		for i := range part.Operations {
			if row := &part.Operations[i]; row.Level != workload.Unsupported && row.Versions&w.Version != 0 {
				path := key().ReplaceAllString(row.Path, "{id}")
				w.rows[row.Method+" "+path] = row
				paths[path] = true
			}
		}
	}
	for _, op := range w.Graph.Objects().Emulated() {
		paths[op.Path], w.listed[op.Method+" "+op.Path] = true, true
		if rest, ok := strings.CutPrefix(op.Path, "/users/{id}"); ok {
			paths["/me"+rest], w.listed[op.Method+" /me"+rest] = true, true
		}
	}
	w.modelled(paths)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		w.casts(paths, path)
	}
	return slices.Sorted(maps.Keys(paths))
}

// casts adds the collections of one type of what a path links to: a group's members that
// are users. Only types that many links lead to are worth a path.
func (w *writer) casts(paths map[string]bool, path string) {
	p, err := resource.Walk(w.model, strings.Split(path[1:], "/"))
	if err != nil || !p.End().Many || p.End().Kind != resource.Navigation && p.End().Kind != resource.Set {
		return
	}
	targets := w.targets(p)
	for _, t := range w.model.Types {
		if t.Abstract || t == p.End().Type || !t.IsA(p.End().Type) || targets != nil && !slices.Contains(targets, t.Name) {
			continue
		}
		if slices.Contains(linked, t.Name) || slices.Contains(containers, t.Name) {
			paths[path+"/"+t.Qualified()] = true
			paths[path+"/"+t.Qualified()+"/$count"] = true
		}
	}
}

// targets are the types that the navigation at the end of a path may lead to; nil: that of
// the property, and all that derive from it.
func (w *writer) targets(p resource.Path) []string {
	if len(p.Segments) < 2 {
		return nil
	}
	end := p.End()
	for t := p.Segments[len(p.Segments)-2].Type; t != nil; t = t.Base {
		r := w.Graph.Objects().RulesOf(t)
		if r == nil {
			continue
		}
		for i := range r.Links {
			if r.Links[i].Name != end.Name {
				continue
			}
			if strings.HasSuffix(end.Name, "emberOf") { // transitively too
				return containers
			}
			return r.Links[i].Targets
		}
	}
	return nil
}

// containers are what an object can be a member of, linked what else is linked much.
var (
	containers = []string{"group", "administrativeUnit", "directoryRole"}
	linked     = []string{"user", "servicePrincipal", "device", "application", "orgContact"}
)

// How many navigations a path goes from a set, and from a singleton, which often is but a
// folder. Paths have no end: Graph has millions of five steps.
const (
	fromSet       = 1
	fromSingleton = 2
)

// modelled adds the paths of the model: without generic operations those that begin with a
// type that has rules, or with a singleton.
func (w *writer) modelled(paths map[string]bool) {
	for _, s := range w.model.EntitySets {
		if w.Generic || w.Graph.Objects().RulesOf(s.Type) != nil {
			w.bound(paths, "/"+s.Name, s.Type, true)
			w.bound(paths, "/"+s.Name+"/{id}", s.Type, false)
			w.collection(paths, "/"+s.Name, s.Type, fromSet, true)
		}
	}
	for _, s := range w.model.Singletons {
		w.bound(paths, "/"+s.Name, s.Type, false)
		w.one(paths, "/"+s.Name, s.Type, fromSingleton)
	}
}

// collection adds what is done with a collection, and with the objects that live there.
func (w *writer) collection(paths map[string]bool, path string, t *odata.Type, deep int, keyed bool) {
	paths[path], paths[path+"/$count"] = true, true
	if keyed {
		w.one(paths, path+"/{id}", t, deep)
	}
}

// one adds what is done with one object.
func (w *writer) one(paths map[string]bool, path string, t *odata.Type, deep int) {
	paths[path] = true
	if deep == 0 {
		return
	}
	for _, p := range t.Navigations() {
		to := path + "/" + p.Name
		switch {
		case p.Collection:
			folder := deep == fromSingleton && w.Graph.Objects().RulesOf(t) == nil
			w.collection(paths, to, p.Type, deep-1, p.Contained || folder)
		case p.Contained || deep == fromSingleton && w.Graph.Objects().RulesOf(t) == nil:
			w.one(paths, to, p.Type, deep-1)
		default:
			paths[to] = true
		}
		if !p.Contained {
			paths[to+"/$ref"] = true
			if p.Collection {
				paths[to+"/{id}"], paths[to+"/{id}/$ref"] = true, true
			}
		}
	}
}

// bound adds the actions and functions of a type that take no arguments in their path.
func (w *writer) bound(paths map[string]bool, path string, t *odata.Type, many bool) {
	for _, list := range [][]odata.Operation{w.model.Actions, w.model.Functions} {
		for i := range list {
			o := &list[i]
			if o.Binding != nil && o.BindingCollection == many && t.IsA(o.Binding) && (!o.Function() || len(o.Parameters) == 0) {
				paths[path+"/"+o.Name] = true
			}
		}
	}
}
