package directory

import (
	"cmp"
	"io"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// Plan is what a run will do. Whoever has one may keep it as long as the run
// takes; it shares nothing that changes.
type Plan struct {
	// Errors are the first profile.MaxErrors errors of the run, in order: schools,
	// sections, students, teachers (each followed by its place in a school),
	// enrolments, rosters, and in a file the order of its rows (chosen). Ids and
	// times are empty.
	Errors     []profile.SyncError
	ErrorCount int // of all errors
	Entries    int // how many entries were tried; each fails with one error at most

	profile          string
	schools, classes things
	people           people
	rename           renames
	made             int                 // objects that are not there yet
	pairs            [memberships][]pair // positions in the plan
	replaces         [memberships]bool   // false: what an earlier run left stays
}

// Status returns how the run ends (chosen): success without an error,
// quarantined where more than half of the entries failed, else error.
func (p *Plan) Status() profile.Status {
	switch {
	case p.ErrorCount == 0:
		return profile.Success
	case p.ErrorCount > p.Entries/2:
		return profile.Quarantined
	}
	return profile.Failed
}

// renames is allowDisplayNameUpdate.
type renames struct {
	school, class bool
	person        [2]bool
}

// thing is a school or class of a plan.
type thing struct {
	externalID, name string
	nickname         string // of a class
	education        []byte // nil: it is not in the files, only referred to; an earlier run made it
}

// things are the schools or the classes of a plan.
type things struct {
	list      []thing
	positions map[string]uint32            // keyed by SIS ID; failed for what failed
	known     func(externalID string) bool // tells whether an earlier run made that one, and it is still there
	deferred  bool
}

// Places that are none.
const (
	failed = ^uint32(0) - iota // it was tried in this run
	absent                     // its kind is left out of this run, and no earlier run made it
)

// position returns where the thing with that SIS ID is in the plan, failed or absent.
func (t *things) position(externalID string) uint32 {
	if i, ok := t.positions[externalID]; ok {
		return i
	}
	if !t.deferred {
		return failed // not among verified files, but for what failed
	}
	if !t.known(externalID) {
		return absent
	}
	return t.add(thing{externalID: externalID})
}

func (t *things) add(x thing) uint32 {
	i := uint32(len(t.list))
	t.list = append(t.list, x)
	t.positions[x.externalID] = i
	return i
}

// planner is what Plan works with.
type planner struct {
	*Plan
	files  []roster.File
	format roster.Format
	custom profile.Customizations
	mend   bool // handleSpecialCharacterConstraint

	ofSchool, ofClass columns
	ofPerson          [2]columns

	rules [2]rule
	view  entity.View
	part  *part
	seed  *Seed
	w     writer // its bytes are used again and again
	refs  []schoolRef
}

// Plan finds out, without changing anything, what a run of the profile with that
// id does at now. files are one snapshot that roster.Verify found no Error in, and
// format is what it found. It errs where a file cannot be read, or with
// *entity.FullError.
//
// What is left out: a kind of entity whose isSyncDeferred is set, and enrolments
// before their synchronizationStartDate (documented). What an earlier run made of
// them stays as it is, and others may refer to it; where there is none, such a
// reference is passed over and is no error (chosen).
func (s *Store) Plan(p profile.Profile, profileID string, files []roster.File, format roster.Format, now time.Time) (*Plan, error) {
	s.mu.Lock()
	view, part := s.objects.View(), s.parts.Load().known(profileID)
	s.mu.Unlock()
	l := &planner{Plan: &Plan{profile: profileID}, files: files, format: format, custom: customizations(p),
		view: view, part: part, seed: s.seed}
	l.mend = p.HandleSpecialCharacterConstraint != nil && *p.HandleSpecialCharacterConstraint
	l.rules = rulesOf(p, s.seed)
	c := &l.custom
	l.ofSchool, l.ofClass = chosen(c.School), chosen(c.Section)
	l.ofPerson = [2]columns{chosen(c.Student), chosen(c.Teacher)}
	l.rename = renames{school: c.School.AllowDisplayNameUpdate, class: c.Section.AllowDisplayNameUpdate,
		person: [2]bool{c.Student.AllowDisplayNameUpdate, c.Teacher.AllowDisplayNameUpdate}}
	l.schools = things{positions: make(map[string]uint32, len(part.schools)), known: l.there(part.schools, unitsHome),
		deferred: c.School.IsSyncDeferred}
	l.classes = things{positions: make(map[string]uint32, len(part.classes)), known: l.there(part.classes, groupsHome),
		deferred: c.Section.IsSyncDeferred}
	students, teachers := len(part.people[student]), len(part.people[teacher]) // as many as before, most likely
	l.people = people{list: make([]person, 0, students+teachers),
		positions: [2]map[string]uint32{make(map[string]uint32, students), make(map[string]uint32, teachers)},
		known:     func(as role, id string) bool { return l.there(part.people[as], usersHome)(id) },
		deferred:  [2]bool{c.Student.IsSyncDeferred, c.Teacher.IsSyncDeferred}}

	for _, step := range []struct {
		entity  roster.Entity
		leftOut bool
		row     func(roster.Record)
	}{
		{roster.School, c.School.IsSyncDeferred, l.school},
		{roster.Section, c.Section.IsSyncDeferred, l.section},
		{roster.Student, c.Student.IsSyncDeferred, func(r roster.Record) { l.person(r, student) }},
		{roster.Teacher, c.Teacher.IsSyncDeferred, func(r roster.Record) { l.person(r, teacher) }},
		{"", false, nil}, // all people are known
		{roster.StudentEnrollment, c.StudentEnrollment.IsSyncDeferred || begins(c.StudentEnrollment).After(now),
			func(r roster.Record) { l.enrolment(r, student) }},
		{roster.TeacherRoster, c.TeacherRoster.IsSyncDeferred, func(r roster.Record) { l.enrolment(r, teacher) }},
	} {
		if step.row == nil {
			l.settlePeople()
			continue
		}
		if step.leftOut {
			continue
		}
		l.replaces[filled[step.entity]] = step.entity != roster.School
		if err := l.read(step.entity, step.row); err != nil {
			return nil, err
		}
	}
	return l.Plan, s.objects.Fits(view, l.fresh())
}

// there tells of what an earlier run made whether it is still there.
func (l *planner) there(known map[string]entity.Place, in entity.Home) func(externalID string) bool {
	return func(id string) bool { return alive(l.view, known[id], in) != nil }
}

// filled is the memberships that an entity's rows are; a school's are none.
var filled = map[roster.Entity]membership{roster.Section: schoolClasses, roster.Student: schoolStudents, roster.Teacher: schoolTeachers,
	roster.StudentEnrollment: classStudents, roster.TeacherRoster: classTeachers}

// read calls row with each row of an entity.
func (l *planner) read(e roster.Entity, row func(roster.Record)) (err error) {
	rows, err := roster.Open(l.files, l.format, e)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, rows.Close()) }()
	for {
		r, err := rows.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		row(r)
	}
}

