package directory

import (
	"maps"
	"slices"
	"strings"
)

// state is a directory as it stood at one moment. It never changes once the
// store has it; a run makes the next one, which shares all that stayed the same.
// Objects are known by their position in the lists: they only ever grow.
type state struct {
	schools, classes []*object
	accounts         []*account
	users            []*user

	schoolByID, classByID, accountByID map[string]uint32
	accountByName                      map[string]uint32 // keyed by the sign-in name in lower case

	parts  []*part
	partOf map[string]uint32 // keyed by the profile's id
}

// object is a school or a class. It belongs to the profile whose run made it:
// two profiles with a school 10001 have two schools (chosen, since SIS IDs are
// unique in one source only).
type object struct {
	id         string
	part       uint32
	externalID string
	name       string // displayName
	rest       []byte // the JSON after the display name: `,"…":…}`
}

// account is a user of the tenant.
type account struct {
	id, principalName, displayName, givenName, surname string
	mail, mailNickname, employeeID, externalID         string
	usageLocation                                      string
	disabled                                           bool
	created                                            string   // instant on the wire; "" where it was there before the world
	skus                                               []string // assigned, lower-case; shared, replaced and never written to
	user                                               uint32   // position in users, and one; 0: no sync knows it
}

// user is the education side of an account. Documented: both have one id. So a
// person whom two profiles synchronise is one user: its properties are those
// of the latest run, its memberships those of both (chosen).
type user struct {
	account    uint32
	role       role
	middleName string
	rest       []byte   // the JSON from "externalSource" on
	parts      []uint32 // of the profiles that know it, sorted; replaced and never written to
}

// role is a user's primary role.
type role uint8

const (
	student role = iota
	teacher
)

func (r role) String() string { return [...]string{"student", "teacher"}[r] }

// part is what one profile's runs brought about.
type part struct {
	profile          string
	schools, classes map[string]uint32    // keyed by SIS ID
	people           [2]map[string]uint32 // by role, keyed by SIS ID; the value is a position in users, no two the same
	members          [memberships]links
}

func newState() *state {
	return &state{schoolByID: map[string]uint32{}, classByID: map[string]uint32{}, accountByID: map[string]uint32{},
		accountByName: map[string]uint32{}, partOf: map[string]uint32{}}
}

// emptyState is what all directories without an account begin with: a state that is
// current never changes.
var emptyState = newState()

// clone returns a copy that may be added to. What is in the lists is replaced, not
// changed.
func (s *state) clone() *state {
	c := *s
	c.schools, c.classes = slices.Clone(s.schools), slices.Clone(s.classes)
	c.accounts, c.users = slices.Clone(s.accounts), slices.Clone(s.users)
	c.schoolByID, c.classByID = maps.Clone(s.schoolByID), maps.Clone(s.classByID)
	c.accountByID, c.accountByName = maps.Clone(s.accountByID), maps.Clone(s.accountByName)
	c.parts, c.partOf = slices.Clone(s.parts), maps.Clone(s.partOf)
	return &c
}

// partFor returns the position of a profile's part, which is made where there is
// none and may be added to.
func (s *state) partFor(profile string) (uint32, *part) {
	i, ok := s.partOf[profile]
	if !ok {
		i = uint32(len(s.parts))
		s.partOf[profile] = i
		s.parts = append(s.parts, newPart(profile))
		return i, s.parts[i]
	}
	p := *s.parts[i]
	p.schools, p.classes = maps.Clone(p.schools), maps.Clone(p.classes)
	p.people = [2]map[string]uint32{maps.Clone(p.people[student]), maps.Clone(p.people[teacher])}
	s.parts[i] = &p
	return i, &p
}

func newPart(profile string) *part {
	return &part{profile: profile, schools: map[string]uint32{}, classes: map[string]uint32{}, people: [2]map[string]uint32{{}, {}}}
}

// known returns a profile's part for reading; an empty one where there is none.
func (s *state) known(profile string) *part {
	if i, ok := s.partOf[profile]; ok {
		return s.parts[i]
	}
	return newPart(profile)
}

// taken tells whether an account has the id or the sign-in name of a.
func (s *state) taken(a *account) bool {
	_, id := s.accountByID[a.id]
	_, name := s.accountByName[strings.ToLower(a.principalName)]
	return id || name
}

func (s *state) addAccount(a *account) uint32 {
	i := uint32(len(s.accounts))
	s.accounts = append(s.accounts, a)
	s.accountByID[a.id] = i
	s.accountByName[strings.ToLower(a.principalName)] = i
	return i
}

// withPart returns list with the part i in its place.
func withPart(list []uint32, i uint32) []uint32 {
	at, found := slices.BinarySearch(list, i)
	if found {
		return list
	}
	return slices.Insert(slices.Clone(list), at, i)
}
