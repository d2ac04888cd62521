package roster_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// records are all rows of an entity, as the values of these columns, joined.
func records(t *testing.T, all []roster.File, format roster.Format, e roster.Entity, columns ...string) []string {
	t.Helper()
	r, err := roster.Open(all, format, e)
	require.NoError(t, err)
	var kept []roster.Record
	for {
		record, err := r.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		kept = append(kept, record)
	}
	require.NoError(t, r.Close())
	rows := []string{}
	for _, record := range kept { // after all were read: a record stays what it was
		var values []string
		for _, c := range columns {
			values = append(values, record.Get(c))
		}
		rows = append(rows, strings.Join(values, "|"))
	}
	return rows
}

func TestReader(t *testing.T) {
	v1 := sound(map[string]string{"school.csv": "\xef\xbb\xbfName,SIS ID,x,Zip\r\n\"North, the \"\"old\"\"\",s1,1, 98052 \r\n\r\nSouth,s2,,\r\n"})
	assert.Equal(t, []string{`s1|North, the "old"| 98052 ||`, "s2|South|||"},
		records(t, v1, roster.V1, roster.School, "SIS ID", "Name", "Zip", "Phone", "x"))
	assert.Equal(t, []string{"c1|t1"}, records(t, v1, roster.V1, roster.TeacherRoster, "Section SIS ID", "SIS ID"))
	assert.Empty(t, records(t, v1[:1], roster.V1, roster.Section, "SIS ID"), "no file, no rows")

	uk := sound(map[string]string{"school.csv": "DfE Number,Name,Postal Code,SIS ID\ns1,North,SW1,x\n",
		"studentenrollment.csv": "ID,Section ID\np1,c1\n"})
	assert.Equal(t, []string{"s1|North|SW1"}, records(t, uk, roster.UK, roster.School, "SIS ID", "Name", "Zip"))
	assert.Equal(t, []string{"c1|p1"}, records(t, uk, roster.UK, roster.StudentEnrollment, "Section SIS ID", "SIS ID"))

	all := clever()
	assert.Equal(t, []string{"s1|North"}, records(t, all, roster.Clever, roster.School, "SIS ID", "Name"))
	assert.Equal(t, []string{"c1|s1|Algebra|8/13/2026|", "c2|s1|Biology|2026-08-13|"},
		records(t, all, roster.Clever, roster.Section, "SIS ID", "School SIS ID", "Section Name", "Term StartDate", "Course Name"))
	assert.Equal(t, []string{"p1|ann|1/2/2010"}, records(t, all, roster.Clever, roster.Student, "SIS ID", "Username", "Birthdate"))
	assert.Equal(t, []string{"c1|p1"}, records(t, all, roster.Clever, roster.StudentEnrollment, "Section SIS ID", "SIS ID"))
	assert.Equal(t, []string{"c1|t1", "c1|t2", "c2|t2"}, records(t, all, roster.Clever, roster.TeacherRoster, "Section SIS ID", "SIS ID"))
	all[1] = file("sections.csv", "School_id,Section_id,Course_name\ns1,c1,Algebra\n")
	assert.Equal(t, []string{"c1|Algebra|Algebra"}, records(t, all, roster.Clever, roster.Section, "SIS ID", "Section Name", "Course Name"))
	assert.Empty(t, records(t, all, roster.Clever, roster.TeacherRoster, "SIS ID"), "no teacher is named")
}

func TestReaderLines(t *testing.T) {
	r, err := roster.Open(
		sound(map[string]string{"school.csv": "\nSIS ID,Name\n\ns1,North\ns2\ns3,\"a\nb\"\ns4,\xff\n\"s5,x\n\"s6\"x,\ns7,\x00\ns8," +
			strings.Repeat("x", 70_000) + "\ns9,West\n"}), roster.V1, roster.School)
	require.NoError(t, err)
	var told []string
	for {
		record, err := r.Next()
		if err == io.EOF {
			break
		} else if err != nil {
			told = append(told, err.Error())
		} else {
			told = append(told, record.Get("SIS ID"))
			assert.Contains(t, []int{4, 13}, r.Line())
		}
	}
	assert.Equal(t, []string{"s1",
		"read school.csv: line 5 has not as many values as the header has columns",
		"read school.csv: line 6 has a line break within a value",
		"read school.csv: line 8 is not encoded as UTF-8",
		"read school.csv: line 9 has a quotation mark that is not closed, not doubled or not at the edge of its value",
		"read school.csv: line 10 has a quotation mark that is not closed, not doubled or not at the edge of its value",
		"read school.csv: line 11 has a NUL character",
		"read school.csv: line 12 is longer than 65,536 bytes",
		"s9"}, told)
	require.NoError(t, r.Close())
	_, err = r.Next()
	assert.Equal(t, io.EOF, err, "a closed reader has no rows")
	assert.Empty(t, roster.Record{}.Get("SIS ID"))
}

func TestReaderRefuses(t *testing.T) {
	gone := errors.New("it is gone")
	for text, want := range map[string]string{
		"":              "read school.csv: it is empty",
		"PK\x03\x04":    "read school.csv: it is a ZIP archive, which an Excel workbook is too",
		"\n\"SIS ID\"x": "read school.csv: the header in line 2 has a quotation mark that is not closed, not doubled or not at the edge of its value",
	} {
		_, err := roster.Open([]roster.File{file("school.csv", text)}, roster.V1, roster.School)
		assert.EqualError(t, err, want)
	}
	_, err := roster.Open([]roster.File{{Name: "school.csv", Open: func() (io.ReadCloser, error) { return nil, gone }}}, roster.V1,
		roster.School)
	assert.ErrorIs(t, err, gone)
}

func TestSplitSchools(t *testing.T) {
	assert.Equal(t, []string{"s1"}, roster.SplitSchools("s1"))
	assert.Equal(t, []string{"s1", "s2", ""}, roster.SplitSchools("s1, s2 ,"))
}

// What is known of the columns.
func TestColumns(t *testing.T) {
	assert.Equal(t, []string{"SIS ID", "School SIS ID", "Username"}, roster.Required(roster.Student, false))
	assert.Equal(t, []string{"SIS ID", "School SIS ID", "Username", "First Name", "Last Name", "Password"},
		roster.Required(roster.Teacher, true))
	assert.Equal(t, []string{"SIS ID", "Name"}, roster.Required(roster.School, true))
	assert.Len(t, roster.Optional(roster.School), 15)
	assert.Len(t, roster.Optional(roster.Section), 12)
	assert.Len(t, roster.Optional(roster.Student), 25)
	assert.Equal(t, []string{"State ID", "Teacher Number", "Status", "Middle Name", "Secondary Email", "Title", "Qualification"},
		roster.Optional(roster.Teacher))
	assert.Empty(t, roster.Optional(roster.StudentEnrollment))
	assert.False(t, slices.Contains(roster.Optional(roster.Student), "Username"))
}
