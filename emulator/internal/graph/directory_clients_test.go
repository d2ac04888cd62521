package graph

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// terraform-provider-azuread names the tenant in every path, and in what it refers to.
func TestATenantInAPath(t *testing.T) {
	d := newTenant(t)
	ann, group := d.user(t, "ann"), d.group(t, "readers")
	for _, name := range []string{d.world.Tenant.ID, strings.ToUpper(d.world.Tenant.ID), "myorganization"} {
		at := "/" + name
		assert.Equal(t, ann, d.want(t, 200, "GET", at+"/users/"+ann, "").Get("id").Str)
		assert.Equal(t, "ann", d.want(t, 200, "GET", at+"/users?$filter=id%20eq%20'"+ann+"'", "").Get("value.0.displayName").Str)
		ref := `{"@odata.id":"https://graph.microsoft.com/v1.0/` + name + `/directoryObjects/` + ann + `"}`
		d.want(t, 204, "POST", at+"/groups/"+group+"/members/$ref", ref)
		d.want(t, 204, "DELETE", at+"/groups/"+group+"/members/"+ann+"/$ref", "")
		d.want(t, 400, "GET", at, "")
		d.want(t, 400, "GET", at+at+"/users", "")
	}
	other := "11111111-1111-4111-8111-111111111111"
	d.refused(t, 400, "GET", "/"+other+"/users", "", "BadRequest", "Resource not found for the segment '"+other+"'.")
}

// So a client asks whether an object is a member.
func TestALinkByItsKey(t *testing.T) {
	d := newTenant(t)
	ann, bob, group := d.user(t, "ann"), d.user(t, "bob"), d.group(t, "readers")
	d.want(t, 204, "POST", "/groups/"+group+"/members/$ref", refTo(ann))
	a := d.want(t, 200, "GET", "/groups/"+group+"/members/"+ann+"/$ref", "")
	assert.True(t, strings.HasSuffix(a.Get(`@odata\.id`).Str, "/v1.0/directoryObjects/"+ann), a.Raw)
	d.want(t, 404, "GET", "/groups/"+group+"/members/"+bob+"/$ref", "")
}
