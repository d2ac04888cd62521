package rostersync

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// Saved is the syncs as a snapshot keeps them; the stores that they work on are saved
// by themselves.
type Saved struct {
	Runs    []SavedRun    `json:"runs,omitempty"`    // by profile
	Reports []SavedReport `json:"reports,omitempty"` // by profile
}

// SavedRun is the latest sync of a profile's files.
type SavedRun struct {
	Profile string              `json:"profile"`
	Run     uint32              `json:"run"`
	Begun   time.Time           `json:"begun"`
	Format  roster.Format       `json:"format"`
	Applied bool                `json:"applied,omitzero"`
	Stored  bool                `json:"stored,omitzero"` // its files are those in the container
	Files   []storage.SavedFile `json:"files,omitempty"` // else these
}

// SavedReport is what verification found last in a profile's files.
type SavedReport struct {
	Profile string `json:"profile"`
	roster.Report
}

// SavedStores are the syncs with the profiles and files that they work on, all of one
// moment.
type SavedStores struct {
	Profiles profile.SavedStore `json:"profiles"`
	Uploads  storage.Saved      `json:"uploads"`
	Syncs    Saved              `json:"syncs"`
}

// Save returns the syncs and their stores as they stand at now, and the directory and the
// world's objects at the same moment. What calls do to profiles and files meanwhile is in it
// or not, but never half: a run is there only with its profile, and with the files that it
// works on.
func (s *Syncs) Save(now time.Time) (SavedStores, directory.Saved, entity.Saved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
	w := SavedStores{Profiles: s.Profiles.Save(now), Uploads: s.Blobs.Save()}
	made, objects := s.Directory.Save()
	there := map[string]bool{}
	for _, p := range w.Profiles.Profiles {
		there[gjson.GetBytes(p.Profile, "id").String()] = true
	}
	containers := map[string]storage.SavedContainer{}
	for _, c := range w.Uploads.Containers {
		containers[c.Name] = c
	}
	for _, id := range slices.Sorted(maps.Keys(s.runs)) {
		if !there[id] {
			continue
		}
		r := s.runs[id]
		saved := SavedRun{Profile: id, Run: r.number, Begun: r.begun.UTC(), Format: r.format, Applied: r.applied}
		for _, f := range r.files {
			saved.Files = append(saved.Files, f.Save())
		}
		if saved.Stored = containers[id].Holds(saved.Files); saved.Stored {
			saved.Files = nil
		}
		w.Syncs.Runs = append(w.Syncs.Runs, saved)
	}
	for _, id := range slices.Sorted(maps.Keys(s.reports)) {
		if there[id] {
			w.Syncs.Reports = append(w.Syncs.Reports, SavedReport{id, s.reports[id]})
		}
	}
	return w, made, objects
}

// Restore puts new syncs, whose stores were restored before, where from was
// saved. What a run that is under way will make is found out anew, so the
// directory must be as it was. It errs where from does not fit the stores.
func (s *Syncs) Restore(from Saved) error {
	var before time.Time // what is due since the save, as that a profile goes, comes when all is in place
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, saved := range from.Runs {
		at := fmt.Sprintf("/runs/%d", n)
		r, err := s.Profiles.Get(before, saved.Profile)
		if err != nil {
			return fmt.Errorf("%s/profile: %q: %w", at, saved.Profile, err)
		}
		next := &run{number: saved.Run, begun: saved.Begun, format: saved.Format, applied: saved.Applied, files: s.Blobs.Files(saved.Profile)}
		if !saved.Stored {
			next.files = nil
			for m, f := range saved.Files {
				file, err := f.File()
				if err != nil {
					return fmt.Errorf("%s/files/%d: %w", at, m, err)
				}
				next.files = append(next.files, file)
			}
		}
		if !next.applied {
			if _, err := s.plan(r.Profile(), saved.Profile, next); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
		}
		s.makeMaps()
		s.runs[saved.Profile] = next
	}
	for n, r := range from.Reports {
		if _, err := s.Profiles.Get(before, r.Profile); err != nil {
			return fmt.Errorf("/reports/%d/profile: %q: %w", n, r.Profile, err)
		}
		s.makeMaps()
		s.reports[r.Profile] = r.Report
	}
	return nil
}
