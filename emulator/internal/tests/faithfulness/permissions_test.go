package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

const insufficient = "Insufficient privileges to complete the operation."

// published is where the permissions of the directory's operations are from.
const published = "permissions table of microsoft-graph-devx-content"

// permissionCase is a call with a token of some permissions, and what comes.
type permissionCase struct {
	scopes, roles []string
	method, path  string
	body          string
	status        int
}

// hold proves cases against a strict server.
func hold(t *testing.T, cases []permissionCase) {
	t.Helper()
	g := rig.Strict(t)
	_, err := g.World().Graph().Do("POST", "users", map[string]any{"accountEnabled": true, "displayName": "Ann", "mailNickname": "ann",
		"userPrincipalName": "ann@testschool.edu", "passwordProfile": map[string]any{"password": "Secret-1234"}})
	require.NoError(t, err)
	first, err := g.World().Graph().Do("GET", "users?$top=1&$select=userPrincipalName", nil)
	require.NoError(t, err)
	for _, c := range cases {
		c.path = strings.Replace(c.path, "{me}", gjson.GetBytes(first, "value.0.userPrincipalName").Str, 1)
		token, err := g.World().Token(emulator.TokenOptions{Scopes: c.scopes, Roles: c.roles})
		require.NoError(t, err)
		a := g.With(t, token, c.method, c.path, c.body)
		assert.Equal(t, c.status, a.Status, "%s %s with %q: %s", c.method, c.path, append(c.scopes, c.roles...), a.Body)
		if c.status == 403 {
			rig.WantError(t, a, 403, "Authorization_RequestDenied", insufficient)
		}
	}
}

func one(name string) []string { return []string{name} }

