package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// moreNeeds are the permissions of what a type has of its base, and of beta's administrative
// units at the root. What is not here asks for what it asks for in directoryObjects.
var moreNeeds = []permission.Row{
	{
		Calls: `GET /administrativeUnits /administrativeUnits/$count /administrativeUnits/{id}
			/administrativeUnits/{id}/members /administrativeUnits/{id}/members/$count
			/administrativeUnits/{id}/members/$ref`,
		Both: `AdministrativeUnit.Read.All AdministrativeUnit.ReadWrite.All Directory.Read.All Directory.ReadWrite.All`,
	},
	{
		Calls: `POST /administrativeUnits DELETE /administrativeUnits/{id} /administrativeUnits/{id}/members/$ref
			/administrativeUnits/{id}/members/{id}/$ref PATCH /administrativeUnits/{id}`,
		Both: "AdministrativeUnit.ReadWrite.All",
	},
	{
		Calls: "POST /administrativeUnits/{id}/members/$ref",
		Both:  "AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: `POST /contacts/{id}/checkMemberGroups /devices/{id}/checkMemberGroups
			/servicePrincipals/{id}/checkMemberGroups /users/{id}/checkMemberGroups`,
		Delegated: `Application.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Device.Read.All
			Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Application.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All User.ReadWrite.All`,
		Application: `Application.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Device.Read.All
			Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Application.ReadWrite.All Device.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
			User.ReadWrite.All`,
	},
	{
		Calls: `POST /contacts/{id}/checkMemberObjects /contacts/{id}/getMemberObjects /devices/{id}/checkMemberObjects
			/devices/{id}/getMemberObjects /servicePrincipals/{id}/checkMemberObjects
			/servicePrincipals/{id}/getMemberObjects /users/{id}/checkMemberObjects /users/{id}/getMemberObjects`,
		Delegated: `Application.Read.All User.Read AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All Directory.ReadWrite.All
			Group.ReadWrite.All User.ReadWrite.All`,
		Application: `Application.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Device.Read.All
			Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Application.ReadWrite.All Device.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
			User.ReadWrite.All`,
	},
	{
		Calls: `POST /contacts/{id}/getMemberGroups /devices/{id}/getMemberGroups /servicePrincipals/{id}/getMemberGroups
			/users/{id}/getMemberGroups`,
		Delegated: `Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All
			Directory.ReadWrite.All Group.ReadWrite.All`,
		Application: `Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All Device.ReadWrite.All
			Directory.ReadWrite.All Group.ReadWrite.All`,
	},
	{
		Calls: "POST /groups/{id}/checkMemberGroups",
		Delegated: `GroupMember.ReadBasic.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All User.Read.All Application.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
			User.ReadWrite.All`,
		Application: `GroupMember.ReadBasic.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All User.Read.All Application.ReadWrite.All Device.ReadWrite.All Directory.ReadWrite.All
			Group.ReadWrite.All User.ReadWrite.All`,
	},
	{
		Calls: "POST /groups/{id}/checkMemberObjects /groups/{id}/getMemberObjects",
		Delegated: `GroupMember.ReadBasic.All User.Read AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All User.Read.All Application.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
			User.ReadWrite.All`,
		Application: `GroupMember.ReadBasic.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All User.Read.All Application.ReadWrite.All Device.ReadWrite.All Directory.ReadWrite.All
			Group.ReadWrite.All User.ReadWrite.All`,
	},
	{
		Calls: "POST /groups/{id}/getMemberGroups",
		Delegated: `GroupMember.ReadBasic.All Application.Read.All Device.Read.All Directory.Read.All Group.Read.All
			Group.ReadBasic.All GroupMember.Read.All User.Read.All Application.ReadWrite.All Directory.ReadWrite.All
			Group.ReadWrite.All`,
		Application: `GroupMember.ReadBasic.All Application.Read.All Device.Read.All Directory.Read.All Group.Read.All
			Group.ReadBasic.All GroupMember.Read.All User.Read.All Application.ReadWrite.All Device.ReadWrite.All
			Directory.ReadWrite.All Group.ReadWrite.All`,
	},
	{
		Calls: "POST /me/checkMemberGroups",
		Delegated: `Application.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Device.Read.All
			Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Application.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All User.ReadWrite.All`,
		Application: "Application.Read.All Device.Read.All Application.ReadWrite.All Device.ReadWrite.All",
	},
	{
		Calls: "POST /me/checkMemberObjects /me/getMemberObjects",
		Delegated: `Application.Read.All User.Read AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All Directory.ReadWrite.All
			Group.ReadWrite.All User.ReadWrite.All`,
		Application: "Application.Read.All Device.Read.All Application.ReadWrite.All Device.ReadWrite.All",
	},
	{
		Calls: "POST /me/getMemberGroups",
		Delegated: `Application.Read.All Device.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All
			GroupMember.Read.All GroupMember.ReadBasic.All User.Read.All Application.ReadWrite.All
			Directory.ReadWrite.All Group.ReadWrite.All`,
		Application: "Application.Read.All Device.Read.All Application.ReadWrite.All Device.ReadWrite.All",
	},
	{
		Calls: "GET /directory", // the table has no such call: as for one of the directory's objects
		Both:  "Directory.Read.All Directory.ReadWrite.All",
	},
}
