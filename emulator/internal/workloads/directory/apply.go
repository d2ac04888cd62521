package directory

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// Apply makes the objects of a plan that this store made, and replaces the
// memberships that its profile's run before left. Ids are minted once per SIS ID
// and profile, and stay. now is when accounts are created.
//
// A plan may be applied though other profiles' runs were in between: whoever came
// first has made an account that both want.
func (s *Store) Apply(p *Plan, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &applier{Plan: p, state: s.current.Load().clone(), derive: s.derive, location: s.seed.UsageLocation, now: profile.Timestamp(now)}
	a.position, a.part = a.state.partFor(p.profile)
	schools := a.things(&p.schools, "schools", p.rename.school, &a.state.schools, a.state.schoolByID, a.part.schools)
	classes := a.things(&p.classes, "classes", p.rename.class, &a.state.classes, a.state.classByID, a.part.classes)
	people := make([]uint32, len(p.people.list))
	for i := range p.people.list {
		people[i] = a.person(&p.people.list[i])
	}
	for m := range memberships {
		if !p.replaces[m] {
			continue
		}
		containers, members := classes, people
		switch m {
		case schoolClasses:
			containers, members = schools, classes
		case schoolStudents, schoolTeachers:
			containers = schools
		}
		a.part.members[m] = a.links(p.pairs[m], containers, members)
	}
	s.current.Store(a.state)
}

// applier is what Apply works with.
type applier struct {
	*Plan
	state         *state
	derive        func(names ...string) string
	location, now string
	position      uint32 // of part
	part          *part
	holders       map[uint32]holder // who of the profile has a user; made when it is first asked for
}

// holder is a person of the profile.
type holder struct {
	role       role
	externalID string
}

// things makes the schools or classes of the plan, and returns where they are in
// the directory; absent for what is not there.
func (a *applier) things(t *things, kind string, rename bool, list *[]*object, byID, known map[string]uint32) []uint32 {
	positions := make([]uint32, len(t.list))
	for i, x := range t.list {
		at, exists := known[x.externalID]
		switch {
		case x.rest == nil && !exists:
			at = absent
		case x.rest == nil:
		case exists:
			old := (*list)[at]
			if !rename {
				x.name = old.name
			}
			if x.name != old.name || !bytes.Equal(x.rest, old.rest) {
				n := *old
				n.name, n.rest = x.name, x.rest
				(*list)[at] = &n
			}
		default:
			at = uint32(len(*list))
			id := a.mint(byID, kind, x.externalID)
			*list = append(*list, &object{id: id, part: a.position, externalID: x.externalID, name: x.name, rest: x.rest})
			byID[id], known[x.externalID] = at, at
		}
		positions[i] = at
	}
	return positions
}

// mint returns the id of what the profile knows by a SIS ID. Only an account can be
// in its way: one that was made for that person before another became theirs.
func (a *applier) mint(taken map[string]uint32, kind, externalID string) string {
	id := a.derive(kind, a.profile, externalID)
	for n := 2; ; n++ {
		if _, ok := taken[id]; !ok {
			return id
		}
		id = a.derive(kind, a.profile, externalID, strconv.Itoa(n))
	}
}

// person makes a student or teacher of the plan, and returns where it is among the
// users; absent where it is not there.
func (a *applier) person(x *person) uint32 {
	known := a.part.people[x.role]
	if x.problem != nil || !x.inFiles {
		if at, ok := known[x.externalID]; ok && x.problem == nil {
			return at
		}
		return absent
	}
	position := x.account
	if position == fresh {
		var ok bool
		if position, ok = a.state.accountByName[strings.ToLower(x.joining)]; !ok {
			position = a.newAccount(x)
		}
	}
	acc := a.update(position, x)
	at := acc.user - 1
	if before, ok := known[x.externalID]; !ok || before != at {
		a.hold(at, holder{x.role, x.externalID})
	}
	return at
}

// newAccount makes the account of a person under identity creation. Documented:
// the sign-in name is made of Username and the role's domain; mail is the same,
// and mailNickname its first part (inferred).
func (a *applier) newAccount(x *person) uint32 {
	nickname, _, _ := strings.Cut(x.joining, "@")
	return a.state.addAccount(&account{id: a.mint(a.state.accountByID, x.role.String()+"s", x.externalID), principalName: x.joining,
		mail: x.joining, mailNickname: nickname, usageLocation: a.location, created: a.now})
}

// update writes what the files say of a person to its account and to its user,
// which is made where there is none. Names that the files lack stay as they are
// (chosen), and the display name of an account that has one unless
// allowDisplayNameUpdate is set (documented).
func (a *applier) update(position uint32, x *person) *account {
	old := a.state.accounts[position]
	n := *old
	if x.givenName != "" {
		n.givenName = x.givenName
	}
	if x.surname != "" {
		n.surname = x.surname
	}
	if name := strings.TrimSpace(x.givenName + " " + x.surname); name != "" && (n.displayName == "" || a.rename.person[x.role]) {
		n.displayName = name
	}
	for _, id := range x.skus {
		if !slices.Contains(n.skus, id) {
			n.skus = append(slices.Clip(n.skus), id)
		}
	}
	if len(n.skus) == len(x.skus) {
		n.skus = x.skus // all of a role share the list
	}
	if n.user == 0 {
		a.state.users = append(a.state.users, &user{account: position})
		n.user = uint32(len(a.state.users))
	}
	if !n.same(old) {
		a.state.accounts[position] = &n
	}
	u := a.state.users[n.user-1]
	parts := withPart(u.parts, a.position)
	if u.role != x.role || u.middleName != x.middleName || len(parts) != len(u.parts) || !bytes.Equal(u.rest, x.rest) {
		a.state.users[n.user-1] = &user{account: position, role: x.role, middleName: x.middleName, rest: x.rest, parts: parts}
	}
	return &n
}

// same tells whether a run left an account as it was.
func (a *account) same(b *account) bool {
	return a.givenName == b.givenName && a.surname == b.surname && a.displayName == b.displayName &&
		a.user == b.user && slices.Equal(a.skus, b.skus)
}

// hold notes that the profile knows a user by a SIS ID, and by no other: who was
// known as this user before and is so no longer has lost it.
func (a *applier) hold(at uint32, h holder) {
	if a.holders == nil {
		a.holders = map[uint32]holder{}
		for as, known := range a.part.people {
			for id, position := range known {
				a.holders[position] = holder{role(as), id}
			}
		}
	}
	if before, ok := a.holders[at]; ok {
		delete(a.part.people[before.role], before.externalID)
	}
	if before, ok := a.part.people[h.role][h.externalID]; ok && a.holders[before] == h {
		delete(a.holders, before)
	}
	a.part.people[h.role][h.externalID], a.holders[at] = at, h
}

// links returns the memberships of the plan's pairs, less those with an end that
// is not there.
func (a *applier) links(planned []pair, containers, members []uint32) links {
	pairs := make([]pair, 0, len(planned))
	for _, p := range planned {
		c, m := p.split()
		if c, m = containers[c], members[m]; c != absent && m != absent {
			pairs = append(pairs, pairOf(c, m))
		}
	}
	return newLinks(pairs)
}
