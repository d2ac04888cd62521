package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The check of a permission costs no memory, whatever the token has.
func TestPermissionsAreCheckedWithoutAllocations(t *testing.T) {
	s := &Handler{cfg: Config{Auth: AuthStrict}}
	c := &call{handler: s,
		token: &identity.Token{Delegated: true, Permissions: identity.NewPermissions([]string{"Mail.Read", "user.read.all"})}}
	c.Scenario = newWorld("needs").Scenario()
	c.op = &operation{Operation: workload.Operation{Name: "users.list",
		Needs: identity.NewNeed(identity.Directory, "User.ReadBasic.All User.Read.All", "")}}
	require.NoError(t, s.authorize(c))
	assert.Equal(t, "User.ReadBasic.All", c.Needed.Delegated[0].Name)
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = s.authorize(c) }))
}

// An app's own token without a role is told which application permission it lacks.
func TestAppWithoutRolesLacksAnApplicationPermission(t *testing.T) {
	d := newDemand("users.list", *identity.NewNeed(identity.Directory, "User.ReadBasic.All", "User.Read.All"), "")
	assert.Contains(t, d.objection(&identity.Token{AppOnly: true}).why, "needs the application permission User.Read.All")
	assert.Contains(t, d.objection(&identity.Token{}).why, "needs the delegated permission User.ReadBasic.All")
}

// A refusal tells how a test gets a token that has what is missing, of the kind that is needed.
func TestRefusalTellsTheRemedy(t *testing.T) {
	of := func(delegated, application string) *demand {
		return newDemand("x.list", *identity.NewNeed(identity.Directory, delegated, application), "")
	}
	both, user, app := of("A.Read B.Read", "A.Read.All"), of("A.Read", ""), of("", "A.Read.All")
	with := identity.Choices{identity.NewChoice("C.Read", false, nil), identity.NewChoice("D.Read", true, []string{"E.Read", "F.Read"})}
	for name, c := range map[string]struct{ got, want string }{
		"delegated":                    {both.delegated.remedy, "graphemu token --scopes A.Read makes"},
		"application":                  {both.application.remedy, "graphemu token --roles A.Read.All makes"},
		"neither":                      {both.neither.remedy, "graphemu token --scopes A.Read makes"},
		"application permissions only": {app.delegated.remedy, "graphemu token --roles A.Read.All makes"},
		"of another user": {of("User.Read User.ReadBasic.All", "").another.remedy,
			"graphemu token --scopes User.ReadBasic.All makes"},
		"the least, with another": {tokenWith("scopes", with), "graphemu token --scopes D.Read,E.Read makes"},
	} {
		assert.Contains(t, c.got, c.want, name)
	}
	assert.Empty(t, user.application.remedy, "why has told the way to a user's permission")
	assert.Contains(t, user.application.why, "graphemu token --scopes A.Read")
	assert.Empty(t, of("", "").delegated.remedy)

	s := &Handler{cfg: Config{Auth: AuthStrict}}
	var refused *apierror.Error
	require.ErrorAs(t, s.raise(&call{}, both.delegated), &refused)
	require.Len(t, refused.Details, 2)
	assert.Equal(t, "Insufficient privileges to complete the operation.", refused.Message, "documented, and left as it is")
	assert.Contains(t, refused.Details[1].Message, "graphemu token --scopes A.Read")
}
