package directory

// operationTypes are the actions and functions of the types, those with a meaning here
// and those that answer 501. Where the metadata has parameters of types that are not
// here, none are declared. Documented: Graph's metadata of v1.0 (2026).
const operationTypes = `
action [directoryObject].getAvailableExtensionProperties isSyncedFromOnPremises:Boolean = [extensionProperty]!
action [directoryObject].getByIds ids:[String]! types:[String] = [directoryObject]!
action [directoryObject].validateProperties entityType displayName mailNickname onBehalfOfUserId:Guid
action [directoryObject].getUserOwnedObjects userId type = directoryObject
action application.addKey keyCredential:keyCredential! passwordCredential:passwordCredential proof! = keyCredential!
action application.addPassword passwordCredential:passwordCredential = passwordCredential!
action application.removeKey keyId:Guid! proof!
action application.removePassword keyId:Guid!
action application.setVerifiedPublisher verifiedPublisherId!
action application.unsetVerifiedPublisher
action directoryObject.checkMemberGroups groupIds:[String]! = [String]!
action directoryObject.checkMemberObjects ids:[String]! = [String]!
action directoryObject.getMemberGroups securityEnabledOnly:Boolean = [String]!
action directoryObject.getMemberObjects securityEnabledOnly:Boolean = [String]!
action directoryObject.restore autoReconcileProxyConflict:Boolean newUserPrincipalName = directoryObject
action domain.forceDelete disableUserAccounts:Boolean
action domain.promote = Boolean
action domain.verify forceTakeover:Boolean = domain
action group.addFavorite
action group.assignLicense addLicenses:[assignedLicense]! removeLicenses:[Guid]! = group
action group.checkGrantedPermissionsForApp
action group.removeFavorite
action group.renew
action group.resetUnseenCount
action group.retryServiceProvisioning
action group.subscribeByMail
action group.unsubscribeByMail
action group.validateProperties displayName mailNickname onBehalfOfUserId:Guid
action orgContact.retryServiceProvisioning
action organization.setMobileDeviceManagementAuthority = Int32!
action servicePrincipal.addKey keyCredential:keyCredential! passwordCredential:passwordCredential proof! = keyCredential!
action servicePrincipal.addPassword passwordCredential:passwordCredential = passwordCredential!
action servicePrincipal.addTokenSigningCertificate displayName endDateTime:DateTimeOffset = selfSignedCertificate!
action servicePrincipal.removeKey keyId:Guid! proof!
action servicePrincipal.removePassword keyId:Guid!
action user.assignLicense addLicenses:[assignedLicense]! removeLicenses:[Guid]! = user
action user.changePassword currentPassword newPassword
action user.exportPersonalData storageLocation
action user.findMeetingTimes
action user.getMailTips
action user.removeAllDevicesFromManagement
action user.reprocessLicenseAssignment = user
action user.retryServiceProvisioning
action user.revokeSignInSessions = Boolean
action user.sendMail
action user.translateExchangeIds
action user.wipeManagedAppRegistrationsByDeviceTag deviceTag
function [administrativeUnit].delta = [administrativeUnit]
function [application].delta = [application]
function [device].delta = [device]
function [directoryObject].delta = [directoryObject]
function [directoryRole].delta = [directoryRole]
function [group].delta = [group]
function [oAuth2PermissionGrant].delta = [oAuth2PermissionGrant]
function [orgContact].delta = [orgContact]
function [servicePrincipal].delta = [servicePrincipal]
function [user].delta = [user]
function user.exportDeviceAndAppManagementData
function user.getManagedAppDiagnosticStatuses
function user.getManagedAppPolicies
function user.getManagedDevicesWithAppFailures = [String]
function user.reminderView StartDateTime! EndDateTime
complex selfSignedCertificate
  customKeyIdentifier:Binary displayName endDateTime:DateTimeOffset key:Binary keyId:Guid startDateTime:DateTimeOffset thumbprint type usage
`
