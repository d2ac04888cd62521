package graph

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// What Graph has at its root, and below a user and a group, by name alone: so that a
// client which is right is never told that it is wrong where no metadata was read.
// Source: the published metadata of v1.0 (2026-08) and beta (2021-07, 2026-08).
var (
	knownRoots = namesOf(`
	accessReviewDecisions accessReviews activitystatistics admin administrativeUnits agreementAcceptances
	agreements allowedDataLocations appCatalogs appRoleAssignments applicationTemplates applications
	approvalWorkflowProviders auditLogs authenticationMethodConfigurations authenticationMethodsPolicy bitlocker
	bookingBusinesses bookingCurrencies branding certificateBasedAuthConfiguration chats
	communications compliance conditionalAccess connections contacts contracts copilot dataClassification
	dataPolicyOperations deviceAppManagement deviceManagement devices directory directoryObjects
	directoryRoleTemplates directoryRoles directorySettingTemplates domainDnsRecords domains drive drives
	education employeeExperience entitlementManagement external financials
	governanceResources governanceRoleAssignmentRequests governanceRoleAssignments governanceRoleDefinitions
	governanceRoleSettings governanceSubjects groupLifecyclePolicies groupSettingTemplates groupSettings groups
	identity identityGovernance identityProtection identityProviders informationProtection invitations me
	mobilityManagementPolicies oauth2PermissionGrants officeConfiguration onPremisesPublishingProfiles
	organization permissionGrants places planner policies print privacy privilegedAccess
	privilegedApproval privilegedOperationEvents privilegedRoleAssignmentRequests privilegedRoleAssignments
	privilegedRoles privilegedSignupStatus programControlTypes programControls programs reports riskDetections
	riskyUsers roleManagement schemaExtensions scopedRoleMemberships search security servicePrincipals settings
	shares sites solutions storage subscribedSkus subscriptions teamTemplateDefinition teams teamsTemplates
	teamwork tenantRelationships termStore trustFramework users workbooks`)

	knownOfUser = namesOf(`
	activateServicePlan activities adhocCalls agreementAcceptances analytics appConsentRequestsForApproval
	appRoleAssignedResources appRoleAssignments approvals assignLicense authentication calendar calendarGroups
	calendarView calendars changePassword chats checkMemberGroups checkMemberObjects cloudClipboard cloudPCs
	contactFolders contacts convertExternalToInternalMemberUser createdObjects dataSecurityAndGovernance delta
	deviceEnrollmentConfigurations deviceManagementTroubleshootingEvents devices directReports drive drives
	employeeExperience events exportDeviceAndAppManagementData exportPersonalData extensions findMeetingTimes
	findRoomLists findRooms followedSites getAvailableExtensionProperties getByIds
	getEffectiveDeviceEnrollmentConfigurations getLoggedOnManagedDevices getMailTips getManagedAppBlockedUsers
	getManagedAppDiagnosticStatuses getManagedAppPolicies getManagedDevicesWithAppFailures
	getManagedDevicesWithFailedOrPendingApps getMemberGroups getMemberObjects getUserOwnedObjects
	inferenceClassification informationProtection insights invalidateAllRefreshTokens isManagedAppUserBlocked
	joinedGroups joinedTeams licenseDetails mailFolders managedAppRegistrations managedDevices manager memberOf
	messages mobileAppIntentAndStates mobileAppTroubleshootingEvents notifications oauth2PermissionGrants
	onPremisesSyncBehavior onenote onlineMeetings outlook ownedDevices ownedObjects pendingAccessReviewInstances
	people permissionGrants photo photos planner presence profile registeredDevices reminderView
	removeAllDevicesFromManagement reprocessLicenseAssignment restore retryServiceProvisioning
	revokeSignInSessions scopedRoleMemberOf sendMail settings solutions sponsorOf sponsors teamwork todo
	transitiveMemberOf transitiveReports translateExchangeIds unblockManagedApps usageRights validateProperties
	windowsInformationProtectionDeviceRegistrations wipeAndBlockManagedApps wipeManagedAppRegistrationByDeviceTag
	wipeManagedAppRegistrationsByDeviceTag`)

	knownOfGroup = namesOf(`
	acceptedSenders addFavorite appRoleAssignments assignLicense calendar calendarView
	checkGrantedPermissionsForApp checkMemberGroups checkMemberObjects conversations createdOnBehalfOf delta drive
	drives endpoints evaluateDynamicMembership events extensions getAvailableExtensionProperties getByIds
	getMemberGroups getMemberObjects getUserOwnedObjects groupLifecyclePolicies memberOf members
	membersWithLicenseErrors onPremisesSyncBehavior onenote owners permissionGrants photo photos planner
	rejectedSenders removeFavorite renew resetUnseenCount restore retryServiceProvisioning settings sites
	subscribeByMail team threads transitiveMemberOf transitiveMembers unsubscribeByMail validateProperties`)
)

