package faithfulness

import (
	"slices"
	"testing"
	"time"

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
			unknownRow("directoryRoleTemplates.get", "/directoryRoleTemplates"), unknownRow("directory.administrativeUnits.get", "/directory/administrativeUnits"),
			unknownRow("contacts.get", "/contacts"), unknownRow("contracts.get", "/contracts"),
			contactRow("manager.get", "/manager"), contactRow("directReports.list", "/directReports"), contactRow("directReports.count", "/directReports/$count"),
			contactRow("memberOf.list", "/memberOf"), contactRow("memberOf.count", "/memberOf/$count"),
			contactRow("transitiveMemberOf.list", "/transitiveMemberOf"), contactRow("transitiveMemberOf.count", "/transitiveMemberOf/$count")},
	)
}

// contactRow proves a navigation of a contact that is not there: contacts come from
// premises, and no client makes one.
func contactRow(operation, name string) statement {
	return statement{"contacts." + operation, "unknown", "Of a contact that is not there: 404 `Request_ResourceNotFound` that names it", "docs issue 6059", observed,
		func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 404, "GET", "/contacts/"+nobody+name, "", notThere, absentOf(nobody), eventually)
		}}
}

var tenantStatements = []statement{
	{anyOperation, "directory-absent", "What the service does not have is 405 `Request_BadRequest`: to make, change or delete contacts, contracts, role templates and " +
		"licences; to make or delete the organization; to change or delete a role; to make or change a directoryObject", "resource pages: methods", documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			for _, set := range []string{"/contacts", "/contracts", "/directoryRoleTemplates", "/subscribedSkus", "/organization", "/directoryObjects", "/directory/deletedItems"} {
				refuses(t, g, 405, "POST", set, "{}", refusedCode, "Specified HTTP method is not allowed for the request target.")
			}
			for _, at := range []string{"/directoryRoleTemplates/" + globalReader, skuAt, "/contacts/" + nobody, "/contracts/" + nobody, s.at("/directoryRoles/{role}")} {
				assert.Equal(t, "GET", gives(t, g, 405, "PATCH", at, "{}").Header.Get("Allow"), at)
				gives(t, g, 405, "DELETE", at, "")
			}
			gives(t, g, 405, "DELETE", "/organization/"+emulator.DefaultTenant, "")
			gives(t, g, 405, "PATCH", s.at("/directoryObjects/{ann}"), "{}")
			gives(t, g, 405, "PATCH", s.at("/directoryRoles/{role}/displayName"), `{"value":"x"}`)
		}},
	{"devices.create", "ok", "Answers 201 with the device and its `Location`", "create device page, example", documented, func(t *testing.T, g *rig.Rig) {
		a := gives(t, g, 201, "POST", "/devices", deviceBody)
		assert.Equal(t, v1(g, "/devices/"+a.Text("id")), a.Header.Get("Location"))
		assert.Equal(t, []string{"pc", pcID, rig.Dawn}, []string{a.Text("displayName"), a.Text("deviceId"), a.Text("registrationDateTime")})
	}},
	{"devices.create", "required", "Six properties are required: 400 `A value is required for property 'deviceId' of resource 'Device'.`", "create device page; text of Microsoft365DSC#3072",
		inferred, func(t *testing.T, g *rig.Rig) {
			for _, name := range []string{"accountEnabled", "alternativeSecurityIds", "deviceId", "displayName", "operatingSystem", "operatingSystemVersion"} {
				refuses(t, g, 400, "POST", "/devices", rig.Edit(t, deviceBody, name, rig.Absent{}), refusedCode, "A value is required for property '"+name+"' of resource 'Device'.")
			}
		}},
	{"devices.create", "taken", "A deviceId that another has: 400 `Another object with the same value for property deviceId already exists.`", "docs issue 1508, of users", inferred,
		func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/devices", deviceBody)
			refuses(t, g, 400, "POST", "/devices", deviceBody, refusedCode, "Another object with the same value for property deviceId already exists.")
		}},
	{"devices.get", "ok", "Answers 200 by id and by `devices(deviceId='…')`", "get device page; CSDL", documented, func(t *testing.T, g *rig.Rig) {
		id := createdID(t, g, "/devices", deviceBody)
		assert.Equal(t, id, g.Found(t, v1(g, "/devices(deviceId='"+pcID+"')")).Text("id"))
		assert.Equal(t, v1(g, "/$metadata#devices/$entity"), g.Found(t, v1(g, "/devices/"+id)).Text("@odata.context"))
	}},
	{"devices.update", "ok", "Answers 204 without a body; read-only properties are 400", "update device page", documented, func(t *testing.T, g *rig.Rig) {
		at := "/devices/" + createdID(t, g, "/devices", deviceBody)
		rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, at), `{"accountEnabled":false}`), 204)
		assert.Equal(t, "false", g.Found(t, v1(g, at)).JSON("accountEnabled").Raw)
		refuses(t, g, 400, "PATCH", at, `{"manufacturer":"x"}`, refusedCode, "Property 'manufacturer' is read-only and cannot be set.")
	}},
	{"devices.delete", "ok", "Answers 204; the device is gone for good, not in directory/deletedItems", "delete device page", documented, func(t *testing.T, g *rig.Rig) {
		id := createdID(t, g, "/devices", deviceBody)
		rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, "/devices/"+id), ""), 204)
		gives(t, g, 404, "GET", "/devices/"+id, "")
		gives(t, g, 404, "GET", "/directory/deletedItems/"+id, "")
	}},

	{"directoryRoles.create", "ok", "Activates a role of its roleTemplateId: 201, with the template's name and description", "activate directoryRole page", documented,
		func(t *testing.T, g *rig.Rig) {
			a := gives(t, g, 201, "POST", "/directoryRoles", `{"roleTemplateId":"`+globalReader+`"}`)
			assert.Equal(t, []string{"Global Reader", globalReader}, []string{a.Text("displayName"), a.Text("roleTemplateId")})
			assert.Equal(t, a.Text("description"), g.Found(t, v1(g, "/directoryRoleTemplates/"+globalReader)).Text("description"))
		}},
	{"directoryRoles.create", "twice", "One that is active: 400 `A conflicting object with one or more of the specified property values is present in the directory.`",
		"go-azure-sdk", documented, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "POST", "/directoryRoles", `{"roleTemplateId":"`+adminRole+`"}`, refusedCode,
				"A conflicting object with one or more of the specified property values is present in the directory.")
		}},
	{"directoryRoles.get", "ok", "Answers 200 by id and by `directoryRoles(roleTemplateId='…')`", "get directoryRole page", documented, func(t *testing.T, g *rig.Rig) {
		a := g.Found(t, v1(g, "/directoryRoles(roleTemplateId='"+adminRole+"')"))
		assert.Equal(t, "Global Administrator", g.Found(t, v1(g, "/directoryRoles/"+a.Text("id"))).Text("displayName"))
	}},
	{"directoryRoleTemplates.list", "ok", "Answers 200 with the built-in roles, without pages", "list directoryRoleTemplates page", documented, func(t *testing.T, g *rig.Rig) {
		a := g.Found(t, v1(g, "/directoryRoleTemplates"))
		assert.Contains(t, a.Texts("value.#.id"), adminRole)
		assert.Equal(t, "Global Reader", a.Text(`value.#(id=="`+globalReader+`").displayName`))
		assert.False(t, a.JSON("@odata.nextLink").Exists())
	}},
	{"directoryRoleTemplates.count", "ok", "Answers 200 with their number as plain text", "query-parameters page, $count", inferred, func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, g.Found(t, v1(g, "/directoryRoleTemplates")).JSON("value.#").Raw, gives(t, g, 200, "GET", "/directoryRoleTemplates/$count", "", eventually).Body)
	}},
	{"directoryRoleTemplates.get", "ok", "Answers 200 with id, displayName and description; the id is the same in every tenant", "get directoryRoleTemplate page", documented,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, []string{"@odata.context", "id", "deletedDateTime", "description", "displayName"}, g.Found(t, v1(g, "/directoryRoleTemplates/"+adminRole)).Keys(""))
		}},

	{"directory.administrativeUnits.create", "ok", "Answers 201 with the unit; displayName is required", "create administrativeUnit page", documented, func(t *testing.T, g *rig.Rig) {
		a := gives(t, g, 201, "POST", "/directory/administrativeUnits", `{"displayName":"north"}`)
		assert.Equal(t, []string{"north", "false"}, []string{a.Text("displayName"), a.JSON("isMemberManagementRestricted").Raw})
		refuses(t, g, 400, "POST", "/directory/administrativeUnits", `{"description":"x"}`, refusedCode,
			"A value is required for property 'displayName' of resource 'AdministrativeUnit'.")
	}},
	{"directory.administrativeUnits.get", "ok", "Answers 200; beta has the units at its root too, v1.0 has not", "get administrativeUnit page", documented, func(t *testing.T, g *rig.Rig) {
		id := createdID(t, g, "/directory/administrativeUnits", `{"displayName":"north"}`)
		assert.Equal(t, "north", g.Found(t, v1(g, "/directory/administrativeUnits/"+id)).Text("displayName"))
		assert.Equal(t, "north", g.Found(t, "/administrativeUnits/"+id).Text("displayName"))
		assert.NotEqual(t, 200, g.Get(t, v1(g, "/administrativeUnits/"+id)).Status)
	}},
	{"directory.administrativeUnits.update", "ok", "Answers 204 without a body; visibility is null, `Public` or `HiddenMembership`", "update administrativeUnit page", documented,
		func(t *testing.T, g *rig.Rig) {
			at := "/directory/administrativeUnits/" + createdID(t, g, "/directory/administrativeUnits", `{"displayName":"north"}`)
			rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, at), `{"description":"x"}`), 204)
			assert.Equal(t, "x", g.Found(t, v1(g, at)).Text("description"))
			refuses(t, g, 400, "PATCH", at, `{"visibility":"Secret"}`, refusedCode, "Invalid value specified for property 'visibility' of resource 'AdministrativeUnit'.")
		}},
	{"directory.administrativeUnits.delete", "ok", "Answers 204; a restored unit has its members again", "delete administrativeUnit page", documented, func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at("/directory/administrativeUnits/{north}")), ""), 204)
		assert.NotContains(t, g.Found(t, v1(g, s.at("/users/{ann}/memberOf"))).Names(), "north")
		gives(t, g, 200, "POST", s.at("/directory/deletedItems/{north}/restore"), "")
		assert.Equal(t, []string{"ann"}, g.Found(t, v1(g, s.at("/directory/administrativeUnits/{north}/members"))).Names())
	}},

	{"organization.get", "ok", "Answers 200 by the tenant's id; verifiedDomains are the verified domains", "get organization page", documented, func(t *testing.T, g *rig.Rig) {
		a := g.Found(t, v1(g, "/organization/"+emulator.DefaultTenant))
		assert.Equal(t, []string{"testschool.edu", "contoso.edu"}, a.Texts("verifiedDomains.#.name"))
		gives(t, g, 404, "GET", "/organization/"+nobody, "")
	}},
	{"organization.update", "ok", "Answers 204 without a body; its name and address are read-only", "update organization page", documented, func(t *testing.T, g *rig.Rig) {
		at := "/organization/" + emulator.DefaultTenant
		rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, at), `{"marketingNotificationEmails":["x@contoso.edu"]}`), 204)
		assert.Equal(t, []string{"x@contoso.edu"}, g.Found(t, v1(g, at)).Texts("marketingNotificationEmails"))
		refuses(t, g, 400, "PATCH", at, `{"displayName":"x"}`, refusedCode, "Property 'displayName' is read-only and cannot be set.")
	}},
	{"subscribedSkus.get", "ok", "Answers 200 by the id {tenantId}_{skuId}", "get subscribedSku page, example", documented, func(t *testing.T, g *rig.Rig) {
		a := g.Found(t, v1(g, skuAt))
		assert.Equal(t, []string{samplePlan, "ENTERPRISEPACK", "Enabled"}, []string{a.Text("skuId"), a.Text("skuPartNumber"), a.Text("capabilityStatus")})
	}},
	{"subscribedSkus.list", "select-only", "Takes `$select` and no other query option: 400", "list subscribedSkus page; the words are chosen", documented, func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, []string{"skuId"}, g.Found(t, v1(g, "/subscribedSkus?$select=skuId")).Keys("value.0"))
		assert.Equal(t, unsupported, gives(t, g, 400, "GET", "/subscribedSkus"+rig.Query("$filter", "skuPartNumber eq 'x'"), "").Text("error.code"))
	}},
}

