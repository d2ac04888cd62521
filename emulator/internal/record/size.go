package record

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"

	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// What an entry keeps at most, in bytes. Chosen: enough for whatever a client of
// this API says, and little enough that no request fills the journal alone.
const (
	maxAddress = 8 << 10 // of the path, and of the query
	maxName    = 1 << 10 // of the method, the client and the profile
	maxMessage = 2 << 10 // of each text of an error
	maxDetails = 32      // of an error; a body may break a rule a hundred thousand times
	smallText  = 512     // a text up to this size may keep alive the short request line that it is a part of
)

// long tells whether any text of e is to be cut.
func (e *Entry) long() bool {
	return len(e.Path)+len(e.Query) > smallText || len(e.Method) > maxName || len(e.Client) > maxName || len(e.Profile) > maxName ||
		len(e.RequestBody) > journal.MaxBody || e.Error != nil && longProblem(e.Error)
}

// tighten cuts what is too long, but for the body: what is cut can no more be
// read by whoever looks for its secrets.
func (e *Entry) tighten() {
	e.Method, e.Client, e.Profile = words.Cut(e.Method, maxName, "…"), words.Cut(e.Client, maxName, "…"), words.Cut(e.Profile, maxName, "…")
	e.Path, e.Query = words.Cut(e.Path, maxAddress, "…"), words.Cut(e.Query, maxAddress, "…")
	if e.Error != nil && longProblem(e.Error) {
		e.Error = cutProblem(e.Error)
	}
}

// finish cuts the body, and lets go of the texts that what is kept was cut out
// of: net/http keeps a request's first line as one string.
func (e *Entry) finish(line int) {
	if n := len(e.RequestBody); n > journal.MaxBody {
		e.RequestBody = words.Cut(e.RequestBody, journal.MaxBody, fmt.Sprintf("… (cut: %d bytes in all)", n))
	}
	if line > smallText || e.Batch != 0 {
		e.letGo()
	}
}

// letGo makes the entry's texts its own: those of a batch's part are cut out of the
// batch.
func (e *Entry) letGo() {
	e.Method, e.Path, e.Query, e.Profile = strings.Clone(e.Method), strings.Clone(e.Path), strings.Clone(e.Query), strings.Clone(e.Profile)
}

// longProblem tells whether any text of an error is to be cut.
func longProblem(p *journal.Problem) bool {
	return len(p.Code) > maxMessage || len(p.Message) > maxMessage || len(p.Details) > maxDetails ||
		slices.ContainsFunc(p.Details, func(d journal.ProblemDetail) bool {
			return max(len(d.Code), len(d.Target), len(d.Message)) > maxMessage
		})
}

// cutProblem returns a copy that is within the limits.
func cutProblem(p *journal.Problem) *journal.Problem {
	q := *p
	q.Code, q.Message = words.Cut(p.Code, maxMessage, "…"), words.Cut(p.Message, maxMessage, "…")
	q.Details = slices.Clone(p.Details[:min(len(p.Details), maxDetails)])
	for i, d := range q.Details {
		q.Details[i] = journal.ProblemDetail{
			Code: words.Cut(d.Code, maxMessage, "…"), Target: words.Cut(d.Target, maxMessage, "…"), Message: words.Cut(d.Message, maxMessage, "…")}
	}
	if more := len(p.Details) - maxDetails; more > 0 {
		q.Details = append(q.Details, journal.ProblemDetail{Code: "more", Message: fmt.Sprintf("%d more are not kept", more)})
	}
	return &q
}

// memory estimates the memory of an entry. World, operation and advice are texts
// that entries share; where a profile stands may be shared, and is counted.
func (e *Entry) memory() int64 {
	n := int(unsafe.Sizeof(*e)) + len(e.Method) + len(e.Path) + len(e.Query) + len(e.Client) + len(e.Profile) + len(e.RequestID) +
		len(e.RequestBody) + len(e.ResponseBody) + len(e.Outcome) + int(e.answer.memory())
	for _, s := range [...]*journal.Subject{e.Before, e.After} {
		if s != nil {
			n += int(unsafe.Sizeof(*s)) + len(s.Object)
		}
	}
	if s := e.Subject; s != nil {
		n += int(unsafe.Sizeof(*s)) + len(s.Path) + len(s.ID)
	}
	if p := e.Error; p != nil {
		n += int(unsafe.Sizeof(*p)) + len(p.Code) + len(p.Message)
		for i := range p.Details {
			d := &p.Details[i]
			n += int(unsafe.Sizeof(*d)) + len(d.Code) + len(d.Target) + len(d.Message)
		}
	}
	if e.Detail != nil {
		n += detailMemory(e.Detail)
	}
	if d := e.Denied; d != nil { // the names of what was needed are shared
		n += int(unsafe.Sizeof(*d)) + (len(d.Needed)+len(d.Had))*int(unsafe.Sizeof(""))
		for _, name := range d.Had {
			n += len(name)
		}
	}
	return int64(n)
}

func detailMemory(d *journal.Detail) int {
	n := int(unsafe.Sizeof(*d)) + len(d.Lifecycle) + len(d.Throttled) + len(d.Burst) + len(d.RetryFormat)
	if f := d.Fault; f != nil {
		n += int(unsafe.Sizeof(*f)) + len(f.Rule)
		for _, effect := range f.Effects {
			n += int(unsafe.Sizeof(effect)) + len(effect)
		}
	}
	for i := range d.Misses {
		n += int(unsafe.Sizeof(d.Misses[i])) + len(d.Misses[i].Rule) + len(d.Misses[i].Why)
	}
	if d.RetryAfter != nil {
		n += int(unsafe.Sizeof(*d.RetryAfter))
	}
	if d.Early != nil {
		n += int(unsafe.Sizeof(*d.Early))
	}
	return n
}

// clone returns a copy that is fit to be read: less secrets, and with nothing in it
// that others share and could change.
func (e Entry) clone() Entry {
	if a := e.answer.copied(); a.text != "" {
		e.ResponseBody = a.read(new(redact.Found))
	}
	e.size, e.answer = 0, answer{}
	e.Before, e.After = copied(e.Before), copied(e.After)
	e.Held.Names = slices.Clone(e.Held.Names)
	e.Subject = copied(e.Subject)
	if e.Denied = copied(e.Denied); e.Denied != nil {
		e.Denied.Needed, e.Denied.Had = slices.Clone(e.Denied.Needed), slices.Clone(e.Denied.Had)
	}
	if e.Error = copied(e.Error); e.Error != nil {
		e.Error.Details = slices.Clone(e.Error.Details)
	}
	if e.Detail = copied(e.Detail); e.Detail != nil {
		d := e.Detail
		d.Misses, d.RetryAfter, d.Early = slices.Clone(d.Misses), copied(d.RetryAfter), copied(d.Early)
		if d.Fault = copied(d.Fault); d.Fault != nil {
			d.Fault.Effects = slices.Clone(d.Fault.Effects)
		}
	}
	return e
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	q := *p
	return &q
}
