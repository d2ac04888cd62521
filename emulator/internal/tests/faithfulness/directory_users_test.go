package faithfulness

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// oraOf is a server of contoso's directory, and a token of one of its users.
func oraOf(t *testing.T) (g *rig.Rig, token string) {
	t.Helper()
	g = newRig(t, emulator.Options{Fixture: "contoso"})
	a := g.AsUser(t, "EduAdministration.ReadWrite")
	assert.Equal(t, 200, a.Status, a.Body)
	return g, a.Text("access_token")
}

const licenceBody = `{"addLicenses":[{"skuId":"` + samplePlan + `","disabledPlans":[]}],"removeLicenses":[]}`

func directoryUserStatements() []statement {
	return slices.Concat(userStatements,
		linkedRows("users.memberOf", "/users/{ann}/memberOf", documented, "inner", "north", "Global Reader"),
		linkedRows("users.transitiveMemberOf", "/users/{ann}/transitiveMemberOf", documented, "inner", "outer", "north", "Global Reader"),
		linkedRows("users.directReports", "/users/{bob}/directReports", documented, "ann"),
		linkedRows("users.ownedObjects", "/users/{ann}/ownedObjects", documented, "outer"),
		linkedRows("users.ownedDevices", "/users/{ann}/ownedDevices", documented, "pc"),
		linkedRows("users.registeredDevices", "/users/{ann}/registeredDevices", documented, "pc"),
		linkedRows("users.sponsors", "/users/{ann}/sponsors", documented, "bob"),
		linkedRows("users.sponsorOf", "/users/{bob}/sponsorOf", documented, "ann"),
		refRows("users.sponsors", "/users/{ann}/sponsors", "bob", "outer"),
	)
}

