package directory

import (
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// organizationRules are those of the tenant itself, the one object of its set, whose id
// is the tenant's. Documented: the page of the resource; only a few properties change.
var organizationRules = &workload.Rules{
	Type: "organization", Set: "organization", Tenant: true, PatchStatus: http.StatusNoContent,
	ReadOnly: words(`deletedDateTime assignedPlans businessPhones city country countryLetterCode createdDateTime displayName
		onPremisesLastSyncDateTime onPremisesSyncEnabled partnerTenantType postalCode provisionedPlans state street tenantType verifiedDomains
		directorySizeQuota isMultipleDataLocationsForServicesEnabled`),
	Show: func(_ *workload.Call, in entity.View, o *entity.Object) []byte {
		return withMember(o.JSON, "verifiedDomains", verifiedDomainsOf(in))
	},
	Absent: words("create delete"),
}

// verifiedDomainsOf are the domains as the organization shows them.
func verifiedDomainsOf(in entity.View) []any {
	list := []any{}
	for p := range in.List(domainsHome).All(0) {
		o := in.At(p)
		if !prop(o, "isVerified").Bool() {
			continue
		}
		list = append(list, map[string]any{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": prop(o, "isDefault").Bool(),
			"isInitial": prop(o, "isInitial").Bool(), "name": o.ID, "type": prop(o, "authenticationType").Str})
	}
	return list
}

// withMember is a stored object with a member of another value.
func withMember(json []byte, name string, value any) []byte {
	id := gjson.GetBytes(json, "id").Raw
	dst := append(append([]byte(`{"id":`), id...), ',')
	dst = append(append(jsontree.Append(dst, name), ':'), jsontree.Append(nil, value)...)
	gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
		if key.Str != name && key.Str != "id" {
			dst = append(append(append(append(dst, ','), key.Raw...), ':'), v.Raw...)
		}
		return true
	})
	return append(dst, '}')
}
