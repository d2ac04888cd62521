package entity

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// ChangeKind is what a change did.
type ChangeKind uint8

const (
	Created ChangeKind = iota + 1
	Updated
	Deleted
	LinkAdded
	LinkRemoved
)

// Change is the last thing that happened to an object or to a link.
type Change struct {
	Kind     ChangeKind
	Revision uint64
	Time     time.Time

	// Of an object.
	Object     *Object    // as it is; nil where it was deleted
	Properties []Property // of one that was updated: those that changed after the revision asked for

	// Of a link.
	Relation string
	From, To Place

	Gone *Gone // the object that was deleted, or the one at the link's end when the link was removed
}

// Gone is what is known of an object that may not be there any more.
type Gone struct {
	*Kind
	Place   Place
	ID      string
	Created uint64 // revision of its creation
}

// Property is a top-level property with the revision of its last change.
type Property struct {
	Name     string
	Revision uint64
}

// changeLog has what objects do not tell themselves. An object that is there has its
// revision, so no entry is needed for it.
type changeLog struct {
	watched bool
	floor   uint64        // what is older is not complete
	entries trie[entry]   // by number, from first to before next; oldest first
	props   trie[propsOf] // by place
	first   uint64
	next    uint64
}

// entry is a deletion or a change of a link.
type entry struct {
	revision uint64
	time     int64
	relation string // "": an object was deleted
	link     Link
	gone     *Gone // nil: a link was added
}

type propsOf []Property

const (
	entryCost    = 120
	propertyCost = 32
)

func (tx *Tx) noteProperties(o *Object, changed []string) {
	log := &tx.st.log
	if !log.watched {
		return
	}
	var before propsOf
	if known := log.props.at(uint64(o.Place)); known != nil {
		before = *known
	}
	var props propsOf
	for _, p := range before { // what is older than the floor is asked for by nobody
		if p.Revision > log.floor && !slices.Contains(changed, p.Name) {
			props = append(props, p)
		}
	}
	for i, name := range changed {
		if !slices.Contains(changed[:i], name) {
			props = append(props, Property{strings.Clone(name), o.Revision})
		}
	}
	log.props.put(uint64(o.Place), &props, 0, tx.own)
	tx.pay(propertyCost * int64(len(props)-len(before)))
}

func (tx *Tx) noteDeleted(o *Object) {
	revision := tx.next()
	if log := &tx.st.log; log.watched {
		if known := log.props.at(uint64(o.Place)); known != nil {
			log.props.put(uint64(o.Place), nil, 0, tx.own)
			tx.pay(-propertyCost * int64(len(*known)))
		}
		tx.note(entry{revision: revision, gone: goneOf(o)})
	}
}

func goneOf(o *Object) *Gone {
	return &Gone{o.Kind, o.Place, strings.Clone(o.ID), o.Created} // a clone, as o.ID would hold on to the JSON
}

// noteLink notes a link that was added, or one that was removed, with its target.
func (tx *Tx) noteLink(relation string, from, to Place, target *Object) {
	e := entry{revision: tx.next(), relation: relation, link: Link{from, to}}
	if !tx.st.log.watched {
		return
	}
	if target != nil {
		e.gone = goneOf(target)
	}
	tx.note(e)
}

func (tx *Tx) note(e entry) {
	log := &tx.st.log
	e.time = tx.now
	log.entries.put(log.next, &e, 0, tx.own)
	log.next++
	tx.pay(entryCost)
	for log.next-log.first > uint64(tx.store.limits.Changes) {
		log.floor = log.entries.at(log.first).revision
		log.entries.put(log.first, nil, 0, tx.own)
		log.first++
		tx.pay(-entryCost)
	}
}

// Floor returns the oldest revision after which Changes tells everything. Where
// nobody watches, it is the newest.
func (v View) Floor() uint64 {
	if !v.st.log.watched {
		return v.st.revision
	}
	return v.st.log.floor
}

// Changes returns what changed after a revision, which must not be below Floor, in
// order and up to limit; 0: all. Each object and link is there once, with its last
// change. Links from objects that are gone are not there: the deletion says it.
func (v View) Changes(after uint64, limit int) []Change {
	type found struct {
		revision uint64
		object   *Object
		entry    *entry
	}
	var all []found
	for _, o := range v.st.objects.since(after + 1) {
		if o.Revision > after {
			all = append(all, found{o.Revision, o, nil})
		}
	}
	for _, e := range v.entriesAfter(after) {
		all = append(all, found{e.revision, nil, e})
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.revision, b.revision) })
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	changes := make([]Change, len(all))
	for i, f := range all {
		if f.entry != nil {
			changes[i] = f.entry.change()
		} else {
			changes[i] = v.changeOf(f.object, after)
		}
	}
	return changes
}

// entriesAfter returns the log's entries after a revision, newest first, less those
// that later ones make void.
func (v View) entriesAfter(after uint64) (list []*entry) {
	type link struct {
		relation string
		Link
	}
	later := map[link]bool{}
	log := &v.st.log
	for i := log.next; i > log.first; i-- {
		e := log.entries.at(i - 1)
		if e.revision <= after {
			break
		}
		if e.relation != "" {
			l := link{e.relation, e.link}
			if later[l] || e.link.From != Tenant && v.At(e.link.From) == nil {
				continue
			}
			later[l] = true
		}
		list = append(list, e)
	}
	return list
}

func (e *entry) change() Change {
	c := Change{Revision: e.revision, Time: time.UnixMicro(e.time).UTC(), Relation: e.relation, From: e.link.From, To: e.link.To, Gone: e.gone}
	switch {
	case e.relation == "":
		c.Kind = Deleted
	case e.gone == nil:
		c.Kind = LinkAdded
	default:
		c.Kind = LinkRemoved
	}
	return c
}

func (v View) changeOf(o *Object, after uint64) Change {
	c := Change{Kind: Created, Revision: o.Revision, Time: o.Time(), Object: o}
	if o.Created > after {
		return c
	}
	c.Kind = Updated
	if props := v.st.log.props.at(uint64(o.Place)); props != nil {
		for _, p := range *props {
			if p.Revision > after {
				c.Properties = append(c.Properties, p)
			}
		}
	}
	return c
}
