package objects

// queue is a container/heap of the futures whose next step comes at an instant, the
// earliest first; of one instant the object that was created first. Its zero value is
// empty.
type queue []*future

// notQueued is the place of a future that is not in the queue.
const notQueued = -1

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if c := q[i].due.Compare(q[j].due); c != 0 {
		return c < 0
	}
	return q[i].place < q[j].place
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].queued, q[j].queued = i, j
}

// Push appends x; heap.Push calls it.
func (q *queue) Push(x any) {
	f := x.(*future)
	f.queued = len(*q)
	*q = append(*q, f)
}

// Pop removes the last one; heap.Remove calls it.
func (q *queue) Pop() any {
	last := len(*q) - 1
	f := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	f.queued = notQueued
	return f
}
