// Package record keeps the requests that a world has met, bounded by their number and
// their memory. What users read of it is a journal.Journal; secrets are taken out before
// anybody reads.
package record

import (
	"cmp"
	"crypto/rand"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/journal"
)

// Limits bound a Journal. Both are above 0.
type Limits struct {
	Entries int   // how many are kept
	Bytes   int64 // of memory, as estimated: an entry with its strings and details
	Quota   Quota // what all journals and worlds share; nil: this journal has its memory to itself
}

// Quota counts bytes that others keep, too, against one limit.
type Quota interface {
	Fits(n int64) error // an error where n more bytes would be too many
	Add(n int64)        // counts n more; below 0 so many less
}

// Journal is the record of one world's requests. When it is full the oldest
// entries go, and the loss is counted. It is safe for concurrent use; what it
// returns are copies. Its memory grows with use, up to its limits.
type Journal struct {
	world  string
	mark   string
	limits Limits
	opened *atomic.Uint64 // the last id that was given

	mu    sync.Mutex // guards what follows; never held across a call out
	kept  queue      // in the order in which the requests were closed
	bytes int64      // of kept, as estimated
	bare  int        // so many of the oldest have no answer's body any more
	spare []byte     // room of an answer that has gone, for the next one
	lost  uint64     // since the last Clear
	added uint64     // how many entries there ever were

	watched watched
	copies  *Writer  // nil: nobody wants every entry
	here    struct { // the open chapter's part of them
		kept int // the newest so many
		lost uint64
	}
}

// New makes an empty journal for the world of that name.
func New(world string, l Limits) *Journal {
	l.Entries, l.Bytes = max(l.Entries, 1), max(l.Bytes, 1)
	return &Journal{world: world, mark: rand.Text()[:8], limits: l, opened: new(atomic.Uint64), kept: newQueue(l.Entries)}
}

// Mark tells this journal from any other, also from those of a world of that name in another run:
// who comes back with an id learns by it whether the id was of this journal.
func (j *Journal) Mark() string { return j.mark }

// ContinueFrom lets ids go on after those of another journal, so that none is of
// two requests, even where that one is still written to. It is called before any
// entry is opened here.
func (j *Journal) ContinueFrom(before *Journal) {
	least := j.opened.Load()
	j.opened = before.opened
	for is := j.opened.Load(); is < least && !j.opened.CompareAndSwap(is, least); is = j.opened.Load() {
	}
}

// Open begins an entry and returns its id. Ids count from 1 in the order in
// which requests come. An id whose entry is never added is not missed.
func (j *Journal) Open() uint64 { return j.opened.Add(1) }

// Add closes an entry: it keeps a copy, less secrets, of which texts that are too long
// are cut. answer is the body that was sent, of which the beginning is kept; nil: none.
// real is when the request came, on the wall clock. The caller may use e and answer
// again, but does not change what e's pointers lead to. An entry without a world gets
// the journal's. Where there is no more room, answers' bodies go before entries do.
func (j *Journal) Add(e *journal.Entry, answer []byte, real time.Time) {
	one := Entry{Entry: *e, Real: real}
	if len(answer) > 0 {
		one.answer.sent, one.answer.whole = answer, len(answer)
	}
	if one.long() || one.suspicious() {
		one.answer = one.answer.copied() // the caller's would be cut and read below
		one.tighten()
		one.redact()
		one.finish(len(e.Path) + len(e.Query))
	} else if one.Batch != 0 {
		one.letGo()
	}
	stored := j.keep(&one)
	if j.copies != nil {
		j.copies.add(stored)
	}
}

// keep stores a copy of e, and returns it where somebody wants it.
func (j *Journal) keep(e *Entry) (stored Entry) {
	size := e.memory()

	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.kept.push()
	*kept = *e
	if e.answer.sent != nil {
		kept.answer = j.store(e.answer)
		size += kept.answer.memory()
	}
	kept.size = size
	if kept.World == "" {
		kept.World = j.world
	}
	if j.copies != nil {
		stored = kept.held()
	}
	j.grow(size)
	j.added++
	j.here.kept++
	j.watched.wake()
	for j.bytes > j.limits.Bytes && j.dropAnswer() > 0 {
	}
	for j.kept.len() > 0 && (j.kept.len() > j.limits.Entries || j.bytes > j.limits.Bytes) {
		j.dropOldest()
	}
	// Where the server is full, others may have filled it: this journal makes room
	// for what it adds, and no more.
	for freed := int64(0); freed < size && j.kept.len() > 1 && j.full(); {
		n := j.dropAnswer()
		if n == 0 {
			n = j.dropOldest()
		}
		freed += n
	}
	return stored
}

// grow counts n more bytes. Must hold mu.
func (j *Journal) grow(n int64) {
	j.bytes += n
	if j.limits.Quota != nil {
		j.limits.Quota.Add(n)
	}
}

