package intake

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/profile"
)

// ended returns the runs that are over by now and not yet applied, in the order in
// which they ended. It forgets those that were overtaken and what belonged to
// profiles that are gone. Must hold mu.
func (i *Intake) ended(now time.Time) (list []ended) {
	for id, last := range i.runs {
		r, err := i.Profiles.Get(now, id)
		switch {
		case errors.Is(err, profile.ErrNotFound):
			i.forget(id)
		case last.applied:
		case r.Run() != last.number:
			last.applied, last.plan = true, nil
		case r.Completed():
			list = append(list, ended{r.Sync.LastActivity, r.Seq(), last})
		}
	}
	slices.SortFunc(list, func(a, b ended) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.seq, b.seq)) })
	return list
}