var domainStatements = []statement{
	{"domains.create", "ok", "Answers 201; the id is the name in lower case, isVerified false, authenticationType `Managed`", "create domain page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := gives(t, g, 201, "POST", "/domains", `{"id":"Fabrikam.edu"}`)
			assert.Equal(t, []string{"fabrikam.edu", "false", "Managed"}, []string{a.Text("id"), a.JSON("isVerified").Raw, a.Text("authenticationType")})
			assert.Len(t, g.Found(t, v1(g, "/domains/fabrikam.edu/verificationDnsRecords")).JSON("value").Array(), 2)
			refuses(t, g, 400, "POST", "/domains", `{"id":"fabrikam.edu"}`, refusedCode, "Another object with the same value for property id already exists.")
		}},
	{"domains.get", "ok", "Answers 200 by the name; an unknown name is 404", "get domain page, example", documented, func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, "true", g.Found(t, v1(g, "/domains/contoso.edu")).JSON("isVerified").Raw)
		refuses(t, g, 404, "GET", "/domains/fabrikam.edu", "", notThere, absentOf("fabrikam.edu"))
	}},
	{"domains.update", "ok", "Answers 204 without a body; a new default domain takes the mark from the other", "update domain page", documented, func(t *testing.T, g *rig.Rig) {
		rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, "/domains/contoso.edu"), `{"isDefault":true}`), 204)
		assert.Equal(t, []string{"contoso.edu"}, g.Found(t, v1(g, "/domains")).Texts("value.#(isDefault==true)#.id"))
	}},
	{"domains.delete", "ok", "Answers 204; one that names use, the default and the initial one are 400", "delete domain page; the words are chosen", documented,
		func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/domains", `{"id":"fabrikam.edu"}`)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, "/domains/fabrikam.edu"), ""), 204)
			createdID(t, g, "/users", personBody("ann", ""))
			gives(t, g, 400, "DELETE", "/domains/contoso.edu", "")
			gives(t, g, 400, "DELETE", "/domains/testschool.edu", "")
		}},
	{"domains.forceDelete", "ok", "Answers 204 without a body; its users get names of the initial domain, and are disabled where disableUserAccounts says so", "forceDelete page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			rig.WantEmpty(t, g.Post(t, v1(g, "/domains/contoso.edu/forceDelete"), `{"disableUserAccounts":true}`), 204)
			a := g.Found(t, v1(g, "/users/"+id+"?$select=userPrincipalName,accountEnabled"))
			assert.Equal(t, []string{"ann@testschool.edu", "false"}, []string{a.Text("userPrincipalName"), a.JSON("accountEnabled").Raw})
			gives(t, g, 404, "GET", "/domains/contoso.edu", "")
		}},
	{"domains.verify", "ok", "Answers 200 with the domain, verified: no DNS is asked", "verify page; that all are proven is chosen", documented, func(t *testing.T, g *rig.Rig) {
		createdID(t, g, "/domains", `{"id":"fabrikam.edu"}`)
		assert.Equal(t, "true", gives(t, g, 200, "POST", "/domains/fabrikam.edu/verify", "").JSON("isVerified").Raw)
		createdID(t, g, "/users", rig.Edit(t, personBody("ann", ""), "userPrincipalName", "ann@fabrikam.edu"))
	}},
	{"domains.promote", "ok", "Answers 200 with true; a verified subdomain is a root domain then, others are 400", "promote page", documented, func(t *testing.T, g *rig.Rig) {
		createdID(t, g, "/domains", `{"id":"north.contoso.edu"}`)
		gives(t, g, 400, "POST", "/domains/north.contoso.edu/promote", "")
		gives(t, g, 200, "POST", "/domains/north.contoso.edu/verify", "")
		assert.Equal(t, "true", gives(t, g, 200, "POST", "/domains/north.contoso.edu/promote", "").JSON("value").Raw)
		assert.Equal(t, "true", g.Found(t, v1(g, "/domains/north.contoso.edu")).JSON("isRoot").Raw)
	}},
}

