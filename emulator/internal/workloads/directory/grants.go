package directory

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// What service principals are granted: delegated permissions (oauth2PermissionGrants)
// and app roles (appRoleAssignments).

// grantRules are those of delegated permissions. Documented: the page of the resource.
var grantRules = &workload.Rules{
	Type: "oAuth2PermissionGrant", Set: "oauth2PermissionGrants", Advanced: true,
	Required: words("clientId consentType resourceId scope"),
	Create:   createGrant,
	Created:  linkGrant,
	Update:   updateGrant,
}

// grantID is an id made of ids. Observed: unpadded base64url of the guids' bytes
// (azure-cli issue 20974).
func grantID(list ...string) string {
	var all []byte
	for _, id := range list {
		if b, ok := guidBytes(id); ok {
			all = append(all, b[:]...)
		}
	}
	return base64.RawURLEncoding.EncodeToString(all)
}

func createGrant(_ *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	v := d.Values
	client, resource, principal := textIn(v, "clientId"), textIn(v, "resourceId"), textIn(v, "principalId")
	switch textIn(v, "consentType") {
	case "AllPrincipals":
		if principal != "" {
			return invalidValue("principalId", "oAuth2PermissionGrant")
		}
	case "Principal":
		if ofType(tx.View, "user", principal) == nil {
			return invalidReference("principalId %q is no user", principal)
		}
	default:
		return invalidValue("consentType", "oAuth2PermissionGrant")
	}
	for property, id := range map[string]string{"clientId": client, "resourceId": resource} {
		if ofType(tx.View, "servicePrincipal", id) == nil {
			return invalidReference("%s %q is no service principal's id; it is not the appId", property, id)
		}
	}
	d.ID = grantID(client, resource)
	if principal != "" {
		d.ID = grantID(client, resource, principal)
	}
	if tx.Find("oauth2PermissionGrants", d.ID) != nil { // observed: terraform-provider-azuread issue 690
		return sameKey("Permission entry already exists.")
	}
	return nil
}

func linkGrant(_ *workload.Call, tx *entity.Tx, o *entity.Object) error {
	return linkAll(tx, o, map[string]string{relGrantClient: "clientId", relGrantResource: "resourceId", relGrantPrincipal: "principalId"})
}

// linkAll links an object to those whose ids are its properties.
func linkAll(tx *entity.Tx, o *entity.Object, properties map[string]string) error {
	for relation, property := range properties {
		if to := byID(tx.View, prop(o, property).Str); to != nil {
			if err := tx.Link(relation, o.Place, to.Place); err != nil {
				return err
			}
		}
	}
	return nil
}

// updateGrant lets only the scope change. Documented; what stays the same is taken, as of
// every object.
func updateGrant(_ *workload.Call, _ *entity.Tx, o *entity.Object, d *workload.Draft) error {
	for name, v := range d.Values {
		if name != "scope" && name != "startTime" && name != "expiryTime" && prop(o, name).Value() != v {
			return readOnlyValue(name)
		}
	}
	return nil
}

// assignmentRules are those of app roles. Observed: the ids' form. They have no set of
// their own: a principal's and a resource's navigations show the same objects.
var assignmentRules = &workload.Rules{
	Type: "appRoleAssignment", Set: "appRoleAssignments", Advanced: true,
	Required: words("principalId resourceId appRoleId"),
	ReadOnly: words("createdDateTime creationTimestamp deletedDateTime principalDisplayName principalType resourceDisplayName"),
	Create:   createAssignment,
	Created: func(_ *workload.Call, tx *entity.Tx, o *entity.Object) error {
		return linkAll(tx, o, map[string]string{relRolePrincipal: "principalId", relRoleResource: "resourceId"})
	},
	Update: func(_ *workload.Call, _ *entity.Tx, _ *entity.Object, d *workload.Draft) error {
		for name := range d.Values {
			return readOnlyValue(name)
		}
		return nil
	},
	Delete: hardDelete,
}

// roleAssignments are the app roles of a user, a group or a service principal.
var roleAssignments = workload.Link{Name: "appRoleAssignments", Relation: relRolePrincipal, Reverse: true, ReadOnly: true,
	Create: through("principalId")}

// assignedRoles are the app roles of a resource that others were given.
var assignedRoles = workload.Link{Name: "appRoleAssignedTo", Relation: relRoleResource, Reverse: true, ReadOnly: true,
	Create: through("resourceId")}

// through gives an assignment the end that it is created at, and refuses another one.
func through(property string) func(*workload.Call, *entity.Tx, *entity.Object, *workload.Draft) error {
	return func(_ *workload.Call, _ *entity.Tx, from *entity.Object, d *workload.Draft) error {
		if id := textIn(d.Values, property); id != "" && !strings.EqualFold(id, from.ID) {
			return invalidReference("%s is %s, and the address names %s", property, id, from.ID)
		}
		d.Values[property] = from.ID
		return nil
	}
}

// defaultAccess is the app role that stands for none. Documented.
const defaultAccess = "00000000-0000-0000-0000-000000000000"

func createAssignment(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	v := d.Values
	principal, resource := byID(tx.View, textIn(v, "principalId")), ofType(tx.View, "servicePrincipal", textIn(v, "resourceId"))
	role := strings.ToLower(textIn(v, "appRoleId"))
	switch {
	case principal == nil || !slices.Contains([]string{"user", "group", "servicePrincipal"}, kindOf(principal)):
		return invalidReference("principalId %q is no user, group or service principal", textIn(v, "principalId"))
	case resource == nil:
		return invalidReference("resourceId %q is no service principal's id; it is not the appId", textIn(v, "resourceId"))
	case role != defaultAccess && !offers(resource, role):
		return invalidReference("appRoleId %q is no enabled role of the resource", role)
	}
	for p := range tx.Sources(relRolePrincipal, principal.Place).All(0) {
		o := tx.At(p)
		if strings.EqualFold(prop(o, "resourceId").Str, resource.ID) && prop(o, "appRoleId").Str == role {
			return workload.Refuse("Permission being assigned already exists on the object") // observed, by many clients
		}
	}
	if d.ID == "" {
		d.ID = grantID(principal.ID, c.Objects.NewID(c))
	}
	v["appRoleId"], v["principalId"], v["resourceId"] = role, principal.ID, resource.ID
	v["principalDisplayName"], v["resourceDisplayName"] = prop(principal, "displayName").Str, prop(resource, "displayName").Str
	v["principalType"] = apierror.ResourceName(kindOf(principal))
	preset(v, "createdDateTime", workload.Time(c.Now))
	preset(v, "creationTimestamp", workload.Time(c.Now))
	return nil
}

// offers tells whether a service principal has an app role that can be assigned.
func offers(resource *entity.Object, role string) bool {
	for _, r := range prop(resource, "appRoles").Array() {
		if strings.EqualFold(r.Get("id").Str, role) {
			return r.Get("isEnabled").Bool()
		}
	}
	return false
}

// purge takes an object away for good, with what it was granted and what was granted on it.
func purge(tx *entity.Tx, o *entity.Object) error {
	for _, relation := range []string{relGrantClient, relGrantResource, relGrantPrincipal, relRolePrincipal, relRoleResource} {
		for _, name := range []string{relation, parked + relation} {
			for _, p := range slices.Collect(tx.Sources(name, o.Place).All(0)) {
				if err := tx.Delete(p); err != nil {
					return err
				}
			}
		}
	}
	return tx.Delete(o.Place)
}
