package azurego

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mostMemory is more than twice what a server has needed for the district: 440 MiB.
const mostMemory = 1024 // MiB

// A district of 70,000 students, from the command that makes it to its readable
// users. It tells how long each part took, as a multiple of what encoding/csv needs
// to read the files, and what memory the server had.
func TestLargeDistrict(t *testing.T) {
	const students = 70_000
	b := serve(t)
	dir := filepath.Join(t.TempDir(), "district")
	var unit time.Duration
	step := func(what string, do func()) {
		t.Helper()
		began := time.Now()
		do()
		took := time.Since(began)
		ratio := ""
		if unit > 0 {
			ratio = fmt.Sprintf("%6.1fx", took.Seconds()/unit.Seconds())
		}
		t.Logf("%-32s %6.2f s %7s  server: %s", what, took.Seconds(), ratio, memory(t, b.PID))
	}

	step("roster new", func() {
		out, err := exec.Command(command(t), "roster", "new", dir, "--schools", "40", "--students", fmt.Sprint(students)).CombinedOutput()
		require.NoError(t, err, string(out))
	})
	var rows map[string]int
	var bytes int64
	readAll := func() { rows, bytes = rowsOf(t, dir) }
	readAll() // from the disk
	began := time.Now()
	readAll()
	unit = time.Since(began)
	t.Logf("encoding/csv alone: %.2f s for %d bytes, rows %v", unit.Seconds(), bytes, rows)
	require.Equal(t, students, rows["student.csv"])

	w := b.world(t, b.HTTP, "large", nil)
	id, c := w.container()
	step("upload", func() { putFolder(t, c, dir) })
	step("start", func() {
		code, messages := w.start(id)
		require.Equal(t, http.StatusOK, code, messages)
		assert.Empty(t, messages)
	})
	step("the sync, by the clock", func() { w.advance(time.Minute) })
	step("profileStatus", func() { assert.Equal(t, "success", w.status(id)) })
	count := func(path string) int {
		n, err := strconv.Atoi(string(w.ask("GET", "/beta/education/"+path+"/$count", "").body))
		require.NoError(t, err)
		return n
	}
	step("users/$count", func() { assert.Equal(t, rows["student.csv"]+rows["teacher.csv"], count("users")) })
	step("users/$count again", func() { count("users") })
	step("classes/$count", func() { assert.Equal(t, rows["section.csv"], count("classes")) })
	var all []user
	step("all users in pages of 999", func() { all = list[user](w, "users", "$top", "999") })
	assert.Len(t, all, rows["student.csv"]+rows["teacher.csv"])
	step("the first page of 100", func() { w.ask("GET", "/beta/education/users?$top=100", "") })
	step("a page of 999 from the middle", func() { w.ask("GET", "/beta/education/users?$top=999&$skip=35000", "") })
	step("one user by name", func() {
		assert.Len(t, list[user](w, "users", "$filter", "userPrincipalName eq '"+all[len(all)/2].UserPrincipalName+"'"), 1)
	})
	step("the classes of a user", func() { assert.NotEmpty(t, list[class](w, "users/"+all[len(all)/2].ID+"/classes")) })

	step("upload again", func() { putFolder(t, w.storage(w.uploadURL(id)), dir) })
	step("start and sync again, a delta", func() { assert.Equal(t, "success", w.synced(id)) })
	step("users/$count", func() { assert.Equal(t, len(all), count("users")) })
	if most, _, known := residents(t, b.PID); known {
		assert.Less(t, most, mostMemory, "MiB of resident memory")
	}
}

// rowsOf reads every file as little as can be: its rows, without the header, and the
// bytes of all.
func rowsOf(t *testing.T, dir string) (rows map[string]int, bytes int64) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	require.NoError(t, err)
	require.Len(t, names, 6)
	rows = map[string]int{}
	for _, name := range names {
		f, err := os.Open(name)
		require.NoError(t, err)
		r := csv.NewReader(f)
		r.ReuseRecord = true
		n := -1
		for {
			if _, err = r.Read(); err != nil {
				break
			}
			n++
		}
		require.True(t, errors.Is(err, io.EOF), err)
		at, err := f.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		rows[strings.ToLower(filepath.Base(name))], bytes = n, bytes+at
	}
	return rows, bytes
}

var resident = regexp.MustCompile(`(?m)^Vm(?:HWM|RSS):\s+(\d+) kB$`)

// residents returns the most resident memory that a process had, and what it has, in
// MiB; false where the system does not tell, as Linux does.
func residents(t *testing.T, pid int) (most, now int, known bool) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, false
	}
	found := resident.FindAllSubmatch(text, -1)
	require.Len(t, found, 2)
	for i, to := range []*int{&most, &now} {
		kib, err := strconv.Atoi(string(found[i][1]))
		require.NoError(t, err)
		*to = kib >> 10
	}
	return most, now, true
}

func memory(t *testing.T, pid int) string {
	most, now, known := residents(t, pid)
	if !known {
		return "memory unknown"
	}
	return fmt.Sprintf("%d MiB, at most %d MiB", now, most)
}
