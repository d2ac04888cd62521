package entity

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"
)

// maxRevision leaves room for further ones, and is exact in every reader of JSON
// (RFC 8259, section 6).
const maxRevision = 1 << 52

// Restore puts a saved store in place of what s has. What is as in the store that s
// was forked from, it shares with it again. Restore errs, and changes nothing, where v
// is not what Save makes, or has more objects than s may have; the error begins with
// the place, as "/objects/3/home". Its bytes are counted whether they fit or not.
func (s *Store) Restore(v Saved) error {
	switch {
	case v.Version != savedVersion:
		return fmt.Errorf("/version: %d; this graphemu reads version %d", v.Version, savedVersion)
	case v.Revision > maxRevision:
		return fmt.Errorf("/revision: %d is more than %d", v.Revision, uint64(maxRevision))
	case len(v.Objects) > s.limits.Objects:
		return fmt.Errorf("/objects: %w: %d", &FullError{s.limits.Objects}, len(v.Objects))
	}
	s.now() // its base is there
	st := *s.base
	st.bytes, st.log = 0, changeLog{}
	unlimited := &Store{limits: s.limits, base: s.base, kinds: s.kinds} // memory is asked by whoever restores
	unlimited.limits.Memory = nil
	r := &restorer{Tx: newTx(unlimited, &st), v: &v}
	r.Pack()
	for _, step := range []func() error{r.objects, r.parents, r.links, r.changes, r.revisions} {
		if err := step(); err != nil {
			return err
		}
	}
	st.last, st.revision = v.Last, v.Revision
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.current.Swap(&st)
	s.limits.Memory.Add(st.bytes - before.bytes)
	return nil
}

// restorer writes what was saved over what the store was forked from.
type restorer struct {
	*Tx
	v    *Saved
	text []byte // of the object that is read
}

func (r *restorer) objects() error {
	kept, err := r.keepSame()
	if err != nil {
		return err
	}
	for i := range r.v.Objects {
		so := &r.v.Objects[i]
		at := fmt.Sprintf("/objects/%d", i)
		if !kept[so.Place] {
			o, err := r.object(so)
			if err != nil {
				return fmt.Errorf("%s/%w", at, err)
			}
			if other := r.Find(o.Family, o.ID); other != nil {
				return fmt.Errorf("%s/object/id: %w", at, &TakenError{o.Family, o.ID, other.Place})
			}
			if err := r.free(o, o.holdsKeys()); err != nil {
				return fmt.Errorf("%s/keys: %w", at, err)
			}
			r.enter(o)
		}
		if err := r.properties(so); err != nil {
			return fmt.Errorf("%s/changed: %w", at, err)
		}
	}
	return nil
}

// keepSame checks the order of the objects, and removes what is not among them in the
// same state. It returns the places of those that stay.
func (r *restorer) keepSame() (kept map[Place]bool, err error) {
	kept = map[Place]bool{}
	var before Place
	for i := range r.v.Objects {
		so := &r.v.Objects[i]
		if so.Place <= before || so.Place > r.v.Last {
			return nil, fmt.Errorf("/objects/%d/place: %d does not follow %d, or is after the last, %d", i, so.Place, before, r.v.Last)
		}
		before = so.Place
		known := r.At(so.Place)
		if known == nil || known.Revision != so.Revision {
			continue
		}
		o, err := r.object(so)
		if err != nil {
			return nil, fmt.Errorf("/objects/%d/%w", i, err)
		}
		kept[so.Place] = *o.Kind == *known.Kind && o.Created == known.Created && o.time == known.time &&
			o.keys == known.keys && string(o.JSON) == string(known.JSON)
	}
	for o := range r.All() {
		if !kept[o.Place] {
			r.remove(o)
		}
	}
	return kept, nil
}

