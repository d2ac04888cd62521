package faithfulness

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const skuAt = "/subscribedSkus/" + emulator.DefaultTenant + "_" + samplePlan

func directoryTenantStatements() []statement {
	return slices.Concat(tenantStatements, domainStatements,
		allRows("devices", "/devices", "list devices page", "displayName", "pc"),
		linkedRows("devices.memberOf", "/devices/{pc}/memberOf", documented, "inner"),
		linkedRows("devices.transitiveMemberOf", "/devices/{pc}/transitiveMemberOf", documented, "inner", "outer"),
		linkedRows("devices.registeredOwners", "/devices/{pc}/registeredOwners", documented, "ann"),
		linkedRows("devices.registeredUsers", "/devices/{pc}/registeredUsers", documented, "ann"),
		refRows("devices.registeredOwners", "/devices/{pc}/registeredOwners", "ann", "bob"),
		refRows("devices.registeredUsers", "/devices/{pc}/registeredUsers", "ann", "bob"),
		allRows("directoryRoles", "/directoryRoles", "list directoryRoles page", "displayName", "Global Administrator", "Global Reader"),
		linkedRows("directoryRoles.members", "/directoryRoles/{role}/members", documented, "ann"),
		refRows("directoryRoles.members", "/directoryRoles/{role}/members", "ann", "bob"),
		allRows("directory.administrativeUnits", "/directory/administrativeUnits", "list administrativeUnits page", "displayName", "north"),
		linkedRows("directory.administrativeUnits.members", "/directory/administrativeUnits/{north}/members", documented, "ann"),
		refRows("directory.administrativeUnits.members", "/directory/administrativeUnits/{north}/members", "ann", "inner"),
		allRows("domains", "/domains", "list domains page", "id", "testschool.edu", "contoso.edu"),
		allRows("organization", "/organization", "list organization page", "id", emulator.DefaultTenant),
		allRows("contacts", "/contacts", "list orgContacts page", "id"),
		allRows("contracts", "/contracts", "list contracts page", "id"),
		[]statement{allRows("subscribedSkus", "/subscribedSkus", "", "skuId", samplePlan)[1],
			unknownRow("devices.get", "/devices"), unknownRow("directoryRoles.get", "/directoryRoles"),
			unknownRow("directoryRoleTemplates.get", "/directoryRoleTemplates"), unknownRow("directory.administrativeUnits.get",
				"/directory/administrativeUnits"),
			unknownRow("contacts.get", "/contacts"), unknownRow("contracts.get", "/contracts"),
			contactRow("manager.get", "/manager"), contactRow("directReports.list", "/directReports"), contactRow("directReports.count",
				"/directReports/$count"),
			contactRow("memberOf.list", "/memberOf"), contactRow("memberOf.count", "/memberOf/$count"),
			contactRow("transitiveMemberOf.list", "/transitiveMemberOf"), contactRow("transitiveMemberOf.count", "/transitiveMemberOf/$count")},
	)
}

// contactRow proves a navigation of a contact that is not there: contacts come from
// premises, and no client makes one.
func contactRow(operation, name string) statement {
	return statement{"contacts." + operation, "unknown", "Of a contact that is not there: 404 `Request_ResourceNotFound` that names it",
		"docs issue 6059", observed,
		func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 404, "GET", "/contacts/"+nobody+name, "", notThere, absentOf(nobody), eventually)
		}}
}

