package rostersync

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// Saved is an intake as a snapshot keeps it; the stores that it works on are saved
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

// Whole is an intake with the stores that it works on, all of one moment.
type Whole struct {
	Syncs     Saved
	Profiles  profile.SavedStore
	Uploads   storage.Saved
	Directory directory.Saved
}

// Save returns the intake and its stores as they stand at now. What calls do to
// profiles and files meanwhile is in it or not, but never half: a run is there
// only with its profile, and with the files that it works on.
func (i *Intake) Save(now time.Time) Whole {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.settle(now)
	w := Whole{Directory: i.Directory.Save(), Profiles: i.Profiles.Save(now), Uploads: i.Blobs.Save()}
	there := map[string]bool{}
	for _, p := range w.Profiles.Profiles {
		there[gjson.GetBytes(p.Profile, "id").String()] = true
	}
	containers := map[string]storage.SavedContainer{}
	for _, c := range w.Uploads.Containers {
		containers[c.Name] = c
	}
	for _, id := range slices.Sorted(maps.Keys(i.runs)) {
		if !there[id] {
			continue
		}
		r := i.runs[id]
		saved := SavedRun{Profile: id, Run: r.number, Begun: r.begun.UTC(), Format: r.format, Applied: r.applied}
		for _, f := range r.files {
			saved.Files = append(saved.Files, f.Save())
		}
		if saved.Stored = containers[id].Holds(saved.Files); saved.Stored {
			saved.Files = nil
		}
		w.Syncs.Runs = append(w.Syncs.Runs, saved)
	}
	for _, id := range slices.Sorted(maps.Keys(i.reports)) {
		if there[id] {
			w.Syncs.Reports = append(w.Syncs.Reports, SavedReport{id, i.reports[id]})
		}
	}
	return w
}

// Restore puts a new intake, whose stores were restored before, where s was
// saved. What a run that is under way will make is found out anew, so the
// directory must be as it was. It errs where s does not fit the stores.
func (i *Intake) Restore(s Saved) error {
	var before time.Time // what is due since the save, as that a profile goes, comes when all is in place
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, saved := range s.Runs {
		at := fmt.Sprintf("/runs/%d", n)
		r, err := i.Profiles.Get(before, saved.Profile)
		if err != nil {
			return fmt.Errorf("%s/profile: %q: %w", at, saved.Profile, err)
		}
		next := &run{number: saved.Run, begun: saved.Begun, format: saved.Format, applied: saved.Applied, files: i.Blobs.Files(saved.Profile)}
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
			if _, err := i.plan(r.Profile(), saved.Profile, next); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
		}
		i.makeMaps()
		i.runs[saved.Profile] = next
	}
	for n, r := range s.Reports {
		if _, err := i.Profiles.Get(before, r.Profile); err != nil {
			return fmt.Errorf("/reports/%d/profile: %q: %w", n, r.Profile, err)
		}
		i.makeMaps()
		i.reports[r.Profile] = r.Report
	}
	return nil
}
