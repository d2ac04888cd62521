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
		if t == nil || r.Set == "" || r.View == "" && t.Model().Set(r.Set) == nil {
			continue
		}
		base := strings.ReplaceAll(r.Set, "/", ".")
		add := func(of string, verbs map[string]verb) {
			for _, v := range verbs {
				names[of+"."+v.name] = true
			}
		}
		add(base, collectionVerbs)
		add(base, countVerbs)
		add(base, objectVerbs)
		for name := range r.Actions {
			names[base+"."+name] = true
		}
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
		if m := e.models[v]; m != nil {
			if t := m.Type(m.Namespace + "." + name); t != nil {
				return t
			}
		}
	}
	return nil
}
