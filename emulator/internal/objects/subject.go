package objects

import (
	"bytes"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Subject returns the part of a path that names the object which a call is about: of a
// collection or a property the object that has it, of a $ref the object that has the
// links. ok is false where the path names none, as that of an entity set.
func Subject(p resource.Path) (named resource.Path, ok bool) {
	n := len(p.Segments)
	if i := operationAt(p); i >= 0 {
		n = i
	}
	if n > 0 && p.Segments[n-1].Kind == resource.Ref {
		n--
		if n > 0 && p.Segments[n-1].Kind == resource.Key {
			n--
		}
		n--
	}
	for ; n > 0; n-- {
		switch s := &p.Segments[n-1]; s.Kind {
		case resource.Key, resource.Singleton:
			return resource.Path{Segments: p.Segments[:n]}, true
		case resource.Navigation:
			if !s.Many && s.Type != nil && s.Type.Entity {
				return resource.Path{Segments: p.Segments[:n]}, true
			}
		}
	}
	return resource.Path{}, false
}

// Named finds the object that a path names, as it is now. It has no id where it is not
// there. The JSON holds what was set, without secrets.
func (e *Engine) Named(c *workload.Call, named resource.Path) engine.Named {
	found := engine.Named{Path: addressOf(named)}
	t, err := e.resolve(c, stateOf(c).Store.View(), named)
	if err == nil && t.object != nil {
		found.ID, found.JSON = t.object.ID, e.open(c.Version, t.object, t.typ)
	}
	return found
}

// addressOf is a path with its keys, as "/users/ann@contoso.edu".
func addressOf(p resource.Path) string {
	var b strings.Builder
	for i := range p.Segments {
		s := &p.Segments[i]
		name := s.Name
		if s.Kind == resource.Key {
			name = escape(keyText(s))
		}
		b.WriteByte('/')
		b.WriteString(name)
	}
	return b.String()
}

// open is an object as conditions and the journal see it: as it is stored, as a view
// has it where the path leads to one, but without what no answer shows. It is mostly the
// stored JSON itself.
func (e *Engine) open(v workload.Version, o *entity.Object, declared *odata.Type) []byte {
	json := o.JSON
	r := e.rulesOf(declared)
	if r == nil || r.View == "" {
		r = e.rulesOf(e.typeOf(v, o, declared))
	} else {
		json = flatten(declared, json, r.Inside)
	}
	var secret []string
	if r != nil {
		secret = r.Hidden
	}
	if !bytes.Contains(json, []byte(`"#`)) && !mentions(json, secret) {
		return json
	}
	dst := []byte{'{'}
	gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
		if key.Str == odata.OpenMember && v.IsObject() && v.Raw != "{}" {
			if len(dst) > 1 {
				dst = append(dst, ',')
			}
			dst = append(dst, v.Raw[1:len(v.Raw)-1]...)
			return true
		}
		if hidden(key.Str) || slices.Contains(secret, key.Str) {
			return true
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, key.Raw...), ':'), v.Raw...)
		return true
	})
	return append(dst, '}')
}

// made is what a call has created, as it is now.
func (e *Engine) made(c *workload.Call, t target) engine.Named {
	found := engine.Named{Path: "/" + t.at}
	if o := stateOf(c).Store.View().At(t.object.Place); o != nil {
		found.ID, found.JSON = o.ID, e.open(c.Version, o, t.typ)
	}
	return found
}

// Members are the objects of a collection, as open has them: what expectations look at.
// A collection of an object that is not there has none. c is a call of the test itself; of
// the versions, the first that has the path counts.
func (e *Engine) Members(c *workload.Call, path string) (all [][]byte) {
	for _, v := range []workload.Version{workload.V1, workload.Beta} {
		if e.models.Of(v) == nil {
			continue
		}
		p, err := resource.Walk(e.models.Of(v), strings.Split(strings.Trim(path, "/"), "/"))
		if err != nil {
			continue
		}
		c.Version = v
		stateOf(c).Futures.Settle(c.Now, 0)
		view := stateOf(c).Store.View()
		t, err := e.resolve(c, view, p)
		if err != nil || t.list == nil {
			return nil
		}
		for place := range t.list.all().All(0) {
			if o := view.At(place); t.list.has(o) {
				all = append(all, e.open(v, o, t.list.typ))
			}
		}
		return all
	}
	return nil
}
