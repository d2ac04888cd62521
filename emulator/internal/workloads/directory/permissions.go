package directory

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
)

// Microsoft Graph's own service principal, which has the permissions that others are
// granted: scopes for delegated ones, app roles for application ones.

// permissionIDs are the ids of permissions of Microsoft Graph, as scope and as app role.
// Documented: the reference of permissions. Those that are not here get an id that comes
// from the name, the same in every world.
var permissionIDs = readPermissionIDs(`
AdministrativeUnit.Read.All 3361d15d-be43-4de6-b441-3c746d05163d 134fd756-38ce-4afd-ba33-e9623dbe66c2
AdministrativeUnit.ReadWrite.All 7b8a2d34-6b3f-4542-a343-54651608ad81 5eb59dd3-1da2-4329-8733-9dabdc435916
AppRoleAssignment.ReadWrite.All 84bccea3-f856-4a8a-967b-dbe0a3d53a64 06b708a9-e830-4db3-a914-8e69da51d44f
Application.Read.All c79f8feb-a9db-4090-85f9-90d820caa0eb 9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30
Application.ReadWrite.All bdfbf15f-ee85-4955-8675-146e8e5296b5 1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9
Application.ReadWrite.OwnedBy - 18a4783c-866b-4cc7-a460-3d5e5662c884
Calendars.Read 465a38f9-76ea-45b9-9f34-9e8b0d4b0b42 798ee544-9d2d-430c-a058-570e29e34338
Calendars.ReadWrite 1ec239c2-d7c9-4623-a91a-a9775856bb36 ef54d2bf-783f-4e0f-bca1-3210c0444d99
Contacts.Read ff74d97f-43af-4b68-9f2a-b77ee6968c5d 089fe4d0-434a-44c5-8827-41ba8a0b17f5
DelegatedPermissionGrant.ReadWrite.All 41ce6ca6-6826-4807-84f1-1c82854f7ee5 8e8e4742-1d95-4f68-9d56-6ee75648c72a
Device.Read.All 951183d1-1a61-466f-a6d1-1fde911bfd95 7438b122-aefc-4978-80ed-43db9fcc7715
Device.ReadWrite.All - 1138cb37-bd11-4084-a2b7-9f71582aeddb
DeviceManagementApps.Read.All 4edf5f54-4666-44af-9de9-0144fb4b6e8c 7a6ee1e7-141e-4cec-ae74-d9db155731ff
DeviceManagementApps.ReadWrite.All 7b3f05d5-f68c-4b8d-8c59-a2ecd12f24af 78145de6-330d-4800-a6ce-494ff2d33d07
DeviceManagementConfiguration.Read.All f1493658-876a-4c87-8fa7-edb559b3476a dc377aa6-52d8-4e23-b271-2a7ae04cedf3
DeviceManagementConfiguration.ReadWrite.All 0883f392-0a7a-443d-8c76-16a6d39c7b63 9241abd9-d0e6-425a-bd4f-47ba86e767a4
DeviceManagementManagedDevices.Read.All 314874da-47d6-4978-88dc-cf0d37f0bb82 2f51be20-0bb4-4fed-bf7b-db946066c75e
DeviceManagementManagedDevices.ReadWrite.All 44642bfe-8385-4adc-8fc6-fe3cb2c375c3 243333ab-4d21-40cb-a475-36241daa0842
DeviceManagementServiceConfig.Read.All 8696daa5-bce5-4b2e-83f9-51b6defc4e1e 06a5fe6d-c49d-46a7-b082-56b1b14103c7
DeviceManagementServiceConfig.ReadWrite.All 662ed50a-ac44-4eef-ad86-62eed9be2a29 5ac13192-7ace-4fcf-b828-1a26f28068ee
Directory.AccessAsUser.All 0e263e50-5827-48a4-b97c-d940288653c7 -
Directory.Read.All 06da0dbc-49e2-44d2-8312-53f166ab848a 7ab1d382-f21e-4acd-a863-ba3e13f7da61
Directory.ReadWrite.All c5366453-9fb0-48a5-a156-24f0c49a4b84 19dbc75e-c2e2-444c-a770-ec69d8559fc7
Domain.Read.All 2f9ee017-59c1-4f1d-9472-bd5529a7b311 dbb9058a-0e50-45d7-ae91-66909b5d4664
Domain.ReadWrite.All 0b5d694c-a244-4bde-86e6-eb5cd07730fe 7e05723c-0bb0-42da-be95-ae9f08a6e53c
EduAdministration.Read 8523895c-6081-45bf-8a5d-f062a2f12c9f -
EduAdministration.Read.All - 7c9db06a-ec2d-4e7b-a592-5a1e30992566
EduAdministration.ReadWrite 63589852-04e3-46b4-bae9-15d5b1050748 -
EduAdministration.ReadWrite.All - 9bc431c3-b8bc-4a8d-a219-40f10f92eff6
EduRoster.Read a4389601-22d9-4096-ac18-36a927199112 -
EduRoster.Read.All - e0ac9e1b-cb65-4fc5-87c5-1a8bc181f648
EduRoster.ReadBasic 5d186531-d1bf-4f07-8cea-7c42119e1bd9 -
EduRoster.ReadBasic.All - 0d412a8c-a06c-439f-b3ec-8abcf54d2f96
EduRoster.ReadWrite 359e19a6-e3fa-4d7f-bcab-d28ec592b51e -
EduRoster.ReadWrite.All - d1808e82-ce13-47af-ae0d-f9b254e6d58a
Files.Read.All df85f4d6-205c-4ac5-a5ea-6bf408dba283 01d4889c-1287-42c6-ac1f-5d1e02578ef6
Files.ReadWrite.All 863451e7-0667-486c-a5d6-d135439485f0 75359482-378d-4052-8f01-80520e7db3cd
Group.Create - bf7b1a76-6e77-406b-b258-bf5c7720e98f
Group.Read.All 5f8c59db-677d-491f-a6b8-5f174b11ec1d 5b567255-7703-4780-807c-7be8301ae99b
Group.ReadWrite.All 4e46008b-f24c-477d-8fff-7bb4ec7aafe0 62a82d76-70ea-41e2-9197-370581804d09
GroupMember.Read.All bc024368-1153-4739-b217-4326f2e966d0 98830695-27a2-44f7-8c18-0c3ebc9698f6
GroupMember.ReadWrite.All f81125ac-d3b7-4573-a3b2-7099cc39df9e dbaae8cf-10b5-4b86-a4a1-f871c94c6695
LicenseAssignment.ReadWrite.All f55016cc-149c-447e-8f21-7cf3ec1d6350 5facf0c1-8979-4e95-abcf-ff3d079771c0
Mail.Read 570282fd-fa5c-430d-a7fd-fc8dc98a9dca 810c84a8-4a9e-49e6-bf7d-12d183f40d01
Mail.ReadWrite 024d486e-b451-40bb-833d-3e66d98c5c73 e2a3a72e-5f79-4c64-b1b1-878b674786c9
Mail.Send e383f46e-2787-4529-855e-0e479a3ffac0 b633e1c5-b582-4048-a93e-9f11b44c7e96
MailboxSettings.Read 87f447af-9fa4-4c32-9dfa-4a57a73d18ce 40f97065-369a-49f4-947c-6a255697ae91
MailboxSettings.ReadWrite 818c620a-27a9-40bd-a6a5-d96f7d610b4b 6931bccd-447a-43d1-b442-00a195474933
Member.Read.Hidden f6a3db3e-f7e8-4ed2-a414-557c8c9830be 658aa5d8-239f-45c4-aa12-864f4fc7e490
OrgContact.Read.All 08432d1b-5911-483c-86df-7980af5cdee0 e1a88a34-94c4-4418-be12-c87b00e26bea
Organization.Read.All 4908d5b9-3fb2-4b1e-9336-1888b7937185 498476ce-e0fe-48b0-b801-37ba7e2685c6
Organization.ReadWrite.All 46ca0847-7e6b-426e-9775-ea810a948356 292d869f-3427-49a8-9dab-8c70152b74e9
RoleManagement.Read.Directory 741c54c3-0c1e-44a1-818b-3f97ab4e8c83 483bed4a-2ad3-4361-a73b-c83ccdbdc53c
RoleManagement.ReadWrite.Directory d01b97e9-cbc0-49fe-810a-750afd5527a3 9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8
User.Invite.All 63dd7cd9-b489-4adf-a28c-ac38b9a0f962 09850681-111b-4a89-9bed-3f2cae46d706
User.ManageIdentities.All 637d7bec-b31e-4deb-acc9-24275642a2c9 c529cfca-c91b-489c-af2b-d92990b66ce6
User.Read e1fe6dd8-ba31-4d61-89e7-88639da4683d -
User.Read.All a154be20-db9c-4678-8ab7-66f6cc099a59 df021288-bdef-4463-88db-98f22de89214
User.ReadBasic.All b340eb25-3456-403f-be2f-af7a0d370277 97235f07-e226-4f63-ace3-39588e11d3a1
User.ReadWrite b4e74841-8e56-480b-be8b-910348b18b4c -
User.ReadWrite.All 204e0828-b5ca-4ad8-b9f3-f32a958e7cc4 741f803b-c850-494e-b5df-cde7c675a1ca
`)