// objectRows prove what all directory objects have: base is a path that leads to them.
func objectRows(operation, base string, prepare func(t *testing.T, g *rig.Rig, s *staff)) []statement {
	rows := []statement{}
	row := func(name, text, source string, how grade, test func(t *testing.T, g *rig.Rig, s *staff)) {
		rows = append(rows, statement{operation + "." + name, "ok", text, source, how, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			prepare(t, g, s)
			test(t, g, s)
		}})
	}
	row("getByIds", "Answers 200 with the objects of the ids that are of the types asked for, and leaves unknown ids out; what is no GUID: 400 `Invalid GUID specified.`",
		"getByIds page; text of docs issue 7063", documented, func(t *testing.T, g *rig.Rig, s *staff) {
			a := gives(t, g, 200, "POST", base+"/getByIds", s.at(`{"ids":["{bob}","{outer}","`+nobody+`"],"types":["user"]}`))
			assert.Equal(t, []string{"bob"}, a.Names())
			refuses(t, g, 400, "POST", base+"/getByIds", `{"ids":["x"]}`, refusedCode, "Invalid GUID specified.")
		})
	row("validateProperties", "Names that fit a group: 204 without a body; else 422 with a detail for each", "directoryObject validateProperties page", documented,
		func(t *testing.T, g *rig.Rig, _ *staff) {
			rig.WantEmpty(t, g.Post(t, v1(g, base+"/validateProperties"), `{"entityType":"Group","displayName":"x","mailNickname":"x"}`), 204)
			a := gives(t, g, 422, "POST", base+"/validateProperties", `{"entityType":"Group","displayName":"x","mailNickname":"a b"}`)
			assert.Equal(t, []string{"mailNickname"}, a.Texts("error.details.#.target"))
		})
	row("getAvailableExtensionProperties", "Answers 200 with the extension properties of all applications", "getAvailableExtensionProperties page", documented,
		func(t *testing.T, g *rig.Rig, _ *staff) {
			app := gives(t, g, 201, "POST", "/applications", `{"displayName":"app"}`)
			name := gives(t, g, 201, "POST", "/applications/"+app.Text("id")+"/extensionProperties",
				`{"name":"grade","dataType":"String","targetObjects":["User"]}`).Text("name")
			assert.Contains(t, gives(t, g, 200, "POST", base+"/getAvailableExtensionProperties", `{"isSyncedFromOnPremises":false}`).Texts("value.#.name"), name)
		})
	row("getUserOwnedObjects", "Answers 200 with the deleted groups that a user owns", "getUserOwnedObjects page", documented, func(t *testing.T, g *rig.Rig, s *staff) {
		gives(t, g, 204, "POST", s.at("/groups/{team}/owners/$ref"), refOf(g, s.ids["bob"]))
		gives(t, g, 204, "DELETE", s.at("/groups/{team}"), "")
		assert.Equal(t, []string{"team"}, gives(t, g, 200, "POST", base+"/getUserOwnedObjects", s.at(`{"userId":"{bob}","type":"Group"}`)).Names())
		gives(t, g, 400, "POST", base+"/getUserOwnedObjects", s.at(`{"userId":"{bob}","type":"User"}`))
	})
	return rows
}

