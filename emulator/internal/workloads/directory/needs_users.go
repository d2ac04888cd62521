package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// userNeeds are the permissions of users, and of the user who asks.
var userNeeds = []permission.Row{
	{
		Calls: `GET /invitations /invitations/{id} /invitations/{id}/invitedUser POST /invitations PATCH /invitations/{id}
			DELETE /invitations/{id}`,
		Both: "User.Invite.All Directory.ReadWrite.All User.ReadWrite.All",
	},
	{
		Calls: "GET /me",
		Delegated: `User.Read AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.Read.All User.Read.All
			User.ReadBasic.All User.ReadWrite Directory.ReadWrite.All User.ReadWrite.All`,
	},
	{
		Calls: "PATCH /me",
		Delegated: `User.ReadWrite User.ReadWrite.All User-Mail.ReadWrite.All User-Phone.ReadWrite.All User.ManageIdentities.All
			User-PasswordProfile.ReadWrite.All User.EnableDisableAccount.All Directory.ReadWrite.All
			AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy DeviceManagementApps.ReadWrite.All
			DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All
			DeviceManagementServiceConfig.ReadWrite.All`,
	},
	{
		Calls:     "POST /me/changePassword /users/{id}/changePassword",
		Delegated: "User-PasswordProfile.ReadWrite.All",
	},
	{
		Calls: "GET /me/manager",
		Delegated: `User.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.Read.All
			Directory.ReadWrite.All User.ReadWrite.All`,
	},
	{
		Calls: "POST /me/revokeSignInSessions",
		Delegated: `User.RevokeSessions.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Directory.ReadWrite.All User.ReadWrite.All`,
		Application: "User.RevokeSessions.All",
	},
	{
		Calls:     "GET /me/sponsors",
		Delegated: `User.Read AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy User.Read.All User.ReadWrite.All`,
	},
	{
		Calls: "GET /users",
		Delegated: `User.ReadBasic.All User.ReadWrite.All DeviceManagementApps.Read.All DeviceManagementManagedDevices.Read.All
			DeviceManagementServiceConfig.Read.All Directory.Read.All User.Read.All DeviceManagementConfiguration.Read.All
			AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy DeviceManagementApps.ReadWrite.All
			DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All
			DeviceManagementServiceConfig.ReadWrite.All Directory.ReadWrite.All`,
		Application: `User.ReadBasic.All User.ReadWrite.All DeviceManagementApps.Read.All DeviceManagementManagedDevices.Read.All
			DeviceManagementServiceConfig.Read.All Directory.Read.All User.Read.All User.ReadWrite.CrossCloud
			DeviceManagementConfiguration.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			DeviceManagementApps.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
			DeviceManagementManagedDevices.ReadWrite.All DeviceManagementServiceConfig.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls: "POST /users",
		Both: `User.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			DeviceManagementApps.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
			DeviceManagementManagedDevices.ReadWrite.All DeviceManagementServiceConfig.ReadWrite.All Directory.ReadWrite.All`,
	},
	{
		Calls: "GET /users/{id}",
		Delegated: `User.ReadBasic.All User.ReadWrite.All User.Read DeviceManagementApps.Read.All
			DeviceManagementManagedDevices.Read.All DeviceManagementServiceConfig.Read.All Directory.Read.All User.Read.All
			DeviceManagementConfiguration.Read.All User.ReadWrite Directory.ReadWrite.All AgentIdUser.ReadWrite.All
			AgentIdUser.ReadWrite.IdentityParentedBy DeviceManagementApps.ReadWrite.All
			DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All
			DeviceManagementServiceConfig.ReadWrite.All`,
		Application: `User.ReadBasic.All User.ReadWrite.All DeviceManagementApps.Read.All DeviceManagementManagedDevices.Read.All
			DeviceManagementServiceConfig.Read.All Directory.Read.All User.Read.All DeviceManagementConfiguration.Read.All
			Directory.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			DeviceManagementApps.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
			DeviceManagementManagedDevices.ReadWrite.All DeviceManagementServiceConfig.ReadWrite.All
			User.ReadWrite.CrossCloud`,
	},
	{
		Calls: "PATCH /users/{id}",
		Delegated: `User.ReadWrite.All User-Mail.ReadWrite.All User-Phone.ReadWrite.All User.ManageIdentities.All
			User-PasswordProfile.ReadWrite.All User.EnableDisableAccount.All User.ReadWrite Directory.ReadWrite.All
			AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy DeviceManagementApps.ReadWrite.All
			DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All
			DeviceManagementServiceConfig.ReadWrite.All`,
		Application: `User.ReadWrite.All User-Mail.ReadWrite.All User-Phone.ReadWrite.All User.ManageIdentities.All
			User-PasswordProfile.ReadWrite.All User.EnableDisableAccount.All Directory.ReadWrite.All
			AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy DeviceManagementApps.ReadWrite.All
			DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All
			DeviceManagementServiceConfig.ReadWrite.All User.ReadWrite.CrossCloud`,
	},
	{
		Calls: "DELETE /users/{id}",
		Delegated: `User.DeleteRestore.All User.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			DeviceManagementApps.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
			DeviceManagementManagedDevices.ReadWrite.All DeviceManagementServiceConfig.ReadWrite.All`,
		Application: `User.DeleteRestore.All User.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			DeviceManagementApps.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
			DeviceManagementManagedDevices.ReadWrite.All DeviceManagementServiceConfig.ReadWrite.All
			User.ReadWrite.CrossCloud`,
	},
	{
		Calls:       "GET /users/{id}/appRoleAssignments",
		Delegated:   "AppRoleAssignment.ReadWrite.All Directory.Read.All",
		Application: "Directory.Read.All AppRoleAssignment.ReadWrite.All",
	},
	{
		Calls: `POST /users/{id}/appRoleAssignments PATCH /users/{id}/appRoleAssignments/{id} DELETE
			/users/{id}/appRoleAssignments/{id}`,
		Both: "AppRoleAssignment.ReadWrite.All",
	},
	{
		Calls: "POST /users/{id}/assignLicense",
		Both: `LicenseAssignment.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Directory.ReadWrite.All User.ReadWrite.All`,
	},
	{
		Calls: "GET /users/{id}/directReports /users/{id}/ownedObjects",
		Delegated: `User.Read AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.Read.All User.Read.All
			Directory.ReadWrite.All User.ReadWrite.All`,
		Application: `User.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.Read.All
			Directory.ReadWrite.All User.ReadWrite.All`,
	},
	{
		Calls: "GET /users/{id}/manager",
		Both: `User.Read.All User.ReadWrite.All Directory.Read.All AgentIdUser.ReadWrite.All
			AgentIdUser.ReadWrite.IdentityParentedBy Directory.ReadWrite.All`,
	},
	{
		Calls: `POST /users/{id}/reprocessLicenseAssignment PUT /users/{id}/manager DELETE /users/{id}/manager
			/users/{id}/sponsors/{id}`,
		Both: `User.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.ReadWrite.All`,
	},
	{
		Calls: "GET /users/{id}/memberOf",
		Delegated: `User.Read Directory.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			Directory.ReadWrite.All`,
		Application: "Directory.Read.All Group.ReadBasic.All GroupMember.ReadBasic.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /users/{id}/oauth2PermissionGrants",
		Both:  "Directory.Read.All DelegatedPermissionGrant.ReadWrite.All",
	},
	{
		Calls:       "GET /users/{id}/ownedDevices /users/{id}/registeredDevices",
		Delegated:   "User.Read Directory.Read.All User.Read.All Directory.ReadWrite.All User.ReadWrite.All",
		Application: "User.Read.All Directory.Read.All Directory.ReadWrite.All User.ReadWrite.All",
	},
	{
		Calls: "POST /users/{id}/revokeSignInSessions",
		Both: `User.RevokeSessions.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy
			Directory.ReadWrite.All User.ReadWrite.All`,
	},
	{
		Calls:       "GET /users/{id}/sponsorOf",
		Delegated:   "User.Read User.Read.All User.ReadWrite.All",
		Application: "User.Read.All User.ReadWrite.All",
	},
	{
		Calls:       "GET /users/{id}/sponsors",
		Delegated:   `User.Read User.ReadWrite.All User.Read.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy`,
		Application: `User.Read.All User.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy`,
	},
	{
		Calls: "POST /users/{id}/sponsors",
		Both:  `User.ReadWrite.All Directory.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy`,
	},
	{
		Calls: "GET /users/{id}/transitiveMemberOf",
		Delegated: `User.Read Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All GroupMember.ReadBasic.All
			User.Read.All Directory.ReadWrite.All`,
		Application: `User.Read.All Directory.Read.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
			GroupMember.ReadBasic.All Directory.ReadWrite.All`,
	},
}
