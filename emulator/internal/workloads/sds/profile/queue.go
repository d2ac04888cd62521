package profile

import (
	"container/heap"
	"time"
)

// queue is a container/heap of what happens by itself to profiles, the earliest
// first. Its zero value is empty.
type queue []queued

type queued struct {
	at    time.Time // here and not in the entry: looking there takes half as long again (BenchmarkSettle)
	entry *entry
}

// notQueued is the index of an entry that is not in the queue.
const notQueued = -1

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].entry.index, q[j].entry.index = i, j
}

// Push appends x; heap.Push calls it.
func (q *queue) Push(x any) {
	item := x.(queued)
	item.entry.index = len(*q)
	*q = append(*q, item)
}

// Pop removes the last item; heap.Remove calls it.
func (q *queue) Pop() any {
	last := len(*q) - 1
	item := (*q)[last]
	(*q)[last] = queued{}
	*q = (*q)[:last]
	item.entry.index = notQueued
	return nil // nobody asks
}

// set gives e its place for what happens to it at that instant.
func (q *queue) set(e *entry, at time.Time) {
	if e.index == notQueued {
		heap.Push(q, queued{at, e})
		return
	}
	(*q)[e.index].at = at
	heap.Fix(q, e.index)
}

// remove takes e out, if it is there.
func (q *queue) remove(e *entry) {
	if e.index != notQueued {
		heap.Remove(q, e.index)
	}
}

// isDue tells whether something happens by now.
func (q queue) isDue(now time.Time) bool { return len(q) > 0 && !q[0].at.After(now) }
