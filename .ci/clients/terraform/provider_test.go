// Package terraform does to the directory what a Terraform provider does, with its client
// of Graph: it creates an application that can sign in, reads back what it has made, and
// takes it down. It knows of no emulator.
package terraform

import (
	"context"
	"os"
	"testing"

	"github.com/manicminer/hamilton/auth"
	"github.com/manicminer/hamilton/environments"
	"github.com/manicminer/hamilton/msgraph"
	"github.com/manicminer/hamilton/odata"
	"github.com/stretchr/testify/require"
)

// provider holds a client for each kind of resource, all of one sign-in.
type provider struct {
	t             *testing.T
	ctx           context.Context
	tenant, appID string

	applications *msgraph.ApplicationsClient
	principals   *msgraph.ServicePrincipalsClient
	assignedTo   *msgraph.AppRoleAssignedToClient
	grants       *msgraph.DelegatedPermissionGrantsClient
	objects      *msgraph.DirectoryObjectsClient
	groups       *msgraph.GroupsClient
	users        *msgraph.UsersClient
	domains      *msgraph.DomainsClient
}

func configure(t *testing.T) *provider {
	t.Helper()
	p := &provider{t: t, ctx: t.Context(), tenant: os.Getenv("AZURE_TENANT_ID"), appID: os.Getenv("ARM_CLIENT_ID")}
	if p.appID == "" {
		t.Skip("no service: bash .ci/clients/run terraform starts one")
	}
	config := auth.Config{
		Environment:            environments.Global,
		TenantID:               p.tenant,
		ClientID:               p.appID,
		ClientSecret:           os.Getenv("ARM_CLIENT_SECRET"),
		EnableClientSecretAuth: true,
	}
	signIn, err := config.NewAuthorizer(p.ctx, environments.Global.MsGraph)
	require.NoError(t, err)
	p.applications = msgraph.NewApplicationsClient(p.tenant)
	p.principals = msgraph.NewServicePrincipalsClient(p.tenant)
	p.assignedTo = msgraph.NewAppRoleAssignedToClient(p.tenant)
	p.grants = msgraph.NewDelegatedPermissionGrantsClient(p.tenant)
	p.objects = msgraph.NewDirectoryObjectsClient(p.tenant)
	p.groups = msgraph.NewGroupsClient(p.tenant)
	p.users = msgraph.NewUsersClient(p.tenant)
	p.domains = msgraph.NewDomainsClient(p.tenant)
	for _, c := range []*msgraph.Client{
		&p.applications.BaseClient, &p.principals.BaseClient, &p.assignedTo.BaseClient, &p.grants.BaseClient,
		&p.objects.BaseClient, &p.groups.BaseClient, &p.users.BaseClient, &p.domains.BaseClient,
	} {
		c.Authorizer = signIn
		c.DisableRetries = true // what is not there at once is a fault here
	}
	return p
}

// list returns what a list has.
func list[T any](t *testing.T) func(*[]T, int, error) []T {
	return func(all *[]T, _ int, err error) []T {
		t.Helper()
		require.NoError(t, err)
		return *all
	}
}

// only returns the one object of a list.
func only[T any](t *testing.T) func(*[]T, int, error) T {
	return func(all *[]T, status int, err error) T {
		t.Helper()
		require.Len(t, list[T](t)(all, status, err), 1)
		return (*all)[0]
	}
}

// done holds a call to its status.
func done(t *testing.T, want int) func(int, error) {
	return func(status int, err error) {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, want, status)
	}
}

// gone holds a read to 404, which is how a provider learns that a resource was removed.
func gone[T any](t *testing.T) func(*T, int, error) {
	return func(_ *T, status int, err error) {
		t.Helper()
		require.ErrorContains(t, err, "Request_ResourceNotFound")
		require.Equal(t, 404, status)
	}
}

// byAppID is how a service principal is found.
func byAppID(id string) odata.Query { return odata.Query{Filter: "appId eq '" + id + "'"} }

// reference addresses an object of the directory as the provider writes it.
func (p *provider) reference(id string) *odata.Id {
	return new(odata.Id((&msgraph.DirectoryObject{ID: &id}).Uri(environments.MsGraphGlobal.Endpoint, msgraph.Version10)))
}
