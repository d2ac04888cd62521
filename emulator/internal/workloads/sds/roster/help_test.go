package roster_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// file is a file of these bytes.
func file[T ~string | ~[]byte](name string, content T) roster.File {
	text := []byte(content)
	return roster.File{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	}}
}

// files are the files of a folder.
func files(t *testing.T, folder string) []roster.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.csv"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	var all []roster.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, file(filepath.Base(name), text))
	}
	return all
}

// verify verifies files that can be read.
func verify(t *testing.T, rules roster.Rules, all ...roster.File) roster.Report {
	t.Helper()
	r, err := roster.Verify(all, rules)
	require.NoError(t, err)
	return r
}

// told are the messages in short: "Error school.csv: text".
func told(r roster.Report) []string {
	all := make([]string, len(r.Messages))
	for i, m := range r.Messages {
		all[i] = fmt.Sprintf("%s %s: %s", m.Type, m.FileName, m.Description)
	}
	return all
}

// sound is a small roster without faults, by file name; with replaces or adds
// files, and an empty text takes one away.
func sound(with map[string]string) []roster.File {
	texts := map[string]string{
		"school.csv":            "SIS ID,Name\ns1,North\ns2,South\n",
		"section.csv":           "SIS ID,School SIS ID,Section Name\nc1,s1,Algebra\nc2,s2,Biology\n",
		"student.csv":           "SIS ID,School SIS ID,Username\np1,s1,ann\np2,s2,bob\n",
		"studentenrollment.csv": "Section SIS ID,SIS ID\nc1,p1\nc2,p2\n",
		"teacher.csv":           "SIS ID,School SIS ID,Username\nt1,s1,carl\n",
		"teacherroster.csv":     "Section SIS ID,SIS ID\nc1,t1\n",
	}
	order := []string{"school.csv", "section.csv", "student.csv", "studentenrollment.csv", "teacher.csv", "teacherroster.csv"}
	var all []roster.File
	for _, name := range order {
		text := texts[name]
		if other, ok := with[name]; ok {
			text = other
		}
		if text != "" {
			all = append(all, file(name, text))
		}
	}
	return all
}

// district is a roster made in memory, in format V1: 700 students, 28 sections
// and 20 teachers a school. Its students hold seven enrolments each.
type district struct {
	schools  int
	students int  // a school
	flawed   bool // it has the faults of the documented example
	shuffled bool // its enrolments come in no order
	sparse   bool // four columns of its students are empty
}

func (d district) files() []roster.File {
	var school, section, student, enrollment, teacher, roles strings.Builder
	school.WriteString("SIS ID,Name,State ID,Grade Low,Grade High,Address,City,State,Country,Zip,Phone\r\n")
	section.WriteString(
		"SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Term Name,Term StartDate,Term EndDate,Course Name,Course Number\r\n")
	student.WriteString(
		"SIS ID,School SIS ID,First Name,Last Name,Username,Password,State ID,Secondary Email,Student Number,Middle Name,Grade,Status,Birthdate,Graduation Year\r\n")
	enrollment.WriteString("Section SIS ID,SIS ID\r\n")
	teacher.WriteString(
		"SIS ID,School SIS ID,First Name,Last Name,Username,Password,State ID,Teacher Number,Status,Middle Name,Secondary Email,Title\r\n")
	roles.WriteString("Section SIS ID,SIS ID\r\n")
	sections, teachers := max(d.students/25, 7), max(d.students/35, 1)
	for s := range d.schools {
		fmt.Fprintf(&school, "10%04d,School %d,WA,9,12,\"%d Main Street, North\",Redmond,WA,US,98052,555-123-4567\r\n", s, s, s)
		for c := range sections {
			fmt.Fprintf(&section, "11%04d%04d,10%04d,Mathematics - Algebra %d,%d,12000,SY2526,2025-09-01,2026-06-30,Math 101,101\r\n", s, c, s, c, c)
			fmt.Fprintf(&roles, "11%04d%04d,14%04d%04d\r\n", s, c, s, c%teachers)
		}
		for p := range d.students {
			fmt.Fprintf(&student,
				"13%04d%05d,10%04d,Beulah,McMillan,student%d-%d,P@ssword,WA,s%d.%d@example.edu,%d,Lynn,10,Active,11/12/2009,2028\r\n", s, p, s, s, p,
				s, p, p)
			for k := range 7 {
				fmt.Fprintf(&enrollment, "11%04d%04d,13%04d%05d\r\n", s, (p+k)%sections, s, p)
			}
		}
		for q := range teachers {
			fmt.Fprintf(&teacher, "14%04d%04d,10%04d,Craig,Beane,teacher%d-%d,P@ssw0rd,WA,101,Active,James,t%d.%d@example.edu,Mr\r\n", s, q, s, s,
				q, s, q)
		}
	}
	if d.flawed {
		for i := range 5 {
			fmt.Fprintf(&section, ",100000,Nameless %d,1,12000,SY2526,2025-09-01,2026-06-30,Math 101,101\r\n", i)
			fmt.Fprintf(&section, "a<%d>,100000,Odd %d,1,12000,SY2526,2025-09-01,2026-06-30,Math 101,101\r\n", i, i)
		}
		for i := range 3 {
			fmt.Fprintf(&student, "13000000000,100000,Ann,Twin,twin%d,P@ssword,WA,a@example.edu,1,Lynn,10,Active,11/12/2009,2028\r\n", i)
			fmt.Fprintf(&student, "13twin%d,100000,Ann,Twin,STUDENT0-0,P@ssword,WA,a@example.edu,1,Lynn,10,Active,11/12/2009,2028\r\n", i)
			fmt.Fprintf(&teacher, "1400000000,100000,Ann,Twin,ttwin%d,P@ssw0rd,WA,101,Active,James,a@example.edu,Mr\r\n", i)
			fmt.Fprintf(&teacher, "14twin%d,100000,Ann,Twin,teacher0-0,P@ssw0rd,WA,101,Active,James,a@example.edu,Mr\r\n", i)
		}
		for i := range 125 {
			fmt.Fprintf(&enrollment, "11gone%d,13000000000\r\n", i)
		}
		for i := range 35 {
			fmt.Fprintf(&enrollment, "1100000000,13gone%d\r\n", i)
		}
		for i := range 10 {
			fmt.Fprintf(&roles, "11gone%d,1400000000\r\n", i)
		}
		for i := range 91 {
			fmt.Fprintf(&roles, "1100000000,14gone%d\r\n", i)
		}
	}
	if d.shuffled {
		rows := strings.SplitAfter(enrollment.String(), "\n")
		rows = rows[:len(rows)-1]
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows)-1, func(i, j int) { rows[1+i], rows[1+j] = rows[1+j], rows[1+i] })
		enrollment.Reset()
		for _, row := range rows {
			enrollment.WriteString(row)
		}
	}
	students := student.String()
	if d.sparse {
		students = strings.ReplaceAll(students, ",Lynn,10,Active,11/12/2009", ",,,,")
	}
	return []roster.File{
		file("School.csv", school.String()), file("Section.csv", section.String()), file("Student.csv", students),
		file("StudentEnrollment.csv", enrollment.String()), file("Teacher.csv", teacher.String()), file("TeacherRoster.csv", roles.String()),
	}
}
