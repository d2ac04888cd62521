package graph

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// The model of the API: types, members, actions and functions. Sources: the service's
// own metadata of 2021-07, which a test holds it to (observed), and for what came later
// the resource pages (until 2024) and the SDK's last release with this API. It decides
// what $select, $filter and the like may name, and is served as /beta/$metadata.

func text(name string) odata.Property {
	return odata.Property{Name: name, Kind: odata.KindString, Nullable: true}
}

func texts(name string) odata.Property {
	return odata.Property{Name: name, Kind: odata.KindString, Collection: true, Nullable: true}
}

func of(name string, kind odata.Kind) odata.Property {
	return odata.Property{Name: name, Kind: kind, Nullable: true}
}

func complexOf(name string, t *odata.Type) odata.Property {
	return odata.Property{Name: name, Kind: odata.KindComplex, Type: t, Nullable: true}
}

func enumOf(name string, t *odata.Type) odata.Property {
	return odata.Property{Name: name, Kind: odata.KindEnum, Type: t, Nullable: true}
}

// given is a property that is not nullable.
func given(p odata.Property) odata.Property { p.Nullable = false; return p }

// unserved is a navigation property that the service has and graphemu does not.
func unserved(p odata.Property) odata.Property { p.Unserved = true; return p }

func many(p odata.Property) odata.Property { p.Collection = true; return p }

func contained(name string, t *odata.Type, collection bool) odata.Property {
	return odata.Property{Name: name, Kind: odata.KindEntity, Type: t,
		Collection: collection, Nullable: !collection, Navigation: true, Contained: true}
}

var (
	userRoleType = &odata.Type{Name: "educationUserRole", Members: []string{"student", "teacher", "none", "unknownFutureValue", "faculty"}}
	stateType    = &odata.Type{Name: "educationSynchronizationProfileState", Members: []string{
		"deleting", "deletionFailed", "provisioningFailed", "provisioned", "provisioning", "unknownFutureValue"},
		Values: []int{2, 3, 5, 6, 7, 8}}
	statusEnumType = &odata.Type{Name: "educationSynchronizationStatus", Members: []string{
		"paused", "inProgress", "success", "error", "validationError", "quarantined", "unknownFutureValue", "extracting", "validating"}}

	customizationType = &odata.Type{Name: "educationSynchronizationCustomization", Properties: []odata.Property{
		texts("optionalPropertiesToSync"), of("synchronizationStartDate", odata.KindDateTimeOffset),
		of("isSyncDeferred", odata.KindBoolean), of("allowDisplayNameUpdate", odata.KindBoolean)}}
	customizationsBase = &odata.Type{Name: "educationSynchronizationCustomizationsBase", Abstract: true}
	customizationsType = &odata.Type{Name: "educationSynchronizationCustomizations", Base: customizationsBase, Properties: []odata.Property{
		complexOf("school", customizationType), complexOf("section", customizationType), complexOf("student", customizationType),
		complexOf("teacher", customizationType), complexOf("studentEnrollment", customizationType),
		complexOf("teacherRoster", customizationType)}}

	dataProviderType = &odata.Type{Name: "educationSynchronizationDataProvider", Abstract: true}
	csvType          = &odata.Type{Name: "educationCsvDataProvider", Base: dataProviderType, Properties: []odata.Property{
		complexOf("customizations", customizationsType)}}
	powerSchoolType = &odata.Type{Name: "educationPowerSchoolDataProvider", Base: dataProviderType, Properties: []odata.Property{
		given(text("connectionUrl")), given(text("clientId")), text("clientSecret"), texts("schoolsIds"), text("schoolYear"),
		of("allowTeachersInMultipleSchools", odata.KindBoolean), complexOf("customizations", customizationsType)}}
	oneRosterType = &odata.Type{Name: "educationOneRosterApiDataProvider", Base: dataProviderType, Properties: []odata.Property{
		given(text("connectionUrl")), text("providerName"), texts("schoolsIds"), texts("termIds"),
		given(complexOf("connectionSettings", connectionType)), complexOf("customizations", customizationsType)}}

	connectionType = &odata.Type{Name: "educationSynchronizationConnectionSettings", Abstract: true, Properties: []odata.Property{
		given(text("clientId")), text("clientSecret")}}
	oauth1Type = &odata.Type{Name: "educationSynchronizationOAuth1ConnectionSettings", Base: connectionType}
	oauth2Type = &odata.Type{Name: "educationSynchronizationOAuth2ClientCredentialsConnectionSettings", Base: connectionType,
		Properties: []odata.Property{given(text("tokenUrl")), text("scope")}}

	identityType = &odata.Type{Name: "educationIdentitySynchronizationConfiguration", Abstract: true}
	domainType   = &odata.Type{Name: "educationIdentityDomain", Properties: []odata.Property{
		given(enumOf("appliesTo", userRoleType)), given(text("name"))}}
	creationType = &odata.Type{Name: "educationIdentityCreationConfiguration", Base: identityType, Properties: []odata.Property{
		given(many(complexOf("userDomains", domainType)))}}
	optionsType = &odata.Type{Name: "educationIdentityMatchingOptions", Properties: []odata.Property{
		given(enumOf("appliesTo", userRoleType)), given(text("sourcePropertyName")), given(text("targetPropertyName")),
		text("targetDomain")}}
	matchingType = &odata.Type{Name: "educationIdentityMatchingConfiguration", Base: identityType, Properties: []odata.Property{
		given(many(complexOf("matchingOptions", optionsType)))}}
	licenseType = &odata.Type{Name: "educationSynchronizationLicenseAssignment", Properties: []odata.Property{
		enumOf("appliesTo", userRoleType), texts("skuIds")}}
	messageType = &odata.Type{Name: "educationFileSynchronizationVerificationMessage", Properties: []odata.Property{
		text("type"), text("fileName"), text("description")}}

	entityType  = &odata.Type{Name: "entity", Abstract: true, Entity: true, Properties: []odata.Property{{Name: "id", Kind: odata.KindString}}}
	profileType = &odata.Type{Name: "educationSynchronizationProfile", Base: entityType, Entity: true, Properties: []odata.Property{
		given(text("displayName")), enumOf("state", stateType), given(complexOf("dataProvider", dataProviderType)),
		given(complexOf("identitySynchronizationConfiguration", identityType)), many(complexOf("licensesToAssign", licenseType)),
		of("handleSpecialCharacterConstraint", odata.KindBoolean), of("expirationDate", odata.KindDate),
		contained("errors", errorType, true), contained("profileStatus", statusType, false)}}
	errorType = &odata.Type{Name: "educationSynchronizationError", Base: entityType, Entity: true, Properties: []odata.Property{
		text("entryType"), text("errorCode"), text("errorMessage"), text("joiningValue"),
		of("recordedDateTime", odata.KindDateTimeOffset), text("reportableIdentifier")}}
	statusType = &odata.Type{Name: "educationSynchronizationProfileStatus", Base: entityType, Entity: true, Properties: []odata.Property{
		enumOf("status", statusEnumType), given(of("errorCount", odata.KindInt64)), of("lastActivityDateTime", odata.KindDateTimeOffset),
		of("lastSynchronizationDateTime", odata.KindDateTimeOffset), given(text("statusMessage"))}}
	rootType = &odata.Type{Name: "educationRoot", Entity: true, Properties: append(betaObjects.inRoot(),
		contained("synchronizationProfiles", profileType, true))}
)

