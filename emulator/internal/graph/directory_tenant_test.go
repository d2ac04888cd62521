package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/ids"

	"github.com/graphemu/graphemu/emulator/internal/workloads"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

const skuA3 = "4b590615-0888-425a-a965-b3bf7789848d"

// newSchool is a tenant that is believable.
func newSchool(t *testing.T) *tenant {
	d := newTenant(t)
	require.NoError(t, directory.FillTenant(d.store,
		directory.Seed{Permissions: workloads.Permissions(), Domains: []string{"contoso.edu", "contoso.onmicrosoft.com"}, UsageLocation: "US",
			SKUs:  []directory.SKU{{ID: skuA3, PartNumber: "M365EDU_A3_FACULTY"}},
			Users: []directory.User{{PrincipalName: "admin@contoso.edu", DisplayName: "Admin"}}}, ids.Derived, dawn))
	d.admin = d.want(t, 200, "GET", "/users/admin@contoso.edu", "").Get("id").Str
	return d
}

func TestWhatEveryTenantHas(t *testing.T) {
	d := newSchool(t)
	id := d.world.Tenant.ID
	org := d.want(t, 200, "GET", "/organization", "")
	assert.Equal(t, id, org.Get("value.0.id").Str)
	assert.Equal(t, "http://example.com/v1.0/$metadata#organization", org.Get(`\@odata\.context`).Str)
	assert.Equal(t, []string{"contoso.edu", "contoso.onmicrosoft.com"}, texts(org.Get("value.0.verifiedDomains.#.name")))
	assert.Equal(t, id, d.want(t, 200, "GET", "/organization/"+id, "").Get("id").Str)
	assert.Equal(t, id, d.want(t, 200, "GET", "/organization?$filter=id%20eq%20'"+id+"'", "").Get("value.0.id").Str)
	d.want(t, 204, "PATCH", "/organization/"+id, `{"marketingNotificationEmails":["x@contoso.edu"]}`)
	d.want(t, 400, "PATCH", "/organization/"+id, `{"displayName":"x"}`)

	sku := d.want(t, 200, "GET", "/subscribedSkus", "").Get("value.0")
	assert.Equal(t, id+"_"+skuA3, sku.Get("id").Str)
	assert.Equal(t, id, sku.Get("accountId").Str)
	assert.Equal(t, int64(0), sku.Get("consumedUnits").Int())
	assert.Equal(t, skuA3, d.want(t, 200, "GET", "/subscribedSkus/"+id+"_"+skuA3, "").Get("skuId").Str)

	graph := d.want(t, 200, "GET", "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')", "")
	assert.Equal(t, "Microsoft Graph", graph.Get("displayName").Str)
	assert.Equal(t, "df021288-bdef-4463-88db-98f22de89214", graph.Get(`appRoles.#(value=="User.Read.All").id`).Str)
	for o := range d.store.View().All() {
		assert.NotContains(t, string(o.JSON), id, "nothing of a world is stored")
	}
	assert.Equal(t, "Global Administrator", d.want(t, 200, "GET", "/me/memberOf", "").Get("value.0.displayName").Str)
}

