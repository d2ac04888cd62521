package directory

// groupTypes are the types of group.
// Documented: Graph's metadata of v1.0 (2026).
const groupTypes = `
entity group : directoryObject open
  accessType:groupAccessType allowExternalSenders:Boolean assignedLabels:[assignedLabel] assignedLicenses:[assignedLicense]
    autoSubscribeNewMembers:Boolean classification createdDateTime:DateTimeOffset description displayName
    expirationDateTime:DateTimeOffset groupTypes:[String]! hasMembersWithLicenseErrors:Boolean hideFromAddressLists:Boolean
    hideFromOutlookClients:Boolean infoCatalogs:[String]! isArchived:Boolean isAssignableToRole:Boolean isFavorite:Boolean
    isManagementRestricted:Boolean isSubscribedByMail:Boolean licenseProcessingState:licenseProcessingState mail mailEnabled:Boolean
    mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName
    onPremisesExtensionAttributes:onPremisesExtensionAttributes onPremisesLastSyncDateTime:DateTimeOffset onPremisesNetBiosName
    onPremisesProvisioningErrors:[onPremisesProvisioningError] onPremisesSamAccountName onPremisesSecurityIdentifier
    onPremisesSyncEnabled:Boolean organizationId preferredDataLocation preferredLanguage proxyAddresses:[String]!
    renewedDateTime:DateTimeOffset resourceBehaviorOptions:[String]! resourceProvisioningOptions:[String]! securityEnabled:Boolean
    securityIdentifier serviceProvisioningErrors:[serviceProvisioningError] theme uniqueName unseenConversationsCount:Int32
    unseenCount:Int32 unseenMessagesCount:Int32 visibility welcomeMessageEnabled:Boolean
  links memberOf:[directoryObject] members:[directoryObject] owners:[directoryObject] transitiveMemberOf:[directoryObject]
    transitiveMembers:[directoryObject]
  contains appRoleAssignments:[appRoleAssignment] extensions:[extension] photo:profilePhoto photos:[profilePhoto]
  unserved createdOnBehalfOf:directoryObject membersWithLicenseErrors:[directoryObject] acceptedSenders:[directoryObject]
    rejectedSenders:[directoryObject] calendar calendarView[] conversations[] drive drives[]
    events[]
    groupLifecyclePolicies[] onenote onPremisesSyncBehavior permissionGrants[] planner settings[] sites[] team threads[]
complex assignedLabel
  displayName labelId
enum groupAccessType none private secret public unknownFutureValue
complex licenseProcessingState
  state
`
