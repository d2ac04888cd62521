package objects

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Names are the names of the operations on objects whose types have rules, and on what
// the rules link them to, sorted.
func (e *Engine) Names() []string {
	names := map[string]bool{}
	for _, r := range e.rules {
		t := e.modelType(r.Type)
		if t == nil {
			continue
		}
		add := func(of string, verbs map[string]verb, but ...string) {
			for _, v := range verbs {
				if !slices.Contains(but, v.name) {
					names[of+"."+v.name] = true
				}
			}
		}
		addSet := func(base string, r *workload.Rules) {
			add(base, collectionVerbs, r.Absent...)
			add(base, countVerbs, r.Absent...)
			add(base, objectVerbs, r.Absent...)
			for name := range r.Actions {
				names[base+"."+name] = true
			}
		}
		if s := t.Model().Singleton(r.Type); s != nil && s.Type == t { // what it contains is a set by its path
			for i := range t.Properties {
				if p := &t.Properties[i]; p.Contained && p.Collection && !p.Unserved && e.rules[p.Type.Name] != nil {
					addSet(r.Type+"."+p.Name, e.rules[p.Type.Name])
				}
			}
			continue
		}
		if r.Set == "" || r.View == "" && !strings.Contains(r.Set, "/") && t.Model().Set(r.Set) == nil {
			continue
		}
		base := strings.ReplaceAll(r.Set, "/", ".")
		addSet(base, r)
		for _, l := range r.Links {
			p := t.Property(l.Name)
			switch of := base + "." + l.Name; {
			case p == nil:
			case !p.Collection && (l.Self || l.ReadOnly):
				add(of, linkedSingleVerbs)
			case !p.Collection:
				add(of, linkedSingleVerbs)
				add(of, refVerbs)
			case l.ReadOnly || l.Closure:
				add(of, castVerbs)
				add(of, countVerbs)
			default:
				add(of, castVerbs)
				add(of, countVerbs)
				add(of, refsVerbs)
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
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
