package directory

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// unitRules are what is known of administrative units beyond the metadata. Documented:
// the page of the resource; a POST to members creates a group in the unit.
var unitRules = &workload.Rules{
	Type: "administrativeUnit", Set: "directory/administrativeUnits", Family: entity.Directory, Advanced: true,
	Required: words("displayName"),
	ReadOnly: words("deletedDateTime"),
	Links: []workload.Link{{Name: "members", Relation: Members, Add: func(_ *workload.Call, _ *entity.Tx, _, to *entity.Object) error {
		if !slices.Contains([]string{"user", "group", "device"}, kindOf(to)) {
			return invalidReference("a %s cannot be in an administrative unit", kindOf(to))
		}
		return nil
	}}},
	OrderByAdvanced: words("createdDateTime deletedDateTime displayName"),
	Create: func(_ *workload.Call, _ *entity.Tx, d *workload.Draft) error {
		preset(d.Values, "isMemberManagementRestricted", false)
		return checkVisibility(d)
	},
	Update: func(_ *workload.Call, _ *entity.Tx, _ *entity.Object, d *workload.Draft) error {
		return checkVisibility(d)
	},
	Delete: softDelete,
}

func checkVisibility(d *workload.Draft) error {
	if v := textIn(d.Values, "visibility"); v != "" && v != "Public" && v != "HiddenMembership" {
		return invalidValue("visibility", "administrativeUnit")
	}
	return nil
}
