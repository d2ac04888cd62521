package district

import "strconv"

// row fills in row n of a file, of which those past base(e) are people, schools
// and sections that only flaws need.
func (p *plan) row(e entity, n int, row []string) {
	s := draw(p.seed, e, n)
	switch e {
	case school:
		p.school(n, &s, row)
	case section:
		p.section(n, row)
	case student:
		p.student(n, &s, row)
	case teacher:
		p.teacher(n, &s, row)
	case studentEnrollment:
		p.enrollment(n, row)
	case teacherRoster:
		p.assignment(n, row)
	}
}

func (p *plan) school(n int, s *source, row []string) {
	c := p.campuses[n%p.schools]
	l := levels[c.level]
	head := teacherID(c.teacher)
	_, principal := p.teacherOf(c.teacher)
	at := address(s)
	copy(row, []string{
		schoolID(n), schoolName(n, l), strconv.Itoa(n + 1), "5300" + padded(n+1, 8),
		"WA-" + strconv.Itoa(n+1), gradeName(l.low), gradeName(l.high),
		head, principal.given.written + " " + principal.family.written, principal.teacherName(c.teacher) + "@mail.example.com",
		at[0], at[1], at[2], "US", at[3], "+1 206-555-01" + padded(s.below(100), 2), one(s, zones),
	})
}

// schoolName gives 256 schools names of their own, and numbers those after.
func schoolName(n int, l level) string {
	first, second := n%len(placesFirst), (n+n/len(placesFirst))%len(placesSecond)
	name := placesFirst[first] + " " + placesSecond[second]
	if round := n / (len(placesFirst) * len(placesSecond)); round > 0 {
		name += " " + strconv.Itoa(round+1)
	}
	return name + " " + l.name
}

func (p *plan) section(n int, row []string) {
	at := n % p.sections
	i := p.campusOf(at, firstSection)
	c := &p.campuses[i]
	course, grade, group := c.lesson(at - c.section)
	sub := subjects[course]
	title, number := sub.course, 100*(course+1)
	if grade >= 0 {
		title, number = sub.course+" "+gradeName(grade), number+grade
	}
	term, name, from, to := "year", " School Year", "-08-25", "-06-12"
	begin, end := schoolYear, schoolYear+1
	switch course {
	case courses - 2:
		term, name, to, end = "fall", " Fall", "-12-19", schoolYear
	case courses - 1:
		term, name, from, begin = "spring", " Spring", "-01-12", schoolYear+1
	}
	years := strconv.Itoa(schoolYear) + "-" + strconv.Itoa(schoolYear+1)
	copy(row, []string{
		sectionID(n), schoolID(i), title + " - " + letters(group), strconv.Itoa(n + 1), term + strconv.Itoa(schoolYear), years + name,
		strconv.Itoa(begin) + from, strconv.Itoa(end) + to, "C" + strconv.Itoa(number), title, strconv.Itoa(number), sub.describes, sub.name,
		strconv.Itoa(course + 1), "Active",
	})
}

// letters counts A to Z, AA and so on.
func letters(n int) string {
	text := string(rune('A' + n%26))
	if n < 26 {
		return text
	}
	return letters(n/26-1) + text
}

func (p *plan) student(n int, s *source, row []string) {
	at := n % p.pupils
	i := p.campusOf(at, firstStudent)
	c := &p.campuses[i]
	grade := c.grade(at - c.student)
	who := meet(s)
	user := who.studentName(n)
	home := address(s)
	english := "No"
	if s.below(8) == 0 {
		english = "Yes"
	}
	copy(row, []string{
		studentID(n), schoolID(i), who.given.written, who.family.written, user, password(s),
		"WA" + padded(n+1, 8), user + "@home.example.com", strconv.Itoa(100_001 + n), who.middle.written, gradeName(grade), "Active",
		birthdate(s, grade), strconv.Itoa(schoolYear + 1 + 12 - grade), who.gender, english, one(s, heritages),
	})
	for k := range 2 { // most get their mail where they live
		copy(row[17+7*k:], []string{home[0], home[1], home[2], home[3], home[4], home[5], "US"})
	}
	if s.below(10) == 0 {
		row[17] = "PO Box " + strconv.Itoa(1+s.below(999))
	}
}

// teacherOf returns the source and the person of a teacher; the principal of a
// school is its first one.
func (p *plan) teacherOf(n int) (source, someone) {
	s := draw(p.seed, teacher, n)
	who := meet(&s)
	return s, who
}

func (p *plan) teacher(n int, _ *source, row []string) {
	s, who := p.teacherOf(n)
	i := p.campusOf(n%p.teachers, firstTeacher)
	user := who.teacherName(n)
	title := one(&s, titles)
	if n == p.campuses[i].teacher {
		title = "Principal"
	}
	copy(row, []string{
		teacherID(n), schoolID(i), who.given.written, who.family.written, user, password(&s),
		"WA" + padded(n+1, 8), strconv.Itoa(9_001 + n), "Active", who.middle.written, user + "@mail.example.com", title, one(&s, degrees),
	})
}

// enrollment is a course of a student: those of one student stand together.
func (p *plan) enrollment(n int, row []string) {
	n %= p.base(studentEnrollment)
	pupil, course := n/courses, n%courses
	c := &p.campuses[p.campusOf(pupil, firstStudent)]
	row[0], row[1] = sectionID(c.section+c.sectionOf(pupil-c.student, course)), studentID(pupil)
}

// assignment is the teacher of a section. Sections of one course stand together,
// so a teacher has one subject or two.
func (p *plan) assignment(n int, row []string) {
	n %= p.sections
	c := &p.campuses[p.campusOf(n, firstSection)]
	row[0], row[1] = sectionID(n), teacherID(c.teacher+(n-c.section)/teacherLoad)
}
