package sds

import (
	"fmt"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
)

// Saved is what a snapshot keeps of the workload.
type Saved = rostersync.SavedStores

// Save returns the workload as it stands at now, and the directory and the world's
// objects at the same moment, with what the syncs made that are over by then.
func (s *State) Save(now time.Time) (Saved, directory.Saved, entity.Saved) {
	return s.Syncs.Save(now)
}

// Restore puts a new state where another was saved. Objects and directory are restored before:
// syncs go on in it. It errs with the place of what is wrong.
func (s *State) Restore(saved Saved) error {
	if err := s.Profiles.Restore(saved.Profiles); err != nil {
		return fmt.Errorf("/profiles: %w", err)
	}
	if err := s.Files.Restore(saved.Uploads); err != nil {
		return fmt.Errorf("/uploads: %w", err)
	}
	if err := s.Syncs.Restore(saved.Syncs); err != nil {
		return fmt.Errorf("/syncs: %w", err)
	}
	return nil
}
