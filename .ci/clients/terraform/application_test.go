package terraform

import (
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/manicminer/hamilton/environments"
	"github.com/manicminer/hamilton/msgraph"
	"github.com/manicminer/hamilton/odata"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The resources of a typical module: application, service principal, password, app role
// assignment to Microsoft Graph. Then the application signs in, and they are destroyed.
func TestApplication(t *testing.T) {
	p := configure(t)
	graph := only[msgraph.ServicePrincipal](t)(p.principals.List(p.ctx, byAppID(environments.PublishedApis["MicrosoftGraph"])))
	admin := only[msgraph.User](t)(p.users.List(p.ctx, odata.Query{Filter: "userPrincipalName eq 'admin@contoso.com'"}))

	// azuread_application: created under another name, which an update then replaces, so
	// that the update finds the application once it is everywhere.
	app, status, err := p.applications.Create(p.ctx, msgraph.Application{
		Owners:         &msgraph.Owners{{ODataId: p.reference(*admin.ID)}},
		DisplayName:    new("TERRAFORM_UPDATE_1"),
		SignInAudience: new(msgraph.SignInAudienceAzureADMyOrg),
		Api: &msgraph.ApplicationApi{
			RequestedAccessTokenVersion: new(int32(2)),
			OAuth2PermissionScopes: &[]msgraph.PermissionScope{{
				ID: new("96183846-204b-4b43-82e1-5d2222eb4b9b"), IsEnabled: new(true),
				Type: msgraph.PermissionScopeTypeUser, Value: new("user_impersonation"),
				AdminConsentDisplayName: new("Access reports"), AdminConsentDescription: new("Allow the application to access reports"),
			}},
		},
		AppRoles: &[]msgraph.AppRole{{
			ID: new("1b19509b-32b1-4e9f-b71d-4992aa991967"), IsEnabled: new(true),
			Value: new("Reports.Read"), DisplayName: new("Reader"), Description: new("Reads"),
			AllowedMemberTypes: &[]msgraph.AppRoleAllowedMemberType{
				msgraph.AppRoleAllowedMemberTypeApplication, msgraph.AppRoleAllowedMemberTypeUser,
			},
		}},
		RequiredResourceAccess: &[]msgraph.RequiredResourceAccess{{
			ResourceAppId:  graph.AppId,
			ResourceAccess: &[]msgraph.ResourceAccess{{ID: roleOf(t, graph, "User.Read.All"), Type: msgraph.ResourceAccessTypeRole}},
		}},
		Web:  &msgraph.ApplicationWeb{RedirectUris: &[]string{"https://reports.example/signed-in"}},
		Tags: &[]string{"terraform"},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, status)
	done(t, 204)(p.applications.Update(p.ctx, msgraph.Application{
		DirectoryObject: msgraph.DirectoryObject{ID: app.ID},
		DisplayName:     new("Reports"), IdentifierUris: &[]string{"api://" + *app.AppId},
	}))
	read, _, err := p.applications.Get(p.ctx, *app.ID, odata.Query{})
	require.NoError(t, err)
	assert.Equal(t, "Reports", *read.DisplayName)
	assert.Equal(t, []string{"api://" + *app.AppId}, *read.IdentifierUris)
	assert.Equal(t, []string{"https://reports.example/signed-in"}, *read.Web.RedirectUris)
	assert.Equal(t, "Reports.Read", *(*read.AppRoles)[0].Value)
	assert.Equal(t, "user_impersonation", *(*read.Api.OAuth2PermissionScopes)[0].Value)
	assert.Equal(t, *app.ID, *only[msgraph.Application](t)(p.applications.List(p.ctx, odata.Query{Filter: "displayName eq 'Reports'"})).ID)
	owners, _, err := p.applications.ListOwners(p.ctx, *app.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{*admin.ID}, *owners)

	// azuread_application_password
	password, _, err := p.applications.AddPassword(p.ctx, *app.ID, msgraph.PasswordCredential{DisplayName: new("nightly")})
	require.NoError(t, err)
	require.NotEmpty(t, *password.SecretText)
	read, _, err = p.applications.Get(p.ctx, *app.ID, odata.Query{})
	require.NoError(t, err)
	kept := (*read.PasswordCredentials)[0]
	assert.Equal(t, *password.KeyId, *kept.KeyId)
	assert.Equal(t, "nightly", *kept.DisplayName)
	assert.Nil(t, kept.SecretText)
	assert.Equal(t, (*password.SecretText)[:3], *kept.Hint)
	assert.Equal(t, 2, kept.EndDateTime.Year()-kept.StartDateTime.Year())

	// azuread_service_principal
	assert.Empty(t, list[msgraph.ServicePrincipal](t)(p.principals.List(p.ctx, byAppID(*app.AppId))))
	sp, status, err := p.principals.Create(p.ctx, msgraph.ServicePrincipal{
		AppId: app.AppId, AccountEnabled: new(true), AppRoleAssignmentRequired: new(false), Tags: &[]string{"terraform"},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, status)
	assert.Equal(t, "Reports", *sp.DisplayName)
	assert.Equal(t, "Reports.Read", *(*sp.AppRoles)[0].Value, "of the application")
	assert.Equal(t, *sp.ID, *only[msgraph.ServicePrincipal](t)(p.principals.List(p.ctx, byAppID(*app.AppId))).ID)
	_, status, err = p.principals.Create(p.ctx, msgraph.ServicePrincipal{AppId: app.AppId})
	require.ErrorContains(t, err, "is already in use")
	assert.Equal(t, http.StatusConflict, status)

	// azuread_app_role_assignment
	principal, _, err := p.objects.Get(p.ctx, *sp.ID, odata.Query{})
	require.NoError(t, err)
	assert.Equal(t, odata.TypeServicePrincipal, *principal.ODataType)
	role := roleOf(t, graph, "User.Read.All")
	given, status, err := p.assignedTo.Assign(p.ctx, msgraph.AppRoleAssignment{AppRoleId: role, PrincipalId: sp.ID, ResourceId: graph.ID})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, status)
	assert.Equal(t, "ServicePrincipal", *given.PrincipalType)
	assert.Equal(t, "Reports", *given.PrincipalDisplayName)
	assert.Contains(t, list[msgraph.AppRoleAssignment](t)(p.assignedTo.List(p.ctx, *graph.ID, odata.Query{})), *given)

	// The application signs in. Its token has the role: it reads users and changes none.
	credential, err := azidentity.NewClientSecretCredential(p.tenant, *app.AppId, *password.SecretText, nil)
	require.NoError(t, err)
	token, err := credential.GetToken(p.ctx, policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
	require.NoError(t, err)
	assert.True(t, token.ExpiresOn.After(time.Time{}))
	assert.Equal(t, http.StatusOK, call(t, token.Token, "GET", "/v1.0/users?$select=id"))
	assert.Equal(t, http.StatusForbidden, call(t, token.Token, "DELETE", "/v1.0/users/admin@contoso.com"))

	// What is destroyed: 204, then 404.
	done(t, 204)(p.assignedTo.Remove(p.ctx, *graph.ID, *given.Id))
	assert.NotContains(t, list[msgraph.AppRoleAssignment](t)(p.assignedTo.List(p.ctx, *graph.ID, odata.Query{})), *given)
	done(t, 204)(p.principals.Delete(p.ctx, *sp.ID))
	gone[msgraph.ServicePrincipal](t)(p.principals.Get(p.ctx, *sp.ID, odata.Query{}))
	done(t, 204)(p.applications.RemovePassword(p.ctx, *app.ID, *password.KeyId))
	done(t, 204)(p.applications.Delete(p.ctx, *app.ID))
	gone[msgraph.Application](t)(p.applications.Get(p.ctx, *app.ID, odata.Query{}))
	_, err = credential.GetToken(p.ctx, policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}, EnableCAE: true})
	require.ErrorContains(t, err, "AADSTS700016")
	done(t, 204)(p.applications.DeletePermanently(p.ctx, *app.ID))
	gone[msgraph.Application](t)(p.applications.GetDeleted(p.ctx, *app.ID, odata.Query{}))
}

// roleOf is the id of an app role by its name, as it stands in the service principal.
func roleOf(t *testing.T, sp msgraph.ServicePrincipal, value string) *string {
	t.Helper()
	require.NotNil(t, sp.AppRoles)
	for _, role := range *sp.AppRoles {
		if *role.Value == value {
			return role.ID
		}
	}
	t.Fatalf("no app role %s", value)
	return nil
}

// call asks Graph with a token, and returns the status.
func call(t *testing.T, token, method, path string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://graph.microsoft.com"+path, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

func TestOwners(t *testing.T) {
	p := configure(t)
	admin := only[msgraph.User](t)(p.users.List(p.ctx, odata.Query{Filter: "userPrincipalName eq 'admin@contoso.com'"}))
	app, _, err := p.applications.Create(p.ctx, msgraph.Application{DisplayName: new("Owned")})
	require.NoError(t, err)
	owners, _, err := p.applications.ListOwners(p.ctx, *app.ID)
	require.NoError(t, err)
	require.Empty(t, *owners)

	app.Owners = &msgraph.Owners{{ODataId: p.reference(*admin.ID)}}
	done(t, 204)(p.applications.AddOwners(p.ctx, app))
	done(t, 400)(p.applications.AddOwners(p.ctx, app)) // there already, which the client takes as done
	owner, _, err := p.applications.GetOwner(p.ctx, *app.ID, *admin.ID)
	require.NoError(t, err)
	assert.NotNil(t, owner)
	done(t, 204)(p.applications.RemoveOwners(p.ctx, *app.ID, &[]string{*admin.ID}))
	gone[string](t)(p.applications.GetOwner(p.ctx, *app.ID, *admin.ID))
	done(t, 204)(p.applications.Delete(p.ctx, *app.ID))
	restored, _, err := p.applications.RestoreDeleted(p.ctx, *app.ID)
	require.NoError(t, err)
	assert.Equal(t, *app.AppId, *restored.AppId)
}

func TestFederatedIdentityCredentials(t *testing.T) {
	p := configure(t)
	app, _, err := p.applications.Create(p.ctx, msgraph.Application{DisplayName: new("Deployment")})
	require.NoError(t, err)
	made, status, err := p.applications.CreateFederatedIdentityCredential(p.ctx, *app.ID, msgraph.FederatedIdentityCredential{
		Name: new("main"), Issuer: new("https://token.actions.githubusercontent.com"),
		Subject:   new("repo:contoso/app:ref:refs/heads/main"),
		Audiences: &[]string{"api://AzureADTokenExchange"}, Description: new(msgraph.StringNullWhenEmpty("Deploys")),
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, status)
	federated := list[msgraph.FederatedIdentityCredential](t)
	assert.Equal(t, []msgraph.FederatedIdentityCredential{*made},
		federated(p.applications.ListFederatedIdentityCredentials(p.ctx, *app.ID, odata.Query{})))
	made.Description = new(msgraph.StringNullWhenEmpty(""))
	made.Name = nil
	done(t, 204)(p.applications.UpdateFederatedIdentityCredential(p.ctx, *app.ID, *made))
	read, _, err := p.applications.GetFederatedIdentityCredential(p.ctx, *app.ID, *made.ID, odata.Query{})
	require.NoError(t, err)
	assert.Equal(t, "main", *read.Name)
	done(t, 204)(p.applications.DeleteFederatedIdentityCredential(p.ctx, *app.ID, *made.ID))
	gone[msgraph.FederatedIdentityCredential](t)(p.applications.GetFederatedIdentityCredential(p.ctx, *app.ID, *made.ID, odata.Query{}))
	assert.Empty(t, federated(p.applications.ListFederatedIdentityCredentials(p.ctx, *app.ID, odata.Query{})))
}

// azuread_service_principal_delegated_permission_grant
func TestDelegatedPermissionGrant(t *testing.T) {
	p := configure(t)
	graph := only[msgraph.ServicePrincipal](t)(p.principals.List(p.ctx, byAppID(environments.PublishedApis["MicrosoftGraph"])))
	app, _, err := p.applications.Create(p.ctx, msgraph.Application{DisplayName: new("Portal")})
	require.NoError(t, err)
	sp, _, err := p.principals.Create(p.ctx, msgraph.ServicePrincipal{AppId: app.AppId})
	require.NoError(t, err)
	grant, status, err := p.grants.Create(p.ctx, msgraph.DelegatedPermissionGrant{
		ClientId: sp.ID, ResourceId: graph.ID, ConsentType: new(msgraph.DelegatedPermissionGrantConsentTypeAllPrincipals),
		Scopes: &[]string{"openid", "User.Read"},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, status)
	done(t, 204)(p.grants.Update(p.ctx, msgraph.DelegatedPermissionGrant{Id: grant.Id, Scopes: &[]string{"openid"}}))
	read, _, err := p.grants.Get(p.ctx, *grant.Id, odata.Query{})
	require.NoError(t, err)
	assert.Equal(t, []string{"openid"}, *read.Scopes)
	done(t, 204)(p.grants.Delete(p.ctx, *grant.Id))
	gone[msgraph.DelegatedPermissionGrant](t)(p.grants.Get(p.ctx, *grant.Id, odata.Query{}))
}
