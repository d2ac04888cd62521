package entity

import (
	"encoding/json"
	"time"
)

// savedVersion is that of the form below.
const savedVersion = 1

// Saved is a store as it stood, whole, in a form that JSON keeps: what a fork shares
// with another store is in it, too. The same store is always saved the same way.
type Saved struct {
	Version  int           `json:"version"`
	Last     Place         `json:"last,omitzero"` // the place that was given last
	Revision uint64        `json:"revision,omitzero"`
	Objects  []SavedObject `json:"objects,omitzero"` // by place
	Links    []SavedLinks  `json:"links,omitzero"`   // by relation
	Changes  *SavedChanges `json:"changes,omitzero"` // there where somebody watches
}

// SavedObject is an object.
type SavedObject struct {
	Place      Place           `json:"place"`
	SavedKind                  // what others may have, too
	Created    uint64          `json:"created"`  // revision
	Revision   uint64          `json:"revision"` // of the last change
	Time       time.Time       `json:"time"`     // of the last change
	Keys       []SavedKey      `json:"keys,omitzero"`
	Properties []SavedProperty `json:"changed,omitzero"` // by revision
	JSON       json.RawMessage `json:"object"`
}

// SavedKind is a Kind.
type SavedKind struct {
	Type   string `json:"type"`
	Home   string `json:"home"`
	Parent Place  `json:"parent,omitzero"` // 0: the home is an entity set
	Family string `json:"family,omitzero"` // default: that of the home
}

// SavedKey is a unique key, in lower case.
type SavedKey struct {
	Index string `json:"index"`
	Key   string `json:"key"`
}

// SavedProperty is a property that changed.
type SavedProperty struct {
	Name     string `json:"name"`
	Revision uint64 `json:"revision"`
}

// SavedLinks are the links of a relation.
type SavedLinks struct {
	Relation string    `json:"relation"`
	From     [][]Place `json:"from"` // each a source and then its targets, all in order
}

// SavedChanges is what the store knows of deletions and changes of links.
type SavedChanges struct {
	Floor uint64       `json:"floor,omitzero"`
	Log   []SavedEntry `json:"log,omitzero"` // by revision
}

// SavedEntry is a change of a link or, without one, a deletion.
type SavedEntry struct {
	Revision uint64     `json:"revision"`
	Time     time.Time  `json:"time"`
	Relation string     `json:"relation,omitzero"`
	From     Place      `json:"from,omitzero"`
	To       Place      `json:"to,omitzero"`
	Gone     *SavedGone `json:"gone,omitzero"` // what was deleted, or whom the link led to that was removed
}

// SavedGone is a Gone.
type SavedGone struct {
	Place Place  `json:"place"`
	ID    string `json:"id"`
	SavedKind
	Created uint64 `json:"created"`
}

// Save returns the store as it stands. It shares nothing that changes.
func (s *Store) Save() Saved {
	v := s.View()
	st := v.st
	saved := Saved{Version: savedVersion, Last: st.last, Revision: st.revision}
	if n := v.Len(); n > 0 {
		saved.Objects = make([]SavedObject, 0, n)
	}
	for o := range v.All() {
		so := SavedObject{Place: o.Place, SavedKind: o.Kind.save(), Created: o.Created, Revision: o.Revision, Time: o.Time(), JSON: o.JSON}
		for _, k := range o.Keys() {
			so.Keys = append(so.Keys, SavedKey(k))
		}
		if props := st.log.props.at(uint64(o.Place)); props != nil {
			for _, p := range *props {
				so.Properties = append(so.Properties, SavedProperty(p))
			}
		}
		saved.Objects = append(saved.Objects, so)
	}
	for _, r := range st.out.rows {
		links := SavedLinks{Relation: r.name}
		for from, targets := range r.sets.all() {
			list := append(make([]Place, 0, 1+targets.len()), Place(from))
			targets.each(0, func(to Place) bool {
				list = append(list, to)
				return true
			})
			links.From = append(links.From, list)
		}
		saved.Links = append(saved.Links, links)
	}
	if st.log.watched {
		saved.Changes = &SavedChanges{Floor: st.log.floor}
		for _, e := range st.log.entries.all() {
			saved.Changes.Log = append(saved.Changes.Log, e.save())
		}
	}
	return saved
}

func (k *Kind) save() SavedKind {
	s := SavedKind{Type: k.Type, Home: k.Home.Name, Parent: k.Home.Parent}
	if k.Family != k.Home.Family() {
		s.Family = k.Family
	}
	return s
}

func (e *entry) save() SavedEntry {
	s := SavedEntry{Revision: e.revision, Time: time.UnixMicro(e.time).UTC(), Relation: e.relation, From: e.link.From, To: e.link.To}
	if g := e.gone; g != nil {
		s.Gone = &SavedGone{Place: g.Place, ID: g.ID, SavedKind: g.Kind.save(), Created: g.Created}
	}
	return s
}
