package record

import "github.com/graphemu/graphemu/emulator/journal"

// watched wakes those that wait for entries. In the zero value nobody waits.
type watched struct {
	more  chan struct{} // closed when there is more; nil: nobody waits
	ended bool          // more is closed from the start
}

func (w *watched) wake() {
	if w.more != nil && !w.ended {
		close(w.more)
		w.more = nil
	}
}

// wait returns a channel that is closed when there is more.
func (w *watched) wait() <-chan struct{} {
	if w.more == nil {
		w.more = make(chan struct{})
		if w.ended {
			close(w.more)
		}
	}
	return w.more
}

// News is what came to a journal after a place in it.
type News struct {
	Entries []journal.Entry // in the order in which they were closed
	Missed  uint64          // how many were lost before anybody looked, whatever the filter
	Place   uint64          // where the next News begin
	More    <-chan struct{} // closed when there is more, or another journal in this one's place
}

// News returns the entries after place that f lets through; the newest f.Limit of
// them. Places count from 0, which is the beginning.
func (j *Journal) News(f journal.Filter, place uint64) News {
	pass, n, came := quick(f), News{}, []Entry(nil)
	func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		n.Place, n.More = j.added, j.watched.wait()
		first := j.added - uint64(j.kept.len()) // the place of the oldest that is kept
		if place < first {
			n.Missed = first - place
		}
		for i := max(place, first) - first; i < uint64(j.kept.len()); i++ {
			if e := j.kept.at(int(i)); pass(e) {
				came = append(came, e.held())
			}
		}
	}()
	n.Entries = read(f, came)
	return n
}

// End tells those that wait for entries (News.More) that this journal is no longer
// its world's: another has taken its place, or the world was dropped. Requests that are
// under way are still added here.
func (j *Journal) End() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.watched.wake()
	j.watched.ended = true
}
