package graph

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

func (d *tenant) application(t *testing.T, name string, more ...string) gjson.Result {
	t.Helper()
	return d.want(t, 201, "POST", "/applications", `{"displayName":"`+name+`"`+strings.Join(more, "")+`}`)
}

const role1, scope1 = "11111111-aaaa-4aaa-8aaa-111111111111", "22222222-aaaa-4aaa-8aaa-222222222222"

const withRoles = `,"identifierUris":["api://one"],"web":{"redirectUris":["https://localhost/cb"]},` +
	`"appRoles":[{"id":"` + role1 +
	`","allowedMemberTypes":["User"],"displayName":"Reader","description":"d","value":"Reader","isEnabled":true}],` +
	`"api":{"oauth2PermissionScopes":[{"id":"` + scope1 + `","value":"read","type":"User","isEnabled":true}]}`

func TestApplicationsAndServicePrincipals(t *testing.T) {
	d := newTenant(t)
	app := d.application(t, "One", withRoles)
	id, appID := app.Get("id").Str, app.Get("appId").Str
	assert.Equal(t, "AzureADMyOrg", app.Get("signInAudience").Str)
	assert.NotEqual(t, id, appID)
	assert.Equal(t, app.Get("id").Str, d.want(t, 200, "GET", "/applications(appId='"+appID+"')", "").Get("id").Str)
	d.want(t, 404, "GET", "/applications/"+appID, "")
	assert.JSONEq(t, `{"acceptMappedClaims":null,"knownClientApplications":[],"preAuthorizedApplications":[],"requestedAccessTokenVersion":null,
		"oauth2PermissionScopes":[{"id":"`+scope1+`","value":"read","type":"User","isEnabled":true,"adminConsentDescription":null,"adminConsentDisplayName":null,
		"origin":null,"userConsentDescription":null,"userConsentDisplayName":null}]}`, app.Get("api").Raw, "complex values are whole")

	sp := d.want(t, 201, "POST", "/servicePrincipals", `{"appId":"`+appID+`"}`)
	assert.Equal(t, "One", sp.Get("displayName").Str)
	assert.True(t, sp.Get("accountEnabled").Bool())
	assert.Equal(t, d.world.Tenant.ID, sp.Get("appOwnerOrganizationId").Str)
	assert.ElementsMatch(t, []string{"api://one", appID}, texts(sp.Get("servicePrincipalNames")))
	assert.Equal(t, role1, sp.Get("appRoles.0.id").Str)
	assert.Equal(t, scope1, sp.Get("oauth2PermissionScopes.0.id").Str)
	assert.Equal(t, "https://localhost/cb", sp.Get("replyUrls.0").Str)
	d.refused(t, 409, "POST", "/servicePrincipals", `{"appId":"`+appID+`"}`, "Request_MultipleObjectsWithSameKeyValue",
		"The service principal cannot be created, updated, or restored because the service principal name "+appID+" is already in use.")
	d.refused(t, 400, "POST", "/servicePrincipals", `{"appId":"`+role1+`"}`, badRequest,
		"The appId '"+role1+"' of the service principal does not reference a valid application object.")
	d.refused(t, 400, "POST", "/applications", `{"displayName":"x","identifierUris":["api://one"]}`, badRequest,
		"Another object with the same value for property identifierUris already exists.")

	d.refused(t, 400, "PATCH", "/applications/"+id, `{"appRoles":[]}`, badRequest,
		"Permission (scope or role) cannot be deleted or updated unless disabled first.")
	d.want(t, 204, "PATCH", "/applications/"+id, `{"displayName":"Uno","web":{"homePageUrl":"https://x.invalid"}}`)
	after := d.want(t, 200, "GET", "/applications/"+id, "")
	assert.Equal(t, "https://localhost/cb", after.Get("web.redirectUris.0").Str, "a complex value merges")
	assert.Equal(t, "Uno", d.want(t, 200, "GET", "/servicePrincipals(appId='"+appID+"')", "").Get("displayName").Str)

	d.want(t, 204, "DELETE", "/applications/"+id, "")
	d.want(t, 404, "GET", "/servicePrincipals/"+sp.Get("id").Str, "")
	d.want(t, 200, "POST", "/directory/deletedItems/"+id+"/restore", "")
	d.want(t, 200, "GET", "/applications/"+id, "")
	d.want(t, 404, "GET", "/servicePrincipals/"+sp.Get("id").Str, "")
	d.want(t, 200, "POST", "/directory/deletedItems/"+sp.Get("id").Str+"/restore", "")
	d.want(t, 200, "GET", "/servicePrincipals/"+sp.Get("id").Str, "")
}

