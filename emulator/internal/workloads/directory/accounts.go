package directory

import (
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// What is known of users, groups and administrative units.
var (
	userRules = &workload.Rules{Type: "user", Set: "users", Family: entity.Directory,
		Unique: []string{"userPrincipalName"}, InPlaceOfID: "userPrincipalName",
		// Documented: user page.
		Usual: []string{"businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
			"preferredLanguage", "surname", "userPrincipalName", "id"},
		Hidden: []string{"passwordProfile"}, PatchStatus: 204, Needs: needs(accountsNeed)}
	groupRules = &workload.Rules{Type: "group", Set: "groups", Family: entity.Directory, PatchStatus: 204,
		Links: []workload.Link{{Name: "members", Relation: Members}, {Name: "owners", Relation: Owners}}}
	unitRules = &workload.Rules{Type: "administrativeUnit", Set: "directory/administrativeUnits", Family: entity.Directory, PatchStatus: 204}
)

func needs(n *identity.Need) func(string) *identity.Need {
	return func(string) *identity.Need { return n }
}