var tenantStatements = []statement{
	{anyOperation, "directory-absent", "What the service does not have is 405 `Request_BadRequest`: to make, change or delete contacts, " +
		"contracts, role templates and " +
		"licences; to make or delete the organization; to change or delete a role; to make or change a directoryObject",
		"resource pages: methods", documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			for _, set := range []string{"/contacts", "/contracts", "/directoryRoleTemplates", "/subscribedSkus", "/organization",
				"/directoryObjects", "/directory/deletedItems"} {
				refuses(t, g, 405, "POST", set, "{}", refusedCode, "Specified HTTP method is not allowed for the request target.")
			}
			for _, at := range []string{"/directoryRoleTemplates/" + globalReader, skuAt, "/contacts/" + nobody, "/contracts/" + nobody,
				s.at("/directoryRoles/{role}")} {
				assert.Equal(t, "GET", gives(t, g, 405, "PATCH", at, "{}").Header.Get("Allow"), at)
				gives(t, g, 405, "DELETE", at, "")
			}
			gives(t, g, 405, "DELETE", "/organization/"+emulator.DefaultTenant, "")
			gives(t, g, 405, "PATCH", s.at("/directoryObjects/{ann}"), "{}")
			gives(t, g, 405, "PATCH", s.at("/directoryRoles/{role}/displayName"), `{"value":"x"}`)
		}},
	{"devices.create", "ok", "Answers 201 with the device and its `Location`", "create device page, example", documented, func(t *testing.T,
		g *rig.Rig) {
		a := gives(t, g, 201, "POST", "/devices", deviceBody)
		assert.Equal(t, v1(g, "/devices/"+a.Text("id")), a.Header.Get("Location"))
		assert.Equal(t, []string{"pc", pcID, rig.Dawn}, []string{a.Text("displayName"), a.Text("deviceId"), a.Text("registrationDateTime")})
	}},
	{"devices.create", "required", "Six properties are required: 400 `A value is required for property 'deviceId' of resource 'Device'.`",
		"create device page; text of Microsoft365DSC#3072",
		inferred, func(t *testing.T, g *rig.Rig) {
			for _, name := range []string{"accountEnabled", "alternativeSecurityIds", "deviceId", "displayName", "operatingSystem",
				"operatingSystemVersion"} {
				refuses(t, g, 400, "POST", "/devices", rig.Edit(t, deviceBody, name, rig.Absent{}), refusedCode,
					"A value is required for property '"+name+"' of resource 'Device'.")
			}
		}},
	{"devices.create", "taken", "A deviceId that another has: 400 `Another object with the same value for property deviceId already " +
		"exists.`", "docs issue 1508, of users", inferred,
		func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/devices", deviceBody)
			refuses(t, g, 400, "POST", "/devices", deviceBody, refusedCode, "Another object with the same value for property deviceId already "+
				"exists.")
		}},
	{"devices.get", "ok", "Answers 200 by id and by `devices(deviceId='…')`", "get device page; CSDL", documented, func(t *testing.T,
		g *rig.Rig) {
		id := createdID(t, g, "/devices", deviceBody)
		assert.Equal(t, id, g.Found(t, v1(g, "/devices(deviceId='"+pcID+"')")).Text("id"))
		assert.Equal(t, v1(g, "/$metadata#devices/$entity"), g.Found(t, v1(g, "/devices/"+id)).Text("@odata.context"))
	}},
	{"devices.update", "ok", "Answers 204 without a body; read-only properties are 400", "update device page", documented, func(t *testing.T,
		g *rig.Rig) {
		at := "/devices/" + createdID(t, g, "/devices", deviceBody)
		rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, at), `{"accountEnabled":false}`), 204)
		assert.Equal(t, "false", g.Found(t, v1(g, at)).JSON("accountEnabled").Raw)
		refuses(t, g, 400, "PATCH", at, `{"manufacturer":"x"}`, refusedCode, "Property 'manufacturer' is read-only and cannot be set.")
	}},
	{"devices.delete", "ok", "Answers 204; the device is gone for good, not in directory/deletedItems", "delete device page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/devices", deviceBody)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, "/devices/"+id), ""), 204)
			gives(t, g, 404, "GET", "/devices/"+id, "")
			gives(t, g, 404, "GET", "/directory/deletedItems/"+id, "")
		}},

	{"directoryRoles.create", "ok", "Activates a role of its roleTemplateId: 201, with the template's name and description",
		"activate directoryRole page", documented,
		func(t *testing.T, g *rig.Rig) {
			a := gives(t, g, 201, "POST", "/directoryRoles", `{"roleTemplateId":"`+globalReader+`"}`)
			assert.Equal(t, []string{"Global Reader", globalReader}, []string{a.Text("displayName"), a.Text("roleTemplateId")})
			assert.Equal(t, a.Text("description"), g.Found(t, v1(g, "/directoryRoleTemplates/"+globalReader)).Text("description"))
		}},
	{"directoryRoles.create", "twice", "One that is active: 400 `A conflicting object with one or more of the specified property values " +
		"is present in the directory.`",
		"go-azure-sdk", documented, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "POST", "/directoryRoles", `{"roleTemplateId":"`+adminRole+`"}`, refusedCode,
				"A conflicting object with one or more of the specified property values is present in the directory.")
		}},
	{"directoryRoles.get", "ok", "Answers 200 by id and by `directoryRoles(roleTemplateId='…')`", "get directoryRole page", documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, "/directoryRoles(roleTemplateId='"+adminRole+"')"))
			assert.Equal(t, "Global Administrator", g.Found(t, v1(g, "/directoryRoles/"+a.Text("id"))).Text("displayName"))
		}},
	{"directoryRoles.get", "segment", "The alternate key is a segment too: `directoryRoles/roleTemplateId=…`", "manicminer/hamilton, roles",
		observed,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, "Global Administrator", g.Found(t, v1(g, "/directoryRoles/roleTemplateId="+adminRole)).Text("displayName"))
			rig.WantError(t, g.Get(t, v1(g, "/directoryRoles/roleTemplateId="+globalReader)), 404, "Request_ResourceNotFound",
				"Resource '"+globalReader+"' does not exist or one of its queried reference-property objects are not present.")
		}},
	{"directoryRoleTemplates.list", "ok", "Answers 200 with the built-in roles, without pages", "list directoryRoleTemplates page",
		documented, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, "/directoryRoleTemplates"))
			assert.Contains(t, a.Texts("value.#.id"), adminRole)
			assert.Equal(t, "Global Reader", a.Text(`value.#(id=="`+globalReader+`").displayName`))
			assert.False(t, a.JSON("@odata.nextLink").Exists())
		}},
	{"directoryRoleTemplates.count", "ok", "Answers 200 with their number as plain text", "query-parameters page, $count", inferred,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, g.Found(t, v1(g, "/directoryRoleTemplates")).JSON("value.#").Raw, gives(t, g, 200, "GET",
				"/directoryRoleTemplates/$count", "", eventually).Body)
		}},
	{"directoryRoleTemplates.get", "ok", "Answers 200 with id, displayName and description; the id is the same in every tenant",
		"get directoryRoleTemplate page", documented,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, []string{"@odata.context", "id", "deletedDateTime", "description", "displayName"}, g.Found(t, v1(g,
				"/directoryRoleTemplates/"+adminRole)).Keys(""))
		}},

	{"directory.administrativeUnits.create", "ok", "Answers 201 with the unit; displayName is required", "create administrativeUnit page",
		documented, func(t *testing.T, g *rig.Rig) {
			a := gives(t, g, 201, "POST", "/directory/administrativeUnits", `{"displayName":"north"}`)
			assert.Equal(t, []string{"north", "false"}, []string{a.Text("displayName"), a.JSON("isMemberManagementRestricted").Raw})
			refuses(t, g, 400, "POST", "/directory/administrativeUnits", `{"description":"x"}`, refusedCode,
				"A value is required for property 'displayName' of resource 'AdministrativeUnit'.")
		}},
	{"directory.administrativeUnits.get", "ok", "Answers 200; beta has the units at its root too, v1.0 has not",
		"get administrativeUnit page", documented, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/directory/administrativeUnits", `{"displayName":"north"}`)
			assert.Equal(t, "north", g.Found(t, v1(g, "/directory/administrativeUnits/"+id)).Text("displayName"))
			assert.Equal(t, "north", g.Found(t, "/administrativeUnits/"+id).Text("displayName"))
			assert.NotEqual(t, 200, g.Get(t, v1(g, "/administrativeUnits/"+id)).Status)
		}},
	{"directory.administrativeUnits.update", "ok", "Answers 204 without a body; visibility is null, `Public` or `HiddenMembership`",
		"update administrativeUnit page", documented,
		func(t *testing.T, g *rig.Rig) {
			at := "/directory/administrativeUnits/" + createdID(t, g, "/directory/administrativeUnits", `{"displayName":"north"}`)
			rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, at), `{"description":"x"}`), 204)
			assert.Equal(t, "x", g.Found(t, v1(g, at)).Text("description"))
			refuses(t, g, 400, "PATCH", at, `{"visibility":"Secret"}`, refusedCode,
				"Invalid value specified for property 'visibility' of resource 'AdministrativeUnit'.")
		}},
	{"directory.administrativeUnits.delete", "ok", "Answers 204; a restored unit has its members again", "delete administrativeUnit page",
		documented, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at("/directory/administrativeUnits/{north}")), ""), 204)
			assert.NotContains(t, g.Found(t, v1(g, s.at("/users/{ann}/memberOf"))).Names(), "north")
			gives(t, g, 200, "POST", s.at("/directory/deletedItems/{north}/restore"), "")
			assert.Equal(t, []string{"ann"}, g.Found(t, v1(g, s.at("/directory/administrativeUnits/{north}/members"))).Names())
		}},

	{"organization.get", "ok", "Answers 200 by the tenant's id; verifiedDomains are the verified domains", "get organization page",
		documented, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, "/organization/"+emulator.DefaultTenant))
			assert.Equal(t, []string{"testschool.edu", "contoso.edu"}, a.Texts("verifiedDomains.#.name"))
			gives(t, g, 404, "GET", "/organization/"+nobody, "")
		}},
	{"organization.update", "ok", "Answers 204 without a body; its name and address are read-only", "update organization page", documented,
		func(t *testing.T, g *rig.Rig) {
			at := "/organization/" + emulator.DefaultTenant
			rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, at), `{"marketingNotificationEmails":["x@contoso.edu"]}`), 204)
			assert.Equal(t, []string{"x@contoso.edu"}, g.Found(t, v1(g, at)).Texts("marketingNotificationEmails"))
			refuses(t, g, 400, "PATCH", at, `{"displayName":"x"}`, refusedCode, "Property 'displayName' is read-only and cannot be set.")
		}},
	{"subscribedSkus.get", "ok", "Answers 200 by the id {tenantId}_{skuId}", "get subscribedSku page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, skuAt))
			assert.Equal(t, []string{samplePlan, "ENTERPRISEPACK", "Enabled"}, []string{a.Text("skuId"), a.Text("skuPartNumber"),
				a.Text("capabilityStatus")})
		}},
	{"subscribedSkus.list", "select-only", "Takes `$select` and no other query option: 400",
		"list subscribedSkus page; the words are chosen", documented, func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, []string{"skuId"}, g.Found(t, v1(g, "/subscribedSkus?$select=skuId")).Keys("value.0"))
			assert.Equal(t, unsupported, gives(t, g, 400, "GET", "/subscribedSkus"+rig.Query("$filter", "skuPartNumber eq 'x'"),
				"").Text("error.code"))
		}},
}

