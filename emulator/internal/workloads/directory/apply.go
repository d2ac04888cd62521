package directory

import (
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// Apply makes the objects of a plan that this store made, and replaces the
// memberships that its profile's run before left; those that clients made stay. Ids are
// minted once per SIS ID and profile, and stay. now is when objects are created. Room
// was promised when the plan was made, so it errs only where the store can number no
// further objects, and then changes nothing.
//
// A plan may be applied though other profiles' runs, or clients, were in between: whoever
// came first has made an account that both want, and what a client deleted is made anew.
func (s *Store) Apply(p *Plan, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.parts.Load()
	a := &applier{Plan: p, derive: s.derive, location: s.seed.UsageLocation, now: profile.Timestamp(now),
		part: before.known(p.profile).clone()}
	if p.made >= manyObjects {
		defer sparingly()()
	}
	if err := s.objects.Update(now, a.apply); err != nil {
		return err
	}
	s.parts.Store(before.with(a.part))
	return nil
}

// manyObjects is from where on a run is made with little memory beside what stays.
const manyObjects = 20_000

// manyMade is held by runs that make many objects.
var manyMade sync.Mutex

// sparingly lets garbage be collected more often, until the function is called that it
// returns. Measured: a server with a district of 70,000 students takes 287 MiB at the end
// of its first run, and 345 without; the run takes as long.
func sparingly() func() {
	manyMade.Lock()
	percent := debug.SetGCPercent(40)
	return func() {
		debug.SetGCPercent(percent)
		manyMade.Unlock()
	}
}

// applier is what Apply works with.
type applier struct {
	*Plan
	*entity.Tx
	derive        func(names ...string) string
	location, now string
	part          *part
	holders       map[entity.Place]holder // who of the profile is a user; made when it is first asked for
	edit          members
	listed        []entity.Link // new members of a set of /education
}

// holder is a person of the profile.
type holder struct {
	role       role
	externalID string
}

func (a *applier) apply(tx *entity.Tx) error {
	a.Tx = tx
	tx.Promise()
	if a.made > 64 {
		tx.Pack()
	}
	places := map[membership][2][]entity.Place{} // of containers and members, by position in the plan
	schools, err := a.things(&a.schools, Schools, a.rename.school, a.part.schools, newSchool)
	if err != nil {
		return err
	}
	classes, err := a.things(&a.classes, Classes, a.rename.class, a.part.classes, a.newClass)
	if err != nil {
		return err
	}
	users := make([]entity.Place, len(a.people.list))
	for i := range a.people.list {
		if users[i], err = a.person(&a.people.list[i]); err != nil {
			return err
		}
		a.people.list[i].education = nil // the store has it now
	}
	if err := a.list(Users); err != nil {
		return err
	}
	places[schoolClasses] = [2][]entity.Place{schools, classes}
	places[schoolStudents] = [2][]entity.Place{schools, users}
	places[classStudents] = [2][]entity.Place{classes, users}
	places[schoolTeachers], places[classTeachers] = places[schoolStudents], places[classStudents]
	return a.link(places)
}

// list puts what was made since the last call into the kind's set of /education.
func (a *applier) list(k Kind) error {
	_, err := a.LinkAll([...]string{SchoolSet, ClassSet, UserSet}[k], a.listed)
	a.listed = a.listed[:0]
	return err
}

// none is the place of what is not there.
const none = entity.Place(absent)

// things makes the schools or classes of the plan, and returns where they are; none for
// what is not there.
func (a *applier) things(t *things, k Kind, rename bool, known map[string]entity.Place, newDraft func(*thing, string) entity.Draft) (
	[]entity.Place, error) {
	places := make([]entity.Place, len(t.list))
	for i := range t.list {
		x := &t.list[i]
		before, was := known[x.externalID]
		old := alive(a.View, before, k.home())
		switch {
		case x.education == nil && old == nil:
			places[i] = none
		case x.education == nil:
			places[i] = before
		case old != nil:
			places[i] = before
			a.edit.read(text(old.JSON))
			if rename {
				a.edit.setText("displayName", x.name)
			}
			if x.nickname != "" {
				a.edit.setText("mailNickname", x.nickname)
			}
			if err := a.settle(old, x.education); err != nil {
				return nil, err
			}
		default:
			if !was {
				before = 0
			}
			o, err := a.Create(newDraft(x, a.mint(k.String(), x.externalID, before)))
			if err != nil {
				return nil, err
			}
			places[i], known[x.externalID] = o.Place, o.Place
			a.listed = append(a.listed, entity.Link{From: entity.Tenant, To: o.Place})
		}
	}
	return places, a.list(k)
}

// settle stores what edit and the files make of an object, where that is anything new.
func (a *applier) settle(old *entity.Object, education []byte) error {
	a.edit.set(Inside, educationOf(a.edit.get(Inside), education))
	if len(a.edit.changed) == 0 {
		return nil
	}
	_, err := a.Replace(old.Place, a.edit.json(), old.Keys(), a.edit.changed...)
	return err
}

// newSchool is the administrative unit of a school.
func newSchool(x *thing, id string) entity.Draft {
	w := begin(id, x.name)
	return x.draft(&w, unitsHome, unitType, id)
}

// newClass is the group of a class. Documented: it is a Microsoft 365 group; that it is
// private is chosen.
func (a *applier) newClass(x *thing, id string) entity.Draft {
	w := begin(id, x.name)
	w.text("mailNickname", x.nickname)
	w.b = append(w.b, `,"groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":false,"visibility":"Private"`...)
	w.text("createdDateTime", a.now)
	return x.draft(&w, groupsHome, groupType, id)
}

func (x *thing) draft(w *writer, home entity.Home, typ, id string) entity.Draft {
	w.name(Inside)
	w.b = append(append(w.b, x.education...), '}')
	return entity.Draft{Home: home, Family: entity.Directory, ID: id, Type: typ, JSON: w.b}
}

// mint returns the id of what the profile knows by a SIS ID. Where another object has
// it, or had it until a client deleted that one, the next is taken. gone is the place of
// one that was deleted; 0: there was none.
func (a *applier) mint(kind, externalID string, gone entity.Place) string {
	id := a.derive(kind, a.profile, externalID)
	if gone == 0 && a.Find(entity.Directory, id) == nil {
		return id
	}
	for n := 2 + int(gone); ; n++ {
		id = a.derive(kind, a.profile, externalID, strconv.Itoa(n))
		if a.Find(entity.Directory, id) == nil {
			return id
		}
	}
}

// person makes a student or teacher of the plan, and returns where its user is; none
// where it is not there.
func (a *applier) person(x *person) (entity.Place, error) {
	known := a.part.people[x.role]
	if x.problem != nil || !x.inFiles {
		if at, ok := known[x.externalID]; ok && x.problem == nil && alive(a.View, at, usersHome) != nil {
			return at, nil
		}
		return none, nil
	}
	var user *entity.Object
	if x.account != fresh {
		user = alive(a.View, x.account, usersHome)
	}
	if user == nil { // it is to be made, or a client has deleted it since
		user = a.Unique(principalNames, x.joining)
	}
	var err error
	if user == nil {
		user, err = a.newUser(x)
	} else {
		err = a.update(user, x)
	}
	if err != nil {
		return none, err
	}
	if before, ok := known[x.externalID]; !ok || before != user.Place {
		a.hold(user.Place, holder{x.role, x.externalID})
	}
	return user.Place, nil
}

// newUser makes the account of a person under identity creation. Documented:
// the sign-in name is made of Username and the role's domain; mail is the same,
// and mailNickname its first part (inferred).
func (a *applier) newUser(x *person) (*entity.Object, error) {
	nickname, _, _ := strings.Cut(x.joining, "@")
	before := a.part.people[x.role][x.externalID]
	if alive(a.View, before, usersHome) != nil {
		before = 0 // it is another's now
	}
	id := a.mint(x.role.String()+"s", x.externalID, before)
	w := begin(id, strings.TrimSpace(x.givenName+" "+x.surname))
	w.text("givenName", x.givenName)
	w.text("surname", x.surname)
	w.text("mail", x.joining)
	w.text("mailNickname", nickname)
	w.text("userPrincipalName", x.joining)
	w.flag("accountEnabled", true)
	w.text("usageLocation", a.location)
	if len(x.skus) > 0 {
		w.name("assignedLicenses")
		w.b = append(w.b, addLicences("", x.skus)...)
	}
	w.text("createdDateTime", a.now)
	w.text("userType", "Member")
	w.name(Inside)
	w.b = append(append(w.b, x.education...), '}')
	o, err := a.Create(userDraft(id, x.joining, w.b))
	if err == nil {
		a.listed = append(a.listed, entity.Link{From: entity.Tenant, To: o.Place})
	}
	return o, err
}

// addLicences returns the value of assignedLicenses with those licences in it.
func addLicences(value string, ids []string) string {
	value = strings.TrimSuffix(value, "]")
	if value == "" {
		value = "["
	}
	low := strings.ToLower(value)
	for _, id := range ids {
		if strings.Contains(low, id) {
			continue
		}
		if value != "[" {
			value += ","
		}
		w := writer{}
		w.quote(id)
		value += `{"disabledPlans":[],"skuId":` + string(w.b) + `}`
	}
	return value + "]"
}

// update writes what the files say of a person to its user, which becomes an education
// user where it is none yet. Names that the files lack stay as they are (chosen), and the
// display name of an account that has one unless allowDisplayNameUpdate is set
// (documented).
func (a *applier) update(old *entity.Object, x *person) error {
	a.edit.read(text(old.JSON))
	if name := strings.TrimSpace(x.givenName + " " + x.surname); name != "" && (a.rename.person[x.role] || a.edit.text("displayName") == "") {
		a.edit.setText("displayName", name)
	}
	if x.givenName != "" {
		a.edit.setText("givenName", x.givenName)
	}
	if x.surname != "" {
		a.edit.setText("surname", x.surname)
	}
	if len(x.skus) > 0 {
		a.edit.set("assignedLicenses", addLicences(a.edit.get("assignedLicenses"), x.skus))
	}
	if a.edit.get(Inside) == "" {
		a.listed = append(a.listed, entity.Link{From: entity.Tenant, To: old.Place})
	}
	return a.settle(old, x.education)
}

// hold notes that the profile knows a user by a SIS ID, and by no other: who was
// known as this user before and is so no longer has lost it.
func (a *applier) hold(at entity.Place, h holder) {
	if a.holders == nil {
		a.holders = map[entity.Place]holder{}
		for as, known := range a.part.people {
			for id, place := range known {
				a.holders[place] = holder{role(as), id}
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

// link replaces the memberships of the profile by those of the plan.
func (a *applier) link(places map[membership][2][]entity.Place) error {
	before := *a.part
	for m := range memberships {
		if !a.replaces[m] {
			continue
		}
		pairs := make([]pair, 0, len(a.pairs[m]))
		for _, p := range a.pairs[m] {
			c, o := p.split()
			if c, o := places[m][0][c], places[m][1][o]; c != none && o != none {
				pairs = append(pairs, pairOf(c, o))
			}
		}
		a.part.members[m] = newTable(pairs)
	}
	for _, r := range ofMemberships {
		var was []pair
		if slices.ContainsFunc(r.of, func(m membership) bool { return !a.part.members[m].equal(&before.members[m]) }) {
			was = before.union(r.of)
		}
		if err := a.replace(r.name, was, a.part.union(r.of)); err != nil {
			return err
		}
	}
	return nil
}

// replace takes the links of a relation away that are no more, and makes those that are
// not there. Both lists are sorted.
func (a *applier) replace(relation string, before, now []pair) error {
	for i := 0; len(before) > 0; before = before[1:] {
		for i < len(now) && now[i] < before[0] {
			i++
		}
		if i < len(now) && now[i] == before[0] {
			continue
		}
		from, to := before[0].split()
		if from, to := entity.Place(from), entity.Place(to); a.Linked(relation, from, to) {
			if err := a.Unlink(relation, from, to); err != nil {
				return err
			}
		}
	}
	links := make([]entity.Link, 0, len(now))
	for _, p := range now {
		from, to := p.split()
		// What the plan leaves as it was may lead to what a client has deleted since.
		if l := (entity.Link{From: entity.Place(from), To: entity.Place(to)}); a.At(l.From) != nil && a.At(l.To) != nil {
			links = append(links, l)
		}
	}
	_, err := a.LinkAll(relation, links)
	return err
}

// text is JSON that is never written to as a text, without a copy.
func text(json []byte) string { return unsafe.String(unsafe.SliceData(json), len(json)) }
