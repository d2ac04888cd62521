package intake

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/blob"
	"github.com/graphemu/graphemu/emulator/internal/profile"
	"github.com/graphemu/graphemu/emulator/internal/roster"
)

// Saved is an intake as a snapshot keeps it; the stores that it works on are saved
// by themselves.
type Saved struct {
	Runs    []SavedRun    `json:"runs,omitempty"`    // by profile
	Reports []SavedReport `json:"reports,omitempty"` // by profile
}

// SavedRun is the latest sync of a profile's files.
type SavedRun struct {
	Profile string           `json:"profile"`
	Run     uint32           `json:"run"`
	Format  roster.Format    `json:"format"`
	Applied bool             `json:"applied,omitzero"`
	Stored  bool             `json:"stored,omitzero"` // its files are those in the container
	Files   []blob.SavedFile `json:"files,omitempty"` // else these
}

// SavedReport is what verification found last in a profile's files.
type SavedReport struct {
	Profile string `json:"profile"`
	roster.Report
}

// Save returns the intake as it stands at now.
func (i *Intake) Save(now time.Time) Saved {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.settle(now)
	var s Saved
	for _, id := range slices.Sorted(maps.Keys(i.runs)) {
		r := i.runs[id]
		saved := SavedRun{Profile: id, Run: r.number, Format: r.format, Applied: r.applied,
			Stored: slices.EqualFunc(r.files, i.Blobs.Files(id), blob.File.Same)}
		if !saved.Stored {
			for _, f := range r.files {
				saved.Files = append(saved.Files, f.Save())
			}
		}
		s.Runs = append(s.Runs, saved)
	}
	for _, id := range slices.Sorted(maps.Keys(i.reports)) {
		s.Reports = append(s.Reports, SavedReport{id, i.reports[id]})
	}
	return s
}

// Restore puts a new intake, whose stores were restored before, where s was
// saved. What a run that is under way will make is found out anew, so the
// directory must be as it was. It errs where s does not fit the stores.
func (i *Intake) Restore(now time.Time, s Saved) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, saved := range s.Runs {
		at := fmt.Sprintf("/runs/%d", n)
		r, err := i.Profiles.Get(now, saved.Profile)
		if err != nil {
			return fmt.Errorf("%s/profile: %q: %w", at, saved.Profile, err)
		}
		next := &run{number: saved.Run, format: saved.Format, applied: saved.Applied, files: i.Blobs.Files(saved.Profile)}
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
			if _, err := i.plan(now, r.Profile(), saved.Profile, next); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
		}
		i.runs[saved.Profile] = next
	}
	for r := range i.Profiles.All(now, 0) {
		if r.State == profile.Deleting {
			i.leaving[r.ID] = true
		}
	}
	for n, r := range s.Reports {
		if _, err := i.Profiles.Get(now, r.Profile); err != nil {
			return fmt.Errorf("/reports/%d/profile: %q: %w", n, r.Profile, err)
		}
		i.reports[r.Profile] = r.Report
	}
	return nil
}
