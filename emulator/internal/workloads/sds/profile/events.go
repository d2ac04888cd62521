package profile

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/tidwall/gjson"
)

// events collects what a settling does, up to a limit of the earliest. Its nil
// value is for whoever does not ask.
type events struct {
	limit int
	total int
	list  []told
	full  bool // the first limit of list are in order, and no later one counts
}

// told is an event that may yet make room for an earlier one.
type told struct {
	at        time.Time
	record    *Record
	from, to  Standing
	lifecycle string
	errors    int
	number    int // of equals in time and profile, which came first
}

func newEvents(limit int) *events { return &events{limit: min(max(limit, 0), math.MaxInt32)} }

func (e *events) add(r *Record, at time.Time, from Standing, lifecycle string, errors int) {
	if e == nil {
		return
	}
	e.total++
	if e.limit == 0 {
		return
	}
	t := told{at, r, from, r.standing(), lifecycle, errors, e.total}
	if e.full && t.compare(&e.list[e.limit-1]) > 0 {
		return // so most are passed over where there are many more than the limit
	}
	e.list = append(e.list, t)
	if len(e.list) >= 2*e.limit+1024 {
		e.cut()
	}
}

func (t *told) compare(u *told) int {
	if c := t.at.Compare(u.at); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(t.record.seq, u.record.seq), cmp.Compare(t.number, u.number))
}

// cut keeps the earliest, in order.
func (e *events) cut() {
	slices.SortFunc(e.list, func(a, b told) int { return a.compare(&b) })
	if len(e.list) > e.limit {
		clear(e.list[e.limit:])
		e.list, e.full = e.list[:e.limit], true
	}
}

// all returns the events in order.
func (e *events) all() []Event {
	e.cut()
	list := make([]Event, len(e.list))
	for i, t := range e.list {
		list[i] = Event{At: t.at, ID: t.record.ID, DisplayName: gjson.GetBytes(t.record.document.Load().json, "displayName").String(),
			From: t.from, To: t.to, Lifecycle: t.lifecycle, Errors: t.errors}
	}
	return list
}
