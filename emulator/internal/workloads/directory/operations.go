package directory

import (
	"time"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// State is what the workload keeps in a world.
type State struct {
	Objects *Store
	Settle  func(now time.Time) // lets the directory have what the syncs made that are over by now
}

func of(c *workload.Call) *State { return workload.State[*State](c) }

// Permissions. Documented, each on the page of the operation.
var (
	accountsNeed = same("User.ReadBasic.All User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All")
	skusNeed     = same("LicenseAssignment.Read.All LicenseAssignment.ReadWrite.All Organization.Read.All Organization.ReadWrite.All " +
		"Directory.Read.All Directory.ReadWrite.All")
)

func same(permissions string) *identity.Need {
	return identity.NewNeed(identity.Directory, permissions, permissions)
}
