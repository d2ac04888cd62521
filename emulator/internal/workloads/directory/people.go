package directory

import (
	"bytes"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// person is a student or teacher of a plan.
type person struct {
	role       role
	externalID string
	joining    string       // what accounts are compared with; under identity creation the sign-in name
	account    entity.Place // of its user; fresh: it is to be made, under the name joining
	skus       []string
	problem    *fault // nil: it is synchronised
	inFiles    bool   // false: it is only referred to; an earlier run made it

	givenName, surname string
	education          []byte
}

// fresh is the place of an account that is to be made.
const fresh = entity.Place(failed)

// people are the students and teachers of a plan.
type people struct {
	list      []person
	positions [2]map[string]uint32                  // by role, keyed by SIS ID; failed for who failed
	known     func(as role, externalID string) bool // tells whether an earlier run made that one, and it is still there
	deferred  [2]bool
}

// position returns where the person with that SIS ID is in the plan, failed or absent.
func (p *people) position(as role, externalID string) uint32 {
	if i, ok := p.positions[as][externalID]; ok {
		return i
	}
	if !p.deferred[as] {
		return failed
	}
	if !p.known(as, externalID) {
		return absent
	}
	return p.add(person{role: as, externalID: externalID})
}

func (p *people) add(x person) uint32 {
	i := uint32(len(p.list))
	p.list = append(p.list, x)
	p.positions[x.role][x.externalID] = i
	return i
}

// schoolRef is a person's place in a school.
type schoolRef struct {
	person, school uint32
	sisID          string // of the school
}

// person takes a row of students or teachers. Whether there is an account is
// known only when all of them are, so errors are recorded by settlePeople.
func (l *planner) person(r roster.Record, as role) {
	x := person{role: as, externalID: strings.Clone(r.Get("SIS ID")), inFiles: true}
	l.rules[as].identify(&x, r)
	if _, twice := l.people.positions[as][x.externalID]; twice {
		// The earlier row is this person; this one is nobody, in no school.
		x.problem = unfitName
		l.people.list = append(l.people.list, x)
		return
	}
	middleName := l.names(&x, &l.ofPerson[as], r)
	if x.problem == nil {
		l.w.b = l.w.b[:0]
		userOf(&l.w, &l.ofPerson[as], r, as, middleName)
		x.education = bytes.Clone(l.w.b)
	}
	i := l.people.add(x)
	for _, school := range l.schoolsOf(r.Get("School SIS ID"), as) {
		if position := l.schools.position(school); position != absent {
			l.refs = append(l.refs, schoolRef{i, position, strings.Clone(school)})
		}
	}
}

// names takes the person's names, unless there is a character in them that may
// stand in none, and returns the middle one.
func (l *planner) names(x *person, c *columns, r roster.Record) (middleName string) {
	for _, n := range []struct {
		value string
		into  *string
	}{{r.Get("First Name"), &x.givenName}, {c.get(r, "Middle Name"), &middleName}, {r.Get("Last Name"), &x.surname}} {
		name, ok := fit(n.value, unfit, l.mend)
		if !ok {
			x.problem = unfitName
			return ""
		}
		*n.into = strings.Clone(name)
	}
	return middleName
}

// schoolsOf returns the schools that a row is in. Where verification let pass that
// a teacher has several, no school has all of the value as its SIS ID.
func (l *planner) schoolsOf(value string, as role) []string {
	if _, one := l.schools.positions[value]; one || as == student || !strings.Contains(value, ",") {
		return []string{value}
	}
	return roster.SplitSchools(value)
}

// settlePeople finds the account of everybody, and records the errors of people
// and of their places in schools.
func (l *planner) settlePeople() {
	l.findAccounts()
	refs := l.refs
	for i := range l.people.list {
		x := &l.people.list[i]
		l.Entries++
		if x.problem == nil {
			l.assign(x)
		} else {
			l.recordPerson(x.problem, x)
			if l.people.positions[x.role][x.externalID] == uint32(i) {
				l.people.positions[x.role][x.externalID] = failed
			}
		}
		for ; len(refs) > 0 && refs[0].person == uint32(i); refs = refs[1:] {
			l.Entries++
			if x.problem != nil || refs[0].school == failed {
				l.record(brokenReference, roleEntries[x.role].inSchool, refs[0].sisID, x.externalID)
				continue
			}
			m := schoolStudents
			if x.role == teacher {
				m = schoolTeachers
			}
			l.pairs[m] = append(l.pairs[m], pairOf(refs[0].school, uint32(i)))
		}
	}
	l.refs = nil
}