// theDeleted deletes ann.
func theDeleted(t *testing.T, g *rig.Rig, s *staff) {
	gives(t, g, 204, "DELETE", s.at("/users/{ann}"), "")
}

func directoryObjectStatements() []statement {
	deletedMember := func(operation, body string) statement {
		return statement{"directory.deletedItems." + operation, "ok", "Answers 200: what is deleted is a member of nothing", "restore page: links come back", inferred,
			func(t *testing.T, g *rig.Rig) {
				s := newStaff(t, g)
				theDeleted(t, g, s)
				assert.Equal(t, "[]", gives(t, g, 200, "POST", s.at("/directory/deletedItems/{ann}/"+operation), s.at(body)).JSON("value").Raw)
			}}
	}
	member := func(operation, body, text string, want ...string) statement {
		return statement{"directoryObjects." + operation, "ok", text, operation + " page", documented, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			a := gives(t, g, 200, "POST", s.at("/directoryObjects/{ann}/"+operation), s.at(body))
			ids := []string{}
			for _, name := range want {
				ids = append(ids, s.at(name))
			}
			assert.ElementsMatch(t, ids, a.Texts("value"))
			assert.Equal(t, v1(g, "/$metadata#Collection(Edm.String)"), a.Text("@odata.context"))
		}}
	}
	return slices.Concat(deletedStatements,
		linkedRows("directoryObjects.memberOf", "/directoryObjects/{ann}/memberOf", inferred, "inner", "north", "Global Reader"),
		linkedRows("directoryObjects.transitiveMemberOf", "/directoryObjects/{ann}/transitiveMemberOf", inferred, "inner", "outer", "north", "Global Reader"),
		objectRows("directoryObjects", "/directoryObjects", func(*testing.T, *rig.Rig, *staff) {}),
		objectRows("directory.deletedItems", "/directory/deletedItems", theDeleted),
		[]statement{
			member("checkMemberGroups", `{"groupIds":["{outer}","{team}","`+nobody+`"]}`, "Answers 200 with those of the groups that it is a member of, over any number of groups", "{outer}"),
			member("checkMemberObjects", `{"ids":["{outer}","{north}","`+globalReader+`","{team}"]}`,
				"Answers 200 with those of groups, units and roles; the id of a role's template will do", "{outer}", "{north}", globalReader),
			member("getMemberGroups", `{"securityEnabledOnly":true}`, "Answers 200 with the ids of all its groups, over any number of groups", "{inner}", "{outer}"),
			member("getMemberObjects", `{"securityEnabledOnly":false}`, "Answers 200 with the ids of its groups, units and roles", "{inner}", "{outer}", "{north}", "{role}"),
			deletedMember("checkMemberGroups", `{"groupIds":["{inner}"]}`), deletedMember("checkMemberObjects", `{"ids":["{inner}"]}`),
			deletedMember("getMemberGroups", `{"securityEnabledOnly":false}`), deletedMember("getMemberObjects", `{"securityEnabledOnly":false}`),
		})
}

