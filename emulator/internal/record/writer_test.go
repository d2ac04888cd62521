package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

func writeTo(w *record.Writer, limits record.Limits) *record.Journal {
	j := record.New("north", limits)
	j.CopyTo(w)
	return j
}

// Every entry is written, though a journal of two keeps only the last; a line has
// what the journal tells, beside the run.
func TestWriterHasEveryEntry(t *testing.T) {
	var file bytes.Buffer
	w := record.NewWriter(&file, "outage", func(err error) { t.Error(err) })
	j := writeTo(w, record.Limits{Entries: 2, Bytes: 1 << 20})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				e := journal.Entry{ID: j.Open(), Method: "GET", Path: "/", Query: "sig=abc&a=<&>", Status: 200}
				j.Add(&e, []byte(`{"access_token":"abc"}`), time.Time{})
			}
		})
	}
	all.Wait()
	w.Close()
	w.Close()
	j.Add(&journal.Entry{ID: 9999}, nil, time.Time{}) // too late: a server that somebody else mounted

	seen := map[uint64]bool{}
	var last string
	for line := range strings.Lines(file.String()) {
		var e struct {
			Run string
			journal.Entry
		}
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		assert.Equal(t, []string{"outage", "north", "sig=(redacted)&a=<&>", `{"access_token":"(redacted)"}`},
			[]string{e.Run, e.World, e.Query, e.ResponseBody})
		seen[e.ID] = true
		last = line
	}
	assert.Len(t, seen, 2000)
	assert.NotContains(t, file.String(), "abc")
	assert.True(t, strings.HasPrefix(last, `{"run":"outage","id":`), last)
}

func TestWriterWithoutEntriesOrRun(t *testing.T) {
	var file bytes.Buffer
	w := record.NewWriter(&file, "", nil)
	w.Close()
	assert.Empty(t, file.String())

	w = record.NewWriter(&file, "", nil)
	j := writeTo(w, record.Limits{Entries: 2, Bytes: 1 << 20})
	j.Add(&journal.Entry{ID: 1, Method: "GET"}, nil, time.Time{})
	w.Close()
	want, err := json.Marshal(j.Entries(journal.Filter{})[0])
	require.NoError(t, err)
	assert.Equal(t, string(want)+"\n", file.String())
}

// slowly takes what is written only when it is let.
type slowly struct {
	let   chan struct{}
	wrote chan string
}

func (s slowly) Write(b []byte) (int, error) {
	<-s.let
	s.wrote <- string(b)
	return len(b), nil
}

// What was added is written at once where the writer has nothing else to do, and
// requests do not wait for the file.
func TestWriterHoldsNothingBack(t *testing.T) {
	s := slowly{make(chan struct{}), make(chan string, 10)}
	w := record.NewWriter(s, "", nil)
	j := writeTo(w, record.Limits{Entries: 1000, Bytes: 1 << 20})
	for range 100 {
		j.Add(&journal.Entry{ID: j.Open()}, nil, time.Time{})
	}
	assert.Equal(t, 100, j.Len(), "none of them waited")
	close(s.let)
	assert.True(t, strings.HasSuffix(<-s.wrote, "}\n"), "written before Close, in whole lines")
	w.Close()
}

type broken struct{ writes int }

func (b *broken) Write([]byte) (int, error) {
	b.writes++
	return 0, errors.New("no space left on device")
}

func TestWriterTellsItsErrorOnce(t *testing.T) {
	var told []string
	b := &broken{}
	w := record.NewWriter(b, "", func(err error) { told = append(told, fmt.Sprint(err)) })
	j := writeTo(w, record.Limits{Entries: 10, Bytes: 1 << 20})
	for range 2000 {
		j.Add(&journal.Entry{ID: j.Open()}, nil, time.Time{})
	}
	w.Close()
	assert.Equal(t, []string{"no space left on device"}, told)
	assert.Equal(t, 1, b.writes)
	assert.Equal(t, 10, j.Len())
}