func (j *Journal) full() bool { return j.limits.Quota != nil && j.limits.Quota.Fits(0) != nil }

// dropOldest loses the oldest entry, and returns the bytes that it had. Must hold mu.
func (j *Journal) dropOldest() int64 {
	oldest := j.kept.pop()
	size := oldest.size
	j.grow(-size)
	j.reuse(oldest.answer)
	*oldest = Entry{} // let go of its strings
	j.bare = max(j.bare-1, 0)
	j.lost++
	if j.here.kept > j.kept.len() {
		j.here.kept--
		j.here.lost++
	}
	return size
}

// dropAnswer loses the oldest answer's body, and returns the bytes that it had; 0 where
// there is none. Must hold mu.
func (j *Journal) dropAnswer() int64 {
	for j.bare < j.kept.len() {
		e := j.kept.at(j.bare)
		j.bare++
		j.reuse(e.answer)
		if n := e.dropAnswer(); n > 0 {
			j.grow(-n)
			return n
		}
	}
	return 0
}

// Len returns how many entries are kept.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.kept.len()
}

// Lost returns how many entries went because the journal was full, since it was
// made or cleared.
func (j *Journal) Lost() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lost
}

// Clear forgets all entries, and that any was lost. Ids go on.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.grow(-j.bytes)
	j.kept, j.bare, j.lost = newQueue(j.limits.Entries), 0, 0
	j.here.kept, j.here.lost = 0, 0
}

// Chapter returns what the open chapter is judged by: the entries that were
// added since NextChapter was called last, sorted by id, and how many of those
// were lost.
func (j *Journal) Chapter() (entries []Entry, lost uint64) {
	entries = j.copy(func() (from int) {
		lost = j.here.lost
		return j.kept.len() - j.here.kept
	}, func(*Entry) bool { return true })
	for i := range entries {
		entries[i] = entries[i].clone() // what an entry's pointers lead to never changes
	}
	return entries, lost
}

// NextChapter begins a chapter: what is added from now on belongs to it, also
// the entry of a request that came before. What is kept stays.
func (j *Journal) NextChapter() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.here.kept, j.here.lost = 0, 0
}

// Get returns the entry with that id. ok is false where there is none: it is
// not closed yet, is lost, was cleared, or has never been.
func (j *Journal) Get(id uint64) (e journal.Entry, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// From the newest: those are asked for. Entries stand in the order in which
	// they were closed, which is only nearly that of their ids.
	for i := j.kept.len() - 1; i >= 0; i-- {
		if k := j.kept.at(i); k.ID == id {
			e := k.held()
			return e.clone().Entry, true
		}
	}
	return journal.Entry{}, false
}

// Entries returns the entries that f lets through, sorted by id.
func (j *Journal) Entries(f journal.Filter) []journal.Entry {
	return read(f, j.copy(func() int { return 0 }, quick(f)))
}

// quick is the filter less what is too slow to be asked under the lock, and needs an
// entry that is fit to be read.
func quick(f journal.Filter) func(*Entry) bool {
	f.Contains = ""
	return func(e *Entry) bool { return f.Matches(&e.Entry) }
}

// read makes entries that passed quick fit to be read, and returns those that the whole
// filter lets through, the newest f.Limit of them.
func read(f journal.Filter, list []Entry) []journal.Entry {
	if f.Contains == "" {
		list = newest(list, f.Limit) // before the rest is made fit to be read
	}
	all := make([]journal.Entry, 0, len(list))
	for i := range list {
		if e := list[i].clone(); f.Contains == "" || f.Matches(&e.Entry) {
			all = append(all, e.Entry)
		}
	}
	return newest(all, f.Limit)
}

// newest returns the last entries, as many as limit; 0: all.
func newest[E any](list []E, limit int) []E {
	if limit > 0 && len(list) > limit {
		return list[len(list)-limit:]
	}
	return list
}

// copy returns the entries that pass, sorted by id, as they are kept. from says with
// which of the kept ones it begins, and is called with mu held.
func (j *Journal) copy(from func() int, pass func(*Entry) bool) []Entry {
	list := []Entry{}
	func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		for i := from(); i < j.kept.len(); i++ {
			if e := j.kept.at(i); pass(e) {
				list = append(list, e.held())
			}
		}
	}()
	slices.SortStableFunc(list, func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Requests returns the entries of an operation, sorted by id. See journal.Journal.
func (j *Journal) Requests(operation string) []journal.Entry {
	return j.Entries(journal.Filter{Operation: operation})
}

// Position returns the last id that was given.
func (j *Journal) Position() uint64 { return j.opened.Load() }

// SetPosition lets the next id be the one after last.
func (j *Journal) SetPosition(last uint64) { j.opened.Store(last) }
