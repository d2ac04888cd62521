package faithfulness

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

func directoryGroupStatements() []statement {
	return slices.Concat(groupStatements,
		allRows("groups", "/groups", "list groups page", "displayName", "inner", "outer", "team"),
		linkedRows("groups.members", "/groups/{inner}/members", documented, "ann", "pc"),
		linkedRows("groups.transitiveMembers", "/groups/{outer}/transitiveMembers", documented, "inner", "ann", "pc"),
		linkedRows("groups.memberOf", "/groups/{inner}/memberOf", documented, "outer"),
		linkedRows("groups.transitiveMemberOf", "/groups/{inner}/transitiveMemberOf", documented, "outer"),
		linkedRows("groups.owners", "/groups/{outer}/owners", documented, "ann"),
		linkedRows("groups.appRoleAssignments", "/groups/{inner}/appRoleAssignments", documented),
		refRows("groups.members", "/groups/{outer}/members", "inner", "bob"),
		refRows("groups.owners", "/groups/{outer}/owners", "ann", "bob"),
		[]statement{unknownRow("groups.get", "/groups")},
		setOfTeam("addFavorite", "isFavorite", "true"), setOfTeam("removeFavorite", "isFavorite", "false"),
		setOfTeam("subscribeByMail", "isSubscribedByMail", "true"), setOfTeam("unsubscribeByMail", "isSubscribedByMail", "false"),
		setOfTeam("resetUnseenCount", "unseenCount", "0"),
	)
}

// setOfTeam proves an action that sets one property of a Microsoft 365 group.
func setOfTeam(action, property, value string) []statement {
	return []statement{{"groups." + action, "ok", "Answers 200 without a body and sets " + property + ", which only `$select` shows",
		action + " page", documented,
		func(t *testing.T, g *rig.Rig) {
			at := "/groups/" + createdID(t, g, "/groups", teamBody)
			assert.False(t, g.Found(t, v1(g, at)).JSON(property).Exists())
			rig.WantEmpty(t, g.Post(t, v1(g, at+"/"+action), ""), 200)
			assert.Equal(t, value, g.Found(t, v1(g, at+"?$select="+property)).JSON(property).Raw)
		}}, {"groups." + action, "not-unified", "For a group that is no Microsoft 365 group: 400", "graphemu: the words", chosen,
		func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "POST", "/groups/"+createdID(t, g, "/groups", groupBody("x", ""))+"/"+action, "", refusedCode,
				"The operation is supported for Microsoft 365 groups only.")
		}}}
}