func TestSecretsAreShownOnce(t *testing.T) {
	d := newTenant(t)
	id := d.application(t, "One").Get("id").Str
	made := d.want(t, 200, "POST", "/applications/"+id+"/addPassword", `{"passwordCredential":{"displayName":"ci"}}`)
	secret := made.Get("secretText").Str
	assert.Len(t, secret, 40)
	assert.Equal(t, secret[:3], made.Get("hint").Str)
	assert.Equal(t, "http://example.com/v1.0/$metadata#microsoft.graph.passwordCredential", made.Get(`\@odata\.context`).Str)
	assert.Equal(t, "2028-01-05T06:00:00Z", made.Get("endDateTime").Str)
	kept := d.want(t, 200, "GET", "/applications/"+id, "").Get("passwordCredentials.0")
	assert.Equal(t, gjson.Null, kept.Get("secretText").Type)
	assert.Equal(t, made.Get("keyId").Str, kept.Get("keyId").Str)
	o := d.store.View().Find(entity.Directory, id)
	assert.NotContains(t, string(o.JSON), secret)
	assert.True(t, directory.CheckSecret(o, secret, dawn))
	assert.False(t, directory.CheckSecret(o, secret, dawn.AddDate(2, 0, 0)), "it has expired")
	assert.False(t, directory.CheckSecret(o, "other", dawn))
	d.want(t, 400, "PATCH", "/applications/"+id, `{"passwordCredentials":[{"displayName":"x","secretText":"y"}]}`)
	d.want(t, 204, "POST", "/applications/"+id+"/removePassword", `{"keyId":"`+made.Get("keyId").Str+`"}`)
	d.want(t, 400, "POST", "/applications/"+id+"/removePassword", `{"keyId":"`+made.Get("keyId").Str+`"}`)
	assert.False(t, directory.CheckSecret(d.store.View().Find(entity.Directory, id), secret, dawn))
}

// certified is a key and its certificate, as base64.
func certified(t *testing.T, name string) (ed25519.PrivateKey, string) {
	key := ed25519.NewKeyFromSeed(ids.Key(1, name))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: dawn,
		NotAfter: dawn.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	require.NoError(t, err)
	return key, base64.StdEncoding.EncodeToString(der)
}