// object returns a saved object, which is not held against others yet.
func (r *restorer) object(so *SavedObject) (*Object, error) {
	if so.Created == 0 || so.Created > so.Revision || so.Revision > r.v.Revision {
		return nil, fmt.Errorf("revision: want 0 < created (%d) <= revision (%d) <= the store's (%d)", so.Created, so.Revision, r.v.Revision)
	}
	if y := so.Time.UTC().Year(); y < 0 || y > 9999 {
		return nil, errors.New("time: want a year from 0 to 9999, in UTC")
	}
	kind, err := r.kind(so.SavedKind)
	if err != nil {
		return nil, err
	}
	o := &Object{Kind: kind, Place: so.Place, Created: so.Created, Revision: so.Revision, time: so.Time.UnixMicro()}
	keys := make([]UniqueKey, len(so.Keys))
	for i, k := range so.Keys {
		keys[i] = UniqueKey(k)
	}
	id, text, err := readObject(r.text[:0], so.JSON)
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	r.text = text // keep copies it
	o.JSON, o.keys = r.keep(text, packKeys(keys))
	o.ID = idOf(o.JSON, id)
	return o, nil
}

// readObject returns an object's id and its JSON as Save found it: whoever wrote the
// file may have indented it, and escaped what need not be. It writes to buf, if it can.
func readObject(buf, saved []byte) (id string, text []byte, err error) {
	text, err = jsontext.AppendFormat(buf, saved, jsontext.PreserveRawStrings(false))
	if err != nil {
		return "", nil, err
	}
	id = gjson.GetBytes(text, "id").Str
	if checkJSON(text, id) != nil {
		text = idToFront(text) // a tool may have sorted the members
	}
	return id, text, checkJSON(text, id)
}

// idToFront moves the member "id" of an object before the others.
func idToFront(text []byte) []byte {
	front, rest := []byte{'{'}, []byte(nil)
	gjson.ParseBytes(text).ForEach(func(key, v gjson.Result) bool {
		member := append(append(append([]byte{}, key.Raw...), ':'), v.Raw...)
		if key.Str == "id" && len(front) == 1 {
			front = append(front, member...)
		} else {
			rest = append(append(rest, ','), member...)
		}
		return true
	})
	return append(append(front, rest...), '}')
}

func (r *restorer) kind(s SavedKind) (*Kind, error) {
	h := Home{s.Parent, s.Home}
	switch {
	case s.Type == "":
		return nil, fmt.Errorf("type: it must be there")
	case s.Home == "":
		return nil, fmt.Errorf("home: it must be there")
	case s.Family == "":
		s.Family = h.Family()
	}
	return r.Tx.kind(s.Type, h, s.Family), nil
}

func (r *restorer) properties(so *SavedObject) error {
	if len(so.Properties) == 0 {
		return nil
	}
	if r.v.Changes == nil {
		return fmt.Errorf("there, though /changes is not")
	}
	var props propsOf
	var before uint64
	for i, p := range so.Properties {
		if p.Revision < before || p.Revision == 0 || p.Revision > so.Revision {
			return fmt.Errorf("%d: revision %d does not follow %d, or is after the object's, %d", i, p.Revision, before, so.Revision)
		}
		before = p.Revision
		if slices.ContainsFunc(props, func(q Property) bool { return q.Name == p.Name }) {
			return fmt.Errorf("%d: %q is there twice", i, p.Name)
		}
		props = append(props, Property(p))
	}
	r.st.log.props.put(uint64(so.Place), &props, 0, r.own)
	r.pay(propertyCost * int64(len(props)))
	return nil
}

// parents checks that what is contained is so in an object, and not in itself.
func (r *restorer) parents() error {
	const under, fine = 1, 2
	known := map[Place]int{}
	for i, so := range r.v.Objects {
		var way []Place
		for p := so.Place; known[p] != fine; {
			o := r.At(p)
			if o == nil || known[p] == under {
				return fmt.Errorf("/objects/%d/parent: %d leads to no entity set", i, so.Parent)
			}
			if o.Home.Parent == 0 && len(way) == 0 {
				break
			}
			known[p] = under
			way = append(way, p)
			if p = o.Home.Parent; p == 0 {
				break
			}
		}
		for _, p := range way {
			known[p] = fine
		}
	}
	return nil
}

