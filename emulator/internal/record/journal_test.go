package record

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/journal"
)

func ids(entries []journal.Entry) []uint64 {
	list := []uint64{}
	for _, e := range entries {
		list = append(list, e.ID)
	}
	return list
}

func TestEntriesAreKeptAndFound(t *testing.T) {
	j := New("north", Limits{Entries: 10, Bytes: 1 << 20})
	e := get()
	e.World = ""
	assert.Equal(t, uint64(1), add(j, e))
	e.Status = 404
	assert.Equal(t, uint64(2), add(j, e))
	assert.Equal(t, 2, j.Len())

	got, ok := j.Get(1)
	require.True(t, ok)
	assert.Equal(t, 200, got.Status, "the caller's entry was used again")
	assert.Equal(t, "north", got.World)
	got, ok = j.Get(2)
	require.True(t, ok)
	assert.Equal(t, 404, got.Status)
	_, ok = j.Get(3)
	assert.False(t, ok)
}

func TestEntriesAreSortedByIDHoweverTheyEnd(t *testing.T) {
	j := roomy()
	slow, quick := get(), get()
	slow.ID, quick.ID = j.Open(), j.Open()
	j.Add(&quick, nil, dawn)
	j.Add(&slow, nil, dawn)
	assert.Equal(t, []uint64{1, 2}, ids(j.Entries(journal.Filter{})))
	_, ok := j.Get(1)
	assert.True(t, ok)
}

func TestTheOldestGoByCount(t *testing.T) {
	j := New("default", Limits{Entries: 100, Bytes: 1 << 30})
	for range 1000 {
		add(j, get())
	}
	assert.Equal(t, 100, j.Len())
	assert.Equal(t, uint64(900), j.Lost())
	list := j.Entries(journal.Filter{})
	assert.Equal(t, uint64(901), list[0].ID)
	assert.Equal(t, uint64(1000), list[99].ID)
	_, ok := j.Get(900)
	assert.False(t, ok)
}

func TestTheOldestGoByBytes(t *testing.T) {
	e := get()
	one := (&Entry{Entry: e}).memory()
	j := New("default", Limits{Entries: 1 << 30, Bytes: 50*one + one/2})
	for range 200 {
		add(j, get())
	}
	assert.Equal(t, 50, j.Len())
	assert.Equal(t, uint64(150), j.Lost())

	e.RequestBody = strings.Repeat("x", 40*int(one))
	add(j, e)
	assert.Less(t, j.Len(), 50, "a large one drives several out")
	assert.LessOrEqual(t, j.bytes, j.limits.Bytes)

	small := New("default", Limits{Entries: 10, Bytes: 10})
	add(small, get())
	assert.Zero(t, small.Len(), "what is larger than the limit is not kept, and counted")
	assert.Equal(t, uint64(1), small.Lost())
	assert.Zero(t, small.bytes)
}

func TestIdleJournalsAreSmall(t *testing.T) {
	j := roomy()
	assert.Empty(t, j.kept.chunks)
	add(j, get())
	assert.Len(t, j.kept.chunks, 1)
	full := New("default", Limits{Entries: 3 * maxChunk, Bytes: 1 << 30})
	for range 100 * maxChunk {
		add(full, get())
	}
	assert.LessOrEqual(t, len(full.kept.chunks), 4, "emptied chunks are used again")
}

func TestClearForgetsEntriesAndIDsGoOn(t *testing.T) {
	j := New("default", Limits{Entries: 2, Bytes: 1 << 20})
	for range 5 {
		add(j, get())
	}
	j.Clear()
	assert.Zero(t, j.Len())
	assert.Zero(t, j.Lost())
	assert.Zero(t, j.bytes)
	assert.Equal(t, uint64(6), add(j, get()))
	assert.Equal(t, uint64(6), j.Position())
	j.SetPosition(41)
	assert.Equal(t, uint64(42), add(j, get()))
}

func TestWhatIsReturnedIsACopy(t *testing.T) {
	j := roomy()
	wait := clock.Duration(time.Second)
	e := get()
	e.After = &journal.Subject{State: "provisioned"}
	e.Error = &journal.Problem{Code: "c", Details: []journal.ProblemDetail{{Code: "d"}}}
	e.Detail = &journal.Detail{Fault: &journal.Strike{Rule: "r", Effects: []string{"reset"}}, Misses: []journal.Miss{{Rule: "m"}},
		RetryAfter: &wait, Early: &journal.Early{Entry: 1}}
	id := add(j, e)
	for _, got := range []journal.Entry{must(j.Get(id)), j.Entries(journal.Filter{})[0]} {
		got.Before.State, got.After.State, got.Error.Code, got.Error.Details[0].Code = "x", "x", "x", "x"
		got.Detail.Fault.Rule, got.Detail.Fault.Effects[0], got.Detail.Misses[0].Rule = "x", "x", "x"
		*got.Detail.RetryAfter, got.Detail.Early.Entry = 0, 0
	}
	text, err := json.Marshal(must(j.Get(id)))
	require.NoError(t, err)
	assert.NotContains(t, string(text), `"x"`)
	assert.Contains(t, string(text), `"retryAfter":"1s"`)
}

