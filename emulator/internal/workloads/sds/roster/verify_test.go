package roster_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// The example on the page of start, with its counts and in its order.
func TestDocumentedMessages(t *testing.T) {
	r := verify(t, roster.Rules{Accounts: true}, district{schools: 2, students: 70, flawed: true}.files()...)
	assert.Equal(t, []string{
		"Error section.csv: 5 row(s) have missing data for the field - SIS ID",
		"Error section.csv: 5 row(s) have an invalid format for the field - SIS ID",
		"Warning student.csv: 3 duplicates found in column SIS ID which requires values to be Unique.",
		"Warning student.csv: 3 duplicates found in column Username which requires values to be Unique.",
		"Error studentenrollment.csv: 125 row(s) have referenced data not found in source. Field - Section SIS ID",
		"Error studentenrollment.csv: 35 row(s) have referenced data not found in source. Field - SIS ID",
		"Warning teacher.csv: 3 duplicates found in column SIS ID which requires values to be Unique.",
		"Warning teacher.csv: 3 duplicates found in column Username which requires values to be Unique.",
		"Error teacherroster.csv: 10 row(s) have referenced data not found in source. Field - Section SIS ID",
		"Error teacherroster.csv: 91 row(s) have referenced data not found in source. Field - SIS ID",
	}, told(r))
	assert.True(t, r.Failed())
	assert.Equal(t, roster.V1, r.Format)
}

// Microsoft's samples.
func TestSamples(t *testing.T) {
	r := verify(t, roster.Rules{Accounts: true}, files(t, "testdata/25-users")...)
	assert.Equal(t, []string{
		"Warning school.csv: 2 row(s) have missing data for the field - Principal Secondary Email",
		"Warning student.csv: 22 row(s) have missing data for the field - Secondary Email",
		"Warning teacher.csv: 2 row(s) have missing data for the field - Secondary Email",
		"Warning teacher.csv: 2 row(s) have missing data for the field - Title",
		"Warning teacher.csv: 2 row(s) have missing data for the field - Qualification",
	}, told(r))
	assert.False(t, r.Failed())
	assert.Equal(t, map[roster.Entity]int{roster.School: 2, roster.Section: 2, roster.Student: 22,
		roster.StudentEnrollment: 44, roster.Teacher: 2, roster.TeacherRoster: 2}, r.Rows)

	small := files(t, "testdata/min-required")
	r = verify(t, roster.Rules{}, small...)
	assert.Empty(t, r.Messages)
	r = verify(t, roster.Rules{Accounts: true}, small...)
	assert.Equal(t, []string{
		"Error student.csv: The column First Name was not found in the header. It is required.",
		"Error student.csv: The column Last Name was not found in the header. It is required.",
		"Error student.csv: The column Password was not found in the header. It is required.",
		"Error teacher.csv: The column First Name was not found in the header. It is required.",
		"Error teacher.csv: The column Last Name was not found in the header. It is required.",
		"Error teacher.csv: The column Password was not found in the header. It is required.",
	}, told(r))
}

