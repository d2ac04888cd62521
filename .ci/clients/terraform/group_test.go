package terraform

import (
	"testing"

	"github.com/manicminer/hamilton/msgraph"
	"github.com/manicminer/hamilton/odata"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// azuread_user, azuread_group, azuread_group_member, azuread_domains
func TestGroup(t *testing.T) {
	p := configure(t)
	domains, _, err := p.domains.List(p.ctx, odata.Query{})
	require.NoError(t, err)
	require.NotEmpty(t, *domains)
	user, _, err := p.users.Create(p.ctx, msgraph.User{
		AccountEnabled: new(true), DisplayName: new("Ada"), MailNickname: new("ada"), UserPrincipalName: new("ada@contoso.com"),
		PasswordProfile: &msgraph.UserPasswordProfile{Password: new("xWwvJ]6NMw+bWH-d")},
	})
	require.NoError(t, err)
	group, _, err := p.groups.Create(p.ctx, msgraph.Group{
		DisplayName: new("Readers"), MailEnabled: new(false), MailNickname: new("readers"), SecurityEnabled: new(true),
		Owners: &msgraph.Owners{{ODataId: p.reference(*user.ID)}},
	})
	require.NoError(t, err)
	found := only[msgraph.Group](t)(p.groups.List(p.ctx, odata.Query{
		Filter: "displayName eq 'Readers'", ConsistencyLevel: odata.ConsistencyLevelEventual, Count: true,
	}))
	assert.Equal(t, *group.ID, *found.ID)

	group.Members = &msgraph.Members{{ODataId: p.reference(*user.ID)}}
	done(t, 204)(p.groups.AddMembers(p.ctx, group))
	done(t, 400)(p.groups.AddMembers(p.ctx, group)) // there already, which the client takes as done
	members, _, err := p.groups.ListMembers(p.ctx, *group.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{*user.ID}, *members)
	done(t, 204)(p.groups.Update(p.ctx, msgraph.Group{
		DirectoryObject: msgraph.DirectoryObject{ID: group.ID}, Description: new(msgraph.StringNullWhenEmpty("")),
	}))
	of := only[msgraph.Group](t)(p.users.ListGroupMemberships(p.ctx, *user.ID, odata.Query{}))
	assert.Equal(t, "Readers", *of.DisplayName)
	objects := list[msgraph.DirectoryObject](t)(p.objects.GetByIds(p.ctx, []string{*user.ID, *group.ID},
		[]odata.ShortType{odata.ShortTypeGroup, odata.ShortTypeUser}))
	assert.Len(t, objects, 2)

	done(t, 204)(p.groups.RemoveMembers(p.ctx, *group.ID, &[]string{*user.ID}))
	done(t, 204)(p.groups.Delete(p.ctx, *group.ID))
	gone[msgraph.Group](t)(p.groups.Get(p.ctx, *group.ID, odata.Query{}))
	done(t, 204)(p.users.Delete(p.ctx, *user.ID))
	gone[msgraph.User](t)(p.users.Get(p.ctx, *user.ID, odata.Query{}))
	done(t, 204)(p.users.DeletePermanently(p.ctx, *user.ID))
}
