package graph

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// The model of what syncs make and of the directory around it. Sources: the
// resource pages of v1.0 and beta, whose properties in their order; left out are
// those that neither rosters nor the directory of a fixture ever fill (chosen).

// objectTypes are those types in one version's model: a type belongs to one model.
type objectTypes struct {
	school, class, educationUser, user, sku *odata.Type

	directoryObject *odata.Type

	types []*odata.Type // all of them, bases first
}

func related(name string, t *odata.Type) odata.Property {
	return odata.Property{Name: name, Kind: odata.KindEntity, Type: t, Collection: true, Navigation: true}
}

// one is a navigation property that leads to a single object.
func one(name string, t *odata.Type) odata.Property {
	return odata.Property{Name: name, Kind: odata.KindEntity, Type: t, Nullable: true, Navigation: true}
}

// newObjectTypes makes the types of a version. late are the members that its
// educationExternalSource has got after unknownFutureValue: documented for beta.
// No sync of this API makes an object with such a member, so nothing is sent as
// unknownFutureValue here, whatever the client prefers.
func newObjectTypes(entity, role *odata.Type, late ...string) *objectTypes {
	source := &odata.Type{Name: "educationExternalSource", Members: append([]string{"sis", "manual", "unknownFutureValue"}, late...)}
	gender := &odata.Type{Name: "educationGender", Members: []string{"female", "male", "other", "unknownFutureValue"}}

	address := &odata.Type{Name: "physicalAddress", Properties: []odata.Property{
		text("street"), text("city"), text("state"), text("countryOrRegion"), text("postalCode")}}
	identity := &odata.Type{Name: "identity", Properties: []odata.Property{text("displayName"), text("id")}}
	identities := &odata.Type{Name: "identitySet", Properties: []odata.Property{
		complexOf("application", identity), complexOf("device", identity), complexOf("user", identity)}}
	course := &odata.Type{Name: "educationCourse", Properties: []odata.Property{
		text("courseNumber"), text("description"), text("displayName"), text("externalId"), text("subject")}}
	term := &odata.Type{Name: "educationTerm", Properties: []odata.Property{
		text("displayName"), of("endDate", odata.KindDate), text("externalId"), of("startDate", odata.KindDate)}}
	student := &odata.Type{Name: "educationStudent", Properties: []odata.Property{
		of("birthDate", odata.KindDate), text("externalId"), enumOf("gender", gender), text("grade"),
		text("graduationYear"), text("studentNumber")}}
	teacher := &odata.Type{Name: "educationTeacher", Properties: []odata.Property{text("externalId"), text("teacherNumber")}}

	license := &odata.Type{Name: "assignedLicense", Properties: []odata.Property{
		many(of("disabledPlans", odata.KindGuid)), of("skuId", odata.KindGuid)}}
	plan := &odata.Type{Name: "servicePlanInfo", Properties: []odata.Property{
		text("appliesTo"), text("provisioningStatus"), of("servicePlanId", odata.KindGuid), text("servicePlanName")}}
	units := &odata.Type{Name: "licenseUnitsDetail", Properties: []odata.Property{
		of("enabled", odata.KindInt32), of("lockedOut", odata.KindInt32), of("suspended", odata.KindInt32), of("warning", odata.KindInt32)}}

	organization := &odata.Type{Name: "educationOrganization", Base: entity, Abstract: true, Entity: true, Properties: []odata.Property{
		text("description"), text("displayName"), enumOf("externalSource", source), text("externalSourceDetail")}}
	directoryObject := &odata.Type{Name: "directoryObject", Base: entity, Entity: true, Properties: []odata.Property{
		of("deletedDateTime", odata.KindDateTimeOffset)}}
	group := &odata.Type{Name: "group", Base: directoryObject, Entity: true, Properties: []odata.Property{
		text("description"), text("displayName")}}
	unit := &odata.Type{Name: "administrativeUnit", Base: directoryObject, Entity: true, Properties: []odata.Property{
		text("description"), text("displayName")}}
	user := &odata.Type{Name: "user", Base: directoryObject, Entity: true}
	school := &odata.Type{Name: "educationSchool", Base: organization, Entity: true}
	class := &odata.Type{Name: "educationClass", Base: entity, Entity: true}
	educationUser := &odata.Type{Name: "educationUser", Base: entity, Entity: true}
	school.Properties = []odata.Property{
		complexOf("address", address), complexOf("createdBy", identities), text("externalId"), text("externalPrincipalId"), text("fax"),
		text("highestGrade"), text("lowestGrade"), text("phone"), text("principalEmail"), text("principalName"), text("schoolNumber"),
		unserved(one("administrativeUnit", unit)), related("classes", class), related("users", educationUser)}
	class.Properties = []odata.Property{
		text("classCode"), complexOf("course", course), complexOf("createdBy", identities), text("description"), text("displayName"),
		text("externalId"), text("externalName"), enumOf("externalSource", source), text("externalSourceDetail"), text("grade"),
		text("mailNickname"), complexOf("term", term),
		unserved(one("group", group)), related("members", educationUser), related("schools", school), related("teachers", educationUser)}
	educationUser.Properties = []odata.Property{
		of("accountEnabled", odata.KindBoolean), many(complexOf("assignedLicenses", license)), texts("businessPhones"),
		complexOf("createdBy", identities),
		text("department"), text("displayName"), enumOf("externalSource", source), text("externalSourceDetail"), text("givenName"), text("mail"),
		complexOf("mailingAddress", address), text("mailNickname"), text("middleName"), text("mobilePhone"), text("officeLocation"),
		text("preferredLanguage"), enumOf("primaryRole", role), complexOf("residenceAddress", address), complexOf("student", student),
		text("surname"), complexOf("teacher", teacher), text("usageLocation"), text("userPrincipalName"), text("userType"),
		related("classes", class), related("schools", school), unserved(related("taughtClasses", class)), unserved(one("user", user))}

	user.Properties = []odata.Property{
		of("accountEnabled", odata.KindBoolean), many(complexOf("assignedLicenses", license)), texts("businessPhones"),
		of("createdDateTime", odata.KindDateTimeOffset),
		text("department"), text("displayName"), text("employeeId"), text("givenName"), text("jobTitle"),
		text("mail"), text("mailNickname"), text("mobilePhone"),
		text("officeLocation"), text("preferredLanguage"), text("surname"), text("usageLocation"),
		text("userPrincipalName"), text("userType")}
	sku := &odata.Type{Name: "subscribedSku", Base: entity, Entity: true, Properties: []odata.Property{
		text("accountId"), text("accountName"), text("appliesTo"), text("capabilityStatus"),
		of("consumedUnits", odata.KindInt32), complexOf("prepaidUnits", units),
		many(complexOf("servicePlans", plan)), of("skuId", odata.KindGuid), text("skuPartNumber"), texts("subscriptionIds")}}

	return &objectTypes{school, class, educationUser, user, sku, directoryObject, []*odata.Type{
		source, gender, address, identity, identities, course, term, student, teacher, license, plan, units,
		organization, school, class, educationUser, directoryObject, group, unit, user, sku}}
}

