package entity

import (
	"fmt"
	"math"
	"slices"
)

// Tx is an update under way. It reads what it wrote. Each of its methods changes
// all that it says or, where it errs, nothing.
type Tx struct {
	View
	store  *Store
	st     *state
	own    *owner
	pack   *packer
	now    int64
	before int64 // bytes

	promised bool // see Promise
}

// newTx returns an update of st, which is not seen by others yet.
func newTx(s *Store, st *state) *Tx {
	tx := &Tx{store: s, st: st, own: new(owner), before: st.bytes}
	tx.View = View{st, tx}
	return tx
}

const (
	objectCost = 200 // bytes that an object takes beside its JSON, about
	linkCost   = 16  // bytes that both ends of a link take
)

func (o *Object) cost() int64 { return objectCost + int64(len(o.JSON)+len(o.keys)) }

// Promise lets the update have all the room that it asks for: whoever runs it was
// promised that before, and cannot be refused any more.
func (tx *Tx) Promise() { tx.promised = true }

// fits errs with *quota.FullError where n bytes more are too many.
func (tx *Tx) fits(n int64) error {
	if tx.promised {
		return nil
	}
	return tx.store.limits.Memory.Fits(max(tx.st.bytes+n-tx.before, 0))
}

func (tx *Tx) pay(n int64) { tx.st.bytes = max(tx.st.bytes+n, 0) }

// refund gives back what the store pays for o; what it shares with the store that
// it was forked from, it does not pay for.
func (tx *Tx) refund(o *Object) {
	if o.Revision > tx.store.base.revision {
		tx.pay(-o.cost())
	}
}

// Create adds an object. It errs with *MissingError (the home's parent), *TakenError
// (the id), *ConflictError, *FullError or *quota.FullError.
func (tx *Tx) Create(d Draft) (*Object, error) {
	if err := tx.checkDraft(&d); err != nil {
		return nil, err
	}
	o := &Object{Kind: tx.kind(d.Type, d.Home, d.Family), Place: tx.st.last + 1, time: tx.now}
	o.JSON, o.keys = tx.keep(d.JSON, packKeys(d.Keys))
	o.ID = idOf(o.JSON, d.ID)
	if err := tx.free(o, o.holdsKeys()); err != nil {
		return nil, err
	}
	if err := tx.fits(o.cost()); err != nil {
		return nil, err
	}
	o.Revision = tx.next()
	o.Created = o.Revision
	tx.enter(o)
	return o, nil
}

// checkDraft errs where d could be no object of its own, and sets what it leaves open.
func (tx *Tx) checkDraft(d *Draft) error {
	if err := checkJSON(d.JSON, d.ID); err != nil {
		return err
	}
	if d.Home.Name == "" || d.Type == "" {
		return fmt.Errorf("entity: object %q has no home or no type", d.ID)
	}
	if d.Home.Parent != 0 && tx.At(d.Home.Parent) == nil {
		return &MissingError{d.Home.Parent}
	}
	if d.Family == "" {
		d.Family = d.Home.Family()
	}
	if other := tx.Find(d.Family, d.ID); other != nil {
		return &TakenError{d.Family, d.ID, other.Place}
	}
	if tx.st.count >= tx.store.limits.Objects && !tx.promised || tx.st.last == math.MaxUint32 {
		return &FullError{tx.store.limits.Objects}
	}
	return nil
}

// enter adds o, which is checked, to all that finds it.
func (tx *Tx) enter(o *Object) {
	st := tx.st
	st.last = max(st.last, o.Place)
	st.count++
	st.objects.put(uint64(o.Place), o, o.Revision, tx.own)
	st.ids.add(hashOf(o.Family, foldID(o.ID)), o.Place, tx.own)
	st.homes.add(o.Home.Name, o.Home.Parent, o.Place, tx.own)
	tx.family(o, (*table).add)
	if o.holdsKeys() {
		tx.keys(o, (*index).add)
	}
	tx.pay(o.cost())
}

// family adds o to its family, or removes it, where that is more than its home.
func (tx *Tx) family(o *Object, do func(*table, string, Place, Place, *owner)) {
	if o.Family != o.Home.Family() {
		do(&tx.st.families, o.Family, 0, o.Place, tx.own)
	}
}

// keys adds o's unique keys to the index, or removes them.
func (tx *Tx) keys(o *Object, do func(*index, uint32, Place, *owner)) {
	for keys := o.keys; len(keys) > 0; {
		var k UniqueKey
		k, keys = keys.next()
		do(&tx.st.unique, hashOf(k.Index, k.Key), o.Place, tx.own)
	}
}

// free errs with *ConflictError where another object has one of o's unique keys.
func (tx *Tx) free(o *Object, asks bool) error {
	for keys := o.keys; asks && len(keys) > 0; {
		var k UniqueKey
		k, keys = keys.next()
		if other := tx.Unique(k.Index, k.Key); other != nil && other.Place != o.Place {
			return &ConflictError{k.Index, k.Key, other.Place}
		}
	}
	return nil
}

