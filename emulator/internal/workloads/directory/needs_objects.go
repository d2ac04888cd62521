package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// objectNeeds are the permissions of objects of any type, deleted ones among them.
var objectNeeds = []permission.Row{
	{
		Calls: "GET /directory/deletedItems /directory/deletedItems/{id}",
		Both: `User.Read.All Group.Read.All Application.Read.All AdministrativeUnit.Read.All User.ReadWrite.All
			Group.ReadWrite.All Application.ReadWrite.All AdministrativeUnit.ReadWrite.All Directory.Read.All
			Directory.ReadWrite.All`,
	},
	{
		Calls: `GET /directoryObjects/{id} POST /directory/deletedItems/getAvailableExtensionProperties
			/directory/deletedItems/getByIds /directoryObjects/getAvailableExtensionProperties /directoryObjects/getByIds`,
		Both: "Directory.Read.All",
	},
	{
		Calls: "POST /directory/deletedItems/getUserOwnedObjects /directoryObjects/getUserOwnedObjects",
		Both:  "Group.Read.All Group.ReadWrite.All",
	},
	{
		Calls: "GET /directory/deletedItems/microsoft.graph.administrativeUnit",
		Both:  `AdministrativeUnit.Read.All AdministrativeUnit.ReadWrite.All Directory.Read.All Directory.ReadWrite.All`,
	},
	{
		Calls: `GET /directory/deletedItems/microsoft.graph.application /directory/deletedItems/microsoft.graph.servicePrincipal`,
		Both:  "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /directory/deletedItems/microsoft.graph.group",
		Both:  "Group.Read.All Group.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /directory/deletedItems/microsoft.graph.user",
		Both:  "User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls:       "POST /directory/deletedItems/validateProperties /directoryObjects/validateProperties",
		Delegated:   "Group.Read.All Directory.Read.All Directory.ReadWrite.All",
		Application: "Group.Read.All Directory.Read.All Directory.ReadWrite.All Group.ReadWrite.All",
	},
	{
		Calls: "DELETE /directory/deletedItems/{id}",
		Both: `User.DeleteRestore.All User.ReadWrite.All Application.ReadWrite.All Group.ReadWrite.All
			AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls: "POST /directory/deletedItems/{id}/checkMemberGroups /directoryObjects/{id}/checkMemberGroups",
		Delegated: `Application.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Device.Read.All
			Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Application.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All User.ReadWrite.All`,
		Application: `Application.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Device.Read.All
			Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Application.ReadWrite.All Device.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
			User.ReadWrite.All`,
	},
	{
		Calls: `POST /directory/deletedItems/{id}/checkMemberObjects /directory/deletedItems/{id}/getMemberObjects
			/directoryObjects/{id}/checkMemberObjects /directoryObjects/{id}/getMemberObjects`,
		Delegated: `Application.Read.All User.Read AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
			User.ReadWrite.All`,
		Application: `Application.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Device.Read.All
			Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Application.ReadWrite.All Device.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
			User.ReadWrite.All`,
	},
	{
		Calls: "POST /directory/deletedItems/{id}/getMemberGroups /directoryObjects/{id}/getMemberGroups",
		Delegated: `Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All`,
		Application: `Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All Device.ReadWrite.All Directory.ReadWrite.All
			Group.ReadWrite.All`,
	},
	{
		Calls: "POST /directory/deletedItems/{id}/restore /directoryObjects/{id}/restore",
		Delegated: `User.DeleteRestore.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			AgentIdentity.DeleteRestore.All AgentIdentityBlueprint.DeleteRestore.All
			AgentIdentityBlueprintPrincipal.DeleteRestore.All User.ReadWrite.All Application.ReadWrite.All
			Group.ReadWrite.All AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All`,
		Application: `User.DeleteRestore.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			AgentIdentity.DeleteRestore.All AgentIdentityBlueprint.DeleteRestore.All
			AgentIdentityBlueprintPrincipal.DeleteRestore.All User.ReadWrite.CrossCloud User.ReadWrite.All
			Application.ReadWrite.All Group.ReadWrite.All AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls: "GET /directoryObjects /directoryObjects/{id}/memberOf /directoryObjects/{id}/transitiveMemberOf",
		Both:  "Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: "DELETE /directoryObjects/{id}",
		Both:  "Directory.ReadWrite.All",
	},
}
