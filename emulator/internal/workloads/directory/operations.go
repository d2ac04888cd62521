package directory

import (
	"errors"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
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

const both = workload.Beta | workload.V1

// ReadOnly is what graphemu says to who wants to write here.
const ReadOnly = "graphemu's schools, classes and users are read-only: " +
	"they come from a sync of rosters, accounts and licences from the fixture too"

// Workload is the tenant's accounts and licences, which are only read.
var Workload = &workload.Workload{
	Model: model,
	Operations: []workload.Operation{
		{Name: "directory.users.list", Method: "GET", Path: "/users", Versions: both, Needs: accountsNeed, Run: ListOf(Accounts)},
		{Name: "directory.users.count", Method: "GET", Path: "/users/$count", Versions: both, Needs: accountsNeed, Run: CountOf(Accounts)},
		{Name: "directory.users.get", Method: "GET", Path: "/users/{object}", Versions: both, Needs: accountsNeed, Run: OneOf(Accounts)},
		{Name: "directory.subscribedSkus.list", Method: "GET", Path: "/subscribedSkus", Versions: both, Needs: skusNeed, Run: listLicences},
		{Path: "/directoryObjects", Level: workload.Unsupported},
	},
	ReadOnly:  map[string]string{"/users": ReadOnly, "/subscribedSkus": ReadOnly},
	Translate: translate,
}

// translate brings errors of the store into Graph's words.
func translate(_ *workload.Call, err error) *apierror.Error {
	if full, ok := errors.AsType[*FullError](err); ok {
		return apierror.StorageFull("The tenant's directory is full.").Help("limit", "", "%v", full)
	}
	return nil
}
