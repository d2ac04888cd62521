package emulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// names returns what is in a folder.
func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteRosterKeepsWhatIsThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "roster")
	require.NoError(t, emulator.WriteRoster(dir, emulator.RosterOptions{}))
	assert.Len(t, names(t, dir), 6)

	file := filepath.Join(dir, "school.csv")
	require.NoError(t, os.WriteFile(file, []byte("mine"), 0o600))
	err := emulator.WriteRoster(dir, emulator.RosterOptions{})
	assert.ErrorIs(t, err, emulator.ErrFolderNotEmpty)
	assert.EqualError(t, err, dir+" has files already, school.csv among them, and was left as it is: the folder is not empty")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))

	assert.ErrorContains(t, emulator.WriteRoster(file, emulator.RosterOptions{}), "cannot write a roster into "+file)
}

// With Force, what is no roster stays, and of the roster before nothing.
func TestWriteRosterByForce(t *testing.T) {
	dir := folder(t, map[string]string{"notes.txt": "mine", "Teacher.csv": "old", "lunch.csv": "mine", "deeper/school.csv": "mine"})
	require.Error(t, emulator.WriteRoster(dir, emulator.RosterOptions{Force: true, Students: -1}))
	assert.Contains(t, names(t, dir), "Teacher.csv", "options that cannot be met change nothing")
	require.NoError(t, emulator.WriteRoster(dir, emulator.RosterOptions{Force: true, Flaws: map[string]int{"teacher-no-file": 1}}))
	assert.Equal(t, []string{"deeper", "lunch.csv", "notes.txt", "school.csv", "section.csv", "student.csv", "studentenrollment.csv",
		"teacherroster.csv"}, names(t, dir))
}

func TestRosterFilesSayWhatIsWritten(t *testing.T) {
	files, err := emulator.RosterFiles(emulator.RosterOptions{Schools: 2, Students: 100, Flaws: map[string]int{"orphans": 4}})
	require.NoError(t, err)
	rows := map[string]int{}
	for _, f := range files {
		rows[f.Name] = f.Rows
	}
	assert.Equal(t, 2, rows["school.csv"])
	assert.Equal(t, 100, rows["student.csv"])
	assert.Equal(t, 704, rows["studentenrollment.csv"])
	_, err = emulator.RosterFiles(emulator.RosterOptions{Flaws: map[string]int{"orphan": 4}})
	assert.EqualError(t, err, `there is no flaw "orphan"; did you mean orphans?`)
}

// What RosterFlaws lists can be asked for, by either name.
func TestRosterFlaws(t *testing.T) {
	flaws, err := emulator.ParseRosterFlaws("orphans=12,duplicates=3")
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"orphans": 12, "duplicates": 3}, flaws)
	list := emulator.RosterFlaws()
	assert.Greater(t, len(list), 100)
	for _, f := range list {
		for _, name := range []string{f.Name, f.Short} {
			if name != "" {
				_, err := emulator.RosterFiles(emulator.RosterOptions{Flaws: map[string]int{name: 1}})
				assert.NoError(t, err)
			}
		}
	}
}

func TestCheckOfRosters(t *testing.T) {
	dir := t.TempDir()
	roster := func(name string, o emulator.RosterOptions) string {
		require.NoError(t, emulator.WriteRoster(filepath.Join(dir, name), o))
		return filepath.Join(dir, name)
	}
	clean := roster("clean", emulator.RosterOptions{})
	r, err := emulator.Check(clean)
	require.NoError(t, err)
	assert.True(t, r.OK())
	assert.Equal(t, []emulator.FileReport{{File: clean, Kind: emulator.KindRoster, Roster: &emulator.RosterReport{Format: "V1",
		Rows: map[string]int{"school": 1, "section": 14, "student": 60, "studentenrollment": 420, "teacher": 3, "teacherroster": 14}}}}, r.Files)

	warned := roster("warned", emulator.RosterOptions{Flaws: map[string]int{"student-missing-grade": 2}})
	r, err = emulator.Check(warned)
	require.NoError(t, err)
	assert.True(t, r.OK(), "a warning is no problem")
	require.Len(t, r.Files[0].Warnings, 1)
	m := r.Files[0].Roster.Messages[0]
	assert.Equal(t, "2 row(s) have missing data for the field - Grade", m.Description)
	assert.Equal(t, fmt.Sprintf("%s:%d:1", filepath.Join(warned, "student.csv"), m.Rows[0].Line), m.Place)
	assert.Equal(t, m.Place, r.Files[0].Warnings[0].Place)

	ten := roster("ten", emulator.DocumentedRoster())
	r, err = emulator.Check(ten)
	require.NoError(t, err)
	assert.False(t, r.OK())
	assert.Len(t, r.Files[0].Problems, 6)
	assert.Len(t, r.Files[0].Warnings, 4)
	assert.Len(t, r.Files[0].Roster.Messages[4].Rows, 100)
	assert.Equal(t, 125, r.Files[0].Roster.Messages[4].Count)

	// The whole folder at once.
	r, err = emulator.Check(dir)
	require.NoError(t, err)
	assert.Len(t, r.Files, 3)
}

// The minimum of columns suits matching; creation asks for more.
func TestCheckOfRostersByIdentity(t *testing.T) {
	dir := folder(t, map[string]string{
		"School.csv":  "SIS ID,Name\n10001,North\n",
		"Student.csv": "SIS ID,School SIS ID,Username\n13001,10001,OKlein\n",
		"Teacher.csv": "SIS ID,School SIS ID,Username\n14001,10001,CBeane\n",
	})
	r, err := emulator.Checker{Matching: true}.Check(dir)
	require.NoError(t, err)
	assert.True(t, r.OK(), "%+v", r.Files)
	r, err = emulator.Check(dir)
	require.NoError(t, err)
	require.Len(t, r.Files[0].Problems, 6)
	assert.Equal(t, filepath.Join(dir, "Student.csv"), r.Files[0].Problems[0].File, "as the file is written")
	assert.Contains(t, r.Files[0].Problems[0].Message, "First Name")
}

// A roster that cannot be read is said to be so, and no password is told.
func TestCheckOfRostersThatCannotBeRead(t *testing.T) {
	dir := folder(t, map[string]string{"school.csv": "SIS ID,Name\n1,N\n",
		"teacher.csv": "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n1,1,a b,A,B,secret\n"})
	require.NoError(t, os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "student.csv")))
	_, err := emulator.Check(dir)
	assert.EqualError(t, err, "check "+filepath.Join(dir, "student.csv")+": no such file or directory")
	require.NoError(t, os.Remove(filepath.Join(dir, "student.csv")))
	r, err := emulator.Check(dir)
	require.NoError(t, err)
	assert.NotContains(t, strings.ToLower(fmt.Sprintf("%+v", r.Files[0].Roster)), "secret")
	require.NoError(t, os.Symlink(dir, filepath.Join(dir, "Student.csv")))
	r, err = emulator.Check(dir)
	require.NoError(t, err)
	assert.False(t, r.OK())
	assert.Equal(t, emulator.RosterMessage{Place: filepath.Join(dir, "Student.csv"), Type: "Error", FileName: "student.csv",
		Description: "it is a folder, not a file"},
		r.Files[0].Roster.Messages[0])
}