func TestLongTextsAreCut(t *testing.T) {
	j := roomy()
	e := get()
	long := strings.Repeat("é", 1<<20)
	e.Path, e.Query, e.Method, e.Client, e.Profile, e.RequestBody = "/"+long, long, long, long, long, long
	e.Error = &journal.Problem{Code: long, Message: long}
	for range 100_000 {
		e.Error.Details = append(e.Error.Details, journal.ProblemDetail{Code: "unknownProperty", Target: "/x", Message: "unknown property"})
	}
	e.Error.Details[0].Message = long
	id := add(j, e)
	got := must(j.Get(id))
	assert.LessOrEqual(t, (&Entry{Entry: got}).memory(), int64(64<<10))
	assert.LessOrEqual(t, len(got.RequestBody), journal.MaxBody)
	assert.True(t, strings.HasSuffix(got.RequestBody, fmt.Sprintf("… (cut: %d bytes in all)", len(long))),
		got.RequestBody[len(got.RequestBody)-50:])
	assert.Len(t, got.Error.Details, maxDetails+1)
	assert.Equal(t, "99968 more are not kept", got.Error.Details[maxDetails].Message)
	text, err := json.Marshal(got)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "\ufffd", "no character is cut through")
	assert.Len(t, e.Error.Details, 100_000, "the caller's own is not changed")
}

func TestConcurrentUse(t *testing.T) {
	j := New("default", Limits{Entries: 64, Bytes: 1 << 20})
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 500 {
				e := get()
				e.Query = "client_secret=planted"
				e.ID = j.Open()
				j.Add(&e, nil, dawn)
				switch (i + n) % 50 {
				case 0:
					j.Entries(journal.Filter{Operation: "profiles.*", Contains: "id"})
				case 1:
					j.Clear()
				case 2:
					j.Get(e.ID)
				}
			}
		})
	}
	wg.Wait()
	assert.Equal(t, uint64(4000), j.Position())
	assert.LessOrEqual(t, j.Len(), 64)
}

func TestQueueIsFirstInFirstOut(t *testing.T) {
	for _, entries := range []int{1, 2, 3, 5, maxChunk, 10 * maxChunk} {
		random := rand.New(rand.NewPCG(1, uint64(entries)))
		q := newQueue(entries)
		var model []uint64
		next := uint64(0)
		for range 10_000 {
			if len(model) == 0 || random.IntN(100) < 52 {
				next++
				q.push().ID = next
				model = append(model, next)
			} else {
				e := q.pop()
				require.Equal(t, model[0], e.ID)
				*e = Entry{}
				model = model[1:]
			}
			require.Equal(t, len(model), q.len())
			if len(model) > 0 {
				i := random.IntN(len(model))
				require.Equal(t, model[i], q.at(i).ID)
			}
		}
	}
}

// What the journal has is cut into chapters, whatever its limits.
func TestChaptersOfAJournal(t *testing.T) {
	j := New("w", Limits{Entries: 3, Bytes: 1 << 20})
	add := func(n int) {
		for range n {
			e := get()
			e.ID = j.Open()
			j.Add(&e, nil, dawn)
		}
	}
	look := func() string {
		entries, lost := j.Chapter()
		ids := []uint64{}
		for _, e := range entries {
			ids = append(ids, e.ID)
		}
		return fmt.Sprint(ids, lost)
	}
	add(2)
	assert.Equal(t, "[1 2] 0", look())
	late := get()
	late.ID = j.Open()
	j.NextChapter()
	assert.Equal(t, "[] 0", look())
	j.Add(&late, nil, dawn)
	assert.Equal(t, "[3] 0", look(), "what ends in a chapter belongs to it")
	add(2)
	assert.Equal(t, "[3 4 5] 0", look(), "what was lost is of the chapter before")
	assert.Equal(t, uint64(2), j.Lost())
	add(1)
	assert.Equal(t, "[4 5 6] 1", look())
	j.Clear()
	assert.Equal(t, "[] 0", look())

	after := New("w", Limits{Entries: 3, Bytes: 1 << 20})
	after.SetPosition(2)
	after.ContinueFrom(j)
	assert.Equal(t, []uint64{7, 8, 9}, []uint64{after.Open(), j.Open(), after.Open()})
	further := New("w", Limits{Entries: 3, Bytes: 1 << 20})
	further.SetPosition(20)
	further.ContinueFrom(after)
	assert.Equal(t, uint64(21), further.Open())
}

func TestEveryJournalHasAMarkOfItsOwn(t *testing.T) {
	one, other := New("default", Limits{}), New("default", Limits{})
	assert.Regexp(t, "^[A-Z0-9]{8}$", one.Mark())
	assert.NotEqual(t, one.Mark(), other.Mark())
}