func TestKeysAreAddedWithAProof(t *testing.T) {
	d := newTenant(t)
	first, cert := certified(t, "first")
	_, second := certified(t, "second")
	app := d.application(t, "One", `,"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"`+cert+`"}]`)
	id := app.Get("id").Str
	assert.Equal(t, gjson.Null, app.Get("keyCredentials.0.key").Type)
	assert.Equal(t, "CN=first", app.Get("keyCredentials.0.displayName").Str)
	proof := func(issuer string) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: first}, nil)
		require.NoError(t, err)
		token, err := jwt.Signed(signer).Claims(jwt.Claims{Issuer: issuer, Audience: jwt.Audience{"00000002-0000-0000-c000-000000000000"},
			NotBefore: jwt.NewNumericDate(dawn), Expiry: jwt.NewNumericDate(dawn.Add(10 * time.Minute))}).Serialize()
		require.NoError(t, err)
		return token
	}
	body := func(proof string) string {
		return `{"keyCredential":{"type":"AsymmetricX509Cert","usage":"Verify","key":"` + second + `"},"passwordCredential":null,"proof":"` +
			proof + `"}`
	}
	d.want(t, 400, "POST", "/applications/"+id+"/addKey", body("x"))
	d.want(t, 400, "POST", "/applications/"+id+"/addKey", body(proof("somebody")))
	made := d.want(t, 200, "POST", "/applications/"+id+"/addKey", body(proof(id)))
	keys := d.want(t, 200, "GET", "/applications/"+id, "").Get("keyCredentials")
	assert.Len(t, keys.Array(), 2)
	d.want(t, 204, "POST", "/applications/"+id+"/removeKey", `{"keyId":"`+made.Get("keyId").Str+`","proof":"`+proof(id)+`"}`)
	known := keys.Get("0.keyId").Str
	changed := d.refused(t, 400, "PATCH", "/applications/"+id, `{"keyCredentials":[{"keyId":"`+known+`","key":"`+second+`"}]}`, badRequest,
		"Update to existing credential with KeyId '"+known+"' is not allowed.")
	assert.Equal(t, "KeyNotUpdatable", changed.Get("error.details.0.code").Str)

	sp := d.want(t, 201, "POST", "/servicePrincipals", `{"appId":"`+app.Get("appId").Str+`"}`).Get("id").Str
	signing := d.want(t, 200, "POST", "/servicePrincipals/"+sp+"/addTokenSigningCertificate",
		`{"displayName":"CN=sso","endDateTime":"2027-01-01T00:00:00Z"}`)
	assert.Equal(t, "Verify", signing.Get("usage").Str)
	whole := d.want(t, 200, "GET", "/servicePrincipals/"+sp, "")
	assert.ElementsMatch(t, []string{"Sign", "Verify"}, texts(whole.Get("keyCredentials.#.usage")))
	assert.Len(t, whole.Get("passwordCredentials").Array(), 1)
}