// newModel returns the model of a version; the root of education is the last of
// its types. v1.0 never had synchronization profiles, nor what is bound to them.
func newModel(types []*odata.Type, objects *objectTypes, bound bool) *odata.Model {
	m := &odata.Model{Namespace: "microsoft.graph", Alias: "graph", Types: types, EntitySets: objects.sets(), Functions: objects.deltas(),
		Singletons: []odata.Singleton{{Name: "education", Type: types[len(types)-1], Bindings: educationBindings}}}
	if bound {
		m.Actions = []odata.Operation{
			{Name: "start", Binding: profileType,
				Returns: &odata.Property{Kind: odata.KindComplex, Type: messageType, Collection: true, Nullable: true}},
			{Name: "pause", Binding: profileType}, {Name: "resume", Binding: profileType}, {Name: "reset", Binding: profileType},
		}
		m.Functions = append(m.Functions, odata.Operation{Name: "uploadUrl", Binding: profileType,
			Returns: &odata.Property{Kind: odata.KindString, Nullable: true}})
	}
	if err := m.Link(); err != nil {
		panic(err) // the model is a constant; its test links it
	}
	return m
}

var betaModel = newModel(slices.Concat([]*odata.Type{
	userRoleType, stateType, statusEnumType,
	customizationType, customizationsBase, customizationsType, dataProviderType, csvType, powerSchoolType, oneRosterType,
	connectionType, oauth1Type, oauth2Type, identityType, domainType, creationType, optionsType, matchingType, licenseType, messageType,
	entityType, profileType, errorType, statusType,
}, betaObjects.types, []*odata.Type{rootType}), betaObjects, true)
