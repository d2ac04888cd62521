package profile

// DefaultStart is the synchronizationStartDate that stands for "as soon as the
// profile is provisioned". Source: the founding document's response.
const DefaultStart = "0001-01-01T00:00:00Z"

// The optional properties that the founding document's response shows where
// the request named none. They are shared by all profiles and never written to.
var (
	defaultSection = []string{"Term Name", "Course Number", "Periods"}
	defaultTeacher = []string{"State ID", "Teacher Number", "Status", "Middle Name", "Secondary Email", "Title", "Qualification"}
)

// defaults is how absent customizations are filled.
type defaults uint8

const (
	seedDefaults   defaults = iota // as in the founding document
	legacyDefaults                 // variant customizationDefaults=legacy
	asGiven                        // not at all
)

// fill adds what a client left out of the customizations: given parts stay as
// they are, absent parts come as in the founding document's response
// (documented for CSV; inferred for the other providers; a student's absent
// part, which no page shows, gets the Booleans only: chosen).
//
// legacyDefaults fills as the pages of 2017 to 2018 show it, variant
// customizationDefaults=legacy: a start date on every entity, empty lists on
// the two rosters, no school and no section where they were not given.
func fill(c *Customizations, with defaults) *Customizations {
	if with == asGiven {
		return c
	}
	legacy := with == legacyDefaults
	if c == nil {
		c = &Customizations{}
	}
	part := func(p **Customization, optional []string) {
		if *p == nil {
			*p = &Customization{OptionalPropertiesToSync: optional}
		}
	}
	var rosters []string
	if legacy {
		rosters = []string{}
	} else {
		part(&c.School, nil)
		part(&c.Section, defaultSection)
	}
	part(&c.Student, nil)
	part(&c.Teacher, defaultTeacher)
	part(&c.StudentEnrollment, rosters)
	part(&c.TeacherRoster, rosters)
	for _, p := range []*Customization{c.School, c.Section, c.Student, c.Teacher, c.StudentEnrollment, c.TeacherRoster} {
		if p != nil && p.SynchronizationStartDate == "" && (legacy || p == c.StudentEnrollment) {
			p.SynchronizationStartDate = DefaultStart
		}
	}
	return c
}
