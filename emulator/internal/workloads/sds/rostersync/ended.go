package rostersync

import (
	"cmp"
	"slices"
	"time"
)

// ended is a run that is over and not yet applied.
type ended struct {
	at  time.Time
	seq uint64
	run *run
}

// ended returns the runs that are over by now and not yet applied, in the order in
// which they ended. The plans of those that were overtaken go. Must hold mu.
func (s *Syncs) ended(now time.Time) (list []ended) {
	for id, last := range s.runs {
		r, err := s.Profiles.Get(now, id)
		switch {
		case err != nil, last.applied:
		case r.Run() != last.number:
			last.applied, last.plan = true, nil
		case r.Completed():
			list = append(list, ended{r.Sync.LastActivity, r.Seq(), last})
		}
	}
	slices.SortFunc(list, func(a, b ended) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.seq, b.seq)) })
	return list
}
