package roster

// need is when a column has to be there.
type need uint8

const (
	optional need = iota
	accounts      // required where accounts are created, else passed over
	required
)

// check is the pattern that a value has to have.
type check uint8

const (
	text check = iota // anything
	identifier
	user
	date
	address
)

// column is one column of an entity.
type column struct {
	name   string // its header in format V1
	need   need
	check  check
	unique bool
	refers Entity   // its SIS ID is what a value has to be
	uk     string   // its header in the UK form; "": the same
	clever []string // its headers in Clever's form, the first that is there counts; nil: it has none
}

// Columns are documented ("SDS V1 CSV File Format", and the lists of
// optionalPropertiesToSync on the customization resource); that First Name and
// Last Name are required where accounts are made is documented, Password
// inferred. The UK headers are seen in Microsoft's samples of that form
// (OfficeDev/O365-EDU-Tools), most of Clever's in exports to Clever in public
// repositories, those of teachers.csv and enrollments.csv and a few others are from
// memory of its specification (inferred); which of Clever's is which of V1's is chosen.
//
// The order decides that of the messages: required columns first, as the
// documented example has it.
var columns = map[Entity][]column{
	School: {
		{name: "SIS ID", need: required, check: identifier, unique: true, uk: "DfE Number", clever: []string{"School_id"}},
		{name: "Name", need: required, clever: []string{"School_name"}},
		{name: "School Number", clever: []string{"School_number"}},
		{name: "School NCES_ID"},
		{name: "State ID", clever: []string{"State_id"}},
		{name: "Grade Low", clever: []string{"Low_grade"}},
		{name: "Grade High", clever: []string{"High_grade"}},
		{name: "Principal SIS ID"},
		{name: "Principal Name", clever: []string{"Principal"}},
		{name: "Principal Secondary Email", check: address, clever: []string{"Principal_email"}},
		{name: "Address", clever: []string{"School_address"}},
		{name: "City", clever: []string{"School_city"}},
		{name: "State", clever: []string{"School_state"}},
		{name: "Country"},
		{name: "Zip", uk: "Postal Code", clever: []string{"School_zip"}},
		{name: "Phone", clever: []string{"School_phone"}},
		{name: "Zone"},
	},
	Section: {
		{name: "SIS ID", need: required, check: identifier, unique: true, uk: "ID", clever: []string{"Section_id"}},
		{name: "School SIS ID", need: required, refers: School, uk: "School DfE Number", clever: []string{"School_id"}},
		{name: "Section Name", need: required, clever: []string{"Name", "Course_name"}},
		{name: "Section Number", clever: []string{"Section_number"}},
		{name: "Term SIS ID"},
		{name: "Term Name", clever: []string{"Term_name"}},
		{name: "Term StartDate", check: date, clever: []string{"Term_start"}},
		{name: "Term EndDate", check: date, clever: []string{"Term_end"}},
		{name: "Course SIS ID"},
		{name: "Course Name", clever: []string{"Course_name"}},
		{name: "Course Description", clever: []string{"Course_description"}},
		{name: "Course Number", clever: []string{"Course_number"}},
		{name: "Course Subject", clever: []string{"Subject"}},
		{name: "Periods", clever: []string{"Period"}},
		{name: "Status"},
	},
	Student: {
		{name: "SIS ID", need: required, check: identifier, unique: true, uk: "ID", clever: []string{"Student_id"}},
		{name: "School SIS ID", need: required, refers: School, uk: "School DfE Number", clever: []string{"School_id"}},
		{name: "Username", need: required, check: user, unique: true, clever: []string{"Username"}},
		{name: "First Name", need: accounts, clever: []string{"First_name"}},
		{name: "Last Name", need: accounts, clever: []string{"Last_name"}},
		{name: password, need: accounts, clever: []string{password}},
		{name: "State ID", clever: []string{"State_id"}},
		{name: "Secondary Email", check: address, clever: []string{"Student_email"}},
		{name: "Student Number", clever: []string{"Student_number"}},
		{name: "Middle Name", clever: []string{"Middle_name"}},
		{name: "Mailing Address"},
		{name: "Mailing City"},
		{name: "Mailing State"},
		{name: "Mailing Zip"},
		{name: "Mailing Latitude"},
		{name: "Mailing Longitude"},
		{name: "Mailing Country"},
		{name: "Residence Address", clever: []string{"Student_street"}},
		{name: "Residence City", clever: []string{"Student_city"}},
		{name: "Residence State", clever: []string{"Student_state"}},
		{name: "Residence Zip", clever: []string{"Student_zip"}},
		{name: "Residence Latitude"},
		{name: "Residence Longitude"},
		{name: "Residence Country"},
		{name: "Gender", clever: []string{"Gender"}},
		{name: "Birthdate", check: date, clever: []string{"DOB"}},
		{name: "Grade", clever: []string{"Grade"}},
		{name: "ELL Status", clever: []string{"Ell_status"}},
		{name: "FederalRace", clever: []string{"Race"}},
		{name: "Graduation Year", clever: []string{"Graduation_year"}},
		{name: "Status"},
	},
	StudentEnrollment: {
		{name: "Section SIS ID", need: required, refers: Section, uk: "Section ID", clever: []string{"Section_id"}},
		{name: "SIS ID", need: required, refers: Student, uk: "ID", clever: []string{"Student_id"}},
	},
	Teacher: {
		{name: "SIS ID", need: required, check: identifier, unique: true, uk: "ID", clever: []string{"Teacher_id"}},
		{name: "School SIS ID", need: required, refers: School, uk: "School DfE Number", clever: []string{"School_id"}},
		{name: "Username", need: required, check: user, unique: true, clever: []string{"Username"}},
		{name: "First Name", need: accounts, clever: []string{"First_name"}},
		{name: "Last Name", need: accounts, clever: []string{"Last_name"}},
		{name: password, need: accounts, clever: []string{password}},
		{name: "State ID", clever: []string{"State_teacher_id", "State_id"}},
		{name: "Teacher Number", clever: []string{"Teacher_number"}},
		{name: "Status"},
		{name: "Middle Name", clever: []string{"Middle_name"}},
		{name: "Secondary Email", check: address, clever: []string{"Teacher_email"}},
		{name: "Title", clever: []string{"Title"}},
		{name: "Qualification"},
	},
	TeacherRoster: {
		{name: "Section SIS ID", need: required, refers: Section, uk: "Section ID", clever: []string{"Section_id"}},
		{name: "SIS ID", need: required, refers: Teacher, uk: "ID", clever: cleverTeachers},
	},
}

// password is the column whose values nobody is shown.
const password = "Password"

// cleverTeachers are the columns of Clever's sections.csv that stand for a
// teacherroster.csv: each that is not empty is a row of it.
var cleverTeachers = []string{"Teacher_id", "Teacher_2_id", "Teacher_3_id", "Teacher_4_id", "Teacher_5_id",
	"Teacher_6_id", "Teacher_7_id", "Teacher_8_id", "Teacher_9_id", "Teacher_10_id"}

// headers returns the headers that c may have in format f, the first that is
// there counts.
func (c *column) headers(f Format) []string {
	switch {
	case f == Clever:
		return c.clever
	case f == UK && c.uk != "":
		return []string{c.uk}
	}
	return []string{c.name}
}

// cleverRoster returns the columns that a Clever sections.csv has beyond those of a
// section: its teachers, which may be empty.
func cleverRoster() []column {
	var t []column
	for _, name := range cleverTeachers {
		t = append(t, column{name: name, refers: Teacher, clever: []string{name}})
	}
	return t
}