const needsCast = "Searches against this resource are not supported. Only specific instances can be queried."

var deletedStatements = []statement{
	{"directoryObjects.list", "ok", "Needs a cast, as `/directoryObjects/microsoft.graph.group`: without one 400 `" + needsCast + "`", "graph-rs-sdk#325; text of docs-contrib issue 4424",
		inferred, func(t *testing.T, g *rig.Rig) {
			newStaff(t, g)
			refuses(t, g, 400, "GET", "/directoryObjects", "", unsupported, needsCast)
			assert.ElementsMatch(t, []string{"inner", "outer", "team"}, g.Found(t, v1(g, "/directoryObjects/microsoft.graph.group")).Names())
		}},
	{"directoryObjects.count", "ok", "Needs a cast, as the list does", "docs-contrib issue 4424, of the list", inferred, func(t *testing.T, g *rig.Rig) {
		newStaff(t, g)
		refuses(t, g, 400, "GET", "/directoryObjects/$count", "", unsupported, needsCast, eventually)
		assert.Equal(t, "3", gives(t, g, 200, "GET", "/directoryObjects/microsoft.graph.group/$count", "", eventually).Body)
	}},
	{"directoryObjects.get", "ok", "Answers 200 with any object of the directory; `@odata.type` says what it is", "get directoryObject page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, newStaff(t, g).at("/directoryObjects/{outer}")))
			assert.Equal(t, []string{"#microsoft.graph.group", "outer", v1(g, "/$metadata#directoryObjects/$entity")},
				[]string{a.Text("@odata.type"), a.Text("displayName"), a.Text("@odata.context")})
		}},
	{"directoryObjects.delete", "ok", "Answers 204 without a body: it is deleted as at its own address", "delete directoryObject page", documented, func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at("/directoryObjects/{ann}")), ""), 204)
		gives(t, g, 404, "GET", s.at("/users/{ann}"), "")
		g.Found(t, v1(g, s.at("/directory/deletedItems/{ann}")))
	}},
	{"directoryObjects.restore", "ok", "What is deleted is no directoryObject any more, nor is what lives restored: 404", "entra-powershell#987, of users", observed,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			refuses(t, g, 404, "POST", s.at("/directoryObjects/{ann}/restore"), "", notThere, absentOf(s.ids["ann"]))
			theDeleted(t, g, s)
			gives(t, g, 404, "POST", s.at("/users/{ann}/restore"), "")
		}},
	{"directory.deletedItems.list", "ok", "Needs a cast, as `/directory/deletedItems/microsoft.graph.user`: without one 400 `" + needsCast + "`", "docs-contrib issue 4424", observed,
		func(t *testing.T, g *rig.Rig) {
			theDeleted(t, g, newStaff(t, g))
			refuses(t, g, 400, "GET", "/directory/deletedItems", "", unsupported, needsCast)
			a := g.Found(t, v1(g, "/directory/deletedItems/microsoft.graph.user?$select=displayName,deletedDateTime"))
			assert.Equal(t, []string{"ann", rig.Dawn}, []string{a.Text("value.0.displayName"), a.Text("value.0.deletedDateTime")})
		}},
	{"directory.deletedItems.count", "ok", "Needs a cast, as the list does", "docs-contrib issue 4424, of the list", inferred, func(t *testing.T, g *rig.Rig) {
		theDeleted(t, g, newStaff(t, g))
		refuses(t, g, 400, "GET", "/directory/deletedItems/$count", "", unsupported, needsCast, eventually)
		assert.Equal(t, "1", gives(t, g, 200, "GET", "/directory/deletedItems/microsoft.graph.user/$count", "", eventually).Body)
	}},
	{"directory.deletedItems.get", "ok", "Answers 200 with the object and its `@odata.type`; what is not deleted is 404", "get deletedItem page", documented, func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		gives(t, g, 404, "GET", s.at("/directory/deletedItems/{ann}"), "")
		theDeleted(t, g, s)
		assert.Equal(t, "#microsoft.graph.user", g.Found(t, v1(g, s.at("/directory/deletedItems/{ann}"))).Text("@odata.type"))
	}},
	{"directory.deletedItems.delete", "ok", "Answers 204 without a body: it is gone for good", "delete deletedItem page", documented, func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		theDeleted(t, g, s)
		rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at("/directory/deletedItems/{ann}")), ""), 204)
		gives(t, g, 404, "POST", s.at("/directory/deletedItems/{ann}/restore"), "")
	}},
	{"directory.deletedItems.restore", "ok", "Answers 200 with the object and its `@odata.type`; its links are there again", "restore page", documented, func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		theDeleted(t, g, s)
		g.Advance(t, 29*24*time.Hour)
		a := gives(t, g, 200, "POST", s.at("/directory/deletedItems/{ann}/restore"), "")
		assert.Equal(t, []string{"#microsoft.graph.user", "ann"}, []string{a.Text("@odata.type"), a.Text("displayName")})
		assert.Equal(t, "bob", g.Found(t, v1(g, s.at("/users/{ann}/manager"))).Text("displayName"))
		assert.Contains(t, g.Found(t, v1(g, s.at("/groups/{inner}/members"))).Names(), "ann")
	}},
	{"directory.deletedItems.restore", "name-taken", "A userPrincipalName that another has by now: 400; newUserPrincipalName gives it another one", "restore page", documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			theDeleted(t, g, s)
			createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "POST", s.at("/directory/deletedItems/{ann}/restore"), "", refusedCode,
				"Another object with the same value for property userPrincipalName already exists.")
			gives(t, g, 200, "POST", s.at("/directory/deletedItems/{ann}/restore"), `{"newUserPrincipalName":"ann2@contoso.edu"}`)
			assert.Equal(t, s.ids["ann"], g.Found(t, v1(g, "/users/ann2@contoso.edu")).Text("id"))
		}},
}