var domainStatements = []statement{
	{"domains.create", "ok", "Answers 201; the id is the name in lower case, isVerified false, authenticationType `Managed`",
		"create domain page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := gives(t, g, 201, "POST", "/domains", `{"id":"Fabrikam.edu"}`)
			assert.Equal(t, []string{"fabrikam.edu", "false", "Managed"}, []string{a.Text("id"), a.JSON("isVerified").Raw,
				a.Text("authenticationType")})
			assert.Len(t, g.Found(t, v1(g, "/domains/fabrikam.edu/verificationDnsRecords")).JSON("value").Array(), 2)
			refuses(t, g, 400, "POST", "/domains", `{"id":"fabrikam.edu"}`, refusedCode,
				"Another object with the same value for property id already exists.")
		}},
	{"domains.get", "ok", "Answers 200 by the name; an unknown name is 404", "get domain page, example", documented, func(t *testing.T,
		g *rig.Rig) {
		assert.Equal(t, "true", g.Found(t, v1(g, "/domains/contoso.edu")).JSON("isVerified").Raw)
		refuses(t, g, 404, "GET", "/domains/fabrikam.edu", "", notThere, absentOf("fabrikam.edu"))
	}},
	{"domains.update", "ok", "Answers 204 without a body; a new default domain takes the mark from the other", "update domain page",
		documented, func(t *testing.T, g *rig.Rig) {
			rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, "/domains/contoso.edu"), `{"isDefault":true}`), 204)
			assert.Equal(t, []string{"contoso.edu"}, g.Found(t, v1(g, "/domains")).Texts("value.#(isDefault==true)#.id"))
		}},
	{"domains.delete", "ok", "Answers 204; one that names use, the default and the initial one are 400",
		"delete domain page; the words are chosen", documented,
		func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/domains", `{"id":"fabrikam.edu"}`)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, "/domains/fabrikam.edu"), ""), 204)
			createdID(t, g, "/users", personBody("ann", ""))
			gives(t, g, 400, "DELETE", "/domains/contoso.edu", "")
			gives(t, g, 400, "DELETE", "/domains/testschool.edu", "")
		}},
	{"domains.forceDelete", "ok", "Answers 204 without a body; its users get names of the initial domain, and are disabled where " +
		"disableUserAccounts says so", "forceDelete page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			rig.WantEmpty(t, g.Post(t, v1(g, "/domains/contoso.edu/forceDelete"), `{"disableUserAccounts":true}`), 204)
			a := g.Found(t, v1(g, "/users/"+id+"?$select=userPrincipalName,accountEnabled"))
			assert.Equal(t, []string{"ann@testschool.edu", "false"}, []string{a.Text("userPrincipalName"), a.JSON("accountEnabled").Raw})
			gives(t, g, 404, "GET", "/domains/contoso.edu", "")
		}},
	{"domains.verify", "ok", "Answers 200 with the domain, verified: no DNS is asked", "verify page; that all are proven is chosen",
		documented, func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/domains", `{"id":"fabrikam.edu"}`)
			assert.Equal(t, "true", gives(t, g, 200, "POST", "/domains/fabrikam.edu/verify", "").JSON("isVerified").Raw)
			createdID(t, g, "/users", rig.Edit(t, personBody("ann", ""), "userPrincipalName", "ann@fabrikam.edu"))
		}},
	{"domains.promote", "ok", "Answers 200 with true; a verified subdomain is a root domain then, others are 400", "promote page",
		documented, func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/domains", `{"id":"north.contoso.edu"}`)
			gives(t, g, 400, "POST", "/domains/north.contoso.edu/promote", "")
			gives(t, g, 200, "POST", "/domains/north.contoso.edu/verify", "")
			assert.Equal(t, "true", gives(t, g, 200, "POST", "/domains/north.contoso.edu/promote", "").JSON("value").Raw)
			assert.Equal(t, "true", g.Found(t, v1(g, "/domains/north.contoso.edu")).JSON("isRoot").Raw)
		}},
}