func (r *restorer) links() error {
	if err := r.checkLinks(); err != nil {
		return err
	}
	saved := r.v.Links
	for _, relation := range r.Relations() { // those of the store that it was forked from
		var from [][]Place
		if i := slices.IndexFunc(saved, func(s SavedLinks) bool { return s.Relation == relation }); i >= 0 {
			from = saved[i].From
		}
		r.lasting()
		for p, targets := range r.st.out.sets(relation).all() {
			var want []Place
			if i, there := slices.BinarySearchFunc(from, Place(p), func(ends []Place, p Place) int { return cmp.Compare(ends[0], p) }); there {
				want = from[i][1:]
			}
			targets.each(0, func(to Place) bool {
				if _, there := slices.BinarySearch(want, to); !there {
					r.unlink(relation, Place(p), to)
				}
				return true
			})
		}
	}
	for i, s := range saved {
		var all []Link
		for _, ends := range s.From {
			for _, to := range ends[1:] {
				all = append(all, Link{ends[0], to})
			}
		}
		if _, err := r.LinkAll(s.Relation, all); err != nil {
			return fmt.Errorf("/links/%d: %w", i, err)
		}
	}
	return nil
}

// checkLinks errs where links are not in order, or have ends that are not there.
func (r *restorer) checkLinks() error {
	for i, s := range r.v.Links {
		if s.Relation == "" || i > 0 && s.Relation <= r.v.Links[i-1].Relation {
			return fmt.Errorf("/links/%d/relation: %q does not follow the one before", i, s.Relation)
		}
		for k, ends := range s.From {
			at := fmt.Sprintf("/links/%d/from/%d", i, k)
			if len(ends) < 2 || k > 0 && ends[0] <= s.From[k-1][0] {
				return fmt.Errorf("%s: want a source that follows the one before, and its targets", at)
			}
			for n, p := range ends {
				if r.At(p) == nil && !(n == 0 && p == Tenant) {
					return fmt.Errorf("%s/%d: %w", at, n, &MissingError{p})
				}
				if n == 0 {
					continue
				}
				if n > 1 && p <= ends[n-1] {
					return fmt.Errorf("%s/%d: %d does not follow the one before", at, n, p)
				}
			}
		}
	}
	return nil
}

func (r *restorer) changes() error {
	saved := r.v.Changes
	if saved == nil {
		return nil
	}
	log := &r.st.log
	if saved.Floor > r.v.Revision {
		return fmt.Errorf("/changes/floor: %d is after the store's revision, %d", saved.Floor, r.v.Revision)
	}
	log.watched, log.floor = true, saved.Floor
	before := saved.Floor
	for i, se := range saved.Log {
		at := fmt.Sprintf("/changes/log/%d", i)
		if se.Revision <= before || se.Revision > r.v.Revision {
			return fmt.Errorf("%s/revision: %d does not follow %d, or is after the store's, %d", at, se.Revision, before, r.v.Revision)
		}
		before = se.Revision
		e := entry{revision: se.Revision, relation: se.Relation, link: Link{se.From, se.To}}
		if g := se.Gone; g != nil {
			kind, err := r.kind(g.SavedKind)
			if err != nil {
				return fmt.Errorf("%s/gone/%w", at, err)
			}
			if g.ID == "" || g.Place == 0 || g.Place > r.v.Last {
				return fmt.Errorf("%s/gone: it has no id, or no place up to the last, %d", at, r.v.Last)
			}
			e.gone = &Gone{kind, g.Place, g.ID, g.Created}
		}
		switch isLink := e.link.To != 0; {
		case e.relation == "" && (e.link != Link{} || e.gone == nil || r.At(e.gone.Place) != nil):
			return fmt.Errorf("%s: a deletion of no object, or of one that is there", at)
		case e.relation != "" && (!isLink || max(e.link.From, e.link.To) > r.v.Last || e.gone != nil && e.gone.Place != e.link.To):
			return fmt.Errorf("%s: a change of no link", at)
		}
		r.now = se.Time.UnixMicro()
		r.note(e)
	}
	return nil
}

// revisions checks that no two changes have the same revision.
func (r *restorer) revisions() error {
	var all []uint64
	for o := range r.All() {
		all = append(all, o.Revision)
	}
	for _, e := range r.st.log.entries.all() {
		all = append(all, e.revision)
	}
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			return fmt.Errorf("/objects: revision %d is there twice", all[i])
		}
	}
	return nil
}