// inRoot are the collections that /education has of them.
func (o *objectTypes) inRoot() []odata.Property {
	me := contained("me", o.educationUser, false)
	return []odata.Property{contained("classes", o.class, true), unserved(me),
		contained("schools", o.school, true), contained("users", o.educationUser, true)}
}

// sets are the collections of the entity container.
func (o *objectTypes) sets() []odata.EntitySet {
	return []odata.EntitySet{
		{Name: "directoryObjects", Type: o.directoryObject}, {Name: "subscribedSkus", Type: o.sku}, {Name: "users", Type: o.user}}
}

// deltas are the functions of change tracking: 501 until they come.
func (o *objectTypes) deltas() (functions []odata.Operation) {
	for _, t := range []*odata.Type{o.class, o.school, o.educationUser} {
		functions = append(functions, odata.Operation{Name: "delta", Binding: t, BindingCollection: true,
			Returns: &odata.Property{Kind: odata.KindEntity, Type: t, Collection: true, Nullable: true}})
	}
	return functions
}

// educationBindings say where the navigations of /education lead to. Observed: beta
// of 2021-07, and v1.0 of today, which has the same.
var educationBindings = []odata.Binding{
	{Path: "classes/group", Target: "directoryObjects"},
	{Path: "classes/members", Target: "education/users"},
	{Path: "classes/schools", Target: "education/schools"},
	{Path: "classes/teachers", Target: "education/users"},
	{Path: "me/classes", Target: "education/classes"},
	{Path: "me/schools", Target: "education/schools"},
	{Path: "me/taughtClasses", Target: "education/classes"},
	{Path: "me/user", Target: "directoryObjects"},
	{Path: "schools/administrativeUnit", Target: "directoryObjects"},
	{Path: "schools/classes", Target: "education/classes"},
	{Path: "schools/users", Target: "education/users"},
	{Path: "users/classes", Target: "education/classes"},
	{Path: "users/schools", Target: "education/schools"},
	{Path: "users/taughtClasses", Target: "education/classes"},
	{Path: "users/user", Target: "directoryObjects"},
}

// unservedPaths are what the model declares and no operation answers; "" is any id.
var unservedPaths = [][]string{
	{"education", "me"},
	{"education", "classes", "", "group"},
	{"education", "schools", "", "administrativeUnit"},
	{"education", "users", "", "taughtClasses"},
	{"education", "users", "", "user"},
	{"directoryObjects"},
}

// unserved tells whether a path is, or leads on from, one that the service has and
// graphemu does not.
func (l *location) unserved() bool {
	return slices.ContainsFunc(unservedPaths, func(path []string) bool {
		if len(l.segments) < len(path) {
			return false
		}
		for i, segment := range path {
			if segment != "" && !strings.EqualFold(segment, l.segments[i]) {
				return false
			}
		}
		return true
	})
}

var betaObjects = newObjectTypes(entityType, userRoleType, "lms")
