package directory

import (
	"maps"

	"github.com/graphemu/graphemu/emulator/internal/entity"
)

// role is a user's primary role.
type role uint8

const (
	student role = iota
	teacher
)

func (r role) String() string { return [...]string{"student", "teacher"}[r] }

// part is what one profile's runs brought about: which objects it knows by which SIS ID,
// and the memberships that its last run left. The objects and links themselves are the
// store's. An object may be there no more, since clients delete what they like.
//
// A school or class belongs to the profile whose run made it: two profiles with a
// school 10001 have two schools (chosen, since SIS IDs are unique in one source only).
// A person whom two profiles synchronise is one user, since its account is one: its
// properties are those of the latest run, its memberships those of both (chosen).
type part struct {
	profile          string
	schools, classes map[string]entity.Place    // keyed by SIS ID
	people           [2]map[string]entity.Place // by role, keyed by SIS ID; no two the same
	members          [memberships]table
}

// parts are those of all profiles. They never change; a run makes the next ones.
type parts struct {
	list []*part // in the order of the profiles' first runs
	of   map[string]*part
}

// noParts is what all directories begin with.
var noParts = &parts{}

func newPart(profile string) *part {
	return &part{profile: profile, schools: map[string]entity.Place{}, classes: map[string]entity.Place{},
		people: [2]map[string]entity.Place{{}, {}}}
}

// known returns a profile's part for reading; an empty one where there is none.
func (p *parts) known(profile string) *part {
	if known := p.of[profile]; known != nil {
		return known
	}
	return newPart(profile)
}

// clone returns a copy that may be added to.
func (p *part) clone() *part {
	c := *p
	c.schools, c.classes = maps.Clone(p.schools), maps.Clone(p.classes)
	c.people = [2]map[string]entity.Place{maps.Clone(p.people[student]), maps.Clone(p.people[teacher])}
	return &c
}

// with returns the parts with one of them in its place.
func (p *parts) with(one *part) *parts {
	next := &parts{of: maps.Clone(p.of)}
	if next.of == nil {
		next.of = map[string]*part{}
	}
	next.of[one.profile] = one
	found := false
	for _, old := range p.list {
		if old.profile == one.profile {
			old, found = one, true
		}
		next.list = append(next.list, old)
	}
	if !found {
		next.list = append(next.list, one)
	}
	return next
}
