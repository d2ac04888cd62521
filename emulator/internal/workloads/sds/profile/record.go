package profile

import (
	"bytes"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// Record is a profile as it stood at one moment. Once it has left the store it
// never changes: whoever holds one may read it without a lock.
//
// It keeps what a profile consists of as JSON, since that is what is asked for.
// A world may hold 100,000 of them: as decoded values they would take twice the
// memory, and the garbage collector would follow each of their pointers.
type Record struct {
	ID     string
	State  State
	Sync   SyncStatus
	Errors []SyncError // of the latest run, in the order in which they were recorded

	life
	content
	seq      uint64 // order of creation, the cursor of a list
	created  int64  // when it was, in seconds since 1970; 0: not known
	document atomic.Pointer[document]
}

// content is what the lifecycle needs to know of the document.
type content struct {
	csv            bool   // the data provider takes files
	expirationDate string // Edm.Date, "" for none
	size           int    // of its JSON, in bytes
}

// document is a profile on the wire.
type document struct {
	json  []byte // an object without "@odata.context"
	state State  // the one that json shows
}

// Seq tells a record's place in the order of creation.
func (r *Record) Seq() uint64 { return r.seq }

// JSON returns the profile on the wire, an object without "@odata.context".
// Callers must not write to it.
func (r *Record) JSON() []byte {
	d := r.document.Load()
	if d.state != r.State {
		// The state is written when it is first asked for, since most states pass
		// unseen: moving a clock over 100,000 profiles takes 0.1 s, and 0.8 s where
		// each state is written (BenchmarkSettle).
		before, after := d.around()
		d = &document{json: bytes.Join([][]byte{before, []byte(r.State), after}, nil), state: r.State}
		r.document.Store(d)
	}
	return d.json
}

// around returns what stands before and after the state. Inside a JSON string
// the quotes would be escaped, so nothing but the property looks like this.
func (d *document) around() (before, after []byte) {
	const property = `,"state":"`
	at := bytes.Index(d.json, []byte(property)) + len(property)
	return d.json[:at], d.json[at+len(d.state):]
}

// Profile returns the profile as decoded values.
func (r *Record) Profile() Profile {
	body, err := jsontree.Decode(r.JSON())
	if err != nil {
		panic(err) // we wrote it
	}
	o := asObject(body)
	p := NewChange(o).apply(Profile{State: r.State, ID: r.ID}, asGiven)
	return p
}

// What a profile and one of its errors cost beside the profile's JSON, in bytes:
// about what they take in a world of many. Measured.
const (
	recordCost = 600
	errorCost  = 512
)

// cost is what the record takes of the server's memory, in bytes.
func (r *Record) cost() int64 { return recordCost + int64(r.size) + errorCost*int64(len(r.Errors)) }

// set gives the record another content.
func (r *Record) set(p Profile, plainTypes bool) {
	_, csv := p.DataProvider.(*CSV)
	json := encode(p, plainTypes)
	r.content = content{csv: csv, expirationDate: p.ExpirationDate, size: len(json)}
	r.document.Store(&document{json: json, state: p.State})
}

// clone returns a copy that may be changed until it is kept. It shares the
// slices, which are replaced and never written to.
func (r *Record) clone() *Record {
	c := &Record{ID: r.ID, State: r.State, Sync: r.Sync, Errors: r.Errors, life: r.life, content: r.content, seq: r.seq, created: r.created}
	c.document.Store(r.document.Load())
	return c
}

// clearErrors is what a new run and a reset begin with.
func (r *Record) clearErrors() { r.Errors, r.Sync.ErrorCount = nil, 0 }