var userStatements = []statement{
	{"users.create", "required", "What a create lacks: 400 `A value is required for property 'displayName' of resource 'User'.`; so too " +
		"accountEnabled, " +
		"mailNickname and userPrincipalName", "create user page; text of Microsoft365DSC#3072", observed, func(t *testing.T, g *rig.Rig) {
		for _, name := range []string{"displayName", "accountEnabled", "mailNickname", "userPrincipalName"} {
			refuses(t, g, 400, "POST", "/users", rig.Edit(t, personBody("ann", ""), name, rig.Absent{}), refusedCode,
				"A value is required for property '"+name+"' of resource 'User'.")
		}
	}},
	{"users.create", "password", "Without passwordProfile.password: 400; a weak one: 400 `The specified password does not comply with " +
		"password complexity requirements. …`", "create user page; the texts, Azure AD Graph", inferred, func(t *testing.T, g *rig.Rig) {
		refuses(t, g, 400, "POST", "/users", rig.Edit(t, personBody("ann", ""), "passwordProfile", rig.Absent{}), refusedCode,
			"A password must be specified to create a new user.")
		for _, weak := range []string{"Sho-1", "alllowercase", "lower123"} {
			refuses(t, g, 400, "POST", "/users", rig.Edit(t, personBody("ann", ""), "passwordProfile.password", weak), refusedCode,
				"The specified password does not comply with password complexity requirements. Please provide a different password.")
		}
	}},
	{"users.create", "write-only-password", "A password is only written: `$select=passwordProfile` shows null in its place",
		"user resource page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			a := g.Found(t, v1(g, "/users/"+id+"?$select=passwordProfile"))
			assert.Equal(t, "null", a.JSON("passwordProfile.password").Raw)
			assert.NotContains(t, a.Body, "Secret-123")
		}},
	{"users.create", "defaults", "A new user is a `Member`, with a createdDateTime, no deletedDateTime and a security identifier",
		"user resource page", documented, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			a := g.Found(t, v1(g, "/users/"+id+"?$select=userType,createdDateTime,deletedDateTime,securityIdentifier"))
			assert.Equal(t, []string{"Member", rig.Dawn, ""}, []string{a.Text("userType"), a.Text("createdDateTime"), a.Text("deletedDateTime")})
			assert.Regexp(t, `^S-1-12-1(-\d+){4}$`, a.Text("securityIdentifier"))
		}},
	{"users.create", "name-taken", "A userPrincipalName that another has, letter case aside: 400 `Another object with the same value for " +
		"property " +
		"userPrincipalName already exists.`, with `ObjectConflict` in details", "docs issue 1508", observed, func(t *testing.T, g *rig.Rig) {
		createdID(t, g, "/users", personBody("ann", ""))
		a := gives(t, g, 400, "POST", "/users", rig.Edit(t, personBody("bob", ""), "userPrincipalName", "ANN@contoso.edu"))
		rig.WantError(t, a, 400, refusedCode, "Another object with the same value for property userPrincipalName already exists.")
		assert.Equal(t, []string{"ObjectConflict", "userPrincipalName"}, []string{a.Text("error.details.0.code"),
			a.Text("error.details.0.target")})
	}},
	{"users.create", "mail-taken", "A mail that is another's proxy address: 400, the same words with proxyAddresses",
		"docs-contrib issue 8421", observed,
		func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/users", personBody("ann", `,"mail":"mail@contoso.edu"`))
			refuses(t, g, 400, "POST", "/users", personBody("bob", `,"mail":"MAIL@contoso.edu"`), refusedCode,
				"Another object with the same value for property proxyAddresses already exists.")
		}},
	{"users.create", "foreign-domain", "A name of a domain that is not the tenant's: 400 `One or more properties contains invalid values.`",
		"docs issue 4959", observed, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "POST", "/users", rig.Edit(t, personBody("ann", ""), "userPrincipalName", "ann@fabrikam.edu"), refusedCode,
				"One or more properties contains invalid values.")
		}},
	{"users.create", "bad-nickname", "A mailNickname with what may not stand in it: 400 `Invalid value specified for property " +
		"'mailNickname' of resource 'User'.`", "docs-contrib issue 6580", observed, func(t *testing.T, g *rig.Rig) {
		refuses(t, g, 400, "POST", "/users", rig.Edit(t, personBody("ann", ""), "mailNickname", "a b"), refusedCode,
			"Invalid value specified for property 'mailNickname' of resource 'User'.")
	}},
	{"users.update", "put",
		"There is no PUT of a user, a group, an application or any other object of the directory: 405, and nothing changes",
		"update pages, which have PATCH alone; the status is inferred", inferred, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			for _, at := range []string{"/users/{ann}", "/groups/{team}"} {
				before := g.Found(t, s.at(at)).Body
				gives(t, g, 405, "PUT", s.at(at), `{"displayName":"Wiped"}`)
				assert.Equal(t, before, g.Found(t, s.at(at)).Body)
			}
		}},
	{"users.update", "read-only", "A read-only property: 400 `Property 'createdDateTime' is read-only and cannot be set.`",
		"msgraph-beta-sdk-java#621", observed, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "PATCH", "/users/"+id, `{"createdDateTime":"2020-01-01T00:00:00Z"}`, refusedCode,
				"Property 'createdDateTime' is read-only and cannot be set.")
		}},
	{"users.extensions.list", "of-me", "The context of what `/me` has names the user: `users('…')/extensions`", "list messages page, example",
		documented, func(t *testing.T, g *rig.Rig) {
			id := g.Found(t, v1(g, "/me")).Text("id")
			assert.Equal(t, v1(g, "/$metadata#users('"+id+"')/extensions"), g.Found(t, v1(g, "/me/extensions")).Text("@odata.context"))
		}},
	{"users.update", "sent-back", "A read-only property with the value that the object has is taken, so that what was read can be sent back",
		"manicminer/hamilton, tests of users, groups and applications", observed, func(t *testing.T, g *rig.Rig) {
			at := v1(g, "/users/"+createdID(t, g, "/users", personBody("ann", "")))
			read := g.Found(t, at+"?$select=id,createdDateTime,assignedLicenses,deletedDateTime,onPremisesExtensionAttributes")
			rig.WantEmpty(t, g.Send(t, "PATCH", at, strings.Replace(read.Body, "{", `{"jobTitle":"Principal",`, 1)), 204)
			assert.Equal(t, "Principal", g.Found(t, at).Text("jobTitle"))
			rig.WantError(t, g.Send(t, "PATCH", at, `{"creationType":"x"}`), 400, refusedCode,
				"Property 'creationType' is read-only and cannot be set.")
		}},
	{"users.update", "unknown-property", "An unknown property: 400 `Invalid property 'responseHeaders'.`", "PnP-Sites-Core#1807, of a group",
		observed,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "PATCH", "/users/"+id, `{"responseHeaders":1}`, refusedCode, "Invalid property 'responseHeaders'.")
		}},
	{"users.update", "required-null",
		"A required property is not taken away: 400 `A value is required for property 'displayName' of resource " +
			"'User'.`, nothing changes", "CIPP#6096", observed,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "PATCH", "/users/"+id, `{"displayName":null,"jobTitle":"x"}`, refusedCode,
				"A value is required for property 'displayName' of resource 'User'.")
			assert.Equal(t, []string{"ann", ""}, []string{g.Found(t, v1(g, "/users/"+id)).Text("displayName"), g.Found(t, v1(g,
				"/users/"+id)).Text("jobTitle")})
		}},
	{"users.update", "complex-merges", "Complex values are merged by property", "update user page, onPremisesExtensionAttributes", inferred,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", `,"onPremisesExtensionAttributes":{"extensionAttribute1":"a"}`))
			gives(t, g, 204, "PATCH", "/users/"+id, `{"onPremisesExtensionAttributes":{"extensionAttribute2":"b"}}`)
			a := g.Found(t, v1(g, "/users/"+id+"?$select=onPremisesExtensionAttributes"))
			assert.Equal(t, "ab", a.Text("onPremisesExtensionAttributes.extensionAttribute1")+
				a.Text("onPremisesExtensionAttributes.extensionAttribute2"))
		}},
	{"users.delete", "soft", "A deleted user is in directory/deletedItems with its deletedDateTime, and its userPrincipalName is free",
		"delete user page",
		documented, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			gives(t, g, 204, "DELETE", "/users/"+id, "")
			assert.Equal(t, rig.Dawn, g.Found(t, v1(g,
				"/directory/deletedItems/"+id+"/microsoft.graph.user?$select=deletedDateTime")).Text("deletedDateTime"))
			createdID(t, g, "/users", personBody("ann", ""))
		}},
	{"users.delete", "links", "The links of a deleted user are shown nowhere", "restore page: links come back", inferred, func(t *testing.T,
		g *rig.Rig) {
		s := newStaff(t, g)
		gives(t, g, 204, "DELETE", s.at("/users/{ann}"), "")
		assert.Equal(t, []string{"pc"}, g.Found(t, v1(g, s.at("/groups/{inner}/members"))).Names())
		assert.Empty(t, g.Found(t, v1(g, s.at("/users/{bob}/directReports"))).Names())
	}},
	{"users.list", "page-size", "`$top` is 1 to 999: else 400 `Request_UnsupportedQuery`, `Invalid page size specified: '1000'. Must be " +
		"between 1 and 999 inclusive.`",
		"three sources of steampipe", observed, func(t *testing.T, g *rig.Rig) {
			for _, top := range []string{"0", "1000"} {
				refuses(t, g, 400, "GET", "/users?$top="+top, "", unsupported,
					"Invalid page size specified: '"+top+"'. Must be between 1 and 999 inclusive.")
			}
		}},
	{"users.list", "count-ignored", "`$count=true` without `ConsistencyLevel: eventual` is ignored; with it the first page alone has " +
		"`@odata.count`",
		"aad-advanced-queries page", documented, func(t *testing.T, g *rig.Rig) {
			newStaff(t, g)
			assert.False(t, g.Found(t, v1(g, "/users?$count=true")).JSON("@odata.count").Exists())
			a := g.Found(t, v1(g, "/users?$count=true&$top=2"), eventually)
			assert.Equal(t, "4", a.JSON("@odata.count").Raw, "these three and the administrator")
			assert.False(t, g.Found(t, a.Text("@odata.nextLink"), eventually).JSON("@odata.count").Exists())
		}},
	{"users.list", "expand-one", "`$expand` takes one relation: else 400 `The result of parsing $expand contained at least 2 items, but " +
		"the maximum allowed is 1.`",
		"docs issue 96", observed, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "GET", "/users?$expand=manager,memberOf", "", refusedCode,
				"The result of parsing $expand contained at least 2 items, but the maximum allowed is 1.")
			newStaff(t, g)
			assert.Equal(t, []string{"bob"}, g.Found(t, v1(g, "/users?$expand=manager")).Texts("value.#.manager.displayName"))
		}},
	{"users.list", "single-only", "`$select` of skills, interests, aboutMe, mailboxSettings and the like on a list: 501 `NotImplemented`, " +
		"`This operation target is not yet supported.`", "delta-query-overview page; of mailboxSettings inferred", documented,
		func(t *testing.T, g *rig.Rig) {
			for _, name := range []string{"aboutMe", "birthday", "hireDate", "interests", "mailboxSettings", "mySite", "pastProjects",
				"preferredName", "responsibilities", "schools", "skills"} {
				refuses(t, g, 501, "GET", "/users?$select=id,"+name, "", "NotImplemented", "This operation target is not yet supported.")
			}
		}},
	{"users.get", "single-only", "`$select` of these on one user answers 200; what nobody set is null or empty", "user resource page",
		documented, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			gives(t, g, 204, "PATCH", s.at("/users/{ann}"), `{"skills":["Go"]}`)
			a := g.Found(t, v1(g, s.at("/users/{ann}?$select=skills,aboutMe,interests")))
			assert.Equal(t, []string{"Go"}, a.Texts("skills"))
			assert.Equal(t, "null", a.JSON("aboutMe").Raw)
			assert.Empty(t, a.JSON("interests").Array())
		}},
	{"users.get", "synced", "A user whom a sync made has what others have: identities with the sign-in name, proxyAddresses with the mail, " +
		"securityIdentifier; filters see them; its class has mail, proxyAddresses, renewedDateTime and securityIdentifier",
		"user and group resource pages", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Uploaded(t, rig.CSVBody("North"), rig.SmallRoster)
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
			g.Advance(t, time.Hour)
			one := g.Found(t, v1(g, "/education/users?$top=1")).JSON("value.0")
			name := one.Get("userPrincipalName").String()
			require.NotEmpty(t, name)
			a := g.Found(t, v1(g, "/users/"+name+"?$select=id,identities,proxyAddresses,securityIdentifier"))
			assert.Equal(t, name, a.Text("identities.0.issuerAssignedId"))
			assert.Equal(t, []string{"SMTP:" + name}, a.Texts("proxyAddresses"))
			assert.Regexp(t, `^S-1-12-1(-\d+){4}$`, a.Text("securityIdentifier"))
			for _, filter := range []string{"proxyAddresses/any(p:p eq 'SMTP:" + name + "')",
				"securityIdentifier eq '" + a.Text("securityIdentifier") + "'",
				"identities/any(i:i/issuerAssignedId eq '" + name + "')"} {
				assert.Equal(t, []string{a.Text("id")}, g.Found(t, v1(g, "/users"+rig.Query("$filter", filter))).Texts("value.#.id"), filter)
			}
			assert.Equal(t, `["SMTP:`+name+`"]`, g.Found(t, v1(g, "/users/"+name+"/proxyAddresses")).JSON("value").Raw)
			refuses(t, g, 400, "POST", "/users", rig.Edit(t, personBody("eve", ""), "mail", name), refusedCode,
				"Another object with the same value for property proxyAddresses already exists.")
			gives(t, g, 204, "PATCH", "/users/"+name, `{"mail":"new@contoso.edu"}`)
			assert.Equal(t, []string{"SMTP:new@contoso.edu", "smtp:" + name},
				g.Found(t, v1(g, "/users/"+name+"?$select=proxyAddresses")).Texts("proxyAddresses"))
			class := g.Found(t, v1(g, "/groups/"+g.Found(t, v1(g, "/education/classes?$top=1")).Text("value.0.id")))
			assert.Equal(t, "SMTP:"+class.Text("mail"), class.Text("proxyAddresses.0"))
			assert.Contains(t, class.Text("mail"), class.Text("mailNickname")+"@")
			assert.Equal(t, class.Text("createdDateTime"), class.Text("renewedDateTime"))
			assert.Regexp(t, `^S-1-12-1(-\d+){4}$`, class.Text("securityIdentifier"))
		}},
	{"users.list", "secrets", "A filter that looks at passwordProfile/password: 400 `Request_UnsupportedQuery`, `Unsupported or invalid " +
		"query filter clause specified for property 'password' of resource 'User'.`; an order by it: `Sorting not supported for current " +
		"query.`", "aad-advanced-queries page, of properties that are not filtered", inferred, func(t *testing.T, g *rig.Rig) {
		newStaff(t, g)
		refuses(t, g, 400, "GET", "/users"+rig.Query("$filter", "passwordProfile/password eq 'Secret-123'"), "", unsupported,
			"Unsupported or invalid query filter clause specified for property 'password' of resource 'User'.")
		refuses(t, g, 400, "GET", "/users"+rig.Query("$orderby", "passwordProfile/password", "$count", "true"), "", unsupported,
			"Sorting not supported for current query.", eventually)
		for _, e := range g.World().Journal().Entries(journal.Filter{Operation: "users.list"}) {
			assert.NotContains(t, e.Query, "Secret-123")
		}
	}},
	{"users.list", "order-and-filter", "`$orderby` with `$filter` is an advanced query: else 400 `Sorting not supported for current query.`",
		"docs-contrib issue 3145", observed, func(t *testing.T, g *rig.Rig) {
			newStaff(t, g)
			q := rig.Query("$filter", "startswith(displayName,'an')", "$orderby", "displayName", "$count", "true")
			refuses(t, g, 400, "GET", "/users"+q, "", unsupported, "Sorting not supported for current query.")
			assert.Equal(t, []string{"ann"}, g.Found(t, v1(g, "/users"+q), eventually).Names())
		}},

	{"users.manager.set", "ok", "`PUT …/manager/$ref` answers 204; another one takes the place of the first", "assign manager page",
		documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			rig.WantEmpty(t, g.Send(t, "PUT", v1(g, s.at("/users/{ann}/manager/$ref")), refOf(g, s.ids["cat"])), 204)
			assert.Equal(t, "cat", g.Found(t, v1(g, s.at("/users/{ann}/manager"))).Text("displayName"))
			assert.Empty(t, g.Found(t, v1(g, s.at("/users/{bob}/directReports"))).Names())
		}},
	{"users.manager.get", "ok", "Answers 200 with the manager as a directoryObject: `@odata.type` says what it is", "list manager page",
		documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, newStaff(t, g).at("/users/{ann}/manager")))
			assert.Equal(t, []string{"bob", "#microsoft.graph.user", v1(g, "/$metadata#directoryObjects/$entity")},
				[]string{a.Text("displayName"), a.Text("@odata.type"), a.Text("@odata.context")})
		}},
	{"users.manager.get", "none", "Who has no manager: 404 `Resource 'manager' does not exist or one of its queried reference-property " +
		"objects are not present.`",
		"entra-powershell#237", observed, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 404, "GET", newStaff(t, g).at("/users/{bob}/manager"), "", notThere, absentOf("manager"))
		}},
	{"users.manager.ref", "ok", "`GET …/manager/$ref` answers 200 with the manager's `@odata.id`", "list manager page", inferred,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			a := g.Found(t, v1(g, s.at("/users/{ann}/manager/$ref")))
			assert.Equal(t, v1(g, "/directoryObjects/"+s.ids["bob"]), a.Text("@odata.id"))
		}},
	{"users.manager.remove", "ok", "`DELETE …/manager/$ref` answers 204; then there is none", "remove manager page", documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at("/users/{ann}/manager/$ref")), ""), 204)
			gives(t, g, 404, "GET", s.at("/users/{ann}/manager"), "")
		}},

	{"users.assignLicense", "ok", "Answers 200 with the user; the licence is among assignedLicenses and licenseDetails, and counts as " +
		"consumed",
		"assignLicense page", documented, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`))
			assert.Equal(t, id, gives(t, g, 200, "POST", "/users/"+id+"/assignLicense", licenceBody).Text("id"))
			assert.Equal(t, samplePlan, g.Found(t, v1(g, "/users/"+id+"?$select=assignedLicenses")).Text("assignedLicenses.0.skuId"))
			assert.Equal(t, []string{"ENTERPRISEPACK"}, g.Found(t, v1(g, "/users/"+id+"/licenseDetails")).Texts("value.#.skuPartNumber"))
			assert.Equal(t, []string{"1"}, g.Found(t, v1(g, "/subscribedSkus")).Texts("value.#.consumedUnits"))
		}},
	{"users.assignLicense", "no-location", "Without a usageLocation: 400 `License assignment cannot be done for user with invalid usage " +
		"location.`",
		"CIPP#783", observed, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "POST", "/users/"+id+"/assignLicense", licenceBody, refusedCode,
				"License assignment cannot be done for user with invalid usage location.")
		}},
	{"users.assignLicense", "both-lists", "Both addLicenses and removeLicenses are needed: 400", "assignLicense page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`))
			for _, body := range []string{`{"addLicenses":[]}`, `{"removeLicenses":[]}`} {
				assert.Equal(t, refusedCode, gives(t, g, 400, "POST", "/users/"+id+"/assignLicense", body).Text("error.code"))
			}
		}},
	{"users.assignLicense", "remove", "removeLicenses takes a licence away; one that the user does not have is 400", "assignLicense page",
		inferred,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`))
			gives(t, g, 200, "POST", "/users/"+id+"/assignLicense", licenceBody)
			gives(t, g, 200, "POST", "/users/"+id+"/assignLicense", `{"addLicenses":[],"removeLicenses":["`+samplePlan+`"]}`)
			assert.Empty(t, g.Found(t, v1(g, "/users/"+id+"/licenseDetails")).JSON("value").Array())
			gives(t, g, 400, "POST", "/users/"+id+"/assignLicense", `{"addLicenses":[],"removeLicenses":["`+samplePlan+`"]}`)
		}},
	{"users.reprocessLicenseAssignment", "ok", "Answers 200 with the user", "reprocessLicenseAssignment page", documented, func(t *testing.T,
		g *rig.Rig) {
		id := createdID(t, g, "/users", personBody("ann", ""))
		assert.Equal(t, id, gives(t, g, 200, "POST", "/users/"+id+"/reprocessLicenseAssignment", "").Text("id"))
	}},
	{"users.revokeSignInSessions", "ok", "Answers 200 with true; the context is `$metadata#Edm.Boolean`. It sets " +
		"signInSessionsValidFromDateTime",
		"revokeSignInSessions page, example", documented, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			g.Advance(t, time.Hour)
			a := gives(t, g, 200, "POST", "/users/"+id+"/revokeSignInSessions", "")
			assert.Equal(t, `{"@odata.context":"`+v1(g, "/$metadata#Edm.Boolean")+`","value":true}`, a.Body)
			assert.Equal(t, "2026-01-05T07:00:00Z",
				g.Found(t, v1(g, "/users/"+id+"?$select=signInSessionsValidFromDateTime")).Text("signInSessionsValidFromDateTime"))
		}},
	{"users.changePassword", "ok", "A user changes the own password: 204. The old one is none any more: 400",
		"changePassword page; the text is chosen",
		documented, func(t *testing.T, _ *rig.Rig) {
			g, token := oraOf(t)
			gives(t, g, 204, "PATCH", "/users/"+rig.Ora, `{"passwordProfile":{"password":"Secret-123"}}`)
			const body = `{"currentPassword":"Secret-123","newPassword":"Other-456"}`
			rig.WantEmpty(t, g.With(t, token, "POST", "/me/changePassword", body), 204)
			rig.WantError(t, g.With(t, token, "POST", "/me/changePassword", body), 400, refusedCode,
				"The specified password does not match the current password.")
		}},
	{"users.changePassword", "own-only", "Nobody else's password: 403 `Authorization_RequestDenied`",
		"changePassword page; code of docs issue 16320", inferred,
		func(t *testing.T, _ *rig.Rig) {
			g, token := oraOf(t)
			id := createdID(t, g, "/users", personBody("zoe", ""))
			rig.WantError(t, g.With(t, token, "POST", "/users/"+id+"/changePassword",
				`{"currentPassword":"Secret-123","newPassword":"Other-456"}`), 403,
				"Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
		}},
}
