package directory

import (
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// extensionObjectRules are those of open extensions. Documented: the id is the name in
// v1.0, and an object has at most two of an app (here: two in all, chosen, since which
// app wrote one is not kept).
var extensionObjectRules = &workload.Rules{
	Type: "openTypeExtension", Required: words("extensionName"), PatchStatus: 204,
	Create: func(_ *workload.Call, tx *entity.Tx, d *workload.Draft) error {
		home := entity.Home{Parent: d.Parent, Name: "extensions"}
		d.ID = textIn(d.Values, "extensionName")
		if tx.Find(home.Family(), d.ID) != nil {
			return sameKey("An extension already exists with given id.")
		}
		if tx.List(home).Len() >= 2 {
			return workload.Refuse("Cannot create more than 2 extensions of an app on an object.")
		}
		return nil
	},
}
