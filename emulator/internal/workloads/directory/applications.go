package directory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// applicationRules are what is known of applications beyond the metadata. Documented,
// where nothing else is said: the resource page, the pages of its operations.
var applicationRules = &workload.Rules{
	Type: "application", Set: "applications", Family: entity.Directory, Advanced: true,
	Required: words("displayName"),
	ReadOnly: words(`deletedDateTime appId applicationTemplateId certification createdByAppId createdDateTime disabledByMicrosoftStatus
		publisherDomain verifiedPublisher`),
	Unique: words("appId identifierUris uniqueName"),
	Links:  []workload.Link{{Name: "owners", Relation: Owners, Targets: []string{"user", "servicePrincipal"}}},
	Actions: map[string]workload.Action{
		"addPassword":    addPassword,
		"removePassword": removePassword,
		"addKey":         addKey,
		"removeKey":      removeKey,
	},
	OrderByAdvanced: words("createdDateTime deletedDateTime displayName"),
	Selected:        withKeys,
	CheckMedia:      func(_ string, m *workload.Media) error { return checkLogo(m) },
	Create:          createApplication,
	Created:         ownApplication,
	Update:          updateApplication,
	Delete:          deleteApplication,
}

var audiences = words("AzureADMyOrg AzureADMultipleOrgs AzureADandPersonalMicrosoftAccount PersonalMicrosoftAccount")

