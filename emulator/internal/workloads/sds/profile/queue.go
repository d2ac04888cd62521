package profile

import "time"

// queue is a container/heap of the profiles to which something happens by itself,
// the earliest first. Its zero value is empty.
type queue []*entry

// notQueued is the index of an entry that is not in the queue.
const notQueued = -1

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push appends an entry; heap.Push calls it.
func (q *queue) Push(x any) {
	e := x.(*entry)
	e.index = len(*q)
	*q = append(*q, e)
}

// Pop removes the last entry; heap.Pop and heap.Remove call it.
func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	e.index = notQueued
	return e
}

// isDue tells whether something happens by now.
func (q queue) isDue(now time.Time) bool { return len(q) > 0 && !q[0].due.After(now) }
