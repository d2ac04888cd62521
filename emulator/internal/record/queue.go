package record

// maxChunk is how many entries a queue takes room for at a time, so that taking it
// costs a request nothing.
const maxChunk = 32

// fewest is how many entries the first chunk has room for at first; it doubles, since
// most worlds of a test suite see a handful of requests.
const fewest = 1

// queue is entries, first in first out. It grows and shrinks by chunks; but for
// the first few entries, none is ever moved and no push copies what is there.
type queue struct {
	chunk  int       // entries of a chunk
	chunks [][]Entry // while there is only one, it may be shorter
	first  int       // of chunks[0], the entries before it are gone
	count  int       // of entries
	spare  []Entry   // a chunk that was emptied, for the next one needed
}

// newQueue returns an empty queue that hardly holds more than so many entries. Where
// these are few, its chunks are as short: an entry has some 400 bytes, and where there
// are many worlds, memory that was not touched for long is slow.
func newQueue(entries int) queue { return queue{chunk: min(entries, maxChunk)} }

func (q *queue) len() int { return q.count }

// at returns the entry at i, counted from the oldest. It is the queue's own.
func (q *queue) at(i int) *Entry {
	i += q.first
	return &q.chunks[i/q.chunk][i%q.chunk]
}

// push makes room for an entry at the end and returns it.
func (q *queue) push() *Entry {
	switch end := q.first + q.count; {
	case len(q.chunks) == 0:
		q.chunks = append(q.chunks, make([]Entry, fewest))
	case end == len(q.chunks)*q.chunk:
		c := q.spare
		if q.spare = nil; c == nil {
			c = make([]Entry, q.chunk)
		}
		q.chunks = append(q.chunks, c)
	case len(q.chunks) == 1 && end == len(q.chunks[0]):
		larger := make([]Entry, min(2*end, q.chunk))
		copy(larger, q.chunks[0])
		q.chunks[0] = larger
	}
	q.count++
	return q.at(q.count - 1)
}

// pop takes the oldest entry out. What it returns is good until the next push.
func (q *queue) pop() *Entry {
	e := q.at(0)
	q.count--
	if q.first++; q.first == q.chunk {
		q.spare, q.chunks[0] = q.chunks[0], nil
		q.chunks, q.first = q.chunks[1:], 0
	}
	return e
}
