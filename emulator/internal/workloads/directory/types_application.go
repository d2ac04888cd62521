package directory

// applicationTypes are the types of applications, their service principals, and what these are granted.
// Documented: Graph's metadata of v1.0 (2026).
const applicationTypes = `
entity application : directoryObject open
  addIns:[addIn]! api:apiApplication appId applicationTemplateId appRoles:[appRole]! authenticationBehaviors:authenticationBehaviors
    certification:certification createdByAppId createdDateTime:DateTimeOffset defaultRedirectUri description disabledByMicrosoftStatus
    displayName groupMembershipClaims identifierUris:[String]! info:informationalUrl isDeviceOnlyAuthSupported:Boolean
    isDisabled:Boolean isFallbackPublicClient:Boolean keyCredentials:[keyCredential]! logo:Stream! managerApplications:[Guid]!
    nativeAuthenticationApisEnabled:nativeAuthenticationApisEnabled notes oauth2RequirePostResponse:Boolean!
    optionalClaims:optionalClaims parentalControlSettings:parentalControlSettings passwordCredentials:[passwordCredential]!
    publicClient:publicClientApplication publisherDomain requestSignatureVerification:requestSignatureVerification
    requiredResourceAccess:[requiredResourceAccess]! samlMetadataUrl serviceManagementReference
    servicePrincipalLockConfiguration:servicePrincipalLockConfiguration signInAudience spa:spaApplication tags:[String]!
    tokenEncryptionKeyId:Guid uniqueName verifiedPublisher:verifiedPublisher web:webApplication
  links owners:[directoryObject]
  contains extensionProperties:[extensionProperty] federatedIdentityCredentials:[federatedIdentityCredential]
  unserved createdOnBehalfOf:directoryObject appManagementPolicies[] homeRealmDiscoveryPolicies[] synchronization
    tokenIssuancePolicies[] tokenLifetimePolicies[]
complex addIn
  id:Guid properties:[keyValue]! type!
complex apiApplication
  acceptMappedClaims:Boolean knownClientApplications:[Guid] oauth2PermissionScopes:[permissionScope]!
    preAuthorizedApplications:[preAuthorizedApplication] requestedAccessTokenVersion:Int32
complex appRole
  allowedMemberTypes:[String]! description displayName id:Guid! isEnabled:Boolean! origin value
complex authenticationBehaviors
  blockAzureADGraphAccess:Boolean removeUnverifiedEmailClaim:Boolean requireClientServicePrincipal:Boolean
complex certification
  certificationDetailsUrl certificationExpirationDateTime:DateTimeOffset isCertifiedByMicrosoft:Boolean isPublisherAttested:Boolean
    lastCertificationDateTime:DateTimeOffset
complex implicitGrantSettings
  enableAccessTokenIssuance:Boolean enableIdTokenIssuance:Boolean
complex informationalUrl
  logoUrl marketingUrl privacyStatementUrl supportUrl termsOfServiceUrl
complex keyCredential
  customKeyIdentifier:Binary displayName endDateTime:DateTimeOffset key:Binary* keyId:Guid startDateTime:DateTimeOffset type usage
complex keyValue
  key value
flags nativeAuthenticationApisEnabled none all unknownFutureValue
complex optionalClaim
  additionalProperties:[String] essential:Boolean! name! source
complex optionalClaims
  accessToken:[optionalClaim] idToken:[optionalClaim] saml2Token:[optionalClaim]
complex parentalControlSettings
  countriesBlockedForMinors:[String] legalAgeGroupRule
complex passwordCredential
  customKeyIdentifier:Binary displayName endDateTime:DateTimeOffset hint keyId:Guid secretText* startDateTime:DateTimeOffset
complex permissionScope
  adminConsentDescription adminConsentDisplayName id:Guid! isEnabled:Boolean! origin type userConsentDescription userConsentDisplayName
    value
complex preAuthorizedApplication
  appId delegatedPermissionIds:[String]!
complex publicClientApplication
  redirectUris:[String]!
complex redirectUriSettings
  index:Int32 uri
complex requestSignatureVerification
  allowedWeakAlgorithms:weakAlgorithms isSignedRequestRequired:Boolean!
complex requiredResourceAccess
  resourceAccess:[resourceAccess]! resourceAppId!
complex resourceAccess
  id:Guid! type
complex servicePrincipalLockConfiguration
  allProperties:Boolean credentialsWithUsageSign:Boolean credentialsWithUsageVerify:Boolean isEnabled:Boolean!
    tokenEncryptionKeyId:Boolean
complex spaApplication
  redirectUris:[String]!
complex verifiedPublisher
  addedDateTime:DateTimeOffset displayName verifiedPublisherId
flags weakAlgorithms rsaSha1=1 unknownFutureValue
complex webApplication
  homePageUrl implicitGrantSettings:implicitGrantSettings logoutUrl redirectUris:[String]! redirectUriSettings:[redirectUriSettings]!
entity servicePrincipal : directoryObject open
  accountEnabled:Boolean addIns:[addIn]! alternativeNames:[String]! appDescription appDisplayName appId applicationTemplateId
    appOwnerOrganizationId:Guid appRoleAssignmentRequired:Boolean! appRoles:[appRole]! createdByAppId
    customSecurityAttributes:customSecurityAttributeValue description disabledByMicrosoftStatus displayName homepage
    info:informationalUrl isDisabled:Boolean keyCredentials:[keyCredential]! loginUrl logoutUrl notes
    notificationEmailAddresses:[String]! oauth2PermissionScopes:[permissionScope]! passwordCredentials:[passwordCredential]!
    preferredSingleSignOnMode preferredTokenSigningKeyThumbprint replyUrls:[String]!
    resourceSpecificApplicationPermissions:[resourceSpecificPermission]! samlSingleSignOnSettings:samlSingleSignOnSettings
    servicePrincipalNames:[String]! servicePrincipalType signInAudience tags:[String]! tokenEncryptionKeyId:Guid
    verifiedPublisher:verifiedPublisher
  links memberOf:[directoryObject] oauth2PermissionGrants:[oAuth2PermissionGrant] ownedObjects:[directoryObject]
    owners:[directoryObject] transitiveMemberOf:[directoryObject]
  contains appRoleAssignedTo:[appRoleAssignment] appRoleAssignments:[appRoleAssignment]
    federatedIdentityCredentials:[federatedIdentityCredential]
  unserved createdObjects:[directoryObject] appManagementPolicies[] claimsMappingPolicies[] delegatedPermissionClassifications[]
    endpoints[] homeRealmDiscoveryPolicies[] remoteDesktopSecurityConfiguration synchronization tokenIssuancePolicies[]
    tokenLifetimePolicies[]
complex resourceSpecificPermission
  description displayName id:Guid! isEnabled:Boolean! value
complex samlSingleSignOnSettings
  relayState
entity federatedIdentityCredential : entity
  audiences:[String]! description issuer! name! subject
entity extensionProperty : directoryObject open
  appDisplayName dataType! isMultiValued:Boolean! isSyncedFromOnPremises:Boolean name! targetObjects:[String]!
entity appRoleAssignment : directoryObject
  appRoleId:Guid! createdDateTime:DateTimeOffset principalDisplayName principalId:Guid principalType resourceDisplayName
    resourceId:Guid
entity oAuth2PermissionGrant : entity
  clientId! consentType principalId resourceId! scope
`
