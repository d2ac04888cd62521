package district

import "strconv"

// someone is who a student or a teacher is.
type someone struct {
	given, middle, family name
	gender                string
}

// meet draws a person.
func meet(s *source) someone {
	c := one(s, cultures())
	if s.below(4) == 0 {
		c = cultures()[0]
	}
	given, middle, gender := c.women, c.women, "Female"
	switch n := s.below(100); {
	case n < 49:
		given, middle, gender = c.men, c.men, "Male"
	case n < 51:
		middle, gender = c.men, "Other"
	}
	p := someone{one(s, given), one(s, middle), one(s, c.family), gender}
	for p.middle == p.given {
		p.middle = one(s, middle)
	}
	if s.below(16) == 0 {
		p.family = one(s, one(s, cultures()).family) // families mix
	}
	return p
}

// studentName is a student's Username: initial, family name and a number that no
// other student has. A teacher's has a dot, so the two never meet in a domain.
func (p someone) studentName(n int) string {
	return p.given.latin[:1] + p.family.latin + strconv.Itoa(n+1)
}

func (p someone) teacherName(n int) string {
	return p.given.latin + "." + p.family.latin + strconv.Itoa(n+1)
}

// The ids of a district are numbers, as in Microsoft's samples. What they begin
// with tells what they are of.
func id(kind, n int) string { return strconv.Itoa(kind*1_000_000 + n + 1) }

func schoolID(n int) string  { return id(1, n) }
func sectionID(n int) string { return id(2, n) }
func studentID(n int) string { return id(3, n) }
func teacherID(n int) string { return id(4, n) }

// nobodys is an id that nothing in the district has.
func nobodys(n int) string { return id(9, n) }

// padded returns n with zeros before it.
func padded(n, digits int) string {
	text := strconv.Itoa(n)
	for len(text) < digits {
		text = "0" + text
	}
	return text
}

// password is nobody's: a pattern that directories accept, and no secret.
func password(s *source) string { return "Made-Up-" + padded(s.below(10000), 4) + "-aB" }

// address is six values: street, city, state, zip, latitude, longitude. Five
// decimals are about a metre; all of it lies around one made-up town.
func address(s *source) [6]string {
	return [6]string{
		strconv.Itoa(1+s.below(999)) + " " + one(s, streets), one(s, towns), "WA", "98" + padded(s.below(1000), 3),
		"47." + padded(s.below(100000), 5), "-122." + padded(s.below(100000), 5),
	}
}

// monthDays of a year that is none of leap years: a birthday on 29 February is
// left out.
var monthDays = [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// birthdate returns a day in the year in which those of a grade are born: from
// September, six years before the school year for kindergarten.
func birthdate(s *source, grade int) string {
	month := (8 + s.below(12)) % 12
	year := schoolYear - 6 - grade
	if month < 8 {
		year++
	}
	return strconv.Itoa(year) + "-" + padded(month+1, 2) + "-" + padded(1+s.below(monthDays[month]), 2)
}

// schoolYear is the year in which the district's school year begins. It is fixed,
// so that the same options give the same files in every year.
const schoolYear = 2025

// gradeName is how the files have a grade.
func gradeName(grade int) string {
	if grade == 0 {
		return "KG"
	}
	return strconv.Itoa(grade)
}
