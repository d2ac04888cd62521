package directory

import (
	"time"

	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// State is what the workload keeps in a world.
type State struct {
	Objects *Store
	Settle  func(now time.Time) // lets the directory have what the syncs made that are over by now
}

func of(c *workload.Call) *State { return workload.State[*State](c) }
