package directory

import (
	gocsv "encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// large makes the files of a district: 25 students a section, seven sections a
// student.
func large(students int) csv {
	var school, section, student, teacher, enrolment, rosters strings.Builder
	school.WriteString("SIS ID,Name,Address,City\n")
	section.WriteString("SIS ID,School SIS ID,Section Name,Section Number,Term Name,Course Name\n")
	student.WriteString(
		"SIS ID,School SIS ID,Username,First Name,Last Name,Password,Middle Name,Grade,Birthdate,Graduation Year,Student Number,Mailing Address,Mailing City,Mailing State,Mailing Zip\n")
	teacher.WriteString("SIS ID,School SIS ID,Username,First Name,Last Name,Password,Teacher Number\n")
	enrolment.WriteString("Section SIS ID,SIS ID\n")
	rosters.WriteString("Section SIS ID,SIS ID\n")
	schools, sections := students/700+1, students*7/25
	for i := range schools {
		fmt.Fprintf(&school, "%d,School %d,%d Main Street,Springfield\n", 10000+i, i, i)
	}
	for i := range sections {
		fmt.Fprintf(&section, "%d,%d,Algebra %d,%d,Fall 2026,Mathematics\n", 1000000+i, 10000+i%schools, i, i)
		fmt.Fprintf(&rosters, "%d,%d\n", 1000000+i, 5000000+i*2/7)
	}
	for i := range sections*2/7 + 1 {
		fmt.Fprintf(&teacher, "%d,%d,teacher%d,Given%d,Surname%d,Secret%d,T%d\n", 5000000+i, 10000+i%schools, i, i%300, i%900, i, i)
	}
	for i := range students {
		fmt.Fprintf(&student, "%d,%d,student%d,Given%d,Surname%d,Secret%d,Mid%d,%d,2010-%02d-%02d,2028,N%d,%d High Street,Springfield,WA,98052\n",
			2000000+i, 10000+i%schools, i, i%300, i%900, i, i%50, i%12+1, i%12+1, i%28+1, i, i)
		for n := range 7 {
			fmt.Fprintf(&enrolment, "%d,%d\n", 1000000+(i*7+n*991)%sections, 2000000+i)
		}
	}
	return csv{"school": school.String(), "section": section.String(), "student": student.String(), "teacher": teacher.String(),
		"studentenrollment": enrolment.String(), "teacherroster": rosters.String()}
}

// bareRead does nothing but read the files.
func bareRead(tb testing.TB, files []roster.File) {
	for _, f := range files {
		in, err := f.Open()
		require.NoError(tb, err)
		r := gocsv.NewReader(in)
		for r.ReuseRecord = true; err != io.EOF; _, err = r.Read() {
			require.NoError(tb, err)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkDistrict syncs 70,000 students with 490,000 enrolments, and tells how
// long each half takes as a ratio to encoding/csv reading the files, and what a
// directory of them takes.
func BenchmarkDistrict(b *testing.B) {
	files := large(70_000).files()
	var read, plan, apply, again, walk time.Duration
	for b.Loop() {
		at := time.Now()
		bareRead(b, files)
		read += time.Since(at)
		s := made(contoso())
		before := heap()
		at = time.Now()
		p, err := s.Plan(creation(licensed), "p", files, roster.V1, now)
		plan += time.Since(at)
		require.NoError(b, err)
		require.Zero(b, p.ErrorCount)
		planned := heap() - before
		at = time.Now()
		require.NoError(b, s.Apply(p, now))
		apply += time.Since(at)
		p = nil
		kept := heap() - before
		t := &s.parts.Load().list[0].members[classStudents]
		b.ReportMetric(float64(planned)/70_000, "plan-B/student")
		b.ReportMetric(float64(kept)/70_000, "B/student")
		b.ReportMetric(float64(cap(t.to)+cap(t.from)+cap(t.start))*4/490_000, "B/enrolment")
		at = time.Now()
		if p, err = s.Plan(creation(licensed), "p", files, roster.V1, now); err == nil {
			require.NoError(b, s.Apply(p, now))
		}
		again += time.Since(at)
		at = time.Now()
		for e := range s.All(Users) {
			require.NotEmpty(b, e.JSON)
		}
		walk += time.Since(at)
		runtime.KeepAlive(s)
	}
	b.ReportMetric(float64(plan)/float64(read), "plan/read")
	b.ReportMetric(float64(apply)/float64(read), "apply/read")
	b.ReportMetric(float64(again)/float64(read), "again/read")
	b.ReportMetric(float64(walk)/float64(read), "walk/read")
	b.ReportMetric(float64(read.Milliseconds())/float64(b.N), "read-ms")
}

// An enrolment costs four bytes here, beside its ends in the store, and little more.
func TestMemoryOfEnrolments(t *testing.T) {
	s := made(contoso())
	run(t, s, creation(), "p", large(2_000))
	l := &s.parts.Load().list[0].members[classStudents]
	assert.Equal(t, 14_000, len(l.to))
	assert.Less(t, 4*(cap(l.from)+cap(l.start)+cap(l.to))/14_000, 6)
}