// Every rule, and what is not said with it.
func TestRules(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	for name, c := range map[string]struct {
		files map[string]string
		rules roster.Rules
		want  []string
	}{
		"sound": {},
		"required column empty": {
			map[string]string{"school.csv": "SIS ID,Name\ns1,North\ns2,South\n,East\ns4,\n  ,West\n"}, roster.Rules{},
			[]string{"Error school.csv: 2 row(s) have missing data for the field - SIS ID",
				"Error school.csv: 1 row(s) have missing data for the field - Name"}},
		"pattern broken": {
			map[string]string{"student.csv": "SIS ID,School SIS ID,Username,Birthdate,Secondary Email\np1,s1,ann,2/30/2010,a@b.edu\np2,s2,bob b,2010-02-28,b\n p3,s2,carl,1/1/2010,c@b.edu\n"}, roster.Rules{},
			[]string{"Error student.csv: 1 row(s) have an invalid format for the field - SIS ID",
				"Error student.csv: 1 row(s) have an invalid format for the field - Username",
				"Error student.csv: 1 row(s) have an invalid format for the field - Secondary Email",
				"Error student.csv: 1 row(s) have an invalid format for the field - Birthdate"}},
		"not unique": {
			map[string]string{
				"school.csv":  "SIS ID,Name\ns1,North\ns2,South\ns1,North\ns1,North\n",
				"section.csv": "SIS ID,School SIS ID,Section Name\nc1,s1,A\nc2,s2,B\nc2,s2,C\n",
				"student.csv": "SIS ID,School SIS ID,Username\np1,s1,ann\np2,s2,ANN\nP1,s2,carl\n",
			}, roster.Rules{},
			[]string{"Warning school.csv: 2 duplicates found in column SIS ID which requires values to be Unique.",
				"Warning section.csv: 1 duplicates found in column SIS ID which requires values to be Unique.",
				"Warning student.csv: 1 duplicates found in column Username which requires values to be Unique."}},
		"reference unresolved": {
			map[string]string{
				"section.csv":           "SIS ID,School SIS ID,Section Name\nc1,s1,A\nc2,S2,B\n",
				"student.csv":           "SIS ID,School SIS ID,Username\np1,s9,ann\np2,s9,bob\n",
				"studentenrollment.csv": "Section SIS ID,SIS ID\nc1,t1\nc2,p2\n",
				"teacher.csv":           "SIS ID,School SIS ID,Username\nt1,\"s1,s2\",carl\n",
				"teacherroster.csv":     "Section SIS ID,SIS ID\nc9,p1\n",
			}, roster.Rules{},
			[]string{"Error section.csv: 1 row(s) have referenced data not found in source. Field - School SIS ID",
				"Error student.csv: 2 row(s) have referenced data not found in source. Field - School SIS ID",
				"Error studentenrollment.csv: 1 row(s) have referenced data not found in source. Field - SIS ID",
				"Error teacher.csv: 1 row(s) have referenced data not found in source. Field - School SIS ID",
				"Error teacherroster.csv: 1 row(s) have referenced data not found in source. Field - Section SIS ID",
				"Error teacherroster.csv: 1 row(s) have referenced data not found in source. Field - SIS ID"}},
		"several schools": {
			map[string]string{"teacher.csv": "SIS ID,School SIS ID,Username\nt1,\"s1, s2\",carl\nt2,\"s1,s9\",dora\nt3,\"s1,\",emil\n"},
			roster.Rules{SeveralSchools: true},
			[]string{"Error teacher.csv: 2 row(s) have referenced data not found in source. Field - School SIS ID"}},
		"several schools are for teachers alone": {
			map[string]string{"student.csv": "SIS ID,School SIS ID,Username\np1,\"s1,s2\",ann\np2,s2,bob\n"}, roster.Rules{SeveralSchools: true},
			[]string{"Error student.csv: 1 row(s) have referenced data not found in source. Field - School SIS ID"}},
		"an identifier with a fault is there all the same": {
			map[string]string{"school.csv": "SIS ID,Name\ns1,North\ns2,South\ns<3,East\n",
				"section.csv": "SIS ID,School SIS ID,Section Name\nc1,s<3,A\nc2,s2,B\n"}, roster.Rules{},
			[]string{"Error school.csv: 1 row(s) have an invalid format for the field - SIS ID"}},
		"all chosen": {
			map[string]string{"school.csv": "SIS ID,Name,City,Zip\ns1,North,,\ns2,South,,98052\n"}, roster.Rules{},
			[]string{"Warning school.csv: 2 row(s) have missing data for the field - City",
				"Warning school.csv: 1 row(s) have missing data for the field - Zip"}},
		"some chosen": {
			map[string]string{"school.csv": "SIS ID,Name,City,Zip\ns1,North,,\ns2,South,,98052\n"},
			roster.Rules{Chosen: map[roster.Entity][]string{roster.School: {"Zip", "Phone", "Nothing"}}},
			[]string{"Warning school.csv: 1 row(s) have missing data for the field - Zip",
				"Warning school.csv: 2 row(s) have missing data for the field - Phone"}},
		"none chosen": {
			map[string]string{"school.csv": "SIS ID,Name,City,Principal Secondary Email\ns1,North,,no address\ns2,South,,\n"},
			roster.Rules{Chosen: map[roster.Entity][]string{roster.School: {}}}, nil},
		"names and passwords are nobody's business without accounts": {
			map[string]string{"student.csv": "SIS ID,School SIS ID,Username,First Name,Password\np1,s1,ann,,\np2,s2,bob,,\n"}, roster.Rules{}, nil},
		"names and passwords for accounts": {
			map[string]string{
				"student.csv": "SIS ID,School SIS ID,Username,First Name,Last Name,Password\np1,s1,ann,Ann,,x\np2,s2,bob,Bob,Bee,\n",
				"teacher.csv": "SIS ID,School SIS ID,Username,First Name,Last Name,Password\nt1,s1,carl,,C,x\n",
			}, roster.Rules{Accounts: true},
			[]string{"Error student.csv: 1 row(s) have missing data for the field - Last Name",
				"Error student.csv: 1 row(s) have missing data for the field - Password",
				"Error teacher.csv: 1 row(s) have missing data for the field - First Name"}},
		"a needed file missing": {
			map[string]string{"school.csv": ""}, roster.Rules{},
			[]string{"Error school.csv: The file school.csv was not found in the source. It is required."}},
		"two of three missing": {
			map[string]string{"section.csv": "", "studentenrollment.csv": ""}, roster.Rules{},
			[]string{"Error section.csv: The file section.csv was not found in the source. It is required together with teacherroster.csv.",
				"Error studentenrollment.csv: The file studentenrollment.csv was not found in the source. It is required together with teacherroster.csv."}},
		"one of three missing": {
			map[string]string{"teacherroster.csv": ""}, roster.Rules{},
			[]string{"Error teacherroster.csv: The file teacherroster.csv was not found in the source. It is required together with section.csv and studentenrollment.csv."}},
		"three of three missing": {map[string]string{"section.csv": "", "studentenrollment.csv": "", "teacherroster.csv": ""},
			roster.Rules{}, nil},
		"file empty": {
			map[string]string{"school.csv": "\r\n\n"}, roster.Rules{},
			[]string{"Error school.csv: The file school.csv is empty. A header and rows are required."}},
		"only a byte order mark": {
			map[string]string{"school.csv": "\xef\xbb\xbf"}, roster.Rules{},
			[]string{"Error school.csv: The file school.csv is empty. A header and rows are required.",
				"Information school.csv: The file begins with a byte order mark, which was passed over."}},
		"byte order mark": {
			map[string]string{"school.csv": "\xef\xbb\xbfSIS ID,Name\ns1,North\ns2,South\n"}, roster.Rules{},
			[]string{"Information school.csv: The file begins with a byte order mark, which was passed over."}},
		"header alone": {
			map[string]string{"studentenrollment.csv": "Section SIS ID,SIS ID\n"}, roster.Rules{},
			[]string{"Warning studentenrollment.csv: The file has a header and no rows."}},
		"header missing": {
			map[string]string{"student.csv": "p1,s1,ann\np2,s2,bob\n"}, roster.Rules{Accounts: true, Chosen: map[roster.Entity][]string{}},
			append([]string{"Error student.csv: The file has no header. Line 1 must name the columns - SIS ID, School SIS ID, Username, First Name, Last Name, Password"}, noNames...)},
		"header in another case": {
			map[string]string{"school.csv": "sis_id,Name\ns1,North\ns2,South\n"}, roster.Rules{},
			[]string{`Error school.csv: The column SIS ID was not found in the header. It is required. "sis_id" is not the same; names are compared with letter case and blanks.`}},
		"header with blanks": {
			map[string]string{"school.csv": "SIS ID , Name\n,\n"}, roster.Rules{},
			[]string{`Error school.csv: The file has no header. Line 1 must name the columns - SIS ID, Name`}},
		"column twice": {
			map[string]string{"school.csv": "SIS ID,Name,Name,x,x,x,,\ns1,North,,,,,,\ns2,South,,,,,,\n"}, roster.Rules{},
			[]string{"Error school.csv: The column Name stands 2 times in the header. It may stand once.",
				"Error school.csv: The column x stands 3 times in the header. It may stand once."}},
		"header broken": {
			map[string]string{"school.csv": "\n\"SIS ID\"x,Name\ns1,North\n", "section.csv": "SIS ID,School SIS ID,Section Name\rc1,s1,Algebra\r",
				"teacherroster.csv": "Section SIS ID,\xff\nc1,t1\n"}, roster.Rules{},
			[]string{"Error school.csv: The header has a quotation mark that is not closed, not doubled or not at the edge of its value. Line - 2",
				"Error section.csv: The header has a line break within a name, or a CR without LF; end each line with CR LF or LF. Line - 1",
				"Error teacherroster.csv: The header is not encoded as UTF-8. Line - 1"}},
		"header too long": {
			map[string]string{"school.csv": long, "section.csv": strings.Repeat(",", 1024)}, roster.Rules{},
			[]string{"Error school.csv: The header is longer than 65,536 bytes or has more than 1,024 columns. Line - 1",
				"Error section.csv: The header is longer than 65,536 bytes or has more than 1,024 columns. Line - 1"}},
		"rows broken": {
			map[string]string{"school.csv": "SIS ID,Name\ns1,North\ns2,\"So\"uth\ns3\ns4,a,b\ns5,M\xfcnchen\ns6,\x00\ns7,\"a\nb\"\ns8," + long +
				"\ns9,\"\n"}, roster.Rules{},
			[]string{"Error school.csv: 1 row(s) are not encoded as UTF-8. First line - 6",
				"Error school.csv: 1 row(s) have a NUL character. First line - 7",
				"Error school.csv: 2 row(s) have a quotation mark that is not closed, not doubled or not at the edge of its value. First line - 3",
				"Error school.csv: 2 row(s) have not as many values as the header has columns. First line - 4",
				"Error school.csv: 1 row(s) have a line break within a value. First line - 8",
				"Error school.csv: 1 row(s) are longer than 65,536 bytes. First line - 10"}},
		"mixed line ends": {
			map[string]string{"school.csv": "SIS ID,Name\r\ns1,North\r\ns2,South\n"}, roster.Rules{},
			[]string{"Information school.csv: Lines end in LF and in CR LF. First line that differs - 3"}},
		"UTF-16": {
			map[string]string{"school.csv": "\xff\xfeS\x00I\x00S\x00", "section.csv": "\xfe\xff\x00S", "student.csv": "S\x00I\x00S\x00",
				"teacher.csv": "\x00S\x00I\x00S"}, roster.Rules{},
			[]string{alien("school", "text in UTF-16"), alien("section", "text in UTF-16"), alien("student", "text in UTF-16"),
				alien("teacher", "text in UTF-16")}},
		"no CSV at all": {
			map[string]string{"school.csv": "PK\x03\x04\x14\x00", "student.csv": "\x7fELF\x02\x01\n\x00,\x00", "teacher.csv": "%PDF-1.7"},
			roster.Rules{},
			[]string{alien("school", "a ZIP archive, which an Excel workbook is too"),
				"Error student.csv: The file has no header. Line 1 must name the columns - SIS ID, School SIS ID, Username",
				alien("teacher", "a PDF")}},
		"too many rows": {
			map[string]string{"school.csv": "SIS ID,Name\ns1,North\ns2,South\n\ns3,East\n,\n",
				"section.csv": "SIS ID,School SIS ID,Section Name\nc1,s1,Algebra\nc2,s9,Biology\n"}, roster.Rules{MaxRows: 2},
			[]string{"Error school.csv: The file has more than 2 rows. First line - 5"}},
		"too many keys": {
			nil, roster.Rules{MaxKeys: 5},
			[]string{"Error student.csv: The files have more than 5 distinct values in the columns that identify. Line - 3, field - SIS ID"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := verify(t, c.rules, sound(c.files)...)
			assert.Equal(t, append([]string{}, c.want...), told(r))
		})
	}
}

