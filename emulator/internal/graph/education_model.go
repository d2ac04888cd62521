package graph

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
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
		odata.Text("street"), odata.Text("city"), odata.Text("state"), odata.Text("countryOrRegion"), odata.Text("postalCode")}}
	identity := &odata.Type{Name: "identity", Properties: []odata.Property{odata.Text("displayName"), odata.Text("id")}}
	identities := &odata.Type{Name: "identitySet", Properties: []odata.Property{
		odata.ComplexOf("application", identity), odata.ComplexOf("device", identity), odata.ComplexOf("user", identity)}}
	course := &odata.Type{Name: "educationCourse", Properties: []odata.Property{
		odata.Text("courseNumber"), odata.Text("description"), odata.Text("displayName"), odata.Text("externalId"), odata.Text("subject")}}
	term := &odata.Type{Name: "educationTerm", Properties: []odata.Property{
		odata.Text("displayName"), odata.Of("endDate", odata.KindDate), odata.Text("externalId"), odata.Of("startDate", odata.KindDate)}}
	student := &odata.Type{Name: "educationStudent", Properties: []odata.Property{
		odata.Of("birthDate", odata.KindDate), odata.Text("externalId"), odata.EnumOf("gender", gender), odata.Text("grade"),
		odata.Text("graduationYear"), odata.Text("studentNumber")}}
	teacher := &odata.Type{Name: "educationTeacher", Properties: []odata.Property{odata.Text("externalId"), odata.Text("teacherNumber")}}

	license := &odata.Type{Name: "assignedLicense", Properties: []odata.Property{
		odata.Many(odata.Of("disabledPlans", odata.KindGuid)), odata.Of("skuId", odata.KindGuid)}}
	plan := &odata.Type{Name: "servicePlanInfo", Properties: []odata.Property{
		odata.Text("appliesTo"), odata.Text("provisioningStatus"), odata.Of("servicePlanId", odata.KindGuid), odata.Text("servicePlanName")}}
	units := &odata.Type{Name: "licenseUnitsDetail", Properties: []odata.Property{
		odata.Of("enabled", odata.KindInt32), odata.Of("lockedOut", odata.KindInt32), odata.Of("suspended", odata.KindInt32),
		odata.Of("warning", odata.KindInt32)}}

	organization := &odata.Type{Name: "educationOrganization", Base: entity, Abstract: true, Entity: true, Properties: []odata.Property{
		odata.Text("description"), odata.Text("displayName"), odata.EnumOf("externalSource", source), odata.Text("externalSourceDetail")}}
	directoryObject := &odata.Type{Name: "directoryObject", Base: entity, Entity: true, Properties: []odata.Property{
		odata.Of("deletedDateTime", odata.KindDateTimeOffset)}}
	group := &odata.Type{Name: "group", Base: directoryObject, Entity: true, Properties: []odata.Property{
		odata.Text("description"), odata.Text("displayName")}}
	unit := &odata.Type{Name: "administrativeUnit", Base: directoryObject, Entity: true, Properties: []odata.Property{
		odata.Text("description"), odata.Text("displayName")}}
	user := &odata.Type{Name: "user", Base: directoryObject, Entity: true}
	school := &odata.Type{Name: "educationSchool", Base: organization, Entity: true}
	class := &odata.Type{Name: "educationClass", Base: entity, Entity: true}
	educationUser := &odata.Type{Name: "educationUser", Base: entity, Entity: true}
	school.Properties = []odata.Property{
		odata.ComplexOf("address", address), odata.ComplexOf("createdBy", identities), odata.Text("externalId"),
		odata.Text("externalPrincipalId"), odata.Text("fax"),
		odata.Text("highestGrade"), odata.Text("lowestGrade"), odata.Text("phone"), odata.Text("principalEmail"),
		odata.Text("principalName"), odata.Text("schoolNumber"),
		unserved(one("administrativeUnit", unit)), related("classes", class), related("users", educationUser)}
	class.Properties = []odata.Property{
		odata.Text("classCode"), odata.ComplexOf("course", course), odata.ComplexOf("createdBy", identities),
		odata.Text("description"), odata.Text("displayName"),
		odata.Text("externalId"), odata.Text("externalName"), odata.EnumOf("externalSource", source),
		odata.Text("externalSourceDetail"), odata.Text("grade"),
		odata.Text("mailNickname"), odata.ComplexOf("term", term),
		unserved(one("group", group)), related("members", educationUser), related("schools", school), related("teachers", educationUser)}
	educationUser.Properties = []odata.Property{
		odata.Of("accountEnabled", odata.KindBoolean), odata.Many(odata.ComplexOf("assignedLicenses", license)), odata.Texts("businessPhones"),
		odata.ComplexOf("createdBy", identities),
		odata.Text("department"), odata.Text("displayName"), odata.EnumOf("externalSource", source),
		odata.Text("externalSourceDetail"), odata.Text("givenName"), odata.Text("mail"),
		odata.ComplexOf("mailingAddress", address), odata.Text("mailNickname"), odata.Text("middleName"),
		odata.Text("mobilePhone"), odata.Text("officeLocation"),
		odata.Text("preferredLanguage"), odata.EnumOf("primaryRole", role), odata.ComplexOf("residenceAddress", address),
		odata.ComplexOf("student", student),
		odata.Text("surname"), odata.ComplexOf("teacher", teacher), odata.Text("usageLocation"), odata.Text("userPrincipalName"),
		odata.Text("userType"),
		related("classes", class), related("schools", school), unserved(related("taughtClasses", class)), unserved(one("user", user))}

	user.Properties = []odata.Property{
		odata.Of("accountEnabled", odata.KindBoolean), odata.Many(odata.ComplexOf("assignedLicenses", license)), odata.Texts("businessPhones"),
		odata.Of("createdDateTime", odata.KindDateTimeOffset),
		odata.Text("department"), odata.Text("displayName"), odata.Text("employeeId"), odata.Text("givenName"), odata.Text("jobTitle"),
		odata.Text("mail"), odata.Text("mailNickname"), odata.Text("mobilePhone"),
		odata.Text("officeLocation"), odata.Text("preferredLanguage"), odata.Text("surname"), odata.Text("usageLocation"),
		odata.Text("userPrincipalName"), odata.Text("userType")}
	sku := &odata.Type{Name: "subscribedSku", Base: entity, Entity: true, Properties: []odata.Property{
		odata.Text("accountId"), odata.Text("accountName"), odata.Text("appliesTo"), odata.Text("capabilityStatus"),
		odata.Of("consumedUnits", odata.KindInt32), odata.ComplexOf("prepaidUnits", units),
		odata.Many(odata.ComplexOf("servicePlans", plan)), odata.Of("skuId", odata.KindGuid), odata.Text("skuPartNumber"),
		odata.Texts("subscriptionIds")}}

	return &objectTypes{school, class, educationUser, user, sku, directoryObject, []*odata.Type{
		source, gender, address, identity, identities, course, term, student, teacher, license, plan, units,
		organization, school, class, educationUser, directoryObject, group, unit, user, sku}}
}

// inRoot are the collections that /education has of them.
func (o *objectTypes) inRoot() []odata.Property {
	me := odata.Contained("me", o.educationUser, false)
	return []odata.Property{odata.Contained("classes", o.class, true), unserved(me),
		odata.Contained("schools", o.school, true), odata.Contained("users", o.educationUser, true)}
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

var betaObjects = newObjectTypes(profile.EntityType, profile.RoleType, "lms")
