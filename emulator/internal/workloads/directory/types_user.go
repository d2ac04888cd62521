package directory

// userTypes are the types of user and what it has.
// Documented: Graph's metadata of v1.0 (2026).
const userTypes = `
entity directoryObject : entity open
  deletedDateTime:DateTimeOffset
entity user : directoryObject open
  aboutMe accountEnabled:Boolean ageGroup assignedLicenses:[assignedLicense]! assignedPlans:[assignedPlan]!
    authorizationInfo:authorizationInfo birthday:DateTimeOffset! businessPhones:[String]! city companyName consentProvidedForMinor
    country createdDateTime:DateTimeOffset creationType customSecurityAttributes:customSecurityAttributeValue department
    deviceEnrollmentLimit:Int32! displayName employeeHireDate:DateTimeOffset employeeId employeeLeaveDateTime:DateTimeOffset
    employeeOrgData:employeeOrgData employeeType externalUserState externalUserStateChangeDateTime:DateTimeOffset faxNumber givenName
    hireDate:DateTimeOffset! identities:[objectIdentity] identityParentId imAddresses:[String] interests:[String]
    isManagementRestricted:Boolean isResourceAccount:Boolean jobTitle lastPasswordChangeDateTime:DateTimeOffset
    legalAgeGroupClassification licenseAssignmentStates:[licenseAssignmentState] mail mailboxSettings:mailboxSettings mailNickname
    mobilePhone mySite officeLocation onPremisesDistinguishedName onPremisesDomainName
    onPremisesExtensionAttributes:onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime:DateTimeOffset
    onPremisesProvisioningErrors:[onPremisesProvisioningError] onPremisesSamAccountName onPremisesSecurityIdentifier
    onPremisesSyncEnabled:Boolean onPremisesUserPrincipalName otherMails:[String]! passwordPolicies passwordProfile:passwordProfile
    pastProjects:[String] postalCode preferredDataLocation preferredLanguage preferredName print:userPrint
    provisionedPlans:[provisionedPlan]! proxyAddresses:[String]! responsibilities:[String] schools:[String] securityIdentifier
    serviceProvisioningErrors:[serviceProvisioningError] showInAddressList:Boolean signInActivity:signInActivity
    signInSessionsValidFromDateTime:DateTimeOffset skills:[String] state streetAddress surname usageLocation userPrincipalName userType
  links directReports:[directoryObject] manager:directoryObject memberOf:[directoryObject]
    oauth2PermissionGrants:[oAuth2PermissionGrant] ownedDevices:[directoryObject] ownedObjects:[directoryObject]
    registeredDevices:[directoryObject] sponsorOf:[directoryObject] sponsors:[directoryObject] transitiveMemberOf:[directoryObject]
  contains appRoleAssignments:[appRoleAssignment] extensions:[extension] licenseDetails:[licenseDetails] photo:profilePhoto
    photos:[profilePhoto]
  unserved createdObjects:[directoryObject] scopedRoleMemberOf:[scopedRoleMembership] activities[]
    adhocCalls[]
    agreementAcceptances[] authentication calendar calendarGroups[] calendars[] calendarView[] chats[] cloudClipboard cloudPCs[]
    contactFolders[] contacts[] dataSecurityAndGovernance deviceManagementTroubleshootingEvents[] drive drives[] employeeExperience
    events[] followedSites[] inferenceClassification insights joinedTeams[] mailFolders[] managedAppRegistrations[] managedDevices[]
    messages[] onenote onlineMeetings[] onPremisesSyncBehavior outlook people[] permissionGrants[] planner presence settings solutions
    teamwork todo
complex assignedLicense
  disabledPlans:[Guid]! skuId:Guid
complex assignedPlan
  assignedDateTime:DateTimeOffset capabilityStatus service servicePlanId:Guid
complex authorizationInfo
  certificateUserIds:[String]
complex automaticRepliesSetting
  externalAudience:externalAudienceScope externalReplyMessage internalReplyMessage scheduledEndDateTime:dateTimeTimeZone
    scheduledStartDateTime:dateTimeTimeZone status:automaticRepliesStatus
enum automaticRepliesStatus disabled alwaysEnabled scheduled
complex customSecurityAttributeValue open
complex dateTimeTimeZone
  dateTime! timeZone
enum dayOfWeek sunday monday tuesday wednesday thursday friday saturday
enum delegateMeetingMessageDeliveryOptions sendToDelegateAndInformationToPrincipal sendToDelegateAndPrincipal sendToDelegateOnly
complex employeeOrgData
  costCenter division
enum externalAudienceScope none contactsOnly all
complex licenseAssignmentState
  assignedByGroup disabledPlans:[Guid] error lastUpdatedDateTime:DateTimeOffset skuId:Guid state
complex localeInfo
  displayName locale
complex mailboxSettings
  archiveFolder automaticRepliesSetting:automaticRepliesSetting dateFormat
    delegateMeetingMessageDeliveryOptions:delegateMeetingMessageDeliveryOptions language:localeInfo timeFormat timeZone
    userPurpose:userPurpose workingHours:workingHours
complex objectIdentity
  issuer issuerAssignedId signInType
complex onPremisesExtensionAttributes
  extensionAttribute1 extensionAttribute10 extensionAttribute11 extensionAttribute12 extensionAttribute13 extensionAttribute14
    extensionAttribute15 extensionAttribute2 extensionAttribute3 extensionAttribute4 extensionAttribute5 extensionAttribute6
    extensionAttribute7 extensionAttribute8 extensionAttribute9
complex onPremisesProvisioningError
  category occurredDateTime:DateTimeOffset propertyCausingError value
complex passwordProfile
  forceChangePasswordNextSignIn:Boolean forceChangePasswordNextSignInWithMfa:Boolean password*
complex provisionedPlan
  capabilityStatus provisioningStatus service
complex serviceProvisioningError abstract
  createdDateTime:DateTimeOffset isResolved:Boolean serviceInstance
complex signInActivity
  lastNonInteractiveSignInDateTime:DateTimeOffset lastNonInteractiveSignInRequestId lastSignInDateTime:DateTimeOffset
    lastSignInRequestId lastSuccessfulSignInDateTime:DateTimeOffset lastSuccessfulSignInRequestId
complex timeZoneBase
  name
complex userPrint
  unserved recentPrinterShares[]
complex workingHours
  daysOfWeek:[dayOfWeek] endTime:TimeOfDay startTime:TimeOfDay timeZone:timeZoneBase
entity licenseDetails : entity
  servicePlans:[servicePlanInfo]! skuId:Guid skuPartNumber
complex servicePlanInfo
  appliesTo provisioningStatus servicePlanId:Guid servicePlanName
entity profilePhoto : entity stream
  height:Int32 width:Int32
entity extension : entity open abstract
entity openTypeExtension : extension open
  extensionName!
`

// v1Types is what v1.0 has and beta has otherwise.
const v1Types = `
enum userPurpose user=1 linked shared room equipment others unknownFutureValue
`
