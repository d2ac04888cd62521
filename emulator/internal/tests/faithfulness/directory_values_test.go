package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// invalid is what a value says that a property cannot have.
func invalid(property, resource string) string {
	return "Invalid value specified for property '" + property + "' of resource '" + resource + "'."
}

const (
	needed = "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: "
	noGUID = "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details."
)

// licence is the body of assignLicense.
func licence(add, remove string) string {
	return `{"addLicenses":[` + add + `],"removeLicenses":[` + remove + `]}`
}

// managers are the names of the first two managers that an answer shows.
func managers(a rig.Answer) []string {
	return []string{a.Text("manager.displayName"), a.Text("manager.manager.displayName")}
}

// valueStatements are about values that the directory refuses.
var valueStatements = []statement{
	{"users.update", "choices", "userType is Member or Guest, ageGroup Minor, NotAdult or Adult, consentProvidedForMinor Granted, Denied or " +
		"NotRequired, usageLocation two letters, businessPhones one number: else 400 `Invalid value specified for property 'userType' of " +
		"resource 'User'.`", "user resource page; the words of docs-contrib issue 6580", inferred, func(t *testing.T, g *rig.Rig) {
		id := createdID(t, g, "/users", personBody("ann", ""))
		for name, bad := range map[string]string{"userType": `"Alien"`, "ageGroup": `"Child"`, "consentProvidedForMinor": `"Yes"`,
			"usageLocation": `"U1"`, "businessPhones": `["1","2"]`} {
			refuses(t, g, 400, "PATCH", "/users/"+id, `{"`+name+`":`+bad+`}`, refusedCode, invalid(name, "User"))
		}
		gives(t, g, 204, "PATCH", "/users/"+id, `{"userType":"Guest","ageGroup":"Minor","usageLocation":"de","businessPhones":["1"]}`)
	}},
	{"users.update", "no-address", "A mail that is no address: 400 `Invalid value specified for property 'mail' of resource 'User'.`",
		"docs-contrib issue 6580: text", inferred, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			for _, bad := range []string{"ann", "@contoso.edu", "ann@", "a b@contoso.edu", "ann@con@toso.edu"} {
				refuses(t, g, 400, "PATCH", "/users/"+id, `{"mail":"`+bad+`"}`, refusedCode, invalid("mail", "User"))
			}
			gives(t, g, 204, "PATCH", "/users/"+id, `{"mail":"o'neil+x@contoso.edu"}`)
		}},
	{"users.update", "empty-text",
		"An empty text: 400 `Invalid value specified for property 'givenName' of resource 'User'.`; null takes the value away",
		"msgraph-sdk-dotnet#187, msgraph-sdk-powershell#2087", observed, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", `,"givenName":"Ann"`))
			for _, name := range []string{"givenName", "officeLocation", "mailNickname", "displayName"} {
				refuses(t, g, 400, "PATCH", "/users/"+id, `{"`+name+`":""}`, refusedCode, invalid(name, "User"))
			}
			gives(t, g, 204, "PATCH", "/users/"+id, `{"givenName":null}`)
			assert.Equal(t, "null", g.Found(t, v1(g, "/users/"+id)).JSON("givenName").Raw)
		}},
	{"users.update", "id", "Another id: 400 `Request_BadRequest`, `Property 'id' is read-only and cannot be set.`, as in a create",
		"msgraph-beta-sdk-java#621: text", inferred, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "PATCH", "/users/"+id, `{"id":"`+nobody+`"}`, refusedCode, "Property 'id' is read-only and cannot be set.")
			refuses(t, g, 400, "POST", "/users", personBody("bob", `,"id":"`+nobody+`"`), refusedCode,
				"Property 'id' is read-only and cannot be set.")
		}},
	{"groups.create", "unified-mail",
		"`groupTypes: [Unified]` with mailEnabled false: 400 `Invalid value specified for property 'mailEnabled' " +
			"of resource 'Group'.`; with isAssignableToRole `GroupType cannot be set for security groups assignable to roles.`",
		"azure-docs issue 78786, of the second", inferred, func(t *testing.T, g *rig.Rig) {
			body := groupBody("team", `,"groupTypes":["Unified"]`)
			refuses(t, g, 400, "POST", "/groups", body, refusedCode, invalid("mailEnabled", "Group"))
			refuses(t, g, 400, "POST", "/groups", rig.Edit(t, body, "isAssignableToRole", true), refusedCode,
				"GroupType cannot be set for security groups assignable to roles.")
		}},
	{"groups.update", "same-kind",
		"A group stays what it is: another mailEnabled is 400 `Invalid value specified for property 'mailEnabled' of " +
			"resource 'Group'.`, Unified added or taken away the same of groupTypes", "docs issue 2226, of mailEnabled", inferred,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			refuses(t, g, 400, "PATCH", s.at("/groups/{inner}"), `{"mailEnabled":true}`, refusedCode, invalid("mailEnabled", "Group"))
			refuses(t, g, 400, "PATCH", s.at("/groups/{inner}"), `{"groupTypes":["Unified"]}`, refusedCode, invalid("groupTypes", "Group"))
			refuses(t, g, 400, "PATCH", s.at("/groups/{team}"), `{"groupTypes":[]}`, refusedCode, invalid("groupTypes", "Group"))
			gives(t, g, 204, "PATCH", s.at("/groups/{team}"), `{"mailEnabled":true,"groupTypes":["Unified"]}`)
		}},
	{"users.manager.set", "self", "A user may be the own manager, and managers may go in a circle",
		"nothing was found that says otherwise", chosen,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			gives(t, g, 204, "PUT", s.at("/users/{bob}/manager/$ref"), refOf(g, s.ids["ann"]))
			gives(t, g, 204, "PUT", s.at("/users/{cat}/manager/$ref"), refOf(g, s.ids["cat"]))
			chain := "?$select=displayName&$expand=manager($levels=max;$select=displayName)"
			assert.Equal(t, []string{"bob", ""}, managers(g.Found(t, v1(g, s.at("/users/{ann}"))+chain, eventually)),
				"the chain ends where it closes")
			assert.Equal(t, []string{"cat", ""}, managers(g.Found(t, v1(g, s.at("/users/{cat}"))+chain, eventually)))
		}},
	{"users.get", "levels", "`$expand=manager($levels=n)`, n from 1 to 1000 or max, expands the managers one inside of the other; the last " +
		"one has no property manager", "list manager page", documented, func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		gives(t, g, 204, "PUT", s.at("/users/{bob}/manager/$ref"), refOf(g, s.ids["cat"]))
		read := func(levels string) rig.Answer {
			return g.Found(t, v1(g, s.at("/users/{ann}?$select=id,displayName&$expand=manager($levels="+levels+";$select=id,displayName)")),
				eventually)
		}
		for levels, want := range map[string][]string{"1": {"bob", ""}, "2": {"bob", "cat"}, "max": {"bob", "cat"}, "1000": {"bob", "cat"}} {
			assert.Equal(t, want, managers(read(levels)), levels)
		}
		assert.False(t, read("max").JSON("manager.manager.manager").Exists())
		for _, bad := range []string{"0", "1001", "-1", "all"} {
			a := gives(t, g, 400, "GET", s.at("/users/{ann}?$expand=manager($levels="+bad+")"), "", eventually)
			assert.Contains(t, a.Text("error.message"), "Invalid value '"+bad+"' for $levels query option found.")
		}
		gives(t, g, 400, "GET", s.at("/users/{ann}?$expand=directReports($levels=2)"), "", eventually)
	}},
	{"users.get", "levels-header", "`$levels` asks for `ConsistencyLevel: eventual`: else 400 `Request_UnsupportedQuery`",
		"list manager page; in 2021 the service answered without it (docs issue 11886); the words are chosen", documented,
		func(t *testing.T, g *rig.Rig) {
			at := newStaff(t, g).at("/users/{ann}?$expand=manager($levels=max)")
			refuses(t, g, 400, "GET", at, "", unsupported, "Request with $levels in the $expand query parameter only works through MSGraph "+
				"with a special request header: 'ConsistencyLevel: eventual'")
		}},
	{"users.list", "levels", "`$levels` on a list: 400 `Request_UnsupportedQuery`, `Transitive manager's list is only supported on a single " +
		"user, send the $expand request on /users/{id} endpoint`", "docs issue 18615", observed, func(t *testing.T, g *rig.Rig) {
		refuses(t, g, 400, "GET", "/users?$expand=manager($levels=max)", "", unsupported,
			"Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} endpoint", eventually)
	}},
	{"users.list", "huge-top", "A `$top` beyond any number gets the words of one over 999", "three sources of steampipe", inferred,
		func(t *testing.T, g *rig.Rig) {
			for _, top := range []string{"2147483648", "99999999999999999999999"} {
				refuses(t, g, 400, "GET", "/users?$top="+top, "", unsupported,
					"Invalid page size specified: '"+top+"'. Must be between 1 and 999 inclusive.")
			}
		}},
	{"users.list", "unsearched", "`$search` by what is no property of texts: 400 `Request_UnsupportedQuery`, `Search is not supported for " +
		"property 'foo'.`; a property that is a list of texts is searched where it is named", "search-query-parameter page; the words are chosen",
		chosen, func(t *testing.T, g *rig.Rig) {
			createdID(t, g, "/users", personBody("ann", `,"mail":"mail@contoso.edu"`))
			for _, name := range []string{"foo", "accountEnabled"} {
				refuses(t, g, 400, "GET", "/users"+rig.Query("$search", `"`+name+`:a"`), "", unsupported,
					"Search is not supported for property '"+name+"'.", eventually)
			}
			assert.Equal(t, []string{"ann"}, g.Found(t, v1(g, "/users"+rig.Query("$search", `"proxyAddresses:mail"`)), eventually).Names())
		}},
	{"users.list", "select-relation", "A relation in `$select` shows nothing, and the journal says that `$expand` does",
		"msgraph-sdk-powershell#1737", observed, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			assert.Equal(t, []string{"@odata.context", "displayName"},
				g.Found(t, v1(g, s.at("/users/{ann}?$select=displayName,manager"))).Keys("@this"))
			entries := g.World().Journal().Entries(journal.Filter{Operation: "users.get"})
			assert.Contains(t, entries[len(entries)-1].Advice, "$expand=manager shows it")
		}},
	{"users.assignLicense", "parameters",
		"A body without one of the parameters: 400 `One or more parameters of the operation 'assignLicense' " +
			"are missing from the request payload. The missing parameters are: removeLicenses.`; so too of the other actions",
		"Microsoft365DSC#5977", observed, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`))
			refuses(t, g, 400, "POST", "/users/"+id+"/assignLicense", `{"addLicenses":[]}`, refusedCode, needed+"removeLicenses.")
			refuses(t, g, 400, "POST", "/users/"+id+"/assignLicense", `{}`, refusedCode, needed+"addLicenses, removeLicenses.")
			refuses(t, g, 400, "POST", "/users/"+id+"/checkMemberGroups", `{}`, refusedCode,
				strings.Replace(needed, "assignLicense", "checkMemberGroups", 1)+"groupIds.")
		}},
	{"users.assignLicense", "unknown", "A licence that the tenant does not have: 400 `License {id} does not correspond to a valid company " +
		"License.`; one to remove that the user does not have: `User does not have a corresponding license.`",
		"the tests of cli-microsoft365", observed, func(t *testing.T, g *rig.Rig) {
			at := "/users/" + createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`)) + "/assignLicense"
			for _, body := range []string{licence(`{"skuId":"`+nobody+`"}`, ""), licence("", `"`+nobody+`"`)} {
				refuses(t, g, 400, "POST", at, body, refusedCode, "License "+nobody+" does not correspond to a valid company License.")
			}
			refuses(t, g, 400, "POST", at, licence("", `"`+samplePlan+`"`), refusedCode, "User does not have a corresponding license.")
		}},
	{"users.assignLicense", "no-guid",
		"What is no GUID: 400 `Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner " +
			"exception for more details.`", "docs issue 2853", observed, func(t *testing.T, g *rig.Rig) {
			at := "/users/" + createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`)) + "/assignLicense"
			for _, body := range []string{licence(`{"skuId":"E3"}`, ""), licence("", `"E3"`),
				licence(`{"skuId":"`+samplePlan+`","disabledPlans":["TEAMS1"]}`, "")} {
				refuses(t, g, 400, "POST", at, body, refusedCode, noGUID)
			}
		}},
	{"users.assignLicense", "both", "The same licence added and removed: 400 `License {id} cannot be added and removed in one request.`",
		"graphemu", chosen, func(t *testing.T, g *rig.Rig) {
			at := "/users/" + createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`)) + "/assignLicense"
			refuses(t, g, 400, "POST", at, licence(`{"skuId":"`+strings.ToUpper(samplePlan)+`"}`, `"`+samplePlan+`"`), refusedCode,
				"License "+samplePlan+" cannot be added and removed in one request.")
		}},
	{"users.assignLicense", "unknown-plan",
		"A disabled plan that the licence does not have: 400 `Service plan {id} does not belong to license " +
			"{id}.`; of a licence whose servicePlans no fixture has listed any is taken, and the journal says so", "azure-docs issue 81269; the words are chosen",
		inferred, func(t *testing.T, _ *rig.Rig) {
			const plan = "57ff2da0-773e-42df-b2af-ffb7a2317929"
			g := newRig(t, emulator.Options{Entities: map[string][]any{"subscribedSkus": {map[string]any{"id": "{tenant}_" + nobody, "skuId": nobody,
				"servicePlans": []any{map[string]any{"servicePlanId": plan, "servicePlanName": "TEAMS1"}}}}}})
			at := "/users/" + createdID(t, g, "/users", personBody("ann", `,"usageLocation":"US"`)) + "/assignLicense"
			one := func(sku, disabled string) string {
				return licence(`{"skuId":"`+sku+`","disabledPlans":["`+disabled+`"]}`, "")
			}
			refuses(t, g, 400, "POST", at, one(nobody, globalReader), refusedCode,
				"Service plan "+globalReader+" does not belong to license "+nobody+".")
			gives(t, g, 200, "POST", at, one(nobody, plan))
			gives(t, g, 200, "POST", at, one(samplePlan, plan))
			entries := g.World().Journal().Entries(journal.Filter{Operation: "users.assignLicense"})
			require.NotEmpty(t, entries)
			assert.Contains(t, entries[len(entries)-1].Advice, "disabledPlans was not checked")
		}},
	{"directoryObjects.getByIds", "unknown-type",
		"A type that no directory object has: 400 `The value of the parameter 'types' is not valid.`",
		"graphemu", chosen, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			refuses(t, g, 400, "POST", "/directoryObjects/getByIds", `{"ids":["`+id+`"],"types":["alien"]}`, refusedCode,
				"The value of the parameter 'types' is not valid.")
			assert.Len(t, gives(t, g, 200, "POST", "/directoryObjects/getByIds",
				`{"ids":["`+id+`"],"types":["microsoft.graph.user","Device"]}`).JSON("value").Array(), 1)
		}},
	{"directoryObjects.validateProperties", "unknown-type",
		"Another entityType than Group: 400 `The value of the parameter 'entityType' is not " +
			"valid.`", "validateProperties page; the words are chosen", inferred, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "POST", "/directoryObjects/validateProperties", `{"entityType":"Alien","displayName":"x"}`, refusedCode,
				"The value of the parameter 'entityType' is not valid.")
		}},
	{"groups.members.add", "patch", "A PATCH of `…/members/$ref`: 400 `BadRequest`, `The request is currently not supported on the targeted " +
		"entity set`", "docs-contrib issue 3152", observed, func(t *testing.T, g *rig.Rig) {
		s := newStaff(t, g)
		refuses(t, g, 400, "PATCH", s.at("/groups/{team}/members/$ref"), refOf(g, s.ids["cat"]), "BadRequest",
			"The request is currently not supported on the targeted entity set")
	}},
	{"users.appRoleAssignments.get", "bad-id",
		"An id that can be none: 400 `Invalid resource identifier for EntitlementGrant.`; else an unknown one is 404",
		"docs issue 5869", observed, func(t *testing.T, g *rig.Rig) {
			at := newStaff(t, g).at("/users/{ann}/appRoleAssignments/")
			for _, method := range []string{"GET", "DELETE"} {
				refuses(t, g, 400, method, at+"bad", "", refusedCode, "Invalid resource identifier for EntitlementGrant.")
			}
			unknown := strings.Repeat("A", 43)
			refuses(t, g, 404, "GET", at+unknown, "", notThere, absentOf(unknown))
		}},
	{anyOperation, "beta-only",
		"What only beta has at its root, or below a user or a group, is an unknown segment in v1.0: 400 `Resource not " +
			"found for the segment 'administrativeUnits'.`", "the published metadata; docs issue 4900: text", inferred, func(t *testing.T,
			g *rig.Rig) {
			refuses(t, g, 400, "GET", "/administrativeUnits", "", "BadRequest", "Resource not found for the segment 'administrativeUnits'.")
			refuses(t, g, 400, "GET", "/me/approvals", "", "BadRequest", "Resource not found for the segment 'approvals'.")
			refuses(t, g, 400, "GET", "/financials", "", "BadRequest", "Resource not found for the segment 'financials'.")
			assert.Equal(t, []int{501, 501, 200}, []int{g.Get(t, "/financials").Status, g.Get(t, "/me/approvals").Status,
				g.Get(t, "/administrativeUnits").Status}, "in beta")
		}},
}
