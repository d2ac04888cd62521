package roster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// The formats are told by the files' names and headers, and their messages are
// in their own words.
func TestFormats(t *testing.T) {
	uk := map[string]string{
		"school.csv":            "DfE Number,Name,Postal Code\ns1,North,\ns2,South,x\n",
		"section.csv":           "ID,School DfE Number,Section Name,Term SIS ID\nc1,s1,Algebra,1\nc2,s9,Biology,1\n",
		"student.csv":           "ID,School DfE Number,Username\np1,s1,ann\np1,s2,bob\n",
		"studentenrollment.csv": "Section ID,ID\nc1,p1\nc9,p9\n",
		"teacher.csv":           "ID,School DfE Number,Username\n,s1,carl\n",
		"teacherroster.csv":     "Section ID\nc1\n",
	}
	r := verify(t, roster.Rules{}, sound(uk)...)
	assert.Equal(t, roster.UK, r.Format)
	assert.Equal(t, []string{
		"Warning school.csv: 1 row(s) have missing data for the field - Postal Code",
		"Error section.csv: 1 row(s) have referenced data not found in source. Field - School DfE Number",
		"Warning student.csv: 1 duplicates found in column ID which requires values to be Unique.",
		"Error studentenrollment.csv: 1 row(s) have referenced data not found in source. Field - Section ID",
		"Error studentenrollment.csv: 1 row(s) have referenced data not found in source. Field - ID",
		"Error teacher.csv: 1 row(s) have missing data for the field - ID",
		"Error teacherroster.csv: The column ID was not found in the header. It is required.",
	}, told(r))
	for _, name := range []string{"Zip", "Postal Code"} {
		r = verify(t, roster.Rules{Chosen: map[roster.Entity][]string{roster.School: {name}}}, sound(uk)...)
		assert.Equal(t, "Warning school.csv: 1 row(s) have missing data for the field - Postal Code", told(r)[0])
	}

	r = verify(t, roster.Rules{}, clever()...)
	assert.Equal(t, roster.Clever, r.Format)
	assert.Empty(t, r.Messages)
	assert.Equal(t, map[roster.Entity]int{roster.School: 1, roster.Section: 2, roster.Student: 1,
		roster.StudentEnrollment: 1, roster.Teacher: 2, roster.TeacherRoster: 3}, r.Rows)

	flawed := clever()
	flawed[1] = file("sections.csv", "School_id,Section_id,Teacher_id,Teacher_2_id,Course_name\ns9,c1,t9,t8,Algebra\ns1,c1,t1,t7,\n")
	flawed = append(flawed, file("admins.csv", ""), file("school", "SIS ID,Name\n"))
	r = verify(t, roster.Rules{Accounts: true}, flawed...)
	assert.Equal(t, []string{
		"Error sections.csv: 1 row(s) have missing data for the field - Course_name",
		"Warning sections.csv: 1 duplicates found in column Section_id which requires values to be Unique.",
		"Error sections.csv: 1 row(s) have referenced data not found in source. Field - School_id",
		"Error sections.csv: 1 row(s) have referenced data not found in source. Field - Teacher_id",
		"Error sections.csv: 2 row(s) have referenced data not found in source. Field - Teacher_2_id",
		"Warning sections.csv: 1 row(s) have missing data for the field - Course_name",
		"Error students.csv: The column First_name was not found in the header. It is required.",
		"Error students.csv: The column Last_name was not found in the header. It is required.",
		"Error students.csv: The column Password was not found in the header. It is required.",
		"Error teachers.csv: The column First_name was not found in the header. It is required.",
		"Error teachers.csv: The column Last_name was not found in the header. It is required.",
		"Error teachers.csv: The column Password was not found in the header. It is required.",
		"Warning admins.csv: The file is none of the format Clever. It was passed over.",
		"Warning school: The file is none of the format Clever. It was passed over.",
	}, told(r))

	r = verify(t, roster.Rules{}, clever()[:4]...)
	assert.Equal(t, []string{"Error enrollments.csv: The file enrollments.csv was not found in the source. It is required together with sections.csv."}, told(r))
}

// clever is a small roster without faults in Clever's form; its enrollments are
// the last file.
func clever() []roster.File {
	return []roster.File{
		file("schools.csv", "School_id,School_name\ns1,North\n"),
		file("sections.csv",
			"School_id,Section_id,Teacher_id,Teacher_2_id,Name,Term_start\ns1,c1,t1,t2,Algebra,8/13/2026\ns1,c2,t2,,Biology,2026-08-13\n"),
		file("Students.csv", "School_id,Student_id,Username,DOB\ns1,p1,ann,1/2/2010\n"),
		file("teachers.csv", "School_id,Teacher_id,Username\ns1,t1,carl\ns1,t2,dora\n"),
		file("enrollments.csv", "School_id,Section_id,Student_id\ns1,c1,p1\n"),
	}
}

// Files that are none of the format.
func TestOtherFiles(t *testing.T) {
	assert.Equal(t, []string{
		"Error school.csv: The file school.csv was not found in the source. It is required.",
		"Error student.csv: The file student.csv was not found in the source. It is required.",
		"Error teacher.csv: The file teacher.csv was not found in the source. It is required.",
	}, told(verify(t, roster.Rules{})), "the words of an empty container stay")

	other := append(sound(nil), file("Zeta.txt", ""), file("user.csv", ""), file("Students.csv", ""), file("orgs.csv", ""),
		file("old/school.csv", ""))
	r := verify(t, roster.Rules{}, other...)
	assert.Equal(t, roster.V1, r.Format)
	assert.Equal(t, []string{
		"Warning old/school.csv: The file is none of the format V1. It was passed over.",
		"Warning orgs.csv: The file belongs to format V2 or V2.1, which this service does not read. It was passed over.",
		"Warning students.csv: The file is none of the format V1, in which the other files are. It was passed over.",
		"Warning user.csv: The file is none of the format V1. It was passed over.",
		"Warning zeta.txt: The file is none of the format V1. It was passed over.",
	}, told(r))

	const refused = ": The file belongs to format V2 or V2.1, which this service does not read. Upload school.csv, student.csv and teacher.csv of format V1."
	r = verify(t, roster.Rules{}, file("Users.csv", ""), file("orgs.csv", ""), file("enrollments.csv", ""), file("readme.md", ""))
	assert.Equal(t, []string{"Error enrollments.csv" + refused, "Error orgs.csv" + refused, "Error users.csv" + refused,
		"Warning readme.md: The file is none of the format V1. It was passed over."}, told(r))

	r = verify(t, roster.Rules{}, append(sound(nil), file("Student.CSV", "x"))...)
	assert.Equal(t, []string{"Error student.csv: The file student.csv is there 2 times - Student.CSV, student.csv. Names are compared without letter case; one of them may be there."}, told(r))
}
