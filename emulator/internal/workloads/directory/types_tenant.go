package directory

// tenantTypes are the types of devices, roles, administrative units, and what describes the tenant.
// Documented: Graph's metadata of v1.0 (2026).
const tenantTypes = `
entity device : directoryObject open
  accountEnabled:Boolean alternativeSecurityIds:[alternativeSecurityId]! approximateLastSignInDateTime:DateTimeOffset
    complianceExpirationDateTime:DateTimeOffset deviceCategory deviceId deviceMetadata deviceOwnership deviceVersion:Int32 displayName
    enrollmentProfileName enrollmentType isCompliant:Boolean isManaged:Boolean isManagementRestricted:Boolean isRooted:Boolean
    managementType manufacturer mdmAppId model onPremisesLastSyncDateTime:DateTimeOffset onPremisesSecurityIdentifier
    onPremisesSyncEnabled:Boolean operatingSystem operatingSystemVersion physicalIds:[String]! profileType
    registrationDateTime:DateTimeOffset systemLabels:[String]! trustType
  links memberOf:[directoryObject] registeredOwners:[directoryObject] registeredUsers:[directoryObject]
    transitiveMemberOf:[directoryObject]
  contains extensions:[extension]
complex alternativeSecurityId
  identityProvider key:Binary type:Int32
entity administrativeUnit : directoryObject open
  description displayName isMemberManagementRestricted:Boolean membershipRule membershipRuleProcessingState membershipType visibility
  links members:[directoryObject]
  contains extensions:[extension]
  unserved scopedRoleMembers:[scopedRoleMembership]
entity scopedRoleMembership : entity
  administrativeUnitId! roleId! roleMemberInfo:identity!
complex identity open
  displayName id
entity directoryRole : directoryObject open
  description displayName roleTemplateId
  links members:[directoryObject]
  unserved scopedMembers:[scopedRoleMembership]
entity directoryRoleTemplate : directoryObject open
  description displayName
entity directory : entity
  contains administrativeUnits:[administrativeUnit] deletedItems:[directoryObject]
  unserved attributeSets[] customSecurityAttributeDefinitions[] deviceLocalCredentials[] federationConfigurations[]
    onPremisesSynchronization[] publicKeyInfrastructure recovery remoteTenantGroups[] subscriptions[]
entity organization : directoryObject open
  assignedPlans:[assignedPlan]! businessPhones:[String]! city country countryLetterCode createdDateTime:DateTimeOffset
    defaultUsageLocation displayName marketingNotificationEmails:[String]! mobileDeviceManagementAuthority:mdmAuthority!
    onPremisesLastSyncDateTime:DateTimeOffset onPremisesSyncEnabled:Boolean partnerTenantType:partnerTenantType postalCode
    preferredLanguage privacyProfile:privacyProfile provisionedPlans:[provisionedPlan]! securityComplianceNotificationMails:[String]!
    securityComplianceNotificationPhones:[String]! state street technicalNotificationMails:[String]! tenantType
    verifiedDomains:[verifiedDomain]!
  contains extensions:[extension]
  unserved branding certificateBasedAuthConfiguration[]
enum mdmAuthority unknown intune sccm office365
enum partnerTenantType microsoftSupport=1 syndicatePartner breadthPartner breadthPartnerDelegatedAdmin resellerPartnerDelegatedAdmin
  valueAddedResellerPartnerDelegatedAdmin unknownFutureValue
complex privacyProfile
  contactEmail statementUrl
complex verifiedDomain
  capabilities isDefault:Boolean isInitial:Boolean name type
entity domain : entity
  authenticationType! availabilityStatus isAdminManaged:Boolean! isDefault:Boolean! isInitial:Boolean! isRoot:Boolean!
    isVerified:Boolean! manufacturer model passwordNotificationWindowInDays:Int32 passwordValidityPeriodInDays:Int32 state:domainState
    supportedServices:[String]!
  contains serviceConfigurationRecords:[domainDnsRecord] verificationDnsRecords:[domainDnsRecord]
  unserved domainNameReferences:[directoryObject] rootDomain:domain federationConfiguration[]
complex domainState
  lastActionDateTime:DateTimeOffset operation status
entity domainDnsRecord : entity
  isOptional:Boolean! label! recordType supportedService! ttl:Int32!
entity domainDnsCnameRecord : domainDnsRecord
  canonicalName
entity domainDnsMxRecord : domainDnsRecord
  mailExchange! preference:Int32
entity domainDnsSrvRecord : domainDnsRecord
  nameTarget port:Int32 priority:Int32 protocol service weight:Int32
entity domainDnsTxtRecord : domainDnsRecord
  text!
entity domainDnsUnavailableRecord : domainDnsRecord
  description
entity subscribedSku : entity
  accountId accountName appliesTo capabilityStatus consumedUnits:Int32 prepaidUnits:licenseUnitsDetail servicePlans:[servicePlanInfo]!
    skuId:Guid skuPartNumber subscriptionIds:[String]
complex licenseUnitsDetail
  enabled:Int32 lockedOut:Int32 suspended:Int32 warning:Int32
entity invitation : entity
  invitedUserDisplayName invitedUserEmailAddress! invitedUserMessageInfo:invitedUserMessageInfo invitedUserType inviteRedeemUrl
    inviteRedirectUrl! resetRedemption:Boolean sendInvitationMessage:Boolean status
  links invitedUser:user
  unserved invitedUserSponsors:[directoryObject]
complex emailAddress
  address name
complex invitedUserMessageInfo
  ccRecipients:[recipient] customizedMessageBody messageLanguage
complex recipient
  emailAddress:emailAddress
entity orgContact : directoryObject open
  addresses:[physicalOfficeAddress] companyName department displayName givenName jobTitle mail mailNickname
    onPremisesLastSyncDateTime:DateTimeOffset onPremisesProvisioningErrors:[onPremisesProvisioningError] onPremisesSyncEnabled:Boolean
    phones:[phone] proxyAddresses:[String]! serviceProvisioningErrors:[serviceProvisioningError] surname
  links directReports:[directoryObject] manager:directoryObject memberOf:[directoryObject] transitiveMemberOf:[directoryObject]
  unserved onPremisesSyncBehavior
complex phone
  language number region type:phoneType
enum phoneType home business mobile other assistant homeFax businessFax otherFax pager radio
complex physicalOfficeAddress
  city countryOrRegion officeLocation postalCode state street
entity contract : directoryObject open
  contractType customerId:Guid defaultDomainName displayName
`
