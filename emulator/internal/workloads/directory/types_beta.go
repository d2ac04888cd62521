package directory

// betaTypes is what beta has beyond v1.0: properties that clients of beta commonly use.
// Documented: Graph's metadata of beta, of a national cloud (2026), and of education's
// last release with synchronization profiles.
const betaTypes = `
+ user
  cloudRealtimeCommunicationInfo:cloudRealtimeCommunicationInfo deviceKeys:[deviceKey]! infoCatalogs:[String]!
    refreshTokensValidFromDateTime:DateTimeOffset
  unserved appRoleAssignedResources:[servicePrincipal] transitiveReports:[directoryObject] joinedGroups:[group]
    appConsentRequestsForApproval[] approvals[] informationProtection pendingAccessReviewInstances[] profile
complex userPurpose
  value:mailboxRecipientType
enum mailboxRecipientType unknown user linked shared room equipment others
complex cloudRealtimeCommunicationInfo
  isSipEnabled:Boolean
complex deviceKey
  deviceId:Guid keyMaterial:Binary keyType
+ group
  createdByAppId membershipRuleProcessingStatus:membershipRuleProcessingStatus
  unserved endpoints[]
complex membershipRuleProcessingStatus
  errorMessage lastMembershipUpdated:DateTimeOffset status:MembershipRuleProcessingStatusDetails
enum MembershipRuleProcessingStatusDetails NotStarted Running Failed Succeeded UnsupportedFutureValue
+ application
  unserved claimsMappingPolicies[] connectorGroup
+ servicePrincipal
  errorUrl passwordSingleSignOnSettings:passwordSingleSignOnSettings preferredTokenSigningKeyEndDateTime:DateTimeOffset
    publishedPermissionScopes:[permissionScope]! publisherName samlMetadataUrl
  contains licenseDetails:[licenseDetails]
complex passwordSingleSignOnSettings
  fields:[passwordSingleSignOnField]
complex passwordSingleSignOnField
  customizedLabel defaultLabel fieldId type
+ federatedIdentityCredential
  claimsMatchingExpression:federatedIdentityExpression
complex federatedIdentityExpression
  languageVersion:Int32! value!
+ appRoleAssignment
  creationTimestamp:DateTimeOffset
+ oAuth2PermissionGrant
  expiryTime:DateTimeOffset startTime:DateTimeOffset
+ device
  extensionAttributes:onPremisesExtensionAttributes
+ directory
  unserved certificateAuthorities featureRolloutPolicies[]
+ organization
  directorySizeQuota:directorySizeQuota isMultipleDataLocationsForServicesEnabled:Boolean
  unserved partnerInformation settings
complex directorySizeQuota
  total:Int32 used:Int32
+ orgContact
  unserved transitiveReports:[directoryObject]
+ physicalAddress
  postOfficeBox type:physicalAddressType
enum physicalAddressType unknown home business other
+ preAuthorizedApplication
  permissionIds:[String]!
+ webApplication
  oauth2AllowImplicitFlow:Boolean
+ relatedContact
  id
+ educationExternalSource lms
`
