package record

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/journal"
)

// Encoder writes entries as JSON, one a line. It is the one form that an entry has
// in a file and on the wire.
type Encoder struct {
	run  string
	json *json.Encoder
}

// NewEncoder makes an encoder. run is what each line names as its run; "": none.
func NewEncoder(to io.Writer, run string) *Encoder {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false) // addresses are for reading
	return &Encoder{run, e}
}

// Encode writes one line. It returns the writer's error.
func (e *Encoder) Encode(entry *journal.Entry) error {
	if e.run == "" {
		return e.json.Encode(entry)
	}
	return e.json.Encode(struct {
		Run string `json:"run"`
		*journal.Entry
	}{e.run, entry})
}

// waiting is how many entries may wait for the writer: a burst passes, and beyond
// it requests wait for the file, which is to have every entry.
const waiting = 256

// patience is how long the file may take nothing while somebody waits for it. Chosen: a
// disk that hangs for so long may hang for good, and clients are not to hang with it.
// It is the grace of a stop, too.
const patience = 5 * time.Second

// errStuck is why nothing is written any more to a file that hangs.
var errStuck = fmt.Errorf("it has taken nothing for %v", patience)

// Writer writes every entry of journals to a file, a line of JSON each. It does so in
// a goroutine of its own, and flushes as soon as no entry waits: a process that is
// killed loses only what was just being written. It is safe for concurrent use.
type Writer struct {
	encoder *Encoder
	buffer  *bufio.Writer
	failed  func(error)
	queue   chan Entry
	taken   atomic.Uint64 // entries that are out of the queue and written
	start   sync.Once     // the first entry does, or Close
	done    chan struct{} // closed when all is written
	fail    sync.Once
	given   chan struct{} // closed when the writer has given up: nothing is written any more

	mu     sync.RWMutex // guards closed; held for reading while an entry is put into the queue
	closed bool
}

// NewWriter makes a writer. run is what each line names as its run, "" for none.
// failed is called once with the first error of to, or where to hangs, and nothing is
// written after it.
func NewWriter(to io.Writer, run string, failed func(error)) *Writer {
	b := bufio.NewWriterSize(to, 64<<10)
	return &Writer{encoder: NewEncoder(b, run), buffer: b, failed: failed, queue: make(chan Entry, waiting),
		done: make(chan struct{}), given: make(chan struct{})}
}

// add hands over an entry as a journal keeps it. After Close it does nothing.
func (w *Writer) add(e Entry) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return
	}
	w.start.Do(func() { go w.run() })
	select {
	case w.queue <- e:
	default:
		w.await(func(late <-chan struct{}) (over bool) {
			select {
			case w.queue <- e:
			case <-w.given:
			case <-late:
				return false
			}
			return true
		})
	}
}

// await calls attempt until it is over, or the file has taken nothing for all the time
// that attempt had, until late. Then the writer gives up.
func (w *Writer) await(attempt func(late <-chan struct{}) (over bool)) {
	for {
		before := w.taken.Load()
		limited, cancel := context.WithTimeout(context.Background(), patience)
		over := attempt(limited.Done())
		cancel()
		if over {
			return
		}
		if w.taken.Load() == before {
			w.giveUp(errStuck)
			return
		}
	}
}

func (w *Writer) giveUp(err error) {
	w.fail.Do(func() {
		close(w.given)
		w.failed(err)
	})
}

// run writes what comes until the queue is closed and empty.
func (w *Writer) run() {
	defer close(w.done)
	for e := range w.queue {
		select {
		case <-w.given: // who adds must not wait
		default:
			if err := w.write(e); err != nil {
				w.giveUp(err)
			}
		}
		w.taken.Add(1)
	}
}

func (w *Writer) write(e Entry) error {
	e = e.clone()
	if err := w.encoder.Encode(&e.Entry); err != nil || len(w.queue) > 0 {
		return err
	}
	return w.buffer.Flush()
}

// Close returns when every entry is written that was added, or when the writer has
// given up.
func (w *Writer) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	w.start.Do(func() { go w.run() })
	w.await(func(late <-chan struct{}) (over bool) {
		select {
		case <-w.done:
		case <-w.given:
		case <-late:
			return false
		}
		return true
	})
}

// CopyTo lets w have every entry that is added from now on. It is called before the
// first; nil: nobody wants them.
func (j *Journal) CopyTo(w *Writer) { j.copies = w }
