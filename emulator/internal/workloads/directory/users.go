package directory

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// ofOtherServices are properties of a user that other services than the directory keep.
// Documented: delta-query-overview page; of mailboxSettings inferred.
var ofOtherServices = words(`aboutMe birthday hireDate interests mailboxSettings mySite pastProjects preferredName responsibilities schools
	skills`)

// userRules are what is known of users beyond the metadata. Documented, where nothing
// else is said: the resource page of user, the pages of its operations.
var userRules = &workload.Rules{
	Type: "user", Set: "users", Family: entity.Directory, InPlaceOfID: "userPrincipalName", Advanced: true,
	Required: words("displayName accountEnabled mailNickname userPrincipalName"),
	ReadOnly: words(`deletedDateTime assignedLicenses assignedPlans createdDateTime creationType externalUserStateChangeDateTime imAddresses
		isManagementRestricted lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates onPremisesDistinguishedName
		onPremisesDomainName onPremisesLastSyncDateTime onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled
		onPremisesUserPrincipalName provisionedPlans proxyAddresses securityIdentifier serviceProvisioningErrors signInActivity
		signInSessionsValidFromDateTime refreshTokensValidFromDateTime cloudRealtimeCommunicationInfo`),
	Usual: words(`id businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname
		userPrincipalName`),
	Selectable: words(`aboutMe birthday customSecurityAttributes hireDate interests mailboxSettings mySite pastProjects preferredName print
		responsibilities schools signInActivity skills`),
	Unique: words("userPrincipalName proxyAddresses"),
	Links: append([]workload.Link{
		{Name: "manager", Relation: relManager, Targets: []string{"user", "orgContact"}},
		{Name: "directReports", Relation: relManager, Reverse: true, ReadOnly: true},
		{Name: "ownedObjects", Relation: Owners, Reverse: true, ReadOnly: true},
		{Name: "ownedDevices", Relation: relDeviceOwners, Reverse: true, ReadOnly: true},
		{Name: "registeredDevices", Relation: relDeviceUsers, Reverse: true, ReadOnly: true},
		{Name: "sponsors", Relation: relSponsors, Targets: []string{"user", "group"}},
		{Name: "sponsorOf", Relation: relSponsors, Reverse: true, ReadOnly: true},
		{Name: "oauth2PermissionGrants", Relation: relGrantPrincipal, Reverse: true, ReadOnly: true},
		roleAssignments,
	}, memberLinks...),
	Actions: map[string]workload.Action{
		"assignLicense":              assignLicense,
		"reprocessLicenseAssignment": reprocessLicences,
		"changePassword":             changePassword,
		"revokeSignInSessions":       revokeSessions,
	},
	OrderBy: words("displayName userPrincipalName"), OrderByAdvanced: words("createdDateTime deletedDateTime displayName userPrincipalName"),
	SingleOnly: ofOtherServices,
	Derived:    words("identities proxyAddresses securityIdentifier"), Derive: deriveUser,
	Create: createUser,
	Update: updateUser,
	Delete: softDelete,
}

// words are the words of a text.
func words(text string) []string { return strings.Fields(text) }

// createUser completes a new user.
func createUser(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	v := d.Values
	if err := checkUser(c, tx, v); err != nil {
		return err
	}
	profile, _ := v["passwordProfile"].(map[string]any)
	if !c.Trusted && textIn(profile, "password") == "" && textIn(v, "onPremisesImmutableId") == "" && listOf(v, "identities") == nil {
		// Inferred: the directory's earlier API said so.
		return workload.Refuse("A password must be specified to create a new user.").Help("missing", "/passwordProfile/password",
			"bring passwordProfile.password")
	}
	if d.ID == "" {
		d.ID = c.Objects.NewID(c)
	}
	if err := takePassword(d, v); err != nil {
		return err
	}
	now := workload.Time(c.Now)
	for _, name := range words("createdDateTime signInSessionsValidFromDateTime refreshTokensValidFromDateTime") {
		preset(v, name, now)
	}
	if d.Hidden[passwordMember] != nil {
		preset(v, "lastPasswordChangeDateTime", now)
	}
	preset(v, "userType", "Member")
	if v["identities"] == nil {
		v["identities"] = []any{}
	}
	v["identities"] = withSignInName(listOf(v, "identities"), initialDomain(tx.View), textIn(v, "userPrincipalName"))
	if mail := textIn(v, "mail"); mail != "" {
		preset(v, "proxyAddresses", withMail(nil, mail))
		return freeMail(tx.View, d.ID, mail)
	}
	return nil
}

// updateUser looks at a change of a user.
func updateUser(c *workload.Call, tx *entity.Tx, old *entity.Object, d *workload.Draft) error {
	v := d.Values
	if err := checkUser(c, tx, v); err != nil {
		return err
	}
	if v["passwordProfile"] != nil {
		before := d.Hidden[passwordMember]
		if err := takePassword(d, v); err != nil {
			return err
		}
		if d.Hidden[passwordMember] != before {
			v["lastPasswordChangeDateTime"] = workload.Time(c.Now)
		}
	}
	if name := textIn(v, "userPrincipalName"); name != "" {
		ids, _ := prop(old, "identities").Value().([]any)
		v["identities"] = withSignInName(ids, initialDomain(tx.View), name)
		if mail := prop(old, "mail").Str; mail != "" && textIn(v, "mail") == "" {
			v["proxyAddresses"] = addressesOf(old) // no longer what a name tells
		}
	}
	if mail := textIn(v, "mail"); mail != "" {
		v["proxyAddresses"] = withMail(addressesOf(old), mail)
		return freeMail(tx.View, old.ID, mail)
	}
	return nil
}

