package graph

import (
	"errors"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Collections by name alone, so that a fault answers a list with a list where no metadata
// was read. Source: the published metadata of v1.0 (2026-08) and beta (2021-07, 2026-08).
var (
	// The other names at the root are collections.
	singleRoots = namesOf(`
	admin appCatalogs auditLogs authenticationMethodsPolicy bitlocker branding communications compliance
	conditionalAccess copilot dataClassification deviceAppManagement deviceManagement directory drive education
	employeeExperience entitlementManagement external financials identity identityGovernance identityProtection
	informationProtection me officeConfiguration planner policies print privacy reports roleManagement search
	security solutions storage teamwork tenantRelationships termStore trustFramework`)

	manyOfUser = namesOf(`
	activities adhocCalls agreementAcceptances appConsentRequestsForApproval appRoleAssignedResources
	appRoleAssignments approvals calendarGroups calendarView calendars chats cloudPCs contactFolders contacts
	createdObjects deviceEnrollmentConfigurations deviceManagementTroubleshootingEvents devices directReports
	drives events extensions followedSites joinedGroups joinedTeams licenseDetails mailFolders
	managedAppRegistrations managedDevices memberOf messages mobileAppIntentAndStates
	mobileAppTroubleshootingEvents notifications oauth2PermissionGrants onlineMeetings ownedDevices ownedObjects
	pendingAccessReviewInstances people permissionGrants photos registeredDevices scopedRoleMemberOf sponsorOf
	sponsors transitiveMemberOf transitiveReports usageRights windowsInformationProtectionDeviceRegistrations`)

	manyOfGroup = namesOf(`
	acceptedSenders appRoleAssignments calendarView conversations drives endpoints events extensions
	groupLifecyclePolicies memberOf members membersWithLicenseErrors owners permissionGrants photos
	rejectedSenders settings sites threads transitiveMemberOf transitiveMembers`)

	// Further on, whatever has them: no type has a single object under such a name.
	manyAnywhere = namesOf(`
	allChannels appRoleAssignments attachments buckets calendarView calendars channels checklistItems
	childFolders children columns contacts contentTypes drives events exceptionOccurrences hostedContents
	installedApps instances items linkedResources lists memberOf members messageRules messages notebooks
	occurrences operations owners pages permissions pinnedMessages plans posts replies sections shifts sites
	tabs tasks threads versions`)
)

// actionsOf are the types of some collections, whose actions' answers are documented.
var actionsOf = map[string]string{"messages": "message", "events": "event", "teams": "team", "channels": "channel", "users": "user"}

// insteadOf is an error, with the command that makes a fault answer where it is a 501.
func (c *call) insteadOf(err error) error {
	e := (*apierror.Error)(nil)
	if !errors.As(err, &e) || e.Status != http.StatusNotImplemented {
		return err
	}
	segments := rawSegments(c.at.escaped)
	method := c.Method
	if method == http.MethodHead { // a fault of a GET strikes it, too
		method = http.MethodGet
	}
	return e.AnswerInstead(c.World.Name(), method, c.at.path, instead(method, segments, c.handler.endsAtMany(&c.at, segments)))
}

// instead is what a success looks like at a path of which names alone are known.
func instead(method string, segments []string, many bool) apierror.Instead {
	switch n := len(segments); {
	case method == http.MethodDelete:
		return apierror.Instead{Status: http.StatusNoContent}
	case many && method == http.MethodPost:
		return apierror.Instead{Status: http.StatusCreated}
	case many && method == http.MethodGet:
		return apierror.Instead{Body: `{"value":[]}`}
	case method == http.MethodPost && n > 2:
		of := actionsOf[strings.ToLower(segments[n-3])]
		return apierror.Instead{Status: objects.Documented(of, plainName(segments[n-1]))}
	}
	return apierror.Instead{}
}

// many tells whether a path ends at what is known for a collection.
func many(segments []string) bool {
	if len(segments) == 0 {
		return false
	}
	root, key, keyed := cutKey(strings.ToLower(segments[0]))
	n := len(segments)
	if n == 1 && !keyed {
		return knownRoots[root] != "" && singleRoots[root] == ""
	}
	behind := n - 1 // of the root and its key
	if key == "" && singleRoots[root] == "" {
		behind--
	}
	last := strings.ToLower(plainName(segments[n-1]))
	if _, _, keyed := cutKey(segments[n-1]); keyed || behind == 0 {
		return false
	}
	if of := map[string]map[string]string{"me": manyOfUser, "users": manyOfUser, "groups": manyOfGroup}[root]; of != nil && behind == 1 {
		return of[last] != ""
	}
	return manyAnywhere[last] != ""
}

// InsteadOf is an answer in place of a call that is not emulated, of an address as "POST
// /me/sendMail". ok is false where the call is emulated in a version, or where the address
// means more than one call.
func (s *Handler) InsteadOf(address string) (answer apierror.Instead, ok bool) {
	method, path, _ := strings.Cut(address, " ")
	method, path = strings.ToUpper(method), strings.TrimLeft(path, " ")
	if method == operationAny || !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "*") {
		return answer, false
	}
	for _, v := range []workload.Version{workload.Beta, workload.V1} { // v1.0 counts where both have it
		l := s.canonical("/" + v.String() + path)
		op, err := s.find(method, &l)
		e := (*apierror.Error)(nil)
		switch segments := rawSegments(l.escaped); {
		case op != nil && op.Level != workload.Unsupported:
			return answer, false
		case op != nil && op.walked != nil:
			answer, _ = s.objects.Instead("https://graph.microsoft.com/"+v.String(), *op.walked)
			ok = true
		case errors.As(err, &e) && e.Status == http.StatusNotImplemented:
			answer, ok = instead(method, segments, s.endsAtMany(&l, segments)), true
		}
	}
	return answer, ok
}

// endsAtMany tells whether a path that is not emulated ends at a collection.
func (s *Handler) endsAtMany(l *location, segments []string) bool {
	unserved := (*resource.UnservedError)(nil)
	if w := s.walk(l); errors.As(w.err, &unserved) && strings.EqualFold(segments[len(segments)-1], unserved.Segment) {
		return unserved.Many
	}
	return many(segments)
}