// permissionStatements are those of what strict authentication asks for.
var permissionStatements = []statement{
	{anyOperation, "permission-denied", "A token without a permission that the operation takes is 403 `Authorization_RequestDenied`, " +
		"`Insufficient privileges to complete the operation.`; the journal has what was needed, and what the token had",
		"docs issue 16320; " + published, observed, func(t *testing.T, _ *rig.Rig) {
			g := rig.Strict(t)
			token, err := g.World().Token(emulator.TokenOptions{Roles: one("Mail.Send")})
			require.NoError(t, err)
			a := g.With(t, token, "GET", "/groups", "")
			rig.WantError(t, a, 403, "Authorization_RequestDenied", insufficient)
			why := gjson.Get(a.Body, "error.details.0.message").Str
			assert.Contains(t, why, "groups.list needs the application permission ")
			assert.Contains(t, why, "Group.Read.All")
			entries := g.World().Journal().Entries(journal.Filter{})
			e := entries[len(entries)-1]
			assert.Equal(t, one("Mail.Send"), e.Held.Names)
			assert.NotEmpty(t, e.Needed.Application)
		}},
	{"users.get", "permissions", "`User.Read` reads who is signed in and nobody else, `User.ReadBasic.All` all users",
		published + "; permissions reference", documented,
		func(t *testing.T, _ *rig.Rig) {
			hold(t, []permissionCase{
				{scopes: one("User.Read"), method: "GET", path: "/me", status: 200},
				{scopes: one("User.ReadBasic.All"), method: "GET", path: "/users", status: 200},
				{scopes: one("User.Read"), method: "GET", path: "/users", status: 403},
				{scopes: one("User.Read"), method: "GET", path: "/users/{me}", status: 200},
				{scopes: one("User.Read"), method: "GET", path: "/users/ann@testschool.edu", status: 403},
				{scopes: one("User.ReadBasic.All"), method: "GET", path: "/users/ann@testschool.edu", status: 200},
				{scopes: one("User.ReadWrite"), method: "PATCH", path: "/users/ann@testschool.edu", body: `{"jobTitle":"Head"}`, status: 403},
				{roles: one("User.ReadBasic.All"), method: "GET", path: "/users", status: 200},
				{roles: one("Group.Read.All"), method: "GET", path: "/users", status: 403},
				{scopes: one("User.Read"), method: "GET", path: "/me/memberOf", status: 200},
				{scopes: one("User.Read"), method: "PATCH", path: "/me", body: `{"jobTitle":"Head"}`, status: 403},
				{scopes: one("User.ReadWrite"), method: "PATCH", path: "/me", body: `{"jobTitle":"Head"}`, status: 204},
				{scopes: one("User.Read.All"), method: "POST", path: "/users", body: `{}`, status: 403},
			})
		}},
	{"groups.list", "permissions", "Groups are read with `Group.Read.All`, their members with `GroupMember.Read.All`, and written with the " +
		"same of ReadWrite", published, documented, func(t *testing.T, _ *rig.Rig) {
		const group = `{"displayName":"g","mailNickname":"g","mailEnabled":false,"securityEnabled":true}`
		hold(t, []permissionCase{
			{roles: one("Group.Read.All"), method: "GET", path: "/groups", status: 200},
			{roles: one("Group.Read.All"), method: "GET", path: "/groups/$count", status: 400}, // of a header that is missing
			{roles: one("Group.Read.All"), method: "POST", path: "/groups", body: group, status: 403},
			{roles: one("Group.Create"), method: "POST", path: "/groups", body: group, status: 201},
			{roles: one("GroupMember.ReadWrite.All"), method: "DELETE", path: "/groups/" + rig.UnknownID, status: 403},
			{roles: one("GroupMember.Read.All"), method: "GET", path: "/groups/" + rig.UnknownID + "/members", status: 404},
			{roles: one("Group.ReadBasic.All"), method: "POST", path: "/groups/" + rig.UnknownID + "/members/$ref", body: `{}`, status: 403},
		})
	}},
	{"applications.create", "permissions",
		"Applications and service principals take `Application.Read.All` and `Application.ReadWrite.All`, " +
			"app roles `AppRoleAssignment.ReadWrite.All`, delegated grants `DelegatedPermissionGrant.ReadWrite.All`", published, documented,
		func(t *testing.T, _ *rig.Rig) {
			grant := sampleAt + "/appRoleAssignments"
			hold(t, []permissionCase{
				{roles: one("Application.Read.All"), method: "GET", path: "/applications", status: 200},
				{roles: one("Application.Read.All"), method: "POST", path: "/applications", body: `{"displayName":"x"}`, status: 403},
				{roles: one("Application.ReadWrite.OwnedBy"), method: "POST", path: "/applications", body: `{"displayName":"x"}`, status: 201},
				{roles: one("Application.Read.All"), method: "POST", path: appOfSample + "/addPassword", body: `{}`, status: 403},
				{roles: one("Application.ReadWrite.All"), method: "POST", path: appOfSample + "/addPassword", body: `{}`, status: 200},
				{roles: one("Application.Read.All"), method: "GET", path: grant, status: 200},
				{roles: one("Application.Read.All"), method: "POST", path: grant, body: `{}`, status: 403},
				{roles: []string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}, method: "POST", path: grant, body: `{}`, status: 400},
				{roles: one("Application.Read.All"), method: "GET", path: "/oauth2PermissionGrants", status: 403},
				{roles: one("DelegatedPermissionGrant.ReadWrite.All"), method: "GET", path: "/oauth2PermissionGrants", status: 200},
			})
		}},
	{"directoryRoles.list", "permissions", "What the tenant itself has takes permissions of its own: roles, units, domains, devices, the " +
		"organization, invitations", published, documented, func(t *testing.T, _ *rig.Rig) {
		hold(t, []permissionCase{
			{roles: one("RoleManagement.Read.Directory"), method: "GET", path: "/directoryRoles", status: 200},
			{roles: one("User.Read.All"), method: "GET", path: "/directoryRoles", status: 403},
			{roles: one("AdministrativeUnit.Read.All"), method: "GET", path: "/directory/administrativeUnits", status: 200},
			{roles: one("Group.Read.All"), method: "GET", path: "/directory/administrativeUnits", status: 403},
			{roles: one("Domain.Read.All"), method: "GET", path: "/domains", status: 200},
			{roles: one("Domain.Read.All"), method: "POST", path: "/domains", body: `{"id":"x.example"}`, status: 403},
			{roles: one("Device.Read.All"), method: "GET", path: "/devices", status: 200},
			{scopes: one("User.Read"), method: "GET", path: "/organization", status: 200},
			{roles: one("User.Read.All"), method: "POST", path: "/invitations", body: `{}`, status: 403},
			{roles: one("User.Invite.All"), method: "POST", path: "/invitations", body: `{}`, status: 400},
			{roles: one("Application.Read.All"), method: "GET", path: "/directory/deletedItems/microsoft.graph.user", status: 403},
			{roles: one("User.Read.All"), method: "GET", path: "/directory/deletedItems/microsoft.graph.user", status: 200},
			{roles: one("Directory.Read.All"), method: "POST", path: "/directoryObjects/getByIds", body: `{"ids":[]}`, status: 200},
			{roles: one("User.Read.All"), method: "POST", path: "/directoryObjects/getByIds", body: `{"ids":[]}`, status: 403},
		})
	}},
}
