package district

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// A clean district has nothing to be said of, of any size, even where every
// column is chosen by its name.
func TestCleanDistrictsVerifyWithoutAMessage(t *testing.T) {
	every := map[roster.Entity][]string{}
	for e := range entities {
		for _, c := range columns[e] {
			if c.rule&optional != 0 {
				every[roster.Entity(e.String())] = append(every[roster.Entity(e.String())], c.name)
			}
		}
	}
	for _, o := range []Options{{}, {Students: 1}, {Schools: 2, Students: 2}, {Students: 25, Seed: 2},
		{Schools: 7, Students: 900, Seed: 1<<64 - 1}, {Schools: 90, Students: 1200}} {
		for _, rules := range []roster.Rules{{}, {Accounts: true}, {Accounts: true, Chosen: every}} {
			r := verify(t, o, rules)
			assert.Empty(t, r.Messages, "%+v", o)
			assert.Equal(t, roster.V1, r.Format)
		}
	}
}

// The rows that are told are those that are written.
func TestRowsAreCounted(t *testing.T) {
	for _, o := range []Options{{}, {Schools: 5, Students: 777}, Documented(),
		{Flaws: map[string]int{"student-no-rows": 1, "teacher-empty-file": 1, "unknown-files": 2}}} {
		files, err := Files(o)
		require.NoError(t, err)
		for _, f := range files {
			var text bytes.Buffer
			require.NoError(t, f.WriteTo(&text))
			lines := bytes.Count(text.Bytes(), []byte("\n"))
			assert.Equal(t, max(0, lines-1), f.Rows, f.Name)
		}
	}
}

// The same options give the same bytes for ever. Whoever changes the made-up
// district on purpose changes the sum here.
func TestSameSeedSameBytes(t *testing.T) {
	sum := func(o Options) string {
		h := sha256.New()
		files, err := Files(o)
		require.NoError(t, err)
		for _, f := range files {
			fmt.Fprintln(h, f.Name, f.Rows)
			require.NoError(t, f.WriteTo(h))
		}
		return hex.EncodeToString(h.Sum(nil))[:16]
	}
	assert.Equal(t, "cd5420a5f3e0ad87", sum(Options{Schools: 3, Students: 700}))
	assert.Equal(t, "15ac0f2f47baa01a", sum(Documented()))
	assert.Equal(t, sum(Options{}), sum(Options{Schools: 1, Students: 60, Seed: 1}))
	assert.NotEqual(t, sum(Options{}), sum(Options{Seed: 2}))
}

// A file may be written again, from its middle too if a writer has failed before.
func TestWritersThatFail(t *testing.T) {
	files, err := Files(Options{Students: 2000})
	require.NoError(t, err)
	broken := errors.New("disk full")
	for _, f := range files {
		var whole, again bytes.Buffer
		require.NoError(t, f.WriteTo(&whole))
		assert.ErrorIs(t, f.WriteTo(&failing{left: whole.Len() / 2, err: broken}), broken, f.Name)
		require.NoError(t, f.WriteTo(&again))
		assert.Equal(t, whole.Bytes(), again.Bytes(), f.Name)
	}
}

