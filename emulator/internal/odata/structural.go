package odata

import "slices"

// Model is the model that t belongs to; nil before it is linked.
func (t *Type) Model() *Model { return t.model }

// Structural returns the properties that every value of t has in its own JSON: all but
// navigations and streams, those of its bases first. The caller must not change it.
func (t *Type) Structural() []*Property {
	if list := t.structural.Load(); list != nil {
		return *list
	}
	var list []*Property
	for _, p := range t.All() {
		if !p.Navigation && !p.Unserved && p.Kind != KindStream {
			list = append(list, p)
		}
	}
	t.structural.Store(&list) // two that make it at a time make the same
	return list
}

// Media reports whether entities of t have bytes of their own, at $value.
func (t *Type) Media() bool {
	for ; t != nil; t = t.Base {
		if t.HasStream {
			return true
		}
	}
	return false
}

// Free reports whether values of t may have any property. Nearly all of Graph's open
// types refuse names they do not know (observed); those that hold nothing else, such as
// dictionaries and the fields of a list item, take all (inferred).
func (t *Type) Free() bool {
	if !t.Open {
		return false
	}
	if t.Name == "openTypeExtension" {
		return true
	}
	for _, p := range t.All() {
		if !p.Navigation && p.Name != "id" {
			return false
		}
	}
	return true
}

// Everything is what "$select=*" selects.
func Everything() *Selection { return &Selection{root: pick{whole: true}, list: []string{"*"}} }

// Shows tells whether a property is selected, or a part of it.
func (s *Selection) Shows(name string) bool {
	return s == nil || s.root.whole || slices.ContainsFunc(s.root.kids, func(k pick) bool { return k.name == name })
}

// Shown are the properties of t that are selected, or a part of which is.
func (s *Selection) Shown(t *Type) []*Property {
	all := t.Structural()
	if s == nil || s.root.whole {
		return all
	}
	shown := make([]*Property, 0, len(s.root.kids))
	for _, p := range all {
		if s.Shows(p.Name) {
			shown = append(shown, p)
		}
	}
	return shown
}
