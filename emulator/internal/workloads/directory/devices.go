package directory

import (
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// deviceRules are what is known of devices beyond the metadata. Documented: the page of
// the resource, and of its create.
var deviceRules = &workload.Rules{
	Type: "device", Set: "devices", Family: entity.Directory, Advanced: true,
	Required: words("accountEnabled alternativeSecurityIds deviceId displayName operatingSystem operatingSystemVersion"),
	ReadOnly: words(`deletedDateTime approximateLastSignInDateTime complianceExpirationDateTime deviceCategory deviceOwnership
		enrollmentProfileName
		enrollmentType isManagementRestricted managementType manufacturer mdmAppId model onPremisesLastSyncDateTime onPremisesSecurityIdentifier
		onPremisesSyncEnabled registrationDateTime`),
	Unique: words("deviceId"),
	Links: append([]workload.Link{
		{Name: "registeredOwners", Relation: relDeviceOwners, Targets: []string{"user", "servicePrincipal"}},
		{Name: "registeredUsers", Relation: relDeviceUsers, Targets: []string{"user", "servicePrincipal"}},
	}, memberLinks...),
	OrderByAdvanced: words("createdDateTime deletedDateTime displayName approximateLastSignInDateTime"),
	Create: func(c *workload.Call, _ *entity.Tx, d *workload.Draft) error {
		if !ids.IsGUID(textIn(d.Values, "deviceId")) {
			return invalidValue("deviceId", "device")
		}
		preset(d.Values, "registrationDateTime", workload.Time(c.Now))
		preset(d.Values, "trustType", "Workplace") // inferred: what a client registers is joined to a workplace
		return nil
	},
	Delete: hardDelete, // documented: a deleted device is gone
}

// contactRules are those of contacts that came from premises: nobody writes them here.
var contactRules = &workload.Rules{
	Type: "orgContact", Set: "contacts", Family: entity.Directory, Advanced: true,
	Links: append([]workload.Link{
		{Name: "manager", Relation: relManager, ReadOnly: true},
		{Name: "directReports", Relation: relManager, Reverse: true, ReadOnly: true},
	}, memberLinks...),
	Absent: words("create update delete"),
}

// contractRules are those of a partner's customers: there are none.
var contractRules = &workload.Rules{Type: "contract", Set: "contracts", Family: entity.Directory, Absent: words("create update delete")}

// refuseUpdate answers a change of what only the service changes. The words are chosen.
func refuseUpdate(_ *workload.Call, _ *entity.Tx, _ *entity.Object, d *workload.Draft) error {
	return workload.Refuse("Update operation is not supported on entities of type '%s'.", apierror.ResourceName(d.Type))
}
