package journal

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
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
func (e *Encoder) Encode(entry *Entry) error {
	if e.run == "" {
		return e.json.Encode(entry)
	}
	return e.json.Encode(struct {
		Run string `json:"run"`
		*Entry
	}{e.run, entry})
}

// waiting is how many entries may wait for the writer: a burst passes, and beyond
// it requests wait for the file, which is to have every entry.
const waiting = 256

// Writer writes every entry of journals to a file, a line of JSON each. It does so in
// a goroutine of its own, and flushes as soon as no entry waits: a process that is
// killed loses only what was just being written. It is safe for concurrent use.
type Writer struct {
	encoder *Encoder
	buffer  *bufio.Writer
	failed  func(error)
	queue   chan Entry
	start   sync.Once // the first entry does, or Close
	done    chan struct{}

	mu     sync.RWMutex // guards closed; held for reading while an entry is put into the queue
	closed bool
}

// NewWriter makes a writer. run is what each line names as its run, "" for none.
// failed is called once with the first error of to, and nothing is written after it.
func NewWriter(to io.Writer, run string, failed func(error)) *Writer {
	b := bufio.NewWriterSize(to, 64<<10)
	return &Writer{encoder: NewEncoder(b, run), buffer: b, failed: failed, queue: make(chan Entry, waiting), done: make(chan struct{})}
}

// add hands over an entry as a journal keeps it. After Close it does nothing.
func (w *Writer) add(e Entry) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if !w.closed {
		w.start.Do(func() { go w.run() })
		w.queue <- e
	}
}

// run writes what comes until the queue is closed and empty.
func (w *Writer) run() {
	defer close(w.done)
	var err error
	for e := range w.queue {
		if err != nil {
			continue // so that add does not wait for ever
		}
		if err = w.write(e); err != nil {
			w.failed(err)
		}
	}
}

func (w *Writer) write(e Entry) error {
	e = e.clone()
	if err := w.encoder.Encode(&e); err != nil || len(w.queue) > 0 {
		return err
	}
	return w.buffer.Flush()
}

// Close returns when every entry is written that was added.
func (w *Writer) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	w.start.Do(func() { go w.run() })
	<-w.done
}

// CopyTo lets w have every entry that is added from now on. It is called before the
// first; nil: nobody wants them.
func (j *Journal) CopyTo(w *Writer) { j.copies = w }