// userChoices are the values that a property of a user may have. Documented: the resource page of user.
var userChoices = map[string][]string{
	"userType":                words("Member Guest"),
	"ageGroup":                words("Minor NotAdult Adult"),
	"consentProvidedForMinor": words("Granted Denied NotRequired"),
}

// checkUser refuses values that no user may have. The limits are documented.
func checkUser(c *workload.Call, in *entity.Tx, v map[string]any) error {
	if name, given := v["userPrincipalName"].(string); given && name != "" {
		local, domain, ok := strings.Cut(name, "@")
		if !ok || local == "" || domain == "" || len(name) > 113 || strings.ContainsAny(name, " \"\\/[]:;|=,+*?<>") {
			return invalidValue("userPrincipalName", "user")
		}
		if !verified(in.View, domain) { // observed: docs issue 4959
			return workload.Refuse("One or more properties contains invalid values.").Help("InvalidValue", "userPrincipalName",
				"%s is no verified domain of the tenant; it has %s", domain, strings.Join(verifiedDomains(in.View), ", "))
		}
	}
	if nickname, given := v["mailNickname"].(string); given && nickname != "" && !fitNickname(nickname) {
		return invalidValue("mailNickname", "user")
	}
	if place, given := v["usageLocation"].(string); given && !twoLetters(place) {
		return invalidValue("usageLocation", "user")
	}
	if mail, given := v["mail"].(string); given && !isAddress(mail) {
		return invalidValue("mail", "user")
	}
	for _, name := range slices.Sorted(maps.Keys(userChoices)) {
		if value, given := v[name].(string); given && !slices.Contains(userChoices[name], value) {
			return invalidValue(name, "user")
		}
	}
	if c.Trusted {
		return nil
	}
	if len(listOf(v, "businessPhones")) > 1 { // documented: one number can be set
		return invalidValue("businessPhones", "user")
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if v[name] == "" && !slices.Contains(ofOtherServices, name) { // observed: msgraph-sdk-dotnet issue 187
			e := invalidValue(name, "user")
			return e.Help("empty", "/"+name, "null takes a value away")
		}
	}
	return nil
}

// twoLetters tells whether a text can be the code of a country (ISO 3166).
func twoLetters(s string) bool {
	return len(s) == 2 && strings.Trim(strings.ToUpper(s), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// isAddress tells whether a text can be an address of mail: one name, at one domain.
func isAddress(s string) bool {
	local, domain, _ := strings.Cut(s, "@")
	return local != "" && domain != "" && !strings.ContainsAny(s, " \t\r\n<>()[]\\,;:\"") && !strings.Contains(domain, "@") &&
		!strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
}

// fitNickname tells whether a text can be a mail nickname. Documented: at most 64
// characters of ASCII, none of these.
func fitNickname(s string) bool {
	if len(s) > 64 || strings.ContainsAny(s, "@()\\[]\";:<>, ") {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// withSignInName are the identities of a user with that name to sign in.
func withSignInName(identities []any, issuer, name string) []any {
	list := []any{}
	for _, one := range identities {
		if m, ok := one.(map[string]any); !ok || m["signInType"] != "userPrincipalName" {
			list = append(list, one)
		}
	}
	if issuer == "" {
		_, issuer, _ = strings.Cut(name, "@")
	}
	return append(list, map[string]any{"signInType": "userPrincipalName", "issuer": issuer, "issuerAssignedId": name})
}

// withMail are the addresses of an object whose mail becomes that one. Documented: it
// is the primary one, in capitals, and the others stay.
func withMail(addresses []any, mail string) []any {
	list := []any{"SMTP:" + mail}
	for _, one := range addresses {
		a, _ := one.(string)
		if kind, rest, _ := strings.Cut(a, ":"); kind == "SMTP" {
			a = "smtp:" + rest
		}
		if !strings.EqualFold(a, "smtp:"+mail) {
			list = append(list, a)
		}
	}
	return list
}

// revokeSessions takes all tokens of a user back: 200. Documented: it sets
// signInSessionsValidFromDateTime.
func revokeSessions(c *workload.Call, on *entity.Object) (engineReply, error) {
	err := c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		_, err := rewrite(tx, on, change{"signInSessionsValidFromDateTime", workload.Time(c.Now)},
			change{"refreshTokensValidFromDateTime", workload.Time(c.Now)})
		return err
	})
	if err != nil {
		return engineReply{}, err
	}
	return answerValue(c, "Edm.Boolean", "true"), nil
}

// changePassword changes the caller's own password: 204.
func changePassword(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	me, err := c.Me()
	if err != nil {
		return engineReply{}, err
	}
	if me != on.ID { // documented: nobody else's
		return engineReply{}, denied("Insufficient privileges to complete the operation.")
	}
	current, next := textIn(values, "currentPassword"), textIn(values, "newPassword")
	if err := missingParameters("changePassword", values, "currentPassword", "newPassword"); err != nil {
		return engineReply{}, err
	}
	if !CheckPassword(on, current) {
		return engineReply{}, workload.Refuse("The specified password does not match the current password.").
			Help("wrongPassword", "/currentPassword", "it is not the user's password; one whom nobody gave a password has none")
	}
	err = c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error { return setPassword(tx, on, next, c.Now) })
	return workload.Empty(204), err
}