type failing struct {
	left int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, f.err
	}
	return len(p), nil
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"too many students": {Options{Students: 71_429},
			"71429 students need 500003 rows in studentenrollment.csv, 7 for each, and a file may have 500000; 71428 students are the most"},
		"by default": {Options{Schools: 2000},
			"120000 students need 840000 rows in studentenrollment.csv, 7 for each, and a file may have 500000; 71428 students are the most"},
		"too many schools": {Options{Schools: 61, Students: 60}, "61 schools need as many students or more, not 60"},
		"no school":        {Options{Schools: -1}, "a district has 1 school and 1 student or more, not -1 and 0"},
		"no student":       {Options{Students: -5}, "a district has 1 school and 1 student or more, not 0 and -5"},
		"huge": {Options{Schools: math.MaxInt32},
			"2147483647 schools need as many students or more, and 71428 students are the most"},
		"flaws that are too many": {Options{Students: 71_000, Flaws: map[string]int{"orphans": 3001}},
			"studentenrollment.csv would have 500001 rows, 3001 of them from flaws, and a file may have 500000; fewer flaws or students would fit"},
		"unknown flaw": {Options{Flaws: map[string]int{"student-mising-grade": 1}},
			`there is no flaw "student-mising-grade"; did you mean student-missing-grade?`},
		"no flaw at all": {Options{Flaws: map[string]int{"": 1}},
			`there is no flaw ""; a name is file, fault and column, as student-missing-grade`},
		"no number":        {Options{Flaws: map[string]int{"orphans": 0}}, "the flaw orphans needs a number from 1, not 0"},
		"more than it can": {Options{Flaws: map[string]int{"student-no-file": 2}}, "the flaw student-no-file can be had once, not 2 times"},
		"too many files": {Options{Flaws: map[string]int{"unknown-files": 101}},
			"the flaw unknown-files can be had 100 times at most, not 101"},
		"more than a file": {Options{Flaws: map[string]int{"orphans": 500_001}},
			"the flaw orphans cannot be had 500001 times: a file may have 500000 rows"},
		"by both names": {Options{Flaws: map[string]int{"orphans": 1, "studentenrollment-orphan-sis-id": 1}},
			"the flaw studentenrollment-orphan-sis-id is given twice, as orphans too"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Files(c.o)
			require.EqualError(t, err, c.want)
			_, err = Accounts(c.o)
			assert.EqualError(t, err, c.want)
			dir := filepath.Join(t.TempDir(), "new")
			assert.EqualError(t, Write(dir, c.o), c.want)
			assert.NoDirExists(t, dir)
		})
	}
	_, err := Files(Options{Students: 71_428, Schools: 71_428})
	assert.NoError(t, err)
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, Write(dir, Options{}))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"school.csv", "section.csv", "student.csv", "studentenrollment.csv", "teacher.csv", "teacherroster.csv"}, names)
	file := filepath.Join(dir, "school.csv")
	assert.ErrorContains(t, Write(file, Options{}), "cannot make the folder of the roster: mkdir "+file)
}

// Classes are of about 25, each student has seven, each in another course, and a
// teacher has about five; all within the student's school.
func TestRatios(t *testing.T) {
	o := Options{Schools: 6, Students: 4000}
	_, students := rowsOf(t, o, student)
	_, sections := rowsOf(t, o, section)
	_, enrollments := rowsOf(t, o, studentEnrollment)
	_, assignments := rowsOf(t, o, teacherRoster)
	_, teachers := rowsOf(t, o, teacher)
	schoolOf, course := map[string]string{}, map[string]string{}
	for _, r := range append(students, teachers...) {
		schoolOf[r[0]] = r[1]
	}
	for _, r := range sections {
		schoolOf[r[0]], course[r[0]] = r[1], r[13]
	}
	size, courses, load := map[string]int{}, map[string]map[string]bool{}, map[string]int{}
	for _, r := range enrollments {
		size[r[0]]++
		if courses[r[1]] == nil {
			courses[r[1]] = map[string]bool{}
		}
		courses[r[1]][course[r[0]]] = true
		assert.Equal(t, schoolOf[r[0]], schoolOf[r[1]])
	}
	assert.Len(t, size, len(sections), "nobody is taught in no section")
	for id, n := range size {
		assert.InDelta(t, 25, n, 7, id)
	}
	assert.Len(t, courses, 4000)
	for id, c := range courses {
		assert.Len(t, c, 7, id)
	}
	for _, r := range assignments {
		load[r[1]]++
		assert.Equal(t, schoolOf[r[0]], schoolOf[r[1]])
	}
	assert.Len(t, load, len(teachers))
	assert.InDelta(t, 5, float64(len(sections))/float64(len(teachers)), 0.2)
	assert.InDelta(t, 4000*7/25, len(sections), 60)
}