func TestNews(t *testing.T) {
	j := record.New("default", record.Limits{Entries: 3, Bytes: 1 << 20})
	add := func(ids ...uint64) {
		for _, id := range ids {
			j.Add(&journal.Entry{ID: id, Status: int(id) * 100}, nil, time.Time{})
		}
	}
	ids := func(n record.News) []uint64 {
		list := []uint64{}
		for _, e := range n.Entries {
			list = append(list, e.ID)
		}
		return list
	}
	more := func(n record.News) bool {
		select {
		case <-n.More:
			return true
		default:
			return false
		}
	}
	n := j.News(journal.Filter{}, 0)
	assert.Empty(t, n.Entries)
	assert.False(t, more(n))
	add(2)
	assert.True(t, more(n))
	n = j.News(journal.Filter{}, n.Place)
	assert.Equal(t, []uint64{2}, ids(n))
	add(1, 3) // 1 came before 2 and took longer
	assert.True(t, more(n))
	n = j.News(journal.Filter{Status: "3xx"}, n.Place)
	assert.Equal(t, []uint64{3}, ids(n))
	assert.False(t, more(n), "all of it was looked at")
	assert.Equal(t, []uint64{1, 3}, ids(j.News(journal.Filter{Limit: 2}, 0)))

	add(4, 5, 6, 7)
	n = j.News(journal.Filter{}, n.Place)
	assert.Equal(t, []uint64{5, 6, 7}, ids(n))
	assert.EqualValues(t, 1, n.Missed)
	j.Clear()
	n = j.News(journal.Filter{}, n.Place)
	assert.Empty(t, n.Entries)
	assert.Zero(t, n.Missed)

	j.End()
	assert.True(t, more(n))
	assert.True(t, more(j.News(journal.Filter{}, n.Place)), "who looks later does not wait either")
	add(8)
	j.End()
}

// A disk that hangs holds requests and Close only for so long, and is told once.
func TestWriterGivesUpOnWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		s := slowly{make(chan struct{}), make(chan string, 1000)}
		w := record.NewWriter(s, "", func(err error) { told = append(told, fmt.Sprint(err)) })
		j := writeTo(w, record.Limits{Entries: 1000, Bytes: 1 << 20})
		began := time.Now()
		for range 2000 {
			j.Add(&journal.Entry{ID: j.Open()}, nil, time.Time{})
		}
		assert.Equal(t, 5*time.Second, time.Since(began), "one request waited, and none after it")
		w.Close()
		assert.Equal(t, 5*time.Second, time.Since(began))
		assert.Equal(t, []string{"it has taken nothing for 5s"}, told)
		assert.Equal(t, 1000, j.Len())
		close(s.let) // else the write would go on for ever
		synctest.Wait()
		assert.Len(t, s.wrote, 1, "nothing is written after what hung")
	})
}

// So does one that hangs at the end.
func TestWriterClosesWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		s := slowly{make(chan struct{}), make(chan string, 1000)}
		w := record.NewWriter(s, "", func(err error) { told = append(told, fmt.Sprint(err)) })
		writeTo(w, record.Limits{Entries: 10, Bytes: 1 << 20}).Add(&journal.Entry{ID: 1}, nil, time.Time{})
		began := time.Now()
		w.Close()
		assert.Equal(t, 5*time.Second, time.Since(began))
		assert.Len(t, told, 1)
		close(s.let)
	})
}

// One that is slow, but takes something now and then, gets every entry.
func TestWriterWaitsForWhatIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slowly{make(chan struct{}), make(chan string, 1000)}
		w := record.NewWriter(s, "", func(err error) { t.Error(err) })
		j := writeTo(w, record.Limits{Entries: 10, Bytes: 1 << 20})
		go func() {
			for range 100 {
				time.Sleep(4 * time.Second)
				s.let <- struct{}{}
			}
			close(s.let)
		}()
		body := strings.Repeat("x", 16<<10) // so that the buffer is full with every few of them
		for range 1000 {
			e := journal.Entry{ID: j.Open()}
			j.Add(&e, []byte(body), time.Time{})
		}
		w.Close()
		close(s.wrote)
		lines := 0
		for text := range s.wrote {
			lines += strings.Count(text, "\n")
		}
		assert.Equal(t, 1000, lines)
	})
}
