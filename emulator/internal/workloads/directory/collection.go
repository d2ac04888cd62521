package directory

import (
	"iter"
	"slices"
	"strings"
)

// Kind is a kind of object.
type Kind uint8

// The kinds.
const (
	Schools  Kind = iota // educationSchool
	Classes              // educationClass
	Users                // educationUser
	Accounts             // user; an educationUser is one too, with the same id
)

func (k Kind) String() string { return [...]string{"schools", "classes", "users", "accounts"}[k] }

// Entity is an object as it stood when it was asked for. It belongs to whoever
// asked.
type Entity struct {
	ID   string
	Seq  uint64 // its position in the order of creation among objects of its kind, from 1 on; it stays
	JSON []byte // as on the wire, an object without "@odata.context"
}

// Relation leads from an object to a collection of others.
type Relation uint8

// The relations, each named by the kind it leads from.
const (
	SchoolClasses Relation = iota // to Classes
	SchoolUsers                   // to Users
	ClassMembers                  // to Users: students and teachers (documented: teachers are members too)
	ClassTeachers                 // to Users
	ClassSchools                  // to Schools
	UserClasses                   // to Classes
	UserSchools                   // to Schools
)

// To returns the kind that the relation leads to.
func (r Relation) To() Kind {
	switch r {
	case SchoolClasses, UserClasses:
		return Classes
	case ClassSchools, UserSchools:
		return Schools
	}
	return Users
}

// Collection is a list of objects in the order of their creation, as it stood
// when it was asked for: it may be walked while runs change the directory. What
// is read of it costs time, what is not costs nothing.
type Collection struct {
	state *state
	kind  Kind
	all   bool     // every object of its kind
	list  []uint32 // positions, sorted; where all is not set
}

// Kind returns the kind of the collection's objects.
func (c Collection) Kind() Kind { return c.kind }

// Len returns how many objects there are.
func (c Collection) Len() int {
	if c.all {
		return c.state.count(c.kind)
	}
	return len(c.list)
}

// Page returns up to limit objects: those after the one with the sequence number
// after (0: from the first), less the first skip of them. more tells whether
// further ones follow.
func (c Collection) Page(after uint64, skip, limit int) (page []*Entity, more bool) {
	n := c.Len()
	from := c.behind(after)
	if skip = max(skip, 0); skip >= n-from {
		return nil, false
	}
	from += skip
	to := from + min(max(limit, 0), n-from)
	page = make([]*Entity, 0, to-from)
	for i := from; i < to; i++ {
		page = append(page, c.at(i))
	}
	return page, to < n
}

// All returns the objects after the one with the sequence number after.
func (c Collection) All(after uint64) iter.Seq[*Entity] {
	return func(yield func(*Entity) bool) {
		for i := c.behind(after); i < c.Len(); i++ {
			if !yield(c.at(i)) {
				return
			}
		}
	}
}

// behind returns how many objects have a sequence number up to after.
func (c Collection) behind(after uint64) int {
	if c.all {
		return int(min(after, uint64(c.Len())))
	}
	i, _ := slices.BinarySearchFunc(c.list, after, func(position uint32, after uint64) int {
		if uint64(position) < after { // its number is one more
			return -1
		}
		return 1
	})
	return i
}

func (c Collection) at(i int) *Entity {
	if c.all {
		return c.state.entity(c.kind, uint32(i))
	}
	return c.state.entity(c.kind, c.list[i])
}

// Objects returns all objects of a kind.
func (s *Store) Objects(k Kind) Collection {
	return Collection{state: s.current.Load(), kind: k, all: true}
}

// Get returns the object of a kind with that id, in any letter case; an account
// is also found by its userPrincipalName.
func (s *Store) Get(k Kind, id string) (*Entity, bool) {
	st := s.current.Load()
	position, ok := st.find(k, id)
	if !ok {
		return nil, false
	}
	return st.entity(k, position), true
}

// Len returns how many objects of a kind there are.
func (s *Store) Len(k Kind) int { return s.Objects(k).Len() }

// Page is Collection.Page of all objects of a kind.
func (s *Store) Page(k Kind, after uint64, skip, limit int) ([]*Entity, bool) {
	return s.Objects(k).Page(after, skip, limit)
}

// All is Collection.All of all objects of a kind.
func (s *Store) All(k Kind, after uint64) iter.Seq[*Entity] { return s.Objects(k).All(after) }

// Related returns the objects that r leads to from the one with that id; false
// where there is no such object.
func (s *Store) Related(r Relation, id string) (Collection, bool) {
	st := s.current.Load()
	from := Users
	switch r {
	case SchoolClasses, SchoolUsers:
		from = Schools
	case ClassMembers, ClassTeachers, ClassSchools:
		from = Classes
	}
	position, ok := st.find(from, id)
	if !ok {
		return Collection{}, false
	}
	return Collection{state: st, kind: r.To(), list: st.related(r, position)}, true
}

func (s *state) count(k Kind) int {
	return [...]int{len(s.schools), len(s.classes), len(s.users), len(s.accounts)}[k]
}

func (s *state) find(k Kind, id string) (uint32, bool) {
	id = strings.ToLower(id)
	var position uint32
	var ok bool
	switch k {
	case Schools:
		position, ok = s.schoolByID[id]
	case Classes:
		position, ok = s.classByID[id]
	default:
		position, ok = s.accountByID[id]
		if !ok && k == Accounts {
			position, ok = s.accountByName[id]
		}
		if ok && k == Users {
			// Only accounts that a sync knows are education users.
			u := s.accounts[position].user
			return u - 1, u > 0
		}
	}
	return position, ok
}

// related returns the positions that r leads to from a position.
func (s *state) related(r Relation, from uint32) []uint32 {
	switch r {
	case SchoolClasses:
		return s.parts[s.schools[from].part].members[schoolClasses].members.of(from)
	case SchoolUsers:
		p := s.parts[s.schools[from].part]
		return merge(p.members[schoolStudents].members.of(from), p.members[schoolTeachers].members.of(from))
	case ClassMembers:
		p := s.parts[s.classes[from].part]
		return merge(p.members[classStudents].members.of(from), p.members[classTeachers].members.of(from))
	case ClassTeachers:
		return s.parts[s.classes[from].part].members[classTeachers].members.of(from)
	case ClassSchools:
		return s.parts[s.classes[from].part].members[schoolClasses].containers.of(from)
	}
	kinds := [2]membership{classStudents, classTeachers}
	if r == UserSchools {
		kinds = [2]membership{schoolStudents, schoolTeachers}
	}
	var lists [][]uint32
	for _, i := range s.users[from].parts {
		for _, m := range kinds {
			lists = append(lists, s.parts[i].members[m].containers.of(from))
		}
	}
	return merge(lists...)
}