func TestRolesAndUnits(t *testing.T) {
	d := newSchool(t)
	templates := d.want(t, 200, "GET", "/directoryRoleTemplates", "")
	assert.Greater(t, len(templates.Get("value").Array()), 20)
	reader := templates.Get(`value.#(displayName=="Global Reader").id`).Str
	made := d.want(t, 201, "POST", "/directoryRoles", `{"roleTemplateId":"`+reader+`"}`)
	assert.Equal(t, "Global Reader", made.Get("displayName").Str)
	d.refused(t, 400, "POST", "/directoryRoles", `{"roleTemplateId":"`+reader+`"}`, badRequest,
		"A conflicting object with one or more of the specified property values is present in the directory.")
	ann := d.user(t, "ann")
	d.want(t, 204, "POST", "/directoryRoles(roleTemplateId='"+reader+"')/members/$ref", refTo(ann))
	assert.Equal(t, ann, d.want(t, 200, "GET", "/directoryRoles/"+made.Get("id").Str+"/members", "").Get("value.0.id").Str)
	assert.Equal(t, []string{reader},
		texts(d.want(t, 200, "POST", "/users/"+ann+"/checkMemberObjects", `{"ids":["`+reader+`"]}`).Get("value")))
	d.want(t, 405, "DELETE", "/directoryRoles/"+made.Get("id").Str, "")

	unit := d.want(t, 201, "POST", "/directory/administrativeUnits", `{"displayName":"North"}`).Get("id").Str
	d.want(t, 204, "POST", "/directory/administrativeUnits/"+unit+"/members/$ref", refTo(ann))
	assert.Equal(t, "North", d.want(t, 200, "GET", "/directory/administrativeUnits/"+unit, "").Get("displayName").Str)
	assert.Equal(t, 200, d.send("GET", "/beta/administrativeUnits/"+unit, "").Code, "beta has them at its root too")
	d.want(t, 400, "GET", "/administrativeUnits/"+unit, "")
	assert.Equal(t, "http://example.com/v1.0/directoryObjects/"+ann,
		d.want(t, 200, "GET", "/directory/administrativeUnits/"+unit+"/members/$ref", "").Get(`value.0.\@odata\.id`).Str)
	assert.Len(t, d.want(t, 200, "GET", "/users/"+ann+"/memberOf", "").Get("value").Array(), 2)
	d.want(t, 204, "DELETE", "/directory/administrativeUnits/"+unit, "")
	d.want(t, 200, "POST", "/directory/deletedItems/"+unit+"/restore", "")
	assert.Len(t, d.want(t, 200, "GET", "/directory/administrativeUnits/"+unit+"/members", "").Get("value").Array(), 1)
}

func TestLicencesAreAssigned(t *testing.T) {
	d := newSchool(t)
	ann := d.user(t, "ann")
	body := `{"addLicenses":[{"skuId":"` + skuA3 + `","disabledPlans":[]}],"removeLicenses":[]}`
	d.refused(t, 400, "POST", "/users/"+ann+"/assignLicense", body, badRequest,
		"License assignment cannot be done for user with invalid usage location.")
	d.want(t, 204, "PATCH", "/users/"+ann, `{"usageLocation":"US"}`)
	d.want(t, 400, "POST", "/users/"+ann+"/assignLicense", `{"addLicenses":[]}`)
	assert.Equal(t, ann, d.want(t, 200, "POST", "/users/"+ann+"/assignLicense", body).Get("id").Str)
	assert.Equal(t, skuA3, d.want(t, 200, "GET", "/users/"+ann+"?$select=assignedLicenses", "").Get("assignedLicenses.0.skuId").Str)
	assert.Equal(t, "M365EDU_A3_FACULTY", d.want(t, 200, "GET", "/users/"+ann+"/licenseDetails", "").Get("value.0.skuPartNumber").Str)
	assert.Equal(t, int64(1), d.want(t, 200, "GET", "/subscribedSkus", "").Get("value.0.consumedUnits").Int())
	d.want(t, 204, "DELETE", "/users/"+ann, "")
	assert.Equal(t, int64(0), d.want(t, 200, "GET", "/subscribedSkus", "").Get("value.0.consumedUnits").Int(), "a deleted user has none")
	d.want(t, 200, "POST", "/directory/deletedItems/"+ann+"/restore", "")
	d.want(t, 200, "POST", "/users/"+ann+"/assignLicense", `{"addLicenses":[],"removeLicenses":["`+skuA3+`"]}`)
	assert.Empty(t, d.want(t, 200, "GET", "/users/"+ann+"/licenseDetails", "").Get("value").Array())
	d.want(t, 400, "POST", "/users/"+ann+"/assignLicense", `{"addLicenses":[],"removeLicenses":["`+skuA3+`"]}`)
	group := d.group(t, "staff")
	given := d.send("POST", "/v1.0/groups/"+group+"/assignLicense", body)
	assert.Equal(t, 202, given.Code)
	assert.Contains(t, given.Header().Get("Location"), group)
}

