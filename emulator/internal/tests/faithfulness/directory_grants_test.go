package faithfulness

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const (
	grantsAt      = "/oauth2PermissionGrants"
	invitationsAt = "/invitations"
	defaultAccess = "00000000-0000-0000-0000-000000000000"
)

// consent is the body of a grant: by everybody, or by one user.
func consent(client, resource, scope, user string) string {
	by := `"consentType":"AllPrincipals"`
	if user != "" {
		by = `"consentType":"Principal","principalId":"` + user + `"`
	}
	return `{"clientId":"` + client + `",` + by + `,"resourceId":"` + resource + `","scope":"` + scope + `"}`
}

// granted makes a client with a grant of an API, for everybody and for Ann.
func granted(t *testing.T, g *rig.Rig) (client registration, all, ofAnn rig.Answer, ann string) {
	t.Helper()
	api := registered(t, g, "Roster", apiOf)
	client, ann = registered(t, g, "Client", ""), account(t, g, "ann", "")
	all = created(t, g, grantsAt, consent(client.principal, api.principal, "read", ""))
	ofAnn = created(t, g, grantsAt, consent(client.principal, api.principal, "read", ann))
	return client, all, ofAnn, ann
}

// assigned gives a principal the role of an API: to what make makes, at its own address.
func assigned(t *testing.T, g *rig.Rig, set, principal, role string) (api registration, a rig.Answer) {
	t.Helper()
	api = registered(t, g, "Roster", apiOf)
	return api, created(t, g, set+"/"+principal+"/appRoleAssignments",
		`{"principalId":"`+principal+`","resourceId":"`+api.principal+`","appRoleId":"`+role+`"}`)
}

// assignmentRows prove the app roles of a kind of principals.
func assignmentRows(set, kind, role string, make func(t *testing.T, g *rig.Rig) string) []statement {
	operation, page := set[1:]+".appRoleAssignments", "list and grant appRoleAssignment pages"
	return []statement{
		{operation + ".list", "granted", "A grant answers 201 with the names of both ends, and is in the list of the " + kind + " and in " +
			"`appRoleAssignedTo` of the resource: the same object", page, documented,
			func(t *testing.T, g *rig.Rig) {
				id := make(t, g)
				api, a := assigned(t, g, set, id, role)
				assert.Equal(t, []string{"Roster", kind, role}, []string{a.Text("resourceDisplayName"), a.Text("principalType"), a.Text("appRoleId")})
				assert.Equal(t, []string{a.Text("id")}, g.Found(t, set+"/"+id+"/appRoleAssignments").Texts("value.#.id"))
				assert.Equal(t, []string{a.Text("id")}, g.Found(t, api.principalAt+"/appRoleAssignedTo").Texts("value.#.id"))
				rig.WantEmpty(t, g.Send(t, "DELETE", set+"/"+id+"/appRoleAssignments/"+a.Text("id"), ""), 204)
				assert.Empty(t, g.Found(t, api.principalAt+"/appRoleAssignedTo").Texts("value.#.id"))
			}},
		{operation + ".count", "granted", "Answers 200 with their number as plain text", "query-parameters page, $count", inferred,
			func(t *testing.T, g *rig.Rig) {
				id := make(t, g)
				assert.Equal(t, "0", count(t, g, set+"/"+id+"/appRoleAssignments"))
				assigned(t, g, set, id, role)
				assert.Equal(t, "1", count(t, g, set+"/"+id+"/appRoleAssignments"))
			}},
	}
}

