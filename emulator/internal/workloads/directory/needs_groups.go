package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// groupNeeds are the permissions of groups and administrative units.
var groupNeeds = []permission.Row{
	{
		Calls:       "GET /directory/administrativeUnits",
		Delegated:   `AdministrativeUnit.Read.All AdministrativeUnit.ReadWrite.All Directory.Read.All Directory.ReadWrite.All`,
		Application: `AdministrativeUnit.Read.All Directory.Read.All Directory.ReadWrite.All AdministrativeUnit.ReadWrite.All`,
	},
	{
		Calls: `POST /directory/administrativeUnits PATCH /directory/administrativeUnits/{id} DELETE
			/directory/administrativeUnits/{id} /directory/administrativeUnits/{id}/members/{id}`,
		Both: "AdministrativeUnit.ReadWrite.All",
	},
	{
		Calls:       "GET /directory/administrativeUnits/{id}/members",
		Delegated:   `AdministrativeUnit.Read.All AdministrativeUnit.ReadWrite.All Directory.Read.All Directory.ReadWrite.All`,
		Application: `AdministrativeUnit.Read.All Directory.Read.All AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls:       "POST /directory/administrativeUnits/{id}/members",
		Delegated:   `AdministrativeUnit.ReadWrite.All Directory.AccessAsUser.All Group.ReadWrite.All Directory.ReadWrite.All`,
		Application: "Group.Create Group.ReadWrite.All AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /groups",
		Both: `Group-NestingSupport.ReadWrite.All Group.ReadBasic.All Directory.Read.All
			Group-PreferredDataLocation.ReadWrite.All Group.ManageProtection.All Group.Read.All GroupMember.Read.All
			Group.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls:       "POST /groups",
		Delegated:   "Group.ReadWrite.All Group-PreferredDataLocation.ReadWrite.All Directory.ReadWrite.All",
		Application: `Group.Create Group-PreferredDataLocation.ReadWrite.All Group.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls:       "POST /groups/validateProperties",
		Delegated:   "Group.Read.All Directory.Read.All Directory.ReadWrite.All",
		Application: "Group.Read.All Directory.Read.All Directory.ReadWrite.All Group.ReadWrite.All",
	},
	{
		Calls: "GET /groups/{id}",
		Both: `Group-NestingSupport.ReadWrite.All Group-XTenantIdentitySync.Read.All Directory.Read.All
			Group-PreferredDataLocation.ReadWrite.All Group.ManageProtection.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All Group.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls: "PATCH /groups/{id}",
		Both: `Group-NestingSupport.ReadWrite.All Group-PreferredDataLocation.ReadWrite.All Group.ManageProtection.All
			Group.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls: "POST /groups/{id}/unsubscribeByMail DELETE /groups/{id}",
		Both:  "Group.ReadWrite.All",
	},
	{
		Calls: `POST /groups/{id}/addFavorite /groups/{id}/removeFavorite /groups/{id}/resetUnseenCount
			/groups/{id}/subscribeByMail`,
		Delegated: "Group.ReadWrite.All",
	},
	{
		Calls: "GET /groups/{id}/appRoleAssignments",
		Both:  "Directory.Read.All AppRoleAssignment.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: `POST /groups/{id}/appRoleAssignments PATCH /groups/{id}/appRoleAssignments/{id} DELETE
			/groups/{id}/appRoleAssignments/{id}`,
		Both: "AppRoleAssignment.ReadWrite.All",
	},
	{
		Calls: "POST /groups/{id}/assignLicense",
		Both:  "LicenseAssignment.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All",
	},
	{
		Calls: "GET /groups/{id}/memberOf",
		Both: `GroupMember.ReadBasic.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			Directory.ReadWrite.All`,
	},
	{
		Calls: "GET /groups/{id}/members /groups/{id}/transitiveMembers",
		Both: `GroupMember.ReadBasic.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			Group.ReadWrite.All GroupMember.ReadWrite.All`,
	},
	{
		Calls: "POST /groups/{id}/members DELETE /groups/{id}/members/{id}",
		Both:  "GroupMember.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All",
	},
	{
		Calls: "GET /groups/{id}/owners",
		Both:  "GroupMember.Read.All Group.ReadWrite.All Directory.Read.All Group.Read.All GroupMember.ReadWrite.All",
	},
	{
		Calls: `POST /groups/{id}/owners /groups/{id}/renew /groups/{id}/retryServiceProvisioning DELETE
			/groups/{id}/owners/{id}`,
		Both: "Group.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /groups/{id}/transitiveMemberOf",
		Delegated: `GroupMember.ReadBasic.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			Directory.ReadWrite.All`,
		Application: "GroupMember.ReadBasic.All Directory.Read.All Group.ReadBasic.All Directory.ReadWrite.All",
	},
}