// readPermissionIDs reads lines of a name, the id of the scope and that of the app role;
// "-": there is none.
func readPermissionIDs(table string) map[string][2]string {
	list := map[string][2]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		fields := strings.Fields(line)
		list[fields[0]] = [2]string{fields[1], fields[2]}
	}
	return list
}

// scopeID and roleID are the ids of a permission.
func scopeID(name string) string { return permissionID(0, "scope", name) }
func roleID(name string) string  { return permissionID(1, "role", name) }

func permissionID(at int, kind, name string) string {
	if own, ok := permissionIDs[name]; ok && own[at] != "-" {
		return own[at]
	}
	return ids.Derived("permission", kind, name)
}

// offered are the permissions that Microsoft Graph has in a tenant: those of the seed,
// and what its apps were granted besides.
func offered(seed *Seed) []identity.Permission {
	list := slices.Clone(seed.Permissions)
	for i := range seed.Apps {
		app := &seed.Apps[i]
		list = identity.Collect(list, &identity.Need{Delegated: asChoices(app.DelegatedPermissions), Application: asChoices(app.Permissions)})
	}
	return list
}

func asChoices(names []string) (choices identity.Choices) {
	for _, name := range names {
		choices = append(choices, identity.NewChoice(name, false, nil))
	}
	return choices
}

