package directory

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// objectRules are what all directory objects have. Documented: the resource page of
// directoryObject.
var objectRules = &workload.Rules{
	Type: "directoryObject", Set: "directoryObjects", Family: entity.Directory, CastToList: true, Advanced: true,
	OrderByAdvanced: words("displayName"),
	ReadOnly:        words("deletedDateTime"),
	Absent:          words("create update"), // documented: an object is made and changed in the set of its type
	Links:           memberLinks,
	Actions: map[string]workload.Action{
		"checkMemberGroups":               checkMemberGroups,
		"checkMemberObjects":              checkMemberObjects,
		"getMemberGroups":                 getMemberGroups,
		"getMemberObjects":                getMemberObjects,
		"getByIds":                        getByIDs,
		"validateProperties":              validateGroup,
		"getAvailableExtensionProperties": availableExtensions,
		"getUserOwnedObjects":             deletedOwnedObjects,
		"restore":                         restoreObject,
	},
	Pages:  words("getUserOwnedObjects"),
	Delete: softDelete,
}

// Limits of the actions. Documented.
const (
	maxChecked    = 20
	maxGotten     = 1000
	maxMembership = 11_000
)

// membershipOf are all objects that one is a member of: groups and roles over any number
// of groups, administrative units directly.
func membershipOf(in entity.View, o *entity.Object) (list []*entity.Object) {
	direct := in.Sources(Members, o.Place)
	for p := range in.Closure(Members, o.Place, true).All(0) {
		if of := in.At(p); !is(of, "administrativeUnit") || direct.Has(p) {
			list = append(list, of)
		}
	}
	return list
}

// answerIDs answers a collection of ids, as the service does.
func answerIDs(c *workload.Call, list []string) engineReply {
	if list == nil {
		list = []string{}
	}
	return answerValue(c, "Collection(Edm.String)", string(jsontree.Append(nil, list)))
}

// checked are those of the given ids that are among a list's, or role templates of its roles.
func checked(given []string, of []*entity.Object) (found []string) {
	have := map[string]bool{}
	for _, o := range of {
		have[strings.ToLower(o.ID)] = true
		if is(o, "directoryRole") { // documented: the id of the template will do
			have[strings.ToLower(prop(o, "roleTemplateId").Str)] = true
		}
	}
	for _, id := range given {
		if have[strings.ToLower(id)] {
			found = append(found, id)
		}
	}
	return found
}

// check answers which of the ids in a member of the body the object is a member of.
func check(c *workload.Call, on *entity.Object, action, member string, fits func(*entity.Object) bool) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	given, err := stringsIn(action, values, member)
	if err != nil {
		return engineReply{}, err
	}
	if len(given) > maxChecked { // chosen words
		return engineReply{}, workload.Refuse("The value of the parameter '%s' has more than %d items.", member, maxChecked)
	}
	for _, id := range given {
		if !ids.IsGUID(id) {
			return engineReply{}, workload.Refuse("Invalid object identifier '%s'.", id)
		}
	}
	return answerIDs(c, checked(given, filter(membershipOf(c.Objects.Store(c).View(), on), fits))), nil
}

func filter(list []*entity.Object, fits func(*entity.Object) bool) (left []*entity.Object) {
	for _, o := range list {
		if fits(o) {
			left = append(left, o)
		}
	}
	return left
}

func isGroup(o *entity.Object) bool   { return is(o, "group") }
func anyObject(_ *entity.Object) bool { return true }

func isSecurity(o *entity.Object) bool {
	return !is(o, "group") || prop(o, "securityEnabled").Bool()
}

// checkMemberGroups: which of the groups is it a member of. Documented: transitively.
func checkMemberGroups(c *workload.Call, on *entity.Object) (engineReply, error) {
	return check(c, on, "checkMemberGroups", "groupIds", isGroup)
}

// checkMemberObjects is the same for groups, roles and administrative units.
func checkMemberObjects(c *workload.Call, on *entity.Object) (engineReply, error) {
	return check(c, on, "checkMemberObjects", "ids", anyObject)
}

// getMemberGroups: the ids of all groups that it is a member of. Documented: without pages.
func getMemberGroups(c *workload.Call, on *entity.Object) (engineReply, error) {
	return memberIDs(c, on, "getMemberGroups", isGroup)
}

// getMemberObjects: those of groups, roles and administrative units.
func getMemberObjects(c *workload.Call, on *entity.Object) (engineReply, error) {
	return memberIDs(c, on, "getMemberObjects", anyObject)
}

