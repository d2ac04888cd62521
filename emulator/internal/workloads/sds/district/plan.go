package district

import (
	"cmp"
	"fmt"
	"sort"
)

// How large things are: chosen, near what schools have.
const (
	courses       = 7  // sections that a student is in
	classSize     = 25 // students of a section
	teacherLoad   = 5  // sections that a teacher has
	cohortFrom    = 20 // a grade with fewer students shares its classes with the school's others
	defaultPupils = 60 // students of a school
)

// plan is a district before any row of it: which school has which students,
// sections and teachers, and which faults go where.
type plan struct {
	seed                                uint64
	schools, sections, pupils, teachers int
	campuses                            []campus
	flaws                               [entities][]added // rows that a flaw adds, of each file
	stride                              [entities]int     // by which flaws take turns
	spoiled                             [entities]spoiled // faults of a file as a whole
	unknownFiles                        int
}

// campus is one school: the numbers of its first student, section and teacher in
// the district, and how many it has.
type campus struct {
	level                                int // in levels
	student, students, section, sections int
	teacher, teachers                    int
}

// level is a kind of school.
type level struct {
	name      string
	low, high int // grades, 0 is kindergarten
	weight    int // of its size among the others
}

var (
	levels = []level{{"High School", 9, 12, 8}, {"Elementary School", 0, 5, 4}, {"Middle School", 6, 8, 6}}
	// levelOrder is the order in which the levels come: three elementary schools for
	// a middle and a high school.
	levelOrder = []int{0, 1, 2, 1, 1}
)

func newPlan(o Options) (*plan, error) {
	p := &plan{seed: cmp.Or(o.Seed, 1), schools: o.Schools, pupils: o.Students}
	if p.schools == 0 {
		p.schools = 1
	}
	if p.pupils == 0 && p.schools > 0 && p.schools <= MaxRows/courses {
		p.pupils = defaultPupils * p.schools
	}
	switch {
	case p.schools > MaxRows/courses:
		return nil, fmt.Errorf("%d schools need as many students or more, and %d students are the most", p.schools, MaxRows/courses)
	case p.schools < 1 || p.pupils < 1:
		return nil, fmt.Errorf("a district has 1 school and 1 student or more, not %d and %d", o.Schools, o.Students)
	case p.pupils > MaxRows/courses:
		return nil, fmt.Errorf("%d students need %d rows in studentenrollment.csv, %d for each, and a file may have %d; %d students are the most",
			p.pupils, courses*p.pupils, courses, MaxRows, MaxRows/courses)
	case p.schools > p.pupils:
		return nil, fmt.Errorf("%d schools need as many students or more, not %d", p.schools, p.pupils)
	}
	p.found()
	if err := p.take(o.Flaws); err != nil {
		return nil, err
	}
	for e := range entities {
		if n := p.rows(e); n > MaxRows && !p.spoiled[e].overfull {
			return nil, fmt.Errorf("%s would have %d rows, %d of them from flaws, and a file may have %d; "+
				"fewer flaws or students would fit", e.file(), n, p.added(e), MaxRows)
		}
	}
	return p, nil
}

// found lays out the schools.
func (p *plan) found() {
	total := 0
	for i := range p.schools {
		total += levels[levelOrder[i%len(levelOrder)]].weight
	}
	weight, c := 0, campus{}
	for i := range p.schools {
		c.level = levelOrder[i%len(levelOrder)]
		weight += levels[c.level].weight
		end := i + 1 + scaled(p.pupils-p.schools, weight, total) // one each, the others by weight
		c.students = end - c.student
		c.sections = courses * c.groups()
		c.teachers = (c.sections + teacherLoad - 1) / teacherLoad
		p.campuses = append(p.campuses, c)
		c.student, c.section, c.teacher = c.student+c.students, c.section+c.sections, c.teacher+c.teachers
	}
	p.sections, p.teachers = c.section, c.teacher
}

// scaled returns n*a/b, in 64 bits on every platform.
func scaled(n, a, b int) int { return int(int64(n) * int64(a) / int64(b)) }

// campusOf returns the number of the school that the student (or section, or
// teacher) number n belongs to; first tells a campus's first of them.
func (p *plan) campusOf(n int, first func(*campus) int) int {
	return sort.Search(len(p.campuses), func(i int) bool { return first(&p.campuses[i]) > n }) - 1
}

func firstStudent(c *campus) int { return c.student }
func firstSection(c *campus) int { return c.section }
func firstTeacher(c *campus) int { return c.teacher }

// grades is how many grades a school has.
func (c *campus) grades() int { return levels[c.level].high - levels[c.level].low + 1 }

// cohorts is how many parts the students of a school are taught in: its grades,
// or all together in a small school.
func (c *campus) cohorts() int {
	if g := c.grades(); c.students/g >= cohortFrom {
		return g
	}
	return 1
}

// part returns the first student of part i of n parts of the school, counted
// from the school's first.
func (c *campus) part(i, n int) int { return c.students * i / n }

// groupsOf is how many classes a cohort needs in each course.
func (c *campus) groupsOf(cohort int) int {
	n := c.cohorts()
	return max(1, (c.part(cohort+1, n)-c.part(cohort, n)+classSize/2)/classSize)
}

// groups is how many classes the school needs in each course.
func (c *campus) groups() int {
	n := 0
	for i := range c.cohorts() {
		n += c.groupsOf(i)
	}
	return n
}

// grade returns the grade of a student, counted from the school's first.
func (c *campus) grade(local int) int {
	g, n := 0, c.grades()
	for g+1 < n && local >= c.part(g+1, n) {
		g++
	}
	return levels[c.level].low + g
}

// sectionOf returns the section, counted from the school's first, in which a
// student has a course. From course to course, classes are mixed anew, and stay
// alike in size.
func (c *campus) sectionOf(local, course int) int {
	before, n := 0, c.cohorts()
	for cohort := range n {
		first, groups := c.part(cohort, n), c.groupsOf(cohort)
		if local < c.part(cohort+1, n) {
			i := local - first
			return course*c.sections/courses + before + (i+course*(i/groups))%groups
		}
		before += groups
	}
	return course * c.sections / courses // no student comes here
}

// lesson returns what a section teaches and, where its students are of one
// grade, which; else -1.
func (c *campus) lesson(local int) (course, grade, group int) {
	each := c.sections / courses
	course, local = local/each, local%each
	for cohort := range c.cohorts() {
		if n := c.groupsOf(cohort); local >= n {
			local -= n
			continue
		}
		if c.cohorts() == 1 {
			return course, -1, local
		}
		return course, levels[c.level].low + cohort, local
	}
	return course, -1, local
}

// base is how many rows a file has without flaws.
func (p *plan) base(e entity) int {
	return [entities]int{school: p.schools, section: p.sections, student: p.pupils, studentEnrollment: courses * p.pupils,
		teacher: p.teachers, teacherRoster: p.sections}[e]
}

// added is how many rows flaws add to a file.
func (p *plan) added(e entity) int {
	n := 0
	for _, f := range p.flaws[e] {
		n += f.count
	}
	return n
}

func (p *plan) rows(e entity) int { return p.base(e) + p.added(e) }

// written is how many rows a file has in the end.
func (p *plan) written(e entity) int {
	if p.spoiled[e].empty || p.spoiled[e].bare {
		return 0
	}
	return p.rows(e)
}
