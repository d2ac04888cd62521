package directory

import (
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// afterCreate are the properties of a group that only a PATCH sets. Documented.
var afterCreate = words(`allowExternalSenders autoSubscribeNewMembers hideFromAddressLists hideFromOutlookClients isSubscribedByMail
	unseenCount`)

// groupRules are what is known of groups beyond the metadata. Documented, where nothing
// else is said: the resource page of group, the pages of its operations.
var groupRules = &workload.Rules{
	Type: "group", Set: "groups", Family: entity.Directory, Advanced: true,
	Required: words("displayName mailEnabled mailNickname securityEnabled"),
	ReadOnly: words(`deletedDateTime assignedLicenses createdDateTime expirationDateTime hasMembersWithLicenseErrors isArchived
		isManagementRestricted licenseProcessingState mail onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName
		onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled proxyAddresses
		renewedDateTime securityIdentifier serviceProvisioningErrors createdByAppId membershipRuleProcessingStatus`),
	// Documented: the six of afterCreate, and labels, licences and the like, come only with $select;
	// inferred from the samples: so do those that no sample shows.
	Selectable: append(words(`assignedLabels assignedLicenses licenseProcessingState isManagementRestricted accessType infoCatalogs isFavorite
		organizationId unseenConversationsCount unseenMessagesCount welcomeMessageEnabled onPremisesExtensionAttributes`), afterCreate...),
	Hidden: words("hasMembersWithLicenseErrors isArchived"), // documented: never, even selected
	Unique: words("proxyAddresses uniqueName"),
	Links: append([]workload.Link{
		{Name: "members", Relation: Members, Add: addMember},
		{Name: "transitiveMembers", Relation: Members, Closure: true, ReadOnly: true},
		{Name: "owners", Relation: Owners, Targets: []string{"user", "servicePrincipal"}, Remove: removeGroupOwner},
		roleAssignments,
	}, memberLinks...),
	Actions: map[string]workload.Action{
		"assignLicense":            assignGroupLicense,
		"renew":                    renewGroup,
		"validateProperties":       validateGroup,
		"addFavorite":              setOfGroup("isFavorite", true),
		"removeFavorite":           setOfGroup("isFavorite", false),
		"subscribeByMail":          setOfGroup("isSubscribedByMail", true),
		"unsubscribeByMail":        setOfGroup("isSubscribedByMail", false),
		"resetUnseenCount":         setOfGroup("unseenCount", 0),
		"retryServiceProvisioning": nothingToDo,
	},
	Answers: map[string]int{"assignLicense": 202, "addFavorite": 200, "removeFavorite": 200, "subscribeByMail": 200, "unsubscribeByMail": 200,
		"resetUnseenCount": 200},
	OrderBy: words("displayName"), OrderByAdvanced: words("createdDateTime deletedDateTime displayName"),
	Derived: words("mail proxyAddresses renewedDateTime securityIdentifier"), Derive: deriveGroup,
	Create:  createGroup,
	Created: ownGroup,
	Update:  updateGroup,
	Delete:  deleteGroup,
}

// unified tells whether values are those of a Microsoft 365 group.
func unified(groupTypes []string) bool { return slices.Contains(groupTypes, "Unified") }

func groupTypesOf(o *entity.Object) (types []string) {
	for _, t := range prop(o, "groupTypes").Array() {
		types = append(types, t.Str)
	}
	return types
}

// createGroup completes a new group.
func createGroup(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	v := d.Values
	if err := checkGroup(v); err != nil {
		return err
	}
	for _, name := range afterCreate {
		if v[name] != nil && !c.Trusted { // chosen words: these are of the service, that they fit here is not known
			return readOnlyValue(name).Help("afterCreate", "/"+name, "PATCH the group when it is there")
		}
	}
	m365 := unified(textsOf(v, "groupTypes"))
	switch {
	case !m365 || boolOf(v, "mailEnabled") || c.Trusted:
	case boolOf(v, "isAssignableToRole"): // observed: azure-docs issue 78786
		return workload.Refuse("GroupType cannot be set for security groups assignable to roles.")
	default: // documented: a Microsoft 365 group is mail-enabled; the words are chosen
		return invalidValue("mailEnabled", "group").Help("mailEnabled", "/mailEnabled", "a group of the type Unified has mailEnabled true")
	}
	if boolOf(v, "mailEnabled") && !m365 { // observed: docs-contrib issue 8276
		return workload.Refuse("The service does not currently support writes of mail-enabled groups. " +
			"Please ensure that the mail-enablement property is unset and the security-enablement property is set.")
	}
	if slices.Contains(textsOf(v, "groupTypes"), "DynamicMembership") && textIn(v, "membershipRule") == "" {
		return missingValue("membershipRule", "group")
	}
	if d.ID == "" {
		d.ID = c.Objects.NewID(c)
	}
	preset(v, "createdDateTime", workload.Time(c.Now))
	preset(v, "renewedDateTime", workload.Time(c.Now))
	if m365 {
		preset(v, "visibility", "Public")
		if domain := defaultDomain(tx.View); domain != "" {
			mail := textIn(v, "mailNickname") + "@" + domain
			preset(v, "mail", mail)
			preset(v, "proxyAddresses", withMail(nil, mail))
		}
	}
	return nil
}

// checkGroup refuses values that no group may have. The limits are documented.
func checkGroup(v map[string]any) error {
	if name, given := v["displayName"].(string); given && len([]rune(name)) > 256 {
		return invalidValue("displayName", "group")
	}
	if nickname, given := v["mailNickname"].(string); given && nickname != "" && !fitNickname(nickname) {
		return invalidValue("mailNickname", "group")
	}
	for _, t := range textsOf(v, "groupTypes") {
		if t != "Unified" && t != "DynamicMembership" {
			return invalidValue("groupTypes", "group")
		}
	}
	if visibility, given := v["visibility"].(string); given && !slices.Contains(words("Private Public HiddenMembership"), visibility) {
		return invalidValue("visibility", "group")
	}
	return nil
}

// updateGroup looks at a change of a group.
func updateGroup(c *workload.Call, tx *entity.Tx, old *entity.Object, d *workload.Draft) error {
	if err := checkGroup(d.Values); err != nil {
		return err
	}
	if err := sameKindOfGroup(old, d.Values); err != nil && !c.Trusted {
		return err
	}
	if nickname := textIn(d.Values, "mailNickname"); nickname != "" && unified(groupTypesOf(old)) {
		if domain := defaultDomain(tx.View); domain != "" {
			addresses, _ := prop(old, "proxyAddresses").Value().([]any)
			if before := prop(old, "mailNickname").Str; addresses == nil && before != "" {
				addresses = withMail(nil, before+"@"+domain) // derived so far
			}
			d.Values["mail"], d.Values["proxyAddresses"] = nickname+"@"+domain, withMail(addresses, nickname+"@"+domain)
		}
	}
	return nil
}

// sameKindOfGroup refuses to make a security group a Microsoft 365 group or the other way
// round. Observed, of mailEnabled: docs issue 2226; of groupTypes inferred.
func sameKindOfGroup(old *entity.Object, v map[string]any) error {
	if mail, given := v["mailEnabled"].(bool); given && mail != prop(old, "mailEnabled").Bool() {
		return invalidValue("mailEnabled", "group")
	}
	if _, given := v["groupTypes"]; given && unified(textsOf(v, "groupTypes")) != unified(groupTypesOf(old)) {
		return invalidValue("groupTypes", "group")
	}
	return nil
}

// ownGroup makes the caller an owner of a new group. Documented: of a Microsoft 365
// group always, of a security group unless the caller is an administrator; an app's own
// token makes no owner.
func ownGroup(c *workload.Call, tx *entity.Tx, o *entity.Object) error {
	me, err := c.Me()
	if c.AppOnly || err != nil {
		return nil
	}
	caller := ofType(tx.View, "user", me)
	if caller == nil || !unified(groupTypesOf(o)) && administrator(tx.View, caller) {
		return nil
	}
	if tx.Linked(Owners, o.Place, caller.Place) {
		if c.User == "" {
			return nil // nobody said who the caller is
		}
		// Observed, in terraform-provider-azuread: the caller is added, and so is there twice.
		return workload.Refuse("Request contains a property with duplicate values.").
			Help("owner", "/owners@odata.bind", "whose token it is becomes an owner unasked")
	}
	return tx.Link(Owners, o.Place, caller.Place)
}

// administrator tells whether a user has a role that manages groups.
func administrator(in entity.View, user *entity.Object) bool {
	for p := range in.Sources(Members, user.Place).All(0) {
		if role := in.At(p); is(role, "directoryRole") {
			switch prop(role, "roleTemplateId").Str {
			case globalAdministrator, groupsAdministrator, userAdministrator:
				return true
			}
		}
	}
	return false
}

// addMember refuses who cannot be a member.
func addMember(_ *workload.Call, _ *entity.Tx, from, to *entity.Object) error {
	switch {
	case from.Place == to.Place: // chosen words
		return workload.Refuse("A group cannot be a member of itself.")
	case !slices.Contains([]string{"user", "group", "device", "servicePrincipal", "orgContact"}, kindOf(to)):
		return invalidReference("a %s cannot be a member of a group", kindOf(to))
	case unified(groupTypesOf(from)) && kindOf(to) != "user":
		return invalidReference("a Microsoft 365 group has users as members only")
	}
	return nil
}

// removeGroupOwner refuses to take the last owner away. Observed: docs-contrib issue 3741.
func removeGroupOwner(_ *workload.Call, tx *entity.Tx, from, to *entity.Object) error {
	if tx.Linked(Owners, from.Place, to.Place) && tx.Targets(Owners, from.Place).Len() == 1 {
		return workload.Refuse("The group must have at least one owner, hence this owner cannot be removed.")
	}
	return nil
}

// deleteGroup deletes a group softly, but for distribution groups, which are gone.
func deleteGroup(c *workload.Call, tx *entity.Tx, o *entity.Object) error {
	if prop(o, "mailEnabled").Bool() && !unified(groupTypesOf(o)) {
		return tx.Delete(o.Place)
	}
	return softDelete(c, tx, o)
}

// renewGroup begins a group's life anew: 204.
func renewGroup(c *workload.Call, on *entity.Object) (engineReply, error) {
	return setOfGroup("renewedDateTime", workload.Time(c.Now))(c, on)
}

// setOfGroup sets a property of a group. Documented: renew answers 204, the others 200
// without a body. What they set is each user's own in the service; here a group has it
// once (chosen).
func setOfGroup(property string, value any) workload.Action {
	return func(c *workload.Call, on *entity.Object) (engineReply, error) {
		if property != "renewedDateTime" && !unified(groupTypesOf(on)) {
			return engineReply{}, workload.Refuse("The operation is supported for Microsoft 365 groups only.") // chosen words
		}
		err := c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
			_, err := rewrite(tx, on, change{property, value})
			return err
		})
		status := http.StatusOK
		if property == "renewedDateTime" {
			status = http.StatusNoContent
		}
		return workload.Empty(status), err
	}
}

// nothingToDo answers 204 where nothing failed that could be tried again.
func nothingToDo(*workload.Call, *entity.Object) (engineReply, error) {
	return workload.Empty(http.StatusNoContent), nil
}

// validateGroup tells whether a group's names fit: 204, or 422. Documented.
func validateGroup(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	if kind := textIn(values, "entityType"); on == nil && !strings.EqualFold(kind, "Group") {
		return engineReply{}, invalidParameter("entityType", "want Group")
	}
	var bad []string
	if nickname := textIn(values, "mailNickname"); nickname != "" && !fitNickname(nickname) {
		bad = append(bad, "mailNickname")
	}
	if len([]rune(textIn(values, "displayName"))) > 256 {
		bad = append(bad, "displayName")
	}
	if bad == nil {
		return workload.Empty(http.StatusNoContent), nil
	}
	e := &apierror.Error{Status: http.StatusUnprocessableEntity, Code: "Request_BadRequest",
		Message: "One or more properties contains invalid values."}
	for _, name := range bad {
		e.Help("ContainsInvalidCharacters", name, "Invalid value specified for property '%s' of resource 'Group'.", name)
	}
	return engineReply{}, e
}
