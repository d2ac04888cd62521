// Package roster reads and verifies the CSV files of School Data Sync
// (Classic): the six files of format V1, its UK form and the five files of
// Clever's. It is made of pure functions over files that can be opened: nothing
// is kept between calls, and a value of this package may be used by one
// goroutine at a time.
//
// Documented are the files, their columns, what is checked, the four texts with
// counts, and the order of the messages ("SDS CSV File Validation Process", "SDS
// V1 CSV File Format", the API page of start and its example). Patterns, all other
// texts, and all limits but that of the rows are chosen. Each is graded where it
// stands.
//
// Rows are streamed: memory grows with the distinct keys alone, whatever the
// files hold.
package roster

import (
	"io"
	"strings"
)

// File is one file of the container.
type File struct {
	Name string                        // as it was uploaded; compared without letter case
	Size int64                         // bytes; for information alone, reading goes to the end
	Open func() (io.ReadCloser, error) // may be called several times, and gives the same bytes each time
}

// Entity is a kind of row. Its value is its name in a profile's customizations
// in lower case, and format V1's file name without the ending.
type Entity string

// The entities.
const (
	School            Entity = "school"
	Section           Entity = "section"
	Student           Entity = "student"
	StudentEnrollment Entity = "studentenrollment"
	Teacher           Entity = "teacher"
	TeacherRoster     Entity = "teacherroster"
)

// Entities returns all six in the order of the documented messages.
func Entities() []Entity {
	return []Entity{School, Section, Student, StudentEnrollment, Teacher, TeacherRoster}
}

// Format is a form that the files may have.
type Format string

// The formats that are read. V1 and UK share their file names and are told apart
// by their headers; Clever's has file names of its own.
const (
	V1     Format = "V1"
	UK     Format = "UK"
	Clever Format = "Clever"
)

// Limits that the zero Rules have.
const (
	MaxRows = 500_000   // of a file, documented
	MaxKeys = 5_000_000 // in all, chosen: six full files hold 3,000,000 at most
)

// Rules is what depends on the profile and the variant. The zero value is
// identity matching with every property synchronised.
type Rules struct {
	// Accounts is identity creation: First Name, Last Name and Password of
	// students and teachers are required too.
	Accounts bool
	// Chosen is the optional columns to synchronise, by the headers of format V1
	// or those of the file. An entity that is absent, or has nil, has all chosen; an
	// empty list chooses none. Names that are no optional column are passed over.
	Chosen map[Entity][]string
	// SeveralSchools allows a teacher's School SIS ID to list several schools,
	// separated by comma (variant; some pages tell it).
	SeveralSchools bool
	MaxRows        int // of a file, its header not counted; 0: MaxRows
	MaxKeys        int // distinct SIS IDs and user names kept in all; 0: MaxKeys
}

// Types of a message, documented.
const (
	Error       = "Error"
	Warning     = "Warning"
	Information = "Information"
)

// MaxMessageRows is how many rows a message names at most.
const MaxMessageRows = 100

// Message is one thing that verification has to say: one per file, rule and
// column.
type Message struct {
	Type        string // Error, Warning or Information
	FileName    string // in lower case
	Description string // one sentence or two; documented where its rule is
	Rule        string // one of the Rule constants
	Column      string // as the file's form names it; "" where the rule concerns no column
	Count       int    // rows concerned; for RuleColumnTwice how often it stands; else 0
	Rows        []Row  // the first MaxMessageRows of them
}

// Row is a row that a message concerns.
type Row struct {
	Line int    // in the file, where 1 is the header and blank lines count
	Text string // the value concerned, cut to 64 characters; never a password
}

// Report is what verification found.
type Report struct {
	Format   Format
	Messages []Message      // by file, rule and column, in the documented order
	Rows     map[Entity]int // rows read of each entity, those at fault too; a Clever teacherroster has the teachers that sections name
}

// Failed tells whether an Error is among the messages.
func (r Report) Failed() bool {
	for i := range r.Messages {
		if r.Messages[i].Type == Error {
			return true
		}
	}
	return false
}

// SplitSchools returns the schools that a teacher's School SIS ID lists where
// Rules.SeveralSchools is set: separated by comma, without blanks around them.
func SplitSchools(value string) []string {
	parts := strings.Split(value, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
