package directory

import (
	"cmp"
	"io"
	"time"

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
	rest             []byte // nil: it is not in the files, only referred to; an earlier run made it
}

// things are the schools or the classes of a plan.
type things struct {
	list      []thing
	positions map[string]uint32 // keyed by SIS ID; failed for what failed
	known     map[string]uint32 // by the same key, those that earlier runs made
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
	if _, ok := t.known[externalID]; !ok {
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
	state *state
	part  *part
	seed  *Seed
	w     writer // its bytes are used again and again
	refs  []schoolRef
}

// Plan finds out, without changing anything, what a run of the profile with that
// id does at now. files are one snapshot that roster.Verify found no Error in, and
// format is what it found. It errs where a file cannot be read, or with
// *FullError.
//
// What is left out: a kind of entity whose isSyncDeferred is set, and enrolments
// before their synchronizationStartDate (documented). What an earlier run made of
// them stays as it is, and others may refer to it; where there is none, such a
// reference is passed over and is no error (chosen).
func (s *Store) Plan(p profile.Profile, profileID string, files []roster.File, format roster.Format, now time.Time) (*Plan, error) {
	st := s.current.Load()
	l := &planner{Plan: &Plan{profile: profileID}, files: files, format: format, custom: customizations(p),
		state: st, part: st.known(profileID), seed: &s.seed}
	l.mend = p.HandleSpecialCharacterConstraint != nil && *p.HandleSpecialCharacterConstraint
	l.rules = rulesOf(p, &s.seed)
	c := &l.custom
	l.ofSchool, l.ofClass = chosen(c.School), chosen(c.Section)
	l.ofPerson = [2]columns{chosen(c.Student), chosen(c.Teacher)}
	l.rename = renames{school: c.School.AllowDisplayNameUpdate, class: c.Section.AllowDisplayNameUpdate,
		person: [2]bool{c.Student.AllowDisplayNameUpdate, c.Teacher.AllowDisplayNameUpdate}}
	l.schools = things{positions: map[string]uint32{}, known: l.part.schools, deferred: c.School.IsSyncDeferred}
	l.classes = things{positions: map[string]uint32{}, known: l.part.classes, deferred: c.Section.IsSyncDeferred}
	l.people = people{positions: [2]map[string]uint32{{}, {}}, known: l.part.people,
		deferred: [2]bool{c.Student.IsSyncDeferred, c.Teacher.IsSyncDeferred}}

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
	return l.Plan, l.checkSize()
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

func (l *planner) checkSize() error {
	for _, e := range []FullError{{Schools, len(l.state.schools) + len(l.schools.list)}, {Classes, len(l.state.classes) + len(l.classes.list)},
		{Accounts, len(l.state.accounts) + len(l.people.list)}} {
		if e.Want > MaxObjects {
			return &e
		}
	}
	return nil
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
