package directory

import "unsafe"

// keyCost is what a map takes for a key of text and a position, in bytes, beside the
// text, which the map shares with the object.
const keyCost = 48

// Bytes estimates the memory of the directory's objects and memberships.
func (s *Store) Bytes() int64 { return s.current.Load().bytes() }

func (s *state) bytes() int64 {
	n := 0
	for _, list := range [][]*object{s.schools, s.classes} {
		for _, o := range list {
			n += int(unsafe.Sizeof(*o)) + len(o.id) + len(o.externalID) + len(o.name) + len(o.rest) + 2*keyCost
		}
	}
	for _, a := range s.accounts {
		n += int(unsafe.Sizeof(*a)) + len(a.id) + 2*len(a.principalName) + len(a.displayName) + len(a.givenName) + len(a.surname) + len(a.mail) +
			len(a.mailNickname) + len(a.employeeID) + len(a.externalID) + 2*keyCost
	}
	for _, u := range s.users {
		n += int(unsafe.Sizeof(*u)) + len(u.middleName) + len(u.rest) + 4*len(u.parts) + keyCost
	}
	for _, p := range s.parts {
		for _, l := range p.members {
			n += 4 * (l.members.len() + l.containers.len())
		}
	}
	return int64(n)
}

// len returns how many numbers a table consists of.
func (t *table) len() int { return len(t.from) + len(t.start) + len(t.to) }

// Bytes estimates what the directory grows by when p is applied, where
// whatever earlier runs made stays as it is.
func (p *Plan) Bytes() int64 {
	const personCost = 1024 // an account with its user; measured with the sample rosters
	n := 0
	for i := range p.people.list {
		if p.people.list[i].account == fresh {
			n += personCost
		}
	}
	for _, list := range []things{p.schools, p.classes} {
		for i := range list.list {
			n += personCost/2 + len(list.list[i].rest)
		}
	}
	for _, pairs := range p.pairs {
		n += 8 * len(pairs)
	}
	return int64(n)
}