func TestDomains(t *testing.T) {
	d := newSchool(t)
	d.want(t, 400, "POST", "/domains", `{"id":"no domain"}`)
	made := d.want(t, 201, "POST", "/domains", `{"id":"fabrikam.edu"}`)
	assert.False(t, made.Get("isVerified").Bool())
	assert.Equal(t, "Managed", made.Get("authenticationType").Str)
	foreign := `{"accountEnabled":true,"displayName":"x","mailNickname":"x","userPrincipalName":"x@fabrikam.edu","passwordProfile":{"password":"Secret-123"}}`
	d.refused(t, 400, "POST", "/users", foreign, badRequest, "One or more properties contains invalid values.")
	assert.Len(t, d.want(t, 200, "GET", "/domains/fabrikam.edu/verificationDnsRecords", "").Get("value").Array(), 2)
	assert.True(t, d.want(t, 200, "POST", "/domains/fabrikam.edu/verify", "").Get("isVerified").Bool())
	id := d.want(t, 201, "POST", "/users", foreign).Get("id").Str
	d.want(t, 400, "DELETE", "/domains/fabrikam.edu", "")
	d.want(t, 204, "PATCH", "/domains/fabrikam.edu", `{"isDefault":true}`)
	assert.False(t, d.want(t, 200, "GET", "/domains/contoso.edu", "").Get("isDefault").Bool())
	d.want(t, 204, "POST", "/domains/fabrikam.edu/forceDelete", `{"disableUserAccounts":true}`)
	assert.Equal(t, "x@contoso.onmicrosoft.com", d.want(t, 200, "GET", "/users/"+id, "").Get("userPrincipalName").Str)
}

func TestInvitationsAndDevices(t *testing.T) {
	d := newSchool(t)
	made := d.want(t, 201, "POST", "/invitations", `{"invitedUserEmailAddress":"guest@fabrikam.edu","inviteRedirectUrl":"https://localhost"}`)
	assert.Equal(t, "PendingAcceptance", made.Get("status").Str)
	guest := d.want(t, 200, "GET", "/users?$filter=mail%20eq%20'guest@fabrikam.edu'&$select=id,userPrincipalName,userType,externalUserState",
		"").Get("value.0")
	assert.Equal(t, "guest_fabrikam.edu#EXT#@contoso.onmicrosoft.com", guest.Get("userPrincipalName").Str)
	assert.Equal(t, "Guest", guest.Get("userType").Str)
	assert.Equal(t, "PendingAcceptance", guest.Get("externalUserState").Str)
	d.want(t, 200, "GET", "/users/guest_fabrikam.edu%23EXT%23@contoso.onmicrosoft.com", "")
	d.want(t, 400, "POST", "/invitations", `{"invitedUserEmailAddress":"guest","inviteRedirectUrl":"https://localhost"}`)

	device := `{"accountEnabled":true,"alternativeSecurityIds":[{"type":2,"key":"aGVsbG8="}],"deviceId":"` + skuA3 +
		`","displayName":"PC","operatingSystem":"linux","operatingSystemVersion":"1"}`
	id := d.want(t, 201, "POST", "/devices", device).Get("id").Str
	d.want(t, 400, "POST", "/devices", device)
	assert.Equal(t, id, d.want(t, 200, "GET", "/devices(deviceId='"+skuA3+"')", "").Get("id").Str)
	d.want(t, 204, "POST", "/devices/"+id+"/registeredOwners/$ref", refTo(d.admin))
	assert.Equal(t, id, d.want(t, 200, "GET", "/me/ownedDevices", "").Get("value.0.id").Str)
	d.want(t, 204, "DELETE", "/devices/"+id, "")
	d.want(t, 404, "GET", "/directory/deletedItems/"+id, "")
	d.want(t, 201, "POST", "/me/extensions", `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.x"}`)
	assert.Equal(t, "com.x", d.want(t, 200, "GET", "/me/extensions/com.x", "").Get("extensionName").Str)
	d.want(t, 501, "GET", "/me/messages", "")
	d.want(t, 501, "GET", "/me/planner", "")
	d.want(t, 501, "GET", "/applications/x/synchronization/jobs", "")
}
