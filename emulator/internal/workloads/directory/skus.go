package directory

import (
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// skusHome is where the tenant's licences live.
var skusHome = entity.Home{Name: "subscribedSkus"}

// skuRules are those of licences. Documented: the id is made of the tenant's and the
// licence's; lists have no pages, and take $select alone.
var skuRules = &workload.Rules{
	Type: "subscribedSku", Set: "subscribedSkus", Tenant: true, Unpaged: true, SelectOnly: true,
	Show: func(_ *workload.Call, in entity.View, o *entity.Object) []byte {
		return withMember(o.JSON, "consumedUnits", consumed(in, o))
	},
	Absent: words("create update delete"),
}
