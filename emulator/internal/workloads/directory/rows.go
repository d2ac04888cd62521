package directory

import (
	"bytes"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// school takes a row of schools. A SIS ID that an earlier row has is an error of
// that row; the earlier one is synchronised.
func (l *planner) school(r roster.Record) {
	l.Entries++
	id := strings.Clone(r.Get("SIS ID"))
	if _, twice := l.schools.positions[id]; twice {
		l.record(unfitName, "School", id, id)
		return
	}
	l.w.b = l.w.b[:0]
	schoolOf(&l.w, &l.ofSchool, r)
	l.schools.add(thing{externalID: id, name: strings.Clone(r.Get("Name")), education: bytes.Clone(l.w.b)})
}

// section takes a row of sections.
func (l *planner) section(r roster.Record) {
	l.Entries++
	id := strings.Clone(r.Get("SIS ID"))
	if _, twice := l.classes.positions[id]; twice {
		l.record(unfitName, "Section", id, id)
		return
	}
	nickname, ok := fit(id, notAlphanumeric, l.mend)
	if !ok {
		l.classes.positions[id] = failed
		l.record(unfitNickname, "Section", id, id)
		return
	}
	name, ok := fit(r.Get("Section Name"), unfit, l.mend)
	if !ok {
		l.classes.positions[id] = failed
		l.record(unfitName, "Section", id, id)
		return
	}
	l.w.b = l.w.b[:0]
	classOf(&l.w, &l.ofClass, r, name)
	class := l.classes.add(thing{externalID: id, name: strings.Clone(name), nickname: "Section_" + nickname, education: bytes.Clone(l.w.b)})
	// Verified files have every school that is referred to. Where schools are left
	// out, a class may be in none.
	if school := l.schools.position(r.Get("School SIS ID")); school != failed && school != absent {
		l.pairs[schoolClasses] = append(l.pairs[schoolClasses], pairOf(school, class))
	}
}

// enrolment takes a row of student enrolments or teacher rosters. Each is an entry
// of its own, and so is a person's place in a school; either fails where one of
// its ends did (documented for a student's place in a school).
func (l *planner) enrolment(r roster.Record, as role) {
	section, who := r.Get("Section SIS ID"), r.Get("SIS ID")
	class, member := l.classes.position(section), l.people.position(as, who)
	if class == absent || member == absent {
		return
	}
	l.Entries++
	if class == failed || member == failed {
		l.record(brokenReference, roleEntries[as].inSection, section, who)
		return
	}
	m := classStudents
	if as == teacher {
		m = classTeachers
	}
	l.pairs[m] = append(l.pairs[m], pairOf(class, member))
}
