package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// applicationNeeds are the permissions of applications, service principals and what these are granted.
var applicationNeeds = []permission.Row{
	{
		Calls:       "GET /applications /servicePrincipals",
		Delegated:   "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
		Application: "Application.Read.All Application.ReadWrite.OwnedBy Directory.Read.All Application.ReadWrite.All",
	},
	{
		Calls:       "POST /applications",
		Delegated:   "AppRegistration.Create Application.ReadWrite.All",
		Application: "AppRegistration.Create Application.ReadWrite.OwnedBy Application.ReadWrite.All",
	},
	{
		Calls:     "GET /applications/{id}",
		Delegated: "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
		Application: `Application.Read.All Application.ReadWrite.OwnedBy Directory.Read.All Directory.ReadWrite.All
			Application.ReadWrite.All`,
	},
	{
		Calls: `GET /applications/{id}/federatedIdentityCredentials/{id}
			/servicePrincipals/{id}/federatedIdentityCredentials/{id} POST /applications/{id}/federatedIdentityCredentials
			/servicePrincipals/{id}/federatedIdentityCredentials PATCH /applications/{id}
			/applications/{id}/federatedIdentityCredentials/{id} /servicePrincipals/{id}/federatedIdentityCredentials/{id}
			DELETE /applications/{id} /applications/{id}/federatedIdentityCredentials/{id}
			/servicePrincipals/{id}/federatedIdentityCredentials/{id}`,
		Delegated:   "Application.ReadWrite.All",
		Application: "Application.ReadWrite.OwnedBy Application.ReadWrite.All",
	},
	{
		Calls: `POST /applications/{id}/addKey /applications/{id}/addPassword /applications/{id}/extensionProperties
			/applications/{id}/removeKey /applications/{id}/removePassword /servicePrincipals/{id}/addKey
			/servicePrincipals/{id}/addPassword /servicePrincipals/{id}/addTokenSigningCertificate
			/servicePrincipals/{id}/removeKey /servicePrincipals/{id}/removePassword PATCH
			/applications/{id}/extensionProperties/{id} /servicePrincipals/{id} DELETE /applications/{id}/owners/{id}
			/servicePrincipals/{id} /servicePrincipals/{id}/owners/{id}`,
		Delegated:   "Application.ReadWrite.All Directory.ReadWrite.All",
		Application: "Application.ReadWrite.OwnedBy Application.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls:     "GET /applications/{id}/extensionProperties /servicePrincipals/{id}",
		Delegated: "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
		Application: `Application.Read.All Application.ReadWrite.OwnedBy Directory.Read.All Application.ReadWrite.All
			Directory.ReadWrite.All`,
	},
	{
		Calls:       "GET /applications/{id}/extensionProperties/{id}",
		Delegated:   "Application.Read.All Application.ReadWrite.All Directory.Read.All",
		Application: "Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All",
	},
	{
		Calls:       "POST /servicePrincipals DELETE /applications/{id}/extensionProperties/{id}",
		Delegated:   "Application.ReadWrite.All Directory.ReadWrite.All",
		Application: "Application.ReadWrite.OwnedBy Directory.ReadWrite.All Application.ReadWrite.All",
	},
	{
		Calls:       `GET /applications/{id}/federatedIdentityCredentials /servicePrincipals/{id}/federatedIdentityCredentials`,
		Delegated:   "Application.Read.All Application.ReadWrite.All",
		Application: "Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All",
	},
	{
		Calls:     "GET /applications/{id}/owners /servicePrincipals/{id}/owners",
		Delegated: "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
		Application: `Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All Directory.Read.All
			Directory.ReadWrite.All`,
	},
	{
		Calls:     "POST /applications/{id}/owners /servicePrincipals/{id}/owners",
		Delegated: "Application.ReadWrite.All+Directory.Read.All Directory.Read.All Directory.ReadWrite.All",
		Application: `Application.ReadWrite.OwnedBy+Directory.Read.All Application.ReadWrite.All+Directory.Read.All
			Directory.Read.All Directory.ReadWrite.All`,
	},
	{
		Calls: `GET /oauth2PermissionGrants /oauth2PermissionGrants/{id} /servicePrincipals/{id}/oauth2PermissionGrants`,
		Both:  "Directory.Read.All DelegatedPermissionGrant.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: "POST /oauth2PermissionGrants PATCH /oauth2PermissionGrants/{id} DELETE /oauth2PermissionGrants/{id}",
		Both:  "DelegatedPermissionGrant.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls:     "GET /servicePrincipals/{id}/appRoleAssignedTo /servicePrincipals/{id}/appRoleAssignments",
		Delegated: "Application.Read.All Application.ReadWrite.All Directory.ReadWrite.All Directory.Read.All",
		Application: `Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All Directory.ReadWrite.All
			Directory.Read.All`,
	},
	{
		Calls: `POST /servicePrincipals/{id}/appRoleAssignedTo /servicePrincipals/{id}/appRoleAssignments PATCH
			/servicePrincipals/{id}/appRoleAssignedTo/{id} /servicePrincipals/{id}/appRoleAssignments/{id}`,
		Both: `Application.Read.All+AppRoleAssignment.ReadWrite.All
			AppRoleAssignment.ReadWrite.All+Application.Read.All|Directory.Read.All Application.ReadWrite.All Directory.Read.All`,
	},
	{
		Calls: "DELETE /servicePrincipals/{id}/appRoleAssignedTo/{id} /servicePrincipals/{id}/appRoleAssignments/{id}",
		Both:  "AppRoleAssignment.ReadWrite.All Application.ReadWrite.All",
	},
	{
		Calls:     "GET /servicePrincipals/{id}/memberOf /servicePrincipals/{id}/ownedObjects",
		Delegated: "Application.Read.All Directory.Read.All Application.ReadWrite.All Directory.ReadWrite.All",
		Application: `Application.Read.All Application.ReadWrite.OwnedBy Directory.Read.All Application.ReadWrite.All
			Directory.ReadWrite.All`,
	},
	{
		Calls: "GET /servicePrincipals/{id}/transitiveMemberOf",
		Both:  "Application.Read.All Directory.Read.All Application.ReadWrite.All Directory.ReadWrite.All",
	},
}
