package profile

import (
	"reflect"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// The types of synchronization profiles: which properties each has, of what kind,
// and which are required (not nullable), read-only or never shown. This is the one
// description of them. $metadata, query options, the names that scenarios may use
// and what an update leaves alone follow from it; tests hold the Go types of this
// package and the JSON Schemas to it.
//
// Sources: the service's own metadata of 2021-07, which a test of $metadata holds it
// to (observed), and for what came later the resource pages (until 2024) and the
// SDK's last release with this API.
var (
	// EntityType is the base of all types with an id.
	EntityType = &odata.Type{Name: "entity", Abstract: true, Entity: true, Properties: []odata.Property{
		odata.ReadOnly(odata.Required(odata.Text("id"))),
	}}

	// RoleType is the role of a user.
	RoleType = &odata.Type{Name: "educationUserRole", Members: []string{"student", "teacher", "none", "unknownFutureValue", "faculty"}}

	stateType = &odata.Type{Name: "educationSynchronizationProfileState",
		Members: names([]State{Deleting, DeletionFailed, ProvisioningFailed, Provisioned, Provisioning, unknownFutureValue}),
		Values:  []int{2, 3, 5, 6, 7, 8}}
	statusEnumType = &odata.Type{Name: "educationSynchronizationStatus",
		Members: names([]Status{Paused, InProgress, Success, Failed, ValidationError, Quarantined, unknownFutureValue, Extracting, Validating})}

	// Type is educationSynchronizationProfile.
	Type = &odata.Type{Name: "educationSynchronizationProfile", Base: EntityType, Entity: true, Properties: []odata.Property{
		odata.Required(odata.Text("displayName")),
		odata.ReadOnly(odata.EnumOf("state", stateType)),
		odata.Required(odata.ComplexOf("dataProvider", dataProviderType)),
		odata.Required(odata.ComplexOf("identitySynchronizationConfiguration", identityType)),
		odata.Many(odata.ComplexOf("licensesToAssign", licenseType)),
		odata.Of("handleSpecialCharacterConstraint", odata.KindBoolean),
		odata.Of("expirationDate", odata.KindDate),
		odata.Contained("errors", ErrorType, true),
		odata.Contained("profileStatus", StatusType, false),
	}}

	// ErrorType is educationSynchronizationError.
	ErrorType = &odata.Type{Name: "educationSynchronizationError", Base: EntityType, Entity: true, Properties: []odata.Property{
		odata.Text("entryType"),
		odata.Text("errorCode"),
		odata.Text("errorMessage"),
		odata.Text("joiningValue"),
		odata.Of("recordedDateTime", odata.KindDateTimeOffset),
		odata.Text("reportableIdentifier"),
	}}

	// StatusType is educationSynchronizationProfileStatus.
	StatusType = &odata.Type{Name: "educationSynchronizationProfileStatus", Base: EntityType, Entity: true, Properties: []odata.Property{
		odata.EnumOf("status", statusEnumType),
		odata.Required(odata.Of("errorCount", odata.KindInt64)),
		odata.Of("lastActivityDateTime", odata.KindDateTimeOffset),
		odata.Of("lastSynchronizationDateTime", odata.KindDateTimeOffset),
		odata.Required(odata.Text("statusMessage")),
	}}

	// MessageType is educationFileSynchronizationVerificationMessage.
	MessageType = &odata.Type{Name: "educationFileSynchronizationVerificationMessage", Properties: []odata.Property{
		odata.Text("type"),
		odata.Text("fileName"),
		odata.Text("description"),
	}}

	dataProviderType = &odata.Type{Name: "educationSynchronizationDataProvider", Abstract: true}
	csvType          = &odata.Type{Name: bare(TypeCSV), Base: dataProviderType, Properties: []odata.Property{
		odata.ComplexOf("customizations", customizationsType),
	}}
	powerSchoolType = &odata.Type{Name: bare(TypePowerSchool), Base: dataProviderType, Properties: []odata.Property{
		odata.Required(odata.Text("connectionUrl")),
		odata.Required(odata.Text("clientId")),
		odata.WriteOnly(odata.Text("clientSecret")),
		odata.Texts("schoolsIds"),
		odata.Text("schoolYear"),
		odata.Of("allowTeachersInMultipleSchools", odata.KindBoolean),
		odata.ComplexOf("customizations", customizationsType),
	}}
	oneRosterType = &odata.Type{Name: bare(TypeOneRoster), Base: dataProviderType, Properties: []odata.Property{
		odata.Required(odata.Text("connectionUrl")),
		odata.Text("providerName"),
		odata.Texts("schoolsIds"),
		odata.Texts("termIds"),
		odata.Required(odata.ComplexOf("connectionSettings", connectionType)),
		odata.ComplexOf("customizations", customizationsType),
	}}

	connectionType = &odata.Type{Name: "educationSynchronizationConnectionSettings", Abstract: true, Properties: []odata.Property{
		odata.Required(odata.Text("clientId")),
		odata.WriteOnly(odata.Text("clientSecret")),
	}}
	oauth1Type = &odata.Type{Name: bare(TypeOAuth1), Base: connectionType}
	oauth2Type = &odata.Type{Name: bare(TypeOAuth2), Base: connectionType, Properties: []odata.Property{
		odata.Required(odata.Text("tokenUrl")),
		odata.Text("scope"),
	}}

	customizationsBase = &odata.Type{Name: "educationSynchronizationCustomizationsBase", Abstract: true}
	customizationsType = &odata.Type{Name: "educationSynchronizationCustomizations", Base: customizationsBase, Properties: []odata.Property{
		odata.ComplexOf("school", customizationType),
		odata.ComplexOf("section", customizationType),
		odata.ComplexOf("student", customizationType),
		odata.ComplexOf("teacher", customizationType),
		odata.ComplexOf("studentEnrollment", customizationType),
		odata.ComplexOf("teacherRoster", customizationType),
	}}
	customizationType = &odata.Type{Name: "educationSynchronizationCustomization", Properties: []odata.Property{
		odata.Texts("optionalPropertiesToSync"),
		odata.Of("synchronizationStartDate", odata.KindDateTimeOffset),
		odata.Of("isSyncDeferred", odata.KindBoolean),
		odata.Of("allowDisplayNameUpdate", odata.KindBoolean),
	}}

	identityType = &odata.Type{Name: "educationIdentitySynchronizationConfiguration", Abstract: true}
	creationType = &odata.Type{Name: bare(TypeIdentityCreation), Base: identityType, Properties: []odata.Property{
		odata.Required(odata.Many(odata.ComplexOf("userDomains", domainType))),
	}}
	domainType = &odata.Type{Name: "educationIdentityDomain", Properties: []odata.Property{
		odata.Required(odata.EnumOf("appliesTo", RoleType)),
		odata.Required(odata.Text("name")),
	}}
	matchingType = &odata.Type{Name: bare(TypeIdentityMatching), Base: identityType, Properties: []odata.Property{
		odata.Required(odata.Many(odata.ComplexOf("matchingOptions", optionsType))),
	}}
	optionsType = &odata.Type{Name: "educationIdentityMatchingOptions", Properties: []odata.Property{
		odata.Required(odata.EnumOf("appliesTo", RoleType)),
		odata.Required(odata.Text("sourcePropertyName")),
		odata.Required(odata.Text("targetPropertyName")),
		odata.Text("targetDomain"),
	}}

	licenseType = &odata.Type{Name: "educationSynchronizationLicenseAssignment", Properties: []odata.Property{
		odata.EnumOf("appliesTo", RoleType),
		odata.Texts("skuIds"),
	}}
)

// unknownFutureValue stands for members that came to an enumeration later, where the
// client did not ask for them. Documented.
const unknownFutureValue = "unknownFutureValue"

// Types are all of them, in the order of $metadata.
var Types = []*odata.Type{
	RoleType, stateType, statusEnumType,
	customizationType, customizationsBase, customizationsType, dataProviderType, csvType, powerSchoolType, oneRosterType,
	connectionType, oauth1Type, oauth2Type, identityType, domainType, creationType, optionsType, matchingType, licenseType, MessageType,
	EntityType, Type, ErrorType, StatusType,
}

// bare is a type name as it stands in "@odata.type" less what all have in common.
func bare(typeName string) string { return strings.TrimPrefix(typeName, "#microsoft.graph.") }

// PropertyNames returns the names of the properties that a profile has on the wire, in
// their order there.
func PropertyNames() []string { return wireNames(reflect.TypeFor[Profile]()) }
