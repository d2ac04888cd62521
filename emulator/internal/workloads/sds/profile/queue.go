package profile

import "time"

// slot is the place of one profile in a store: its record of the moment, and
// where the indexes have it. It stays the same while the profile lives.
type slot struct {
	record *Record
	block  *block
	due    int // index in the queue, or absent, or taken
}

const (
	absent = -1
	taken  = -2 // it left the queue to be settled
)

// queue is a heap of what happens next to profiles, the earliest first. Its
// zero value is empty.
type queue []dueItem

type dueItem struct {
	at   time.Time
	slot *slot
}

// set gives s its place for what happens at that instant.
func (q *queue) set(s *slot, at time.Time) {
	if s.due < 0 {
		s.due = len(*q)
		*q = append(*q, dueItem{at, s})
		q.up(s.due)
		return
	}
	(*q)[s.due].at = at
	q.up(s.due)
	q.down(s.due)
}

// remove takes s out, if it is there.
func (q *queue) remove(s *slot) {
	i, last := s.due, len(*q)-1
	s.due = absent
	if i < 0 {
		return
	}
	moved := (*q)[last]
	(*q)[last] = dueItem{}
	*q = (*q)[:last]
	if i == last {
		return
	}
	(*q)[i] = moved
	moved.slot.due = i
	q.up(i)
	q.down(moved.slot.due)
}

// take removes and returns those whose instant is now or earlier, in no order.
func (q *queue) take(now time.Time) (list []*slot) {
	for few := len(*q) / 32; len(*q) > 0 && !(*q)[0].at.After(now); {
		if len(list) > few {
			return q.sweep(now, list)
		}
		s := (*q)[0].slot
		q.remove(s)
		s.due = taken
		list = append(list, s)
	}
	return list
}

// sweep is take for many, in one go over all.
func (q *queue) sweep(now time.Time, list []*slot) []*slot {
	kept := (*q)[:0]
	for _, d := range *q {
		if d.at.After(now) {
			d.slot.due = len(kept)
			kept = append(kept, d)
		} else {
			d.slot.due = taken
			list = append(list, d.slot)
		}
	}
	clear((*q)[len(kept):])
	*q = kept
	for i := len(kept)/2 - 1; i >= 0; i-- {
		q.down(i)
	}
	return list
}

// earliest returns the first instant at which something happens to a profile
// that wanted picks.
func (q queue) earliest(wanted func(*Record) bool) (at time.Time, ok bool) {
	// No child is earlier than its parent: below one that is wanted, or that is
	// later than the best, nothing need be looked at.
	for todo := []int{0}; len(todo) > 0; {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case i >= len(q) || ok && !q[i].at.Before(at):
		case wanted(q[i].slot.record):
			at, ok = q[i].at, true
		default:
			todo = append(todo, 2*i+1, 2*i+2)
		}
	}
	return at, ok
}

func (q queue) up(i int) {
	d := q[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !d.at.Before(q[parent].at) {
			break
		}
		q.place(i, q[parent])
		i = parent
	}
	q.place(i, d)
}

func (q queue) down(i int) {
	d := q[i]
	for {
		child := 2*i + 1
		if child >= len(q) {
			break
		}
		if child+1 < len(q) && q[child+1].at.Before(q[child].at) {
			child++
		}
		if !q[child].at.Before(d.at) {
			break
		}
		q.place(i, q[child])
		i = child
	}
	q.place(i, d)
}

func (q queue) place(i int, d dueItem) { q[i], d.slot.due = d, i }