var grantStatements = func() []statement {
	oneGrant := func(t *testing.T, g *rig.Rig) string {
		return created(t, g, grantsAt, consent(onePrincipal(t, g), g.Found(t, ofGraph).Text("id"), "User.Read.All", "")).Text("id")
	}
	ann := func(t *testing.T, g *rig.Rig) string { return account(t, g, "ann", "") }
	staff := func(t *testing.T, g *rig.Rig) string {
		return created(t, g, "/groups", `{"displayName":"staff","mailNickname":"staff","mailEnabled":false,"securityEnabled":true}`).Text("id")
	}
	list := setRows("oauth2PermissionGrants", grantsAt, "oAuth2PermissionGrant", "F", oneGrant) // the fixture's app has one
	list = append(list, assignmentRows("/users", "User", readerRole, ann)...)
	list = append(list, assignmentRows("/groups", "Group", readerRole, staff)...)
	list = append(list, assignmentRows("/servicePrincipals", "ServicePrincipal", readerRole, onePrincipal)...)
	return append(list,
		statement{"oauth2PermissionGrants.create", "ok", "Answers 201; the id is unpadded base64url of the guids' bytes of client, " +
			"resource and, of one user's, principal", "azure-cli issue 20974", observed,
			func(t *testing.T, g *rig.Rig) {
				_, all, ofAnn, _ := granted(t, g)
				for a, size := range map[*rig.Answer]int{&all: 32, &ofAnn: 48} {
					b, err := base64.RawURLEncoding.DecodeString(a.Text("id"))
					require.NoError(t, err)
					assert.Len(t, b, size)
				}
				assert.True(t, strings.HasPrefix(ofAnn.Text("id"), all.Text("id")[:42]), "the same client and resource")
			}},
		statement{"oauth2PermissionGrants.create", "twice", "The same again is 409 `Request_MultipleObjectsWithSameKeyValue`, `Permission " +
			"entry already exists.`", "terraform-provider-azuread issue 690", observed,
			func(t *testing.T, g *rig.Rig) {
				_, all, _, _ := granted(t, g)
				again := consent(all.Text("clientId"), all.Text("resourceId"), "other", "")
				rig.WantError(t, g.Post(t, grantsAt, again), 409, conflict, "Permission entry already exists.")
			}},
		statement{"oauth2PermissionGrants.create", "ends", "Both ends are ids of service principals and never appIds; `consentType` is " +
			"AllPrincipals or Principal: else 400", "resource page; the status, inferred", inferred,
			func(t *testing.T, g *rig.Rig) {
				r, graph := registered(t, g, "One", ""), g.Found(t, ofGraph).Text("id")
				for _, body := range []string{consent(r.appID, graph, "x", ""), consent(r.principal, "00000003-0000-0000-c000-000000000000", "x", ""),
					consent(r.principal, graph, "x", rig.UnknownID), strings.Replace(consent(r.principal, graph, "x", ""), "AllPrincipals", "Some", 1)} {
					assert.Equal(t, 400, g.Post(t, grantsAt, body).Status, body)
				}
				assert.Equal(t, "1", count(t, g, grantsAt), "the fixture's app has one")
			}},
		statement{"oauth2PermissionGrants.update", "ok", "Answers 204; the scope changes, and nothing else can",
			"update oAuth2PermissionGrant page", documented, func(t *testing.T, g *rig.Rig) {
				_, all, _, _ := granted(t, g)
				at := grantsAt + "/" + all.Text("id")
				rig.WantEmpty(t, g.Send(t, "PATCH", at, `{"scope":"read write"}`), 204)
				assert.Equal(t, 400, g.Send(t, "PATCH", at, `{"clientId":"`+all.Text("resourceId")+`"}`).Status)
				a := g.Found(t, at)
				assert.Equal(t, []string{"read write", all.Text("clientId")}, []string{a.Text("scope"), a.Text("clientId")})
			}},
		statement{"oauth2PermissionGrants.update", "sent-back", "What does not change may be sent with the scope", "manicminer/hamilton, grants",
			observed,
			func(t *testing.T, g *rig.Rig) {
				_, all, _, _ := granted(t, g)
				at := grantsAt + "/" + all.Text("id")
				body := `{"clientId":"` + all.Text("clientId") + `","consentType":"AllPrincipals","resourceId":"` + all.Text("resourceId") +
					`","scope":"read"}`
				rig.WantEmpty(t, g.Send(t, "PATCH", at, body), 204)
				assert.Equal(t, "read", g.Found(t, at).Text("scope"))
			}},
		statement{"oauth2PermissionGrants.delete", "ok", "Answers 204; the permission is gone", "delete oAuth2PermissionGrant page",
			documented, func(t *testing.T, g *rig.Rig) {
				_, all, _, _ := granted(t, g)
				rig.WantEmpty(t, g.Send(t, "DELETE", grantsAt+"/"+all.Text("id"), ""), 204)
				assert.Equal(t, 404, g.Get(t, grantsAt+"/"+all.Text("id")).Status)
				assert.Equal(t, "2", count(t, g, grantsAt), "Ann's, and that of the fixture's app")
			}},
		statement{"servicePrincipals.oauth2PermissionGrants.list", "ok", "Answers 200 with all that the client was granted: by everybody, " +
			"and by one user each", "list oauth2PermissionGrants page", documented,
			func(t *testing.T, g *rig.Rig) {
				client, all, ofAnn, _ := granted(t, g)
				assert.ElementsMatch(t, []string{all.Text("id"), ofAnn.Text("id")}, g.Found(t,
					client.principalAt+"/oauth2PermissionGrants").Texts("value.#.id"))
			}},
		statement{"servicePrincipals.oauth2PermissionGrants.count", "ok", "Answers 200 with their number as plain text",
			"query-parameters page, $count", inferred, func(t *testing.T, g *rig.Rig) {
				client, _, _, _ := granted(t, g)
				assert.Equal(t, "2", count(t, g, client.principalAt+"/oauth2PermissionGrants"))
			}},
		statement{"users.oauth2PermissionGrants.list", "granted", "Answers 200 with what that user granted alone",
			"list a user's oauth2PermissionGrants page", documented, func(t *testing.T, g *rig.Rig) {
				_, _, ofAnn, ann := granted(t, g)
				assert.Equal(t, []string{ofAnn.Text("id")}, g.Found(t, "/users/"+ann+"/oauth2PermissionGrants").Texts("value.#.id"))
			}},
		statement{"users.oauth2PermissionGrants.count", "granted", "Answers 200 with their number as plain text",
			"query-parameters page, $count", inferred, func(t *testing.T, g *rig.Rig) {
				_, _, _, ann := granted(t, g)
				assert.Equal(t, "1", count(t, g, "/users/"+ann+"/oauth2PermissionGrants"))
			}},
		statement{"servicePrincipals.appRoleAssignedTo.list", "ok", "A grant at the resource's end is in the list of the principal, too; " +
			"the same again is 400 `Permission being assigned already exists on the object`",
			"grant appRoleAssignedTo page; the error, many clients", observed, func(t *testing.T, g *rig.Rig) {
				api, user := registered(t, g, "Roster", apiOf), ann(t, g)
				body := `{"principalId":"` + user + `","resourceId":"` + api.principal + `","appRoleId":"` + readerRole + `"}`
				a := created(t, g, api.principalAt+"/appRoleAssignedTo", body)
				assert.Equal(t, []string{"ann"}, g.Found(t, api.principalAt+"/appRoleAssignedTo").Texts("value.#.principalDisplayName"))
				assert.Equal(t, []string{a.Text("id")}, g.Found(t, "/users/"+user+"/appRoleAssignments").Texts("value.#.id"))
				rig.WantError(t, g.Post(t, "/users/"+user+"/appRoleAssignments", body), 400, "Request_BadRequest",
					"Permission being assigned already exists on the object")
			}},
		statement{"servicePrincipals.appRoleAssignedTo.list", "reference", "A role that the resource does not offer: 400 `Not a valid " +
			"reference update.`; the zero guid is the role of none", "docs issue 9738; grant page", observed,
			func(t *testing.T, g *rig.Rig) {
				api, user := registered(t, g, "Roster", apiOf), ann(t, g)
				body := func(role string) string {
					return `{"principalId":"` + user + `","resourceId":"` + api.principal + `","appRoleId":"` + role + `"}`
				}
				a := g.Post(t, api.principalAt+"/appRoleAssignedTo", body(readScope))
				assert.Equal(t, []any{400, "Not a valid reference update."}, []any{a.Status, a.Text("error.message")})
				created(t, g, api.principalAt+"/appRoleAssignedTo", body(defaultAccess))
			}},
		statement{"servicePrincipals.appRoleAssignedTo.count", "ok", "Answers 200 with their number as plain text",
			"query-parameters page, $count", inferred, func(t *testing.T, g *rig.Rig) {
				api, _ := assigned(t, g, "/users", ann(t, g), readerRole)
				assert.Equal(t, "1", count(t, g, api.principalAt+"/appRoleAssignedTo"))
			}},
	)
}()