var groupStatements = []statement{
	{"groups.create", "ok", "Answers 201 with the group and its `Location`; createdDateTime and renewedDateTime are now, groupTypes is empty",
		"create group page, example", documented, func(t *testing.T, g *rig.Rig) {
			a := gives(t, g, 201, "POST", "/groups", groupBody("staff", ""))
			assert.Equal(t, v1(g, "/groups/"+a.Text("id")), a.Header.Get("Location"))
			assert.Equal(t, []string{rig.Dawn, rig.Dawn, "[]", "null"},
				[]string{a.Text("createdDateTime"), a.Text("renewedDateTime"), a.JSON("groupTypes").Raw, a.JSON("visibility").Raw})
			assert.Equal(t, v1(g, "/$metadata#groups/$entity"), a.Text("@odata.context"))
		}},
	{"groups.create", "required", "What a create lacks: 400 `A value is required for property 'mailEnabled' of resource 'Group'.`; so " +
		"too displayName, mailNickname and securityEnabled", "Microsoft365DSC#3072", observed, func(t *testing.T, g *rig.Rig) {
		for _, name := range []string{"displayName", "mailEnabled", "mailNickname", "securityEnabled"} {
			refuses(t, g, 400, "POST", "/groups", rig.Edit(t, groupBody("x", ""), name, rig.Absent{}), refusedCode,
				"A value is required for property '"+name+"' of resource 'Group'.")
		}
	}},
	{"groups.create", "mail-enabled", "A mail-enabled group that is not `Unified`: 400 `The service does not currently support writes of " +
		"mail-enabled groups. …`",
		"docs-contrib issue 8276", observed, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "POST", "/groups", rig.Edit(t, groupBody("x", ""), "mailEnabled", true), refusedCode,
				"The service does not currently support "+
					"writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.")
		}},
	{"groups.create", "limits", "A displayName has at most 256 characters, a mailNickname 64 of ASCII without some signs: else 400 " +
		"`Invalid value specified " +
		"for property …`", "upsert group page; text of docs-contrib issue 6580", documented, func(t *testing.T, g *rig.Rig) {
		for _, bad := range [][2]string{{"displayName", strings.Repeat("x", 257)}, {"mailNickname", strings.Repeat("x", 65)}, {"mailNickname",
			"a@b"}} {
			refuses(t, g, 400, "POST", "/groups", rig.Edit(t, groupBody("x", ""), bad[0], bad[1]), refusedCode,
				"Invalid value specified for property '"+bad[0]+"' of resource 'Group'.")
		}
		createdID(t, g, "/groups", rig.Edit(t, groupBody("x", ""), "displayName", strings.Repeat("x", 256)))
	}},
	{"groups.create", "names-not-unique", "Two groups may have the same displayName and mailNickname", "docs issue 14716", observed,
		func(t *testing.T, g *rig.Rig) {
			assert.NotEqual(t, createdID(t, g, "/groups", groupBody("x", "")), createdID(t, g, "/groups", groupBody("x", "")))
		}},
	{"groups.create", "unified", "A Microsoft 365 group is `Public` and has a mail of the default domain", "create group page", documented,
		func(t *testing.T, g *rig.Rig) {
			a := gives(t, g, 201, "POST", "/groups", teamBody)
			assert.Equal(t, []string{"Public", "team@testschool.edu", "SMTP:team@testschool.edu"},
				[]string{a.Text("visibility"), a.Text("mail"), a.Text("proxyAddresses.0")})
		}},
	{"groups.create", "caller-owns", "The caller of a user's token owns a new Microsoft 365 group; an app's token makes no owner",
		"create group page", documented,
		func(t *testing.T, _ *rig.Rig) {
			g, token := oraOf(t)
			a := g.With(t, token, "POST", "/groups", teamBody)
			assert.Equal(t, 201, a.Status, a.Body)
			assert.Equal(t, []string{rig.Ora}, g.Found(t, v1(g, "/groups/"+a.Text("id")+"/owners")).Texts("value.#.userPrincipalName"))
			id := createdID(t, g, "/groups", groupBody("x", ""))
			assert.Empty(t, g.Found(t, v1(g, "/groups/"+id+"/owners")).Names())
		}},
	{"groups.create", "bind", "`members@odata.bind` links members; more than 20: 400 `A resource cannot contain more than 20 link changes`",
		"docs issue 6016", observed, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/users", personBody("ann", ""))
			at := "/groups/" + createdID(t, g, "/groups", groupBody("x", `,"members@odata.bind":["`+v1(g, "/users/"+id)+`"]`))
			assert.Equal(t, []string{"ann"}, g.Found(t, v1(g, at+"/members")).Names())
			var many []string
			for i := range 21 {
				many = append(many, `"users/`+strconv.Itoa(i)+`"`)
			}
			refuses(t, g, 400, "PATCH", at, `{"members@odata.bind":[`+strings.Join(many, ",")+`]}`, refusedCode,
				"A resource cannot contain more than 20 link changes")
		}},
	{"groups.create", "only-by-update", "allowExternalSenders, unseenCount and four more are set by PATCH alone: 400 in a create",
		"upsert group page; the text, inferred",
		documented, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "POST", "/groups", groupBody("x", `,"unseenCount":1`), refusedCode,
				"Property 'unseenCount' is read-only and cannot be set.")
		}},
	{"groups.get", "ok", "v1.0 shows the plain properties; assignedLicenses, assignedLabels, unseenCount and their like only with `$select`",
		"get group page",
		documented, func(t *testing.T, g *rig.Rig) {
			at := v1(g, "/groups/"+createdID(t, g, "/groups", teamBody))
			keys := g.Found(t, at).Keys("")
			for _, name := range []string{"assignedLicenses", "assignedLabels", "unseenCount", "allowExternalSenders", "isManagementRestricted"} {
				assert.NotContains(t, keys, name)
				assert.Contains(t, g.Found(t, at+"?$select="+name).Keys(""), name)
			}
			assert.Contains(t, keys, "mailNickname")
		}},
	{"groups.get", "never-shown", "hasMembersWithLicenseErrors and isArchived are null, even where `$select` names them", "get group page",
		documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, v1(g, "/groups/"+createdID(t, g, "/groups", teamBody)+"?$select=isArchived,hasMembersWithLicenseErrors"))
			assert.Equal(t, "nullnull", a.JSON("isArchived").Raw+a.JSON("hasMembersWithLicenseErrors").Raw)
		}},
	{"groups.get", "no-guid", "An id that is no GUID: 400 `Invalid object identifier 'notaguid'.`", "docs-contrib issue 3854", observed,
		func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "GET", "/groups/notaguid", "", refusedCode, "Invalid object identifier 'notaguid'.")
		}},
	{"groups.list", "casts-and-order", "createdDateTime orders groups in advanced queries only: else 400 `Sorting not supported for " +
		"current query.`",
		"aad-advanced-queries page", documented, func(t *testing.T, g *rig.Rig) {
			newStaff(t, g)
			refuses(t, g, 400, "GET", "/groups?$orderby=createdDateTime", "", unsupported, "Sorting not supported for current query.")
			assert.Len(t, g.Found(t, v1(g, "/groups?$orderby=createdDateTime&$count=true"), eventually).Names(), 3)
		}},
	{"groups.update", "ok", "Answers 204 without a body; changes what the body has, and nothing else", "update group page", documented,
		func(t *testing.T, g *rig.Rig) {
			at := "/groups/" + createdID(t, g, "/groups", groupBody("x", ""))
			rig.WantEmpty(t, g.Send(t, "PATCH", v1(g, at), `{"description":"all"}`), 204)
			a := g.Found(t, v1(g, at))
			assert.Equal(t, []string{"x", "all"}, []string{a.Text("displayName"), a.Text("description")})
		}},
	{"groups.update", "bind-adds", "`members@odata.bind` adds members, all or none of them", "add members page", documented,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			gives(t, g, 404, "PATCH", s.at("/groups/{inner}"), s.at(`{"members@odata.bind":["users/{bob}","users/`+nobody+`"]}`))
			assert.ElementsMatch(t, []string{"ann", "pc"}, g.Found(t, v1(g, s.at("/groups/{inner}/members"))).Names())
			gives(t, g, 204, "PATCH", s.at("/groups/{inner}"), s.at(`{"members@odata.bind":["users/{bob}","users/{cat}"]}`))
			assert.ElementsMatch(t, []string{"ann", "bob", "cat", "pc"}, g.Found(t, v1(g, s.at("/groups/{inner}/members"))).Names())
		}},
	{"groups.delete", "ok", "Answers 204; the group is in directory/deletedItems for 30 days, then it is gone", "delete group page",
		documented,
		func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/groups", teamBody)
			rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, "/groups/"+id), ""), 204)
			refuses(t, g, 404, "GET", "/groups/"+id, "", notThere, absentOf(id))
			g.Advance(t, 30*24*time.Hour-time.Second)
			g.Found(t, v1(g, "/directory/deletedItems/"+id))
			g.Advance(t, time.Second)
			gives(t, g, 404, "GET", "/directory/deletedItems/"+id, "")
		}},
	{"groups.members.list", "cast", "`/members/microsoft.graph.user` are the members that are users", "list members page", documented,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, []string{"ann"}, g.Found(t, v1(g, newStaff(t, g).at("/groups/{inner}/members/microsoft.graph.user"))).Names())
		}},
	{"groups.members.add", "contained-only", "A POST without `$ref`: 400 `BadRequest`, `Write requests are only supported on contained " +
		"entities`",
		"docs-contrib issue 5532", observed, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			refuses(t, g, 400, "POST", s.at("/groups/{inner}/members"), refOf(g, s.ids["bob"]), "BadRequest",
				"Write requests are only supported on contained entities")
		}},
	{"groups.members.remove", "needs-ref", "A DELETE without `$ref`: 400, and the member stays", "msgraph-sdk-dotnet#494", observed,
		func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			refuses(t, g, 400, "DELETE", s.at("/groups/{inner}/members/{ann}"), "", "BadRequest",
				"Write requests are only supported on contained entities")
			assert.Contains(t, g.Found(t, v1(g, s.at("/groups/{inner}/members"))).Names(), "ann")
		}},
	{"groups.owners.remove", "last", "The last owner: 400 `The group must have at least one owner, hence this owner cannot be removed.`",
		"docs-contrib issue 3741", observed, func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 400, "DELETE", newStaff(t, g).at("/groups/{outer}/owners/{ann}/$ref"), "", refusedCode,
				"The group must have at least one owner, hence this owner cannot be removed.")
		}},
	{"groups.assignLicense", "ok", "Answers 202 with the group and a `Location`; the licence is among assignedLicenses",
		"group assignLicense page, example",
		documented, func(t *testing.T, g *rig.Rig) {
			id := createdID(t, g, "/groups", groupBody("x", ""))
			a := gives(t, g, 202, "POST", "/groups/"+id+"/assignLicense", licenceBody)
			assert.Equal(t, id, a.Text("id"))
			assert.Contains(t, a.Header.Get("Location"), "/directoryObjects/"+id+"/Microsoft.DirectoryServices.Group")
			assert.Equal(t, samplePlan, g.Found(t, v1(g, "/groups/"+id+"?$select=assignedLicenses")).Text("assignedLicenses.0.skuId"))
		}},
	{"groups.renew", "ok", "Answers 204 without a body; renewedDateTime is now", "renew page", documented, func(t *testing.T, g *rig.Rig) {
		at := "/groups/" + createdID(t, g, "/groups", teamBody)
		g.Advance(t, time.Hour)
		rig.WantEmpty(t, g.Post(t, v1(g, at+"/renew"), ""), 204)
		assert.Equal(t, "2026-01-05T07:00:00Z", g.Found(t, v1(g, at)).Text("renewedDateTime"))
	}},
	{"groups.retryServiceProvisioning", "ok", "Answers 204 without a body", "retryServiceProvisioning page", documented, func(t *testing.T,
		g *rig.Rig) {
		rig.WantEmpty(t, g.Post(t, v1(g, "/groups/"+createdID(t, g, "/groups", teamBody)+"/retryServiceProvisioning"), ""), 204)
	}},
	{"groups.validateProperties", "ok", "Names that fit: 204 without a body; else 422 with a detail for each",
		"group validateProperties page", documented,
		func(t *testing.T, g *rig.Rig) {
			at := "/groups/" + createdID(t, g, "/groups", teamBody) + "/validateProperties"
			rig.WantEmpty(t, g.Post(t, v1(g, at), `{"displayName":"x","mailNickname":"x"}`), 204)
			a := gives(t, g, 422, "POST", at, `{"displayName":"x","mailNickname":"a b"}`)
			assert.Equal(t, []string{"mailNickname"}, a.Texts("error.details.#.target"))
		}},
}