func TestGrants(t *testing.T) {
	d := newTenant(t)
	ann, group := d.user(t, "ann"), d.group(t, "staff")
	resource := d.want(t, 201, "POST", "/servicePrincipals",
		`{"appId":"`+d.application(t, "API", withRoles).Get("appId").Str+`"}`).Get("id").Str
	client := d.want(t, 201, "POST", "/servicePrincipals", `{"appId":"`+d.application(t, "Client").Get("appId").Str+`"}`).Get("id").Str
	body := func(resource, role string) string {
		return `{"principalId":"` + ann + `","resourceId":"` + resource + `","appRoleId":"` + role + `"}`
	}
	made := d.want(t, 201, "POST", "/users/"+ann+"/appRoleAssignments", body(resource, role1))
	id := made.Get("id").Str
	assert.Equal(t, "ann", made.Get("principalDisplayName").Str)
	assert.Equal(t, "API", made.Get("resourceDisplayName").Str)
	assert.Equal(t, "User", made.Get("principalType").Str)
	assert.Len(t, id, 43)
	d.refused(t, 400, "POST", "/servicePrincipals/"+resource+"/appRoleAssignedTo", body(resource, role1), badRequest,
		"Permission being assigned already exists on the object")
	d.refused(t, 400, "POST", "/users/"+ann+"/appRoleAssignments", body(resource, scope1), badRequest, "Not a valid reference update.")
	d.refused(t, 400, "POST", "/groups/"+group+"/appRoleAssignments", body(resource, role1), badRequest, "Not a valid reference update.")
	d.want(t, 201, "POST", "/groups/"+group+"/appRoleAssignments",
		strings.ReplaceAll(body(resource, "00000000-0000-0000-0000-000000000000"), ann, group))
	assert.Len(t, d.want(t, 200, "GET", "/servicePrincipals/"+resource+"/appRoleAssignedTo", "").Get("value").Array(), 2)
	assert.Equal(t, id, d.want(t, 200, "GET", "/users/"+ann+"/appRoleAssignments/"+id, "").Get("id").Str)
	d.want(t, 204, "DELETE", "/servicePrincipals/"+resource+"/appRoleAssignedTo/"+id, "")
	assert.Empty(t, d.want(t, 200, "GET", "/users/"+ann+"/appRoleAssignments", "").Get("value").Array())

	grant := `{"clientId":"` + client + `","consentType":"AllPrincipals","resourceId":"` + resource + `","scope":"read"}`
	given := d.want(t, 201, "POST", "/oauth2PermissionGrants", grant).Get("id").Str
	d.refused(t, 409, "POST", "/oauth2PermissionGrants", grant, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
	d.want(t, 400, "POST", "/oauth2PermissionGrants", strings.Replace(grant, "AllPrincipals", "Some", 1))
	d.want(t, 201, "POST", "/oauth2PermissionGrants", strings.Replace(grant, `"AllPrincipals"`, `"Principal","principalId":"`+ann+`"`, 1))
	assert.Len(t, d.want(t, 200, "GET", "/servicePrincipals/"+client+"/oauth2PermissionGrants", "").Get("value").Array(), 2)
	assert.Len(t, d.want(t, 200, "GET", "/users/"+ann+"/oauth2PermissionGrants", "").Get("value").Array(), 1)
	d.want(t, 204, "PATCH", "/oauth2PermissionGrants/"+given, `{"scope":"read write"}`)
	d.want(t, 400, "PATCH", "/oauth2PermissionGrants/"+given, `{"clientId":"`+resource+`"}`)
	d.want(t, 204, "DELETE", "/oauth2PermissionGrants/"+given, "")
}

func TestExtensionsOfApplications(t *testing.T) {
	d := newTenant(t)
	app := d.application(t, "One")
	at := "/applications/" + app.Get("id").Str
	made := d.want(t, 201, "POST", at+"/extensionProperties", `{"name":"grade","dataType":"String","targetObjects":["User"]}`)
	name := "extension_" + strings.ReplaceAll(app.Get("appId").Str, "-", "") + "_grade"
	assert.Equal(t, name, made.Get("name").Str)
	assert.Equal(t, "One", made.Get("appDisplayName").Str)
	d.want(t, 400, "POST", at+"/extensionProperties", `{"name":"grade","dataType":"Text","targetObjects":["User"]}`)
	assert.Equal(t, []string{name},
		texts(d.want(t, 200, "POST", "/directoryObjects/getAvailableExtensionProperties", `{}`).Get("value.#.name")))
	d.want(t, 204, "DELETE", at+"/extensionProperties/"+made.Get("id").Str, "")

	body := `{"name":"ci","issuer":"https://token.actions.invalid","subject":"repo:x","audiences":["api://AzureADTokenExchange"]}`
	d.want(t, 201, "POST", at+"/federatedIdentityCredentials", body)
	d.want(t, 409, "POST", at+"/federatedIdentityCredentials", body)
	assert.Equal(t, "ci", d.want(t, 200, "GET", at+"/federatedIdentityCredentials(name='ci')", "").Get("name").Str)
	d.want(t, 204, "PATCH", at+"/federatedIdentityCredentials(name='ci')", `{"subject":"repo:y"}`)
	d.want(t, 201, "PATCH", at+"/federatedIdentityCredentials(name='new')", strings.Replace(body, `"name":"ci",`, "", 1),
		"Prefer: create-if-missing")
	d.want(t, 404, "PATCH", at+"/federatedIdentityCredentials(name='none')", `{"subject":"repo:y"}`)
	d.want(t, 201, "PATCH", "/applications(uniqueName='app-one')", `{"displayName":"Two"}`, "Prefer: create-if-missing")
	d.want(t, 204, "PATCH", "/applications(uniqueName='app-one')", `{"displayName":"Three"}`, "Prefer: create-if-missing")
	assert.Equal(t, "Three", d.want(t, 200, "GET", "/applications(uniqueName='app-one')", "").Get("displayName").Str)
}