// noNames is what teachers without names and passwords bring where accounts are
// made.
var noNames = []string{
	"Error teacher.csv: The column First Name was not found in the header. It is required.",
	"Error teacher.csv: The column Last Name was not found in the header. It is required.",
	"Error teacher.csv: The column Password was not found in the header. It is required.",
}

func alien(name, what string) string {
	return "Error " + name + ".csv: The file is no CSV in UTF-8 but " + what + ". Save it as CSV in UTF-8."
}

// What the rows of a message say.
func TestRowsOfMessages(t *testing.T) {
	var school strings.Builder
	school.WriteString("SIS ID,Name\ns1,North\ns2,South\n\n")
	for range 150 {
		school.WriteString("s1," + strings.Repeat("é", 80) + "\n")
	}
	r := verify(t, roster.Rules{Accounts: true, Chosen: map[roster.Entity][]string{roster.Teacher: {}}}, sound(map[string]string{
		"School.csv": "",
		"school.csv": school.String(),
		"student.csv": "SIS ID,School SIS ID,Username,First Name,Last Name,Password\np1,s1,ann,Ann,A, \np2," + strings.Repeat("é", 80) +
			",bob,Bob,B,secret\nq,s1,secret,\n",
		"teacher.csv": "SIS ID,School SIS ID,Username,First Name,Last Name,Password\nt1,s1,carl,Carl,C,x\n",
	})...)
	byRule := map[string]roster.Message{}
	for _, m := range r.Messages {
		byRule[m.FileName+" "+m.Rule] = m
	}
	assert.Len(t, byRule, len(r.Messages))

	m := byRule["school.csv duplicate"]
	assert.Equal(t, 150, m.Count)
	assert.Equal(t, "SIS ID", m.Column)
	assert.Len(t, m.Rows, roster.MaxMessageRows)
	assert.Equal(t, []roster.Row{{Line: 5, Text: "s1"}, {Line: 6, Text: "s1"}}, m.Rows[:2])
	assert.Equal(t, []roster.Row{{Line: 2}}, byRule["student.csv missing-data"].Rows, "no password, not even a blank one")
	assert.Equal(t, []roster.Row{{Line: 4, Text: "4 of 6 values"}}, byRule["student.csv ragged"].Rows)
	assert.Equal(t, []roster.Row{{Line: 3, Text: strings.Repeat("é", 63) + "…"}}, byRule["student.csv reference"].Rows)
}

