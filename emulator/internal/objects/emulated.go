package objects

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Emulated is an operation on objects whose types have rules, or on what the rules link
// them to, and a call of it.
type Emulated struct {
	Name, Method, Path string // "users.get", "GET", "/users/{id}"
}

// Names are the names of the operations on objects whose types have rules, sorted.
func (e *Engine) Names() []string {
	names := map[string]bool{}
	for _, op := range e.Emulated() {
		names[op.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Emulated are the operations on objects whose types have rules, by path. Those of /me
// are those of a user.
func (e *Engine) Emulated() []Emulated {
	l := &lister{engine: e, found: map[Emulated]bool{}}
	for _, r := range e.rules {
		t := e.modelType(r.Type)
		if t == nil {
			continue
		}
		if s := singletonOf(t); s != nil { // what it contains is a set by its path
			l.add(s.Name, "/"+s.Name, singletonVerbs, r.Absent...)
			for i := range t.Properties {
				if p := &t.Properties[i]; p.Contained && p.Collection && !p.Unserved && e.rules[p.Type.Name] != nil {
					l.set(s.Name+"."+p.Name, e.rules[p.Type.Name])
				}
			}
			continue
		}
		for _, name := range e.otherSets(r) {
			l.set(name, r)
			l.links(name, "/"+name+"/{id}", t, r)
		}
		if r.Set == "" || r.View == "" && !strings.Contains(r.Set, "/") && t.Model().Set(r.Set) == nil {
			continue
		}
		base := strings.ReplaceAll(r.Set, "/", ".")
		l.set(base, r)
		l.links(base, "/"+r.Set+"/{id}", t, r)
	}
	return slices.SortedFunc(maps.Keys(l.found), func(a, b Emulated) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
}

// lister finds the operations that are emulated.
type lister struct {
	engine *Engine
	found  map[Emulated]bool
}

func (l *lister) add(of, path string, verbs map[string]verb, but ...string) {
	for method, v := range verbs {
		if !slices.Contains(but, v.name) {
			l.found[Emulated{of + "." + v.name, method, path}] = true
		}
	}
}

// set adds what is done with a set, its objects and their actions.
func (l *lister) set(base string, r *workload.Rules) {
	path := "/" + strings.ReplaceAll(base, ".", "/")
	l.objects(base, path, r.Absent)
	t := l.engine.modelType(r.Type)
	for of := r; of != nil; of = l.engine.baseRules(of, t) { // what a base has, it has too
		for name := range of.Actions {
			if method, at, ok := l.engine.actionAt(t, name); ok {
				l.found[Emulated{base + "." + name, method, path + at + "/" + name}] = true
			}
		}
	}
}

// singletonOf is the named entity of the container that is of a type; nil for none. /me is
// one of the users.
func singletonOf(t *odata.Type) *odata.Singleton {
	m := t.Model()
	for i := range m.Singletons {
		if s := &m.Singletons[i]; s.Type == t && s.Name != "me" {
			return s
		}
	}
	return nil
}

// otherSets are the sets of the models beside the one of the rules whose objects are of the
// same type: beta has administrative units at its root too.
func (e *Engine) otherSets(r *workload.Rules) (names []string) {
	for v := range e.models {
		for _, s := range e.models.Of(v).EntitySets {
			if s.Type.Name == r.Type && s.Name != r.Set && r.Set != "" && r.View == "" && !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// objects adds what is done with a collection and the objects that live there.
func (l *lister) objects(base, path string, absent []string) {
	l.add(base, path, collectionVerbs, absent...)
	l.add(base, path+"/$count", countVerbs, absent...)
	l.add(base, path+"/{id}", patchedVerbs, absent...)
}

// links adds what is done with the navigations that rules name.
func (l *lister) links(base, path string, t *odata.Type, r *workload.Rules) {
	for i := range t.Properties {
		p := &t.Properties[i]
		if !p.Contained || p.Unserved || l.engine.rules[p.Type.Name] == nil {
			continue
		}
		of, path, inner := base+"."+p.Name, path+"/"+p.Name, l.engine.rules[p.Type.Name]
		absent := slices.Clone(inner.Absent)
		readOnly := slices.Contains(inner.ReadOnlyIn, p.Name)
		if readOnly {
			absent = append(absent, "create", "update", "delete")
		}
		one := path
		if p.Collection {
			l.objects(of, path, absent)
			one += "/{id}"
		} else {
			l.add(of, path, patchedVerbs, absent...)
		}
		switch {
		case !p.Type.Media():
		case readOnly:
			l.add(of+".value", one+"/$value", mediaVerbs, absent...)
		default:
			l.add(of+".value", one+"/$value", mediaVerbs)
		}
	}
	for _, link := range r.Links {
		p := t.Property(link.Name)
		if p == nil {
			continue
		}
		of, path := base+"."+link.Name, path+"/"+link.Name
		switch {
		case link.Create != nil:
			l.objects(of, path, l.engine.rules[p.Type.Name].Absent)
		case !p.Collection && (link.Self || link.ReadOnly):
			l.add(of, path, linkedSingleVerbs)
		case !p.Collection:
			l.add(of, path, linkedSingleVerbs)
			l.add(of, path+"/$ref", refVerbs)
		case link.ReadOnly || link.Closure:
			l.add(of, path, castVerbs)
			l.add(of, path+"/$count", countVerbs)
		default:
			l.add(of, path, castVerbs)
			l.add(of, path+"/$count", countVerbs)
			l.add(of, path+"/$ref", refsVerbs)
			l.found[Emulated{of + ".remove", http.MethodDelete, path + "/{id}/$ref"}] = true
		}
	}
}

// actionAt is how an action or a function of a type is called, and where: of one object,
// or of the collection. ok is false where no model has it.
func (e *Engine) actionAt(t *odata.Type, name string) (method, at string, ok bool) {
	method, at = http.MethodPost, "/{id}"
	for v := range e.models {
		m := e.models.Of(v)
		for _, list := range [][]odata.Operation{m.Actions, m.Functions} {
			for i := range list {
				o := &list[i]
				if o.Name != name || o.Binding == nil || !t.IsA(o.Binding) && !named(t, o.Binding.Name) {
					continue
				}
				ok = true
				if o.Function() {
					method = http.MethodGet
				}
				if o.BindingCollection {
					at = ""
				}
			}
		}
	}
	return method, at, ok
}

// named tells whether a type or a base of it has a name: another version's type is another one.
func named(t *odata.Type, name string) bool {
	for ; t != nil; t = t.Base {
		if t.Name == name {
			return true
		}
	}
	return false
}

// modelType is a type of the newest version that has it.
func (e *Engine) modelType(name string) *odata.Type {
	for _, v := range []workload.Version{workload.Beta, workload.V1} {
		if m := e.models.Of(v); m != nil {
			if t := m.Type(m.Namespace + "." + name); t != nil {
				return t
			}
		}
	}
	return nil
}
