package district

import "strings"

// entity is one of the six things that a roster lists, in the order in which
// their files are verified (documented).
type entity int

const (
	school entity = iota
	section
	student
	studentEnrollment
	teacher
	teacherRoster
	entities // how many there are
)

var entityNames = [entities]string{"school", "section", "student", "studentenrollment", "teacher", "teacherroster"}

func (e entity) String() string { return entityNames[e] }

func (e entity) file() string { return entityNames[e] + ".csv" }

// rule is what the service asks of a column; several hold together.
type rule uint16

const (
	required  rule = 1 << iota // a value in each row
	account                    // a value in each row where accounts are made
	optional                   // a value in each row where the column is chosen for sync: else a warning
	unique                     // no value twice
	pattern                    // of the characters that the column takes
	reference                  // to a row of another file
)

// column is a column of format V1. Names and order are those of Microsoft's
// samples and of the list of optional properties (documented), which columns have
// a pattern is chosen.
type column struct {
	name string
	rule rule
}

// slug is how a flaw's name has the column: term-startdate for Term StartDate.
func (c column) slug() string {
	return strings.NewReplacer(" ", "-", "_", "-").Replace(strings.ToLower(c.name))
}

var columns = [entities][]column{
	school: append([]column{{"SIS ID", required | pattern | unique}, {"Name", required}},
		optionals("School Number,School NCES_ID,State ID,Grade Low,Grade High,Principal SIS ID,Principal Name,"+
			"Principal Secondary Email*,Address,City,State,Country,Zip,Phone,Zone")...),
	section: append([]column{{"SIS ID", required | pattern | unique}, {"School SIS ID", required | reference}, {"Section Name", required}},
		optionals("Section Number,Term SIS ID,Term Name,Term StartDate*,Term EndDate*,Course SIS ID,"+
			"Course Name,Course Number,Course Description,Course Subject,Periods,Status")...),
	student: append(person,
		optionals("State ID,Secondary Email*,Student Number,Middle Name,Grade,Status,Birthdate*,Graduation Year,Gender,ELL Status,FederalRace,"+
			"Mailing Address,Mailing City,Mailing State,Mailing Zip,Mailing Latitude,Mailing Longitude,Mailing Country,"+
			"Residence Address,Residence City,Residence State,Residence Zip,Residence Latitude,Residence Longitude,Residence Country")...),
	studentEnrollment: {{"Section SIS ID", required | reference}, {"SIS ID", required | reference}},
	teacher: append(person,
		optionals("State ID,Teacher Number,Status,Middle Name,Secondary Email*,Title,Qualification")...),
	teacherRoster: {{"Section SIS ID", required | reference}, {"SIS ID", required | reference}},
}

// person is what student.csv and teacher.csv begin with. It has no room at its
// end, so that to append to it copies it.
var person = []column{
	{"SIS ID", required | pattern | unique}, {"School SIS ID", required | reference},
	{"First Name", account}, {"Last Name", account}, {"Username", required | pattern | unique}, {"Password", account},
}

// optionals returns columns that need not be there; a star marks a pattern.
func optionals(names string) []column {
	var list []column
	for name := range strings.SplitSeq(names, ",") {
		c := column{name, optional}
		if before, starred := strings.CutSuffix(name, "*"); starred {
			c = column{before, optional | pattern}
		}
		list = append(list, c)
	}
	return list
}
