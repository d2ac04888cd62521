package directory

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// roleRules are those of directory roles. Documented: a role is made of its template;
// lists of roles and of their members have no pages.
var roleRules = &workload.Rules{
	Type: "directoryRole", Set: "directoryRoles", Family: entity.Directory, Unpaged: true,
	Required: words("roleTemplateId"),
	ReadOnly: words("deletedDateTime description displayName"),
	Unique:   words("roleTemplateId"),
	Links:    []workload.Link{{Name: "members", Relation: Members, Targets: []string{"user", "group", "servicePrincipal"}}},
	Create: func(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
		id := strings.ToLower(textIn(d.Values, "roleTemplateId"))
		if tx.Unique("directoryRole.roleTemplateId", id) != nil { // observed in go-azure-sdk
			return workload.Refuse("A conflicting object with one or more of the specified property values is present in the directory.")
		}
		template := ofType(tx.View, "directoryRoleTemplate", id)
		if template == nil {
			return apierror.ResourceNotFound(id)
		}
		d.Values["roleTemplateId"] = id
		d.Values["displayName"], d.Values["description"] = prop(template, "displayName").Str, prop(template, "description").Str
		return nil
	},
	Absent: words("update delete"),
}

// templateRules are those of the roles that every tenant can have.
var templateRules = &workload.Rules{
	Type: "directoryRoleTemplate", Set: "directoryRoleTemplates", Family: entity.Directory, Unpaged: true,
	Absent: words("create update delete"),
}

// Ids of templates that other code names. Documented: Entra's built-in roles.
const (
	globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"
	groupsAdministrator = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
	userAdministrator   = "fe930be7-5e62-47db-91af-98c3a49a38b1"
)

// roleTemplates are built-in roles of Entra ID: id, name and what they are for.
// Documented: Entra's page of built-in roles, whose descriptions are said in our words.
var roleTemplates = [][3]string{
	{globalAdministrator, "Global Administrator", "Manages all of the directory and the services that use its identities."},
	{"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator", "Manages applications and their service principals."},
	{"cf1c38e5-3621-4004-a7cb-879624dced7c", "Application Developer", "Registers applications, even where users may not."},
	{"c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator", "Manages how users who are no administrators sign in."},
	{"b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator", "Makes purchases and manages subscriptions."},
	{"158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator", "Manages applications, but for their proxies."},
	{"7698a772-787b-4ac8-901f-60d6b08affd2", "Cloud Device Administrator", "Enables, disables and deletes devices."},
	{"88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers", "Read what the directory holds."},
	{"9360feb5-f418-4baa-8175-e2a00bac4301", "Directory Writers", "Read the directory and write some of it."},
	{"29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator", "Manages mail."},
	{groupsAdministrator, "Groups Administrator", "Manages groups and their settings."},
	{"95e79109-95c0-4d8e-aee3-d01accf2d47b", "Guest Inviter", "Invites guests, even where members may not."},
	{"729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator", "Gives new passwords to users who are no administrators."},
	{"3a2c62db-5318-420d-8d74-23affee5d9d5", "Intune Administrator", "Manages devices and their software."},
	{"4d6ac14f-3453-41d0-bef9-a3e0c569773a", "License Administrator", "Assigns licences to users and groups."},
	{"966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator", "Gives new passwords to users who are no administrators."},
	{"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator", "Manages how anybody signs in."},
	{"e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator", "Assigns roles."},
	{"194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", "Manages what protects the tenant."},
	{"5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader", "Reads what protects the tenant."},
	{"f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint Administrator", "Manages sites."},
	{"69091246-20e8-4a56-aa4d-066075b2a7a8", "Teams Administrator", "Manages teams."},
	{userAdministrator, "User Administrator", "Manages users and groups, and passwords of some administrators."},
	{"f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", "Reads all that a Global Administrator manages."},
}
