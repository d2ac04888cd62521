package report

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// shape is what a version's metadata says of the paths that a report has. The views walk
// paths in the metadata; all of it would be large, and lead to where nothing is.
type shape struct {
	model *odata.Model
	sets  map[string]bool            // collections
	parts map[string]map[string]bool // of singletons, the collections
	links map[string]map[string]bool // of types, by their names
}

// collection notes that a collection is there: "users", or "education/classes".
func (s *shape) collection(path string) {
	first, rest, deep := strings.Cut(path, "/")
	if !deep {
		s.sets[first] = true
		return
	}
	if s.parts[first] == nil {
		s.parts[first] = map[string]bool{}
	}
	s.parts[first][rest] = true
}

func (s *shape) link(t *odata.Type, name string) {
	if s.links[t.Name] == nil {
		s.links[t.Name] = map[string]bool{}
	}
	s.links[t.Name][name] = true
}

func (s *shape) named(name string) *odata.Type {
	for _, t := range s.model.Types {
		if t.Name == name && t.Entity {
			return t
		}
	}
	return nil
}

func (s *shape) singleton(name string) *odata.Type {
	for _, one := range s.model.Singletons {
		if one.Name == name {
			return one.Type
		}
	}
	return nil
}

// typeOf is the type of an object at a path: of a set, or of a collection of a singleton.
func (s *shape) typeOf(path string) *odata.Type {
	parts := strings.Split(path, "/")
	for _, set := range s.model.EntitySets {
		if set.Name == parts[0] && len(parts) == 2 {
			return set.Type
		}
	}
	if one := s.singleton(parts[0]); one != nil && len(parts) == 3 {
		for _, p := range one.Navigations() {
			if p.Name == parts[1] {
				return p.Type
			}
		}
	}
	return nil
}

// linked are the navigation properties of a type that have links in this world.
func (s *shape) linked(t *odata.Type, relations []string) (list []*odata.Property) {
	if t == nil {
		return nil
	}
	for _, p := range t.Navigations() {
		has := slices.Contains(relations, p.Name) || slices.Contains(relations, backwards[p.Name])
		for of := t; of != nil && !has; of = of.Base {
			has = slices.Contains(relations, of.Name+"."+p.Name)
		}
		if has {
			list = append(list, p)
		}
	}
	return list
}

// backwards are navigation properties that follow a relation to where it comes from.
var backwards = map[string]string{"memberOf": "members", "ownedObjects": "owners", "directReports": "manager"}

// csdl writes the shape as the views read it.
func (s *shape) csdl() string {
	var b strings.Builder
	types := map[string]*odata.Type{}
	add := func(t *odata.Type) string {
		if t == nil {
			return ""
		}
		types[t.Name] = t
		return html.EscapeString("microsoft.graph." + t.Name)
	}
	var sets []string
	for _, set := range s.model.EntitySets {
		if s.sets[set.Name] {
			sets = append(sets, fmt.Sprintf("<EntitySet Name=\"%s\" EntityType=\"%s\"/>", html.EscapeString(set.Name), add(set.Type)))
		}
	}
	for _, one := range s.model.Singletons {
		if len(s.parts[one.Name]) > 0 {
			sets = append(sets, fmt.Sprintf("<Singleton Name=\"%s\" Type=\"%s\"/>", html.EscapeString(one.Name), add(one.Type)))
		}
	}
	for name := range s.links {
		add(s.named(name))
	}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintf(&b, "<EntityType Name=\"%s\"><Key/>", html.EscapeString(name))
		for _, p := range types[name].Navigations() {
			if s.links[name][p.Name] || s.isPart(name, p.Name) {
				kind := "microsoft.graph."
				if p.Type != nil {
					kind += p.Type.Name
				}
				if p.Collection {
					kind = "Collection(" + kind + ")"
				}
				fmt.Fprintf(&b, "<NavigationProperty Name=\"%s\" Type=\"%s\"/>", html.EscapeString(p.Name), html.EscapeString(kind))
			}
		}
		b.WriteString("</EntityType>")
	}
	return b.String() + strings.Join(sets, "")
}

// isPart tells whether a property of a singleton's type is a collection that is there.
func (s *shape) isPart(typeName, property string) bool {
	for _, one := range s.model.Singletons {
		if one.Type != nil && one.Type.Name == typeName && s.parts[one.Name][property] {
			return true
		}
	}
	return false
}