// Usernames are Latin, short enough for a directory, and nobody's twice, in one
// domain for students and teachers. Names are of many scripts.
func TestPeople(t *testing.T) {
	o := Options{Schools: 3, Students: 6000}
	_, students := rowsOf(t, o, student)
	_, teachers := rowsOf(t, o, teacher)
	seen, latin := map[string]bool{}, regexp.MustCompile(`^[a-z]+(\.[a-z]+)?[0-9]+$`)
	for _, r := range append(students, teachers...) {
		assert.Regexp(t, latin, r[4])
		assert.False(t, seen[r[4]], r[4])
		assert.LessOrEqual(t, len(r[4]), 40)
		seen[r[4]] = true
		for _, v := range r {
			assert.NotEmpty(t, v)
		}
	}
	scripts := map[string]*unicode.RangeTable{"Latin": unicode.Latin, "Greek": unicode.Greek, "Cyrillic": unicode.Cyrillic,
		"Arabic": unicode.Arabic, "Hebrew": unicode.Hebrew,
		"Devanagari": unicode.Devanagari, "Thai": unicode.Thai, "Han": unicode.Han, "Hiragana": unicode.Hiragana, "Katakana": unicode.Katakana,
		"Hangul": unicode.Hangul}
	for _, r := range students {
		for name, table := range scripts {
			for _, c := range r[2] + r[3] {
				if unicode.Is(table, c) {
					delete(scripts, name)
				}
			}
		}
	}
	assert.Empty(t, scripts, "scripts that no name has")
	letters := regexp.MustCompile(`^[a-z]{1,20}$`)
	for _, c := range cultures() {
		for _, list := range [][]name{c.women, c.men, c.family} {
			for _, n := range list {
				assert.Regexp(t, letters, n.latin, n.written)
				assert.NotEmpty(t, n.written)
			}
		}
	}
}

// A school's grades are those of its kind, and birthdays and years fit them.
func TestGrades(t *testing.T) {
	header, rows := rowsOf(t, Options{Schools: 5, Students: 1500}, student)
	assert.Equal(t, []string{"Grade", "Birthdate", "Graduation Year"}, []string{header[10], header[12], header[13]})
	years := map[string]string{"KG": "2038", "1": "2037", "5": "2033", "6": "2032", "8": "2030", "9": "2029", "12": "2026"}
	seen := map[string]int{}
	for _, r := range rows {
		seen[r[10]]++
		if want := years[r[10]]; want != "" {
			assert.Equal(t, want, r[13])
		}
		var born, graduates int
		fmt.Sscan(r[12][:4], &born)
		fmt.Sscan(r[13], &graduates)
		assert.Contains(t, []int{17, 18}, graduates-1-born, "%s %s", r[12], r[13])
	}
	assert.Len(t, seen, 13)
}

func TestRecipes(t *testing.T) {
	o, err := Recipe("clean", 33)
	require.NoError(t, err)
	assert.Equal(t, Options{Students: 33}, o)
	o, err = Recipe("flawed", 0)
	require.NoError(t, err)
	assert.Equal(t, Documented(), o)
	o, err = Recipe("flawed", 500)
	require.NoError(t, err)
	assert.Equal(t, 500, o.Students)
	_, err = Recipe("dirty", 0)
	assert.EqualError(t, err, `there is no recipe "dirty"; there are clean and flawed`)
}

// The largest district streams: no file is held, whatever its size.
func TestLargestDistrictIsNotHeld(t *testing.T) {
	files, err := Files(Options{Schools: 60, Students: 71_428})
	require.NoError(t, err)
	f := files[studentEnrollment]
	assert.Equal(t, 499_996, f.Rows)
	w := &largest{}
	require.NoError(t, f.WriteTo(w))
	assert.LessOrEqual(t, w.n, 64<<10)
	allocations := testing.AllocsPerRun(1, func() { _ = files[teacherRoster].WriteTo(io.Discard) })
	assert.Less(t, allocations/float64(files[teacherRoster].Rows), 3.0, "a row takes its few texts")
}

type largest struct{ n int }

func (l *largest) Write(p []byte) (int, error) { l.n = max(l.n, len(p)); return len(p), nil }