// Of these, what v1.0 does not have: a request for it there is for an unknown segment. Source:
// the published metadata of v1.0 (2026-08).
var (
	betaRoots = namesOf(`
	accessReviewDecisions accessReviews activitystatistics administrativeUnits allowedDataLocations
	approvalWorkflowProviders bitlocker bookingBusinesses bookingCurrencies branding conditionalAccess
	dataClassification directorySettingTemplates entitlementManagement financials governanceResources
	governanceRoleAssignmentRequests governanceRoleAssignments governanceRoleDefinitions governanceRoleSettings
	governanceSubjects mobilityManagementPolicies officeConfiguration onPremisesPublishingProfiles privilegedAccess
	privilegedApproval privilegedOperationEvents privilegedRoleAssignmentRequests privilegedRoleAssignments
	privilegedRoles privilegedSignupStatus programControlTypes programControls programs riskDetections riskyUsers
	settings teamTemplateDefinition termStore trustFramework workbooks`)

	betaOfUser = namesOf(`
	activateServicePlan analytics appConsentRequestsForApproval appRoleAssignedResources approvals
	convertExternalToInternalMemberUser deviceEnrollmentConfigurations devices findRoomLists findRooms
	getEffectiveDeviceEnrollmentConfigurations getLoggedOnManagedDevices getManagedAppBlockedUsers
	getManagedDevicesWithFailedOrPendingApps informationProtection invalidateAllRefreshTokens
	isManagedAppUserBlocked joinedGroups mobileAppIntentAndStates mobileAppTroubleshootingEvents notifications
	pendingAccessReviewInstances profile transitiveReports unblockManagedApps usageRights
	windowsInformationProtectionDeviceRegistrations wipeAndBlockManagedApps wipeManagedAppRegistrationByDeviceTag`)

	betaOfGroup = namesOf(`
	endpoints evaluateDynamicMembership`)
)

// namesOf reads names that are parted by blanks, by the names in lower case.
func namesOf(text string) map[string]string {
	names := map[string]string{}
	for name := range strings.FieldsSeq(text) {
		names[strings.ToLower(name)] = name
	}
	return names
}

// beyond is the error of a path that Graph has and graphemu knows by name alone: 501;
// nil for any other.
func (s *Handler) beyond(method string, l *location, segments []string) *apierror.Error {
	if len(segments) == 0 || l.version == 0 {
		return nil
	}
	root, _, keyed := cutKey(strings.ToLower(segments[0]))
	rest := segments[1:]
	if root != "me" && !keyed {
		rest = rest[min(1, len(rest)):] // the id
	}
	of := map[string]map[string]string{"me": knownOfUser, "users": knownOfUser, "groups": knownOfGroup}[root]
	beta := map[string]map[string]string{"me": betaOfUser, "users": betaOfUser, "groups": betaOfGroup}[root]
	m := s.models.Of(l.version)
	served := m != nil && (m.Set(root) != nil || m.Singleton(root) != nil) || s.paths.has(root)
	switch {
	case of != nil && len(rest) > 0:
		name, _, _ := cutKey(strings.ToLower(rest[0]))
		name = strings.TrimPrefix(strings.TrimPrefix(name, namespacePrefix), "graph.")
		if of[name] == "" || l.version == workload.V1 && beta[name] != "" {
			return nil
		}
	case served || knownRoots[root] == "" || l.version == workload.V1 && betaRoots[root] != "":
		return nil
	}
	return apierror.NotImplemented("graphemu does not emulate "+method+" "+l.path+".").
		Help("unsupported", "", "graphemu metadata get DIR downloads what Graph has, and graphemu serve --metadata DIR serves it")
}