func createApplication(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	v := d.Values
	if err := checkApplication(v, nil); err != nil {
		return err
	}
	if d.ID == "" {
		d.ID = c.Objects.NewID(c)
	}
	preset(v, "appId", c.Objects.NewID(c))
	preset(v, "createdDateTime", workload.Time(c.Now))
	preset(v, "signInAudience", "AzureADMyOrg") // documented: the typings' default; observed 2021 to 2023: another one
	if domain := defaultDomain(tx.View); domain != "" {
		preset(v, "publisherDomain", domain)
	}
	// Inferred from the samples: these are always there, and what is in them.
	for _, name := range words("api info optionalClaims parentalControlSettings publicClient spa verifiedPublisher web") {
		if name != "optionalClaims" {
			preset(v, name, map[string]any{})
		}
	}
	if web, ok := v["web"].(map[string]any); ok {
		preset(web, "implicitGrantSettings", map[string]any{"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false})
	}
	if p, ok := v["parentalControlSettings"].(map[string]any); ok {
		preset(p, "legalAgeGroupRule", "Allow")
	}
	return takeCredentials(c, d, nil)
}

// checkApplication refuses values that no application may have; old is nil at a create.
func checkApplication(v map[string]any, old *entity.Object) error {
	if name, given := v["displayName"].(string); given && len([]rune(name)) > 256 {
		return invalidValue("displayName", "application")
	}
	if audience, given := v["signInAudience"].(string); given && !slices.Contains(audiences, audience) {
		return invalidValue("signInAudience", "application")
	}
	if v["appRoles"] != nil {
		if err := checkPermissions(listOf(v, "appRoles"), old, "appRoles"); err != nil {
			return err
		}
	}
	if api, ok := v["api"].(map[string]any); ok && api["oauth2PermissionScopes"] != nil {
		return checkPermissions(listOf(api, "oauth2PermissionScopes"), old, "api.oauth2PermissionScopes")
	}
	return nil
}

// checkPermissions refuses to take an enabled role or scope away. Observed, by
// terraform-provider-azuread and its SDK.
func checkPermissions(list []any, old *entity.Object, where string) error {
	now := map[string]bool{}
	for _, one := range list {
		m, _ := one.(map[string]any)
		id := strings.ToLower(textIn(m, "id"))
		if !ids.IsGUID(id) {
			return invalidValue("id", "application").Help("invalidId", "/"+strings.ReplaceAll(where, ".", "/"),
				"each needs an id of its own, a guid")
		}
		if now[id] {
			return workload.Refuse("Property '%s' has duplicate values for '%s'.", where, id) // chosen words
		}
		now[id] = true
	}
	if old == nil {
		return nil
	}
	was := prop(old, strings.SplitN(where, ".", 2)[0])
	if _, inner, ok := strings.Cut(where, "."); ok {
		was = was.Get(inner)
	}
	for _, one := range was.Array() {
		if one.Get("isEnabled").Bool() && !now[strings.ToLower(one.Get("id").Str)] {
			return workload.Refuse("Permission (scope or role) cannot be deleted or updated unless disabled first.")
		}
	}
	return nil
}

func updateApplication(c *workload.Call, tx *entity.Tx, old *entity.Object, d *workload.Draft) error {
	if err := checkApplication(d.Values, old); err != nil {
		return err
	}
	if err := takeCredentials(c, d, old); err != nil {
		return err
	}
	return followApplication(tx, old, d.Values)
}

// followApplication lets the service principal of an application have what it takes
// from there. Documented: its roles, scopes, names and addresses.
func followApplication(tx *entity.Tx, app *entity.Object, v map[string]any) error {
	sp := tx.Unique("servicePrincipal.appId", prop(app, "appId").Str)
	if sp == nil {
		return nil
	}
	var changes []change
	for from, to := range map[string]string{"displayName": "displayName", "appRoles": "appRoles",
		"signInAudience": "signInAudience", "info": "info"} {
		if value, given := v[from]; given {
			changes = append(changes, change{to, value})
		}
	}
	if name, given := v["displayName"]; given {
		changes = append(changes, change{"appDisplayName", name})
	}
	if api, ok := v["api"].(map[string]any); ok && api["oauth2PermissionScopes"] != nil {
		changes = append(changes, change{"oauth2PermissionScopes", api["oauth2PermissionScopes"]})
	}
	if web, ok := v["web"].(map[string]any); ok && web["redirectUris"] != nil {
		changes = append(changes, change{"replyUrls", web["redirectUris"]})
	}
	if len(changes) == 0 {
		return nil
	}
	slices.SortFunc(changes, func(a, b change) int { return strings.Compare(a.name, b.name) })
	_, err := rewrite(tx, sp, changes...)
	return err
}

// ownApplication makes a user who creates an application its owner. Documented.
func ownApplication(c *workload.Call, tx *entity.Tx, o *entity.Object) error {
	me, err := c.Me()
	if c.AppOnly || err != nil {
		return nil
	}
	caller := ofType(tx.View, "user", me)
	if caller == nil || tx.Linked(Owners, o.Place, caller.Place) {
		return nil
	}
	return tx.Link(Owners, o.Place, caller.Place)
}

// deleteApplication deletes an application softly, and its service principal with it.
// Documented: restoring the one does not restore the other.
func deleteApplication(c *workload.Call, tx *entity.Tx, o *entity.Object) error {
	if sp := tx.Unique("servicePrincipal.appId", prop(o, "appId").Str); sp != nil && sp.Home != deletedHome && o.Home != deletedHome {
		if err := softDelete(c, tx, sp); err != nil {
			return err
		}
	}
	return softDelete(c, tx, o)
}

// extensionRules are those of directory extensions. Documented: their name is made of
// the application's appId.
var extensionRules = &workload.Rules{
	Type: "extensionProperty", Family: "extensionProperties",
	Required: words("name dataType targetObjects"),
	ReadOnly: words("appDisplayName deletedDateTime isSyncedFromOnPremises"),
	Create: func(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
		v := d.Values
		if !slices.Contains(words("Binary Boolean DateTime Integer LargeInteger String"), textIn(v, "dataType")) {
			return invalidValue("dataType", "extensionProperty")
		}
		for _, target := range textsOf(v, "targetObjects") {
			if !slices.Contains(words("User Group AdministrativeUnit Application Device Organization"), target) {
				return invalidValue("targetObjects", "extensionProperty")
			}
		}
		preset(v, "isMultiValued", false)
		v["isSyncedFromOnPremises"] = false
		app := tx.At(d.Parent)
		if app == nil {
			return notHere("extensionProperties")
		}
		v["appDisplayName"] = prop(app, "displayName").Str
		v["name"] = fmt.Sprintf("extension_%s_%s", strings.ReplaceAll(prop(app, "appId").Str, "-", ""), textIn(v, "name"))
		for p := range tx.List(entity.Home{Parent: d.Parent, Name: "extensionProperties"}).All(0) {
			if strings.EqualFold(prop(tx.At(p), "name").Str, textIn(v, "name")) {
				return sameObject("name") // that it is refused is inferred: the name is what values go by
			}
		}
		return nil
	},
}

// availableExtensions: the directory extensions of the tenant's applications. Documented.
func availableExtensions(c *workload.Call, _ *entity.Object) (engineReply, error) {
	values := map[string]any{}
	if c.Size() > 0 || c.Decoded != nil {
		var err error
		if values, err = body(c); err != nil {
			return engineReply{}, err
		}
	}
	list := []*entity.Object{}
	if !boolOf(values, "isSyncedFromOnPremises") { // nothing is synchronised from premises here
		in := c.Objects.Store(c).View()
		for p := range in.Family(extensionRules.Family).All(0) {
			list = append(list, in.At(p))
		}
	}
	return c.Objects.Page(c, "extensionProperty", "extensionProperties", list)
}

// credentialRules are those of federated identity credentials. Documented.
var credentialRules = &workload.Rules{
	Type: "federatedIdentityCredential", Keys: words("name"), Required: words("name issuer subject audiences"),
	Create: func(_ *workload.Call, tx *entity.Tx, d *workload.Draft) error {
		for p := range tx.List(entity.Home{Parent: d.Parent, Name: "federatedIdentityCredentials"}).All(0) {
			if strings.EqualFold(prop(tx.At(p), "name").Str, textIn(d.Values, "name")) {
				return sameKey("FederatedIdentityCredential with name %s already exists.", textIn(d.Values, "name"))
			}
		}
		return nil
	},
	Update: func(_ *workload.Call, _ *entity.Tx, o *entity.Object, d *workload.Draft) error {
		if name := d.Values["name"]; name != nil && name != prop(o, "name").Str { // documented: it stays
			return readOnlyValue("name")
		}
		return nil
	},
}
