package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The check of a permission costs no memory, whatever the token has.
func TestPermissionsAreCheckedWithoutAllocations(t *testing.T) {
	s := &Handler{cfg: Config{Auth: AuthStrict}}
	c := &call{handler: s, token: &identity.Token{Delegated: true, Permissions: identity.NewPermissions([]string{"Mail.Read", "user.read.all"})}}
	c.Scenario = newWorld("needs").Scenario()
	c.op = &operation{Operation: workload.Operation{Name: "users.list", Needs: identity.NewNeed(identity.Directory, "User.ReadBasic.All User.Read.All", "")}}
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