// kind returns the Kind of such objects: a known one where there is one.
func (tx *Tx) kind(typ string, h Home, family string) *Kind {
	k := Kind{typ, h, family}
	if h.Parent == 0 {
		return tx.store.kinds.of(k)
	}
	if siblings := tx.st.homes.at(h.Name, h.Parent); siblings != nil {
		if first := tx.At(siblings.min()); *first.Kind == k {
			return first.Kind
		}
	}
	return &k
}

func (tx *Tx) next() uint64 {
	tx.st.revision++
	return tx.st.revision
}

// Replace gives an object other JSON, with the same id, and unique keys: all that it
// has then. changed names the top-level properties that differ. It errs with
// *MissingError, *ConflictError or *quota.FullError.
func (tx *Tx) Replace(p Place, json []byte, keys []UniqueKey, changed ...string) (*Object, error) {
	was := tx.At(p)
	if was == nil {
		return nil, &MissingError{p}
	}
	if err := checkJSON(json, was.ID); err != nil {
		return nil, err
	}
	o := &Object{Kind: was.Kind, Place: p, Created: was.Created, time: tx.now}
	o.JSON, o.keys = tx.keep(json, packKeys(keys))
	o.ID = idOf(o.JSON, was.ID)
	if err := tx.free(o, o.holdsKeys()); err != nil {
		return nil, err
	}
	if err := tx.fits(max(o.cost()-was.cost(), 0)); err != nil {
		return nil, err
	}
	if o.holdsKeys() && o.keys != was.keys {
		tx.keys(was, (*index).remove)
		tx.keys(o, (*index).add)
	}
	tx.swap(was, o, changed...)
	return o, nil
}

// swap puts o, which is the object was in another state, in its place.
func (tx *Tx) swap(was, o *Object, changed ...string) {
	o.Revision = tx.next()
	tx.refund(was)
	tx.pay(o.cost())
	tx.st.objects.put(uint64(o.Place), o, o.Revision, tx.own)
	tx.noteProperties(o, changed)
}

// Moved stands among an object's changed properties where its home changed.
const Moved = "@moved"

// Move lets an object live in another home. Its links stay, and so does its family,
// where that is not its home's own. In DeletedItems it releases its unique keys; what
// leaves it takes them again. It errs with *MissingError (the object, the home's
// parent), *TakenError or *ConflictError.
func (tx *Tx) Move(p Place, to Home) (*Object, error) {
	was := tx.At(p)
	if was == nil {
		return nil, &MissingError{p}
	}
	if to.Name == "" {
		return nil, fmt.Errorf("entity: object %q cannot move to no home", was.ID)
	}
	for above := to.Parent; above != 0; {
		parent := tx.At(above)
		if parent == nil {
			return nil, &MissingError{above}
		}
		if above == p {
			return nil, fmt.Errorf("entity: object %q cannot move into itself", was.ID)
		}
		above = parent.Home.Parent
	}
	family := was.Family
	if family == was.Home.Family() {
		family = to.Family()
		if other := tx.Find(family, was.ID); other != nil && other.Place != p {
			return nil, &TakenError{family, was.ID, other.Place}
		}
	}
	o := &Object{Kind: tx.kind(was.Type, to, family), Place: p, ID: was.ID, Created: was.Created, JSON: was.JSON, keys: was.keys, time: tx.now}
	if err := tx.free(o, o.holdsKeys()); err != nil {
		return nil, err
	}
	if was.holdsKeys() {
		tx.keys(was, (*index).remove)
	}
	if o.holdsKeys() {
		tx.keys(o, (*index).add)
	}
	st := tx.st
	st.homes.remove(was.Home.Name, was.Home.Parent, p, tx.own)
	tx.family(was, (*table).remove)
	st.homes.add(to.Name, to.Parent, p, tx.own)
	tx.family(o, (*table).add)
	if family != was.Family {
		st.ids.remove(hashOf(was.Family, foldID(was.ID)), p, tx.own)
		st.ids.add(hashOf(family, foldID(was.ID)), p, tx.own)
	}
	tx.swap(was, o, Moved)
	return o, nil
}

// Delete removes an object, what it contains, and their links at both ends. It errs
// with *MissingError.
func (tx *Tx) Delete(p Place) error {
	o := tx.At(p)
	if o == nil {
		return &MissingError{p}
	}
	list := []*Object{o}
	for i := 0; i < len(list); i++ {
		for _, r := range tx.st.homes.rows {
			r.sets.at(uint64(list[i].Place)).each(0, func(p Place) bool {
				list = append(list, tx.At(p))
				return true
			})
		}
	}
	for _, o := range slices.Backward(list) {
		tx.remove(o)
	}
	return nil
}

// remove removes o, which contains nothing any more.
func (tx *Tx) remove(o *Object) {
	tx.unlinkAll(o)
	st := tx.st
	st.count--
	st.objects.put(uint64(o.Place), nil, 0, tx.own)
	st.ids.remove(hashOf(o.Family, foldID(o.ID)), o.Place, tx.own)
	st.homes.remove(o.Home.Name, o.Home.Parent, o.Place, tx.own)
	tx.family(o, (*table).remove)
	if o.holdsKeys() {
		tx.keys(o, (*index).remove)
	}
	tx.refund(o)
	tx.noteDeleted(o)
}
