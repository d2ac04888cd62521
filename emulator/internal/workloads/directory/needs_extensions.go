package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// extensionNeeds are the permissions of open extensions. Documented are the least privileged ones,
// on the pages of openTypeExtension; those that include them are inferred from the pages of the
// objects which have the extensions.
var extensionNeeds = []permission.Row{
	{
		Calls:       "GET /users/{id}/extensions /users/{id}/extensions/{id}",
		Delegated:   "User.Read User.ReadWrite User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
		Application: "User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls:       "POST /users/{id}/extensions PATCH /users/{id}/extensions/{id} DELETE /users/{id}/extensions/{id}",
		Delegated:   "User.ReadWrite User.ReadWrite.All Directory.ReadWrite.All",
		Application: "User.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /groups/{id}/extensions /groups/{id}/extensions/{id}",
		Both:  "Group.Read.All Group.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: "POST /groups/{id}/extensions PATCH /groups/{id}/extensions/{id} DELETE /groups/{id}/extensions/{id}",
		Both:  "Group.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls:       "GET /devices/{id}/extensions /devices/{id}/extensions/{id}",
		Delegated:   "Directory.Read.All Directory.ReadWrite.All Directory.AccessAsUser.All",
		Application: "Device.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls:       "POST /devices/{id}/extensions PATCH /devices/{id}/extensions/{id} DELETE /devices/{id}/extensions/{id}",
		Delegated:   "Directory.AccessAsUser.All",
		Application: "Device.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: "GET /organization/{id}/extensions /organization/{id}/extensions/{id}",
		Delegated: `User.Read Organization.Read.All Organization.ReadWrite.All Directory.Read.All
			Directory.ReadWrite.All`,
		Application: "Organization.Read.All Organization.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: `POST /organization/{id}/extensions PATCH /organization/{id}/extensions/{id}
			DELETE /organization/{id}/extensions/{id}`,
		Both: "Organization.ReadWrite.All Directory.ReadWrite.All",
	},
	{
		Calls: `GET /directory/administrativeUnits/{id}/extensions /directory/administrativeUnits/{id}/extensions/{id}
			/administrativeUnits/{id}/extensions /administrativeUnits/{id}/extensions/{id}`,
		Both: "AdministrativeUnit.Read.All AdministrativeUnit.ReadWrite.All Directory.Read.All Directory.ReadWrite.All",
	},
	{
		Calls: `POST /directory/administrativeUnits/{id}/extensions /administrativeUnits/{id}/extensions
			PATCH /directory/administrativeUnits/{id}/extensions/{id} /administrativeUnits/{id}/extensions/{id}
			DELETE /directory/administrativeUnits/{id}/extensions/{id} /administrativeUnits/{id}/extensions/{id}`,
		Both: "AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All",
	},
}