var invitationStatements = func() []statement {
	invite := func(t *testing.T, g *rig.Rig) rig.Answer {
		return created(t, g, invitationsAt, `{"invitedUserEmailAddress":"guest@fabrikam.example",`+
			`"inviteRedirectUrl":"https://app.example","invitedUserDisplayName":"Gus"}`)
	}
	list := setRows("invitations", invitationsAt, "invitation", "", func(t *testing.T, g *rig.Rig) string { return invite(t, g).Text("id") })
	for i := range list { // the service documents nothing but create
		list[i].Grade, list[i].Source = chosen, "graphemu: the service has create alone"
	}
	return append(list,
		statement{"invitations.create", "ok", "Answers 201 with `status` PendingAcceptance and an `inviteRedeemUrl`",
			"create invitation page", documented, func(t *testing.T, g *rig.Rig) {
				a := invite(t, g)
				assert.Equal(t, []string{"PendingAcceptance", "Guest", "false"}, []string{a.Text("status"), a.Text("invitedUserType"),
					a.Text("sendInvitationMessage")})
				assert.True(t, strings.HasPrefix(a.Text("inviteRedeemUrl"), "https://"), a.Body)
			}},
		statement{"invitations.create", "required", "`invitedUserEmailAddress`, which is an address, and `inviteRedirectUrl` are " +
			"required: else 400 and no guest", "CSDL of v1.0; the status, inferred", inferred,
			func(t *testing.T, g *rig.Rig) {
				before := count(t, g, "/users")
				for _, body := range []string{`{"inviteRedirectUrl":"https://app.example"}`, `{"invitedUserEmailAddress":"guest@fabrikam.example"}`,
					`{"invitedUserEmailAddress":"guest","inviteRedirectUrl":"https://app.example"}`} {
					assert.Equal(t, 400, g.Post(t, invitationsAt, body).Status, body)
				}
				assert.Equal(t, before, count(t, g, "/users"))
			}},
		statement{"invitations.invitedUser.get", "ok", "The guest is a user: `userType` Guest, `externalUserState` PendingAcceptance, " +
			"`creationType` Invitation, a name with `#EXT#`", "invitation and user resource pages", documented,
			func(t *testing.T, g *rig.Rig) {
				a := g.Found(t, invitationsAt+"/"+invite(t, g).Text("id")+"/invitedUser")
				user := g.Found(t, "/users/"+a.Text("id"))
				assert.Equal(t, []string{"Gus", "Guest", "PendingAcceptance", "Invitation", "guest@fabrikam.example"},
					[]string{user.Text("displayName"),
						user.Text("userType"), user.Text("externalUserState"), user.Text("creationType"), user.Text("mail")})
				assert.Contains(t, user.Text("userPrincipalName"), "guest_fabrikam.example#EXT#@")
			}},
		statement{"invitations.create", "again", "Who is invited again stays the same guest", "reset redemption page; inferred",
			inferred, func(t *testing.T, g *rig.Rig) {
				first, second := invite(t, g), invite(t, g)
				assert.Equal(t, g.Found(t, invitationsAt+"/"+first.Text("id")+"/invitedUser").Text("id"), g.Found(t,
					invitationsAt+"/"+second.Text("id")+"/invitedUser").Text("id"))
			}},
		statement{"invitations.update", "refused", "An invitation cannot be changed: it answers an error, and stays as it is",
			"graphemu: the service has create alone", chosen, func(t *testing.T, g *rig.Rig) {
				at := invitationsAt + "/" + invite(t, g).Text("id")
				assert.GreaterOrEqual(t, g.Send(t, "PATCH", at, `{"invitedUserDisplayName":"Other"}`).Status, 400)
				assert.Equal(t, "Gus", g.Found(t, at).Text("invitedUserDisplayName"))
			}},
		statement{"invitations.delete", "ok", "Answers 204; the guest stays", "graphemu: the service has create alone", chosen,
			func(t *testing.T, g *rig.Rig) {
				at := invitationsAt + "/" + invite(t, g).Text("id")
				guest := g.Found(t, at+"/invitedUser").Text("id")
				rig.WantEmpty(t, g.Send(t, "DELETE", at, ""), 204)
				assert.Equal(t, []int{404, 200}, []int{g.Get(t, at).Status, g.Get(t, "/users/"+guest).Status})
			}},
	)
}()
