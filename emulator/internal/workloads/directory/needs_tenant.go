package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// tenantNeeds are the permissions of the tenant itself, its devices, contacts and roles.
var tenantNeeds = []permission.Row{
	{
		Calls: "GET /contacts /contacts/{id}",
		Both:  "OrgContact.Read.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /contacts/{id}/directReports /contacts/{id}/manager /contacts/{id}/memberOf",
		Both:  "OrgContact.Read.All Directory.Read.All Group.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /contacts/{id}/transitiveMemberOf",
		Both:  "OrgContact.Read.All Directory.Read.All Group.Read.All",
	},
	{
		Calls: "GET /contracts /contracts/{id}",
		Both:  "Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: `GET /devices /devices/{id}/memberOf /devices/{id}/registeredOwners /devices/{id}/registeredUsers
			/devices/{id}/transitiveMemberOf`,
		Delegated:   "Device.Read.All Directory.Read.All Directory.ReadWrite.All",
		Application: "Device.Read.All Directory.Read.All Device.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: `POST /devices /devices/{id}/registeredOwners /devices/{id}/registeredUsers DELETE
			/devices/{id}/registeredOwners/{id} /devices/{id}/registeredUsers/{id}`,
		Delegated: "Directory.AccessAsUser.All",
	},
	{
		Calls:       "GET /devices/{id}",
		Delegated:   "Device.Read.All Directory.Read.All Directory.ReadWrite.All",
		Application: "Device.Read.All Device.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls:       "PATCH /devices/{id}",
		Delegated:   "Directory.AccessAsUser.All",
		Application: "Device.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls:       "DELETE /devices/{id}",
		Delegated:   "Directory.AccessAsUser.All",
		Application: "Device.ReadWrite.All",
	},
	{
		Calls: "GET /directoryRoleTemplates /directoryRoleTemplates/{id} /directoryRoles/{id}",
		Both:  `RoleManagement.Read.Directory Directory.Read.All Directory.ReadWrite.All RoleManagement.ReadWrite.Directory`,
	},
	{
		Calls: "GET /directoryRoles /directoryRoles/{id}/members",
		Both:  `RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory Directory.Read.All Directory.ReadWrite.All`,
	},
	{
		Calls: "POST /directoryRoles /directoryRoles/{id}/members DELETE /directoryRoles/{id}/members/{id}",
		Both:  "RoleManagement.ReadWrite.Directory",
	},
	{
		Calls: "GET /domains /domains/{id}",
		Both:  "Domain.Read.All Domain.ReadWrite.All Directory.Read.All",
	},
	{
		Calls: `POST /domains /domains/{id}/forceDelete /domains/{id}/promote /domains/{id}/verify PATCH /domains/{id} DELETE
			/domains/{id}`,
		Both: "Domain.ReadWrite.All",
	},
	{
		Calls: "GET /organization",
		Delegated: `DeviceManagementServiceConfig.Read.All User.Read DeviceManagementConfiguration.ReadWrite.All
			DeviceManagementServiceConfig.ReadWrite.All Directory.Read.All Organization.Read.All User.Read.All
			DeviceManagementConfiguration.Read.All Directory.ReadWrite.All Organization.ReadWrite.All`,
		Application: `DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.ReadWrite.All
			DeviceManagementServiceConfig.ReadWrite.All Directory.Read.All Organization.Read.All User.Read.All
			DeviceManagementConfiguration.Read.All Directory.ReadWrite.All Organization.ReadWrite.All`,
	},
	{
		Calls: "GET /organization/{id}",
		Both: `DeviceManagementServiceConfig.Read.All DeviceManagementServiceConfig.ReadWrite.All User.Read.All
			DeviceManagementConfiguration.Read.All DeviceManagementConfiguration.ReadWrite.All`,
	},
	{
		Calls: "PATCH /organization/{id}",
		Both: `DeviceManagementServiceConfig.ReadWrite.All Organization.ReadWrite.All
			DeviceManagementConfiguration.ReadWrite.All`,
	},
	{
		Calls: "GET /subscribedSkus",
		Both: `LicenseAssignment.Read.All Directory.Read.All Organization.Read.All Directory.ReadWrite.All
			Organization.ReadWrite.All`,
	},
	{
		Calls:     "GET /subscribedSkus/{id}",
		Delegated: "LicenseAssignment.Read.All Directory.Read.All Organization.Read.All Directory.ReadWrite.All",
		Application: `LicenseAssignment.Read.All Directory.Read.All Organization.Read.All Directory.ReadWrite.All
			Organization.ReadWrite.All`,
	},
}
