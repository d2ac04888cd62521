package rostersync

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// FullError says that files which syncs under way work on, and which others have
// taken the place of since, leave no room for one more sync.
type FullError struct{ Held, Max int64 } // bytes

func (e *FullError) Error() string {
	return fmt.Sprintf("syncs that are not over hold %d bytes of files that were replaced since they started, "+
		"and the most is %d; let them end, or reset or delete their profiles", e.Held, e.Max)
}

// forgetGone drops what belonged to profiles that are gone, however they went.
// Must hold mu.
func (s *Syncs) forgetGone(now time.Time) {
	gone := s.Profiles.Gone(now)
	if gone == s.gone {
		return
	}
	s.gone = gone
	for _, id := range s.Blobs.Containers() {
		s.forgetIfGone(now, id)
	}
	for id := range s.runs {
		s.forgetIfGone(now, id)
	}
	for id := range s.reports {
		s.forgetIfGone(now, id)
	}
}

// forgetIfGone is forgetGone for one. Must hold mu.
func (s *Syncs) forgetIfGone(now time.Time, id string) {
	if _, err := s.Profiles.Get(now, id); errors.Is(err, profile.ErrNotFound) {
		delete(s.runs, id)
		delete(s.reports, id)
		s.Blobs.Drop(id)
	}
}

// makeRoom sees to it that the files which runs hold beside those in their
// containers are no more than a world may have (chosen: the containers' own limit
// once again). Where they are more, runs that are over are forgotten, the oldest
// profile's first: a reset then starts over without files, and keeps what there is.
// The run before of the profile that starts counts no more. Must hold mu.
func (s *Syncs) makeRoom(now time.Time, starting string) error {
	type holder struct {
		id   string
		seq  uint64
		held int64
	}
	var all []holder
	var held int64
	for _, id := range slices.Sorted(maps.Keys(s.runs)) {
		last := s.runs[id]
		r, err := s.Profiles.Get(now, id)
		if err != nil || id == starting {
			continue
		}
		if n := beside(last.files, s.Blobs.Files(id)); n > 0 {
			all, held = append(all, holder{id, r.Seq(), n}), held+n
		}
	}
	slices.SortFunc(all, func(a, b holder) int { return cmp.Compare(a.seq, b.seq) })
	most := s.Blobs.Limits().World
	for _, h := range all {
		if held > most && s.runs[h.id].applied {
			delete(s.runs, h.id)
			held -= h.held
		}
	}
	if held > most {
		return &FullError{held, most}
	}
	return nil
}

// beside is how many bytes of files are not among those stored, both by name.
func beside(files, stored []storage.File) (n int64) {
	for _, f := range files {
		if at, found := slices.BinarySearchFunc(stored, f,
			func(a, b storage.File) int { return cmp.Compare(a.Name, b.Name) }); !found || !stored[at].Shares(f) {
			n += f.Size
		}
	}
	return n
}