// fresh returns how many objects the plan makes.
func (l *planner) fresh() (n int) {
	for i := range l.schools.list {
		if !l.schools.known(l.schools.list[i].externalID) {
			n++
		}
	}
	for i := range l.classes.list {
		if !l.classes.known(l.classes.list[i].externalID) {
			n++
		}
	}
	for i := range l.people.list {
		if x := &l.people.list[i]; x.inFiles && x.problem == nil && x.account == fresh {
			n++
		}
	}
	l.Plan.made = n
	return n
}

// customizations returns a profile's, with no part absent: an absent one is as
// its zero value, which leaves nothing out.
func customizations(p profile.Profile) (c profile.Customizations) {
	var given *profile.Customizations
	switch d := p.DataProvider.(type) {
	case *profile.CSV:
		given = d.Customizations
	case *profile.PowerSchool:
		given = d.Customizations
	case *profile.OneRoster:
		given = d.Customizations
	}
	if given != nil {
		c = *given
	}
	for _, part := range []**profile.Customization{&c.School, &c.Section, &c.Student, &c.Teacher, &c.StudentEnrollment, &c.TeacherRoster} {
		if *part == nil {
			*part = &profile.Customization{}
		}
	}
	return c
}

// begins returns the synchronizationStartDate; zero where there is none.
func begins(c *profile.Customization) time.Time {
	at, err := time.Parse(time.RFC3339Nano, c.SynchronizationStartDate)
	if err != nil {
		return time.Time{}
	}
	return at
}
