package directory

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// servicePrincipalRules are what is known of service principals beyond the metadata.
// Documented, where nothing else is said: the resource page, the pages of its operations.
var servicePrincipalRules = &workload.Rules{
	Type: "servicePrincipal", Set: "servicePrincipals", Family: entity.Directory, Advanced: true, Tenant: true,
	Required: words("appId"),
	ReadOnly: words(`deletedDateTime appDescription appDisplayName appOwnerOrganizationId applicationTemplateId createdByAppId
		disabledByMicrosoftStatus publisherName resourceSpecificApplicationPermissions signInAudience verifiedPublisher`),
	Unique: words("appId servicePrincipalNames"),
	Links: append([]workload.Link{
		{Name: "owners", Relation: Owners, Targets: []string{"user", "servicePrincipal"}},
		{Name: "ownedObjects", Relation: Owners, Reverse: true, ReadOnly: true},
		{Name: "oauth2PermissionGrants", Relation: relGrantClient, Reverse: true, ReadOnly: true},
		roleAssignments, assignedRoles,
	}, memberLinks...),
	Actions: map[string]workload.Action{
		"addPassword":                addPassword,
		"removePassword":             removePassword,
		"addKey":                     addKey,
		"removeKey":                  removeKey,
		"addTokenSigningCertificate": addTokenSigningCertificate,
	},
	OrderByAdvanced: words("createdDateTime deletedDateTime displayName"),
	Selected:        withKeys,
	Create:          createServicePrincipal,
	Update:          updateServicePrincipal,
	Delete:          softDelete,
}

// createServicePrincipal completes a new service principal with what its application
// has. Observed: terraform-provider-azuread (an unknown application),
// reliable-web-app-pattern-java issue 185 (one that has a service principal).
func createServicePrincipal(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	v := d.Values
	appID := strings.ToLower(textIn(v, "appId"))
	if other := tx.Unique("servicePrincipal.appId", appID); other != nil && other.Home != deletedHome {
		return sameKey("The service principal cannot be created, updated, or restored "+
			"because the service principal name %s is already in use.", appID)
	}
	app := tx.Unique("application.appId", appID)
	if app == nil || app.Home == deletedHome {
		return workload.Refuse("The appId '%s' of the service principal does not reference a valid application object.", textIn(v, "appId"))
	}
	v["appId"] = appID
	name := prop(app, "displayName").Str
	preset(v, "displayName", name)
	preset(v, "accountEnabled", true)
	preset(v, "appRoleAssignmentRequired", false)
	preset(v, "servicePrincipalType", "Application")
	v["appDisplayName"], v["signInAudience"], v["appOwnerOrganizationId"] = name, prop(app, "signInAudience").Value(), workload.TenantID
	v["appRoles"], v["oauth2PermissionScopes"] = valueOr(prop(app, "appRoles").Value()), valueOr(prop(app, "api").
		Get("oauth2PermissionScopes").Value())
	v["publishedPermissionScopes"] = v["oauth2PermissionScopes"]
	if v["info"] == nil {
		v["info"] = prop(app, "info").Value()
	}
	preset(v, "replyUrls", valueOr(prop(app, "web").Get("redirectUris").Value()))
	if home := prop(app, "web").Get("homePageUrl"); home.Str != "" {
		preset(v, "homepage", home.Str)
	}
	names := []any{}
	for _, uri := range prop(app, "identifierUris").Array() {
		names = append(names, uri.Str)
	}
	v["servicePrincipalNames"] = append(names, appID)
	if d.ID == "" {
		d.ID = c.Objects.NewID(c)
	}
	return takeCredentials(c, d, nil)
}

// valueOr is a collection, an empty one for nothing.
func valueOr(v any) any {
	if v == nil {
		return []any{}
	}
	return v
}

func updateServicePrincipal(c *workload.Call, _ *entity.Tx, old *entity.Object, d *workload.Draft) error {
	if id, given := d.Values["appId"]; given && id != prop(old, "appId").Str {
		return readOnlyValue("appId")
	}
	return takeCredentials(c, d, old)
}