// A file that cannot be opened or read is an error and no message, and names the
// file.
func TestFilesThatCannotBeRead(t *testing.T) {
	gone := errors.New("it is gone")
	all := sound(nil)
	all[2].Open = func() (io.ReadCloser, error) { return nil, gone }
	_, err := roster.Verify(all, roster.Rules{})
	assert.ErrorIs(t, err, gone)
	assert.EqualError(t, err, "open student.csv: it is gone")

	for at, want := range map[string]string{"": "read student.csv: it is gone",
		"SIS ID,School SIS ID,Username\np1,s1,ann\n": "read student.csv after line 2: it is gone"} {
		all[2].Open = func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(at), iotest.ErrReader(gone))), nil
		}
		_, err = roster.Verify(all, roster.Rules{})
		assert.EqualError(t, err, want)
	}
}

// Whatever is opened is closed.
func TestFilesAreClosed(t *testing.T) {
	open := 0
	all := sound(map[string]string{"school.csv": "PK\x03\x04", "section.csv": "\"", "student.csv": "x"})
	for i := range all {
		inner := all[i].Open
		all[i].Open = func() (io.ReadCloser, error) {
			open++
			in, err := inner()
			return closing{in, func() { open-- }}, err
		}
	}
	verify(t, roster.Rules{MaxRows: 1}, all...)
	assert.Zero(t, open)
	for _, e := range roster.Entities() {
		r, err := roster.Open(all, roster.V1, e)
		if err != nil {
			continue
		}
		assert.Equal(t, 1, open, e)
		assert.NoError(t, r.Close())
		assert.NoError(t, r.Close())
	}
	assert.Zero(t, open)
}