func memberIDs(c *workload.Call, on *entity.Object, action string, fits func(*entity.Object) bool) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	if err := missingParameters(action, values, "securityEnabledOnly"); err != nil {
		return engineReply{}, err
	}
	only, given := values["securityEnabledOnly"].(bool)
	if !given {
		return engineReply{}, invalidParameter("securityEnabledOnly", "want true or false")
	}
	if only && !is(on, "user") { // documented: for users and service principals only
		if !is(on, "servicePrincipal") {
			return engineReply{}, workload.Refuse("The parameter 'securityEnabledOnly' can be true for users and service principals only.")
		}
	}
	var list []string
	for _, o := range filter(membershipOf(c.Objects.Store(c).View(), on), fits) {
		if !only || isSecurity(o) {
			list = append(list, o.ID)
		}
	}
	if len(list) > maxMembership {
		e := workload.Refuse("The directory object has more than %d memberLinks.", maxMembership)
		e.Code = "Directory_ResultSizeLimitExceeded"
		return engineReply{}, e
	}
	return answerIDs(c, list), nil
}

// getByIDs: the objects of a list of ids, of some types. Documented: those that are not
// there are left out. Observed: guard issues 132 and 133, docs issue 7063.
func getByIDs(c *workload.Call, _ *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	given, err := stringsIn("getByIds", values, "ids")
	if err != nil {
		return engineReply{}, err
	}
	if len(given) > maxGotten {
		return engineReply{}, workload.Refuse("Number of included identifiers cannot exceed '%d'.", maxGotten)
	}
	types, err := typesIn(values)
	if err != nil {
		return engineReply{}, err
	}
	in := c.Objects.Store(c).View()
	list := []*entity.Object{}
	seen := map[string]bool{}
	for _, id := range given {
		if !ids.IsGUID(id) {
			return engineReply{}, workload.Refuse("Invalid GUID specified.")
		}
		o := byID(in, id)
		if o == nil || seen[o.ID] || !ofTypes(o, types) {
			continue
		}
		seen[o.ID] = true
		list = append(list, o)
	}
	return c.Objects.Page(c, "directoryObject", "directoryObjects", list)
}

// directoryTypes are the types that derive from directoryObject. Source: the published
// metadata of v1.0 and beta (2026-08); that a name which is none of them is refused is chosen,
// and the words are.
var directoryTypes = namesOf(`directoryObject activityBasedTimeoutPolicy administrativeUnit agentIdentity agentIdentityBlueprint
	agentIdentityBlueprintPrincipal agentUser appManagementPolicy appRoleAssignment application authorizationPolicy
	certificateAuthorityDetail certificateBasedApplicationConfiguration certificateBasedAuthPki claimsMappingPolicy contract
	crossTenantAccessPolicy device directoryObjectPartnerReference directoryRole directoryRoleTemplate directorySettingTemplate endpoint
	extensionProperty federatedTokenValidationPolicy group groupSettingTemplate homeRealmDiscoveryPolicy
	identitySecurityDefaultsEnforcementPolicy mailbox multiTenantOrganizationMember orgContact organization permissionGrantPolicy
	policyBase remoteTenantGroup resourceSpecificPermissionGrant servicePrincipal stsPolicy tenantAppManagementPolicy
	tokenIssuancePolicy tokenLifetimePolicy trustedCertificateAuthorityAsEntityBase user`)

func namesOf(text string) map[string]bool {
	names := map[string]bool{}
	for _, name := range words(text) {
		names[strings.ToLower(name)] = true
	}
	return names
}

// typesIn are the types that a body asks for, without their namespace.
func typesIn(values map[string]any) ([]string, error) {
	if values["types"] == nil {
		return nil, nil
	}
	types, err := stringsIn("getByIds", values, "types")
	if err != nil {
		return nil, err
	}
	for i, name := range types {
		types[i] = strings.TrimPrefix(strings.TrimPrefix(name, "#"), "microsoft.graph.")
		if !directoryTypes[strings.ToLower(types[i])] {
			return nil, invalidParameter("types", "'%s' is no type of directory object; want user, group, device and the like", name)
		}
	}
	return types, nil
}

// ofTypes tells whether an object is of one of some types; none named, or
// directoryObject: of any.
func ofTypes(o *entity.Object, types []string) bool {
	for _, t := range types {
		if strings.EqualFold(t, "directoryObject") || strings.EqualFold(t, kindOf(o)) {
			return true
		}
	}
	return len(types) == 0
}
