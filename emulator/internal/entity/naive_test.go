package entity

import (
	"maps"
	"slices"
	"strings"
)

// A naive store: everything in maps, everything looked through.
type naive struct {
	objects map[Place]naiveObject
	links   map[naiveLink]bool
	last    Place
}

type naiveObject struct {
	id, typ, json, family string
	home                  Home
	keys                  []UniqueKey // in lower case, sorted
}

type naiveLink struct {
	relation string
	Link
}

func newNaive() *naive {
	return &naive{objects: map[Place]naiveObject{}, links: map[naiveLink]bool{}}
}

func (m *naive) clone() *naive { return &naive{maps.Clone(m.objects), maps.Clone(m.links), m.last} }

func (m *naive) places(which func(Place, naiveObject) bool) (list []Place) {
	for _, p := range slices.Sorted(maps.Keys(m.objects)) {
		if which(p, m.objects[p]) {
			list = append(list, p)
		}
	}
	return list
}

func (m *naive) find(family, id string) Place {
	for _, p := range m.places(func(_ Place, o naiveObject) bool {
		return o.family == family && (o.id == id || len(id) == 36 && strings.EqualFold(o.id, id))
	}) {
		return p
	}
	return 0
}

func (m *naive) unique(k UniqueKey) Place {
	for p, o := range m.objects {
		for _, own := range o.keys {
			if o.home.Name != DeletedItems && own.Index == k.Index && own.Key == strings.ToLower(k.Key) {
				return p
			}
		}
	}
	return 0
}

func (m *naive) conflict(keys []UniqueKey, but Place) bool {
	return slices.ContainsFunc(keys, func(k UniqueKey) bool { p := m.unique(k); return p != 0 && p != but })
}

func (m *naive) within(p, above Place) bool {
	for ; p != 0; p = m.objects[p].home.Parent {
		if p == above {
			return true
		}
	}
	return false
}

func (m *naive) delete(p Place) {
	for _, q := range m.places(func(q Place, _ naiveObject) bool { return m.within(q, p) }) {
		defer delete(m.objects, q)
		maps.DeleteFunc(m.links, func(l naiveLink, _ bool) bool { return l.From == q || l.To == q })
	}
}

func lowered(keys []UniqueKey) []UniqueKey {
	if len(keys) == 0 {
		return nil
	}
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].Key = strings.ToLower(keys[i].Key)
	}
	slices.SortFunc(keys, func(a, b UniqueKey) int { return strings.Compare(a.Index+" "+a.Key, b.Index+" "+b.Key) })
	return slices.Compact(keys)
}

func sameObject(a, b naiveObject) bool {
	return a.json == b.json && a.home == b.home && slices.Equal(a.keys, b.keys)
}
