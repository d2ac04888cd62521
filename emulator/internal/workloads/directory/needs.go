package directory

import "github.com/graphemu/graphemu/emulator/internal/identity"

// Permissions of users. Documented, on the page of each operation; the ones that only
// read are enough for what reads.
var (
	readUsers  = accountsNeed
	writeUsers = same("User.ReadWrite.All Directory.ReadWrite.All")
)

// needs tells what the operations on a type ask for; nil for one whose permissions are
// not in the list of identity yet: a token is enough.
func needs(kind string) func(verb string) *identity.Need {
	if kind != "User" {
		return nil
	}
	return func(verb string) *identity.Need {
		switch verb {
		case "list", "get", "count", "ref", "checkMemberGroups", "checkMemberObjects", "getMemberGroups", "getMemberObjects":
			return readUsers
		case "changePassword", "revokeSignInSessions":
			return nil // a user's own
		}
		return writeUsers
	}
}

// needsOf asks for the same whatever is done.
func needsOf(n *identity.Need) func(string) *identity.Need {
	return func(string) *identity.Need { return n }
}

// Permissions. Documented, each on the page of the operation.
var (
	accountsNeed = same("User.ReadBasic.All User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All")
	skusNeed     = same("LicenseAssignment.Read.All LicenseAssignment.ReadWrite.All Organization.Read.All Organization.ReadWrite.All " +
		"Directory.Read.All Directory.ReadWrite.All")
)

func same(permissions string) *identity.Need {
	return identity.NewNeed(identity.Directory, permissions, permissions)
}