type closing struct {
	io.Reader
	closed func()
}

func (c closing) Close() error { c.closed(); return nil }

// The same files give the same messages, in whatever order they come.
func TestOrderOfFilesDoesNotMatter(t *testing.T) {
	all := district{schools: 1, students: 70, flawed: true}.files()
	want := verify(t, roster.Rules{}, all...)
	for range all {
		all = append(all[1:], all[0])
		assert.Equal(t, want, verify(t, roster.Rules{}, all...))
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("SIS ID,Name\ns1,North\n", "SIS ID,School SIS ID,Username\np1,s1,ann\n", "Section SIS ID,SIS ID\nc1,p1\n")
	f.Add("DfE Number,Name\r\ns1,\"North\"\r\n", "ID,School DfE Number,Username,Password\np1,s1,ann,x\n\"", "\xef\xbb\xbfSection ID,ID\n,\n")
	f.Add("\xff\xfe", "a\"b,\x00\n", "")
	f.Fuzz(func(t *testing.T, school, student, enrollment string) {
		all := sound(map[string]string{"school.csv": school, "student.csv": student, "teacher.csv": student, "studentenrollment.csv": enrollment})
		r, err := roster.Verify(all, roster.Rules{Accounts: true, SeveralSchools: true, MaxRows: 50, MaxKeys: 60})
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, m := range r.Messages {
			key := m.FileName + "\x00" + m.Rule + "\x00" + m.Column
			require.False(t, seen[key] && m.Rule != roster.RuleColumnTwice, "one message per file, rule and column: %q", key)
			seen[key] = true
			require.NotEmpty(t, m.Description)
			require.Contains(t, []string{roster.Error, roster.Warning, roster.Information}, m.Type)
			require.LessOrEqual(t, len(m.Rows), roster.MaxMessageRows)
		}
		if r.Failed() {
			return
		}
		for _, e := range roster.Entities() { // what was verified can be read
			in, err := roster.Open(all, r.Format, e)
			require.NoError(t, err)
			n := 0
			for {
				if _, err = in.Next(); err != nil {
					break
				}
				n++
			}
			require.Equal(t, io.EOF, err)
			require.Equal(t, r.Rows[e], n)
			require.NoError(t, in.Close())
		}
	})
}