// graph makes Microsoft Graph's service principal.
func (f *filler) graph(seed Seed) *entity.Object {
	roles, scopes := []any{}, []any{}
	for _, p := range offered(&seed) {
		if p.Application {
			roles = append(roles, map[string]any{"allowedMemberTypes": []any{"Application"}, "description": p.Name, "displayName": p.Name,
				"id": roleID(p.Name), "isEnabled": true, "origin": "Application", "value": p.Name})
		}
		if p.Delegated {
			scopes = append(scopes, map[string]any{"adminConsentDescription": p.Name, "adminConsentDisplayName": p.Name,
				"id": scopeID(p.Name), "isEnabled": true, "type": "Admin", "value": p.Name})
		}
	}
	names := []any{MicrosoftGraph, "https://graph.microsoft.com"}
	return f.make("servicePrincipal", "servicePrincipals", entity.Directory, ids.Derived("servicePrincipal", MicrosoftGraph),
		[]entity.UniqueKey{{Index: "servicePrincipal.appId", Key: MicrosoftGraph}, {Index: "servicePrincipal.servicePrincipalNames",
			Key: MicrosoftGraph},
			{Index: "servicePrincipal.servicePrincipalNames", Key: "https://graph.microsoft.com"}},
		change{"accountEnabled", true}, change{"appDisplayName", "Microsoft Graph"}, change{"appId", MicrosoftGraph},
		// Documented: the tenant of Microsoft's own services.
		change{"appOwnerOrganizationId", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"}, change{"appRoleAssignmentRequired", false},
		change{"appRoles", roles}, change{"displayName", "Microsoft Graph"}, change{"oauth2PermissionScopes", scopes},
		change{"servicePrincipalNames", names}, change{"servicePrincipalType", "Application"}, change{"signInAudience", "AzureADMultipleOrgs"})
}
